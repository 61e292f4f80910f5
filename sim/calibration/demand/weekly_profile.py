"""The profile of the week and the base rate, shrunk to a known profile where data are thin.

    shape(d, h) = known(d, h) a_h b_d i_dh,   normalized to mean 1

Ratios of observed to expected counts, by hour of the day (a), by weekday (b, from two
weeks on) and by hour of the week (i, from four weeks on), each shrunk to 1 by
1 + (r - 1) tau^2/(tau^2 + v): v is the ratio's sampling variance (Poisson and busyness),
tau^2 how much the ratios differ beyond it (moments; Robbins 1956, Morris 1983). A ratio
that is four standard errors away from 1 stays as it is. So a history of one day keeps the
known profile unless its hours clearly differ. Checked by
``tests/unit/test_calibration_weekly_profile.py``.
"""

from typing import NamedTuple

import numpy as np

from sim.calibration.reading.grid import Counts

# A history of nearly a day may start and end within an hour; shorter ones do not show every hour.
HOUR_DAYS = 0.9
# Each weekday is seen twice.
WEEKDAY_DAYS = 14.0
# Each hour of the week is seen four times: a median of fewer is one odd week.
CELL_DAYS = 28.0
# Medians by hour need five days to bear two with events.
START_DAYS = 5.0
# (a) Below the median, because bursts go upward; lower bears more event days and is noisier.
USUAL_QUANTILE = 0.35
# A day counts with three quarters of its hours.
MOST_OF_DAY_H = 18
# Standard errors at which a ratio is no longer shrunk: one false in 16,000 cells. Lower keeps
# noise.
CLEAR_ERRORS = 4.0
# Fixed-point rounds of the shrinkage; not tuned.
_ROUNDS = 6


class Busyness(NamedTuple):
    """Variances of the factors B_day and A_hour (mean 1) and the latter's correlation."""

    day_variance: float
    hour_variance: float
    correlation: float

    @property
    def hourly_variance(self) -> float:
        """Variance of B_day x A_hour."""
        return (1.0 + self.day_variance) * (1.0 + self.hour_variance) - 1.0

    def day_mean_variance(self, hours: float = 24.0) -> float:
        """Variance of the mean factor of a day of so many hours."""
        rho = self.correlation
        long_run = (1.0 + rho) / (1.0 - rho) / hours
        return self.day_variance + self.hour_variance * min(1.0, long_run)


class Shape(NamedTuple):
    """A fitted profile and base rate."""

    week: np.ndarray
    """float64, shape (168,): mean 1"""
    base_per_h: float
    base_se: float
    observed: np.ndarray
    """float64, shape (168,): plain mean counts over the base rate, NaN where none"""
    has_days: bool
    """weekdays are fitted"""
    has_cells: bool
    """hours of the week are fitted, not only hours of the day"""
    weights: tuple[float, float, float]
    """how much of hours, weekdays, hours of the week comes from the history, 0 to 1"""


class Ratios(NamedTuple):
    """Shrunk ratios and the mean weight of the history in them."""

    values: np.ndarray
    weight: float


def shrink_ratios(counts: np.ndarray, expected: np.ndarray, extra: np.ndarray) -> Ratios:
    """Shrink ratios of counts to expected counts towards 1.

    Parameters
    ----------
    counts, expected : np.ndarray
        float64, shape (n,).
    extra : np.ndarray
        float64, shape (n,): sampling variance of a ratio beyond Poisson's.

    Returns
    -------
    Ratios
        1 where nothing is expected.
    """
    known = expected > 0
    safe = np.where(known, expected, 1.0)
    ratio = np.where(known, counts / safe, 1.0)
    noise = 1.0 / safe + extra
    between = 0.0
    for _ in range(_ROUNDS):
        weight = np.where(known, 1.0 / (noise + between) ** 2, 0.0)
        beyond = weight * ((ratio - 1.0) ** 2 - noise)
        between = max(0.0, float(beyond.sum() / max(weight.sum(), 1e-300)))
    kept = np.where(known, between / (between + noise), 0.0)
    kept[known & (np.abs(ratio - 1.0) > CLEAR_ERRORS * np.sqrt(noise))] = 1.0
    return Ratios(1.0 + (ratio - 1.0) * kept, float(kept[known].mean()) if known.any() else 0.0)


