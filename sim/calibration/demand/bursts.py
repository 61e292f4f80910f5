"""Finds where the counts leave the profile: bursts that busyness does not explain.

At three widths (an hour, six, and the history's own step where it is shorter) a count is a
burst where its probability (``sim.calibration.demand.tail_test``) is below FALSE_ALARM / (number of
intervals x widths): by Bonferroni's inequality a history without events shows one with at most
that probability. phi of an hour comes from the fitted busyness or, where that is more, from
the ranks of the counts; six hours have the variance of the mean of six correlated hours,
shorter steps that of their hour, or more where their own ranks say so. Bursts grow until the
counts are back near the profile, and those that meet are one. What a filter matched to the
course would find more: ``experiments/burst_power``. Checked by
``tests/unit/test_calibration_bursts.py``; the false alarms on draws by
``tests/functional/test_calibrate_recovery.py``.
"""

from typing import NamedTuple

import numpy as np

from sim.calibration.demand.tail_test import Null, compute_log10_tail, fit_null, split_busyness
from sim.calibration.demand.weekly_profile import Busyness
from sim.calibration.reading.grid import Counts, group_by_hour

# (a) Chance that a history without events shows one: half of it finds fewer small events, double
# more false ones; experiments/burst_power measures the power.
FALSE_ALARM = 0.05
# A burst ends after so many usual hours. Fewer split one event in two, more join two that follow
# each other; not tuned.
QUIET_HOURS = 3
# Two weeks: what stays high for longer is a new level, not a burst; longer, it would eat the
# profile.
LONGEST_H = 14 * 24.0
# Hours at least a quarter above the profile belong to a burst, however exact the counts; less
# lets a profile that is slightly off prolong bursts.
LEAST_RISE = 0.25
# Fewer known intervals give no percentile to fit the overdispersion to.
LEAST_COUNTS = 12
# Bursts are ranked by mentions, each hour counted up to so many times the profile: one spike does
# not outrank a long event; half of it favors long ones more. Not tuned.
SUSTAINED_FACTOR = 10.0
# Below two weeks no weekday is seen twice, so its level is the known profile's, which may be off.
SHORT_DAYS = 14.0
SHORT_EXTRA = 0.0625  # (a) weekdays that are not the brand's own may be a quarter off
# (a) The level drifts by the median of four weeks: shorter follows long events, longer misses
# seasons.
LEVEL_DAYS = 28.0
# A run of zeros where 40 are expected has probability exp(-40) by Poisson; low enough for
# busyness, too.
OUTAGE_MEAN = 40.0
# Of recordings that stopped; a file with more has zeros of its own, such as counts in hundreds.
MOST_STOPS_A_WEEK = 2.0
# Zeros next to a time that is itself low are a quiet brand, not a stopped recording; not tuned.
USUAL_SHARE = 0.3


class Burst(NamedTuple):
    """A stretch of time with more mentions than busyness explains."""

    start_ms: int
    end_ms: int
    excess: float
    """mentions above the profile"""
    sustained: float
    """the same, but in no hour more than ten times the profile: what is over in minutes
    is met by no roster"""
    log10_p: float
    """of its most surprising interval"""


class Width(NamedTuple):
    """Counts of one width, and what they are without bursts."""

    grid: Counts
    expected: np.ndarray
    """float64, shape (n,): level x profile"""
    known: np.ndarray
    """bool, shape (n,): covered, and something is expected"""
    phi: float
    busyness: Busyness
    """with phi in all"""
    limit: float
    """log10 of the probability below which a count is a burst"""


def prepare_widths(
    counts: Counts, expected: np.ndarray, busyness: Busyness, false_alarm: float = FALSE_ALARM
) -> list[Width]:
    """Learn what counts look like without bursts: by the hour, by six, by the own step.

    Parameters
    ----------
    counts : Counts
        Steps of at most 60 minutes.
    expected : np.ndarray
        float64, shape (n,): the profile's counts.
    busyness : Busyness
        Sets the least overdispersion of a history under two weeks, too short to tell.
    false_alarm : float
        Probability of any burst where there is none.

    Returns
    -------
    list of Width
        Empty where there are too few counts.
    """
    pairs = [
        (group_by_hour(counts, hours), sum_by_hour(counts, expected, hours)) for hours in (1, 6)
    ]
    if counts.step_min < 60.0:
        pairs.append((counts, expected))
    widths: list[Width] = []
    hourly: Null | None = None
    for grid, mean in pairs:
        known = grid.is_known & (mean > 0)
        if known.sum() < LEAST_COUNTS:
            if not widths:
                return []
            continue
        null = _fit_width(grid, mean, known, busyness, hourly)
        hourly = hourly or null
        level = null.level * _estimate_drift(grid, mean, known)
        limit = float(np.log10(false_alarm / len(pairs) / known.sum()))
        busy = split_busyness(busyness, null.phi)
        widths.append(Width(grid, level * mean, known, null.phi, busy, limit))
    return widths


