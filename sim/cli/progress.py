"""The progress bar with time left: only on a terminal, only for what takes a while.

The only importer of rich (checked by ``tests/functional/test_cli_output.py``).
"""

import sys
import threading
import time
from types import TracebackType
from typing import Any, Self

SILENT_S = 1.0
REDRAW_S = 0.1


class ProgressBar:
    """A context manager that is called with what is done; any thread may call.

    >>> with ProgressBar() as progress:
    ...     progress("Simulating", 3, 200)
    """

    def __init__(self) -> None:
        self.is_shown = sys.stderr.isatty()
        self.started_s = time.monotonic()
        self.drawn_s = 0.0
        self.bar: Any = None
        self.task: Any = None
        self.step = ""
        self.lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.bar is not None:
            self.bar.stop()

    def __call__(self, what: str, done: float, total: float) -> None:
        """Show that `done` of `total` is done.

        Parameters
        ----------
        what : str
            The step, in the user's words; a new one starts the bar again, but for what
            follows a colon.
        done, total : float
            In any unit.
        """
        now_s = time.monotonic()
        if not self.is_shown or now_s - self.started_s < SILENT_S:
            return
        with self.lock:
            step = what.partition(":")[0]
            is_new = step != self.step
            if not is_new and done < total and now_s - self.drawn_s < REDRAW_S:
                return
            self.drawn_s = now_s
            self.draw(what, done, total, is_new)

    def draw(self, what: str, done: float, total: float, is_new: bool) -> None:
        """Draw the bar, made when it is first needed."""
        if self.bar is None:
            self.bar = make_bar()
            self.bar.start()
        if is_new:
            if self.task is not None:
                self.bar.remove_task(self.task)
            step = what.partition(":")[0]
            self.task, self.step = self.bar.add_task(what, total=total), step
        self.bar.update(self.task, description=what, completed=done, total=total)


def make_bar() -> Any:
    """Return rich's bar: what, how far, time used, time left; nothing stays behind."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        TextColumn("left"),
        console=Console(stderr=True),
        transient=True,
    )
