"""Morris' elementary effects: which factors matter at all, and which not in a straight line.

The effect of a factor is the change of the measure as it moves alone, divided by the part of its
range that it moves; mu* is the mean of its size, mu its mean, sigma its standard deviation over
trajectories (Morris 1991, Technometrics 33:161; mu*: Campolongo et al. 2007, Environ. Model.
Softw. 22:1509). Intervals are of the bootstrap over trajectories; an effect carries replication
noise of its own size, told beside it. Checked by ``tests/theory/test_analysis_morris.py``.
"""

from typing import NamedTuple

import numpy as np

# As for Sobol's indices.
RESAMPLES = 1000
TAILS = (0.025, 0.975)
"""of the 95 % intervals that all pages show"""


class MorrisEffects(NamedTuple):
    """Each array of shape (n_factors,), intervals (2, n_factors).

    Attributes
    ----------
    mu_star, mu, sigma : np.ndarray
        In units of the measure, for the whole range of the factor.
    mu_star_ends : np.ndarray
        95 % intervals.
    noise : np.ndarray
        Standard deviation of an effect that replication noise alone makes; NaN with one
        replication.
    n : int
        Trajectories.
    """

    mu_star: np.ndarray
    mu: np.ndarray
    sigma: np.ndarray
    mu_star_ends: np.ndarray
    noise: np.ndarray
    n: int


def find_effects(units: np.ndarray, values: np.ndarray, seed: int = 1) -> MorrisEffects:
    """The elementary effects of a design of trajectories.

    Parameters
    ----------
    units : np.ndarray
        shape (n_trajectories * (n_factors + 1), n_factors): points in the unit cube.
    values : np.ndarray
        shape (n_trajectories * (n_factors + 1), n_replications).
    seed : int
        Of the bootstrap.
    """
    d, count = units.shape[1], values.shape[1]
    moves = np.diff(units.reshape(-1, d + 1, d), axis=1)
    steps = np.diff(values.reshape(-1, d + 1, count), axis=1)
    whole = ~np.isnan(steps).any(axis=(1, 2))
    moves, steps = moves[whole], steps[whole]
    moved = np.abs(moves).argmax(axis=2)
    lengths = np.take_along_axis(moves, moved[:, :, None], axis=2)
    ordered = np.empty_like(steps)
    np.put_along_axis(ordered, moved[:, :, None].repeat(count, axis=2), steps / lengths, axis=1)
    effects = ordered.mean(axis=2)
    n = effects.shape[0]
    generator = np.random.default_rng(seed)
    rows = generator.integers(0, n, (RESAMPLES, n))
    stars = np.abs(effects)[rows].mean(axis=1)
    noise = np.full(d, np.nan)
    if count > 1:
        noise = np.sqrt(ordered.var(axis=2, ddof=1).mean(axis=0) / count)
    return MorrisEffects(
        np.abs(effects).mean(axis=0),
        effects.mean(axis=0),
        effects.std(axis=0, ddof=1) if n > 1 else np.full(d, np.nan),
        np.quantile(stars, TAILS, axis=0),
        noise,
        n,
    )
