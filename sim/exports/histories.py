"""The histories of strangers as columns of numbers and text.

CSV with any usual delimiter and encoding, gz, zip, xlsx, JSON (lines or a list) and Parquet. What
such a file holds is not trusted: a file that is not what it says, is empty, or has two columns of
one name is refused with one line. Checked by ``tests/unit/test_store_histories.py``.
"""

import csv as plain_csv
import io
import json
import pathlib
from typing import Any, NamedTuple

import numpy as np

from sim.errors import InputError
from sim.exports.decoding import Content, read_content, to_utf8
from sim.exports.first_lines import TextLayout, find_layout
from sim.exports.sheets import read_sheet
from sim.paths import require_file
from sim.store.missing import MISSING
from sim.store.tables import Columns, read_arrow, release_memory
from sim.store.text import say_why

FILES = "CSV, TSV, xlsx, JSON, JSON lines or Parquet, also packed (gz, zip)"
_PARQUET_ENDINGS = (".parquet", ".pq")
_PARQUET_MAGIC = b"PAR1"
_OLD_EXCEL_MAGIC = b"\xd0\xcf\x11\xe0"
# A float holds whole numbers of so many digits exactly; longer ones stay text (identifiers).
_EXACT_DIGITS = 15
_THOUSANDS = r"^[+-]?([1-9]\d{0,2}\.\d{3}|\d{1,3})$"
_THOUSANDS_OR_EMPTY = rf"^$|{_THOUSANDS}"
# Cells at the head of a column that tell cheaply what the column is not.
_HEAD = 1000
# 16 MB: a row must fit in one block.
_BLOCK = 1 << 24


class History(NamedTuple):
    """A stranger's table.

    Attributes
    ----------
    columns : dict of str to np.ndarray, each of shape (n_rows,)
        int64 where every cell is a whole number; float64 where every cell is a number or
        empty (NaN); elsewhere text (dtype object: one long cell must not widen all), the
        empty string for an empty cell.
    skipped_rows : int
        Rows of a CSV file with more or fewer cells than its header, left out.
    """

    columns: Columns
    skipped_rows: int
    thousands: Columns = {}  # a default that nobody changes
    """columns of ``1.003`` and ``12.345`` with the point between thousands; see `read_thousands`"""
    notes: tuple[str, ...] = ()
    """what kind of file it is and what was done to read it"""


def read_history_columns(path: str | pathlib.Path) -> Columns:
    """The columns of a stranger's CSV or Parquet file (see `read_history`)."""
    return read_history(path).columns


def read_history(path: str | pathlib.Path) -> History:
    """Read a stranger's table.

    Parameters
    ----------
    path : path
        Its kind is known by its first bytes; everything else is text: see
        ``sim.exports``. Quoted cells may hold line breaks.

    Returns
    -------
    History
        Times in Parquet become ISO 8601 text (with ``+00:00`` where the column has a time
        zone), flags become 0 and 1, nested columns are left out. Whole numbers of more
        than 15 digits among empty cells stay text: a float would round them.

    Raises
    ------
    InputError
        Missing, empty, not readable, no rows, or two columns of one name.
    """
    path = pathlib.Path(path)
    require_file(path)
    table, skipped, notes = _read_table(path)
    names = table.column_names
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"{path}: two columns are called {twice[0]!r}")
    if table.num_rows == 0:
        why = f": {skipped} have a different number of cells than the header" if skipped else ""
        raise InputError(f"{path}: holds no rows{why}")
    columns: Columns = {}
    thousands: Columns = {}
    for name in names:  # each is let go of when it is read: a table may be half of the memory
        cells, table = table.column(0), table.remove_column(0)
        column, grouped = _read_column(cells), read_thousands(cells)
        if column is not None:
            columns[name] = column
        if grouped is not None:
            thousands[name] = grouped
    release_memory()
    return History(columns, skipped, thousands, notes)


