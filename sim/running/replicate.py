"""Replications of a policy: drawn, played, measured; in threads, added up in order.

The kernel and the draws let go of the interpreter's lock, so threads of one process use all
cores; results stand in the order of the replications, never as they finish, so the same
bytes come of any number of workers (``tests/functional/test_replicate.py``).
"""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from sim.care.record import Record
from sim.demand.draws import Draws
from sim.errors import InputError
from sim.outcomes.attendance import attend
from sim.outcomes.course import follow_brand
from sim.outcomes.estimate import Estimate, summarize
from sim.outcomes.intervals import trace_intervals
from sim.outcomes.measures import measure_run
from sim.outcomes.scales import Lowered, Scales
from sim.running.play import Played, make_record, play_replication, prepare
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy

Progress = Callable[[int, int], None]
FindDraws = Callable[[int], Draws]
Observer = Callable[[int, Scales, Played], None]


class Measured(NamedTuple):
    """What is kept of one replication."""

    measures: dict[str, float]
    trace: np.ndarray | None
    record: Record | None


# A course by interval takes 40 kB a replication and more; bands need no more than these.
TRACED = 1000


@dataclass(frozen=True)
class Replications:
    """What the replications of one policy gave.

    Attributes
    ----------
    policy : Policy
        What was played.
    measures : dict of str to np.ndarray
        float64, shape (n_replications,) each.
    traces : np.ndarray
        float64, shape (n_traced, 11, n_pools + 1, n_intervals): of the first `TRACED`.
    local_time : tuple of str
        Start of each interval on the local clock, ISO 8601.
    interval_ms : int
        Length of an interval.
    pools : tuple of str
        Names of the pools, then `all`.
    records : list of Record
        Of the first replications, as many as were asked for.
    wanted : int
        Replications asked for; more than there are where the run was interrupted.
    seed : int or None
        Of their draws.
    """

    policy: Policy
    measures: dict[str, np.ndarray]
    traces: np.ndarray
    local_time: tuple[str, ...]
    interval_ms: int
    pools: tuple[str, ...]
    records: list[Record] = field(default_factory=list)
    wanted: int = 0
    seed: int | None = None

    @property
    def n(self) -> int:
        """Replications that were finished."""
        return len(self.measures["mentions"])

    @property
    def summary(self) -> dict[str, Estimate]:
        """Estimate of each measure."""
        return summarize(self.measures)


@dataclass(frozen=True)
class _Job:
    scenario: Scenario
    lowered: Lowered
    seed: int
    engine: str
    keep: int = 0
    find_draws: FindDraws | None = None
    observe: Observer | None = None
    traced: int = field(default_factory=lambda: TRACED)

    def __call__(self, replication: int) -> Measured:
        found = None if self.find_draws is None else self.find_draws(replication)
        played = play_replication(
            self.scenario, self.lowered, self.seed, replication, self.engine, found
        )
        scales = attend(self.lowered, played.draws).scales
        if self.observe is not None:
            self.observe(replication, scales, played)
        record = make_record(self.scenario, *played) if replication < self.keep else None
        course = follow_brand(scales, *played)
        trace = trace_intervals(scales, *played, course) if replication < self.traced else None
        return Measured(measure_run(scales, *played, course), trace, record)


