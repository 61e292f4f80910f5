"""The store of a sweep under cut files, flipped bits, a full disk, two writers at once."""

import errno
import os
import pathlib
from typing import Any

import numpy as np
import pytest

from sim.cli import main
from sim.errors import InputError, PlaceWarning
from sim.running.table import Table
from sim.store import replacing
from sim.study import parts as storing
from sim.study import playing
from sim.study.blocks import Block
from sim.study.parts import Parts, list_other_codes
from tests.sweep_worlds import read_files, write_experiment

BLOCK = Block(0, {}, "one", 0, 2)


def make_rows(world: str = "one", first: int = 0, count: int = 2) -> Table:
    numbers = np.arange(first, first + count)
    return Table(world=np.full(count, world), replication=numbers, cost=numbers * 1.5)


@pytest.fixture
def parts(tmp_path: pathlib.Path) -> Parts:
    store = Parts(tmp_path, "code")
    store.prepare()
    return store


def test_rows_come_back(parts: Parts) -> None:
    later = BLOCK._replace(first=2)
    parts.write((BLOCK, later), [make_rows(), make_rows(first=2)])
    other = BLOCK._replace(world="two")
    parts.write((other,), [make_rows("two")])
    done = parts.list_done()
    assert {world: numbers.tolist() for world, numbers in done.items()} == {
        "one": [0, 1, 2, 3],
        "two": [0, 1],
    }
    assert parts.has((other,))
    assert not parts.has((later,))
    assert np.sort(parts.read()["cost"]).tolist() == [0.0, 0.0, 1.5, 1.5, 3.0, 4.5]


def test_two_writers_of_a_batch_leave_one_file(parts: Parts) -> None:
    for _ in range(2):
        parts.write((BLOCK,), [make_rows()])
    [path] = parts.place.iterdir()
    before = path.read_bytes()
    parts.write((BLOCK,), [make_rows()])
    assert path.read_bytes() == before


@pytest.mark.parametrize("damage", ["cut", "empty", *(f"bit of byte {n}" for n in (140, 380, -90))])
def test_a_damaged_file_is_told_and_believed_by_nobody(parts: Parts, damage: str) -> None:
    """Bits of values, of a column's name and of what counts rows, too."""
    parts.write((BLOCK,), [make_rows(count=2)])
    [path] = parts.place.iterdir()
    content = bytearray(path.read_bytes())
    if damage.startswith("bit"):
        content[int(damage.rpartition(" ")[2])] ^= 0x10
    path.write_bytes({"cut": content[:-9], "empty": b""}.get(damage, content))
    with pytest.warns(PlaceWarning, match="its jobs are played again"):
        assert parts.list_done() == {}
    assert not parts.has((BLOCK,))
    assert [one.suffix for one in parts.place.iterdir()] == [".damaged"]


def test_many_files_become_few_and_a_reader_meanwhile_loses_nothing(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader that has listed the many files finds the first one gone, and lists again."""
    monkeypatch.setattr(storing, "MOST_FILES", 3)
    monkeypatch.setattr(storing, "MERGED_ROWS", 5)
    blocks = [BLOCK._replace(world=f"w{n}") for n in range(4)]
    for block in blocks:
        parts.write((block,), [make_rows(block.world)])
    before = {world: numbers.tolist() for world, numbers in parts.list_done().items()}
    read, is_first = storing._read_whole, [True]

    def merge_first(path: pathlib.Path, names: Any) -> Table:
        if is_first:
            is_first.clear()
            parts.merge()
        return read(path, names)

    monkeypatch.setattr(storing, "_read_whole", merge_first)
    during = parts.list_done()
    assert not is_first
    assert {world: numbers.tolist() for world, numbers in during.items()} == before
    assert sorted(path.name[:7] for path in parts.place.iterdir()) == ["merged-"] * 2
    assert np.sort(parts.read()["cost"]).tolist() == [0.0] * 4 + [1.5] * 4


def test_rows_of_other_code_are_apart(parts: Parts, tmp_path: pathlib.Path) -> None:
    other = Parts(tmp_path, "older")
    other.prepare()
    other.write((BLOCK,), [make_rows()])
    assert parts.list_done() == {}
    assert list_other_codes(tmp_path, "code") == ["older"]


def test_a_full_disk_leaves_no_part_of_a_file(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    parts.write((BLOCK,), [make_rows()])
    monkeypatch.setattr(replacing.os, "fsync", fill)
    with pytest.raises(InputError, match="cannot be written \\(No space left on device\\)"):
        parts.write((BLOCK._replace(first=2),), [make_rows(first=2)])
    assert len(list(parts.place.iterdir())) == 1
    assert parts.list_done()["one"].tolist() == [0, 1]


def test_a_full_disk_ends_a_sweep_in_a_line_and_the_next_goes_on(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write_experiment(tmp_path)
    command = ["sweep", "experiment=small.yaml", "run.workers=1"]
    assert main.run([*command, "run.dir=whole"]) == 0
    write = Parts.write

    def refuse(self: Parts, *_: Any) -> None:
        raise InputError(f"{self.place}: cannot be written (No space left on device)")

    monkeypatch.setattr(Parts, "write", refuse)
    capsys.readouterr()
    assert main.run([*command, "run.dir=again"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    monkeypatch.setattr(Parts, "write", write)
    assert main.run([*command, "run.dir=again"]) == 0
    first, again = (read_files(pathlib.Path(name)) for name in ("whole", "again"))
    assert {name for name in first if first[name] != again[name]} <= {"experiment.yaml"}


def test_a_sweep_plays_again_what_was_damaged_and_only_that(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_experiment(tmp_path)
    command = ["sweep", "experiment=small.yaml", "run.workers=1"]
    assert main.run(command) == 0
    assert main.run([*command, "replications=5"]) == 0
    folder = pathlib.Path("results/sweep/small")
    before = read_files(folder)
    later = max((folder / "parts").rglob("*.parquet"), key=lambda path: path.stat().st_mtime_ns)
    later.write_bytes(later.read_bytes()[:-5])
    played, measure = [], playing.measure_replications

    def note(scenario: Any, lowered: Any, seed: int, numbers: Any, engine: str) -> Any:
        played.append(list(numbers))
        return measure(scenario, lowered, seed, numbers, engine)

    monkeypatch.setattr(playing, "measure_replications", note)
    with pytest.warns(PlaceWarning, match="its jobs are played again"):
        assert main.run([*command, "replications=5"]) == 0
    assert played == [[3, 4]] * 4
    assert read_files(folder) == before


def test_what_a_killed_writer_left_goes_a_day_later(tmp_path: pathlib.Path) -> None:
    for age_s in (0, 90_000):
        path = tmp_path / f"{replacing.DRAFT}{age_s}"
        path.write_text("half")
        stamp = path.stat().st_mtime - age_s
        os.utime(path, (stamp, stamp))
    (tmp_path / "other").write_text("")
    replacing.clear_drafts(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{replacing.DRAFT}0", "other"]


def test_a_folder_that_cannot_be_written_is_named(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write_experiment(tmp_path)
    (tmp_path / "results").write_text("a file where the folder should be")
    assert main.run(["sweep", "experiment=small.yaml", "run.workers=1"]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "results/sweep/small: cannot be written (" in told
