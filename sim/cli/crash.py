"""What becomes of a bug: its traceback in a log file, one line for the user.

The log's name cannot be guessed, no link is followed to it, only the user can read it, and it
lies in a folder that nobody else can write to. Checked by ``tests/functional/test_cli_crash.py``.
"""

import contextlib
import datetime
import os
import pathlib
import secrets
import tempfile
import traceback
from collections.abc import Iterator

from sim.places import find_user_folder, prepare_own_folder


def write_crash(error: Exception) -> str:
    """Write the traceback to a log file and return the line for the user."""
    reason = f"{type(error).__name__}: {error}".splitlines()[0]
    notes = "".join(f"; {note}" for note in getattr(error, "__notes__", ()))
    start = f"surgecrew has a bug: {reason[:200]}"
    text = "".join(traceback.format_exception(error))
    for folder in list_folders():
        with contextlib.suppress(OSError):
            return f"{start} (traceback in {write_log(folder, text)}){notes}"
    return f"{start}{notes}"


def list_folders() -> Iterator[pathlib.Path]:
    """Folders for the log that are the user's own: that for logs, else a new one."""
    folder = find_state_folder()
    if folder is not None and prepare_own_folder(folder) is None:
        yield folder
    with contextlib.suppress(OSError):
        yield pathlib.Path(tempfile.mkdtemp(prefix="surgecrew-", dir=tempfile.gettempdir()))


def write_log(folder: pathlib.Path, text: str) -> pathlib.Path:
    """Write a log file of a new name, readable by its owner alone."""
    now = datetime.datetime.now(datetime.UTC)
    path = folder / f"crash-{now:%Y-%m-%dT%H-%M-%S}-{secrets.token_hex(4)}.log"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with open(os.open(path, flags, 0o600), "w", encoding="utf-8", errors="replace") as file:
        file.write(text)
    return path


def find_state_folder() -> pathlib.Path | None:
    """The user's folder for logs; None where there is no home."""
    root = find_user_folder("XDG_STATE_HOME", ".local", "state")
    return None if root is None else root / "surgecrew"
