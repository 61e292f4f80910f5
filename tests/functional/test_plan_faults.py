"""What goes wrong while a plan is made: stopped anywhere, no money, one agent, promises."""

import importlib
import json
import pathlib
import re
import signal

import numpy as np
import pytest
import yaml

import sim
from sim.cli import interrupt, main
from sim.errors import InfeasibleError, InputError
from sim.planning import planner as planning
from sim.planning.agreements import make_cover
from sim.planning.last_decision import lift_budget
from sim.planning.planner import make_plan
from sim.planning.search.budget import check_affordable
from sim.planning.search.limits import Ending
from sim.planning.search.search import Search
from sim.planning.session import Maker, make_cheapest, make_template
from sim.policies.standard import shape_erlang_a
from sim.scenario.build import load_scenario
from sim.scenario.policy_checks import check_policy
from tests.plan_worlds import (
    SMALL_BUDGET,
    SMALL_SHIFTS,
    hasten_bound,
    make_candidate_set,
    make_settings,
    make_small_scenario,
    skip_tuning,
    write_scenario,
)
from tests.worlds import LAUNCH

EVENT = {**LAUNCH, "time_h": 10.0, "topic_share": {"question": 1.0}}
ONE_DAY = {"horizon": {"days": 1}, "surge_crew": {"max_people": 0}}
SCENARIO = make_small_scenario(**ONE_DAY)
BUDGET = SMALL_BUDGET / 2
QUICK = {
    "budget": BUDGET,
    "search_replications": 2,
    "evaluation_replications": 4,
    "choice_replications": 20,
    "keep_promise": False,
}


@pytest.fixture(autouse=True)
def hasty(monkeypatch) -> None:
    hasten_bound(monkeypatch)
    skip_tuning(monkeypatch)


@pytest.fixture
def plan(tmp_path, monkeypatch, capsys):
    """Return what plans a scenario at the command line: exit code, complaint, run folder."""
    monkeypatch.chdir(tmp_path)

    def call(scenario, *args: str) -> tuple[int, str, pathlib.Path]:
        write_scenario(tmp_path / "small.yaml", scenario)
        quick = (
            "planner.search_replications=2",
            "planner.evaluation_replications=3",
            "planner.choice_replications=20",
            "report.page=false",
            "run.workers=1",
            "run.dir=run",
        )
        code = main.run(["plan", "scenario=small.yaml", *quick, *args])
        return code, capsys.readouterr().err, tmp_path / "run"

    return call


