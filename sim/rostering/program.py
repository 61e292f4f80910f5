"""A mixed-integer minimization as plain arrays, and the hand that builds it.

    minimize cost . x   subject to   A x (<=, ==, >=) right,   lower <= x <= upper

Rows bear a kind and a place, so that an infeasible program can be put in words
(:mod:`sim.rostering.relaxation`). Solved in :mod:`sim.rostering.solver` only.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

LESS, EQUAL, MORE = -1, 0, 1


class Row(NamedTuple):
    """One constraint: ``values . x[columns]`` (sense) ``right``."""

    columns: npt.ArrayLike
    values: npt.ArrayLike
    sense: int
    right: float
    kind: str = ""
    """what it stands for, so that it can be put in words"""
    place: int = -1
    """which of its kind"""


class Program(NamedTuple):
    """One minimization; rows in coordinate form."""

    cost: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    integer: np.ndarray
    entry_row: np.ndarray
    entry_column: np.ndarray
    entry_value: np.ndarray
    sense: np.ndarray
    right: np.ndarray
    kind: tuple[str, ...]
    place: np.ndarray

    @property
    def n_columns(self) -> int:
        """Number of variables."""
        return len(self.cost)

    @property
    def n_rows(self) -> int:
        """Number of constraints."""
        return len(self.right)


class ProgramBuilder:
    """Collects columns and rows; :meth:`build` returns the program."""

    def __init__(self) -> None:
        self._columns: list[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]] = []
        self._entries: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        self._rows: list[tuple[int, float, str, int]] = []
        self._n_columns = 0

    def add_columns(
        self,
        cost: npt.ArrayLike,
        lower: npt.ArrayLike = 0.0,
        upper: npt.ArrayLike = np.inf,
        integer: bool = True,
    ) -> np.ndarray:
        """Add one column for each entry of ``cost``; return their indices."""
        cost = np.atleast_1d(np.asarray(cost, dtype=float))
        bounds = [np.broadcast_to(np.asarray(b, dtype=float), cost.shape) for b in (lower, upper)]
        self._columns.append((cost, bounds[0], bounds[1], np.full(len(cost), integer)))
        first = self._n_columns
        self._n_columns += len(cost)
        return np.arange(first, self._n_columns)

    def add_row(
        self,
        columns: npt.ArrayLike,
        values: npt.ArrayLike,
        sense: int,
        right: float,
        kind: str = "",
        place: int = -1,
    ) -> int:
        """Add ``values . x[columns]`` (sense) ``right``; return the row's index.

        Parameters
        ----------
        columns, values : array_like
            Values are broadcast to the columns.
        sense : int
            LESS, EQUAL or MORE.
        right : float
            Right-hand side.
        kind, place : str, int
            What the row stands for, and which of them it is.
        """
        columns = np.asarray(columns, dtype=np.int64)
        values = np.broadcast_to(np.asarray(values, dtype=float), columns.shape)
        row = len(self._rows)
        self._entries.append((np.full(len(columns), row), columns, values))
        self._rows.append((sense, right, kind, place))
        return row

    def add_rows(self, rows: Iterable[Row]) -> None:
        """Add constraints in their order."""
        for row in rows:
            self.add_row(*row)

    def build(self) -> Program:
        """Build the program of all columns and rows added so far."""
        empty = np.empty(0)
        columns = [np.concatenate([empty, *part]) for part in zip(*self._columns, strict=True)]
        entries = [np.concatenate([empty, *part]) for part in zip(*self._entries, strict=True)]
        cost, lower, upper, integer = columns or [empty] * 4
        row, column, value = entries or [empty] * 3
        sense, right, kind, place = zip(*self._rows, strict=True) if self._rows else ((),) * 4
        return Program(
            cost,
            lower,
            upper,
            integer.astype(bool),
            row.astype(np.int64),
            column.astype(np.int64),
            value,
            np.asarray(sense, dtype=np.int64),
            np.asarray(right, dtype=float),
            tuple(kind),
            np.asarray(place, dtype=np.int64),
        )


def measure_rows(program: Program, values: np.ndarray) -> np.ndarray:
    """Left sides of the rows, ``A @ values``, shape (n_rows,)."""
    products = program.entry_value * values[program.entry_column]
    return np.bincount(program.entry_row, weights=products, minlength=program.n_rows)


def meets_rows(program: Program, values: np.ndarray, tolerance: float = 1e-6) -> bool:
    """Whether values meet every row and bound, relative to the size of each limit."""
    reach, slack = measure_rows(program, values), tolerance * (1.0 + np.abs(program.right))
    over = np.where(program.sense != MORE, reach - program.right, -np.inf)
    under = np.where(program.sense != LESS, program.right - reach, -np.inf)
    rows_hold = bool(np.all(over <= slack) and np.all(under <= slack))
    in_bounds = (values >= program.lower - tolerance) & (values <= program.upper + tolerance)
    return rows_hold and bool(np.all(in_bounds))
