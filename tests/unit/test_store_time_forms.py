"""Forms of times against one known moment, and columns whose order of day and month is told."""

import zoneinfo

import numpy as np
import pytest

from sim.errors import InputError
from sim.store.clock import NO_TIME, read_time_column

UTC = zoneinfo.ZoneInfo("UTC")
MOMENT = np.datetime64("2026-01-25T14:05:00")
MOMENT_MS = int(MOMENT.astype("datetime64[ms]").astype(np.int64))
H = 3_600_000


def read(*cells: str, zone: str = "UTC", day_first: bool | None = None) -> list[int]:
    column = np.array(cells, object)
    return read_time_column(column, zoneinfo.ZoneInfo(zone), day_first=day_first).stamps.tolist()


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-25 14:05",
        "2026-1-25 14:05:00.000",
        "2026/01/25-14:05",
        "2026.01.25 14.05",
        "2026-01-25 02:05:00 PM",
        "2026-01-25T15:05:00+01:00",
        "2026-01-25 15:05:00 +0100 CET",
        "2026-01-25T15:05:00+01:00[Europe/Berlin]",
        "2026-01-25 15:05 Europe/Berlin",
        "2026-01-25 15:05 CET",
        "2026-01-25 09:05:00 EST",
        "2026-01-25 19:35 GMT+5:30",
        "25.01.26 14:05",
        "25.01.2026, 14:05 Uhr",
        "25-01-2026 14:05",
        "01/25/26 2:05PM",
        "01/25/2026 02:05 p.m.",
        "25-Jan-2026 14:05",
        "25 janv. 2026 à 14h05",
        "25 de enero de 2026 14:05",
        "25. Januar 2026 14:05",
        "Jan 25 2026  2:05PM",
        "Jan 25, 2026, 2:05:00 PM",
        "January 25, 2026 at 2:05 PM",
        "Sunday, January 25, 2026 2:05:00 PM",
        "2:05 PM - Jan 25, 2026",
        "Sun, 25 Jan 2026 14:05:00 GMT",
        "Sun, 25 Jan 26 09:05:00 -0500",
        "Sun Jan 25 14:05:00 +0000 2026",
        "Sun Jan 25 15:05:00 CET 2026",
        "Sun Jan 25 2026 14:05:00 GMT+0000 (Coordinated Universal Time)",
        "25/Jan/2026:14:05:00 +0000",
        "20260125T140500Z",
        "20260125140500",
        "202601251405",
        "2026-W04-7T14:05",
        "46047.586805556",
        "1769349900",
        "1769349900000",
    ],
)
def test_a_form_is_read(text: str) -> None:
    assert read(text) == [MOMENT_MS]


def test_an_hour_alone_and_the_end_of_a_day() -> None:
    assert read("2026-01-25 2 PM", "2026-01-24T24:00", "2026-01-25 12 AM") == [
        MOMENT_MS - 300_000,
        MOMENT_MS - 300_000 - 14 * H,
        MOMENT_MS - 300_000 - 14 * H,
    ]


@pytest.mark.parametrize(
    "text",
    ["2026-02-30 10:00", "2026-01-05 24:30", "00:05:20", "1/5/20261", "5-Jan", "0000-00-00", "NULL",
     "2026-01-05 00:18 XYZ", "31/31/2026", "1,234"],
)  # fmt: skip
def test_what_is_no_time(text: str) -> None:
    assert read(text) == [NO_TIME]


def test_the_column_tells_day_from_month_and_a_key_where_it_does_not() -> None:
    assert read("01/02/2026 10:00", "25/01/2026 14:05")[1] == MOMENT_MS
    assert read("02/01/2026 10:00", "01/25/2026 14:05")[1] == MOMENT_MS
    with pytest.raises(InputError, match=r"day 3 of month 4, or day 4 of month 3; set history_day"):
        read("03/04/2026 10:00", "05/06/2026 10:00")
    day, month = (read("03/04/2026 10:00", day_first=one)[0] for one in (True, False))
    assert (day - month) / (24 * H) == 30  # 3 April, 4 March
    with pytest.raises(InputError, match=r"have the day first, others .* the month"):
        read("25/01/2026 14:05", "01/26/2026 14:05")


def test_years_of_two_digits_that_stand_first_are_known_by_their_days() -> None:
    cells = [f"26-01-{day:02d} 14:05" for day in range(5, 26)]
    assert read(*cells)[-1] == MOMENT_MS
    assert read(*(f"{day:02d}.01.26 14:05" for day in range(5, 26)))[-1] == MOMENT_MS


def test_a_short_name_of_several_zones_is_asked_for() -> None:
    with pytest.raises(InputError, match=r"IST: .*Asia/Kolkata.*history_time_zone"):
        read("2026-01-25 19:35 IST")
    assert read("2026-01-25 19:35 IST", zone="Asia/Kolkata") == [MOMENT_MS]


def test_what_was_read_is_told() -> None:
    found = read_time_column(np.array(["25/01/2026 15:05 CET"], object), UTC)
    assert found.form == "the day first, CET as +01:00"
    assert found.offset_ms.tolist() == [H]
    assert read_time_column(np.array([46027.5]), UTC).form == "days of Excel"
    assert not read_time_column(np.array(["2026-01-25 00:00"], object), UTC).has_clock
