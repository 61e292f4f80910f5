"""Optimal response effort: the stationary Hamilton-Jacobi-Bellman equation.

Symbols: ``x`` sentiment, ``u`` effort, ``V`` expected discounted cost, ``rho`` discount rate::

    rho V = min_u { kappa u^2 + c (1-x)^2 + V' (k1 u (1-x) - k2 x) + k3^2/2 V'' }
    u*    = -(k1 / 2 kappa) (1 - x) V'
    u*    ~ alpha (1 - x)                        chord through full sentiment
    u*    ~ alpha (1 - x^) - beta (x - x^)       tangent at the fixed point x^
    x^    = (2 + r - sqrt(r^2 + 4 r)) / 2,  r = k2 / (k1 alpha)
    speed of return at x^ = k2 + k1 (1 - x^)(alpha + beta)

``alpha`` is u*(x^)/(1 - x^), ``beta`` is -du*/dx at x^ (the chord's has beta = alpha, and
returns a tenth more slowly than the optimum does).

Source: Mousavi, Johar & Mookerjee (2020), doi 10.1287/isre.2019.0889; the tangent is ours.
Solved on a grid by policy iteration over the monotone scheme of
``sim.feeling.sentiment.hjb_scheme``, so
any noise from zero up is safe. Checked by ``tests/theory/test_sentiment_control.py`` against
Sethi's advertising model, the linear-quadratic regulator, the steady state of the costate
equations, the published brands and the order of convergence.
"""

import dataclasses
import math
from typing import Literal, NamedTuple, get_args

import numpy as np

from sim.errors import InputError
from sim.feeling.sentiment.hjb_scheme import iterate_policy

# A hundredth of the scale on each side: wide against the grid's step, narrow against the
# curvature of the value.
CHORD = 0.01
# A step of .1; a coarser grid says nothing about levels of sentiment.
FEWEST_NODES = 11
Scheme = Literal["fitted", "central"]


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
    beta : float
        By how much effort falls for each unit of sentiment, at the fixed point.
    half_life_h : float
        Of a small deviation from the fixed point, under optimal effort [h].
    cost_rate : float
        rho times the expected discounted cost from the fixed point [1/h].
    grid, grid_effort, grid_value : np.ndarray
        Sentiments in [0, 1]; the optimal effort and the expected discounted cost at each.
    """

    fixed_point: float
    alpha: float
    beta: float
    half_life_h: float
    cost_rate: float
    grid: np.ndarray
    grid_effort: np.ndarray
    grid_value: np.ndarray

    def effort(self, x: float | np.ndarray) -> np.ndarray:
        """The optimal effort at sentiment ``x`` in [0, 1], of the same shape."""
        return np.asarray(np.interp(x, self.grid, self.grid_effort))

    def chord(self, x: float | np.ndarray) -> np.ndarray:
        """The source's approximation ``alpha (1 - x)``."""
        return self.alpha * (1.0 - np.asarray(x, dtype=np.float64))

    def tangent(self, x: float | np.ndarray) -> np.ndarray:
        """Effort by the tangent, ``alpha (1 - x^) - beta (x - x^)``, at least 0."""
        away = np.asarray(x, dtype=np.float64) - self.fixed_point
        return np.maximum(self.alpha * (1.0 - self.fixed_point) - self.beta * away, 0.0)


