"""Strangers' time stamps against datetime, one by one."""

import datetime
import zoneinfo

import numpy as np
import pytest

from sim.errors import InputError
from sim.store.clock import (
    NO_TIME,
    compute_hours_of_week,
    compute_local_days,
    compute_offsets_of_local,
    find_zone,
    format_zones,
    read_times,
    write_local,
)

NEW_YORK = zoneinfo.ZoneInfo("America/New_York")
NOON = datetime.datetime(2015, 3, 9, 12, 0, tzinfo=datetime.UTC)
NOON_MS = round(NOON.timestamp() * 1000)


def read(*cells, zone="UTC"):
    return read_times(np.array(cells, object), zoneinfo.ZoneInfo(zone)).tolist()


@pytest.mark.parametrize(
    "text",
    [
        "2015-03-09T12:00:00Z",
        "2015-03-09 12:00:00",
        "2015-03-09T12:00",
        "2015-03-09T08:00:00-04:00",
        "Mon Mar 09 12:00:00 +0000 2015",
        "Mon, 09 Mar 2015 12:00:00 +0000",
        "2015/03/09 12:00",
        "09.03.2015 12:00",
        "Mar 09, 2015 12:00 PM",
        "1425902400",
        "1425902400000",
    ],
)
def test_forms_of_one_time(text):
    assert read(text) == [NOON_MS]


@pytest.mark.parametrize("unit", [1, 1e3, 1e6, 1e9])
def test_numbers_by_their_size(unit):
    cells = np.array([NOON_MS / 1000 * unit], np.float64)
    assert read_times(cells, zoneinfo.ZoneInfo("UTC")).tolist() == [NOON_MS]


def test_days_written_as_numbers():
    cells = np.array([20150309, 20150230], np.int64)
    midnight = round(datetime.datetime(2015, 3, 9, tzinfo=datetime.UTC).timestamp() * 1000)
    assert read_times(cells, zoneinfo.ZoneInfo("UTC")).tolist()[0] == midnight


def test_no_offset_is_the_named_zone_before_and_after_a_clock_change():
    summer, winter = "2015-03-09T08:00:00", "2015-03-07T07:00:00"
    assert read(summer, winter, zone="America/New_York") == [NOON_MS, NOON_MS - 2 * 86_400_000]


def test_what_is_no_time():
    found = read("2015-03-09T12:00:00Z", "junk", "", "31/31/2015", "14000101123000")
    assert found[0] == NOON_MS
    assert found[1:4] == [NO_TIME] * 3
    assert found[4] == 14_000_101_123_000  # milliseconds of the year 2413: for the reader to judge


def test_order_of_day_and_month_is_that_of_the_column():
    american = read("03/09/2015 12:00", "03/31/2015 12:00")
    british = read("09/03/2015 12:00", "31/03/2015 12:00")
    assert american == british == [NOON_MS, NOON_MS + 22 * 86_400_000]


def test_order_that_nobody_can_tell():
    with pytest.raises(InputError, match="the day or the month first"):
        read("03/09/2015 12:00", "04/10/2015 12:00")


@pytest.mark.parametrize("name", ["America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"])
def test_local_clock_against_datetime(name):
    zone = zoneinfo.ZoneInfo(name)
    stamps = np.random.default_rng(1).integers(1_400_000_000, 1_500_000_000, 300) * 1000
    times = [datetime.datetime.fromtimestamp(stamp / 1000, zone) for stamp in stamps.tolist()]
    hours = [time.weekday() * 24 + time.hour for time in times]
    days = [(time.date() - datetime.date(1970, 1, 1)).days for time in times]
    np.testing.assert_array_equal(compute_hours_of_week(stamps, zone), hours)
    np.testing.assert_array_equal(compute_local_days(stamps, zone), days)
    local = np.array([time.replace(tzinfo=datetime.UTC).timestamp() for time in times])
    back = (local * 1000).astype(np.int64) - compute_offsets_of_local(
        (local * 1000).astype(np.int64), zone
    )
    is_second = np.array([time.fold == 1 for time in times])
    np.testing.assert_array_equal(back[~is_second], stamps[~is_second])


def test_local_minutes():
    assert write_local(np.array([NOON_MS + 29_000, NOON_MS + 31_000]), NEW_YORK) == [
        "2015-03-09T08:00",
        "2015-03-09T08:01",
    ]


def test_zone_that_is_none():
    with pytest.raises(InputError, match=r"history_time_zone = Mars: allowed: an IANA time zone"):
        find_zone("Mars")


@pytest.mark.parametrize(
    ("name", "near"), [("asia/kolkata", "Asia/Kolkata"), ("Asia/Tokio", "Asia/Tokyo")]
)
def test_the_nearest_zone_is_named(name, near):
    """Small letters or another language's spelling; an offset or a short name is near to none."""
    assert format_zones(name).endswith(f"; did you mean {near}?")
    assert "did you mean" not in format_zones("+05:30") + format_zones("IST")


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(
    ("name", "start", "step_min"),
    [
        ("America/New_York", (2025, 10, 30), 15),
        ("America/New_York", (2025, 10, 30), 60),
        ("Europe/Berlin", (2025, 10, 24), 30),
        ("Australia/Lord_Howe", (2025, 4, 3), 15),
    ],
)
def test_a_series_through_a_clock_change_is_read_as_it_was_written(order, name, start, step_min):
    """Rows on the local clock: each is where it was, the hour that comes again an hour later."""
    zone = zoneinfo.ZoneInfo(name)
    first = datetime.datetime(*start, tzinfo=datetime.UTC)
    rows = [first + datetime.timedelta(minutes=n * step_min)
            for n in range(6 * 1440 // step_min)][::order]  # fmt: skip
    cells = np.array([f"{row.astimezone(zone):%Y-%m-%d %H:%M}" for row in rows], object)
    ms = read_times(cells, zone, comes_once=True)
    assert ms.tolist() == [round(row.timestamp() * 1000) for row in rows]
    assert len(np.unique(read_times(cells, zone))) < len(cells)
