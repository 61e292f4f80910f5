"""Paired differences of all measures: the table and the picture of a comparison.

Shares differ by % points; satisfaction, its score and sentiment have no unit.

Checked by ``tests/unit/test_report_evidence.py``.
"""

import math
from collections.abc import Sequence
from typing import Any

from sim.report.charts.chart import DotChart, DotPanel, DotRow
from sim.report.charts.comparison import Difference, name_policy, write_signed
from sim.report.format import (
    is_number,
    is_shown,
    write_interval,
    write_number,
    write_value,
)
from sim.report.measure_names import NO_UNIT, group_measures, name_measure

KEY_MEASURES = {
    "satisfaction": "Satisfaction",
    "answered_within_promise_share": "Answered in time",
    "first_reply_min_p50": "Median first reply",
    "sentiment_mean": "Sentiment",
    "cost": "Cost",
}


def draw_key_differences(rows: Sequence[Difference], currency: str) -> DotChart | None:
    """Describe the picture of up to three measures for runs that were compared."""
    policies = list(dict.fromkeys(each.policy for each in rows))
    found = {(each.policy, each.measure): each for each in rows}
    panels = []
    for measure in KEY_MEASURES:
        chosen = [found.get((policy, measure)) for policy in policies]
        dots = [_to_dot(each) for each in chosen if each and is_number(each.value)]
        if len(dots) == len(policies) and policies:
            unit = _difference_unit(measure, currency)
            panels.append(DotPanel(f"{KEY_MEASURES[measure]}{unit}", dots, _decimals(measure)))
    if not panels:
        return None
    alt = " ".join(
        f"{panel.title}: "
        + "; ".join(f"{dot.label} {write_number(dot.value, panel.decimals)}" for dot in panel.rows)
        + "."
        for panel in panels[:3]
    )
    caption = "Paired differences with 95 % intervals. Filled dot: the interval excludes 0."
    return DotChart("differences", caption, alt, panels[:3])


def is_share(measure: str) -> bool:
    """Whether a measure is shown in percent, so that it differs by % points."""
    return measure.endswith("_share") or measure == "utilization"


def _to_dot(each: Difference) -> DotRow:
    scale = 100.0 if is_share(each.measure) else 1.0
    name = name_policy(each.policy)
    return DotRow(name, scale * each.value, scale * each.low, scale * each.high)


def group_differences(rows: Sequence[Difference], currency: str) -> list[dict[str, Any]]:
    """Group all differences by policy, in the reading order of the measures."""
    groups: dict[str, dict[str, Difference]] = {}
    for each in rows:
        groups.setdefault(each.policy, {})[each.measure] = each
    return [
        {
            "policy": name_policy(policy),
            "rows": [
                write_difference(found[key], currency)
                for _, keys in group_measures(found)
                for key in keys
            ],
        }
        for policy, found in groups.items()
    ]


def write_difference(each: Difference, currency: str) -> dict[str, str]:
    """Write one row of the table of all differences, ready to show."""
    scale = 100.0 if is_share(each.measure) else 1.0
    unit = _difference_unit(each.measure, currency).removeprefix(", ")
    low, high = scale * each.low, scale * each.high
    places = max(_decimals(each.measure), show_apart(low, high))
    return {
        "measure": name_measure(each.measure),
        "difference": write_signed(scale * each.value, places, unit),
        "interval": write_interval(low, high, unit, places),
        "pairs": write_value(each.pairs),
        "shown": "yes" if is_shown(each.low, each.high) else "no",
    }


def show_apart(low: float, high: float) -> int:
    """Fewest decimals that show the ends of an interval apart, at most 6; 0 if they are one."""
    width = high - low
    if not is_number(width) or width <= 0:
        return 0
    return min(6, max(0, 1 - math.floor(math.log10(width))))


def _difference_unit(measure: str, currency: str) -> str:
    if is_share(measure):
        return ", % points"
    if measure in NO_UNIT:
        return ""
    if measure == "cost":
        return f", {currency}"
    if "_min" in measure:
        return ", min"
    return ", h" if measure.endswith("_h") else ""


def _decimals(measure: str) -> int:
    if measure in NO_UNIT:
        return 3
    return 0 if measure in ("cost", "mentions", "actionable") else 2
