"""Target staffing: the offered load by Little's law, work carried late by hand, tilts."""

import numpy as np
import pytest

from sim.planning.evaluation.evaluator import Evaluator
from sim.planning.search.load_shapes import (
    carry,
    list_load_shapes,
    list_standard_shapes,
    measure_load,
)
from sim.planning.session import make_template
from sim.rostering.roster import Rosters
from tests.plan_worlds import TWO_DAYS, make_scenario
from tests.worlds import make_plain_scenario


def test_the_load_of_one_turn_cases_is_rate_times_work():
    """Infinite servers, Poisson arrivals of 30 a hour, 4 min each: 2 busy at once."""
    scenario = make_plain_scenario(30.0, horizon={"days": 1})
    evaluator, rosters = Evaluator(scenario, 1), Rosters(scenario)
    n = 60
    load = measure_load(evaluator, rosters, make_template(scenario, rosters), n)
    # variance of an hour's work: 30 cases x E[work^2] = 30 x 2 x 16 min^2; 24 hours; start empty
    error = (30 * 24 * 2 * 16 / n) ** 0.5 / 60 / 24
    assert abs(load.mean() - 2.0 * (1 - 4 / 60 / 24)) < 4.3 * error
    assert load.shape == (24, 1)


def test_the_load_follows_the_level_of_effort():
    scenario = make_scenario(**TWO_DAYS)
    evaluator, rosters = Evaluator(scenario, 1), Rosters(scenario)
    template = make_template(scenario, rosters)
    row = dict.fromkeys(("calm", "ahead", "surge", "recovery"), "thorough")
    thorough = template.model_copy(update={"effort": dict.fromkeys(template.effort, row)})
    plain = measure_load(evaluator, rosters, template, 6)
    more = measure_load(evaluator, rosters, thorough, 6)
    assert 1.0 < more.sum() / plain.sum() < 1.6
    assert plain[~rosters.problem.open_mask].sum() < 0.1 * plain.sum()
    # what the night left at the door is there in the first open hour
    assert plain[7].sum() > 2 * plain[8].sum()


def test_carried_work_is_conserved_in_hours_that_are_open():
    rng = np.random.default_rng(2)
    load = rng.uniform(0, 3, (200, 2))
    is_open = np.ones(200, bool)
    late = carry(load, is_open, 60, 2.0)
    naive, held = [], np.zeros(2)
    for row in load:
        held = held + row
        naive.append(held * (1 - np.exp(-0.5)))
        held = held * np.exp(-0.5)
    assert late == pytest.approx(np.array(naive))
    assert late.sum() + held.sum() == pytest.approx(load.sum())
    assert carry(load, is_open, 60, 0.0) is load


def test_on_a_ring_monday_takes_up_the_work_of_the_weekend():
    """Five days open from 8 to 18: the work of a round is done in each; turned, it turns along."""
    hour, day = np.arange(168) % 24, np.arange(168) // 24
    is_open = (hour >= 8) & (hour < 18) & (day < 5)
    load = np.random.default_rng(3).uniform(0, 3, (168, 2))
    late = carry(load, is_open, 60, 2.0, repeats=True)
    assert late.sum() == pytest.approx(load.sum(), rel=1e-3)
    assert late[8].sum() > carry(load, is_open, 60, 2.0)[8].sum() + 0.3 * load[120:].sum()
    turned = carry(np.roll(load, -72, axis=0), np.roll(is_open, -72), 60, 2.0, repeats=True)
    assert turned == pytest.approx(np.roll(late, -72, axis=0), abs=1e-2)


def test_closed_hours_leave_their_work_to_the_opening():
    load = np.ones((10, 1))
    is_open = np.array([False] * 4 + [True] * 6)
    late = carry(load, is_open, 60, 1.0)
    assert (late[:4] == 0).all()
    assert late[4] == pytest.approx(5 * (1 - np.exp(-1)))


def test_wishes_have_the_shape_of_the_problem():
    scenario = make_scenario(**TWO_DAYS)
    rosters = Rosters(scenario)
    load = np.random.default_rng(1).uniform(0.5, 2, (48, 2))
    found = list_load_shapes(load, rosters) | list_standard_shapes(Evaluator(scenario, 1))
    assert len(found) == 10
    assert {target_staffing.shape for target_staffing in found.values()} == {(48, 2)}
    assert all(
        np.isfinite(target_staffing).all() and (target_staffing >= 0).all()
        for target_staffing in found.values()
    )
