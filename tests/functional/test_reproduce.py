"""Stored results made again from their folder alone: equal, or told what differs and why."""

import json
import pathlib
import shutil

import numpy as np
import pytest

import sim
from sim.cli import main
from sim.reproduction.comparing import ROUNDING, compare_bytes
from sim.reproduction.sweeps import list_jobs
from sim.running.table import Table
from sim.store.stored import hash_file
from sim.store.tables import read_table, write_table
from sim.store.text import write_json, write_yaml
from tests.plan_worlds import make_small_scenario, write_scenario
from tests.sweep_worlds import write_experiment


@pytest.fixture(autouse=True)
def _here(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    day = make_small_scenario(horizon={"days": 1}, demand={"base_per_h": 2.0})
    write_scenario(tmp_path / "my day.yaml", day)


def simulate(folder: str, *args: str) -> None:
    settings = ("run.replications=3", f"run.dir={folder}", "report.page=false")
    assert main.run(["simulate", "scenario=my day.yaml", *settings, *args]) == 0


def reproduce(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, dict[str, str]]:
    """Return the exit code and what became of each file."""
    capsys.readouterr()
    code = main.run(["reproduce", *args, "--json"])
    answer = capsys.readouterr()
    assert answer.out, answer.err
    told = json.loads(answer.out)
    assert told["equal"] == (code == 0)
    return code, {one["name"]: one["state"] for one in told["files"]}


def test_a_run_is_made_again_from_its_folder_alone(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Elsewhere, its scenario gone: every file equal, and nothing in the folder touched."""
    simulate("run")
    (tmp_path / "my day.yaml").unlink()
    shutil.move("run", "given away")
    before = {path.name: path.read_bytes() for path in pathlib.Path("given away").iterdir()}
    code, states = reproduce(capsys, "given away")
    assert code == 0
    assert set(states.values()) == {"equal"}
    assert {"summary.json", "replications.parquet", "config.yaml", "policy.yaml"} <= states.keys()
    after = {path.name: path.read_bytes() for path in pathlib.Path("given away").iterdir()}
    assert after == before


def test_what_was_changed_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """A number by a ten-thousandth: the file, the column, and that it was changed since."""
    simulate("run")
    path = pathlib.Path("run/replications.parquet")
    table = read_table(path)
    table["satisfaction"] = table["satisfaction"] * 1.0001
    write_table(path, table)
    code, states = reproduce(capsys, "run")
    assert code == 4
    assert [name for name in states if states[name] == "different"] == ["replications.parquet"]
    assert main.run(["reproduce", "run"]) == 4
    told = capsys.readouterr()
    assert "in satisfaction" in told.out
    assert "replications.parquet: was changed after the run wrote it" in told.out
    assert told.err == "1 of 5 files differ\n"


def test_a_comparison_is_made_again_where_its_runs_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    simulate("one")
    simulate("other", "policy=flat")
    assert main.run(["compare", "one", "other", "run.dir=both"]) == 0
    code, states = reproduce(capsys, "both")
    assert (code, set(states.values())) == (0, {"equal"})
    shutil.rmtree("other")
    assert main.run(["reproduce", "both"]) == 2
    assert "run other" in capsys.readouterr().err


def test_a_roster_that_is_gone_is_taken_from_the_policy(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "roster.csv").write_text("day,shift,pool,count\nmon,09:00-17:00,general,2\n")
    simulate("run", "policy=roster.csv")
    (tmp_path / "roster.csv").unlink()
    code, states = reproduce(capsys, "run")
    assert (code, set(states.values())) == (0, {"equal"})


def test_a_history_that_is_not_there_is_one_line(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And with the folder that holds it, all is equal."""
    hours = "\n".join(f"2026-03-{day:02}T{hour:02}:00,{hour % 5 + day % 3}"
                      for day in range(1, 29) for hour in range(24))  # fmt: skip
    (tmp_path / "histories").mkdir()
    (tmp_path / "histories" / "a b.csv").write_text(f"time,mentions\n{hours}\n")
    history = f"history={tmp_path}/histories/a b.csv"
    assert main.run(["calibrate", history, "run.dir=fit", "report.page=false"]) == 0
    capsys.readouterr()
    assert main.run(["reproduce", "fit"]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "history = a b.csv: is not kept with the results" in told
    code, states = reproduce(capsys, "fit", "inputs=histories")
    assert code == 0
    assert "scenario.yaml" in states


def test_a_sweep_and_one_of_its_jobs(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the sources of another day the hashes differ, and nothing else is told to."""
    write_experiment(tmp_path)
    assert main.run(["sweep", "experiment=small.yaml", "run.workers=1"]) == 0
    place = "results/sweep/small"
    code, states = reproduce(capsys, place)
    assert (code, set(states.values())) == (0, {"equal"})
    assert "replications-0000.parquet" in states
    found = sim.read_sweep(place)
    job = list_jobs(found.design, found.replications)[2]
    code, states = reproduce(capsys, place, f"job={job.key[:8]}")
    assert (code, list(states)) == (0, [f"job {job.key} (point 2, replications 0 to 2)"])
    forge_code(pathlib.Path(place))
    forged = Table(read_table(pathlib.Path(place) / "design.parquet"))
    job = list_jobs(forged, found.replications)[2]
    assert reproduce(capsys, place)[0] == 0
    assert reproduce(capsys, place, f"job={job.key[:8]}")[0] == 0


def forge_code(folder: pathlib.Path) -> None:
    """Let a sweep's hashes be those of other sources."""
    design = read_table(folder / "design.parquet")
    design["world"] = np.array([f"{place:024}" for place in range(4)])
    write_table(folder / "design.parquet", design)
    summary = json.loads((folder / "summary.json").read_text())
    write_json(folder / "summary.json", summary | {"code": "0" * 16})
    passport = json.loads((folder / "provenance.json").read_text()) | {"code": "0" * 16}
    passport["files"] = {name: hash_file(folder / name) for name in passport["files"]}
    write_json(folder / "provenance.json", passport)


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["run", "job=abcdef"], "allowed: with a sweep"),
        (["run", "jobs=abcdef"], "allowed: job=HASH, inputs=FOLDER"),
        (["run", "inputs=nowhere"], "inputs=nowhere: no such folder"),
        (["nowhere"], "no such folder"),
        ([], "the folder of one run or sweep"),
    ],
)
def test_what_it_does_not_take(
    args: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if "run" in args:
        folder = pathlib.Path("run")
        folder.mkdir()
        write_json(folder / "provenance.json", {"schema": 1, "verb": "simulate", "versions": {}})
    assert main.run(["reproduce", *args]) == 2
    assert told in capsys.readouterr().err


def test_an_interrupted_run_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    folder = pathlib.Path("run")
    folder.mkdir()
    write_json(folder / "provenance.json", {"schema": 1, "verb": "simulate", "versions": {}})
    write_json(folder / "summary.json", {"schema": 1, "stopped": {"finished": 3, "wanted": 9}})
    assert main.run(["reproduce", "run"]) == 2
    assert "after 3 of 9 replications" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("other", "state"),
    [
        ({"a": 1.0, "b": "x"}, "equal"),
        ({"a": 1.0 + 2 * ROUNDING, "b": "x"}, "different"),
        ({"a": 1.0 + ROUNDING / 2, "b": "x"}, "rounded"),
        ({"a": float("nan"), "b": "x"}, "different"),
        ({"a": 1.0, "b": "y"}, "different"),
        ({"a": 1.0}, "different"),
        ({"a": 1.0, "b": ["x"]}, "different"),
    ],
)
def test_how_far(tmp_path: pathlib.Path, other: dict[str, object], state: str) -> None:
    """The same by a table, by YAML and by JSON: what a wrong unit of the tolerance would break."""
    one = {"a": 1.0, "b": "x"}
    for name, write in (("x.yaml", write_yaml), ("x.json", write_json)):
        for side, plain in (("one", one), ("other", other)):
            (tmp_path / side).mkdir(exist_ok=True)
            write(tmp_path / side / name, plain)
        found = compare_bytes(name, tmp_path / "one" / name, tmp_path / "other" / name)
        assert found.state == state
        assert state != "rounded" or abs(found.largest - ROUNDING / 2) < 1e-12
