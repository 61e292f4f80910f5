"""Numbers as people write them: ``1,003`` and ``1 003``, ``4,0`` with a decimal comma.

A column is read so only as a whole: each filled cell must fit one way of writing, and where a
comma could be either, groups of three digits are thousands, for such columns hold counts. A
column of ``1.003`` is of fractions, but where it is the column of counts
(``sim.exports.histories``): then it is read as of thousands. ``1.2K`` is 1200 (checked by
``tests/unit/test_calibration_columns.py``).
"""

import re
from collections.abc import Callable

import numpy as np

_GROUPED = re.compile(r"[+-]?\d{1,3}([, \u00a0\u202f'’]\d{3})*(\.\d+)?")
_POINT_GROUPED = re.compile(r"[+-]?\d{1,3}(\.\d{3})+(,\d+)?|[+-]?\d+(,\d+)?")
_PLAIN = re.compile(r"[+-]?\d+(\.\d+)?")
_SHORT = re.compile(r"([+-]?\d+(?:[.,]\d+)?)\s?([kKmM]|Tsd\.?|Mio\.?)?")
# What the letters of a dashboard mean, by their first.
_SHORT_FACTOR = {"": 1.0, "k": 1e3, "t": 1e3, "m": 1e6}
_SIGNS = str.maketrans("", "", ", \u00a0\u202f'’")


def read_numerals(cells: np.ndarray) -> np.ndarray | None:
    """A column of text as numbers, NaN where it is empty; None where it is none.

    Parameters
    ----------
    cells : np.ndarray
        Text as objects, shape (n_rows,).
    """
    filled = [cell for cell in cells.tolist() if cell]
    if not filled:
        return None
    if all(_GROUPED.fullmatch(cell) or _PLAIN.fullmatch(cell) for cell in filled):
        return _convert(cells, lambda cell: float(cell.translate(_SIGNS)))
    if all(_POINT_GROUPED.fullmatch(cell) for cell in filled):
        return _convert(cells, lambda cell: float(cell.replace(".", "").replace(",", ".")))
    if all(_SHORT.fullmatch(cell) for cell in filled):
        return _convert(cells, _lengthen)
    return None


def _lengthen(cell: str) -> float:
    match = _SHORT.fullmatch(cell)
    assert match is not None
    number = float(match[1].replace(",", ".")) * _SHORT_FACTOR[(match[2] or "")[:1].lower()]
    return round(number, 6)  # 4.3 times a thousand is 4300


def share_numbers(cells: np.ndarray) -> float:
    """The share of filled cells that are plain numbers; 0 where none is filled."""
    filled = [cell for cell in cells.tolist() if cell]
    return sum(bool(_PLAIN.fullmatch(cell)) for cell in filled) / max(len(filled), 1)


def _convert(cells: np.ndarray, read: Callable[[str], float]) -> np.ndarray:
    return np.array([read(cell) if cell else np.nan for cell in cells.tolist()], np.float64)
