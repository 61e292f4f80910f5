"""Files of strangers: read without loss, or refused with one line."""

import contextlib
import datetime
import sys

import hypothesis
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import strategies as st

from sim.errors import InputError
from sim.exports.histories import read_history, read_history_columns


def read_text(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "history.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return read_history(path)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_forms_of_csv(tmp_path, delimiter, line_end, mark):
    rows = [["time", "n", "x"], ["2017-11-01 00:00", "3", "0.5"], ["2017-11-01 01:00", "4", ""]]
    text = mark + "".join(delimiter.join(row) + line_end for row in rows)
    columns = read_text(tmp_path, text).columns
    assert list(columns) == ["time", "n", "x"]
    assert columns["time"].tolist() == ["2017-11-01 00:00", "2017-11-01 01:00"]
    assert columns["n"].dtype == np.int64
    assert columns["n"].tolist() == [3, 4]
    np.testing.assert_array_equal(columns["x"], [0.5, np.nan])


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "cp1252"])
def test_encodings(tmp_path, encoding):
    text = "Zeit;Größe\n" + "2017-11-01;schön\n" * 30
    history = read_text(tmp_path, text, encoding)
    assert list(history.columns) == ["Zeit", "Größe"]
    assert history.columns["Größe"].tolist() == ["schön"] * 30


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("sep=;\na;b\n1;2\n3;4\n", ["a", "b"]),
        ("Inbox, all of it\nFrom 1 to 2\n\na;b;c\n1;2;x\n3;4;y\n5;6;z\n", ["a", "b", "c"]),
        ("Title;;\n;;\na;b;c\n1;2;x\n3;4;y\n", ["a", "b", "c"]),
        ("a,b,\n1,2,\n3,4,\n", ["a", "b", "column 3"]),
        ("a,b\n1,2,\n3,4,\n", ["a", "b", "column 3"]),
        ("a\nJan 1, 2017\nJan 2, 2017\n", ["a"]),
        ("2017-11-01 10:00,1\n2017-11-01 11:00,2\n", ["column 1", "column 2"]),
        ("1510000000\n1510003600\n", ["column 1"]),
        ('a;b\n1;"x;y"\n2;"1,5, or"\n', ["a", "b"]),
        ("a~b\n1~2,5\n3~4,5\n", ["a", "b"]),
    ],
)
def test_first_lines(tmp_path, text, names):
    assert list(read_text(tmp_path, text).columns) == names


def test_numbers_among_gaps_are_numbers(tmp_path):
    columns = read_text(tmp_path, "n,t\n1,NULL\nN/A,NULL\n3,x\n").columns
    np.testing.assert_array_equal(columns["n"], [1, np.nan, 3])
    assert columns["t"].tolist() == ["NULL", "NULL", "x"]


def test_a_workbook_without_its_reader_is_told(tmp_path, monkeypatch):
    openpyxl = pytest.importorskip("openpyxl")
    path = tmp_path / "history.xlsx"
    openpyxl.Workbook().save(path)
    with pytest.raises(InputError, match="holds no rows"):
        read_history(path)
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(InputError, match=r"pip install 'surgecrew\[excel\]', or save it as CSV"):
        read_history(path)


def test_quoted_cells_hold_anything(tmp_path):
    columns = read_text(tmp_path, 't,n\n"two\nlines, ""quoted""",1\nplain,2\n').columns
    assert columns["t"].tolist() == ['two\nlines, "quoted"', "plain"]


def test_one_bad_cell_keeps_all_as_text(tmp_path):
    columns = read_text(tmp_path, "n\n1\nx\n3\n").columns
    assert columns["n"].tolist() == ["1", "x", "3"]


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1", "-2"], "i"),
        (["9007199254740993", "1"], "i"),
        (["9007199254740993", '""'], "O"),
        (["99999999999999999999", "1"], "O"),
        (["1.5", "1e-3"], "f"),
        (["1", '""'], "f"),
        (['""', '""'], "O"),
        (["true", "false"], "O"),
        (["2017-11-01", "2017-11-02"], "O"),
        (["0x10", "1_000"], "O"),
    ],
)
def test_narrowest_kind_that_loses_nothing(tmp_path, cells, kind):
    columns = read_text(tmp_path, "a,b\n" + "".join(f"{cell},1\n" for cell in cells)).columns
    assert columns["a"].dtype.kind == kind
    if kind == "O":
        assert columns["a"].tolist() == [cell.strip('"') for cell in cells]


@hypothesis.given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1))
def test_whole_numbers_are_exact(tmp_path_factory, numbers):
    text = "n,m\n" + "".join(f"{number},x\n" for number in numbers)
    read = read_text(tmp_path_factory.mktemp("history"), text).columns["n"]
    assert [int(number) for number in read] == numbers


