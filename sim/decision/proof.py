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
class RosterBound(DecisionPart):
    """What other rosters gain at most, the plan's rules as they are: cutting planes."""

    exchanges: int
    """Shifts exchanged that count as near."""
    near: float | None
    """A roster so near gains no more; null: not bounded."""
    anywhere: float | None
    """Any roster within budget, shift rules and agreements gains no more; null: not bounded."""
    visited: int
    """Rosters at which the value was cut, the plan's too."""
    pairs: int
    """Pairs of visited rosters on which it was tested that added staff brings less and less."""
    pairs_held: int
    """Of these, on how many it held."""
    worst: float
    """By how much the cut that failed most was too low; 0: none failed."""
    replications: int
    """Of each run."""


@dataclass(frozen=True, kw_only=True)
class Ceiling(DecisionPart):
    """What there is to buy: the plan with something more, at no price, on common draws."""

    name: str
    """What is added."""
    value: Number
    """Mean objective with it."""
    difference: Number
    """The same less the plan's."""
    error: Number
    """Standard error of the difference, paired."""
    cost_difference: Number
    """What it costs more than the plan, as the simulation pays it [currency]."""


@dataclass(frozen=True, kw_only=True)
class Proof(DecisionPart):
    """What the plan may claim; a part is left out where it was not asked."""

    rules: RulesTried | None = None
    """Every single change tried."""
    promises: tuple[PromiseKept, ...] | None = None
    """By event; left out where the promise is not kept or no event is known."""
    roster: RosterBound | None = None
    """What other rosters gain at most."""
    ceilings: tuple[Ceiling, ...] | None = None
    """What there is to buy."""
    lacking: tuple[str, ...] = ()
    """Why the plan is not certified, a sentence each; empty where it is."""
