"""Checks of residuals: their size where the model holds, and that each finds what it is for."""

import math

import numpy as np
import pytest
from steering import ATT, steer_brands

from sim.errors import InputError
from sim.feeling import check_residuals, fit_sentiment
from sim.feeling.sentiment.statistics.residuals import check_standardized

NAMES = ("independence_p", "clustering_p", "normality_p")


@pytest.mark.parametrize("name", NAMES)
def test_sizes(name: str) -> None:
    draws = np.random.default_rng(81).standard_normal((300, 800))
    rejected = np.mean([getattr(check_standardized(row), name) < 0.05 for row in draws])
    # Known noise, no parameter fitted: independence is judged by chi^2(22) instead of (24): 8 %.
    expected = 0.08 if name == "independence_p" else 0.05
    assert abs(rejected - expected) <= 4.3 * math.sqrt(expected * (1 - expected) / 300) + 0.01


def test_each_finds_what_it_is_for() -> None:
    rng = np.random.default_rng(82)
    noise = rng.standard_normal(2000)
    wave = np.sin(np.arange(2000) * 2 * np.pi / 24)
    daily = check_standardized(noise + 0.5 * wave)
    assert daily.independence_p < 1e-6
    assert daily.autocorrelation[23] == pytest.approx(0.125 / 1.125, abs=0.08)
    clustered = check_standardized(noise * (1.0 + 0.9 * wave))
    assert clustered.clustering_p < 1e-6
    heavy = check_standardized(rng.standard_t(4, 2000))
    assert heavy.normality_p < 1e-6
    assert heavy.excess_kurtosis > 0.5


def test_residuals_are_the_noise_that_was_drawn() -> None:
    x = steer_brands(np.random.default_rng(83), 800, 1)[:, 0]
    noise = np.random.default_rng(83).standard_normal((800, 1))[:, 0]
    x[300] = np.nan
    fit = fit_sentiment(x)
    found = check_residuals(fit, x)
    assert found.steps == 798
    assert np.isnan(found.residual[299:301]).all()
    known = np.isfinite(found.residual)
    assert np.corrcoef(found.residual[known], noise[known])[0, 1] > 0.99
    assert min(found.independence_p, found.clustering_p, found.normality_p) > 0.001


def test_observed_effort_is_needed_again() -> None:
    rng = np.random.default_rng(84)
    effort = rng.lognormal(-1.1, 0.5, 300)
    x = np.empty(301)
    x[0] = 0.47
    for h in range(300):
        drift = ATT[0] * effort[h] * (1 - x[h]) - ATT[1] * x[h]
        x[h + 1] = x[h] + drift + ATT[2] * rng.standard_normal()
    fit = fit_sentiment(x, effort=effort)
    with pytest.raises(InputError, match="effort: needed"):
        check_residuals(fit, x)
    assert np.mean(check_residuals(fit, x, effort).residual ** 2) == pytest.approx(1.0, rel=1e-6)
    with pytest.raises(InputError, match="lags = 400"):
        check_residuals(fit, x, effort, lags=400)
