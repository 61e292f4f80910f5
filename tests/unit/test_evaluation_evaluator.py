"""The evaluator against plain replications: same numbers, whatever is kept or threaded."""

import numpy as np
import pytest

from sim.planning.evaluation import evaluator as evaluate
from sim.planning.evaluation.evaluator import Evaluator
from sim.planning.evaluation.objective import Objective
from sim.running.play import play
from sim.running.replicate import replicate
from tests.worlds import LAUNCH, make_policy, make_scenario

SMALL = {
    "horizon": {"days": 2},
    "demand": {"base_per_h": 8.0},
    "events": {"launch": {**LAUNCH, "time_h": 10.0, "probability": 0.6}},
}


@pytest.fixture(scope="module")
def scenario():
    return make_scenario(**SMALL)


@pytest.fixture(scope="module")
def policy(scenario):
    return make_policy(scenario, 1, surge={"agents": {"general": 1, "technical": 1}})


def test_it_measures_what_replications_measure(scenario, policy):
    seen = Evaluator(scenario, 3).play(policy, 0, 12)
    plain = replicate(scenario, policy, 12, 3)
    np.testing.assert_array_equal(seen.satisfaction, plain.measures["satisfaction"])
    np.testing.assert_array_equal(seen.value, plain.measures["satisfaction"])
    np.testing.assert_array_equal(seen.cost, plain.measures["cost"])
    assert seen.n == 12


def test_crew_hours_are_what_is_staffed_beyond_the_roster(scenario, policy):
    seen = Evaluator(scenario, 3).play(policy, 0, 12)
    plain = replicate(scenario, policy, 12, 3)
    roster_h = sum(sum(row) for row in policy.staff.values())
    assert seen.crew_h == pytest.approx(plain.measures["staffed_h"] - roster_h)


def test_sentiment_and_spread_are_weighed_as_measured(scenario, policy):
    harmed = scenario.model_copy(
        update={"costs": scenario.costs.model_copy(update={"spread_harm": 0.3})}
    )
    seen = Evaluator(harmed, 3, sentiment_weight=0.4).play(policy, 0, 6)
    plain = replicate(harmed, policy, 6, 3)
    measures = plain.measures
    by_hand = 0.6 * measures["satisfaction"] + 0.4 * measures["sentiment_mean"]
    by_hand -= 0.3 * measures["spread_mentions"] / measures["actionable"]
    assert seen.value == pytest.approx(by_hand)
    names = ("satisfaction", "sentiment_mean", "spread_mentions", "actionable")
    stated = Objective(0.4, 0.3).value(*(measures[name] for name in names))
    np.testing.assert_array_equal(seen.value, stated)


def test_a_measure_that_is_not_satisfaction_alone_is_said():
    assert Objective(0.0, 0.0).describe() == []
    [sentence] = Objective(0.4, 0.3).describe()
    assert sentence.startswith(
        "Not satisfaction alone is weighed: 60% of it and 40% of mean sentiment, 0.3 off for each "
        "spread complaint a customer."
    )


def test_the_promise_is_counted_from_the_record(scenario, policy):
    evaluator = Evaluator(scenario, 3)
    seen = evaluator.play(policy, 0, 6)
    hours = evaluator.event_days[0].hours
    for replication in range(6):
        draws = evaluator.find_draws(replication)
        rows = play(scenario, policy, draws).mentions
        day = hours[rows["arrival_ms"] // 3_600_000]
        mine = rows[day & rows["actionable"] & (rows["origin"] != 3)]
        replied = mine["first_reply_ms"] >= 0
        in_time = replied & (mine["first_reply_ms"] - mine["arrival_ms"] <= 3_600_000)
        expected = in_time.mean() if draws.event_time_ms[0] >= 0 else np.nan
        assert seen.kept[replication, 0] == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(("workers", "memory"), [(1, 10**9), (3, 10**9), (2, 0), (1, 10**5)])
def test_threads_and_memory_change_nothing(scenario, policy, workers, memory):
    whole = Evaluator(scenario, 3, 2).play(policy, 0, 8)
    evaluator = Evaluator(scenario, 3, workers, memory_bytes=memory)
    parts = evaluator.play(policy, 0, 3).join(evaluator.play(policy, 3, 8))
    for name in ("value", "cost", "crew_h", "kept"):
        np.testing.assert_array_equal(getattr(parts, name), getattr(whole, name))
    assert evaluator.played == 8


@pytest.mark.parametrize(("memory", "times"), [(10**9, 1), (0, 2)])
def test_draws_are_kept_as_far_as_there_is_memory(monkeypatch, scenario, policy, memory, times):
    drawn = []
    draw = evaluate.draw
    monkeypatch.setattr(evaluate, "draw", lambda *told: drawn.append(told[-1]) or draw(*told))
    evaluator = Evaluator(scenario, 3, 1, memory_bytes=memory)
    for lead_h in (0.0, 2.0):
        evaluator.play(policy.model_copy(update={"lead_h": lead_h}), 0, 3)
    assert drawn == [0, 1, 2] * times


def test_many_policies_are_played_like_each_alone(scenario, policy):
    other = make_policy(scenario, 2)
    evaluator = Evaluator(scenario, 3)
    both = evaluator.play_all([(policy, 0, 4), (other, 2, 5)])
    np.testing.assert_array_equal(both[0].value, evaluator.play(policy, 0, 4).value)
    np.testing.assert_array_equal(both[1].value, evaluator.play(other, 2, 5).value)
    assert both[0].take(2).n == 2


def test_evaluators_far_apart_share_no_draw(scenario, policy):
    near = Evaluator(scenario, 3).play(policy, 0, 5)
    far = Evaluator(scenario, 3, first=1000).play(policy, 0, 5)
    assert not set(near.value) & set(far.value)
