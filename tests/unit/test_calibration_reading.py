"""Every kind of bad row is counted once, with an example, and left out."""

import numpy as np
import pytest

from sim.calibration.reading.rows import read_observations
from sim.errors import InputError
from sim.store.clock import NO_TIME

START = 1_700_000_000
HOURS = START + 3600 * np.arange(100)


def tell(found):
    return {each.reason: each.rows for each in found.bad}


def test_bad_times():
    cells = np.array([str(np.datetime64(int(t), "s")) for t in HOURS], object)
    cells[3], cells[4], cells[8] = "soon", "", "1815-06-18T11:00:00"
    found = read_observations({"time": cells}, "times")
    assert tell(found) == {"unreadable time": 2, "time outside 1990 to 2100": 1}
    assert found.bad[0].example == "row 4: soon"
    assert (found.read, len(found.time_ms)) == (100, 97)


def test_bad_counts():
    counts = np.arange(100.0)
    counts[[1, 2, 3, 4]] = -1, np.nan, 2.5, 1e12
    times = HOURS.copy()
    times[50] = times[49]
    found = read_observations({"time": times, "n": counts}, "counts")
    assert tell(found) == {
        "count below 0": 1,
        "count is not a number": 1,
        "count above a billion": 1,
        "count is not a whole number": 1,
        "a second count for its time": 1,
    }
    assert found.value.tolist()[:3] == [0.0, 5.0, 6.0]
    assert 50.0 not in found.value  # the first of two stays


def test_bad_replies_and_no_replies():
    replies = np.array([str(np.datetime64(int(t) + 600, "s")) for t in HOURS], object)
    replies[0], replies[1], replies[2] = "", "later", "2001-01-01T00:00:00"
    found = read_observations({"time": HOURS, "reply": replies})
    assert tell(found) == {"unreadable reply time": 1, "reply before the post": 1}
    assert found.reply_ms[0] == NO_TIME
    assert found.reply_ms[1] - found.time_ms[1] == 600_000


def test_first_messages_of_conversations():
    table = {"tc": HOURS, "tr": HOURS + 60, "new_conversation": np.arange(100) % 4 == 0}
    assert read_observations(table).is_first.sum() == 25


def test_wrong_clocks_far_from_the_rest():
    times = HOURS.copy()
    times[0], times[-1] = 800_000_000, 1_900_000_000
    found = read_observations({"time": times}, "times")
    assert tell(found) == {"more than 30 days away from all other rows": 2}
    assert found.covered_ms == (HOURS[1] * 1000, HOURS[-2] * 1000)


def test_rows_in_order_of_time_and_the_cover_of_the_whole_file():
    brands = np.array(["b", "a"] * 50, object)
    found = read_observations({"time": HOURS[::-1], "brand": brands}, "times", "a")
    assert (np.diff(found.time_ms) > 0).all()
    assert found.covered_ms == (HOURS[0] * 1000, HOURS[-1] * 1000)


def test_several_series_and_none_named():
    brands = np.array(["x", "y", "y", "z"] * 25, object)
    with pytest.raises(InputError, match=r"brand holds 3 series; allowed: y, x, z"):
        read_observations({"time": HOURS, "brand": brands}, "times")
    with pytest.raises(InputError, match=r"history_series = w: .* allowed: y, x, z"):
        read_observations({"time": HOURS, "brand": brands}, "times", "w")


def test_one_series_needs_no_name():
    brands = np.array(["x"] * 100, object)
    assert read_observations({"time": HOURS, "brand": brands}, "times").series == "x"


def test_series_asked_for_where_there_is_none():
    with pytest.raises(InputError, match="no column of series found"):
        read_observations({"time": HOURS}, "times", "x")


def test_half_bad_is_read_and_more_is_refused():
    cells = np.array([str(np.datetime64(int(t), "s")) for t in HOURS], object)
    cells[:50] = "bad"
    assert len(read_observations({"time": cells}, "times").time_ms) == 50
    cells[50] = "bad"
    with pytest.raises(
        InputError, match=r"51 of 100 rows cannot be used.*unreadable time \(row 1: bad"
    ):
        read_observations({"time": cells}, "times")


def test_broken_rows_of_a_file_count(tmp_path):
    path = tmp_path / "mentions.csv"
    lines = ["time,text", *(f"{t},x" for t in HOURS), "1700000000,a,b", "1700000000"]
    path.write_text("\n".join(lines), encoding="utf-8")
    found = read_observations(path)
    assert tell(found) == {"a different number of cells than the header": 2}
    assert (found.read, found.series) == (102, "mentions")


def test_columns_of_different_lengths():
    with pytest.raises(InputError, match="differ in length"):
        read_observations({"time": HOURS, "value": HOURS[:-1]})


def test_hourly_counts_through_a_clock_change_are_all_good():
    """Thirteen local hours: the second 1:00 of the night is an hour later, no second count."""
    hours = [0, 1, 1, *range(2, 12)]
    times = np.array([f"2025-11-02 {hour:02d}:00" for hour in hours], object)
    history = {"time": times, "count": np.arange(1.0, 14.0)}
    read = read_observations(history, "counts", time_zone="America/New_York")
    assert read.bad == ()
    assert (np.diff(read.time_ms) == 3_600_000).all()
    assert read.value.tolist() == list(range(1, 14))
