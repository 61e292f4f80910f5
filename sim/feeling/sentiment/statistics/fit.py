"""Maximum likelihood of the sentiment model on an hourly series.

Model: the Euler step of ``sim.rules.sentiment`` *is* the data model::

    (x[i+1] - x[i]) / dt = k1 u[i] (1 - x[i]) - k2 x[i] + (k3 / sqrt(dt)) N(0, 1)

so maximum likelihood is least squares. With the effort observed it is linear in (k1, k2).
With no effort observed the brand is taken to steer optimally, u[i] = u*(x[i]; k1, k2),
as Mousavi, Johar & Mookerjee (2020) do. Then, for small rho and k3::

    k2/k1 = sqrt(c/kappa) (1-x^)^2 / sqrt(x^),   alpha = sqrt(c x^/kappa)

the level x^ tells k2/k1, the speed of return tells both, and k1 and kappa are identified only as
k1 sqrt(c/kappa). Standard errors from the information matrix, k3 / sqrt(2 n) for k3. Every
trial of (k1, k2) solves the HJB equation on a grid of 401 nodes. On data simulated more
finely than ``dt`` this likelihood is wrong by construction. Values that are means of few
messages have an error of their own: ``sampling_sd`` (see
``sim.feeling.sentiment.statistics.filter``).
Checked by ``tests/theory/test_sentiment_recovery.py`` and ``experiments/recovery``.
"""

import dataclasses
import math
from collections.abc import Callable

import numpy as np

from sim.errors import InputError
from sim.feeling.sentiment.control import check_positive, optimal_effort
from sim.feeling.sentiment.statistics.filter import fit_sampled
from sim.feeling.sentiment.statistics.result import (
    FEWEST_STEPS,
    FIT_NODES,
    LEAST_K,
    MOST_K,
    SentimentFit,
)


