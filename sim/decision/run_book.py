"""What to expect if an event comes, and what a tenth more or less money would do.

Checked by ``tests/functional/test_plan_run_book.py``.
"""

from dataclasses import dataclass

from sim.decision.typed import DecisionPart, Number


@dataclass(frozen=True, kw_only=True)
class WeekSpread(DecisionPart):
    """Where a number lies in one week of ten, of two, and in nine of ten."""

    p10: float | None
    """Lower in one week of ten; null, here and below: not before the horizon ends."""
    p50: float | None
    """The median week."""
    p90: float | None
    """Higher in one week of ten."""


@dataclass(frozen=True, kw_only=True)
class EventExpected(DecisionPart):
    """What the plan's weeks are like if an event comes for certain, at one time."""

    event: str
    """Name."""
    kind: str
    """campaign, launch, price_rise, celebrity, outage, breach or other."""
    begins_local: str
    """Local time at which it comes here, ISO 8601."""
    is_example: bool
    """Whether that time is one of many at which it may come."""
    announced_h: float
    """So long before it is known of [h]; 0: unannounced."""
    probability: float
    """Chance that it happens."""
    n: int
    """Weeks that were played."""
    watched_h: float
    """From the event to the end of the horizon [h]."""
    peak_waiting: WeekSpread
    """Most customers who wait at once from the event on, mean of an interval."""
    peak_after_h: WeekSpread
    """From the event to that [h]."""
    normal_share: float
    """Weeks in which all is normal again before the horizon ends, 0 to 1."""
    normal_after_h: WeekSpread
    """From the event until no more than a tenth of what it brought still waits, or one customer,
    against the same week without it [h]; null: not before the horizon ends."""
    crew_called_share: float | None
    """Weeks in which the on-call crew works after the event; null without a crew."""
    crew_called_low: Number | None
    """Lower end of its 95 % interval."""
    crew_called_high: Number | None
    """Upper end of it."""
    crew_quiet_share: float | None
    """The same weeks without the event in which it works then."""
    crew_after_h: WeekSpread | None
    """From the event until the crew is at work, of the weeks in which it is [h]; null: never."""


@dataclass(frozen=True, kw_only=True)
class MoneyStep(DecisionPart):
    """The plan with its staff cut or raised evenly, its rules as they are: not planned anew."""

    staff_share: float
    """Of the plan's staff."""
    cost_difference: Number
    """Mean cost of that less the plan's [currency]."""
    difference: Number
    """Mean satisfaction of that less the plan's."""
    ci_low: Number
    """Lower end of its 95 % interval, paired."""
    ci_high: Number
    """Upper end of it."""
    n: int
    """Weeks that were played."""
