"""A shift problem as a program: what each column costs and which rows it must meet.

Variables: x[c], people that start at column c (day, shift, pool). Rows:

* cover: staff of an interval and pool at least the requirement;
* curve: staff = sum of segments, priced by the convex cost of the k-th agent (shortage and
  surplus costs, or minus the gain); intervals that the same columns work are one row
  (their slopes add up), which shrinks a week of half hours to some 10 rows a day and pool;
  segments are integer columns: they would be whole anyway, but saying so is 3 times faster;
* staff_limit, part_time, budget and pins as they say;
* heads, when ``max_heads`` is given: with H employees in a crew (pool, full- or part-time)
  each day's shifts <= H, each week's <= days_per_week H, and for each end of shift e on day
  d: shifts of day d that end at e or later + shifts of day d + 1 that start before e + rest
  <= H. :mod:`sim.rostering.named_roster` proves when these are exactly what a roster by name needs.
"""

from typing import NamedTuple

import numpy as np

from sim.errors import InputError
from sim.rostering.columns import Columns
from sim.rostering.named_roster import Crew, find_crews, list_clashes, list_weeks
from sim.rostering.program import EQUAL, LESS, MORE, Program, ProgramBuilder
from sim.rostering.shift_problem import Pins, ShiftProblem


class CoverDemand(NamedTuple):
    """What staff is wanted for.

    ``required`` (n_intervals, n_pools) are hard minima; ``slopes`` (n_intervals, n_pools,
    n_agents) is the cost of the k-th agent, non-decreasing in k, ``tail`` (n_intervals,
    n_pools) that of each further one; ``wage_weight`` prices wages in the objective.
    """

    required: np.ndarray
    slopes: np.ndarray
    tail: np.ndarray
    wage_weight: float = 1.0


class _Group(NamedTuple):
    """Intervals of one pool that the same columns work."""

    pool: int
    columns: np.ndarray
    intervals: np.ndarray


def _find_groups(problem: ShiftProblem, columns: Columns, merge: bool) -> list[_Group]:
    groups = []
    for pool in range(len(problem.pools)):
        members = np.flatnonzero(columns.pool == pool)
        covers = columns.covers[members]
        label = np.arange(problem.n_intervals)
        if merge and len(members):
            label = np.unique(covers, axis=1, return_inverse=True)[1].ravel()
        for value in np.unique(label):
            intervals = np.flatnonzero(label == value)
            groups.append(_Group(pool, members[covers[:, intervals[0]]], intervals))
    return groups


def sum_slopes(demand: CoverDemand, staff: np.ndarray) -> float:
    """Return the curve cost of a staffing, shape (n_intervals, n_pools)."""
    n_agents = demand.slopes.shape[2]
    used = np.arange(n_agents) < staff[:, :, None]
    beyond = np.maximum(staff - n_agents, 0)
    return float(demand.slopes[used].sum() + (demand.tail * beyond).sum())


def _find_slopes(problem: ShiftProblem, demand: CoverDemand, group: _Group) -> np.ndarray:
    """Return the summed cost of each agent beyond those already there, shape (n_agents,)."""
    n_agents, total = demand.slopes.shape[2], np.zeros(demand.slopes.shape[2])
    base = problem.base_staff
    for t in group.intervals:
        have = min(int(base[t, group.pool]), n_agents)
        rest = np.full(have, demand.tail[t, group.pool])
        total += np.concatenate([demand.slopes[t, group.pool, have:], rest])
    return total


def _add_curve(
    builder: ProgramBuilder, problem: ShiftProblem, demand: CoverDemand, group: _Group
) -> None:
    slopes = _find_slopes(problem, demand, group)
    tail = float(demand.tail[group.intervals, group.pool].sum())
    slopes = slopes[slopes != tail]
    if len(slopes) == 0 and tail == 0.0:
        return
    parts = [builder.add_columns(tail)]
    if len(slopes) > 0:
        starts = np.flatnonzero(np.r_[True, np.diff(slopes) != 0.0])
        widths = np.diff(np.r_[starts, len(slopes)])
        parts.append(builder.add_columns(slopes[starts], 0.0, widths))
    segments = np.concatenate(parts)
    place = int(group.intervals[0]) * len(problem.pools) + group.pool
    values = np.r_[np.ones(len(group.columns)), -np.ones(len(segments))]
    builder.add_row(np.r_[group.columns, segments], values, EQUAL, 0.0, "curve", place)


def _add_group(
    builder: ProgramBuilder, problem: ShiftProblem, demand: CoverDemand, group: _Group
) -> None:
    base = problem.base_staff[group.intervals, group.pool]
    n_pools = len(problem.pools)
    needed = demand.required[group.intervals, group.pool] - base
    worst = int(np.argmax(needed))
    if needed[worst] > 0:
        place = int(group.intervals[worst]) * n_pools + group.pool
        builder.add_row(group.columns, 1.0, MORE, float(needed[worst]), "required", place)
    if problem.rules.max_staff is not None:
        fullest = int(np.argmax(base))
        room = problem.rules.max_staff[group.pool] - base[fullest]
        place = int(group.intervals[fullest]) * n_pools + group.pool
        builder.add_row(group.columns, 1.0, LESS, float(room), "staff_limit", place)
    _add_curve(builder, problem, demand, group)


