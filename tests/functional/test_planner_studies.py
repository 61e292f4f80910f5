"""Small cases of the studies that hold the planner against the field and against hindsight."""

import numpy as np
import pytest
from scipy import stats

from sim.demand.draw import draw
from sim.planning.evaluation.evaluator import Evaluator
from sim.scenario.policy_checks import check_policy
from tests.plan_worlds import (
    BUDGET,
    WITH_LAUNCH,
    make_candidate,
    make_candidate_set,
    make_scenario,
    make_settings,
)
from tests.studies import load_study

rivals, field = load_study("planner_field", ["rivals", "run"])
(event_value,) = load_study("event_value", ["run"])
SCENARIO = make_scenario(**WITH_LAUNCH)


def make_field(most: int = 80) -> "rivals.Field":
    candidate_set = make_candidate_set(SCENARIO, keeps_promise=True)
    return rivals.Field(candidate_set, make_candidate(candidate_set), 4, most)


@pytest.mark.parametrize("name", ["random", "annealing", "genetic"])
def test_a_rival_keeps_rules_and_replications(name):
    """The best it finds is at least where it started, allowed, and found with what it was given."""
    world = make_field()
    before = make_field().score(world.begin())
    found, played = rivals.find_rival(name, world.candidate_set, world.start, 4, 80, 1)
    assert played == 80
    # a plan that it meets again is known: it counts, and is not played
    assert 60 <= world.candidate_set.evaluator.played <= 80
    rosters = world.candidate_set.rosters
    assert rosters.is_allowed(found.roster)
    assert check_policy(SCENARIO, found.policy) == []
    np.testing.assert_array_equal(rosters.read_policy(found.policy), found.roster)
    assert rosters.price(found.roster) <= BUDGET
    score = make_field()
    score.candidate_set.extend([found], 4)
    assert score.candidate_set.scoring_rule.score(found.seen) >= before - 1e-12


def test_neighbors_differ_and_are_allowed():
    world, rng = make_field(), np.random.default_rng(2)
    choice, kinds = world.begin(), set()
    for _ in range(60):
        new = world.mutate(choice, rng)
        assert world.candidate_set.rosters.is_allowed(new.roster)
        kinds |= {"people"} if (new.roster != choice.roster).any() else set()
        kinds |= {"levels"} if new.levels != choice.levels else set()
        kinds |= {"lead"} if new.lead != choice.lead else set()
        choice = new
    assert kinds == {"people", "levels", "lead"}


def test_the_field_is_compared_as_scipy_does_where_all_draws_weigh_the_same():
    rng = np.random.default_rng(3)
    own, other = rng.normal(0.01, 0.1, 400), rng.normal(0.0, 0.1, 400)
    row = {"scenario": "a", "weight": [1.0] * 400}
    told = field.compare(
        row | {"name": "plan", "values": own}, row | {"name": "x", "values": other}
    )
    wanted = stats.ttest_rel(own, other)
    assert told["mean"] == pytest.approx((own - other).mean())
    assert told["mean"] / told["error"] == pytest.approx(wanted.statistic, rel=2e-3)
    assert field.judge_pair({"p_holm": 0.01, "mean": -0.1}) == "loses"
    assert field.judge_pair({"p_holm": 0.06, "mean": 0.1}) == "ties"


def test_hindsight_meets_one_draw_again_and_again_and_gains_by_it():
    """A search that knows the day beats a roster that does not, within the budget of that day."""
    known = draw(SCENARIO, 9, 3)
    evaluator = event_value.KnownDraw(known, SCENARIO, 9, 1)
    candidate = make_candidate(make_candidate_set(SCENARIO))
    seen = evaluator.play(candidate.policy, 0, 3).satisfaction
    assert (seen == Evaluator(SCENARIO, 9, 1).play(candidate.policy, 3, 4).satisfaction).all()
    settings = make_settings(search_replications=2, keep_promise=False)
    value, cost = event_value.look_back(SCENARIO, known, settings, 1)
    assert cost <= BUDGET
    assert value > seen[0] + 0.01


def test_the_share_of_a_gap_is_that_of_the_means():
    rng = np.random.default_rng(4)
    reactive = rng.normal(0.5, 0.1, 40)
    table = np.stack([reactive, reactive + 0.01, reactive + 0.04], axis=1)
    share, low, high = event_value.close_share(table)
    assert (share, low, high) == pytest.approx((0.25, 0.25, 0.25))
    table[:, 1] += rng.normal(0.0, 0.01, 40)
    _, low, high = event_value.close_share(table)
    assert low < table[:, 1].mean() / 0.04 - reactive.mean() / 0.04 < high


def test_draws_of_an_event_are_those_in_which_it_happens():
    numbers = event_value.find_numbers(SCENARIO, 3)
    assert numbers == [0, 1, 2]
