"""Paths as users write them: ``~`` is the home folder, a file is an ordinary file.

No shell expands ``~`` behind ``run.dir=``, and a folder called ``~`` is a trap for the next
``rm -r`` (checked by ``tests/unit/test_paths.py``).
"""

import os
import pathlib
import stat

from sim.errors import InputError

KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (lambda mode: stat.S_ISCHR(mode) or stat.S_ISBLK(mode), "a device"),
)


def expand_home(path: str) -> str:
    """The path with the home folder in the place of ``~`` or ``~user``.

    Raises
    ------
    InputError
        There is no such user, or no home folder.
    """
    if not path.startswith("~"):
        return path
    found = os.path.expanduser(path)
    if found.startswith("~"):
        who = path.split("/")[0]
        raise InputError(f"{path}: no home folder {who}; write ./{path} for a file of that name")
    return found


def place_path(path: str, folder: pathlib.Path | None) -> str:
    """A path that a file in `folder` names: from there on, unless it is whole."""
    found = expand_home(path)
    return found if folder is None else str(folder / found)


def require_file(path: str | pathlib.Path) -> None:
    """Require that what is there can be read to an end: an ordinary file.

    Raises
    ------
    InputError
        A folder, a pipe or a device. What is missing is left to the reader.
    """
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        return
    for is_kind, word in KINDS:
        if is_kind(mode):
            raise InputError(f"{path}: cannot be read: is {word}; allowed: an ordinary file")
