"""Ctrl-C and requests to end: noted, so that a run that keeps what it has still leaves with 130.

Checked by ``tests/functional/test_cli_errors.py``.
"""

import pathlib
import signal
from types import FrameType

_asked: list[int] = []


def listen() -> None:
    """Note Ctrl-C and a request to end, then interrupt as usual."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, note)


def note(number: int, frame: FrameType | None) -> None:
    """Remember that somebody asked to stop, and interrupt."""
    _asked.append(number)
    raise KeyboardInterrupt


def pass_on(folder: pathlib.Path) -> None:
    """Interrupt again where a run was stopped and has kept what was finished.

    Raises
    ------
    KeyboardInterrupt
        With the folder.
    """
    if _asked:
        raise KeyboardInterrupt(folder)
