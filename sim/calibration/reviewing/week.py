"""The real week on the plan's clock: mentions in its horizon, their topics and replies.

Counts are laid evenly over their interval. Checked by ``tests/functional/test_review.py``.
"""

import datetime
import zoneinfo
from typing import NamedTuple

import numpy as np

from sim.calibration.demand.fit import DemandFit, fit_demand
from sim.calibration.demand.weekly_profile import Busyness
from sim.calibration.reading.grid import Counts, build_counts
from sim.calibration.reading.rows import Observations
from sim.calibration.reading.sieve import BadRows
from sim.errors import InputError
from sim.scenario.clock import count_hours, count_intervals, find_start, local_weekday
from sim.scenario.model import Scenario
from sim.scenario.profile import week_shape
from sim.store.clock import MS_PER_H, MS_PER_MIN, NO_TIME, write_local

# With e^-7, a chance of one in a thousand, nobody writes where seven are expected: the history
# does not reach there (the same number closes hours in a forecast).
MISSED_MENTIONS = 7.0
# Counts of longer intervals do not say at what hour they came.
LONGEST_STEP_MIN = 60.0


class RealWeek(NamedTuple):
    """What came in the horizon of a plan."""

    arrival_ms: np.ndarray
    """int64, shape (n,), ascending: since the start of the horizon"""
    topic: tuple[str, ...] | None
    """of each mention, empty where the scenario has no such topic; None: the history has none"""
    came: np.ndarray
    """float64, shape (n_intervals,): mentions by reporting interval"""
    first_reply_min: np.ndarray | None
    """float64, shape (n,): NaN where nobody answered; None where the history does not say"""
    demand: DemandFit
    """fitted to the history up to the end of the week"""
    left_out: tuple[BadRows, ...]


def place_week(scenario: Scenario, first_day: datetime.date | None) -> Scenario:
    """The scenario on the week that is reviewed, alone: nothing is played before its start.

    Parameters
    ----------
    scenario : Scenario
        The plan's.
    first_day : date or None
        None: its own.

    Raises
    ------
    InputError
        Another weekday than the plan's first, or a clock change in only one of the two weeks.
    """
    horizon = scenario.horizon
    start = horizon.start
    if first_day is not None:
        start = datetime.datetime.combine(first_day, start.time())
        if start.weekday() != local_weekday(horizon):
            raise InputError(
                f"week = {first_day}: is a {first_day:%A}; allowed: a {horizon.start:%A}, on which "
                "the plan begins"
            )
    placed = horizon.model_copy(update={"start": start, "repeats": False})
    if count_hours(placed) != count_hours(horizon):
        raise InputError(
            f"week = {first_day}: has {count_hours(placed)} hours and the plan "
            f"{count_hours(horizon)}: the clock changes in one of them; allowed: another week"
        )
    return scenario.model_copy(update={"horizon": placed})


