"""The page of a plan, as data for its template.

The decision comes first; what it costs, what it buys, the week, what would
break it and what is only assumed follow. Nothing is computed here that is not
in the stored results.

Checked by ``tests/functional/test_report_page.py``.
"""

from collections.abc import Sequence
from typing import Any

from sim.decision.decision import Decision
from sim.decision.evidence import Advantage, Risk, StatedAssumption
from sim.decision.staffing import Headline, RepeatedShift, TopicLevel
from sim.policies.stored_plan import HELP, NO_HELP, is_answer_sentence, is_redress_sentence
from sim.report.calendar import describe_calendar
from sim.report.charts.comparison import (
    draw_evidence,
    format_evidence,
    list_evidence,
    write_rows,
)
from sim.report.charts.week import draw_week
from sim.report.customers import describe_customers
from sim.report.decision import (
    PHASES,
    build_grid,
    format_advantage,
    format_cost,
    format_effort,
    format_people,
    lay_out_effort,
    list_pools,
)
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
from sim.report.pages.glossary import list_glossary
from sim.report.pages.questions import describe_questions
from sim.report.pages.status import describe_status
from sim.report.preparing import describe_preparations
from sim.report.proof import write_promise
from sim.report.run_book import describe_money, describe_run_book
from sim.report.shifts import lay_out_shifts, write_days, write_hour
from sim.report.stored_policy import is_announced
from sim.report.stored_run import StoredRun
from sim.report.surge import format_surge
from sim.report.worse import describe_last, describe_worse

Context = dict[str, Any]
BROKEN = ("The opening hours make the promise impossible", "The promise is not kept")
NO_CAUSE = (
    "The most that was found at this budget; more people in the hours of the event, longer hours "
    "or a smaller promise would keep it."
)
MARKS = {"a": "assumed", "q": "quoted", "m": "measured"}


def describe_plan(run: StoredRun) -> Context:
    """Gather all that a plan's page shows."""
    decision, currency = run.decision, run.currency
    headline = decision.headline
    days = (run.scenario.get("horizon") or {}).get("days")
    rows = list_evidence(run)
    status = describe_status(run)
    answers = describe_questions(decision, currency)
    return {
        "kind": "Plan",
        "name": run.name,
        "title": str(run.scenario.get("title") or ""),
        "world": describe_world(run),
        "span": name_span(run),
        "before": describe_preparations(
            decision.preparations or (), decision.posts or (), currency
        ),
        "people": format_people(headline, days),
        "cost": format_cost(headline, currency),
        "cost_parts": list_cost_parts(headline, currency),
        "buys": format_evidence(rows),
        "advantages": [
            format_advantage(one, headline.budget, currency) for one in decision.advantages or ()
        ],
        "recipe": list_recipe(decision.advantages or ()),
        "customers": describe_customers(decision.customers),
        "worse": describe_worse(run),
        "last_words": describe_last(run) if decision.customers is not None else [],
        "run_book": describe_run_book(decision),
        "money": describe_money(decision.money, currency),
        "promises": list_promises(decision),
        "broken": format_broken(decision),
        "glossary": list_glossary(),
        "figures": pick_figures(run),
        **describe_decision(run),
        "evidence": write_rows(rows, currency),
        "pairs": next((write_value(each.pairs) for each in rows if each.pairs), ""),
        "charts": draw_week(run),
        "extra_charts": [answers["frontier"]["chart"]] if answers["frontier"].get("chart") else [],
        "dots": draw_evidence(rows),
        "risks": [write_risk(risk) for risk in decision.risks],
        "events": list_events(run),
        "calendar": describe_calendar(decision.calendar or ()),
        "assumptions": list_assumptions(decision.assumptions, currency),
        "status": status,
        "questions": answers,
        "policies": tabulate_policies(run, "This plan"),
        "measures": list_measures(run),
    }


def format_broken(decision: Decision) -> list[str]:
    """Say which promise is broken, why, and the most that can be kept; nothing where none is."""
    found = decision.proof.promises if decision.proof is not None else None
    told = []
    for one in found or ():
        if not one.is_kept:
            cause = next((text for text in decision.reasons if text.startswith(BROKEN)), "")
            most = write_value(one.kept, "share", 0)
            asked = write_value(one.asked, "share", 0)
            told.append(
                f"The promise is broken: of weeks with {one.event.replace('_', ' ')} it is kept "
                f"in {most}, asked for in {asked}. {cause or NO_CAUSE}"
            )
    return told


