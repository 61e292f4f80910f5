"""A cache is used only where nobody else can have written to it."""

import os

import pytest

from sim.places import find_user_folder, prepare_own_folder


def test_a_new_folder_is_the_users_own(tmp_path):
    assert prepare_own_folder(tmp_path / "a" / "b") is None
    assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(("mode", "is_open"), [(0o700, False), (0o755, False), (0o777, True),
                                               (0o1777, True), (0o702, True)])  # fmt: skip
def test_what_others_can_write_to_is_refused(tmp_path, mode, is_open):
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache").chmod(mode)
    found = prepare_own_folder(tmp_path / "cache")
    assert (found is not None) == is_open
    assert not is_open or "is writable by other users" in found


def test_above_it_a_shared_folder_must_keep_everybodys_own(tmp_path):
    """As temporary folders do: with the sticky bit nobody can take another's away."""
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared").chmod(0o1777)
    assert prepare_own_folder(tmp_path / "shared" / "mine") is None
    (tmp_path / "shared").chmod(0o777)
    assert "shared: is writable by other users" in prepare_own_folder(tmp_path / "shared" / "mine")


def test_another_users_folder_is_refused(tmp_path, monkeypatch):
    own = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: own + 1)
    assert "is owned by another user" in prepare_own_folder(tmp_path / "theirs")


def test_a_place_that_cannot_be_says_why(tmp_path):
    (tmp_path / "file").touch()
    assert "Not a directory" in prepare_own_folder(tmp_path / "file" / "x")


def test_the_users_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert find_user_folder("XDG_CACHE_HOME", ".cache") == tmp_path
    monkeypatch.setenv("XDG_CACHE_HOME", "not/absolute")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert find_user_folder("XDG_CACHE_HOME", ".cache") == tmp_path / "home" / ".cache"


def test_without_a_home_there_is_none(monkeypatch):
    def refuse():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr("pathlib.Path.home", refuse)
    assert find_user_folder("XDG_CACHE_HOME", ".cache") is None
