"""Differences to one point, and what amount of staff would do the same.

Differences are paired: at all points the same customers came. An equivalent is the staffing that,
at the reference, would give the measure that another point has: read off the reference's own
values at several amounts of staff, made monotone and joined by straight lines; its interval is of
the bootstrap over replications. Checked by ``tests/unit/test_analysis_intervals.py``.
"""

from typing import NamedTuple

import numpy as np

from sim.analysis.simultaneous import Contrasts, estimate_together

# As for Sobol's indices.
RESAMPLES = 1000
TAILS = (0.025, 0.975)
"""of the 95 % intervals that all pages show"""


class Equivalent(NamedTuple):
    """The staffing that is worth as much.

    Attributes
    ----------
    ratio : float
        To that of the reference; infinite or 0 where the curve does not reach that far.
    low, high : float
        95 % interval.
    """

    ratio: float
    low: float
    high: float


def find_differences(values: np.ndarray, reference: int) -> Contrasts:
    """Each other point less the reference, with intervals that hold together.

    Parameters
    ----------
    values : np.ndarray
        shape (n_points, n_replications).
    reference : int
        Its place.
    """
    return estimate_together(np.delete(values - values[reference], reference, axis=0).T)


def find_equivalents(
    amounts: np.ndarray, curve: np.ndarray, others: np.ndarray, at: float, seed: int = 1
) -> list[Equivalent]:
    """What other points are worth in staff.

    Parameters
    ----------
    amounts : np.ndarray
        shape (k,), rising: amounts of staff, at least two.
    curve : np.ndarray
        shape (k, n_replications): the reference's measure with each.
    others : np.ndarray
        shape (m, n_replications): the measure of those that are judged, with the amount `at`.
    at : float
        The reference's amount.
    seed : int
        Of the bootstrap.
    """
    whole = ~np.isnan(np.vstack([curve, others])).any(axis=0)
    curve, others = curve[:, whole], others[:, whole]
    n = curve.shape[1]
    rows = np.random.default_rng(seed).integers(0, max(n, 1), (RESAMPLES, n))
    drawn = curve[:, rows].mean(axis=2).T
    found = []
    for one in others:
        ratio = read_amount(amounts, curve.mean(axis=1), float(one.mean())) / at
        targets = one[rows].mean(axis=1)
        again = [read_amount(amounts, line, float(target)) / at
                 for line, target in zip(drawn, targets, strict=True)]  # fmt: skip
        low, high = np.quantile(again, TAILS, method="nearest") if n > 1 else (np.nan, np.nan)
        found.append(Equivalent(ratio, float(low), float(high)))
    return found


def read_amount(amounts: np.ndarray, line: np.ndarray, target: float) -> float:
    """Where a curve has a value: 0 or infinity where that is beyond its ends.

    >>> read_amount(np.array([1.0, 2.0]), np.array([10.0, 30.0]), 15.0)
    1.25
    """
    rises = line[-1] >= line[0]
    heights = np.maximum.accumulate(line if rises else -line)
    wanted = target if rises else -target
    if heights[-1] == heights[0] or wanted > heights[-1]:
        return float("inf")
    if wanted < heights[0]:
        return 0.0
    return float(np.interp(wanted, heights, amounts))
