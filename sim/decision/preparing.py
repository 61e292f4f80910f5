"""What can be done before events, answers to pin too: by when, whose hours, what it is worth.

Checked by ``tests/unit/test_report_preparing.py``, ``tests/functional/test_plan_preparations.py``.
"""

from dataclasses import dataclass

from sim.decision.typed import DecisionPart, Number


@dataclass(frozen=True, kw_only=True)
class PreparingHours(DecisionPart):
    """People of a pool who prepare instead of answering, from one time to another."""

    pool: str
    """Name of the pool."""
    from_local: str
    """Local time at which they begin, ISO 8601."""
    until_local: str
    """Local time at which they are back, ISO 8601."""
    agents: int
    """So many; below 0: so many more are on the floor, hours that were moved."""


@dataclass(frozen=True, kw_only=True)
class WeighedPreparation(DecisionPart):
    """One preparation or one post of pinned answers: whether the plan does it, and what it adds."""

    name: str
    """Name in the scenario; of a post its event."""
    label: str
    """What to do, in words; empty where the scenario has none."""
    does: bool
    """The plan does it."""
    events: tuple[str, ...]
    """Events that it is for."""
    ready_local: str | None
    """Local time by which it is done, ISO 8601; null: kept ready."""
    agent_h: float
    """Agents' hours that it takes [h]."""
    cost: float
    """Money that it takes, hours on shift apart; a post's overtime is in it [currency]."""
    hours: tuple[PreparingHours, ...]
    """Whose hours on shift, where the plan does it; a post takes overtime."""
    difference: Number
    """Mean objective with it less without, the rest of the plan as it is, on fresh draws; null: its
    hours are not staffed."""
    ci_low: Number
    """Lower end of the paired 95 % interval."""
    ci_high: Number
    """Upper end of it."""
    n: int
    """Replications."""
    contacts_saved: Number
    """Customers who write, without it less with it."""
    contacts_saved_low: Number
    """Lower end of the paired 95 % interval."""
    contacts_saved_high: Number
    """Upper end of it."""
    work_saved_h: Number
    """Agent hours of work, without it less with it [h]."""
    work_saved_low_h: Number
    """Lower end of the paired 95 % interval [h]."""
    work_saved_high_h: Number
    """Upper end of it [h]."""
    cost_difference: Number
    """Mean cost with it less without [currency]."""
