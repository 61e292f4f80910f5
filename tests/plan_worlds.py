"""Small candidate sets for tests of the planner: two quiet days, few mentions, quick to play."""

import pathlib
from typing import Any

import pytest

from sim.planning import last_decision
from sim.planning.bounds import roster_bound
from sim.planning.claims import single_changes
from sim.planning.evaluation.evaluator import Evaluator
from sim.planning.search.budget import staff_shape
from sim.planning.search.candidates import Candidate, CandidateSet, ScoringRule
from sim.planning.session import make_template
from sim.policies.standard import shape_proportional
from sim.rostering.coverage import find_minimum_coverage
from sim.rostering.roster import Rosters
from sim.scenario.model import Scenario
from sim.scenario.settings import PlannerSettings
from sim.store.text import write_yaml
from tests.worlds import LAUNCH, make_plain_scenario, make_scenario

BUDGET = 8000.0
TWO_DAYS: dict[str, Any] = {
    "horizon": {"days": 2},
    "demand": {"base_per_h": 12.0},
    "promise": {"target_share": 0.5},
    "surge_crew": {"max_hours_a_week": 126.0},
}
WITH_LAUNCH: dict[str, Any] = {**TWO_DAYS, "events": {"launch": {**LAUNCH, "time_h": 33.0}}}

SMALL_BUDGET = 2500.0
SMALL_SHIFTS: dict[str, Any] = {
    "open_from_h": 8.0,
    "open_to_h": 20.0,
    "kinds": [
        {"start_h": start_h, "length_h": length_h, "part_time": length_h < 8}
        for start_h, length_h in ((8.0, 8.0), (12.0, 8.0), (10.0, 5.0), (15.0, 5.0))
    ],
    "rest_h": 11.0,
    "max_days_a_week": 5,
    "part_time_share": 0.5,
}


def make_small_scenario(**changes: Any) -> Scenario:
    """Return two days of one topic in one pool with four shifts: a plan takes two seconds."""
    small = {
        "horizon": {"days": 2},
        "shifts": SMALL_SHIFTS,
        "team": {"pools": {"general": {"skills": ["question"], "limit": 20}}},
        "promise": {"target_share": 0.5},
        "surge_crew": {"max_people": 2, "max_hours_a_week": 50.0},
    }
    return make_plain_scenario(20.0, **(small | changes))


def write_scenario(path: pathlib.Path, scenario: Scenario) -> pathlib.Path:
    """Write a scenario as a file that the verbs take."""
    plain = scenario.model_dump(mode="json")
    plain["horizon"]["start"] = plain["horizon"]["start"][:16]
    write_yaml(path, plain)
    return path


def make_candidate_set(
    scenario: Scenario, budget: float = BUDGET, money_price: float = 0.0, **scoring_rule: Any
) -> CandidateSet:
    """Return a candidate set whose rosters keep minimum coverage."""
    rosters = Rosters(scenario)
    rosters.minimum_coverage = find_minimum_coverage(scenario, rosters.problem)
    rules = {"target": 0.5, "alpha": 0.1, "keeps_promise": False} | scoring_rule
    return CandidateSet(Evaluator(scenario, 1), rosters, ScoringRule(budget, money_price, **rules))


def make_candidate(
    candidate_set: CandidateSet, labor_cost: float = 0.9 * BUDGET, **changes: Any
) -> Candidate:
    """Return a candidate staffed in proportion to the work."""
    scenario = candidate_set.rosters.scenario
    policy = make_template(scenario, candidate_set.rosters).model_copy(update=changes)
    found = staff_shape(
        candidate_set, "proportional", policy, shape_proportional(scenario), labor_cost
    )
    assert found is not None
    return found


def hasten_bound(patch: pytest.MonkeyPatch, tries_changes: bool = False) -> None:
    """Let a plan hold its roster against no others, where nobody asks what these gain.

    Nor what single changes do: unless that is asked they are tried on the search's few draws.
    """
    patch.setattr(roster_bound, "VISITS", ())
    if not tries_changes:
        patch.setattr(single_changes, "LEAST_DECISION", 4)


def skip_tuning(patch: pytest.MonkeyPatch) -> None:
    """Let nobody tune Erlang A beside a plan, where nobody asks for it: half of a small plan."""
    patch.setattr(last_decision, "tune", lambda candidate_set, n: None)


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


__all__ = [
    "BUDGET",
    "SMALL_BUDGET",
    "SMALL_SHIFTS",
    "TWO_DAYS",
    "WITH_LAUNCH",
    "hasten_bound",
    "make_candidate",
    "make_candidate_set",
    "make_scenario",
    "make_settings",
    "make_small_scenario",
    "skip_tuning",
    "write_scenario",
]  # fmt: skip


def make_refund_day(unit_cost):
    """Make the two small days with a product that failed, and a refund at a price."""
    refund = {"worth_cost": 15.0, "unit_cost": unit_cost, "work_min": 0.5}
    return make_small_scenario(
        topics={"question": {"cause": "product", "loss_cost": 10.0, "resolution_share": 0.6}},
        redress={"refund": refund},
        satisfaction={"a_red": 0.12},
    )
