"""From replications to estimates: means, Student intervals, paired differences, Holm.

Formulas: the mean of independent replication means; half-width t(.975, n - 1) s / sqrt(n)
(Law 2015, ch. 9); Holm (1979) step-down. Replications without a value are counted and left
out. Checked by ``tests/unit/test_outcomes_estimate.py`` (coverage, scipy's ttest_rel).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

LEVEL = 0.95


@dataclass(frozen=True)
class Estimate:
    """A mean with its 95 % interval.

    Attributes
    ----------
    mean, ci_low, ci_high : float
        NaN where there is no replication (the interval: fewer than two).
    n : int
        Replications that had a value.
    """

    mean: float
    ci_low: float
    ci_high: float
    n: int


def estimate_mean(values: np.ndarray, level: float = LEVEL) -> Estimate:
    """Return the mean of independent values with its Student interval.

    Parameters
    ----------
    values : np.ndarray
        shape (n,); NaN are left out.
    level : float
        Confidence.
    """
    kept = np.asarray(values, dtype=float)
    kept = kept[~np.isnan(kept)]
    n = kept.size
    if n == 0:
        return Estimate(float("nan"), float("nan"), float("nan"), 0)
    mean = float(kept.mean())
    if n == 1:
        return Estimate(mean, float("nan"), float("nan"), 1)
    half = quantile_t(0.5 + level / 2, n - 1) * float(kept.std(ddof=1)) / n**0.5
    return Estimate(mean, mean - half, mean + half, n)


def estimate_difference(one: np.ndarray, other: np.ndarray, level: float = LEVEL) -> Estimate:
    """Return the mean paired difference ``one`` - ``other`` with its interval."""
    return estimate_mean(np.asarray(one, float) - np.asarray(other, float), level)


def quantile_t(p: float, degrees: int) -> float:
    """Return a quantile of Student's t."""
    from scipy.special import stdtrit

    return float(stdtrit(degrees, p))


def find_p_below(one: np.ndarray, other: np.ndarray) -> float:
    """Return the one-sided paired p-value for the mean of ``one`` below that of ``other``.

    Small where the data say that it is below; the null hypothesis is that it is not.
    """
    from scipy.special import stdtr

    difference = np.asarray(one, float) - np.asarray(other, float)
    difference = difference[~np.isnan(difference)]
    if difference.size < 2:
        return float("nan")
    spread = float(difference.std(ddof=1))
    mean = float(difference.mean())
    if spread == 0.0:
        return 0.0 if mean < 0 else 1.0
    return float(stdtr(difference.size - 1, mean / spread * difference.size**0.5))


def adjust_holm(p_values: Sequence[float]) -> np.ndarray:
    """Return Holm's adjusted p-values, in the order given."""
    p = np.asarray(p_values, dtype=float)
    order = np.argsort(p, kind="stable")
    steps = p[order] * (p.size - np.arange(p.size))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted


def summarize(columns: Mapping[str, np.ndarray]) -> dict[str, Estimate]:
    """Return the estimate of every measure from its values by replication."""
    return {name: estimate_mean(values) for name, values in columns.items()}


def count_replications_needed(values: np.ndarray, half_width: float) -> int:
    """Return how many replications give the mean an interval of +- ``half_width``.

    Two-stage rule of Stein (1945) with the spread of ``values``, at least their number.
    """
    kept = np.asarray(values, float)
    kept = kept[~np.isnan(kept)]
    if half_width <= 0:
        raise ValueError("half_width must be above 0")
    if kept.size < 2:
        raise ValueError("a spread needs two values")
    needed = (quantile_t(0.5 + LEVEL / 2, kept.size - 1) * kept.std(ddof=1) / half_width) ** 2
    return max(int(np.ceil(needed)), kept.size)
