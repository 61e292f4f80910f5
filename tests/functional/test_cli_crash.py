"""Logs of crashes: names that cannot be guessed, nobody else's business, no link followed."""

import os
import pathlib

import pytest

from sim.cli.crash import write_crash, write_log


@pytest.fixture
def state(tmp_path, monkeypatch) -> pathlib.Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    return tmp_path / "state" / "surgecrew"


def test_two_crashes_in_one_second_leave_two_logs(state):
    lines = {write_crash(ValueError(text)) for text in ("one", "two", "three")}
    logs = list(state.iterdir())
    assert len(lines) == len(logs) == 3
    assert {log.stat().st_mode & 0o777 for log in logs} == {0o600}
    assert state.stat().st_mode & 0o777 == 0o700
    assert sorted(log.read_text().split()[-1] for log in logs) == ["one", "three", "two"]


def test_a_folder_that_others_can_write_to_gets_no_log(state, tmp_path):
    """There a name could be taken by a link before; the log goes to a new folder."""
    state.mkdir(parents=True)
    state.chmod(0o777)
    line = write_crash(ValueError("late"))
    assert list(state.iterdir()) == []
    [folder] = (tmp_path / "temporary").iterdir()
    assert folder.stat().st_mode & 0o777 == 0o700
    assert str(folder) in line


def test_no_link_is_followed_even_where_the_name_is_known(tmp_path):
    (tmp_path / "dear.txt").write_text("dear")
    flags = []

    def note(path, how, mode):
        flags.append((how, mode))
        return open_file(path, how, mode)

    open_file = os.open
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "open", note)
        write_log(tmp_path, "text")
    assert flags[0][0] & (os.O_EXCL | os.O_NOFOLLOW) == os.O_EXCL | os.O_NOFOLLOW
    assert flags[0][1] == 0o600


def test_what_is_kept_is_told_after_it(state):
    error = ValueError("in the page")
    error.add_note("the results are kept in run")
    line = write_crash(error)
    assert line.startswith("surgecrew has a bug: ValueError: in the page (traceback in ")
    assert line.endswith("; the results are kept in run")
