"""The intervals of a run as series along one axis, by policy and pool.

A quantity that is stored per pool only is added up over the pools; its band is
then left out, because percentiles do not add.

Checked by ``tests/unit/test_report_week.py``.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from sim.report.charts.chart import Mark, Timeline
from sim.report.charts.timeline import build_timeline, compute_step_min, read_local
from sim.report.format import is_number, write_value
from sim.report.stored_run import StoredRun, Table

LOCAL_COLUMNS = ("time_local", "local_time", "interval_start_local")


class Series(NamedTuple):
    """Mean and, if known, 10th and 90th percentile per interval, each of shape (n,)."""

    mean: np.ndarray
    low: np.ndarray | None = None
    high: np.ndarray | None = None

    def scale(self, factor: float) -> "Series":
        """Multiply mean and ends by a factor."""
        low, high = (None if each is None else each * factor for each in self[1:])
        return Series(self.mean * factor, low, high)


class Week(NamedTuple):
    """The intervals of one run, its own policy's name, and the axis they lie on."""

    table: Table
    policy: str
    rival: str
    start_min: np.ndarray
    local: np.ndarray
    timeline: Timeline
    step_min: float


def read_week(run: StoredRun) -> Week | None:
    """Read the run's intervals with their axis; None if none are stored."""
    table = run.intervals
    if "interval_start_min" not in table or not len(table["interval_start_min"]):
        return None
    policy, rival = choose_policies(run)
    is_own = table["policy"] == policy
    start, first = np.unique(table["interval_start_min"][is_own], return_index=True)
    local = _find_local(run, table, np.flatnonzero(is_own)[first], start)
    staffed = take_series(table, policy, start, "staffed_h")
    is_closed = None if staffed is None else find_closed(staffed)
    marks = find_marks(run)
    timeline = build_timeline(start.astype(float), local, is_closed, marks)
    return Week(table, policy, rival, start, local, timeline, compute_step_min(start))


def find_closed(staffed: Series) -> np.ndarray:
    """Mark when nobody is on shift, shape (n,); a surge crew that rarely stays on is no shift."""
    usual = staffed.mean if staffed.high is None else staffed.high
    return ~(usual > 0)


def choose_policies(run: StoredRun) -> tuple[str, str]:
    """Choose the run's own policy, as the intervals name it, and one to draw beside it, or ''."""
    names = list(dict.fromkeys(str(each) for each in run.intervals["policy"]))
    own = run.own if run.own in names else names[0]
    rivals = [name for name in ("reactive", "erlang_a", *names) if name in names and name != own]
    return own, rivals[0] if rivals else ""


def take_series(
    table: Mapping[str, np.ndarray], policy: str, start_min: np.ndarray, column: str
) -> Series | None:
    """Take one quantity of one policy along the intervals.

    Parameters
    ----------
    table : mapping of str to np.ndarray
        Columns of intervals.parquet.
    start_min : np.ndarray
        Starts of the intervals wanted, shape (n,), ascending [min].
    column : str
        Name without ``_mean``.

    Returns
    -------
    Series or None
        Of pool ``all`` if it is stored there, else the sum over the pools; None if nowhere.
    """
    if f"{column}_mean" not in table:
        return None
    is_own = (table["policy"] == policy) & np.isfinite(_floats(table[f"{column}_mean"]))
    is_all = is_own & (table["pool"] == "all")
    chosen = is_all if is_all.any() else is_own
    if not chosen.any():
        return None
    pools = np.unique(table["pool"][chosen])
    mean = _lay_out(table, chosen, start_min, f"{column}_mean")
    if len(pools) > 1 or f"{column}_p10" not in table or f"{column}_p90" not in table:
        return Series(mean)
    ends = [_lay_out(table, chosen, start_min, f"{column}_{end}") for end in ("p10", "p90")]
    return Series(mean, *ends)


def find_marks(run: StoredRun) -> list[Mark]:
    """Mark the brand events with a known time; one with a window has no place."""
    marks = []
    events = run.scenario.get("events") or {}
    for name, event in events.items() if isinstance(events, dict) else ():
        hour = event.get("time_h") if isinstance(event, dict) else None
        if is_number(hour):
            chance = event.get("probability", 1)
            likely = "" if chance == 1 else f" ({write_value(chance, 'share')} likely)"
            marks.append(Mark(60.0 * float(hour), f"{name}{likely}"))
    return sorted(marks)


def _find_local(run: StoredRun, table: Table, rows: np.ndarray, start: np.ndarray) -> np.ndarray:
    for name in LOCAL_COLUMNS:
        if name in table:
            return read_local(table[name][rows])
    horizon = run.scenario.get("horizon") or {}
    base = read_local(np.array([horizon.get("start", "2000-01-03T00:00")]))[0]
    return base + start.astype("timedelta64[m]")


def _lay_out(
    table: Mapping[str, np.ndarray], chosen: np.ndarray, start_min: np.ndarray, column: str
) -> np.ndarray:
    rows = np.flatnonzero(chosen)
    places = np.searchsorted(start_min, table["interval_start_min"][rows])
    inside = places < start_min.size
    total = np.full(start_min.size, np.nan)
    total[places[inside]] = 0.0
    np.add.at(total, places[inside], _floats(table[column])[rows[inside]])
    return total


def _floats(column: np.ndarray) -> np.ndarray:
    return np.asarray(column, dtype=float)
