"""Rates that move with the clock, played by the engine, against exact means and distributions.

With an agent for everybody N(t) is Poisson with the offered load as mean, whatever the service
(Eick, Massey and Whitt 1993); where service and patience have one rate it is so for any staff
(Feldman, Mandelbaum, Massey and Whitt 2008). Waves are played as steps of five minutes at the
rate of their middle; the exact load of the steps is compared first, then the wave's numbers.
"""

import numpy as np
import pytest
from chances import LIMIT, z_mean
from theory.plays import MS_PER_MIN, count_at, find_visits, find_waits, measure, z_ratio

import sim
from sim.queueing import compute_poisson_excess, compute_poisson_tail, offered_load, staff_alpha

STEP_MIN = 5
CYCLE_MIN = 24 * 60


def exponential(mean_min):
    return {"name": "exponential", "mean_min": mean_min}


def list_middles(horizon_min):
    return np.arange(STEP_MIN / 2, horizon_min, STEP_MIN)


def look_at(times_min):
    """Number there (waiting or served) at each time."""

    def count(draws, run):
        begin, _, end = find_visits(draws, run)
        return count_at(begin, end, times_min)

    return count


def find_poisson_z(counts, mean):
    """Return z of the mean, and of the variance (Poisson: fourth central moment m + 3 m^2)."""
    n = counts.size
    spread = np.sqrt(mean / n + 2 * mean**2 / (n - 1))
    return z_mean(counts, mean), float((counts.var(ddof=1) - mean) / spread)


@pytest.mark.parametrize(
    "handle", [exponential(40), {"name": "constant", "mean_min": 40}], ids=["M/M", "M/D"]
)
def test_everybody_served_is_poisson(handle):
    """Eight times of a day with a quiet and a wild half; an agent for everybody."""
    rates = np.array([30, 30, 90, 200, 150, 20, 0, 60, 60, 240, 90, 30])
    times = np.array([45.0, 100, 160, 250, 305, 430, 590, 700])
    agents = [400] * rates.size
    counts = measure(sim.textbook.day(rates, agents, handle=handle), 800, look_at(times))
    if handle["name"] == "exponential":
        means = offered_load(rates, 40).at(times)
    else:
        came = np.concatenate(([0.0], np.cumsum(rates)))
        edges = np.arange(rates.size + 1) * 60
        means = np.interp(times, edges, came) - np.interp(times - 40, edges, came)
    found = [find_poisson_z(count, mean) for count, mean in zip(counts, means, strict=True)]
    assert np.abs(found).max() < LIMIT, found


# ---- the wave with returns: 30 + 6 sin(2 pi t/24) an hour, mu 1, delta .5, p 2/3 (Erlang R) ----

WAVE_DAYS, FREE = 5, 1000


def list_wave_rates(step_min, days):
    middles = np.arange(step_min / 2, days * CYCLE_MIN, step_min)
    return 30 + 6 * np.sin(2 * np.pi * middles / CYCLE_MIN)


def weigh_wave(times_min):
    """Return weights of the mean, the sine and the cosine over whole days."""
    angle = 2 * np.pi * times_min / CYCLE_MIN
    return np.array([np.ones(angle.size), 2 * np.sin(angle), 2 * np.cos(angle)]) / angle.size


def tell_wave(sine, cosine):
    """Return amplitude, and lag behind sin [h]."""
    return np.hypot(sine, cosine), np.arctan2(-cosine, sine) / (2 * np.pi) * 24


@pytest.mark.parametrize(("step_min", "amplitude_lost"), [(5, 0.00002), (60, 0.00286)])
def test_steps_are_nearly_the_wave(step_min, amplitude_lost):
    """Amplitude 8.36605, lag 3.2222 h: five-minute steps lose 2e-5 of it, hours .3 %.

    A staircase keeps the lag and loses 1 - sin(x)/x of the wave, x = pi step/period.
    """
    rates = list_wave_rates(step_min, 1)
    load = offered_load(rates, 60, step_min, return_share=2 / 3, think_min=120, start="cyclic").at(
        np.arange(0, CYCLE_MIN, 1.0)
    )
    mean, sine, cosine = weigh_wave(np.arange(0, CYCLE_MIN, 1.0)) @ load
    amplitude, lag_h = tell_wave(sine, cosine)
    assert mean == pytest.approx(90, rel=1e-9)
    assert amplitude == pytest.approx(8.36605 * (1 - amplitude_lost), rel=1e-5)
    assert lag_h == pytest.approx(3.2222, abs=1e-4)


