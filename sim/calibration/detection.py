"""Finds where the counts leave the profile: bursts that busyness does not explain.

At three widths (an hour, six, and the history's own step where it is shorter) a count N with
mean m is as surprising as P(X >= N), X negative binomial with mean m and variance
m + phi m^2. Level and phi come from the median and the 16th percentile of the counts
(as normal deviates by the cube root of Wilson & Hilferty 1931), which bursts, being
upward, hardly move. An interval is a burst where that probability is below
FALSE_ALARM / (number of intervals x widths): by Bonferroni's inequality a history
without events shows one with at most that probability under this model. Bursts grow
until the counts are back near the profile, and those that meet are one. Checked by
``tests/unit/test_calibration_detection.py``; the false alarms on draws by
``tests/functional/test_calibrate_recovery.py``.
"""

from typing import NamedTuple

import numpy as np

from sim.calibration.grid import Counts, group_by_hour
from sim.calibration.shape import Busyness

FALSE_ALARM = 0.0003
QUIET_HOURS = 3
LONGEST_H = 14 * 24.0
LEAST_RISE = 0.25
LEAST_COUNTS = 12
SUSTAINED_FACTOR = 10.0
MOST_SAMPLE = 20_000
SHORT_DAYS = 14.0
SHORT_EXTRA = 0.0625  # (a) weekdays that are not the brand's own may be a quarter off
LEVEL_DAYS = 28.0
OUTAGE_MEAN = 40.0
USUAL_SHARE = 0.3
_LOW, _LOW_DEVIATE = 0.16, -0.9944578832097532
_STEPS = 20


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


class Null(NamedTuple):
    """Counts without bursts: level of the profile and overdispersion."""

    level: float
    """multiplies the expected counts"""
    phi: float


def fit_null(values: np.ndarray, expected: np.ndarray, least_phi: float = 0.0) -> Null:
    """Fit level and overdispersion so that bursts hardly matter.

    Parameters
    ----------
    values, expected : np.ndarray
        float64, shape (n,): counts (finite) and the profile's expectation (positive).
    least_phi : float
        Lower limit of phi.

    Returns
    -------
    Null
        One level for all.
    """
    if len(values) > MOST_SAMPLE:
        every = -(-len(values) // MOST_SAMPLE)
        values, expected = values[::every], expected[::every]
    low, high = 1e-5, 10.0
    for _ in range(_STEPS):
        phi = (low * high) ** 0.5
        level = _find_level(values, expected, phi)
        deviates = _normalize(values, level * expected, phi)
        if np.quantile(deviates, _LOW) < _LOW_DEVIATE:
            low = phi
        else:
            high = phi
    phi = max((low * high) ** 0.5, least_phi)
    level = _find_level(values, expected, phi)
    return Null(level, phi)


def _find_level(values: np.ndarray, expected: np.ndarray, phi: float) -> float:
    """Return the level at which the median deviate is 0."""
    level = float(np.median(values / expected)) or float(values.sum() / expected.sum())
    for _ in range(3):
        mean = level * expected
        third = 1.0 - (1.0 / mean + phi) / 9.0
        ratio = np.median(np.cbrt(values / mean) / np.maximum(third, 0.1))
        level *= float(ratio) ** 3 if ratio > 0 else 1.0
    return level


def _normalize(values: np.ndarray, mean: np.ndarray, phi: float) -> np.ndarray:
    """Return standard normal deviates of gamma-like counts (Wilson & Hilferty).

    Poisson's skewness is half of a gamma's: phi comes out too large by some tenths of
    1/mean, to the safe side.
    """
    ninth = (1.0 / mean + phi) / 9.0
    return (np.cbrt(values / mean) - (1.0 - ninth)) / np.sqrt(ninth)


def find_log10_tail(values: np.ndarray, mean: np.ndarray, phi: float) -> np.ndarray:
    """Return log10 P(X >= N) of the negative binomial, shape (n,), at most 0."""
    from scipy import special

    mean = np.maximum(mean, 1e-12)
    count = np.maximum(values, 1e-9)
    tail = special.betainc(count, 1.0 / phi, phi * mean / (1.0 + phi * mean))
    tail = np.where(values <= 0.0, 1.0, tail)
    return np.log10(np.maximum(tail, 1e-300))


class Width(NamedTuple):
    """Counts of one width, and what they are without bursts."""

    grid: Counts
    expected: np.ndarray
    """float64, shape (n,): level x profile"""
    known: np.ndarray
    """bool, shape (n,): covered, and something is expected"""
    phi: float
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
    for grid, mean in pairs:
        known = grid.is_known & (mean > 0)
        if known.sum() < LEAST_COUNTS:
            if not widths:
                return []
            continue
        level, phi = _fit_width(grid, mean, known, busyness)
        limit = float(np.log10(false_alarm / len(pairs) / known.sum()))
        widths.append(Width(grid, level * mean, known, phi, limit))
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
    """Return the expected counts of the slots that `group_by_hour` makes."""
    covered = np.where(counts.is_known, expected, np.nan)
    return group_by_hour(counts._replace(values=covered), hours).values


def _fit_width(
    grid: Counts, mean: np.ndarray, known: np.ndarray, busyness: Busyness
) -> tuple[np.ndarray, float]:
    """Return the level of each count and phi."""
    is_short = grid.days < SHORT_DAYS
    least = busyness.hourly_variance + SHORT_EXTRA if is_short else 0.0
    null = fit_null(grid.values[known], mean[known], least)
    level = np.full(len(mean), null.level)
    if grid.days >= 2.0 * LEVEL_DAYS:
        level *= _find_drift(grid, mean, known)
    return level, null.phi


def _find_drift(grid: Counts, mean: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return the slow change of the level: median of the days around, relative to all."""
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
    """Return start, end and log10 p of the surprising intervals."""
    grid, known = width.grid, width.known
    # A look at the normal deviate spares the exact tail of counts that are plainly usual.
    deviate = (grid.values - mean) / np.sqrt(mean + width.phi * mean**2)
    places = np.flatnonzero(known & (np.nan_to_num(deviate) > 2.0))
    tail = find_log10_tail(grid.values[places], mean[places], width.phi)
    starts = grid.find_starts_ms()
    step_ms = round(grid.step_min * 60_000)
    return [
        (int(starts[place]), int(starts[place]) + step_ms, float(log10_p))
        for place, log10_p in zip(places, tail, strict=True)
        if log10_p < width.limit
    ]


def grow_bursts(width: Width, mean: np.ndarray, flags: list[tuple[int, int, float]]) -> list[Burst]:
    """Return bursts that reach until the counts are near the profile for some hours.

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
    starts = hourly.find_starts_ms()
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
    """Return the last high hour before so many quiet ones."""
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
    """Return runs of zeros at which the recording must have stopped, bool, shape (n,).

    So long that chance does not make them, between times with about the usual counts.
    """
    is_zero = counts.values == 0
    stopped = np.zeros(len(is_zero), np.bool_)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], is_zero.view(np.int8), [0]))))
    around = max(1, round(3.0 / counts.step_h))
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        sides = (slice(max(0, first - around), first), slice(last, last + around))
        is_usual = all(
            np.nansum(counts.values[side]) > USUAL_SHARE * expected[side].sum() for side in sides
        )
        if expected[first:last].sum() > OUTAGE_MEAN and is_usual:
            stopped[first:last] = True
    return stopped
