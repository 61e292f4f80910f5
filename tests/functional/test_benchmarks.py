"""What a plan is held against: tuned Erlang A, today's roster, and what rules and roster add.

Second roads: Erlang A brought to the budget by itself, a list of rules played one by one, a
roster that is a standard policy's, sums that must come out.
"""

import csv
import dataclasses
import json
import pathlib

import numpy as np
import openpyxl
import pytest

import sim
from sim.cli import main
from sim.planning.analysis.advantages import put_roster, weigh_advantage
from sim.planning.benchmarks import tuned
from sim.planning.benchmarks.choice import open_settling
from sim.planning.evaluation.evaluator import Evaluator
from sim.planning.search.budget import balance
from sim.policies.standard import make_standard_policy
from sim.report.decision import format_advantage
from sim.store.text import write_csv
from tests.plan_worlds import (
    BUDGET,
    SMALL_BUDGET,
    WITH_LAUNCH,
    hasten_bound,
    make_refund_day,
    make_small_scenario,
    write_scenario,
)
from tests.worlds import make_scenario

SMALL = make_small_scenario()
N = 4


@pytest.fixture(scope="module")
def tuning():
    """Return the draws on which Erlang A was tuned, and what came out."""
    candidate_set = open_settling(SMALL, SMALL_BUDGET)
    return candidate_set, tuned.tune(candidate_set, N)


def test_tuned_erlang_a_is_at_least_erlang_a_on_its_draws_and_within_the_budget(tuning):
    _, found = tuning
    again = open_settling(SMALL, SMALL_BUDGET)
    plain = next(one for one in tuned.lay_bases(again, N) if one.label == "erlang_a")
    alone = balance(again, plain, N)
    assert found.seen.take(N).value.mean() >= alone.seen.take(N).value.mean()
    assert 0.9 * SMALL_BUDGET <= found.seen.take(N).expected_cost <= SMALL_BUDGET  # few shifts
    assert found.label == found.policy.name == "tuned_erlang_a"


def test_the_list_holds_what_it_says():
    """Four shapes, given and in either pool, three orders, four levels, crew or none: each once."""
    scenario = make_scenario(**WITH_LAUNCH)
    candidate_set = open_settling(scenario, BUDGET)
    bases = tuned.lay_bases(candidate_set, 2)
    listed = [one for base in bases for one in tuned.list_rules(scenario, base)]
    assert len(bases) == 12
    assert len({one.policy.model_dump_json() for one in listed}) == len(listed) == 432
    pooled = [one for one in listed if tuned.ALL_IN in one.label]
    assert len(pooled) == 288
    assert all(sum(map(sum, one.policy.staff.values())) > 0 for one in listed)
    worked = [sum(map(any, one.policy.staff.values())) for one in pooled]
    assert worked == [1] * 288


def test_what_is_tuned_is_what_the_best_of_the_list_gives(tuning):
    """Each of the list played at the budget: none of those that were kept is better."""
    candidate_set, found = tuning
    base = next(one for one in tuned.lay_bases(candidate_set, N) if one.label == found.trail[0])
    same = [one for one in tuned.list_rules(SMALL, base) if one.trail == found.trail]
    assert len(same) == 1
    rules = ("effort", "priority", "surge", "lead_h")
    assert all(getattr(same[0].policy, one) == getattr(found.policy, one) for one in rules)
    others = [balance(candidate_set, one, N) for one in tuned.list_rules(SMALL, base)]
    values = [one.seen.take(N).value.mean() for one in others if one is not None]
    assert found.seen.take(N).value.mean() >= np.median(values)


def test_rules_and_roster_add_up_and_each_is_nothing_where_it_is_the_same():
    evaluator = Evaluator(SMALL, 5)
    flat, peaky = (make_standard_policy("flat", SMALL, wages) for wages in (2000.0, 1600.0))
    brief = flat.model_copy(update={"effort": {
        topic: dict.fromkeys(row, "brief") for topic, row in flat.effort.items()}})  # fmt: skip
    plan = put_roster(SMALL, brief, peaky)

    def weigh(one, other):
        return weigh_advantage(evaluator, one, other, 2500.0, (), 6)

    both, same_roster, same_rules = weigh(plan, flat), weigh(brief, flat), weigh(peaky, flat)
    assert both.difference == pytest.approx(both.configuration + both.roster, abs=1e-12)
    seen = [evaluator.play(one, 0, 6).satisfaction.mean() for one in (plan, flat, brief, peaky)]
    assert both.difference == pytest.approx(seen[0] - seen[1], abs=1e-12)
    assert both.plan_rules_on_its_roster == pytest.approx(seen[2], abs=1e-12)
    assert both.its_rules_on_plan_roster == pytest.approx(seen[3], abs=1e-12)
    assert both.roster == pytest.approx((seen[3] - seen[1] + seen[0] - seen[2]) / 2, abs=1e-12)
    assert (same_roster.roster, same_rules.configuration) == (0.0, 0.0)
    assert same_roster.configuration == same_roster.difference != 0.0
    assert same_rules.roster == same_rules.difference != 0.0
    assert both.cost_less_budget == pytest.approx(both.cost - 2500.0)


