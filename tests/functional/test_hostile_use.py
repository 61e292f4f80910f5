"""The study of hostile use in a small case: 28 random edits, each done or refused in a line.

A fault of one in a hundred edits is met here once in four seeds; the study tries 2,000.
"""

import os
import pathlib
import types

import pytest

from sim.cli import main
from tests.studies import load_study

SEED, EDITS = 7, 28
CACHE = str(pathlib.Path.home() / ".cache")


@pytest.fixture(scope="module")
def study() -> types.ModuleType:
    """Return the study's script; its own modules are loaded under its folder's names."""
    [module] = load_study("hostile_use", ["run"])
    return module


def test_edits_are_done_or_refused_in_a_line(
    study: types.ModuleType,
    tmp_path: pathlib.Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    # Engines that are compiled already stay where they are.
    monkeypatch.setenv("XDG_CACHE_HOME", os.environ.get("XDG_CACHE_HOME", CACHE))
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_STATE_HOME", str(home))
    faults, done = [], 0
    for number, edit in enumerate(study.list_edits(SEED, EDITS)):
        if edit.kind == "plans":  # a search takes seconds
            continue
        work = tmp_path / str(number)
        work.mkdir()
        study.lay_files(work, edit.files)
        before = study.list_files(work)
        monkeypatch.chdir(work)
        status = main.run(edit.args)
        err = capsys.readouterr().err
        row = {"status": status, "err": err, "cpu_s": 0.0, "mb": 0}
        fault = study.judge(row, work, before, study.list_files(work), list(home.rglob("*.log")))
        faults += [(number, fault, edit.args, err)] if fault else []
        done += status == 0
    assert faults == []
    assert 5 < done < EDITS - 5


def test_edits_are_those_of_their_seed(study: types.ModuleType) -> None:
    """A study that was stopped goes on with the same edits; the kinds all occur."""
    some, more = study.list_edits(3, 20), study.list_edits(3, 200)
    assert more[:20] == some
    assert {edit.kind for edit in more} == set(study.KINDS)
    assert study.list_edits(4, 20) != some


@pytest.mark.parametrize(
    ("row", "left", "fault"),
    [
        ({"status": 1}, "", "a bug"),
        ({"status": -9}, "", "ended by signal 9"),
        ({"status": -9, "err": "Estimate: about 9 min"}, "", ""),
        ({"status": 2, "err": "a = 1: allowed: 2"}, "", ""),
        ({"status": 2, "err": ""}, "", "refused without a line"),
        ({"status": 2, "err": "x" * 700}, "", "a mistake is longer than a line"),
        ({"status": 2, "err": "token recognition error"}, "", "words of the inside"),
        ({"status": 2, "err": "a"}, "out", "left behind: out"),
        ({"status": 0, "cpu_s": 70.0}, "", "longer than a minute or larger than 4 GB, not told"),
        ({"status": 0, "mb": 5000}, "", "longer than a minute or larger than 4 GB, not told"),
        ({"status": 0, "mb": 5000, "err": "Estimate: about 1 s"}, "", ""),
        ({"status": 7}, "", "exit code 7"),
    ],
)
def test_the_judge(
    study: types.ModuleType, tmp_path: pathlib.Path, row: dict[str, object], left: str, fault: str
) -> None:
    whole = {"err": "", "cpu_s": 0.0, "mb": 0, **row}
    assert study.judge(whole, tmp_path, set(), {left} - {""}, []) == fault


def test_the_judge_finds_a_number_that_is_missing(
    study: types.ModuleType, tmp_path: pathlib.Path
) -> None:
    """Null is right where nobody was counted, and an interval wants two replications."""
    row = {"status": 0, "err": "", "cpu_s": 0.0, "mb": 0}
    (tmp_path / "out").mkdir()
    for mean, low, n, fault in (
        ("null", "null", 0, ""), (".5", "null", 1, ""), (".5", ".4", 2, ""),
        ("null", "null", 1, "no number in a result: x"),
        (".5", "null", 2, "no interval in a result: x"),
    ):  # fmt: skip
        text = f'{{"measures": {{"x": {{"mean": 0{mean}, "ci_low": 0{low}, "n": {n}}}}}}}'
        (tmp_path / "out" / "summary.json").write_text(text.replace("0null", "null"))
        assert study.judge(row, tmp_path, set(), set(), []) == fault
