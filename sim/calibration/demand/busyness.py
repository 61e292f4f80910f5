"""How much busy days and hours spread the counts: moments of what profile and events leave.

With e_i = N_i - m_i, m the fitted mean and b the base's part of it, over hours i, j outside
events, with the factors B_day (variance vB) and A_hour (variance vA, correlation rho^lag):

    same day, lag 0:   sum(e_i^2 - m_i) / sum(b_i^2)       = vB + (1 + vB) vA
    same day, lag l:   sum(e_i e_j)     / sum(b_i b_j)     = vB + (1 + vB) vA rho^l
    next day, lag l:   the same                            = vA rho^l

The lag-0 moment has Poisson's part m subtracted. For each rho on a grid the two
variances are found by weighted least squares without negative values; the best rho
wins. Standard errors leave out one day after another (jackknife). Checked by
``tests/unit/test_calibration_busyness.py`` against hand-made factors and by recovery
from draws.
"""

from typing import NamedTuple

import numpy as np

from sim.calibration.demand.weekly_profile import Busyness
from sim.calibration.reading.grid import Counts

# (a) Days that a variance of days needs: with 20 its standard error is about a third.
DAY_FACTOR_DAYS = 20.0
# A week: fewer days do not tell busy hours from the profile of the day.
HOUR_FACTOR_DAYS = 7.0
# Hours. At correlation .5 the last lag adds 0.4 %; more lags add noise to the moments.
MAX_LAG = 8
# Step .01 of the hours' correlation, well below its standard error; at .95 hours are as slow as
# days.
_GRID = np.linspace(0.0, 0.95, 96)


class Errors(NamedTuple):
    """Standard errors of the coefficients of variation of day and hour, and of rho.

    NaN where the history is too short.
    """

    day_cv: float
    hour_cv: float
    correlation: float


class _Moments(NamedTuple):
    """Sums by day of the first hour of a pair; columns: same-day lags 0.., next-day lags 1.."""

    products: np.ndarray
    weights: np.ndarray


class Residuals(NamedTuple):
    """What profile and events leave of hourly counts."""

    hourly: Counts
    fitted: np.ndarray
    """float64, shape (n,): expected counts"""
    base: np.ndarray
    """float64, shape (n,): the base's part of them"""
    use: np.ndarray
    """bool, shape (n,): hours outside events"""
    parameters: float
    """fitted numbers of the profile, by their weight"""

    @property
    def days(self) -> float:
        """Length of the hours that are used [days]."""
        return float(self.use.sum()) / 24.0


def fit_busyness(residuals: Residuals, default: Busyness) -> Busyness:
    """Fit the variances and the correlation of busyness.

    Parameters
    ----------
    residuals : Residuals
        Of hourly counts.
    default : Busyness
        Kept where the history is too short: under 20 days for the day's variance, under
        7 for everything.

    Returns
    -------
    Busyness
        The fit.
    """
    if residuals.days < HOUR_FACTOR_DAYS:
        return default
    moments = _sum_moments(residuals)
    found = _solve(moments.products.sum(axis=0), moments.weights.sum(axis=0))
    if residuals.days < DAY_FACTOR_DAYS:
        return found._replace(day_variance=default.day_variance)
    return found


def estimate_busyness_errors(residuals: Residuals) -> Errors:
    """Standard errors by leaving out one day after another (at most 100)."""
    if residuals.days < HOUR_FACTOR_DAYS:
        return Errors(np.nan, np.nan, np.nan)
    moments = _sum_moments(residuals)
    products, weights = moments.products.sum(axis=0), moments.weights.sum(axis=0)
    days = np.flatnonzero(moments.weights[:, 0] > 0)
    if len(days) < 2:
        return Errors(np.nan, np.nan, np.nan)
    chosen = days[np.unique(np.linspace(0, len(days) - 1, 100).astype(int))]
    found = []
    for day in chosen:
        left = _solve(products - moments.products[day], weights - moments.weights[day])
        found.append((left.day_variance**0.5, left.hour_variance**0.5, left.correlation))
    errors = np.sqrt(np.array(found).var(axis=0) * (len(days) - 1))
    day_cv = float(errors[0]) if residuals.days >= DAY_FACTOR_DAYS else np.nan
    return Errors(day_cv, float(errors[1]), float(errors[2]))


