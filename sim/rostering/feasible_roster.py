"""The cheapest roster that keeps all agreements, that of fewest changes, or why there is none.

One mixed-integer program over the people in each column, under the rules of
``sim.rostering.rules`` and the agreements of ``sim.rostering.constraints``.
Checked by ``tests/unit/test_rostering_constraints.py`` (all rosters of a tiny problem enumerated).
"""

from collections.abc import Iterable

import numpy as np

from sim.errors import InfeasibleError
from sim.rostering.constraints import RosterConstraints
from sim.rostering.coverage import find_pools
from sim.rostering.program import Program, ProgramBuilder, Row
from sim.rostering.relaxation import find_relaxations
from sim.rostering.roster import Rosters
from sim.rostering.rules import list_changes, list_coverage, list_part_time, list_staff_limits
from sim.rostering.solver import INFEASIBLE, SolverLimits, solve_program

# Some 10 to 20 s of an ordinary machine where a shipped week is not solved at the root.
LIMITS = SolverLimits(nodes=5000, gap_rel=1e-4)


def find_cheapest(rosters: Rosters, constraints: RosterConstraints) -> tuple[np.ndarray, float]:
    """Find the cheapest roster that keeps the constraints, int, shape (n_columns,), and a bound.

    No roster that keeps them has a lower labor cost than the bound, even where the solver
    stopped before that roster was proven to be the cheapest.

    Raises
    ------
    InfeasibleError
        There is none; the text names the smallest change.
    """
    return _solve(rosters, pose_roster(rosters, constraints, rosters.columns.cost))


def find_nearest(rosters: Rosters, constraints: RosterConstraints) -> np.ndarray:
    """Find the roster of fewest changes, the cheapest of them, int, shape (n_columns,).

    Raises
    ------
    InfeasibleError
        There is none; the text names the smallest change.
    """
    cost = rosters.columns.cost
    price = 10.0 * max(float(cost.max(initial=0.0)), 1.0)
    return _solve(rosters, pose_roster(rosters, constraints, 0.001 * cost, price))[0]


def _solve(rosters: Rosters, program: Program) -> tuple[np.ndarray, float]:
    solution = solve_program(program, LIMITS)
    if solution.values is not None:
        return np.round(solution.values[: rosters.n]).astype(np.int64), solution.bound
    if solution.status != INFEASIBLE:
        raise InfeasibleError(
            f"no plan within the agreed shifts was found in {LIMITS.nodes} nodes of the "
            "solver's search"
        )
    change = find_relaxations(program, rosters.problem, rosters.columns, LIMITS)
    reason = "the agreed shifts conflict with opening hours, pool limits or part-time share"
    if not {"pins", "change"} & set(program.kind):
        reason = (
            "no shifts keep one person at work in every open hour within pool limits and part-time "
            "share"
        )
    raise InfeasibleError(f"{reason}; smallest change: {change}")


def pose_roster(
    rosters: Rosters, constraints: RosterConstraints, cost: np.ndarray, change_cost: float = 0.0
) -> Program:
    """State rules and constraints as a program; its first ``n_columns`` variables are people.

    Parameters
    ----------
    rosters : Rosters
        Columns, limits, rules.
    constraints : RosterConstraints
        Pins and the earlier plan.
    cost : np.ndarray
        shape (n_columns,): of a person.
    change_cost : float
        Of a change.
    """
    problem, columns = rosters.problem, rosters.columns
    builder = ProgramBuilder()
    builder.add_columns(cost)
    for group in find_pools(rosters.scenario).list_groups():
        builder.add_rows(_sort_by_time(list_coverage(problem, columns, [group])))
    n_pools = len(problem.pools)
    limits = list_staff_limits(problem, columns, rosters.most)
    for pool in range(n_pools):
        builder.add_rows(_sort_by_time(row for row in limits if row.place % n_pools == pool))
    builder.add_rows(list_part_time(problem, columns))
    builder.add_rows(list_changes(problem, columns))
    builder.add_rows(constraints.list_pins(columns, problem.shape))
    constraints.add_changes(builder, change_cost)
    return builder.build()


def _sort_by_time(rows: Iterable[Row]) -> list[Row]:
    """Sort a pool's rows by time, which decides between rosters of one cost."""
    return sorted(rows, key=lambda row: row.place)
