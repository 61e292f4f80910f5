"""The filter for hourly means of few messages.

Its second roads: without sampling error it is the fit of the steps; for a linear law the
likelihood is that of one multivariate normal; parameters of noisy series come back, where the
fit that ignores the sampling error is far off.
"""

import math

import numpy as np
import pytest
from steering import ATT, steer_brands

from sim.errors import InputError
from sim.feeling import SentimentFit, filter_sentiment, fit_sentiment
from sim.feeling.sentiment.statistics.filter import FIRST_SD, run_filter

HOURS = 2928
Z_LIMIT = 4.3


def test_likelihood_of_the_linear_case_is_one_multivariate_normal() -> None:
    rng = np.random.default_rng(71)
    n, level, memory, noise = 12, 0.45, 0.6, 0.03
    errors = rng.uniform(0.02, 0.1, n)
    y = 0.45 + 0.08 * rng.standard_normal(n)
    y[[3, 4, 9]] = np.nan
    grid = np.linspace(0.0, 1.0, 401)
    table = np.empty((4, n))
    step = level + memory * (grid - level)
    total = run_filter(y, errors, step, noise**2, level, table)
    # Covariance of x by its own recursion, from the same first spread.
    variance = FIRST_SD**2 * memory ** (2 * np.arange(n))
    variance += noise**2 * (1 - memory ** (2 * np.arange(n))) / (1 - memory**2)
    lag = np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
    first = np.minimum.outer(np.arange(n), np.arange(n))
    covariance = variance[first] * memory**lag + np.diag(errors**2)
    seen = np.isfinite(y)
    cut, away = covariance[np.ix_(seen, seen)], y[seen] - level
    size = int(seen.sum())
    sign, log_det = np.linalg.slogdet(2 * math.pi * cut)
    assert sign == 1.0
    assert total == pytest.approx(-0.5 * (log_det + away @ np.linalg.solve(cut, away)), rel=1e-10)
    # What is known of the last hour, by the formula of conditional normals.
    gain = (variance[first] * memory**lag)[-1, seen] @ np.linalg.inv(cut)
    assert table[0, -1] == pytest.approx(level + gain @ away, rel=1e-10)
    assert size == 9


def test_without_sampling_error_it_is_the_fit_of_the_steps() -> None:
    x = steer_brands(np.random.default_rng(72), 600, 1)[:, 0]
    plain, filtered = fit_sentiment(x), fit_sentiment(x, sampling_sd=np.zeros(601))
    assert abs(plain.k1 - filtered.k1) < 0.02 * plain.k1_se
    assert abs(plain.k2 - filtered.k2) < 0.02 * plain.k2_se
    assert plain.k3 == pytest.approx(filtered.k3, rel=1e-3)
    assert filtered.k1_se == pytest.approx(plain.k1_se, rel=0.1)


def test_noisy_means_give_the_parameters_back() -> None:
    rng = np.random.default_rng(73)
    x = steer_brands(rng, HOURS, 4)
    errors = np.full(HOURS + 1, 0.03)
    errors[1000:] = 0.05
    seen = np.clip(x + errors[:, None] * rng.standard_normal(x.shape), 0, 1)
    seen[500:520] = np.nan
    for j in range(4):
        fit = fit_sentiment(seen[:, j], sampling_sd=errors)
        for name, truth in zip(("k1", "k2", "k3"), ATT, strict=True):
            assert abs(getattr(fit, name) - truth) <= Z_LIMIT * getattr(fit, f"{name}_se")
    careless = fit_sentiment(seen[:, 0])
    assert careless.k1 > ATT[0] + 10 * careless.k1_se
    assert careless.k3 > 1.5 * ATT[2]


def test_filter_follows_what_is_behind() -> None:
    rng = np.random.default_rng(74)
    x = steer_brands(rng, HOURS, 1)[:, 0]
    errors = np.full(HOURS + 1, 0.05)
    seen = x + errors * rng.standard_normal(x.size)
    found = filter_sentiment(SentimentFit(*ATT, 0, 0, 0, 0, HOURS), seen, errors)
    missed = (x - found.mean)[24:]
    assert missed.std() < 0.6 * 0.05
    score = missed / found.sd[24:]
    assert abs(score.std() - 1.0) <= Z_LIMIT / math.sqrt(HOURS)  # correlated: half the values
    ahead = (x - found.ahead_mean)[24:] / found.ahead_sd[24:]
    assert abs(ahead.std() - 1.0) <= Z_LIMIT / math.sqrt(HOURS)


def test_mere_sampling_error_is_told() -> None:
    rng = np.random.default_rng(75)
    seen = 0.45 + 0.05 * rng.standard_normal(400)
    with pytest.raises(InputError, match="not identify k1, k2 and k3"):
        fit_sentiment(seen, sampling_sd=np.full(400, 0.06))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sampling_sd": np.full(7, 0.05)}, "7 sampling errors for 100 values"),
        ({"sampling_sd": np.full(100, -0.05)}, "0 or above"),
        ({"sampling_sd": np.zeros(100), "dt_h": 0.5}, "with dt_h = 1 and no effort"),
    ],
)
def test_wrong_errors_are_told(change: dict[str, object], message: str) -> None:
    x = steer_brands(np.random.default_rng(76), 99, 1)[:, 0]
    with pytest.raises(InputError, match=message):
        fit_sentiment(x, **change)  # type: ignore[arg-type] # wrong on purpose
