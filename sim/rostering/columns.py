"""A shift problem's columns: who may start when, what it costs, which intervals it works.

Checked by ``tests/unit/test_rostering_shift_problem.py`` (coverage drawn by hand, breaks, clock
change).
"""

from typing import NamedTuple

import numpy as np

from sim.errors import InputError
from sim.kept import Kept
from sim.rostering.shift_problem import DAY_MIN, ShiftBreak, ShiftProblem

# Rounding of minutes; a break leaves more or nothing.
TINY_SHARE = 1e-9
# A shift cut to less than half of its length is one that nobody comes for: a choice only where no
# other covers an open hour.
LEAST_CUT = 0.5


class Columns(NamedTuple):
    """The allowed (day, shift, pool) triples, one column each."""

    day: np.ndarray
    shift: np.ndarray
    pool: np.ndarray
    cost: np.ndarray
    paid_min: np.ndarray
    part_time: np.ndarray
    covers: np.ndarray
    """bool, shape (n_columns, n_intervals): intervals that somebody on the shift works in"""
    worked_share: np.ndarray
    """float64, of the same shape: mean share of the interval that a person works; 0 or 1 where
    breaks lie on the grid and are the same for all"""
    on_shift: np.ndarray
    """bool, of the same shape: from start to end, breaks too"""

    @property
    def is_whole(self) -> bool:
        """Whether everybody on a shift works each interval wholly or not at all."""
        return bool((self.worked_share == self.covers).all())


def _compute_span(problem: ShiftProblem, day: int, shift: int) -> tuple[int, int]:
    """Elapsed minutes at which a shift starts and ends, past the horizon too."""
    kind = problem.shifts[shift]
    if problem.shift_start_min is None:
        start_min = day * DAY_MIN + kind.start_min - problem.horizon_start_min
        return start_min, start_min + kind.length_min
    start_min = int(problem.shift_start_min[day, shift])
    if problem.shift_end_min is None:
        return start_min, start_min + kind.length_min
    return start_min, int(problem.shift_end_min[day, shift])


class Stretch(NamedTuple):
    """A shift on the horizon's grid, or the part of it that is worked."""

    first: int
    """interval"""
    last: int
    """behind its last interval; beyond the horizon's on a ring"""
    start_min: int
    """elapsed, of the whole shift"""
    paid_min: float

    def list_places(self, n_intervals: int) -> np.ndarray:
        """Intervals of the stretch in order, wrapped into the horizon."""
        return np.arange(self.first, self.last) % n_intervals


def share_breaks(problem: ShiftProblem, stretch: Stretch, one: ShiftBreak) -> np.ndarray:
    """Share of each interval that a break takes, by slot, shape (slots, last - first)."""
    grid = problem.interval_min
    edges = np.arange(stretch.first, stretch.last + 1) * grid
    begins = stretch.start_min + one.after_min + np.arange(one.slots) * one.length_min
    into = np.clip(edges[None, :] - begins[:, None], 0, one.length_min)
    return np.asarray(np.diff(into, axis=1) / grid)


def share_worked(problem: ShiftProblem, shift: int, stretch: Stretch) -> np.ndarray:
    """Mean share of each interval of a shift that a person works."""
    worked = np.ones(stretch.last - stretch.first)
    for one in problem.shifts[shift].breaks:
        worked -= share_breaks(problem, stretch, one).mean(axis=0)
    return np.asarray(np.where(worked < TINY_SHARE, 0.0, worked))


