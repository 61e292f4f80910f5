"""Local clock of the horizon: engine time is elapsed time, days and hours are local.

A week with a clock change has 167 or 169 hours. Checked by ``tests/unit/test_profile.py``.
"""

import datetime
import math
import zoneinfo

import numpy as np

from sim.scenario.parts import Horizon

_HOUR = datetime.timedelta(hours=1)


def find_start(horizon: Horizon) -> datetime.datetime:
    """Return the start of the horizon in UTC."""
    zone = zoneinfo.ZoneInfo(horizon.time_zone)
    return horizon.start.replace(tzinfo=zone).astimezone(datetime.UTC)


def count_hours(horizon: Horizon) -> int:
    """Return the elapsed hours of `horizon.days` local days (167 or 169 a week at a change)."""
    zone = zoneinfo.ZoneInfo(horizon.time_zone)
    end = (horizon.start + datetime.timedelta(days=horizon.days)).replace(tzinfo=zone)
    return math.ceil((end.astimezone(datetime.UTC) - find_start(horizon)) / _HOUR)


def list_local_times(horizon: Horizon, step_min: int, count: int) -> list[datetime.datetime]:
    """Return `count` aware local times, `step_min` elapsed minutes apart from the start."""
    zone = zoneinfo.ZoneInfo(horizon.time_zone)
    start, step = find_start(horizon), datetime.timedelta(minutes=step_min)
    return [(start + number * step).astimezone(zone) for number in range(count)]


def count_intervals(horizon: Horizon) -> int:
    """Return the number of reporting intervals."""
    return count_hours(horizon) * 60 // horizon.interval_min


def interval_local_times(horizon: Horizon) -> list[datetime.datetime]:
    """Return the aware local time at which each reporting interval begins."""
    return list_local_times(horizon, horizon.interval_min, count_intervals(horizon))


def local_days(horizon: Horizon) -> np.ndarray:
    """Return the local day of each elapsed hour, int64, shape (n_hours,), from 0."""
    times = list_local_times(horizon, 60, count_hours(horizon))
    return np.array([(time.date() - times[0].date()).days for time in times], np.int64)
