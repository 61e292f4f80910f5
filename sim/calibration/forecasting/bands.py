"""Paths as counts with bands, by hour, day and week; how well bands and paths did.

The continuous ranked probability score of paths x and what came, y (Gneiting & Raftery 2007):

    CRPS = mean |x - y| - mean |x - x'| / 2

in mentions; for a single number it is the absolute error. Checked by
``tests/unit/test_forecast_scores.py``.
"""

from typing import NamedTuple

import numpy as np

BANDS = (50, 80, 95)
"""percent"""


class Groups(NamedTuple):
    """Hours added up to longer spans."""

    first: np.ndarray
    """int64, shape (m,): index of the first hour of each"""
    n_hours: int
    """hours that are in one"""


def group_days(day: np.ndarray, per_group: int = 1) -> Groups:
    """Whole days, or runs of so many; what is left over is in none."""
    number = day - day[0]
    whole = (int(number[-1]) + 1) // per_group * per_group
    first = np.searchsorted(number, np.arange(0, whole, per_group))
    return Groups(first, int(np.searchsorted(number, whole)))


def add_up(values: np.ndarray, groups: Groups) -> np.ndarray:
    """Sums of the last axis by group."""
    return np.add.reduceat(values[..., : groups.n_hours], groups.first, axis=-1)


def find_bands(paths: np.ndarray) -> dict[str, np.ndarray]:
    """Mean, median and bands of paths.

    Parameters
    ----------
    paths : np.ndarray
        float64, shape (size, n).

    Returns
    -------
    dict of str to np.ndarray
        ``mean``, ``low_95``, ``low_80``, ``low_50``, ``median``, ``high_50``, ..., shape (n,).
    """
    lows = [(1.0 - band / 100.0) / 2.0 for band in reversed(BANDS)]
    shares = [*lows, 0.5, *(1.0 - low for low in reversed(lows))]
    names = [f"low_{band}" for band in reversed(BANDS)] + ["median"]
    names += [f"high_{band}" for band in BANDS]
    # Counts that came in some path: between two of them nothing can be.
    found = np.quantile(paths, shares, axis=0, method="inverted_cdf")
    return {"mean": paths.mean(axis=0), **dict(zip(names, found, strict=True))}


def score_paths(paths: np.ndarray, came: np.ndarray) -> np.ndarray:
    """CRPS of each column [mentions], shape (n,)."""
    ordered = np.sort(paths, axis=0)
    size = len(ordered)
    rank = 2.0 * np.arange(1, size + 1)[:, None] - size - 1.0
    spread = (rank * ordered).sum(axis=0) / size**2
    return np.abs(ordered - came).mean(axis=0) - spread


def is_held(paths: np.ndarray, came: np.ndarray) -> np.ndarray:
    """Whether each band holds what came, bool, shape (3, n)."""
    found = find_bands(paths)
    return np.stack(
        [(came >= found[f"low_{band}"]) & (came <= found[f"high_{band}"]) for band in BANDS]
    )
