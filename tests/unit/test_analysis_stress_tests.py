"""Worse worlds: what changes in each, and that the words fit the numbers."""

import numpy as np
import pytest

from sim.planning.analysis.stress_tests import (
    describe_loss,
    list_risks,
    list_worse_worlds,
    make_outage,
    send_home,
)
from sim.rostering.roster import Rosters
from tests.plan_worlds import (
    TWO_DAYS,
    WITH_LAUNCH,
    make_candidate,
    make_candidate_set,
    make_scenario,
)
from tests.worlds import OUTAGE, Whole, make_plain_scenario, make_topic

SCENARIO = make_scenario(**WITH_LAUNCH)


def test_each_world_is_worse_in_its_own_way():
    worlds = dict(list_worse_worlds(SCENARIO))
    more, higher, hasty, outage = worlds.values()
    assert more.demand.base_per_h == pytest.approx(1.15 * 12.0)
    assert higher.events["launch"].peak == pytest.approx(1 + 1.5 * 1.5)
    assert higher.demand == SCENARIO.demand
    assert hasty.topics["error"].patience.mean_min == pytest.approx(0.75 * 360)
    assert set(outage.events) == {"launch", "unforeseen_outage"}
    for world in worlds.values():
        type(world).model_validate(world.model_dump())


def test_an_outage_is_not_added_where_there_is_one():
    with_outage = make_scenario(**{**TWO_DAYS, "events": {"o": {**OUTAGE, "window_h": [0, 48]}}})
    assert len(list(list_worse_worlds(with_outage))) == 3


def test_an_outage_is_about_topics_that_exist():
    own = make_plain_scenario(topics=Whole(billing=make_topic(1.0, 3.0, 60.0, 0.5)),
                              team={"pools": Whole(general={"skills": ["billing"], "limit": 9})},
                              horizon={"days": 1})  # fmt: skip
    assert make_outage(own).topic_share == {"billing": 1.0}
    assert make_outage(own).window_h == (0.0, 24.0)
    assert set(make_outage(SCENARIO).topic_share) <= set(SCENARIO.topics)


def test_one_in_ten_stays_away():
    rosters = Rosters(SCENARIO)
    roster = np.random.default_rng(1).integers(0, 3, rosters.n)
    policy = rosters.to_policy(make_candidate(make_candidate_set(SCENARIO)).policy, roster)
    fewer = send_home(policy, rosters)
    assert fewer is not None
    left = rosters.read_policy(fewer)
    assert left is not None
    assert left.sum() == roster.sum() - roster.sum() // 10
    assert (left <= roster).all()
    assert (left >= 0).all()


def test_words_follow_the_sign():
    assert "falls by 0.100 to" in describe_loss("x", np.array([0.5]), np.array([0.6])).text
    assert "rises by 0.100 to" in describe_loss("x", np.array([0.6]), np.array([0.5])).text


def test_risks_are_told_largest_loss_first_and_surprises_apart():
    surprise = {**OUTAGE, "window_h": [0.0, 48.0], "kind": "breach"}
    scenario = make_scenario(**{**TWO_DAYS, "events": {"data_breach": surprise}})
    candidate_set = make_candidate_set(scenario)
    candidate = make_candidate(candidate_set)
    rows = list_risks(candidate_set.evaluator, candidate.policy, candidate_set.rosters, 12)
    losses = [row.loss for row in rows]
    assert losses == sorted(losses, reverse=True)
    told = {row.text.split(":")[0]: row for row in rows}
    assert "Data breach happens (chance 50%)" in told
    assert told["15 % more mentions than expected"].loss > 0
    assert told["One person in ten is ill"].loss > 0
    happens = [candidate_set.evaluator.find_draws(one).event_time_ms[0] >= 0 for one in range(12)]
    seen = candidate_set.evaluator.play(candidate.policy, 0, 12).satisfaction
    surprise_row = told["Data breach happens (chance 50%)"]
    assert surprise_row.value == pytest.approx(seen[happens].mean())
