"""Dates of events: hours by the local clock, and whose word counts."""

import pytest

from sim.errors import InputError
from sim.scenario.build import load_scenario
from sim.scenario.clock import name_time


def load(tmp_path, text, *overrides, base="launch_week"):
    path = tmp_path / "mine.yaml"
    path.write_text(f"base: {base}\nname: mine\n{text}", encoding="utf-8")
    return load_scenario(str(path), list(overrides))


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"])
@pytest.mark.parametrize("start", ["2026-06-01T00:00", "2026-03-02T00:00", "2026-04-01T00:00"])
def test_the_hour_of_a_date_is_that_date_again(zone, start, tmp_path):
    """Second road: the clock that names an elapsed hour. Through clock changes, half hours too."""
    day = f"{start[:8]}09"
    horizon = f"horizon: {{start: {start}, time_zone: {zone}, days: 14}}\n"
    made = load(tmp_path, horizon + f"events: {{launch: {{time: {day}T10:30}}}}\n")
    assert name_time(made.horizon, made.events["launch"].time_h) == f"{day}T10:30"


def test_a_date_takes_the_place_of_the_bases_hour_and_of_a_window(tmp_path):
    made = load(tmp_path, "events: {launch: {time: 2026-06-04T10:00}}\n")
    assert (made.events["launch"].time_h, made.events["launch"].window_h) == (82.0, None)
    window = "events: {breach: {window: [2026-06-02T00:00, 2026-06-03T12:00]}}\n"
    made = load(tmp_path, window, base="breach_week")
    assert made.events["breach"].window_h == (24.0, 60.0)


@pytest.mark.parametrize(
    ("override", "hour"),
    [
        ("events.launch.time_h=20", 20.0),
        ("events.launch.time=2026-06-02T01:00", 25.0),
        ("events.launch.peak=3", 82.0),
        ("horizon.start=2026-05-31T00:00", 106.0),
    ],
)
def test_the_most_specific_word_counts(override, hour, tmp_path):
    made = load(tmp_path, "events: {launch: {time: 2026-06-04T10:00}}\n", override)
    assert made.events["launch"].time_h == hour


def test_dates_on_the_command_line_over_a_shipped_scenario():
    made = load_scenario("launch_week", ["events.launch.time=2026-06-03T10:00"])
    assert made.events["launch"].time_h == 58.0


def test_repetitions_follow_a_date(tmp_path):
    event = "{time: 2026-06-02T00:00, repeat: {every_h: 24, times: 3}}"
    made = load(tmp_path, f"events: {{launch: {event}}}\n")
    assert [one.time_h for one in made.events.values()] == [24.0, 48.0, 72.0]


BAD = {
    "{time: tomorrow}": "scenario.events.launch.time = tomorrow: allowed: a local date and time",
    "{time: 2026-05-31T00:00}": "allowed: within the horizon, from 2026-06-01T00:00 to",
    "{time: 2026-07-01T00:00}": "launch.time = 2026-07-01T00:00: allowed: within the horizon",
    "{time: 2026-06-02T09:00, time_h: 3}": "has time and time_h; allowed: exactly one of",
    "{time: '2026-06-02T09:00+02:00'}": "without offset",
    "{window: [2026-06-02T09:00]}": "allowed: two dates",
    "{window: [2026-06-03T09:00, 2026-06-02T09:00]}": "earliest hour before latest hour",
    "{tme: 2026-06-02T09:00}": "tme",
}


@pytest.mark.parametrize("event", BAD)
def test_mistakes(event, tmp_path):
    with pytest.raises(InputError) as error:
        load(tmp_path, f"events: {{launch: {event}}}\n")
    assert BAD[event] in str(error.value)


def test_clock_times_are_hours(tmp_path):
    """Second road: the same scenario in numbers."""
    clock = (
        "shifts: {open_from_h: 08:30, open_to_h: '26:00', open_by_day: {sat: [10:30, 14:00], sun: "
        "null}, kinds: [{start_h: 8:30, length_h: 17.5}, {start_h: 10:30, length_h: 3.5}]}\n"
        "horizon: {interval_min: 30}\nholidays: {2026-06-03: {open: ['09:30', '12:00']}}\n"
    )
    hours = (
        "shifts: {open_from_h: 8.5, open_to_h: 26, open_by_day: {sat: [10.5, 14], sun: null}, "
        "kinds: [{start_h: 8.5, length_h: 17.5}, {start_h: 10.5, length_h: 3.5}]}\n"
        "horizon: {interval_min: 30}\nholidays: {2026-06-03: {open: [9.5, 12]}}\n"
    )
    assert load(tmp_path, clock) == load(tmp_path, hours)
    typed = load(tmp_path, hours, "shifts.open_from_h=08:30")
    assert typed == load(tmp_path, hours)


@pytest.mark.parametrize("text", ["8:61", "08:30:00", "half past", "123:00"])
def test_what_is_no_clock_time_is_refused_by_its_key(text, tmp_path):
    with pytest.raises(InputError, match=r"scenario\.shifts\.open_from_h = "):
        load(tmp_path, f"shifts: {{open_from_h: '{text}'}}\n")


@pytest.mark.parametrize(
    "horizon",
    ["start: '0001-01-01T00:00'", "start: '9999-12-30T00:00'", "start: '2026-06-01T00:00+02:00'",
     "days: 10000000", "days: -3", "days: x", "time_zone: Mars", "start: soon"],
)  # fmt: skip
def test_a_horizon_that_cannot_be_is_told_by_its_own_key(horizon, tmp_path):
    """Catches dates that overflow and clocks with and without offset compared."""
    event = "events: {launch: {time: 2026-06-04T10:00}}\n"
    with pytest.raises(InputError, match=r"scenario\.horizon|within the horizon"):
        load(tmp_path, f"horizon: {{{horizon}}}\n{event}")
