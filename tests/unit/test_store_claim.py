"""Left-overs of killed processes go; nothing else is touched, whatever it is called."""

import fcntl
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys

import pytest

from sim.store import claim
from sim.store.claim import MARKER, NEW, OLD, TakenError, claim_place, clear_left_overs, name_room

KILLED = """
import os, pathlib, signal, sys
from sim.store.claim import claim_place
place = pathlib.Path(sys.argv[1])
with claim_place(place) as room:
    for name in sys.argv[2:]:
        (room / name).mkdir()
        (room / name / "text").write_text(name)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def leave_room(place: pathlib.Path, *names: str) -> pathlib.Path:
    """Return the room that a killed process left, with folders in it."""
    done = subprocess.run([sys.executable, "-c", KILLED, str(place), *names], check=False)
    assert done.returncode == -signal.SIGKILL
    assert name_room(place).is_dir()
    return name_room(place)


def list_all(folder: pathlib.Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_a_room_is_there_for_the_block_alone(tmp_path):
    with claim_place(tmp_path / "run") as room:
        assert list_all(tmp_path) == [room.name, f"{room.name}/{MARKER}"]
        assert room.stat().st_mode & 0o777 == 0o700
    assert list_all(tmp_path) == []


def test_a_place_has_one_holder_and_neighbors_their_own(tmp_path):
    with claim_place(tmp_path / "run"):
        with pytest.raises(TakenError), claim_place(tmp_path / "run"):
            pass
        with claim_place(tmp_path / "other"):
            assert len(list(tmp_path.iterdir())) == 2
    with claim_place(tmp_path / "run"):
        pass


def test_what_a_killed_process_left_goes_though_its_number_lives(tmp_path, monkeypatch):
    """In a container every run is process 1: a number says nothing, so none is asked."""
    monkeypatch.setattr(os, "kill", lambda *args: pytest.fail("it asked for a process"))
    leave_room(tmp_path / "run", NEW)
    clear_left_overs(tmp_path)
    assert list_all(tmp_path) == []


def test_the_next_holder_needs_no_clearing_before(tmp_path):
    leave_room(tmp_path / "run", NEW)
    with claim_place(tmp_path / "run") as room:
        assert os.listdir(room) == [MARKER]
    assert list_all(tmp_path) == []


def test_a_living_process_keeps_its_room(tmp_path):
    with claim_place(tmp_path / "run") as room:
        (room / NEW).mkdir()
        clear_left_overs(tmp_path)
        assert (room / NEW).is_dir()


@pytest.mark.parametrize(
    ("inside", "there", "left"),
    [
        ((OLD,), False, {"run": OLD}),
        ((OLD, NEW), False, {"run": NEW}),
        ((OLD,), True, {"run": "theirs"}),
        ((OLD, NEW), True, {"run": "theirs", "run-2": NEW}),
        ((NEW,), True, {"run": "theirs"}),
    ],
)
def test_a_replacement_that_was_cut_short_is_finished(tmp_path, inside, there, left):
    """The new folder was whole when the old one left its place."""
    leave_room(tmp_path / "run", *inside)
    if there:
        (tmp_path / "run").mkdir()
        (tmp_path / "run" / "text").write_text("theirs")
    clear_left_overs(tmp_path)
    assert {path.name: (path / "text").read_text() for path in tmp_path.iterdir()} == left


MINE = ("photos.old-2024", "letters.old-1999", "x.part-1", ".surgecrew-part-mine",
        ".surgecrew-room-0123456789abcdef", ".surgecrew-part-")  # fmt: skip


@pytest.mark.parametrize("name", MINE)
def test_a_users_folder_stays_whatever_it_is_called(tmp_path, name):
    (tmp_path / name).mkdir()
    (tmp_path / name / "picture.jpg").write_text("dear")
    before = list_all(tmp_path)
    clear_left_overs(tmp_path)
    assert list_all(tmp_path) == before


def change_text(marker):
    marker.write_text("notes of mine\n")


def take_lock_away(marker):
    text = marker.read_text()
    assert '"is_locked": true' in text
    marker.write_text(text.replace("true", "false"))


def point_elsewhere(marker):
    text = marker.read_text()
    assert '"run"' in text
    marker.write_text(text.replace('"run"', '"../run"'))


def make_link(marker):
    marker.rename(marker.parent.parent / "marker")
    marker.symlink_to(marker.parent.parent / "marker")


def make_pipe(marker):
    marker.unlink()
    os.mkfifo(marker)


@pytest.mark.parametrize(
    "change",
    [pathlib.Path.unlink, change_text, take_lock_away, point_elsewhere, make_link, make_pipe],
)
def test_without_a_right_marker_nothing_is_touched(tmp_path, change):
    """Without a lock nobody can know whether its writer lives."""
    room = leave_room(tmp_path / "run", OLD)
    change(room / MARKER)
    before = list_all(tmp_path)
    clear_left_overs(tmp_path)
    assert list_all(tmp_path) == before
    with pytest.raises(TakenError), claim_place(tmp_path / "run"):
        pass
    assert list_all(tmp_path) == before


def test_no_link_is_followed(tmp_path):
    """Neither one that is called as a room, nor one in a room."""
    (tmp_path / "a").mkdir()
    room = leave_room(tmp_path / "a" / "run")
    (tmp_path / "dear").mkdir()
    (tmp_path / "dear" / "file").write_text("x")
    (room / NEW).symlink_to(tmp_path / "dear", target_is_directory=True)
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(room, elsewhere, symlinks=True)
    link = tmp_path / "a" / ".surgecrew-part-link"
    link.symlink_to(elsewhere, target_is_directory=True)
    clear_left_overs(tmp_path / "a")
    assert [path.name for path in (tmp_path / "a").iterdir()] == [link.name]
    assert (tmp_path / "dear" / "file").read_text() == "x"
    assert (elsewhere / MARKER).is_file()


def test_another_users_room_is_not_touched(tmp_path, monkeypatch):
    leave_room(tmp_path / "run", NEW)
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    before = list_all(tmp_path)
    clear_left_overs(tmp_path)
    assert list_all(tmp_path) == before


def test_a_disk_without_locks(tmp_path, monkeypatch):
    """Its rooms are not known as dead: the place is refused, a stranger's room stays."""

    def refuse(*args):
        raise OSError("no locks")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with claim_place(tmp_path / "run") as room:
        told = json.loads((room / MARKER).read_text().splitlines()[1])
        assert told["is_locked"] is False
        clear_left_overs(tmp_path)
        assert room.is_dir()
    assert list_all(tmp_path) == []


