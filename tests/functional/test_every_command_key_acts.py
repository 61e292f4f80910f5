"""Every documented key of a command changes something that a user sees.

What `test_every_key_acts.py` asks of scenario and policy is asked here of the rest of the data
dictionary: planner, agreed shifts, run, report, calibrate, a standard policy, shifts, a replayed
history. Each key is set to another value in a small world where it should matter. What only
repeats the setting (`selection.delta`, `replications_of_a_decision`) is not looked at, so a key
that is read, stored and then ignored fails; so does a new key that has no line here. A plan's
search is made once, or is cut short at once where the key acts before or after it.
"""

import copy
import functools
import json
import pathlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pytest

import sim
from sim import calibration
from sim.calibration import calibrate_config
from sim.care.reference import engine as reference
from sim.cli import main
from sim.cli.main import BAD_INPUT
from sim.compose import compose_config
from sim.errors import InfeasibleError, InputError
from sim.planning import last_decision, planner
from sim.planning.analysis import questions
from sim.planning.benchmarks.choice import policy_of_choice
from sim.planning.decision import list_shifts
from sim.planning.planner import Plan, make_plan
from sim.planning.search.moves import set_levels
from sim.planning.search.search import Search
from sim.policies.standard import make_standard_policy
from sim.report.pages import page, paper
from sim.report.workbook import workbook
from sim.rostering.persons import lay_persons
from sim.rostering.policy_shifts import count_employees
from sim.running import replicate
from sim.scenario import kinds, parts, policy, settings
from sim.scenario.build import build_scenario
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy
from sim.store.tables import read_table
from sim.store.text import write_csv, write_yaml
from tests.functional import test_every_key_acts as scenario_keys
from tests.functional import test_forecast, test_review
from tests.plan_worlds import (
    SMALL_SHIFTS,
    hasten_bound,
    make_settings,
    make_small_scenario,
    skip_tuning,
    write_scenario,
)
from tests.unit.test_compose_dictionary import HEADINGS
from tests.worlds import LAUNCH, PHASES, make_policy, merge

Look = Callable[[Any], Any]
BUDGET = 900.0
POOLS = {name: {"skills": ["question"], "limit": 20} for name in ("general", "other")}
EVENT = {**LAUNCH, "time_h": 10.0, "topic_share": {"question": 1.0}}


def make_day(days: int = 1, **changes: Any) -> Scenario:
    """Return days of one topic in two pools that both answer it, with a launch in the first."""
    world = {"horizon": {"days": days}, "demand": {"base_per_h": 8.0}, "events": {"launch": EVENT}}
    world |= {"surge_crew": {"max_people": 0}, "promise": {"target_share": 0.99}}
    return make_small_scenario(**merge(world | {"team": {"pools": POOLS}}, changes))


DAY = make_day()
CUT = {"effort_replications": 1}
"""The search ends before its first step: what is agreed and asked acts all the same."""


class Line(NamedTuple):
    """Another value of a key of the planner, and what a user sees change."""

    value: Any
    look: Look
    common: dict[str, Any] = {}
    searched: bool = False
    """It acts when the search is over: the one search that was made will do."""
    more: dict[str, Any] = {}
    """What comes with the other value."""


def list_people(plan: Plan) -> Any:
    return [(one.day, one.start_h, one.pool, one.agents) for one in plan.policy.shifts]


def see_choice(plan: Plan) -> Any:
    return plan.decision.selection.replications, plan.decision.selection.met


def see_frontier(plan: Plan) -> Any:
    found = plan.decision.frontier
    return found and [point.budget for point in found.points]


def tells(words: str) -> Look:
    return lambda plan: any(words in text for text in plan.decision.reasons)


