"""The right to write a place, and the room in which what will be there is built.

Whoever writes ``NAME`` makes the folder ``.surgecrew-part-NAME`` beside it. It comes there by a
rename, which succeeds for one process only, and bears a file that says whose it is (`MARKER`)
and that its writer keeps locked. The marker is there first and goes last: beside the empty room,
with the room's name, until the room is made and after it was emptied. The system drops a lock
when its holder dies, so a room whose lock is free was left by a process that was killed, whatever
its number was and in whatever container it ran. Nothing without the marker, without its lock or
of another user's is ever touched, and no link is followed. Checked by
``tests/unit/test_store_claim.py``.
"""

import contextlib
import errno
import fcntl
import hashlib
import itertools
import json
import os
import pathlib
import secrets
import shutil
import stat
import time
from collections.abc import Iterator
from typing import Any

PART = ".surgecrew-part-"
ROOM = ".surgecrew-room-"
MARKER = "surgecrew-room.json"
BESIDE = ".json"
NEW, OLD = "new", "old"

_HEAD = "surgecrew is building a folder here, or was killed while doing so\n"
# Far more than a marker holds; a large foreign file is not read.
_LONGEST_MARKER = 4096
_LONGEST_NAME = 200  # bytes; file systems take 255, with the prefix
_TAKEN = (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR, errno.EISDIR)
# Somebody may be clearing a dead room away: that is done within some milliseconds.
_TRIES, _PAUSE_S = 10, 0.02


class TakenError(Exception):
    """Somebody else writes the place, or what lies in its room's place is not known as ours.

    Attributes
    ----------
    room : pathlib.Path
        What is in the way.
    """

    def __init__(self, room: pathlib.Path) -> None:
        self.room = room
        super().__init__(str(room))


@contextlib.contextmanager
def claim_place(place: pathlib.Path) -> Iterator[pathlib.Path]:
    """Hold the right to write ``place`` while the block runs; yield an empty room beside it.

    Yields
    ------
    pathlib.Path
        A folder of the process's own, on the disk of `place`; gone after the block. What is
        moved into ``old`` within it comes back to `place`, if the process is killed before
        something else is there.

    Raises
    ------
    TakenError
        Somebody else holds it.
    OSError
        No room can be made there.
    """
    room = find_free_name(place)
    descriptor = _write_marker(_name_marker(room), place.name)
    try:
        room.mkdir(mode=0o700)
        _name_marker(room).rename(room / MARKER)
        room = _take_name(room, name_room(place))
        yield room
    finally:
        _clear_room(room, place)
        os.close(descriptor)


def find_free_name(place: pathlib.Path) -> pathlib.Path:
    """The name of a room beside a place that nobody else will think of."""
    return place.with_name(f"{ROOM}{secrets.token_hex(8)}")


def _name_marker(room: pathlib.Path) -> pathlib.Path:
    """Where the marker of a room is while it is not in it."""
    return room.with_name(f"{room.name}{BESIDE}")


def name_room(place: pathlib.Path) -> pathlib.Path:
    """Where the room of a place is; a long name is cut and gets its hash."""
    raw = os.fsencode(place.name)
    if len(raw) > _LONGEST_NAME:
        kept = raw[: _LONGEST_NAME - 17].decode(errors="ignore")
        return place.with_name(f"{PART}{kept}-{hashlib.sha256(raw).hexdigest()[:16]}")
    return place.with_name(f"{PART}{place.name}")


def _write_marker(path: pathlib.Path, name: str) -> int:
    """Write a marker, whole from its first moment; return its descriptor, which holds the lock."""
    descriptor = _open_nameless(path.parent)
    if descriptor is None or not _write_and_link(descriptor, path, name):
        # A file system without nameless files: a kill may leave an empty one that stays.
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        descriptor = os.open(path, flags, 0o600)
        _fill_marker(descriptor, name)
    return descriptor


def _open_nameless(folder: pathlib.Path) -> int | None:
    """Open a file that has no name yet; None where the system or the disk has no such files."""
    nameless = getattr(os, "O_TMPFILE", None)
    if nameless is None:
        return None
    with contextlib.suppress(OSError):
        return os.open(folder, os.O_RDWR | nameless, 0o600)
    return None


def _write_and_link(descriptor: int, path: pathlib.Path, name: str) -> bool:
    """Fill a nameless file, then give it its name; it is closed where that cannot be done."""
    try:
        _fill_marker(descriptor, name)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            # with a folder's descriptor, for else Python links to the link itself
            source = f"/proc/self/fd/{descriptor}"
            os.link(source, path.name, dst_dir_fd=folder, follow_symlinks=True)
        finally:
            os.close(folder)
    except OSError:
        os.close(descriptor)
        return False
    return True


def _fill_marker(descriptor: int, name: str) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        is_locked = True
    except OSError:  # a file system without locks: nobody will know whether its writer lives
        is_locked = False
    content = {"place": name, "is_locked": is_locked}
    os.write(descriptor, (_HEAD + json.dumps(content) + "\n").encode())
    os.fsync(descriptor)


def _take_name(room: pathlib.Path, wanted: pathlib.Path) -> pathlib.Path:
    for _ in range(_TRIES):
        try:
            room.rename(wanted)
        except OSError as error:
            if error.errno not in _TAKEN:
                raise
        else:
            return wanted
        if not clear_dead(wanted):
            time.sleep(_PAUSE_S)
    raise TakenError(wanted)