def find_bursts(widths: list[Width], excess: np.ndarray | None = None) -> list[Burst]:
    """Find bursts.

    Parameters
    ----------
    widths : list of Width
        From `prepare_widths`.
    excess : np.ndarray, optional
        float64, shape (n,): mentions of events that are known already, by the own step.

    Returns
    -------
    list of Burst
        By time.
    """
    if not widths:
        return []
    hourly, own = widths[0], min(widths, key=lambda width: width.grid.step_min)
    flags: list[tuple[int, int, float]] = []
    sums = {1: hourly.expected}
    for width in widths:
        hours = round(width.grid.step_min / 60.0)
        added = np.zeros(len(width.expected))
        if excess is not None:
            added = excess if width is own else sum_by_hour(own.grid, excess, hours)
        sums[hours] = width.expected + np.nan_to_num(added)
        flags += _flag(width, sums[hours])
    return grow_bursts(hourly, sums[1], sorted(flags)) if flags else []


def sum_by_hour(counts: Counts, expected: np.ndarray, hours: int) -> np.ndarray:
    """The expected counts of the slots that `group_by_hour` makes."""
    covered = np.where(counts.is_known, expected, np.nan)
    return group_by_hour(counts._replace(values=covered), hours).values


def _fit_width(
    grid: Counts, mean: np.ndarray, known: np.ndarray, busyness: Busyness, hourly: Null | None
) -> Null:
    """Level and phi; phi is at least what the busyness of the hours makes of it."""
    values, expected = grid.values[known], mean[known]
    null = fit_null(values, expected, None if hourly is None else hourly.level)
    hours = grid.step_min / 60.0
    if hourly is None or hours <= 1.0:
        least = busyness.hourly_variance if hourly is None else hourly.phi
    else:
        day, hour, correlation = split_busyness(busyness, hourly.phi)
        mean_hour = hour * compute_mean_factor(correlation, round(hours))
        least = (1.0 + day) * (1.0 + mean_hour) - 1.0
    if hourly is None and grid.days < SHORT_DAYS:
        least += SHORT_EXTRA
    return Null(null.level, max(null.phi, least))


def compute_mean_factor(correlation: float, hours: int) -> float:
    """The variance of the mean of so many AR(1) hours over that of one."""
    lags = np.arange(1, hours)
    return float(1.0 + 2.0 * ((1.0 - lags / hours) * correlation**lags).sum()) / hours


def _estimate_drift(grid: Counts, mean: np.ndarray, known: np.ndarray) -> np.ndarray:
    """The slow change of the level: median of the days around, relative to all."""
    if grid.days < 2.0 * LEVEL_DAYS:
        return np.ones(len(mean))
    day = grid.day - int(grid.day.min())
    size = int(day.max()) + 1
    totals = np.bincount(day[known], grid.values[known], size)
    expected = np.bincount(day[known], mean[known], size)
    ratio = np.where(expected > 0, totals / np.where(expected > 0, expected, 1.0), np.nan)
    half = int(LEVEL_DAYS / 2)
    around = [np.nanmedian(ratio[max(0, d - half) : d + half + 1]) for d in range(size)]
    drift = np.array(around) / np.nanmedian(ratio)
    return np.where(drift > 0, drift, 1.0)[day]


