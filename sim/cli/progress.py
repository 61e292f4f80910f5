"""Progress with time left: a bar on a terminal, elsewhere a line a minute.

Only for what takes a while. Time left is shown once a part is done from which it follows, and
never decides anything. The only importer of rich (checked by
``tests/functional/test_cli_output.py``).
"""

import math
import sys
import threading
import time
from types import TracebackType
from typing import Any, Self

from sim.cli.terminal import complain

# What is done in a second needs no bar.
SILENT_S = 1.0
# Ten frames a second: smooth, and no load.
REDRAW_S = 0.1
# In a log file one line a minute.
LINE_S = 60.0
# Below a tenth of the work, or within the first seconds, compiling and warm-up would be taken
# for the pace.
LEFT_SHOWN_SHARE = 0.1
# Earlier the pace is that of the start (compiling), and the time left is wrong.
LEFT_SHOWN_S = 5.0


class ProgressBar:
    """A context manager that is called with what is done; any thread may call.

    >>> with ProgressBar() as progress:
    ...     progress("Simulating", 3, 200)
    """

    def __init__(self) -> None:
        self.is_shown = sys.stderr.isatty()
        self.started_s = self.step_s = self.printed_s = time.monotonic()
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
        with self.lock:
            step = what.partition(":")[0]
            is_new = step != self.step
            if is_new:
                self.step, self.step_s = step, now_s
            left = format_left(now_s - self.step_s, done, total)
            if not self.is_shown:
                self.print_line(what, done, total, left, now_s)
            elif now_s - self.started_s >= SILENT_S:
                self.show(what, done, total, left, now_s, is_new)

    def print_line(self, what: str, done: float, total: float, left: str, now_s: float) -> None:
        """Write a line where the last one is a minute old."""
        if now_s - self.printed_s < LINE_S:
            return
        self.printed_s = now_s
        share = f", {done / total:.0%}" if total > 0 and 0 <= done <= total else ""
        complain([f"{what}{share}, {write_span(now_s - self.started_s)} so far{left}"])

    def show(
        self, what: str, done: float, total: float, left: str, now_s: float, is_new: bool
    ) -> None:
        """Draw the bar, made when it is first needed, at most ten times a second."""
        is_new = is_new or self.task is None
        if not is_new and done < total and now_s - self.drawn_s < REDRAW_S:
            return
        self.drawn_s = now_s
        if self.bar is None:
            self.bar = make_bar()
            self.bar.start()
        if is_new:
            if self.task is not None:
                self.bar.remove_task(self.task)
            self.task = self.bar.add_task(what, total=total, left="")
        self.bar.update(self.task, description=what, completed=done, total=total, left=left)


def format_left(used_s: float, done: float, total: float) -> str:
    """The time left at the pace so far, in words; nothing before that means something.

    >>> format_left(30.0, 50, 200)
    ', about 2 min left'
    """
    share = done / total if total > 0 else 0.0
    if not LEFT_SHOWN_SHARE <= share < 1.0 or used_s < LEFT_SHOWN_S:
        return ""
    return f", about {write_span(used_s * (1.0 - share) / share)} left"


def write_span(span_s: float) -> str:
    """Seconds below a minute and a half in steps of ten, then whole minutes, then hours.

    >>> write_span(7.0), write_span(90.0), write_span(200.0), write_span(9000.0)
    ('10 s', '2 min', '4 min', '2.5 h')
    """
    if span_s < 90:
        return f"{max(math.ceil(span_s / 10), 1) * 10} s"
    return f"{math.ceil(span_s / 60)} min" if span_s < 7200 else f"{span_s / 3600:.1f} h"


def make_bar() -> Any:
    """Rich's bar: what, how far, time left; nothing stays behind."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[left]}"),
        console=Console(stderr=True),
        transient=True,
    )
