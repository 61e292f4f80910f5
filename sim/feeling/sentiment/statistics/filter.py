"""Sentiment behind hourly means of few messages: an extended Kalman filter.

What is seen of hour i is y[i] = x[i] + s[i] N(0, 1), the mean of the scores of the messages
of that hour; s[i] is its standard error. Behind it x moves by the hourly step, and the brand
steers optimally::

    x[i+1] = f(x[i]) + k3 N(0, 1),   f(x) = x + k1 u*(x) (1 - x) - k2 x

Without s the scatter of the means is taken for noise of sentiment that returns fast: k1, k2
and k3 come out far too large (an hour of 12 messages with scores 0, .5, 1 has s = .1, four
times a telecom's k3). An hour without messages is a gap that the filter goes through.
Source: any text on state-space models. Checked by ``tests/theory/test_sentiment_filter.py``
(the linear filter by full matrices, parameters given back, the limit s = 0).
"""

import dataclasses
import math
from collections.abc import Callable

import numpy as np

from sim.compile import jit
from sim.errors import InputError
from sim.feeling.sentiment.control import OptimalEffort, optimal_effort
from sim.feeling.sentiment.statistics.result import (
    FEWEST_STEPS,
    FIT_NODES,
    LEAST_K,
    MOST_K,
    SentimentFit,
)

# Lowest noise that is searched: there a path is a line.
LEAST_K3 = 1e-4
# Of sentiment before the first value: a uniform variable has .29.
FIRST_SD = 0.25
# Of a logarithm, for the numerical second derivative: larger errs by curvature, smaller by
# rounding.
CURVATURE_STEP = 0.02


@dataclasses.dataclass(frozen=True, eq=False)
class FilteredSentiment:
    """What is known of sentiment hour by hour.

    Attributes
    ----------
    mean, sd : np.ndarray
        shape (n,): of sentiment, given what was seen up to that hour.
    ahead_mean, ahead_sd : np.ndarray
        shape (n,): of sentiment, given what was seen before that hour.
    log_likelihood : float
        Of all that was seen.
    """

    mean: np.ndarray
    sd: np.ndarray
    ahead_mean: np.ndarray
    ahead_sd: np.ndarray
    log_likelihood: float


def filter_sentiment(
    fit: SentimentFit, x: np.ndarray, sampling_sd: np.ndarray | None = None
) -> FilteredSentiment:
    """Follow sentiment through hourly means.

    Parameters
    ----------
    fit : SentimentFit
        Parameters; the brand steers optimally.
    x : np.ndarray
        shape (n,): means, NaN where nothing was seen.
    sampling_sd : np.ndarray, optional
        shape (n,): their standard errors; 0 by default.

    Returns
    -------
    FilteredSentiment
        Normal approximations.

    Examples
    --------
    >>> import numpy as np
    >>> import sim
    >>> noise = np.random.default_rng(1).standard_normal((2000, 1))
    >>> x = sim.feeling.steer_sentiment(0.396, 0.164, 0.028, noise)[:, 0]
    >>> fit = sim.feeling.fit_sentiment(x)
    >>> sim.feeling.filter_sentiment(fit, x).mean.shape
    (2001,)
    """
    values = np.ascontiguousarray(x, dtype=np.float64)
    errors = np.zeros(values.size) if sampling_sd is None else sampling_sd
    policy = fit.compute_control_policy()
    table = np.empty((4, values.size))
    step, first = _tabulate(policy, fit.k1, fit.k2), policy.fixed_point
    spread = np.ascontiguousarray(errors, dtype=np.float64)
    total = run_filter(values, spread, step, fit.k3**2, first, table)
    return FilteredSentiment(table[0], table[1], table[2], table[3], total)


