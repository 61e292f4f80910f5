"""Designs: counts and values by hand, effects and indices of functions with known answers."""

import itertools
import math

import numpy as np
import pytest

from sim.errors import InputError
from sim.study.design import (
    count_points,
    draw_morris,
    draw_units,
    list_points,
    mix_samples,
    stretch,
)
from sim.study.form import Design, Experiment, Factor


def make_experiment(factors, **design):
    return Experiment.model_validate(
        {"scenario": "telecom_week", "factors": factors, "design": design}
    )


def list_values(experiment):
    return [tuple(point.values.values()) for point in list_points(experiment)]


def test_grid_is_every_combination_the_last_factor_fastest():
    factors = {"a": [1, 2], "b": {"low": 1.0, "high": 100.0, "scale": "log"}}
    found = list_values(make_experiment(factors, kind="grid", levels=3))
    assert found == list(itertools.product([1, 2], [1.0, pytest.approx(10.0), 100.0]))


def test_list_takes_values_side_by_side():
    found = list_values(make_experiment({"a": [1, 2], "b": ["x", "y"]}, kind="list"))
    assert found == [(1, "x"), (2, "y")]


def test_arms_are_points():
    arms = {"off": {}, "on": {"scenario.x": 1}}
    points = list_points(Experiment.model_validate({"scenario": "telecom_week", "arms": arms}))
    assert [(point.arm, point.values) for point in points] == list(arms.items())


@pytest.mark.parametrize(
    ("kind", "count"), [("lhs", 8), ("sobol", 8), ("saltelli", 8 * 4), ("morris", 8 * 3)]
)
def test_drawn_designs_have_as_many_points_as_they_say(kind, count):
    factors = {"a": {"low": 0.0, "high": 1.0}, "b": ["x", "y"]}
    experiment = make_experiment(factors, kind=kind, points=8)
    assert (
        len(list_points(experiment)) == count == count_points(experiment.design, experiment.factors)
    )


def test_too_many_points_are_refused_before_they_are_made():
    factors = {key: list(range(100)) for key in "abcdef"}
    with pytest.raises(InputError, match="1,000,000,000,000 points; allowed: at most"):
        list_points(make_experiment(factors, kind="grid"))


@pytest.mark.parametrize("kind", ["sobol", "saltelli", "morris"])
def test_a_longer_design_begins_with_the_shorter_one(kind):
    short, long = (draw_units(Design(kind=kind, points=n), 3) for n in (8, 16))
    assert np.array_equal(long[: len(short)], short)


@pytest.mark.parametrize("kind", ["lhs", "sobol"])
def test_each_factor_has_one_value_in_each_stratum(kind):
    """What random points have with a chance of 16! / 16^16, a millionth, in each factor."""
    units = draw_units(Design(kind=kind, points=16), 3)
    assert np.array_equal(
        np.sort(np.floor(units * 16), axis=0), np.repeat(np.arange(16), 3).reshape(16, 3)
    )


def test_ranges_are_stretched_as_their_scale_says():
    linear = Factor.model_validate({"low": 10.0, "high": 30.0})
    log = Factor.model_validate({"low": 1.0, "high": 100.0, "scale": "log"})
    assert [stretch(linear, u) for u in (0.0, 0.25, 1.0)] == [10.0, 15.0, 30.0]
    assert stretch(log, 0.25) == pytest.approx(math.sqrt(10.0))
    assert (stretch(log, 0.0), stretch(log, 1.0)) == (1.0, 100.0)


def test_whole_numbers_and_words_have_equal_shares():
    """16 places of 4 values: each 4 times, the last one too."""
    whole = Factor.model_validate({"low": 2, "high": 5, "whole": True})
    words = Factor.model_validate(["a", "b", "c", "d"])
    places = (np.arange(16) + 0.5) / 16
    assert [stretch(whole, u) for u in places] == np.repeat([2, 3, 4, 5], 4).tolist()
    assert [stretch(words, u) for u in places] == np.repeat(list("abcd"), 4).tolist()
    assert stretch(whole, 1.0) == 5


def test_saltelli_rows_give_the_first_order_indices_of_ishigami():
    """Sin x1 + 7 sin^2 x2 + .1 x3^4 sin x1: .314, .442, 0 in closed form; to .005."""
    n = 16384
    units = draw_units(Design(kind="saltelli", points=n), 3)
    x = np.pi * (2.0 * units - 1.0)
    y = np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
    rows = y.reshape(n, 5)
    of_a, of_b = rows[:, 0], rows[:, 1]
    whole = np.var(np.concatenate([of_a, of_b]))
    found = [float(np.mean(of_b * (rows[:, 2 + place] - of_a)) / whole) for place in range(3)]
    assert found == pytest.approx([0.3139, 0.4424, 0.0], abs=0.005)


def test_saltelli_rows_by_hand():
    one, other = np.array([[0.1, 0.2]]), np.array([[0.8, 0.9]])
    assert mix_samples(one, other).tolist() == [[0.1, 0.2], [0.8, 0.9], [0.8, 0.2], [0.1, 0.9]]


@pytest.mark.parametrize("levels", [4, 8])
def test_morris_moves_each_factor_once_and_finds_the_slopes_of_a_plane(levels):
    slopes = np.array([2.0, -3.0, 0.0, 5.0])
    rows = draw_morris(20, 4, levels, 1).reshape(20, 5, 4)
    assert rows.min() >= 0.0
    assert rows.max() <= 1.0
    steps = np.diff(rows, axis=1)
    assert np.all((steps != 0).sum(axis=2) == 1)
    assert np.all((steps != 0).sum(axis=1) == 1)
    assert np.abs(steps[steps != 0]) == pytest.approx(levels / (2.0 * (levels - 1)))
    moved = np.argmax(steps != 0, axis=2)
    effects = np.diff(rows @ slopes, axis=1) / steps.sum(axis=2)
    assert effects == pytest.approx(slopes[moved])
    assert len(np.unique(rows[:, 0], axis=0)) > 5
