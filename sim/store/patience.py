"""Ctrl-C that waits while what was found is written down.

Minutes of search are not lost to a key that is pressed in the seconds in which a run's files
are written: from the moment that a block asks for it until it ends, the first Ctrl-C (or
request to end) is noted and takes effect at its end; a second one takes effect at once.
Signals reach the main thread alone, so elsewhere nothing is held back. Checked by
``tests/unit/test_store_patience.py``.
"""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def hold_back() -> Iterator[Callable[[], None]]:
    """Give what starts to hold interrupts back until the block ends.

    Yields
    ------
    callable
        Without arguments; may be called again. Whatever the handlers found then raise
        (KeyboardInterrupt) is raised after a block that has ended well.
    """
    before: dict[int, Any] = {}
    held: list[tuple[int, FrameType | None]] = []

    def note(number: int, frame: FrameType | None) -> None:
        held.append((number, frame))
        if len(held) > 1:
            before[number](number, frame)

    def begin() -> None:
        if before or threading.current_thread() is not threading.main_thread():
            return
        handlers = {number: signal.getsignal(number) for number in SIGNALS}
        before.update({number: one for number, one in handlers.items() if callable(one)})
        for number in before:
            signal.signal(number, note)

    try:
        yield begin
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    for number, frame in held:
        before[number](number, frame)
