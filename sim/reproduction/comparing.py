"""One stored file against the same file made again: equal, to rounding, or different and where.

Tables are compared column by column, JSON and YAML key by key, CSV cell by cell, everything else
by its bytes. Checked by ``tests/functional/test_reproduce.py``.
"""

import csv
import io
import json
import math
import pathlib
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import numpy as np

from sim.store.tables import read_table

# Sums in another order differ by 1e-13 of their size; a customer who is served otherwise moves
# every mean by 1e-6 and more. Half or twice of this tells the same apart.
ROUNDING = 1e-9
HASHED = ("code", "world", "job")
"""keys and columns that hold a hash of the sources: with other sources they say nothing"""

State = Literal["equal", "rounded", "different", "missing", "new"]
STATES: Mapping[State, str] = {
    "equal": "equal",
    "rounded": "to rounding",
    "different": "different",
    "missing": "not made again",
    "new": "not in the folder",
}
AGREEING = ("equal", "rounded")


class FileCheck(NamedTuple):
    """What became of one file.

    Attributes
    ----------
    name : str
        Within the folder.
    state : str
        A key of `STATES`.
    largest : float
        Largest difference of its numbers, of 1 or of the number where that is larger.
    where : str
        The column, key or cell of that difference, or of the first value that is no number.
    why : str
        More about it, for people.
    """

    name: str
    state: State
    largest: float = 0.0
    where: str = ""
    why: str = ""


def compare_bytes(name: str, one: pathlib.Path, other: pathlib.Path) -> FileCheck:
    """Compare two files by what they hold; the first is the stored one."""
    if one.read_bytes() == other.read_bytes():
        return FileCheck(name, "equal")
    try:
        first, second = read_leaves(one), read_leaves(other)
    except ValueError:
        return FileCheck(name, "different", why="its bytes differ")
    found = compare_leaves(name, first, second)
    if found.state == "equal" and not found.why:
        return FileCheck(name, "rounded", why="the same numbers, stored otherwise")
    return found


Leaves = dict[str, np.ndarray]


def read_leaves(path: pathlib.Path) -> Leaves:
    """What a file holds, each column, key or cell by its name.

    Raises
    ------
    ValueError
        It is no table and no text of keys and values.
    """
    if path.suffix == ".parquet":
        return read_table(path)
    text = path.read_text(encoding="utf-8") if path.suffix in TEXTS else ""
    if path.suffix == ".json":
        return flatten(json.loads(text))
    if path.suffix == ".jsonl":
        return flatten([json.loads(line) for line in text.splitlines()])
    if path.suffix == ".yaml":
        import yaml

        return flatten(yaml.safe_load(text))
    if path.suffix == ".csv":
        rows = csv.reader(io.StringIO(text))
        return flatten({f"line {line}": dict(enumerate(map(read_cell, row), 1))
                        for line, row in enumerate(rows, 1)})  # fmt: skip
    raise ValueError(path.suffix)


TEXTS = (".json", ".jsonl", ".yaml", ".csv")


def read_cell(text: str) -> float | str:
    """A cell as a number, where it is one."""
    try:
        return float(text)
    except ValueError:
        return text


def flatten(plain: Any, key: str = "") -> Leaves:
    """Plain data as one array of one value for each leaf, by its path.

    >>> flatten({"a": [1, {"b": True}]})["a.1.b"].item()
    True
    """
    if isinstance(plain, Mapping):
        pairs = [(str(name), value) for name, value in plain.items()]
    elif isinstance(plain, list):
        pairs = [(str(place), value) for place, value in enumerate(plain)]
    else:
        value = "null" if plain is None else plain
        kept = value if isinstance(value, bool | int | float) else str(value)
        huge = isinstance(kept, int) and abs(kept) >= 2**63
        return {key: np.array([str(kept) if huge else kept])}
    found: Leaves = {f"{key} holds": np.array([len(pairs)])}
    for name, value in pairs:
        found |= flatten(value, f"{key}.{name}" if key else name)
    return found


def compare_leaves(name: str, one: Leaves, other: Leaves) -> FileCheck:
    """Compare two files that were read; hashes of the sources are left out."""
    gone = [key for key in one if key not in other]
    new = [key for key in other if key not in one]
    if gone or new:
        key, side = (gone[0], "only stored") if gone else (new[0], "only made again")
        return FileCheck(name, "different", where=key, why=side)
    largest, where, is_hashed = 0.0, "", False
    for key, cells in one.items():
        if key.rpartition(".")[2] in HASHED:
            is_hashed = is_hashed or not np.array_equal(cells, other[key])
            continue
        found = measure_difference(cells, other[key])
        if found is None:
            shown = describe_difference(cells, other[key])
            return FileCheck(name, "different", where=key, why=shown)
        if found > largest:
            largest, where = found, key
    if largest > ROUNDING:
        shown = describe_difference(one[where], other[where])
        return FileCheck(name, "different", largest, where, shown)
    if where:
        return FileCheck(name, "rounded", largest, where)
    return FileCheck(name, "equal", why="but for the hash of the sources" if is_hashed else "")


def measure_difference(one: np.ndarray, other: np.ndarray) -> float | None:
    """The largest difference of two columns, of 1 or of the number where that is larger.

    Returns
    -------
    float or None
        None where something differs that is no number; infinity where one is none (NaN).
    """
    if one.shape != other.shape:
        return None
    if one.dtype.kind not in "iuf" or other.dtype.kind not in "iuf":
        return 0.0 if np.array_equal(one, other) else None
    if one.dtype.kind in "iu" and other.dtype.kind in "iu" and np.array_equal(one, other):
        return 0.0
    first, second = one.astype(float), other.astype(float)
    with np.errstate(invalid="ignore"):
        far = np.abs(first - second) / np.maximum(np.maximum(np.abs(first), np.abs(second)), 1.0)
    same = (first == second) | (np.isnan(first) & np.isnan(second))
    far = np.where(same, 0.0, np.where(np.isfinite(far), far, math.inf))
    return float(far.max(initial=0.0))


def describe_difference(one: np.ndarray, other: np.ndarray) -> str:
    """The first values that differ, the stored one first."""
    if one.shape != other.shape:
        return f"{one.size:,} rows stored, {other.size:,} made again"
    is_nan = np.array([isinstance(cell, float) and math.isnan(cell) for cell in one.tolist()])
    differs = (one != other) & ~(is_nan & (other != other))
    place = int(np.argmax(differs))
    row = f" in row {place}" if one.size > 1 else ""
    first, second = (show(cells[place]) for cells in (one, other))
    return f"{first} stored, {second} made again{row}"


def show(cell: Any) -> str:
    """A value, short enough for a line."""
    text = f"{cell:.10g}" if isinstance(cell, float) else str(cell)
    return text if len(text) <= 40 else f"{text[:39]}…"
