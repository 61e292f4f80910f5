"""Spill-over: the phone channel against Erlang A; who goes public, when, about what."""

import numpy as np
import pytest
from chances import LIMIT, ks_excess, z_chi_square, z_mean
from worlds import constant, exponential, make_scenario

from sim.demand.draw import draw

SPILL = {
    "base_per_h": 60.0,
    "handling": exponential(6.0),
    "agents": 5,
    "patience": exponential(8.0),
    "share": 1.0,
    "delay": constant(10.0),
}


def make_phone(days=30, **changes):
    return make_scenario(
        horizon={"days": days},
        demand={
            "base_per_h": 0.0,
            "hour_shape": [1.0] * 24,
            "day_shape": [1.0] * 7,
            "spreading": {"branching_ratio": 0.0},
            "spill": SPILL | changes,
        },
    )


def erlang_a_lost(arrivals, service, leaving, agents, most=400):
    """Return the share of callers who leave, from the balance of a birth and death process."""
    weights = [1.0]
    for number in range(1, most):
        out = min(number, agents) * service + max(number - agents, 0) * leaving
        weights.append(weights[-1] * arrivals / out)
    shares = np.array(weights) / sum(weights)
    waiting = np.maximum(np.arange(most) - agents, 0)
    return leaving * (shares @ waiting) / arrivals


@pytest.mark.parametrize("agents", [5, 7, 1])
def test_lost_calls_are_those_of_erlang_a(agents):
    scenario = make_phone(agents=agents)
    lost = erlang_a_lost(60.0, 10.0, 7.5, agents)
    hours = 30 * 24 - 2
    edges = np.array([2.0, 30 * 24.0]) * 3_600_000  # past the start and the delay
    counts = [np.histogram(draw(scenario, 1, r).arrival_ms, edges)[0][0] for r in range(30)]
    assert abs(z_mean(counts, 60.0 * hours * lost)) < LIMIT


def test_without_agents_all_are_lost_when_patience_ends():
    scenario = make_phone(
        days=2, agents=0, patience=exponential(30.0), delay=constant(1.0), base_per_h=600.0
    )
    counts = [len(draw(scenario, 1, r).arrival_ms) for r in range(40)]
    assert abs(z_mean(counts, 600.0 * (48 - 31 / 60))) < LIMIT


def test_with_enough_agents_none_is_lost():
    assert len(draw(make_phone(days=2, agents=200), 1, 0).arrival_ms) == 0


def test_a_share_goes_public_after_the_delay():
    everyone, some = make_phone(share=1.0, agents=1), make_phone(share=0.25, agents=1)
    all_times = [draw(everyone, 3, r).arrival_ms for r in range(10)]
    some_times = [draw(some, 3, r).arrival_ms for r in range(10)]
    for many, few in zip(all_times, some_times, strict=True):
        assert set(few) <= set(many)  # the same callers: the coin alone differs
    many = sum(map(len, all_times))
    few = sum(map(len, some_times))
    assert abs(few - 0.25 * many) < LIMIT * np.sqrt(many * 0.25 * 0.75)


def test_delays_and_topics():
    base = make_phone(agents=0, patience=constant(5.0), delay=constant(1.0), days=10)
    later = make_phone(agents=0, patience=constant(5.0), delay=constant(61.0), days=10)
    assert (draw(base, 1, 0).origin == 4).all()
    topics = np.bincount(draw(base, 1, 0).topic, minlength=6)
    shares = np.array([0.36, 0.23, 0.13, 0.13, 0.05, 0.10])
    assert abs(z_chi_square(topics, topics.sum() * shares)) < LIMIT
    shifted = draw(base, 1, 0).arrival_ms + 3_600_000  # the same calls, an hour more
    expected = shifted[shifted < 10 * 24 * 3_600_000]
    assert draw(later, 1, 0).arrival_ms.tolist() == expected.tolist()


def test_calls_follow_the_profile():
    scenario = make_scenario(
        horizon={"days": 7},
        demand={
            "base_per_h": 0.0,
            "hour_shape": [0.0] * 23 + [1.0],
            "spreading": {"branching_ratio": 0.0},
            "spill": SPILL | {"agents": 0, "patience": constant(1.0), "delay": constant(1.0)},
        },
    )
    minutes = draw(scenario, 1, 0).arrival_ms // 60_000 % 1440
    assert ((minutes >= 1380) | (minutes < 3)).all()
    inside = minutes[minutes >= 1382]
    assert ks_excess((inside + 0.5 - 1382) / 58, lambda x: np.clip(x, 0, 1)) < 1.2
