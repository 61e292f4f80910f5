"""Run folders: what is in them, that they are whole, the same bytes twice, and back again."""

import json
import os
import pathlib
import signal
import sys
import types
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import yaml

import sim
from sim.cli import interrupt, main
from sim.compose import compose_with_layers
from sim.compose.overrides import PATH_KEYS
from sim.errors import InputError
from sim.outcomes.estimate import estimate_measure
from sim.running.keep import hide_places
from sim.running.table import Table
from sim.runs import run_simulate
from sim.scenario.build import build_config, build_policy, build_scenario
from sim.store import schema
from sim.store.tables import read_notes, read_table

TEXTS = ("scenario=outage_day", "scenario.demand.base_per_h=6", "run.replications=6", "run.seed=3")
MADE = {
    *("config.yaml", "provenance.json", "summary.json", "replications.parquet"),
    *("intervals.parquet", "mentions.parquet", "policy.yaml", "report.html", "figures"),
}


def simulate(*more: str) -> pathlib.Path:
    config = build_config(compose_with_layers([*TEXTS, *more]))
    return run_simulate(config, lambda *_: None)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    place = tmp_path_factory.mktemp("runs") / "first"
    return simulate(f"run.dir={place}", "run.keep_mentions=2", "run.workers=1")


def test_a_run_leaves_its_files(folder: pathlib.Path) -> None:
    assert {path.name for path in folder.iterdir()} == MADE
    assert set(schema.FILES) >= MADE
    assert [path.name for path in folder.parent.iterdir()] == ["first"]


def test_the_tables_are_those_of_the_schema(folder: pathlib.Path) -> None:
    for name in ("replications", "intervals", "mentions"):
        path = folder / f"{name}.parquet"
        columns = schema.TABLES[path.name]
        schema.check_columns(read_table(path), columns)
        assert read_notes(path).units == schema.list_units(columns)


def test_a_notebook_shows_the_first_rows_and_runs_nothing_of_them() -> None:
    table = Table(name=np.array(["<script>"] * 12), cost=np.arange(12) / 3)
    shown = table._repr_html_()
    assert shown.count("<tr>") == 11
    assert "<td>&lt;script&gt;</td><td>0.333333</td>" in shown
    assert shown.endswith("<p>12 rows, 2 columns</p>")
    assert "<p>0 rows, 0 columns</p>" in Table()._repr_html_()


def test_results_show_as_small_tables(folder: pathlib.Path) -> None:
    """A run by its estimates: what a notebook shows is what the summary says."""
    run = sim.read_run(folder)
    shown = run._repr_html_()
    assert shown.count("<tr>") == 11
    assert f"<td>{run.summary['mentions'].mean:.6g}</td>" in shown


def test_the_summary_estimates_the_replications(folder: pathlib.Path) -> None:
    summary = json.loads((folder / "summary.json").read_text())
    rows = read_table(folder / "replications.parquet")
    assert rows["replication"].tolist() == list(range(6))
    assert set(summary) == {"schema", "seed", "measures", "policies"}
    assert summary["seed"] == 3
    assert summary["policies"] == {"reference": summary["measures"]}
    assert list(summary["measures"]) == sorted(schema.UNITS)
    for name, told in summary["measures"].items():
        expected = estimate_measure(name, rows[name])
        assert (told["n"], told["unit"]) == (expected.n, schema.UNITS[name])
        if expected.n:
            found = (told["mean"], told["ci_low"], told["ci_high"])
            assert found == (expected.mean, expected.ci_low, expected.ci_high)


def test_mentions_are_told_by_name(folder: pathlib.Path) -> None:
    rows = read_table(folder / "mentions.parquet")
    measured = read_table(folder / "replications.parquet")
    for replication in (0, 1):
        mine = rows["replication"] == replication
        assert mine.sum() == measured["mentions"][replication]
        cases = mine & rows["actionable"]
        assert rows["satisfaction"][cases].mean() == pytest.approx(
            measured["satisfaction_all"][replication]
        )
    assert set(rows["origin"]) <= {"base", "event", "spread"}
    assert {"general", "technical"} <= set(rows["pool"])
    answered = rows["first_reply_ms"] >= 0
    assert "" not in rows["pool"][answered]
    assert set(rows["pool"][~answered]) == {""}
    assert set(rows["effort"]) == {"", "standard"}


