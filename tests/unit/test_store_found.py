"""What a search has found by now is there as a whole, and nobody else's file is touched."""

import pathlib

import pytest
import yaml

from sim.store.found import FoundFile


@pytest.fixture
def found(tmp_path) -> FoundFile:
    (tmp_path / "room").mkdir()
    return FoundFile(tmp_path / "room", tmp_path / "run")


def test_the_last_one_is_there_until_it_is_dropped(found, tmp_path):
    for number in range(3):
        found.keep({"name": "plan", "number": number}, f"step {number}")
    path = tmp_path / "run-best-so-far.yaml"
    assert found.path == path
    assert yaml.safe_load(path.read_text()) == {"name": "plan", "number": 2}
    assert "step 2" in path.read_text().splitlines()[0]
    assert list((tmp_path / "room").iterdir()) == []
    found.drop()
    assert not path.exists()


def test_a_users_file_of_that_name_stays(found, tmp_path):
    theirs = tmp_path / "run-best-so-far.yaml"
    theirs.write_text("mine")
    found.keep({"a": 1}, "x")
    found.keep({"a": 2}, "x")
    assert found.path == tmp_path / "run-best-so-far-2.yaml"
    found.drop()
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [theirs.name]
    assert theirs.read_text() == "mine"


def test_what_somebody_put_in_its_place_stays(found, tmp_path):
    found.keep({"a": 1}, "x")
    assert found.path is not None
    found.path.unlink()
    found.path.write_text("mine")
    found.drop()
    assert (tmp_path / "run-best-so-far.yaml").read_text() == "mine"


def test_a_disk_that_takes_nothing_ends_no_search(tmp_path):
    found = FoundFile(tmp_path / "gone", tmp_path / "run")
    found.keep({"a": 1}, "x")
    assert found.path is None
    found.drop()


@pytest.mark.parametrize("name", ["x" * 255, "caf\udce9"])
def test_names_that_are_long_or_no_text(tmp_path, name):
    found = FoundFile(tmp_path, tmp_path / name)
    found.keep({"a": 1}, "x")
    assert isinstance(found.path, pathlib.Path)
    assert found.path.is_file()
