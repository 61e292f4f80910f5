"""The best roster under the cuts: a program over people in each column, and its relaxation.

    maximize  theta
    subject to  theta <= V_k + sum_t g_kt,  g_kt <= more_kt (s_t - s_kt),  g_kt <= less_kt (...)
                s = heads of x; wages x + other costs (linear at the first cut) <= budget
                the shift rules, minimum coverage and agreements of ``sim.rostering.rules``
                |x - x_0| of at most k exchanges, where that is asked

Intervals that the same columns work are one row. Solved relaxed it bounds every roster that the
cuts hold for; solved in whole people it gives the next roster to visit. Checked by
``tests/unit/test_bounds_roster_program.py`` (all rosters of small days enumerated).
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.planning.bounds.roster_cuts import Cut
from sim.rostering.program import EQUAL, LESS, Program, ProgramBuilder
from sim.rostering.roster import Rosters
from sim.rostering.rules import (
    IntervalGroup,
    group_intervals,
    list_changes,
    list_coverage,
    list_part_time,
    list_staff_limits,
)
from sim.rostering.solver import SolverLimits, solve_program

# Nodes of the solver's search for the next roster: a point near the best is as good as the best.
LIMITS = SolverLimits(nodes=40, gap_rel=2e-3)
# Of the satisfaction that the cuts promise: an upper end of theta, so that the program is bounded.
MOST = 10.0


class Money(NamedTuple):
    """What rosters may cost.

    Attributes
    ----------
    wages : float
        Of the first cut's roster [scenario.currency].
    rest : float
        Of the budget, what that roster left [scenario.currency], 0 or more.
    """

    wages: float
    rest: float


def bound_value(
    rosters: Rosters, cuts: Sequence[Cut], money: Money, exchanges: int | None = None
) -> float:
    """Bound V over all rosters, or over those within so many exchanges of the first; inf: none."""
    solution = solve_program(pose(rosters, cuts, money, exchanges), relaxed=True)
    return -solution.objective if solution.values is not None else math.inf


def propose_roster(
    rosters: Rosters, cuts: Sequence[Cut], money: Money, exchanges: int | None = None
) -> np.ndarray | None:
    """Propose the roster of most value under the cuts; None where none was found."""
    solution = solve_program(pose(rosters, cuts, money, exchanges, whole=True), LIMITS)
    if solution.values is None:
        return None
    return np.round(solution.values[: rosters.n]).astype(np.int64)


def pose(
    rosters: Rosters,
    cuts: Sequence[Cut],
    money: Money,
    exchanges: int | None,
    whole: bool = False,
) -> Program:
    """State the program; its first columns are people by column of the shift problem."""
    builder = ProgramBuilder()
    people = builder.add_columns(np.zeros(rosters.n), integer=whole)
    (theta,) = builder.add_columns([-1.0], -MOST, MOST, integer=False)
    groups = list_groups(rosters)
    for cut in cuts:
        add_cut(builder, groups, cut, theta)
    add_money(builder, rosters, groups, cuts[0], money)
    add_rules(builder, rosters)
    if exchanges is not None:
        add_exchanges(builder, people, cuts[0].roster, exchanges)
    return builder.build()


def list_groups(rosters: Rosters) -> list[tuple[int, IntervalGroup]]:
    """List by pool the intervals that the same columns work."""
    every = np.arange(rosters.problem.n_intervals)
    return [
        (pool, group)
        for pool in range(len(rosters.problem.pools))
        for group in group_intervals(
            rosters.columns, np.flatnonzero(rosters.columns.pool == pool), every
        )
        if group.columns.size
    ]


def add_cut(
    builder: ProgramBuilder, groups: Sequence[tuple[int, IntervalGroup]], cut: Cut, theta: int
) -> None:
    """Add one cut: the value is at most what its slopes allow."""
    gains = builder.add_columns(np.zeros(len(groups)), -np.inf, np.inf, integer=False)
    for gain, (pool, group) in zip(gains, groups, strict=True):
        heads = float(cut.heads[group.intervals[0], pool])
        for slopes in (cut.more, cut.less):
            slope = float(slopes[group.intervals, pool].sum())
            terms, values = np.r_[gain, group.columns], np.r_[1.0, -slope * group.shares]
            builder.add_row(terms, values, LESS, -slope * heads, "cut")
    terms, values = np.r_[theta, gains], np.r_[1.0, -np.ones(len(gains))]
    builder.add_row(terms, values, LESS, cut.credit.value, "cut")


def add_money(
    builder: ProgramBuilder,
    rosters: Rosters,
    groups: Sequence[tuple[int, IntervalGroup]],
    cut: Cut,
    money: Money,
) -> None:
    """Add the budget: wages, and what other costs change with heads at the first cut."""
    price, change = rosters.columns.cost.astype(float).copy(), 0.0
    for pool, group in groups:
        other = float(cut.other_cost[group.intervals, pool].sum())
        price[group.columns] += other * group.shares
        change += other * float(cut.heads[group.intervals[0], pool])
    right = money.wages + money.rest + change
    builder.add_row(np.arange(rosters.n), price, LESS, right, "budget", 0)


def add_rules(builder: ProgramBuilder, rosters: Rosters) -> None:
    """Add the shift rules, who must be at work, and agreements."""
    problem, columns = rosters.problem, rosters.columns
    needed = rosters.minimum_coverage
    if needed is not None:
        builder.add_rows(list_coverage(problem, columns, needed.needed.list_groups()))
    builder.add_rows(list_staff_limits(problem, columns, rosters.most))
    builder.add_rows(list_part_time(problem, columns))
    builder.add_rows(list_changes(problem, columns))
    if rosters.constraints is not None:
        builder.add_rows(rosters.constraints.list_pins(columns, problem.shape))
        rosters.constraints.add_changes(builder, 0.0)


def add_exchanges(
    builder: ProgramBuilder, people: np.ndarray, roster: np.ndarray, exchanges: int
) -> None:
    """Add that at most so many people are added, and so many taken away."""
    n = len(people)
    up, down = (builder.add_columns(np.zeros(n), integer=False) for _ in range(2))
    for column, count in enumerate(roster):
        terms = [people[column], up[column], down[column]]
        builder.add_row(terms, [1.0, -1.0, 1.0], EQUAL, float(count), "exchange")
    for side in (up, down):
        builder.add_row(side, 1.0, LESS, float(exchanges), "exchange")