def test_a_run_is_read_back_as_it_was(folder: pathlib.Path) -> None:
    scenario = sim.load_scenario("outage_day", ["demand.base_per_h=6"])
    policy = sim.load_policy("reference", scenario)
    made = sim.simulate(scenario, policy, replications=6, seed=3, workers=2)
    read = sim.read_run(folder)
    assert read.summary == made.summary
    assert read.policies == made.policies
    assert (read.finished, read.wanted, read.is_stopped, read.seed) == (6, 6, False, 3)
    assert build_policy(read.policy) == policy
    assert (read.config["run"]["seed"], made.config) == (3, {})
    for one, other in ((read.replications, made.replications), (read.intervals, made.intervals)):
        assert list(one) == list(other)
        for name in one:
            np.testing.assert_array_equal(one[name], other[name])


def test_the_same_bytes_wherever_and_however(folder: pathlib.Path) -> None:
    other = simulate(f"run.dir={folder.parent / 'second'}", "run.keep_mentions=2", "run.workers=2")
    names = [name for name in sorted(MADE) if name.endswith((".parquet", "summary.json"))]
    names += ["policy.yaml", *(f"figures/{path.name}" for path in (folder / "figures").iterdir())]
    assert len(names) > 6
    for name in names:
        assert (other / name).read_bytes() == (folder / name).read_bytes(), name
    hashes = [
        json.loads((place / "provenance.json").read_text())["config_hash"]
        for place in (folder, other)
    ]
    assert hashes[0] == hashes[1]


def test_the_config_is_enough_to_run_it_again(folder: pathlib.Path) -> None:
    config = yaml.safe_load((folder / "config.yaml").read_text())
    scenario = build_scenario(config["scenario"])
    assert scenario == sim.load_scenario("outage_day", ["demand.base_per_h=6"])
    again = simulate(f"policy={folder / 'policy.yaml'}", f"run.dir={folder.parent / 'third'}")
    assert (again / "replications.parquet").read_bytes() == (
        folder / "replications.parquet"
    ).read_bytes()


def test_the_passport(folder: pathlib.Path) -> None:
    passport = json.loads((folder / "provenance.json").read_text())
    assert (passport["verb"], passport["seed"]) == ("simulate", 3)
    assert passport["wall_s"] > 0
    for name in ("config.yaml", "provenance.json", "summary.json", "policy.yaml"):
        text = (folder / name).read_text()
        assert str(folder.parent) not in text
        assert os.path.expanduser("~") not in text


def test_places_are_hidden_and_names_are_not() -> None:
    plain = {
        "run": {"dir": "/srv/ada/runs/x", "seed": 1},
        "title": "/not a place",
        "history": "a/b",
    }
    plain["scenario"] = {"demand": {"replay": {"file": "/data/history.csv"}}}
    hidden = hide_places(plain)
    assert hidden["run"] == {"dir": "x", "seed": 1}
    assert (hidden["title"], hidden["history"]) == ("/not a place", "a/b")
    assert hidden["scenario"]["demand"]["replay"]["file"] == "history.csv"


def test_every_setting_that_is_a_path_is_hidden_alike() -> None:
    """All that `sim.compose` takes for a path as it stands, and what names a file beside it."""
    for key in (*PATH_KEYS, "scenario.default_policy", "planner.earlier"):
        word = key.rpartition(".")[2]
        if word != "path":  # policy.path is settled before anything is kept
            assert hide_places({word: "/srv/ada/x.yaml"}) == {word: "x.yaml"}
    assert hide_places({"history_scorer": "/srv/ada/mood.py:score"}) == {
        "history_scorer": "mood.py:score"
    }
    assert hide_places({"history_scorer": "vader:score"}) == {"history_scorer": "vader:score"}
    mix = {"/srv/a/x.yaml": 0.5, "/srv/b/x.yaml": 0.3, "telecom_week": 0.2}
    assert hide_places({"planner": {"scenarios": mix}}) == {
        "planner": {"scenarios": {"x.yaml": 0.5, "x.yaml (2)": 0.3, "telecom_week": 0.2}}
    }


