"""Forecasts against the linear case's formula, against paths played, and their coverage."""

import dataclasses
import math

import numpy as np
import pytest
from scipy.stats import norm
from steering import ATT, steer_brands

from sim.errors import InputError
from sim.feeling import SentimentFit, fit_sentiment, forecast_sentiment

EXACT = SentimentFit(*ATT, 0.011, 0.007, 0.0004, 0.0, 10**9)
Z_LIMIT = 4.3


def test_planned_effort_gives_an_autoregression() -> None:
    fit = dataclasses.replace(EXACT, is_effort_observed=True)
    found = forecast_sentiment(fit, 0.3, 12, effort=np.full(12, 0.36))
    memory = 1.0 - ATT[0] * 0.36 - ATT[1]
    level = ATT[0] * 0.36 / (ATT[0] * 0.36 + ATT[1])
    hours = np.arange(1, 13)
    mean = level + (0.3 - level) * memory**hours
    sd = ATT[2] * np.sqrt((1 - memory ** (2 * hours)) / (1 - memory**2))
    np.testing.assert_allclose(found.mean, mean, atol=1e-6)
    np.testing.assert_allclose(found.sd, sd, rtol=2e-3)
    reach = norm.ppf(0.975) * sd
    np.testing.assert_allclose(found.low[2], mean - reach, atol=2e-4)
    np.testing.assert_allclose(found.high[2], mean + reach, atol=2e-4)


def test_optimal_effort_as_played() -> None:
    paths = 20_000
    start = np.full(paths, 0.25)
    x = steer_brands(np.random.default_rng(61), 6, paths, start=start)
    found = forecast_sentiment(EXACT, 0.25, 6)
    error = found.sd / math.sqrt(paths)
    assert np.all(np.abs(x[1:].mean(axis=1) - found.mean) <= Z_LIMIT * error + 1e-5)
    np.testing.assert_allclose(x[1:].std(axis=1), found.sd, rtol=Z_LIMIT / math.sqrt(2 * paths))
    for level, low, high in zip(found.levels, found.low, found.high, strict=True):
        inside = np.mean((x[1:] > low[:, None]) & (x[1:] < high[:, None]), axis=1)
        spread = math.sqrt(level * (1 - level) / paths)
        assert np.all(np.abs(inside - level) <= Z_LIMIT * spread + 0.003)


def test_intervals_of_a_fit_cover_what_comes() -> None:
    x = steer_brands(np.random.default_rng(62), 700 + 500, 1)[:, 0]
    fit = fit_sentiment(x[:700])
    found = forecast_sentiment(fit, x[700:1200], 1)
    inside = (x[701:1201] > found.low[:, :, 0]) & (x[701:1201] < found.high[:, :, 0])
    for level, share in zip(found.levels, inside.mean(axis=1), strict=True):
        assert abs(share - level) <= Z_LIMIT * math.sqrt(level * (1 - level) / 500)


def test_many_starts_are_each_as_alone() -> None:
    both = forecast_sentiment(EXACT, np.array([0.2, 0.7]), 3)
    alone = forecast_sentiment(EXACT, 0.7, 3)
    np.testing.assert_allclose(both.mean[1], alone.mean, rtol=1e-12)
    np.testing.assert_allclose(both.high[:, 1], alone.high, rtol=1e-12)
    assert both.low.shape == (3, 2, 3)


def test_few_hours_of_data_widen_the_interval() -> None:
    few = dataclasses.replace(EXACT, steps=50)
    ratio = forecast_sentiment(few, 0.4, 1).sd[0] / forecast_sentiment(EXACT, 0.4, 1).sd[0]
    assert ratio == pytest.approx(math.sqrt(52 / 48), rel=1e-3)


def test_ends_take_what_falls_outside() -> None:
    noisy = dataclasses.replace(EXACT, k3=0.3)
    found = forecast_sentiment(noisy, 0.5, 2, levels=(0.99,))
    assert found.low[0, 0] < 0.002
    assert found.high[0, 0] > 0.998
    x = steer_brands(
        np.random.default_rng(63), 1, 50_000, (*ATT[:2], 0.3), start=np.full(50_000, 0.5)
    )
    assert found.mean[0] == pytest.approx(x[1].mean(), abs=0.01)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"start": 1.2}, "start: allowed: in"),
        ({"hours": 0}, "hours = 0, allowed: 1 or more"),
        ({"levels": (1.0,)}, "levels: allowed: between 0 and 1"),
        ({"effort": [0.3]}, "1 efforts for 2 hours"),
        ({"fit": dataclasses.replace(EXACT, is_effort_observed=True)}, "effort: needed"),
        ({"fit": dataclasses.replace(EXACT, dt_h=0.5)}, "dt_h = 0.5"),
    ],
)
def test_wrong_forecasts_are_told(change: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        forecast_sentiment(**({"fit": EXACT, "start": 0.4, "hours": 2} | change))  # type: ignore[arg-type] # wrong on purpose
