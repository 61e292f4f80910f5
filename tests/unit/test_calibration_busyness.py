"""Busyness recovered from factors that are drawn here, with numpy alone."""

import zoneinfo

import numpy as np
import pytest

from sim.calibration.demand.busyness import (
    Residuals,
    estimate_busyness_errors,
    fit_busyness,
    measure_dispersion,
)
from sim.calibration.demand.weekly_profile import Busyness
from sim.calibration.reading.grid import Counts

UTC = zoneinfo.ZoneInfo("UTC")
DEFAULT = Busyness(0.04, 0.0676, 0.5)


def make_residuals(days, day_cv, hour_cv, rho, seed, rate=60.0, poisson=True):
    """Lognormal factors: only the first two moments are to matter."""
    rng = np.random.default_rng(seed)
    n = 24 * days
    normal = np.empty(n)
    normal[0] = rng.normal()
    decay = np.log1p(rho * hour_cv**2) / np.log1p(hour_cv**2) if hour_cv else 0.0
    for hour in range(1, n):
        normal[hour] = decay * normal[hour - 1] + (1 - decay**2) ** 0.5 * rng.normal()
    sd_hour, sd_day = np.log1p(hour_cv**2) ** 0.5, np.log1p(day_cv**2) ** 0.5
    factor = np.exp(sd_hour * normal - sd_hour**2 / 2)
    factor *= np.repeat(np.exp(sd_day * rng.normal(size=days) - sd_day**2 / 2), 24)
    mean = rate * factor
    values = rng.poisson(mean).astype(float) if poisson else mean
    hour, day = np.arange(n) % 168, np.arange(n) // 24
    expected = np.full(n, rate)
    counts = Counts(0, 60.0, values, hour, day, UTC)
    return Residuals(counts, expected, expected, np.ones(n, bool), 0.0)


def test_variances_and_correlation_from_many_histories():
    found = np.array([
        fit_busyness(make_residuals(60, 0.2, 0.3, 0.5, seed), DEFAULT) for seed in range(40)
    ])  # fmt: skip
    wanted = np.array([0.04, 0.09, 0.5])
    error = found.std(axis=0) / 40**0.5
    assert (np.abs(found.mean(axis=0) - wanted) < 4.3 * error).all()


def test_poisson_counts_have_no_busyness():
    found = fit_busyness(make_residuals(60, 0.0, 0.0, 0.0, 7), DEFAULT)
    assert found.day_variance < 0.002
    assert found.hour_variance < 0.01


def test_standard_errors_against_the_spread_of_fits():
    all_residuals = [make_residuals(60, 0.2, 0.3, 0.5, seed) for seed in range(20)]
    found = [fit_busyness(each, DEFAULT) for each in all_residuals]
    errors = np.array([estimate_busyness_errors(each) for each in all_residuals[:4]]).mean(axis=0)
    spread = np.array([
        (each.day_variance**0.5, each.hour_variance**0.5, each.correlation) for each in found
    ]).std(axis=0)  # fmt: skip
    assert (errors / spread > 0.5).all()
    assert (errors / spread < 2.0).all()


def test_short_histories_keep_the_default():
    assert fit_busyness(make_residuals(6, 0.2, 0.3, 0.5, 1), DEFAULT) == DEFAULT
    found = fit_busyness(make_residuals(15, 0.2, 0.3, 0.5, 1), DEFAULT)
    assert found.day_variance == DEFAULT.day_variance
    assert found.hour_variance != DEFAULT.hour_variance
    assert np.isnan(estimate_busyness_errors(make_residuals(15, 0.2, 0.3, 0.5, 1)).day_cv)


def test_fitted_numbers_are_given_back():
    plain = make_residuals(30, 0.2, 0.0, 0.0, 3, poisson=False)
    more = plain._replace(parameters=72.0)  # a tenth of the hours
    ratio = fit_busyness(more, DEFAULT).day_variance / fit_busyness(plain, DEFAULT).day_variance
    assert ratio == pytest.approx(1 / 0.9, rel=0.1)


def test_dispersion_of_a_negative_binomial():
    rng = np.random.default_rng(8)
    values = rng.poisson(30.0 * rng.gamma(10.0, 0.1, 20_000))
    error = 0.1 * (2 / 20_000) ** 0.5 * 3
    assert abs(measure_dispersion(values, np.full(20_000, 30.0)) - 0.1) < 4.3 * error