def _flag(width: Width, mean: np.ndarray) -> list[tuple[int, int, float]]:
    """Start, end and log10 p of the surprising intervals."""
    grid, known = width.grid, width.known
    # A look at the normal deviate spares the exact tail of counts that are plainly usual.
    spread = np.sqrt(np.where(known, mean + width.phi * mean**2, 1.0))
    places = np.flatnonzero(known & ((grid.values - mean) / spread > 2.0))
    tail = compute_log10_tail(
        grid.values[places], mean[places], width.phi, width.busyness.day_variance
    )
    starts = grid.compute_starts_ms()
    step_ms = round(grid.step_min * 60_000)
    return [
        (int(starts[place]), int(starts[place]) + step_ms, float(log10_p))
        for place, log10_p in zip(places, tail, strict=True)
        if log10_p < width.limit
    ]


def grow_bursts(width: Width, mean: np.ndarray, flags: list[tuple[int, int, float]]) -> list[Burst]:
    """Bursts that reach until the counts are near the profile for some hours.

    Parameters
    ----------
    width : Width
        Of an hour.
    mean : np.ndarray
        float64, shape (n,): expected counts.
    flags : list of tuple
        Start, end (since 1970) and log10 of the probability of surprising intervals, by start.

    Returns
    -------
    list of Burst
        By time, those that meet as one.
    """
    hourly, known = width.grid, width.known
    starts = hourly.compute_starts_ms()
    spread = np.sqrt(width.phi + 1.0 / np.maximum(mean, 1e-9))
    ratio = np.where(known, hourly.values / np.maximum(mean, 1e-9), 1.0)
    is_high = ratio > 1.0 + np.maximum(spread, LEAST_RISE)
    bursts: list[Burst] = []
    for begin_ms, end_ms, tail in flags:
        if bursts and begin_ms < bursts[-1].end_ms:
            bursts[-1] = bursts[-1]._replace(
                log10_p=min(tail, bursts[-1].log10_p), end_ms=max(end_ms, bursts[-1].end_ms)
            )
            continue
        first = int(np.searchsorted(starts, begin_ms, side="right")) - 1
        last = _find_end(is_high, known, first)
        while first > 0 and is_high[first - 1] and known[first - 1]:
            first -= 1
        floor = bursts[-1].end_ms if bursts else int(starts[0])
        stop_ms = max(int(starts[last]) + 3_600_000, end_ms)
        bursts.append(Burst(max(int(starts[first]), floor), stop_ms, 0.0, 0.0, tail))
    return [_count_excess(burst, starts, hourly, mean, known) for burst in bursts]


def _find_end(is_high: np.ndarray, known: np.ndarray, first: int) -> int:
    """The last high hour before so many quiet ones."""
    last, place, quiet = first, first, 0
    while place + 1 < len(is_high) and quiet < QUIET_HOURS and place - first < LONGEST_H:
        place += 1
        if is_high[place]:
            last, quiet = place, 0
        elif known[place]:
            quiet += 1
    return last


def _count_excess(
    burst: Burst, starts: np.ndarray, hourly: Counts, expected: np.ndarray, known: np.ndarray
) -> Burst:
    inside = known & (starts + 3_600_000 > burst.start_ms) & (starts < burst.end_ms)
    above = hourly.values[inside] - expected[inside]
    capped = np.minimum(above, SUSTAINED_FACTOR * expected[inside])
    return burst._replace(
        excess=max(float(above.sum()), 0.0), sustained=max(float(capped.sum()), 0.0)
    )


def find_outages(counts: Counts, expected: np.ndarray) -> np.ndarray:
    """Runs of zeros at which the recording must have stopped, bool, shape (n,).

    So long that chance does not make them, between times with about the usual counts. Where they
    come day after day they are how the mentions come, and stay.
    """
    is_zero = counts.values == 0
    stopped, runs = np.zeros(len(is_zero), np.bool_), 0
    edges = np.flatnonzero(np.diff(np.concatenate(([0], is_zero.view(np.int8), [0]))))
    around = max(1, round(3.0 / counts.step_h))
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        sides = (slice(max(0, first - around), first), slice(last, last + around))
        is_usual = all(
            np.nansum(counts.values[side]) > USUAL_SHARE * expected[side].sum() for side in sides
        )
        if expected[first:last].sum() > OUTAGE_MEAN and is_usual:
            stopped[first:last] = True
            runs += 1
    most = 1.0 + MOST_STOPS_A_WEEK * len(is_zero) * counts.step_h / 168.0
    return stopped if runs <= most else np.zeros(len(is_zero), np.bool_)