def test_the_sentence_tells_what_is_not_at_equal_cost():
    found = weigh_advantage(
        Evaluator(SMALL, 5), *[make_standard_policy("flat", SMALL, 2000.0)] * 2, 2500.0, (), 3
    )
    dearer = dataclasses.replace(
        found, policy="current", difference=0.03, ci_low=0.02, ci_high=0.04,
        configuration=0.04, roster=-0.01, cost_less_budget=120.0, cost_difference=-130.0,
    )  # fmt: skip
    told = format_advantage(dearer, 2500.0, "USD").replace("\u00a0", " ")
    start = "30 (20 to 40) more satisfied customers of 1,000 than your roster of today,"
    assert told.startswith(start)
    assert "which costs 120 USD more than the budget" in told
    assert "40 (" in told
    equal = dataclasses.replace(dearer, policy="tuned_erlang_a", cost_difference=10.0, ci_low=-0.01)
    told = format_advantage(equal, 2500.0, "USD")
    assert told.startswith("No difference shown from tuned Erlang-A")
    assert "at equal cost" in told


@pytest.fixture(scope="module")
def planned(tmp_path_factory) -> pathlib.Path:
    """Return the folder of a plan beside a roster of today, which is flat staff as a CSV."""
    root = tmp_path_factory.mktemp("beside")
    flat = make_standard_policy("flat", SMALL, 1600.0)
    rows = [(one.day + 1, one.start_h, one.length_h, one.agents) for one in flat.shifts]
    write_csv(root / "today.csv", ("day", "start", "length", "agents"), rows)
    write_scenario(root / "small.yaml", SMALL)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        hasten_bound(patch)
        code = main.run([
            "plan", "scenario=small.yaml", f"planner.budget={SMALL_BUDGET}",
            "planner.current=today.csv", "planner.search_replications=3",
            "planner.time_limit_s=1e-6", "planner.evaluation_replications=5",
            "planner.choice_replications=20", "run.dir=found", "run.workers=1",
        ])  # fmt: skip
    assert code == 0
    return root


def test_a_plan_stands_beside_today_s_roster_as_it_is(planned):
    decision = json.loads((planned / "found" / "decision.json").read_text(encoding="utf-8"))
    rows = {row["policy"]: row for row in decision["evidence"]}
    flat = make_standard_policy("flat", SMALL, 1600.0)
    seen = Evaluator(SMALL, 1001).play(flat, 0, 5)
    assert rows["current"]["cost"] == pytest.approx(seen.cost.mean())
    own = sim.read_run(planned / "found").summary["satisfaction"].mean
    gain = rows["current"]["satisfaction_difference"]
    assert gain == pytest.approx(own - seen.satisfaction.mean())
    today = next(one for one in decision["advantages"] if one["policy"] == "current")
    assert today["difference"] == pytest.approx(gain)
    assert today["cost_less_budget"] == pytest.approx(seen.cost.mean() - SMALL_BUDGET)
    summary = json.loads((planned / "found" / "summary.json").read_text(encoding="utf-8"))
    assert summary["plan"]["advantages"] == decision["advantages"]


def test_the_first_lines_of_the_page_tell_it(planned):
    page = (planned / "found" / "report.html").read_text(encoding="utf-8")
    assert "your roster of today, which costs" in page
    assert page.index("your roster of today") < page.index("What it costs")


@pytest.mark.parametrize(("arguments", "words"), [
    (["plan", "planner.current=tody.csv"], "planner.current = tody.csv: no such file or folder; "
     "allowed: a CSV of people on duty, a policy.yaml, a run's folder; did you mean today.csv?"),
    (["plan", "planner.current=small.yaml"], "planner.current = small.yaml: has no `staff`"),
    (["simulate", "policy=current"], "policy=current: needs a roster; allowed: planner.current="),
    (["simulate", "policy=tody.csv"], "policy=tody.csv: no such file; did you mean today.csv?"),
    (["simulate", "policy=flat", "policy.roster=today.csv"], "policy.roster = today.csv: allowed: "
     "only with policy.name = current"),
])  # fmt: skip
def test_a_roster_that_is_not_there_is_told_in_a_line(
    planned, monkeypatch, capsys, arguments, words
):
    monkeypatch.chdir(planned)
    code = main.run([arguments[0], "scenario=small.yaml", *arguments[1:]])
    assert code == 2
    assert words in " ".join(capsys.readouterr().err.split())


def test_simulate_takes_it_as_a_policy_by_each_name(planned, monkeypatch):
    monkeypatch.chdir(planned)
    common = ("scenario=small.yaml", "run.replications=3", "report.page=false")
    book = openpyxl.Workbook()
    for row in csv.reader((planned / "today.csv").read_text(encoding="utf-8").splitlines()):
        book.worksheets[0].append([int(cell) if cell.isdigit() else cell for cell in row])
    book.save(planned / "today.xlsx")
    for name, own in (("a", ["policy=today.csv"]),
                      ("b", ["policy=current", "planner.current=today.csv"]),
                      ("c", ["policy=today.xlsx"])):  # fmt: skip
        assert main.run(["simulate", *common, *own, f"run.dir={name}"]) == 0
    one, *others = (sim.read_run(planned / name) for name in ("a", "b", "c"))
    for other in others:
        assert (one.replications["satisfaction"] == other.replications["satisfaction"]).all()
    assert "today.csv" in (planned / "a" / "config.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(("unit_cost", "redress"), [(0.3, "refund"), (0.8, None)])
def test_tuned_erlang_a_gives_redress_where_it_pays(unit_cost, redress):
    """Else part of a plan's lead would be redress that the other was not allowed."""
    world = make_refund_day(unit_cost)
    found = tuned.tune(open_settling(world, SMALL_BUDGET), 8)
    given = found.policy.redress.get("question", {})
    assert set(given.values()) == ({redress} if redress else set())
    assert ("redress by cause" in found.trail[-1]) == (redress is not None)
