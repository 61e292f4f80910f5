"""Erlang R: exact values, its limits, conservation, and a naive dense twin."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.queueing import erlang_a, erlang_c, erlang_r, solve_open_network


def solve_naively(arrival, mu, delta, p, agents, theta, needy_max, content_max):
    """The same chain written state by state, solved by least squares (rates a minute)."""
    places = [(i, j) for i in range(needy_max + 1) for j in range(content_max + 1)]
    number = {place: index for index, place in enumerate(places)}
    balance = np.zeros((len(places), len(places)))
    for i, j in places:
        moves = {
            (i + 1, j): arrival,
            (i + 1, j - 1): delta * j,
            (i - 1, j + 1): p * mu * min(i, agents),
            (i - 1, j): (1 - p) * mu * min(i, agents) + theta * max(i - agents, 0),
        }
        for target, rate in moves.items():
            if target in number:
                balance[number[target], number[i, j]] += rate
                balance[number[i, j], number[i, j]] -= rate
    system = np.vstack((balance, np.ones(len(places))))
    shares = np.linalg.lstsq(system, np.eye(len(places) + 1)[-1], rcond=None)[0]
    return dict(zip(places, shares, strict=True))


def test_exact_values_without_leaving():
    """Lambda .5, mu 1, delta .5, p 2/3, 2 agents (a minute): Erlang C(2, 1.5) for all visits."""
    queue = erlang_r(30, 1, 2 / 3, 2, 2)
    assert queue.delay_probability_new == pytest.approx(0.642857, abs=5e-7)
    assert queue.delay_probability_returning == pytest.approx(0.642857, abs=5e-7)
    assert queue.mean_wait_min == pytest.approx(1.285714, abs=5e-7)
    assert queue.needy_mean == pytest.approx(3.428571, abs=5e-7)
    assert queue.truncation_error == 0
    assert queue.service_level(2) == pytest.approx(erlang_c(90, 1, 2).service_level(2))


def test_exact_values_with_leaving():
    """Lambda 1, mu 1, delta .5, p .5, 2 agents, theta .5: a chain solved apart.

    Its printed occupancy .709690 is the returns' rate .7096891 rounded up.
    """
    queue = erlang_r(60, 1, 0.5, 2, 2, 2)
    assert queue.delay_probability_new == pytest.approx(0.571183, abs=5e-7)
    assert queue.delay_probability_returning == pytest.approx(0.520358, abs=6e-7)
    assert queue.waiting_mean == pytest.approx(0.580622, abs=5e-7)
    assert queue.visits_mean == pytest.approx(1.709689, abs=5e-7)
    assert queue.abandon_probability == pytest.approx(0.290311, abs=5e-7)
    assert queue.utilization == pytest.approx(0.709690, abs=1.1e-6)
    assert queue.truncation_error < 1e-10


def test_naive_twin():
    queue = erlang_r(60, 1, 0.6, 0.5, 1, 0.8)
    shares = solve_naively(1, 1, 2, 0.6, 1, 1.25, 16, 9)
    waiting = sum(share * max(i - 1, 0) for (i, _), share in shares.items())
    content = sum(share * j for (_, j), share in shares.items())
    delayed = sum(share for (i, _), share in shares.items() if i >= 1)
    returning = sum(share * j for (i, j), share in shares.items() if i >= 1) / content
    assert queue.waiting_mean == pytest.approx(waiting, rel=1e-6)
    assert queue.content_mean == pytest.approx(content, rel=1e-6)
    assert queue.delay_probability_new == pytest.approx(delayed, rel=1e-6)
    assert queue.delay_probability_returning == pytest.approx(returning, rel=1e-6)


@settings(max_examples=20, deadline=None)
@given(st.floats(0.2, 20), st.integers(1, 20), st.floats(0.3, 30), st.floats(0, 10))
def test_without_returns_it_is_erlang_a(load, agents, patience_min, within_min):
    queue = erlang_r(load * 12, 5, 0, 60, agents, patience_min)
    plain = erlang_a(load * 12, 5, patience_min, agents)
    near = {"rel": 1e-7, "abs": 1e-10}
    assert queue.delay_probability == pytest.approx(plain.delay_probability, **near)
    assert queue.mean_wait_min == pytest.approx(plain.mean_wait_min, **near)
    assert queue.utilization == pytest.approx(plain.utilization, **near)
    assert queue.service_level(within_min) == pytest.approx(plain.service_level(within_min), **near)
    assert (queue.visits_mean, queue.content_mean) == (1, 0)


@settings(max_examples=12, deadline=None)
@given(
    st.floats(0.3, 8), st.integers(1, 10), st.floats(0.05, 0.8), st.floats(1, 60), st.floats(1, 30)
)
def test_flows_balance(load, agents, share, think_min, patience_min):
    queue = erlang_r(load * 12, 5, share, think_min, agents, patience_min)
    rate, done = load / 5, queue.utilization * agents / 5
    assert rate == pytest.approx((1 - share) * done + queue.waiting_mean / patience_min, rel=1e-8)
    assert queue.content_mean / think_min == pytest.approx(share * done, rel=1e-8)
    assert queue.visits_mean * rate == pytest.approx(rate + share * done, rel=1e-8)
    assert queue.needy_mean == pytest.approx(
        queue.waiting_mean + queue.utilization * agents, rel=1e-8
    )
    assert queue.service_level(0) == pytest.approx(1 - queue.delay_probability, rel=1e-9)
    served_visits = done / (queue.visits_mean * rate)
    assert queue.service_level(1e4) == pytest.approx(served_visits, rel=1e-6)


def test_long_thinking_forgets():
    """Who returns much later meets the queue of a stranger: Erlang A at all visits."""
    queue = erlang_r(12, 5, 0.5, 5000, 2, 10)
    visits_per_h = 12 * queue.visits_mean
    plain = erlang_a(visits_per_h, 5, 10, 2)
    assert queue.delay_probability_new == pytest.approx(plain.delay_probability, rel=2e-3)
    assert queue.delay_probability_returning == pytest.approx(plain.delay_probability, rel=2e-3)


def test_endless_patience_is_the_network():
    with_patience = erlang_r(30, 1, 0.4, 2, 2, 1e5)
    without = erlang_r(30, 1, 0.4, 2, 2)
    for name in ("delay_probability", "mean_wait_min", "content_mean", "needy_mean", "utilization"):
        assert getattr(with_patience, name) == pytest.approx(getattr(without, name), rel=1e-4)


def test_returns_are_a_jackson_network():
    """Think time as a pool that never lacks an agent."""
    needy, content = solve_open_network([30, 0], [1, 2], [[0, 2 / 3], [1, 0]], [2, 200])
    queue = erlang_r(30, 1, 2 / 3, 2, 2)
    assert queue.mean_wait_min == pytest.approx(needy.mean_wait_min, rel=1e-12)
    assert queue.content_mean == pytest.approx(content.utilization * 200, rel=1e-12)


def test_what_cannot_be_is_refused():
    with pytest.raises(ValueError, match="must exceed the load"):
        erlang_r(60, 1, 0.5, 2, 2)
    with pytest.raises(ValueError, match="return_share"):
        erlang_r(60, 1, 1, 2, 2)
    with pytest.raises(ValueError, match="agents"):
        erlang_r(60, 1, 0.5, 2, 0, 2)
    with pytest.raises(ValueError, match="too large"):
        erlang_r(6e5, 1, 0.5, 200, 10_000, 2)
