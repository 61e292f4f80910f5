"""Jumps within a day: planted ones are found, humps and chance are not."""

import zoneinfo

import numpy as np
import pytest

from sim.calibration.demand.onsets import find_onsets
from sim.calibration.demand.weekly_profile import Busyness
from sim.calibration.reading.grid import Counts, compute_hours_of_week, compute_local_days

UTC = zoneinfo.ZoneInfo("UTC")
START_MS = 1_699_833_600_000
BUSYNESS = Busyness(0.04, 0.0676, 0.5)
HOURS = 1.0 + 0.6 * np.cos((np.arange(24) - 15) / 24 * 2 * np.pi)


def make_counts(values, step_min=60.0):
    stamps = START_MS + np.arange(len(values)) * round(step_min * 60_000)
    hours, days = compute_hours_of_week(stamps, UTC), compute_local_days(stamps, UTC)
    return Counts(START_MS, step_min, np.asarray(values, float), hours, days, UTC)


def test_a_jump_until_the_counts_are_back():
    values = np.random.default_rng(1).poisson(30.0 * HOURS)
    values[14:18] += [240, 200, 160, 120]
    (burst,) = find_onsets(make_counts(values), HOURS, BUSYNESS)
    assert burst.start_ms == START_MS + 14 * 3_600_000
    assert abs(burst.end_ms - START_MS - 18 * 3_600_000) <= 3_600_000
    assert burst.excess == pytest.approx(720.0, rel=0.25)


def test_only_the_profiles_shape_matters():
    values = np.random.default_rng(1).poisson(30.0 * HOURS)
    values[14:18] += 200
    one, other = (find_onsets(make_counts(values), HOURS * f, BUSYNESS) for f in (1.0, 70.0))
    assert one == other


def test_a_known_jump_is_none():
    values = np.random.default_rng(1).poisson(30.0 * HOURS)
    excess = np.zeros(24)
    excess[14:18] = 200.0
    assert find_onsets(make_counts(values + excess), HOURS, BUSYNESS, excess) == []


def test_by_shorter_steps():
    values = np.random.default_rng(2).poisson(np.repeat(30.0 * HOURS / 12, 12))
    values[170:200] += 20
    (burst,) = find_onsets(make_counts(values, 5.0), np.repeat(HOURS, 12), BUSYNESS)
    assert burst.start_ms == START_MS + 14 * 3_600_000


def test_a_day_that_differs_smoothly_from_the_known_one_has_no_jump():
    other = 1.0 + 0.9 * np.cos((np.arange(24) - 3) / 24 * 2 * np.pi)
    values = np.random.default_rng(3).poisson(60.0 * other)
    assert find_onsets(make_counts(values), HOURS, BUSYNESS) == []


def test_chance_makes_no_jumps():
    rng = np.random.default_rng(4)
    found = 0
    for _ in range(200):
        hours = rng.gamma(1 / 0.0676, 0.0676, 24)
        found += len(find_onsets(make_counts(rng.poisson(24.0 * HOURS * hours)), HOURS, BUSYNESS))
    assert found <= 8  # stated: 1 in 100 days; more than 8 of 200 has 1 in 5,000


def test_few_before_say_nothing():
    values = np.r_[np.ones(10), 80.0, np.ones(13)]
    assert find_onsets(make_counts(values), np.ones(24), BUSYNESS) == []


def test_hours_without_counts_are_no_jumps():
    values = np.random.default_rng(5).poisson(30.0, 24).astype(float)
    values[10] = np.nan
    assert find_onsets(make_counts(values), np.ones(24), BUSYNESS) == []
