"""Busy days and hours, time and size of events: moments, marginals and correlations."""

import numpy as np
import pytest
from chances import LIMIT, ks_excess, z_correlation, z_mean, z_share
from scipy import stats
from worlds import BREACH, LAUNCH, OUTAGE, make_scenario

from sim.demand.draw import compile_demand, draw
from sim.demand.streams import make_replication_key
from sim.demand.world import draw_world


def draw_worlds(scenario, replications, seed=1):
    tables = compile_demand(scenario)
    for replication in range(replications):
        key = make_replication_key(seed, replication)
        with np.errstate(over="ignore"):
            yield draw_world(tables.busyness, tables.events, tables.durations.lines, key)


def draw_factors(replications, **demand):
    worlds = draw_worlds(make_scenario(demand=demand), replications)
    return np.array([world.hour_factor for world in worlds])


def test_busy_days_are_busy_all_day():
    factors = draw_factors(600, busy_hour_cv=0.0)
    days = factors.reshape(600, 7, 24)
    assert (days == days[:, :, :1]).all()
    values = days[:, :, 0].ravel()
    law = stats.gamma(25.0, scale=1 / 25.0)
    assert ks_excess(values, law.cdf) < 1.0
    assert abs(z_mean(values, 1.0)) < LIMIT
    assert abs(z_mean((values - 1.0) ** 2, 0.04)) < LIMIT
    for day in range(6):
        assert abs(z_correlation(days[:, day, 0], days[:, day + 1, 0])) < LIMIT


@pytest.mark.parametrize(("cv", "correlation"), [(0.26, 0.5), (0.26, 0.0), (1.2, 0.9)])
def test_busy_hours_have_gamma_marginals_and_memory(cv, correlation):
    factors = draw_factors(900, busy_day_cv=0.0, busy_hour_cv=cv, busy_hour_correlation=correlation)
    law = stats.gamma(cv**-2, scale=cv**2)
    for hour in (0, 1, 50, 167):
        assert ks_excess(factors[:, hour], law.cdf) < 1.0
        assert abs(z_mean(factors[:, hour], 1.0)) < LIMIT
    centered = factors - 1.0
    assert abs(z_mean((centered**2).mean(axis=1), cv**2)) < LIMIT
    for lag in (1, 2, 5):
        products = (centered[:, :-lag] * centered[:, lag:]).mean(axis=1)
        assert abs(z_mean(products, cv**2 * correlation**lag)) < LIMIT


def test_no_busyness_is_exactly_one():
    assert (draw_factors(3, busy_day_cv=0.0, busy_hour_cv=0.0) == 1.0).all()


def test_hourly_counts_have_the_measured_dispersion():
    """Variance = mu + .108 mu^2 was measured; .20 and .26 give .1103 (1.04 x 1.0676 - 1)."""
    scenario = make_scenario(
        demand={"base_per_h": 50.0, "spreading": {"branching_ratio": 0.0}}
        | {"hour_shape": [1.0] * 24, "day_shape": [1.0] * 7}
    )
    edges = np.arange(169) * 3_600_000
    counts = np.array([np.histogram(draw(scenario, 5, r).arrival_ms, edges)[0] for r in range(300)])
    excess = ((counts - 50.0) ** 2).mean(axis=1) - 50.0  # unbiased: the mean is known
    assert abs(z_mean(excess / 2500.0, 1.04 * 1.0676 - 1.0)) < LIMIT
    assert abs(z_mean(counts.mean(axis=1), 50.0)) < LIMIT


def test_clock_change_keeps_one_factor_a_local_day():
    scenario = make_scenario(horizon={"start": "2025-03-09T00:00:00", "days": 2})
    scenario = make_scenario(
        demand={"busy_hour_cv": 0.0}, horizon={"start": "2025-03-09T00:00:00", "days": 2}
    )
    for world in draw_worlds(scenario, 3):
        assert len(set(world.hour_factor[:23])) == 1
        assert len(set(world.hour_factor[23:])) == 1
        assert world.hour_factor[22] != world.hour_factor[23]


def test_events_happen_when_and_as_often_as_told():
    events = {"outage": OUTAGE, "launch": LAUNCH, "breach": BREACH}
    worlds = list(draw_worlds(make_scenario(events=events), 4000))
    times = np.array([world.event_ms for world in worlds])
    starts = np.array([world.start_ms for world in worlds])
    assert (times[:, 1] == 60 * 3_600_000).all()
    for event, probability, first_h, last_h in ((0, 0.5, 24, 48), (2, 0.3, 0, 168)):
        happened = times[:, event] >= 0
        assert abs(z_share(happened.sum(), 4000, probability)) < LIMIT
        hours = times[happened, event] / 3_600_000
        assert ks_excess(hours, stats.uniform(first_h, last_h - first_h).cdf) < 1.0
        assert (starts[~happened, event] == -1.0).all()
    assert abs(z_correlation(times[:, 0] >= 0, times[:, 2] >= 0)) < LIMIT
    assert (starts[:, :2, 1] == -1.0).all()
    breached = starts[times[:, 2] >= 0, 2]
    again = breached[:, 1] >= 0
    assert abs(z_share(again.sum(), again.size, 0.5)) < LIMIT
    later_h = (breached[again, 1] - breached[again, 0]) / 3_600_000
    assert ks_excess(later_h, stats.uniform(24, 48).cdf) < 1.0


def test_sizes_are_lognormal_with_median_one():
    events = {"outage": OUTAGE, "launch": LAUNCH}
    sizes = np.array([w.event_size for w in draw_worlds(make_scenario(events=events), 4000)])
    for event, sigma in ((0, 0.5), (1, 0.3)):
        logs = np.log(sizes[:, event])
        assert ks_excess(logs, stats.norm(0.0, sigma).cdf) < 1.0
        assert abs(z_share((logs < 0).sum(), 4000, 0.5)) < LIMIT
    assert abs(z_correlation(sizes[:, 0], sizes[:, 1])) < LIMIT


def test_sentiment_noise_is_normal():
    noise = np.concatenate([world.noise for world in draw_worlds(make_scenario(), 60)])
    assert ks_excess(noise, stats.norm().cdf) < 1.0
    assert abs(z_mean(noise**2, 1.0)) < LIMIT
    assert abs(z_correlation(noise[:-1], noise[1:])) < LIMIT
