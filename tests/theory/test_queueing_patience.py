"""Erlang A against published numbers, the birth-death chain, and its limits."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from sim.queueing import erlang_a, erlang_b, erlang_c
from sim.queueing.patience import compute_convex

WITHIN_MIN = 0.333


def solve_by_states(arrival_per_h, handle_min, patience_min, agents, within_min):
    """The same queue as a chain: waits of a customer who finds n are known exactly.

    Who finds k + s customers waits a sum V of exponentials of rates s mu + j theta,
    j = 0..k; exp(-theta V) is Beta(s mu/theta, k + 1), and P(served | V) = exp(-theta V).
    """
    rate, mu, theta = arrival_per_h / 60, 1 / handle_min, 1 / patience_min
    logs, highest = [0.0], 0.0
    while len(logs) <= agents or logs[-1] > highest - 41:
        present = len(logs)
        leaving = min(present, agents) * mu + max(present - agents, 0) * theta
        logs.append(logs[-1] + math.log(rate / leaving))
        highest = max(highest, logs[-1])
    shares = np.exp(np.array(logs) - highest)
    shares /= math.fsum(shares)
    waiting = shares[agents:]
    k = np.arange(len(waiting))
    x, stay = agents * mu / theta, math.exp(-theta * within_min)
    in_time = waiting @ (x / (x + k + 1) * special.betainc(k + 1, x + 1, 1 - stay))
    served = shares[:agents].sum() + waiting @ (x / (x + k + 1))
    late = waiting @ special.betainc(x, k + 1, stay)
    busy = np.minimum(np.arange(len(shares)), agents) @ shares
    return {
        "delay": waiting.sum(),
        "leave": 1 - served,
        "wait": (waiting @ k) / rate,
        "busy": busy / agents,
        "in_time": shares[:agents].sum() + in_time,
        "late": late,
    }


@settings(max_examples=150, deadline=None)
@given(
    st.floats(0.05, 60),
    st.floats(0.2, 30),
    st.floats(0.02, 200),
    st.integers(1, 60),
    st.floats(0, 40),
)
def test_erlang_a_is_the_chain(load, handle_min, patience_min, agents, within_min):
    rate = load / handle_min * 60
    queue = erlang_a(rate, handle_min, patience_min, agents)
    chain = solve_by_states(rate, handle_min, patience_min, agents, within_min)
    near = {"rel": 1e-9, "abs": 1e-13}
    assert queue.delay_probability == pytest.approx(chain["delay"], **near)
    assert queue.abandon_probability == pytest.approx(chain["leave"], **near)
    assert queue.mean_wait_min == pytest.approx(chain["wait"], **near)
    assert queue.utilization == pytest.approx(chain["busy"], **near)
    assert queue.service_level(within_min) == pytest.approx(chain["in_time"], **near)
    assert 1 - queue.virtual_service_level(within_min) == pytest.approx(chain["late"], **near)


# CCmath (PyPI ErlangCCmath 1.3.0, its tests), recomputed: 4/min, 3 min, patience 1 min
def test_ccmath_erlang_x():
    queue = erlang_a(240, 3, 1, 14)
    assert queue.delay_probability == pytest.approx(0.250571, abs=5e-7)
    assert queue.abandon_probability == pytest.approx(0.074325, abs=5e-7)
    assert queue.utilization == pytest.approx(0.793436, abs=1e-6)
    assert queue.mean_virtual_wait_min == pytest.approx(0.100441, abs=5e-7)


def test_five_service_levels_of_one_queue():
    """One model, five definitions (computed apart for the same CCmath example)."""
    queue = erlang_a(240, 3, 1, 14)
    assert queue.service_level(WITHIN_MIN) == pytest.approx(0.861472, abs=5e-7)
    assert queue.service_level_of_served(WITHIN_MIN) == pytest.approx(0.930642, abs=5e-7)
    assert queue.service_level_less_early(WITHIN_MIN) == pytest.approx(0.908987, abs=5e-7)
    assert queue.virtual_service_level(WITHIN_MIN) == pytest.approx(0.879661, abs=5e-7)
    assert queue.exit_share(WITHIN_MIN) == pytest.approx(0.913745, abs=5e-7)
    assert queue.mean_wait_min == pytest.approx(0.074325, abs=5e-7)
    assert queue.mean_wait_of_served_min == pytest.approx(0.058918, abs=5e-7)


def test_mandelbaum_zeltyn():
    """Mandelbaum and Zeltyn's example: 50 agents, 48 calls/min of 1 min, patience 2 min."""
    queue = erlang_a(48 * 60, 1, 2, 50)
    assert queue.abandon_probability == pytest.approx(0.030912, abs=5e-7)
    assert queue.mean_wait_min * 60 == pytest.approx(3.7095, abs=5e-5)
    assert queue.utilization == pytest.approx(0.93032, abs=5e-6)
    assert queue.waiting_mean / 2 == pytest.approx(48 * queue.abandon_probability, rel=1e-12)


