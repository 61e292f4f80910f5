"""Expectations that know how likely events are: by hand, unbiased, and less noisy."""

import numpy as np
import pytest

from sim.planning.evaluation.evaluator import Evaluator
from sim.planning.evaluation.outcomes import Outcomes, code_events, compute_chance
from tests.worlds import LAUNCH, OUTAGE, make_policy, make_scenario


def make_outcomes(cost, events=None, chance=None):
    cost = np.asarray(cost, float)
    none = np.zeros(cost.size)
    events = none if events is None else np.asarray(events, float)
    chance = none + 1 if chance is None else np.asarray(chance, float)
    return Outcomes(none, none, cost, none, none, events, chance, none, np.zeros((cost.size, 0)))


def test_strata_weigh_as_much_as_they_are_likely():
    seen = make_outcomes([10, 20, 30, 100], [0, 0, 0, 1], [0.6, 0.6, 0.6, 0.4])
    assert seen.expected_cost == pytest.approx(0.6 * 20 + 0.4 * 100)
    assert seen.weight == pytest.approx([0.8, 0.8, 0.8, 1.6])


def test_without_uncertain_events_it_is_the_mean():
    values = np.random.default_rng(0).normal(size=50)
    seen = make_outcomes(values)
    assert seen.expected_cost == pytest.approx(values.mean())
    assert seen.cost_error == pytest.approx(values.std(ddof=1) / 50**0.5)
    assert seen.average(np.where(values > 0, values, np.nan)) == pytest.approx(
        values[values > 0].mean()
    )


def test_a_stratum_that_was_not_seen_is_left_out():
    assert make_outcomes([10, 20], [0, 0], [0.9, 0.9]).expected_cost == pytest.approx(15)
    assert np.isnan(make_outcomes([np.nan]).expected_cost)
    assert make_outcomes([1.0]).cost_error == np.inf


def test_the_error_is_that_of_repeated_samples():
    rng = np.random.default_rng(1)
    means, errors = [], []
    for _ in range(400):
        happens = rng.uniform(size=100) < 0.3
        cost = np.where(happens, 50 + 5 * rng.normal(size=100), 10 + rng.normal(size=100))
        seen = make_outcomes(cost, happens, np.where(happens, 0.3, 0.7))
        means.append(seen.expected_cost)
        errors.append(seen.cost_error)
    assert np.mean(means) == pytest.approx(22.0, abs=4.3 * np.std(means) / 20)
    assert np.std(means) == pytest.approx(np.mean(errors), rel=0.25)
    assert np.std(means) < 0.2 * (0.21**0.5 * 40 / 10)


def test_chances_of_sets_of_events_add_up():
    scenario = make_scenario(events={"launch": {**LAUNCH, "probability": 0.8}, "outage": OUTAGE})
    sets = [np.array([a, b]) for a in (True, False) for b in (True, False)]
    assert sum(compute_chance(scenario, one) for one in sets) == pytest.approx(1)
    assert compute_chance(scenario, sets[1]) == pytest.approx(0.8 * 0.5)
    assert len({code_events(one) for one in sets}) == 4
    assert compute_chance(make_scenario(), np.zeros(0, bool)) == 1


def test_replications_know_what_happened_in_them():
    scenario = make_scenario(horizon={"days": 2}, demand={"base_per_h": 3.0},
                             events={"outage": OUTAGE})  # fmt: skip
    evaluator = Evaluator(scenario, 1)
    seen = evaluator.play(make_policy(scenario, 1), 0, 12)
    happens = [evaluator.find_draws(one).event_time_ms[0] >= 0 for one in range(12)]
    assert seen.events.astype(bool).tolist() == happens
    assert (seen.chance == 0.5).all()
    assert seen.weight.mean() == pytest.approx(1)
