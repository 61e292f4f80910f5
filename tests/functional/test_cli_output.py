"""What the verbs hand to the work and what they say of it: with a stub in its place."""

import io
import json
import pathlib
import sys
import time
import types
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import yaml

from sim.cli import main, progress, terminal
from sim.cli.completion import list_words
from sim.cli.results import format_plan, list_policies, print_comparison
from sim.cli.verbs import VERBS
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy
from sim.scenario.settings import PolicyChoice
from sim.store.tables import write_table

MEASURES = {
    "satisfaction": {"mean": 0.6512, "ci_low": 0.6481, "ci_high": 0.6543, "unit": "share"},
    "first_reply_min_p50": {"mean": 7.25, "ci_low": 7.0, "ci_high": 7.5, "unit": "min"},
    "cost": {"mean": 22960, "ci_low": 22960, "ci_high": 22960, "unit": "USD"},
    "spread_mentions": {"mean": 3, "ci_low": 1, "ci_high": 5, "unit": "count"},
}


class Stub:
    """The verbs' work: keeps what it is given, leaves a small run folder."""

    def __init__(self) -> None:
        self.configs: list[dict[str, Any]] = []
        self.summary: dict[str, Any] = {"schema": 1, "measures": MEASURES}

    def work(self, config: dict[str, Any], shown: Callable[..., None]) -> pathlib.Path:
        self.configs.append(config)
        shown("Working", 1, 2)
        folder = pathlib.Path(config["run"].dir or "results/here")
        folder.mkdir(parents=True)
        (folder / "summary.json").write_text(json.dumps(self.summary))
        (folder / "report.html").touch()
        return folder


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> Stub:
    monkeypatch.chdir(tmp_path)
    made, module = Stub(), types.ModuleType("sim.runs")
    for name in ("run_simulate", "run_plan", "run_calibrate"):
        setattr(module, name, made.work)
    monkeypatch.setitem(sys.modules, "sim.runs", module)
    return made


