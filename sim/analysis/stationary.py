"""Means of a long run: how much of its start to leave out, and batches in the place of weeks.

*MSER-5* leaves out the first d means of five for which the standard error of the mean of the rest,
s_d / sqrt(n - d), is least, d at most half (White, Cobb and Spratt 2000, WSC:755). *Welch's plot*
is the mean over replications smoothed by a moving window (Welch 1983). *Batch means* cut the rest
in pieces whose means are as good as independent: as many as pass von Neumann's test of
independence, from 30 down to 10 (Law 2015, 9.5.3); a mean is told with its number of batches.
Checked by ``tests/theory/test_analysis_stationary.py`` (AR(1), coverage).
"""

from typing import NamedTuple

import numpy as np

from sim.outcomes.estimate import Estimate, estimate_mean

MSER_BATCH = 5
"""of White, Cobb and Spratt"""
# More than 30 batches shorten the interval by a hundredth; under 10 it is a tenth longer and more.
MOST_BATCHES, LEAST_BATCHES = 30, 10
# Batches pass where von Neumann's ratio is within the 80 % about independence: stricter than .05,
# since what is looked for is correlation that is left.
LEAST_P = 0.2


class BatchMeans(NamedTuple):
    """A mean of a stationary stretch.

    Attributes
    ----------
    estimate : Estimate
        Its `n` counts batches.
    length : int
        Observations of a batch.
    left_out : int
        Observations at the start.
    is_independent : bool
        Whether the batches passed the test; if not, the run is too short for an honest interval.
    """

    estimate: Estimate
    length: int
    left_out: int
    is_independent: bool


def find_truncation(series: np.ndarray) -> int:
    """How many first observations MSER-5 leaves out; series of shape (n,)."""
    means = np.asarray(series, float)
    means = means[: len(means) // MSER_BATCH * MSER_BATCH].reshape(-1, MSER_BATCH).mean(axis=1)
    n = means.size
    if n < 4:
        return 0
    counts = np.arange(n, 0, -1.0)
    sums, squares = (np.cumsum(each[::-1])[::-1] for each in (means, means**2))
    errors = (squares - sums**2 / counts) / counts**2
    return int(np.argmin(errors[: n // 2 + 1])) * MSER_BATCH


def smooth(series: np.ndarray, window: int) -> np.ndarray:
    """Welch's moving average: of 2 window + 1 values, fewer at the start; shorter by `window`."""
    sums = np.concatenate([[0.0], np.cumsum(series)])
    places = np.arange(max(len(series) - window, 0))
    reach = np.minimum(places, window)
    smoothed: np.ndarray = (sums[places + reach + 1] - sums[places - reach]) / (2 * reach + 1)
    return smoothed


def find_batch_means(series: np.ndarray, left_out: int | None = None) -> BatchMeans:
    """The mean of a stationary series with an interval by batches.

    Parameters
    ----------
    series : np.ndarray
        shape (n,): one run, no value missing; at least 20 observations after the start.
    left_out : int, optional
        Observations left out at the start; by MSER-5 if None.
    """
    start = find_truncation(series) if left_out is None else left_out
    kept = np.asarray(series, float)[start:]
    if kept.size < 2 * LEAST_BATCHES:
        raise ValueError(f"{kept.size} observations; batch means need {2 * LEAST_BATCHES}")
    for count in range(MOST_BATCHES, LEAST_BATCHES - 1, -5):
        length = kept.size // count
        if length < 2:
            continue
        means = kept[kept.size - count * length :].reshape(count, length).mean(axis=1)
        is_independent = check_independence(means) >= LEAST_P
        if is_independent or count == LEAST_BATCHES:
            break
    return BatchMeans(estimate_mean(means), length, start, bool(is_independent))


def check_independence(means: np.ndarray) -> float:
    """The one-sided p-value of von Neumann's ratio against rising together (normal limit)."""
    n = means.size
    squares = float(((means - means.mean()) ** 2).sum())
    if squares == 0.0:
        return 1.0
    from scipy.special import ndtr

    related = 1.0 - float((np.diff(means) ** 2).sum()) / (2.0 * squares)
    return float(ndtr(-related * ((n**2 - 1.0) / (n - 2.0)) ** 0.5))
