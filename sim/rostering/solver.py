"""The only door to PuLP and HiGHS: solve a program given as arrays.

HiGHS comes as a wheel from the package registry, needs no system package and was twice as
fast as CBC on a 2,520-integer shift model. One thread, a fixed seed, and a limit that counts
nodes: the same program gives the same values, on an idle machine or a busy one. A clock never
chooses between values; it can only end the whole work (``watch``). The objective is
scaled by a power of two before it goes in, so that tolerances are relative to its largest
coefficient.

Nothing is believed unchecked: a solution is read by ``sol_status`` only (PuLP's ``status``
says Optimal after a time limit, and infeasible variables hold numbers), must meet every row
again after rounding, and is called optimal only when the solver's own bound says so.
Checked by ``tests/unit/test_rostering_solver.py`` and ``tests/unit/test_rostering_brute_force.py``.
"""

import threading
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from sim.rostering.program import LESS, MORE, Program, meets_rows

OPTIMAL, FEASIBLE, INFEASIBLE, STOPPED = "optimal", "feasible", "infeasible", "stopped"
# Relative: equal up to the solver's rounding.
_GAP_TOL = 1e-8
# How long Ctrl-C may wait for the solver; shorter wakes for nothing.
_POLL_S = 0.2
# HiGHS' tolerance of whole numbers is 1e-6; a hundred times that is a fault.
_ROUNDS_TO_INTEGER = 1e-4


def _let_go_on() -> None:
    """Watch nothing."""


class SolverLimits(NamedTuple):
    """When to stop: after so many nodes of the search tree, or at so small a gap.

    Nodes, not seconds: what is returned is the same on any machine. ``watch`` is called now and
    then; what it raises stops the solver and comes through.
    """

    nodes: int = 100_000
    gap_rel: float = 0.0
    gap_abs: float = 0.0
    check_stop: Callable[[], None] = _let_go_on


class Solution(NamedTuple):
    """A solved program.

    ``values`` (n_columns,) and ``objective`` are None and nan unless the status is
    "optimal" or "feasible"; ``bound`` is proven to lie at or below the minimum;
    ``row_price`` (n_rows,) is the change of the minimum per unit of a row's right-hand
    side, given for relaxed (continuous) programs only.
    """

    status: str
    values: np.ndarray | None
    objective: float
    bound: float
    row_price: np.ndarray | None = None


def _scale_cost(cost: np.ndarray) -> float:
    """Power of two that brings the largest coefficient near 1,000."""
    largest = float(np.max(np.abs(cost), initial=0.0))
    return 1.0 if largest == 0.0 else float(2.0 ** np.round(10 - np.log2(largest)))


def _state(program: Program, scale: float) -> tuple[Any, list[Any]]:
    """State the program for PuLP: its problem, and its variables in order."""
    import pulp

    problem = pulp.LpProblem("program", pulp.LpMinimize)
    categories = np.where(program.integer, "Integer", "Continuous")
    lower = [None if np.isneginf(x) else float(x) for x in program.lower]
    upper = [None if np.isposinf(x) else float(x) for x in program.upper]
    variables = [
        problem.add_variable(f"x{i}", lower[i], upper[i], str(categories[i]))
        for i in range(program.n_columns)
    ]
    problem.setObjective(
        pulp.LpAffineExpression(zip(variables, (program.cost * scale).tolist(), strict=True))
    )
    order = np.argsort(program.entry_row, kind="stable")
    cuts = np.searchsorted(program.entry_row[order], np.arange(1, program.n_rows))
    for row, entries in enumerate(np.split(order, cuts) if program.n_rows else []):
        terms = [(variables[program.entry_column[e]], program.entry_value[e]) for e in entries]
        problem += _state_row(pulp.LpAffineExpression(terms), program, row)
    return problem, variables


def _state_row(left: Any, program: Program, row: int) -> Any:
    right = float(program.right[row])
    if program.sense[row] == LESS:
        return left <= right
    return left >= right if program.sense[row] == MORE else left == right


def _run_interruptibly(problem: Any, check_stop: Callable[[], None]) -> None:
    """Run the solver in a thread of its own: Python sees signals only outside of it."""
    model, done = problem.solverModel, threading.Event()
    model.HandleUserInterrupt = True

    def run() -> None:
        try:
            model.run()
        finally:
            done.set()

    worker = threading.Thread(target=run, daemon=True)
    try:
        worker.start()
        # an event, for an interrupted Thread.join takes a running thread for ended
        while not done.wait(_POLL_S):
            check_stop()
    except BaseException:
        model.cancelSolve()
        while worker.is_alive():
            done.wait(_POLL_S)
        raise


