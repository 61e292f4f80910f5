"""Bursts become brand events: each gets its course, the largest first.

Checked on draws of known scenarios by ``tests/functional/test_calibrate_recovery.py``.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from sim.calibration.demand.bursts import Burst
from sim.calibration.demand.course import Course, Window, count_course_h, fit_course
from sim.calibration.demand.weekly_profile import Busyness
from sim.calibration.reading.grid import Counts
from sim.store.clock import MS_PER_H, MS_PER_MIN

# (a) A scenario needs the large ones; each is a nonlinear fit and a block of keys.
MOST_EVENTS = 12
# (a) How far an event follows the hours of the day: the shipped announced events' value; one
# event does not tell it.
SHAPE_SHARE = 0.5
# An event is over where it adds less than a twentieth of the base rate, as in
# sim.scenario.course.
GONE_SHARE = 0.05
# A burst inside a fitted event must have at least this part of it, else it is the misfit of a
# course; lower adds false events, higher merges true ones. Not tuned.
LEFT_OVER_SHARE = 0.15
# A course that explains less than this part of its burst is refused: the burst has another shape.
EXPLAINED_SHARE = 0.3
# Bounds the time of a history full of bursts that no course fits.
MOST_TRIALS = 20
# A course with one half-life has five parameters: fewer intervals do not determine it.
LEAST_INTERVALS = 8
# The rise is looked for back to a fifth of the peak; lower reaches into noise, higher starts
# late.
RISE_SHARE = 0.2
# Hours around a burst that are fitted with it: before, to see the usual level; after, to see the
# decay.
_BEFORE_H, _AFTER_H = 6.0, 12.0
# Hours from the onset that are counted by single steps and by quarters, then by hours: the rise
# is short, the decay long.
_FINE_H, _MIDDLE_H = 3.0, 12.0
# Bounds a fit's time: the far tail is merged into longer intervals beyond it.
_MOST_POINTS = 500


Finder = Callable[[np.ndarray], list[Burst]]


class FoundEvent(NamedTuple):
    """A burst and its course."""

    burst: Burst
    course: Course
    time_ms: int
    """t_e, since 1970, UTC"""
    end_ms: int
    """from here on it stays below a twentieth of the base"""


def fit_events(
    counts: Counts,
    expected: np.ndarray,
    find: Finder,
    base_per_h: float,
    busyness: Busyness,
) -> list[FoundEvent]:
    """Fit a course to each of the largest bursts.

    The largest burst first, then the largest of what its course leaves over, and so on.

    Parameters
    ----------
    counts : Counts
        The history.
    expected : np.ndarray
        float64, shape (n,): the profile's counts.
    find : callable
        Returns the bursts beside so many mentions of events, float64, shape (n,).
    base_per_h : float
        Base rate [1/h].
    busyness : Busyness
        Of the base.

    Returns
    -------
    list of FoundEvent
        At most `MOST_EVENTS`, by sustained mentions, the largest first.
    """
    found: list[FoundEvent] = []
    refused: list[Burst] = []
    excess = np.zeros(len(expected))
    while len(found) < MOST_EVENTS and len(found) + len(refused) < MOST_TRIALS:
        bursts = find(excess)
        left = [each for each in bursts if _is_new(each, found, refused)]
        if not left:
            break
        burst = max(left, key=lambda each: each.sustained)
        event = _fit_one(counts, expected, excess, burst, bursts, (base_per_h, busyness))
        if event is None:
            refused.append(burst)
            continue
        mentions = count_excess(counts, expected, [event], base_per_h)
        if mentions.sum() < EXPLAINED_SHARE * burst.excess:
            refused.append(burst)
            continue
        excess += mentions
        found.append(event)
    return found


def _is_new(burst: Burst, found: list[FoundEvent], refused: list[Burst]) -> bool:
    """Whether a burst is more than what a course that fits badly leaves over."""
    if any(_meet(burst, other) and burst.sustained < 1.1 * other.sustained for other in refused):
        return False
    inside = [event.burst for event in found if _meet(event.burst, burst)]
    return all(burst.sustained > LEFT_OVER_SHARE * other.sustained for other in inside)


def _meet(one: Burst, other: Burst) -> bool:
    return one.start_ms < other.end_ms and other.start_ms < one.end_ms


def _fit_one(
    counts: Counts,
    expected: np.ndarray,
    excess: np.ndarray,
    burst: Burst,
    bursts: list[Burst],
    base: tuple[float, Busyness],
) -> FoundEvent | None:
    """A burst with its course; None where too few intervals are known."""
    base_per_h, busyness = base
    factor = compute_factor(expected, base_per_h * counts.step_h)
    window = _cut_window(counts, expected + excess, factor, burst, bursts)
    if window is None:
        return None
    course = fit_course(window, busyness)
    time_ms = burst.start_ms + round(course.start_h * MS_PER_H)
    end_ms = max(burst.end_ms, time_ms + _compute_length_ms(course, base_per_h))
    return FoundEvent(burst, course, time_ms, end_ms)


def compute_factor(expected: np.ndarray, base: float) -> np.ndarray:
    """How an event follows the profile, s shape + 1 - s, shape (n,)."""
    return SHAPE_SHARE * expected / max(base, 1e-12) + 1.0 - SHAPE_SHARE


def count_excess(
    counts: Counts, expected: np.ndarray, events: list[FoundEvent], base_per_h: float
) -> np.ndarray:
    """The mentions of events in each interval, float64, shape (n,)."""
    factor = compute_factor(expected, base_per_h * counts.step_h)
    starts = counts.compute_starts_ms()
    total = np.zeros(len(starts))
    for event in events:
        course = event.course
        since_h = (starts - event.time_ms) / MS_PER_H
        edges_h = np.stack((since_h, since_h + counts.step_h), axis=1)
        parameters = (0.0, *course[1:5])
        hours = count_course_h(parameters, edges_h)
        total += course.height_per_h * factor * hours
    return total


def _cut_window(
    counts: Counts, background: np.ndarray, factor: np.ndarray, burst: Burst, bursts: list[Burst]
) -> Window | None:
    """The counts around a burst without other bursts; fine near it, hours later."""
    starts = counts.compute_starts_ms()
    first_ms = burst.start_ms - round(_BEFORE_H * MS_PER_H)
    last_ms = burst.end_ms + round(_AFTER_H * MS_PER_H)
    inside = (starts >= first_ms) & (starts < last_ms) & counts.is_known
    for other in bursts:
        if other is not burst and other.start_ms != burst.start_ms:
            inside &= ~((starts >= other.start_ms) & (starts < other.end_ms))
    places = np.flatnonzero(inside)
    if len(places) < LEAST_INTERVALS:
        return None
    start_h = (starts[places] - burst.start_ms) / MS_PER_H
    onset_h, peak_h = _find_onset(start_h, (counts.values - background)[places], burst)
    group = _group(start_h - onset_h, places, counts.step_h)
    edges_h = np.stack(
        (
            np.array([start_h[rows[0]] for rows in group]),
            np.array([start_h[rows[-1]] + counts.step_h for rows in group]),
        ),
        axis=1,
    )
    return Window(
        edges_h,
        np.array([counts.values[places[rows]].sum() for rows in group]),
        np.array([background[places[rows]].sum() for rows in group]),
        np.array([factor[places[rows]].mean() for rows in group]),
        onset_h,
        peak_h,
    )


def _find_onset(start_h: np.ndarray, above: np.ndarray, burst: Burst) -> tuple[float, float]:
    """From when on the counts rise to the fullest hour, and their highest since [h]."""
    length_h = (burst.end_ms - burst.start_ms) / MS_PER_H
    inside = (start_h > -1.0) & (start_h < length_h)
    hour = np.floor(start_h).astype(np.int64)
    sums = np.bincount(hour - hour[0], np.where(inside, above, 0.0))
    full = np.flatnonzero((hour - hour[0] == int(np.argmax(sums))) & inside)
    last = full[np.argmax(above[full])]
    smooth = np.convolve(above, np.full(3, 1 / 3), mode="same") if len(above) > 3 else above
    first = last
    while first > 0 and max(above[first - 1], smooth[first - 1]) > RISE_SHARE * above[last]:
        first -= 1
    peak = first + int(np.argmax(above[first : last + 1]))
    return float(start_h[first]), float(start_h[peak])


def _group(since_h: np.ndarray, places: np.ndarray, step_h: float) -> list[np.ndarray]:
    """Rows that are summed: single ones near the onset, quarters, then hours."""
    near = (since_h > -1.0) & (since_h < _FINE_H)
    middle = (since_h > -2.0) & (since_h < _MIDDLE_H)
    long_h = max(1.0, np.ceil(np.ptp(since_h) / _MOST_POINTS))
    width_h = np.where(near, step_h, np.where(middle, max(0.25, step_h), max(long_h, step_h)))
    slot = np.floor(since_h / width_h + 1e-6)
    cut = (np.diff(slot) != 0) | (np.diff(width_h) != 0) | (np.diff(places) != 1)
    return np.split(np.arange(len(places)), np.flatnonzero(cut) + 1)


def _compute_length_ms(course: Course, base_per_h: float) -> int:
    """The time from t_e until the course stays below a share of the base."""
    hours = course.ramp_h
    for height, life in (
        (course.weight * course.height_per_h, course.half_life_1_h),
        ((1.0 - course.weight) * course.height_per_h, course.half_life_2_h),
    ):
        ratio = height / max(GONE_SHARE * base_per_h, 1e-12)
        if ratio > 1.0:
            hours = max(hours, course.ramp_h + life * float(np.log2(ratio)))
    return round(min(hours, 28 * 24.0) * 60.0) * MS_PER_MIN
