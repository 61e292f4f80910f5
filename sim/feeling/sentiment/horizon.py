"""Optimal effort with an end, and with decay that changes at known times.

As ``sim.feeling.sentiment.control``, with k2(t) known in advance and a value at the end::

    -V_t + rho V = min_u { kappa u^2 + c (1-x)^2 + V_x (k1 u (1-x) - k2(t) x) + k3^2/2 V_xx }

Hours in which nobody works are known too: effort is at its least there, and it rises before them.
An announced brand event is a change of k2 from its hour on (``epsilon(t)`` of the event), and
effort moves before it. Before a rise of k2 it *falls* in the last hours, by a few hundredths:
sentiment built up then would not last; before a fall it rises. Solved backwards in implicit
steps, each monotone on any grid and of first order; steps of one and of half the length
together give second order (Richardson). Checked by ``tests/theory/test_sentiment_horizon.py``
(closed forms with an end, the stationary policy, orders of convergence, no better policy).
"""

import dataclasses
import math
from collections.abc import Callable, Sequence
from typing import Literal, get_args

import numpy as np

from sim.errors import InputError
from sim.feeling.sentiment.control import (
    ControlProblem,
    check_grid,
    describe_brand,
    guess_effort,
    solve_control,
)
from sim.feeling.sentiment.hjb_scheme import step_back

EndValue = Literal["stationary", "none", "periodic"]
Decay = float | Sequence[float] | np.ndarray | Callable[[float], float]


@dataclasses.dataclass(frozen=True, eq=False)
class EffortPlan:
    """Optimal effort over a horizon.

    Attributes
    ----------
    time_h : np.ndarray
        shape (n_times,), from 0 to the end.
    grid : np.ndarray
        shape (n,): sentiments in [0, 1].
    grid_effort, grid_value : np.ndarray
        shape (n_times, n): optimal effort; expected discounted cost from then on.
    k1 : float
        The brand's [1/h].
    k2_per_h : np.ndarray
        shape (n_times - 1,): mean decay between two times [1/h].
    baseline : float
        Sentiment towards which neglect pulls.
    """

    time_h: np.ndarray
    grid: np.ndarray
    grid_effort: np.ndarray
    grid_value: np.ndarray
    k1: float
    k2_per_h: np.ndarray
    baseline: float = 0.0

    def effort(self, time_h: float, x: float | np.ndarray) -> np.ndarray:
        """The optimal effort at a time and at sentiment ``x``, of the same shape."""
        return self._look_up(self.grid_effort, time_h, x)

    def cost(self, time_h: float, x: float | np.ndarray) -> np.ndarray:
        """The expected discounted cost from a time and sentiment ``x`` on."""
        return self._look_up(self.grid_value, time_h, x)

    def follow(self, start: float) -> tuple[np.ndarray, np.ndarray]:
        """Sentiment and effort at each of ``time_h``, without noise, from ``start``."""
        x, u = np.empty(self.time_h.size), np.empty(self.time_h.size)
        x[0] = start
        for i, gap_h in enumerate(np.diff(self.time_h)):
            u[i] = np.interp(x[i], self.grid, self.grid_effort[i])
            # Heun's step: the effort at the predicted end too
            slope = self._drift(i, x[i], u[i])
            ahead = min(max(x[i] + gap_h * slope, 0.0), 1.0)
            later = float(np.interp(ahead, self.grid, self.grid_effort[i + 1]))
            slope = 0.5 * (slope + self._drift(i, ahead, later))
            x[i + 1] = min(max(x[i] + gap_h * slope, 0.0), 1.0)
        u[-1] = np.interp(x[-1], self.grid, self.grid_effort[-1])
        return x, u

    def _drift(self, i: int, x: float, u: float) -> float:
        return self.k1 * u * (1.0 - x) - float(self.k2_per_h[i]) * (x - self.baseline)

    def _look_up(self, table: np.ndarray, time_h: float, x: float | np.ndarray) -> np.ndarray:
        last = self.time_h.size - 1
        place = float(np.interp(time_h, self.time_h, np.arange(last + 1)))
        below = min(int(place), last - 1)
        share = place - below
        low, high = (np.interp(x, self.grid, table[row]) for row in (below, below + 1))
        return np.asarray((1.0 - share) * low + share * high)