def _check_pins(problem: ShiftProblem, columns: Columns, pins: Pins) -> None:
    for name in ("lower", "upper", "earlier"):
        value = getattr(pins, name)
        if value is not None and np.shape(value) != problem.shape:
            raise InputError(f"pins.{name}: shape {np.shape(value)}, must be {problem.shape}")
    if pins.lower is None:
        return
    allowed = np.zeros(problem.shape, dtype=bool)
    allowed[columns.day, columns.shift, columns.pool] = True
    wrong = np.argwhere((np.asarray(pins.lower) > 0) & ~allowed)
    if len(wrong):
        raise InputError(f"pins.lower[{', '.join(map(str, wrong[0]))}]: no such shift may start "
                         "there; must be 0")  # fmt: skip


def _add_pins(builder: ProgramBuilder, problem: ShiftProblem, columns: Columns, pins: Pins) -> None:
    _check_pins(problem, columns, pins)
    at = (columns.day, columns.shift, columns.pool)
    place = np.ravel_multi_index(at, problem.shape)
    if pins.lower is not None:
        least = np.asarray(pins.lower)[at]
        for c in np.flatnonzero(least > 0):
            builder.add_row([c], 1.0, MORE, float(least[c]), "pins", int(place[c]))
    if pins.upper is not None:
        most = np.asarray(pins.upper)[at]
        for c in np.flatnonzero(most >= 0):
            builder.add_row([c], 1.0, LESS, float(most[c]), "pins", int(place[c]))
    if pins.earlier is not None and pins.change_cost > 0:
        before = np.asarray(pins.earlier)[at]
        up = builder.add_columns(np.full(len(before), pins.change_cost), integer=False)
        down = builder.add_columns(np.full(len(before), pins.change_cost), integer=False)
        for number, heads in enumerate(before):
            terms = [number, up[number], down[number]]
            builder.add_row(terms, [1.0, -1.0, 1.0], EQUAL, float(heads), "change")


def _add_crew(
    builder: ProgramBuilder, problem: ShiftProblem, columns: Columns, crew: Crew, heads: int
) -> None:
    """Tie a crew's shifts to its number of heads (a column)."""
    member = (columns.pool == crew.pool) & (columns.part_time == crew.part_time)
    n_days = problem.ring_days
    days = columns.day % n_days

    def limit(times: np.ndarray, shifts_a_head: int) -> None:
        picked = np.flatnonzero(times * member)
        if len(picked) > 0:
            values = np.r_[times[picked].astype(float), -float(shifts_a_head)]
            builder.add_row(np.r_[picked, heads], values, LESS, 0.0, "crew", crew.pool)

    for day in range(n_days):
        limit(days == day, 1)
    for week in list_weeks(problem):
        limit(week[days], problem.rules.days_per_week)
    last = n_days if problem.wrap else n_days - 1
    for late, early in list_clashes(problem, crew):
        for day in range(last):
            today = (days == day) & np.isin(columns.shift, late)
            tomorrow = (days == (day + 1) % n_days) & np.isin(columns.shift, early)
            limit(today.astype(int) + tomorrow, 1)


def _add_heads(builder: ProgramBuilder, problem: ShiftProblem, columns: Columns) -> None:
    if problem.rules.max_heads is None:
        return
    for pool, most in enumerate(problem.rules.max_heads):
        crews = [crew for crew in find_crews(problem) if crew.pool == pool]
        if crews:
            heads = builder.add_columns(np.zeros(len(crews)))
            for crew, column in zip(crews, heads, strict=True):
                _add_crew(builder, problem, columns, crew, int(column))
            builder.add_row(heads, 1.0, LESS, float(most), "heads", pool)


def _add_part_time(builder: ProgramBuilder, problem: ShiftProblem, columns: Columns) -> None:
    share = problem.rules.part_time_share
    if share < 1.0 and columns.part_time.any():
        values = columns.paid_min * (columns.part_time - share)
        builder.add_row(np.arange(len(values)), values, LESS, 0.0, "part_time", 0)


def build_cover_program(
    problem: ShiftProblem,
    columns: Columns,
    demand: CoverDemand,
    budget: float | None = None,
    pins: Pins | None = None,
    merge: bool = True,
) -> Program:
    """Return the program of `begin_cover_program`, as it stands."""
    return begin_cover_program(problem, columns, demand, budget, pins, merge).build()


def begin_cover_program(
    problem: ShiftProblem,
    columns: Columns,
    demand: CoverDemand,
    budget: float | None = None,
    pins: Pins | None = None,
    merge: bool = True,
) -> ProgramBuilder:
    """Return a program, to be added to, whose first ``len(columns.day)`` variables are people.

    Parameters
    ----------
    problem, columns, demand : ShiftProblem, Columns, Demand
        Shapes must agree.
    budget : float, optional
        Most wages, in money.
    pins : Pins, optional
        Bounds and earlier plan.
    merge : bool
        One row for all intervals that the same columns work; off: a row for each.

    Raises
    ------
    InputError
        Pins of the wrong shape, or on a shift that may not start there.
    """
    builder = ProgramBuilder()
    builder.add_columns(columns.cost * demand.wage_weight)
    for group in _find_groups(problem, columns, merge):
        _add_group(builder, problem, demand, group)
    _add_pins(builder, problem, columns, pins or Pins())
    if problem.shifts:
        _add_heads(builder, problem, columns)
        _add_part_time(builder, problem, columns)
    if budget is not None:
        builder.add_row(np.arange(len(columns.cost)), columns.cost, LESS, budget, "budget", 0)
    return builder
