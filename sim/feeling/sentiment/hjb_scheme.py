"""The grid scheme of the Hamilton-Jacobi-Bellman equation, compiled.

The controlled diffusion becomes a Markov chain on an equidistant grid (Kushner & Dupuis
2001); with drift ``b``, diffusion ``D`` = noise^2/2 and step ``h``
the rates to the neighbors are::

    up = S/h^2 + b/2h,   down = S/h^2 - b/2h,   S = D                     central
                                                S = (b h/2) coth(b h/2D)  fitted (Il'in 1969)

At the ends there is no noise, the drift alone leads inward (a mirror there instead changes
nothing where sentiment is ever found, but slows the iteration). A scheme is monotone where no
rate is below 0: fitted always, central where |b| h <= 2 D.
Both are of second order where the noise is felt; without noise fitted is upwind, of first
order. Checked by ``tests/theory/test_sentiment_control.py`` and ``test_sentiment_horizon.py``.
"""

import math

import numpy as np

from sim.compile import jit

# Policy iteration that has not settled by then is reported as unsettled; more rounds only cost
# time.
MAX_ROUNDS = 200
# Change of effort between rounds that counts as settled: far below any digit that is shown.
SLOPE_TOLERANCE = 1e-9
# A time step starts from its neighbor's solution and needs fewer rounds than a start from
# nothing.
STEP_ROUNDS = 30
# Near rounding, because errors of the steps add up over the horizon.
STEP_TOLERANCE = 1e-11


@jit
def fit_diffusion(drift: float, diffusion: float, step: float) -> float:
    """Fitted diffusion (b h/2) coth(b h/2D): exact for constant coefficients, at least |b| h/2."""
    half = abs(drift) * step / 2.0
    if diffusion <= 0.0 or half >= 300.0 * diffusion:
        return half
    if half <= 1e-4 * diffusion:
        return diffusion + half * half / (3.0 * diffusion)
    return half / math.tanh(half / diffusion)


@jit
def weigh_neighbors(
    drift: np.ndarray,
    diffusion: np.ndarray,
    step: float,
    is_fitted: bool,
    up: np.ndarray,
    down: np.ndarray,
) -> None:
    """Fill the rates to the upper and the lower neighbor, shape (n,)."""
    last = drift.size - 1
    for i in range(drift.size):
        spread = fit_diffusion(drift[i], diffusion[i], step) if is_fitted else diffusion[i]
        up[i] = spread / (step * step) + drift[i] / (2.0 * step)
        down[i] = spread / (step * step) - drift[i] / (2.0 * step)
    up[0], down[0] = max(drift[0], 0.0) / step, 0.0
    up[last], down[last] = 0.0, max(-drift[last], 0.0) / step


@jit
def solve_chain(
    rate: float, up: np.ndarray, down: np.ndarray, cost: np.ndarray, value: np.ndarray
) -> None:
    """Fill ``value`` with rate V - up (V+ - V) - down (V- - V) = cost.

    Elimination that adds positive numbers only, so a rate near 0 loses nothing.
    """
    n = cost.size
    pivot = np.empty(n)
    rest = rate
    pivot[0] = rest + up[0]
    value[0] = cost[0]
    for i in range(1, n):
        share = down[i] / pivot[i - 1]
        rest = rate + share * rest
        pivot[i] = rest + up[i]
        value[i] = cost[i] + share * value[i - 1]
    value[n - 1] /= pivot[n - 1]
    for i in range(n - 2, -1, -1):
        value[i] = (value[i] + up[i] * value[i + 1]) / pivot[i]


@jit
def improve_effort(
    value: np.ndarray,
    gain: np.ndarray,
    step: float,
    effort_cost: float,
    least: float,
    most: float,
    effort: np.ndarray,
) -> float:
    """Fill ``effort`` with the minimizer -gain V'/2 kappa in bounds; return the largest change."""
    last = value.size - 1
    change = 0.0
    for i in range(value.size):
        above, below = min(i + 1, last), max(i - 1, 0)
        slope = (value[above] - value[below]) / ((above - below) * step)
        better = min(max(-gain[i] * slope / (2.0 * effort_cost), least), most)
        change = max(change, abs(better - effort[i]))
        effort[i] = better
    return change


