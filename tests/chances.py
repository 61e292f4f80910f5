"""Statistics of tests: how far off, in standard errors. |z| <= LIMIT fails once in 60,000."""

import math
from typing import Any

import numpy as np

LIMIT = 4.3


def z_mean(values: Any, expected: float) -> float:
    """Return how many standard errors the mean of independent values is off."""
    values = np.asarray(values, np.float64)
    error = values.std(ddof=1) / math.sqrt(values.size)
    return float((values.mean() - expected) / error)


def z_count(count: float, mean: float) -> float:
    """Return how far a Poisson count is off."""
    return float((count - mean) / math.sqrt(mean))


def z_share(hits: float, trials: float, share: float) -> float:
    """Return how far a share of independent trials is off."""
    return float((hits - trials * share) / math.sqrt(trials * share * (1.0 - share)))


def z_chi_square(counts: Any, means: Any) -> float:
    """Return how far Poisson counts are off their means, all together (Wilson-Hilferty)."""
    counts, means = np.asarray(counts, np.float64), np.asarray(means, np.float64)
    chi_square = ((counts - means) ** 2 / means).sum()
    spread = 2.0 / (9.0 * counts.size)
    return float(((chi_square / counts.size) ** (1 / 3) - (1.0 - spread)) / math.sqrt(spread))


def z_correlation(first: Any, second: Any) -> float:
    """Return how far the correlation of independent pairs is from 0."""
    return float(np.corrcoef(first, second)[0, 1] * math.sqrt(len(first)))


def ks_excess(values: Any, distribution: Any) -> float:
    """Return sqrt(n) D of Kolmogorov and Smirnov over its limit for a false alarm in 60,000.

    ``distribution`` maps sorted values to probabilities.
    """
    values = np.sort(np.asarray(values, np.float64))
    below = np.asarray(distribution(values), np.float64)
    places = np.arange(values.size + 1) / values.size
    distance = max((places[1:] - below).max(), (below - places[:-1]).max())
    return float(math.sqrt(values.size) * distance / math.sqrt(-0.5 * math.log(1 / 120_000)))
