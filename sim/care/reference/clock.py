"""The clock of the reference engine: the present instant, and processes that wait for theirs.

Simultaneous events follow (time, rank, id) of ``sim.care.order``, never the order in which they
were scheduled; SimPy's own bookkeeping of an instant comes before them. Checked by
``tests/unit/test_reference_queue.py`` and ``tests/equivalence``.
"""

from collections.abc import Generator
from typing import Any, NamedTuple

import simpy

from sim.demand.draws import Draws
from sim.scenario.tables import Tables

IDS = 1 << 32

Process = Generator[Any, Any, None]


class Instant(simpy.Event):
    """A pending event, ordered by (time, rank, id) and after SimPy's bookkeeping."""

    def __init__(self, env: simpy.Environment, time_ms: int, rank: int, number: int) -> None:
        super().__init__(env)
        self._ok, self._value = True, None
        after = simpy.events.NORMAL + 1 + rank * IDS + number
        env.schedule(self, simpy.events.EventPriority(after), time_ms - env.now)


class EventClock:
    """Time of one run."""

    def __init__(self) -> None:
        self.env = simpy.Environment()

    @property
    def now_ms(self) -> int:
        """The present instant [ms]."""
        return int(self.env.now)

    @property
    def next_ms(self) -> float:
        """The instant of the next event [ms]; infinite where none is left."""
        return float(self.env.peek())

    def at(self, time_ms: int, rank: int, number: int) -> Instant:
        """The event to wait for."""
        return Instant(self.env, time_ms, rank, number)

    def start(self, process: Process) -> simpy.Process:
        """Let a process run beside the others."""
        return self.env.process(process)

    def step(self) -> None:
        """Let the next event happen."""
        self.env.step()


class Context(NamedTuple):
    """What every step of one run reads."""

    tables: Tables
    """the scenario and the policy"""
    draws: Draws
    """the replication, in the engine's own time"""
    clock: EventClock
