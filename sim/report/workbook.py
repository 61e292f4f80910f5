"""plan.xlsx: the decision as a workbook for people who plan in one.

Six sheets with the numbers of decision.json, unrounded, units in the headings.
The bytes are the same from run to run (fixed creation date). No text becomes a
formula or a link.

Checked by ``tests/unit/test_report_workbook.py``.
"""

import datetime
import math
import os
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sim.report.decision import lay_out_effort
from sim.report.shifts import write_days
from sim.report.surge import list_surge
from sim.report.svg import clean_text
from sim.report.words import is_number, tell_difference

CREATED = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC).replace(tzinfo=None)
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
NARROWEST, WIDEST = 9, 70
LONGEST_TEXT = 32000


class Sheet(NamedTuple):
    """Name, column headings and rows of one sheet."""

    name: str
    head: list[str]
    rows: list[list[Any]]


def write_workbook(path: str | os.PathLike[str], plan_tables: Mapping[str, Any]) -> None:
    """Write the plan as an Excel workbook.

    Parameters
    ----------
    path : path
        File to write.
    plan_tables : mapping
        As in decision.json; parts may be missing.
    """
    import xlsxwriter

    book = xlsxwriter.Workbook(os.fspath(path), OPTIONS)
    book.set_properties({"title": "Staffing plan", "created": CREATED})
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    for sheet in list_sheets(plan_tables):
        _fill_sheet(book.add_worksheet(sheet.name), sheet, bold, wrap)
    book.close()


def list_sheets(plan: Mapping[str, Any]) -> list[Sheet]:
    """Return the six sheets of a plan."""
    return [
        list_decision(plan),
        list_staff(plan.get("staff_by_interval") or []),
        list_shifts(plan.get("shifts") or []),
        list_effort(plan.get("effort") or []),
        Sheet(
            "Surge rules", ["Rule", "Value"], [list(row) for row in list_surge(plan.get("surge"))]
        ),
        list_compared(plan.get("evidence") or [], _currency(plan)),
    ]


def list_decision(plan: Mapping[str, Any]) -> Sheet:
    """Return the headline, what the search knows of it, and its reasons."""
    headline = plan.get("headline") or {}
    currency = _currency(plan)
    rows: list[list[Any]] = [
        ["People at the peak", headline.get("people_at_peak"), "people"],
        ["Peak begins, local time", headline.get("peak_local"), ""],
        ["Staffed hours", headline.get("staffed_h"), "h"],
        ["Expected cost", headline.get("cost"), currency],
        ["Budget", headline.get("budget"), currency],
        ["Lead before an announced event", plan.get("lead_h"), "h"],
        ["Status", plan.get("status"), ""],
        ["Satisfaction on fresh draws", plan.get("value"), "0 to 1"],
        ["Upper bound", plan.get("bound"), "0 to 1"],
        ["Gap", plan.get("gap"), "0 to 1"],
    ]
    rows += [["Reason", reason, ""] for reason in plan.get("reasons") or []]
    for risk in plan.get("risks") or []:
        value = risk.get("value") if isinstance(risk, dict) else None
        rows.append(["Risk", risk.get("text") if isinstance(risk, dict) else risk, value])
    return Sheet("Decision", ["What", "Value", "Unit"], [row for row in rows if row[1] is not None])


def list_staff(rows: Sequence[Mapping[str, Any]]) -> Sheet:
    """Return people at work per interval, a column for each pool."""
    pools = list(dict.fromkeys(str(row.get("pool", "")) for row in rows))
    table: dict[tuple[float, str], dict[str, Any]] = {}
    for row in rows:
        start = row.get("interval_start_min")
        key = (float(start) if is_number(start) else 0.0, str(row.get("time_local", "")))
        table.setdefault(key, {})[str(row.get("pool", ""))] = row.get("agents")
    head = ["Local time", "Start, min from the beginning", *(f"{pool}, people" for pool in pools)]
    body = [
        [time.replace("T", " ")[:16], start, *(agents.get(pool) for pool in pools)]
        for (start, time), agents in sorted(table.items())
    ]
    return Sheet("Staff per interval", head, body)


def list_shifts(shifts: Sequence[Mapping[str, Any]]) -> Sheet:
    """Return a row for each shift."""
    names = ("name", "pool", "days", "start", "length_h", "agents")
    rows = [[shift.get(name) for name in names] for shift in shifts]
    for row in rows:
        row[2] = write_days(row[2]) if row[2] is not None else None
    return Sheet(
        "Shifts", ["Shift", "Pool", "Days", "Start, local time", "Length, h", "People"], rows
    )


def list_effort(effort: Sequence[Mapping[str, Any]]) -> Sheet:
    """Return a row for each topic, a column for each phase."""
    phases, rows = lay_out_effort(effort)
    return Sheet("Effort", ["Topic", *phases], [list(row) for row in rows])


def list_compared(evidence: Sequence[Mapping[str, Any]], currency: str) -> Sheet:
    """Return the paired differences against the other policies."""
    names = ("satisfaction_difference", "ci_low", "ci_high", "p_holm", "cost_difference")
    head = [
        "Other policy",
        "Satisfaction, plan less other",
        "95 % interval, low",
        "95 % interval, high",
        "p, Holm",
        f"Cost, plan less other{', ' + currency if currency else ''}",
        "In words",
    ]
    rows = [
        [row.get("policy"), *(row.get(name) for name in names), tell_difference(*_three(row))]
        for row in evidence
    ]
    return Sheet("Compared", head, rows)


def _three(row: Mapping[str, Any]) -> tuple[Any, Any, Any]:
    return row.get("satisfaction_difference"), row.get("ci_low"), row.get("ci_high")


def _currency(plan: Mapping[str, Any]) -> str:
    return str((plan.get("headline") or {}).get("currency") or "")


def _fill_sheet(page: Any, sheet: Sheet, bold: Any, wrap: Any) -> None:
    page.write_row(0, 0, [clean_text(each, LONGEST_TEXT) for each in sheet.head], bold)
    for index, row in enumerate(sheet.rows, start=1):
        for column, value in enumerate(row):
            _write_cell(page, index, column, value, wrap)
    for column, heading in enumerate(sheet.head):
        texts = [heading, *(str(row[column]) for row in sheet.rows if row[column] is not None)]
        longest = max(len(text) for text in texts)
        page.set_column(column, column, min(max(longest + 2, NARROWEST), WIDEST))
    page.freeze_panes(1, 0)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)


def _write_cell(page: Any, row: int, column: int, value: Any, wrap: Any) -> None:
    if is_number(value):
        page.write_number(row, column, float(value))
    elif value is not None and not (isinstance(value, float) and not math.isfinite(value)):
        page.write_string(row, column, clean_text(value, LONGEST_TEXT), wrap)
