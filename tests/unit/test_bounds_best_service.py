"""The bound: above every policy, customer by customer; reached where care is perfect."""

import numpy as np
import pytest

from sim.care.kernel.engine import run_kernel
from sim.outcomes.course import compute_rows
from sim.planning.bounds.best_service import bound_customers, bound_satisfaction
from sim.planning.evaluation.evaluator import Evaluator
from sim.planning.session import make_template
from sim.policies.workload import name_effort
from sim.rostering.roster import Rosters
from sim.running.play import prepare
from sim.scenario.policy import Priority
from tests.plan_worlds import TWO_DAYS, WITH_LAUNCH, make_scenario
from tests.worlds import GIVEN, REDRESS_WORLD, make_plain_scenario, make_policy

SCENARIO = make_scenario(**WITH_LAUNCH)
AUTO = {**name_effort(SCENARIO, "thorough"), "question": name_effort(SCENARIO, "auto")["question"]}
SLOW = {"ticket_system": False, "monitor_every_min": 30.0, "triage_recall": 0.85}
WORLDS = {
    "average": {},
    "laggard": {"maturity": SLOW},
    "redress": REDRESS_WORLD,
    "later waits": {"satisfaction": {"later_speed_weight": 1.0, "late_per_h": 0.05}},
    # By the day's end of the best of sentiments a customer would expect a tenth less.
    "mood": {"brand": {"mood_strength": 0.4, "mood_half_life_h": 48.0, "k3": 0.2}},
}
POLICIES = {
    "nobody": {"agents": 0},
    "few": {"agents": 1},
    "many, brief": {"agents": 20, "effort": name_effort(SCENARIO, "brief")},
    "many, thorough": {"agents": 20, "effort": name_effort(SCENARIO, "thorough")},
    "many, bots first": {"agents": 20, "effort": AUTO, "after_auto": "thorough"},
    "checks": {"agents": 20, "follow_up": True, "priority": Priority(complaints_first=True)},
}


@pytest.mark.parametrize("name", POLICIES)
@pytest.mark.parametrize("world", WORLDS)
def test_no_policy_gives_any_customer_more(name, world):
    scenario = make_scenario(**WITH_LAUNCH, **WORLDS[world])
    given = {"redress": GIVEN} if world == "redress" else {}
    policy = make_policy(scenario, **POLICIES[name], **given)
    evaluator = Evaluator(scenario, 5)
    tables, scales, _ = prepare(scenario, policy)
    for replication in range(6):
        draws = evaluator.find_draws(replication)
        rows = compute_rows(scales, draws, run_kernel(tables, draws))
        # spread mentions apart, all that count are real under every policy
        got = rows.satisfaction[rows.exogenous]
        best = bound_customers(tables.levels, scales, draws)
        assert best.shape == got.shape
        assert (got <= best + 1e-12).all()


def test_it_is_reached_where_all_care_is_at_once_and_perfect():
    """Work of a millisecond, resolved for sure, more agents than customers: nothing is lost."""
    scenario = make_plain_scenario(
        20.0,
        horizon={"days": 1},
        topics={"question": {"work": {"mean_min": 1e-5}, "resolution_share": 1.0}},
    )
    levels = {name: {**level.model_dump(), "friendly_share": 1.0, "personal_share": 1.0}
              for name, level in scenario.effort.levels.items()}  # fmt: skip
    effort = scenario.effort.model_copy(
        update={"levels": {name: type(scenario.effort.levels[name])(**level)
                           for name, level in levels.items()}}
    )  # fmt: skip
    scenario = scenario.model_copy(update={"effort": effort})
    evaluator = Evaluator(scenario, 1)
    policy = make_policy(scenario, 50)
    bound = bound_satisfaction(evaluator, policy, 5)
    got = evaluator.play(policy, 0, 5).satisfaction.mean()
    assert bound is not None
    assert got <= bound
    assert bound == pytest.approx(got, abs=1e-5)


def test_without_sentiment_only():
    scenario = make_scenario(**TWO_DAYS)
    policy = make_template(scenario, Rosters(scenario))
    assert bound_satisfaction(Evaluator(scenario, 1, sentiment_weight=0.2), policy, 2) is None


def test_a_day_without_mentions_has_no_bound():
    scenario = make_plain_scenario(0.0, horizon={"days": 1})
    policy = make_policy(scenario, 1)
    bound = bound_satisfaction(Evaluator(scenario, 1), policy, 2)
    assert bound is not None
    assert np.isnan(bound)
