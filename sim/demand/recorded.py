"""Recorded demand: the times and topics of a history that a scenario replays.

Times are ISO 8601 or the form of Twitter's archives (``Tue Oct 31 22:10:47 +0000 2017``),
seconds or milliseconds since 1970, or in a column ``arrival_ms`` milliseconds since the
start of the horizon. A time without offset is local. Rows outside the horizon are left
out. Checked by ``tests/unit/test_demand_recorded.py``.
"""

import datetime
import zoneinfo
from typing import NamedTuple

import numpy as np

from sim.errors import InputError
from sim.scenario.model import Scenario
from sim.scenario.parts import Replay
from sim.scenario.profile import count_hours, find_start
from sim.scenario.tables import MS_PER_H

TIME_NAMES = ("time", "created_at", "timestamp", "datetime", "date", "arrival_ms")
_TWITTER = "%a %b %d %H:%M:%S %z %Y"
_LEAST_MS_SINCE_1970 = 1e11


class Recorded(NamedTuple):
    """A history on the engine's clock."""

    time_ms: np.ndarray
    """int64, shape (n,), ascending, in [0, horizon)"""
    topic: np.ndarray
    """int64, shape (n,): -1 where the history does not say"""


def read_recorded(scenario: Scenario) -> Recorded:
    """Return the history that `demand.replay` names.

    Parameters
    ----------
    scenario : Scenario
        With a replay.

    Returns
    -------
    Recorded
        Rows within the horizon, in order of time.

    Raises
    ------
    InputError
        No such file or column, a time or a topic that is not understood, or no row in the
        horizon.
    """
    from sim.store.histories import read_history_columns

    replay = scenario.demand.replay
    if replay is None:
        raise InputError("demand.replay is not set: there is no history to read")
    columns = read_history_columns(replay.file)
    name = _choose_time_column(replay, columns)
    time_ms = _read_times(scenario, columns[name], f"{replay.file}, column {name}")
    if name == "arrival_ms":
        time_ms = columns[name].astype(np.int64)
    topic = np.full(len(time_ms), -1, np.int64)
    if replay.topic_column is not None:
        topic = _read_topics(scenario, replay, columns)
    return select_horizon(scenario, Recorded(time_ms, topic))


def select_horizon(scenario: Scenario, history: Recorded) -> Recorded:
    """Return the rows within the horizon, in order of time; an error where there is none."""
    horizon_ms = count_hours(scenario.horizon) * MS_PER_H
    inside = (history.time_ms >= 0) & (history.time_ms < horizon_ms)
    if not inside.any():
        start = find_start(scenario.horizon)
        first, last = (
            start + datetime.timedelta(milliseconds=int(edge))
            for edge in (history.time_ms.min(), history.time_ms.max())
        )
        raise InputError(
            "demand.replay: no row within the horizon; the record goes from "
            f"{first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC, "
            f"horizon.start is {scenario.horizon.start:%Y-%m-%d %H:%M}"
        )
    time_ms, topic = history.time_ms[inside], history.topic[inside]
    order = np.argsort(time_ms, kind="stable")
    return Recorded(time_ms[order], topic[order])


def _choose_time_column(replay: Replay, columns: dict[str, np.ndarray]) -> str:
    for name in (replay.time_column, replay.topic_column):
        if name is not None and name not in columns:
            raise InputError(f"{replay.file}: no column {name!r} ({', '.join(columns)})")
    if replay.time_column is not None:
        return replay.time_column
    for name in TIME_NAMES:
        if name in columns:
            return name
    raise InputError(
        f"{replay.file}: which column is the time? Set demand.replay.time_column to one of "
        + ", ".join(columns)
    )


def _read_times(scenario: Scenario, values: np.ndarray, where: str) -> np.ndarray:
    """Return times as milliseconds since the start of the horizon."""
    start_ms = find_start(scenario.horizon).timestamp() * 1000.0
    if values.dtype != object:
        if not np.isfinite(values).all():
            raise InputError(f"{where}: {int((~np.isfinite(values)).sum())} times are empty")
        unit = np.where(np.abs(values) < _LEAST_MS_SINCE_1970, 1000.0, 1.0)
        return np.floor(values * unit - start_ms).astype(np.int64)
    zone = zoneinfo.ZoneInfo(scenario.horizon.time_zone)
    stamps = [_parse_time(text, zone, where) for text in values]
    return np.floor(np.array(stamps) * 1000.0 - start_ms).astype(np.int64)


def _parse_time(text: str, zone: datetime.tzinfo, where: str) -> float:
    """Return a time as seconds since 1970."""
    try:
        time = datetime.datetime.fromisoformat(text)
    except ValueError:
        try:
            time = datetime.datetime.strptime(text, _TWITTER)
        except ValueError:
            raise InputError(f"{where}: {text[:40]!r} is no time") from None
    if time.tzinfo is None:
        time = time.replace(tzinfo=zone)
    return time.timestamp()


def _read_topics(scenario: Scenario, replay: Replay, columns: dict[str, np.ndarray]) -> np.ndarray:
    codes = {name: code for code, name in enumerate(scenario.topics)} | {"": -1}
    values = columns[replay.topic_column or ""]
    unknown = sorted({str(value) for value in values} - set(codes))
    if unknown:
        raise InputError(
            f"{replay.file}, column {replay.topic_column}: {unknown[0]!r} is no topic "
            f"({', '.join(scenario.topics)})"
        )
    return np.array([codes[str(value)] for value in values], np.int64)
