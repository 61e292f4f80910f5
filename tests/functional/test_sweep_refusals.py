"""What is wrong in an experiment is told in one line before the first job, and leaves nothing."""

import os
import pathlib

import pytest

from sim.cli import main
from tests.sweep_worlds import write_experiment

HOSTILE = {
    "nothing": "",
    "a list": "- a\n- b\n",
    "a word": "sweep\n",
    "half": "scenario: [1, 2\n",
    "a tag": "scenario: !!python/object/apply:os.system ['touch pwned']\n",
    "an anchor": "scenario: &a day.yaml\npolicy: *a\n",
    "a bomb": "a: &a [x, x]\nb: &b [*a, *a]\nscenario: *b\n",
    "interpolation": "scenario: ${oc.env:HOME}\n",
    "hydra": "hydra: {run: {dir: x}}\nscenario: day.yaml\n",
    "defaults": "defaults: [x]\nscenario: day.yaml\n",
    "twice": "scenario: day.yaml\nscenario: day.yaml\n",
    "deep": "scenario: " + "[" * 200 + "]" * 200 + "\n",
    "code": "scenario: day.yaml\nruns: run.py:function\nfactors: {brand: [att]}\ndesign: grid\n",
    "a path as arm": "scenario: day.yaml\narms: {a: {run.dir: /etc}}\n",
    "hydra as factor": "scenario: day.yaml\nfactors: {hydra.run.dir: [x]}\ndesign: grid\n",
    "numbers for words": "scenario: 7\nfactors: {brand: [att]}\ndesign: grid\n",
    "an infinite range": "scenario: day.yaml\nfactors: {a: {low: 0, high: .inf}}\ndesign: grid\n",
    "no number": "scenario: day.yaml\nfactors: {a: {low: .nan, high: 1}}\ndesign: grid\n",
    "a scenario that is missing": "scenario: gone.yaml\nfactors: {brand: [att]}\ndesign: grid\n",
    "itself": "scenario: bad.yaml\narms: {a: {}}\n",
    "a value like code": "scenario: day.yaml\nfactors: {brand: ['$(reboot)']}\ndesign: grid\n",
    "many points": "scenario: day.yaml\nfactors: {brand: [att]}\n"
    "design: {kind: lhs, points: 9000000}\n",
}


@pytest.fixture(autouse=True)
def _here(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def refuse(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    """Return the one line with which an experiment is refused."""
    before = sorted(os.listdir())
    assert main.run(["sweep", *args]) == 2
    answer = capsys.readouterr()
    assert answer.out == ""
    assert answer.err.count("\n") == 1, answer.err
    assert sorted(os.listdir()) == before
    return answer.err


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_in_a_line(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    write_experiment(tmp_path)
    (tmp_path / "bad.yaml").write_text(HOSTILE[name])
    assert "bad.yaml" in refuse(capsys, "experiment=bad.yaml")


def test_there_are_twenty() -> None:
    assert len(HOSTILE) >= 20


def test_an_unknown_key_tells_the_nearest(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_experiment(tmp_path, factors={"scenario.demand.bse_per_h": {"low": 1, "high": 2}},
                     design={"kind": "lhs", "points": 2})  # fmt: skip
    told = refuse(capsys, "experiment=small.yaml")
    assert told.startswith("small.yaml: ")
    assert "scenario.demand.bse_per_h" in told
    assert "did you mean base_per_h?" in told


def test_a_range_outside_the_allowed_names_its_end(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """None of the two points lies there: the end itself is checked."""
    write_experiment(
        tmp_path,
        factors={"scenario.conversation.silent_share": {"low": 0.0, "high": 1.00001}},
        design={"kind": "lhs", "points": 2},
    )
    told = refuse(capsys, "experiment=small.yaml")
    assert told.startswith("small.yaml: factors.scenario.conversation.silent_share.high = 1.00001:")
    assert "less than or equal to 1" in told


def test_points_that_do_not_validate_are_counted_and_the_first_is_told(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An opening hour that is before the closing hour alone, not in every combination."""
    factors = {"scenario.conversation.silent_share": [0.1, 1.1, 1.2, 0.2]}
    write_experiment(tmp_path, factors=factors, design="grid")
    told = refuse(capsys, "experiment=small.yaml")
    assert told.startswith(
        "small.yaml: 2 of 4 points do not validate; the first, point 1: "
        "scenario.conversation.silent_share = 1.1: "
    )


def test_an_arm_that_does_not_validate_is_named(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arms = {"fine": {}, "bad": {"policy": "flatt"}}
    write_experiment(tmp_path, factors=None, design=None, arms=arms)
    told = refuse(capsys, "experiment=small.yaml")
    assert "1 of 2 points do not validate; the first, arm bad: " in told
    assert "did you mean flat?" in told


@pytest.mark.parametrize(
    ("args", "told"),
    [
        ([], "allowed: experiment=NAME or experiment=FILE, once"),
        (["experiment=gone.yaml"], "experiment=gone.yaml: no such file"),
        (["experiment=gone"], "no such experiment"),
        (["small.yaml"], "did you mean experiment=small.yaml?"),
        (["experiment=small.yaml", "--dry"], "did you mean --dry-run?"),
        (["experiment=small.yaml", "design.at_most=3"], "4 points; allowed: at most"),
        (["experiment=small.yaml", "run.dir=small.yaml"], "is a file; allowed: a folder"),
        (["experiment=small.yaml", "run.dir=."], "is not empty and holds no sweep"),
        (["experiment=small.yaml", "scenario.horizon.days=0"], "scenario.horizon.days = 0"),
        (["experiment=small.yaml", "hydra.run.dir=x"], "Hydra's own settings"),
    ],
)
def test_bad_command_lines(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str], args: list[str], told: str
) -> None:
    write_experiment(tmp_path)
    assert told in refuse(capsys, *args)
