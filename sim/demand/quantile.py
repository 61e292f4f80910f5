"""Random times by inversion: quantile tables that are fine in both tails.

A table holds straight lines between knots of the quantile function: each octave
[2^-(k+1), 2^-k) of u below 1/2, and of 1 - u above, is cut into 64 parts, down to
2^-47. The part of a number is read off its exponent and first six bits of mantissa, so a
lookup is one shift and one multiplication. Tables have mean exactly 1 and are
scaled. What takes arrays is free of branches: the compiler then leaves out the counting
of references, which costs more than the lookup. Checked against ``scipy.stats`` by
``tests/theory/test_demand_quantile.py``.
"""

import functools
import math
from typing import NamedTuple

import numpy as np

from sim.compile import jit, jit_inner
from sim.limits import LONGEST_MS
from sim.scenario.parts import Duration
from sim.scenario.tables import MS_PER_MIN

# Points on which a quantile function is computed: double is more exact and takes twice the memory
# and time.
N_POINTS = 1 << 14
# 2^6 = 64 parts of each octave (see the head): each bit more halves a part and doubles the table.
_BIN_BITS = 6
_OCTAVES = 46
_HALF_BITS = 52
_WHOLE = 1 << 53
_STEP = 2.0**-53
_NEVER = float(LONGEST_MS)
_MANTISSA_SHIFT = 52 - _BIN_BITS
_BELOW_LOWEST = ((1023 + 52 - _OCTAVES) << _BIN_BITS) - 1
_SIDE = (_OCTAVES << _BIN_BITS) + 2


class Durations(NamedTuple):
    """Distributions of times, one a row, and the tables that they share."""

    rows: np.ndarray
    """float64, shape (n_rows, 3): first line, number of values or 0 for a table, scale [ms]"""
    lines: np.ndarray
    """float64, shape (n_lines, 2): intercept and slope against the 53-bit number; or a value"""


def place_knots() -> np.ndarray:
    """The tail probabilities at which lines meet, ascending from about 0 to 1/2."""
    octaves = np.exp2(np.arange(_OCTAVES, dtype=np.float64) - _OCTAVES - 1)
    parts = 1.0 + np.arange(1 << _BIN_BITS) / (1 << _BIN_BITS)
    return np.concatenate([[2.0**-55], np.outer(octaves, parts).ravel(), [0.5]])


def _solve_weibull_shape(cv: float) -> float:
    """The shape at which a Weibull time has this coefficient of variation."""
    low, high = 0.01, 1e4
    wanted = math.log1p(cv * cv)
    for _ in range(200):
        shape = math.sqrt(low * high)
        if math.lgamma(1.0 + 2.0 / shape) - 2.0 * math.lgamma(1.0 + 1.0 / shape) > wanted:
            low = shape
        else:
            high = shape
    return math.sqrt(low * high)


def _invert(name: str, first: float, second: float, tail: np.ndarray) -> tuple[np.ndarray, ...]:
    """The quantiles at `tail` and at 1 - `tail`."""
    from scipy import special

    if name == "exponential":
        return -np.log1p(-tail), -np.log(tail)
    if name == "constant":
        return np.ones_like(tail), np.ones_like(tail)
    if name == "normal":
        below = special.ndtri(tail)
        return below, -below
    if name == "lognormal":
        sigma = math.sqrt(math.log1p(first * first))
        normal = special.ndtri(tail)
        return np.exp(sigma * normal), np.exp(-sigma * normal)
    if name == "gamma":
        return special.gammaincinv(first, tail), special.gammainccinv(first, tail)
    if name == "beta":
        return special.betaincinv(first, second, tail), 1.0 - special.betaincinv(
            second, first, tail
        )
    power = 1.0 / _solve_weibull_shape(first)
    return (-np.log1p(-tail)) ** power, (-np.log(tail)) ** power


@functools.lru_cache(maxsize=256)
def make_table(name: str, first: float = 0.0, second: float = 0.0) -> np.ndarray:
    """The lines of a standard distribution.

    Parameters
    ----------
    name : str
        "constant", "exponential", "normal", "lognormal" and "weibull" (`first` the coefficient of
        variation), "gamma" (`first` the shape), "beta" (`first`, `second` its parameters).
    first, second : float
        Parameters. Positive ones but "beta" are scaled to mean 1.

    Returns
    -------
    np.ndarray
        float64, shape (n_lines, 2), read-only: lower half, then upper half.
    """
    tail = place_knots()
    halves = _invert(name, first, second, tail)
    at = tail * _WHOLE
    at[0] = 0.0
    if name not in ("normal", "beta"):
        masses = np.diff(at) / _WHOLE
        mean = sum(float(masses @ (half[1:] + half[:-1])) / 2.0 for half in halves)
        halves = tuple(half / mean for half in halves)
    lines = np.zeros((2 * _SIDE, 2))
    for side, half in enumerate(halves):
        slope = np.diff(half) / np.diff(at)
        own = lines[side * _SIDE : (side + 1) * _SIDE]
        own[:-1, 1] = slope
        own[:-1, 0] = half[:-1] - slope * at[:-1]
        own[-1, 0] = half[-1]
    lines.setflags(write=False)
    return lines


