"""Run folders that are whole or not there.

A folder is built beside its place, as ``<folder>.part-<pid>``, and renamed as the
last step, which the file system does at once or not at all. So whatever ends a run
early (an error, Ctrl-C, a lost machine), no folder looks whole that is not; what a
killed process left is cleared by the next run at the same place. Checked by
``tests/unit/test_store_folder.py``, which kills writers.
"""

import contextlib
import datetime
import errno
import fcntl
import os
import pathlib
import re
import shutil
from collections.abc import Callable, Iterator

from sim.errors import InputError
from sim.store.patience import hold_back

RESULTS = pathlib.Path("results")
WHOLE = "provenance.json"

_STAMP = "%Y-%m-%dT%H-%M-%S"
_STAMPED_NAME = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2})(?:-(\d+))?")
_LEFT_OVER_NAME = re.compile(r"(.+)\.(part|old)-(\d+)")
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
_TAKEN = (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR)


def choose_run_folder(
    verb: str,
    name: str,
    root: pathlib.Path = RESULTS,
    now: datetime.datetime | None = None,
) -> pathlib.Path:
    """Return the free place ``<root>/<verb>/<name>/<YYYY-MM-DDTHH-MM-SS>[-2]`` (UTC).

    Parameters
    ----------
    verb, name : str
        What runs, and on what; characters that a file name cannot hold become ``_``.
    root : pathlib.Path
        Folder of all results.
    now : datetime.datetime, optional
        With a time zone; the present if None.
    """
    moment = datetime.datetime.now(datetime.UTC) if now is None else now
    stamp = moment.astimezone(datetime.UTC).strftime(_STAMP)
    return _find_free(root / verb / make_file_name(name) / stamp)


def make_file_name(name: str) -> str:
    """Return ``name`` as one file name: no separator, no leading dot, 100 bytes at most."""
    kept = re.sub(r"[^\w.+=-]", "_", name).lstrip(".")
    return kept.encode()[:100].decode(errors="ignore") or "_"


def _find_free(wanted: pathlib.Path) -> pathlib.Path:
    if not wanted.exists():
        return wanted
    number = 2
    while (place := wanted.with_name(f"{wanted.name}-{number}")).exists():
        number += 1
    return place


@contextlib.contextmanager
def build_run_folder(
    folder: str | os.PathLike[str], overwrite: bool = False
) -> Iterator["RunFolder"]:
    """Give a place to write a run's files; it becomes ``folder`` when the block ends well.

    Parameters
    ----------
    folder : path
        Where the whole folder is to be.
    overwrite : bool
        Put it in the place of an older run's folder.

    Yields
    ------
    RunFolder
        `part` is the folder to write into; `final` the place it has afterwards (another
        number is appended if somebody else took the wanted place in the meantime).

    Raises
    ------
    InputError
        The place is a file, cannot be written, or is a folder that is not empty and,
        with `overwrite`, holds something else than a run.
    KeyboardInterrupt
        Held back until the folder was whole.
    """
    target = pathlib.Path(os.path.realpath(folder))
    check_target(target, overwrite)
    made_parents = [parent for parent in target.parents if not os.path.exists(parent)]
    part = _make_part(target)
    with hold_back() as settle:
        run = RunFolder(part, target, settle)
        try:
            with _hold(run.part):
                yield run
                settle()
                _flush(run.part)
                run.final = _put_in_place(run.part, target, overwrite)
                run.is_whole = True
        except BaseException as error:
            is_gone = not run.part.is_dir()
            shutil.rmtree(run.part, ignore_errors=True)
            for parent in made_parents:
                with contextlib.suppress(OSError):
                    parent.rmdir()
            if isinstance(error, OSError) and (is_gone or error.errno in _NO_ROOM):
                reason = "its folder is gone" if is_gone else os.strerror(error.errno or 0)
                raise InputError(f"run.dir={target}: cannot be written ({reason})") from error
            raise


class RunFolder:
    """A run folder while it is built.

    Attributes
    ----------
    part : pathlib.Path
        Where the files go now.
    final : pathlib.Path
        Where they are once it is whole.
    settle : callable
        From its call on Ctrl-C waits until the folder is whole; see `hold_back`.
    is_whole : bool
        The folder is in its place.
    """

    def __init__(self, part: pathlib.Path, final: pathlib.Path, settle: Callable[[], None]) -> None:
        self.part = part
        self.final = final
        self.settle = settle
        self.is_whole = False


