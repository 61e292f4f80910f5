"""A shift problem's columns: who may start when, what it costs, which intervals it works.

Checked by ``tests/unit/test_rostering_shift_problem.py`` (coverage drawn by hand, breaks, clock
change).
"""

from typing import NamedTuple

import numpy as np

from sim.errors import InputError
from sim.rostering.shift_problem import DAY_MIN, ShiftProblem


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


def _find_span(problem: ShiftProblem, day: int, shift: int) -> tuple[int, int]:
    """Return the elapsed minutes at which a shift starts and ends, past the horizon too."""
    kind = problem.shifts[shift]
    if problem.shift_start_min is None:
        start_min = day * DAY_MIN + kind.start_min - problem.horizon_start_min
        return start_min, start_min + kind.length_min
    start_min = int(problem.shift_start_min[day, shift])
    if problem.shift_end_min is None:
        return start_min, start_min + kind.length_min
    return start_min, int(problem.shift_end_min[day, shift])


class _Stretch(NamedTuple):
    """A shift on the horizon's grid: its intervals in order, and which of them are worked."""

    places: np.ndarray
    is_worked: np.ndarray
    paid_min: float

    def cover(self, n_intervals: int) -> np.ndarray:
        """Return the intervals worked, bool, shape (n_intervals,)."""
        covers = np.zeros(n_intervals, dtype=bool)
        covers[self.places[self.is_worked]] = True
        return covers


def _lay_shift(problem: ShiftProblem, day: int, shift: int) -> _Stretch | None:
    """Return a shift as it stands, open or not; None where it does not start in the horizon."""
    kind, grid, n = problem.shifts[shift], problem.interval_min, problem.n_intervals
    start_min, end_min = _find_span(problem, day, shift)
    if start_min % grid or end_min % grid:
        raise InputError(
            f"shift_start_min[{day}, {shift}]: {start_min} to {end_min}, must lie on the grid"
        )
    if not 0 <= start_min < n * grid or end_min <= start_min:
        return None
    is_worked = np.ones((end_min - start_min) // grid, dtype=bool)
    for offset, length in kind.breaks_min:
        is_worked[offset // grid : (offset + length) // grid] = False
    places = start_min // grid + np.arange(is_worked.size)
    # what a clock change adds or takes is paid, too
    paid_min = float(kind.wage_min + end_min - start_min - kind.length_min)
    if problem.wrap:
        return _Stretch(places % n, is_worked, paid_min)
    return _Stretch(places[places < n], is_worked[places < n], paid_min)


def _trim_shift(problem: ShiftProblem, stretch: _Stretch, bare: np.ndarray) -> _Stretch | None:
    """Return the part of a shift in those open hours in which it meets most bare intervals."""
    is_open = problem.open_mask[stretch.places]
    needed = np.flatnonzero(stretch.is_worked & bare[stretch.places])
    if not needed.size:
        return None
    run = np.cumsum(~is_open)
    mine = is_open & (run == np.bincount(run[needed]).argmax())
    is_worked = stretch.is_worked[mine]
    return _Stretch(stretch.places[mine], is_worked, float(is_worked.sum() * problem.interval_min))


def _lay_shifts(problem: ShiftProblem) -> dict[tuple[int, int], _Stretch]:
    """Return every shift that may be worked, by day and kind."""
    laid = {
        (day, number): stretch
        for day in range(problem.n_days)
        for number in range(len(problem.shifts))
        if (stretch := _lay_shift(problem, day, number)) is not None
    }
    fits = {
        key: stretch
        for key, stretch in laid.items()
        if problem.open_mask[stretch.places[stretch.is_worked]].all()
    }
    if not problem.trim:
        return fits
    bare = problem.open_mask.copy()
    for stretch in fits.values():
        bare[stretch.places[stretch.is_worked]] = False
    left = bare.copy()
    for key, stretch in laid.items():
        if key in fits:
            continue
        # first what no other shift has been cut to
        trimmed = _trim_shift(problem, stretch, left) or _trim_shift(problem, stretch, bare)
        if trimmed is not None:
            fits[key] = trimmed
            left[trimmed.places[trimmed.is_worked]] = False
    return dict(sorted(fits.items()))


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
        Ordered by day, shift, pool. Shifts outside open hours are left out, or where ``trim``
        is set worked and paid in open hours only, if nothing else covers one of these.
    """
    if not problem.shifts:
        return _lay_free(problem)
    laid = _lay_shifts(problem)
    keys = [
        (day, shift, number)
        for day, shift in laid
        for number, name in enumerate(problem.pools)
        if name in (problem.shifts[shift].pools or (name,))
    ]
    day_, shift_, pool = np.asarray(keys, dtype=np.int64).reshape(-1, 3).T
    chosen = [laid[day, shift] for day, shift, _ in keys]
    paid = np.asarray([one.paid_min for one in chosen], dtype=float)
    cost = paid / 60.0 * np.asarray(problem.hour_cost, dtype=float)[pool]
    part = np.asarray([s.part_time for s in problem.shifts], dtype=bool)[shift_]
    covers = [one.cover(problem.n_intervals) for one in chosen]
    table = np.asarray(covers, dtype=bool).reshape(len(keys), problem.n_intervals)
    return Columns(day_, shift_, pool, cost, paid, part, table)


def list_lengths_h(problem: ShiftProblem) -> dict[tuple[int, int], float]:
    """Return the real hours, unpaid breaks too, of every shift that may be worked.

    Keys are day and number of the kind.
    """
    step_h = problem.interval_min / 60.0
    return {key: stretch.places.size * step_h for key, stretch in _lay_shifts(problem).items()}


def count_staff(problem: ShiftProblem, columns: Columns, heads: np.ndarray) -> np.ndarray:
    """Return agents per interval and pool, shape (n_intervals, n_pools).

    Parameters
    ----------
    problem, columns : ShiftProblem, Columns
        From :func:`lay_columns`.
    heads : ndarray of int, shape (n_columns,)
        People that start at each column.
    """
    staff = np.zeros((problem.n_intervals, len(problem.pools)), dtype=np.int64)
    for pool in range(len(problem.pools)):
        chosen = columns.pool == pool
        staff[:, pool] += heads[chosen] @ columns.covers[chosen].astype(np.int64)
    return staff
