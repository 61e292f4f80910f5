"""Further questions about a plan, asked only where the settings say so, after it is found.

Each costs replications of its own, told beside its answer, and none changes the plan. Checked
by ``tests/functional/test_plan_frontier.py`` and ``tests/functional/test_plan_why.py``.
"""

import time
from typing import Any

from sim.planning.bench import Candidate
from sim.planning.frontier import (
    choose_budgets,
    measure_frontier,
    search_frontier,
    tell_turn,
)
from sim.planning.making import Maker, make_cheapest, make_template
from sim.planning.mixture import open_evaluator
from sim.planning.search import Search

FRONTIER_TIMES = 180


def ask_further(maker: Maker, search: Search, winner: Candidate, n: int) -> dict[str, Any]:
    """Return the answers as plain data: parts of the decision.

    Parameters
    ----------
    maker : Maker
        Scenario, settings, seed.
    search : Search
        Ended.
    winner : Candidate
        The plan.
    n : int
        Fresh replications that the plan was valued on.
    """
    told: dict[str, Any] = {}
    if maker.status == "stopped":
        return told
    if maker.settings.frontier_points:
        told["frontier"] = find_frontier(maker, search, winner, n)
    return told


def find_frontier(maker: Maker, search: Search, winner: Candidate, n: int) -> dict[str, Any]:
    """Return the frontier of budgets around the plan's.

    Decisions are made on half the replications of the plan's search; all points together have
    the search's time limit once more.
    """
    settings, scenario = maker.settings, maker.scenario
    few = max(search.n // 2, 4)
    played = search.bench.evaluator.played
    total = settings.frontier_points * FRONTIER_TIMES * few

    def tell(done: int, step: str) -> None:
        maker.tell("Looking at other budgets", min(done - played, total - 1), total)

    again = Search(search.bench, few, time.monotonic() + settings.time_limit_s, tell)
    cheapest = price_cheapest(search)
    budget = search.bench.judge.budget
    budgets = choose_budgets(budget, cheapest, settings.frontier_span, settings.frontier_points)
    ends = search_frontier(again, winner, budgets, few)
    fresh = open_evaluator(
        maker.mixture, maker.evaluation_seed, maker.workers, settings.sentiment_weight
    )
    rows = measure_frontier(fresh, ends.points, n, scenario.promise.target_share)
    words = [tell_turn(rows, settings.worth_per_1000, scenario.currency)]
    if ends.is_stopped:
        words.append("The search for other budgets was cut short.")
    return {
        "points": rows,
        "worth_per_1000": settings.worth_per_1000,
        "words": " ".join(words),
        "replications_played": search.bench.evaluator.played - played + fresh.played,
    }


def price_cheapest(search: Search) -> float:
    """Return the expected cost of the least that keeps the doors open and what is agreed."""
    bench = search.bench
    template = make_template(bench.lineups.scenario, bench.lineups)
    cheapest = make_cheapest(bench.lineups, template)
    bench.extend([cheapest], search.n)
    return cheapest.seen.take(search.n).expected_cost
