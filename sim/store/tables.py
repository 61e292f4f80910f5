"""Tables as Parquet whose bytes depend on their content and pyarrow's version alone.

zstd, one row group, one thread, no time stamp; a column's unit is kept with it.
Checked by ``tests/unit/test_store_tables.py``.
"""

import pathlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from sim.errors import InputError
from sim.store.text import say_why

Columns = dict[str, np.ndarray]


class Notes(NamedTuple):
    """What a stored table says about itself.

    Attributes
    ----------
    units : dict of str to str
        Unit of each column that has one.
    metadata : dict of str to str
        Whatever the writer added.
    """

    units: dict[str, str]
    metadata: dict[str, str]


def write_table(
    path: pathlib.Path,
    columns: Mapping[str, np.ndarray],
    units: Mapping[str, str] | None = None,
    metadata: Mapping[str, str] | None = None,
) -> None:
    """Write columns as Parquet; the same content gives the same bytes.

    Parameters
    ----------
    path : pathlib.Path
        File to write.
    columns : Mapping of str to np.ndarray, each of shape (n_rows,)
        Integers, floats, booleans, or text without None.
    units : Mapping of str to str, optional
        Unit of a column, kept with it.
    metadata : Mapping of str to str, optional
        Kept with the table, in sorted order.

    Raises
    ------
    ValueError
        Columns of different lengths, of more than one dimension, or of other types.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    units = units or {}
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"columns of different lengths: {lengths}")
    arrays = {name: _make_arrow(name, values) for name, values in columns.items()}
    fields = [
        pa.field(name, array.type, False, {"unit": units[name]} if name in units else None)
        for name, array in arrays.items()
    ]
    schema = pa.schema(fields, metadata=dict(sorted((metadata or {}).items())))
    table = pa.Table.from_arrays(list(arrays.values()), schema=schema)
    # Opened here: pyarrow would take some names for addresses and cannot write others.
    with path.open("wb") as file:
        pq.write_table(table, file, compression="zstd", row_group_size=max(table.num_rows, 1))


def _make_arrow(name: str, values: np.ndarray) -> Any:
    import pyarrow as pa

    array = np.asarray(values)
    if array.ndim != 1:
        raise ValueError(f"column {name} has {array.ndim} dimensions, allowed: 1")
    if array.dtype.kind in "UOT":
        cells = array.tolist()
        if not all(isinstance(cell, str) for cell in cells):
            raise ValueError(f"column {name} holds values that are not text")
        return pa.array(cells, type=pa.string())
    if array.dtype.kind not in "biuf":
        raise ValueError(f"column {name} is {array.dtype}: numbers, flags and text are stored")
    return pa.array(np.ascontiguousarray(array), from_pandas=False)


def read_table(path: pathlib.Path, names: Sequence[str] | None = None) -> Columns:
    """Read the columns that `write_table` wrote, text as numpy strings.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    names : sequence of str, optional
        Only these columns; all if None.

    Raises
    ------
    InputError
        The file is missing or is no whole Parquet file.
    """
    table = read_arrow(path, names)
    return {name: _make_numpy(table.column(name)) for name in table.column_names}


def read_notes(path: pathlib.Path) -> Notes:
    """Read the units and the metadata that `write_table` kept with a table."""
    schema = read_arrow(path).schema
    units = {
        field.name: field.metadata[b"unit"].decode()
        for field in schema
        if field.metadata and b"unit" in field.metadata
    }
    pairs = (schema.metadata or {}).items()
    return Notes(units, {key.decode(): value.decode() for key, value in pairs})


def read_arrow(path: pathlib.Path, names: Sequence[str] | None = None) -> Any:
    """A Parquet file as a table of pyarrow; an unreadable one is an InputError."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with path.open("rb") as file:
            columns = None if names is None else list(names)
            return pq.ParquetFile(file).read(columns, use_threads=False)
    except (OSError, pa.ArrowException, ValueError) as error:
        raise InputError(f"{path}: cannot be read as Parquet ({say_why(error)})") from error


def _make_numpy(column: Any) -> np.ndarray:
    import pyarrow as pa

    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return np.array(column.to_pylist(), dtype=np.str_)
    return column.to_numpy()


def release_memory() -> None:
    """Give memory that arrow keeps for later back to the system."""
    import pyarrow as pa

    pa.default_memory_pool().release_unused()
