"""A shift problem's columns: who may start when, what it costs, which intervals it works.

Checked by ``tests/unit/test_milp_shifts.py`` (coverage drawn by hand, breaks, clock change).
"""

from typing import NamedTuple

import numpy as np

from sim.errors import InputError
from sim.planning.shifts import DAY_MIN, ShiftProblem


class Columns(NamedTuple):
    """The allowed (day, shift, pool) triples, one column each."""

    day: np.ndarray
    shift: np.ndarray
    pool: np.ndarray
    cost: np.ndarray
    paid_min: np.ndarray
    part_time: np.ndarray
    covers: np.ndarray
    """bool, shape (n_columns, n_intervals): intervals that the shift works wholly."""


def _find_start(problem: ShiftProblem, day: int, shift: int) -> int:
    if problem.shift_start_min is not None:
        return int(problem.shift_start_min[day, shift])
    return day * DAY_MIN + problem.shifts[shift].start_min - problem.horizon_start_min


def _cover_shift(problem: ShiftProblem, day: int, shift: int) -> np.ndarray | None:
    """Return the intervals worked, shape (n_intervals,), or None where it is not allowed."""
    kind, grid, n = problem.shifts[shift], problem.interval_min, problem.n_intervals
    start_min = _find_start(problem, day, shift)
    if start_min % grid:
        raise InputError(f"shift_start_min[{day}, {shift}]: {start_min}, must lie on the grid")
    if not 0 <= start_min < n * grid:
        return None
    worked = np.ones(kind.length_min // grid, dtype=bool)
    for offset, length in kind.breaks_min:
        worked[offset // grid : (offset + length) // grid] = False
    places = start_min // grid + np.flatnonzero(worked)
    places = places % n if problem.wrap else places[places < n]
    if not problem.open_mask[places].all():
        return None
    covers = np.zeros(n, dtype=bool)
    covers[places] = True
    return covers


def _lay_free(problem: ShiftProblem) -> Columns:
    is_open, n_pools = np.flatnonzero(problem.open_mask), len(problem.pools)
    place = np.repeat(is_open, n_pools)
    pool = np.tile(np.arange(n_pools), len(is_open))
    minutes = np.full(len(place), float(problem.interval_min))
    cost = minutes / 60.0 * np.asarray(problem.hour_cost, dtype=float)[pool]
    covers = place[:, None] == np.arange(problem.n_intervals)
    none = np.zeros(len(place), dtype=np.int64)
    return Columns(place, none, pool, cost, minutes, none.astype(bool), covers)


def lay_columns(problem: ShiftProblem) -> Columns:
    """Return every (day, shift, pool) at which people may start, with cost and coverage.

    Parameters
    ----------
    problem : ShiftProblem
        Checked by its own construction.

    Returns
    -------
    Columns
        Ordered by day, shift, pool; shifts outside open hours are left out.
    """
    if not problem.shifts:
        return _lay_free(problem)
    keys, covers = [], []
    for day in range(problem.n_days):
        for number, kind in enumerate(problem.shifts):
            worked = _cover_shift(problem, day, number)
            pools = [p for p, name in enumerate(problem.pools) if name in (kind.pools or [name])]
            keys += [(day, number, p) for p in pools if worked is not None]
            covers += [worked for _ in pools if worked is not None]
    day_, shift, pool = np.asarray(keys, dtype=np.int64).reshape(-1, 3).T
    paid = np.asarray([s.wage_min for s in problem.shifts], dtype=float)[shift]
    cost = paid / 60.0 * np.asarray(problem.hour_cost, dtype=float)[pool]
    part = np.asarray([s.part_time for s in problem.shifts], dtype=bool)[shift]
    table = np.asarray(covers, dtype=bool).reshape(len(keys), problem.n_intervals)
    return Columns(day_, shift, pool, cost, paid, part, table)


def count_staff(problem: ShiftProblem, columns: Columns, heads: np.ndarray) -> np.ndarray:
    """Return agents per interval and pool, shape (n_intervals, n_pools).

    Parameters
    ----------
    problem, columns : ShiftProblem, Columns
        From :func:`lay_columns`.
    heads : ndarray of int, shape (n_columns,)
        People that start at each column.
    """
    staff = problem.base_staff.copy()
    for pool in range(len(problem.pools)):
        chosen = columns.pool == pool
        staff[:, pool] += heads[chosen] @ columns.covers[chosen].astype(np.int64)
    return staff
