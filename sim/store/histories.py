"""The histories of strangers (CSV or Parquet) as columns of numbers and text.

What such a file holds is not trusted: a file that is not what it says, is empty, is
not UTF-8 or has two columns of one name is refused with one line. Checked by
``tests/unit/test_store_histories.py``.
"""

import codecs
import pathlib
from typing import Any, NamedTuple

import numpy as np

from sim.errors import InputError
from sim.paths import require_file
from sim.store.tables import Columns, read_arrow
from sim.store.text import say_why

_PARQUET_ENDINGS = (".parquet", ".pq")
_PARQUET_MAGIC = b"PAR1"
_DELIMITERS = (",", ";", "\t", "|")
# A float holds whole numbers of so many digits exactly; longer ones stay text (identifiers).
_EXACT_DIGITS = 15
# A megabyte: reading is as fast as with more.
_CHUNK = 1 << 20
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


def read_history_columns(path: str | pathlib.Path) -> Columns:
    """The columns of a stranger's CSV or Parquet file (see `read_history`)."""
    return read_history(path).columns


def read_history(path: str | pathlib.Path) -> History:
    """Read a stranger's CSV (comma, semicolon, tab or bar) or Parquet file.

    Parameters
    ----------
    path : path
        Parquet is known by its first bytes, everything else is read as CSV: UTF-8 with a
        header, quoted cells may hold line breaks.

    Returns
    -------
    History
        Times in Parquet become ISO 8601 text (with ``+00:00`` where the column has a time
        zone), flags become 0 and 1, nested columns are left out. Whole numbers of more
        than 15 digits among empty cells stay text: a float would round them.

    Raises
    ------
    InputError
        Missing, empty, not UTF-8, no rows, or two columns of one name.
    """
    path = pathlib.Path(path)
    require_file(path)
    start = _read_start(path)
    if start.startswith(_PARQUET_MAGIC) or path.suffix.lower() in _PARQUET_ENDINGS:
        table, skipped = read_arrow(path), 0
    else:
        table, skipped = _read_csv(path, start)
    names = table.column_names
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"{path}: two columns are called {twice[0]!r}")
    if table.num_rows == 0:
        why = f": {skipped} have a different number of cells than the header" if skipped else ""
        raise InputError(f"{path}: holds no rows{why}")
    columns = {name: _read_column(table.column(name)) for name in names}
    thousands = {name: read_thousands(table.column(name)) for name in names}
    return History(
        {name: column for name, column in columns.items() if column is not None},
        skipped,
        {name: column for name, column in thousands.items() if column is not None},
    )


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
    cells = pc.utf8_trim_whitespace(column)
    filled = cells.filter(pc.not_equal(cells, ""))
    fits = pc.match_substring_regex(filled, r"^[+-]?([1-9]\d{0,2}\.\d{3}|\d{1,3})$")
    parts = pc.match_substring_regex(filled, r"\.\d*[1-9]")
    if not (pc.all(fits).as_py() and pc.any(parts).as_py()):
        return None
    bare = pc.replace_substring(cells, ".", "")
    return _cast(pc.if_else(pc.equal(bare, ""), pa.scalar(None, pa.string()), bare), pa.float64())


def _read_start(path: pathlib.Path) -> bytes:
    try:
        with path.open("rb") as file:
            start = file.read(_CHUNK)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    if not start.strip():
        raise InputError(f"{path}: is empty")
    return start


def _check_utf8(path: pathlib.Path) -> None:
    # Line by line would break on a file without line ends; decode as it comes instead.
    decoder = codecs.getincrementaldecoder("utf-8")()
    offset = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            try:
                text = decoder.decode(chunk)
            except UnicodeDecodeError as error:
                where = offset + error.start
                raise InputError(f"{path}: is not UTF-8 (about byte {where})") from error
            if "\x00" in text:
                raise InputError(f"{path}: is not text (it holds zero bytes)")
            offset += len(chunk)
    if decoder.getstate()[0]:
        raise InputError(f"{path}: is not UTF-8 (it ends within a character)")


def _choose_delimiter(start: bytes) -> str:
    header = start.decode("utf-8", errors="replace").lstrip("\ufeff").lstrip("\r\n")
    line = header.splitlines()[0]
    return max(_DELIMITERS, key=line.count)


def _read_csv(path: pathlib.Path, start: bytes) -> tuple[Any, int]:
    import pyarrow as pa
    from pyarrow import csv

    _check_utf8(path)
    skipped: list[int] = []

    def skip_row(row: Any) -> str:
        skipped.append(row.actual_columns)
        return "skip"

    parse = csv.ParseOptions(
        delimiter=_choose_delimiter(start), newlines_in_values=True, invalid_row_handler=skip_row
    )
    read = csv.ReadOptions(use_threads=False, block_size=_BLOCK)
    try:
        with path.open("rb") as file, csv.open_csv(file, read, parse) as reader:
            names = reader.schema.names
        skipped.clear()
        convert = csv.ConvertOptions(column_types={name: pa.string() for name in names})
        with path.open("rb") as file:
            table = csv.read_csv(file, read, parse, convert)
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        raise InputError(f"{path}: cannot be read as CSV ({say_why(error)})") from error
    return table, len(skipped)


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

    empty = pc.equal(cells, "")
    if not pc.all(empty).as_py():
        filled = pc.if_else(empty, pa.scalar(None, pa.string()), cells)
        whole = None if filled.null_count else _cast(filled, pa.int64())
        if whole is not None:
            return whole
        long = pc.match_substring_regex(filled, rf"^[+-]?\d{{{_EXACT_DIGITS + 1},}}$")
        numbers = None if pc.any(long).as_py() else _cast(filled, pa.float64())
        if numbers is not None:
            return numbers
    return _make_objects(cells)


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
    values = np.empty(len(cells), dtype=object)
    values[:] = cells.to_pylist()
    return values