def test_a_run_whose_page_fails_is_whole(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Results are safe before any page is drawn; nothing else is left over."""

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("sim.report.pages.page.draw_report", fail)
    with pytest.raises(ZeroDivisionError):
        simulate(f"run.dir={tmp_path / 'runs' / 'one'}")
    assert [path.name for path in tmp_path.iterdir()] == ["runs"]
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["one"]
    assert sim.read_run(tmp_path / "runs" / "one").summary["satisfaction"].n > 0
    assert not (tmp_path / "runs" / "one" / "report.html").exists()


def test_a_run_that_fails_leaves_nothing(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("sim.running.replicate.replicate", fail)
    with pytest.raises(ZeroDivisionError):
        simulate(f"run.dir={tmp_path / 'runs' / 'one'}")
    assert [path for path in tmp_path.rglob("*") if path.name != "runs"] == []


@pytest.fixture
def signals() -> Any:
    """Put back what the command line changes."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)
    interrupt._requests.clear()


def press_at(fifth: int) -> Callable[..., None]:
    def press(self: object, what: str, done: float, total: float) -> None:
        if (what, done) == ("Simulating", fifth):
            signal.raise_signal(signal.SIGINT)

    return press


@pytest.mark.usefixtures("signals")
def test_ctrl_c_leaves_a_whole_folder_of_what_was_finished(
    tmp_path: pathlib.Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    folder: pathlib.Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sim.cli.progress.ProgressBar.__call__", press_at(4))
    interrupt.listen()
    assert main.run(["simulate", *TEXTS, "run.dir=part", "run.workers=2"]) == 130
    told = capsys.readouterr()
    assert told.err == "interrupted; finished results are kept in part\n"
    assert "Stopped after 4 of 6 replications." in told.out
    summary = json.loads((tmp_path / "part" / "summary.json").read_text())
    assert summary["stopped"] == {"finished": 4, "wanted": 6}
    assert summary["measures"]["satisfaction"]["n"] == 4
    assert {path.name for path in tmp_path.iterdir()} == {"part"}
    whole = read_table(folder / "replications.parquet")
    for name, values in read_table(tmp_path / "part" / "replications.parquet").items():
        np.testing.assert_array_equal(values, whole[name][:4])
    read = sim.read_run("part")
    assert (read.finished, read.wanted, read.is_stopped) == (4, 6, True)


def test_latest_and_folders_that_are_no_runs(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, folder: pathlib.Path
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="no complete run in results/"):
        sim.read_run("latest")
    place = tmp_path / "results" / "simulate" / "x" / "2026-01-01T00-00-00"
    place.parent.mkdir(parents=True)
    place.symlink_to(folder)
    assert sim.read_run("latest").summary == sim.read_run(folder).summary
    with pytest.raises(InputError, match="nowhere: is not a run of `simulate` or `plan`"):
        sim.read_run(tmp_path / "nowhere")


def test_a_policy_without_replications_is_refused(
    tmp_path: pathlib.Path, folder: pathlib.Path
) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in ("replications.parquet", "intervals.parquet", "summary.json"):
        (copy / name).write_bytes((folder / name).read_bytes())
    (copy / "policy.yaml").write_text("name: other\n")
    with pytest.raises(InputError, match="names other, which has no replications"):
        sim.read_run(copy)


def test_a_data_set_of_xarray_has_the_rows_for_its_dimension(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = Table(a=np.arange(3), b=np.array(["x", "y", "z"]))
    frames = types.ModuleType("xarray")
    frames.Dataset = dict  # type: ignore[attr-defined]  # stands for the class
    monkeypatch.setitem(sys.modules, "xarray", frames)
    made = table.to_xarray()
    assert {name: dims for name, (dims, _) in made.items()} == {"a": "row", "b": "row"}
    assert made["a"][1].tolist() == [0, 1, 2]
    monkeypatch.setitem(sys.modules, "xarray", None)
    with pytest.raises(InputError, match="to_xarray: xarray is not installed"):
        table.to_xarray()


@pytest.mark.parametrize("package", ["pandas", "polars"])
def test_data_frames_are_the_users_own(
    monkeypatch: pytest.MonkeyPatch, folder: pathlib.Path, package: str
) -> None:
    run = sim.read_run(folder)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(InputError, match=f"to_{package}: {package} is not installed"):
        getattr(run.replications, f"to_{package}")()
    frames = types.ModuleType(package)
    frames.DataFrame = dict  # type: ignore[attr-defined]  # stands for the class
    monkeypatch.setitem(sys.modules, package, frames)
    frame = getattr(run.intervals, f"to_{package}")()
    assert list(frame) == [column.name for column in schema.INTERVALS]
    assert type(frame) is dict
