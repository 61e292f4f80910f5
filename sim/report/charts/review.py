"""Pictures of a review: what came beside the plan's bands, and why a measure differs.

Checked by ``tests/functional/test_review.py``.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.report.charts.chart import Chart, Line, Mark, Panel, Weight
from sim.report.charts.timeline import build_timeline, measure_elapsed, read_local
from sim.report.format import write_moment, write_number


def draw_review(found: Mapping[str, Any]) -> list[Chart]:
    """Describe the week by interval: mentions with the plan's bands, who waited."""
    table = found.get("intervals") or {}
    if not table.get("came"):
        return []
    width = float(found.get("interval_min") or 60)
    local = read_local(np.asarray(table["start_local"]))
    elapsed = measure_elapsed(local, width)
    timeline = build_timeline(elapsed, local, None, list_marks(found, local[0]))
    panels = [draw_mentions(table, elapsed, width)]
    if "waiting_plan" in table:
        panels.append(draw_waiting(table, elapsed, width))
    caption = "Mentions as they came, with the plan's 80 and 95 % bands, and who waits for a reply."
    return [Chart("review_week", caption, f"{caption} {find_peak(table)}", panels, timeline)]


def draw_mentions(table: Mapping[str, Any], elapsed: np.ndarray, width: float) -> Panel:
    """Describe what came on the plan's bands."""
    ends = [close(elapsed, table[f"{end}_{band}"], width)[1]
            for band in (95, 80) for end in ("low", "high")]  # fmt: skip
    x, expected = close(elapsed, table["expected"], width)
    bands = Line(x, expected, "expected; bands 80, 95 %", is_step=True, weight="plain",
                 low=ends[0], high=ends[1], inner=[(ends[2], ends[3])])  # fmt: skip
    came = Line(x, close(elapsed, table["came"], width)[1], "as it was", is_step=True)
    return Panel(f"Mentions per {width:g} min", [bands, came], height_in=2.4)


def draw_waiting(table: Mapping[str, Any], elapsed: np.ndarray, width: float) -> Panel:
    """Describe who waits, in the replays."""
    names = {"plan": "under the plan", "done": "under what was done", "hindsight": "hindsight"}
    lines = []
    weights: dict[str, Weight] = {"plan": "strong", "done": "plain", "hindsight": "faint"}
    for name, label in names.items():
        values = table.get(f"waiting_{name}")
        if values is None or (name == "done" and values == table["waiting_plan"]):
            continue
        x, y = close(elapsed, values, width)
        lines.append(Line(x, y, label, is_step=True, weight=weights[name]))
    return Panel("Turns that wait, replayed", lines)


def close(x: np.ndarray, y: Any, width: float) -> tuple[np.ndarray, np.ndarray]:
    """A step line that reaches the end of its last step."""
    values = np.asarray(y, float)
    return np.append(x, x[-1] + width), np.append(values, values[-1])


def list_marks(found: Mapping[str, Any], start: np.datetime64) -> list[Mark]:
    """Events of the week on its axis."""
    return sorted(
        Mark(
            float((read_local(np.array([each["from_local"]]))[0] - start).astype(int)),
            str(each["name"]),
        )
        for each in found.get("events") or []
    )


def find_peak(table: Mapping[str, Any]) -> str:
    """Say when most came."""
    high = int(np.argmax(np.asarray(table["came"], float)))
    low, top = (write_number(float(table[name][high]), 0) for name in ("low_95", "high_95"))
    return (
        f"Most came on {write_moment(str(table['start_local'][high]))}: "
        f"{write_number(float(table['came'][high]), 0)}, 95 % band {low} to {top}."
    )
