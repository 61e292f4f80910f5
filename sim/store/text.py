"""JSON, YAML and CSV with the same bytes for the same content.

JSON has sorted keys and no NaN (null stands for it), YAML keeps the order it is
given and uses no aliases (the readers of strangers' files refuse them), and a CSV
cell that a spreadsheet would run as a formula gets an apostrophe (OWASP, "CSV
injection"). Checked by ``tests/unit/test_store_text.py``.
"""

import csv
import io
import json
import math
import pathlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import yaml

from sim.errors import InputError

_LARGEST = 2**63 - 1  # of a 64-bit integer, as seeds are
_MOST_DIGITS = 19  # its digits: Python refuses to read thousands of them
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\n")


def make_plain(value: Any) -> Any:
    """Make ``value`` of dict, list, str, int, float, bool and None alone.

    Parameters
    ----------
    value : object
        Mappings, sequences, numpy arrays and scalars, paths (as text), to any depth.

    Raises
    ------
    TypeError
        Something else is in it.
    """
    if isinstance(value, np.ndarray):
        return make_plain(value.tolist())
    if isinstance(value, np.generic):
        return make_plain(value.item())
    if isinstance(value, Mapping):
        return {_plain_key(key): make_plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [make_plain(item) for item in value]
    if isinstance(value, str | pathlib.PurePath):
        return show_bytes(value.as_posix() if isinstance(value, pathlib.PurePath) else value)
    if value is None or isinstance(value, bool | int | float):
        return value
    raise TypeError(f"{type(value).__name__} cannot be stored as text: {value!r}")


def show_bytes(text: str) -> str:
    r"""A text in which the bytes of a path that are not UTF-8 stand as ``\xe9``."""
    if text.isascii():
        return text
    return text.encode("utf-8", errors="surrogateescape").decode("utf-8", "backslashreplace")


def _plain_key(key: Any) -> Any:
    plain = key.item() if isinstance(key, np.generic) else key
    if isinstance(plain, str | int):
        return plain
    raise TypeError(f"{type(key).__name__} cannot be a key: {key!r}")


def _null_what_json_lacks(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): _null_what_json_lacks(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_null_what_json_lacks(item) for item in value]
    return value


def format_json(value: Any, indent: int | None = 2) -> str:
    """Canonical JSON: sorted keys, shortest exact floats, null for NaN and infinity."""
    plain = _null_what_json_lacks(make_plain(value))
    return json.dumps(plain, indent=indent, sort_keys=True, ensure_ascii=False, allow_nan=False)


def format_yaml(value: Any) -> str:
    """YAML in the order of ``value``, without tags.

    There are no aliases either: `make_plain` makes a new object of each it meets twice.
    """
    plain = make_plain(value)
    text = _dump_yaml(plain, allow_unicode=True)
    # PyYAML writes these as they are and reads them back as spaces.
    if any(line_end in text for line_end in "\x85\u2028\u2029"):
        text = _dump_yaml(plain, allow_unicode=False)
    return text


def _dump_yaml(plain: Any, allow_unicode: bool) -> str:
    text: str = yaml.safe_dump(plain, sort_keys=False, allow_unicode=allow_unicode, width=100)
    return text


def write_json(path: pathlib.Path, value: Any) -> None:
    """Write canonical JSON (see `format_json`) and a newline."""
    _write_text(path, format_json(value) + "\n")


def write_yaml(path: pathlib.Path, value: Any) -> None:
    """Write YAML (see `format_yaml`)."""
    _write_text(path, format_yaml(value))


def write_csv(path: pathlib.Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a table for people and their spreadsheets.

    Parameters
    ----------
    path : pathlib.Path
        File to write.
    header : Sequence of str, shape (n_columns,)
        Names of the columns.
    rows : Iterable of sequences, each of shape (n_columns,)
        Text cells that start like a formula get an apostrophe; numbers stay numbers,
        None and NaN are empty.

    Raises
    ------
    ValueError
        A row is longer or shorter than the header.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        _write_rows(file, header, rows)


def format_csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table as text, as `write_csv` writes it."""
    text = io.StringIO(newline="")
    _write_rows(text, header, rows)
    return text.getvalue()


def _write_rows(file: Any, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([_guard_cell(name) for name in header])
    for row in rows:
        if len(row) != len(header):
            raise ValueError(f"a row of {len(row)} cells under a header of {len(header)}")
        writer.writerow([_guard_cell(cell) for cell in row])


def _guard_cell(cell: Any) -> Any:
    value = cell.item() if isinstance(cell, np.generic) else cell
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool | int | float):
        return value
    text = str(value).replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def read_json(path: pathlib.Path) -> Any:
    """Read a stored JSON file.

    Raises
    ------
    InputError
        The file is missing, not UTF-8 or not JSON.
    """
    try:
        text = path.read_text(encoding="utf-8")
        return json.loads(
            text, parse_constant=_refuse, parse_float=_read_float, parse_int=_read_int
        )
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path}: cannot be read as JSON ({say_why(error)})") from error


def _refuse(text: str) -> float:
    raise ValueError(f"{text[:20]} is not a number")


def _read_float(text: str) -> float:
    value = float(text)
    return value if math.isfinite(value) else _refuse(text)


def _read_int(text: str) -> float:
    """A whole number; one that no computer's integer holds is none of ours."""
    digits = text.removeprefix("-")
    is_one = len(digits) <= _MOST_DIGITS and int(digits) <= _LARGEST
    return int(text) if is_one else _refuse(text)


def say_why(error: Exception) -> str:
    """The reason of an error in one short line."""
    why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return " ".join(str(why).split())[:200]


def _write_text(path: pathlib.Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
