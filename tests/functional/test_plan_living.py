"""Living with a plan, at the command line: agreed shifts, planning anew, what has begun."""

import json
import pathlib

import pytest
import yaml

from sim.cli import main
from sim.planning.benchmarks.beside import ORDER, TUNED
from tests.plan_worlds import SMALL_BUDGET, hasten_bound, make_small_scenario, write_scenario
from tests.worlds import LAUNCH

EVENT = {**LAUNCH, "time_h": 33.0, "topic_share": {"question": 1.0}}
QUICK = (
    "planner.time_limit_s=1e-6",
    "planner.search_replications=3",
    "planner.evaluation_replications=4",
    "planner.choice_replications=20",
    "planner.keep_promise=false",
    "report.page=false",
    "run.workers=1",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> pathlib.Path:
    """Return a folder with a scenario and a plan of it."""
    root = tmp_path_factory.mktemp("living")
    write_scenario(root / "small.yaml", make_small_scenario(events={"launch": EVENT}))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        hasten_bound(patch)
        code = main.run(["plan", "scenario=small.yaml", f"planner.budget={SMALL_BUDGET}",
                         *QUICK, "run.dir=first"])  # fmt: skip
    assert code == 0
    return root


@pytest.fixture
def plan(folder, monkeypatch, capsys):
    """Return what plans at the command line: exit code, what it complained of, run folder."""
    monkeypatch.chdir(folder)
    hasten_bound(monkeypatch)

    def call(name: str, *args: str):
        own = () if any(one.startswith("planner.budget") for one in args) else (
            f"planner.budget={SMALL_BUDGET}",)  # fmt: skip
        code = main.run(["plan", "scenario=small.yaml", *QUICK, *own, f"run.dir={name}", *args])
        return code, capsys.readouterr().err, folder / name

    return call


def read_decision(folder: pathlib.Path):
    return json.loads((folder / "decision.json").read_text(encoding="utf-8"))


def count_shifts(folder: pathlib.Path) -> dict[tuple[int, float, float], int]:
    policy = yaml.safe_load((folder / "policy.yaml").read_text(encoding="utf-8"))
    return {
        (one["day"], one["start_h"], one["length_h"]): one["agents"] for one in policy["shifts"]
    }


def count_moved(one, other) -> int:
    keys = {*one, *other}
    more = sum(max(other.get(key, 0) - one.get(key, 0), 0) for key in keys)
    less = sum(max(one.get(key, 0) - other.get(key, 0), 0) for key in keys)
    return max(more, less)


def test_agreed_shifts_are_kept(plan, folder):
    (folder / "pins.yaml").write_text(
        'pins:\n- {day: 1, shift: "12:00-20:00", pool: general, exactly: 3}\n'
        '- {day: 0, shift: "10:00 to 15:00", pool: general, at_least: 1, at_most: 2}\n'
    )
    code, _, run = plan("pinned", "planner.pins=pins.yaml")
    assert code == 0
    shifts = count_shifts(run)
    assert shifts[1, 12.0, 8.0] == 3
    assert 1 <= shifts[0, 10.0, 5.0] <= 2
    config = yaml.safe_load((run / "config.yaml").read_text(encoding="utf-8"))
    assert config["planner"]["pins"][0]["exactly"] == 3


def test_pins_on_the_command_line(plan):
    pin = "{day: 0, shift: '08:00-16:00', pool: general, at_least: 3}"
    code, _, run = plan("inline", f"planner.pins=[{pin}]")
    assert code == 0
    assert count_shifts(run)[0, 8.0, 8.0] >= 3


@pytest.mark.parametrize(
    ("pins", "told"),
    [
        ("[{day: 0, shift: '08:00-17:00', pool: general, exactly: 1}]", "did you mean 08:00-16:00"),
        ("[{day: 0, shift: '08:00-16:00', pool: genral, exactly: 1}]", "did you mean general"),
        ("[{day: 2, shift: '08:00-16:00', pool: general, exactly: 1}]", "allowed: 0 to 1"),
        (
            "[{day: 0, shift: '08:00-16:00', pool: general}]",
            "either exactly, or at_least",
        ),
        ("[{dya: 0, shift: '08:00-16:00', pool: general, exactly: 1}]", "did you mean day?"),
        ("nowhere.yaml", "planner.pins = nowhere.yaml: no such file"),
        ("small.yaml", "allowed: pins:"),
        ("''", "planner.pins = '': allowed: a list, or a file that holds pins:"),
        (
            "list.yaml",
            "planner.pins = list.yaml: holds a list; allowed: pins: and a list of shifts",
        ),
        ("null.yaml", "planner.pins = null.yaml: pins: is not a list; allowed: pins: and a list"),
        (
            "[{day: 0, shift: '08:00-16:00', pool: general, at_least: 3, at_most: 1}]",
            "planner.pins.0.at_least = 3: allowed: at most at_most, 1",
        ),
    ],
)
def test_pins_that_name_nothing_are_bad_input(plan, folder, pins, told):
    (folder / "list.yaml").write_text("- {day: 0}\n")
    (folder / "null.yaml").write_text("pins: null\n")
    code, err, run = plan("wrong", f"planner.pins={pins}")
    assert code == 2
    assert told in err
    assert not run.exists()


CONTRADICTIONS = {
    "each other": (
        "[{day: 0, shift: '08:00-16:00', pool: general, at_least: 3},"
        "{day: 0, shift: '08:00-16:00', pool: general, at_most: 1}]",
        "at least 3 and at most 1",
        "let planner.pins.1 allow 3",
    ),
    "opening hours": (
        "[{day: 0, shift: '08:00-16:00', pool: general, exactly: 0}]",
        "opening hours",
        "loosen the pins 08:00-16:00 of day 0 (general) from at most 0 to 1",
    ),
    "pool": (
        "[{day: 0, shift: '08:00-16:00', pool: general, at_least: 15},"
        "{day: 0, shift: '12:00-20:00', pool: general, at_least: 7}]",
        "pool limits",
        "raise the limit of agents at once in general from 20 to 22",
    ),
    "budget": (
        "[{day: 0, shift: '08:00-16:00', pool: general, at_least: 15}]",
        "within the agreed shifts and changes",
        "a budget of",
    ),
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_contradictory_agreements_give_their_reason(plan, name):
    pins, reason, change = CONTRADICTIONS[name]
    code, err, run = plan("contradictory", f"planner.pins={pins}")
    assert code == 3
    assert reason in err
    assert change in err.split("smallest change")[1]
    assert err.count("\n") == 1
    assert not run.exists()


@pytest.mark.parametrize("most", [0, 1])
def test_planning_anew_changes_no_more_shifts_than_asked(plan, folder, most):
    """Other demand, other money: the free plan moves more people than allowed here."""
    more = ("scenario.demand.base_per_h=30", f"planner.budget={SMALL_BUDGET - 100 * most}")
    code, _, run = plan(
        f"anew{most}", "planner.earlier=first", f"planner.changes_at_most={most}", *more,
        "planner.pins=[]",
    )  # fmt: skip
    assert code == 0
    before, after = count_shifts(folder / "first"), count_shifts(run)
    told = read_decision(run)["changes"]
    assert told["shifts_changed"] == count_moved(before, after) <= most
    assert sum(row["agents"] for row in told["rows"] if row["agents"] > 0) == sum(
        max(after.get(key, 0) - before.get(key, 0), 0) for key in {*before, *after}
    )


def test_too_few_changes_for_the_money_tell_how_much_is_enough(plan):
    args = ("planner.earlier=first/policy.yaml", "planner.changes_at_most=1")
    code, err, _ = plan("less", *args, "planner.budget=1500")
    assert code == 3
    assert "changes" in err
    enough = float(err.strip().rsplit(" ", 1)[1].replace(",", ""))
    code, _, run = plan("enough", *args, f"planner.budget={enough}")
    assert code == 0
    assert read_decision(run)["changes"]["shifts_changed"] <= 1


def test_shifts_that_have_begun_stay_as_they_were(plan, folder):
    args = ("planner.earlier=first", "planner.now_h=14")
    code, _, run = plan("now", *args, "planner.budget=2900")
    assert code == 0
    before, after = count_shifts(folder / "first"), count_shifts(run)
    begun = {key for key in (*before, *after) if key[0] == 0 and key[1] < 14}
    assert begun
    assert {key: before.get(key, 0) for key in begun} == {key: after.get(key, 0) for key in begun}
    assert before != after
    assert read_decision(run)["changes"]["shifts_fixed"] == 3


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("planner.changes_at_most=2",), "only together with planner.earlier"),
        (("planner.now_h=2",), "only together with planner.earlier"),
        (("planner.earlier=nowhere",), "a run's folder or a policy.yaml"),
        (("planner.earlier=small.yaml",), "= small.yaml: has no `staff`"),
        (("planner.earlier=latest",), "planner.earlier = latest: no complete run"),
        (
            ("planner.earlier=''",),
            "planner.earlier = '': no such file or folder; allowed:",
        ),
        (("planner.earlier=first/plan.csv",), "planner.earlier = first/plan.csv: holds a text"),
        (
            ("planner.earlier=first", "planner.now_h=48"),
            "allowed: below 48, the end of the horizon",
        ),
        (
            ("planner.earlier=first", "scenario.shifts.open_from_h=10"),
            "at the same hours; allowed: 12:00-20:00, 10:00-15:00, 15:00-20:00",
        ),
        (("planner.evaluation_seed=1",), "must differ from run.seed"),
        (
            ("planner.scenarios={nowhere.yaml: 1}",),
            "planner.scenarios = nowhere.yaml: no such file",
        ),
        (("planner.scenarios={breech_week: 1}",), "planner.scenarios = breech_week: no shipped"),
        (("planner.pins.0.day=1",), "allowed: none, the list is empty"),
        (("planner.scenarios={small: .5, telecom_week: .6}",), "add up to 1, not 1.1"),
        (("planner.scenarios={telecom_week: 1}",), "its horizon differs from"),
    ],
)
def test_what_is_asked_must_be_there_and_fit(plan, args, told):
    code, err, run = plan("unfit", *args)
    assert code == 2
    assert told in err
    assert not run.exists()


def test_an_earlier_plan_may_have_other_reporting_intervals(plan, folder):
    step = "scenario.horizon.interval_min=30"
    code, _, run = plan("half", "planner.earlier=first", "planner.changes_at_most=0", step)
    assert code == 0
    assert count_shifts(run) == count_shifts(folder / "first")
    args = ("planner.earlier=half", "planner.changes_at_most=0", "run.dir=back")
    assert plan("back", *args)[0] == 0
    assert count_shifts(folder / "back") == count_shifts(folder / "first")


def test_several_scenarios_at_once(plan, folder):
    own = make_small_scenario().name
    write_scenario(folder / "calm.yaml", make_small_scenario(name="calm"))
    code, _, run = plan("both", f"planner.scenarios={{{own}: .25, calm.yaml: .75}}")
    assert code == 0
    rows = read_decision(run)["scenarios"]
    assert [(row["scenario"], row["chance"]) for row in rows] == [(own, 0.25), ("calm", 0.75)]
    assert sum(row["n"] for row in rows) == 4
    told = [one["policy"] for one in rows[0]["differences"]]
    assert told == [name for name in ORDER if name != TUNED]  # not tuned: the search was cut short
