"""Paths as users write them: the home folder for ~ everywhere, ordinary files only."""

import os
import pathlib

import pytest

from sim.calibration.scorer import load_scorer
from sim.cli.paths import find_runs
from sim.compose import compose_config, read_choice
from sim.compose.overrides import parse_overrides
from sim.errors import InputError
from sim.exports.histories import read_history
from sim.paths import expand_home, require_file

SCENARIO = "base: telecom_week\nname: mine\n"


@pytest.fixture
def home(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """Return a home folder; the current one is another, and stays empty."""
    place, here = tmp_path / "home", tmp_path / "here"
    place.mkdir()
    here.mkdir()
    monkeypatch.setenv("HOME", str(place))
    monkeypatch.chdir(here)
    return place


@pytest.mark.parametrize(
    "key",
    ["history", "run.dir", "policy.path", "scenario.demand.replay.file", "planner.earlier",
     "scenario.planner.earlier"],
)  # fmt: skip
@pytest.mark.parametrize("marks", ["{}", "'{}'"], ids=["bare", "quoted"])
def test_a_path_key_takes_the_home_folder(home: pathlib.Path, key: str, marks: str) -> None:
    [override] = parse_overrides([f"{key}={marks.format('~/a b')}"])
    assert override.value == f"{home}/a b"
    [override] = parse_overrides([f"{key}=~"])
    assert override.value == str(home)


def test_every_choice_takes_the_home_folder(home: pathlib.Path) -> None:
    (home / "mine.yaml").write_text(SCENARIO)
    (home / "flat.yaml").write_text("name: flat\n")
    (home / "pins.yaml").write_text("pins: []\n")
    found = compose_config(
        ["scenario=~/mine.yaml", "policy=~/flat.yaml", "planner.pins=~/pins.yaml"]
    )
    assert found["scenario"]["name"] == "mine"
    assert found["policy"] == {"name": "flat"}
    assert found["planner"]["pins"] == []
    assert read_choice("policy", "~/flat.yaml").data == {"name": "flat"}


def test_a_file_takes_the_home_folder_too(home: pathlib.Path, tmp_path: pathlib.Path) -> None:
    (home / "mine.yaml").write_text(SCENARIO)
    (home / "flat.yaml").write_text("name: flat\n")
    place = tmp_path / "top.yaml"
    place.write_text(
        "base: ~/mine.yaml\nname: top\ndefault_policy: ~/flat.yaml\n"
        "demand: {replay: {file: ~/h.csv}}\nplanner: {earlier: ~/run}\n"
    )
    found = compose_config([f"scenario={place}"])
    assert found["scenario"]["demand"]["replay"]["file"] == f"{home}/h.csv"
    assert found["planner"]["earlier"] == f"{home}/run"
    assert found["policy"] == {"name": "flat"}


def test_runs_and_scorers_take_the_home_folder(home: pathlib.Path) -> None:
    (home / "run").mkdir()
    (home / "run" / "provenance.json").write_text("{}")
    (home / "my.py").write_text("def score(text):\n    return 1\n")
    assert find_runs(["~/run"]) == [home / "run"]
    assert load_scorer("~/my.py:score")("x") == 1


def test_an_unknown_user_is_told_and_nothing_else_changes(home: pathlib.Path) -> None:
    with pytest.raises(InputError, match=r"~nobody\.here/x: no home folder.*\./~nobody"):
        expand_home("~nobody.here/x")
    assert expand_home("a/~/b") == "a/~/b"
    assert expand_home("./~") == "./~"


def test_only_ordinary_files_are_read(home: pathlib.Path) -> None:
    """A pipe that nobody writes to would be waited for: these come back at once."""
    os.mkfifo("f.yaml")
    os.mkfifo("f.csv")
    pathlib.Path("folder.yaml").mkdir()
    for read in (
        lambda: compose_config(["scenario=f.yaml"]),
        lambda: compose_config(["policy=f.yaml"]),
        lambda: compose_config(["planner.pins=f.yaml"]),
        lambda: read_history("f.csv"),
    ):
        with pytest.raises(
            InputError, match="cannot be read: is a pipe; allowed: an ordinary file"
        ):
            read()
    with pytest.raises(InputError, match=r"folder\.yaml: cannot be read: is a folder"):
        compose_config(["scenario=folder.yaml"])
    with pytest.raises(InputError, match="is a device"):
        require_file("/dev/null")
    require_file("not there")
