"""A sweep's numbers are those of single runs, whoever plays what in which order.

The second road: `sim.simulate` for each point by itself, and the same sweep played otherwise,
byte by byte.
"""

import json
import pathlib
import random
import subprocess
from typing import Any

import numpy as np
import pytest

import sim
from sim.cli import main
from sim.errors import InputError
from sim.store.schema import UNITS
from sim.store.text import read_json, write_yaml
from sim.study import blocks, laying, playing, sweeping, worlds
from sim.study.reading import read_experiment
from tests.plan_worlds import SMALL_SHIFTS, make_small_scenario, write_scenario
from tests.sweep_worlds import read_files, write_experiment
from tests.worlds import Whole, exponential


@pytest.fixture(autouse=True)
def _here(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def sweep(*args: str) -> pathlib.Path:
    """Play the small experiment in this process; return its folder."""
    assert main.run(["sweep", "experiment=small.yaml", "run.workers=1", *args]) == 0
    named = [arg.partition("=")[2] for arg in args if arg.startswith("run.dir=")]
    return pathlib.Path(*(named or ["results/sweep/small"]))


def count_plays(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    """Note which replications are played from now on."""
    played: list[tuple[int, ...]] = []
    measure = playing.measure_replications

    def note(scenario: Any, lowered: Any, seed: int, numbers: Any, engine: str) -> Any:
        played.append(tuple(numbers))
        return measure(scenario, lowered, seed, numbers, engine)

    monkeypatch.setattr(playing, "measure_replications", note)
    return played


def test_each_point_has_the_numbers_of_a_run_of_its_own(tmp_path: pathlib.Path) -> None:
    write_experiment(tmp_path, run={"seed": 5})
    found = sim.read_sweep(sweep())
    design = found.design
    assert design["point"].tolist() == [0, 1, 2, 3]
    assert design["scenario.demand.base_per_h"].tolist() == [1.0, 1.0, 3.0, 3.0]
    for point in range(4):
        changes = [
            f"{key}={design[f'scenario.{key}'][point]}"
            for key in ("demand.base_per_h", "topics.question.work.mean_min")
        ]
        scenario = sim.load_scenario("day.yaml", changes)
        policy = sim.load_policy("reference", scenario)
        alone = sim.simulate(scenario, policy, replications=3, seed=5, workers=1)
        rows = found.take(point)
        assert rows["replication"].tolist() == [0, 1, 2]
        for name in UNITS:
            assert np.array_equal(rows[name], alone.replications[name], equal_nan=True), name
        told = found.summary["measures"][point]["measures"]["satisfaction"]
        assert told["mean"] == alone.summary["satisfaction"].mean


def test_order_and_batches_change_no_byte(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Blocks of two replications, in a wild order, one to a batch or all in one."""
    write_experiment(tmp_path)
    monkeypatch.setattr(blocks, "BLOCK", 2)
    first = read_files(sweep())
    cut = laying.cut_batches
    for size in (1, 100):

        def shuffle(listed: Any, _: int, size: int = size) -> Any:
            return cut(random.Random(size).sample(listed, len(listed)), size)

        monkeypatch.setattr(laying, "cut_batches", shuffle)
        folder = f"again-{size}"
        sweep(f"run.dir={folder}")
        again = read_files(pathlib.Path(folder))
        assert set(again) == set(first)
        assert {name for name in first if first[name] != again[name]} <= {"experiment.yaml"}


def test_processes_change_no_byte(tmp_path: pathlib.Path) -> None:
    write_experiment(tmp_path)
    first = read_files(sweep())
    args = ["sweep", "experiment=small.yaml", "run.workers=2", "replications=3", "run.dir=two"]
    assert main.run(args) == 0
    again = read_files(pathlib.Path("two"))
    assert {name for name in first if first[name] != again[name]} <= {"experiment.yaml"}


def test_shards_share_the_work_and_the_last_one_ends_it(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second shard begins when the first has played its own half and was stopped."""
    write_experiment(tmp_path, design={"kind": "grid", "levels": 4})
    first = read_files(sweep("run.dir=whole"))
    monkeypatch.setattr(laying, "size_batch", lambda *_: 1)
    played = count_plays(monkeypatch)
    run_batches = sweeping.run_batches

    def stop_after_own(task: Any, batches: Any, workers: int) -> Any:
        for number, found in enumerate(run_batches(task, batches, workers)):
            yield found
            if number == 3:
                raise KeyboardInterrupt

    monkeypatch.setattr(sweeping, "run_batches", stop_after_own)
    assert main.run(["sweep", "experiment=small.yaml", "run.workers=1", "run.shard=1/2"]) == 130
    assert len(played) == 4
    monkeypatch.setattr(sweeping, "run_batches", run_batches)
    again = read_files(sweep("run.shard=2/2"))
    assert len(played) == 8
    assert {name for name in first if first[name] != again[name]} <= {"experiment.yaml"}


def test_finished_jobs_never_run_again(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_experiment(tmp_path)
    before = read_files(sweep())
    played = count_plays(monkeypatch)
    assert read_files(sweep()) == before
    assert played == []
    sweep("replications=5")
    assert played == [(3, 4)] * 4
    sweep("replications=5", "factors.scenario.topics.question.work.mean_min=[4.0, 30.0, 9.0]")
    assert played[4:] == [(0, 1, 2, 3, 4)] * 2
    sweep()
    assert len(played) == 6
    assert read_files(pathlib.Path("results/sweep/small")) == before
    sweep("run.seed=2")
    assert len(played) == 10


def test_an_interrupt_keeps_what_is_done(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """All four blocks are one batch: the second is interrupted, the first is kept."""
    write_experiment(tmp_path)
    whole = read_files(sweep("run.dir=whole"))
    measure, calls = playing.measure_replications, []

    def interrupt(*args: Any) -> Any:
        calls.append(args)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return measure(*args)

    monkeypatch.setattr(playing, "measure_replications", interrupt)
    assert main.run(["sweep", "experiment=small.yaml", "run.workers=1"]) == 130
    assert "finished results are kept in results/sweep/small" in capsys.readouterr().err
    with pytest.raises(InputError, match="not finished"):
        sim.read_sweep("results/sweep/small")
    again = read_files(sweep())
    assert len(calls) == 2 + 3
    assert {name for name in whole if whole[name] != again[name]} <= {"experiment.yaml"}


def test_another_code_is_told_and_kept_apart(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_experiment(tmp_path)
    folder = sweep()
    before = read_files(folder)
    for room in (worlds, playing):
        monkeypatch.setattr(room, "hash_code", lambda: "another")
    played = count_plays(monkeypatch)
    capsys.readouterr()
    sweep()
    told = capsys.readouterr().err
    assert "holds jobs of other code" in told
    assert "kept apart" in told
    assert len(played) == 4
    [aside] = folder.glob("code-*")
    assert read_files(aside) == before


def test_a_file_that_a_world_names_counts_by_its_content(tmp_path: pathlib.Path) -> None:
    write_experiment(tmp_path)
    keys = []
    for text in ("pool,people,from_h,to_h\n", "pool,people,from_h,to_h,note\n"):
        (tmp_path / "roster.csv").write_text(text)
        (tmp_path / "again.csv").write_text(text)
        for name in ("roster.csv", "again.csv"):
            read = read_experiment("small.yaml", [f"policy.name={name}"])
            keys.append(worlds.WorldMaker(read.experiment).make({}).key)
    assert len(set(keys)) == 2
    assert keys[0] == keys[1]


def test_one_policy_for_all_worlds_or_one_for_each(tmp_path: pathlib.Path) -> None:
    """Erlang A staffs the busy world better when it knows it; the roster for all knows it not."""
    write_experiment(
        tmp_path,
        policy="erlang_a",
        factors={"scenario.demand.base_per_h": [2.0, 40.0]},
        design="list",
    )
    each = sim.read_sweep(sweep("run.dir=each"))
    once = sim.read_sweep(sweep("policy.build=once", "run.dir=once"))
    hours = {name: [found.take(point)["staffed_h"][0] for point in (0, 1)]
             for name, found in (("each", each), ("once", once))}  # fmt: skip
    assert hours["once"][0] == hours["once"][1] == hours["each"][0]
    assert hours["each"][1] > hours["each"][0]


def test_arms(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    arms = {
        "as it is": {},
        "slower": {"scenario.topics.question.work.mean_min": 30.0},
        "flat": {"policy": "flat", "planner.budget": 900.0},
    }
    write_experiment(tmp_path, factors=None, design=None, arms=arms, title="Three arms")
    found = sim.read_sweep(sweep())
    assert found.design["arm"].tolist() == list(arms)
    assert [one["arm"] for one in found.summary["measures"]] == list(arms)
    told = capsys.readouterr().out
    assert told.startswith("Three arms\n")
    assert all(f"  {arm}" in told for arm in arms)
    costs = [found.take(point)["cost"].mean() for point in range(3)]
    assert costs[2] == pytest.approx(900.0, rel=0.1)
    assert costs[0] != costs[2]


def test_a_failed_job_stops_no_other(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second arm has no reference staff; it is tried again next time."""
    arms = {"one": {}, "nobody": {"scenario.team.reference_staff": {}},
            "two": {"scenario.demand.base_per_h": 1.5}}  # fmt: skip
    write_experiment(tmp_path, factors=None, design=None, arms=arms)
    code = main.run(["sweep", "experiment=small.yaml", "run.workers=1"])
    assert code == 4
    told = capsys.readouterr().err.strip()
    assert told.startswith("1 job failed, named in results/sweep/small/failed.jsonl; the first, of")
    assert told.count("\n") == 0
    folder = pathlib.Path("results/sweep/small")
    [line] = [json.loads(one) for one in (folder / "failed.jsonl").read_text().splitlines()]
    assert (line["point"], line["values"]) == (1, arms["nobody"])
    found = sim.read_sweep(folder)
    assert np.unique(found.replications["point"]).tolist() == [0, 2]
    assert found.summary["failed"] == 1
    played = count_plays(monkeypatch)
    assert main.run(["sweep", "experiment=small.yaml", "run.workers=1"]) == 4
    assert played == []


def test_where_all_fails_nothing_is_told_but_why(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two arms are one world and one job."""
    nobody = {"scenario.team.reference_staff": {}}
    arms = {"one": nobody, "again": nobody, "two": {**nobody, "scenario.demand.base_per_h": 1.5}}
    write_experiment(tmp_path, factors=None, design=None, arms=arms)
    assert main.run(["sweep", "experiment=small.yaml", "run.workers=1"]) == 4
    answer = capsys.readouterr()
    assert answer.out == "Results: results/sweep/small (0 jobs played now)\n"
    assert answer.err.startswith("2 jobs failed")
    assert sim.read_sweep("results/sweep/small").replications["point"].size == 0


def test_a_bug_in_one_job_is_a_failure_with_its_place(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_experiment(tmp_path)
    measure, calls = playing.measure_replications, []

    def fail_once(*args: Any) -> Any:
        calls.append(args)
        if len(calls) == 3:
            raise ZeroDivisionError("by nothing")
        return measure(*args)

    monkeypatch.setattr(playing, "measure_replications", fail_once)
    assert main.run(["sweep", "experiment=small.yaml", "run.workers=1"]) == 4
    line = json.loads(pathlib.Path("results/sweep/small/failed.jsonl").read_text())
    assert (line["point"], line["reason"]) == (2, "ZeroDivisionError: by nothing (fail_once)")
    sweep()
    assert len(calls) == 5


def test_replications_go_on_until_intervals_are_short(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In steps of four here. Every point ends at the first step at which it is short enough."""
    write_experiment(tmp_path, replications={"half_width": {"satisfaction": 0.02},
                                             "at_least": 6, "at_most": 30})  # fmt: skip
    for room in (blocks, sweeping):
        monkeypatch.setattr(room, "BLOCK", 4)
    found = sim.read_sweep(sweep())
    sizes = []
    for point in range(4):
        rows = found.take(point)
        sizes.append(rows["replication"].size)
        assert rows["replication"].tolist() == list(range(sizes[-1]))
        values = rows["satisfaction"]
        steps = [6, *range(8, 30, 4), 30]
        short = [n for n in steps if sweeping.measure_half("satisfaction", values[:n]) <= 0.02]
        assert sizes[-1] == (short[0] if short and short[0] <= sizes[-1] else 30)
    assert len(set(sizes)) > 1


def test_a_dry_run_plays_nothing(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_experiment(tmp_path)
    sweep("--dry-run", "replications=120")
    told = capsys.readouterr().out
    assert "points          4\n" in told
    assert "jobs            12 (0 finished)\n" in told
    assert not pathlib.Path("results").exists()
    sweep()
    capsys.readouterr()
    sweep("--dry-run")
    assert "jobs            4 (4 finished)\n" in capsys.readouterr().out


def test_a_batch_file_starts_the_same_command_in_parts(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A shell reads it as it is meant: played by hand, its three tasks are the whole sweep."""
    write_experiment(tmp_path)
    (tmp_path / "small.yaml").rename(tmp_path / "my study.yaml")
    args = ["sweep", "experiment=my study.yaml", "replications=2"]
    assert main.run([*args, "run.shard=1/3", "--slurm"]) == 0
    script = capsys.readouterr().out
    assert "#SBATCH --array=1-3\n" in script
    assert not pathlib.Path("results").exists()
    for task in "123":
        told = subprocess.run(
            ["sh", "-c", script.replace("exec surgecrew", "printf '%s\\n'")],
            env={"SLURM_ARRAY_TASK_ID": task},
            capture_output=True,
            text=True,
            check=True,
        )
        words = told.stdout.splitlines()
        assert words == [*args, "run.workers=1", f"run.shard={task}/3"]
        assert main.run(words) == 0
    assert sim.read_sweep("results/sweep/my_study").replications["point"].size == 8


def test_a_brand_that_is_not_like_ours(tmp_path: pathlib.Path) -> None:
    """Other language, hours, topics, pool, clock and money; the experiment is its own file."""
    topics = ["Brötchen & Brot", "Lieferung v2.0"]
    day = make_small_scenario(
        name="Bäckerei Öztürk",
        currency="EUR",
        horizon={"days": 2, "time_zone": "Europe/Berlin"},
        demand={"base_per_h": 1.5},
        topics=Whole(
            {"Brötchen & Brot": {"share": 2.0, "work": exponential(3.0), "resolution_share": 0.8},
             "Lieferung v2.0": {"share": 1.0, "work": exponential(6.0), "resolution_share": 0.5}}
        ),
        team={
            "pools": Whole({"Theke": {"skills": topics, "limit": 9}}),
            "reference_staff": Whole({"Theke": [2] * 24}),
        },
        shifts=SMALL_SHIFTS | {"open_from_h": 8.0, "open_to_h": 19.0},
    )  # fmt: skip
    folder = tmp_path / "mein Ordner"
    folder.mkdir()
    write_scenario(folder / "laden.yaml", day)
    write_yaml(
        folder / "größe.yaml",
        {
            "scenario": "laden.yaml",
            "replications": 2,
            "factors": {
                "scenario.topics.Lieferung v2.0.share": {"low": 0.5, "high": 4.0, "scale": "log"},
                "scenario.team.pools.Theke.limit": {"low": 2, "high": 5, "whole": True},
            },
            "design": {"kind": "lhs", "points": 3},
        },
    )
    assert main.run(["sweep", "experiment=mein Ordner/größe.yaml", "run.workers=1"]) == 0
    found = sim.read_sweep("results/sweep/größe")
    assert found.design["scenario.team.pools.Theke.limit"].dtype == np.int64
    assert len(np.unique(found.design["world"])) == 3
    assert found.replications["point"].tolist() == [0, 0, 1, 1, 2, 2]


def test_the_folder_names_nobody(tmp_path: pathlib.Path) -> None:
    write_experiment(tmp_path)
    path = tmp_path / "small.yaml"
    assert main.run(["sweep", f"experiment={path}", "run.workers=1", "replications=1"]) == 0
    folder = pathlib.Path("results/sweep/small")
    for file in folder.rglob("*"):
        if file.is_file():
            assert str(tmp_path).encode() not in file.read_bytes(), file
    assert read_json(folder / "provenance.json")["verb"] == "sweep"