def _read_table(path: pathlib.Path) -> tuple[Any, int, tuple[str, ...]]:
    """An arrow table, rows with another number of cells, and what was done."""
    try:
        with path.open("rb") as file:
            start = file.read(len(_PARQUET_MAGIC))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    if start == _PARQUET_MAGIC or path.suffix.lower() in _PARQUET_ENDINGS:
        return read_arrow(path), 0, ("Parquet",)
    if start == _OLD_EXCEL_MAGIC:
        raise InputError(f"{path}: is a workbook of old Excel (xls); save it as xlsx or CSV")
    content = read_content(path)
    if content.data.startswith(b"PK\x03\x04"):
        rows, notes = read_sheet(path, content.data)
        content = content._replace(data=_write_csv(rows), notes=("xlsx", *notes))
    if not _find_start(content.data):
        raise InputError(f"{path}: is empty")
    content = to_utf8(path, content)
    start = _find_start(content.data)
    if not start:
        raise InputError(f"{path}: is empty")
    if start in (b"{", b"["):
        return _read_json(path, content), 0, ("JSON", *content.notes)
    return _read_csv(path, content)


def _find_start(data: bytes) -> bytes:
    """The first byte that is no blank; none where there is none."""
    return data[:_HEAD].lstrip()[:1] or data.lstrip()[:1]


