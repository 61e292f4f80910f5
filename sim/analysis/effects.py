"""Main effects and interactions of a grid, each with replications as its sample.

The effect of a level is the mean of the points at it less the mean of all; an interaction of two
levels is what the mean of the points at both is beyond the sum of their effects. In each
replication all points met the same draws, so a replication gives one value of each, and the
values over replications are the sample: intervals hold together for the levels of a factor, or
the cells of a pair. Shares are of the spread between points (balanced analysis of variance).
Checked by ``tests/theory/test_analysis_effects.py`` (M/M/c against derivatives).
"""

import itertools
from typing import NamedTuple

import numpy as np

from sim.analysis.simultaneous import Contrasts, estimate_together


class GridEffect(NamedTuple):
    """A main effect, or an interaction of two factors.

    Attributes
    ----------
    factors : tuple of int
        One or two places.
    share : float
        Of the spread between points; NaN where there is none.
    contrasts : Contrasts
        Of each level, or each pair of levels, in order.
    """

    factors: tuple[int, ...]
    share: float
    contrasts: Contrasts


def find_grid_effects(values: np.ndarray, levels: tuple[int, ...]) -> list[GridEffect]:
    """All main effects and interactions of two.

    Parameters
    ----------
    values : np.ndarray
        shape (n_points, n_replications): the points of a full grid in order.
    levels : tuple of int
        How many levels each factor has.
    """
    grid = values.reshape(*levels, values.shape[1])
    d = len(levels)
    grand = grid.mean(axis=tuple(range(d)))
    spread = float(((grid - grand).mean(axis=-1) ** 2).sum())
    mains = [
        grid.mean(axis=tuple(other for other in range(d) if other != place)) - grand
        for place in range(d)
    ]
    effects = [_make_effect((place,), mains[place], levels, spread) for place in range(d)]
    for one, other in itertools.combinations(range(d), 2):
        rest = tuple(place for place in range(d) if place not in (one, other))
        cells = grid.mean(axis=rest) - grand - mains[one][:, None] - mains[other][None]
        effects.append(_make_effect((one, other), cells, levels, spread))
    return effects


def _make_effect(
    places: tuple[int, ...], cells: np.ndarray, levels: tuple[int, ...], spread: float
) -> GridEffect:
    flat = cells.reshape(-1, cells.shape[-1])
    times = np.prod(levels) / flat.shape[0]
    squares = float((flat.mean(axis=1) ** 2).sum() * times)
    share = squares / spread if spread > 0 else float("nan")
    return GridEffect(places, share, estimate_together(flat.T))
