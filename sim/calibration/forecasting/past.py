"""The past as days of 24 hours: what each brought, and what its level made usual.

A day keeps its bursts. Hours of the week that are always empty where mentions would have come
are closed. Checked by ``tests/unit/test_forecast_paths.py``.
"""

from collections.abc import Collection
from typing import NamedTuple

import numpy as np

from sim.calibration.demand.bursts import Burst
from sim.calibration.demand.fit import fit_usual
from sim.calibration.demand.weekly_profile import WEEKDAY_DAYS, Busyness, Shape
from sim.calibration.forecasting.levels import DayLevels, find_odd_days, fit_levels
from sim.calibration.reading.grid import Counts, measure_span_days
from sim.errors import InputError

# Profile and level are of the last year: what is older is another brand.
MOST_DAYS = 371
# With e^-7, a chance of one in a thousand, an hour that is always empty is closed.
CLOSED_MENTIONS = 7.0
# What was empty once may have been missed by the recording.
CLOSED_TIMES = 2
# A day with fewer usual hours than a quarter does not tell its level.
LEAST_HOURS = 6
# (a) A day nearly whole: the hour that a clock change leaves out is one, and no gap.
WHOLE_HOURS = 23


class Past(NamedTuple):
    """A history's days, ready to be drawn."""

    counts: Counts
    shape: Shape
    busyness: Busyness
    bursts: tuple[Burst, ...]
    span_days: float
    rate: np.ndarray
    """float64, shape (168,): usual mentions by hour of the week; 0 where closed"""
    is_closed: np.ndarray
    """bool, shape (168,)"""
    first_day: int
    """local day since 1970 of row 0"""
    mentions: np.ndarray
    """float64, shape (n_days, 24): what came, by local hour"""
    usual: np.ndarray
    """float64, shape (n_days, 24): the profile's mentions at the level of the day"""
    level: np.ndarray
    """float64, shape (n_days,): the day's usual mentions over the profile's"""
    is_whole: np.ndarray
    """bool, shape (n_days,): all hours are covered"""
    is_odd: np.ndarray
    """bool, shape (n_days,): a burst that fills its day"""
    is_drawn: np.ndarray
    """bool, shape (n_days,): whole days that no calendar explains"""
    levels: DayLevels
    is_daily: bool
    """hours are the profile's: the history has none"""


def read_past(
    counts: Counts, known: np.ndarray, default: Busyness, apart: Collection[int] = ()
) -> Past:
    """Lay out the past.

    Parameters
    ----------
    counts : Counts
        By the hour or by the day.
    known : np.ndarray
        float64, shape (168,): the base scenario's profile.
    default : Busyness
        The base scenario's busyness.
    apart : collection of int
        Local days since 1970 that a calendar explains: holidays and planned events.

    Returns
    -------
    Past
        Its days.

    Raises
    ------
    InputError
        Intervals longer than a day.
    """
    if counts.step_min > 1440.0:
        raise InputError(
            f"history: intervals of {counts.step_min / 1440.0:g} days; a forecast needs counts by "
            "the day or shorter"
        )
    counts = _cut(counts)
    is_daily = counts.step_min > 60.0
    plain = _leave_out(counts, apart)
    if measure_span_days(plain) < WEEKDAY_DAYS:
        known = _level_weekdays(known)
    fit = fit_usual(plain, known, default)
    if is_daily:  # no burst of it has been found yet
        days = _lay_days(counts, fit.shape.base_per_h * fit.shape.week, fit.use)
        odd_days = days.first + np.flatnonzero(find_odd_days(days.ln_level))
        fit = fit_usual(_leave_out(plain, odd_days.tolist()), known, default)
    closed = np.zeros(168, np.bool_) if is_daily else find_closed(plain)
    rate = np.where(closed, 0.0, fit.shape.base_per_h * fit.shape.week)
    days = _lay_days(counts, rate, fit.use)
    odd = find_odd_days(days.ln_level)
    days.ln_level[odd] = np.nan
    level = _fill(days.ln_level)
    usual = days.profile * level[:, None]
    covered = np.isfinite(days.mentions).sum(axis=1)
    whole = covered >= (WHOLE_HOURS if (covered >= WHOLE_HOURS).any() else covered.max())
    is_apart = np.isin(days.first + np.arange(len(level)), list(apart))
    drawn = whole & (days.profile.sum(axis=1) > 0) & ~is_apart
    return Past(
        counts, fit.shape, fit.busyness, fit.bursts, measure_span_days(counts), rate, closed,
        days.first, np.where(np.isfinite(days.mentions), days.mentions, usual), usual, level,
        whole, odd, drawn if drawn.any() else whole, fit_levels(days.ln_level), is_daily,
    )  # fmt: skip