def _write_csv(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    plain_csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def _read_json(path: pathlib.Path, content: Content) -> Any:
    """A list of objects, one object a line, or an object that holds one list."""
    import pyarrow as pa

    text = content.data.decode()
    try:
        try:
            found = json.loads(text)
        except json.JSONDecodeError:
            found = [json.loads(line) for line in text.splitlines() if line.strip()]
    except (json.JSONDecodeError, RecursionError) as error:
        raise InputError(f"{path}: cannot be read as JSON ({error})") from error
    if isinstance(found, dict):
        lists = [value for value in found.values() if isinstance(value, list) and value]
        found = lists[0] if len(lists) == 1 else [found]
    if not all(isinstance(row, dict) for row in found):
        raise InputError(f"{path}: is JSON, but no list of objects; allowed: {FILES}")
    names = list(dict.fromkeys(name for row in found for name in row))
    cells = {name: [_to_cell(row.get(name)) for row in found] for name in names}
    kept = {name: column for name, column in cells.items() if any(column)}
    return pa.table({name: pa.array(column, pa.string()) for name, column in kept.items()})


def _to_cell(value: object) -> str:
    if value is None or isinstance(value, dict | list):
        return ""
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return str(value)


def read_thousands(column: Any) -> np.ndarray | None:
    """A column of text as numbers whose point stands between thousands.

    Returns
    -------
    np.ndarray or None
        float64, NaN where empty; None unless every filled cell may be read so, and one of them,
        read with a decimal point, would be no whole number (``12.000`` is 12 of a database).
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_string(column.type):
        return None
    head = pc.utf8_trim_whitespace(column.slice(0, _HEAD))
    if not pc.all(pc.match_substring_regex(head, _THOUSANDS_OR_EMPTY)).as_py():
        return None
    cells = pc.utf8_trim_whitespace(column)
    filled = cells.filter(pc.not_equal(cells, ""))
    fits = pc.match_substring_regex(filled, _THOUSANDS)
    parts = pc.match_substring_regex(filled, r"\.\d*[1-9]")
    if not (pc.all(fits).as_py() and pc.any(parts).as_py()):
        return None
    bare = pc.replace_substring(cells, ".", "")
    return _cast(pc.if_else(pc.equal(bare, ""), pa.scalar(None, pa.string()), bare), pa.float64())


def _read_csv(path: pathlib.Path, content: Content) -> tuple[Any, int, tuple[str, ...]]:
    import pyarrow as pa
    from pyarrow import csv

    data = content.data
    if b"\n" not in data:
        data = data.replace(b"\r", b"\n")
    layout = find_layout(data)
    skipped: list[int] = []

    def skip_row(row: Any) -> str:
        skipped.append(row.actual_columns)
        return "skip"

    parse = csv.ParseOptions(
        delimiter=layout.delimiter, newlines_in_values=True, invalid_row_handler=skip_row
    )
    read = csv.ReadOptions(
        use_threads=False, block_size=_BLOCK, column_names=_number_twice(layout.names),
        skip_rows=layout.skipped_lines,
    )  # fmt: skip
    convert = csv.ConvertOptions(column_types={name: pa.string() for name in read.column_names})
    try:
        table = csv.read_csv(pa.BufferReader(data), read, parse, convert)
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        if "Empty CSV" in str(error):
            return pa.table({name: pa.array([], pa.string()) for name in layout.names}), 0, ()
        raise InputError(f"{path}: cannot be read as CSV ({say_why(error)})") from error
    notes = (f"CSV, {_name_delimiter(layout)}", *content.notes, *layout.notes)
    return table.rename_columns(list(layout.names)), len(skipped), notes


def _number_twice(names: tuple[str, ...]) -> list[str]:
    """Names that are all different, for the parser: two of a kind are told of later."""
    return [f"{place}" for place in range(len(names))]


def _name_delimiter(layout: TextLayout) -> str:
    words = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", "\x1f": "one column"}
    return words.get(layout.delimiter, layout.delimiter)


def _read_column(column: Any) -> np.ndarray | None:
    """Numbers or text, or None for a column of a kind that no history needs."""
    import pyarrow as pa
    import pyarrow.compute as pc

    types = pa.types
    if types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    kind = column.type
    if types.is_string(kind) or types.is_large_string(kind):
        return _narrow_text(pc.fill_null(pc.utf8_trim_whitespace(column.cast(pa.string())), ""))
    if types.is_integer(kind):
        return _narrow_text(pc.fill_null(column.cast(pa.string()), ""))
    if types.is_boolean(kind):
        return _narrow_text(pc.fill_null(column.cast(pa.int8()).cast(pa.string()), ""))
    if types.is_timestamp(kind) or types.is_date(kind):
        return _format_times(column)
    if types.is_floating(kind) or types.is_decimal(kind):
        return column.cast(pa.float64(), safe=False).to_numpy()
    return None


def _narrow_text(cells: Any) -> np.ndarray:
    """Text cells as the narrowest of int64, float64 and text that loses nothing."""
    import pyarrow as pa
    import pyarrow.compute as pc

    empty = None if _is_text(cells.slice(0, _HEAD)) else _find_gaps(cells)
    if empty is not None and not pc.all(empty).as_py():
        filled = pc.if_else(empty, pa.scalar(None, pa.string()), cells)
        whole = None if filled.null_count else _cast(filled, pa.int64())
        if whole is not None:
            return whole
        long = pc.match_substring_regex(filled, rf"^[+-]?\d{{{_EXACT_DIGITS + 1},}}$")
        numbers = None if pc.any(long).as_py() else _cast(filled, pa.float64())
        if numbers is not None:
            return numbers
    return _make_objects(cells)


def _is_text(head: Any) -> bool:
    """Whether the head of a column holds what is neither a number nor says that it is none."""
    import pyarrow as pa
    import pyarrow.compute as pc

    gaps = pa.array(["", *sorted(MISSING)])
    is_gap = pc.is_in(pc.utf8_lower(head), value_set=gaps)
    return _cast(pc.if_else(is_gap, pa.scalar(None, pa.string()), head), pa.float64()) is None


def _find_gaps(cells: Any) -> Any:
    """Which cells are empty or say so in words; words only among numbers."""
    import pyarrow as pa
    import pyarrow.compute as pc

    empty = pc.equal(cells, "")
    number = pc.match_substring_regex(cells, r"^[+-]?[\d.]")
    words = pc.is_in(pc.utf8_lower(cells), value_set=pa.array(sorted(MISSING)))
    return pc.or_(empty, words) if pc.any(number).as_py() else empty


def _cast(cells: Any, kind: Any) -> np.ndarray | None:
    import pyarrow as pa

    try:
        return cells.cast(kind).to_numpy()
    except pa.ArrowInvalid:
        return None


def _format_times(column: Any) -> np.ndarray:
    import pyarrow as pa
    import pyarrow.compute as pc

    zone = getattr(column.type, "tz", None)
    texts = pc.strftime(column.cast(pa.timestamp("us"), safe=False), format="%Y-%m-%dT%H:%M:%S")
    if zone:
        texts = pc.binary_join_element_wise(texts, "+00:00", "")
    return _make_objects(pc.fill_null(texts, ""))


def _make_objects(cells: Any) -> np.ndarray:
    """Text as objects; cells that say the same share one where few differ."""
    values = np.empty(len(cells), dtype=object)
    first = 0
    for chunk in cells.chunks if hasattr(cells, "chunks") else [cells]:
        coded = chunk.dictionary_encode()
        rows = slice(first, first + len(chunk))
        first += len(chunk)
        if 2 * len(coded.dictionary) < len(chunk):
            kinds = np.empty(len(coded.dictionary), dtype=object)
            kinds[:] = coded.dictionary.to_pylist()
            values[rows] = kinds[coded.indices.to_numpy()]
        else:
            values[rows] = chunk.to_pylist()
    return values