@jit
def fold(int53: int) -> np.float64:
    """The distance of a 53-bit number to the nearer end."""
    upper = int53 >> _HALF_BITS
    return np.float64((int53 ^ -upper) + upper * (_WHOLE + 1))


@jit
def find_line(start: int, count: float, int53: int) -> int:
    """The line of a number: in a table (`count` 0), or one of `count` values."""
    if count > 0.0:
        return start + int(min(int53 * _STEP * count, count - 1.0))
    part = int(np.float64(fold(int53)).view(np.int64) >> _MANTISSA_SHIFT) - _BELOW_LOWEST
    return start + max(part, 0) + (int53 >> _HALF_BITS) * _SIDE


@jit
def look_up(lines: np.ndarray, start: int, int53: int) -> float:
    """The quantile at `int53` / 2^53 by the table that starts at line `start`."""
    line = find_line(start, 0.0, int53)
    return lines[line, 0] + lines[line, 1] * fold(int53)


@jit_inner
def round_ms(time_ms: float) -> int:
    """A duration in whole milliseconds, from 1 to LONGEST_MS."""
    return int(min(max(time_ms + 0.5, 1.0), _NEVER))


@jit_inner
def read_row(rows: np.ndarray, row: int) -> tuple[int, float, float]:
    """A row's first line, number of values or 0 for a table, and scale [ms]."""
    return int(rows[row, 0]), rows[row, 1], rows[row, 2]


@jit_inner
def read_ms(lines: np.ndarray, row: tuple[int, float, float], int53: int, factor: float) -> int:
    """A duration [ms] of a row of `read_row`, times `factor`, rounded once."""
    start, count, scale = row
    line = find_line(start, count, int53)
    value = lines[line, 0] + lines[line, 1] * fold(int53)
    return round_ms(value * scale * factor)


@jit
def draw_ms(rows: np.ndarray, lines: np.ndarray, row: int, int53: int, factor: float) -> int:
    """A duration [ms] of a row, times `factor`, rounded once."""
    return read_ms(lines, read_row(rows, row), int53, factor)


class TableShelf:
    """Collects tables and rows while a scenario is lowered; equal ones are kept once."""

    def __init__(self) -> None:
        self._lines: list[np.ndarray] = [np.zeros((1, 2))]
        self._n_lines = 1
        self._starts: dict[tuple[str, float, float], int] = {}
        self._numbers: dict[Duration, int] = {}
        self._rows: list[tuple[float, ...]] = []

    def _add_lines(self, lines: np.ndarray) -> int:
        start = self._n_lines
        self._lines.append(lines)
        self._n_lines += len(lines)
        return start

    def add_table(self, name: str, first: float = 0.0, second: float = 0.0) -> int:
        """The first line of a table of `make_table`."""
        key = (name, first, second)
        if key not in self._starts:
            self._starts[key] = self._add_lines(make_table(*key))
        return self._starts[key]

    def add_duration(self, duration: Duration) -> int:
        """The row of a duration."""
        if duration not in self._numbers:
            self._numbers[duration] = len(self._rows)
            self._rows.append(self._describe(duration))
        return self._numbers[duration]

    def _describe(self, duration: Duration) -> tuple[float, ...]:
        if duration.name in ("empirical", "constant"):
            values = np.sort(np.array(duration.values_min or [duration.mean_min], np.float64))
            start = self._add_lines(np.column_stack([values, np.zeros_like(values)]))
            return (start, len(values), MS_PER_MIN)
        scale_ms = (duration.mean_min or 0.0) * MS_PER_MIN
        first = 0.0 if duration.name == "exponential" else duration.cv or 0.0
        if duration.name == "gamma":
            first = first**-2.0
        return (self.add_table(duration.name, first), 0, scale_ms)

    def build(self) -> Durations:
        """Everything collected, as arrays."""
        rows = np.array(self._rows, np.float64).reshape(-1, 3)
        return Durations(rows, np.concatenate(self._lines))


def list_quantiles(duration: Duration, n: int = N_POINTS) -> np.ndarray:
    """Equally likely values [min] of a duration as it is drawn, ascending, shape (n,)."""
    return np.array(_list_quantiles(duration, n))


# A plan asks a hundred times for those of a dozen durations.
@functools.lru_cache(maxsize=256)
def _list_quantiles(duration: Duration, n: int) -> tuple[float, ...]:
    shelf = TableShelf()
    row = shelf.add_duration(duration)
    rows, lines = shelf.build()
    step = _WHOLE // n
    middles = range(step // 2, step * n, step)
    drawn_ms = np.sort([draw_ms(rows, lines, row, one, 1.0) for one in middles])
    return tuple((drawn_ms / MS_PER_MIN).tolist())
