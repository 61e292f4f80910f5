"""The page of a forecast: is the history good enough, what comes, how well it did before.

Everything comes from forecast.json; each part of it may be missing.

Checked by ``tests/functional/test_forecast.py``.
"""

from collections.abc import Mapping
from typing import Any

from sim.report.charts.forecast import draw_forecast
from sim.report.format import (
    is_number,
    read_time,
    write_day,
    write_moment,
    write_number,
    write_value,
)
from sim.report.pages.calibration import describe_rows, format_columns
from sim.report.stored_run import StoredRun

BANDS = (50, 80, 95)
"""percent, as forecast.json names them"""


def describe_forecast(run: StoredRun) -> dict[str, Any]:
    """Gather all that a forecast's page shows."""
    found = run.forecast
    told = found.get("told") or [""]
    return {
        "kind": "Forecast",
        "name": str(found.get("series") or run.name),
        "zone": str(found.get("time_zone") or ""),
        "verdict": told[0],
        "findings": list_findings(found),
        "weeks": list_spans(found, "weeks"),
        "days": list_spans(found, "days"),
        "tests": list_tests(found.get("backtest") or {}),
        "tested": describe_tested(found.get("backtest") or {}),
        "bursts": list_bursts(found.get("bursts") or {}),
        "rows": describe_rows(found.get("rows") or {}),
        "charts": draw_forecast(found),
        "status": {"is_loud": False, "text": "", "name": "", "rows": [], "reasons": []},
    }


def list_findings(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    """List what the history gave: the part it is about, and a sentence."""
    findings = []
    if found.get("columns"):
        findings.append(("Columns", format_columns(found)))
    level = found.get("level") or {}
    if is_number(level.get("usual_per_h")):
        findings.append(("Level", _format_level(level)))
    bursts = found.get("bursts") or {}
    if is_number(bursts.get("per_week")):
        findings.append(("Bursts", _format_bursts(bursts)))
    closed = found.get("closed_hours") or []
    if closed:
        text = f"{len(closed)} hours of the week are always empty and are taken as closed."
        findings.append(("Closed", text))
    for part, key, time in (("Planned", "events", "time_local"), ("Holidays", "holidays", "date")):
        listed = [f"{each['name']} ({_write_date(each[time])})" for each in found.get(key) or []]
        if listed:
            findings.append((part, f"{'; '.join(listed)}."))
    return findings


def _format_level(level: Mapping[str, Any]) -> str:
    low, high = (write_value(level.get(f"usual_per_h_{end}")) for end in ("low", "high"))
    trend = 100.0 * float(level.get("trend_per_week") or 0.0)
    error = 100.0 * float(level.get("trend_per_week_se") or 0.0)
    return (
        f"Outside bursts now {write_value(level['usual_per_h'])} mentions an hour (95 %: {low} to "
        f"{high}); trend {trend:+.1f} % a week (standard error {error:.1f}). The mean of the "
        f"history, bursts in it, is {write_value(level.get('history_mean_per_h'))}."
    )


def _format_bursts(bursts: Mapping[str, Any]) -> str:
    if not bursts.get("found"):
        return "None was found; the bands hold none."
    share = write_value(bursts.get("share_of_mentions"), "share")
    return (
        f"{write_value(bursts['per_week'])} a week, half of them with more than "
        f"{write_value(bursts.get('median_excess'))} mentions and longer than "
        f"{write_value(bursts.get('median_h'), 'h')}; {share} of all mentions. They may come again "
        "on any day."
    )


def _write_date(text: str) -> str:
    return write_moment(text) if "T" in text else write_day(read_time(text))


def list_spans(found: Mapping[str, Any], span: str) -> list[dict[str, str]]:
    """List days or weeks with median, mean and bands, ready to show."""
    table = found.get(span) or {}
    rows = []
    for place, start in enumerate(table.get("start_local") or []):
        day = write_day(read_time(start))
        row = {"when": f"7 days from {day}" if span == "weeks" else day}
        row |= {name: write_number(table[name][place], 0) for name in ("median", "mean")}
        for band in BANDS:
            ends = (write_number(table[f"{end}_{band}"][place], 0) for end in ("low", "high"))
            row[f"band_{band}"] = " to ".join(ends)
        rows.append(row)
    return rows


def describe_tested(tested: Mapping[str, Any]) -> str:
    """Say how the past was forecast again."""
    if not tested:
        return ""
    ahead = "a week" if tested.get("days_ahead") == 7 else "a day"
    return (
        f"From {write_value(tested.get('origins'))} past days {ahead} was forecast with what was "
        f"known then, and held against what came: {write_value(tested.get('hours'))} hours, "
        f"{write_value(tested.get('days'))} days."
    )


def list_tests(tested: Mapping[str, Any]) -> list[dict[str, str]]:
    """List the methods: error and shares held, ready to show."""
    rows = []
    for name, scores in (tested.get("methods") or {}).items():
        row = {"method": str(name)}
        for key in ("crps_hour", "crps_day"):
            row[key] = write_value(scores.get(key))
        for part in ("hours", "days"):
            for band in (80, 95):
                row[f"{part}_{band}"] = write_value(scores.get(f"{part}_in_{band}"), "share")
        rows.append(row)
    return rows


def list_bursts(bursts: Mapping[str, Any]) -> list[dict[str, str]]:
    """List the largest bursts, ready to show: days that a planned event may be like."""
    return [
        {
            "from": write_moment(each.get("from_local")),
            "hours": write_value(each.get("hours"), "h"),
            "excess": write_number(each.get("excess_mentions"), 0),
        }
        for each in bursts.get("largest") or []
    ]
