"""Staffing by shifts or freely: the cheapest cover, and the most gain for a budget.

    cover:  minimize    wages [+ under_cost * short agent-hours + over_cost * surplus ones]
            subject to  staff >= required   (unless an under_cost is given)
    value:  maximize    sum over intervals, pools and k <= staff of gain[t, p, k] - price * wages
            subject to  wages <= budget

both under the rules of :class:`sim.rostering.shift_problem.WeeklyRules`, with pins and the price of
leaving an earlier plan. Concave gains make the k-th agent worth no more than the one
before, so people stay integers and segments of the gain continuous. Set covering by
shifts goes back to Dantzig (1954), DOI 10.1287/opre.2.3.339.
Checked by ``tests/unit/test_milp_brute_force.py`` (all plans of tiny problems enumerated)
and ``tests/theory/test_covering_published.py``.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.errors import InputError
from sim.rostering.columns import Columns, count_staff, lay_columns
from sim.rostering.cover import CoverDemand, build_cover_program, sum_slopes
from sim.rostering.named_roster import count_heads
from sim.rostering.relaxation import find_relaxations
from sim.rostering.shift_problem import Pins, ShiftPlan, ShiftProblem
from sim.rostering.solver import INFEASIBLE, STOPPED, Solution, SolverLimits, solve_program

_RELAX_NODES = 1000  # of each alternative that is told: a small program, solved at its root


class StaffPrices(NamedTuple):
    """What one more unit would be worth: optimal dual prices of the linear relaxation.

    ``agent`` (n_intervals, n_pools): one more agent in that interval only, in units of
    gain; ``budget``: one more unit of money. Upper bounds on the relaxation's own change;
    where several prices are optimal, one of them.
    """

    agent: np.ndarray
    budget: float


def read_required(problem: ShiftProblem, required: npt.ArrayLike) -> np.ndarray:
    """Return a requirement as whole numbers, shape (n_intervals, n_pools).

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
    """Return marginal gains, shape (n_intervals, n_pools, n_agents).

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


def _check_money(**amounts: float | None) -> None:
    for name, amount in amounts.items():
        if amount is not None and not 0 <= amount < np.inf:
            raise InputError(f"{name}: {amount}, must be a number of 0 or more")


def _demand_cover(
    problem: ShiftProblem, required: np.ndarray, under_cost: float | None, over_cost: float
) -> CoverDemand:
    hours = problem.interval_min / 60.0
    agent = np.arange(1, 1 + int(required.max(initial=0)))
    short = 0.0 if under_cost is None else under_cost
    slopes = np.where(agent <= required[:, :, None], -short * hours, over_cost * hours)
    minimum = required if under_cost is None else np.zeros_like(required)
    return CoverDemand(minimum, slopes, np.full(required.shape, over_cost * hours))


def _change_cost(columns: Columns, pins: Pins, heads: np.ndarray) -> float:
    if pins.earlier is None:
        return 0.0
    before = np.asarray(pins.earlier)[columns.day, columns.shift, columns.pool]
    return pins.change_cost * float(np.abs(heads - before).sum())


def _doubt_heads(problem: ShiftProblem, heads: np.ndarray) -> str:
    """Return a warning where nested shift types ask for more heads than the limit."""
    if problem.rules.max_heads is None:
        return ""
    over = [
        f"{problem.pools[p]} {total} (limit {problem.rules.max_heads[p]})"
        for p, total in enumerate(heads.sum(axis=1))
        if total > problem.rules.max_heads[p]
    ]
    return f"no roster by name was found within the limit of heads: {', '.join(over)}" * bool(over)


def _gather(
    problem: ShiftProblem, columns: Columns, demand: CoverDemand, pins: Pins, solution: Solution
) -> ShiftPlan:
    """Return the plan of a solved minimization; objective and bound still to be minimized."""
    assert solution.values is not None
    people = np.round(solution.values[: len(columns.cost)]).astype(np.int64)
    counts = np.zeros(problem.shape, dtype=np.int64)
    counts[columns.day, columns.shift, columns.pool] = people
    staff = count_staff(problem, columns, people)
    cost = float(columns.cost @ people)
    objective = demand.wage_weight * cost + sum_slopes(demand, staff)
    objective += _change_cost(columns, pins, people)
    bound = min(solution.bound + sum_slopes(demand, problem.base_staff), objective)
    heads = count_heads(problem, counts) if problem.shifts else None
    doubt = "" if heads is None else _doubt_heads(problem, heads)
    return ShiftPlan(
        solution.status, counts, staff, cost, objective, bound, objective - bound, heads, doubt
    )


def _refuse(status: str, bound: float, reason: str) -> ShiftPlan:
    return ShiftPlan(status, None, None, np.nan, np.nan, bound, np.inf, None, reason)


def _solve(
    problem: ShiftProblem,
    demand: CoverDemand,
    budget: float | None,
    pins: Pins | None,
    limits: SolverLimits | None,
) -> ShiftPlan:
    pins, limits = pins or Pins(), limits or SolverLimits()
    columns = lay_columns(problem)
    program = build_cover_program(problem, columns, demand, budget, pins)
    solution = solve_program(program, limits)
    if solution.status == INFEASIBLE:
        plain = build_cover_program(problem, columns, demand, budget, pins, merge=False)
        short = limits._replace(nodes=min(limits.nodes, _RELAX_NODES), gap_rel=0.0)
        change = find_relaxations(plain, problem, columns, short)
        return _refuse(INFEASIBLE, np.nan, f"no plan fits: {change}")
    if solution.values is None:
        bound = solution.bound + sum_slopes(demand, problem.base_staff)
        reason = f"no plan was found in {limits.nodes} nodes; allow more nodes or a wider gap"
        return _refuse(STOPPED, bound, reason)
    return _gather(problem, columns, demand, pins, solution)


def _shift_objective(plan: ShiftPlan, sign: float, constant: float) -> ShiftPlan:
    objective, bound = sign * plan.objective + constant, sign * plan.bound + constant
    return replace(plan, objective=objective, bound=bound)


def solve_cover(
    required: npt.ArrayLike,
    problem: ShiftProblem,
    budget: float | None = None,
    under_cost: float | None = None,
    over_cost: float = 0.0,
    pins: Pins | None = None,
    limits: SolverLimits | None = None,
) -> ShiftPlan:
    """Find the cheapest plan that covers a requirement.

    Parameters
    ----------
    required : array_like of int, shape (n_intervals, n_pools)
        Agents wanted.
    problem : ShiftProblem
        Shifts, rules, wages; without shifts each interval is staffed freely.
    budget : float, optional
        Most wages [money].
    under_cost : float, optional
        Price of an agent-hour short [money/h]; None: nothing may be short.
    over_cost : float
        Price of an agent-hour above the requirement, on top of its wage [money/h].
    pins : Pins, optional
        Fixed or bounded counts, and the price of leaving an earlier plan.
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
    wanted = read_required(problem, required)
    _check_money(budget=budget, under_cost=under_cost, over_cost=over_cost)
    demand = _demand_cover(problem, wanted, under_cost, over_cost)
    hours = problem.interval_min / 60.0
    plan = _solve(problem, demand, budget, pins, limits)
    return _shift_objective(plan, 1.0, (under_cost or 0.0) * hours * float(wanted.sum()))


