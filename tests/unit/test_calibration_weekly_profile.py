"""The profile against hand-made ratios, exact counts and its two limits."""

import zoneinfo

import numpy as np
import pytest

from sim.calibration.demand.weekly_profile import (
    Busyness,
    estimate_start_shape,
    fit_shape,
    shrink_ratios,
)
from sim.calibration.reading.grid import Counts, compute_hours_of_week, compute_local_days

UTC = zoneinfo.ZoneInfo("UTC")
MONDAY_MS = 1_699_833_600_000  # 13 November 2023, 0:00 UTC
QUIET = Busyness(0.0, 0.0, 0.0)
HOURS = np.array([0.5] * 8 + [1.5] * 12 + [0.75] * 4)
DAYS = np.array([1.1, 1.1, 1.0, 1.0, 1.2, 0.9, 0.7])
KNOWN = np.ones(168)


def make_hourly(values):
    stamps = MONDAY_MS + 3_600_000 * np.arange(len(values)) + 1_800_000
    hours, days = compute_hours_of_week(stamps, UTC), compute_local_days(stamps, UTC)
    return Counts(MONDAY_MS, 60.0, np.asarray(values, float), hours, days, UTC)


def fit(values, known=KNOWN, busyness=QUIET, use=None):
    hourly = make_hourly(values)
    keep = hourly.is_known if use is None else use
    return fit_shape(hourly, keep, known, busyness, len(values) / 24.0)


def test_shrinking_by_the_formula():
    # Ratios 1.2 and .8, sampling variance .01 each: between them 0.04 - 0.01.
    ratios = shrink_ratios(np.array([120.0, 80.0]), np.full(2, 100.0), np.zeros(2))
    np.testing.assert_allclose(ratios.values, 1.0 + np.array([0.2, -0.2]) * 0.03 / 0.04)
    assert ratios.weight == pytest.approx(0.75)


def test_ratios_that_differ_no_more_than_chance_are_one():
    ratios = shrink_ratios(np.array([104.0, 97.0, 100.0]), np.full(3, 100.0), np.zeros(3))
    assert ratios.values.tolist() == [1.0, 1.0, 1.0]
    assert ratios.weight == 0.0


def test_a_ratio_that_stands_out_alone_stays():
    counts = np.full(168, 400.0)
    counts[30] = 1200.0
    ratios = shrink_ratios(counts, np.full(168, 400.0), np.zeros(168))
    assert ratios.values[30] == 3.0


def test_nothing_expected_says_nothing():
    assert shrink_ratios(np.zeros(2), np.array([0.0, 5.0]), np.zeros(2)).values[0] == 1.0


def test_exact_counts_give_the_exact_profile():
    week = np.outer(DAYS, HOURS).ravel() / (DAYS.mean() * HOURS.mean())
    shape = fit(np.tile(5000.0 * week, 4))
    np.testing.assert_allclose(shape.week, week, rtol=2e-3)
    assert shape.base_per_h == pytest.approx(5000.0, rel=1e-6)
    assert shape.has_days
    assert min(shape.weights[:2]) > 0.98


def test_a_profile_like_the_known_one_stays_the_known_one():
    known = np.outer(DAYS, HOURS).ravel()
    known = known / known.mean()
    rng = np.random.default_rng(4)
    shape = fit(rng.poisson(np.tile(6.0 * known, 1)), known)
    assert np.abs(shape.week / known - 1.0).max() < 0.25  # single hours differ by far more
    assert shape.week.mean() == pytest.approx(1.0)


def test_weekdays_need_two_weeks():
    week = np.outer(DAYS, HOURS).ravel()
    assert not fit(np.tile(500 * week, 2)[: 13 * 24]).has_days
    assert fit(np.tile(500 * week, 2)).has_days


def test_hours_outside_of_events_alone_are_used():
    values = np.tile(100.0 * HOURS, 28)
    values[200:230] *= 50.0
    use = np.ones(len(values), bool)
    use[200:230] = False
    shape = fit(values, use=use)
    np.testing.assert_allclose(shape.week.reshape(7, 24)[2], HOURS / HOURS.mean(), rtol=0.02)


def test_error_of_the_base_rate_against_repeated_draws():
    busyness = Busyness(0.04, 0.0, 0.0)
    rng = np.random.default_rng(5)
    rates, errors = [], []
    for _ in range(200):
        days = rng.gamma(25.0, 1 / 25.0, 14)
        shape = fit(rng.poisson(20.0 * np.repeat(days, 24)), busyness=busyness)
        rates.append(shape.base_per_h)
        errors.append(shape.base_se)
    # The sd of 200 draws has a relative standard error of .05; 4.3 of them.
    assert np.std(rates) == pytest.approx(np.mean(errors), rel=0.22)


def test_start_profile_is_not_moved_by_bursts():
    week = np.outer(DAYS, HOURS).ravel() / (DAYS.mean() * HOURS.mean())
    values = np.tile(300.0 * week, 5)
    values[300:340] *= 30.0
    values[600:610] *= 100.0
    start = estimate_start_shape(make_hourly(values), KNOWN, 35.0)
    np.testing.assert_allclose(start, week, rtol=0.03)


def test_start_profile_keeps_an_hour_that_stands_out_each_week():
    week = np.ones(168)
    week[33] = 4.0  # Tuesday at nine
    rng = np.random.default_rng(6)
    start = estimate_start_shape(make_hourly(rng.poisson(np.tile(50.0 * week, 5))), KNOWN, 35.0)
    assert start[33] / np.median(start) == pytest.approx(4.0, rel=0.25)


@pytest.mark.parametrize("days", [1, 4])
def test_start_profile_of_few_days_is_the_known_one(days):
    known = np.outer(DAYS, HOURS).ravel()
    start = estimate_start_shape(make_hourly(np.full(24 * days, 9.0)), known, days)
    np.testing.assert_allclose(start, known / known.mean())
