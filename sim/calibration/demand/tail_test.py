"""How surprising a count is, and what counts are without events.

    N ~ Poisson(m B A),   B Gamma with mean 1 and variance vB (a day's busyness),
                          A Gamma with mean 1 and variance vA (that of the hours in the slot)

the scenario's own demand; phi = (1 + vB)(1 + vA) - 1 is the overdispersion in all. P(X >= N) is
the negative binomial's, given B, averaged over B by Gauss-Laguerre quadrature: where
probabilities are 1 in 10^5 and less, that is up to ten times the tail of one gamma with the
same variance. Level and phi of a history come from its ranks at and below the median, which
bursts, being upward, hardly move. Checked by ``tests/unit/test_calibration_tail_test.py``.
"""

import functools
import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from sim.calibration.demand.weekly_profile import Busyness

# Ranks of so many counts fix a percentile to .005; more only cost time.
MOST_SAMPLE = 5_000
# Some of the overdispersion is always left to the hours: else a fitted day factor explains all of
# it.
MOST_DAY_SHARE = 0.8
# Days that differ by a standard deviation under 3 % are left out: one gamma describes both
# factors.
LEAST_DAY_VARIANCE = 1e-3
# One standard deviation below the mean of a normal: low enough to see the spread, high enough to
# be seen in short histories.
_LOW = 0.16
# The golden ratio's fraction: multiples of it fill [0, 1] evenly without random numbers.
_GOLDEN = 0.6180339887498949
# Of the logarithm of level and phi: half of it costs a step more and changes the fifth digit.
_LOG_TOLERANCE = 5e-5
# Level and overdispersion depend on each other weakly; not tuned.
_ROUNDS = 2
# Of Gauss-Laguerre quadrature: more are more exact in the far tail and cost time.
_NODES = 24


class Null(NamedTuple):
    """Counts without bursts: level of the profile and overdispersion."""

    level: float
    """multiplies the expected counts"""
    phi: float


def split_busyness(busyness: Busyness, phi: float) -> Busyness:
    """Busyness whose hours have the overdispersion phi in all."""
    day = min(busyness.day_variance, MOST_DAY_SHARE * phi)
    return Busyness(day, (1.0 + phi) / (1.0 + day) - 1.0, busyness.correlation)


def fit_null(values: np.ndarray, expected: np.ndarray, level: float | None = None) -> Null:
    """Fit level and overdispersion so that bursts hardly matter.

    The level puts the median of the counts' ranks at 1/2, phi their 16th percentile at .16.
    Ranks are of the negative binomial, uniform between P(X < N) and P(X <= N): so they are
    uniform for the smallest means, too (Brockwell 2007, DOI 10.1016/j.spl.2007.02.008).

    Parameters
    ----------
    values, expected : np.ndarray
        float64, shape (n,): counts (finite) and the profile's expectation (positive).
    level : float, optional
        Where it is known.

    Returns
    -------
    Null
        One level for all.
    """
    if len(values) > MOST_SAMPLE:
        every = -(-len(values) // MOST_SAMPLE)
        values, expected = values[::every], expected[::every]
    coin = np.arange(1, len(values) + 1) * _GOLDEN % 1.0
    found, phi = level or float(values.sum() / expected.sum()), 0.1
    for _ in range(_ROUNDS):
        if level is None:
            found = _find_level(values, expected, phi, coin)
        phi = _find_phi(values, found * expected, coin)
    return Null(found, phi)


def _find_phi(values: np.ndarray, mean: np.ndarray, coin: np.ndarray) -> float:
    """Phi at which a share `_LOW` of the ranks lies below `_LOW`."""

    def exceed(log_phi: float) -> float:
        return _LOW - float(np.quantile(_rank(values, mean, math.exp(log_phi), coin), _LOW))

    return math.exp(_find_crossing(exceed, math.log(1e-5), math.log(10.0)))


def _find_level(values: np.ndarray, expected: np.ndarray, phi: float, coin: np.ndarray) -> float:
    """The level at which the median rank is 1/2."""
    center = math.log(float(values.sum() / expected.sum()))

    def exceed(log_level: float) -> float:
        return float(np.median(_rank(values, math.exp(log_level) * expected, phi, coin))) - 0.5

    return math.exp(_find_crossing(exceed, center - math.log(50.0), center + math.log(50.0)))


def _find_crossing(exceed: Callable[[float], float], low: float, high: float) -> float:
    """Where a falling function crosses 0; the nearer end where it does not in between."""
    from scipy import optimize

    if exceed(low) <= 0.0:
        return low
    if exceed(high) >= 0.0:
        return high
    return float(optimize.brentq(exceed, low, high, xtol=_LOG_TOLERANCE))


def _rank(values: np.ndarray, mean: np.ndarray, phi: float, coin: np.ndarray) -> np.ndarray:
    """P(X < N) + coin P(X = N) of the negative binomial, shape (n,)."""
    from scipy import special

    size, spread = 1.0 / phi, phi * np.maximum(mean, 1e-12)
    log_mass = special.gammaln(values + size) - special.gammaln(values + 1.0)
    log_mass += values * np.log(spread / (1.0 + spread)) - size * np.log1p(spread)
    mass = np.exp(log_mass - special.gammaln(size))
    return 1.0 - _compute_tail(values, mean, phi) + coin * mass


def _compute_tail(values: np.ndarray, mean: np.ndarray, phi: float) -> np.ndarray:
    """P(X >= N) of the negative binomial, shape (n,)."""
    from scipy import special

    count, spread = np.maximum(values, 1e-9), phi * np.maximum(mean, 1e-12)
    tail = special.betainc(count, 1.0 / phi, spread / (1.0 + spread))
    return np.where(values <= 0.0, 1.0, tail)


def compute_log10_tail(
    values: np.ndarray, mean: np.ndarray, phi: float, day_variance: float = 0.0
) -> np.ndarray:
    """Log10 P(X >= N), shape (n,), at most 0.

    Parameters
    ----------
    values, mean : np.ndarray
        float64, shape (n,): counts and their expectation.
    phi : float
        Overdispersion in all, above 0.
    day_variance : float
        vB, the part of it that is a factor of its own; 0: negative binomial.
    """
    day_variance = min(day_variance, MOST_DAY_SHARE * phi)
    if day_variance < LEAST_DAY_VARIANCE:
        return np.log10(np.maximum(_compute_tail(values, mean, phi), 1e-300))
    rest = (1.0 + phi) / (1.0 + day_variance) - 1.0
    factors, weights = _compute_nodes(day_variance)
    tail = sum(
        weight * _compute_tail(values, factor * mean, rest)
        for factor, weight in zip(factors, weights, strict=True)
    )
    return np.log10(np.clip(tail, 1e-300, 1.0))


@functools.lru_cache(maxsize=64)
def _compute_nodes(variance: float) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights for a Gamma factor of mean 1, shape (n,) each.

    Golub and Welsch 1969 (DOI 10.1090/S0025-5718-69-99647-1): weights sum to 1, so that no
    gamma function overflows.
    """
    shape, number = 1.0 / variance, np.arange(_NODES)
    off = np.sqrt(number[1:] * (number[1:] + shape - 1.0))
    matrix = np.diag(2.0 * number + shape) + np.diag(off, 1) + np.diag(off, -1)
    nodes, vectors = np.linalg.eigh(matrix)
    return variance * nodes, vectors[0] ** 2
