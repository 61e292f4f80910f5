"""Optimal response effort: the stationary Hamilton-Jacobi-Bellman equation.

Symbols: ``x`` sentiment, ``u`` effort, ``V`` expected discounted cost, ``rho`` discount rate::

    rho V = min_u { kappa u^2 + c (1-x)^2 + V' (k1 u (1-x) - k2 x) + k3^2/2 V'' }
    u*    = -(k1 / 2 kappa) (1 - x) V',     alpha = u*(x^) / (1 - x^)
    x^    = (2 + r - sqrt(r^2 + 4 r)) / 2,  r = k2 / (k1 alpha)

Source: Mousavi, Johar & Mookerjee (2020), doi 10.1287/isre.2019.0889. Solved on a grid by
policy iteration (Howard 1960) over an exponentially fitted, monotone scheme (Il'in 1969;
the process is a Markov chain on the grid, reflected at both ends), so any noise from
zero up is safe. With V = W + g/rho only W, of order 1, is solved for: nothing cancels
when ``rho`` is small. Checked by ``tests/theory/test_sentiment_control.py`` against Sethi's
advertising model, the linear-quadratic regulator, the steady state of the costate
equations and the published brands.
"""

import dataclasses
import math
from typing import NamedTuple

import numpy as np

from sim.errors import InputError

MAX_ROUNDS = 200
SLOPE_TOLERANCE = 1e-9
CHORD = 0.01


class ControlProblem(NamedTuple):
    """min E int e^{-rho t} (effort_cost u^2 + state_cost) dt, dx = (pull + gain u) dt + noise dW.

    Attributes
    ----------
    grid : np.ndarray
        shape (n,), equidistant, ascending: the states.
    pull, gain, noise, state_cost : np.ndarray
        shape (n,): drift without effort, drift per unit of effort, standard
        deviation of the noise, cost of the state.
    effort_cost, rho : float
        Both above 0; rho in 1/h.
    """

    grid: np.ndarray
    pull: np.ndarray
    gain: np.ndarray
    noise: np.ndarray
    state_cost: np.ndarray
    effort_cost: float
    rho: float


class ControlSolution(NamedTuple):
    """Solution of a `ControlProblem` on its grid.

    Attributes
    ----------
    effort, value : np.ndarray
        shape (n,): optimal effort; expected discounted cost.
    cost_rate : np.ndarray
        shape (n,): rho times the value [1/h], exact however small rho is.
    drift : np.ndarray
        shape (n,): drift under the optimal effort [1/h].
    """

    effort: np.ndarray
    value: np.ndarray
    cost_rate: np.ndarray
    drift: np.ndarray


@dataclasses.dataclass(frozen=True, eq=False)
class OptimalEffort:
    """Optimal response effort of a brand.

    Attributes
    ----------
    fixed_point : float
        Sentiment at which the controlled drift is zero.
    alpha : float
        Effort at the fixed point over the distance to full sentiment.
    half_life_h : float
        Of a small deviation from the fixed point, under optimal effort [h].
    cost_rate : float
        rho times the expected discounted cost from the fixed point [1/h].
    grid, grid_effort : np.ndarray
        Sentiments in [0, 1] and the optimal effort at each.
    """

    fixed_point: float
    alpha: float
    half_life_h: float
    cost_rate: float
    grid: np.ndarray
    grid_effort: np.ndarray

    def effort(self, x: float | np.ndarray) -> np.ndarray:
        """Return the optimal effort at sentiment ``x`` in [0, 1], of the same shape."""
        return np.asarray(np.interp(x, self.grid, self.grid_effort))


def solve_control(problem: ControlProblem, least_effort: float = -math.inf) -> ControlSolution:
    """Solve the stationary HJB equation of ``problem`` by policy iteration.

    Parameters
    ----------
    problem : ControlProblem
        Coefficients on the grid; the drift should point inward at both ends.
    least_effort : float
        Lower bound of the effort.

    Returns
    -------
    ControlSolution
        To second order in the grid's step where the noise is felt, else to first.

    Raises
    ------
    InputError
        If the iteration does not settle.
    """
    step = float(problem.grid[1] - problem.grid[0])
    middle = problem.grid.size // 2
    effort, level, last_change = np.zeros(problem.grid.size), 0.0, math.inf
    for _ in range(MAX_ROUNDS):
        relative = _evaluate_policy(problem, effort, level, step)
        level += problem.rho * relative[middle]
        slope = np.gradient(relative, step)
        better = np.maximum(-problem.gain * slope / (2.0 * problem.effort_cost), least_effort)
        change = float(np.max(np.abs(better - effort)))
        effort = better
        if change <= SLOPE_TOLERANCE or last_change <= change < 1e-6:
            break
        last_change = change
    else:
        raise InputError("optimal effort: the iteration does not settle for these parameters")
    relative = _evaluate_policy(problem, effort, level, step)
    cost_rate = level + problem.rho * relative
    drift = problem.pull + problem.gain * effort
    return ControlSolution(effort, relative + level / problem.rho, cost_rate, drift)


