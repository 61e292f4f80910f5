"""Functions of the user's: only from beside the experiment, only with ``--code``, rows as told."""

import json
import pathlib

import numpy as np
import pytest

import sim
from sim.cli import main
from sim.store.schema import UNITS
from tests.sweep_worlds import read_files, write_experiment

RUN = """
import pathlib
import sim

pathlib.Path("ran").write_text("it was run")


def simulate(job):
    run = sim.simulate(job.scenario, job.policy, len(job.replications), job.seed, workers=1)
    return {"double": 2 * run.replications["cost"], "x": [job.values["own.x"]] * run.finished}


def misbehave(job):
    return {"cost": [1.0, 2.0]} if job.values["own.x"] == 2 else {"cost": [1.0, 2.0, 3.0]}
"""
OWN = {"factors": {"own.x": [1, 2], "scenario.demand.base_per_h": [1.0]}, "design": "grid"}


@pytest.fixture(autouse=True)
def _here(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "run.py").write_text(RUN)


def sweep(*args: str) -> int:
    return main.run(["sweep", "experiment=study/small.yaml", "run.workers=1", *args])


def test_nothing_runs_unless_the_command_line_says_so(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_experiment(tmp_path / "study", runs="run.py:simulate", **OWN)
    for flag in ([], ["--dry-run"]):
        assert sweep(*flag) == 2
        told = capsys.readouterr().err
        assert told.count("\n") == 1
        assert "allowed: only with --code on the command line" in told
    assert not (tmp_path / "ran").exists()
    assert sweep("--code", "--dry-run") == 0
    assert not (tmp_path / "ran").exists()


def test_rows_are_those_that_it_returns(tmp_path: pathlib.Path) -> None:
    """Twice the cost of the same world that the product simulates by itself."""
    write_experiment(tmp_path / "study", runs="run.py:simulate", **OWN)
    assert sweep("--code") == 0
    found = sim.read_sweep("results/sweep/small")
    assert list(found.replications) == ["point", "replication", "double", "x"]
    scenario = sim.load_scenario("study/day.yaml", ["demand.base_per_h=1.0"])
    alone = sim.simulate(scenario, sim.load_policy("reference", scenario), 3, 1, workers=1)
    assert list(alone.replications)[2:] == list(UNITS)
    for point in (0, 1):
        rows = found.take(point)
        assert np.array_equal(rows["double"], 2 * alone.replications["cost"])
        assert rows["x"].tolist() == [point + 1] * 3


def test_another_content_of_its_folder_is_another_job(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_experiment(tmp_path / "study", runs="run.py:simulate", **OWN)
    assert sweep("--code") == 0
    before = read_files(pathlib.Path("results/sweep/small"))
    capsys.readouterr()
    assert sweep("--code") == 0
    assert "(0 jobs played now)" in capsys.readouterr().out
    (tmp_path / "study" / "run.py").write_text(RUN.replace("2 * run", "3 * run"))
    assert sweep("--code") == 0
    assert "(2 jobs played now)" in capsys.readouterr().out
    after = read_files(pathlib.Path("results/sweep/small"))
    assert before["replications-0000.parquet"] != after["replications-0000.parquet"]


def test_what_returns_something_else_fails_by_name(tmp_path: pathlib.Path) -> None:
    write_experiment(tmp_path / "study", runs="run.py:misbehave", **OWN)
    assert sweep("--code") == 4
    folder = pathlib.Path("results/sweep/small")
    [line] = [json.loads(one) for one in (folder / "failed.jsonl").read_text().splitlines()]
    assert line["values"]["own.x"] == 2
    assert line["reason"].startswith("run.py:misbehave returned cost as float64, shape (2,)")
    assert sim.read_sweep(folder).take(0)["cost"].tolist() == [1.0, 2.0, 3.0]


def test_a_function_that_is_not_there(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_experiment(tmp_path / "study", runs="run.py:gone", **OWN)
    assert sweep("--code") == 2
    assert "study/run.py: has no function gone" in capsys.readouterr().err
    (tmp_path / "study" / "run.py").write_text("def gone(job:\n")
    for workers in (1, 2):
        assert sweep("--code", f"run.workers={workers}") == 2
        told = capsys.readouterr().err
        assert told.startswith("study/run.py: cannot be loaded (SyntaxError: ")
        assert told.count("\n") == 1
