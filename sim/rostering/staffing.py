"""Staffing by shifts or freely: the cheapest cover, and the most gain for a budget.

    cover:  minimize  labor cost                                    subject to  staff >= required
    value:  maximize  sum over intervals, pools and k <= staff of gain[t, p, k]
                                                                subject to  labor cost <= budget

both under the rules of ``sim.rostering.rules``. Concave gains make the k-th agent worth no
more than the one before, so people stay integers and segments of the gain continuous. Set
covering by shifts goes back to Dantzig (1954), DOI 10.1287/opre.2.3.339.
Checked by ``tests/unit/test_rostering_brute_force.py`` (all plans of tiny problems enumerated)
and ``tests/theory/test_covering_published.py``.
"""

import numpy as np
import numpy.typing as npt

from sim.errors import InputError
from sim.rostering.columns import Columns, count_staff, lay_columns
from sim.rostering.cover import begin_cover_program, build_value_program
from sim.rostering.relaxation import find_relaxations
from sim.rostering.shift_problem import ShiftPlan, ShiftProblem
from sim.rostering.solver import INFEASIBLE, STOPPED, Solution, SolverLimits, solve_program

_RELAX_NODES = 1000  # of each alternative that is listed: a small program, solved at its root


def read_required(problem: ShiftProblem, required: npt.ArrayLike) -> np.ndarray:
    """Check a requirement and turn it into whole numbers, shape (n_intervals, n_pools).

    Raises
    ------
    InputError
        Wrong shape, negative, not finite or not whole.
    """
    wanted = np.asarray(required, dtype=float)
    shape = (problem.n_intervals, len(problem.pools))
    if wanted.shape != shape:
        raise InputError(f"required: shape {wanted.shape}, must be {shape}")
    if not np.all(np.isfinite(wanted) & (wanted >= 0) & (wanted == np.round(wanted))):
        raise InputError("required: must be whole numbers of 0 or more")
    return wanted.astype(np.int64)


def read_gains(problem: ShiftProblem, gains: npt.ArrayLike) -> np.ndarray:
    """Check marginal gains and turn them into floats, shape (n_intervals, n_pools, n_agents).

    Raises
    ------
    InputError
        Wrong shape, negative, not finite, or rising in the number of agents.
    """
    gain = np.asarray(gains, dtype=float)
    shape = (problem.n_intervals, len(problem.pools))
    if gain.ndim != 3 or gain.shape[:2] != shape:
        raise InputError(f"gains: shape {gain.shape}, must be {(*shape, 'n_agents')}")
    rounding = 1e-12 * float(np.max(gain, initial=1.0, where=np.isfinite(gain)))
    if not np.all(np.isfinite(gain) & (gain >= 0)) or np.any(np.diff(gain, axis=2) > rounding):
        raise InputError("gains: must be finite, 0 or more, and not rise from agent to agent")
    return np.minimum.accumulate(gain, axis=2)


def sum_gains(gains: np.ndarray, staff: np.ndarray) -> float:
    """Total gain of a staffing of shape (n_intervals, n_pools)."""
    number = np.arange(gains.shape[2])
    if np.issubdtype(staff.dtype, np.integer):
        return float(gains[number < staff[:, :, None]].sum())
    return float((gains * np.clip(staff[:, :, None] - number, 0.0, 1.0)).sum())


def _lay_plan(
    problem: ShiftProblem, columns: Columns, solution: Solution
) -> tuple[np.ndarray, np.ndarray, float]:
    """Lay out people by shift, staff and labor cost of a solution."""
    assert solution.values is not None
    people = np.round(solution.values[: len(columns.cost)]).astype(np.int64)
    counts = np.zeros(problem.shape, dtype=np.int64)
    counts[columns.day, columns.shift, columns.pool] = people
    return counts, count_staff(problem, columns, people), float(columns.cost @ people)


def _refuse(status: str, bound: float, reason: str) -> ShiftPlan:
    return ShiftPlan(status, None, None, np.nan, np.nan, bound, np.inf, reason)


def _format_stop(limits: SolverLimits) -> str:
    return f"no plan was found in {limits.nodes} nodes; allow more nodes or a wider gap"


def solve_cover(
    required: npt.ArrayLike, problem: ShiftProblem, limits: SolverLimits | None = None
) -> ShiftPlan:
    """Find the cheapest plan that covers a requirement.

    Parameters
    ----------
    required : array_like of int, shape (n_intervals, n_pools)
        Agents wanted.
    problem : ShiftProblem
        Shifts, rules, labor cost; without shifts each interval is staffed freely.
    limits : SolverLimits, optional
        Default: 100,000 nodes, exact.

    Returns
    -------
    ShiftPlan
        ``objective`` in money, ``bound`` below it. An infeasible problem gives a plan
        without counts whose ``reason`` tells the smallest changes.

    Raises
    ------
    InputError
        Numbers of the wrong shape, sign or kind.
    """
    wanted, limits = read_required(problem, required), limits or SolverLimits()
    columns = lay_columns(problem)
    solution = solve_program(begin_cover_program(problem, columns, wanted).build(), limits)
    if solution.status == INFEASIBLE:
        plain = begin_cover_program(problem, columns, wanted, merge=False).build()
        short = limits._replace(nodes=min(limits.nodes, _RELAX_NODES), gap_rel=0.0)
        change = find_relaxations(plain, problem, columns, short)
        return _refuse(INFEASIBLE, np.nan, f"no plan fits: {change}")
    if solution.values is None:
        return _refuse(STOPPED, solution.bound, _format_stop(limits))
    counts, staff, cost = _lay_plan(problem, columns, solution)
    bound = min(solution.bound, cost)
    return ShiftPlan(solution.status, counts, staff, cost, cost, bound, cost - bound, "")


def solve_value(
    gains: npt.ArrayLike, problem: ShiftProblem, budget: float, limits: SolverLimits | None = None
) -> ShiftPlan:
    """Find the plan with the most gain for a budget.

    Parameters
    ----------
    gains : array_like, shape (n_intervals, n_pools, n_agents)
        Gain of the k-th agent, 0 or more and not rising in k; agents beyond add nothing.
    problem : ShiftProblem
        Shifts, rules, labor cost; without shifts each interval is staffed freely.
    budget : float
        Most wages [money].
    limits : SolverLimits, optional
        Default: 100,000 nodes, exact.

    Returns
    -------
    ShiftPlan
        ``objective`` in units of gain, ``bound`` above it. Nobody at work keeps every rule,
        so there is a plan unless the solver stopped before it found one.

    Raises
    ------
    InputError
        Numbers of the wrong shape, sign or kind.
    """
    if not 0 <= budget < np.inf:
        raise InputError(f"budget: {budget}, must be a number of 0 or more")
    gain, limits, columns = (
        read_gains(problem, gains),
        limits or SolverLimits(),
        lay_columns(problem),
    )
    solution = solve_program(build_value_program(problem, columns, gain, budget), limits)
    if solution.values is None:
        return _refuse(STOPPED, -solution.bound, _format_stop(limits))
    counts, staff, cost = _lay_plan(problem, columns, solution)
    objective = sum_gains(gain, staff)
    bound = max(-solution.bound, objective)
    return ShiftPlan(solution.status, counts, staff, cost, objective, bound, bound - objective, "")
