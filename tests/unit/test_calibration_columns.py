"""Kind and columns of small tables whose meaning is plain to a person."""

import zoneinfo

import numpy as np
import pytest

from sim.calibration.columns import choose_columns
from sim.errors import InputError

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