def fit_shape(
    hourly: Counts, use: np.ndarray, known: np.ndarray, busyness: Busyness, span_days: float
) -> Shape:
    """Fit profile and base rate.

    Parameters
    ----------
    hourly : Counts
        With steps of 60 minutes.
    use : np.ndarray
        bool, shape (n,): intervals outside of events.
    known : np.ndarray
        float64, shape (168,): the profile to shrink to.
    busyness : Busyness
        What spreads the counts beyond Poisson.
    span_days : float
        Length of the history [days].

    Returns
    -------
    Shape
        The fit.
    """
    cells = hourly.hour[use]
    counts = np.bincount(cells, hourly.values[use], 168)
    hours = np.bincount(cells, minlength=168).astype(np.float64)
    week = known / known.mean()
    has_days, has_cells = span_days >= WEEKDAY_DAYS, span_days >= CELL_DAYS
    by_hour, by_day = np.arange(168) % 24, np.arange(168) // 24
    extra = _compute_extra_variances(busyness)
    weights = [0.0, 0.0, 0.0]
    has_hours = span_days >= HOUR_DAYS
    for _ in range(_ROUNDS if has_hours else 0):
        weights[0], week = _adjust(week, known, counts, hours, by_hour, extra[0])
        if has_days:
            weights[1], week = _adjust(week, known, counts, hours, by_day, extra[1])
    if has_cells:
        weights[2], week = _adjust(week, week, counts, hours, np.arange(168), extra[2])
    week = week / week.mean()
    base_per_h = float(counts.sum() / max((hours * week).sum(), 1e-300))
    with np.errstate(divide="ignore", invalid="ignore"):
        observed = counts / hours / base_per_h
    relative = _compute_base_variance(busyness, counts.sum(), hours.sum())
    return Shape(
        week, base_per_h, base_per_h * relative**0.5, observed, has_days,
        weights[2] > 0.0, (weights[0], weights[1], weights[2]),
    )  # fmt: skip


def _compute_extra_variances(busyness: Busyness) -> tuple[float, float, float]:
    """The variance per observed day or hour of a ratio by hour, weekday, cell."""
    return (
        busyness.hour_variance,
        busyness.day_mean_variance() * 24.0,
        busyness.hourly_variance,
    )


def _adjust(
    week: np.ndarray,
    known: np.ndarray,
    counts: np.ndarray,
    hours: np.ndarray,
    group: np.ndarray,
    extra_per_hour: float,
) -> tuple[float, np.ndarray]:
    """The history's weight and the profile with the factor of each group fitted anew.

    A group's present factor is its mean of week/known over the cells; the ratio is taken
    against the profile without it, so that shrinking is always towards `known`.
    """
    size = int(group.max()) + 1
    relative = np.bincount(group, week / np.where(known > 0, known, 1.0), size)
    factor = relative / np.bincount(group, minlength=size)
    factor = np.where(factor > 0, factor, 1.0)
    bare = week / factor[group]
    level = counts.sum() / max((hours * week).sum(), 1e-300)
    expected = np.bincount(group, level * hours * bare, size)
    seen = np.bincount(group, hours, size)
    extra = extra_per_hour / np.maximum(seen, 1e-9)
    ratios = shrink_ratios(np.bincount(group, counts, size), expected, extra)
    return ratios.weight, bare * ratios.values[group]


def _compute_base_variance(busyness: Busyness, mentions: float, hours: float) -> float:
    """The relative variance of the base rate."""
    days = max(hours / 24.0, 1.0)
    return busyness.day_mean_variance() / days + 1.0 / max(mentions, 1.0)


