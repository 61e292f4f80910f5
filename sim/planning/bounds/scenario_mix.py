"""The bound of a plan for one scenario or several.

A policy's mean over a mixture is the mean of its means, each at most what its scenario's bound
allows; so the mean of the bounds is a bound. That holds for bounds that know no money. One that
prices money with the budget may not be added up scenario by scenario: the budget holds on
average only, so a policy may spend more in one scenario and less in another; then all scenarios
would need one price. Several scenarios therefore get the bound of ample staff. Checked by
``tests/unit/test_evaluation_scenario_mix.py``.
"""

from sim.planning.bounds.reported import PlanBound, bound_plan, report_ample
from sim.planning.evaluation.evaluator import Evaluator
from sim.rostering.roster import Rosters
from sim.scenario.policy import Policy


def bound_any(
    evaluator: Evaluator, rosters: Rosters, policy: Policy, budget: float, money: float, n: int
) -> PlanBound | None:
    """Return the bound of a plan; see `bound_plan`, with an evaluator of any mixture."""
    split = evaluator.split(n)
    if len(split) == 1:
        return bound_plan(evaluator, rosters, policy, budget, money, n)
    found = [(chance, report_ample(one, policy, max(count, 1))) for one, chance, count in split]
    each = [(chance, one) for chance, one in found if one is not None]
    if len(each) < len(found):
        return None
    gap = sum(chance * one.gap for chance, one in each)
    error = sum((chance * one.gap_error) ** 2 for chance, one in each) ** 0.5
    return PlanBound("ample", gap, error, n, None)
