"""The page of a review: what came beside the plan, why it differs, the next calendar's entries.

Everything comes from review.json; each part of it may be missing.

Checked by ``tests/functional/test_review.py``.
"""

from collections.abc import Mapping
from typing import Any

from sim.report.charts.review import draw_review
from sim.report.format import read_time, write_day, write_moment, write_number
from sim.report.measure_names import name_measure, write_measure, write_measure_interval
from sim.report.pages.calibration import describe_rows
from sim.report.stored_run import StoredRun

PARTS = ("forecast", "staffing", "effort", "luck")
WORLDS = {
    "planned": "As planned",
    "leveled": "Level known",
    "on_week": "Plan, this week",
    "done": "As done",
    "hindsight": "Hindsight",
}
SPLIT = ("satisfaction", "answered_within_promise_share", "first_reply_min_p50", "cost")
SHOWN = ("mentions", *SPLIT[:3], "utilization", "staffed_h", "cost")
MEANINGS = (
    ("Forecast", "level and planned events came otherwise than the plan expected"),
    ("Staffing", "other people were there than planned"),
    ("Effort", "work was done by other rules than planned"),
    (
        "Luck",
        "what no forecast of level and calendar has: how mentions fell within the week, events "
        "that nobody planned, and what the model does not know of the replies that were seen",
    ),
)


def describe_review(run: StoredRun) -> dict[str, Any]:
    """Gather all that a review's page shows."""
    found = run.review
    told = list(found.get("told") or [""])
    currency = str(found.get("currency") or "")
    return {
        "kind": "Review",
        "name": str(found.get("scenario") or run.name),
        "zone": str(found.get("time_zone") or ""),
        "verdict": told[0],
        "told": told[1:],
        "meanings": MEANINGS,
        "split": list_split(found.get("split") or {}, currency),
        "worlds": list_worlds(found.get("worlds") or {}, currency),
        "days": list_days(found.get("days") or {}),
        "events": list_events(found.get("events") or []),
        "rows": describe_rows(found.get("rows") or {}),
        "charts": draw_review(found),
        "status": {"is_loud": False, "text": "", "name": "", "rows": [], "reasons": []},
    }


def list_split(split: Mapping[str, Any], currency: str) -> list[dict[str, Any]]:
    """List the measures: planned, each part, as it was."""
    rows = []
    for key in SPLIT:
        if key not in split:
            continue
        parts = split[key]
        unit = {"unit": parts.get("unit", "")}
        row: dict[str, Any] = {"label": name_measure(key), "is_seen": bool(parts.get("is_seen"))}
        for name in ("planned", "was"):
            row[name] = write_measure(key, {**parts[name], **unit}, currency)
        for name in PARTS:
            row[name] = sign(float(parts[name]["mean"]), write_measure(
                key, {**parts[name], **unit}, currency))  # fmt: skip
        rows.append(row)
    return rows


def sign(value: float, text: str) -> str:
    """A difference with its sign."""
    return f"+{text}" if value > 0 and any(char in "123456789" for char in text) else text


def list_worlds(worlds: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """Set the worlds side by side: a column each."""
    names = [name for name in WORLDS if name in worlds]
    rows = [
        {
            "label": name_measure(key),
            "cells": [
                (
                    write_measure(key, worlds[name].get(key), currency),
                    write_measure_interval(key, worlds[name].get(key), currency),
                )
                for name in names
            ],
        }
        for key in SHOWN
        if any(key in found for found in worlds.values())
    ]
    return {"head": [WORLDS[name] for name in names], "rows": rows}


def list_days(days: Mapping[str, Any]) -> list[dict[str, Any]]:
    """List the days: what came, what was expected, the bands."""
    rows = []
    for place, start in enumerate(days.get("start_local") or []):
        row: dict[str, Any] = {"when": write_day(read_time(start))}
        row |= {name: write_number(days[name][place], 0) for name in ("came", "expected")}
        for band in (80, 95):
            ends = (write_number(days[f"{end}_{band}"][place], 0) for end in ("low", "high"))
            row[f"band_{band}"] = " to ".join(ends)
        is_80, is_95 = (bool(days[f"in_{band}"][place]) for band in (80, 95))
        row["held"] = "in the 80 % band" if is_80 else "in the 95 % band" if is_95 else "outside"
        rows.append(row)
    return rows


def list_events(events: list[Mapping[str, Any]]) -> list[dict[str, str]]:
    """List the events of the week with their entries for the next calendar."""
    return [
        {
            "name": str(each["name"]),
            "planned": write_kind(each),
            "from": write_moment(each.get("from_local")),
            "excess": write_number(each.get("excess_mentions"), 0),
            "yaml": str(each.get("yaml") or ""),
        }
        for each in events
    ]


def write_kind(event: Mapping[str, Any]) -> str:
    """Whether an event was planned, and whose course its entry has."""
    if not event.get("planned"):
        return "not in the plan's calendar"
    if event.get("is_fitted", True):
        return "planned, the course fitted to what came"
    return "planned, the plan's course at the size that came"