def test_rows_of_another_length_are_counted(tmp_path):
    history = read_text(tmp_path, "a,b\n1,2\n1,2,3\n1\n3,4\n")
    assert history.skipped_rows == 2
    assert history.columns["a"].tolist() == [1, 3]


def test_long_cell_does_not_widen_the_others(tmp_path):
    text = "a,b\n" + "x" * 3_000_000 + ",1\n" + "y,2\n" * 1000
    column = read_text(tmp_path, text).columns["a"]
    assert len(column) == 1001
    assert column.nbytes < 100_000


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b"a,b\n", "holds no rows"),
        (b"a,b\n1,2,3\n", "1 have a different number of cells"),
        (b"a,a\n1,2\n", "two columns are called 'a'"),
        (b"a,b\n1,\x81\n", "neither UTF-8 nor cp1252 .about byte 6"),
        (b"\xff\xfea\x00\x00\xd8,\x00", "neither UTF-8 nor utf-16"),
        (b"\x7fELF\x00\x01", "is not text"),
        (b"\xd0\xcf\x11\xe0\xa1", "old Excel .xls.; save it as xlsx or CSV"),
        (b"PK\x03\x04 is no zip", "cannot be unpacked"),
        (b"\x1f\x8b is no gzip", "cannot be unpacked"),
        (b"[1, 2]", "is JSON, but no list of objects"),
        (b'{"a": 1', "cannot be read as JSON"),
        (b"PAR1 is no table", "cannot be read as Parquet"),
    ],
)
def test_hostile_file_is_one_line(tmp_path, content, says):
    with pytest.raises(InputError, match=says) as caught:
        read_text(tmp_path, content)
    assert "\n" not in str(caught.value)
    assert "history.csv: " in str(caught.value)


@pytest.mark.parametrize("name", ["missing.csv", "missing.parquet", "."])
def test_no_file_is_one_line(tmp_path, name):
    with pytest.raises(InputError, match="cannot be read"):
        read_history(tmp_path / name)


@hypothesis.given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(tmp_path_factory, content):
    lengths = {1}
    with contextlib.suppress(InputError):
        history = read_text(tmp_path_factory.mktemp("history"), content)
        lengths = {len(column) for column in history.columns.values()}
    assert len(lengths) == 1


def test_parquet_kinds(tmp_path):
    moment = datetime.datetime(2026, 3, 1, 7, 30, tzinfo=datetime.timezone(datetime.timedelta(0)))
    east = pa.timestamp("ms", tz="Asia/Tokyo")
    table = pa.table(
        {
            "zoned": pa.array([moment, None], pa.timestamp("ns", tz="UTC")),
            "east": pa.array([moment, None]).cast(east),
            "local": pa.array([moment.replace(tzinfo=None), None], pa.timestamp("us")),
            "count": pa.array([3, 4], pa.uint8()),
            "gap": pa.array([3, None], pa.int32()),
            "long": pa.array([2**60 + 1, None], pa.int64()),
            "flag": pa.array([True, False]),
            "brand": pa.array(["a", "b"]).dictionary_encode(),
            "nested": pa.array([[1], [2]]),
            "bytes": pa.array([b"x", b"y"]),
        }
    )
    path = tmp_path / "history.parquet"
    pq.write_table(table, path)
    columns = read_history_columns(path)
    assert columns["zoned"].tolist() == ["2026-03-01T07:30:00.000000+00:00", ""]
    assert columns["east"].tolist() == columns["zoned"].tolist()
    assert columns["local"].tolist() == ["2026-03-01T07:30:00.000000", ""]
    assert columns["count"].tolist() == [3, 4]
    np.testing.assert_array_equal(columns["gap"], [3, np.nan])
    assert columns["long"].tolist() == [str(2**60 + 1), ""]
    assert columns["flag"].tolist() == [1, 0]
    assert columns["brand"].tolist() == ["a", "b"]
    assert "nested" not in columns
    assert "bytes" not in columns


def test_parquet_is_known_by_its_bytes(tmp_path):
    path = tmp_path / "history.csv"
    pq.write_table(pa.table({"n": [1, 2]}), path)
    assert read_history_columns(path)["n"].tolist() == [1, 2]


@pytest.mark.data
def test_real_histories_are_read_whole(real_data):
    """Against a naive count of lines: these files have no quoted line breaks."""
    for path in sorted(real_data.glob("*.csv")):
        history = read_history(path)
        lines = len(path.read_text(encoding="utf-8").splitlines()) - 1
        rows = len(next(iter(history.columns.values())))
        assert rows + history.skipped_rows == lines, path.name
