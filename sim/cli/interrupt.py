"""Ctrl-C and requests to end: acknowledged at once, noted, and passed on.

A solver or an engine may be at work outside of Python, which hears of it only when it is back;
a thread that reads the signal itself says at once that it was heard. It is noted, so that a run
that keeps what it has still leaves with 130, and so does one whose interrupt a library turned into
an error of its own (checked by ``tests/functional/test_cli_errors.py``).
"""

import os
import pathlib
import signal
import threading
from types import FrameType

HEARD = b"Stopping: what is finished is kept where there is something to keep ...\n"

_requests: list[int] = []
_acknowledged = threading.Lock()


def listen() -> None:
    """Note Ctrl-C and a request to end, say so at once, then interrupt as usual."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    threading.Thread(target=wait_for_signal, args=(reader,), daemon=True).start()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, note)


def wait_for_signal(reader: int) -> None:
    """Acknowledge the first signal that the process gets."""
    os.read(reader, 1)
    acknowledge()


def acknowledge() -> None:
    """Say once on stderr that the request was heard."""
    if _acknowledged.acquire(blocking=False):
        try:
            os.write(2, HEARD)
        except OSError:
            return


def note(number: int, frame: FrameType | None) -> None:
    """Remember that somebody asked to stop, and interrupt."""
    acknowledge()
    _requests.append(number)
    raise KeyboardInterrupt


def is_stop_requested() -> bool:
    """Whether somebody asked to stop, whatever became of the interrupt."""
    return bool(_requests)


def pass_on(*folders: pathlib.Path) -> None:
    """Interrupt again where a run was stopped and has kept what was finished.

    Raises
    ------
    KeyboardInterrupt
        With the folder, where there is one.
    """
    if is_stop_requested():
        raise KeyboardInterrupt(*folders)
