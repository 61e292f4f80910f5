"""Mentions of the lead-in: how many, when, and that they move none of the horizon's."""

import numpy as np
import pytest
import worlds

from sim.demand.draw import draw
from sim.demand.draws import Draws
from sim.scenario.profile import base_rates
from sim.scenario.ring import compute_lead_h
from sim.scenario.tables import MS_PER_H

BY_MENTION = [
    name
    for name in Draws._fields
    if name in ("topic", "origin", "event", "actionable", "detected", "silent", "reposts")
    or name.startswith(("arrival", "influence", "patience", "repost", "first_pool", "u_spread"))
]


def find_roots(draws):
    """Return the first ancestor of each mention: parents come before their children."""
    roots = np.arange(draws.parent.size)
    for row in np.flatnonzero(draws.parent >= 0):
        roots[row] = roots[draws.parent[row]]
    return roots


@pytest.mark.parametrize("feedback", [0.0, 0.5])
def test_the_horizons_mentions_are_the_same_bits(feedback):
    demand = {"sentiment_feedback": feedback}
    events = {"launch": worlds.LAUNCH | {"time_h": 33.0}}
    ring, single = (
        worlds.make_scenario(horizon={"repeats": repeats}, events=events, demand=demand)
        for repeats in (True, False)
    )
    both, alone = draw(ring, 5, 2), draw(single, 5, 2)
    own = both.arrival_ms[find_roots(both)] >= 0
    assert (~own).sum() > 100
    for name in BY_MENTION:
        assert np.array_equal(getattr(both, name)[own], getattr(alone, name)), name
    turns = np.repeat(own, np.diff(both.turn_offset))
    for name in ("work_ms", "think_ms", "reopen_ms", "u_resolve", "u_reopen", "writes_again"):
        assert np.array_equal(getattr(both, name)[turns], getattr(alone, name)), name
    for name in ("event_time_ms", "event_size", "sentiment_noise"):
        assert np.array_equal(getattr(both, name), getattr(alone, name)), name


def test_how_many_and_when():
    """Hour by hour the base of the ring's last hours, within Monte-Carlo error."""
    scenario = worlds.make_scenario(
        horizon={"repeats": True, "start": "2026-06-01T00:00"},
        demand={
            "base_per_h": 60.0,
            "busy_day_cv": 0.0,
            "busy_hour_cv": 0.0,
            "busy_hour_correlation": 0.0,
            "spreading": {"branching_ratio": 0.0},
        },
        events={"launch": worlds.LAUNCH | {"time_h": 166.0, "peak": 9.0}},
    )
    lead_h, n = compute_lead_h(scenario), 60
    counts = np.zeros(lead_h)
    for replication in range(n):
        draws = draw(scenario, 1, replication)
        lead = draws.arrival_ms < 0
        assert draws.arrival_ms.min() >= -lead_h * MS_PER_H
        assert set(draws.origin[lead]) == {0}
        counts += np.bincount(draws.arrival_ms[lead] // MS_PER_H + lead_h, minlength=lead_h)
    expected = n * base_rates(scenario)[-lead_h:]
    assert np.abs((counts - expected) / np.sqrt(expected)).max() < 4.0


def test_no_lead_in_where_the_start_is_stated():
    for changes in ({"warm_up_h": 5.0}, {"demand": {"backlog_mentions": 3}}):
        scenario = worlds.make_scenario(horizon={"repeats": True}, **changes)
        assert draw(scenario, 1, 0).arrival_ms.min() >= 0
