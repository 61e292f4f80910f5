"""The week as pictures: demand and staff, waiting, quality, sentiment.

From the intervals of a run to descriptions of pictures and their text
alternatives.

Checked by ``tests/unit/test_report_week.py``.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.report.charts.chart import DASHED, DOTTED, Chart, Line, Panel, Weight
from sim.report.charts.comparison import name_policy
from sim.report.charts.series import Series, Week, read_week, take_series
from sim.report.format import read_time, write_day, write_moment, write_number
from sim.report.stored_run import StoredRun

BAND = " The band holds 8 of 10 simulated runs (10th to 90th percentile)."
CLOSED = " Gray: nobody on shift."
OVERTIME_SHOWN = 0.1
"""People: a line of less at its highest would lie on the axis."""
# Quality, 0 to 1: less is not seen in the picture, nor felt.
SHORT_SHOWN = 0.005
# Days that a sentence lists; more are counted.
MOST_DAYS = 4


def draw_week(run: StoredRun) -> list[Chart]:
    """Draw the pictures of the week that the stored intervals allow."""
    week = read_week(run)
    if week is None:
        return []
    charts = [
        describe_quality(week),
        describe_demand(week),
        describe_waiting(week),
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
            late = _take(week, "overtime_h")
            on_shift = busy.mean - late.mean if late else busy.mean
            bare = Series(on_shift * per_h)
            lines.append(_line(week, bare, "busy", DASHED, is_step=True, weight="plain"))
            if late and np.nanmax(late.mean) * per_h >= OVERTIME_SHOWN:
                bare = Series(late.mean * per_h)
                lines.append(_line(week, bare, "overtime", DOTTED, is_step=True, weight="plain"))
        panels.append(Panel("People", lines, is_whole=True))
    if not panels:
        return None
    sentences = [_format_peak(week, mentions, "Mentions", per_h, "an hour")] if mentions else []
    sentences += [_format_peak(week, staffed, "People at work", per_h)] if staffed else []
    alt = " ".join(["Demand and staff along the week.", *sentences])
    caption = " ".join(["Demand and staff.", *sentences]) + _format_shades(week, panels)
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
    peak = _format_peak(week, waiting, "Customers waiting")
    alt = f"Customers waiting for a reply. {peak}"
    caption = f"Waiting. {peak}" + _format_shades(week, panels)
    return Chart("waiting", caption, alt, panels, week.timeline)


def describe_quality(week: Week) -> Chart | None:
    """Describe expected against delivered quality of care."""
    expected = _take(week, "expected_quality")
    delivered = _take(week, "delivered_quality") or _take(week, "quality")
    lines = [_line(week, delivered, "delivered")] if delivered else []
    if expected:
        bare = Series(expected.mean)
        lines.append(_line(week, bare, "expected", DASHED, weight="plain" if lines else "strong"))
    if not lines:
        return None
    title = "Quality of care, 0 to 1"
    alt = "Quality of care that customers expect"
    alt += " and quality delivered. " if delivered else ". "
    alt += _format_shortfall(week, expected, delivered)
    panels = [Panel(title, lines, is_from_zero=False)]
    caption = "Expected against delivered quality." if delivered else "Quality that is expected."
    if expected and delivered:
        caption += f" {format_disappointed(week, expected, delivered)}"
    caption += _format_shades(week, panels)
    return Chart("quality", caption, alt.strip(), panels, week.timeline)


def describe_sentiment(week: Week) -> Chart | None:
    """Describe the sentiment of the brand above the response effort that drives it."""
    sentiment = _take(week, "sentiment")
    if not sentiment:
        return None
    lines = [_line(week, sentiment, _own_label(week)), *_rival_line(week, "sentiment")]
    low = int(np.nanargmin(sentiment.mean))
    lowest = f"{write_number(sentiment.mean[low], 3)} on {write_moment(week.local[low])}."
    alt = f"Sentiment of the brand. Lowest mean {lowest}"
    panels = [Panel("Sentiment of the brand, 0 to 1", lines, is_from_zero=False)]
    effort = _take(week, "response_effort")
    if effort:
        efforts = [_line(week, effort, _own_label(week)), *_rival_line(week, "response_effort")]
        panels.append(Panel("Response effort: weighted agent time for each arrival", efforts))
        alt += f" {_format_peak(week, effort, 'Response effort', decimals=2)}"
    caption = f"Sentiment: lowest {lowest}" + _format_shades(week, panels)
    return Chart("sentiment", caption, alt, panels, week.timeline)


def format_disappointed(week: Week, expected: Series, delivered: Series) -> str:
    """Say on which days customers get less than they expect, and by how much, the worst first."""
    cases = take_series(week.table, week.policy, week.start_min, "cases")
    weight = np.ones_like(expected.mean) if cases is None else np.nan_to_num(cases.mean)
    gap = expected.mean - delivered.mean
    days = np.array([str(one)[:10] for one in week.local])
    found = []
    for day in np.unique(days):
        mine = (days == day) & np.isfinite(gap) & (weight > 0)
        if mine.any():
            short = float(np.average(gap[mine], weights=weight[mine]))
            found.append((short, day))
    bad = sorted(
        (one for one in found if one[0] >= SHORT_SHOWN), key=lambda one: (-round(one[0], 2), one[1])
    )
    if not bad:
        return "On no day do customers get less than they expect, the day as a whole."
    told = [f"{write_day(read_time(day))} ({write_number(short, 2)} less)" for short, day in bad]
    more = f" and on {len(told) - MOST_DAYS} more days" if len(told) > MOST_DAYS else ""
    return f"Customers get less than they expect on {', '.join(told[:MOST_DAYS])}{more}."


def _take(week: Week, column: str) -> Series | None:
    return take_series(week.table, week.policy, week.start_min, column)


def _format_shades(week: Week, panels: Sequence[Panel]) -> str:
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
    return [_line(week, bare, name_policy(week.rival), DOTTED, weight="plain")]


def _line(
    week: Week,
    series: Series,
    label: str,
    style: Any = "-",
    is_step: bool = False,
    weight: Weight = "strong",
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
    return Line(x, y, label, style, is_step, weight, parts["low"], parts["high"])


def _format_peak(
    week: Week,
    series: Series,
    what: str,
    factor: float = 1.0,
    unit: str = "",
    decimals: int | None = None,
) -> str:
    peak = int(np.nanargmax(series.mean))
    value = float(series.mean[peak]) * factor
    number = write_number(value, (0 if value >= 10 else 1) if decimals is None else decimals)
    return f"{what}: highest mean {number}{' ' + unit if unit else ''} on " + (
        f"{write_moment(week.local[peak])}."
    )


def _format_shortfall(week: Week, expected: Series | None, delivered: Series | None) -> str:
    if not (expected and delivered):
        return ""
    both = np.isfinite(expected.mean) & np.isfinite(delivered.mean)
    if not both.any():
        return ""
    short = float(np.mean(delivered.mean[both] < expected.mean[both]))
    return f"Delivered is below expected in {write_number(100 * short, 0)} % of the intervals."
