"""The page of a plan, as data for its template.

The decision comes first; what it costs, what it buys, the week, what would
break it and what is only assumed follow. Nothing is computed here that is not
in the stored results.

Checked by ``tests/functional/test_report_page.py``.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sim.report.charts.comparison import (
    draw_evidence,
    format_evidence,
    list_evidence,
    write_rows,
)
from sim.report.charts.week import draw_week
from sim.report.decision import (
    PHASES,
    build_grid,
    format_cost,
    format_effort,
    format_people,
    lay_out_effort,
    list_pools,
)
from sim.report.derive import is_announced
from sim.report.format import (
    is_number,
    split_unit,
    write_number,
    write_text,
    write_value,
)
from sim.report.pages.common import (
    describe_world,
    list_events,
    list_measures,
    name_span,
    pick_figures,
    tabulate_policies,
)
from sim.report.pages.questions import describe_questions
from sim.report.pages.status import describe_status
from sim.report.shifts import lay_out_shifts, write_days, write_hour
from sim.report.stored_run import StoredRun
from sim.report.surge import SURGE_WORDS, format_surge, list_surge

Context = dict[str, Any]
MARKS = {"a": "assumed", "q": "quoted", "m": "measured"}


def describe_plan(run: StoredRun) -> Context:
    """Return the data of a plan's page."""
    decision, currency = run.decision, run.currency
    headline = decision.get("headline") or {}
    days = (run.scenario.get("horizon") or {}).get("days")
    rows = list_evidence(run)
    status = describe_status(run)
    further = describe_questions(decision, currency)
    return {
        "kind": "Plan",
        "name": run.name,
        "title": str(run.scenario.get("title") or ""),
        "world": describe_world(run),
        "span": name_span(run),
        "people": format_people(headline, days),
        "cost": format_cost(headline, currency),
        "cost_parts": list_cost_parts(headline, currency),
        "buys": format_evidence(rows),
        "figures": pick_figures(run),
        **describe_decision(run),
        "evidence": write_rows(rows, currency),
        "pairs": next((write_value(each.pairs) for each in rows if each.pairs), ""),
        "charts": draw_week(run),
        "extra_charts": [further["frontier"]["chart"]] if further["frontier"].get("chart") else [],
        "dots": draw_evidence(rows),
        "risks": [write_risk(risk, currency) for risk in decision.get("risks") or []],
        "events": list_events(run),
        "assumptions": list_assumptions(decision.get("assumptions") or [], currency),
        "status": status,
        "further": further,
        "policies": tabulate_policies(run, "This plan"),
        "measures": list_measures(run),
    }


def describe_decision(run: StoredRun) -> Context:
    """Return who works when, doing what: staff, shifts, effort, lead and surge crew."""
    decision = run.decision
    effort = decision.get("effort") or []
    told = format_effort(effort)
    has_lead = len(told) > 1 and is_announced(run.scenario)
    return {
        **describe_staff(decision),
        "effort": describe_effort(effort),
        "effort_words": told,
        "lead": format_lead(decision.get("lead_h")) if has_lead else "",
        "surge_words": format_surge(decision.get("surge")),
        "surge": list_surge(_pick_unknown(decision.get("surge"))),
    }


def _pick_unknown(surge: Mapping[str, Any] | None) -> dict[str, Any]:
    return {key: value for key, value in (surge or {}).items() if key not in SURGE_WORDS}


def describe_staff(decision: Mapping[str, Any]) -> Context:
    """Return the grids of people by day and hour, all together and per pool, and the shifts."""
    rows = decision.get("staff_by_interval") or []
    shifts = decision.get("shifts") or []
    pools = list_pools(rows)
    each = [(pool, build_grid(rows, pool)) for pool in pools] if len(pools) > 1 else []
    return {
        "grid": build_grid(rows),
        "pool_grids": [(pool, grid) for pool, grid in each if grid],
        "shift_table": lay_out_shifts(shifts),
        "shifts": [write_shift(shift) for shift in shifts],
    }


def write_shift(shift: Mapping[str, Any]) -> dict[str, str]:
    """Return one shift, ready to show."""
    return {
        "name": str(shift.get("name", "")),
        "pool": str(shift.get("pool", "")),
        "days": write_days(shift.get("days")),
        "start": write_hour(shift.get("start")),
        "length": write_value(shift.get("length_h"), "h"),
        "agents": write_value(shift.get("agents")),
    }


def describe_effort(effort: Sequence[Mapping[str, Any]]) -> Context:
    """Return the table of effort levels with what each phase means."""
    phases, rows = lay_out_effort(effort)
    return {"phases": [(phase, PHASES.get(phase, "")) for phase in phases], "rows": rows}


def format_lead(lead_h: Any) -> str:
    """Tell how long before an announced event the phase *ahead* begins."""
    if not is_number(lead_h):
        return ""
    if lead_h == 0:
        return "Nothing changes before an announced event begins."
    return f"\u201cAhead\u201d begins {write_value(lead_h, 'h')} before an announced event."


def list_cost_parts(headline: Mapping[str, Any], currency: str) -> list[tuple[str, str]]:
    """Return the parts of the cost, if they are stored."""
    parts = headline.get("cost_parts") or {}
    entries = parts.items() if isinstance(parts, dict) else ((e["part"], e["cost"]) for e in parts)
    found = [(str(part), float(cost)) for part, cost in entries if is_number(cost)]
    largest_first = sorted(found, key=lambda each: -each[1])
    return [(split_unit(part)[0], write_value(cost, currency, 0)) for part, cost in largest_first]


def write_risk(risk: Any, currency: str) -> tuple[str, str]:
    """Return text and value of what would break the plan."""
    if not isinstance(risk, dict):
        return str(risk), ""
    unit = str(risk.get("unit") or "")
    value = risk.get("value")
    if not unit and is_number(value) and abs(value) <= 1:
        return str(risk.get("text", "")), write_number(value, 3)
    shown = "" if value is None else write_value(value, currency if unit == "currency" else unit)
    return str(risk.get("text", "")), shown


def list_assumptions(entries: Sequence[Mapping[str, Any]], currency: str) -> list[dict[str, str]]:
    """Return assumptions, ready to show: assumed before quoted before measured, else as given."""
    order = list(MARKS)

    def find_place(entry: Mapping[str, Any]) -> int:
        mark = str(entry.get("mark", "a"))
        return order.index(mark) if mark in order else 0

    rows = []
    for entry in sorted(entries, key=find_place):
        words, unit = split_unit(str(entry.get("key", "")).rsplit(".", 1)[-1], currency)
        unit = str(entry.get("unit") or unit)
        mark = str(entry.get("mark", "a"))
        matters = entry.get("matters")
        rows.append(
            {
                "key": str(entry.get("key", "")),
                "words": words,
                "value": write_value(entry.get("value"), unit),
                "mark": MARKS.get(mark, mark),
                "source": str(entry.get("source") or ""),
                "matters": "" if matters is None else write_text(matters),
            }
        )
    return rows