@pytest.mark.parametrize("name", ["x" * 255, "\u00e9" * 127, "caf\udce9"])
def test_long_names_and_names_that_are_no_text(tmp_path, name):
    with claim_place(tmp_path / name) as room:
        (room / NEW).mkdir()
        (room / NEW).rename(tmp_path / name)
    assert os.listdir(tmp_path) == [name]
    assert len(os.fsencode(name_room(tmp_path / name).name)) <= 255
    assert name_room(tmp_path / ("x" * 254)) != name_room(tmp_path / ("x" * 255))


STEPS = """
import os, pathlib, signal, sys
step = int(sys.argv[2])
def watch(event, args):
    global step
    watched = ("os.mkdir", "os.rename", "os.rmdir", "os.remove", "os.link", "os.listdir", "open")
    if event in watched and any("surgecrew-" in str(one) for one in args):
        step -= 1
        if step < 0:
            os.kill(os.getpid(), signal.SIGKILL)
from sim.store.claim import claim_place
place = pathlib.Path(sys.argv[1])
sys.addaudithook(watch)
with claim_place(place) as room:
    (room / "new").mkdir()
print("done")
"""


def test_whenever_a_process_is_killed_its_room_goes(tmp_path):
    """Before each single step on the disk: made, marked, named, emptied, removed."""
    steps, left = 0, set()
    while True:
        command = [sys.executable, "-S", "-c", STEPS, str(tmp_path / "run"), str(steps)]
        done = subprocess.run(command, check=False, capture_output=True, cwd=claim.__file__[:-19])
        left.add(tuple(sorted(path.suffix for path in tmp_path.iterdir())))
        clear_left_overs(tmp_path)
        assert list_all(tmp_path) == [], steps
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL, done.stderr
        steps += 1
    assert steps >= 8
    assert left >= {(), (".json",), ("", ".json")}


def test_a_marker_beside_a_users_folder_takes_nothing_of_it(tmp_path):
    """A room that is still to be marked is empty: what is in a folder is not ours."""
    room = leave_room(tmp_path / "run")
    mine = tmp_path / f"{claim.ROOM}0123456789abcdef"
    mine.mkdir()
    (mine / "picture.jpg").write_text("dear")
    (room / MARKER).rename(mine.with_name(f"{mine.name}.json"))
    room.rmdir()
    clear_left_overs(tmp_path)
    assert list_all(tmp_path) == [mine.name, f"{mine.name}/picture.jpg"]


@pytest.mark.parametrize("text", ["", "notes of mine\n"])
def test_a_folder_or_file_without_a_marker_stays_and_harms_nobody(tmp_path, text):
    (tmp_path / f"{claim.ROOM}0123456789abcdef").mkdir()
    (tmp_path / f"{claim.ROOM}0123456789abcdef.json").write_text(text)
    before = list_all(tmp_path)
    with claim_place(tmp_path / "run"):
        pass
    clear_left_overs(tmp_path)
    assert list_all(tmp_path) == before


def test_a_disk_without_nameless_files(tmp_path, monkeypatch):
    monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    with claim_place(tmp_path / "run") as room:
        assert (room / MARKER).is_file()
        clear_left_overs(tmp_path)
        assert os.listdir(tmp_path) == [room.name]
    assert list_all(tmp_path) == []