def lay_week(
    observations: Observations, world: Scenario, expected: np.ndarray, busyness: Busyness
) -> RealWeek:
    """Cut the week out of a history.

    Parameters
    ----------
    observations : Observations
        The history.
    world : Scenario
        Placed on the week.
    expected : np.ndarray
        float64, shape (n_intervals,): mentions that the plan expects.
    busyness : Busyness
        Of the plan, for what the history does not tell.

    Raises
    ------
    InputError
        Times too coarse, or a history that does not reach over the week.
    """
    zone = zoneinfo.ZoneInfo(world.horizon.time_zone)
    counts, repeated = build_counts(observations, zone)
    if counts.step_min > LONGEST_STEP_MIN:
        raise InputError(
            f"history: its times are {counts.step_min / 60.0:g} h apart; a review needs counts by "
            "the hour or shorter, or single mentions"
        )
    start_ms = round(find_start(world.horizon).timestamp() * 1000.0)
    end_ms = start_ms + count_hours(world.horizon) * MS_PER_H
    check_reach(observations, counts, world, expected, (start_ms, end_ms))
    if observations.value is None:
        times, rows = observations.time_ms, np.flatnonzero(observations.is_first)
        rows = rows[(times[rows] >= start_ms) & (times[rows] < end_ms)]
        arrival_ms = times[rows] - start_ms
    else:
        rows = np.zeros(0, np.int64)
        arrival_ms = spread_counts(counts, start_ms, end_ms)
    if len(arrival_ms) == 0:
        raise InputError(
            f"history: no mention from {write_ends(zone, start_ms, end_ms)}, the plan's days; "
            "week=DAY reviews others"
        )
    step_ms = world.horizon.interval_min * MS_PER_MIN
    came = np.bincount(arrival_ms // step_ms, minlength=count_intervals(world.horizon))
    return RealWeek(
        arrival_ms,
        _name_topics(observations, rows, world),
        came.astype(np.float64),
        _find_replies(observations, rows),
        fit_demand(cut_after(counts, end_ms), week_shape(world), busyness),
        (*observations.aside, *observations.bad, *repeated),
    )


def check_reach(
    observations: Observations,
    counts: Counts,
    world: Scenario,
    expected: np.ndarray,
    ends_ms: tuple[int, int],
) -> None:
    """Refuse a history that ends before the week does, or begins in it.

    Raises
    ------
    InputError
        So many mentions are expected where it does not reach that none can be chance.
    """
    step_ms = world.horizon.interval_min * MS_PER_MIN
    first, last = observations.covered_ms
    if observations.value is not None:
        last += round(counts.step_min * MS_PER_MIN)
    middles = ends_ms[0] + step_ms * np.arange(len(expected)) + step_ms // 2
    is_missed = (middles < first) | (middles >= last)
    if observations.value is not None:  # where a list of counts says nothing
        place = (middles - counts.start_ms) // round(counts.step_min * MS_PER_MIN)
        is_missed |= ~counts.is_known[np.clip(place, 0, len(counts.values) - 1)]
    missed = float(expected[is_missed].sum())
    if missed >= MISSED_MENTIONS:
        zone = zoneinfo.ZoneInfo(world.horizon.time_zone)
        raise InputError(
            f"history: goes from {write_ends(zone, first, last)} and the plan's days from "
            f"{write_ends(zone, *ends_ms)}; {missed:,.0f} mentions are expected where it does not "
            "reach; week=DAY reviews other days under the plan"
        )


def write_ends(zone: zoneinfo.ZoneInfo, first_ms: int, last_ms: int) -> str:
    """A span on the local clock."""
    first, last = write_local(np.array([first_ms, last_ms]), zone)
    return f"{first[:16]} to {last[:16]}"


def spread_counts(counts: Counts, start_ms: int, end_ms: int) -> np.ndarray:
    """Times of mentions that are only counted: even over each interval, in the week.

    Fractions are carried on, so that the whole has the whole's mentions.
    """
    step_ms = round(counts.step_min * MS_PER_MIN)
    starts = counts.compute_starts_ms()
    inside = (starts >= start_ms) & (starts < end_ms)
    until = np.floor(np.cumsum(np.nan_to_num(counts.values[inside])) + 0.5).astype(np.int64)
    often = np.diff(np.append(0, until))
    first = np.repeat(until - often, often)
    within = (np.arange(int(often.sum())) - first + 0.5) / np.repeat(often, often)
    times = np.repeat(starts[inside] - start_ms, often) + (within * step_ms).astype(np.int64)
    return times[times < end_ms - start_ms]


def cut_after(counts: Counts, end_ms: int) -> Counts:
    """The counts up to a time: what came later says nothing of the week."""
    kept = counts.compute_starts_ms() < end_ms
    return counts._replace(values=counts.values[kept], hour=counts.hour[kept], day=counts.day[kept])


def _name_topics(
    observations: Observations, rows: np.ndarray, world: Scenario
) -> tuple[str, ...] | None:
    if observations.topic is None or len(rows) == 0:
        return None
    names = [str(name) for name in observations.topic[rows]]
    known = tuple(name if name in world.topics else "" for name in names)
    return known if any(known) else None


def _find_replies(observations: Observations, rows: np.ndarray) -> np.ndarray | None:
    if observations.reply_ms is None or not observations.has_wait or len(rows) == 0:
        return None
    wait = (observations.reply_ms[rows] - observations.time_ms[rows]) / MS_PER_MIN
    return np.where(observations.reply_ms[rows] == NO_TIME, np.nan, wait)