def _open_solver(limits: SolverLimits, relaxed: bool, scale: float) -> Any:
    """Open a quiet, one-threaded HiGHS that lets Ctrl-C through."""
    import pulp

    solver = pulp.HiGHS(
        mip=not relaxed,
        msg=False,
        threads=1,
        random_seed=0,
        gapRel=limits.gap_rel,
        gapAbs=limits.gap_abs * scale or None,
        mip_max_nodes=limits.nodes,
    )
    find_values = solver.findSolutionValues
    solver.callSolver = lambda problem: _run_interruptibly(problem, limits.check_stop)
    solver.findSolutionValues = lambda problem: _find_status(problem, find_values)
    return solver


def _find_status(problem: Any, find_values: Callable[[Any], Any]) -> Any:
    """Read PuLP's pair of statuses; it has none of its own for a limit of nodes."""
    import highspy
    import pulp

    model, limit = problem.solverModel, highspy.HighsModelStatus.kSolutionLimit
    if model.getModelStatus() != limit:
        return find_values(problem)
    if np.isinf(model.getInfo().objective_function_value):
        return pulp.LpStatusNotSolved, pulp.LpSolutionNoSolutionFound
    for variable, value in zip(problem.variables(), model.getSolution().col_value, strict=True):
        variable.varValue = value
    return pulp.LpStatusOptimal, pulp.LpSolutionIntegerFeasible


def _read(problem: Any, variables: list[Any]) -> np.ndarray | None:
    """Read the values of a solved problem, or None; nobody else reads one."""
    import pulp

    if problem.sol_status not in (pulp.LpSolutionOptimal, pulp.LpSolutionIntegerFeasible):
        return None
    values = [variable.value() for variable in variables]
    return None if None in values else np.asarray(values, dtype=float)


def _round(program: Program, values: np.ndarray, relaxed: bool) -> np.ndarray | None:
    """Round values to whole integers; None where they meet the rows no more."""
    values = np.clip(values, program.lower, program.upper)
    if not relaxed:
        whole = np.round(values)
        if np.any(np.abs(values - whole)[program.integer] > _ROUNDS_TO_INTEGER):
            return None
        values = np.where(program.integer, whole, values)
    return values if meets_rows(program, values) else None


def _name_status(objective: float, bound: float, is_proven: bool) -> str:
    near = abs(objective - bound) <= _GAP_TOL * max(1.0, abs(objective))
    return OPTIMAL if is_proven and near else FEASIBLE


def _solve_empty(program: Program) -> Solution:
    none = np.empty(0)
    if meets_rows(program, none):
        return Solution(OPTIMAL, none, 0.0, 0.0, np.zeros(program.n_rows))
    return Solution(INFEASIBLE, None, np.nan, np.inf)


def _find_bound(model: Any, program: Program, scale: float, relaxed: bool) -> float:
    info = model.getInfo()
    if relaxed or not program.integer.any():
        return float(info.objective_function_value) / scale
    return float(info.mip_dual_bound) / scale


def solve_program(
    program: Program, limits: SolverLimits | None = None, relaxed: bool = False
) -> Solution:
    """Solve a minimization.

    Parameters
    ----------
    program : Program
        Its columns should be bounded by costs or bounds.
    limits : SolverLimits, optional
        Default: 100,000 nodes, exact.
    relaxed : bool
        Drop integrality and give row prices.

    Returns
    -------
    Solution
        See there; never raises for a hard or infeasible program.

    Raises
    ------
    KeyboardInterrupt
        Within a fraction of a second after Ctrl-C, with the solver stopped.
    Exception
        So, too, whatever ``limits.watch`` raises.
    """
    import pulp

    if program.n_columns == 0:
        return _solve_empty(program)
    scale = _scale_cost(program.cost)
    problem, variables = _state(program, scale)
    problem.solve(_open_solver(limits or SolverLimits(), relaxed, scale))
    if problem.status == pulp.LpStatusInfeasible:
        return Solution(INFEASIBLE, None, np.nan, np.inf)
    is_linear = relaxed or not program.integer.any()
    is_proven = problem.sol_status == pulp.LpSolutionOptimal
    raw = _read(problem, variables)
    values = None if raw is None else _round(program, raw, relaxed)
    bound = _find_bound(problem.solverModel, program, scale, relaxed)
    if values is None or (is_linear and not is_proven):
        return Solution(STOPPED, None, np.nan, -np.inf if is_linear else bound)
    objective = float(program.cost @ values)
    prices = None
    if relaxed:
        prices = np.asarray([row.pi for row in problem.constraints()], dtype=float) / scale
    return Solution(_name_status(objective, bound, is_proven), values, objective, bound, prices)
