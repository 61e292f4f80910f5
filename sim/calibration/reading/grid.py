"""Observations as counts on a regular grid, with the local hour and day of each interval.

The step is the history's own for counts; for single mentions 5, 15 or 60 minutes,
the finest that has two mentions on average and that their times are known to; days where times
are coarser than an hour. Intervals begin with the local hour, half-hour zones too. An interval
that the history does not cover is NaN; where a list of counts never says zero, what is missing is
zero. Checked by ``tests/unit/test_calibration_grid.py``.
"""

import zoneinfo
from typing import NamedTuple

import numpy as np

from sim.calibration.reading.rows import Observations
from sim.calibration.reading.sieve import BadRows
from sim.errors import InputError
from sim.store.clock import (
    MS_PER_DAY,
    MS_PER_H,
    MS_PER_MIN,
    compute_hours_of_week,
    compute_local_days,
    compute_offsets,
    compute_offsets_of_local,
)

# Divisors of the hour; finer than five minutes says nothing about shifts.
STEPS_MIN = (5, 15, 60)
# Mentions per interval: with fewer the counts are mostly 0 and 1.
LEAST_MEAN = 2.0
# Below it not even the base rate is known to a quarter (1/sqrt(20)).
LEAST_MENTIONS = 20
# A rate per hour needs an hour.
LEAST_SPAN_H = 1.0
# Nineteen years of five minutes; bounds memory where a time stamp is wrong by decades.
MOST_INTERVALS = 2_000_000
# An edge interval that is covered to less than a tenth is dropped, not scaled up.
_EDGE_SHARE = 0.1


class Counts(NamedTuple):
    """Mentions on a regular grid."""

    start_ms: int
    """since 1970, UTC"""
    step_min: float
    values: np.ndarray
    """float64, shape (n,): NaN where not covered"""
    hour: np.ndarray
    """int64, shape (n,): local hour of the week at the middle, 0..167 from Monday"""
    day: np.ndarray
    """int64, shape (n,): local day since 1970 at the middle"""
    zone: zoneinfo.ZoneInfo
    """the local clock"""

    @property
    def step_h(self) -> float:
        """Length of an interval [h]."""
        return self.step_min / 60.0

    @property
    def is_known(self) -> np.ndarray:
        """Which intervals are covered, bool, shape (n,)."""
        return np.isfinite(self.values)

    @property
    def days(self) -> float:
        """Length of all covered intervals [days]."""
        return float(self.is_known.sum()) * self.step_h / 24.0

    def compute_starts_ms(self) -> np.ndarray:
        """When each interval begins, int64, shape (n,): since 1970, UTC."""
        step_ms = round(self.step_min * MS_PER_MIN)
        return self.start_ms + step_ms * np.arange(len(self.values), dtype=np.int64)


def build_counts(
    observations: Observations, zone: zoneinfo.ZoneInfo
) -> tuple[Counts, tuple[BadRows, ...]]:
    """Lay observations on a grid.

    Parameters
    ----------
    observations : Observations
        Of one series; of pairs only first messages of a conversation count.
    zone : zoneinfo.ZoneInfo
        The scenario's local clock.

    Returns
    -------
    Counts
        The grid.
    tuple of BadRows
        Counts whose time falls in an interval that has one already.

    Raises
    ------
    InputError
        Too few mentions, or too short a span, to fit anything.
    """
    if observations.value is not None:
        start_ms, step_min, values, bad = _grid_counts(observations.time_ms, observations.value)
    else:
        times = observations.time_ms[observations.is_first]
        bad = ()
        if observations.resolution_min > STEPS_MIN[-1]:
            start_ms, step_min, values = _grid_days(times, observations, zone)
        else:
            start_ms, step_min, values = _grid_times(
                times, observations.covered_ms, zone, observations.resolution_min
            )
    total = float(np.nansum(values))
    span_h = len(values) * step_min / 60.0
    if total < LEAST_MENTIONS or span_h < LEAST_SPAN_H:
        raise InputError(
            f"{observations.series}: {total:.0f} mentions in {span_h:.3g} h are too few to fit; "
            f"needs {LEAST_MENTIONS} mentions and {LEAST_SPAN_H:g} h"
        )
    return _place(start_ms, step_min, values, zone), bad


def _place(start_ms: int, step_min: float, values: np.ndarray, zone: zoneinfo.ZoneInfo) -> Counts:
    step_ms = round(step_min * MS_PER_MIN)
    middles = start_ms + step_ms * np.arange(len(values), dtype=np.int64) + step_ms // 2
    hours, days = compute_hours_of_week(middles, zone), compute_local_days(middles, zone)
    return Counts(start_ms, step_min, values, hours, days, zone)


def _grid_days(
    times: np.ndarray, observations: Observations, zone: zoneinfo.ZoneInfo
) -> tuple[int, float, np.ndarray]:
    """Counts of local days, of times that are too coarse for hours."""
    days = compute_local_days(np.array([*observations.covered_ms]), zone)
    own = compute_local_days(times, zone) - int(days[0])
    values = np.bincount(own, minlength=int(days[1] - days[0]) + 1).astype(np.float64)
    coarse_ms = observations.resolution_min * MS_PER_MIN
    edges = np.array([*observations.covered_ms])
    of_day = (edges + compute_offsets(edges, zone)) % MS_PER_DAY
    # An edge day of which a quarter or more may be missing is not known.
    if of_day[0] >= max(coarse_ms, MS_PER_DAY / 4):
        values[0] = np.nan
    if of_day[1] + coarse_ms < MS_PER_DAY * 3 / 4:
        values[-1] = np.nan
    local = int(days[0]) * MS_PER_DAY
    start_ms = local - int(compute_offsets_of_local(np.array([local]), zone)[0])
    return start_ms, MS_PER_DAY / MS_PER_MIN, values