def test_simulate_hands_over_what_was_composed(
    stub: Stub, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = ["scenario=breach_week", "run.seed=7", "policy=flat", "policy.follow_up=true"]
    assert main.run(["simulate", *texts, "run.dir=my runs/a=1"]) == 0
    [config] = stub.configs
    assert isinstance(config["scenario"], Scenario)
    assert config["policy"] == PolicyChoice(name="flat", follow_up=True)
    assert (config["run"].seed, config["run"].dir) == (7, "my runs/a=1")
    assert config["planner"].budget == 33000
    assert yaml.safe_dump(config["plain"])
    assert config["plain"]["run"]["seed"] == 7
    told = capsys.readouterr()
    assert told.err == ""
    lines = [" ".join(line.split()) for line in told.out.splitlines()]
    assert "Satisfaction of actionable customers, 0 to 1 0.651 (0.648 to 0.654)" in lines
    assert "First reply, median 7.2 min (7.0 to 7.5 min)" in lines
    assert any(line.startswith("Cost") and "22,960 USD" in line for line in lines)
    assert not any("spread" in line for line in lines)
    assert "Report: my runs/a=1/report.html\nResults: my runs/a=1\n" in told.out
    assert "\x1b" not in told.out


def test_a_whole_policy_is_a_policy(stub: Stub) -> None:
    assert main.run(["simulate", "scenario=validation/day"]) == 0
    assert isinstance(stub.configs[0]["policy"], Policy)


def test_plan_is_told_with_the_standard_policies(
    stub: Stub, capsys: pytest.CaptureFixture[str]
) -> None:
    stub.summary["plan"] = {"status": "certified", "value": 0.65, "bound": 0.654, "gap": 0.004}
    other = {**MEASURES, "satisfaction": {**MEASURES["satisfaction"], "mean": 0.6}}
    stub.summary["policies"] = {"plan": MEASURES, "flat": other}
    assert main.run(["plan", "scenario=launch_week"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("Plan: certified, value 0.6500, bound 0.6540, gap 0.0040\n")
    assert "  flat  0.600  (0.648 to 0.654)  22,960 USD\n" in told
    assert list_policies({"x": {}}, "USD") == []
    assert format_plan({"status": "stopped", "bound": None}) == "Plan: stopped"


def test_sweep_numbers_its_folders(
    stub: Stub, capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path
) -> None:
    args = ["simulate", "-m", "run.seed=1,2", "policy=flat,reactive", "run.dir=all"]
    assert main.run(args) == 0
    assert [config["run"].dir for config in stub.configs] == [f"all/{n}" for n in range(4)]
    assert [config["plain"]["run"]["dir"] for config in stub.configs] == [
        f"all/{n}" for n in range(4)
    ]
    named = [(config["run"].seed, config["policy"].name) for config in stub.configs]
    assert named == [(1, "flat"), (1, "reactive"), (2, "flat"), (2, "reactive")]
    assert sorted(path.name for path in (tmp_path / "all").iterdir()) == ["0", "1", "2", "3"]
    assert not list(tmp_path.glob("**/multirun.yaml"))


def test_sweep_without_a_folder_goes_under_results(stub: Stub) -> None:
    assert main.run(["simulate", "-m", "run.seed=1,2"]) == 0
    [first, second] = [pathlib.Path(config["run"].dir) for config in stub.configs]
    assert first.parts[:3] == ("results", "simulate", "multirun")
    assert (first.name, second.name) == ("0", "1")
    assert first.parent == second.parent


def test_cfg_prints_what_would_run_and_runs_nothing(
    stub: Stub, capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path
) -> None:
    assert main.run(["plan", "--cfg", "job", "scenario=outage_day", "run.seed=3"]) == 0
    config = yaml.safe_load(capsys.readouterr().out)
    assert (config["scenario"]["name"], config["run"]["seed"]) == ("outage_day", 3)
    assert main.run(["calibrate", "--cfg=job", "history=x.csv"]) == 0
    assert yaml.safe_load(capsys.readouterr().out)["history"] == "x.csv"
    assert stub.configs == []
    assert list(tmp_path.iterdir()) == []


def test_calibration_tells_the_fit(stub: Stub, capsys: pytest.CaptureFixture[str]) -> None:
    work = stub.work

    def calibrate(
        config: dict[str, Any], shown: Callable[..., None], tell: Callable[..., None]
    ) -> pathlib.Path:
        folder = work(config, shown)
        bad = [{"reason": "no time", "count": 1, "example": "row 3: -"}]
        fit = {
            "kind": "pairs",
            "columns": {"time": "asked", "reply": "tr"},
            "guessed": ["reply"],
            "rows": {"read": 10, "kept": 9, "bad": bad},
            "events": [],
            "quantities": [],
        }
        (folder / "fit.json").write_text(json.dumps(fit))
        return folder

    sys.modules["sim.runs"].run_calibrate = calibrate
    assert main.run(["calibrate", "history=some file.csv"]) == 0
    told = capsys.readouterr().out
    assert "Read as pairs; columns: time = asked, reply = tr (guessed)." in told
    assert "9 of 10 rows of the history could be used." in told
    assert "Left out: 1 row, no time, such as row 3: -." in told
    assert "Scenario: results/here/scenario.yaml" in told
    assert stub.configs[0]["calibrate"].history == "some file.csv"


def test_compare_report_and_verify_get_their_paths(
    stub: Stub, capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path
) -> None:
    for number in (1, 2):
        run = tmp_path / "results" / "plan" / "x" / f"2026-06-0{number}T00-00-00"
        run.mkdir(parents=True)
        (run / "provenance.json").write_text("{}")
    got: list[object] = []
    api: Any = sys.modules["sim.runs"]

    def compare(paths: list[pathlib.Path], config: dict[str, Any]) -> pathlib.Path:
        got.append((paths, config["run"].dir))
        (tmp_path / "there").mkdir(exist_ok=True)
        (tmp_path / "there" / "summary.json").write_text("{}")
        return pathlib.Path("there")

    api.run_compare = compare
    api.run_report = lambda path, pdf=False: path / "report.html"
    api.run_verify = lambda: "all well"
    newest = pathlib.Path("results/plan/x/2026-06-02T00-00-00")
    first = newest.with_name("2026-06-01T00-00-00")
    assert main.run(["compare", str(first), "latest", "run.dir=there"]) == 0
    assert got == [([first, newest], "there")]
    odd = tmp_path / "my run=[1]"
    odd.mkdir()
    (odd / "provenance.json").write_text("{}")
    assert main.run(["compare", odd.name, "latest"]) == 0
    assert got[1:] == [([pathlib.Path(odd.name), newest], None)]
    assert main.run(["report", "latest"]) == 0
    assert main.run(["verify"]) == 0
    told = ["Results: there", "Results: there", f"Report: {newest}/report.html", "all well"]
    assert capsys.readouterr().out.splitlines() == told
    (tmp_path / "half").mkdir()
    assert main.run(["report", "half"]) == 2
    assert "no complete run" in capsys.readouterr().err


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def test_colors_only_on_terminals(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal.complain(["a\nb"])
    terminal.say_title("title")
    assert capsys.readouterr() == ("title\n", "a b\n")
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for stream, say in (("stderr", terminal.complain), ("stdout", terminal.say_title)):
        shown = Terminal()
        monkeypatch.setattr(sys, stream, shown)
        say("x")
        assert "\x1b[" in shown.getvalue()
        monkeypatch.setenv("NO_COLOR", "1")
        plain = Terminal()
        monkeypatch.setattr(sys, stream, plain)
        say("x")
        assert plain.getvalue() == "x\n"
        monkeypatch.delenv("NO_COLOR")


def test_letters_that_a_terminal_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    terminal.say("Café")
    stream.seek(0)
    assert stream.read() == "Caf?\n"


def test_columns() -> None:
    assert terminal.lay_out([("a", "bb", ""), ("ccc", "d", "e")]) == "  a    bb\n  ccc  d   e"
    assert terminal.lay_out([]) == ""


def test_progress_is_silent_when_not_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "SILENT_S", 0.0)
    with progress.ProgressBar() as shown:
        shown("Simulating", 1, 2)
        assert shown.bar is None
    assert capsys.readouterr() == ("", "")


def test_progress_is_a_line_a_minute_elsewhere(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A clock of our own: a step of half a second, 400 s in all, six lines."""
    clock = iter(number / 2 for number in range(801))
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    with progress.ProgressBar() as shown:
        for done in range(1, 801):
            shown("Simulating", done, 800)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 6
    assert lines[0] == "Simulating, 15%, 60 s so far, about 6 min left"
    assert lines[-1] == "Simulating, 90%, 6 min so far, about 40 s left"


@pytest.mark.parametrize(
    ("used_s", "done", "total", "left"),
    [
        (4.0, 50, 100, ""),
        (600.0, 1, 100, ""),
        (600.0, 0, 0, ""),
        (600.0, 100, 100, ""),
        (600.0, 120, 100, ""),
        (60.0, 20, 100, ", about 4 min left"),
        (10.0, 50, 100, ", about 10 s left"),
        (7200.0, 20, 100, ", about 8.0 h left"),
    ],
)
def test_time_left_is_told_when_it_means_something(
    used_s: float, done: float, total: float, left: str
) -> None:
    assert progress.format_left(used_s, done, total) == left


def test_progress_on_a_terminal_tells_the_step_and_cleans_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(progress, "SILENT_S", 0.05)
    with progress.ProgressBar() as shown:
        shown("Simulating", 1, 100)
        assert shown.bar is None  # too early to bother anybody
        time.sleep(0.06)
        for done in range(1, 101):
            shown("Simulating", done, 100)
        shown("Writing", 0, 1)
        assert [task.description for task in shown.bar.tasks] == ["Writing"]
    assert "Simulating" in stream.getvalue()
    assert not shown.bar.live.is_started


def test_a_comparison_is_told_with_its_sign(
    stub: Stub, capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path
) -> None:
    folder = tmp_path / "compared"
    folder.mkdir()
    (folder / "summary.json").write_text("{}")
    table = {
        "policy": np.array(["flat", "flat"]),
        "measure": np.array(["satisfaction", "cost"]),
        "mean": np.array([-0.0125, 549.0]),
        "ci_low": np.array([-0.02, 500.0]),
        "ci_high": np.array([-0.005, 600.0]),
        "n": np.array([10, 10]),
    }
    write_table(folder / "comparison.parquet", table)
    print_comparison(folder)
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == "First run less the other: satisfaction, cost"
    assert lines[1].startswith(("Flat -0.012 ", "Flat -0.013 "))
    assert "-0.020 to -0.005" in lines[1]
    assert lines[1].endswith("+549")


def test_a_word_too_long_for_a_line_is_cut_in_every_mistake(
    capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the cut a mistake is up to 1,900 letters long; with it the word's ends stay."""
    monkeypatch.chdir(tmp_path)
    word = "a" + "x" * 898 + "z"
    commands = (
        [word],
        ["plan", f"--{word}"],
        ["simulate", word],
        ["simulate", f"scenario={word}"],
        ["simulate", f"{word}=3"],
        ["simulate", f"brand={word}"],
        ["report", word],
        ["compare", word, word],
    )
    for command in commands:
        assert main.run(command) == 2
        lines = capsys.readouterr().err.splitlines()
        assert max(map(len, lines)) < 600, command
        assert {"axxx" in lines[0], "xxxz" in lines[0]} == {True}, command


@pytest.mark.parametrize(
    ("args", "unread"),
    [
        (
            ["plan", "run.replications=5", "policy=flat", "run.seed=2"],
            ["run.replications", "policy"],
        ),
        (["simulate", "planner.gap_tol=.1", "planner.budget=9000"], ["planner.gap_tol"]),
        (["calibrate", "history=x.csv", "run.seed=2"], ["run.seed"]),
        (["simulate", "policy=flat", "run.replications=5"], []),
    ],
)
def test_a_key_that_a_verb_does_not_read_is_said(
    stub: Stub, capsys: pytest.CaptureFixture[str], args: list[str], unread: list[str]
) -> None:
    """Else a planner believes that the plan was made on five replications."""
    pathlib.Path("x.csv").touch()
    main.run([*args, "run.dir=here"])
    said = capsys.readouterr().err.splitlines()
    found = [line.partition(":")[0] for line in said if "does not read it" in line]
    assert found == unread


def test_json_is_one_object_of_the_result(
    stub: Stub, capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path
) -> None:
    """Catch: a line beside the object, a result that lacks its folder, jobs of a sweep apart."""
    for verb in ("simulate", "plan"):
        assert main.run([verb, "scenario=breach_week", f"run.dir={verb} ü", "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert found["measures"] == MEASURES
        assert found["folder"] == f"{verb} ü"
        assert found["report"] == f"{verb} ü/report.html"
    assert main.run(["simulate", "-m", "--json", "run.seed=1,2", "run.dir=all"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [job["folder"] for job in found["jobs"]] == ["all/0", "all/1"]
    odd = tmp_path / "my run"
    odd.mkdir()
    (odd / "provenance.json").write_text("{}")
    (odd / "fit.json").write_text('{"schema": 1, "rate": 4.0}')
    api: Any = sys.modules["sim.runs"]
    api.run_report = lambda path, pdf=False: path / "report.html"
    api.run_compare = lambda paths, config: odd
    api.list_checks = lambda: {"schema": 1, "passed": False}
    whole = {"schema": 1, "rate": 4.0, "folder": "my run", "report": None}
    assert main.run(["report", "my run", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == whole
    assert main.run(["compare", "my run", "my run", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {**whole, "folder": str(odd)}
    assert main.run(["verify", "--json"]) == 4
    told = capsys.readouterr()
    assert json.loads(told.out) == {"schema": 1, "passed": False}
    assert told.err == "some checks failed\n"


@pytest.mark.parametrize("verb", sorted(set(VERBS) - {"completion", "schema"}))
def test_every_verb_tells_of_json(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Catch: a new verb without the object; completion and schema write text for other tools."""
    assert main.run([verb, "--help"]) == 0
    assert "--json" in capsys.readouterr().out
    assert "--json" in list_words(verb)
