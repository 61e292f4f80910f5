"""Answers to questions about a plan: hour prices, other budgets, levers, switching values.

Checked by ``tests/unit/test_decision.py``.
"""

from dataclasses import dataclass
from typing import ClassVar

from sim.decision.typed import DecisionPart, Number


@dataclass(frozen=True, kw_only=True)
class HourPrice(DecisionPart):
    """What an agent hour more adds, by simulation of one agent more there every day."""

    pool: str
    """Name of the pool."""
    part: str
    """Of the day, local hours: 06-12."""
    per_hour: Number
    """Objective added per agent hour."""
    error: Number
    """Its standard error."""
    per_1000_currency: Number
    """Objective added per 1,000 of currency; null where an hour costs nothing."""


@dataclass(frozen=True, kw_only=True)
class FrontierPoint(DecisionPart):
    """The best plan found for one budget, on the plan's fresh draws."""

    budget: float
    """Most expected cost [currency]."""
    cost: Number
    """Mean on fresh draws [currency]."""
    staffed_h: float
    """Agent hours on shift, without the on-call crew [h]."""
    value: Number
    """Mean objective on fresh draws."""
    ci_low: Number
    """Lower end of its 95 % interval."""
    ci_high: Number
    """Upper end of its 95 % interval."""
    n: int
    """Replications."""
    gain: Number
    """Objective per 1,000 of currency more, from the point before; null in the first."""
    gain_low: Number
    """Lower end of its 95 % interval, paired."""
    gain_high: Number
    """Upper end of its 95 % interval, paired."""
    promise_met_share: Number
    """Replications that reach the promise's target on event days; null without any."""


@dataclass(frozen=True, kw_only=True)
class Frontier(DecisionPart):
    """What more or less money would buy."""

    points: tuple[FrontierPoint, ...]
    """By budget, ascending."""
    worth_per_1000: float
    """Objective that 1,000 of currency should buy."""
    words: str
    """Up to where it does."""
    replications_played: int
    """For this answer."""


@dataclass(frozen=True, kw_only=True)
class Lever(DecisionPart):
    """What deciding one thing alone adds to the start."""

    lever: str
    """staff, effort, redress, preparations, answers, lead, order, overflow, crew, opening, all."""
    label: str
    """The same in words."""
    decided: tuple[str, ...]
    """Steps from the start."""
    difference: Number
    """Mean objective less that of the start, paired."""
    ci_low: Number
    """Lower end of its 95 % interval."""
    ci_high: Number
    """Upper end of its 95 % interval."""
    n: int
    """Replications."""
    cost: Number
    """Mean on fresh draws [currency]."""


@dataclass(frozen=True, kw_only=True)
class Levers(DecisionPart):
    """What each lever adds to a start at which nothing is decided."""

    start: Number
    """Mean objective of the start."""
    start_cost: Number
    """Its mean cost [currency]."""
    rows: tuple[Lever, ...]
    """Each lever alone, then all together: the plan."""
    together: Number
    """What all together add beyond the sum of the single ones."""
    replications_played: int
    """For this answer."""
    opening: tuple[Lever, ...] | None = None
    """What other opening hours would do to the plan: differences from it; null: always open."""


@dataclass(frozen=True, kw_only=True)
class SwitchingValue(DecisionPart):
    """An assumption at which a rival would beat the plan."""

    key: str
    """Key of the scenario, with dots."""
    now: float
    """Planned for."""
    value: float
    """Nearest at which a rival beats the plan."""
    end: float
    """Of the range, on that side."""
    way_share: float
    """Of the way from now to the end."""
    rival: str
    """Who is better there."""
    lead_at_end: Number
    """By how much at the end of the range."""


@dataclass(frozen=True, kw_only=True)
class AssumptionRange(DecisionPart):
    """The range in which an assumption was moved."""

    key: str
    """Key of the scenario, with dots."""
    now: float
    """Planned for."""
    low: float
    """Least."""
    high: float
    """Most."""


@dataclass(frozen=True, kw_only=True)
class SwitchingValues(DecisionPart):
    """Which assumptions, moved alone, would change the decision."""

    flips: tuple[SwitchingValue, ...]
    """The nearest first."""
    looked_at: tuple[AssumptionRange, ...]
    """All that were moved."""
    rivals: tuple[str, ...]
    """Names of the policies that the plan was played against."""
    words: str
    """What would change the decision first."""
    replications_played: int
    """For this answer."""


@dataclass(frozen=True, kw_only=True)
class Unanswered(DecisionPart):
    """A question that was asked and not answered: cut short, or there was no start."""

    __pydantic_config__: ClassVar = {**DecisionPart.__pydantic_config__, "extra": "forbid"}

    replications_played: int | None = None
    """For the question; left out where it was cut short."""