def list_promises(decision: Decision) -> list[str]:
    """Say how often each event's promise is kept."""
    found = decision.proof.promises if decision.proof is not None else None
    return [f"The promise: {write_promise(one)}." for one in found or ()]


def list_recipe(advantages: Sequence[Advantage]) -> str:
    """Say how the tuned benchmark was made; nothing where none was."""
    return next(("; ".join(one.recipe) for one in advantages if one.recipe), "")


def describe_decision(run: StoredRun) -> Context:
    """Describe who works when, doing what: staff, shifts, effort, lead and surge crew."""
    decision = run.decision
    words = format_effort(decision.effort)
    has_lead = len(words) > 1 and is_announced(run.scenario)
    return {
        **describe_staff(decision),
        "effort": describe_effort(decision.effort),
        "effort_words": words,
        "lead": format_lead(decision.lead_h) if has_lead else "",
        "surge_words": format_surge(decision.surge),
        "redress_words": list(filter(is_redress_sentence, decision.order)),
        "answer_words": list(filter(is_answer_sentence, decision.order)),
        "help_words": [text for text in decision.order if HELP.fullmatch(text) or text == NO_HELP],
    }


def describe_staff(decision: Decision) -> Context:
    """Lay out the grids of people by day and hour, all together and per pool, and the shifts."""
    rows, shifts = decision.staff_by_interval, decision.shifts
    pools = list_pools(rows)
    each = [(pool, build_grid(rows, pool)) for pool in pools] if len(pools) > 1 else []
    return {
        "grid": build_grid(rows),
        "pool_grids": [(pool, grid) for pool, grid in each if grid],
        "shift_table": lay_out_shifts(shifts),
        "shifts": [write_shift(shift) for shift in shifts],
    }


def write_shift(shift: RepeatedShift) -> dict[str, str]:
    """Write one shift, ready to show."""
    return {
        "name": shift.name,
        "pool": shift.pool,
        "days": write_days(shift.days),
        "start": write_hour(shift.start),
        "length": write_value(shift.length_h, "h"),
        "agents": write_value(shift.agents),
    }


def describe_effort(effort: Sequence[TopicLevel]) -> Context:
    """Lay out the table of effort levels with what each phase means."""
    phases, rows = lay_out_effort(effort)
    return {"phases": [(phase, PHASES.get(phase, "")) for phase in phases], "rows": rows}


def format_lead(lead_h: float | None) -> str:
    """Say how long before an announced event the phase *ahead* begins."""
    if lead_h is None:
        return ""
    if lead_h == 0:
        return "Nothing changes before an announced event begins."
    return f"\u201cAhead\u201d begins {write_value(lead_h, 'h')} before an announced event."


def list_cost_parts(headline: Headline, currency: str) -> list[tuple[str, str]]:
    """List the parts of the cost, the largest first, if they are stored."""
    found = [(part, cost) for part, cost in headline.cost_parts.items() if is_number(cost)]
    largest_first = sorted(found, key=lambda each: -each[1])
    return [(split_unit(part)[0], write_value(cost, currency, 0)) for part, cost in largest_first]


def write_risk(risk: Risk) -> tuple[str, str]:
    """Write what would break the plan: its text and the satisfaction that is left."""
    return risk.text, write_number(risk.value, 3) if is_number(risk.value) else ""


def list_assumptions(entries: Sequence[StatedAssumption], currency: str) -> list[dict[str, str]]:
    """Write assumptions, ready to show: assumed before quoted before measured, else as given."""
    order = list(MARKS)

    def find_place(entry: StatedAssumption) -> int:
        return order.index(entry.mark) if entry.mark in order else 0

    rows = []
    for entry in sorted(entries, key=find_place):
        words, unit = split_unit(entry.key.rsplit(".", 1)[-1], currency)
        rows.append(
            {
                "key": entry.key,
                "words": words,
                "value": write_value(entry.value, unit),
                "mark": MARKS.get(entry.mark, entry.mark),
                "source": entry.source,
                "matters": write_text(entry.matters),
            }
        )
    return rows