def fit_sentiment(
    x: np.ndarray,
    dt_h: float = 1.0,
    effort: np.ndarray | None = None,
    kappa: float = 1.0,
    c: float = 1.0,
    rho: float = 0.0005,
    sampling_sd: np.ndarray | None = None,
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
        shape (n,) or (n - 1,): effort during the step from each value, NaN where unknown.
        Default: the optimal effort for the parameters tried, at each value.
    kappa, c, rho : float
        Costs and discount rate [1/h] of the optimal effort; unused if ``effort`` is given.
    sampling_sd : np.ndarray, optional
        shape (n,): standard error of each value as a measurement of sentiment, NaN where
        ``x`` is; then the likelihood is that of an extended Kalman filter. Needs dt_h = 1
        and no ``effort``.

    Returns
    -------
    SentimentFit
        Maximum likelihood estimates with standard errors.

    Raises
    ------
    InputError
        If values lie outside [0, 1], fewer than 24 steps are known, or the series does
        not identify k1 and k2.

    Examples
    --------
    >>> import numpy as np
    >>> import sim
    >>> noise = np.random.default_rng(1).standard_normal((2000, 1))
    >>> x = sim.feeling.steer_sentiment(0.396, 0.164, 0.028, noise)[:, 0]
    >>> fit = sim.feeling.fit_sentiment(x)
    >>> bool(abs(fit.k2 - 0.164) < 3.0 * fit.k2_se)
    True
    """
    check_positive(kappa=kappa, c=c, rho=rho)
    values = np.asarray(x, dtype=np.float64)
    start, rate, _ = take_steps(values, dt_h)
    if sampling_sd is not None:
        if effort is not None or dt_h != 1.0:
            raise InputError("sentiment fit: sampling_sd: allowed: with dt_h = 1 and no effort")
        guess = guess_parameters(start, rate, dt_h, (kappa, c, rho))
        return fit_sampled(values, np.asarray(sampling_sd, np.float64), guess, (kappa, c, rho))
    if effort is not None:
        return _fit_observed(values, np.asarray(effort, np.float64), dt_h)
    return _fit_optimal(start, rate, dt_h, (kappa, c, rho))


def take_steps(values: np.ndarray, dt_h: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Start, rate of change [1/h] and position of every step with both ends known.

    Raises
    ------
    InputError
        If values lie outside [0, 1], or fewer than 24 steps are known.
    """
    if not (math.isfinite(dt_h) and dt_h > 0.0):
        raise InputError(f"sentiment fit: dt_h = {dt_h!r}, allowed: above 0")
    outside = int(np.sum((values < 0.0) | (values > 1.0)))
    if outside:
        raise InputError(f"sentiment fit: {outside} values outside [0, 1]")
    known = np.isfinite(values[:-1]) & np.isfinite(values[1:])
    _require_steps(int(known.sum()))
    return values[:-1][known], (np.diff(values) / dt_h)[known], known


def _require_steps(steps: int) -> None:
    if steps < FEWEST_STEPS:
        raise InputError(f"sentiment fit: {steps} known steps, allowed: {FEWEST_STEPS} or more")


def _fit_observed(values: np.ndarray, effort: np.ndarray, dt_h: float) -> SentimentFit:
    if effort.size not in (values.size, values.size - 1):
        raise InputError(
            f"sentiment fit: {effort.size} efforts for {values.size} values, allowed: one for "
            "each value or each step"
        )
    during = effort[: values.size - 1]
    values = values.copy()
    known = np.isfinite(during) & np.isfinite(values[:-1]) & np.isfinite(values[1:])
    _require_steps(int(known.sum()))
    start, rate, observed = values[:-1][known], (np.diff(values) / dt_h)[known], during[known]
    design = np.column_stack([observed * (1.0 - start), -start])
    estimate, _, rank, _ = np.linalg.lstsq(design, rate, rcond=None)
    if rank < 2:
        raise InputError(
            "sentiment fit: effort and sentiment do not vary enough to tell k1 from k2"
        )
    fit = summarize(estimate, design, rate - design @ estimate, dt_h)
    return dataclasses.replace(fit, is_effort_observed=True)


def _fit_optimal(
    start: np.ndarray, rate: np.ndarray, dt_h: float, costs: tuple[float, float, float]
) -> SentimentFit:
    guess = guess_parameters(start, rate, dt_h, costs)

    def miss_rate(log_k: np.ndarray) -> np.ndarray:
        k1, k2 = np.exp(log_k)
        return rate - drift_optimally(start, k1, k2, guess[2], costs)

    estimate = np.exp(minimize_squares(miss_rate, np.log(guess[:2])))
    slopes = -differentiate(miss_rate, np.log(estimate)) / estimate
    fit = summarize(estimate, slopes, miss_rate(np.log(estimate)), dt_h)
    kappa, c, rho = costs
    return dataclasses.replace(fit, kappa=kappa, c=c, rho=rho)


def drift_optimally(
    x: np.ndarray, k1: float, k2: float, noise: float, costs: tuple[float, float, float]
) -> np.ndarray:
    """The drift [1/h] at each of ``x`` of a brand that steers optimally."""
    plan = optimal_effort(k1, k2, noise, *costs, nodes=FIT_NODES)
    return k1 * plan.effort(x) * (1.0 - x) - k2 * x


def guess_parameters(
    start: np.ndarray, rate: np.ndarray, dt_h: float, costs: tuple[float, float, float]
) -> tuple[float, float, float]:
    """K1, k2, k3 from level, speed and noise of a linear autoregression.

    By the relations in the module's head, with beta = 1.18 alpha. Its k3 is what the
    optimal effort is computed with.
    """
    design = np.column_stack([np.ones(start.size), start])
    line = np.linalg.lstsq(design, rate, rcond=None)[0]
    noise = float(np.sqrt(dt_h * np.mean((rate - design @ line) ** 2)))
    speed = min(max(-line[1], 0.02), 1.5)
    level = min(max(float(start.mean()), 0.02), 0.98)
    scale = math.sqrt(costs[1] / costs[0])
    ratio = scale * (1.0 - level) ** 2 / math.sqrt(level)
    k1 = speed / (ratio + 2.18 * scale * math.sqrt(level) * (1.0 - level))
    return k1, min(max(k1 * ratio, 2 * LEAST_K), 0.5 * MOST_K), noise


def minimize_squares(miss: Callable[[np.ndarray], np.ndarray], log_start: np.ndarray) -> np.ndarray:
    """The logarithms of parameters that minimize the sum of squares.

    Raises
    ------
    InputError
        If the best lies at the end of what is searched, .001 to 10 an hour.
    """
    from scipy.optimize import least_squares

    low, high = math.log(LEAST_K), math.log(MOST_K)
    solution = least_squares(
        miss,
        np.clip(log_start, low + 0.01, high - 0.01),
        bounds=(low, high),
        x_scale=0.1,
        diff_step=1e-4,
    )
    best = np.asarray(solution.x)
    if np.any(best < low + 0.01) or np.any(best > high - 0.01):
        raise InputError(
            "sentiment fit: the series does not identify k1 and k2 "
            f"(the best fit is not within {LEAST_K:g} and {MOST_K:g} an hour)"
        )
    return best


def differentiate(
    function: Callable[[np.ndarray], np.ndarray], point: np.ndarray, step: float = 1e-3
) -> np.ndarray:
    """The central differences of ``function``, one column for each coordinate."""
    columns = []
    for shift in step * np.eye(point.size):
        columns.append((function(point + shift) - function(point - shift)) / (2.0 * step))
    return np.column_stack(columns)


def summarize(
    estimate: np.ndarray, slopes: np.ndarray, residual: np.ndarray, dt_h: float
) -> SentimentFit:
    """The fit with errors from the information matrix of (k1, k2).

    Raises
    ------
    InputError
        If the matrix has no inverse, or the fit is exact.
    """
    steps = residual.size
    variance = float(np.mean(residual**2))
    information = slopes.T @ slopes
    if variance <= 1e-18 or np.linalg.cond(information) > 1e12:
        raise InputError("sentiment fit: the series does not identify k1 and k2")
    covariance = variance * np.linalg.inv(information)
    k1_se, k2_se = np.sqrt(np.diag(covariance))
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
        correlation=float(covariance[0, 1] / (k1_se * k2_se)),
        dt_h=dt_h,
    )