def solve_control(
    problem: ControlProblem,
    least_effort: float = -math.inf,
    scheme: Scheme = "fitted",
    guess: tuple[np.ndarray, float] | None = None,
) -> ControlSolution:
    """Solve the stationary HJB equation of ``problem`` by policy iteration.

    Parameters
    ----------
    problem : ControlProblem
        Coefficients on the grid; the drift should point inward at both ends.
    least_effort : float
        Lower bound of the effort.
    scheme : str
        ``fitted``: monotone on every grid, of second order where the noise is felt, else of
        first; ``central``: of second order, refused where it is not monotone.
    guess : tuple, optional
        Effort, shape (n,), and cost rate to begin with: saves rounds, changes no result.

    Returns
    -------
    ControlSolution
        On the problem's grid.

    Raises
    ------
    InputError
        If the grid is too coarse for the scheme, or the iteration does not settle.
    """
    check_grid(problem.grid)
    if scheme not in get_args(Scheme):
        raise InputError(f"optimal effort: scheme = {scheme!r}, allowed: fitted, central")
    step = float(problem.grid[1] - problem.grid[0])
    if scheme == "central":
        _refuse_coarse(problem, solve_control(problem, least_effort).drift, step)
    relative = np.zeros(problem.grid.size)
    effort, level = (relative.copy(), 0.0) if guess is None else (guess[0].copy(), guess[1])
    numbers = (step, problem.effort_cost, problem.rho, least_effort)
    pull, gain, diffusion, cost = _coefficients(problem)
    level, is_settled = iterate_policy(
        pull, gain, diffusion, cost, numbers, scheme == "fitted", level, effort, relative
    )
    drift = problem.pull + problem.gain * effort
    if not is_settled:
        raise InputError("optimal effort: the iteration does not converge for these parameters")
    cost_rate = level + problem.rho * relative
    return ControlSolution(effort, relative + level / problem.rho, cost_rate, drift)


def describe_brand(
    k1: float, k2: float, k3: float, kappa: float, c: float, rho: float, nodes: int
) -> ControlProblem:
    """The problem of a brand on ``nodes`` points over [0, 1]; see `optimal_effort`.

    Raises
    ------
    InputError
        If a parameter is out of its range.
    """
    check_positive(k1=k1, k2=k2, kappa=kappa, c=c, rho=rho)
    if not (math.isfinite(k3) and k3 >= 0.0):
        raise InputError(f"optimal effort: k3 = {k3!r}, allowed: 0 or above")
    if nodes < FEWEST_NODES:
        raise InputError(f"optimal effort: nodes = {nodes}, allowed: {FEWEST_NODES} or more")
    grid = np.linspace(0.0, 1.0, nodes)
    return ControlProblem(
        grid=grid,
        pull=-k2 * grid,
        gain=k1 * (1.0 - grid),
        noise=np.full(nodes, float(k3)),
        state_cost=c * (1.0 - grid) ** 2,
        effort_cost=float(kappa),
        rho=float(rho),
    )


def optimal_effort(
    k1: float,
    k2: float,
    k3: float,
    kappa: float = 1.0,
    c: float = 1.0,
    rho: float = 0.0005,
    nodes: int = 4001,
    scheme: Scheme = "fitted",
) -> OptimalEffort:
    """The effort that minimizes the discounted cost of effort and bad sentiment.

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
    scheme : str
        See `solve_control`.

    Returns
    -------
    OptimalEffort
        ``fixed_point``, ``alpha``, ``beta``, ``half_life_h``, ``cost_rate``, ``effort(x)``.

    Raises
    ------
    InputError
        If a parameter is out of its range, or the grid is too coarse for the scheme.

    Examples
    --------
    >>> import sim
    >>> best = sim.feeling.optimal_effort(k1=0.396, k2=0.164, k3=0.028)
    >>> round(best.fixed_point, 3), round(float(best.effort(0.4)), 3)
    (0.468, 0.419)
    """
    problem = describe_brand(k1, k2, k3, kappa, c, rho, nodes)
    grid = problem.grid
    guess = guess_effort(grid, k1, k2, kappa, c)
    solution = solve_control(problem, 0.0, scheme, guess)
    # Drift falls along the grid, so the reversed arrays ascend as interp wants them.
    fixed_point = float(np.interp(0.0, solution.drift[::-1], grid[::-1]))
    # A chord, not the slope: without noise the scheme turns upwind at the fixed point itself.
    around = np.clip(fixed_point + np.array([-CHORD, CHORD]), 0.0, 1.0)
    restoring, beta = (
        -float(np.diff(np.interp(around, grid, values))[0] / np.diff(around)[0])
        for values in (solution.drift, solution.effort)
    )
    return OptimalEffort(
        fixed_point=fixed_point,
        alpha=float(np.interp(fixed_point, grid, solution.effort)) / (1.0 - fixed_point),
        beta=beta,
        half_life_h=math.log(2.0) / restoring,
        cost_rate=float(np.interp(fixed_point, grid, solution.cost_rate)),
        grid=grid,
        grid_effort=solution.effort,
        grid_value=solution.value,
    )


