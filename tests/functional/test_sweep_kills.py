"""Workers and clients that are killed: every job once, the bytes of a sweep that ran in peace.

No clock: what is waited for is a file, or an answer.
"""

import multiprocessing
import os
import pathlib
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any, cast

import numpy as np
import pytest

from sim.cli import main
from sim.errors import SurgecrewError
from sim.study import laying, pool, sweeping
from sim.study.blocks import Block
from sim.study.playing import PlayedBatch
from tests.sweep_worlds import read_files, write_experiment

FORTY = {
    "replications": 20,
    "factors": {"scenario.demand.base_per_h": {"low": 1.0, "high": 3.0}},
    "design": {"kind": "lhs", "points": 40},
}
PEACE = {"experiment.yaml"}
"""files that say how it was played"""


@pytest.fixture(scope="module")
def peace(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """Return the folder of an experiment of 40 jobs, which was played by one process."""
    folder = tmp_path_factory.mktemp("peace")
    write_experiment(folder, **FORTY)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main.run(["sweep", "experiment=small.yaml", "run.workers=1"]) == 0
    return folder


def find_other(one: pathlib.Path, other: pathlib.Path) -> set[str]:
    """Return the files that differ."""
    first, second = read_files(one), read_files(other)
    assert set(first) == set(second)
    return {name for name in first if first[name] != second[name]}


def kill_one(task: Any, batches: Any, workers: int) -> Iterator[PlayedBatch]:
    """Play in processes; after the fourth answer one of them is killed."""
    for number, found in enumerate(pool.run_batches(task, batches, workers)):
        yield found
        if number == 3:
            os.kill(multiprocessing.active_children()[0].pid or 0, signal.SIGKILL)


def test_a_killed_worker_is_replaced(
    peace: pathlib.Path, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_experiment(tmp_path, **FORTY)
    monkeypatch.setattr(laying, "size_batch", lambda *_: 1)
    monkeypatch.setattr(sweeping, "run_batches", kill_one)
    assert main.run(["sweep", "experiment=small.yaml", "run.workers=2"]) == 0
    assert find_other(tmp_path / "results/sweep/small", peace / "results/sweep/small") <= PEACE
    assert multiprocessing.active_children() == []


class Imitation:
    """A worker without a process: it dies of one block, or before it begins, or does its work."""

    deadly: tuple[Block, ...] = ()
    stillborn = 0
    count = 0

    def __init__(self, _: Any) -> None:
        self.pipe, self._other = multiprocessing.Pipe()
        self.batch: Any = None
        self.has_begun = False
        Imitation.count += 1

    def give(self, batch: Any) -> None:
        self.batch, self.has_begun = batch, False
        if Imitation.count <= Imitation.stillborn:
            self._other.close()
            return
        self._other.send(pool.BEGAN)
        if set(map(str, batch)) & set(map(str, self.deadly)):
            self._other.close()
        else:
            self._other.send(PlayedBatch(batch, ()))

    def end(self) -> None:
        self.pipe.close()
        self._other.close()


def play_imitated(
    monkeypatch: pytest.MonkeyPatch, deadly: tuple[int, ...], stillborn: int = 0
) -> tuple[list[int], dict[int, str]]:
    """Play six blocks in batches of three; return the numbers of those done, and of the failed."""
    blocks = [Block(number, {}, f"w{number}", 0, 3) for number in range(6)]
    monkeypatch.setattr(pool, "_Worker", Imitation)
    monkeypatch.setattr(Imitation, "deadly", tuple(blocks[number] for number in deadly))
    monkeypatch.setattr(Imitation, "stillborn", stillborn)
    monkeypatch.setattr(Imitation, "count", 0)
    batches = [tuple(blocks[:3]), tuple(blocks[3:])]
    found = list(pool.run_batches(cast(Any, None), batches, 2))
    done = sorted(block.point for one in found for block in one.done)
    return done, {one.block.point: one.reason for some in found for one in some.failed}


@pytest.mark.parametrize("deadly", [(), (1,), (0, 5), (0, 1, 2, 3, 4, 5)])
def test_a_job_that_kills_its_process_fails_alone(
    monkeypatch: pytest.MonkeyPatch, deadly: tuple[int, ...]
) -> None:
    """With the others of its batch thrice, then alone thrice."""
    done, failed = play_imitated(monkeypatch, deadly)
    assert done == [number for number in range(6) if number not in deadly]
    assert failed == dict.fromkeys(deadly, "its process was killed 3 times")
    batches = len({number // 3 for number in deadly})
    assert Imitation.count <= 2 + 3 * batches + 3 * len(deadly)


def test_who_dies_before_it_begins_is_not_held_against_its_jobs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert play_imitated(monkeypatch, (), stillborn=9) == ([0, 1, 2, 3, 4, 5], {})
    with pytest.raises(SurgecrewError, match="10 processes in a row ended before they began"):
        play_imitated(monkeypatch, (), stillborn=10)


def test_a_killed_client_goes_on_where_it_was(
    peace: pathlib.Path, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was stored is not touched again, and the end is as in peace."""
    monkeypatch.chdir(tmp_path)
    write_experiment(tmp_path, **FORTY)
    command = [sys.executable, "-m", "sim", "sweep", "experiment=small.yaml", "run.workers=2"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    folder = tmp_path / "results/sweep/small"
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as client:
        while client.poll() is None and not list(folder.glob("parts/*/*.parquet")):
            time.sleep(0.02)
        client.kill()
    assert client.returncode == -signal.SIGKILL
    assert not (folder / "provenance.json").exists()
    stored = {path: path.stat().st_mtime_ns for path in folder.glob("parts/*/*.parquet")}
    assert stored
    assert main.run(["sweep", "experiment=small.yaml", "run.workers=1"]) == 0
    assert all(path.stat().st_mtime_ns == stamp for path, stamp in stored.items())
    assert find_other(folder, peace / "results/sweep/small") <= PEACE
    rows = laying.Parts(folder, next(folder.glob("parts/*")).name).read()
    assert len(np.unique(rows["world"])) == 40
