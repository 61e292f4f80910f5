"""The sheets that every plan's workbook has: decision, staff, shifts, effort, surge, compared.

Plain rows of the numbers of decision.json, units in the headings. Checked by
``tests/unit/test_report_workbook.py``.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sim.report.decision import lay_out_effort
from sim.report.format import format_difference, is_number
from sim.report.shifts import write_days
from sim.report.surge import list_surge


class Sheet(NamedTuple):
    """Name, column headings and rows of one sheet."""

    name: str
    head: list[str]
    rows: list[list[Any]]


def list_sheets(plan: Mapping[str, Any]) -> list[Sheet]:
    """Return the sheets that every plan has."""
    return [
        list_decision(plan),
        list_staff(plan.get("staff_by_interval") or []),
        list_shifts(plan.get("shifts") or []),
        list_effort(plan.get("effort") or []),
        Sheet(
            "Surge rules", ["Rule", "Value"], [list(row) for row in list_surge(plan.get("surge"))]
        ),
        list_compared(plan.get("evidence") or [], read_currency(plan)),
    ]


def list_decision(plan: Mapping[str, Any]) -> Sheet:
    """Return the headline, what the search knows of it, and its reasons."""
    headline = plan.get("headline") or {}
    currency = read_currency(plan)
    rows: list[list[Any]] = [
        ["People at the peak", headline.get("people_at_peak"), "people"],
        ["Peak begins, local time", headline.get("peak_local"), ""],
        ["Staffed hours", headline.get("staffed_h"), "h"],
        ["Expected overtime", headline.get("overtime_h"), "h"],
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
        "p, Holm, small if the plan is worse",
        name_money("Cost, plan less other", currency),
        "In words",
    ]
    rows = [
        [row.get("policy"), *(row.get(name) for name in names), format_difference(*_three(row))]
        for row in evidence
    ]
    return Sheet("Compared", head, rows)


def _three(row: Mapping[str, Any]) -> tuple[Any, Any, Any]:
    return row.get("satisfaction_difference"), row.get("ci_low"), row.get("ci_high")


def read_currency(plan: Mapping[str, Any]) -> str:
    """Return the currency of a plan's money; empty if it has none."""
    return str((plan.get("headline") or {}).get("currency") or "")


def name_money(heading: str, currency: str) -> str:
    """Return a heading with the currency as its unit."""
    return f"{heading}, {currency}" if currency else heading
