"""When no plan keeps the promise: the reason, and the smallest change that would.

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
from sim.planning.evaluation.service_target import find_quantile
from sim.planning.search.budget import HIGH, balance, balance_last, staff_shape
from sim.planning.search.candidates import Bench, Candidate
from sim.planning.search.final_selection import is_promise_met
from sim.planning.search.load_shapes import list_load_shapes, list_standard_shapes, measure_load

MOST_TIMES = 3.0
STEPS = 6
ROUND_TO = 100.0


def find_kept(bench: Bench, candidate: Candidate) -> float:
    """Return the share kept in all but alpha of the replications, of the worst event."""
    columns = candidate.seen.kept.T
    return min((find_quantile(one, bench.judge.alpha) for one in columns), default=1.0)


def refuse_promise(bench: Bench, candidates: Sequence[Candidate], n: int) -> InfeasibleError:
    """Return the error that tells why the promise cannot be kept and what would help.

    Parameters
    ----------
    bench : Bench
        Fresh draws.
    candidates : sequence of Candidate
        The best that a search found.
    n : int
        Replications.
    """
    fitted = [one for one in (balance_last(bench, each, n) for each in candidates) if one]
    scenario, judge = bench.lineups.scenario, bench.judge
    if not fitted:
        return InfeasibleError(
            f"planner.budget = {judge.budget:g}: the cheapest plan found costs more on fresh "
            "draws; smallest change: a budget of "
            f"{min(one.seen.expected_cost for one in candidates) / HIGH:,.0f}"
        )
    best = max(fitted, key=lambda one: find_kept(bench, one))
    kept = find_kept(bench, best)
    enough = find_budget(bench, best, n)
    often = f"in {1.0 - judge.alpha:.0%} of the draws"
    ways = [f"scenario.promise.target_share = {math.floor(kept * 100) / 100:.2f} or lower"]
    if enough is not None:
        ways.append(f"planner.budget = {enough:,.0f} or more")
    return InfeasibleError(
        f"no plan was found that answers {judge.target:.0%} within "
        f"{scenario.promise.promise_min:g} min on the event days {often} for "
        f"{judge.budget:,.0f} {scenario.currency}; the best answers {kept:.1%}. Smallest change, "
        f"one of: {'; '.join(ways)}; planner.keep_promise = false"
    )


def find_budget(bench: Bench, best: Candidate, n: int) -> float | None:
    """Return the smallest budget found that keeps the promise; None up to three times."""
    start = bench.judge
    low, high = start.budget, MOST_TIMES * start.budget
    load = measure_load(bench.evaluator, bench.lineups, best.policy, max(n // 4, 4))
    wishes = {"as it was": best.wish, **list_load_shapes(load, bench.lineups)}
    wishes |= list_standard_shapes(bench.evaluator)
    try:
        if not keeps_at(bench, best, wishes, high, n):
            return None
        for _ in range(STEPS):
            middle = 0.5 * (low + high)
            if keeps_at(bench, best, wishes, middle, n):
                high = middle
            else:
                low = middle
    finally:
        bench.judge = start
    return math.ceil(high / ROUND_TO) * ROUND_TO


def keeps_at(
    bench: Bench, best: Candidate, wishes: dict[str, np.ndarray], budget: float, n: int
) -> bool:
    """Tell whether some wish keeps the promise at a budget."""
    spent = best.seen.expected_cost - bench.lineups.price(best.people)
    bench.judge = replace(bench.judge, budget=budget)
    few = max(n // 4, 4)
    laid = [staff_shape(bench, name, best.policy, wish, 0.99 * budget - spent)
            for name, wish in wishes.items()]  # fmt: skip
    fitted = [fits for one in laid if one is not None and (fits := balance(bench, one, few))]
    if not fitted:
        return False
    fitted.sort(key=lambda one: -find_kept(bench, one))
    bench.extend(fitted[:2], n)
    return any(is_promise_met(bench, one) for one in fitted[:2])
