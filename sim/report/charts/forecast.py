"""Pictures of a forecast: the last weeks and the next ones by the day, the first week by the hour.

Checked by ``tests/functional/test_forecast.py``.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.report.charts.chart import Chart, Line, Mark, Panel
from sim.report.charts.timeline import build_timeline, measure_elapsed, read_local
from sim.report.format import write_moment, write_number

# The first days by the hour: more hours are no picture.
HOURLY_DAYS = 7
DAY_MIN = 1440.0


def draw_forecast(found: Mapping[str, Any]) -> list[Chart]:
    """Describe the days before and after, and the hours of the first week."""
    charts = []
    if (found.get("days") or {}).get("mean"):
        charts.append(draw_days(found))
    if (found.get("hours") or {}).get("mean"):
        charts.append(draw_hours(found))
    return charts


def draw_days(found: Mapping[str, Any]) -> Chart:
    """Describe whole days that were, and days ahead with their bands."""
    dates, totals = sum_days(found.get("past") or {})
    ahead = read_local(np.asarray(found["days"]["start_local"])).astype("datetime64[D]")
    start = dates[0] if dates.size else ahead[0]
    lines = [_make_bands(_count_min(ahead, start), found["days"], DAY_MIN)]
    if dates.size:
        seen = Line(*_close(_count_min(dates, start), totals, DAY_MIN), "as it was",
                    is_step=True, weight="plain")  # fmt: skip
        lines.append(seen)
    every = np.arange(start, ahead[-1] + np.timedelta64(1, "D"))
    timeline = build_timeline(_count_min(every, start), every.astype("datetime64[m]"), None,
                              _list_marks(found, start.astype("datetime64[m]")))  # fmt: skip
    caption = (
        "Mentions per day: the last weeks as they were, the next ones with 50, 80, 95 % bands."
    )
    panel = Panel("Mentions per day", lines, height_in=2.4)
    return Chart(
        "forecast_days", caption, f"{caption} {_find_peak(found, 'days')}", [panel], timeline
    )


def sum_days(past: Mapping[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Dates and mentions of past days, NaN where a day is not whole."""
    if not past.get("time_local"):
        return np.array([], "datetime64[D]"), np.array([])
    local = read_local(np.asarray(past["time_local"])).astype("datetime64[D]")
    values = np.asarray([np.nan if each is None else each for each in past["observed"]], float)
    dates, place, number = np.unique(local, return_inverse=True, return_counts=True)
    totals = np.bincount(place, np.nan_to_num(values), len(dates))
    seen = np.bincount(place, np.isfinite(values), len(dates))
    # The hour that a clock change takes leaves a day of 23.
    least = 23 if float(past.get("interval_min") or 60) < DAY_MIN else 1
    whole = (seen >= np.minimum(least, number)) & (number >= least)
    return dates, np.where(whole, totals, np.nan)


def draw_hours(found: Mapping[str, Any]) -> Chart:
    """Describe the hours of the first days, with bands."""
    local = read_local(np.asarray(found["hours"]["start_local"]))
    shown = local < local[0].astype("datetime64[D]") + np.timedelta64(HOURLY_DAYS, "D")
    table = {key: np.asarray(values)[shown] for key, values in found["hours"].items()}
    elapsed = measure_elapsed(local[shown], 60.0)
    marks = _list_marks(found, local[0])
    timeline = build_timeline(elapsed, local[shown], None, marks)
    caption = "Mentions per hour of the first days, with 50, 80 and 95 % bands."
    panel = Panel("Mentions per hour", [_make_bands(elapsed, table, 60.0)], height_in=2.4)
    alt = f"{caption} {_find_peak({'hours': table}, 'hours')}"
    return Chart("forecast_hours", caption, alt, [panel], timeline)


def _make_bands(x: np.ndarray, table: Mapping[str, Any], width: float) -> Line:
    def close(name: str) -> np.ndarray:
        return _close(x, np.asarray(table[name], float), width)[1]

    inner = [(close(f"low_{band}"), close(f"high_{band}")) for band in (80, 50)]
    return Line(
        _close(x, x, width)[0], close("median"), "median; bands 50, 80, 95 %", is_step=True,
        low=close("low_95"), high=close("high_95"), inner=inner,
    )  # fmt: skip


def _close(x: np.ndarray, y: np.ndarray, width: float) -> tuple[np.ndarray, np.ndarray]:
    """A step line that reaches the end of its last step."""
    return np.append(x, x[-1] + width), np.append(y, y[-1])


def _count_min(dates: np.ndarray, start: np.datetime64) -> np.ndarray:
    return (dates - start).astype("timedelta64[m]").astype(float)


def _list_marks(found: Mapping[str, Any], start: np.datetime64) -> list[Mark]:
    named = [(each["time_local"], each["name"]) for each in found.get("events") or []]
    named += [(each["date"], each["name"]) for each in found.get("holidays") or []]
    times = read_local(np.array([time for time, _ in named], np.str_))
    return sorted(
        Mark(float((time - start).astype("timedelta64[m]").astype(int)), str(name))
        for time, (_, name) in zip(times, named, strict=True)
    )


def _find_peak(found: Mapping[str, Any], span: str) -> str:
    table = found[span]
    high = int(np.argmax(np.asarray(table["median"], float)))
    low, top = (write_number(float(table[name][high]), 0) for name in ("low_80", "high_80"))
    return (
        f"Highest median {write_number(float(table['median'][high]), 0)} on "
        f"{write_moment(str(table['start_local'][high]))}, 80 % band {low} to {top}."
    )
