"""The pages of a simulation and of a comparison, as data for their templates.

Checked by ``tests/functional/test_report_page.py``.
"""

from typing import Any

from sim.report.charts.chart import Chart, DotChart
from sim.report.charts.comparison import (
    format_evidence,
    list_comparison,
    list_evidence,
    name_policy,
    write_rows,
)
from sim.report.charts.week import draw_week
from sim.report.format import (
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
from sim.report.pages.differences import draw_key_differences, group_differences
from sim.report.pages.plan import describe_decision
from sim.report.pages.status import describe_status
from sim.report.stored_run import StoredRun

Context = dict[str, Any]


def describe_simulation(run: StoredRun) -> dict[str, Any]:
    """Gather all that a simulation's page shows."""
    name = run.own or "the policy"
    count = next((each.get("n") for each in (run.summary.get("measures") or {}).values()), None)
    return {
        **describe_decision(run),
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


def describe_comparison(run: StoredRun) -> dict[str, Any]:
    """Gather all that a comparison's page shows."""
    rows = list_comparison(run)
    own = run.own or "the first run"
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
        "buys": format_evidence(first),
        "evidence": write_rows(first, run.currency),
        "differences": group_differences(rows, run.currency),
        "dots": dots,
        "charts": charts,
        "policies": tabulate_policies(run, name_policy(own)),
        "status": describe_status(run),
    }
