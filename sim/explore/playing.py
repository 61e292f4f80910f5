"""Weeks of a changed run, played on the run's own draws, a few more at a time.

The draws of a world are kept in memory as far as they fit, so that a change of the policy only
plays; what was played of a policy is kept too, so that a step back costs nothing. Each
replication is the one that `simulate` plays (``sim.running.replicate``), in its order, so that the
means are the same numbers. Checked by ``tests/functional/test_explore.py``.
"""

import contextlib
import ctypes
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from sim.demand.draw import draw
from sim.demand.draws import Draws
from sim.explore.changing import Changed
from sim.explore.stored import ExploredRun, ExploredWorld
from sim.outcomes.intervals import QUANTITIES
from sim.outcomes.scales import Lowered, Scales
from sim.planning.evaluation.service_target import EventDays, find_event_days, share_kept
from sim.running.play import Played, prepare
from sim.running.replicate import play_some

# Weeks after which an answer is given: at once a first one, then where the interval has shrunk
# to two thirds or so.
LOOKS = (10, 20, 50, 100, 200, 400, 700, 1000)
# Draws of the run's own world kept in memory: 200 weeks of ten thousand mentions; beyond it they
# are made anew for each play.
DRAWN_BYTES = 500_000_000
# The same for a changed world, of which few changes are asked: its first 60 weeks of five thousand
# mentions, so that a page of many worlds needs a fifth more memory and not twice as much.
OTHER_BYTES = 80_000_000
# Of glibc's malloc.h.
M_ARENA_MAX = -8
# Policies that were played and are kept: a megabyte each.
MOST_KEPT = 24
# Curves of a week that a page shows, of all pools together.
CURVES = ("waiting", "staffed_h", "busy_h", "sentiment", "mentions")
CURVE_ROWS = [QUANTITIES.index(name) for name in CURVES]


class StaleError(Exception):
    """Nobody waits for this answer any more."""


@dataclass
class Weeks:
    """What was played of one policy in one world.

    Attributes
    ----------
    lowered : Lowered
        The policy in its world.
    measures : dict of str to list of float
        A number a replication.
    kept : list of list of float
        Share of each event's customers answered in time, a row a replication.
    curves : dict of int to np.ndarray
        Mean curves after so many replications, shape (n_curves, n_intervals).
    """

    lowered: Lowered
    measures: dict[str, list[float]] = field(default_factory=dict)
    kept: list[tuple[float, ...]] = field(default_factory=list)
    curves: dict[int, np.ndarray] = field(default_factory=dict)
    sums: np.ndarray | None = None
    counts: np.ndarray | None = None

    @property
    def n(self) -> int:
        """Replications that were played."""
        return len(self.kept)

    def take(self, name: str, n: int) -> np.ndarray:
        """A measure of the first `n` replications, float64, shape (n,)."""
        return np.array(self.measures[name][:n])

    def take_kept(self, n: int) -> np.ndarray:
        """Shares kept of the first `n` replications, float64, shape (n, n_events)."""
        return np.array(self.kept[:n], dtype=np.float64).reshape(n, -1)


