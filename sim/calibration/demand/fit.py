"""Profile, busyness and brand events of a history, fitted in turns.

Profile -> what leaves it -> bursts -> their courses -> the profile without them, until
neither changes. A history of days or longer intervals gives the base rate and weekdays
only. Checked by ``tests/functional/test_calibrate_recovery.py``.
"""

from typing import NamedTuple

import numpy as np

from sim.calibration.demand.bursts import Burst, find_bursts, find_outages, prepare_widths
from sim.calibration.demand.busyness import (
    Errors,
    Residuals,
    estimate_busyness_errors,
    fit_busyness,
    measure_dispersion,
)
from sim.calibration.demand.events import Finder, FoundEvent, count_excess, fit_events
from sim.calibration.demand.onsets import find_onsets
from sim.calibration.demand.weekly_profile import (
    Busyness,
    Shape,
    estimate_start_shape,
    fit_shape,
    shrink_ratios,
)
from sim.calibration.reading.grid import Counts, group_by_hour, measure_span_days
from sim.store.clock import MS_PER_H, compute_hours_of_week

# Profile, bursts and events depend on each other: each round is a whole fit, the last one fits
# the events. Not tuned.
ROUNDS = 3
# Under three days no hour of the day is seen three times, so no median tells what is usual.
JUMP_DAYS = 3.0
PAD_MS = MS_PER_H


class DemandFit(NamedTuple):
    """What a history says of demand."""

    counts: Counts
    shape: Shape
    busyness: Busyness
    errors: Errors
    events: tuple[FoundEvent, ...]
    """the largest first"""
    bursts: tuple[Burst, ...]
    """all that were found, those without a course among them"""
    expected: np.ndarray
    """float64, shape (n,): the profile's counts"""
    fitted: np.ndarray
    """float64, shape (n,): with events"""
    use: np.ndarray
    """bool, shape (n,): covered and outside events"""
    span_days: float
    outage_intervals: int
    dispersion: tuple[float, float]
    """phi of the hours; variance over mean of the shorter intervals given the hour, or NaN"""


def fit_demand(counts: Counts, known: np.ndarray, default: Busyness) -> DemandFit:
    """Fit demand.

    Parameters
    ----------
    counts : Counts
        The history.
    known : np.ndarray
        float64, shape (168,): the base scenario's profile.
    default : Busyness
        The base scenario's busyness.

    Returns
    -------
    DemandFit
        The fit.
    """
    if counts.step_min > 60.0:
        return _fit_coarse(counts, known, default)
    span_days = measure_span_days(counts)
    hourly = group_by_hour(counts)
    week = estimate_start_shape(hourly, known, span_days)
    level = float(np.nanmedian(hourly.values / week[hourly.hour])) or float(
        np.nanmean(hourly.values)
    )
    expected = level * week[counts.hour] * counts.step_h
    stopped = find_outages(counts, expected)
    counts = counts._replace(values=np.where(stopped, np.nan, counts.values))
    hourly = group_by_hour(counts)
    busyness = default
    events: list[FoundEvent] = []
    for number in range(ROUNDS):
        find = _choose_finder(counts, expected, busyness, span_days)
        bursts = find(np.zeros(len(expected)))
        if number == ROUNDS - 1:
            events = fit_events(counts, expected, find, level, busyness)
        use = counts.is_known & ~_find_inside(counts, bursts, events)
        shape = _fit_clean_shape(counts, use, known, busyness, span_days)
        level = shape.base_per_h
        expected = level * shape.week[counts.hour] * counts.step_h
        fitted = expected + count_excess(counts, expected, events, level)
        residuals = _compute_residuals(counts, fitted, expected, use, shape)
        busyness = fit_busyness(residuals, default)
    return DemandFit(
        counts, shape, busyness, estimate_busyness_errors(residuals), tuple(events), tuple(bursts),
        expected, fitted, use, span_days, int(stopped.sum()),
        _measure_dispersion(counts, residuals),
    )  # fmt: skip


class Usual(NamedTuple):
    """What is usual in a history, and which hours are not; no course is fitted."""

    shape: Shape
    busyness: Busyness
    bursts: tuple[Burst, ...]
    expected: np.ndarray
    """float64, shape (n,): the profile's counts"""
    use: np.ndarray
    """bool, shape (n,): covered and outside bursts"""


def fit_usual(hourly: Counts, known: np.ndarray, default: Busyness) -> Usual:
    """Fit profile and busyness and find the bursts, in a hundredth of `fit_demand`'s time.

    Parameters
    ----------
    hourly : Counts
        Steps of an hour, or longer ones (then nothing is a burst).
    known : np.ndarray
        float64, shape (168,): the base scenario's profile.
    default : Busyness
        The base scenario's busyness.

    Returns
    -------
    Usual
        The fit.
    """
    if hourly.step_min > 60.0:
        coarse = _fit_coarse(hourly, known, default)
        return Usual(coarse.shape, default, (), coarse.expected, coarse.use)
    span_days = measure_span_days(hourly)
    week = estimate_start_shape(hourly, known, span_days)
    level = float(np.nanmedian(hourly.values / np.maximum(week[hourly.hour], 1e-9)))
    expected = (level or float(np.nanmean(hourly.values))) * week[hourly.hour]
    busyness = default
    for _ in range(ROUNDS):
        bursts = find_bursts(prepare_widths(hourly, expected, busyness))
        use = hourly.is_known & ~_find_inside(hourly, bursts, [])
        shape = _fit_clean_shape(hourly, use, known, busyness, span_days)
        expected = shape.base_per_h * shape.week[hourly.hour]
        busyness = fit_busyness(_compute_residuals(hourly, expected, expected, use, shape), default)
    return Usual(shape, busyness, tuple(bursts), expected, use)


