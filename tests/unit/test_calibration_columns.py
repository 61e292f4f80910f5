"""Kind and columns of small tables whose meaning is plain to a person."""

import pathlib
import zoneinfo

import numpy as np
import pytest

from sim.calibration.reading.columns import choose_columns
from sim.calibration.reading.rows import read_observations
from sim.errors import InputError
from sim.store.numerals import read_numerals

UTC = zoneinfo.ZoneInfo("UTC")
HOURS = np.arange(200) * 3600 + 1_700_000_000
RAGGED = np.sort(np.random.default_rng(2).integers(0, 700_000, 200)) + 1_700_000_000
NUMBERS = np.arange(200) % 7
BRANDS = np.array(["a", "b"] * 100, object)


def choose(table, kind="auto", given=None):
    return choose_columns(table, kind, given or {}, UTC)


def test_mentions_one_by_one():
    found = choose({"id": np.arange(200), "created_at": RAGGED, "retweet_count": NUMBERS})
    assert (found.kind, found.names) == ("times", {"time": "created_at"})
    assert set(found.guessed) == {"time", "kind"}


def test_counts_on_a_regular_clock():
    table = {"brand": BRANDS, "timestamp": np.repeat(HOURS[:100], 2), "value": NUMBERS}
    found = choose(table)
    assert found.kind == "counts"
    assert found.names == {"time": "timestamp", "series": "brand", "value": "value"}


def test_counts_under_another_name():
    assert choose({"when": HOURS, "clicks": NUMBERS}).names == {"time": "when", "value": "clicks"}


def test_numbers_on_a_ragged_clock_are_no_counts():
    assert choose({"time": RAGGED, "value": NUMBERS}).kind == "times"


def test_pairs():
    table = {"tc": RAGGED, "tr": RAGGED + 300, "brand": BRANDS, "new_conversation": NUMBERS % 2}
    found = choose(table)
    assert found.kind == "pairs"
    assert found.names == {"time": "tc", "reply": "tr", "series": "brand"}
    assert found.first_turn == "new_conversation"


def test_time_known_by_its_cells():
    texts = np.array([str(np.datetime64(int(t), "s")) for t in RAGGED], object)
    assert choose({"author": BRANDS, "seen": texts}).names["time"] == "seen"


def test_what_the_user_names_comes_first():
    found = choose({"time": RAGGED, "other": HOURS, "n": NUMBERS}, "counts", {"time": "other"})
    assert found.names == {"time": "other", "value": "n"}
    assert "time" not in found.guessed


def test_usual_name_without_times_gives_way_to_times():
    found = choose({"hour": NUMBERS, "posted": HOURS}, "times")
    assert found.names["time"] == "posted"


@pytest.mark.parametrize(
    ("table", "kind", "given", "line"),
    [
        ({"x": NUMBERS}, "auto", {}, "no column of times found"),
        ({"time": HOURS}, "counts", {}, "no column of counts found"),
        ({"time": HOURS}, "pairs", {}, "no column of reply times found"),
        ({"time": HOURS}, "auto", {"time": "when"}, r"time = when: no such column; allowed: time"),
        ({"time": HOURS}, "auto", {"tme": "time"}, r"tme: unknown; allowed: time, reply"),
        ({"time": HOURS}, "hourly", {}, r"history_kind = hourly: allowed: times, counts, pairs"),
    ],
)
def test_mistakes(table, kind, given, line):
    with pytest.raises(InputError, match=line):
        choose(table, kind, given)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1,003", "999", "12,345,678"], [1003, 999, 12345678]),
        (["1 003", "7"], [1003, 7]),
        (["1'003", "1'000'000.5"], [1003, 1000000.5]),
        (["4,0", "1.003,5", "7"], [4, 1003.5, 7]),
        (["1,5", "", "2,25"], [1.5, np.nan, 2.25]),
        (["-1,000"], [-1000]),
        (["1,0", "1,003"], [1, 1.003]),
        (["4,0", "x"], None),
        (["1,00,3"], None),
        (["12:30"], None),
        (["", ""], None),
        (["1.2.2026"], None),
    ],
)
def test_numbers_as_people_write_them(cells: list[str], expected: list[float] | None) -> None:
    found = read_numerals(np.array(cells, object))
    if expected is None:
        assert found is None
    else:
        np.testing.assert_array_equal(found, expected)


def write_time(hour: int) -> str:
    return f"2026-03-{1 + hour // 24:02d}T{hour % 24:02d}:00"


@pytest.mark.parametrize("form", ["{:,}", "{:d},0", "{:_},0"])
def test_counts_with_commas_are_counts(tmp_path: pathlib.Path, form: str) -> None:
    """Not one mention a row: the counts are those that were written."""
    path = tmp_path / "counts.csv"
    written = [form.format(1000 + n).replace("_", ".") for n in range(96)]
    rows = [f"{write_time(n)};{count}" for n, count in enumerate(written)]
    path.write_text("\n".join(["time;count", *rows]) + "\n", encoding="utf-8")
    found = read_observations(str(path))
    assert found.columns.kind == "counts"
    np.testing.assert_array_equal(found.value, 1000 + np.arange(96))


def test_a_word_among_counts_is_a_bad_row_not_another_kind(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "counts.csv"
    rows = [f"{write_time(n)},{'n/a' if n == 5 else n}" for n in range(96)]
    path.write_text("\n".join(["time,count", *rows]) + "\n", encoding="utf-8")
    found = read_observations(str(path))
    assert found.columns.kind == "counts"
    assert [(bad.reason, bad.rows) for bad in found.bad] == [("count is not a number", 1)]


@pytest.mark.parametrize(
    ("cells", "expected", "is_told"),
    [
        (["1.003", "12.345", "999"], [1003, 12345, 999], True),
        (["1.100", "2.000", "7"], [1100, 2000, 7], True),
        (["12.000", "7.000", "3.000"], [12, 7, 3], False),
        (["1003", "999", "0"], [1003, 999, 0], False),
    ],
)
def test_a_point_before_three_digits_is_of_thousands_in_counts(
    tmp_path: pathlib.Path, cells: list[str], expected: list[float], is_told: bool
) -> None:
    """As fractions they would be no counts; 12.000 is a count already."""
    path = tmp_path / "counts.csv"
    rows = [f"{write_time(n)};{cells[n % 3]}" for n in range(96)]
    path.write_text("\n".join(["time;count", *rows]) + "\n", encoding="utf-8")
    found = read_observations(str(path))
    assert found.columns.has_thousands is is_told
    assert found.value is not None
    np.testing.assert_array_equal(found.value, expected * 32)
    assert found.bad == ()


def test_scores_with_three_digits_stay_fractions(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "times.csv"
    rows = [f"{write_time(n)};{1 + n % 4}.{125 * (n % 8):03d}" for n in range(96)]
    path.write_text("\n".join(["time;sentiment", *rows]) + "\n", encoding="utf-8")
    found = read_observations(str(path))
    assert found.columns.names["sentiment"] == "sentiment"
    assert found.sentiment is not None
    assert found.sentiment[:3].tolist() == [1.0, 2.125, 3.25]