class Player:
    """Plays changed runs on common draws; one at a time, safe under threads.

    Parameters
    ----------
    run : ExploredRun
        Whose seed and number of weeks hold for all.
    workers : int, optional
        Threads; one for each core if None.
    """

    def __init__(self, run: ExploredRun, workers: int | None = None) -> None:
        self.run = run
        self.workers = workers
        self.looks = [n for n in LOOKS if n < run.weeks] + [run.weeks]
        self._lock = threading.Lock()
        self._weeks: OrderedDict[tuple[str, str], Weeks] = OrderedDict()
        self._own: dict[int, Draws] = {}
        self._other: dict[int, Draws] = {}
        self._other_key = ""

    def play(self, changed: Changed, n: int, stop: threading.Event) -> Weeks:
        """Play the first `n` weeks of a changed run, as far as they were not yet.

        Raises
        ------
        StaleError
            `stop` was set; what was played is kept only where the look was whole.
        """
        while not self._lock.acquire(timeout=0.05):
            if stop.is_set():
                raise StaleError
        try:
            weeks = self.find(changed)
            for look in self.looks:
                if weeks.n < look <= n:
                    self.extend(weeks, changed.world, range(weeks.n, look), stop)
            return weeks
        finally:
            self._lock.release()

    def find(self, changed: Changed) -> Weeks:
        """Find what was played of a policy in a world; nothing yet of a new one."""
        world, policy = changed.world, changed.policy
        key = (world.key, policy.model_dump_json(exclude={"name"}))
        if key not in self._weeks:
            self._weeks[key] = Weeks(prepare(world.scenario, policy))
        self._weeks.move_to_end(key)
        while len(self._weeks) > MOST_KEPT:
            self._weeks.popitem(last=False)
        return self._weeks[key]

    def extend(
        self, weeks: Weeks, world: ExploredWorld, numbers: Sequence[int], stop: threading.Event
    ) -> None:
        """Play more weeks; all of them or, where nobody waits any more, none."""
        days = find_event_days(world.scenario)
        kept: dict[int, tuple[float, ...]] = {}
        draws = self.open_draws(world)

        def find_draws(number: int) -> Draws:
            if stop.is_set():
                raise StaleError
            return self.find_draws(world, draws, number)

        def observe(number: int, _: Scales, played: Played) -> None:
            kept[number] = measure_kept(days, played)

        played = play_some(
            world.scenario, weeks.lowered, self.run.seed, numbers, self.workers, find_draws, observe
        )
        measures, traces = [], []
        for one in played:
            assert one.trace is not None
            measures.append(one.measures)
            traces.append(one.trace[CURVE_ROWS, -1])
        for row in measures:
            for name, value in row.items():
                weeks.measures.setdefault(name, []).append(value)
        weeks.kept += [kept[number] for number in numbers]
        add_curves(weeks, np.stack(traces))

    def open_draws(self, world: ExploredWorld) -> dict[int, Draws]:
        """Find the place of a world's draws: of the run's own, and of one that was changed."""
        if not world.key:
            return self._own
        if world.key != self._other_key:
            self._other, self._other_key = {}, world.key
            release_memory()
        return self._other

    def find_draws(self, world: ExploredWorld, kept: dict[int, Draws], number: int) -> Draws:
        """Draws of a week, kept or made anew."""
        found = kept.get(number)
        if found is None:
            found = draw(world.scenario, self.run.seed, number)
            most = OTHER_BYTES if world.key else DRAWN_BYTES
            if (len(kept) + 1) * weigh(found) <= most:
                kept[number] = found
        return found

    def find_first_look(self, *changed: Changed) -> int:
        """Find after how many weeks to answer first: all that were played of each, or a few."""
        with self._lock:
            played = min(self.find(one).n for one in changed)
        return max(played, self.looks[0])


def limit_memory() -> None:
    """Have all threads share two heaps, where the library can: each keeps what it freed."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)


def release_memory() -> None:
    """Give freed draws back to the system, where its library can: they are many small pieces."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)


def weigh(draws: Draws) -> int:
    """The bytes of a week's draws."""
    return sum(column.nbytes for column in draws)


def measure_kept(days: tuple[EventDays, ...], played: Played) -> tuple[float, ...]:
    """Share of each announced event's customers answered in time, as a plan counts it."""
    draws, _, rows = played
    return tuple(
        share_kept(one, draws.event_time_ms, draws.arrival_ms, rows.exogenous, rows.kept)
        for one in days
    )


def add_curves(weeks: Weeks, traces: np.ndarray) -> None:
    """Add curves, shape (n, n_curves, n_intervals), to the mean; nobody to speak of is left out."""
    known = ~np.isnan(traces)
    sums, counts = np.where(known, traces, 0.0).sum(axis=0), known.sum(axis=0)
    weeks.sums = sums if weeks.sums is None else weeks.sums + sums
    weeks.counts = counts if weeks.counts is None else weeks.counts + counts
    with np.errstate(invalid="ignore", divide="ignore"):
        weeks.curves[weeks.n] = weeks.sums / weeks.counts