FROM_EARLIER = {**CUT, "earlier": "plan.yaml", "budget": 700.0}
FOR_TARGET = {**CUT, "objective": "cost", "target_satisfaction": 0.5}
PIN = {"day": 0, "shift": "08:00-16:00", "pool": "general"}
PLANNER: dict[str, Line] = {
    "budget": Line(1200.0, list_people),
    "keep_promise": Line(True, tells("The promise is not kept"), CUT),
    "sentiment_weight": Line(0.5, lambda plan: plan.value.mean, CUT),
    "gap_tol": Line(1e-9, lambda plan: plan.status, {"delta": 0.5}, True),
    "delta": Line(0.5, see_choice, searched=True),
    "alpha_selection": Line(0.9, see_choice, searched=True),
    "choice_replications": Line(400, see_choice, searched=True),
    "search_replications": Line(3, lambda plan: plan.decision.search.replications_played, CUT),
    "evaluation_replications": Line(5, lambda plan: plan.value.n, searched=True),
    "evaluation_seed": Line(77, lambda plan: plan.value.mean, searched=True),
    "time_limit_s": Line(1e-6, lambda plan: plan.status),
    "effort_replications": Line(1, lambda plan: plan.status),
    "pins": Line([{**PIN, "pool": "other", "at_least": 1}], list_people, CUT),
    "earlier": Line("plan.yaml", lambda plan: plan.policy.effort, CUT),
    "current": Line("plan.yaml", lambda plan: [run.policy.name for run in plan.runs], CUT),
    "changes_at_most": Line(0, list_people, FROM_EARLIER),
    "now_h": Line(9.0, list_people, FROM_EARLIER),
    "scenarios": Line({"day.yaml": 0.5, "busy.yaml": 0.5}, lambda plan: plan.value.mean, CUT),
    "objective": Line("cost", lambda plan: plan.decision.headline.budget, CUT)._replace(
        more={"target_satisfaction": 0.5}
    ),
    "target_satisfaction": Line(0.9, tells("No budget was found"), FOR_TARGET),
    "frontier_points": Line(2, see_frontier, searched=True),
    "frontier_span": Line(0.2, see_frontier, {"frontier_points": 2}, True),
    "worth_per_1000": Line(
        9.0, lambda plan: plan.decision.frontier.words.split()[0], {"frontier_points": 2}, True
    ),
    "explain": Line(True, lambda plan: (plan.decision.levers, plan.decision.flips), searched=True),
}
PINS: dict[str, tuple[dict[str, Any], Any]] = {
    "day": ({**PIN, "at_least": 3}, 1),
    "shift": ({**PIN, "at_least": 3}, "12:00-20:00"),
    "pool": ({**PIN, "at_least": 3}, "other"),
    "at_least": ({**PIN, "at_least": 3}, 4),
    "at_most": ({**PIN, "shift": "15:00-20:00", "at_most": 5}, 0),
    "exactly": ({**PIN, "exactly": 2}, 4),
}


class Searched(NamedTuple):
    """A plan whose search went to its end, and that search."""

    plan: Plan
    search: Search


def search_little(search: Search, template: Policy, labor_cost: float) -> None:
    """Search only for the best shape of the staff."""
    search.tick("shapes")
    laid = search.lay_shapes(template, labor_cost, standard=True)
    best = search.candidate_set.rank(laid, search.n)[0]
    search.keep(best)
    search.price_money(best)


@pytest.fixture(scope="module", autouse=True)
def light(tmp_path_factory: pytest.TempPathFactory) -> Iterator[pytest.MonkeyPatch]:
    """Leave out what no key here is about; stay in a folder with scenarios."""
    folder = tmp_path_factory.mktemp("keys")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        hasten_bound(patch)
        skip_tuning(patch)
        patch.setattr(Search, "run", search_little)
        for name in ("make_independent", "make_framed"):
            patch.setattr(last_decision, name, lambda *_: [])
        for name in (
            "list_mixture_risks",
            "price_hours",
            "format_unreachable",
        ):
            patch.setattr(planner, name, lambda *_: [])
        patch.setattr(questions, "list_alternatives", lambda *_: [])
        patch.setattr(questions, "weigh_levers", lambda *_: "what each lever adds")
        patch.setattr(questions, "screen_assumptions", lambda *_: "what would change it")
        write_scenario(folder / "day.yaml", DAY)
        write_yaml(folder / "own.yaml", make_policy(DAY).model_dump(mode="json"))
        write_histories(folder)
        write_scenario(folder / "busy.yaml", make_day(name="busy", demand={"base_per_h": 30.0}))
        yield patch


