"""Sobol's indices of a Saltelli design: which factor makes how much of the spread.

With f at the rows A, B and A with column i of B (AB_i), over n base points:
first order S_i = mean(f_B (f_ABi - f_A)) / V (Saltelli et al. 2010, Comput. Phys. Commun.
181:259, table 2 b; what `scipy.stats.sobol_indices` computes), total
T_i = mean((f_A - f_ABi)^2) / 2V (Jansen 1999). Intervals are of the bootstrap over base points.

A mean of R replications is f plus noise. Its expected share of each term is estimated from the
replications (the covariance of f_B and f_ABi - f_A over them, half of the variance of f_A - f_ABi,
the spread of points about the mean of points in each replication, all / R) and taken off: the
indices without noise, unbiased term by term also where all points meet the same draws. Checked by
``tests/theory/test_analysis_sobol.py`` (Ishigami, scipy).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

# Ends of intervals are right to a twentieth of their length; half of it to a fifteenth.
RESAMPLES = 1000
# Numbers in memory at a time, 80 MB.
MOST_CELLS = 10_000_000
TAILS = (0.025, 0.975)
"""of the 95 % intervals that all pages show"""


class SobolIndices(NamedTuple):
    """Indices, each array of shape (n_factors,) or, for intervals, (2, n_factors).

    Attributes
    ----------
    first, total : np.ndarray
        Of the means over replications: noise counts as interaction.
    first_ends, total_ends : np.ndarray
        95 % intervals.
    noise_share : float
        Part of the variance that is replication noise; NaN with one replication.
    first_clean, total_clean, first_clean_ends, total_clean_ends : np.ndarray
        The same without noise.
    variance : float
        Of the means over points.
    n : int
        Base points.
    """

    first: np.ndarray
    total: np.ndarray
    first_ends: np.ndarray
    total_ends: np.ndarray
    noise_share: float
    first_clean: np.ndarray
    total_clean: np.ndarray
    first_clean_ends: np.ndarray
    total_clean_ends: np.ndarray
    variance: float
    n: int


class _Terms(NamedTuple):
    """What is summed over base points: shape (n, ...)."""

    both: np.ndarray
    square: np.ndarray
    first: np.ndarray
    step: np.ndarray
    total: np.ndarray
    noise: np.ndarray
    first_noise: np.ndarray
    total_noise: np.ndarray


def split_rows(values: np.ndarray, n_factors: int) -> np.ndarray:
    """The rows of a Saltelli design by base point, shape (n, n_factors + 2, n_replications).

    Base points of which a row is missing are left out.
    """
    rows = values.reshape(-1, n_factors + 2, values.shape[1])
    return rows[~np.isnan(rows).any(axis=(1, 2))]


def find_indices(rows: np.ndarray, seed: int = 1, resamples: int = RESAMPLES) -> SobolIndices:
    """Sobol's indices with their intervals.

    Parameters
    ----------
    rows : np.ndarray
        shape (n, n_factors + 2, n_replications): for each base point f at A, B and the AB_i.
    seed : int
        Of the bootstrap.
    resamples : int
        Of the bootstrap.
    """
    n = rows.shape[0]
    terms = _make_terms(rows)
    whole = _combine(terms, np.ones((1, n)))
    ends = _find_ends(terms, n, seed, resamples)
    has_noise = rows.shape[2] > 1
    none, no_ends = np.full(whole[0][0].shape, np.nan), np.full(ends[0].shape, np.nan)
    return SobolIndices(
        first=whole[0][0],
        total=whole[1][0],
        first_ends=ends[0],
        total_ends=ends[1],
        noise_share=float(whole[4][0, 0]) if has_noise else float("nan"),
        first_clean=whole[2][0] if has_noise else none,
        total_clean=whole[3][0] if has_noise else none,
        first_clean_ends=ends[2] if has_noise else no_ends,
        total_clean_ends=ends[3] if has_noise else no_ends,
        variance=float(np.var(rows[:, :2].mean(axis=2), ddof=1)),
        n=n,
    )


def _make_terms(rows: np.ndarray) -> _Terms:
    count = rows.shape[2]
    centered = rows - rows[:, :2].mean()
    means = centered.mean(axis=2)
    a, b, mixed = means[:, 0], means[:, 1], means[:, 2:]
    step = mixed - a[:, None]
    noise, first_noise, total_noise = np.zeros(len(a)), np.zeros(step.shape), np.zeros(step.shape)
    if count > 1:
        spread = centered[:, :2] - means[:, :2, None]
        spread = spread - spread.mean(axis=(0, 1))
        noise = (spread**2).sum(axis=(1, 2)) / (2 * (count - 1) * count)
        steps = centered[:, 2:] - centered[:, :1]
        own = centered[:, 1:2] - means[:, 1:2, None]
        first_noise = (own * steps).sum(axis=2) / ((count - 1) * count)
        total_noise = steps.var(axis=2, ddof=1) / (2 * count)
    return _Terms(
        (a + b) / 2, (a**2 + b**2) / 2, b[:, None] * step, step, step**2 / 2,
        noise, first_noise, total_noise,
    )  # fmt: skip


def _combine(terms: _Terms, counts: np.ndarray) -> list[np.ndarray]:
    """First and total, both also without noise, and the share of noise, a row for each resample."""
    n = counts.sum(axis=1, keepdims=True)
    mean = [counts @ (each if each.ndim == 2 else each[:, None]) / n for each in terms]
    center, square, first, step, total, noise, first_noise, total_noise = mean
    spread = (square - center**2) * (2 * n / (2 * n - 1))
    first = first - center * step
    clean = spread - noise
    with np.errstate(divide="ignore", invalid="ignore"):
        return [
            first / spread,
            total / spread,
            (first - first_noise) / clean,
            (total - total_noise) / clean,
            noise / spread,
        ]


def _find_ends(terms: _Terms, n: int, seed: int, resamples: int) -> Sequence[np.ndarray]:
    generator = np.random.default_rng(seed)
    found: list[list[np.ndarray]] = []
    left, at_once = resamples, max(MOST_CELLS // max(n, 1), 1)
    while left > 0:
        rows = min(left, at_once)
        counts = generator.multinomial(n, np.full(n, 1.0 / n), size=rows).astype(float)
        found.append(_combine(terms, counts)[:4])
        left -= rows
    columns = [np.concatenate([one[place] for one in found]) for place in range(4)]
    return [np.nanquantile(column, TAILS, axis=0) for column in columns]