@jit
def iterate_policy(
    pull: np.ndarray,
    gain: np.ndarray,
    diffusion: np.ndarray,
    state_cost: np.ndarray,
    numbers: tuple[float, float, float, float],
    is_fitted: bool,
    level: float,
    effort: np.ndarray,
    relative: np.ndarray,
) -> tuple[float, bool]:
    """Solve the stationary problem by policy iteration (Howard 1960).

    With V = W + g/rho only W, of order 1, is solved for: nothing cancels when rho is small.

    Parameters
    ----------
    numbers : tuple of float
        Step of the grid, cost of effort squared, discount rate, least effort.
    level : float
        Guess of g.
    effort, relative : np.ndarray
        shape (n,): start; filled with the optimal effort and W.

    Returns
    -------
    tuple of float and bool
        The level g; whether the iteration settled.
    """
    step, effort_cost, rho, least = numbers
    n = pull.size
    up, down, cost = np.empty(n), np.empty(n), np.empty(n)
    last_change, is_settled = np.inf, False
    for _ in range(MAX_ROUNDS):
        weigh_neighbors(pull + gain * effort, diffusion, step, is_fitted, up, down)
        for i in range(n):
            cost[i] = effort_cost * effort[i] * effort[i] + state_cost[i] - level
        solve_chain(rho, up, down, cost, relative)
        if is_settled:
            break
        level += rho * relative[n // 2]
        change = improve_effort(relative, gain, step, effort_cost, least, np.inf, effort)
        is_settled = change <= SLOPE_TOLERANCE or (last_change <= change and change < 1e-6)
        last_change = change
    return level, is_settled


@jit
def step_back(
    pull: np.ndarray,
    pull_factor: np.ndarray,
    most: np.ndarray,
    gain: np.ndarray,
    diffusion: np.ndarray,
    state_cost: np.ndarray,
    numbers: tuple[float, float, float, float],
    dt_h: float,
    stride: int,
    values: np.ndarray,
) -> bool:
    """Solve the finite problem backwards by implicit steps, each solved by policy iteration.

    Parameters
    ----------
    pull_factor : np.ndarray
        shape (n_steps,): factor of the pull during each step, in order of time.
    most : np.ndarray
        shape (n_steps,): upper bound of the effort during each step.
    numbers : tuple of float
        As in `iterate_policy`.
    dt_h, stride : float, int
        Length of a step [h]; every how many steps the value is kept.
    values : np.ndarray
        shape (n_steps / stride + 1, n): the last row is given, the others are filled.

    Returns
    -------
    bool
        Whether every step settled.
    """
    step, effort_cost, rho, least = numbers
    n = pull.size
    up, down, cost, effort = np.empty(n), np.empty(n), np.empty(n), np.zeros(n)
    value = values[-1].copy()
    improve_effort(value, gain, step, effort_cost, least, most[-1], effort)
    all_settled = True
    for k in range(pull_factor.size - 1, -1, -1):
        later = value.copy()
        is_settled = False
        effort[:] = np.minimum(np.maximum(effort, least), most[k])
        for _ in range(STEP_ROUNDS):
            drift = pull * pull_factor[k] + gain * effort
            weigh_neighbors(drift, diffusion, step, True, up, down)
            for i in range(n):
                running = effort_cost * effort[i] * effort[i] + state_cost[i]
                cost[i] = running + later[i] / dt_h
            solve_chain(rho + 1.0 / dt_h, up, down, cost, value)
            change = improve_effort(value, gain, step, effort_cost, least, most[k], effort)
            if change <= STEP_TOLERANCE * (1.0 + np.abs(value).max() / step):
                is_settled = True
                break
        all_settled = all_settled and is_settled
        if k % stride == 0:
            values[k // stride] = value
    return all_settled
