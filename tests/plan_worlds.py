"""Small benches for tests of the planner: two quiet days, few mentions, quick to play."""

from typing import Any

from sim.planning.bench import Bench, Candidate, Judge
from sim.planning.budget import staff_shape
from sim.planning.evaluate import Evaluator
from sim.planning.lineup import Lineups
from sim.planning.making import make_template
from sim.planning.opening import find_doors
from sim.planning.standard import shape_proportional
from sim.scenario.model import Scenario
from sim.scenario.settings import PlannerSettings
from tests.worlds import LAUNCH, make_scenario

BUDGET = 8000.0
TWO_DAYS: dict[str, Any] = {
    "horizon": {"days": 2},
    "demand": {"base_per_h": 12.0},
    "promise": {"target_share": 0.5},
    "surge_crew": {"max_hours_a_week": 126.0},
}
WITH_LAUNCH: dict[str, Any] = {**TWO_DAYS, "events": {"launch": {**LAUNCH, "time_h": 33.0}}}


def make_bench(
    scenario: Scenario, budget: float = BUDGET, money_price: float = 0.0, **judge: Any
) -> Bench:
    """Return a bench whose lineups keep the doors open."""
    lineups = Lineups(scenario)
    lineups.doors = find_doors(scenario, lineups.problem)
    rules = {"target": 0.5, "alpha": 0.1, "keeps_promise": False} | judge
    return Bench(Evaluator(scenario, 1), lineups, Judge(budget, money_price, **rules))


def make_candidate(bench: Bench, wages: float = 0.9 * BUDGET, **changes: Any) -> Candidate:
    """Return a candidate staffed in proportion to the work."""
    scenario = bench.lineups.scenario
    policy = make_template(scenario, bench.lineups).model_copy(update=changes)
    found = staff_shape(bench, "proportional", policy, shape_proportional(scenario), wages)
    assert found is not None
    return found


def make_settings(**changes: Any) -> PlannerSettings:
    """Return quick settings of the planner."""
    data: dict[str, Any] = {
        "budget": BUDGET,
        "keep_promise": True,
        "sentiment_weight": 0.0,
        "gap_tol": 0.005,
        "delta": 0.002,
        "alpha_selection": 0.05,
        "search_replications": 4,
        "choice_replications": 400,
        "evaluation_replications": 12,
        "evaluation_seed": None,
        "time_limit_s": 600.0,
    }
    return PlannerSettings.model_validate(data | changes)


__all__ = ["BUDGET", "TWO_DAYS", "WITH_LAUNCH", "make_bench", "make_candidate", "make_scenario",
           "make_settings"]  # fmt: skip