def fit_sampled(
    values: np.ndarray,
    sampling_sd: np.ndarray,
    guess: tuple[float, float, float],
    costs: tuple[float, float, float],
) -> SentimentFit:
    """Estimate k1, k2, k3 from hourly means with known standard errors.

    Parameters
    ----------
    values, sampling_sd : np.ndarray
        shape (n,): means in [0, 1] and their standard errors; NaN where nothing was seen.
    guess : tuple of float
        Start of the search: k1, k2, k3.
    costs : tuple of float
        kappa, c, rho.

    Returns
    -------
    SentimentFit
        ``steps`` counts the values seen; errors from the curvature of the likelihood.

    Raises
    ------
    InputError
        If nothing but the errors of the means is seen, or k1 and k2 are not identified.
    """
    from scipy.optimize import minimize

    seen = np.isfinite(values)
    _check_errors(values, sampling_sd, seen)
    table = np.empty((4, values.size))

    def lose(log_k: np.ndarray) -> float:
        if np.any(log_k > math.log(MOST_K)) or np.any(log_k < math.log(LEAST_K3)):
            return 1e9
        k1, k2, k3 = np.exp(log_k)
        policy = optimal_effort(k1, k2, k3, *costs, nodes=FIT_NODES)
        step = _tabulate(policy, k1, k2)
        return -run_filter(values, sampling_sd, step, k3 * k3, policy.fixed_point, table)

    start = _choose_start(lose, guess)
    settings = {"xatol": 1e-5, "fatol": 1e-7, "maxiter": 2000, "maxfev": 2000}
    found = minimize(lose, start, method="Nelder-Mead", options=settings)
    best = np.exp(found.x)
    if best[2] < 2.0 * LEAST_K3:
        raise InputError(
            "sentiment fit: the means vary no more than their sampling errors: the series does "
            "not identify k1, k2 and k3"
        )
    covariance = _invert_curvature(lose, found.x, best)
    errors = np.sqrt(np.diag(covariance))
    if np.any(best[:2] < 1.1 * LEAST_K) or np.any(best[:2] > 0.9 * MOST_K):
        raise InputError("sentiment fit: the series does not identify k1 and k2")
    k1, k2, k3 = best.tolist()
    k1_se, k2_se, k3_se = errors.tolist()
    return SentimentFit(
        k1=k1,
        k2=k2,
        k3=k3,
        k1_se=k1_se,
        k2_se=k2_se,
        k3_se=k3_se,
        log_likelihood=-float(found.fun),
        steps=int(seen.sum()),
        correlation=float(covariance[0, 1] / (errors[0] * errors[1])),
        kappa=costs[0],
        c=costs[1],
        rho=costs[2],
    )


def _check_errors(values: np.ndarray, errors: np.ndarray, seen: np.ndarray) -> None:
    if errors.shape != values.shape:
        raise InputError(
            f"sentiment fit: {errors.size} sampling errors for {values.size} values, allowed: one "
            "for each"
        )
    if not np.all(errors[seen] >= 0.0):
        raise InputError("sentiment fit: sampling_sd: allowed: 0 or above where a value is known")
    if int(seen.sum()) < FEWEST_STEPS:
        raise InputError(
            f"sentiment fit: {int(seen.sum())} known values, allowed: {FEWEST_STEPS} or more"
        )


def _choose_start(
    lose: Callable[[np.ndarray], float], guess: tuple[float, float, float]
) -> np.ndarray:
    """The best of some slower and quieter starts: the guess takes errors for noise."""
    starts = [
        np.log(np.maximum(np.array(guess) * np.array([slow, slow, quiet]), 4 * LEAST_K3))
        for slow in (1.0, 0.5, 0.2)
        for quiet in (1.0, 0.4, 0.15)
    ]
    return min(starts, key=lose)


def _invert_curvature(
    lose: Callable[[np.ndarray], float], point: np.ndarray, scale: np.ndarray
) -> np.ndarray:
    """The covariance of the parameters, from the curvature over their logarithms."""
    size = point.size
    shifts = CURVATURE_STEP * np.eye(size)
    curvature = np.empty((size, size))
    for i in range(size):
        for j in range(size):
            signs = ((1, 1), (1, -1), (-1, 1), (-1, -1))
            corners = [lose(point + a * shifts[i] + b * shifts[j]) for a, b in signs]
            mixed = corners[0] - corners[1] - corners[2] + corners[3]
            curvature[i, j] = mixed / (4.0 * CURVATURE_STEP**2)
    if np.any(np.linalg.eigvalsh(curvature) <= 1e-6):
        raise InputError("sentiment fit: the series does not identify k1, k2 and k3")
    return np.asarray(np.linalg.inv(curvature) * np.outer(scale, scale))


def _tabulate(policy: OptimalEffort, k1: float, k2: float) -> np.ndarray:
    """F(x) of the module's head on the control policy's grid."""
    return policy.grid + k1 * policy.grid_effort * (1.0 - policy.grid) - k2 * policy.grid


@jit
def run_filter(
    values: np.ndarray,
    errors: np.ndarray,
    step: np.ndarray,
    noise_variance: float,
    first: float,
    table: np.ndarray,
) -> float:
    """Run the filter; fill mean, sd, mean ahead, sd ahead; return the log-likelihood.

    ``step`` is f on an equidistant grid over [0, 1], shape (m,); ``table`` has shape (4, n).
    """
    mean, variance, total = first, FIRST_SD * FIRST_SD, 0.0
    last = step.size - 1
    for i in range(values.size):
        table[2, i], table[3, i] = mean, math.sqrt(variance)
        if not math.isnan(values[i]):
            spread = variance + errors[i] * errors[i]
            missed = values[i] - mean
            total -= 0.5 * (math.log(2.0 * math.pi * spread) + missed * missed / spread)
            mean += variance / spread * missed
            variance *= errors[i] * errors[i] / spread
        mean = min(max(mean, 0.0), 1.0)
        table[0, i], table[1, i] = mean, math.sqrt(variance)
        place = min(int(mean * last), last - 1)
        slope = (step[place + 1] - step[place]) * last
        mean = step[place] + (mean * last - place) * (step[place + 1] - step[place])
        variance = slope * slope * variance + noise_variance
    return total