def plan_effort(
    k1: float,
    k2: Decay,
    k3: float,
    horizon_h: float,
    kappa: float = 1.0,
    c: float = 1.0,
    rho: float = 0.0005,
    *,
    end: EndValue = "stationary",
    open_hours: Sequence[bool] | np.ndarray | None = None,
    least_effort: float = 0.0,
    baseline: float = 0.0,
    nodes: int = 1001,
    steps_per_h: int = 20,
    kept_per_h: int = 4,
) -> EffortPlan:
    """The optimal effort over a horizon with decay known in advance.

    Parameters
    ----------
    k1, k3, kappa, c, rho
        As in `sim.feeling.optimal_effort`.
    k2 : float, sequence or callable
        Decay [1/h]: one number; one for each hour (the last goes on); or a function of the
        hour from the start, taken at the middle of each step.
    horizon_h : float
        Length [h]; a whole number of ``1 / kept_per_h``.
    end : str
        What comes after it: ``stationary`` (the last k2 for ever), ``periodic`` (the same
        horizon again, and again), or ``none`` (nothing counts: effort fades out).
    open_hours : sequence of bool, optional
        One for each hour: in closed ones effort is ``least_effort``, and that is known ahead.
    least_effort : float
        Effort is never below it.
    baseline : float
        Sentiment in [0, 1] towards which neglect pulls: decay is k2 (x - baseline).
    nodes, steps_per_h : int
        Points over [0, 1]; steps in time, a multiple of ``kept_per_h``.
    kept_per_h : int
        How many times an hour the control policy is kept.

    Returns
    -------
    EffortPlan
        The control policy, its cost, and the path that it leads to.

    Raises
    ------
    InputError
        A parameter out of its range.

    Examples
    --------
    >>> import sim
    >>> plan = sim.feeling.plan_effort(0.396, 0.164, 0.028, horizon_h=24.0, nodes=201)
    >>> round(float(plan.effort(12.0, 0.4)), 3)
    0.419
    """
    intervals = _count_intervals(horizon_h, steps_per_h, kept_per_h)
    stride = steps_per_h // kept_per_h
    fine = _read_decay(k2, 2 * intervals * stride, horizon_h)
    if not 0.0 <= baseline <= 1.0:
        raise InputError(f"effort plan: baseline = {baseline!r}, allowed: 0 to 1")
    problem = describe_brand(k1, float(fine[-1]), k3, kappa, c, rho, nodes)
    problem = problem._replace(pull=problem.pull + float(fine[-1]) * baseline)
    if end not in get_args(EndValue):
        raise InputError(f"effort plan: end = {end!r}, allowed: {', '.join(get_args(EndValue))}")
    last, most = np.zeros(nodes), _bound_effort(open_hours, least_effort, fine.size, horizon_h)
    if end != "none":
        guess = guess_effort(problem.grid, k1, float(fine[-1]), kappa, c)
        last = solve_control(problem, 0.0, guess=guess).value
    numbers = (least_effort, most)
    value, effort = solve_horizon(problem, fine / fine[-1], horizon_h, stride, last, *numbers)
    if end == "periodic":  # a constant more in the value changes no effort: one round is enough
        again = value[0] - value[0].min() + last.min()
        value, effort = solve_horizon(problem, fine / fine[-1], horizon_h, stride, again, *numbers)
    return EffortPlan(
        time_h=np.linspace(0.0, horizon_h, intervals + 1),
        grid=problem.grid,
        grid_effort=effort,
        grid_value=value,
        k1=float(k1),
        k2_per_h=fine.reshape(intervals, -1).mean(axis=1),
        baseline=float(baseline),
    )