def clear_left_overs(parent: pathlib.Path) -> None:
    """Remove the rooms of killed processes in ``parent``; old folders go back to their places."""
    with contextlib.suppress(OSError):
        for path in sorted(parent.iterdir()):
            if path.name.startswith((PART, ROOM)):
                clear_dead(path)
            if path.name.startswith(ROOM) and path.name.endswith(BESIDE):
                _clear_beside(path)


def clear_dead(path: pathlib.Path) -> bool:
    """Remove a room whose writer was killed; return False if it is none, or cannot be removed."""
    with contextlib.suppress(OSError), _open_dead(path) as found:
        if found is not None:
            room, place = found
            _bring_back(room, path.with_name(place))
            # Under another name first: the place is free from now on, however long this takes.
            gone = find_free_name(path)
            path.rename(gone)
            _remove(room, gone)
            return True
    return False


def _clear_beside(marker: pathlib.Path) -> None:
    """Remove a dead marker that is in no room, and its room, which is empty or not its own."""
    with contextlib.suppress(OSError):
        flags = os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK
        descriptor = os.open(marker, flags)
        try:
            if _read_marker(descriptor) is None:
                return
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not _is_same(os.stat(marker, follow_symlinks=False), descriptor):
                return
            with contextlib.suppress(OSError):
                os.rmdir(marker.with_name(marker.name.removesuffix(BESIDE)))
            os.unlink(marker)
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def _open_dead(path: pathlib.Path) -> Iterator[tuple[int, str] | None]:
    """Yield descriptor and place of a room of ours whose writer is dead, holding its lock."""
    with contextlib.ExitStack() as stack:
        room = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        stack.callback(os.close, room)
        flags = os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK
        marker = os.open(MARKER, flags, dir_fd=room)
        stack.callback(os.close, marker)
        content = _read_marker(marker)
        if content is None or os.fstat(room).st_uid != os.geteuid():
            yield None
            return
        try:
            fcntl.flock(marker, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield None
            return
        # It may have gone, or come to its end, before the lock was had.
        is_there = _is_same(os.stat(path, follow_symlinks=False), room)
        is_marked = _is_same(os.stat(MARKER, dir_fd=room, follow_symlinks=False), marker)
        yield (room, content["place"]) if is_there and is_marked else None


def _read_marker(descriptor: int) -> dict[str, Any] | None:
    """What a marker says; None unless it is ours and its writer had its lock."""
    facts = os.fstat(descriptor)
    if not stat.S_ISREG(facts.st_mode) or facts.st_uid != os.geteuid():
        return None
    raw = os.read(descriptor, _LONGEST_MARKER)
    if not raw.startswith(_HEAD.encode()):
        return None
    try:
        content = json.loads(raw[len(_HEAD) :])
    except (ValueError, RecursionError):
        return None
    place = content.get("place") if isinstance(content, dict) else None
    is_name = isinstance(place, str) and place not in ("", ".", "..") and "/" not in place
    return content if is_name and content.get("is_locked") is True else None


def _is_same(facts: os.stat_result, descriptor: int) -> bool:
    return os.path.samestat(facts, os.fstat(descriptor))


def _bring_back(room: int, place: pathlib.Path) -> None:
    """Finish a replacement that was cut short: the new folder was whole when the old one left."""
    inside = os.listdir(room)
    if OLD not in inside:
        return
    if NEW in inside:
        os.rename(NEW, find_free(place), src_dir_fd=room)
    elif not os.path.lexists(place):
        os.rename(OLD, place, src_dir_fd=room)


def find_free(wanted: pathlib.Path) -> pathlib.Path:
    """A place, or the first of ``<place>-2``, ``<place>-3``, ... where nothing is."""
    return next(place for place in list_places(wanted) if not os.path.lexists(place))


def list_places(wanted: pathlib.Path) -> Iterator[pathlib.Path]:
    """A place and its numbered neighbors, without end."""
    yield wanted
    for number in itertools.count(2):
        yield wanted.with_name(f"{wanted.name}-{number}")


def _clear_room(room: pathlib.Path, place: pathlib.Path) -> None:
    """Remove a room of the process's own, as far as that can be done."""
    with contextlib.suppress(OSError):
        os.unlink(_name_marker(room))
    with contextlib.suppress(OSError):
        descriptor = os.open(room, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            gone = find_free_name(place)
            room.rename(gone)
            _remove(descriptor, gone)
        finally:
            os.close(descriptor)


def _remove(room: int, path: pathlib.Path) -> None:
    """Remove a room with all that is in it, its marker last: until then it is known as ours."""
    for name in os.listdir(room):
        if name == MARKER:
            continue
        if stat.S_ISDIR(os.stat(name, dir_fd=room, follow_symlinks=False).st_mode):
            shutil.rmtree(name, dir_fd=room)
        else:
            os.unlink(name, dir_fd=room)
    with contextlib.suppress(FileNotFoundError):
        os.rename(MARKER, _name_marker(path), src_dir_fd=room)
    path.rmdir()
    with contextlib.suppress(FileNotFoundError):
        os.unlink(_name_marker(path))
