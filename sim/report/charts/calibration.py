"""Pictures of a calibration: observed against fitted, events marked.

Long histories are drawn as means over round hours, so that a picture keeps at
most 1,000 points; the largest events are shown close up as they were counted.

Checked by ``tests/unit/test_report_fit.py``.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sim.report.charts.chart import DASHED, DOTTED, Chart, Line, Mark, Panel, Timeline
from sim.report.charts.timeline import build_timeline, measure_elapsed, read_local
from sim.report.format import (
    WEEKDAYS,
    write_moment,
    write_number,
    write_value,
)

# A picture has about as many pixels across.
MOST_POINTS = 1000
# The largest events; more pictures make the page long.
MOST_CLOSE_UPS = 3
# Widths that a reader can name.
ROUND_HOURS = (1, 2, 3, 4, 6, 12, 24, 48, 168)
# Times that a reader can name.
TIME_TICKS = (
    (1, "1 min"),
    (5, "5 min"),
    (15, "15 min"),
    (60, "1 h"),
    (240, "4 h"),
    (1440, "1 day"),
)


def draw_fit(fit: Mapping[str, Any]) -> list[Chart]:
    """Describe observed against fitted: counts, each event close up, week, response times."""
    counts = fit.get("counts") or {}
    charts = draw_counts(counts, fit.get("events") or []) if counts.get("time_local") else []
    profile = (fit.get("profile") or {}).get("hour_of_week")
    if profile and len(profile) == 168:
        charts.append(draw_profile(np.asarray(profile, dtype=float), fit["profile"]))
    response = fit.get("response")
    if response and response.get("minutes_grid"):
        charts.append(draw_response(response))
    sentiment = fit.get("sentiment")
    if sentiment and sentiment.get("time_local"):
        charts.append(draw_sentiment(sentiment))
    return charts


def draw_counts(counts: Mapping[str, Any], events: Sequence[Mapping[str, Any]]) -> list[Chart]:
    """Describe mentions per hour, observed and fitted, over all and around the largest events."""
    local = read_local(np.asarray(counts["time_local"]))
    step = float(counts.get("interval_min") or 60)
    elapsed = measure_elapsed(local, step)
    both = [np.asarray(counts.get(name) or [], dtype=float) for name in ("observed", "fitted")]
    marks = sorted(mark for mark in (_mark(each, local, elapsed) for each in events) if mark)
    whole = np.arange(elapsed.size)
    caption = "Observed against fitted mentions."
    charts = [_draw_span("counts", caption, whole, elapsed, local, both, step, marks)]
    largest = sorted(events, key=lambda each: -float(each.get("peak") or 0))[:MOST_CLOSE_UPS]
    close = [each for each in (_mark(event, local, elapsed) for event in largest) if each]
    for number, mark in enumerate(sorted(close), start=1):
        near = np.flatnonzero((elapsed >= mark.x - 720) & (elapsed <= mark.x + 2160))
        if near.size > 3 and near.size < elapsed.size:
            caption = f"Close up of {mark.label}: 12 h before to 36 h after."
            name = f"event_{number}"
            charts.append(_draw_span(name, caption, near, elapsed, local, both, step, [mark]))
    return charts


def _draw_span(
    name: str, caption: str, chosen: np.ndarray, elapsed: np.ndarray, local: np.ndarray,
    both: Sequence[np.ndarray], step_min: float, marks: Sequence[Mark],
) -> Chart:  # fmt: skip
    group = choose_group(chosen.size, step_min)
    starts = chosen[: max(chosen.size // group, 1) * group : group]
    labels = ("observed", "fitted")
    lines = []
    for label, values in zip(labels, both, strict=True):
        if values.size == elapsed.size:
            cut = values[chosen][: starts.size * group].reshape(starts.size, -1)
            rate = average_seen(cut) * 60 / step_min
            is_fit = label == "fitted"
            style = DASHED if is_fit else "-"
            lines.append(
                Line(elapsed[starts], rate, label, style, weight="strong" if is_fit else "faint")
            )
    timeline = build_timeline(elapsed[starts], local[starts], None, marks)
    width = step_min * group
    mean_of = f"{write_value(width / 60, 'h')}" if width >= 60 else f"{write_value(width, 'min')}"
    panel = Panel(f"Mentions per hour, mean of {mean_of}", lines, height_in=2.2)
    return Chart(name, caption, _format_counts(caption, lines, local[starts]), [panel], timeline)


def average_seen(rows: np.ndarray) -> np.ndarray:
    """Mean of each row, NaN left out; NaN where nothing was seen."""
    seen = ~np.isnan(rows)
    total = np.where(seen, rows, 0.0).sum(axis=1)
    return np.where(seen.any(axis=1), total / np.maximum(seen.sum(axis=1), 1), np.nan)


def choose_group(size: int, interval_min: float) -> int:
    """Choose how many intervals are drawn as one, so that a picture has at most 1,000 points."""
    if size <= MOST_POINTS:
        return 1
    fitting = (round(60 * hours / interval_min) for hours in ROUND_HOURS)
    return next((each for each in fitting if each > 0 and size / each <= MOST_POINTS), size // 500)


def _format_counts(caption: str, lines: Sequence[Line], local: np.ndarray) -> str:
    sentences = [caption]
    for line in lines:
        if np.isfinite(line.y).any():
            peak = int(np.nanargmax(line.y))
            sentences.append(
                f"Highest {line.label} {write_number(line.y[peak], 1)} per hour "
                f"on {write_moment(local[peak])}."
            )
    return " ".join(sentences)


def _mark(event: Mapping[str, Any], local: np.ndarray, elapsed: np.ndarray) -> Mark | None:
    try:
        time = read_local(np.array([str(event.get("time_local", ""))]))[0]
    except ValueError:
        return None
    index = int(np.searchsorted(local, time, side="right")) - 1
    if index < 0 or np.isnat(time):
        return None
    x = float(elapsed[index]) + float((time - local[index]).astype(int))
    return Mark(x, str(event.get("name") or "event"))


def draw_profile(shape: np.ndarray, profile: Mapping[str, Any]) -> Chart:
    """Describe the hour-of-week profile, Monday 00:00 to Sunday 24:00, mean 1."""
    x = np.arange(169) * 60.0
    lines = [Line(x, np.append(shape, shape[-1]), "fitted", is_step=True)]
    observed = profile.get("observed")
    if observed is not None and len(observed) == 168:
        seen = np.append(np.asarray(observed, dtype=float), observed[-1])
        lines.append(Line(x, seen, "observed", is_step=True, weight="faint"))
    base = profile.get("base")
    if base is not None and len(base) == 168:
        known = np.append(np.asarray(base, dtype=float), base[-1])
        lines.append(Line(x, known, "base scenario", DOTTED, is_step=True, weight="plain"))
    days = tuple(1440.0 * day for day in range(7))
    labels = tuple(Mark(day + 720.0, WEEKDAYS[index]) for index, day in enumerate(days))
    high = int(np.argmax(shape))
    alt = (
        "Hour-of-week profile of mentions. Highest "
        f"{write_number(shape[high], 2)} times the mean, {WEEKDAYS[high // 24]} {high % 24:02d}:00."
    )
    panel = Panel("Mentions relative to the mean hour", lines)
    caption = "Profile of the week, local time."
    return Chart("profile", caption, alt, [panel], Timeline(0.0, 10080.0, days, labels))


def draw_response(response: Mapping[str, Any]) -> Chart:
    """Describe the share of replies sent within so many minutes, observed and fitted."""
    grid = np.asarray(response["minutes_grid"], dtype=float)
    lines = []
    for label, name in (("observed", "observed_cdf"), ("fitted", "fitted_cdf")):
        if response.get(name):
            share = 100 * np.asarray(response[name], dtype=float)
            is_fit = label == "fitted"
            style = DASHED if is_fit else "-"
            lines.append(Line(grid, share, label, style, weight="strong" if is_fit else "plain"))
    sentences = [f"{line.label}: half within {_median(grid, line.y)}" for line in lines]
    alt = "Share of replies sent within so many minutes. " + "; ".join(sentences) + "."
    ticks = [Mark(x, text) for x, text in TIME_TICKS if grid[0] <= x <= grid[-1]]
    panel = Panel("Replies sent within, %", lines, height_in=2.2)
    return Chart(
        "response", "Response times, observed against fitted.", alt, [panel],
        x_title="time to the first reply", x_ticks=ticks, is_log=bool(grid[0] > 0),
    )  # fmt: skip


def draw_sentiment(sentiment: Mapping[str, Any]) -> Chart:
    """Describe hourly sentiment, and its forecast from the hours before with a 95 % band."""
    local = read_local(np.asarray(sentiment["time_local"]))
    elapsed = measure_elapsed(local, 60.0)
    names = ("observed", "forecast", "forecast_sd")
    seen, ahead, spread = (np.asarray(sentiment.get(key) or [], dtype=float) for key in names)
    group = choose_group(elapsed.size, 60.0)
    starts = np.arange(max(elapsed.size // group, 1)) * group
    lines = []
    if ahead.size == elapsed.size:
        center, reach = _thin(ahead, starts), 1.96 * _thin(spread, starts) / np.sqrt(group)
        low, high = (np.clip(center + side * reach, 0.0, 1.0) for side in (-1.0, 1.0))
        label = "forecast, 95 %"
        lines.append(Line(elapsed[starts], center, label, DASHED, low=low, high=high))
    lines.append(Line(elapsed[starts], _thin(seen, starts), "observed", weight="plain"))
    width = write_value(group, "h")
    panel = Panel(f"Sentiment, 0 to 1, mean of {width}", lines, height_in=2.2)
    sentences = f"Mean {write_number(float(np.nanmean(seen)), 3)} over {elapsed.size} hours."
    caption = "Sentiment of each hour, and its forecast from the hours before."
    timeline = build_timeline(elapsed[starts], local[starts], None, [])
    return Chart("sentiment", caption, f"{caption} {sentences}", [panel], timeline)


def _thin(values: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Average the known values from each start to the next; NaN where there are none."""
    group = int(starts[1]) if starts.size > 1 else values.size
    table = values[: starts.size * group].reshape(starts.size, group)
    known = np.isfinite(table)
    total = np.where(known, table, 0.0).sum(axis=1)
    return np.where(known.any(axis=1), total / np.maximum(known.sum(axis=1), 1), np.nan)


def _median(grid: np.ndarray, percent: np.ndarray) -> str:
    above = np.flatnonzero(percent >= 50)
    return (
        write_value(float(grid[above[0]]), "min") if above.size else "more than the picture shows"
    )