def _grid_times(
    times: np.ndarray,
    covered_ms: tuple[int, int],
    zone: zoneinfo.ZoneInfo,
    resolution_min: float,
) -> tuple[int, float, np.ndarray]:
    """Start, step and counts of single mentions; cut-off edges are not known."""
    first_ms, last_ms = covered_ms
    span_min = (last_ms - first_ms) / MS_PER_MIN
    if len(times) < LEAST_MENTIONS or span_min < 60.0 * LEAST_SPAN_H:
        raise InputError(
            f"{len(times)} mentions in {span_min / 60.0:.3g} h are too few to fit; "
            f"needs {LEAST_MENTIONS} mentions and {LEAST_SPAN_H:g} h"
        )
    means = [len(times) * step / span_min for step in STEPS_MIN]
    step_min = next(
        (
            step
            for step, mean in zip(STEPS_MIN, means, strict=True)
            if mean >= LEAST_MEAN and _divides(resolution_min, step)
        ),
        60,
    )
    step_ms = step_min * MS_PER_MIN
    off_ms = _measure_part_hour(first_ms, zone)
    start_ms = (first_ms + off_ms) // step_ms * step_ms - off_ms
    count = (last_ms - start_ms) // step_ms + 1
    _check_size(count)
    values = np.bincount((times - start_ms) // step_ms, minlength=count).astype(np.float64)
    edge_ms = _EDGE_SHARE * step_ms
    if first_ms - start_ms > edge_ms:
        values[0] = np.nan
    if start_ms + count * step_ms - last_ms > edge_ms:
        values[-1] = np.nan
    return int(start_ms), float(step_min), values


def _divides(resolution_min: float, step_min: float) -> bool:
    """Whether a step holds as many of the times' own steps as each other."""
    if resolution_min == 0.0:
        return True
    parts = step_min / resolution_min
    # Twenty of them and more differ by one in twenty at most.
    return parts >= 20.0 or (parts >= 1.0 and abs(parts - round(parts)) < 1e-9)


def _measure_part_hour(time_ms: int, zone: zoneinfo.ZoneInfo) -> int:
    """By how much the local hour begins before UTC's [ms]: 30 minutes in India."""
    return int(compute_offsets(np.array([time_ms]), zone)[0]) % MS_PER_H


def _grid_counts(
    times: np.ndarray, counts: np.ndarray
) -> tuple[int, float, np.ndarray, tuple[BadRows, ...]]:
    """Start, step and counts of a list of counts, and rows that share an interval."""
    steps = np.diff(times)
    steps = steps[steps > 0]
    if len(steps) == 0:
        raise InputError(
            f"{len(times)} counts at one time: the length of an interval cannot be determined"
        )
    sizes, often = np.unique(steps, return_counts=True)
    step_ms = int(sizes[np.argmax(often)])
    places = np.round((times - times[0]) / step_ms).astype(np.int64)
    _check_size(int(places[-1]) + 1)
    _, first = np.unique(places, return_index=True)
    repeated = len(places) - len(first)
    bad: tuple[BadRows, ...] = ()
    if repeated:
        bad = (BadRows("a second count for its interval", repeated, ""),)
    says_zero = bool((counts == 0).any())
    values = np.full(int(places[-1]) + 1, np.nan if says_zero else 0.0)
    values[places[first]] = counts[first]
    return int(times[0]), step_ms / MS_PER_MIN, values, bad


def _check_size(count: int) -> None:
    if count > MOST_INTERVALS:
        raise InputError(
            f"the history spans {count} intervals; at most {MOST_INTERVALS:,} are allowed: split it"
        )


def group_by_hour(counts: Counts, hours: int = 1) -> Counts:
    """The same counts by clock hour or more, unless the step is that long already.

    A slot of which less than half is covered is NaN; else it is scaled to its whole length.
    """
    if counts.step_min >= 60.0 * hours:
        return counts
    middles = counts.compute_starts_ms() + round(counts.step_min * MS_PER_MIN / 2)
    off_ms = _measure_part_hour(int(middles[0]), counts.zone)
    slots = (middles + off_ms) // (hours * MS_PER_H)
    first = int(slots[0])
    known = counts.is_known
    size = int(slots[-1]) - first + 1
    totals = np.bincount(slots[known] - first, counts.values[known], size)
    covered = np.bincount(slots[known] - first, minlength=size) * counts.step_h / hours
    with np.errstate(divide="ignore", invalid="ignore"):
        values = np.where(covered >= 0.5, totals / covered, np.nan)
    return _place(first * hours * MS_PER_H - off_ms, 60.0 * hours, values, counts.zone)


def measure_span_days(counts: Counts) -> float:
    """The time from the first to the last covered interval [days]."""
    places = np.flatnonzero(counts.is_known)
    return float(places[-1] - places[0] + 1) * counts.step_min * MS_PER_MIN / MS_PER_DAY
