"""The brand events that a plan meets: when, how sure, what each costs.

Checked by ``tests/functional/test_plan_calendar.py``.
"""

from dataclasses import dataclass

from sim.decision.typed import DecisionPart, Number


@dataclass(frozen=True, kw_only=True)
class CalendarEvent(DecisionPart):
    """One event, and the plan in a world without it less the plan in this one."""

    event: str
    """Name."""
    kind: str
    """campaign, launch, price_rise, celebrity, outage, breach or other."""
    earliest_local: str
    """Earliest local time, ISO 8601."""
    latest_local: str
    """Latest local time; the same where the date is fixed."""
    announced_h: float
    """So long before it is known of [h]; 0: unannounced."""
    probability: float
    """Chance that it happens."""
    overlaps: tuple[str, ...]
    """Other events whose days it may share: from its earliest time to the end of its recovery."""
    satisfaction_cost: Number
    """Mean satisfaction without it less with it, the plan's own rules and roster."""
    satisfaction_cost_low: Number
    """Lower end of the paired 95 % interval."""
    satisfaction_cost_high: Number
    """Upper end of it."""
    work_h: Number
    """Agent hours of work that it brings [h]."""
    work_low_h: Number
    """Lower end of the paired 95 % interval [h]."""
    work_high_h: Number
    """Upper end of it [h]."""
    n: int
    """Replications."""
