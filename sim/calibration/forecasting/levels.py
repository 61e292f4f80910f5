"""The level of days: where it is, how it drifts, and how much days differ beside it.

    z_d = ln(day's usual mentions / profile's) = m_d + x_d + s e_d
    m_d = m_{d-1} + b,   x_d = r x_{d-1} + q n_d

m is the level with its slow trend b; x moves away from it and, where r < 1, comes back; e spreads
single days. Each triple (r, q, s) of a grid has a Kalman filter (Durbin & Koopman 2012, chapter
4); they weigh by likelihood and prior, so a short history, which tells none of them, gives wide
bands. Checked by ``tests/unit/test_forecast_levels.py``.
"""

from typing import NamedTuple

import numpy as np

# Of a logarithm and a day. Steps of a factor of about 1.4, finer than two months of days tell; a
# brand whose level moves by more than half from day to day has no level.
DRIFTS = (0.0, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.45)
# How much of a deviation is left a day later: half-lives of one, two, four, 14 days; 1 for ever.
RETURNS = (0.5, 0.7, 0.85, 0.95, 1.0)
# Steps of a factor of 1.3 to 2, as those of the drift; nobody knows a day within one percent.
NOISES = (0.02, 0.04, 0.06, 0.09, 0.12, 0.16, 0.2, 0.26, 0.35, 0.5, 0.7, 1.0)
# (a) Exponential priors: without days, drift and noise are of this size. Half of them makes bands
# of a week's history too narrow, double leaves those of two months as they are.
DRIFT_SIZE, NOISE_SIZE = 0.15, 0.4
# (a) A trend of one percent in three days, 10 % a month, is usual; more has to show.
TREND_SD = 0.003
# The first day's level is known within a factor of e from the profile's.
START_VARIANCE = 1.0
# (a) Degrees of freedom of a day's noise: four make one day in a hundred four spreads away, as seen
# in counts of brands; a normal law calls such days impossible.
TAIL_FREEDOM = 4.0
# Days further from the median of the month around than so many robust spreads are bursts.
ODD_SPREADS = 4.0
LEAST_ODD = 0.4  # of a logarithm: half as much again; below it a day is a busy one
AROUND_DAYS = 14  # on both sides: two weekdays of each kind, and a burst of a week is in a minority


class DayLevels(NamedTuple):
    """What the days say, one entry a triple (r, q, s)."""

    back: np.ndarray
    drift: np.ndarray
    noise: np.ndarray
    weight: np.ndarray
    state: np.ndarray
    """float64, shape (n, 3): x, m and b of the last day"""
    covariance: np.ndarray
    """float64, shape (n, 3, 3)"""

    def summarize(self) -> dict[str, float]:
        """Mean and standard deviation of level and trend, mean of drift and noise."""
        found: dict[str, float] = {}
        for name, part in (("level", (1.0, 1.0, 0.0)), ("trend", (0.0, 0.0, 1.0))):
            row = np.array(part)
            values = self.state @ row
            mean = float(self.weight @ values)
            spread = row @ self.covariance @ row + (values - mean) ** 2
            found |= {name: mean, f"{name}_sd": float(self.weight @ spread) ** 0.5}
        found["drift"] = float(self.weight @ self.drift)
        found["noise"] = float(self.weight @ self.noise)
        return found