class Interrupter:
    """Progress that interrupts once, at the first call with a text."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __call__(self, text: str, done: int, total: int) -> None:
        if text == self.text:
            self.text = ""
            raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("text", "limit_s", "told"),
    [
        ("Comparing the last candidates", 1e-6, "The last choice was interrupted."),
        ("Trying it on new weeks", 600.0, "The evaluation was interrupted"),
    ],
)
def test_ctrl_c_after_the_search_gives_the_plan_marked(text, limit_s, told):
    settings = make_settings(**QUICK, time_limit_s=limit_s, explain=True)
    stopped = make_plan(SCENARIO, settings, 1, 1, Interrupter(text))
    assert stopped.status == "stopped"
    assert any(told in reason for reason in stopped.decision.reasons)
    assert check_policy(SCENARIO, stopped.policy) == []
    assert stopped.runs[0].policy.name == "plan"
    assert len({run.n for run in stopped.runs}) == 1
    assert stopped.decision.levers is None
    reasons = stopped.decision.reasons
    assert any("Further questions were not asked" in reason for reason in reasons)


def test_ctrl_c_in_the_description_gives_the_plan_marked(monkeypatch):
    calls = []

    def interrupt_once(*args):
        calls.append(args)
        if len(calls) == 1:
            raise KeyboardInterrupt
        return []

    monkeypatch.setattr(planning, "list_mixture_risks", interrupt_once)
    stopped = make_plan(SCENARIO, make_settings(**QUICK, time_limit_s=1e-6), 1, 1)
    assert stopped.status == "stopped"
    assert "The description was interrupted." in stopped.decision.reasons
    assert len(set(stopped.decision.reasons)) == len(stopped.decision.reasons)


def test_ctrl_c_at_the_command_line_keeps_a_whole_folder(plan, monkeypatch):
    def stop_once(self, what, done, total):
        if what.startswith("Searching") and not interrupt._requests:
            interrupt.note(signal.SIGINT, None)

    monkeypatch.setattr(interrupt, "_requests", [])
    monkeypatch.setattr("sim.cli.progress.ProgressBar.__call__", stop_once)
    code, err, run = plan(SCENARIO, f"planner.budget={BUDGET}")
    assert code == 130
    assert "kept in run" in err
    summary = json.loads((run / "summary.json").read_text(encoding="utf-8"))
    assert summary["plan"]["status"] == "stopped"
    assert (run / "policy.yaml").is_file()


def test_ctrl_c_in_the_search_begins_no_search_for_the_smallest_budget():
    def press_once(text, done, total):
        if text.startswith("Searching") and not pressed:
            pressed.append(text)
            raise KeyboardInterrupt

    pressed: list[str] = []
    settings = make_settings(**QUICK, objective="cost", target_satisfaction=0.99)
    stopped = make_plan(SCENARIO, settings, 1, 1, press_once)
    assert stopped.status == "stopped"
    reasons = stopped.decision.reasons
    told = next(text for text in reasons if "budget" in text)
    assert told.startswith("No budget was found for a satisfaction of 0.99: the best plan so far")
    assert "looked at 1 budget." in told


def test_ctrl_c_in_the_further_questions_ends_them_all_and_is_told():
    """The plan itself is whole: its status stays."""
    settings = make_settings(**QUICK, frontier_points=3, explain=True)
    found = make_plan(SCENARIO, settings, 1, 1, Interrupter("Looking at other budgets"))
    assert found.status == "feasible"
    assert "cut short" in found.decision.frontier.words
    assert (found.decision.levers, found.decision.flips) == (None, None)
    told = "Further questions were not all answered: they were interrupted."
    assert told in found.decision.reasons


def test_a_budget_that_nobody_set_is_raised_to_what_the_plan_costs():
    maker = Maker(SCENARIO, make_settings(objective="cost", target_satisfaction=0.1), 1, 1, None)
    candidate_set = make_candidate_set(SCENARIO, budget=100.0)
    cheapest = make_cheapest(candidate_set.rosters, make_template(SCENARIO, candidate_set.rosters))
    search = Search(make_candidate_set(SCENARIO, budget=100.0), 4, Ending(), None, cheapest)
    lift_budget(maker, candidate_set, search, 4)
    scoring_rule = candidate_set.scoring_rule
    assert scoring_rule == search.candidate_set.scoring_rule
    seen = cheapest.forget()
    candidate_set.extend([seen], 4)
    assert seen.seen.expected_cost < scoring_rule.budget < 1.1 * seen.seen.expected_cost
    assert len(maker.reasons) == 1
    lift_budget(maker, candidate_set, search, 4)
    assert candidate_set.scoring_rule == scoring_rule
    assert len(maker.reasons) == 1


@pytest.mark.parametrize(
    "step", ["sim.planning.storage.write_json", "sim.report.pages.page.draw_report"]
)
def test_ctrl_c_while_the_plan_is_written_loses_nothing(plan, monkeypatch, step):
    """Also with the page: the search was long, the writing is not."""
    room, name = step.rsplit(".", 1)
    write = getattr(importlib.import_module(room), name)
    pressed = []

    def press_once(*args):
        if not pressed:
            pressed.append(signal.raise_signal(signal.SIGINT))
        return write(*args)

    monkeypatch.setattr(interrupt, "_requests", [])
    monkeypatch.setattr(step, press_once)
    before = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, interrupt.note)
    try:
        more = (f"planner.budget={BUDGET}", "planner.time_limit_s=1e-6", "report.page=true")
        code, err, run = plan(SCENARIO, *more)
    finally:
        signal.signal(signal.SIGINT, before)
    assert pressed
    assert code == 130
    assert err == "interrupted; finished results are kept in run\n"
    assert {"summary.json", "plan.xlsx", "report.html"} <= {one.name for one in run.iterdir()}
    assert [one.name for one in run.parent.iterdir() if one.name.startswith("run")] == ["run"]


@pytest.mark.parametrize("budget", [0, 100])
def test_no_money_tells_how_much_is_enough(plan, budget):
    code, err, run = plan(SCENARIO, f"planner.budget={budget}")
    assert code == 3
    assert f"planner.budget = {budget}: too little to keep one person at work" in err
    assert "smallest change: a budget of " in err
    assert err.count("\n") == 1
    assert not run.exists()


def test_no_budget_is_at_least_what_opens_the_doors(plan):
    """Four customers a day: Erlang A asks for less than somebody at work in every open hour."""
    few = make_small_scenario(
        **ONE_DAY, demand={"base_per_h": 0.2}, promise={"promise_min": 1e6, "target_share": 0.01}
    )
    code, _, run = plan(few, "planner.budget=null", "planner.time_limit_s=1e-6")
    assert code == 0
    reasons = json.loads((run / "decision.json").read_text(encoding="utf-8"))["reasons"]
    told = next(text for text in reasons if "No budget was given" in text)
    assert "the least that keeps one person at work in every open hour" in told


@pytest.mark.parametrize(
    "changes",
    [{"demand": {"base_per_h": 0.0}}, {"topics": {"question": {"actionable_share": 0.0}}}],
)
def test_nobody_to_plan_for_is_bad_input(plan, changes):
    code, err, run = plan(make_small_scenario(**ONE_DAY, **changes), f"planner.budget={BUDGET}")
    assert code == 2
    assert "scenario.demand: no customer who needs a reply arrives in 2 replications" in err
    assert err.count("\n") == 1
    assert not run.exists()


@pytest.mark.parametrize("target", [0, 1])
def test_a_promise_of_none_or_all_is_a_promise(target):
    """Erlang A has no number for all: as near as tells; more for all than for .9."""
    world = load_scenario("telecom_week", [f"promise.target_share={target}"])
    asked = shape_erlang_a(world)
    usual = shape_erlang_a(load_scenario("telecom_week", ["promise.target_share=.9"]))
    assert np.isfinite(asked).all()
    assert (asked >= usual).all() if target else (asked <= usual).all()


def test_a_pool_whose_topics_need_no_reply_is_staffed_by_nobody():
    world = load_scenario(
        "telecom_week",
        [f"topics.{topic}.actionable_share=0" for topic in ("error", "process")],
    )
    wanted = shape_erlang_a(world)
    general, technical = map(world.pool_names.index, ("general", "technical"))
    assert (wanted[:, technical] == 0).all()
    assert wanted[:, general].max() > 0


def test_pools_of_one_take_turns_where_neither_can_be_open_all_day(plan):
    """Shifts of eight hours overlap: one pool of one covers no day, two pools of one do."""
    one = {"limit": 1, "overflow_to": []}
    team = {
        "pools": {
            "general": {"skills": ["question"], **one, "overflow_to": ["second"]},
            "second": {"skills": ["question"], **one, "overflow_to": ["general"]},
        },
        "overflow_min": 5,
        "reference_staff": {"general": [0] * 24, "second": [0] * 24},
    }
    kinds = [{"start_h": start_h, "length_h": 8.0} for start_h in (8.0, 12.0)]
    world = make_small_scenario(**ONE_DAY, team=team, shifts={**SMALL_SHIFTS, "kinds": kinds})
    code, _, run = plan(world, f"planner.budget={BUDGET}", "planner.time_limit_s=1e-6")
    assert code == 0
    staff = yaml.safe_load((run / "policy.yaml").read_text(encoding="utf-8"))["staff"]
    present = np.array([staff["general"], staff["second"]])
    assert (present[:, 8:20].sum(axis=0) >= 1).all()
    assert present.max() == 1
    alone = world.model_copy(update={"team": world.team.model_copy(update={"overflow_min": None})})
    code, err, _ = plan(alone, f"planner.budget={BUDGET}", "run.dir=alone")
    assert code == 3
    assert "no shifts keep one person at work in every open hour" in err
    assert "raise the limit of agents at once in general from 1 to 2" in err


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"seed": -1}, "run.seed = -1: allowed: greater than or equal to 0"),
        ({"seed": 1.5}, "run.seed = 1.5: allowed: a whole number"),
        ({"seed": True}, "run.seed = true: allowed: a whole number"),
        ({"workers": 0}, "run.workers = 0: allowed: greater than or equal to 1"),
        ({"budget": float("nan")}, "planner.budget = nan: allowed: a finite number"),
        ({"seed": np.int64(3), "evaluation_seed": 3}, "must differ from run.seed"),
    ],
)
def test_python_users_are_told_the_same(given, told):
    with pytest.raises(InputError, match=re.escape(told)):
        sim.plan(SCENARIO, **given)
    rest = {key: value for key, value in given.items() if key in ("seed", "workers")}
    if told.startswith("run."):
        with pytest.raises(InputError, match=re.escape(told)):
            sim.simulate(SCENARIO, sim.load_policy("flat", SCENARIO), 1, **rest)


def test_one_agent_is_planned_for(plan):
    """A pool of one: money that nobody can be paid with stays unspent, and is told."""
    team = {
        "pools": {"general": {"skills": ["question"], "limit": 1}},
        "reference_staff": {"general": [1] * 24},
    }
    shifts = {**SMALL_SHIFTS, "open_to_h": 16.0, "kinds": [{"start_h": 8.0, "length_h": 8.0}]}
    one = make_small_scenario(**ONE_DAY, team=team, shifts=shifts)
    code, _, run = plan(
        one,
        "planner.budget=5000",
        "planner.keep_promise=false",
    )
    assert code == 0
    policy = yaml.safe_load((run / "policy.yaml").read_text(encoding="utf-8"))
    assert set(policy["staff"]["general"][8:16]) == {1}
    headline = json.loads((run / "decision.json").read_text(encoding="utf-8"))["headline"]
    assert headline["unspent"] == pytest.approx(5000 - headline["cost"])
    assert headline["cost"] < 500


def test_a_promise_that_nobody_can_keep_tells_what_can_be_kept(plan):
    world = make_small_scenario(
        **ONE_DAY, events={"launch": EVENT}, promise={"target_share": 0.999, "promise_min": 1.0}
    )
    code, err, run = plan(world, f"planner.budget={BUDGET}")
    assert code == 3
    assert "no plan was found that answers 100% within 1 min on the event days" in err
    assert "scenario.promise.target_share = 0." in err.split("Smallest change")[1]
    assert not run.exists()


def test_a_cover_that_is_not_proven_is_not_called_the_cheapest():
    candidate_set = make_candidate_set(SCENARIO, budget=400.0)
    rosters = candidate_set.rosters
    roster = rosters.read(rosters.minimum_coverage.cover) + 1
    for bound, told in ((0.0, "its lower bound is 0"), (rosters.price(roster), None)):
        rosters.minimum_coverage = rosters.minimum_coverage._replace(
            cover=make_cover(rosters, roster, bound)
        )
        cheapest = make_cheapest(rosters, make_template(SCENARIO, rosters))
        with pytest.raises(InfeasibleError) as found:
            check_affordable(candidate_set, cheapest, 2)
        assert (told or "smallest change") in str(found.value)
        assert told or "ruled out" not in str(found.value)
