"""The week as pictures: demand and staff, waiting, quality, sentiment.

From the intervals of a run to descriptions of pictures. A quantity that is
stored per pool only is added up over the pools; its band is then left out,
because percentiles do not add.

Checked by ``tests/unit/test_report_week.py``.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from sim.report.chart import DASHED, DOTTED, Chart, Line, Mark, Panel, Timeline
from sim.report.evidence import name_policy
from sim.report.folder import StoredRun, Table
from sim.report.timeline import build_timeline, find_step, read_local
from sim.report.words import is_number, write_moment, write_number, write_value

LOCAL_COLUMNS = ("time_local", "local_time", "interval_start_local")
BAND = " The band holds 8 of 10 simulated runs (10th to 90th percentile)."
CLOSED = " Gray: nobody on shift."


class Series(NamedTuple):
    """Mean and, if known, 10th and 90th percentile per interval, each of shape (n,)."""

    mean: np.ndarray
    low: np.ndarray | None = None
    high: np.ndarray | None = None

    def scale(self, factor: float) -> "Series":
        """Return the series times a factor."""
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
    """Return the run's intervals with their axis; None if none are stored."""
    table = run.intervals
    if "interval_start_min" not in table or not len(table["interval_start_min"]):
        return None
    policy, rival = choose_policies(run)
    is_own = table["policy"] == policy
    start, first = np.unique(table["interval_start_min"][is_own], return_index=True)
    local = _find_local(run, table, np.flatnonzero(is_own)[first], start)
    staffed = take_series(table, policy, start, "staffed_h")
    is_closed = None if staffed is None else ~(staffed.mean > 0)
    marks = find_marks(run)
    timeline = build_timeline(start.astype(float), local, is_closed, marks)
    return Week(table, policy, rival, start, local, timeline, find_step(start))


def choose_policies(run: StoredRun) -> tuple[str, str]:
    """Return the run's own policy as named in the intervals, and one to draw beside it, or ''."""
    names = list(dict.fromkeys(str(each) for each in run.intervals["policy"]))
    others = set(run.summary.get("policies") or {})
    stored = str(run.summary.get("policy", ""))
    candidates = [name for name in names if name not in others] or names
    own = stored if stored in names else candidates[0]
    rivals = [name for name in ("reactive", "erlang_a", *names) if name in names and name != own]
    return own, rivals[0] if rivals else ""