def optimal_effort(
    k1: float,
    k2: float,
    k3: float,
    kappa: float = 1.0,
    c: float = 1.0,
    rho: float = 0.0005,
    nodes: int = 4001,
) -> OptimalEffort:
    """Return the effort that minimizes the discounted cost of effort and bad sentiment.

    Parameters
    ----------
    k1, k2 : float
        Effect of effort, decay [1/h]; above 0.
    k3 : float
        Noise, standard deviation per square root of an hour; at least 0.
    kappa, c : float
        Cost of effort squared and of (1 - x) squared; above 0.
    rho : float
        Discount rate [1/h]; above 0.
    nodes : int
        Points of the grid over [0, 1].

    Returns
    -------
    OptimalEffort
        ``fixed_point``, ``alpha``, ``half_life_h``, ``cost_rate``, ``effort(x)``.

    Raises
    ------
    InputError
        If a parameter is out of its range.
    """
    _check_positive(k1=k1, k2=k2, kappa=kappa, c=c, rho=rho)
    if not (math.isfinite(k3) and k3 >= 0.0):
        raise InputError(f"optimal effort: k3 = {k3!r}, allowed: 0 or above")
    grid = np.linspace(0.0, 1.0, nodes)
    problem = ControlProblem(
        grid=grid,
        pull=-k2 * grid,
        gain=k1 * (1.0 - grid),
        noise=np.full(nodes, float(k3)),
        state_cost=c * (1.0 - grid) ** 2,
        effort_cost=kappa,
        rho=rho,
    )
    solution = solve_control(problem, least_effort=0.0)
    # Drift falls along the grid, so the reversed arrays ascend as interp wants them.
    fixed_point = float(np.interp(0.0, solution.drift[::-1], grid[::-1]))
    # A chord, not the slope: without noise the scheme turns upwind at the fixed point itself.
    around = np.clip(fixed_point + np.array([-CHORD, CHORD]), 0.0, 1.0)
    restoring = -float(np.diff(np.interp(around, grid, solution.drift))[0] / np.diff(around)[0])
    return OptimalEffort(
        fixed_point=fixed_point,
        alpha=float(np.interp(fixed_point, grid, solution.effort)) / (1.0 - fixed_point),
        half_life_h=math.log(2.0) / restoring,
        cost_rate=float(np.interp(fixed_point, grid, solution.cost_rate)),
        grid=grid,
        grid_effort=solution.effort,
    )


def find_fixed_point(k1: float, k2: float, alpha: float) -> float:
    """Return where sentiment settles under the effort ``alpha * (1 - x)``."""
    ratio = k2 / (k1 * alpha)
    return 0.5 * (2.0 + ratio - math.sqrt(ratio * ratio + 4.0 * ratio))


def _check_positive(**parameters: float) -> None:
    mistakes = [
        f"optimal effort: {name} = {value!r}, allowed: above 0"
        for name, value in parameters.items()
        if not (math.isfinite(value) and value > 0.0)
    ]
    if mistakes:
        raise InputError(*mistakes)


def _evaluate_policy(
    problem: ControlProblem, effort: np.ndarray, level: float, step: float
) -> np.ndarray:
    """Return W with rho W - drift W' - noise^2/2 W'' = cost of the policy - level."""
    from scipy.linalg import solve_banded

    drift = problem.pull + problem.gain * effort
    spread = _fit_diffusion(drift, 0.5 * problem.noise**2, step) / step**2
    up = spread + drift / (2.0 * step)
    down = spread - drift / (2.0 * step)
    up[-1] = down[0] = 0.0
    bands = np.zeros((3, drift.size))
    bands[0, 1:] = -up[:-1]
    bands[1] = problem.rho + up + down
    bands[2, :-1] = -down[1:]
    cost = problem.effort_cost * effort**2 + problem.state_cost - level
    return np.asarray(solve_banded((1, 1), bands, cost))


def _fit_diffusion(drift: np.ndarray, diffusion: np.ndarray, step: float) -> np.ndarray:
    """Return (drift h/2) coth(drift h / 2 D): exact for constant coefficients, never below |.|."""
    half = np.abs(drift) * step / 2.0
    fitted = half.copy()
    felt = (diffusion > 0.0) & (half < 300.0 * diffusion)
    slow = felt & (half <= 1e-4 * diffusion)
    fast = felt & ~slow
    fitted[fast] = half[fast] / np.tanh(half[fast] / diffusion[fast])
    fitted[slow] = diffusion[slow] + half[slow] ** 2 / (3.0 * diffusion[slow])
    return fitted
