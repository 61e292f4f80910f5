"""Files and lines that appear as a whole or not at all, in a folder that several write to.

A file is written under a name of its own beside its place, flushed, and renamed, which the file
system does at once; who loses a race has written the same. Checked by
``tests/functional/test_sweep_store.py``.
"""

import contextlib
import datetime
import json
import os
import pathlib
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from sim.errors import InputError

DRAFT = ".draft-"
# A draft is written in seconds; a clock that is wrong by hours takes none away from its writer.
LEFT_OVER_S = 86_400.0


def replace_file(
    path: pathlib.Path,
    write: Callable[[pathlib.Path], object],
    name: Callable[[pathlib.Path], str] | None = None,
) -> None:
    """Put a file in the place of what is there.

    Parameters
    ----------
    path : pathlib.Path
        Its place; the folder is there.
    write : callable
        Writes the content to the path that it is given.
    name : callable, optional
        Gives the file's own name by what was written; as in `path` if None.

    Raises
    ------
    InputError
        It cannot be written; what was there stays.
    """
    draft = path.with_name(f"{DRAFT}{secrets.token_hex(6)}")
    try:
        write(draft)
        descriptor = os.open(draft, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        os.replace(draft, path if name is None else path.with_name(name(draft)))
    except OSError as error:
        raise _explain(path, error) from error
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)


def make_folder(path: pathlib.Path) -> None:
    """Make a folder and those above it where they are missing.

    Raises
    ------
    InputError
        It cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _explain(path, error) from error


def append_line(path: pathlib.Path, entry: Mapping[str, Any]) -> None:
    """Add a line of JSON with the present time to a log, in one write; a log stops nothing."""
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    line = json.dumps({"time": now, **entry}) + "\n"
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        try:
            os.write(descriptor, line.encode())
        finally:
            os.close(descriptor)


def clear_drafts(folder: pathlib.Path) -> None:
    """Take away what killed writers left, a day later."""
    now_s = datetime.datetime.now(datetime.UTC).timestamp()
    for path in folder.glob(f"{DRAFT}*"):
        with contextlib.suppress(OSError):
            if now_s - path.stat().st_mtime > LEFT_OVER_S:
                path.unlink()


def _explain(path: pathlib.Path, error: OSError) -> InputError:
    reason = os.strerror(error.errno) if error.errno else str(error)
    return InputError(f"{path}: cannot be written ({reason})")
