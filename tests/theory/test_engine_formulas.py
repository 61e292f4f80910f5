"""The engines against Erlang A and C in the long run, and numbers others have printed.

Replications are the unit of variance; |z| <= 4.3 (one false alarm in 60,000). Sources of the
printed numbers: CivicQ (github KassaSana/CivicQ, research/results/e7_*.csv, e14a_*.csv), all
recomputed; the example of Mandelbaum and Zeltyn (50 agents, 48 calls a minute).
"""

import numpy as np
import pytest
from chances import LIMIT, z_mean
from theory.plays import find_waits, measure, z_ratio

import sim

WARM_UP_MIN = 2 * 24 * 60
PROMISE_MIN = 15.0


def count_customers(draws, run, within_min=PROMISE_MIN):
    """All, gone, delayed, served in time, waited [min]; arrivals after the warm-up."""
    seen = draws.arrival_ms >= WARM_UP_MIN * 60_000
    waits, served = find_waits(draws, run), run.first_start_ms >= 0
    in_time = served & (waits <= within_min)
    columns = (np.ones_like(waits), ~served, waits > 0, in_time, waits)
    return [column[seen].sum() for column in columns]


@pytest.mark.parametrize(
    ("arrival_per_h", "handle_min", "patience_min", "agents", "gone"),
    [
        (15, 8, 30, 3, 0.05765),
        (15, 8, 30, 2, 0.18840),
        (12, 8, 60, 2, 0.08932),
        (40, 8, 20, 4, 0.28375),
        (40, 16, 30, 10, 0.13446),
    ],
)
def test_erlang_a(arrival_per_h, handle_min, patience_min, agents, gone):
    queue = sim.textbook.erlang_a(arrival_per_h, handle_min, patience_min, agents, days=20)
    formula = sim.queueing.erlang_a(arrival_per_h, handle_min, patience_min, agents)
    assert formula.abandon_probability == pytest.approx(gone, abs=5.1e-6)
    every, left, delayed, in_time, waited = measure(queue, 40, count_customers)
    assert abs(z_ratio(left, every, formula.abandon_probability)) < LIMIT
    assert abs(z_ratio(delayed, every, formula.delay_probability)) < LIMIT
    assert abs(z_ratio(in_time, every, formula.service_level(PROMISE_MIN))) < LIMIT
    assert abs(z_ratio(waited, every, formula.mean_wait_min)) < LIMIT


def test_a_large_center_of_mandelbaum_and_zeltyn():
    """50 agents, 48 calls a minute of one minute, patience 2 min: 3.1 % leave after 3.7 s."""
    queue = sim.textbook.erlang_a(48 * 60, 1, 2, 50, days=1)
    every, left, _, _, waited = measure(queue, 8, count_customers)
    assert abs(z_ratio(left, every, 0.030912)) < LIMIT
    assert abs(z_ratio(waited, every, 3.7095 / 60)) < LIMIT
    assert abs(left.sum() / every.sum() - 0.031) < 0.002


@pytest.mark.parametrize(
    ("arrival_per_h", "handle_min", "agents"), [(30, 8, 5), (11.25, 8, 2), (60, 4, 6)]
)
def test_erlang_c(arrival_per_h, handle_min, agents):
    queue = sim.textbook.erlang_a(arrival_per_h, handle_min, None, agents, days=20)
    formula = sim.queueing.erlang_c(arrival_per_h, handle_min, agents)
    every, left, delayed, in_time, waited = measure(queue, 40, count_customers)
    assert left.sum() == 0
    assert abs(z_ratio(delayed, every, formula.delay_probability)) < LIMIT
    assert abs(z_ratio(in_time, every, formula.service_level(PROMISE_MIN))) < LIMIT
    assert abs(z_ratio(waited, every, formula.mean_wait_min)) < LIMIT


def test_impatience_changes_the_queue_by_more_than_the_limit():
    """The test above can fail: Erlang C's wait of the same queue is far outside."""
    queue = sim.textbook.erlang_a(15, 8, 30, 3, days=20)
    every, _, _, _, waited = measure(queue, 40, count_customers)
    without = sim.queueing.erlang_c(15, 8, 3).mean_wait_min
    assert abs(z_ratio(waited, every, without)) > 4 * LIMIT


def test_more_agents_than_customers_is_no_queue():
    """M/M/infinity: nobody waits, and as many are in service as the load, Poisson."""
    queue = sim.textbook.erlang_a(30, 8, None, 60, days=20)

    def count_busy(draws, run):
        times = np.arange(WARM_UP_MIN, 20 * 1440, 240) * 60_000
        begun = np.searchsorted(np.sort(run.turn_start_ms), times, "right")
        done = np.searchsorted(np.sort(run.turn_end_ms), times, "right")
        at_work = begun - done
        return [at_work.mean(), at_work.var(ddof=1), find_waits(draws, run).max()]

    mean, variance, longest = measure(queue, 30, count_busy)
    assert longest.max() == 0
    assert abs(z_mean(mean, 4.0)) < LIMIT
    assert abs(z_mean(variance, 4.0)) < LIMIT
