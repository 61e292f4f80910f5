"""From replications to estimates: means, intervals in their range, paired differences, Holm.

Formulas: the mean m of independent replication means; half-width h = t(.975, n - 1) s / sqrt(n)
(Law 2015, ch. 9). Differences have m -+ h. What lies between two limits has the interval on the
scale of its log odds, logit m -+ h / (m (1 - m)), and what has a lowest value only on that of its
square root, (sqrt(m) -+ h / (2 sqrt(m)))^2, no end below 0, taken back: the delta method (Agresti
2013, *Categorical Data Analysis*, 3.1.6 and 16.1), within the range whatever n, m -+ h to first
order, and longer on the side of the longer tail. The logarithm in the root's place would hold
skewed amounts a little more often (.93 for .91 at n = 5, exponential), but of two weeks it makes
intervals to a thousand times the mean. Values that all lie on one of two limits have no spread,
yet say little of what is rare: the interval ends where so many equal values would have a
chance of .025, 1 - .025^(1/n) from there (Clopper and Pearson 1934; for values in between it
holds as well, since a mean of mu needs values off the limit with a chance of at least mu). Holm
(1979) step-down. Replications without a value are counted and left out. Checked by
``tests/unit/test_outcomes_estimate.py`` (coverage, scipy's ttest_rel).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.store.schema import SPAN_OF

# The usual level of an interval; results/README.md promises it.
LEVEL = 0.95
Span = tuple[float, float]
"""The least and the most that a mean can be."""
FREE: Span = (-math.inf, math.inf)
SHARE: Span = (0.0, 1.0)


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


def estimate_mean(values: np.ndarray, level: float = LEVEL, span: Span = FREE) -> Estimate:
    """The mean of independent values with its interval.

    Parameters
    ----------
    values : np.ndarray
        shape (n,); NaN are left out.
    level : float
        Confidence.
    span : tuple of float
        Least and most that the mean can be; without limits, Student's interval.
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
    off = 1.0 - (0.5 - level / 2) ** (1.0 / n)
    return Estimate(mean, *keep_in_span(mean, half, span, off), n)


def keep_in_span(mean: float, half: float, span: Span, off: float = 0.0) -> tuple[float, float]:
    """The ends of an interval on the scale on which they stay within the span.

    Parameters
    ----------
    mean, half : float
        Mean, and half of the interval without limits.
    span : tuple of float
        Least and most that the mean can be, or infinite.
    off : float
        How far the interval reaches from a limit, in spans, where the mean lies on it.
    """
    low, high = span
    if not math.isfinite(low):
        return mean - half, mean + half
    if not math.isfinite(high):
        root = math.sqrt(mean - low)
        reach = half / (2.0 * root) if root > 0 else 0.0
        return low + max(root - reach, 0.0) ** 2, low + (root + reach) ** 2
    share = (mean - low) / (high - low)
    if not 0.0 < share < 1.0:
        return (low, low + (high - low) * off) if share <= 0 else (high - (high - low) * off, high)
    ratio = math.exp(half / (high - low) / (share * (1.0 - share)))
    ends = (share / (share + (1.0 - share) * ratio), share / (share + (1.0 - share) / ratio))
    return low + (high - low) * ends[0], low + (high - low) * ends[1]


def estimate_measure(name: str, values: np.ndarray) -> Estimate:
    """The mean of a measure of the schema, its interval within what the measure can be."""
    return estimate_mean(values, span=SPAN_OF.get(name, FREE))


def estimate_objective(values: np.ndarray, spread_harm: float) -> Estimate:
    """The mean of a plan's objective; what spread complaints cost may take it below 0."""
    return estimate_mean(values, span=FREE if spread_harm > 0 else SHARE)


def estimate_difference(one: np.ndarray, other: np.ndarray, level: float = LEVEL) -> Estimate:
    """The mean paired difference ``one`` - ``other`` with its interval."""
    return estimate_mean(np.asarray(one, float) - np.asarray(other, float), level)


def quantile_t(p: float, degrees: int) -> float:
    """A quantile of Student's t."""
    from scipy.special import stdtrit

    return float(stdtrit(degrees, p))


def compute_p_below(one: np.ndarray, other: np.ndarray) -> float:
    """The one-sided paired p-value for the mean of ``one`` below that of ``other``.

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
    """Holm's adjusted p-values, in the order given."""
    p = np.asarray(p_values, dtype=float)
    order = np.argsort(p, kind="stable")
    steps = p[order] * (p.size - np.arange(p.size))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted


def summarize(columns: Mapping[str, np.ndarray]) -> dict[str, Estimate]:
    """The estimate of every measure from its values by replication."""
    return {name: estimate_measure(name, values) for name, values in columns.items()}


def count_replications_needed(values: np.ndarray, half_width: float) -> int:
    """How many replications give the mean an interval of +- ``half_width``.

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
