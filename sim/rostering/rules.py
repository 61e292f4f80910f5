"""The shift rules, each stated once: as rows over the people in each column.

With x people in each column (day, shift, pool)::

    staff limit       sum of x at work, in each interval and pool       <= limit of the pool
    minimum coverage  sum of x at work in some pools, in open intervals >= 1
    most change       |sum of x on shift now - an hour before or less|  <= most_change
    part-time share   sum of paid minutes * (part time - share) * x     <= 0

A break is a hole in the coverage only where it takes a whole interval from everybody on the shift
(one person's staggered break is a gap of its length, for the simulation to charge), and no change:
people on shift count for `most_change`. A program takes the rows, and `are_kept` asks the same
rows whether a roster keeps them, so what a solver may choose and what a search may try cannot
drift apart. Agreements (pins, changes against an earlier plan) are stated in
``sim.rostering.constraints``; rest and the days of a week bind people by name:
``sim.rostering.named_roster``. Checked by ``tests/unit/test_shift_rules.py``.
"""

import itertools
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from sim.rostering.columns import Columns
from sim.rostering.program import LESS, MORE, Program, ProgramBuilder, Row, meets_rows
from sim.rostering.shift_problem import ShiftProblem

HOUR_MIN = 60


class IntervalGroup(NamedTuple):
    """Intervals that the same columns work: one row stands for all of them."""

    columns: np.ndarray
    intervals: np.ndarray
    """ascending"""
    shares: np.ndarray
    """of the interval that each column's person works"""


def group_intervals(
    columns: Columns, members: np.ndarray, intervals: np.ndarray, merge: bool = True
) -> list[IntervalGroup]:
    """Group intervals by which of some columns work them.

    Parameters
    ----------
    columns : Columns
        Of the shift problem.
    members : np.ndarray
        int: the columns looked at.
    intervals : np.ndarray
        int, ascending: the intervals to be grouped.
    merge : bool
        Off: each interval is a group of its own, which a message can name.
    """
    covers = columns.covers[np.ix_(members, intervals)]
    shares = covers if columns.is_whole else columns.worked_share[np.ix_(members, intervals)]
    label = _label_equal_columns(shares) if merge else np.arange(len(intervals))
    groups = []
    for value in np.unique(label):
        mine = np.flatnonzero(label == value)
        works = covers[:, mine[0]]
        part = shares[works, mine[0]].astype(float)
        groups.append(IntervalGroup(members[works], intervals[mine], part))
    return groups


def _label_equal_columns(shares: np.ndarray) -> np.ndarray:
    """Label equal columns alike, in lexicographic order of their shares (0 or more).

    As `numpy.unique` does, which takes minutes where there are thousands of rows: bytes of numbers
    that begin with the highest are ordered as the numbers are, and compared by the machine.
    """
    keys = [column.tobytes() for column in np.ascontiguousarray(shares.T.astype(">f8"))]
    label = {key: place for place, key in enumerate(sorted(set(keys)))}
    return np.array([label[key] for key in keys], dtype=np.int64)


def limit_staff(group: IntervalGroup, pool: int, most: int, n_pools: int) -> Row:
    """State that no more of a pool are at work at once than its limit."""
    place = int(group.intervals[0]) * n_pools + pool
    return Row(group.columns, 1.0, LESS, float(most), "staff_limit", place)


def list_staff_limits(problem: ShiftProblem, columns: Columns, most: np.ndarray) -> list[Row]:
    """State the limit of each pool for every interval that anybody can work."""
    every = np.arange(problem.n_intervals)
    return [
        limit_staff(group, pool, int(limit), len(problem.pools))
        for pool, limit in enumerate(most)
        for group in group_intervals(columns, np.flatnonzero(columns.pool == pool), every)
        if group.columns.size
    ]


def list_coverage(
    problem: ShiftProblem,
    columns: Columns,
    pool_groups: Iterable[tuple[int, ...]],
    merge: bool = True,
) -> list[Row]:
    """State that somebody of each group of pools is at work in every open interval."""
    is_open, n_pools = np.flatnonzero(problem.open_mask), len(problem.pools)
    return [
        Row(group.columns, 1.0, MORE, 1.0, "required", int(group.intervals[0]) * n_pools + pools[0])
        for pools in pool_groups
        for group in group_intervals(
            columns, np.flatnonzero(np.isin(columns.pool, pools)), is_open, merge
        )
    ]


def list_changes(problem: ShiftProblem, columns: Columns) -> list[Row]:
    """State that a pool's people on shift change by no more than allowed within an hour.

    Asked for any two open intervals that begin at most an hour apart, with none closed between.
    """
    most, n, n_pools = problem.rules.most_change, problem.n_intervals, len(problem.pools)
    if most is None:
        return []
    on_shift = columns.on_shift if problem.shifts else columns.covers
    rows, seen = [], set()
    for pool, lag in itertools.product(
        range(n_pools), range(1, 1 + max(1, HOUR_MIN // problem.interval_min))
    ):
        mine = np.flatnonzero(columns.pool == pool)
        for first in range(n if problem.wrap else n - lag):
            run = np.arange(first, first + lag + 1) % n
            if not problem.open_mask[run].all():
                continue
            change = on_shift[mine, run[-1]].astype(float) - on_shift[mine, run[0]]
            if not change.any() or (pool, change.tobytes()) in seen:
                continue
            seen |= {(pool, change.tobytes()), (pool, (-change).tobytes())}
            terms, values = mine[change != 0], change[change != 0]
            place = int(run[-1]) * n_pools + pool
            rows.append(Row(terms, values, LESS, float(most), "most_change", place))
            rows.append(Row(terms, values, MORE, float(-most), "most_change", place))
    return rows


def list_part_time(problem: ShiftProblem, columns: Columns) -> list[Row]:
    """State that part-time shifts take no more than their share of all paid minutes."""
    share = problem.rules.part_time_share
    if share >= 1.0 or not columns.part_time.any():
        return []
    values = columns.paid_min * (columns.part_time - share)
    return [Row(np.arange(len(values)), values, LESS, 0.0, "part_time", 0)]


def limit_spending(columns: Columns, budget: float) -> Row:
    """State that labor cost stays within a budget."""
    return Row(np.arange(len(columns.cost)), columns.cost, LESS, budget, "budget", 0)


def gather_rows(rows: Iterable[Row], n_columns: int) -> Program:
    """Gather rows to be asked often in a program without costs over people of 0 or more."""
    builder = ProgramBuilder()
    builder.add_columns(np.zeros(n_columns))
    builder.add_rows(rows)
    return builder.build()


def are_kept(rules: Program, roster: np.ndarray) -> bool:
    """Whether a roster, people by column, keeps every rule of `gather_rows`."""
    return meets_rows(rules, roster)
