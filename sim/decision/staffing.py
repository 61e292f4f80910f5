"""Who works when, and how: headline, staff, shifts, levels of effort, the on-call crew's rules.

Checked by ``tests/unit/test_planning_decision.py``.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sim.decision.typed import DecisionPart, Number


@dataclass(frozen=True, kw_only=True)
class Headline(DecisionPart):
    """People and money in a few numbers."""

    people_at_peak: int | None
    """Most agents on shift at once, all pools together; null: not known."""
    peak_local: str | None
    """Local time at which the first such interval begins, ISO 8601."""
    staffed_h: Number
    """Mean agent hours staffed on fresh draws, on-call crew included."""
    overtime_h: Number
    """Mean agent hours of work beyond the shift on fresh draws."""
    cost: Number
    """Expected cost [currency]."""
    budget: Number
    """Most expected cost that was allowed [currency]."""
    unspent: Number
    """Budget less expected cost [currency]."""
    currency: str
    """Of all money of the decision."""
    cost_parts: Mapping[str, Number]
    """Expected cost by what it is paid for [currency]."""
    employees_at_least: Mapping[str, int] | None = None
    """Fewest employees of each pool who can work its shifts, time off the queue in heads; left out
    without shifts."""
    on_roster_at_peak: int | None = None
    """People on the roster for those at the peak, time off the queue in heads."""
    full_time: Mapping[str, Number] | None = None
    """Full-time contracts that the paid hours of each pool fill; left out without shifts."""
    contract_h: Number | None = None
    """Paid hours of one a week [h]."""


@dataclass(frozen=True, kw_only=True)
class StaffedInterval(DecisionPart):
    """Agents of a pool on shift in one interval."""

    pool: str
    """Name of the pool."""
    interval_start_min: int
    """Start, from the beginning of the horizon [min]."""
    time_local: str
    """The same by the local clock, ISO 8601; with its offset where an hour comes twice."""
    agents: int
    """On shift."""
    on_roster: int | None = None
    """People on the roster for them, time off the queue in heads; null: not known."""


@dataclass(frozen=True, kw_only=True)
class RepeatedShift(DecisionPart):
    """A shift on all days on which equally many agents of a pool work it."""

    name: str
    """Its hours by the clock."""
    days: tuple[int | str, ...]
    """Weekdays from Monday = 0; dates (ISO 8601) where the horizon has more than 7 days."""
    start: float
    """Start, local hour of the day [h]."""
    length_h: float
    """Real time from start to end [h]."""
    pool: str
    """Name of the pool."""
    agents: int
    """At work on each of the days, if all come."""
    on_roster: int | None = None
    """People on the roster for them, time off the queue in heads; null: not known."""


@dataclass(frozen=True, kw_only=True)
class TopicLevel(DecisionPart):
    """How much effort goes into a topic in a phase."""

    topic: str
    """Name of the topic."""
    phase: str
    """calm, ahead, surge or recovery."""
    level: str
    """thorough, standard, brief, auto or none."""


@dataclass(frozen=True, kw_only=True)
class CrewRules(DecisionPart):
    """When the on-call crew is called, who comes, and its terms in the scenario."""

    agents: Mapping[str, int]
    """Who comes, by pool."""
    waiting_factor: Number
    """Called when waiting exceeds the next hour's forecast so many times."""
    waiting_at_least: Number
    """And more customers wait than this."""
    volume_factor: Number
    """Or called when volume over half an hour exceeds the forecast so many times."""
    volume_at_least: Number
    """And more mentions came than this."""
    off_below: Number
    """Sent home when fewer customers wait than this."""
    armed_after_open_min: Number
    """Not called so soon after opening [min]."""
    delay_min: Number
    """From call to work [min]."""
    min_h: Number
    """Stays at least [h]."""
    premium: Number
    """Its pay, times the normal hour's."""
    max_people: int | None
    """At most so many at once."""
    max_hours_a_week: Number
    """At most so many agent hours in a week [h]."""