def _lay_shift(problem: ShiftProblem, day: int, shift: int) -> Stretch | None:
    """Lay out a shift as it stands, open or not; None where it does not start in the horizon."""
    kind, grid, n = problem.shifts[shift], problem.interval_min, problem.n_intervals
    if kind.weekdays and (problem.first_weekday + day) % 7 not in kind.weekdays:
        return None
    start_min, end_min = _compute_span(problem, day, shift)
    if start_min % grid or end_min % grid:
        raise InputError(
            f"shift_start_min[{day}, {shift}]: {start_min} to {end_min}, must lie on the grid"
        )
    if not 0 <= start_min < n * grid or end_min <= start_min:
        return None
    # what a clock change adds or takes is paid, too
    paid_min = float(kind.wage_min + end_min - start_min - kind.length_min)
    last = end_min // grid
    return Stretch(start_min // grid, last if problem.wrap else min(last, n), start_min, paid_min)


def _trim_shift(
    problem: ShiftProblem, shift: int, stretch: Stretch, bare: np.ndarray
) -> Stretch | None:
    """Cut a shift to those open hours in which it meets most bare intervals."""
    places = stretch.list_places(problem.n_intervals)
    is_open, is_worked = problem.open_mask[places], share_worked(problem, shift, stretch) > 0
    needed = np.flatnonzero(is_worked & bare[places])
    if not needed.size:
        return None
    run = np.cumsum(~is_open)
    mine = np.flatnonzero(is_open & (run == np.bincount(run[needed]).argmax()))
    first, last = stretch.first + int(mine[0]), stretch.first + int(mine[-1]) + 1
    part = stretch._replace(first=first, last=last)
    paid = np.ones(last - first)
    for one in problem.shifts[shift].breaks:
        if not one.is_paid:
            paid -= share_breaks(problem, part, one).mean(axis=0)
    return part._replace(paid_min=float(paid.sum() * problem.interval_min))


def _price_premiums(problem: ShiftProblem, shift: int, stretch: Stretch) -> float:
    """Price the premiums of a shift as minutes of plain pay.

    Unpaid breaks are taken off at the dearest of their slots, so that nobody's shift costs less
    than is said here.
    """
    if problem.pay_factor is None:
        return 0.0
    more = problem.pay_factor[stretch.list_places(problem.n_intervals)] - 1.0
    minutes = float(more.sum())
    for one in problem.shifts[shift].breaks:
        if not one.is_paid:
            minutes -= float((share_breaks(problem, stretch, one) @ more).max())
    return minutes * problem.interval_min


_laid: Kept[dict[tuple[int, int], Stretch]] = Kept(16)


def lay_shifts(problem: ShiftProblem) -> dict[tuple[int, int], Stretch]:
    """Lay out every shift that may be worked, by day and kind; kept, so not to be written to."""
    return _laid.find((problem,), lambda: _lay_shifts(problem))


def _lay_shifts(problem: ShiftProblem) -> dict[tuple[int, int], Stretch]:
    laid = {
        (day, number): stretch
        for day in range(problem.n_days)
        for number in range(len(problem.shifts))
        if (stretch := _lay_shift(problem, day, number)) is not None
    }
    worked = {
        key: stretch.list_places(problem.n_intervals)[share_worked(problem, key[1], stretch) > 0]
        for key, stretch in laid.items()
    }
    fits = {key: stretch for key, stretch in laid.items() if problem.open_mask[worked[key]].all()}
    if not problem.trim:
        return fits
    bare = problem.open_mask.copy()
    for key in fits:
        bare[worked[key]] = False
    cut = {
        key: trimmed
        for key, stretch in laid.items()
        if key not in fits and (trimmed := _trim_shift(problem, key[1], stretch, bare)) is not None
    }
    left = bare.copy()
    # First what covers hours that nobody else does, of these the longest.
    for key in sorted(cut, key=lambda key: cut[key].first - cut[key].last):
        trimmed = _trim_shift(problem, key[1], laid[key], left)
        if trimmed is not None:
            fits[key] = trimmed
            is_worked = share_worked(problem, key[1], trimmed) > 0
            left[trimmed.list_places(problem.n_intervals)[is_worked]] = False
        elif cut[key].last - cut[key].first >= LEAST_CUT * (laid[key].last - laid[key].first):
            fits[key] = cut[key]
    return dict(sorted(fits.items()))


def _lay_free(problem: ShiftProblem) -> Columns:
    is_open, n_pools = np.flatnonzero(problem.open_mask), len(problem.pools)
    place = np.repeat(is_open, n_pools)
    pool = np.tile(np.arange(n_pools), len(is_open))
    minutes = np.full(len(place), float(problem.interval_min))
    factor = 1.0 if problem.pay_factor is None else problem.pay_factor[place]
    cost = minutes / 60.0 * np.asarray(problem.hour_cost, dtype=float)[pool] * factor
    covers = place[:, None] == np.arange(problem.n_intervals)
    none = np.zeros(len(place), dtype=np.int64)
    part = none.astype(bool)
    return Columns(place, none, pool, cost, minutes, part, covers, covers.astype(float), covers)


def lay_columns(problem: ShiftProblem) -> Columns:
    """Lay out every (day, shift, pool) at which people may start, with cost and coverage.

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
    laid = lay_shifts(problem)
    keys = [
        (day, shift, number)
        for day, shift in laid
        for number, name in enumerate(problem.pools)
        if name in (problem.shifts[shift].pools or (name,))
    ]
    day_, shift_, pool = np.asarray(keys, dtype=np.int64).reshape(-1, 3).T
    chosen = [laid[day, shift] for day, shift, _ in keys]
    paid = np.asarray([one.paid_min for one in chosen], dtype=float)
    more = [_price_premiums(problem, key[1], one) for key, one in zip(keys, chosen, strict=True)]
    cost = (paid + more) / 60.0 * np.asarray(problem.hour_cost, dtype=float)[pool]
    part = np.asarray([s.part_time for s in problem.shifts], dtype=bool)[shift_]
    share = np.zeros((len(keys), problem.n_intervals))
    on_shift = np.zeros(share.shape, dtype=bool)
    for row, (key, one) in enumerate(zip(keys, chosen, strict=True)):
        places = one.list_places(problem.n_intervals)
        share[row, places] = share_worked(problem, key[1], one)
        on_shift[row, places] = True
    return Columns(day_, shift_, pool, cost, paid, part, share > 0, share, on_shift)


def list_lengths_h(problem: ShiftProblem) -> dict[tuple[int, int], float]:
    """Real hours, unpaid breaks too, of every shift that may be worked.

    Keys are day and number of the kind.
    """
    step_h = problem.interval_min / 60.0
    return {key: (one.last - one.first) * step_h for key, one in lay_shifts(problem).items()}


def count_staff(problem: ShiftProblem, columns: Columns, counts: np.ndarray) -> np.ndarray:
    """Count agents per interval and pool, shape (n_intervals, n_pools): means with breaks.

    Parameters
    ----------
    problem, columns : ShiftProblem, Columns
        From :func:`lay_columns`.
    counts : ndarray of int, shape (n_columns,)
        People that start at each column.
    """
    worked = columns.covers.astype(np.int64) if columns.is_whole else columns.worked_share
    staff = np.zeros((problem.n_intervals, len(problem.pools)), dtype=worked.dtype)
    for pool in range(len(problem.pools)):
        chosen = columns.pool == pool
        staff[:, pool] += counts[chosen] @ worked[chosen]
    return staff
