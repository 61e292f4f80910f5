"""What other tools write: headers, gaps, lengths, times in several columns, sides, zones."""

import zoneinfo

import numpy as np
import pytest

from sim.errors import InputError
from sim.exports.headers import find_column, find_unit, find_zone_words, is_id, normalize
from sim.exports.lengths import read_lengths
from sim.exports.shapes import shape_table
from sim.exports.threads import filter_rows, find_repeated, find_sides, join_replies, list_links
from sim.exports.time_columns import find_time_column
from sim.exports.zones import find_header_zone, find_offset_zone, make_fixed_zone
from sim.store.clock import compute_offsets, read_times
from sim.store.missing import blank_missing

UTC, BERLIN = zoneinfo.ZoneInfo("UTC"), zoneinfo.ZoneInfo("Europe/Berlin")
MIN = 60_000


def text(*cells: str) -> np.ndarray:
    return np.array(cells, object)


@pytest.mark.parametrize(
    ("name", "words", "unit"),
    [
        ("First response time (in hrs)", "first_response_time", "h"),
        ("First reply time (min)", "first_reply_time", "min"),
        ("FRT (hh:mm:ss)", "frt", "h"),
        ("createdAt", "created_at", None),
        ("Created at [UTC]", "created_at", None),
        ("reply_seconds", "reply_seconds", "s"),
    ],
)
def test_names_of_columns(name: str, words: str, unit: str | None) -> None:
    assert (normalize(name), find_unit(name)) == (words, unit)
    assert find_column(["x", name], words) == name


def test_zones_and_ids_in_names() -> None:
    assert find_zone_words("Created at [UTC]") == find_zone_words("created_at_utc") == "UTC"
    zone = find_header_zone("Time (Europe/Berlin)")
    assert zone is not None
    assert zone.key == "Europe/Berlin"
    assert find_header_zone("Time (min)") is None
    assert [is_id(name) for name in ("Tweet Id", "phone", "ticket_number", "width", "paid")] == [
        True, True, True, False, False,
    ]  # fmt: skip


def test_gaps_are_gaps_in_all_spellings() -> None:
    cells = text("NULL", "n/a", "-", "NaT", "", "#N/A", "0000-00-00 00:00:00", "no", "0")
    assert blank_missing(cells).tolist() == [""] * 7 + ["no", "0"]


@pytest.mark.parametrize(
    ("cell", "unit", "minutes"),
    [
        ("00:05:20", None, 16 / 3),
        ("36:12:00", None, 2172),
        ("1d 02:00:00", None, 1560),
        ("1.02:00:00", None, 1560),
        ("05:20", "min", 16 / 3),
        ("05:20", "h", 320),
        ("5 min", None, 5),
        ("1h 5m 30s", None, 65.5),
        ("2 hours and 5 minutes", None, 125),
        ("PT1H5M", None, 65),
        ("90", "s", 1.5),
        ("1,5", "h", 90),
    ],
)
def test_lengths(cell: str, unit: str | None, minutes: float) -> None:
    found = read_lengths(text(cell, "NULL"), "wait", unit)
    np.testing.assert_allclose(found.minutes, [minutes, np.nan])
    assert found.is_gap.tolist() == [False, True]


def test_bare_lengths_need_a_unit() -> None:
    with pytest.raises(InputError, match=r"column wait: .* 90.* no known unit; set history"):
        read_lengths(np.array([90.0, 5.0]), "wait", None)
    assert read_lengths(np.array([90.0]), "wait (sec, business)", None).is_business


def times_of(shaped: object) -> list[str]:
    column = shaped.table[shaped.time]
    stamps = read_times(column[column != ""], UTC)
    return [str(np.datetime64(stamp, "ms"))[:16] for stamp in stamps.tolist()]


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        (text("09:05", "14:00"), ["2026-01-25T09:05", "2026-01-26T14:00"]),
        (text("9:05 AM", "2:00 pm"), ["2026-01-25T09:05", "2026-01-26T14:00"]),
        (text("09:00 - 09:59", "14:00 - 14:59"), ["2026-01-25T09:00", "2026-01-26T14:00"]),
        (np.array([9, 14]), ["2026-01-25T09:00", "2026-01-26T14:00"]),
        (np.array([905, 1400]), ["2026-01-25T09:05", "2026-01-26T14:00"]),
        (np.array([1, 24]), ["2026-01-25T00:00", "2026-01-26T23:00"]),
    ],
)
@pytest.mark.parametrize("days", [text("25/01/2026", "26/01/2026"), np.array([20260125, 20260126])])
def test_a_date_beside_a_clock(days: np.ndarray, clock: np.ndarray, expected: list[str]) -> None:
    shaped = shape_table({"Date": days, "Hour": clock, "n": np.array([3, 4])}, UTC, None)
    assert times_of(shaped) == expected
    assert list(shaped.table) == ["Date + Hour", "n"]


def test_a_row_without_a_clock_is_not_put_at_midnight() -> None:
    table = {"Date": text("2026-01-25", "2026-01-26"), "Time": text("09:05", "")}
    assert shape_table(table, UTC, None).table["Date + Time"].tolist()[1] == ""


