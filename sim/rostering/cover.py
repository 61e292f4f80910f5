"""A shift problem as a program: the cheapest cover, or the most gain for a budget.

Variables: x[c], people that start at column c (day, shift, pool). Rows, pool by pool:

* required: staff of an interval and pool at least the requirement (cheapest cover);
* curve: staff = sum of segments, each worth the gain of so many agents (most gain); intervals
  that the same columns work are one row (their gains add up), which shrinks a week of half
  hours to some 10 rows a day and pool; segments are integer columns: they would be whole
  anyway, but saying so is 3 times faster;
  (breaks that take part of an interval make them continuous);
* the shift rules of :mod:`sim.rostering.rules`, and the budget.
"""

import numpy as np

from sim.rostering.columns import Columns
from sim.rostering.program import EQUAL, MORE, Program, ProgramBuilder
from sim.rostering.rules import (
    IntervalGroup,
    group_intervals,
    limit_spending,
    limit_staff,
    list_changes,
    list_part_time,
)
from sim.rostering.shift_problem import ShiftProblem


def _list_groups(
    problem: ShiftProblem, columns: Columns, merge: bool
) -> list[tuple[int, IntervalGroup]]:
    """List the pools with their groups of intervals."""
    every = np.arange(problem.n_intervals)
    return [
        (pool, group)
        for pool in range(len(problem.pools))
        for group in group_intervals(columns, np.flatnonzero(columns.pool == pool), every, merge)
    ]


def _add_limit(
    builder: ProgramBuilder, problem: ShiftProblem, pool: int, group: IntervalGroup
) -> None:
    most = problem.rules.max_staff
    if most is not None:
        builder.add_rows([limit_staff(group, pool, most[pool], len(problem.pools))])


def begin_cover_program(
    problem: ShiftProblem, columns: Columns, required: np.ndarray, merge: bool = True
) -> ProgramBuilder:
    """Start the program of the cheapest cover, to be added to; its first columns are people.

    Parameters
    ----------
    problem, columns : ShiftProblem, Columns
        What may be staffed.
    required : np.ndarray
        int, shape (n_intervals, n_pools): least staff.
    merge : bool
        One row for all intervals that the same columns work; off: a row for each.
    """
    builder = ProgramBuilder()
    builder.add_columns(columns.cost)
    for pool, group in _list_groups(problem, columns, merge):
        needed = required[group.intervals, pool]
        worst = int(np.argmax(needed))
        if needed[worst] > 0:
            place = int(group.intervals[worst]) * len(problem.pools) + pool
            builder.add_row(group.columns, 1.0, MORE, float(needed[worst]), "required", place)
        _add_limit(builder, problem, pool, group)
    builder.add_rows(list_part_time(problem, columns))
    builder.add_rows(list_changes(problem, columns))
    return builder


def build_value_program(
    problem: ShiftProblem, columns: Columns, gains: np.ndarray, budget: float, merge: bool = True
) -> Program:
    """Build the program of the most gain for a budget; its first columns are people.

    Parameters
    ----------
    problem, columns : ShiftProblem, Columns
        What may be staffed.
    gains : np.ndarray
        shape (n_intervals, n_pools, n_agents): of the k-th agent, not rising in k.
    budget : float
        Most wages.
    merge : bool
        One row for all intervals that the same columns work; off: a row for each.
    """
    builder = ProgramBuilder()
    builder.add_columns(np.zeros(len(columns.cost)))
    is_whole = columns.is_whole
    for pool, group in _list_groups(problem, columns, merge):
        _add_limit(builder, problem, pool, group)
        _add_curve(builder, group, gains[group.intervals, pool].sum(axis=0), is_whole)
    builder.add_rows(list_part_time(problem, columns))
    builder.add_rows(list_changes(problem, columns))
    builder.add_rows([limit_spending(columns, budget)])
    return builder.build()


def _add_curve(
    builder: ProgramBuilder, group: IntervalGroup, gain: np.ndarray, is_whole: bool
) -> None:
    """Tie the staff of a group of intervals to the gain of each agent, shape (n_agents,)."""
    gain = gain[gain != 0.0]
    if gain.size == 0:
        return
    beyond = builder.add_columns(0.0, integer=is_whole)
    starts = np.flatnonzero(np.r_[True, np.diff(gain) != 0.0])
    widths = np.diff(np.r_[starts, len(gain)])
    segments = builder.add_columns(-gain[starts], 0.0, widths, integer=is_whole)
    terms = np.r_[group.columns, beyond, segments]
    values = np.r_[group.shares, np.full(1 + len(segments), -1.0)]
    builder.add_row(terms, values, EQUAL, 0.0, "curve")
