"""When no plan meets the service-level target: the reason, and the smallest change that would.

Two changes are looked for, each alone: a lower target at the same budget (what the most
faithful candidate keeps in all but alpha of the weeks), and a larger budget (bisection; for
each budget the staff is laid anew for that candidate's rules by several shapes). Both are
what was found, not what is proven. Checked by ``tests/functional/test_plan_search.py``.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from sim.errors import InfeasibleError
from sim.planning.evaluation.service_target import compute_quantile
from sim.planning.search.budget import HIGH, balance, balance_last, staff_shape
from sim.planning.search.candidates import Candidate, CandidateSet
from sim.planning.search.final_selection import is_promise_met
from sim.planning.search.load_shapes import list_load_shapes, list_standard_shapes, measure_load

# Budgets up to three times are tried to keep the target; beyond, people are not what is lacking.
MOST_TIMES = 3.0
# Bisections: the named budget is within 1/32 of the range, then rounded up.
STEPS = 6
# Budgets are named in hundreds.
ROUND_TO = 100.0


def compute_kept_share(candidate_set: CandidateSet, candidate: Candidate) -> float:
    """Share kept in all but alpha of the replications, of the worst event, as decisions ask it.

    With the rule's caution, so that a target so low is kept on other draws as well.
    """
    rule = candidate_set.scoring_rule
    levels = [(one, rule.move_level(one, rule.caution)) for one in candidate.seen.kept.T]
    return min((compute_quantile(one, level) for one, level in levels), default=1.0)


def refuse_promise(
    candidate_set: CandidateSet, candidates: Sequence[Candidate], n: int
) -> InfeasibleError:
    """Make the error that says why the service-level target cannot be met and what would help.

    Parameters
    ----------
    candidate_set : CandidateSet
        Fresh draws.
    candidates : sequence of Candidate
        The best that a search found.
    n : int
        Replications.
    """
    fitted = [one for one in (balance_last(candidate_set, each, n) for each in candidates) if one]
    scenario, scoring_rule = candidate_set.rosters.scenario, candidate_set.scoring_rule
    if not fitted:
        return InfeasibleError(
            f"planner.budget = {scoring_rule.budget:g}: the cheapest plan found costs more on "
            "fresh draws; smallest change: a budget of "
            f"{min(one.seen.expected_cost for one in candidates) / HIGH:,.0f}"
        )
    best = max(fitted, key=lambda one: compute_kept_share(candidate_set, one))
    kept = compute_kept_share(candidate_set, best)
    enough = find_budget(candidate_set, best, n)
    often = f"in {1.0 - scoring_rule.alpha:.0%} of the draws"
    ways = [f"scenario.promise.target_share = {math.floor(kept * 100) / 100:.2f} or lower"]
    if enough is not None:
        ways.append(f"planner.budget = {enough:,.0f} or more")
    return InfeasibleError(
        f"no plan was found that answers {scoring_rule.target:.0%} within "
        f"{scenario.promise.promise_min:g} min on the event days {often} for "
        f"{scoring_rule.budget:,.0f} {scenario.currency}; the best answers {kept:.1%}. Smallest "
        f"change, one of: {'; '.join(ways)}; planner.keep_promise = false"
    )


def find_budget(candidate_set: CandidateSet, best: Candidate, n: int) -> float | None:
    """Find the smallest budget that meets the target; None up to three times."""
    start = candidate_set.scoring_rule
    low, high = start.budget, MOST_TIMES * start.budget
    load = measure_load(candidate_set.evaluator, candidate_set.rosters, best.policy, max(n // 4, 4))
    target_staffings = {
        "as it was": best.target_staffing,
        **list_load_shapes(load, candidate_set.rosters),
    }
    target_staffings |= list_standard_shapes(candidate_set.evaluator)
    try:
        if not keeps_at(candidate_set, best, target_staffings, high, n):
            return None
        for _ in range(STEPS):
            middle = 0.5 * (low + high)
            if keeps_at(candidate_set, best, target_staffings, middle, n):
                high = middle
            else:
                low = middle
    finally:
        candidate_set.scoring_rule = start
    return math.ceil(high / ROUND_TO) * ROUND_TO


def keeps_at(
    candidate_set: CandidateSet,
    best: Candidate,
    target_staffings: dict[str, np.ndarray],
    budget: float,
    n: int,
) -> bool:
    """Whether some target staffing meets the service-level target at a budget."""
    spent = best.seen.expected_cost - candidate_set.rosters.price(best.roster)
    candidate_set.scoring_rule = replace(candidate_set.scoring_rule, budget=budget)
    few = max(n // 4, 4)
    laid = [staff_shape(candidate_set, name, best.policy, target_staffing, 0.99 * budget - spent)
            for name, target_staffing in target_staffings.items()]  # fmt: skip
    fitted = [
        fits for one in laid if one is not None and (fits := balance(candidate_set, one, few))
    ]
    if not fitted:
        return False
    fitted.sort(key=lambda one: -compute_kept_share(candidate_set, one))
    candidate_set.extend(fitted[:2], n)
    return any(is_promise_met(candidate_set, one) for one in fitted[:2])