@pytest.mark.parametrize("name", ["{}", "{:02d}:00", "{}h", "h{}"])
def test_days_by_hours(name: str) -> None:
    days = text("2026-01-25", "2026-01-26", "Total")
    table = {"Date": days, **{name.format(h): np.array([h, 24 + h, 9]) for h in range(24)}}
    shaped = shape_table({**table, "Total": np.array([1, 2, 3])}, UTC, None)
    assert shaped.value == "count"
    assert shaped.table["count"].tolist()[:48] == list(range(48))
    assert times_of(shaped)[25] == "2026-01-26T01:00"
    assert list(shaped.table) == ["time", "count"]


def test_hours_by_days() -> None:
    table = {"Hour": np.arange(24), "2026-01-25": np.arange(24), "2026-01-26": np.arange(24, 48)}
    shaped = shape_table(table, UTC, None)
    assert shaped.table["count"].tolist() == list(range(48))
    assert times_of(shaped)[25] == "2026-01-26T01:00"


def test_full_times_are_left_alone() -> None:
    table = {"Date": text("2026-01-25"), "Time": text("09:05"), "created": text("2026-01-25 09:05")}
    assert shape_table(table, UTC, None).time is None


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ({"Tweet Id": np.array([2007969970911261400] * 9), "when": text(*["2026-01-05 10:00"] * 9)},
         "when"),
        ({"Customer": np.array([2025550100] * 9), "Opened": text(*["2026-01-05 10:00"] * 9)},
         "Opened"),
        ({"Updated at": text("2026-01-05 10:00"), "Created at": text("2026-01-05 09:00")},
         "Created at"),
        ({"date": text("2026-01-05"), "sent": text("2026-01-05 09:00")}, "sent"),
        ({"customer": np.array([2025550100] * 9)}, None),
    ],
)  # fmt: skip
def test_the_column_of_times(table: dict[str, np.ndarray], expected: str | None) -> None:
    found = find_time_column(table, [], UTC)
    assert (found.name if found else None) == expected


def test_an_unreadable_time_is_not_replaced_by_an_id() -> None:
    table = {"created_at": text("the 5th", "the 6th"), "number": np.array([1.77e9, 1.77e9])}
    with pytest.raises(InputError, match=r"column created_at: 'the 5th' is not read as a time"):
        find_time_column({"created_at": table["created_at"], "x": table["number"]}, [], UTC)
    assert find_time_column(table, [], UTC) is None


def make_thread() -> dict[str, np.ndarray]:
    return {
        "tweet_id": np.array([1, 2, 3, 4, 5]),
        "inbound": text("True", "False", "True", "False", "False"),
        "in_response_to_tweet_id": np.array([np.nan, 1, np.nan, 1, 3]),
        "conversation_id": np.array([7, 7, 8, 7, 8]),
    }


STAMPS = np.array([10, 15, 20, 18, 50]) * MIN


@pytest.mark.parametrize("by", ["in_response_to_tweet_id", "conversation_id"])
def test_both_sides_of_a_thread(by: str) -> None:
    """The first answer of each: 5 and 30 minutes."""
    table = make_thread()
    if by == "conversation_id":
        del table["in_response_to_tweet_id"]
    sides = find_sides(table)
    assert sides is not None
    assert sides.is_customer.tolist() == [True, False, True, False, False]
    joined = join_replies(table, sides, STAMPS)
    assert joined is not None
    ids = ["tweet_id"] if by == "in_response_to_tweet_id" else []
    assert list_links(table) == [by, *ids]
    waits = (joined[0] - STAMPS)[sides.is_customer] / MIN
    assert (joined[1], waits.tolist()) == (by, [5.0, 30.0])


def test_rows_that_are_asked_for() -> None:
    table = {**make_thread(), "Channel Name": text("x", "X", "fb", "fb", "x")}
    assert filter_rows(table, {"inbound": True}).sum() == 2
    assert filter_rows(table, {"channel_name": ["x"], "inbound": "true"}).sum() == 1
    with pytest.raises(InputError, match=r"history_where.inbond: no such column.*mean inbound"):
        filter_rows(table, {"inbond": True})
    with pytest.raises(InputError, match=r"history_where.inbound = maybe: .*allowed: false, true"):
        filter_rows(table, {"inbound": "maybe"})


def test_the_same_id_at_the_same_time_is_one_row() -> None:
    found = find_repeated({"id": np.array([1, 2, 1, 2, 3])}, np.array([5, 6, 5, 7, 8]))
    assert found is not None
    assert found[0].tolist() == [False, False, True, False, False]
    assert find_repeated({"author_id": np.array([1, 1])}, np.array([5, 5])) is None


def test_the_zone_that_offsets_tell() -> None:
    year = np.arange(365) * 86_400_000 + 1_767_225_600_000
    own = compute_offsets(year, BERLIN)
    found = find_offset_zone(year, own, zoneinfo.ZoneInfo("America/New_York"))
    assert found == BERLIN
    fixed = find_offset_zone(year, np.full(365, 19_800_000), UTC)
    assert fixed is not None
    assert fixed.key == "Asia/Kolkata"
    assert find_offset_zone(year, np.zeros(365, np.int64), BERLIN) is None
    west = make_fixed_zone(-5 * 3_600_000)
    assert west is not None
    assert compute_offsets(year[:1], west).tolist() == [-5 * 3_600_000]