def _demand_value(
    problem: ShiftProblem, gains: npt.ArrayLike, required: npt.ArrayLike | None, price: float
) -> CoverDemand:
    gain, shape = read_gains(problem, gains), (problem.n_intervals, len(problem.pools))
    least = np.zeros(shape, dtype=np.int64)
    if required is not None:
        least = read_required(problem, required)
    return CoverDemand(least, -gain, np.zeros(shape), price)


def solve_value(
    gains: npt.ArrayLike,
    problem: ShiftProblem,
    budget: float | None = None,
    required: npt.ArrayLike | None = None,
    wage_price: float = 0.0,
    pins: Pins | None = None,
    limits: SolverLimits | None = None,
) -> ShiftPlan:
    """Find the plan with the most gain for a budget.

    Parameters
    ----------
    gains : array_like, shape (n_intervals, n_pools, n_agents)
        Gain of the k-th agent, 0 or more and not rising in k; agents beyond add nothing.
    problem : ShiftProblem
        Shifts, rules, wages; without shifts each interval is staffed freely.
    budget : float, optional
        Most wages [money].
    required : array_like of int, shape (n_intervals, n_pools), optional
        Least staff.
    wage_price : float
        Gain that a unit of money is worth; subtracted from the gain for the wages paid.
    pins : Pins, optional
        Fixed or bounded counts; ``change_cost`` in units of gain.
    limits : SolverLimits, optional
        Default: 100,000 nodes, exact.

    Returns
    -------
    ShiftPlan
        ``objective`` in units of gain, ``bound`` above it.

    Raises
    ------
    InputError
        Numbers of the wrong shape, sign or kind.
    """
    _check_money(budget=budget, wage_price=wage_price)
    demand = _demand_value(problem, gains, required, wage_price)
    return _shift_objective(_solve(problem, demand, budget, pins, limits), -1.0, 0.0)


def price_value(
    gains: npt.ArrayLike, problem: ShiftProblem, budget: float | None = None
) -> StaffPrices | None:
    """Price one more agent in each interval, and one more unit of budget.

    Parameters are those of :func:`solve_value`; nobody needs to be whole, and there is no
    least staff. Returns None where even so there is no solution.
    """
    _check_money(budget=budget)
    demand, columns = _demand_value(problem, gains, None, 0.0), lay_columns(problem)
    program = build_cover_program(problem, columns, demand, budget, merge=False)
    price = solve_program(program, relaxed=True).row_price
    if price is None:
        return None
    agent, per_money = np.zeros(demand.required.shape), 0.0
    for row, kind in enumerate(program.kind):
        if kind == "curve":
            agent.flat[program.place[row]] = price[row]
        elif kind == "budget":
            per_money = -price[row]
    return StaffPrices(np.clip(agent, 0.0, _find_next_gain(problem, demand)), float(per_money))


def _find_next_gain(problem: ShiftProblem, demand: CoverDemand) -> np.ndarray:
    """Return the gain of the first agent to add, above which no agent is worth anything.

    Where nobody is, every higher price is optimal too.
    """
    slopes = np.concatenate([demand.slopes, demand.tail[:, :, None]], axis=2)
    have = np.minimum(problem.base_staff, demand.slopes.shape[2])
    return -np.take_along_axis(slopes, have[:, :, None], axis=2)[:, :, 0]
