"""Erlang B and C, priorities and open networks against fractions and published numbers."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sim.queueing import compute_priority_waits, erlang_b, erlang_c, solve_open_network
from sim.queueing.erlang import compute_blocking, convert_to_delay


def sum_erlang_b(load: Fraction, agents: int) -> Fraction:
    """Erlang's own formula, term by term in exact fractions."""
    terms = [load**k / math.factorial(k) for k in range(agents + 1)]
    return terms[-1] / sum(terms)


@settings(max_examples=60, deadline=None)
@given(st.fractions(0, 80, max_denominator=16), st.integers(0, 60))
def test_erlang_b_is_erlangs_sum(load, agents):
    exact = sum_erlang_b(load, agents)
    assert erlang_b(float(load), agents) == pytest.approx(float(exact), rel=1e-13)


@settings(max_examples=60, deadline=None)
@given(st.fractions("0.01", 40, max_denominator=100), st.integers(1, 30))
def test_erlang_c_is_erlangs_sum(load, spare):
    agents = math.floor(load) + spare
    below = sum(load**k / math.factorial(k) for k in range(agents))
    last = load**agents / math.factorial(agents) / (1 - load / agents)
    queue = erlang_c(float(load) * 6, 10, agents)
    assert queue.delay_probability == pytest.approx(float(last / (below + last)), rel=1e-12)
    blocked, loads, staff = (
        np.array([float(one)]) for one in (erlang_b(load, agents), load, agents)
    )
    assert convert_to_delay(blocked, loads, staff) == pytest.approx(queue.delay_probability)
    assert queue.waiting_mean == pytest.approx(
        queue.delay_probability * float(load / (agents - load)), rel=1e-12
    )


@settings(max_examples=80, deadline=None)
@given(st.floats(0, 3000), st.integers(0, 3500))
def test_short_recursion_is_the_whole_recursion(load, agents):
    short = compute_blocking(np.array([load]), np.array([float(agents)]))[0]
    assert short == pytest.approx(erlang_b(load, agents), rel=1e-11, abs=1e-300)


@pytest.mark.parametrize("load", [1e-3, 9000.0, 10_000.0, 10_400.0, 1e7])
def test_ten_thousand_agents(load):
    blocking = erlang_b(load, 10_000)
    assert 0 <= blocking <= 1
    below = stats.poisson.cdf(10_000, load)
    if below > 0:
        exact = stats.poisson.pmf(10_000, load) / below
        assert blocking == pytest.approx(exact, rel=1e-9, abs=1e-300)
    else:
        assert blocking == pytest.approx(1 - 10_000 / load, rel=1e-3)
    if load < 10_000:
        queue = erlang_c(load * 60, 1, 10_000)
        assert 0 <= queue.delay_probability < 1
        assert 0 <= queue.mean_wait_min < 1


@settings(max_examples=60, deadline=None)
@given(st.floats(0.01, 200), st.integers(1, 50), st.floats(0, 60))
def test_more_agents_are_never_worse(load, spare, within_min):
    agents = math.floor(load) + spare
    fewer, more = (erlang_c(load * 6, 10, count) for count in (agents, agents + 1))
    assert erlang_b(load, agents + 1) < erlang_b(load, agents)
    assert more.delay_probability <= fewer.delay_probability
    assert more.mean_wait_min <= fewer.mean_wait_min
    assert more.service_level(within_min) >= fewer.service_level(within_min)
    assert fewer.service_level(within_min) >= 1 - fewer.delay_probability - 1e-15


def test_one_agent_is_mm1():
    """M/M/1: P(wait > t) = rho exp(-(mu - lambda) t)."""
    queue = erlang_c(6, 8, 1)
    assert queue.delay_probability == pytest.approx(0.8, rel=1e-15)
    assert queue.mean_wait_min == pytest.approx(0.8 / (1 / 8 - 1 / 10), rel=1e-12)
    assert queue.service_level(20) == pytest.approx(1 - 0.8 * math.exp(-0.5), rel=1e-12)


@pytest.mark.parametrize("agents", [0, 11, 12])
def test_too_few_agents_have_no_stationary_state(agents):
    with pytest.raises(ValueError, match="must exceed the load of 12 erlang"):
        erlang_c(240, 3, agents)


# CCmath (PyPI ErlangCCmath 1.3.0, its tests), recomputed: 4 calls/min, 3 min, 14 agents, .333 min
def test_ccmath_erlang_c():
    queue = erlang_c(240, 3, 14)
    assert queue.delay_probability == pytest.approx(0.481705, abs=5e-7)
    assert queue.mean_wait_min == pytest.approx(0.722558, abs=5e-7)
    assert queue.service_level(0.333) == pytest.approx(0.614195, abs=5e-7)
    assert queue.utilization == pytest.approx(0.857143, abs=5e-7)


