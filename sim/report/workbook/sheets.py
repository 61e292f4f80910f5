"""The sheets that every plan's workbook has: decision, staff, shifts, effort, surge, compared.

Plain rows of the numbers of decision.json, units in the headings. Checked by
``tests/unit/test_report_workbook.py``.
"""

import datetime
from collections.abc import Sequence
from typing import Any, NamedTuple

from sim.decision.decision import Decision
from sim.decision.evidence import PolicyDifference
from sim.decision.staffing import RepeatedShift, StaffedInterval, TopicLevel
from sim.policies.stored_plan import is_answer_sentence, is_redress_sentence
from sim.report.decision import format_advantage, lay_out_effort, list_pools
from sim.report.format import format_difference
from sim.report.preparing import format_worth, name_preparation
from sim.report.proof import list_claims
from sim.report.shifts import write_days
from sim.report.surge import list_surge


class Sheet(NamedTuple):
    """Name, column headings and rows of one sheet."""

    name: str
    head: list[str]
    rows: list[list[Any]]


def list_sheets(plan: Decision) -> list[Sheet]:
    """Make the sheets that every plan has."""
    return [
        list_decision(plan),
        list_staff(plan.staff_by_interval),
        list_shifts(plan.shifts),
        list_effort(plan.effort),
        Sheet("Surge rules", ["Rule", "Value"], [list(row) for row in list_surge(plan.surge)]),
        list_compared(plan.evidence, plan.headline.currency),
        *([list_preparations(plan)] if plan.preparations or plan.posts else []),
    ]


def list_decision(plan: Decision) -> Sheet:
    """Make the sheet of the headline, what the search knows of it, and its reasons."""
    headline, currency = plan.headline, plan.headline.currency
    rows: list[list[Any]] = [
        ["People at the peak", headline.people_at_peak, "people"],
        ["Peak begins, local time", headline.peak_local, ""],
        *(
            [f"Employees at least, {pool}", number, "people"]
            for pool, number in (headline.employees_at_least or {}).items()
        ),
        *(
            [f"Full-time contracts, {pool}", round(number, 1), f"of {headline.contract_h:g} h"]
            for pool, number in (headline.full_time or {}).items()
        ),
        ["Staffed hours", headline.staffed_h, "h"],
        ["Expected overtime", headline.overtime_h, "h"],
        ["Expected cost", headline.cost, currency],
        ["Budget", headline.budget, currency],
        ["Lead before an announced event", plan.lead_h, "h"],
        ["Status", plan.status, ""],
        ["Satisfaction on fresh draws", plan.value, "0 to 1"],
        ["Upper bound", plan.bound, "0 to 1"],
        ["Gap", plan.gap, "0 to 1"],
    ]
    rows += [
        ["Ahead by", format_advantage(one, headline.budget, currency), "of 1,000 customers"]
        for one in plan.advantages or ()
    ]
    rows += [[name, claim, ""] for name, claim in list_claims(plan.proof)]
    rows += [["Redress", one, ""] for one in filter(is_redress_sentence, plan.order)]
    rows += [["Answers", one, ""] for one in filter(is_answer_sentence, plan.order)]
    rows += [["Reason", reason, ""] for reason in plan.reasons]
    rows += [["Risk", risk.text, risk.value] for risk in plan.risks]
    return Sheet("Decision", ["What", "Value", "Unit"], [row for row in rows if row[1] is not None])


def list_staff(rows: Sequence[StaffedInterval]) -> Sheet:
    """Make the sheet of people at work per interval, a column for each pool."""
    pools = list_pools(rows)
    table: dict[tuple[int, str], dict[str, int]] = {}
    for row in rows:
        table.setdefault((row.interval_start_min, row.time_local), {})[row.pool] = row.agents
    head = ["Local time", "Start, min from the beginning", *(f"{pool}, people" for pool in pools)]
    head += ["All together, people"] if len(pools) > 1 else []
    body = [
        [
            datetime.datetime.fromisoformat(time[:16]),
            start,
            *(agents.get(pool) for pool in pools),
            *([sum(agents.values())] if len(pools) > 1 else []),
        ]
        for (start, time), agents in sorted(table.items())
    ]
    return Sheet("Staff per interval", head, body)


def list_shifts(shifts: Sequence[RepeatedShift]) -> Sheet:
    """Make the sheet of shifts, a row for each."""
    rows = [
        [
            each.name,
            each.pool,
            write_days(each.days),
            each.start,
            each.length_h,
            each.agents,
            each.on_roster,
        ]
        for each in shifts
    ]
    head = [
        "Shift",
        "Pool",
        "Days",
        "Start, local time",
        "Length, h",
        "People at work",
        "On the roster",
    ]
    return Sheet("Shifts", head, rows)


def list_effort(effort: Sequence[TopicLevel]) -> Sheet:
    """Make the sheet of effort, a row for each topic, a column for each phase."""
    phases, rows = lay_out_effort(effort)
    return Sheet("Effort", ["Topic", *phases], [list(row) for row in rows])


def list_compared(evidence: Sequence[PolicyDifference], currency: str) -> Sheet:
    """Make the sheet of paired differences against the other policies."""
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
        [
            row.policy,
            row.satisfaction_difference,
            row.ci_low,
            row.ci_high,
            row.p_holm,
            row.cost_difference,
            format_difference(row.satisfaction_difference, row.ci_low, row.ci_high),
        ]
        for row in evidence
    ]
    return Sheet("Compared", head, rows)


def list_preparations(plan: Decision) -> Sheet:
    """Make the sheet of what can be done before events, a row for each."""
    head = [
        "Preparation",
        "For",
        "The plan does it",
        "Done by, local time",
        "Agent hours, h",
        name_money("Money", plan.headline.currency),
        "Satisfaction, with it less without",
        "95 % interval, low",
        "95 % interval, high",
        "Customers spared writing",
        "Work saved, h",
        "In words",
    ]
    rows = [
        [
            name_preparation(row),
            ", ".join(row.events),
            "yes" if row.does else "no",
            (row.ready_local or "kept ready").replace("T", " "),
            row.agent_h,
            row.cost,
            row.difference,
            row.ci_low,
            row.ci_high,
            row.contacts_saved,
            row.work_saved_h,
            format_worth(row),
        ]
        for row in (*(plan.preparations or ()), *(plan.posts or ()))
    ]
    return Sheet("Before the event", head, rows)


def name_money(heading: str, currency: str) -> str:
    """Add the currency to a heading as its unit."""
    return f"{heading}, {currency}" if currency else heading
