"""What a finished run tells on the screen, read from its folder.

Checked by ``tests/functional/test_cli_output.py``.
"""

import pathlib
from typing import Any

from sim.cli.terminal import lay_out, say, say_title

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
    "cost",
)


def tell_run(folder: pathlib.Path) -> None:
    """Tell the measures of a run, the standard policies beside a plan, and where it is."""
    from sim.store.text import read_json

    summary = read_json(folder / "summary.json")
    plan = summary.get("plan") or {}
    if plan:
        say_title(tell_plan(plan))
    say(lay_out(list_measures(summary.get("measures") or {})))
    policies = summary.get("policies") or {}
    if len(policies) > 1:
        say()
        say_title("Satisfaction and cost beside the standard policies")
        say(lay_out(list_policies(policies)))
    say()
    tell_place(folder)


def tell_calibration(folder: pathlib.Path) -> None:
    """Tell what the history gave and where the scenario is."""
    from sim.report.calibrate_page import tell_fit
    from sim.store.text import read_json

    for line in tell_fit(read_json(folder / "fit.json")):
        say(line)
    say(f"Scenario: {folder / 'scenario.yaml'}")
    tell_place(folder)


def tell_plan(plan: dict[str, Any]) -> str:
    """Return the plan's status on one line."""
    words = [f"Plan: {plan.get('status', 'found')}"]
    for key in ("value", "bound", "gap"):
        if isinstance(plan.get(key), int | float):
            words.append(f"{key} {plan[key]:.4f}")
    return ", ".join(words)


def list_measures(measures: dict[str, Any]) -> list[tuple[str, ...]]:
    """Return name, mean and interval of the measures that are shown."""
    return [
        (name.replace("_", " "), write_mean(measures[name]), write_span(measures[name]))
        for name in SHOWN
        if name in measures
    ]


def list_policies(policies: dict[str, Any]) -> list[tuple[str, ...]]:
    """Return name, satisfaction and cost of each policy."""
    rows: list[tuple[str, ...]] = []
    for name, measures in policies.items():
        cells = [measures[key] for key in ("satisfaction", "cost") if key in measures]
        if len(cells) == 2:
            rows.append((name, write_mean(cells[0]), write_span(cells[0]), write_mean(cells[1])))
    return rows


def write_mean(measure: dict[str, Any]) -> str:
    """Return a mean with its unit in plain letters."""
    from sim.report.words import write_value

    return make_plain(write_value(measure.get("mean"), str(measure.get("unit") or "")))


def write_span(measure: dict[str, Any]) -> str:
    """Return a 95 % interval in brackets, or nothing."""
    from sim.report.words import is_number, write_interval

    low, high = measure.get("ci_low"), measure.get("ci_high")
    if not (is_number(low) and is_number(high)):
        return ""
    return f"({make_plain(write_interval(low, high, str(measure.get('unit') or '')))})"


def make_plain(text: str) -> str:
    """Return text with ordinary blanks, dashes and minus signs."""
    return text.replace("\u00a0", " ").replace("\u2212", "-").replace("\u2013", "-")


def tell_place(folder: pathlib.Path) -> None:
    """Say where the results and the page are."""
    page = folder / "report.html"
    if page.is_file():
        say(f"Report: {page}")
    say(f"Results: {folder}")
