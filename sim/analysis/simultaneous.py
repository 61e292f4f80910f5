"""Intervals that hold all at once, by the largest t of a family.

The means of m contrasts over R replications have the correlations of the contrasts; q is the .95
quantile of the largest |t| of such a family, t of R - 1 degrees of freedom (Hsu 1996, *Multiple
Comparisons*, 1.3; for paired differences under common random numbers Nelson and Matejcik 1995,
Management Science 41:1935), found by drawing; with one contrast it is Student's. Checked by
``tests/unit/test_analysis_intervals.py`` (coverage).
"""

from typing import NamedTuple

import numpy as np

from sim.outcomes.estimate import LEVEL, quantile_t

# The quantile of 20,000 draws is right to 1 % of itself; half of them shows in the third digit.
DRAWS = 20_000
# Numbers in memory at a time; larger families are drawn in fewer rows.
MOST_CELLS = 8_000_000
LEAST_DRAWS = 2_000
"""right to 3 %; a family so large that it is drawn so seldom has a flat quantile anyway"""
# Beyond, the quantile is within 2 % of Bonferroni's, which takes no time.
MOST_DRAWN = 500


class Contrasts(NamedTuple):
    """Means of contrasts, each array of shape (n_contrasts,).

    Attributes
    ----------
    mean, low, high : np.ndarray
        With intervals that hold together.
    n : int
        Replications.
    """

    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    n: int


def estimate_together(values: np.ndarray, level: float = LEVEL, seed: int = 1) -> Contrasts:
    """Means with simultaneous intervals.

    Parameters
    ----------
    values : np.ndarray
        shape (n_replications, n_contrasts); replications in which one is NaN are left out.
    level : float
        With which all of them hold.
    seed : int
        Of the draws.
    """
    whole = values[~np.isnan(values).any(axis=1)]
    n, count = whole.shape
    if n < 2:
        none = np.full(count, np.nan)
        return Contrasts(whole.mean(axis=0) if n else none, none, none, n)
    mean, error = whole.mean(axis=0), whole.std(axis=0, ddof=1) / np.sqrt(n)
    varied = error > 1e-12 * np.maximum(np.abs(mean), 1e-300)
    half = np.zeros(count)
    if varied.any():
        half[varied] = quantile_largest(whole[:, varied], level, seed) * error[varied]
    return Contrasts(mean, mean - half, mean + half, n)


def quantile_largest(values: np.ndarray, level: float, seed: int) -> float:
    """The quantile of the largest |t| of contrasts with the correlations of these."""
    n, count = values.shape
    if count == 1:
        return quantile_t(0.5 + level / 2, n - 1)
    if count > MOST_DRAWN:
        return quantile_t(1.0 - (1.0 - level) / (2 * count), n - 1)
    related = np.corrcoef(values, rowvar=False)
    powers, axes = np.linalg.eigh(related)
    root = axes * np.sqrt(np.maximum(powers, 0.0))
    rows = max(min(DRAWS, MOST_CELLS // count), LEAST_DRAWS)
    generator = np.random.default_rng(seed)
    drawn = generator.standard_normal((rows, count)) @ root.T
    scale = np.sqrt(generator.chisquare(n - 1, rows) / (n - 1))
    return float(np.quantile(np.abs(drawn).max(axis=1) / scale, level))