def _sum_moments(residuals: Residuals) -> _Moments:
    hourly, fitted, base, use, parameters = residuals
    # A fitted profile takes part of the spread away: n/(n - p), as for any variance.
    count = float(use.sum())
    inflation = count / max(count - parameters, 0.5 * count)
    error = np.where(use, hourly.values - fitted, 0.0)
    part = np.where(use, base, 0.0)
    poisson = np.where(use, fitted, 0.0)
    day = hourly.day - int(hourly.day.min())
    size = int(day.max()) + 1
    products = np.zeros((size, 2 * MAX_LAG + 1))
    weights = np.zeros((size, 2 * MAX_LAG + 1))
    products[:, 0] = np.bincount(day, inflation * error**2 - poisson, size)
    weights[:, 0] = np.bincount(day, part**2, size)
    for lag in range(1, min(MAX_LAG, len(day) - 1) + 1):
        same = day[lag:] == day[:-lag]
        both, expected = inflation * error[lag:] * error[:-lag], part[lag:] * part[:-lag]
        for column, pairs in ((lag, same), (MAX_LAG + lag, ~same)):
            products[:, column] = np.bincount(day[:-lag], np.where(pairs, both, 0.0), size)
            weights[:, column] = np.bincount(day[:-lag], np.where(pairs, expected, 0.0), size)
    if residuals.days < DAY_FACTOR_DAYS:
        weights[:, MAX_LAG + 1 :] = 0.0  # few days differ: that must not look like slow hours
    return _Moments(products, weights)


def _solve(products: np.ndarray, weights: np.ndarray) -> Busyness:
    """The variances and rho that fit the moments best."""
    known = weights > 0
    moment = np.where(known, products / np.where(known, weights, 1.0), 0.0)
    lags = np.concatenate((np.arange(MAX_LAG + 1), np.arange(1, MAX_LAG + 1)))
    same = (np.arange(2 * MAX_LAG + 1) <= MAX_LAG).astype(np.float64)
    decay = _GRID[:, None] ** lags
    weight = np.where(known, weights, 0.0)
    day, hour = _solve_pairs(same, decay, moment, weight)
    fitted = day[:, None] * same + hour[:, None] * decay
    best = int(np.argmin(((moment - fitted) ** 2 * weight).sum(axis=1)))
    if hour[best] <= 0.0:
        return Busyness(float(day[best]), 0.0, 0.0)
    return Busyness(float(day[best]), float(hour[best] / (1.0 + day[best])), float(_GRID[best]))


def _solve_pairs(
    first: np.ndarray, second: np.ndarray, target: np.ndarray, weight: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The two coefficients, not negative, of a least-squares fit for each row of second."""
    aa, at = float((first**2) @ weight), float((first * target) @ weight)
    bb, bt, ab = (second**2) @ weight, second @ (target * weight), second @ (first * weight)
    determinant = aa * bb - ab**2
    is_clear = determinant > 1e-12 * aa * bb
    safe = np.where(is_clear, determinant, 1.0)
    x, y = (at * bb - bt * ab) / safe, (bt * aa - at * ab) / safe
    is_inside = is_clear & (x >= 0.0) & (y >= 0.0)
    only_x = max(at / max(aa, 1e-300), 0.0)
    only_y = np.maximum(bt / np.maximum(bb, 1e-300), 0.0)
    takes_x = only_x * at > only_y * bt
    return (
        np.where(is_inside, x, np.where(takes_x, only_x, 0.0)),
        np.where(is_inside, y, np.where(takes_x, 0.0, only_y)),
    )


def measure_dispersion(values: np.ndarray, fitted: np.ndarray) -> float:
    """Phi of variance = mu + phi mu^2 by moments, not below 0."""
    beyond = float(((values - fitted) ** 2 - fitted).sum())
    return max(0.0, beyond / max(float((fitted**2).sum()), 1e-300))
