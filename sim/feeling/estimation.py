"""Maximum likelihood of the sentiment model on an hourly series.

Model: the Euler step of ``sim.rules.sentiment`` *is* the data model::

    (x[i+1] - x[i]) / dt = k1 u[i] (1 - x[i]) - k2 x[i] + (k3 / sqrt(dt)) N(0, 1)

so maximum likelihood is least squares. With the effort observed it is linear in (k1, k2).
With no effort observed the brand is taken to steer optimally, u[i] = u*(x[i]; k1, k2),
as Mousavi, Johar & Mookerjee (2020) do: the level of x then tells k2/k1, the speed of its
return tells both. Standard errors from the information matrix, k3 / sqrt(2 n) for k3.
On data simulated more finely than ``dt`` this likelihood is wrong by construction.
Checked by ``tests/theory/test_sentiment_recovery.py``.
"""

import dataclasses
import math
from collections.abc import Callable

import numpy as np

from sim.errors import InputError
from sim.feeling.control import optimal_effort

FIT_NODES = 1001
FEWEST_STEPS = 24


@dataclasses.dataclass(frozen=True)
class SentimentFit:
    """Estimates with standard errors.

    Attributes
    ----------
    k1, k2, k3, k1_se, k2_se, k3_se : float
        As in the module's head [1/h; 1/h; per square root of an hour].
    log_likelihood : float
        Of the steps used, given the first value.
    steps : int
        Steps used: both ends known.
    """

    k1: float
    k2: float
    k3: float
    k1_se: float
    k2_se: float
    k3_se: float
    log_likelihood: float
    steps: int


def fit_sentiment(
    x: np.ndarray,
    dt_h: float = 1.0,
    effort: np.ndarray | None = None,
    kappa: float = 1.0,
    c: float = 1.0,
    rho: float = 0.0005,
) -> SentimentFit:
    """Estimate k1, k2, k3 from a series of sentiment.

    Parameters
    ----------
    x : np.ndarray
        shape (n,), sentiment in [0, 1] at equidistant times; NaN where unknown
        (steps that touch a gap are left out).
    dt_h : float
        Time between values [h].
    effort : np.ndarray, optional
        shape (n,) or (n - 1,): effort during the step from each value. Default: the
        optimal effort for the parameters tried, at each value.
    kappa, c, rho : float
        Costs and discount rate [1/h] of the optimal effort; unused if ``effort`` is given.

    Returns
    -------
    SentimentFit
        Maximum likelihood estimates with standard errors.

    Raises
    ------
    InputError
        If values lie outside [0, 1], fewer than 24 steps are known, or the series does
        not identify k1 and k2.
    """
    values = np.asarray(x, dtype=np.float64)
    start, rate, known = _take_steps(values, dt_h)
    if effort is not None:
        observed = np.asarray(effort, dtype=np.float64)[: values.size - 1][known]
        return _fit_linear(start, rate, observed, dt_h)
    return _fit_optimal(start, rate, dt_h, (kappa, c, rho))


def _take_steps(values: np.ndarray, dt_h: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return start, rate of change [1/h] and position of every step with both ends known."""
    if not (math.isfinite(dt_h) and dt_h > 0.0):
        raise InputError(f"sentiment fit: dt_h = {dt_h!r}, allowed: above 0")
    outside = int(np.sum((values < 0.0) | (values > 1.0)))
    if outside:
        raise InputError(f"sentiment fit: {outside} values outside [0, 1]")
    known = np.isfinite(values[:-1]) & np.isfinite(values[1:])
    if known.sum() < FEWEST_STEPS:
        raise InputError(
            f"sentiment fit: {int(known.sum())} known steps, allowed: {FEWEST_STEPS} or more"
        )
    return values[:-1][known], (np.diff(values) / dt_h)[known], known


def _fit_linear(
    start: np.ndarray, rate: np.ndarray, effort: np.ndarray, dt_h: float
) -> SentimentFit:
    design = np.column_stack([effort * (1.0 - start), -start])
    estimate, _, rank, _ = np.linalg.lstsq(design, rate, rcond=None)
    if rank < 2:
        raise InputError(
            "sentiment fit: effort and sentiment do not vary enough to tell k1 from k2"
        )
    return _summarize(estimate, design, rate - design @ estimate, dt_h)


def _fit_optimal(
    start: np.ndarray, rate: np.ndarray, dt_h: float, costs: tuple[float, float, float]
) -> SentimentFit:
    from scipy.optimize import least_squares

    noise = _guess_noise(start, rate, dt_h)

    def miss_rate(log_k: np.ndarray) -> np.ndarray:
        k1, k2 = np.exp(log_k)
        plan = optimal_effort(k1, k2, noise, *costs, nodes=FIT_NODES)
        return rate - (k1 * plan.effort(start) * (1.0 - start) - k2 * start)

    solution = least_squares(
        miss_rate, np.log([0.4, 0.16]), bounds=(np.log(1e-3), np.log(10.0)), x_scale=0.1
    )
    estimate = np.exp(solution.x)
    slopes = -_differentiate(miss_rate, solution.x) / estimate
    return _summarize(estimate, slopes, miss_rate(solution.x), dt_h)


def _guess_noise(start: np.ndarray, rate: np.ndarray, dt_h: float) -> float:
    """Return k3 of a linear autoregression: what the optimal effort is computed with."""
    design = np.column_stack([np.ones(start.size), start])
    estimate = np.linalg.lstsq(design, rate, rcond=None)[0]
    return float(np.sqrt(dt_h * np.mean((rate - design @ estimate) ** 2)))


def _differentiate(
    function: Callable[[np.ndarray], np.ndarray], point: np.ndarray, step: float = 1e-3
) -> np.ndarray:
    """Return the central differences of ``function``, one column for each coordinate."""
    columns = []
    for shift in step * np.eye(point.size):
        columns.append((function(point + shift) - function(point - shift)) / (2.0 * step))
    return np.column_stack(columns)


def _summarize(
    estimate: np.ndarray, slopes: np.ndarray, residual: np.ndarray, dt_h: float
) -> SentimentFit:
    steps = residual.size
    variance = float(np.mean(residual**2))
    information = slopes.T @ slopes
    if variance <= 0.0 or np.linalg.cond(information) > 1e12:
        raise InputError("sentiment fit: the series does not identify k1 and k2")
    k1_se, k2_se = np.sqrt(variance * np.diag(np.linalg.inv(information)))
    k3 = math.sqrt(variance * dt_h)
    spread = variance * dt_h * dt_h  # of one step of x, not of its rate
    return SentimentFit(
        k1=float(estimate[0]),
        k2=float(estimate[1]),
        k3=k3,
        k1_se=float(k1_se),
        k2_se=float(k2_se),
        k3_se=k3 / math.sqrt(2.0 * steps),
        log_likelihood=-0.5 * steps * (math.log(2.0 * math.pi * spread) + 1.0),
        steps=int(steps),
    )
