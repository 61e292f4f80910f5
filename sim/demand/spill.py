"""Spill-over: a phone channel whose lost callers go public.

Calls arrive as a Poisson process (`base_per_h` x the profile) at `agents` phone agents,
first come, first served: M(t)/G/n+G. A call's offered wait is the time until the first
agent is free; who will not wait so long is lost when the patience ends and, with
probability `share`, posts after a delay. Played when drawn: no policy touches it.
Checked against Erlang A by ``tests/theory/test_demand_spill.py``.
"""

import numpy as np

from sim.compile import jit, jit_inner
from sim.demand import streams
from sim.demand.arrivals import pick_topic, walk
from sim.demand.candidates import Candidates, make_state, mark_origin, put
from sim.demand.quantile import Durations, draw_ms
from sim.demand.streams import draw_bits, draw_int53, draw_uniform, enter_stream
from sim.demand.tables import ORIGIN_SPILL, Base, SpillTables
from sim.scenario.tables import MS_PER_H


@jit_inner
def replace_first(free_ms: np.ndarray, time_ms: float) -> None:
    """Put a time in place of the smallest of a binary heap."""
    hole = 0
    while 2 * hole + 1 < free_ms.size:
        child = 2 * hole + 1
        if child + 1 < free_ms.size and free_ms[child + 1] < free_ms[child]:
            child += 1
        if free_ms[child] >= time_ms:
            break
        free_ms[hole] = free_ms[child]
        hole = child
    free_ms[hole] = time_ms


@jit_inner
def find_lost(
    spill: SpillTables, durations: Durations, key: np.uint64, times: np.ndarray
) -> tuple[np.ndarray, int]:
    """When each call is lost [ms], -1 if it is served, and how many are."""
    free_ms = np.zeros(max(spill.agents, 1))
    lost_ms = np.full(times.size, -1.0)
    lost = 0
    rows, lines = durations.rows, durations.lines
    for call in range(times.size):
        number = draw_int53(key, streams.CALL_PATIENCE, call)
        gives_up_ms = times[call] + draw_ms(rows, lines, spill.patience_row, number, 1.0)
        start_ms = max(times[call], free_ms[0])
        if spill.agents == 0 or start_ms > gives_up_ms:
            lost_ms[call] = gives_up_ms
            lost += 1
        else:
            number = draw_int53(key, streams.CALL_WORK, call)
            replace_first(free_ms, start_ms + draw_ms(rows, lines, spill.work_row, number, 1.0))
    return lost_ms, lost


@jit
def add_spill(
    found: Candidates,
    count: int,
    spill: SpillTables,
    base: Base,
    durations: Durations,
    replication_key: np.uint64,
) -> tuple[Candidates, int]:
    """Add the posts of lost callers."""
    if spill.hour_mean.size == 0:
        return found, count
    key = enter_stream(replication_key, spill.stream)
    times = walk(spill.hour_mean, 1.0, key) * MS_PER_H
    lost_ms, lost = find_lost(spill, durations, key, times)
    found = make_state(found, count, lost)
    first = count
    rows, lines = durations.rows, durations.lines
    for call in range(times.size):
        if lost_ms[call] < 0.0 or draw_uniform(key, streams.GOES_PUBLIC, call) >= spill.share:
            continue
        number = draw_int53(key, streams.GOES_PUBLIC_DELAY, call)
        time_ms = int(lost_ms[call]) + draw_ms(rows, lines, spill.delay_row, number, 1.0)
        if time_ms < base.horizon_ms:
            own = draw_bits(key, streams.MENTION, call)
            topic = pick_topic(base.topic_until, draw_uniform(own, streams.TOPIC, 0))
            put(found, count, time_ms, own, topic)
            count += 1
    mark_origin(found, first, count, ORIGIN_SPILL, -1)
    return found, count