# pyworkforce's documentation: 100 calls in 30 min, 180 s, target 20 s; last digits as printed
@pytest.mark.parametrize(
    ("agents", "delay", "in_time"),
    [(14, 0.1741319, 0.8883500), (15, 0.1020424, 0.9414528), (13, None, 0.7955948)],
)
def test_pyworkforce(agents, delay, in_time):
    queue = erlang_c(200, 3, agents)
    assert queue.service_level(1 / 3) == pytest.approx(in_time, abs=5e-8)
    if delay is not None:
        assert queue.delay_probability == pytest.approx(delay, abs=5e-8)


def test_pyworkforce_wait_and_occupancy():
    queue = erlang_c(200, 3, 14)
    assert queue.mean_wait_min * 60 == pytest.approx(7.835937, abs=5e-7)
    assert queue.utilization == pytest.approx(0.7142857, abs=5e-8)


def test_55_agents():
    """A textbook's call center: .2 calls/s, 240 s, 55 agents, target 15 s."""
    queue = erlang_c(720, 4, 55)
    assert queue.delay_probability == pytest.approx(0.2387, abs=5e-5)
    assert queue.mean_wait_min * 60 == pytest.approx(8.184, abs=5e-4)
    assert queue.service_level(0.25) == pytest.approx(0.8459, abs=5e-5)


def test_mandelbaum_zeltyn_without_patience():
    """Mandelbaum and Zeltyn's example: 50 agents, 48 calls/min of 1 min, nobody leaves."""
    queue = erlang_c(48 * 60, 1, 50)
    assert queue.mean_wait_min * 60 == pytest.approx(20.834, abs=1e-3)
    assert queue.waiting_mean == pytest.approx(16.667, abs=5e-4)
    assert queue.delay_probability == pytest.approx(0.69446, abs=5e-6)
    assert queue.utilization == pytest.approx(0.96)
    fewer = erlang_c(48 * 60 * 0.969, 1, 50)
    assert fewer.mean_wait_min * 60 == pytest.approx(8.813, abs=5e-4)


@pytest.mark.parametrize(
    ("agents", "share"), [(1, 0.586182), (2, 0.050972), (3, 0.019034), (4, 0.013022)]
)
def test_copiers(agents, share):
    """Copiers at load .875: P(4 or more present) = C rho^(4 - c)."""
    queue = erlang_c(0.875 * 60, 1, agents)
    assert queue.delay_probability * queue.utilization ** (4 - agents) == pytest.approx(
        share, abs=5e-7
    )


def test_two_priorities():
    """Ciw's tests: M/M/1, classes .2 and .6, mu 1: time in system 2.0 and 6.0."""
    waits = compute_priority_waits([0.2 * 60, 0.6 * 60], 1, 1)
    np.testing.assert_allclose(waits + 1, [2, 6], rtol=1e-13)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0.1, 20), min_size=1, max_size=5), st.integers(1, 10))
def test_priorities_move_waits_and_make_none(rates, spare):
    """Kleinrock's conservation law: the mean wait over all classes is the queue's own."""
    agents = math.floor(sum(rates) / 6) + spare
    waits = compute_priority_waits(rates, 10, agents)
    whole = erlang_c(sum(rates), 10, agents)
    assert np.average(waits, weights=rates) == pytest.approx(whole.mean_wait_min, rel=1e-9)
    assert (np.diff(waits) > 0).all()


def test_bolch_open_network():
    """Bolch et al., Queueing Networks and Markov Chains, example 7.4 (rates a second)."""
    routing = [[0, 0.5, 0.5, 0], [1, 0, 0, 0], [0.6, 0, 0, 0], [1, 0, 0, 0]]
    service_s = np.array([0.04, 0.03, 0.06, 0.05])
    pools = solve_open_network([0, 0, 0, 4 * 3600], service_s / 60, routing, [1, 1, 1, 1])
    per_s = np.array([pool.arrival_per_h / 3600 for pool in pools])
    np.testing.assert_allclose(per_s, [20, 10, 10, 4], rtol=1e-12)
    np.testing.assert_allclose([pool.utilization for pool in pools], [0.8, 0.3, 0.6, 0.2])
    stay_s = np.array([pool.mean_wait_min * 60 for pool in pools]) + service_s
    np.testing.assert_allclose(stay_s, [0.2, 0.043, 0.15, 0.0625], atol=5e-4)
    np.testing.assert_allclose(per_s * stay_s, [4, 0.429, 1.5, 0.25], atol=5e-4)


def test_a_network_without_exit_is_refused():
    with pytest.raises(ValueError, match="never leave"):
        solve_open_network([60, 0], [1, 1], [[0, 1], [1, 0]], [9, 9])
