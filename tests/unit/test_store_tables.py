"""Parquet: what goes in comes out, the same content gives the same bytes."""

import hashlib
import subprocess
import sys

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_np

from sim.errors import InputError
from sim.store import tables

COLUMN = (
    st_np.arrays(np.int64, 5)
    | st_np.arrays(np.int16, 5)
    | st_np.arrays(np.float64, 5)
    | st_np.arrays(np.bool_, 5)
    | st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
        min_size=5,
        max_size=5,
    ).map(np.array)
)

WRITE = """
import sys, pathlib, numpy as np
from sim.store.tables import write_table
x = np.random.default_rng(7).normal(size=10_000)
names = np.array(["general", "technical"] * 5_000)
write_table(pathlib.Path(sys.argv[1]), {"x": x, "pool": names}, {"x": "min"}, {"b": "2", "a": "1"})
"""


@hypothesis.given(st.dictionaries(st.text("abc_", min_size=1), COLUMN, min_size=1, max_size=4))
def test_round_trip(tmp_path_factory, columns):
    path = tmp_path_factory.mktemp("table") / "t.parquet"
    tables.write_table(path, columns)
    read = tables.read_table(path)
    assert list(read) == list(columns)
    for name, values in columns.items():
        if values.dtype.kind != "U":
            assert read[name].dtype == values.dtype
            assert read[name].tobytes() == values.tobytes()  # NaN and -0.0 too
        else:
            assert read[name].tolist() == values.tolist()


def test_units_and_metadata_round_trip(tmp_path):
    path = tmp_path / "t.parquet"
    columns = {"wait_min": np.zeros(2), "pool": np.array(["a", "b"])}
    tables.write_table(path, columns, {"wait_min": "min"}, {"difference": "first less other"})
    notes = tables.read_notes(path)
    assert notes.units == {"wait_min": "min"}
    assert notes.metadata == {"difference": "first less other"}


def test_same_bytes_in_two_processes_under_other_hash_seeds(tmp_path):
    digests = set()
    for number in ("0", "1"):
        path = tmp_path / f"{number}.parquet"
        environment = {"PYTHONHASHSEED": number, "TZ": f"Etc/GMT+{number}", "PATH": ""}
        subprocess.run([sys.executable, "-c", WRITE, path], check=True, env=environment)
        digests.add(hashlib.sha256(path.read_bytes()).hexdigest())
    assert len(digests) == 1


def test_order_of_metadata_does_not_matter(tmp_path):
    pairs = {"b": "2", "a": "1"}
    for name, metadata in [("x", pairs), ("y", dict(reversed(list(pairs.items()))))]:
        tables.write_table(tmp_path / name, {"n": np.arange(3)}, metadata=metadata)
    assert (tmp_path / "x").read_bytes() == (tmp_path / "y").read_bytes()


def test_other_content_other_bytes(tmp_path):
    for name, value in [("x", 1.0), ("y", np.nextafter(1.0, 2.0))]:
        tables.write_table(tmp_path / name, {"n": np.array([value])})
    assert (tmp_path / "x").read_bytes() != (tmp_path / "y").read_bytes()


def test_no_rows_is_a_table(tmp_path):
    path = tmp_path / "t.parquet"
    tables.write_table(path, {"n": np.zeros(0), "pool": np.zeros(0, dtype="U1")})
    assert {name: len(values) for name, values in tables.read_table(path).items()} == {
        "n": 0,
        "pool": 0,
    }


def test_strided_and_object_columns(tmp_path):
    path = tmp_path / "t.parquet"
    tables.write_table(path, {"n": np.arange(10)[::3], "t": np.array(list("abcd"), dtype=object)})
    read = tables.read_table(path)
    assert read["n"].tolist() == [0, 3, 6, 9]
    assert read["t"].tolist() == list("abcd")


@pytest.mark.parametrize(
    "columns",
    [
        {"a": np.zeros(2), "b": np.zeros(3)},
        {"a": np.zeros((2, 2))},
        {"a": np.array(["x", None], dtype=object)},
        {"a": np.array([1, 2], dtype=object)},
        {"a": np.array(["2026-01-01"], dtype="datetime64[s]")},
        {"a": np.zeros(2, dtype=complex)},
    ],
)
def test_what_is_no_column_is_a_bug(tmp_path, columns):
    with pytest.raises(ValueError, match="column"):
        tables.write_table(tmp_path / "t.parquet", columns)


@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "text", "folder"])
def test_damaged_file_is_one_line(tmp_path, damage):
    path = tmp_path / "t.parquet"
    tables.write_table(path, {"n": np.arange(1000)})
    whole = path.read_bytes()
    path.unlink()
    if damage == "folder":
        path.mkdir()
    elif damage != "missing":
        path.write_bytes({"empty": b"", "cut": whole[:-20], "text": b"n\n1\n"}[damage])
    with pytest.raises(InputError, match=r"t\.parquet: cannot be read as Parquet") as caught:
        tables.read_table(path)
    assert "\n" not in str(caught.value)
