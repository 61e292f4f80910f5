"""Same content, same bytes; what is written can be read again and does nothing by itself."""

import csv
import json
import math
import pathlib

import hypothesis
import numpy as np
import pytest
import yaml
from hypothesis import strategies as st

from sim.errors import InputError
from sim.store import text as store

# YAML cannot hold lone surrogates, nor can UTF-8.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
FINITE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@hypothesis.given(TREES)
def test_yaml_round_trip_keeps_values_types_and_order(value):
    read = yaml.safe_load(store.format_yaml(value))
    assert read == value
    assert repr(read) == repr(value)


@hypothesis.given(FINITE)
def test_json_round_trip(value):
    assert json.loads(store.format_json(value)) == value


@hypothesis.given(st.dictionaries(TEXTS, st.integers(), min_size=2), st.randoms())
def test_json_does_not_depend_on_order(value, random):
    items = list(value.items())
    random.shuffle(items)
    assert store.format_json(dict(items)) == store.format_json(value)


def test_words_that_yaml_takes_for_something_else_stay_words():
    words = ["no", "on", "12:30:00", "1e5", ".5", "2026-06-01", "null", "~", "- a", "a: b", "${x}"]
    assert yaml.safe_load(store.format_yaml(words)) == words


def test_repeated_object_is_written_out():
    shared = [1, 2]
    assert store.format_yaml({"a": shared, "b": shared}) == "a:\n- 1\n- 2\nb:\n- 1\n- 2\n"


def test_numpy_becomes_plain():
    value = {
        "a": np.array([1.5, 2.5]),
        np.str_("b"): np.int64(3),
        "c": (np.bool_(True), np.float32(0.5)),
        "d": np.str_("x"),
        "e": pathlib.PurePath("a/b"),
    }
    plain = {"a": [1.5, 2.5], "b": 3, "c": [True, 0.5], "d": "x", "e": "a/b"}
    assert json.loads(store.format_json(value)) == plain
    assert yaml.safe_load(store.format_yaml(value)) == plain


def test_json_has_null_where_there_is_no_number():
    value = {"nan": math.nan, "more": [math.inf, -math.inf, np.float64("nan"), 1.0]}
    assert json.loads(store.format_json(value)) == {"nan": None, "more": [None, None, None, 1.0]}


@pytest.mark.parametrize("value", [object(), {1.5: "a"}, {"a": {1, 2}}, b"x", 1j])
def test_what_is_not_text_is_refused(value):
    with pytest.raises(TypeError):
        store.format_json(value)


def test_files_are_utf8_with_plain_line_ends(tmp_path):
    store.write_json(tmp_path / "a.json", {"b": "é", "a": 1})
    store.write_yaml(tmp_path / "a.yaml", {"b": "é", "a": 1})
    store.write_csv(tmp_path / "a.csv", ["b", "a"], [["é", 1]])
    assert (tmp_path / "a.json").read_bytes() == '{\n  "a": 1,\n  "b": "é"\n}\n'.encode()
    assert (tmp_path / "a.yaml").read_bytes() == "b: é\na: 1\n".encode()
    assert (tmp_path / "a.csv").read_bytes() == "b,a\né,1\n".encode()


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("x")', "=cmd|' /C calc'!A0"],
)
def test_formula_in_a_cell_gets_an_apostrophe(tmp_path, cell):
    store.write_csv(tmp_path / "a.csv", [cell], [[cell], [np.str_(cell)]])
    with (tmp_path / "a.csv").open(newline="", encoding="utf-8") as file:
        assert list(csv.reader(file)) == [["'" + cell.replace("\r", "\n")]] * 3


def test_numbers_stay_numbers(tmp_path):
    row = [-1, -0.1, np.float64(-2.5), np.int64(-3), True, None, math.nan, "plain", 1e-300]
    store.write_csv(tmp_path / "a.csv", [str(i) for i in range(len(row))], [row])
    line = (tmp_path / "a.csv").read_text().splitlines()[1]
    assert line == "-1,-0.1,-2.5,-3,True,,,plain,1e-300"


def test_separators_and_quotes_survive(tmp_path):
    row = ['a "b", c', "line\nbreak", "semi;colon", ""]
    store.write_csv(tmp_path / "a.csv", list("wxyz"), [row])
    with (tmp_path / "a.csv").open(newline="", encoding="utf-8") as file:
        assert list(csv.reader(file)) == [list("wxyz"), row]


def test_row_of_another_length_is_a_bug(tmp_path):
    with pytest.raises(ValueError, match="2 cells under a header of 1"):
        store.write_csv(tmp_path / "a.csv", ["a"], [[1, 2]])


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 100_000, None])
def test_unreadable_json_is_one_line(tmp_path, content):
    path = tmp_path / "summary.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=r"summary\.json: cannot be read as JSON") as caught:
        store.read_json(path)
    assert "\n" not in str(caught.value)


def test_stored_json_is_read(tmp_path):
    store.write_json(tmp_path / "a.json", {"a": [1, 2.5, None]})
    assert store.read_json(tmp_path / "a.json") == {"a": [1, 2.5, None]}
