"""The answers behind a page: what was asked is played, described, saved, or given to the planner.

Nothing of a page is kept here but which of its questions is the newest: each question brings all
that was changed, so pages cannot mix. Checked by ``tests/functional/test_explore.py``.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field

from sim.explore.advice import advise
from sim.explore.answer import describe
from sim.explore.changes import Changes
from sim.explore.changing import Changed, apply, make_world, name_world
from sim.explore.controls import describe_run
from sim.explore.playing import Player
from sim.explore.saving import save
from sim.explore.stored import ExploredRun, ExploredWorld
from sim.scenario.build import build
from sim.scenario.parts import Part

# Questions that are at work at once, two a page; the oldest is stale beyond them.
MOST_QUESTIONS = 16
# Changed worlds that are kept built: what is asked for, and what it is compared with.
MOST_BUILT = 2


class PageQuestion(Part):
    """What a page asks: a changed run, beside another one."""

    page: Annotated[str, Field(min_length=8, max_length=64, pattern=r"^[0-9a-f]+$")]
    now: Changes
    held: Changes = Changes()


class Session:
    """Answers the questions of all pages of one run.

    Parameters
    ----------
    run : ExploredRun
        What is explored.
    workers : int, optional
        Threads that play; one for each core if None.
    """

    def __init__(self, run: ExploredRun, workers: int | None = None) -> None:
        self.run = run
        self.player = Player(run, workers)
        self._newest: OrderedDict[tuple[str, str], threading.Event] = OrderedDict()
        self._built: OrderedDict[str, ExploredWorld] = OrderedDict()
        self._lock = threading.Lock()
        self._is_closed = False

    def describe(self) -> dict[str, Any]:
        """Describe the run for a page."""
        return describe_run(self.run)

    def open_question(self, page: str, kind: str) -> threading.Event:
        """Begin a page's question: its older one of this kind is stale from now on."""
        stop = threading.Event()
        with self._lock:
            older = self._newest.pop((page, kind), None)
            self._newest[page, kind] = stop
            if older is not None:
                older.set()
            while len(self._newest) > MOST_QUESTIONS:
                self._newest.popitem(last=False)[1].set()
            if self._is_closed:
                stop.set()
        return stop

    def warm_up(self) -> None:
        """Play the run's own first weeks: what is compiled and drawn by then waits for nobody."""
        changed = self.change(Changes())
        self.player.play(changed, self.player.looks[0], threading.Event())

    def close(self) -> None:
        """Make every question stale."""
        with self._lock:
            self._is_closed = True
            for stop in self._newest.values():
                stop.set()

    def read(self, plain: object) -> PageQuestion:
        """Read a question.

        Raises
        ------
        InputError
            It is none; one line an error.
        """
        return build(PageQuestion, plain, "question")

    def change(self, changes: Changes) -> Changed:
        """Apply changes to the run.

        Raises
        ------
        InputError
            They do not fit.
        """
        return apply(self.run, changes, self.find_world(changes))

    def find_world(self, changes: Changes) -> ExploredWorld:
        """Find a world that was built before, or build it."""
        key = name_world(changes.world)
        with self._lock:
            if key in self._built:
                self._built.move_to_end(key)
                return self._built[key]
        world = make_world(self.run, changes.world)
        with self._lock:
            self._built[key] = world
            while len(self._built) > MOST_BUILT:
                self._built.popitem(last=False)
        return world

    def answer(self, question: PageQuestion, stop: threading.Event) -> Iterator[dict[str, Any]]:
        """Yield answers of ever more weeks, until nobody waits or all were played.

        Raises
        ------
        InputError
            What was asked does not fit.
        StaleError
            Nobody waits any more.
        """
        now, held = self.change(question.now), self.change(question.held)
        player = self.player
        first = player.find_first_look(now, held)
        for look in [look for look in player.looks if look >= first]:
            seen, other = player.play(now, look, stop), player.play(held, look, stop)
            yield describe(self.run, now, held, seen, other, look)

    def save(self, question: PageQuestion) -> dict[str, Any]:
        """Save what a page shows; say where and how it is simulated again."""
        saved = save(self.run, self.change(question.now))
        return {
            "policy": str(saved.policy),
            "scenario": str(saved.scenario),
            "command": saved.command,
        }

    def advise(self, question: PageQuestion, stop: threading.Event) -> Iterator[dict[str, Any]]:
        """Yield how far the planner is, then what it thinks of a changed run."""
        yield from advise(self.run, self.change(question.now), stop)
