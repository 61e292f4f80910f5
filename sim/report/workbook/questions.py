"""The sheets of further answers: hour prices, what each lever adds, flips, other budgets.

A sheet is there only where the decision has its part; the numbers of decision.json, unrounded,
units in the headings. Checked by ``tests/unit/test_report_workbook.py``.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sim.report.charts.comparison import name_policy
from sim.report.format import format_difference
from sim.report.hours import format_hour, write_part
from sim.report.workbook.sheets import Sheet, list_staff, name_money, read_currency

LOW, HIGH = "95 % interval, low", "95 % interval, high"
NO_FLIP = "no flip seen"


def list_questions(plan: Mapping[str, Any]) -> list[Sheet]:
    """Return the sheets of what the decision tells beyond the plan, those with rows."""
    currency = read_currency(plan)
    sheets = [
        list_hours(plan.get("shadow_prices") or [], currency),
        list_bound_hours(plan.get("bound_hour_price") or [], plan.get("staff_by_interval") or []),
        list_levers(plan.get("levers") or {}, currency),
        list_switching_values(plan.get("flips") or {}),
        list_frontier((plan.get("frontier") or {}).get("points") or [], currency),
    ]
    return [sheet for sheet in sheets if sheet.rows]


def list_hours(prices: Sequence[Mapping[str, Any]], currency: str) -> Sheet:
    """Return what an agent hour more adds by simulation, by pool and part of the day."""
    head = [
        "Pool",
        "Part of the day, local time",
        "Satisfaction added, per agent hour",
        "Standard error, per agent hour",
        f"Satisfaction added, per 1,000 {currency}".rstrip(),
        f"In words, per 1,000 {currency}".rstrip(),
    ]
    names = ("per_hour", "error", "per_1000_currency")
    rows = [
        [row.get("pool"), write_part(row.get("part")), *(row.get(name) for name in names),
         format_hour(row)]
        for row in prices
    ]  # fmt: skip
    return Sheet("Hour prices", head, rows)


def list_bound_hours(prices: Sequence[float], staff: Sequence[Mapping[str, Any]]) -> Sheet:
    """Return what an agent hour more adds to the upper bound, by interval."""
    times = [row[:2] for row in list_staff(staff).rows]
    if len(times) != len(prices):
        times = [[None, None] for _ in prices]
    head = [
        "Local time",
        "Start, min from the beginning",
        "Upper bound of satisfaction added, per agent hour",
    ]
    rows = [[*time, price] for time, price in zip(times, prices, strict=True)]
    return Sheet("Hour prices, bound", head, rows)


def list_levers(levers: Mapping[str, Any], currency: str) -> Sheet:
    """Return what each lever adds to the start at which nothing is decided."""
    head = [
        "Decided",
        "Steps",
        "Satisfaction, 0 to 1",
        "Satisfaction, more than the start",
        LOW,
        HIGH,
        name_money("Expected cost", currency),
        "Replications",
        "In words",
    ]
    levered = levers.get("rows") or []
    rows: list[list[Any]] = []
    if levered:
        cost = levers.get("start_cost")
        rows.append(["nothing: the start", None, levers.get("start"), None, None, None, cost])
    rows += [_list_lever(row) for row in levered]
    if levered and levers.get("together") is not None:
        rows.append(["all together, less the sum of the single ones", None, None,
                     levers["together"]])  # fmt: skip
    return Sheet("Levers", head, [row + [None] * (len(head) - len(row)) for row in rows])


def _list_lever(row: Mapping[str, Any]) -> list[Any]:
    gain = [row.get(name) for name in ("difference", "ci_low", "ci_high")]
    steps = "; ".join(map(str, row.get("decided") or [])) or None
    numbers = [row.get("cost"), row.get("n")]
    return [row.get("label"), steps, None, *gain, *numbers, format_difference(*gain)]


def list_switching_values(flips: Mapping[str, Any]) -> Sheet:
    """Return the assumptions that were moved: those that flip the decision, then the others."""
    head = [
        "Assumption",
        "Planned for, unit as in the key",
        "Range looked at, low",
        "Range looked at, high",
        "Flips at",
        "Way to the end of the range, 0 to 1",
        "Then better",
        "By how much at that end, satisfaction",
    ]
    found = flips.get("flips") or []
    looked = {str(row.get("key")): row for row in flips.get("looked_at") or []}
    names = ("value", "way_share", "rival", "lead_at_end")
    rows = []
    for row in found:
        ends = _list_range(looked.get(str(row.get("key")), {}))
        value, way, rival, lead = (row.get(name) for name in names)
        rows.append([row.get("key"), row.get("now"), *ends, value, way, name_policy(str(rival)),
                     lead])  # fmt: skip
    flipped = {str(row.get("key")) for row in found}
    for key, row in looked.items():
        if key not in flipped:
            rows.append([key, row.get("now"), *_list_range(row), None, None, NO_FLIP, None])
    return Sheet("Flips", head, rows)


def _list_range(looked: Mapping[str, Any]) -> list[Any]:
    return [looked.get("low"), looked.get("high")]


def list_frontier(points: Sequence[Mapping[str, Any]], currency: str) -> Sheet:
    """Return the best found for each budget."""
    names = {
        "budget": name_money("Budget", currency),
        "cost": name_money("Expected cost", currency),
        "staffed_h": "On shift, h",
        "value": "Satisfaction, 0 to 1",
        "ci_low": LOW,
        "ci_high": HIGH,
        "gain": f"Satisfaction per 1,000 {currency} more, from the row before".replace("  ", " "),
        "gain_low": f"{LOW}, of that",
        "gain_high": f"{HIGH}, of that",
        "promise_met_share": "Promise met, 0 to 1",
        "n": "Replications",
    }
    rows = [[row.get(name) for name in names] for row in points]
    return Sheet("Frontier", list(names.values()), rows)
