"""The horizontal axis of the week: local days and hours along elapsed time.

Elapsed minutes carry the picture and the local clock labels it, so a day of 23
or 25 hours is as wide as it was long. A day begins where the local date changes
from one interval to the next.

Checked by ``tests/unit/test_report_timeline.py``.
"""

from collections.abc import Sequence

import numpy as np

from sim.report.charts.chart import Mark, Timeline
from sim.report.format import read_time, read_weekday, write_clock, write_day

MIN_PER_DAY = 1440.0
# A day cut to less than this part of itself has no room for its label.
NARROWEST_DAY = 0.4


def read_local(column: np.ndarray) -> np.ndarray:
    """Read datetime64 or ISO texts as local times, datetime64[m], shape (n,)."""
    values = np.asarray(column)
    if np.issubdtype(values.dtype, np.datetime64):
        return values.astype("datetime64[m]")
    return np.array([read_time(each) for each in values], dtype="datetime64[m]")


def measure_elapsed(local: np.ndarray, interval_min: float) -> np.ndarray:
    """Count elapsed minutes, shape (n,), of local times in order; a clock put back adds a step."""
    steps = np.diff(local).astype("timedelta64[m]").astype(float)
    steps[steps <= 0] = interval_min
    return np.concatenate([[0.0], np.cumsum(steps)])


def build_timeline(
    start_min: np.ndarray,
    local: np.ndarray,
    is_closed: np.ndarray | None = None,
    marks: Sequence[Mark] = (),
) -> Timeline:
    """Lay a local clock along intervals.

    Parameters
    ----------
    start_min : np.ndarray
        Starts of the intervals, shape (n,), ascending [min].
    local : np.ndarray
        Local time of each start, shape (n,), datetime64.
    is_closed : np.ndarray, optional
        Whether nobody is on shift, shape (n,).
    marks : sequence of Mark
        Events to name.
    """
    end = float(start_min[-1] + compute_step_min(start_min))
    midnights, days = find_days(start_min, local)
    closed = () if is_closed is None else tuple(find_spans(start_min, end, is_closed))
    return Timeline(
        start_min=float(start_min[0]),
        end_min=end,
        midnights=midnights,
        labels=tuple(label_axis(start_min, local, midnights, days, end)),
        closed=closed,
        marks=tuple(mark for mark in marks if start_min[0] <= mark.x < end),
    )


def compute_step_min(start_min: np.ndarray) -> float:
    """Length of an interval [min]; an hour if there is one interval alone."""
    return float(np.median(np.diff(start_min))) if start_min.size > 1 else 60.0


def find_days(
    start_min: np.ndarray, local: np.ndarray
) -> tuple[tuple[float, ...], list[np.datetime64]]:
    """Find where each local day begins [min] (the first at the start), and its date."""
    dates = local.astype("datetime64[D]")
    first = np.concatenate([[True], dates[1:] != dates[:-1]])
    return tuple(float(each) for each in start_min[first]), list(dates[first])


def find_spans(
    start_min: np.ndarray, end_min: float, chosen: np.ndarray
) -> list[tuple[float, float]]:
    """Join neighboring intervals that are chosen to spans [min]."""
    edges = np.append(start_min, end_min)
    flags = np.concatenate([[False], np.asarray(chosen, dtype=bool), [False]])
    turns = np.flatnonzero(flags[1:] != flags[:-1])
    return [
        (float(edges[first]), float(edges[last]))
        for first, last in zip(turns[::2], turns[1::2], strict=True)
    ]


def label_axis(
    start_min: np.ndarray,
    local: np.ndarray,
    midnights: Sequence[float],
    days: Sequence[np.datetime64],
    end_min: float,
) -> list[Mark]:
    """Label the axis: hours for three days, days for ten, else some days."""
    span_days = (end_min - start_min[0]) / MIN_PER_DAY
    if span_days <= 3:
        return _label_hours(start_min, local, 180 if span_days <= 1.25 else 360)
    if span_days <= 10:
        return _label_days(midnights, days, end_min)
    step = int(np.ceil(span_days / 9 / 7)) * 7 if span_days > 20 else 2
    pairs = list(zip(midnights, days, strict=True))[1:]
    offset = _find_monday([day for _, day in pairs]) if step >= 7 else 0
    return [Mark(x, write_day(day)) for x, day in pairs[offset::step]]


def _label_hours(start_min: np.ndarray, local: np.ndarray, step_min: int) -> list[Mark]:
    since_midnight = (local - local.astype("datetime64[D]")).astype("timedelta64[m]").astype(int)
    labels: list[Mark] = []
    for index in np.flatnonzero(since_midnight % step_min == 0):
        is_named = since_midnight[index] == 0 or not labels
        text = write_clock(local[index])
        day = f"\n{write_day(local[index])}" if is_named else ""
        labels.append(Mark(float(start_min[index]), text + day))
    return labels


def _label_days(
    midnights: Sequence[float], days: Sequence[np.datetime64], end_min: float
) -> list[Mark]:
    ends = [*midnights[1:], end_min]
    return [
        Mark((first + last) / 2, write_day(day).replace(" ", "\n", 1))
        for first, last, day in zip(midnights, ends, days, strict=True)
        if last - first >= NARROWEST_DAY * MIN_PER_DAY
    ]


def _find_monday(days: Sequence[np.datetime64]) -> int:
    weekdays = [read_weekday(day) for day in days]
    return weekdays.index(0) if 0 in weekdays else 0
