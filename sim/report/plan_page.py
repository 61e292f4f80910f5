"""The pages of a plan, of a simulation and of a comparison, as data for their templates.

The decision comes first; what it costs, what it buys, the week, what would
break it and what is only assumed follow. Nothing is computed here that is not
in the stored results.

Checked by ``tests/functional/test_report_page.py``.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sim.report.chart import Chart, DotChart
from sim.report.common import (
    describe_world,
    list_events,
    list_measures,
    name_span,
    pick_figures,
    tabulate_policies,
)
from sim.report.decision import (
    PHASES,
    SURGE_WORDS,
    build_grid,
    lay_out_effort,
    list_pools,
    list_surge,
    tell_cost,
    tell_effort,
    tell_people,
    tell_surge,
)
from sim.report.evidence import (
    draw_evidence,
    draw_key_differences,
    group_differences,
    list_comparison,
    list_evidence,
    name_policy,
    tell_evidence,
    write_rows,
)
from sim.report.folder import StoredRun
from sim.report.shifts import lay_out_shifts, write_days, write_hour
from sim.report.week import draw_week
from sim.report.words import (
    is_number,
    split_unit,
    write_number,
    write_text,
    write_value,
)

Context = dict[str, Any]
MARKS = {"a": "assumed", "q": "quoted", "m": "measured"}
STATUS = {
    "certified": "Certified: the choice is statistically safe and the gap to the bound is small.",
    "optimal": "The search came to its end.",
    "feasible": "Feasible: it keeps budget and promise, but it is not shown to be the best.",
    "stopped": "Stopped early: this is the best plan that was found by then.",
    "infeasible": "No plan keeps both the budget and the promise; see the reasons below.",
}
QUIET = ("certified", "optimal", "feasible")


def describe_plan(run: StoredRun) -> Context:
    """Return the data of a plan's page."""
    decision, currency = run.decision, run.currency
    headline = decision.get("headline") or {}
    days = (run.scenario.get("horizon") or {}).get("days")
    rows = list_evidence(run)
    status = describe_status(run)
    return {
        "kind": "Plan",
        "name": run.name,
        "title": str(run.scenario.get("title") or ""),
        "world": describe_world(run),
        "span": name_span(run),
        "people": tell_people(headline, days),
        "cost": tell_cost(headline, currency),
        "cost_parts": list_cost_parts(headline, currency),
        "buys": tell_evidence(rows),
        "effort_words": tell_effort(decision.get("effort") or []),
        "lead": tell_lead(decision.get("lead_h")),
        "figures": pick_figures(run),
        **describe_staff(decision),
        "effort": describe_effort(decision.get("effort") or []),
        "surge_words": tell_surge(decision.get("surge")),
        "surge": list_surge(_pick_unknown(decision.get("surge"))),
        "evidence": write_rows(rows, currency),
        "pairs": next((write_value(each.pairs) for each in rows if each.pairs), ""),
        "charts": draw_week(run),
        "dots": draw_evidence(rows),
        "risks": [write_risk(risk, currency) for risk in decision.get("risks") or []],
        "events": list_events(run),
        "assumptions": list_assumptions(decision.get("assumptions") or [], currency),
        "status": status,
        "policies": tabulate_policies(run, "This plan"),
        "measures": list_measures(run),
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


def tell_lead(lead_h: Any) -> str:
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


def describe_status(run: StoredRun) -> Context:
    """Return what the search knows of its own result."""
    stored = {**(run.summary.get("plan") or {}), **_pick_status(run.decision)}
    name = str(stored.get("status") or "").lower().replace("_", " ")
    rows = [
        ("Value on fresh draws", _score(stored.get("value"))),
        ("Upper bound of any policy", _score(stored.get("bound"))),
        ("Gap to the bound", _score(stored.get("gap"))),
        ("Way from flat to the bound", write_value(stored.get("way_share"), "share")),
        ("Selection", write_selection(stored.get("selection"))),
    ]
    text = STATUS.get(name, name[:1].upper() + name[1:] + "." if name else "")
    return {
        "name": name,
        "text": text,
        "is_loud": bool(name) and name not in QUIET,
        "rows": [row for row in rows if row[1] != write_value(None)],
        "reasons": [str(each) for each in run.decision.get("reasons") or []],
    }


def _pick_status(decision: Mapping[str, Any]) -> dict[str, Any]:
    names = ("status", "value", "bound", "gap", "selection", "way_share")
    return {name: decision[name] for name in names if decision.get(name) is not None}


def _score(value: Any) -> str:
    return write_number(value, 3) if is_number(value) else write_value(value)


def write_selection(selection: Any) -> str:
    """Write the selection: a probability, or its parts."""
    if is_number(selection):
        return f"{write_value(selection, 'share')} sure that no compared plan is better"
    if isinstance(selection, dict):
        parts = [f"{split_unit(str(k))[0]} {_part(k, v)}" for k, v in selection.items()]
        return ", ".join(parts)
    return write_value(selection)


def _part(key: str, value: Any) -> str:
    is_share = is_number(value) and ("probability" in key or key.endswith("_share"))
    return write_value(value, "share") if is_share else write_value(value)


def describe_simulation(run: StoredRun) -> Context:
    """Return the data of a simulation's page."""
    policy = run.config.get("policy")
    stored = policy.get("name") if isinstance(policy, dict) else policy
    name = str(run.summary.get("policy") or stored or "the policy")
    count = next((each.get("n") for each in (run.summary.get("measures") or {}).values()), None)
    return {
        "kind": "Simulation",
        "name": run.name,
        "title": str(run.scenario.get("title") or ""),
        "world": describe_world(run),
        "span": name_span(run),
        "policy": name_policy(name),
        "replications": write_value(count),
        "figures": pick_figures(run),
        "charts": draw_week(run),
        "measures": list_measures(run),
        "events": list_events(run),
        "status": describe_status(run),
        "policies": tabulate_policies(run, name_policy(name)),
    }


def describe_comparison(run: StoredRun) -> Context:
    """Return the data of a comparison's page."""
    rows = list_comparison(run)
    own = str(run.summary.get("reference") or run.summary.get("policy") or "the first run")
    first = list_evidence(run)
    dots: DotChart | None = draw_key_differences(rows, run.currency)
    charts: list[Chart] = draw_week(run)
    return {
        "kind": "Comparison",
        "name": run.name,
        "title": str(run.scenario.get("title") or ""),
        "world": describe_world(run),
        "span": name_span(run),
        "own": name_policy(own),
        "buys": tell_evidence(first),
        "evidence": write_rows(first, run.currency),
        "differences": group_differences(rows, run.currency),
        "dots": dots,
        "charts": charts,
        "policies": tabulate_policies(run, name_policy(own)),
        "status": describe_status(run),
    }
