"""Local clock of the horizon: engine time is elapsed time, days and hours are local.

A week with a clock change has 167 or 169 hours. Shifts and opening hours are clock times:
`LocalGrid` tells the interval in which a local minute comes, so that what lasts from 22 to 6 is an
hour longer or shorter in the night of a change. A minute that the clock shows twice is its
first; one that it leaves out is the next there is. Where the change is no whole number of
intervals (half an hour, intervals of one), an interval stands for the full step of the clock
within it. Checked by ``tests/unit/test_profile.py`` and ``tests/unit/test_local_grid.py``.
"""

import datetime
import functools
import math
import zoneinfo
from typing import NamedTuple

import numpy as np

from sim.scenario.parts import Horizon

_HOUR = datetime.timedelta(hours=1)
DAY_MIN = 1440
# Lists of times of the last few horizons: every policy that is lowered asks for the same ones.
TIMES_KEPT = 64


def find_start(horizon: Horizon) -> datetime.datetime:
    """The start of the horizon in UTC."""
    zone = zoneinfo.ZoneInfo(horizon.time_zone)
    return horizon.start.replace(tzinfo=zone).astimezone(datetime.UTC)


def name_time(horizon: Horizon, elapsed_h: float) -> str:
    """The local time so many hours after the start of the horizon, ISO 8601 without its zone."""
    zone = zoneinfo.ZoneInfo(horizon.time_zone)
    local = (find_start(horizon) + elapsed_h * _HOUR).astimezone(zone)
    return local.replace(tzinfo=None).isoformat(timespec="minutes")


def count_hours(horizon: Horizon) -> int:
    """The elapsed hours of `horizon.days` local days (167 or 169 a week at a change)."""
    return _count_hours(horizon.start, horizon.time_zone, horizon.days)


@functools.lru_cache(maxsize=TIMES_KEPT)
def _count_hours(first: datetime.datetime, time_zone: str, days: int) -> int:
    zone = zoneinfo.ZoneInfo(time_zone)
    start, end = (
        time.replace(tzinfo=zone).astimezone(datetime.UTC)
        for time in (first, first + datetime.timedelta(days=days))
    )
    return math.ceil((end - start) / _HOUR)


def list_local_times(horizon: Horizon, step_min: int, count: int) -> list[datetime.datetime]:
    """List `count` aware local times, `step_min` elapsed minutes apart from the start."""
    return list(_list_times(horizon.start, horizon.time_zone, step_min, count))


@functools.lru_cache(maxsize=TIMES_KEPT)
def _list_times(
    first: datetime.datetime, time_zone: str, step_min: int, count: int
) -> tuple[datetime.datetime, ...]:
    zone = zoneinfo.ZoneInfo(time_zone)
    start = first.replace(tzinfo=zone).astimezone(datetime.UTC)
    step = datetime.timedelta(minutes=step_min)
    return tuple((start + number * step).astimezone(zone) for number in range(count))


def count_intervals(horizon: Horizon) -> int:
    """The number of reporting intervals."""
    return count_hours(horizon) * 60 // horizon.interval_min


def interval_local_times(horizon: Horizon) -> list[datetime.datetime]:
    """The aware local time at which each reporting interval begins."""
    return list_local_times(horizon, horizon.interval_min, count_intervals(horizon))


def label_intervals(horizon: Horizon) -> tuple[str, ...]:
    """The local time at which each reporting interval begins, ISO 8601."""
    return _label_times(
        horizon.start, horizon.time_zone, horizon.interval_min, count_intervals(horizon)
    )


@functools.lru_cache(maxsize=TIMES_KEPT)
def _label_times(
    first: datetime.datetime, time_zone: str, step_min: int, count: int
) -> tuple[str, ...]:
    return tuple(time.isoformat() for time in _list_times(first, time_zone, step_min, count))


def local_days(horizon: Horizon) -> np.ndarray:
    """The local day of each elapsed hour, int64, shape (n_hours,), from 0."""
    times = list_local_times(horizon, 60, count_hours(horizon))
    return np.array([(time.date() - times[0].date()).days for time in times], np.int64)


def local_weekday(horizon: Horizon) -> int:
    """The weekday of the first local day, 0 for Monday."""
    return list_local_times(horizon, 60, 1)[0].weekday()


class LocalGrid(NamedTuple):
    """Where local minutes, counted from midnight of the first day, lie among the intervals.

    Attributes
    ----------
    slot_min : np.ndarray
        int64, shape (n_intervals,), not falling: the local minute that an interval stands for.
    step_min : int
        Length of an interval.
    start_min, end_min : int
        Local minutes at which the horizon starts and ends.
    repeats : bool
        What passes the end goes on at the start.
    """

    slot_min: np.ndarray
    step_min: int
    start_min: int
    end_min: int
    repeats: bool

    @property
    def n_days(self) -> int:
        """Local days that the horizon touches."""
        return -(-self.end_min // DAY_MIN)

    def place(self, local_min: int) -> int:
        """The number of the first interval at or after a local minute.

        Numbers go on past the end: on the clock of the start where the horizon repeats.
        Before the start they are negative.
        """
        n = len(self.slot_min)
        if local_min < self.start_min:
            return (local_min - self.start_min) // self.step_min
        if local_min < self.end_min:
            return int(np.searchsorted(self.slot_min, local_min))
        if not self.repeats:
            return n + (local_min - self.end_min) // self.step_min
        return n + self.place(local_min - self.end_min + self.start_min)


def lay_local_grid(horizon: Horizon) -> LocalGrid:
    """Where the local clock's minutes lie among the horizon's intervals."""
    times, step_min = interval_local_times(horizon), horizon.interval_min
    first = times[0].date()
    shown = [(time.date() - first).days * DAY_MIN + time.hour * 60 + time.minute for time in times]
    start_min = horizon.start.hour * 60
    end_min = start_min + horizon.days * DAY_MIN
    slots = np.minimum(-(-np.array(shown, np.int64) // step_min) * step_min, end_min - step_min)
    return LocalGrid(np.maximum.accumulate(slots), step_min, start_min, end_min, horizon.repeats)
