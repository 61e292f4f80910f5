"""Run folders that are whole or not there.

A folder is built in a room of its own beside its place (``sim.store.claim``) and renamed
when the results are in it, which the file system does at once or not at all. So whatever
ends a run early (an error, Ctrl-C, a lost machine), no folder looks whole that is not; what
a killed process left is cleared by the next run at the same place. Pages, pictures and
workbooks are added afterwards, file by file: what goes wrong with them costs no result.
Checked by ``tests/unit/test_store_folder.py``, which kills writers.
"""

import contextlib
import datetime
import errno
import os
import pathlib
import re
from collections.abc import Callable, Iterator

from sim.errors import InputError
from sim.store.claim import (
    NEW,
    OLD,
    TakenError,
    claim_place,
    clear_left_overs,
    find_free,
    list_places,
)
from sim.store.patience import hold_back
from sim.store.schema import FILES
from sim.store.text import read_json

RESULTS = pathlib.Path("results")
WHOLE = "provenance.json"

_STAMP = "%Y-%m-%dT%H-%M-%S"
_TAKEN = (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR)
# Another run may remove an empty parent between two steps; five times in a row is a fault.
_PARENT_TRIES = 5


def choose_run_folder(
    verb: str,
    name: str,
    root: pathlib.Path = RESULTS,
    now: datetime.datetime | None = None,
) -> pathlib.Path:
    """The free place ``<root>/<verb>/<name>/<YYYY-MM-DDTHH-MM-SS>[-2]`` (UTC).

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
    return find_free(root / verb / make_file_name(name) / stamp)


def make_file_name(name: str) -> str:
    """Make ``name`` one file name: no separator, no leading dot, 100 bytes at most."""
    kept = re.sub(r"[^\w.+=-]", "_", name).lstrip(".")
    return kept.encode()[:100].decode(errors="ignore") or "_"


class RunFolder:
    """A run folder while it is built.

    Attributes
    ----------
    room : pathlib.Path
        The process's own folder beside the place, gone in the end.
    part : pathlib.Path
        Where the run's files go now, within the room.
    final : pathlib.Path
        Where they are once it is whole.
    is_whole : bool
        The folder is in its place.
    is_settled : bool
        The results are there and are being written.
    is_gone : bool
        Somebody took the folder away while it was built.
    """

    def __init__(self, room: pathlib.Path, final: pathlib.Path, hold: Callable[[], None]) -> None:
        self.room = room
        self.part = room / NEW
        self.final = final
        self.is_whole = False
        self.is_settled = False
        self.is_gone = False
        self._hold = hold
        self._later: list[Callable[[pathlib.Path], object]] = []

    def settle(self) -> None:
        """Let Ctrl-C wait from now on until the folder is whole; see `hold_back`."""
        self.is_settled = True
        self._hold()

    def add(self, step: Callable[[pathlib.Path], object]) -> None:
        """Have a step done with the folder when it is whole: a page, a workbook."""
        self._later.append(step)

    @contextlib.contextmanager
    def noting(self) -> Iterator[None]:
        """Note, where the block fails, whether the folder was taken away: its room soon goes."""
        try:
            yield
        except BaseException:
            self.is_gone = not self.part.is_dir()
            raise

    def finish(self) -> None:
        """Do the steps that were added; what fails says that the results are kept.

        Raises
        ------
        InputError
            A file cannot be written.
        """
        for step in self._later:
            try:
                step(self.final)
            except OSError as error:
                reason = os.strerror(error.errno) if error.errno else str(error)
                raise InputError(
                    f"{shorten(self.final)}: the report cannot be written ({reason}); "
                    "the results are kept there; `surgecrew report` draws it again"
                ) from error
            except Exception as error:
                error.add_note(f"the results are kept in {shorten(self.final)}")
                raise


@contextlib.contextmanager
def build_run_folder(
    folder: str | os.PathLike[str], overwrite: bool = False, may_number: bool = False
) -> Iterator[RunFolder]:
    """Give a place to write a run's files; it becomes ``folder`` when the block ends well.

    Parameters
    ----------
    folder : path
        Where the whole folder is to be.
    overwrite : bool
        Put it in the place of an older run's folder.
    may_number : bool
        Take ``<folder>-2`` and so on where somebody else has or writes `folder`.

    Yields
    ------
    RunFolder
        `part` is the folder to write into; `final` the place it has afterwards (another
        number is appended if something else took the wanted place in the meantime).

    Raises
    ------
    InputError
        The place is a file, cannot be written, is written by another run, or is a folder that
        is not empty and, with `overwrite`, holds something else than a run.
    KeyboardInterrupt
        Held back until the folder was whole and had its page.
    """
    wanted = pathlib.Path(os.path.realpath(folder))
    if not may_number:
        check_target(wanted, overwrite)
    made_parents = [parent for parent in wanted.parents if not os.path.exists(parent)]
    run: RunFolder | None = None
    with hold_back() as hold:
        try:
            with _claim(wanted, overwrite, may_number) as (room, place):
                run = RunFolder(room, place, hold)
                with run.noting():
                    yield run
                    run.settle()
                    _flush(run.part)
                    run.final = _put_in_place(run, overwrite)
                    run.is_whole = True
        except BaseException as error:
            for parent in made_parents:
                with contextlib.suppress(OSError):
                    parent.rmdir()
            if isinstance(error, OSError) and (run is None or run.is_settled):
                raise InputError(_format_failure(wanted, run, error)) from error
            raise
        run.finish()


def _format_failure(wanted: pathlib.Path, run: RunFolder | None, error: OSError) -> str:
    files = [place for place in wanted.parents if os.path.exists(place) and not place.is_dir()]
    if run is not None and run.is_gone:
        reason = "its folder was removed"
    elif files:
        reason = f"{files[0]} is a file"
    elif error.errno in (errno.EBUSY, errno.EXDEV):
        reason = "it is a mount point; name a folder inside it"
    else:
        reason = os.strerror(error.errno) if error.errno else str(error)
    return f"run.dir={wanted}: cannot be written ({reason})"


def check_target(folder: pathlib.Path, overwrite: bool = False) -> None:
    """Raise InputError unless a run may be put at ``folder``; touches nothing."""
    try:
        # os.path.exists: a name that is too long is no file here, and an error only later.
        if os.path.exists(folder):
            _check_existing(folder, overwrite)
    except OSError as error:
        raise InputError(f"run.dir={folder}: cannot be read ({error.strerror})") from error


def _check_existing(folder: pathlib.Path, overwrite: bool) -> None:
    if not folder.is_dir():
        raise InputError(f"run.dir={folder}: is a file; allowed: a folder")
    if os.path.realpath(folder) == os.path.realpath(os.curdir):
        raise InputError(f"run.dir={folder}: is the current folder; allowed: a folder inside it")
    names = sorted(os.listdir(folder))
    if not names:
        return
    if not overwrite:
        raise InputError(
            f"run.dir={folder}: is not empty; choose another folder or run.overwrite=true"
        )
    if not is_passport(folder / WHOLE):
        raise InputError(
            f"run.dir={folder}: has no {WHOLE} of a run; "
            "run.overwrite=true replaces only a run's folder"
        )
    clear_left_overs(folder)  # of a run that was killed while its page was drawn
    foreign = [name for name in sorted(os.listdir(folder)) if name not in FILES]
    if foreign:
        raise InputError(
            f"run.dir={folder}: contains {foreign[0]}, which is not part of a run and "
            "would be lost; "
            "move it, or choose another folder"
        )


def is_passport(path: pathlib.Path) -> bool:
    """Whether a file is the provenance.json of a run of ours."""
    try:
        passport = read_json(path)
    except InputError:
        return False
    return isinstance(passport, dict) and {"schema", "verb", "versions"} <= passport.keys()


@contextlib.contextmanager
def _claim(
    wanted: pathlib.Path, overwrite: bool, may_number: bool
) -> Iterator[tuple[pathlib.Path, pathlib.Path]]:
    """Hold a place while the block runs; yield its room, with an empty folder in it, and it."""
    with contextlib.ExitStack() as stack:
        for place in list_places(wanted):
            if may_number and os.path.lexists(place):
                continue
            try:
                room = stack.enter_context(_open_room(place))
            except TakenError as error:
                if may_number:
                    continue
                raise InputError(
                    f"run.dir={place}: another run is writing it (or one was stopped on "
                    "a disk without "
                    f"file locks; in that case remove {error.room.name} next to it)"
                ) from error
            # Whoever held it before may have come to its end since.
            if not may_number:
                check_target(place, overwrite)
            elif os.path.lexists(place):
                stack.pop_all().close()
                continue
            (room / NEW).mkdir()
            yield room, place
            return


@contextlib.contextmanager
def _open_room(place: pathlib.Path) -> Iterator[pathlib.Path]:
    """Claim a place, its parents made; another run that fails may take new parents away again."""
    for attempt in range(_PARENT_TRIES):
        place.parent.mkdir(parents=True, exist_ok=True)
        clear_left_overs(place.parent)
        claim = claim_place(place)
        try:
            room = claim.__enter__()
        except FileNotFoundError:
            if attempt == _PARENT_TRIES - 1:
                raise
            continue
        break
    with contextlib.ExitStack() as stack:
        stack.push(claim)
        yield room


def _flush(folder: pathlib.Path) -> None:
    """Have the system write every file out, so that a rename is never all that survives."""
    for path in [*folder.rglob("*"), folder]:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _put_in_place(run: RunFolder, overwrite: bool) -> pathlib.Path:
    target = run.final
    if overwrite and target.is_dir() and any(target.iterdir()):
        # No call exchanges two folders on every system. Whoever is killed between these two
        # steps leaves both whole in the room: clear_dead puts the new one in its place.
        target.rename(run.room / OLD)
        try:
            run.part.rename(target)
        except BaseException:
            (run.room / OLD).rename(target)
            raise
        return target
    place = target
    while True:
        try:
            run.part.rename(place)
        except OSError as error:
            if error.errno not in _TAKEN:
                raise
            place = find_free(target)
        else:
            return place


def shorten(place: pathlib.Path) -> pathlib.Path:
    """A path relative to the current folder, where it is below that."""
    cwd = pathlib.Path(os.path.realpath(os.curdir))
    return place.relative_to(cwd) if place.is_relative_to(cwd) else place