@pytest.fixture(scope="module")
def whole(light: pytest.MonkeyPatch) -> Searched:
    """Return a plan and its search, which has found the plan and one with brief replies.

    That one is the earlier plan and today's roster, too.
    """
    kept: list[Search] = []
    search_plan = planner.run_search

    def keep(*args: Any) -> Search:
        search = search_plan(*args)
        policy = set_levels(search.best.policy, [("question", phase) for phase in PHASES], "brief")
        search.ways = [replace(search.best, policy=policy, outcomes=None)]
        search.candidate_set.extend(search.ways, search.n)
        write_yaml(pathlib.Path("plan.yaml"), policy.model_dump(mode="json"))
        kept.append(search)
        return search

    light.setattr(planner, "run_search", keep)
    made = make(DAY)
    light.setattr(planner, "run_search", search_plan)
    return Searched(made, kept[0])


def make(world: Scenario, workers: int = 1, **settings: Any) -> Plan:
    quick: dict[str, Any] = {"budget": BUDGET, "keep_promise": False, "choice_replications": 40}
    quick |= {"search_replications": 2, "evaluation_replications": 4}
    return make_plan(world, make_settings(**quick | settings), 1, workers)


def see(look: Look, world: Scenario, **settings: Any) -> Any:
    """Return what a user sees of a plan, or that there is none."""
    try:
        return look(make(world, **settings))
    except InfeasibleError:
        return "refused"


@pytest.mark.parametrize("key", PLANNER)
def test_a_key_of_the_planner_acts(key: str, whole: Searched, monkeypatch: Any) -> None:
    line = PLANNER[key]
    if line.searched:
        monkeypatch.setattr(planner, "run_search", lambda *_: copy.copy(whole.search))
    plain = not line.common
    before = line.look(whole.plan) if plain else see(line.look, DAY, **line.common)
    after = see(line.look, DAY, **{**line.common, key: line.value, **line.more})
    assert after != before


@pytest.mark.parametrize("key", PINS)
def test_a_key_of_an_agreed_shift_acts(key: str) -> None:
    pin, value = PINS[key]
    days = make_day(2)
    seen = [
        see(list_people, days, **CUT, budget=4000.0, pins=[one])
        for one in (pin, {**pin, key: value})
    ]
    assert seen[0] != seen[1]
    assert seen[0] != "refused"


def simulate(name: str, *more: str) -> pathlib.Path:
    """Play the day at the command line; return the run's folder."""
    args = ["scenario=day.yaml", "policy=own.yaml", "run.replications=3", "report.page=false"]
    assert main.run(["simulate", *args, "run.workers=1", f"run.dir={name}", *more]) == 0
    return pathlib.Path(name)


def read_rows(folder: pathlib.Path) -> bytes:
    return (folder / "replications.parquet").read_bytes()


@pytest.fixture(scope="module")
def day(light: pytest.MonkeyPatch) -> pathlib.Path:
    return simulate("day")


def test_run_replications(day: pathlib.Path) -> None:
    assert sim.read_run(day).replications["replication"].tolist() == [0, 1, 2]
    found = sim.read_run(simulate("two", "run.replications=2")).replications
    assert found["replication"].tolist() == [0, 1]


def test_run_seed(day: pathlib.Path) -> None:
    seen = [sim.read_run(place).replications for place in (day, simulate("seed", "run.seed=2"))]
    assert seen[0]["mentions"].tolist() != seen[1]["mentions"].tolist()


