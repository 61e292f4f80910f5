"""The horizon as a ring: how long the lead-in is, and who is there before and after."""

import numpy as np
import pytest
import worlds

from sim.care.reference.surge import Trigger
from sim.scenario.lower import lay_floor, lower_phases, lower_staff
from sim.scenario.profile import expected_per_quarter
from sim.scenario.ring import (
    compute_drain_h,
    compute_lead_h,
    find_last_opening_h,
    lower_clock,
    lower_schedule,
)
from sim.scenario.tables import MS_PER_H, MS_PER_MIN

OFFICE = worlds.make_office_shifts()
MONDAY, WEDNESDAY, SATURDAY = "2026-06-01T00:00", "2026-06-03T00:00", "2026-06-06T00:00"


def make_ring(**changes):
    """Return the test week from a Monday, with no clock change in it."""
    plain = {"horizon": {"start": MONDAY, "repeats": True}, "drain_h": None}
    return worlds.make_scenario(**worlds.merge(plain, changes))


def lay(scenario, policy):
    """Return times and staff of a roster that prepares for nothing."""
    floor = lay_floor(scenario, policy)
    return lower_schedule(scenario, policy, floor, floor)


@pytest.mark.parametrize(
    ("hours", "lead_h"),
    [
        ("oo..", 4),  # open at the start, closed before: the opening at the start itself
        ("..oo", 2),
        ("o.oo", 6),  # the start lies in an opening that goes on: that one is not over
        ("o...o.oo", 4),
        ("....", 24),
        ("oooo", 24),
        (".o", 1),
    ],
)
def test_the_last_opening_that_is_over(hours, lead_h):
    is_open = np.array([hour == "o" for hour in hours])
    assert find_last_opening_h(is_open) == lead_h


@pytest.mark.parametrize(
    ("changes", "lead_h"),
    [
        ({"shifts": OFFICE}, 64),  # Friday 8:00
        ({"shifts": OFFICE, "horizon": {"start": WEDNESDAY}}, 16),
        ({"shifts": OFFICE, "horizon": {"start": SATURDAY}}, 16),
        ({"shifts": OFFICE, "horizon": {"start": "2026-06-01T12:00"}}, 76),
        ({"shifts": OFFICE, "horizon": {"days": 14}}, 64),
        ({"shifts": OFFICE, "horizon": {"days": 3}}, 16),  # Wednesday comes before Monday
        ({"shifts": OFFICE, "horizon": {"start": SATURDAY, "days": 2}}, 24),
        ({}, 17),  # open from 7 to 24
        ({"shifts": None}, 24),
        ({"horizon": {"repeats": False}}, 0),
        ({"warm_up_h": 6.0}, 0),
        ({"demand": {"backlog_mentions": 1}}, 0),
        ({"demand": {"rate_per_h": [1.0] * 168}}, 0),
    ],
)
def test_length_of_the_lead_in(changes, lead_h):
    assert compute_lead_h(make_ring(**changes)) == lead_h


@pytest.mark.parametrize(
    ("changes", "drain_h"),
    [
        ({}, 168.0),
        ({"horizon": {"days": 1}}, 168.0),
        ({"horizon": {"days": 14}}, 336.0),
        ({"horizon": {"days": 400}}, 8760.0),
        ({"horizon": {"repeats": False}}, 24.0),
        ({"drain_h": 5.5}, 5.5),
        ({"drain_h": 0.0, "horizon": {"repeats": False}}, 0.0),
    ],
)
def test_length_of_the_drain(changes, drain_h):
    assert compute_drain_h(make_ring(**changes)) == drain_h


def find_staff(schedule, time_ms):
    """Return who is on duty from an instant on, by pool."""
    times_ms, agents = schedule
    return agents[:, np.searchsorted(times_ms, time_ms, side="right") - 1].tolist()


def test_the_roster_goes_round():
    """Minute by minute of a two-day ring: staff is that of the same hour of the roster."""
    scenario = make_ring(horizon={"days": 2}, shifts=OFFICE)
    rng = np.random.default_rng(1)
    staff = {pool: rng.integers(0, 4, 48).tolist() for pool in scenario.pool_names}
    policy = worlds.make_policy(scenario, staff=staff)
    clock, schedule = lower_clock(scenario), lay(scenario, policy)
    assert clock.lead_ms == 16 * MS_PER_H
    assert clock.n_intervals == 48 + 16
    for minute in range(0, (16 + 48 + 168) * 60, 7):
        hour = (minute // 60 - 16) % 48
        expected = [staff[pool][hour] for pool in scenario.pool_names]
        assert find_staff(schedule, minute * MS_PER_MIN) == expected


def test_staff_after_closing_wins():
    scenario = make_ring(horizon={"days": 1})
    policy = worlds.make_policy(scenario, agents=2, after_close={"technical": 5})
    schedule = lay(scenario, policy)
    last_h = 24 + compute_lead_h(scenario)
    assert find_staff(schedule, last_h * MS_PER_H - 1) == [2, 2]
    assert find_staff(schedule, last_h * MS_PER_H) == [0, 5]
    assert find_staff(schedule, (last_h + 100) * MS_PER_H) == [0, 5]


def test_a_single_horizon_keeps_its_last_staff():
    scenario = make_ring(horizon={"days": 1, "repeats": False})
    staff = {pool: [1] * 23 + [3] for pool in scenario.pool_names}
    schedule = lay(scenario, worlds.make_policy(scenario, staff=staff))
    assert schedule[0].tolist() == [0, 23 * MS_PER_H]
    assert find_staff(schedule, 100 * MS_PER_H) == [3, 3]


def test_events_and_forecast_start_after_the_lead_in():
    launch = worlds.LAUNCH | {"time_h": 33.0}
    scenario = make_ring(events={"launch": launch})
    lead_h = compute_lead_h(scenario)
    policy = worlds.make_policy(scenario, knows_events=True)
    assert lower_phases(scenario, policy).earliest_ms.tolist() == [(lead_h + 33) * MS_PER_H]
    forecast = lower_staff(scenario, policy).forecast
    assert np.array_equal(forecast[4 * lead_h :], expected_per_quarter(scenario, True))
    base = expected_per_quarter(scenario, False)
    assert np.array_equal(forecast[: 4 * lead_h], base[4 * (168 - lead_h) : 4 * 168])


@pytest.mark.parametrize(
    ("changes", "armed_min", "is_armed"),
    [
        ({}, 240.0, True),
        ({}, 1440.0, True),
        ({}, 1441.0, False),
        ({"horizon": {"repeats": False}}, 240.0, False),
        ({"demand": {"backlog_mentions": 1}}, 240.0, False),
    ],
)
def test_a_desk_that_never_closes_is_armed_from_the_start_of_a_ring(changes, armed_min, is_armed):
    """Its lead-in of 24 h is longer than the four hours in which nobody may be called in."""
    scenario = make_ring(**worlds.merge({"shifts": None}, changes))
    surge = {"agents": {"general": 1}, "armed_after_open_min": armed_min}
    policy = worlds.make_policy(scenario, surge=surge)
    start_ms = lower_clock(scenario).lead_ms
    assert Trigger(lower_staff(scenario, policy)).is_armed(start_ms) is is_armed