def estimate_start_shape(hourly: Counts, known: np.ndarray, span_days: float) -> np.ndarray:
    """A first profile that events do not move.

    Parameters
    ----------
    hourly : Counts
        With steps of 60 minutes.
    known : np.ndarray
        float64, shape (168,): what stays where the history is too short.
    span_days : float
        Length of the history [days].

    Returns
    -------
    np.ndarray
        float64, shape (168,), mean 1: from five days on medians by hour of the day, from two
        weeks on by weekday, from four weeks on also hours of the week that stand out in
        most weeks.
    """
    week = known / known.mean()
    table = _tabulate(hourly)
    whole = np.isfinite(table).sum(axis=1) >= MOST_OF_DAY_H
    levels = np.nanmedian(table[whole], axis=1) if whole.any() else np.zeros(1)
    if span_days < START_DAYS or (levels > 0).sum() < 3:
        return week
    by_hour = np.nanmedian(table[whole][levels > 0] / levels[levels > 0, None], axis=0)
    if not (np.isfinite(by_hour).all() and by_hour.sum() > 0):
        return week
    by_hour = np.maximum(by_hour, 0.05 * by_hour.max())
    by_day = week.reshape(7, 24).mean(axis=1)
    weekday = (np.arange(len(table)) + int(hourly.day.min()) + 3) % 7
    if span_days >= WEEKDAY_DAYS:
        by_day = _estimate_usual_days(table, by_hour, weekday, by_day)
    week = np.outer(by_day, by_hour).ravel()
    week = week / week.mean()
    return _keep_standing_cells(table, weekday, week) if span_days >= CELL_DAYS else week


def _tabulate(hourly: Counts) -> np.ndarray:
    """Counts by local day and hour, shape (n_days, 24), NaN where not covered."""
    first = int(hourly.day.min())
    table = np.full((int(hourly.day.max()) - first + 1, 24), np.nan)
    table[hourly.day - first, hourly.hour % 24] = hourly.values
    return table


def _estimate_usual_days(
    table: np.ndarray, by_hour: np.ndarray, weekday: np.ndarray, known: np.ndarray
) -> np.ndarray:
    """The usual level of each weekday, shape (7,), mean 1; known where one is not seen.

    Below the median, because bursts go upward and may come on half of a brand's Tuesdays.
    """
    levels = np.full(len(table), np.nan)
    seen = np.isfinite(table).sum(axis=1) >= MOST_OF_DAY_H
    levels[seen] = np.nanmedian(table[seen] / by_hour, axis=1)
    found = np.full(7, np.nan)
    for day in range(7):
        own = levels[(weekday == day) & np.isfinite(levels)]
        if len(own):
            found[day] = np.quantile(own, USUAL_QUANTILE)
    if not np.nanmin(found) > 0 or not np.isfinite(found).all():
        return known
    return found / found.mean()


def _keep_standing_cells(table: np.ndarray, weekday: np.ndarray, week: np.ndarray) -> np.ndarray:
    """The profile with the hours of the week that differ from it week after week."""
    expected = week.reshape(7, 24)[weekday]
    ratio = table / np.maximum(expected, 1e-9)
    ratio = ratio / max(float(np.nanmedian(ratio)), 1e-9)
    spread = float(np.nanmedian(np.abs(ratio - 1.0))) / 0.6745
    changed = week.reshape(7, 24).copy()
    for day in range(7):
        own = ratio[weekday == day]
        weeks = np.isfinite(own).sum(axis=0)
        middle = np.nanquantile(own, USUAL_QUANTILE, axis=0) if len(own) else np.ones(24)
        far = np.abs(middle - 1.0) > 3.0 * 1.25 * spread / np.sqrt(np.maximum(weeks, 1))
        changed[day, far & (weeks >= 3)] *= middle[far & (weeks >= 3)]
    flat = changed.ravel()
    return flat / flat.mean()
