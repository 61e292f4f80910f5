"""Sheets that answer questions: hour prices, levers, switching values, other budgets.

A sheet is there only where the decision has its part; the numbers of decision.json, unrounded,
units in the headings. Checked by ``tests/unit/test_report_workbook.py``.
"""

from collections.abc import Sequence
from typing import Any

from sim.decision.answers import (
    AssumptionRange,
    FrontierPoint,
    HourPrice,
    Lever,
    Levers,
    SwitchingValues,
)
from sim.decision.decision import Decision
from sim.report.charts.comparison import name_policy
from sim.report.format import format_difference
from sim.report.hours import format_hour, write_part
from sim.report.workbook.sheets import Sheet, name_money

LOW, HIGH = "95 % interval, low", "95 % interval, high"
NO_SWITCH = "no switch seen"


def list_questions(plan: Decision) -> list[Sheet]:
    """Make the sheets of the answers to further questions, those with rows."""
    currency = plan.headline.currency
    sheets = [
        list_hours(plan.shadow_prices, currency),
    ]
    if isinstance(plan.levers, Levers):
        sheets.append(list_levers(plan.levers, currency))
    if isinstance(plan.flips, SwitchingValues):
        sheets.append(list_switching_values(plan.flips))
    if plan.frontier is not None:
        sheets.append(list_frontier(plan.frontier.points, currency))
    return [sheet for sheet in sheets if sheet.rows]


def list_hours(prices: Sequence[HourPrice], currency: str) -> Sheet:
    """Make the sheet of what an agent hour more adds by simulation, by pool and part of the day."""
    head = [
        "Pool",
        "Part of the day, local time",
        "Satisfaction added, per agent hour",
        "Standard error, per agent hour",
        f"Satisfaction added, per 1,000 {currency}".rstrip(),
        f"In words, per 1,000 {currency}".rstrip(),
    ]
    rows = [
        [
            row.pool,
            write_part(row.part),
            row.per_hour,
            row.error,
            row.per_1000_currency,
            format_hour(row),
        ]
        for row in prices
    ]
    return Sheet("Hour prices", head, rows)


def list_levers(levers: Levers, currency: str) -> Sheet:
    """Make the sheet of what each lever adds to the start at which nothing is decided."""
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
    together = ["all together, less the sum of the single ones", None, None, levers.together]
    rows: list[list[Any]] = [
        ["nothing: the start", None, levers.start, None, None, None, levers.start_cost],
        *map(_list_lever, levers.rows),
        together,
        *map(_list_lever, levers.opening or ()),
    ]
    return Sheet("Levers", head, [row + [None] * (len(head) - len(row)) for row in rows])


def _list_lever(row: Lever) -> list[Any]:
    gain = (row.difference, row.ci_low, row.ci_high)
    steps = "; ".join(row.decided) or None
    return [row.label, steps, None, *gain, row.cost, row.n, format_difference(*gain)]


def list_switching_values(flips: SwitchingValues) -> Sheet:
    """Make the sheet of switching values: assumptions that change the decision, then the others."""
    head = [
        "Assumption",
        "Planned for, unit as in the key",
        "Range looked at, low",
        "Range looked at, high",
        "Switches at",
        "Way to the end of the range, 0 to 1",
        "Then better",
        "By how much at that end, satisfaction",
    ]
    looked = {row.key: row for row in flips.looked_at}
    rows: list[list[Any]] = [
        [
            row.key,
            row.now,
            *_list_range(looked.get(row.key)),
            row.value,
            row.way_share,
            name_policy(row.rival),
            row.lead_at_end,
        ]
        for row in flips.flips
    ]
    flipped = {row.key for row in flips.flips}
    rows += [
        [key, row.now, *_list_range(row), None, None, NO_SWITCH, None]
        for key, row in looked.items()
        if key not in flipped
    ]
    return Sheet("Switching values", head, rows)


def _list_range(looked: AssumptionRange | None) -> list[float | None]:
    return [None, None] if looked is None else [looked.low, looked.high]


def list_frontier(points: Sequence[FrontierPoint], currency: str) -> Sheet:
    """Make the sheet of the best found for each budget."""
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
    rows = [[getattr(row, name) for name in names] for row in points]
    return Sheet("Frontier", list(names.values()), rows)
