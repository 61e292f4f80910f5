"""What a plan is worth and how sure that is: comparisons, risks, assumptions, selection, search.

Checked by ``tests/unit/test_decision.py``.
"""

from dataclasses import dataclass

from sim.decision.typed import DecisionPart, Number


@dataclass(frozen=True, kw_only=True)
class PolicyDifference(DecisionPart):
    """The plan less another policy, paired on the same fresh draws."""

    policy: str
    """Name of the other policy."""
    satisfaction_difference: Number
    """Mean satisfaction of the plan less that of the other."""
    ci_low: Number
    """Lower end of its 95 % interval."""
    ci_high: Number
    """Upper end of its 95 % interval."""
    p_below: Number
    """One-sided p-value: small if the plan's satisfaction is below the other's."""
    p_holm: Number
    """The same, corrected over the policies (Holm 1979)."""
    cost_difference: Number
    """Mean cost of the plan less that of the other [currency]."""
    cost: Number
    """Mean cost of the other [currency]."""
    n: int
    """Pairs of replications."""


@dataclass(frozen=True, kw_only=True)
class Advantage(DecisionPart):
    """What the plan is ahead of a benchmark by, and of what that is made, on the fresh draws."""

    policy: str
    """Name of the benchmark: tuned_erlang_a, or current for your roster."""
    difference: Number
    """Mean satisfaction of the plan less the benchmark's."""
    ci_low: Number
    """Lower end of its 95 % interval, paired."""
    ci_high: Number
    """Upper end of its 95 % interval, paired."""
    n: int
    """Pairs of replications."""
    cost: Number
    """Mean cost of the benchmark [currency]."""
    cost_less_budget: Number
    """The same less the plan's budget: below 0 is unspent [currency]."""
    cost_difference: Number
    """Mean cost of the plan less that of the benchmark [currency]."""
    configuration: Number
    """Of the difference, what the plan's rules add: levels, order of work, lead, crew."""
    configuration_low: Number
    """Lower end of its 95 % interval, paired."""
    configuration_high: Number
    """Upper end of its 95 % interval, paired."""
    roster: Number
    """Of the difference, what the plan's roster adds."""
    roster_low: Number
    """Lower end of its 95 % interval, paired."""
    roster_high: Number
    """Upper end of its 95 % interval, paired."""
    plan_rules_on_its_roster: Number
    """Mean satisfaction of the plan's rules on the benchmark's roster."""
    plan_rules_on_its_roster_cost: Number
    """Mean cost of that [currency]."""
    its_rules_on_plan_roster: Number
    """Mean satisfaction of the benchmark's rules on the plan's roster."""
    its_rules_on_plan_roster_cost: Number
    """Mean cost of that [currency]."""
    recipe: tuple[str, ...]
    """How a tuned benchmark is made: roster, order of work, levels, crew; empty for others."""


@dataclass(frozen=True, kw_only=True)
class Risk(DecisionPart):
    """What a world that is worse than planned for would cost."""

    text: str
    """What happens, and how satisfaction changes."""
    value: Number
    """Mean satisfaction there."""
    loss: Number
    """Mean satisfaction as planned less that."""


@dataclass(frozen=True, kw_only=True)
class StatedAssumption(DecisionPart):
    """A number behind the plan."""

    key: str
    """Key of the scenario, with dots."""
    value: int | Number
    """Its value there."""
    mark: str
    """a: assumed, q: quoted, m: measured."""
    source: str
    """Where it comes from."""
    matters: str
    """Why it matters."""


@dataclass(frozen=True, kw_only=True)
class SelectionResult(DecisionPart):
    """The last choice: who came next, and what is promised."""

    runner_up: str | None = None
    """Second best of the last candidates; left out where none was left."""
    difference: Number | None = None
    """Mean objective of the plan less the runner-up's, paired; left out without one."""
    standard_error: Number | None = None
    """Of that difference; left out without a runner-up."""
    delta: float
    """Differences up to this do not matter."""
    alpha: float
    """Accepted risk that a candidate is better by more."""
    probability_correct: float | None
    """1 - alpha; null where the promise is not kept."""
    met: bool
    """Whether the promise is kept: false where the replications ran out."""
    replications: int
    """Of the plan in the choice."""


@dataclass(frozen=True, kw_only=True)
class SearchRecord(DecisionPart):
    """What the search did."""

    start: str
    """Where the plan's search began."""
    steps: tuple[str, ...]
    """What was changed from there, in order."""
    replications_played: int
    """In the search, all candidates together."""
    replications_of_a_decision: int
    """Of each candidate in a comparison."""


@dataclass(frozen=True, kw_only=True)
class ShiftChange(DecisionPart):
    """A shift more or less than in the earlier plan."""

    day: int
    """Of the horizon, from 0."""
    date: str
    """The same, ISO 8601."""
    start_h: float
    """Start, local hour of the day [h]."""
    length_h: float
    """By the clock [h]."""
    pool: str
    """Name of the pool."""
    agents: int
    """Added; below 0: taken away."""


@dataclass(frozen=True, kw_only=True)
class PlanChanges(DecisionPart):
    """The plan against the earlier one."""

    shifts_changed: int
    """People moved, added or taken away."""
    changes_at_most: int | None
    """Allowed; null: any."""
    shifts_fixed: int
    """Kinds of shift (by day and pool) that might not change."""
    rows: tuple[ShiftChange, ...]
    """Shifts added, then shifts taken away."""


@dataclass(frozen=True, kw_only=True)
class ScenarioDifference(DecisionPart):
    """The plan less another policy in one scenario, paired."""

    policy: str
    """Name of the other policy."""
    mean: Number
    """Mean satisfaction of the plan less that of the other."""
    ci_low: Number
    """Lower end of its 95 % interval."""
    ci_high: Number
    """Upper end of its 95 % interval."""


@dataclass(frozen=True, kw_only=True)
class ScenarioResult(DecisionPart):
    """What the plan gives in one of several scenarios."""

    scenario: str
    """Its name."""
    chance: float
    """Of the scenario."""
    satisfaction: Number
    """Mean of the plan there."""
    ci_low: Number
    """Lower end of its 95 % interval."""
    ci_high: Number
    """Upper end of its 95 % interval."""
    cost: Number
    """Mean of the plan there [currency]."""
    n: int
    """Replications of this scenario."""
    differences: tuple[ScenarioDifference, ...]
    """From each other policy."""
