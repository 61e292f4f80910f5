"""Random times by inversion: quantile tables that are fine in both tails.

A table holds straight lines between knots of the quantile function: each octave
[2^-(k+1), 2^-k) of u below 1/2, and of 1 - u above, is cut into 64 parts, down to
2^-47. The part of a number is read off its exponent and first six bits of mantissa, so a
lookup is one shift and one multiplication. Tables have mean exactly 1 and are
scaled. Checked against ``scipy.stats`` by ``tests/theory/test_demand_quantile.py``.
"""

import functools
import math
from typing import NamedTuple

import numpy as np

from sim.compile import jit
from sim.demand.draws import NEVER_MS
from sim.scenario.parts import Duration
from sim.scenario.tables import MS_PER_MIN

CONSTANT, TABLE, EMPIRICAL = 0, 1, 2
_BIN_BITS = 6
_OCTAVES = 46
_HALF = 1 << 52
_WHOLE = 1 << 53
_MANTISSA_SHIFT = 52 - _BIN_BITS
_LOWEST = (1023 + 52 - _OCTAVES) << _BIN_BITS
_SIDE = (_OCTAVES << _BIN_BITS) + 2


class Durations(NamedTuple):
    """Distributions of times, one a row, and the tables that they share."""

    kind: np.ndarray
    """int64, shape (n_rows,): CONSTANT, TABLE or EMPIRICAL"""
    start: np.ndarray
    """int64, shape (n_rows,): first line of the table, or first value"""
    count: np.ndarray
    """int64, shape (n_rows,): number of values (EMPIRICAL)"""
    scale_ms: np.ndarray
    """float64, shape (n_rows,): mean, or 1 (EMPIRICAL)"""
    lines: np.ndarray
    """float64, shape (n_lines, 2): intercept and slope against the 53-bit number"""
    values_ms: np.ndarray
    """float64, shape (n_values,), ascending within a row"""


def place_knots() -> np.ndarray:
    """Return the tail probabilities at which lines meet, ascending from about 0 to 1/2."""
    octaves = np.exp2(np.arange(_OCTAVES, dtype=np.float64) - _OCTAVES - 1)
    parts = 1.0 + np.arange(1 << _BIN_BITS) / (1 << _BIN_BITS)
    return np.concatenate([[2.0**-55], np.outer(octaves, parts).ravel(), [0.5]])


def _solve_weibull_shape(cv: float) -> float:
    """Return the shape at which a Weibull time has this coefficient of variation."""
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
    """Return the quantiles at `tail` and at 1 - `tail`."""
    from scipy import special

    if name == "exponential":
        return -np.log1p(-tail), -np.log(tail)
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
    """Return the lines of a standard distribution.

    Parameters
    ----------
    name : str
        "exponential", "normal", "lognormal" and "weibull" (`first` the coefficient of
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
def look_up(lines: np.ndarray, start: int, int53: np.int64) -> float:
    """Return the quantile at (`int53` + .5) / 2^53 or so, by the table that starts at `start`."""
    upper = int53 >= _HALF
    tail = np.float64(_WHOLE - int53 if upper else int53)
    part = max((tail.view(np.int64) >> _MANTISSA_SHIFT) - _LOWEST + 1, 0)
    line = start + part + (_SIDE if upper else 0)
    return lines[line, 0] + lines[line, 1] * tail


@jit
def round_ms(time_ms: float) -> int:
    """Return a duration in whole milliseconds, from 1 to NEVER_MS."""
    return np.int64(min(max(time_ms + 0.5, 1.0), NEVER_MS * 1.0))


@jit
def draw_ms(durations: Durations, row: int, int53: np.int64, factor: float) -> int:
    """Return a duration [ms] of a row, times `factor`, rounded once."""
    kind = durations.kind[row]
    value = 1.0
    if kind == TABLE:
        value = look_up(durations.lines, durations.start[row], int53)
    elif kind == EMPIRICAL:
        count = durations.count[row]
        at = min(np.int64(int53 * (1.0 / _WHOLE) * count), count - 1)
        value = durations.values_ms[durations.start[row] + at]
    return round_ms(value * durations.scale_ms[row] * factor)


class TableShelf:
    """Collects tables and rows while a scenario is lowered; equal ones are kept once."""

    def __init__(self) -> None:
        self._starts: dict[tuple[str, float, float], int] = {}
        self._tables: list[np.ndarray] = []
        self._rows: dict[Duration, int] = {}
        self._fields: list[tuple[int, int, int, float]] = []
        self._values: list[float] = []

    def add_table(self, name: str, first: float = 0.0, second: float = 0.0) -> int:
        """Return the first line of a table of `make_table`."""
        key = (name, first, second)
        if key not in self._starts:
            self._starts[key] = 2 * _SIDE * len(self._tables)
            self._tables.append(make_table(*key))
        return self._starts[key]

    def add_duration(self, duration: Duration) -> int:
        """Return the row of a duration."""
        if duration not in self._rows:
            self._rows[duration] = len(self._fields)
            self._fields.append(self._describe(duration))
        return self._rows[duration]

    def _describe(self, duration: Duration) -> tuple[int, int, int, float]:
        if duration.name == "empirical":
            values = sorted(duration.values_min or ())
            start = len(self._values)
            self._values += [value * MS_PER_MIN for value in values]
            return (EMPIRICAL, start, len(values), 1.0)
        scale_ms = (duration.mean_min or 0.0) * MS_PER_MIN
        if duration.name == "constant":
            return (CONSTANT, 0, 0, scale_ms)
        first = duration.cv or 0.0
        if duration.name == "exponential":
            first = 0.0
        elif duration.name == "gamma":
            first = first**-2.0
        return (TABLE, self.add_table(duration.name, first), 0, scale_ms)

    def build(self) -> Durations:
        """Return everything collected, as arrays."""
        kinds, starts, counts, scales = zip(*self._fields, strict=True)
        return Durations(
            np.array(kinds, np.int64),
            np.array(starts, np.int64),
            np.array(counts, np.int64),
            np.array(scales, np.float64),
            np.concatenate(self._tables) if self._tables else np.zeros((1, 2)),
            np.array(self._values or [0.0], np.float64),
        )
