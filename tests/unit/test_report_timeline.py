"""The local clock along elapsed time: days of 23 and 25 hours, labels, spans."""

import datetime
import zoneinfo

import numpy as np
import pytest

from sim.report.charts.timeline import build_timeline, find_spans, measure_elapsed, read_local

ZONE = zoneinfo.ZoneInfo("America/New_York")


def make_local(start: str, hours: int) -> np.ndarray:
    """Return local times of so many elapsed hours, by the standard library's zones."""
    first = datetime.datetime.fromisoformat(start).replace(tzinfo=ZONE).astimezone(datetime.UTC)
    times = [(first + datetime.timedelta(hours=h)).astimezone(ZONE) for h in range(hours)]
    return read_local(np.array([time.isoformat() for time in times]))


@pytest.mark.parametrize(
    ("start", "hours", "change_day_h"),
    [("2026-02-02T00:00", 168, 24), ("2026-03-08T00:00", 167, 23), ("2026-11-01T00:00", 169, 25)],
)
def test_a_day_is_as_long_as_it_was(start, hours, change_day_h):
    local = make_local(start, hours)
    line = build_timeline(60.0 * np.arange(hours), local)
    lengths_h = np.diff([*line.midnights, line.end_min]) / 60
    assert lengths_h.tolist() == [change_day_h, *[24.0] * 6]
    assert [mark.label.split("\n")[0] for mark in line.labels] == (
        ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] if hours == 168
        else ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    )  # fmt: skip


def test_a_clock_put_back_adds_a_step_and_never_goes_back():
    local = make_local("2026-11-01T00:00", 6)
    assert measure_elapsed(local, 60.0).tolist() == [60.0 * hour for hour in range(6)]


def test_one_day_is_labeled_by_hours_with_its_name_first():
    line = build_timeline(60.0 * np.arange(24), make_local("2026-03-03T00:00", 24))
    texts = [mark.label for mark in line.labels]
    assert texts == [
        "00:00\nTue 3 Mar",
        "03:00",
        "06:00",
        "09:00",
        "12:00",
        "15:00",
        "18:00",
        "21:00",
    ]


@pytest.mark.parametrize("days", [1, 2, 5, 10, 14, 30, 90, 365])
def test_labels_are_few_and_inside_the_axis(days):
    hours = 24 * days
    line = build_timeline(60.0 * np.arange(hours), make_local("2026-01-07T00:00", hours))
    places = [mark.x for mark in line.labels]
    assert 1 <= len(places) <= 13
    assert places == sorted(places)
    assert places[0] >= 0
    assert places[-1] <= line.end_min


def test_long_axes_begin_their_labels_on_a_monday():
    line = build_timeline(60.0 * np.arange(24 * 30), make_local("2026-01-07T00:00", 24 * 30))
    assert all(mark.label.startswith("Mon") for mark in line.labels)


def test_closed_spans_hold_exactly_the_closed_intervals():
    rng = np.random.default_rng(3)
    start = 30.0 * np.arange(200)
    closed = rng.random(200) < 0.4
    spans = find_spans(start, 6000.0, closed)
    inside = np.array([any(a <= x < b for a, b in spans) for x in start])
    assert (inside == closed).all()
    assert sum(b - a for a, b in spans) == 30.0 * closed.sum()


def test_an_offset_in_the_text_does_not_move_local_time():
    given = np.array(["2026-03-02T05:00:00-05:00", "2026-03-02 06:00"])
    assert [str(each) for each in read_local(given)] == ["2026-03-02T05:00", "2026-03-02T06:00"]