def take_series(
    table: Mapping[str, np.ndarray], policy: str, start_min: np.ndarray, column: str
) -> Series | None:
    """Return one quantity of one policy along the intervals.

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


def draw_week(run: StoredRun) -> list[Chart]:
    """Return the pictures of the week that the stored intervals allow."""
    week = read_week(run)
    if week is None:
        return []
    charts = [
        describe_demand(week),
        describe_waiting(week),
        describe_quality(week),
        describe_sentiment(week),
    ]
    return [chart for chart in charts if chart]


def describe_demand(week: Week) -> Chart | None:
    """Describe mentions per hour above people at work."""
    mentions, staffed = _take(week, "mentions"), _take(week, "staffed_h")
    panels = []
    per_h = 60.0 / week.step_min
    if mentions:
        panels.append(Panel("Mentions per hour", [_line(week, mentions.scale(per_h), "expected")]))
    if staffed:
        lines = [_line(week, staffed.scale(per_h), "at work", is_step=True)]
        busy = _take(week, "busy_h")
        if busy:
            bare = Series(busy.mean * per_h)
            lines.append(_line(week, bare, "busy", DASHED, is_step=True, is_strong=False))
        panels.append(Panel("People", lines, is_whole=True))
    if not panels:
        return None
    told = [_tell_peak(week, mentions, "Mentions", per_h, "an hour")] if mentions else []
    told += [_tell_peak(week, staffed, "People at work", per_h)] if staffed else []
    alt = " ".join(["Demand and staff along the week.", *told])
    caption = "Demand and staff." + _tell_shades(week, panels)
    return Chart("demand_and_staff", caption, alt, panels, week.timeline)


def describe_waiting(week: Week) -> Chart | None:
    """Describe customers who wait for a reply."""
    waiting = _take(week, "waiting")
    if not waiting:
        return None
    lines = [_line(week, waiting, _own_label(week)), *_rival_line(week, "waiting")]
    panels = [Panel("Customers waiting", lines, is_whole=True)]
    within = _take(week, "answered_within_promise")
    if within:
        bare = Series(100 * within.mean)
        shares = [_line(week, bare, _own_label(week))]
        shares += _rival_line(week, "answered_within_promise", 100)
        panels.append(Panel("Answered within the promise, % of those who arrive", shares))
    alt = "Customers waiting for a reply. " + _tell_peak(week, waiting, "Customers waiting")
    return Chart("waiting", "Waiting." + _tell_shades(week, panels), alt, panels, week.timeline)


def describe_quality(week: Week) -> Chart | None:
    """Describe expected against delivered quality of care."""
    expected = _take(week, "expected_quality")
    delivered = _take(week, "delivered_quality") or _take(week, "quality")
    lines = [_line(week, delivered, "delivered")] if delivered else []
    if expected:
        bare = Series(expected.mean)
        lines.append(_line(week, bare, "expected", DASHED, is_strong=not lines))
    if not lines:
        return None
    title = "Quality of care, 0 to 1"
    alt = "Quality of care that customers expect"
    alt += " and quality delivered. " if delivered else ". "
    alt += _tell_shortfall(week, expected, delivered)
    panels = [Panel(title, lines, is_from_zero=False)]
    caption = "Expected against delivered quality." if delivered else "Quality that is expected."
    caption += _tell_shades(week, panels)
    return Chart("quality", caption, alt.strip(), panels, week.timeline)


def describe_sentiment(week: Week) -> Chart | None:
    """Describe the sentiment of the brand."""
    sentiment = _take(week, "sentiment")
    if not sentiment:
        return None
    lines = [_line(week, sentiment, _own_label(week)), *_rival_line(week, "sentiment")]
    low = int(np.nanargmin(sentiment.mean))
    alt = (
        "Sentiment of the brand. Lowest mean "
        f"{write_number(sentiment.mean[low], 3)} on {write_moment(week.local[low])}."
    )
    panels = [Panel("Sentiment of the brand, 0 to 1", lines, is_from_zero=False)]
    return Chart("sentiment", "Sentiment." + _tell_shades(week, panels), alt, panels, week.timeline)


def find_marks(run: StoredRun) -> list[Mark]:
    """Return the brand events with a known time as marks; one with a window has no place."""
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


def _take(week: Week, column: str) -> Series | None:
    return take_series(week.table, week.policy, week.start_min, column)


def _tell_shades(week: Week, panels: Sequence[Panel]) -> str:
    has_band = any(line.low is not None for panel in panels for line in panel.lines)
    return (BAND if has_band else "") + (CLOSED if week.timeline.closed else "")


def _own_label(week: Week) -> str:
    is_plan = week.policy in ("plan", "anticipating")
    return "this plan" if is_plan else name_policy(week.policy)


def _rival_line(week: Week, column: str, factor: float = 1.0) -> list[Line]:
    found = take_series(week.table, week.rival, week.start_min, column) if week.rival else None
    if found is None:
        return []
    bare = Series(factor * found.mean)
    return [_line(week, bare, name_policy(week.rival), DOTTED, is_strong=False)]


def _line(
    week: Week,
    series: Series,
    label: str,
    style: Any = "-",
    is_step: bool = False,
    is_strong: bool = True,
) -> Line:
    x = week.start_min.astype(float)
    parts = dict(zip(("y", "low", "high"), series, strict=True))
    if is_step:
        x = np.append(x, week.timeline.end_min)
        parts = {
            name: None if each is None else np.append(each, each[-1])
            for name, each in parts.items()
        }
    y = np.asarray(parts["y"])
    return Line(x, y, label, style, is_step, is_strong, parts["low"], parts["high"])


def _tell_peak(week: Week, series: Series, what: str, factor: float = 1.0, unit: str = "") -> str:
    peak = int(np.nanargmax(series.mean))
    value = float(series.mean[peak]) * factor
    number = write_number(value, 0 if value >= 10 else 1)
    return f"{what}: highest mean {number}{' ' + unit if unit else ''} on " + (
        f"{write_moment(week.local[peak])}."
    )


def _tell_shortfall(week: Week, expected: Series | None, delivered: Series | None) -> str:
    if not (expected and delivered):
        return ""
    both = np.isfinite(expected.mean) & np.isfinite(delivered.mean)
    if not both.any():
        return ""
    short = float(np.mean(delivered.mean[both] < expected.mean[both]))
    return f"Delivered is below expected in {write_number(100 * short, 0)} % of the intervals."
