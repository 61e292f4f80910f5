"""Skill: who does what how well, by hand, and in the play of both engines."""

import numpy as np
import pytest

import sim
from sim.errors import InputError
from sim.policies.workload import count_work_min
from sim.scenario.build import load_scenario
from sim.scenario.lower import lower
from sim.scenario.profile import scale_odds
from tests.hand import play
from tests.worlds import make_policy, make_scenario

OFF_SKILL = {"off_skill_time": 1.25, "off_skill_odds": 0.6}
TAUGHT = {
    "pools": {"technical": {"proficiency": {"error": {"time": 0.8}, "question": {"odds": 2.0}}}}
}
GENERAL, TECHNICAL = 0, 1
QUESTION, ERROR = 0, 1


def lower_team(**team):
    scenario = make_scenario(team=team)
    return lower(scenario, make_policy(scenario)).levels


def test_odds_by_hand():
    """Odds 1:1 x .6 are 3:5; what is sure stays sure, unless nothing is left of its odds."""
    found = scale_odds(np.array([0.5, 0.5, 1.0, 1.0, 0.0]), np.array([0.6, 2.0, 0.6, 0.0, 9.0]))
    np.testing.assert_allclose(found, [3 / 8, 2 / 3, 1.0, 0.0, 0.0], rtol=1e-15)


def test_work_outside_the_skills_takes_longer_and_solves_less():
    plain, skilled = lower_team(), lower_team(**OFF_SKILL)
    times = skilled.work_factor[:, 2] / plain.work_factor[:, 2]
    assert times[GENERAL, [QUESTION, ERROR]].tolist() == [1.0, 1.25]
    assert times[TECHNICAL, [QUESTION, ERROR]].tolist() == [1.25, 1.0]
    p = plain.resolve_p[GENERAL, :, ERROR]
    np.testing.assert_allclose(
        skilled.resolve_p[GENERAL, 1:, ERROR], 0.6 * p[1:] / (1 - 0.4 * p[1:]), rtol=1e-14
    )
    assert skilled.resolve_p[GENERAL, 0, ERROR] == p[0], "the bot knows no pools"
    assert (skilled.resolve_p[TECHNICAL, :, ERROR] == p).all()


def test_proficiency_says_it_by_topic_and_leaves_the_rest():
    plain, taught = lower_team(), lower_team(**(OFF_SKILL | TAUGHT))
    times = taught.work_factor[TECHNICAL, 2] / plain.work_factor[TECHNICAL, 2]
    np.testing.assert_allclose(times[[QUESTION, ERROR]], [1.25, 0.8], rtol=1e-14)
    p = plain.resolve_p[TECHNICAL, 2]
    np.testing.assert_allclose(
        taught.resolve_p[TECHNICAL, 2, [QUESTION, ERROR]],
        [2 * p[QUESTION] / (1 + p[QUESTION]), p[ERROR]],
        rtol=1e-14,
    )


def test_the_workload_is_that_of_the_home_pool():
    """Four fifths of the time; chances as they were."""
    plain, taught = make_scenario(), make_scenario(team=OFF_SKILL | TAUGHT)
    ratio = count_work_min(taught)[[QUESTION, ERROR]] / count_work_min(plain)[[QUESTION, ERROR]]
    np.testing.assert_allclose(ratio, [1.0, 0.8], rtol=1e-14)


def test_the_pool_that_begins_a_reply_decides_whether_it_resolves():
    """A cut stops the reply of pool 0 at minute 4; pool 1, who solves all, ends it at 20."""
    resolve_p = np.zeros((2, 4, 1))
    resolve_p[1] = 1.0
    world = {
        "pools": 2,
        "staff": {0: [1, 0], 4: [0, 0], 14: [0, 1]},
        "routing": {"overflow_ms": 60_000},
        "cut": 2,
    }
    stopped = play(
        [{"resolved": False, "writes_again": False}], levels={"resolve_p": resolve_p}, **world
    )
    assert stopped.turns == [[(0, 20, 1, 2)]]
    assert not stopped.run.resolved[0]
    fresh = play([{"at": 5, "resolved": False}], levels={"resolve_p": resolve_p}, **world)
    assert fresh.turns == [[(14, 24, 1, 2)]]
    assert fresh.run.resolved[0]


def test_odds_of_nothing_solve_nothing():
    """Outside its skills a pool with odds of 0 resolves no case, within them as before."""
    scenario = make_scenario(horizon={"days": 1}, team={"off_skill_odds": 0.0, "overflow_min": 1.0})
    policy = make_policy(scenario)
    record = sim.play(scenario, policy, sim.draw(scenario, seed=1, replication=0))
    mentions = record.mentions
    alone = np.asarray(mentions["turns"]) == 1
    home = np.array([0, 1, 0, 1, 0, 0])[np.asarray(mentions["topic"])]
    stranger = alone & (np.asarray(mentions["pool"]) >= 0) & (np.asarray(mentions["pool"]) != home)
    friend = alone & (np.asarray(mentions["pool"]) == home)
    resolved = np.asarray(mentions["resolved"])
    assert stranger.sum() > 10
    assert not resolved[stranger].any()
    assert resolved[friend].any()


def test_a_topic_that_is_none_is_told_with_the_nearest():
    with pytest.raises(InputError) as caught:
        load_scenario("telecom_week", ["team.pools.general.proficiency={eror: {time: 2}}"])
    assert "team.pools.general.proficiency = eror" in str(caught.value)
    assert "did you mean error?" in str(caught.value)
