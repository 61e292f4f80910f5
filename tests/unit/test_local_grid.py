"""Opening hours on the local clock: past midnight, on a ring, at clock changes, hour by hand."""

import datetime
import zoneinfo
from typing import Any

import numpy as np
import pytest

from sim.policies.standard import make_standard_policy
from sim.scenario.checks import DAYS
from sim.scenario.clock import lay_local_grid
from sim.scenario.parts import Horizon
from sim.scenario.profile import interval_local_times, open_intervals
from tests.worlds import make_scenario

MONDAY = "2026-06-01T00:00:00"
ANY = tuple({"start_h": hour, "length_h": 8.0} for hour in (2.0, 10.0, 18.0, 22.0))
WEEKEND = {"fri": (20.0, 26.0), "sat": (20.0, 2.0)}
CLOSED = dict.fromkeys(DAYS)


def open_hours(horizon: dict[str, Any] | None = None, **shifts: Any) -> np.ndarray:
    return open_intervals(
        make_scenario(
            horizon={"start": MONDAY, "repeats": True, **(horizon or {})},
            shifts={"kinds": ANY, **shifts},
        )
    )


def test_a_desk_from_ten_to_two_by_the_hour_of_the_day():
    opened = open_hours(open_from_h=10.0, open_to_h=26.0)
    hour = np.arange(168) % 24
    assert (opened == ((hour >= 10) | (hour < 2))).all()
    assert (open_hours(open_from_h=10.0, open_to_h=2.0) == opened).all()
    assert open_hours(open_from_h=10.0, open_to_h=10.0).all()
    midnight = open_hours(open_from_h=10.0, open_to_h=0.0)
    assert (midnight == open_hours(open_from_h=10.0, open_to_h=24.0)).all()


def test_friday_and_saturday_nights_only():
    opened = open_hours(open_by_day={**CLOSED, **WEEKEND})
    friday = 4 * 24 + 20
    hours = [*range(friday, friday + 6), *range(friday + 24, friday + 30)]
    assert np.flatnonzero(opened).tolist() == hours


def test_sundays_night_is_mondays_morning_unless_the_week_stands_alone():
    night = {**CLOSED, "sun": (22.0, 30.0)}
    assert np.flatnonzero(open_hours(open_by_day=night)).tolist() == [*range(6), 166, 167]
    alone = open_hours({"repeats": False}, open_by_day=night)
    assert np.flatnonzero(alone).tolist() == [166, 167]
    noon = open_hours({"start": "2026-06-07T12:00:00"}, open_by_day=night)
    assert np.flatnonzero(noon).tolist() == list(range(10, 18))


def test_hours_of_one_day_that_reach_into_the_next_ones_are_one():
    opened = open_hours(open_by_day={**CLOSED, "mon": (8.0, 30.0), "tue": (2.0, 12.0)})
    assert np.flatnonzero(opened).tolist() == list(range(8, 36))


@pytest.mark.parametrize(("start", "hours"), [("2026-10-31", 9), ("2026-03-07", 7)])
def test_a_night_is_longer_or_shorter_where_the_clock_changes(start, hours):
    horizon = {"start": f"{start}T00:00:00", "days": 2, "time_zone": "America/New_York"}
    opened = open_hours(horizon, open_by_day={**CLOSED, "sat": (22.0, 6.0)})
    assert np.flatnonzero(opened).tolist() == list(range(22, 22 + hours))


@pytest.mark.parametrize(
    ("zone", "start", "step_min"),
    [
        ("America/New_York", "2026-10-30T12:00:00", 15),
        ("America/New_York", "2026-03-08T02:00:00", 60),
        ("Australia/Lord_Howe", "2026-04-03T00:00:00", 30),
        ("Australia/Lord_Howe", "2026-10-02T00:00:00", 10),
        ("America/Santiago", "2026-09-06T00:00:00", 60),
        ("America/Santiago", "2026-04-04T23:00:00", 20),
        ("Africa/Cairo", "2026-04-23T00:00:00", 60),
        ("Asia/Beirut", "2026-03-28T00:00:00", 30),
        ("Asia/Kathmandu", "2026-03-28T00:00:00", 60),
    ],
)
def test_minutes_are_found_where_the_zone_shows_them(zone, start, step_min):
    """Each interval by its own wall clock; what is shown twice is looked up at its first time."""
    horizon = Horizon(
        start=datetime.datetime.fromisoformat(start), time_zone=zone, days=3, interval_min=step_min
    )
    grid, times = lay_local_grid(horizon), interval_local_times(horizon)
    seen = set()
    for number, time in enumerate(times):
        days = (time.date() - times[0].date()).days
        minute = days * 1440 + time.hour * 60 + time.minute
        if minute not in seen and minute < grid.end_min:
            assert grid.place(minute) == number
        seen.add(minute)
    assert grid.place(grid.end_min) == len(times) + grid.place(grid.start_min)


def test_half_an_hours_change_on_intervals_of_an_hour_moves_no_more_than_that():
    """From then on an interval stands for the full hour within it."""
    horizon = {"start": "2026-04-04T00:00:00", "days": 2, "time_zone": "Australia/Lord_Howe"}
    scenario = make_scenario(horizon=horizon, shifts={"open_from_h": 7.0, "open_to_h": 19.0})
    times = interval_local_times(scenario.horizon)
    shown = [
        times[place].strftime("%a %H:%M") for place in np.flatnonzero(open_intervals(scenario))
    ]
    assert (shown[0], shown[11]) == ("Sat 07:00", "Sat 18:00")
    assert (shown[12], shown[-1], len(shown)) == ("Sun 06:30", "Sun 17:30", 24)
    zone = zoneinfo.ZoneInfo("Australia/Lord_Howe")
    assert {time.tzinfo for time in times} == {zone}


def test_reference_staff_keeps_the_opening_hours():
    scenario = make_scenario(
        team={"reference_staff": {"general": [2] * 24, "technical": [1] * 24}},
        shifts={"open_from_h": 10.0, "open_to_h": 2.0, "open_by_day": {"sun": None},
                "kinds": ANY},
        horizon={"start": MONDAY},
    )  # fmt: skip
    staff = make_standard_policy("reference", scenario).staff
    assert (np.array(staff["general"]) == 2 * open_intervals(scenario)).all()
    assert (np.array(staff["technical"]) == 1 * open_intervals(scenario)).all()
    assert sum(staff["technical"]) == 6 * 16
