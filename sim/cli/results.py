"""What a finished run tells on the screen, read from its folder.

Checked by ``tests/functional/test_cli_output.py``.
"""

import pathlib
from collections.abc import Callable
from typing import Any

from sim.cli.options import Options
from sim.cli.terminal import lay_out, say, say_object, say_title

SHOWN = (
    "satisfaction",
    "csat",
    "answered_within_promise_share",
    "answered_share",
    "first_reply_min_p50",
    "abandoned_share",
    "resolved_share",
    "utilization",
    "staffed_h",
    "overtime_h",
    "cost",
)

# Which file of a run folder is its result, by what made it.
RESULTS = ("review.json", "forecast.json", "fit.json", "summary.json")


def describe_result(folder: pathlib.Path) -> dict[str, Any]:
    """Describe a run as one object: where it is, its page, and the file that is its result.

    The keys are those of summary.json, fit.json, forecast.json or review.json, with ``folder``
    and ``report`` (null without a page).
    """
    from sim.store.text import read_json

    paths = (folder / name for name in RESULTS)
    found: dict[str, Any] = next((read_json(path) for path in paths if path.is_file()), {})
    page = folder / "report.html"
    place = {"folder": str(folder), "report": str(page) if page.is_file() else None}
    return {"schema": 1, **found, **place}


def tell_result(options: Options, folder: pathlib.Path, show: Callable[[], None]) -> None:
    """Tell a result in lines, or as one object where that is asked for."""
    if options.wants_object:
        say_object(describe_result(folder))
    else:
        show()


def print_run(folder: pathlib.Path, job: dict[str, Any]) -> None:
    """Print the measures of a run, the standard policies beside a plan, and where it is."""
    from sim.demand.recorded import format_recorded
    from sim.store.text import read_json

    if job["scenario"].demand.replay is not None:
        say(format_recorded(job["scenario"]))
    summary = read_json(folder / "summary.json")
    currency: str = job["scenario"].currency
    plan = summary.get("plan") or {}
    if plan:
        say_title(format_plan(plan))
        print_cut_short(folder)
        print_advantages(folder)
    say(lay_out(list_measures(summary.get("measures") or {}, currency)))
    stopped = summary.get("stopped")
    if stopped:
        say(f"Stopped after {stopped['finished']} of {stopped['wanted']} replications.")
    policies = summary.get("policies") or {}
    if len(policies) > 1:
        say()
        say_title("Satisfaction and cost beside the other policies")
        say(lay_out(list_policies(policies, currency)))
    say()
    print_place(folder)


def print_calibration(folder: pathlib.Path, job: dict[str, Any]) -> None:
    """Print what the history gave and where the scenario is."""
    from sim.report.pages.calibration import format_fit, format_left_out
    from sim.store.text import read_json

    fit = read_json(folder / "fit.json")
    for line in [*format_fit(fit), *format_left_out(fit)]:
        say(line)
    say(f"Scenario: {folder / 'scenario.yaml'}")
    print_place(folder)


def print_forecast(folder: pathlib.Path, job: dict[str, Any]) -> None:
    """Print whether the history is good enough to plan on, the weeks, and where all of it is."""
    from sim.report.pages.forecast import list_spans
    from sim.store.text import read_json

    found = read_json(folder / "forecast.json")
    for line in found["told"]:
        say(line)
    rows = list_spans(found, "weeks") or list_spans(found, "days")
    say_title("Mentions, median and 80 % band")
    say(lay_out([(row["when"], row["median"], row["band_80"]) for row in rows]))
    print_place(folder)


def print_review(folder: pathlib.Path, job: dict[str, Any]) -> None:
    """Print what a week was like beside its plan, and where all of it is."""
    from sim.store.text import read_json

    for line in read_json(folder / "review.json")["told"]:
        say(line)
    print_place(folder)


def print_comparison(folder: pathlib.Path) -> None:
    """Print how satisfaction and cost of the first run differ from each other's."""
    from sim.report.charts.comparison import list_evidence, write_rows
    from sim.report.stored_run import read_run_folder

    compared = read_run_folder(folder)
    rows = write_rows(list_evidence(compared), compared.currency)
    if rows:
        say_title("First run less the other: satisfaction, cost")
        keys = ("policy", "difference", "interval", "cost")
        say(lay_out([tuple(make_plain(row[key]) for key in keys) for row in rows]))
        say()
    print_place(folder)


def print_advantages(folder: pathlib.Path) -> None:
    """Say what a plan is ahead of tuned Erlang A and of the roster of today by."""
    from sim.decision.decision import read_decision
    from sim.report.decision import format_advantage
    from sim.store.text import read_json

    path = folder / "decision.json"
    decision = read_decision(read_json(path) if path.is_file() else {}, path)
    headline = decision.headline
    for one in decision.advantages or ():
        say(make_plain(format_advantage(one, headline.budget, headline.currency)))
    if decision.advantages:
        say()


def format_plan(plan: dict[str, Any]) -> str:
    """The plan's status on one line."""
    words = [f"Plan: {plan.get('status', 'found')}"]
    for key in ("value", "bound", "gap"):
        if isinstance(plan.get(key), int | float):
            words.append(f"{key} {plan[key]:.4f}")
    return ", ".join(words)


def print_cut_short(folder: pathlib.Path) -> None:
    """Say that a plan's search was cut short and by what, or its promise is out of reach."""
    from sim.decision.decision import read_decision
    from sim.report.pages.status import format_cut, format_out_of_hours
    from sim.store.text import read_json

    path = folder / "decision.json"
    decision = read_decision(read_json(path) if path.is_file() else {}, path)
    for line in filter(None, (format_cut(decision), format_out_of_hours(decision))):
        say(line)


def list_measures(measures: dict[str, Any], currency: str) -> list[tuple[str, ...]]:
    """Name, mean and interval of the measures that are shown."""
    from sim.report.measure_names import name_measure

    return [
        (name_measure(key), *write_cells(key, measures[key], currency))
        for key in SHOWN
        if key in measures
    ]


def list_policies(policies: dict[str, Any], currency: str) -> list[tuple[str, ...]]:
    """Name, satisfaction with its interval, and cost of each policy."""
    return [
        (
            name,
            *write_cells("satisfaction", measures["satisfaction"], currency),
            write_cells("cost", measures["cost"], currency)[0],
        )
        for name, measures in policies.items()
        if "satisfaction" in measures and "cost" in measures
    ]


def write_cells(key: str, measure: dict[str, Any], currency: str) -> tuple[str, str]:
    """A mean and its 95 % interval in brackets, in plain letters."""
    from sim.report.measure_names import write_measure, write_measure_interval

    span = make_plain(write_measure_interval(key, measure, currency))
    return make_plain(write_measure(key, measure, currency)), f"({span})" if span != "-" else ""


def make_plain(text: str) -> str:
    """Text with ordinary blanks, dashes and minus signs."""
    return text.replace("\u00a0", " ").replace("\u2212", "-").replace("\u2013", "-")


def print_place(folder: pathlib.Path) -> None:
    """Say where the results and the page are."""
    page = folder / "report.html"
    if page.is_file():
        say(f"Report: {page}")
    say(f"Results: {folder}")