def guess_effort(
    grid: np.ndarray, k1: float, k2: float, kappa: float, c: float
) -> tuple[np.ndarray, float]:
    """Effort and cost rate without noise and discount: then the HJB equation is explicit.

    With y = 1 - x and g the least cost at rest, at kappa k2^2 x = c k1^2 y^4, the controlled
    drift is +-sqrt(k2^2 x^2 + k1^2 y^2 (c y^2 - g) / kappa), toward the rest.
    """
    ratio = kappa * k2**2 / (c * k1**2)
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if ratio * middle < (1.0 - middle) ** 4 else (low, middle)
    y = 1.0 - grid
    cost_rate = kappa * (k2 * low / (k1 * (1.0 - low))) ** 2 + c * (1.0 - low) ** 2
    square = (k2 * grid) ** 2 + (k1 * y) ** 2 * (c * y * y - cost_rate) / kappa
    drift = np.sign(low - grid) * np.sqrt(np.maximum(square, 0.0))
    effort = np.maximum(drift + k2 * grid, 0.0) / (k1 * np.maximum(y, 1e-9))
    effort[y < 1e-9] = 0.0
    return effort, cost_rate


def compute_fixed_point(k1: float, k2: float, alpha: float) -> float:
    """Where sentiment settles under the effort ``alpha * (1 - x)``."""
    ratio = k2 / (k1 * alpha)
    return 0.5 * (2.0 + ratio - math.sqrt(ratio * ratio + 4.0 * ratio))


def check_positive(**parameters: float) -> None:
    """Raise an InputError that names every parameter that is not above 0 and finite."""
    errors = [
        f"optimal effort: {name} = {value!r}, allowed: above 0"
        for name, value in parameters.items()
        if not (math.isfinite(value) and value > 0.0)
    ]
    if errors:
        raise InputError(*errors)


def check_grid(grid: np.ndarray) -> None:
    """Raise an InputError if the states are too few, not ascending or not equidistant."""
    steps = np.diff(grid)
    if grid.size < FEWEST_NODES or steps.min() <= 0.0 or np.ptp(steps) > 1e-6 * steps[0]:
        raise InputError(
            f"optimal effort: grid of {grid.size} nodes, allowed: {FEWEST_NODES} or more, "
            "ascending, equidistant"
        )


def _coefficients(problem: ControlProblem) -> tuple[np.ndarray, ...]:
    arrays = (problem.pull, problem.gain, 0.5 * problem.noise**2, problem.state_cost)
    return tuple(np.ascontiguousarray(array, dtype=np.float64) for array in arrays)


def _refuse_coarse(problem: ControlProblem, drift: np.ndarray, step: float) -> None:
    """Raise an InputError where central differences are not monotone: |drift| step > noise^2."""
    with np.errstate(divide="ignore", invalid="ignore"):
        worst = float(np.where(drift == 0.0, 0.0, np.abs(drift) / problem.noise**2).max())
    if worst * step > 1.0:
        span = float(problem.grid[-1] - problem.grid[0])
        nodes = f"about {math.ceil(span * worst) + 1} nodes" if math.isfinite(worst) else "noise"
        raise InputError(
            f"optimal effort: central differences on {problem.grid.size} nodes are not monotone; "
            f"allowed: {nodes}, or scheme 'fitted'"
        )