def test_wave_with_returns():
    """Amplitude and lag of those there, over two days after three from empty."""
    times = np.arange(3 * CYCLE_MIN, WAVE_DAYS * CYCLE_MIN, 30.0)
    rates = list_wave_rates(STEP_MIN, WAVE_DAYS)
    queue = sim.textbook.day(
        rates, [FREE] * rates.size, STEP_MIN, exponential(60), return_share=2 / 3, think_min=120
    )
    waves = weigh_wave(times) @ measure(queue, 150, look_at(times))
    load = offered_load(rates, 60, STEP_MIN, return_share=2 / 3, think_min=120).at(times)
    exact = weigh_wave(times) @ load
    found = [z_mean(wave, value) for wave, value in zip(waves, exact, strict=True)]
    assert all(abs(z) < LIMIT for z in found), found
    sine, cosine = waves[1].mean(), waves[2].mean()
    amplitude, lag_h = tell_wave(sine, cosine)
    errors = waves[1:].std(axis=1, ddof=1) / np.sqrt(waves.shape[1])
    assert abs(amplitude - 8.36605) < LIMIT * errors.max()
    assert abs(lag_h - 3.2222) < LIMIT * errors.max() / amplitude / (2 * np.pi) * 24


# ---- alpha staffing: 100 + 20 sin t a unit of time, service and patience of one unit ----

UNIT_MIN, ALPHA_DAYS = 240, 4
LAST_MIN = ALPHA_DAYS * CYCLE_MIN
FIRST_MIN = LAST_MIN - 2 * np.pi * UNIT_MIN


@pytest.mark.parametrize(
    ("alpha", "mean_agents", "achieved", "left_share"),
    [
        (0.1, 113.9076, 0.0918, 0.00406),
        (0.5, 100.8503, 0.4793, 0.03578),
        (0.9, 88.2994, 0.8907, 0.12254),
    ],
)
def test_alpha_staffing(alpha, mean_agents, achieved, left_share):
    """P(N >= s) over the last cycle: exact for the steps, and about the table's (to .003)."""
    middles = list_middles(LAST_MIN)
    moment = middles / UNIT_MIN
    rates = (100 + 20 * np.sin(moment)) * 60 / UNIT_MIN
    agents = staff_alpha(100 + 10 * (np.sin(moment) - np.cos(moment)), alpha)
    last = middles > FIRST_MIN
    assert agents[last].mean() == pytest.approx(mean_agents, rel=2e-3)
    load = offered_load(rates, UNIT_MIN, STEP_MIN).at(middles[last])
    exact = compute_poisson_tail(load, agents[last]).mean()
    assert exact == pytest.approx(achieved, abs=0.003)
    exact_left = compute_poisson_excess(load, agents[last]).sum() / UNIT_MIN
    exact_left /= rates[last].sum() / 60
    assert exact_left == pytest.approx(left_share, rel=0.02)

    def count(draws, run):
        begin, _, end = find_visits(draws, run)
        there = count_at(begin, end, middles[last])
        since = middles[last][0] - STEP_MIN / 2
        left = (run.left_ms >= since * MS_PER_MIN) & (run.left_ms < LAST_MIN * MS_PER_MIN)
        came = draws.arrival_ms >= since * MS_PER_MIN
        waits = find_waits(draws, run)
        delayed = (came & (waits > 0)).sum()
        return [(there >= agents[last]).mean(), left.sum(), delayed, came.sum()]

    queue = sim.textbook.day(
        rates, agents, STEP_MIN, exponential(UNIT_MIN), exponential(UNIT_MIN), cut="preempt"
    )
    full, left, delayed, came = measure(queue, 250, count)
    weighed = rates[last] @ compute_poisson_tail(load, agents[last]) / rates[last].sum()
    assert abs(z_mean(full, exact)) < LIMIT
    assert abs(z_ratio(left, came, exact_left)) < LIMIT
    assert abs(z_ratio(delayed, came, weighed)) < LIMIT