# CivicQ research tables e7a, e14a: P(left or waited > 15), P(late | served), P(left)
@pytest.mark.parametrize(
    ("arrival", "handle", "patience", "agents", "failed", "late", "left"),
    [
        (15, 8, 30, 3, 0.06716, 0.01009, 0.05765),
        (15, 8, 30, 2, 0.27061, 0.10129, 0.18840),
        (12, 8, 60, 2, 0.18784, 0.10819, 0.08932),
        (40, 8, 20, 4, 0.32752, 0.06111, 0.28375),
        (40, 16, 30, 10, 0.16228, 0.03214, 0.13446),
    ],
)
def test_civicq_abandonment(arrival, handle, patience, agents, failed, late, left):
    queue = erlang_a(arrival, handle, patience, agents)
    assert 1 - queue.service_level(15) == pytest.approx(failed, abs=6e-6)
    assert 1 - queue.service_level_of_served(15) == pytest.approx(late, abs=6e-6)
    assert queue.abandon_probability == pytest.approx(left, abs=6e-6)


@settings(max_examples=50, deadline=None)
@given(st.floats(0.1, 100), st.integers(1, 20), st.floats(0, 20))
def test_endless_patience_is_erlang_c(load, spare, within_min):
    agents = math.floor(load) + spare
    endless = erlang_c(load * 6, 10, agents)
    queue = erlang_a(load * 6, 10, 1e11, agents)
    slack = 1e-8 / (1 - load / agents) ** 2
    assert queue.delay_probability == pytest.approx(endless.delay_probability, rel=slack)
    assert queue.mean_wait_min == pytest.approx(endless.mean_wait_min, rel=10 * slack)
    assert queue.service_level(within_min) == pytest.approx(
        endless.service_level(within_min), abs=slack
    )


@settings(max_examples=50, deadline=None)
@given(st.floats(0.1, 300), st.integers(1, 320))
def test_no_patience_is_erlang_b(load, agents):
    queue = erlang_a(load * 6, 10, 1e-9, agents)
    blocking = erlang_b(load, agents)
    assert queue.abandon_probability == pytest.approx(blocking, rel=1e-6, abs=1e-15)
    assert queue.delay_probability == pytest.approx(blocking, rel=1e-6, abs=1e-15)
    assert queue.service_level(0) == pytest.approx(1 - blocking, abs=1e-7)


@settings(max_examples=80, deadline=None)
@given(st.floats(0.01, 300), st.integers(0, 330), st.floats(0.01, 1e4), st.floats(0, 100))
def test_more_agents_and_time_are_never_worse(load, agents, patience_min, within_min):
    fewer, more = (erlang_a(load * 6, 10, patience_min, count) for count in (agents, agents + 1))
    tiny = 1e-12
    assert more.abandon_probability <= fewer.abandon_probability + tiny
    assert more.delay_probability <= fewer.delay_probability + tiny
    assert more.mean_wait_min <= fewer.mean_wait_min * (1 + tiny)
    assert more.service_level(within_min) >= fewer.service_level(within_min) - tiny
    assert fewer.service_level(within_min + 1) >= fewer.service_level(within_min) - tiny
    served = 1 - fewer.abandon_probability
    assert fewer.service_level(0) == pytest.approx(1 - fewer.delay_probability, abs=1e-12)
    assert fewer.service_level(within_min) <= served + tiny
    assert fewer.virtual_service_level(within_min) <= fewer.exit_share(within_min) + tiny


def test_nobody_serves():
    queue = erlang_a(30, 7, 5, 0)
    assert (queue.delay_probability, queue.abandon_probability) == (1, 1)
    assert (queue.mean_wait_min, queue.utilization) == (5, 0)
    assert (queue.service_level(60), queue.virtual_service_level(60)) == (0, 0)
    assert queue.exit_share(5) == pytest.approx(1 - math.exp(-1))
    assert queue.mean_virtual_wait_min == math.inf
    assert math.isnan(queue.mean_wait_of_served_min)
    assert math.isnan(queue.service_level_of_served(1))
    assert queue.service_level_less_early(1) == 0