def check_target(folder: pathlib.Path, overwrite: bool = False) -> None:
    """Raise InputError unless a run may be put at ``folder``; touches nothing."""
    # os.path.exists: a name that is too long is no file here, and an error only later.
    if not os.path.exists(folder):
        return
    if not folder.is_dir():
        raise InputError(f"run.dir={folder}: is a file, a folder is allowed")
    if not any(folder.iterdir()):
        return
    if not overwrite:
        raise InputError(
            f"run.dir={folder}: is not empty; choose another folder or run.overwrite=true"
        )
    if not (folder / WHOLE).is_file():
        raise InputError(
            f"run.dir={folder}: holds no {WHOLE}, run.overwrite=true replaces only a run's folder"
        )


def _make_part(target: pathlib.Path) -> pathlib.Path:
    part = target.with_name(f"{target.name}.part-{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        clean_left_overs(target.parent)
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
    except OSError as error:
        files = [place for place in target.parents if os.path.exists(place) and not place.is_dir()]
        reason = f"{files[0]} is a file" if files else error.strerror
        raise InputError(f"run.dir={target}: cannot be written ({reason})") from error
    return part


@contextlib.contextmanager
def _hold(folder: pathlib.Path) -> Iterator[bool]:
    """Lock a folder while the block runs; yield False where somebody else does, or it cannot be.

    A number of a process says nothing on another machine or in another container that
    shares the disk; the system drops a lock when its holder dies.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


def _flush(folder: pathlib.Path) -> None:
    """Have the system write every file out, so that a rename is never all that survives."""
    for path in [*folder.rglob("*"), folder]:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _put_in_place(part: pathlib.Path, target: pathlib.Path, overwrite: bool) -> pathlib.Path:
    if overwrite and target.is_dir() and any(target.iterdir()):
        _swap(part, target)
        return target
    place = target
    while True:
        try:
            part.rename(place)
        except OSError as error:
            if error.errno not in _TAKEN:
                raise
            place = _find_free(target)
        else:
            return place


def _swap(part: pathlib.Path, target: pathlib.Path) -> None:
    # No call exchanges two folders on every system. Whoever is killed between these two
    # steps leaves the old run whole under its other name: clean_left_overs brings it back.
    old = target.with_name(f"{target.name}.old-{os.getpid()}")
    target.rename(old)
    try:
        part.rename(target)
    except BaseException:
        old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def clean_left_overs(parent: pathlib.Path) -> None:
    """Remove what killed processes left in ``parent``.

    Parts are removed; an old run that was about to be replaced goes back to its place
    if nothing came there. Folders of living processes are left alone, here and on
    other machines that share the disk.
    """
    for path in sorted(parent.iterdir()):
        match = _LEFT_OVER_NAME.fullmatch(path.name)
        if match and path.is_dir() and not path.is_symlink() and not _is_alive(int(match[3])):
            # Another process may be clearing the same folder.
            with contextlib.suppress(OSError), _hold(path) as is_ours:
                if is_ours:
                    _clean_left_over(path, path.with_name(match[1]), match[2])


def _clean_left_over(path: pathlib.Path, place: pathlib.Path, kind: str) -> None:
    if kind == "old" and not place.exists():
        path.rename(place)
    else:
        shutil.rmtree(path, ignore_errors=True)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def find_latest(root: pathlib.Path = RESULTS, verb: str = "*") -> pathlib.Path:
    """Return the newest whole run under ``root``, by the time in its name.

    Parameters
    ----------
    root : pathlib.Path
        Folder of all results.
    verb : str
        Only runs of this verb; of all if "*".

    Raises
    ------
    InputError
        There is none.
    """
    found = [
        (_read_stamp(place), run)
        for place in root.glob(f"{verb}/*/*")
        if _STAMPED_NAME.fullmatch(place.name)
        for run in [_find_run(place)]
        if run is not None
    ]
    if not found:
        raise InputError(f"latest: no whole run in {root}/")
    return max(found)[1]


def _read_stamp(place: pathlib.Path) -> tuple[str, int]:
    match = _STAMPED_NAME.fullmatch(place.name)
    assert match is not None
    return match[1], int(match[2] or 1)


def _find_run(place: pathlib.Path) -> pathlib.Path | None:
    """Return ``place`` if it is a run, else the last of its numbered runs, else None."""
    if (place / WHOLE).is_file():
        return place
    numbered = [path for path in place.glob("*") if path.name.isdecimal() and _find_run(path)]
    return max(numbered, key=lambda path: int(path.name), default=None)