def _choose_finder(
    counts: Counts, expected: np.ndarray, busyness: Busyness, span_days: float
) -> Finder:
    """What finds bursts: against the profile, in one or two days jumps alone."""
    if span_days < JUMP_DAYS:
        return lambda excess: find_onsets(counts, expected, busyness, excess)
    widths = prepare_widths(counts, expected, busyness)
    return lambda excess: find_bursts(widths, excess)


def _find_inside(counts: Counts, bursts: list[Burst], events: list[FoundEvent]) -> np.ndarray:
    """Which intervals lie in a burst or where its course still matters."""
    starts = counts.compute_starts_ms()
    inside = np.zeros(len(starts), np.bool_)
    spans = [(burst.start_ms, burst.end_ms) for burst in bursts]
    spans += [(min(event.time_ms, event.burst.start_ms), event.end_ms) for event in events]
    for first_ms, last_ms in spans:
        inside |= (starts >= first_ms - PAD_MS) & (starts < last_ms + PAD_MS)
    # A history that is all event keeps its quieter half for the profile.
    known = counts.is_known
    if inside[known].mean() > 0.8:
        inside &= counts.values > np.nanmedian(counts.values)
    return inside


def _fit_clean_shape(
    counts: Counts, use: np.ndarray, known: np.ndarray, busyness: Busyness, span_days: float
) -> Shape:
    clean = group_by_hour(counts._replace(values=np.where(use, counts.values, np.nan)))
    return fit_shape(clean, clean.is_known, known, busyness, span_days)


def _compute_residuals(
    counts: Counts, fitted: np.ndarray, expected: np.ndarray, use: np.ndarray, shape: Shape
) -> Residuals:
    def group(values: np.ndarray) -> Counts:
        return group_by_hour(counts._replace(values=np.where(use, values, np.nan)))

    hourly = group(counts.values)
    is_used = hourly.is_known
    hours, days, cells = shape.weights
    parameters = 1.0 + 23.0 * hours + 6.0 * days + 138.0 * cells
    return Residuals(
        hourly,
        np.where(is_used, group(fitted).values, 0.0),
        np.where(is_used, group(expected).values, 0.0),
        is_used,
        parameters,
    )


def _measure_dispersion(counts: Counts, residuals: Residuals) -> tuple[float, float]:
    """Phi of the hours, and variance over mean of shorter intervals given their hour."""
    use = residuals.use
    phi = measure_dispersion(residuals.hourly.values[use], residuals.fitted[use])
    if counts.step_min > 30.0:
        return phi, float("nan")
    per_hour = round(60.0 / counts.step_min)
    starts = counts.compute_starts_ms()
    slot = (starts - residuals.hourly.start_ms) // MS_PER_H
    clean = np.isin(slot, np.flatnonzero(use)) & counts.is_known
    values, slot = counts.values[clean], slot[clean]
    number = np.bincount(slot)
    total, squares = np.bincount(slot, values), np.bincount(slot, values**2)
    whole = (number == per_hour) & (total > 0)
    mean = total[whole] / per_hour
    variance = (squares[whole] - per_hour * mean**2) / (per_hour - 1)
    return phi, float(variance.sum() / mean.sum()) if whole.any() else float("nan")


def _fit_coarse(counts: Counts, known: np.ndarray, default: Busyness) -> DemandFit:
    """Fit the base rate, and weekdays where intervals are days; the rest is known."""
    span_days = measure_span_days(counts)
    week = known / known.mean()
    has_days = counts.step_min == 1440.0 and span_days >= 14.0
    use = counts.is_known
    weight = 0.0
    for _ in range(3 if has_days else 0):
        hours = _integrate_week(counts, week)
        level = counts.values[use].sum() / hours[use].sum()
        day = (counts.hour // 24)[use]
        seen = np.bincount(day, minlength=7)
        extra = default.day_mean_variance() / np.maximum(seen, 1)
        ratios = shrink_ratios(
            np.bincount(day, counts.values[use], 7), np.bincount(day, level * hours[use], 7), extra
        )
        weight, week = ratios.weight, week * np.repeat(ratios.values, 24)
        week = week / week.mean()
    hours = _integrate_week(counts, week)
    total = float(counts.values[use].sum())
    level = total / float(hours[use].sum())
    relative = default.day_mean_variance() / max(span_days, 1.0) + 1.0 / total
    empty = np.full(168, np.nan)
    shape = Shape(week, level, level * relative**0.5, empty, has_days, False, (0.0, weight, 0.0))
    nothing = Errors(float("nan"), float("nan"), float("nan"))
    expected = level * hours
    return DemandFit(
        counts, shape, default, nothing, (), (), expected, expected, use, span_days, 0,
        (float("nan"), float("nan")),
    )  # fmt: skip


def _integrate_week(counts: Counts, week: np.ndarray) -> np.ndarray:
    """The integral of the profile over each interval [h], shape (n,)."""
    steps = max(1, round(counts.step_h))
    part_ms = round(counts.step_h * MS_PER_H / steps)
    starts = counts.compute_starts_ms()
    total = np.zeros(len(starts))
    for step in range(steps):
        middles = starts + step * part_ms + part_ms // 2
        total += week[compute_hours_of_week(middles, counts.zone)]
    return total * counts.step_h / steps
