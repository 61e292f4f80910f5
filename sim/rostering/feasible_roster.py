"""The cheapest lineup that keeps all ties, the one of fewest changes, or why there is none.

One mixed-integer program over the people in each column: somebody at work in open hours
(any of several pools, where one is enough), agents at once, part-time share, pins, and the
changes against an earlier plan,

    x - more + less = earlier,   sum more <= N,   sum less <= N.

Checked by ``tests/unit/test_planning_ties.py`` (all lineups of a tiny problem enumerated).
"""

from typing import NamedTuple

import numpy as np

from sim.errors import InfeasibleError
from sim.rostering.constraints import MANY_PEOPLE
from sim.rostering.coverage import find_pools
from sim.rostering.program import EQUAL, LESS, MORE, Program, ProgramBuilder
from sim.rostering.relaxation import find_relaxations
from sim.rostering.roster import Rosters
from sim.rostering.solver import INFEASIBLE, SolverLimits, solve_program

# Some 10 to 20 s of an ordinary machine where a shipped week is not solved at the root.
LIMITS = SolverLimits(nodes=5000, gap_rel=1e-4)


class Bounds(NamedTuple):
    """Fewest and most people by column, the earlier plan, most changes against it."""

    lower: np.ndarray
    upper: np.ndarray
    earlier: np.ndarray | None = None
    most_changes: int | None = None


def find_cheapest(rosters: Rosters, bounds: Bounds) -> tuple[np.ndarray, float]:
    """Return the cheapest lineup that keeps the ties, int, shape (n_columns,), and a bound.

    No lineup that keeps them has lower wages than the bound, even where the solver
    stopped before that lineup was proven to be the cheapest.

    Raises
    ------
    InfeasibleError
        There is none; the text names the smallest change.
    """
    return _solve(rosters, pose_roster(rosters, bounds, rosters.columns.cost))


def find_nearest(rosters: Rosters, bounds: Bounds) -> np.ndarray:
    """Return the lineup of fewest changes, the cheapest of them, int, shape (n_columns,).

    Raises
    ------
    InfeasibleError
        There is none; the text names the smallest change.
    """
    cost = rosters.columns.cost
    price = 10.0 * max(float(cost.max(initial=0.0)), 1.0)
    return _solve(rosters, pose_roster(rosters, bounds, 0.001 * cost, price))[0]


def _solve(rosters: Rosters, program: Program) -> tuple[np.ndarray, float]:
    solution = solve_program(program, LIMITS)
    if solution.values is not None:
        return np.round(solution.values[: rosters.n]).astype(np.int64), solution.bound
    if solution.status != INFEASIBLE:
        raise InfeasibleError(
            f"no plan within the agreed shifts was found in {LIMITS.nodes} nodes of the solver"
        )
    change = find_relaxations(program, rosters.problem, rosters.columns, LIMITS)
    reason = (
        "the agreed shifts cannot all be kept with opening hours, pool limits and part-time share"
    )
    if not {"pins", "change"} & set(program.kind):
        reason = (
            "no shifts keep one person at work in every open hour within pool limits and part-time "
            "share"
        )
    raise InfeasibleError(f"{reason}; smallest change: {change}")


def pose_roster(
    rosters: Rosters, bounds: Bounds, cost: np.ndarray, change_cost: float = 0.0
) -> Program:
    """Return the program whose first ``n_columns`` variables are the people.

    Parameters
    ----------
    rosters : Rosters
        Columns, limits, rules.
    bounds : Bounds
        Pins and the earlier plan.
    cost : np.ndarray
        shape (n_columns,): of a person.
    change_cost : float
        Of a change.
    """
    builder = ProgramBuilder()
    builder.add_columns(cost)
    _add_coverage_rows(builder, rosters)
    _add_limits(builder, rosters)
    _add_part_time(builder, rosters)
    for column in np.flatnonzero(bounds.lower > 0):
        at = _place(rosters, column)
        builder.add_row([column], 1.0, MORE, float(bounds.lower[column]), "pins", at)
    for column in np.flatnonzero(bounds.upper < MANY_PEOPLE):
        at = _place(rosters, column)
        builder.add_row([column], 1.0, LESS, float(bounds.upper[column]), "pins", at)
    if bounds.earlier is not None:
        _add_changes(builder, bounds.earlier, bounds.most_changes, change_cost)
    return builder.build()


def _place(rosters: Rosters, column: np.intp) -> int:
    at = (rosters.columns.day[column], rosters.columns.shift[column], rosters.columns.pool[column])
    return int(np.ravel_multi_index(at, rosters.problem.shape))


def _list_patterns(covers: np.ndarray, intervals: np.ndarray) -> list[tuple[int, np.ndarray]]:
    """Return one interval and the columns that work it for each set of columns that differs."""
    found: dict[bytes, tuple[int, np.ndarray]] = {}
    for interval in intervals:
        works = covers[:, interval]
        found.setdefault(works.tobytes(), (int(interval), np.flatnonzero(works)))
    return list(found.values())


def _add_coverage_rows(builder: ProgramBuilder, rosters: Rosters) -> None:
    pools, one_is_enough = find_pools(rosters.scenario)
    is_open, n_pools = np.flatnonzero(rosters.problem.open_mask), len(rosters.problem.pools)
    for group in [pools] if one_is_enough else [(pool,) for pool in pools]:
        mine = rosters.columns.covers & np.isin(rosters.columns.pool, group)[:, None]
        for interval, columns in _list_patterns(mine, is_open):
            builder.add_row(columns, 1.0, MORE, 1.0, "required", interval * n_pools + group[0])


def _add_limits(builder: ProgramBuilder, rosters: Rosters) -> None:
    intervals, n_pools = np.arange(rosters.problem.n_intervals), len(rosters.problem.pools)
    for pool in range(n_pools):
        mine = rosters.columns.covers & (rosters.columns.pool == pool)[:, None]
        for interval, columns in _list_patterns(mine, intervals):
            if len(columns):
                most = float(rosters.most[pool])
                builder.add_row(columns, 1.0, LESS, most, "staff_limit", interval * n_pools + pool)


def _add_part_time(builder: ProgramBuilder, rosters: Rosters) -> None:
    share, columns = rosters.problem.rules.part_time_share, rosters.columns
    if share < 1.0 and columns.part_time.any():
        values = columns.paid_min * (columns.part_time - share)
        builder.add_row(np.arange(rosters.n), values, LESS, 0.0, "part_time", 0)


def _add_changes(
    builder: ProgramBuilder, earlier: np.ndarray, most: int | None, change_cost: float
) -> None:
    n = len(earlier)
    more = builder.add_columns(np.zeros(n), integer=False)
    less = builder.add_columns(np.zeros(n), integer=False)
    changes = builder.add_columns([change_cost], integer=False)[0]
    for column, heads in enumerate(earlier):
        terms = [column, more[column], less[column]]
        builder.add_row(terms, [1.0, -1.0, 1.0], EQUAL, float(heads), "change")
    for side in (more, less):
        values = np.r_[np.ones(n), -1.0]
        builder.add_row(np.r_[side, changes], values, LESS, 0.0, "change")
    if most is not None:
        builder.add_row([changes], 1.0, LESS, float(most), "changes", 0)