def test_nobody_comes():
    queue = erlang_a(0, 7, 5, 3)
    assert (queue.delay_probability, queue.mean_wait_min, queue.utilization) == (0, 0, 0)
    assert (queue.service_level(0), queue.virtual_service_level(0)) == (1, 1)


@pytest.mark.parametrize("overload", [1.5, 20.0, 1e5])
@pytest.mark.parametrize("patience_min", [100.0, 1e6, 1e12])
def test_deep_overload_is_the_fluid(overload, patience_min):
    """Half or more of a flood must leave; the wait tends to patience * ln(overload)."""
    agents = 10_000
    queue = erlang_a(overload * agents * 60, 1, patience_min, agents)
    assert queue.abandon_probability == pytest.approx(1 - 1 / overload, rel=1e-6)
    assert queue.utilization == pytest.approx(1, abs=1e-9)
    assert queue.mean_virtual_wait_min == pytest.approx(patience_min * math.log(overload), rel=1e-5)
    middle = patience_min * math.log(overload)
    assert queue.virtual_service_level(0.9 * middle) < 1e-9
    assert queue.virtual_service_level(1.1 * middle) > 1 - 1e-9


@pytest.mark.parametrize("agents", [9_000, 9_990, 10_000, 10_010, 11_000])
@pytest.mark.parametrize("patience_min", [1e-3, 0.5, 2.0, 50.0])
def test_ten_thousand_agents_are_the_chain(agents, patience_min):
    queue = erlang_a(600_000, 1, patience_min, agents)
    chain = solve_by_states(600_000, 1, patience_min, agents, 0.1)
    assert queue.abandon_probability == pytest.approx(chain["leave"], rel=1e-6, abs=1e-10)
    assert queue.delay_probability == pytest.approx(chain["delay"], rel=1e-6, abs=1e-10)
    assert queue.service_level(0.1) == pytest.approx(chain["in_time"], abs=1e-8)


@pytest.mark.parametrize("agents", [1, 2, 10_000])
@pytest.mark.parametrize("arrival", [1e-12, 1.0, 6e5, 6e9])
@pytest.mark.parametrize("patience_min", [1e-12, 1e-3, 1e3, 1e15])
def test_corners_stay_probabilities(agents, arrival, patience_min):
    queue = erlang_a(arrival, 1, patience_min, agents)
    for within_min in (0.0, 1e-6, 1.0, 1e6):
        values = (
            queue.delay_probability,
            queue.abandon_probability,
            queue.utilization / (1 + 1e-9),
            queue.service_level(within_min),
            queue.service_level_less_early(within_min),
            queue.virtual_service_level(within_min),
            queue.exit_share(within_min),
        )
        assert all(-1e-12 <= value <= 1 + 1e-12 for value in values), values
    flow = arrival / 60 * (1 - queue.abandon_probability)
    assert queue.utilization * agents == pytest.approx(flow, rel=1e-6, abs=1e-6 * arrival / 60)


@pytest.mark.parametrize("patience_min", [1e-5, 1e-3, 0.03, 0.3])
@pytest.mark.parametrize(("load", "agents"), [(0.5, 1), (3.0, 1), (9.0, 10), (40.0, 10)])
def test_hasty_customers_are_the_chain(load, agents, patience_min):
    """Patience far below the service time: the integrand bends long before it fades."""
    queue = erlang_a(load * 6, 10, patience_min, agents)
    chain = solve_by_states(load * 6, 10, patience_min, agents, patience_min)
    assert queue.abandon_probability == pytest.approx(chain["leave"], rel=1e-10)
    assert queue.delay_probability == pytest.approx(chain["delay"], rel=1e-10)
    late = 1 - queue.abandon_probability - queue.service_level(patience_min)
    exact = 1 - chain["leave"] - chain["in_time"]
    assert late == pytest.approx(exact, rel=1e-8, abs=1e-14)
    assert queue.mean_wait_min == pytest.approx(chain["wait"], rel=1e-10)


def test_convex_part_near_zero():
    """The series and the plain form agree where both hold."""
    for d in (0.0299999, 0.0300001, -0.0299999, -0.0300001):
        assert compute_convex(np.array([d]))[0] == pytest.approx(math.exp(-d) - 1 + d, rel=1e-11)
    tiny = compute_convex(np.array([1e-9]))[0]
    assert tiny == pytest.approx(5e-19, rel=1e-8)