def test_run_engine(day: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The readable engine plays, and writes the same bytes."""
    played = []
    run_reference = reference.run_reference
    monkeypatch.setattr(
        reference, "run_reference", lambda *args: played.append(1) or run_reference(*args)
    )
    assert read_rows(simulate("simpy", "run.engine=simpy")) == read_rows(day)
    assert len(played) == 3


def test_run_workers(day: pathlib.Path, whole: Searched, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many threads, where one needs none; the same bytes, and the same plan."""
    counts = []

    class Pool(replicate.ThreadPoolExecutor):
        def __init__(self, count: int) -> None:
            counts.append(count)
            super().__init__(count)

    monkeypatch.setattr(replicate, "ThreadPoolExecutor", Pool)
    assert read_rows(simulate("one", "run.workers=1")) == read_rows(day)
    assert counts == []
    assert read_rows(simulate("three", "run.workers=3")) == read_rows(day)
    assert counts == [3]
    monkeypatch.setattr(planner, "run_search", lambda *_: copy.copy(whole.search))
    again = make(DAY, workers=2)
    assert (again.policy, again.value) == (whole.plan.policy, whole.plan.value)
    assert set(counts[1:]) == {2}


def test_run_dir() -> None:
    assert read_rows(simulate("here/it/is"))
    args = ["scenario=day.yaml", "policy=own.yaml", "run.replications=2", "report.page=false"]
    assert main.run(["simulate", *args]) == 0
    assert len([*pathlib.Path("results/simulate").rglob("summary.json")]) == 1


def test_run_overwrite() -> None:
    """An older run is refused without it, and stays; with it the new run is in its place."""
    old = read_rows(simulate("again"))
    args = ["simulate", "scenario=day.yaml", "policy=own.yaml", "run.replications=2"]
    assert main.run([*args, "run.dir=again"]) == BAD_INPUT
    assert read_rows(pathlib.Path("again")) == old
    new = simulate("again", "run.overwrite=true", "run.seed=5")
    assert read_rows(new) != old


def test_run_keep_mentions(day: pathlib.Path) -> None:
    assert not (day / "mentions.parquet").exists()
    kept = read_table(simulate("kept", "run.keep_mentions=2") / "mentions.parquet")
    assert set(kept["replication"].tolist()) == {0, 1}


@pytest.mark.parametrize("shown", [True, False])
@pytest.mark.parametrize("verb", ["simulate", "plan", "calibrate", "compare"])
def test_report_page(
    verb: str, shown: bool, day: pathlib.Path, whole: Searched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each verb that writes a run draws its page, or leaves it."""
    drawn: list[pathlib.Path] = []
    monkeypatch.setattr(page, "draw_report", drawn.append)
    monkeypatch.setattr(workbook, "add_workbook", lambda *_: None)
    monkeypatch.setattr(planner, "make_plan", lambda *_: whole.plan)
    monkeypatch.setattr(calibration, "calibrate_config", lambda *_: fit(json.dumps(COUNTS)))
    args = {
        "simulate": ("scenario=day.yaml", "policy=own.yaml", "run.replications=2"),
        "plan": ("scenario=day.yaml",),
        "calibrate": ("history=counts.csv",),
        "compare": (str(day), "played"),
    }[verb]
    if verb == "compare":
        simulate("played", "run.overwrite=true")
    name = f"{verb}{shown}"
    told = [] if shown else ["report.page=false"]
    assert main.run([verb, *args, f"run.dir={name}", *told]) == 0
    assert len(drawn) == shown


def test_report_pdf(day: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page is printed where that is asked for, and only there."""
    monkeypatch.setattr(paper, "print_page", lambda _: b"%PDF-1.4")
    args = ["scenario=day.yaml", "policy=own.yaml", "run.replications=2", "run.workers=1"]
    for name, told in (("screen", []), ("printed", ["report.pdf=true"])):
        assert main.run(["simulate", *args, f"run.dir={name}", *told]) == 0
        assert pathlib.Path(name, "report.pdf").exists() == bool(told)
    wrong = ["report.pdf=true", "report.page=false", "run.dir=wrong"]
    assert main.run(["simulate", *args, *wrong]) == BAD_INPUT


START = "2024-03-04T00:00:00"
N_HOURS = 24 * 21


def write_histories(folder: pathlib.Path) -> None:
    """Write hourly counts with a burst, and posts of two brands with a mood, a text, two times."""
    hours = np.arange(N_HOURS)
    rng = np.random.default_rng(1)
    burst = 900.0 * np.where(hours >= 205, 0.5 ** (np.maximum(hours - 205, 0) / 5.0), 0.0)
    clock = np.datetime64(START) + hours.astype("timedelta64[h]")
    counts = rng.poisson(40.0 + 20.0 * np.cos(hours / 24 * 2 * np.pi) + burst)
    write_csv(
        folder / "counts.csv", ("time", "count"), list(zip(clock.astype(str), counts, strict=True))
    )
    mood = rng.uniform(0.2, 0.8, 2 * N_HOURS)
    words = np.where(mood > 0.5, "fine", "poor")
    rows = [
        (
            str(clock[one // 2]),
            str(clock[one // 2] + np.timedelta64(5, "h")),
            "AAB"[one % 3],
            score,
            word,
        )
        for one, (score, word) in enumerate(zip(mood, words, strict=True))
        if 8 <= one // 2 % 24 < 20
    ]
    write_csv(folder / "posts.csv", ("posted", "told", "brand", "mood", "text"), rows)
    # As a tool writes it: two times, lengths in no unit, words for topics, a date of two readings.
    # Who writes at night is answered from eight on.
    waits = [5 if 8 <= n % 24 < 20 else (8 - n) % 24 * 60 + 5 for n in range(N_HOURS)]
    tool = [
        (
            str(clock[n]),
            str(clock[n] + np.timedelta64(5, "h")),
            waits[n],
            ("bills", "apps")[n % 3 == 0],
            f"{1 + n % 12:02d}/{1 + n // 50:02d}/2024 10:00",
        )
        for n in range(N_HOURS)
    ]
    names = ("posted", "Case Created", "wait", "kind", "own date")
    write_csv(folder / "tool.csv", names, tool)
    (folder / "scoring.py").write_text(
        "def likes(text):\n    return float(text == 'fine')\n\n\n"
        "def dislikes(text):\n    return float(text == 'poor')\n"
    )


POSTS: dict[str, Any] = {"history": "posts.csv", "history_series": "A"}
TOOL: dict[str, Any] = {"history": "tool.csv", "events": "none"}
COUNTS: dict[str, Any] = {"history": "counts.csv"}
MOOD = {**POSTS, "history_columns": {"sentiment": "mood"}}
TEXT = {**POSTS, "history_columns": {"sentiment": "text"}}
CALIBRATE: dict[str, tuple[dict[str, Any], Any]] = {
    "history": (COUNTS | {"history_series": None}, "more.csv"),
    "history_kind": (COUNTS, "times"),
    "history_series": (POSTS, "B"),
    "history_columns": (POSTS, {"time": "told"}),
    "history_time_zone": (POSTS, "Asia/Tokyo"),
    "base": (COUNTS, "outage_day"),
    "events": (COUNTS, "none"),
    "start": (COUNTS, "2024-05-01"),
    "refit": (COUNTS, ["days"]),
    "actionable_share": (COUNTS, 0.5),
    "history_scorer": (TEXT | {"history_scorer": "scoring.py:likes"}, "scoring.py:dislikes"),
    "history_score_range": (MOOD, (-1.0, 1.0)),
    "history_where": (TOOL, {"kind": "bills"}),
    "history_preset": (TOOL, "sprout"),
    "history_day_first": (
        {**TOOL, "history_columns": {"time": "own date"}, "history_day_first": True},
        False,
    ),
    "history_reply_unit": (
        {**TOOL, "history_columns": {"reply": "wait"}, "history_reply_unit": "min"},
        "h",
    ),
    "history_topics": (
        {
            **TOOL,
            "history_columns": {"topic": "kind", "reply": "wait"},
            "history_reply_unit": "min",
            "history_topics": {"bills": "question", "apps": "error"},
        },
        {"bills": "error", "apps": "question"},
    ),
    "scenario_time_zone": (COUNTS, "Asia/Tokyo"),
}


@functools.cache
def fit(text: str) -> calibration.Fit:
    plain = compose_config(["history=none"], "calibrate")
    own = {key: plain[key] for key in settings.CalibrateSettings.model_fields if key in plain}
    return calibrate_config(settings.CalibrateSettings(**{**own, **json.loads(text)}))


def calibrate(**changes: Any) -> dict[str, Any]:
    """Return the scenario that calibrate writes, without its name and title."""
    found = fit(json.dumps(changes)).plain
    return {key: found[key] for key in found if key not in ("name", "title", "base")}


@pytest.mark.parametrize("key", CALIBRATE)
def test_a_key_of_calibrate_acts(key: str) -> None:
    common, value = CALIBRATE[key]
    if key == "history":
        rows = pathlib.Path("counts.csv").read_text(encoding="utf-8").splitlines()
        pathlib.Path("more.csv").write_text("\n".join(rows[:-72]), encoding="utf-8")
    assert calibrate(**{**common, key: value}) != calibrate(**common)


CHOICE: dict[str, Any] = {
    "name": "reactive",
    "effort": {"question": {"surge": "thorough"}},
    "after_auto": "brief",
    "lead_h": 3.0,
    "priority": {"rule": "edd"},
    "surge": {"agents": {"general": 1}},
    "follow_up": True,
    "redress": {"question": {"calm": "apology"}},
    "continuity": True,
    "overflow": {"general": {"other": {}}},
    "cut": "preempt",
    "knows_events": False,
    "staff_factor": 1.5,
    "channel": {"question": {"calm": "private"}},
    "posts": [{"event": "launch", "at_h": 12.0, "issues": 1}],
    "take_down_after_min": 30.0,
    "preparations": ["briefing"],
}
# Offers what the keys above choose among.
OFFERING = make_day(
    preparations={
        "briefing": {"event": "launch", "ready_h_before": 1.0, "agent_h": 1.0}
        | {"effects": {"work": 0.9}}
    },
    faq={"deflect_share": 0.1},
)
# A second launch, so that a post can be for another event.
TWO_LAUNCHES = {"events": {"second": {**LAUNCH, "time_h": 30.0}}}
POSTS: dict[str, Any] = {"event": "second", "at_h": 32.0, "after_h": 2.0, "issues": 5}


@pytest.mark.parametrize("key", POSTS)
def test_a_key_of_a_post_acts(key: str) -> None:
    world = merge(merge(scenario_keys.WORLD, scenario_keys.FAQ_WORLD), TWO_LAUNCHES)
    rules = merge(scenario_keys.POLICY, {"effort": scenario_keys.STANDARD_IN_SURGE})
    post, other = scenario_keys.POST, {**scenario_keys.POST, key: POSTS[key]}
    if key == "after_h":  # in the place of the hour of the horizon
        other.pop("at_h")
    told = [scenario_keys.play(world, merge(rules, {"posts": [one]})) for one in (post, other)]
    assert told[0] != told[1]


ROSTER = "day,start,end,pool,agents\n0,{}:00,20:00,general,2\n"


def choose(**choice: Any) -> dict[str, Any]:
    """Return the policy.yaml of a standard policy, without its name."""
    made = policy_of_choice(settings.PolicyChoice.model_validate(choice), OFFERING)
    return made.model_dump(mode="json", exclude={"name"})


@pytest.mark.parametrize("key", CHOICE)
def test_a_key_of_a_standard_policy_acts(key: str) -> None:
    plain = {"name": "flat"}
    assert choose(**{**plain, key: CHOICE[key]}) != choose(**plain)


def test_the_roster_of_a_standard_policy_acts() -> None:
    for hour in (8, 10):
        pathlib.Path(f"from_{hour}.csv").write_text(ROSTER.format(hour), encoding="utf-8")
    early, late = (choose(name="current", roster=f"from_{hour}.csv") for hour in (8, 10))
    assert early["staff"] != late["staff"]


PAUSE = {"after_h": 3.0, "length_min": 30.0, "flexible_min": 30.0}
KIND = {"start_h": 10.0, "length_h": 8.0, "breaks": [PAUSE]}
ENDS = [{"start_h": start_h, "length_h": 4.0} for start_h in (8.0, 16.0)]
# Section: where a key is put into the rules of shifts, and its other values. From 12 to 16 there is
# nobody but of `KIND`.
SHIFTS: dict[type[kinds.Part], tuple[Callable[[dict[str, Any]], Any], dict[str, Any]]] = {
    parts.ShiftRules: (
        lambda changes: changes,
        {"open_from_h": 10.0, "open_to_h": 18.0, "open_by_day": {"tue": None}, "rest_h": 40.0}
        | {"kinds": [*ENDS, KIND], "part_time_share": 0.0, "most_change": 1}
        | {"max_days_a_week": 1},
    ),
    parts.Shift: (
        lambda changes: {"part_time_share": 0.0, "kinds": [*ENDS, {**KIND, **changes}]},
        {"start_h": 11.0, "length_h": 7.0, "part_time": True, "days": ["tue"], "breaks": []},
    ),
    parts.Break: (
        lambda changes: {"kinds": [*ENDS, {**KIND, "breaks": [{**PAUSE, **changes}]}]},
        {"after_h": 2.0, "length_min": 15.0, "paid": True, "flexible_min": 0.0},
    ),
}


@functools.cache
def lay(text: str) -> str:
    """Return staff, persons and employees of a flat roster of two days, or what is wrong."""
    plain = make_day(2).model_dump(mode="json")
    rules = {**SMALL_SHIFTS, "part_time_share": 1.0, **json.loads(text)}
    try:
        world = build_scenario({**plain, "shifts": rules})
        made = make_standard_policy("flat", world, 3000.0)
    except InputError as error:
        return str(error)
    persons = [np.asarray(column).tolist() for column in lay_persons(world, made)]
    return repr((made.staff, made.shifts, persons, count_employees(world, made)))


@pytest.mark.parametrize(
    ("kind", "key"),
    [(kind, key) for kind, (_, values) in SHIFTS.items() for key in values],
    ids=lambda one: one if isinstance(one, str) else one.__name__,
)
def test_a_key_of_the_shifts_acts(kind: type[kinds.Part], key: str) -> None:
    put, values = SHIFTS[kind]
    assert lay(json.dumps(put({key: values[key]}))) != lay(json.dumps(put({})))


COUNT = {"day": 0, "start_h": 8.0, "length_h": 8.0, "pool": "general", "agents": 2}
OTHER_COUNT = {"day": 1, "start_h": 12.0, "length_h": 5.0, "pool": "other", "agents": 3}


@pytest.mark.parametrize("key", COUNT)
def test_a_key_of_a_policys_shifts_acts(key: str) -> None:
    """It is in plan.csv and in the decision."""
    world = make_day(2)
    one, other = (
        list_shifts(world, make_policy(world, shifts=[count]))
        for count in (COUNT, {**COUNT, key: OTHER_COUNT[key]})
    )
    assert one != other


RECORD = """first,second,about
2024-03-18 09:00,2024-03-18 10:00,question
2024-03-18 11:00,2024-03-18 12:00,extra
"""
REPLAY = {"file": "record.csv", "topic_column": "about"}
BOTH = {"skills": ["question", "extra"]}


@pytest.mark.parametrize(
    ("key", "value"),
    [("file", "copy.csv"), ("time_column", "second"), ("topic_column", None), ("mode", "under")],
)
def test_a_key_of_a_replay_acts(key: str, value: Any) -> None:
    pathlib.Path("record.csv").write_text(RECORD, encoding="utf-8")
    pathlib.Path("copy.csv").write_text(RECORD.replace("09:00", "08:00"), encoding="utf-8")
    topics = {
        "question": {"share": 0.5},
        "extra": {**DAY.topics["question"].model_dump(), "share": 0.5},
    }
    drawn = []
    for replay in (REPLAY, {**REPLAY, key: value}):
        world = make_day(
            demand={"replay": replay}, topics=topics, team={"pools": dict.fromkeys(POOLS, BOTH)}
        )
        drawn.append([repr(np.asarray(column).tolist()) for column in sim.draw(world, 1)[:6]])
    assert drawn[0] != drawn[1]


TELLING = {
    "scenario.title": "A day of ours",
    "scenario.currency": "CHF",
    "scenario.brand.name": "Acme",
    "scenario.maturity.name": "patchwork",
    "scenario.events.launch.kind": "celebrity",
    "policy.name": "handmade",
}


def test_names_are_on_the_page() -> None:
    """Title, currency, brand, kind of event and policy are told as they were named."""
    folder = simulate("told", *(f"{key}={value}" for key, value in TELLING.items()),
                      "report.page=true")  # fmt: skip
    told = (folder / "report.html").read_text(encoding="utf-8")
    assert [word for word in TELLING.values() if word not in told] == []


@pytest.mark.parametrize("key", ["kappa", "c", "rho_per_h"])
def test_a_price_of_sentiment_changes_the_policy_sentiment_optimal(key: str) -> None:
    value = {"kappa": 40.0, "c": 5.0, "rho_per_h": 0.5}[key]
    one, other = (
        make_standard_policy("sentiment_optimal", make_day(brand=brand), 900.0)
        for brand in ({}, {key: value})
    )
    assert (one.staff, one.effort) != (other.staff, other.effort)


def test_the_risk_of_a_broken_promise_changes_what_a_plan_may_be() -> None:
    """Half of the customers is answered in time on some days, never on nearly all."""
    seen = []
    for alpha in (0.01, 0.99):
        world = make_day(promise={"target_share": 0.5, "alpha": alpha})
        seen.append(see(tells("The promise is not kept"), world, **CUT, keep_promise=True))
    assert seen == [True, False]


# Where the keys of a section have their lines; those of scenario and policy are in the other file.
LINES: dict[type[kinds.Part], set[str]] = {
    settings.PlannerSettings: {*PLANNER},
    settings.Pin: {*PINS},
    settings.RunSettings: {
        name[len("test_run_") :] for name in globals() if name.startswith("test_run_")
    },
    settings.ReportSettings: {"page", "pdf"},
    settings.CalibrateSettings: {*CALIBRATE},
    settings.ForecastSettings: {*test_forecast.KEYS},
    settings.NamedEvent: {*test_forecast.EVENT_KEYS},
    settings.ReviewSettings: {*test_review.KEYS},
    settings.PolicyChoice: {*CHOICE, "roster"},
    policy.ShiftCount: {*COUNT},
    policy.Post: {*POSTS},
    parts.Replay: {*REPLAY, "time_column", "mode"},
    **{kind: {*values} for kind, (_, values) in SHIFTS.items()},
}


@pytest.mark.parametrize("kind", HEADINGS, ids=lambda kind: kind.__name__)
def test_every_key_of_the_dictionary_has_a_line(kind: type[kinds.Part]) -> None:
    """A section is in one of the two files, and a key of it has a line."""
    assert (kind in LINES) != (kind in scenario_keys.KEYS)
    if kind in LINES:
        assert LINES[kind] == set(kind.model_fields)
