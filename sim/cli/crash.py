"""What becomes of a bug: its traceback in a log file, one line for the user.

Checked by ``tests/functional/test_cli_errors.py``.
"""

import datetime
import os
import pathlib
import tempfile
import traceback


def write_crash(error: Exception) -> str:
    """Write the traceback to a log file and return the line for the user."""
    reason = traceback.format_exception_only(error)[-1].strip().splitlines()[0]
    start = f"surgecrew has a bug: {reason[:200]}"
    text = "".join(traceback.format_exception(error))
    for folder in (find_state_folder(), pathlib.Path(tempfile.gettempdir())):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"crash-{datetime.datetime.now(datetime.UTC):%Y-%m-%dT%H-%M-%S}.log"
            path.write_text(text, encoding="utf-8")
        except OSError:
            continue
        return f"{start} (traceback in {path})"
    return start


def find_state_folder() -> pathlib.Path:
    """Return the user's folder for logs."""
    root = os.environ.get("XDG_STATE_HOME") or pathlib.Path.home() / ".local" / "state"
    return pathlib.Path(root) / "surgecrew"