def fit_levels(ln_ratio: np.ndarray) -> DayLevels:
    """Filter the days.

    Parameters
    ----------
    ln_ratio : np.ndarray
        float64, shape (n_days,): z, NaN where a day is not known or no usual one.

    Returns
    -------
    DayLevels
        At the last day.
    """
    grid = np.meshgrid(RETURNS, DRIFTS, NOISES, indexing="ij")
    back, drift, noise = (each.ravel() for each in grid)
    log_weight = -drift / DRIFT_SIZE - noise / NOISE_SIZE
    state, moves = np.zeros((len(back), 3)), _make_moves(back)
    covariance = np.zeros((len(back), 3, 3))
    covariance[:, 1, 1], covariance[:, 2, 2] = START_VARIANCE, TREND_SD**2
    covariance[:, 0, 0] = drift**2 / np.maximum(1.0 - back**2, drift**2 + 1e-9)
    for seen in ln_ratio:
        state = np.einsum("nij,nj->ni", moves, state)
        covariance = moves @ covariance @ moves.transpose(0, 2, 1)
        covariance[:, 0, 0] += drift**2
        if not np.isfinite(seen):
            continue
        with_sum = covariance[:, :, 0] + covariance[:, :, 1]
        total = with_sum[:, 0] + with_sum[:, 1] + noise**2
        missed = seen - state[:, 0] - state[:, 1]
        log_weight -= 0.5 * (np.log(total) + missed**2 / total)
        gain = with_sum / total[:, None]
        state = state + gain * missed[:, None]
        covariance = covariance - gain[:, :, None] * with_sum[:, None, :]
    weight = np.exp(log_weight - log_weight.max())
    return DayLevels(back, drift, noise, weight / weight.sum(), state, covariance)


def _make_moves(back: np.ndarray) -> np.ndarray:
    """The matrices that take a state to the next day, shape (n, 3, 3)."""
    moves = np.zeros((len(back), 3, 3))
    moves[:, 0, 0] = back
    moves[:, 1, 1] = moves[:, 1, 2] = moves[:, 2, 2] = 1.0
    return moves


def draw_levels(
    levels: DayLevels, gap_days: int, days: int, size: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Draw how the level goes on.

    Parameters
    ----------
    levels : DayLevels
        At the last day of the history.
    gap_days : int
        Days between that and the first one drawn.
    days, size : int
        Days of a path, paths.
    rng : np.random.Generator
        Its source.

    Returns
    -------
    np.ndarray
        float64, shape (size, days): ln of the level.
    np.ndarray
        float64, shape (size,): the days' noise s.
    """
    pick = rng.choice(len(levels.weight), size, p=levels.weight)
    spread, axes = np.linalg.eigh(levels.covariance[pick])
    away = np.sqrt(np.maximum(spread, 0.0)) * rng.standard_normal((size, 3))
    state = levels.state[pick] + np.einsum("nij,nj->ni", axes, away)
    back, drift = levels.back[pick], levels.drift[pick]
    steps = rng.standard_normal((size, gap_days + days)) * drift[:, None]
    moved = np.empty(steps.shape)
    deviation, variance = state[:, 0], np.zeros(size)
    for day in range(steps.shape[1]):
        deviation = back * deviation + steps[:, day]
        variance = back**2 * variance + drift**2
        # What is still to come has mean 1: drifting makes bands wider and forecasts no higher.
        moved[:, day] = deviation - 0.5 * variance
    ahead = np.arange(1, steps.shape[1] + 1)
    path = state[:, 1:2] + state[:, 2:] * ahead + moved
    return path[:, gap_days:], levels.noise[pick]


def draw_tails(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Noise of variance 1 whose far values are as frequent as in counts of brands."""
    scale = (TAIL_FREEDOM / (TAIL_FREEDOM - 2.0)) ** 0.5
    return rng.standard_t(TAIL_FREEDOM, shape) / scale


def find_odd_days(ln_ratio: np.ndarray) -> np.ndarray:
    """Which days are too far above the days around them to tell the level, bool, shape (n,).

    Against the median of the month around, so one that lasts for a week is found too.
    """
    around = [
        _find_median(ln_ratio[max(0, d - AROUND_DAYS) : d + AROUND_DAYS + 1])
        for d in range(len(ln_ratio))
    ]
    away = ln_ratio - np.array(around)
    known = np.isfinite(away)
    if known.sum() < AROUND_DAYS:
        return np.zeros(len(ln_ratio), np.bool_)
    spread = 1.4826 * float(np.median(np.abs(away[known])))
    return known & (np.nan_to_num(away) > max(ODD_SPREADS * spread, LEAST_ODD))


def _find_median(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else np.nan
