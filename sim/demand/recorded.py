"""Recorded demand: the times and topics of a history that a scenario replays.

Times are read like those of any history (``sim.exports``: its forms, its sides, its second copies
of a row), or in a column ``arrival_ms`` as milliseconds since the start of the horizon. A time
without offset is local. Rows outside
the horizon and rows without a readable time, if these are few, are left out and reported.
Checked by ``tests/unit/test_demand_recorded.py``.
"""

import datetime
import pathlib
import zoneinfo
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from sim.errors import InputError
from sim.exports.headers import find_usual_column
from sim.exports.shapes import Shaped, shape_table
from sim.exports.threads import find_repeated, find_sides
from sim.exports.time_columns import READABLE_SHARE, TIME_NAMES, find_time_column
from sim.scenario.model import Scenario
from sim.scenario.parts import Replay
from sim.scenario.profile import count_hours, find_start
from sim.scenario.tables import MS_PER_H
from sim.store.clock import FIRST_MS, LAST_MS, read_times

OWN_CLOCK = "arrival_ms"
"""A column of milliseconds since the start of the horizon."""


class Recorded(NamedTuple):
    """A history on the engine's clock."""

    time_ms: np.ndarray
    """int64, shape (n,), ascending, in [0, horizon)"""
    topic: np.ndarray
    """int64, shape (n,): -1 where the history does not say"""
    outside: int = 0
    """rows outside the horizon, left out"""
    unreadable: int = 0
    """rows without a readable time or with too few or too many cells, left out"""
    repeated: int = 0
    """rows of an id and a time that stand there before, left out"""
    own: int = 0
    """the brand's own messages, left out"""


def read_recorded(scenario: Scenario) -> Recorded:
    """The history that `demand.replay` names.

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
        No such file or column, most times or a topic that are not understood, or no row in
        the horizon.
    """
    from sim.exports.histories import read_history

    replay = scenario.demand.replay
    if replay is None:
        raise InputError("demand.replay is not set, so there is no history to read")
    history = read_history(replay.file)
    zone = zoneinfo.ZoneInfo(scenario.horizon.time_zone)
    shaped = shape_table(history.columns, zone, None)
    columns = shaped.table
    if shaped.value is not None:
        raise InputError(f"{replay.file}: {shaped.note}; a replay needs a row for each mention")
    name = _choose_time_column(replay, shaped, zone)
    time_ms, is_good = _read_times(scenario, columns[name], name, zone)
    _refuse_mostly_bad(replay, name, columns[name], is_good)
    unreadable = history.skipped_rows + int((~is_good).sum())
    is_good, repeated, own = _set_aside(columns, time_ms, is_good)
    topic = np.full(len(time_ms), -1, np.int64)
    if replay.topic_column is not None:
        topic[is_good] = _read_topics(scenario, replay, columns[replay.topic_column][is_good])
    found = select_horizon(scenario, Recorded(time_ms[is_good], topic[is_good]))
    return found._replace(unreadable=unreadable, repeated=repeated, own=own)


def _set_aside(
    columns: Mapping[str, np.ndarray], time_ms: np.ndarray, is_good: np.ndarray
) -> tuple[np.ndarray, int, int]:
    """Leave out second copies of a row and the brand's own messages; how many these are."""
    repeated, sides = find_repeated(columns, time_ms), find_sides(columns)
    is_copy = is_good & (repeated[0] if repeated is not None else False)
    is_own = is_good & ~is_copy & (~sides.is_customer if sides is not None else False)
    return is_good & ~is_copy & ~is_own, int(is_copy.sum()), int(is_own.sum())


def format_recorded(scenario: Scenario) -> str:
    """In one line how much of its record a scenario replays, and on whose clock."""
    replay = scenario.demand.replay
    if replay is None:
        return ""
    found, horizon = read_recorded(scenario), scenario.horizon
    left_out = [
        f"{rows:,} {why}"
        for rows, why in (
            (found.outside, "outside the horizon"),
            (found.unreadable, "without a readable time"),
            (found.repeated, "a second time in the file"),
            (found.own, "of the brand itself"),
        )
        if rows
    ]
    return (
        f"Replay: {found.time_ms.size:,} mentions of {pathlib.Path(replay.file).name}"
        + (f", left out {' and '.join(left_out)}" if left_out else "")
        + f"; times without an offset are read in {horizon.time_zone} (horizon.time_zone)."
    )


def select_horizon(scenario: Scenario, history: Recorded) -> Recorded:
    """The rows within the horizon, in order of time; an error where there is none."""
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
    outside = int((~inside).sum())
    return history._replace(time_ms=time_ms[order], topic=topic[order], outside=outside)


def _choose_time_column(replay: Replay, shaped: Shaped, zone: zoneinfo.ZoneInfo) -> str:
    columns = shaped.table
    if shaped.time is not None and replay.time_column in (None, *shaped.sources):
        return shaped.time
    for name in (replay.time_column, replay.topic_column):
        if name is not None and name not in columns:
            raise InputError(f"{replay.file}: no column {name!r} ({', '.join(columns)})")
    if replay.time_column is not None:
        return replay.time_column
    if OWN_CLOCK in columns and find_usual_column(columns, TIME_NAMES) is None:
        return OWN_CLOCK
    taken = [replay.topic_column] if replay.topic_column is not None else []
    found = find_time_column(columns, taken, zone)
    usual = find_usual_column(columns, TIME_NAMES)
    if found is None and usual is None:
        raise InputError(
            f"{replay.file}: no column of times found; set demand.replay.time_column to one of "
            + ", ".join(columns)
        )
    return usual or "" if found is None else found.name


def _read_times(
    scenario: Scenario, cells: np.ndarray, name: str, zone: zoneinfo.ZoneInfo
) -> tuple[np.ndarray, np.ndarray]:
    """Times as milliseconds since the start of the horizon, and which could be read."""
    if name == OWN_CLOCK and cells.dtype != object:
        is_good = np.isfinite(cells)
        return np.where(is_good, cells, 0).astype(np.int64), is_good
    stamps = read_times(cells, zone)
    is_good = (stamps >= FIRST_MS) & (stamps < LAST_MS)
    start_ms = round(find_start(scenario.horizon).timestamp() * 1000.0)
    return np.where(is_good, stamps - start_ms, 0), is_good


def _refuse_mostly_bad(replay: Replay, name: str, cells: np.ndarray, is_good: np.ndarray) -> None:
    if is_good.mean() >= READABLE_SHARE:
        return
    row = int(np.flatnonzero(~is_good)[0])
    cell = "an empty cell" if str(cells[row]) in ("", "nan") else repr(str(cells[row])[:40])
    raise InputError(
        f"{replay.file}, column {name}: {cell} is not a time (row {row + 1}); "
        f"{int((~is_good).sum()):,} of {is_good.size:,} rows have no readable time"
    )


def _read_topics(scenario: Scenario, replay: Replay, values: np.ndarray) -> np.ndarray:
    codes = {name: code for code, name in enumerate(scenario.topics)} | {"": -1}
    unknown = sorted({str(value) for value in values} - set(codes))
    if unknown:
        raise InputError(
            f"{replay.file}, column {replay.topic_column}: {unknown[0]!r} is not a topic "
            f"of the scenario ({', '.join(scenario.topics)})"
        )
    return np.array([codes[str(value)] for value in values], np.int64)
