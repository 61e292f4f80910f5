"""What a plan may claim, and on what: its rules, its promise, its roster, what there is to buy.

Checked by ``tests/unit/test_decision.py``.
"""

from dataclasses import dataclass

from sim.decision.typed import DecisionPart, Number


@dataclass(frozen=True, kw_only=True)
class RulesTried(DecisionPart):
    """Every single change of the plan's rules, tried on draws that led to none of them."""

    changes: int
    """That were tried."""
    replications: int
    """Of a change, at most."""
    forbidden: int
    """Of the changes, those that break the promise for certain."""
    best: str | None
    """The change that gains most; null where there is none."""
    gain: Number
    """What that gains in the objective, at equal cost; below 0: it loses."""
    error: Number
    """Standard error of that."""
    limit: Number
    """No change gains more, at the confidence."""
    confidence: float
    """Of all limits together (Bonferroni, one-sided Student intervals)."""
    taken: tuple[str, ...]
    """Changes that gained, and were made before these were tried."""


@dataclass(frozen=True, kw_only=True)
class PromiseKept(DecisionPart):
    """How often the promise of one event is kept, in fresh weeks in which it happens."""

    event: str
    """Its name."""
    asked: float
    """Share of these weeks that is asked for."""
    kept: Number
    """Share of these weeks in which it is kept."""
    kept_low: Number
    """Lower limit of that, sequential (Clopper and Pearson)."""
    kept_high: Number
    """Upper limit of that."""
    weeks: int
    """Draws of the whole horizon in which the event happens."""
    is_kept: bool
    """Whether it counts as kept."""
    is_sure: bool
    """Whether the limits say so, not the share alone."""
    point_cost: float | None
    """What a hundredth more of these weeks costs at least, by a single change; null: not known."""
    point_change: str | None
    """That change; null where none keeps it more often."""


@dataclass(frozen=True, kw_only=True)
class Proof(DecisionPart):
    """What the plan may claim; a part is left out where it was not asked."""

    rules: RulesTried | None = None
    """Every single change tried."""
    promises: tuple[PromiseKept, ...] | None = None
    """By event; left out where the promise is not kept or no event is known."""
