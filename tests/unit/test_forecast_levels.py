"""The filter of day levels against whole covariance matrices, and days made here."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from sim.calibration.forecasting import levels

RNG = np.random.default_rng(5)
DAYS = np.cumsum(RNG.normal(0.0, 0.05, 20)) + RNG.normal(0.0, 0.1, 20)
DAYS[7] = np.nan


def find_entry(found, back, drift, noise):
    match = (found.back == back) & (found.drift == drift) & (found.noise == noise)
    return int(np.flatnonzero(match)[0])


def make_covariance(days, back, drift, noise):
    """Covariance of z and of the last level, written out from the model's sums."""
    number = np.arange(1, days + 1)
    low = np.minimum(number[:, None], number)
    apart = np.abs(number[:, None] - number)
    start = min(drift**2 / max(1.0 - back**2, 1e-300), 1.0)
    own = np.empty((days, days))
    for first, last in np.ndindex(days, days):
        steps = low[first, last]
        kept = sum(back ** (2 * j) for j in range(steps))
        own[first, last] = back ** apart[first, last] * (
            back ** (2 * steps) * start + drift**2 * kept
        )
    trend = levels.TREND_SD**2 * np.outer(number, number)
    return own + levels.START_VARIANCE + trend, noise**2 * np.eye(days)


@pytest.mark.parametrize("entry", [(1.0, 0.05, 0.12), (0.7, 0.2, 0.06)])
def test_weights_and_level_are_those_of_the_whole_normal_law(entry):
    """Sees a filter that forgets a step, a gap or the trend: both roads agree to rounding."""
    found = levels.fit_levels(DAYS)
    seen = np.isfinite(DAYS)
    other = (0.5, 0.1, 0.2)
    logs, states = {}, {}
    for one in (entry, other):
        signal, noise = make_covariance(len(DAYS), *one)
        total = (signal + noise)[np.ix_(seen, seen)]
        prior = -one[1] / levels.DRIFT_SIZE - one[2] / levels.NOISE_SIZE
        logs[one] = multivariate_normal(np.zeros(seen.sum()), total).logpdf(DAYS[seen]) + prior
        states[one] = signal[-1, seen] @ np.linalg.solve(total, DAYS[seen])
    here, there = find_entry(found, *entry), find_entry(found, *other)
    told = np.log(found.weight[here] / found.weight[there])
    assert told == pytest.approx(logs[entry] - logs[other], abs=1e-6)
    assert found.state[here, :2].sum() == pytest.approx(states[entry], abs=1e-6)


def test_days_that_differ_are_told_from_a_level_that_drifts():
    """Of 200 days each: noise .3 alone, or steps of .1; the wrong one would be a third of it."""
    rng = np.random.default_rng(1)
    noisy = levels.fit_levels(rng.normal(0.0, 0.3, 200)).summarize()
    assert noisy["noise"] == pytest.approx(0.3, abs=0.05)
    moving = levels.fit_levels(np.cumsum(rng.normal(0.0, 0.1, 200))).summarize()
    assert moving["drift"] == pytest.approx(0.1, abs=0.03)
    assert moving["noise"] < 0.06


def test_a_short_history_knows_less():
    rng = np.random.default_rng(2)
    days = rng.normal(0.0, 0.1, 60)
    fits = [levels.fit_levels(days[:size]) for size in (3, 60)]
    few, many = (each.summarize() for each in fits)
    assert few["level_sd"] > 1.5 * many["level_sd"]
    # Three days tell less of the noise than sixty: it is worth the prior, or what came.
    spread = [np.sqrt(f.weight @ (f.noise - f.weight @ f.noise) ** 2) for f in fits]
    assert spread[0] > 2.0 * spread[1]


def test_a_trend_is_seen_and_goes_on():
    """Days that grow by 1 % each: in two weeks 15 % more, where no trend would give none."""
    days = 0.01 * np.arange(180) + np.random.default_rng(3).normal(0.0, 0.05, 180)
    found = levels.fit_levels(days)
    assert found.summarize()["trend"] == pytest.approx(0.01, abs=0.002)
    path, _ = levels.draw_levels(found, 0, 14, 4000, np.random.default_rng(4))
    assert path[:, -1].mean() == pytest.approx(0.01 * 193, abs=0.05)


def test_drifting_makes_bands_wider_and_forecasts_no_higher():
    """A walk of .2 a day for 30 days: sd 1.10, mean of exp 1; without the correction 1.82."""
    one = np.ones(1)
    alone = levels.DayLevels(
        one, np.array([0.2]), np.array([0.1]), one, np.zeros((1, 3)), np.zeros((1, 3, 3))
    )
    path, noise = levels.draw_levels(alone, 10, 20, 200_000, np.random.default_rng(5))
    assert path.shape == (200_000, 20)
    assert path[:, -1].std() == pytest.approx(0.2 * 30**0.5, rel=0.02)
    assert np.exp(path[:, 0]).mean() == pytest.approx(1.0, abs=0.02)
    assert np.exp(path[:, -1]).mean() == pytest.approx(1.0, abs=0.05)
    assert set(noise) == {0.1}


def test_tails_have_the_variance_of_one():
    drawn = levels.draw_tails(np.random.default_rng(6), (1000, 1000))
    # The fourth moment of t(4) is infinite, so quantiles are asked: 2.776 / sqrt 2 at .975.
    assert np.quantile(drawn, 0.975) == pytest.approx(2.776 / 2**0.5, rel=0.02)


def test_a_burst_of_a_week_is_odd_and_a_busy_day_is_not():
    days = np.random.default_rng(7).normal(0.0, 0.05, 90)
    days[40:47] += 1.0
    days[60] += 0.15
    days[10] = np.nan
    assert np.flatnonzero(levels.find_odd_days(days)).tolist() == list(range(40, 47))
    assert not levels.find_odd_days(days[:10]).any()