def _leave_out(counts: Counts, days: Collection[int]) -> Counts:
    """The counts without those of some days, unless nothing would be left."""
    values = np.where(np.isin(counts.day, list(days)), np.nan, counts.values)
    return counts._replace(values=values) if np.isfinite(values).any() else counts


def _level_weekdays(known: np.ndarray) -> np.ndarray:
    """A profile whose weekdays are alike: another brand's would look as if they were known."""
    table = known.reshape(7, 24)
    return (table / np.maximum(table.mean(axis=1, keepdims=True), 1e-12)).ravel()


def _cut(counts: Counts) -> Counts:
    """The last year."""
    first = max(int(counts.day.max()) - MOST_DAYS, int(counts.day.min()))
    start = int(np.searchsorted(counts.day, first))
    step_ms = round(counts.step_min * 60_000)
    return counts._replace(
        start_ms=counts.start_ms + start * step_ms,
        values=counts.values[start:],
        hour=counts.hour[start:],
        day=counts.day[start:],
    )


def find_closed(hourly: Counts) -> np.ndarray:
    """Hours of the week that are always empty where mentions would have come, bool, shape (168,).

    By hours of the day and by weekdays; by single hours where that hour of other days and the rest
    of that day say that mentions would have come.
    """
    known = hourly.is_known
    seen = np.bincount(hourly.hour[known], minlength=168).astype(np.float64)
    came = np.bincount(hourly.hour[known], hourly.values[known], 168)
    mean = came.sum() / max(seen.sum(), 1.0)
    by_hour, by_day = (
        np.bincount(group, came) / np.maximum(np.bincount(group, seen), 1.0)
        for group in (np.arange(168) % 24, np.arange(168) // 24)
    )
    single = np.outer(by_day, by_hour).ravel() / max(mean, 1e-300)
    usual = np.full(168, mean)
    closed = np.zeros(168, np.bool_)
    for group, rate, hours in (
        (np.arange(168), single, 1), (np.arange(168) % 24, usual, 1),
        (np.arange(168) // 24, usual, 24),
    ):  # fmt: skip
        often = np.bincount(group, rate * seen) > CLOSED_MENTIONS
        often &= np.bincount(group, seen) >= CLOSED_TIMES * hours
        closed |= ((np.bincount(group, came) == 0) & often)[group]
    return closed


class _Days(NamedTuple):
    """The past by local day and hour, shape (n_days, 24)."""

    first: int
    profile: np.ndarray
    mentions: np.ndarray
    """NaN where not covered"""
    ln_level: np.ndarray
    """shape (n_days,): of the usual mentions over the profile's, NaN where too few hours tell"""


def _lay_days(counts: Counts, rate: np.ndarray, use: np.ndarray) -> _Days:
    """Lay counts out by day; those of longer intervals than an hour follow the profile."""
    first = int(counts.day.min())
    row = counts.day - first
    size = int(row.max()) + 1
    profile = rate.reshape(7, 24)[(np.arange(size) + first + 3) % 7]
    if counts.step_min > 60.0:
        known = counts.is_known
        total = np.bincount(row[known], counts.values[known], size)
        share = profile / np.maximum(profile.sum(axis=1, keepdims=True), 1e-12)
        whole = np.bincount(row[known], minlength=size) >= round(1440.0 / counts.step_min)
        mentions = np.where(whole[:, None], total[:, None] * share, np.nan)
        usual = np.ones((size, 24), np.bool_)
    else:
        mentions, usual = np.full((size, 24), np.nan), np.zeros((size, 24), np.bool_)
        mentions[row, counts.hour % 24], usual[row, counts.hour % 24] = counts.values, use
    return _Days(first, profile, mentions, _find_ln_levels(mentions, profile, usual))


def _find_ln_levels(mentions: np.ndarray, profile: np.ndarray, use: np.ndarray) -> np.ndarray:
    use = use & np.isfinite(mentions) & (profile > 0)
    came = np.where(use, mentions, 0.0).sum(axis=1)
    expected = np.where(use, profile, 0.0).sum(axis=1)
    is_told = (use.sum(axis=1) >= LEAST_HOURS) & (expected > 0)
    # Half a mention more on both sides: a day without any has a logarithm too.
    return np.where(is_told, np.log((came + 0.5) / (expected + 0.5)), np.nan)


def _fill(ln_level: np.ndarray) -> np.ndarray:
    """DayLevels of all days; where none is known, between those of the days around."""
    known = np.flatnonzero(np.isfinite(ln_level))
    if len(known) == 0:
        return np.ones(len(ln_level))
    return np.exp(np.interp(np.arange(len(ln_level)), known, ln_level[known]))