def solve_horizon(
    problem: ControlProblem,
    pull_factor: np.ndarray,
    horizon_h: float,
    stride: int,
    end_value: np.ndarray,
    least_effort: float = -math.inf,
    most_effort: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Solve the HJB equation of ``problem`` backwards from its end.

    Parameters
    ----------
    problem : ControlProblem
        Coefficients on the grid.
    pull_factor : np.ndarray
        shape (2 m,): factor of the pull in each of 2 m equal parts of the horizon.
    horizon_h, stride : float, int
        Length [h]; the result is kept every ``stride`` of the m steps; divides m.
    end_value : np.ndarray
        shape (n,): cost at the end.
    least_effort : float
        Lower bound of the effort.
    most_effort : np.ndarray, optional
        shape (2 m,): upper bound in each of the parts; none if None.

    Returns
    -------
    tuple of np.ndarray
        Value and effort, each of shape (m / stride + 1, n), of second order in the step.

    Raises
    ------
    InputError
        If the grid is not equidistant, or a step does not settle.
    """
    check_grid(problem.grid)
    step = float(problem.grid[1] - problem.grid[0])
    numbers = (step, problem.effort_cost, problem.rho, least_effort)
    kept = pull_factor.size // (2 * stride)
    most = np.full(pull_factor.size, np.inf) if most_effort is None else most_effort

    def run(factor: np.ndarray, bound: np.ndarray, every: int) -> np.ndarray:
        values = np.empty((kept + 1, problem.grid.size))
        values[-1] = end_value
        arrays = (problem.gain, 0.5 * problem.noise**2, problem.state_cost)
        dt_h = horizon_h / factor.size
        if not step_back(problem.pull, factor, bound, *arrays, numbers, dt_h, every, values):
            raise InputError("effort plan: a time step does not converge; raise steps_per_h")
        return values

    halves = np.ascontiguousarray(most.reshape(-1, 2)[:, 0])
    coarse = run(pull_factor.reshape(-1, 2).mean(axis=1), halves, stride)
    fine = (np.ascontiguousarray(pull_factor), np.ascontiguousarray(most))
    value = 2.0 * run(*fine, 2 * stride) - coarse
    slope = np.gradient(value, step, axis=1)
    wanted = np.maximum(-problem.gain * slope / (2.0 * problem.effort_cost), least_effort)
    ahead = np.append(most[:: 2 * stride], most[-1])
    return value, np.minimum(wanted, ahead[:, None])


def _bound_effort(
    open_hours: Sequence[bool] | np.ndarray | None,
    least_effort: float,
    parts: int,
    horizon_h: float,
) -> np.ndarray:
    """Upper bound of the effort in each of equal parts of the horizon, shape (parts,)."""
    if not (math.isfinite(least_effort) and least_effort >= 0.0):
        raise InputError(f"effort plan: least_effort = {least_effort!r}, allowed: 0 or above")
    if open_hours is None:
        return np.full(parts, np.inf)
    is_open = np.asarray(open_hours, dtype=bool)
    if is_open.size != round(horizon_h):
        raise InputError(
            f"effort plan: open_hours has {is_open.size} values, allowed: one for each hour"
        )
    hour = ((np.arange(parts) + 0.5) * horizon_h / parts).astype(np.int64)
    return np.where(is_open[hour], np.inf, least_effort)


def _count_intervals(horizon_h: float, steps_per_h: int, kept_per_h: int) -> int:
    """How many times the control policy is kept, after the first."""
    if not (math.isfinite(horizon_h) and horizon_h > 0.0):
        raise InputError(f"effort plan: horizon_h = {horizon_h!r}, allowed: above 0")
    if kept_per_h < 1 or steps_per_h < 1 or steps_per_h % kept_per_h:
        raise InputError(
            f"effort plan: steps_per_h = {steps_per_h}, allowed: a multiple of kept_per_h = "
            f"{kept_per_h}, which is 1 or more"
        )
    intervals = horizon_h * kept_per_h
    if abs(intervals - round(intervals)) > 1e-9 or round(intervals) < 1:
        raise InputError(
            f"effort plan: horizon_h = {horizon_h:g}, allowed: a whole number of 1/{kept_per_h} h"
        )
    return round(intervals)


def _read_decay(k2: Decay, parts: int, horizon_h: float) -> np.ndarray:
    """K2 in each of equal parts of the horizon, shape (parts,)."""
    middle_h = (np.arange(parts) + 0.5) * horizon_h / parts
    if callable(k2):
        decay = np.array([float(k2(float(time))) for time in middle_h])
    else:
        hourly = np.atleast_1d(np.asarray(k2, dtype=np.float64))
        if hourly.ndim != 1 or hourly.size == 0:
            raise InputError("effort plan: k2: allowed: a number, one for each hour, a function")
        decay = hourly[np.minimum(middle_h.astype(np.int64), hourly.size - 1)]
    wrong = decay[~(np.isfinite(decay) & (decay > 0.0))]
    if wrong.size:
        raise InputError(f"effort plan: k2 = {float(wrong[0])!r}, allowed: above 0 at all times")
    return decay
