"""Paths drawn from days made here: means, spreads and hours are those that made the days."""

import zoneinfo

import numpy as np
import pytest

from sim.calibration.demand.weekly_profile import Busyness
from sim.calibration.forecasting.ahead import lay_ahead
from sim.calibration.forecasting.bands import add_up, group_days
from sim.calibration.forecasting.past import find_closed, read_past
from sim.calibration.forecasting.paths import draw_paths
from sim.calibration.reading.grid import Counts
from sim.store.clock import MS_PER_H, compute_hours_of_week, compute_local_days

UTC = zoneinfo.ZoneInfo("UTC")
MONDAY_MS = 1_709_510_400_000  # 4 March 2024
FLAT = np.ones(168)
USUAL = Busyness(0.02, 0.05, 0.5)
SHAPE = 1.0 + 0.8 * np.cos((np.arange(24) - 14) / 24 * 2 * np.pi)


def make_counts(values, step_h=1):
    middles = MONDAY_MS + MS_PER_H * step_h * np.arange(len(values)) + MS_PER_H * step_h // 2
    hours, days = compute_hours_of_week(middles, UTC), compute_local_days(middles, UTC)
    return Counts(MONDAY_MS, 60.0 * step_h, np.asarray(values, float), hours, days, UTC)


def make_days(days=70, rate=40.0, day_cv=0.0, seed=1):
    rng = np.random.default_rng(seed)
    factor = rng.gamma(1 / day_cv**2, day_cv**2, days) if day_cv else np.ones(days)
    return rng.poisson(rate * np.tile(SHAPE, days) * np.repeat(factor, 24)).astype(float)


def add_bursts(values, starts, height=400.0):
    for start in starts:
        since = np.arange(len(values) - start)
        values[start:] += np.random.default_rng(start).poisson(height * 0.5 ** (since / 3.0))
    return values


def draw(values, days=14, size=2000, seed=1, step_h=1):
    counts = make_counts(values, step_h)
    past = read_past(counts, FLAT, USUAL)
    ahead = lay_ahead(counts, int(counts.day[-1]) + 1, days)
    return draw_paths(past, ahead, size, np.random.default_rng(seed)), past


def test_the_mean_is_the_historys_with_its_bursts():
    """Bursts are a quarter of all mentions: a forecast without them would be 25 % low."""
    starts = np.random.default_rng(2).choice(np.arange(48, 1600, 24), 11, replace=False) + 15
    values = add_bursts(make_days(), starts)
    assert values.mean() > 1.2 * make_days().mean()
    paths, _ = draw(values)
    # Rates of bursts differ by recency: eleven in ten weeks are known to a third of themselves.
    assert paths.mean() == pytest.approx(values.mean(), rel=0.06)


def test_a_burst_of_one_weekday_may_come_on_any():
    """One burst, on a Tuesday at 15: each day has the same small chance, none has a certain one.

    One of 70 days, weighted by recency: a day in 55 to 90 begins with it. A burst that came
    every week would be there with certainty.
    """
    values = add_bursts(make_days(), [24 * 43 + 15], height=2000.0)
    paths, _ = draw(values, days=7, size=6000)
    highest = paths.reshape(len(paths), 7, 24)[:, :, 14:18].max(axis=2) > 1000.0
    shares = highest.mean(axis=0)
    assert np.all((shares > 0.008) & (shares < 0.03))
    assert not (paths.reshape(len(paths), 7, 24)[:, :, 3:10] > 1000.0).any()


def test_days_that_differ_as_a_whole_widen_the_bands_of_days():
    """Counts spread by .3 a day: the day's band is that of the gamma law, not Poisson's."""
    paths, _ = draw(make_days(days=140, day_cv=0.3))
    days = paths.reshape(len(paths), 14, 24).sum(axis=2)
    spread = days.std(axis=0).mean() / days.mean()
    assert spread == pytest.approx(0.3, abs=0.05)
    calm, _ = draw(make_days(days=140))
    steady = calm.reshape(len(calm), 14, 24).sum(axis=2)
    assert steady.std(axis=0).mean() / steady.mean() < 0.08


def test_hours_are_those_of_the_day():
    paths, _ = draw(make_days())
    by_hour = paths.mean(axis=0).reshape(14, 24).mean(axis=0)
    # Days move by an hour, which flattens a cosine by 1 % of its size.
    assert np.allclose(by_hour / by_hour.mean(), SHAPE, atol=0.06)


def test_hours_that_are_always_empty_are_closed():
    """Nights and Sundays without a single mention; a thin night is not closed."""
    values = make_days()
    hour, day = np.arange(len(values)) % 24, np.arange(len(values)) // 24 % 7
    values[(hour < 7) | (day == 6)] = 0.0
    paths, past = draw(values)
    assert past.is_closed.reshape(7, 24)[6].all()
    assert past.is_closed.reshape(7, 24)[0, :7].all()
    assert past.is_closed.sum() == 24 + 6 * 7
    by_day = paths.reshape(len(paths), 14, 24)
    assert by_day[:, :, :7].max() == 0.0
    assert by_day[:, 6].max() == 0.0
    # A week whose first days were not recorded has no closed weekday.
    late = np.append(np.zeros(48), make_days(days=5))
    assert not find_closed(make_counts(late)).any()
    # Ten weeks with a thin night: hours that were empty by chance are not closed.
    night = np.where(np.arange(24 * 70) % 24 < 8, 0.1, 1.5)
    assert not find_closed(make_counts(np.random.default_rng(2).poisson(night).astype(float))).any()
    # Saturdays close at noon: the day and the hour say that somebody would have come.
    short = np.random.default_rng(3).poisson(np.ones(24 * 140)).astype(float)
    hours = np.arange(len(short))
    short[(hours % 24 >= 12) & (hours // 24 % 7 == 5)] = 0.0
    assert find_closed(make_counts(short)).reshape(7, 24)[5, 12:].all()
    assert find_closed(make_counts(short)).sum() == 12
    thin = np.random.default_rng(1).poisson(0.02, 24 * 70).astype(float)
    assert not find_closed(make_counts(thin)).any()


def test_daily_counts_have_days_and_the_bases_hours():
    rng = np.random.default_rng(4)
    values = rng.poisson(900.0 * rng.gamma(25, 1 / 25, 120)).astype(float)
    values[50] = 9000.0
    paths, past = draw(values, step_h=24)
    assert past.is_daily
    assert past.is_odd.sum() == 1
    days = paths.reshape(len(paths), 14, 24).sum(axis=2)
    assert np.median(days) == pytest.approx(900.0, rel=0.05)
    assert paths.mean(axis=0).std() < 0.1 * paths.mean()
    assert (days > 5000).mean() == pytest.approx(1 / 120, abs=0.006)


def test_groups_are_whole_days_and_weeks():
    day = np.repeat(np.arange(10), [24] * 3 + [23] + [24] * 6)
    weeks = group_days(day, 7)
    assert add_up(np.ones(len(day)), weeks).tolist() == [7 * 24 - 1]
    assert add_up(np.ones(len(day)), group_days(day)).tolist() == [24] * 3 + [23] + [24] * 6