def replicate(
    scenario: Scenario,
    policy: Policy,
    replications: int,
    seed: int,
    engine: str = "kernel",
    workers: int | None = None,
    progress: Progress | None = None,
    keep_mentions: int = 0,
    find_draws: FindDraws | None = None,
    observe: Observer | None = None,
) -> Replications:
    """Play a policy on the replications 0 .. n - 1 of a seed.

    Parameters
    ----------
    scenario, policy : Scenario, Policy
        The world and what is decided in it.
    replications : int
        How many, at least 1.
    seed : int
        Two policies on one seed meet the same customers.
    engine : {"kernel", "simpy"}
        Which engine.
    workers : int, optional
        Threads; one for each core if None.
    progress : callable, optional
        Called with (done, all) after each.
    keep_mentions : int
        Records of so many first replications are kept.
    find_draws : callable, optional
        Returns the draws of a replication, where they were made before; None: made here.
    watch : callable, optional
        Called by the threads with (replication, scales, what was played), in no order.

    Returns
    -------
    Replications
        After Ctrl-C: those that were finished, in order, at least one; else the interrupt
        goes on.

    Raises
    ------
    InputError
        Fewer than one replication, no such engine, or a policy that does not fit.
    """
    if replications < 1:
        raise InputError(f"replications={replications}: allowed: 1 or more")
    lowered = prepare(scenario, policy)
    job = _Job(scenario, lowered, seed, engine, keep_mentions, find_draws, observe)
    done: list[Measured] = []
    try:
        for result in map_in_order(job, range(replications), workers):
            done.append(result)
            if progress is not None:
                progress(len(done), replications)
    except KeyboardInterrupt:
        if not done:
            raise
    return Replications(
        policy=policy,
        measures={
            name: np.array([one.measures[name] for one in done]) for name in done[0].measures
        },
        traces=np.stack([one.trace for one in done if one.trace is not None]),
        local_time=lowered.scales.local_time,
        interval_ms=lowered.tables.clock.interval_ms,
        pools=(*scenario.pool_names, "all"),
        records=[one.record for one in done if one.record is not None],
        wanted=replications,
        seed=seed,
    )


def measure_replications(
    scenario: Scenario, lowered: Lowered, seed: int, numbers: Sequence[int], engine: str
) -> dict[str, np.ndarray]:
    """Every measure of some replications of a seed, float64, shape (n,), played in one thread.

    Parameters
    ----------
    scenario : Scenario
        The world.
    lowered : Lowered
        It under a policy, from `prepare`.
    seed : int
        Of the draws.
    numbers : sequence of int
        Which replications; each has the numbers that `replicate` gives it.
    engine : {"kernel", "simpy"}
        Which engine.
    """
    job = _Job(scenario, lowered, seed, engine, traced=0)
    found = [job(number).measures for number in numbers]
    return {name: np.array([one[name] for one in found]) for name in found[0]}


def play_some(
    scenario: Scenario,
    lowered: Lowered,
    seed: int,
    numbers: Sequence[int],
    workers: int | None = None,
    find_draws: FindDraws | None = None,
    observe: Observer | None = None,
) -> Iterator[Measured]:
    """Yield some replications of a seed, in order, each as `replicate` gives it.

    Parameters
    ----------
    scenario : Scenario
        The world.
    lowered : Lowered
        It under a policy, from `prepare`.
    seed : int
        Of the draws.
    numbers : sequence of int
        Which replications.
    workers, find_draws, observe
        As for `replicate`.
    """
    job = _Job(scenario, lowered, seed, "kernel", find_draws=find_draws, observe=observe)
    yield from map_in_order(job, numbers, workers)


def map_in_order(
    job: Callable[[int], Any], items: Sequence[int], workers: int | None = None
) -> Iterator[Any]:
    """Yield ``job(item)`` for each item, in order, computed by threads a little ahead."""
    count = workers or count_cores()
    if count <= 1 or len(items) <= 1:
        yield from map(job, items)
        return
    stop = threading.Event()

    def guarded(item: int) -> Any:
        return None if stop.is_set() else job(item)

    with ThreadPoolExecutor(count) as pool:
        ahead = [pool.submit(guarded, item) for item in items[: 4 * count]]
        try:
            for position in range(len(items)):
                result = ahead[position % len(ahead)].result()
                following = position + len(ahead)
                if following < len(items):
                    ahead[position % len(ahead)] = pool.submit(guarded, items[following])
                yield result
        finally:
            stop.set()


def count_cores() -> int:
    """The number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
