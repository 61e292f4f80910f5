"""A plan that a limit stopped says so first: on the terminal and at the top of the page."""

import json
import pathlib

import pytest
from report_folders import read

from sim.cli.results import format_plan, print_cut_short
from sim.report.pages.status import describe_status, format_cut
from sim.report.stored_run import StoredRun

BY_TIME = "The search was stopped by its time limit of 1 s."
BY_COUNT = "The search for the smallest budget was stopped by its limit of 200 replications."


@pytest.mark.parametrize("reason", [BY_TIME, BY_COUNT])
def test_what_stopped_a_plan_is_told_at_the_top(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str], reason: str
) -> None:
    decision = {"status": "stopped", "reasons": ["No budget was given.", reason]}
    (tmp_path / "decision.json").write_text(json.dumps(decision), encoding="utf-8")
    print_cut_short(tmp_path)
    line = f"Stopped early: this is the best plan that was found by then. {reason}"
    assert " ".join(capsys.readouterr().out.split()) == line
    assert format_plan(decision) == "Plan: stopped"
    page = describe_status(StoredRun(tmp_path, "plan", decision=read(decision)))
    assert page["is_loud"]
    assert page["text"] == line
    assert page["reasons"] == ["No budget was given."]


def test_a_search_that_came_to_its_end_says_nothing(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    decision = {"status": "feasible", "reasons": ["Nothing was cut."]}
    assert format_cut(read(decision)) == ""
    print_cut_short(tmp_path)
    assert capsys.readouterr().out == ""
