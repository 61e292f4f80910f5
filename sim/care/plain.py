"""The compiled engine of plain worlds: one queue, one turn a case, nothing else.

Where a scenario uses no other mechanism of ``sim/MODEL.md`` section 4, first come first served
needs no list of events: the start of each customer follows from the times at which the agents
on duty are next free (Kiefer and Wolfowitz 1955),

    start = max(arrival, min(free)),    that agent is free again at start + work,

who has left by then (patience ends first at an instant) takes nobody's time. When staff is
raised one more is free, when it is cut who is free first goes: his work, if he has any, is
finished before anybody else begins, so the next rise takes the last who went back. The record
is equal bit for bit to that of ``sim.care.kernel`` and of ``sim.care.reference``; checked by
``tests/equivalence/test_plain_worlds.py``.
"""

from typing import NamedTuple

import numpy as np

from sim.care.event_list import (
    NEVER,
    ROOT,
    SIZE,
    drop_root,
    make_heap,
    peek,
    push,
    sift_down,
)
from sim.care.record import Run
from sim.compile import jit_bare, jit_loop, jit_part
from sim.demand.draws import Draws
from sim.rules.operation import handling_ms, is_resolved
from sim.scenario.tables import CUT_IDLE_FIRST, LEVEL_BRIEF, LEVEL_NONE, Clock, Tables

WORLDS_KEPT = 8
GONE, COLUMN = 2, 3
"""Places in the counts of a `Crew`, behind those of its heap."""


class Plain(NamedTuple):
    """What is left of the tables of a plain world."""

    clock: Clock
    level: np.ndarray
    """int16, shape (n_topics,)"""
    resolve_p: np.ndarray
    work_factor: np.ndarray
    """float64, shape (n_topics,): at the topic's level"""
    staff_ms: np.ndarray
    agents: np.ndarray
    """int64, shape (n_changes,)"""


class Rows(NamedTuple):
    """What is written of each mention, and of each turn (nothing where turns are not kept)."""

    start_ms: np.ndarray
    end_ms: np.ndarray
    left_ms: np.ndarray
    level: np.ndarray
    resolved: np.ndarray
    turn_mention: np.ndarray
    busy_ms: np.ndarray
    overtime_ms: np.ndarray


class Crew(NamedTuple):
    """The agents on duty."""

    free_ms: np.ndarray
    """a heap: when each is free again"""
    gone_ms: np.ndarray
    """until when those work who were dismissed, in order of going"""
    counts: np.ndarray
    """size and hole of the heap; who was dismissed; the schedule's next column"""


_worlds: list[tuple[Tables, Plain | None]] = []


def find_plain(tables: Tables) -> Plain | None:
    """Return what a plain world needs, None for any other; kept for the last few worlds."""
    for known, plain in _worlds:
        if known is tables:
            return plain
    plain = make_plain(tables) if is_plain(tables) else None
    _worlds.append((tables, plain))
    del _worlds[:-WORLDS_KEPT]
    return plain


def is_plain(tables: Tables) -> bool:
    """Tell whether, for all that the tables say, nothing can happen but one turn a case."""
    routing, staff, levels = tables.routing, tables.staff, tables.levels
    effort = levels.effort
    if staff.agents.shape[0] > 1 or (effort != effort[:, :1]).any() or (effort < LEVEL_BRIEF).any():
        return False
    level, topic = effort[:, 0], np.arange(len(effort))
    is_last = levels.max_turns == 1 or (
        (levels.resolve_p[level, topic] >= 1.0).all() and not (levels.reopen_p[level] > 0.0).any()
    )
    has_one_class = (routing.class_of[:, :, 0] == routing.class_of[0, 0, 0]).all()
    is_crew_simple = not staff.surge_on and (staff.cut == CUT_IDLE_FIRST or staff.time_ms.size == 1)
    uses_more = (
        routing.sweep_ms > 0
        or routing.reads_open
        or routing.continuity
        or levels.follow_up_topic.any()
    )
    return bool(is_last and has_one_class and is_crew_simple and not uses_more)


def make_plain(tables: Tables) -> Plain:
    """Return what a plain world needs."""
    levels, topic = tables.levels, np.arange(len(tables.levels.effort))
    level = levels.effort[:, 0].astype(np.int16)
    return Plain(
        clock=tables.clock,
        level=level,
        resolve_p=levels.resolve_p[level, topic],
        work_factor=levels.work_factor[0, level],
        staff_ms=tables.staff.time_ms,
        agents=tables.staff.agents[0],
    )


def are_plain(draws: Draws) -> bool:
    """Tell whether every mention is a case that joins, and leaves for good if it does."""
    return bool(
        draws.actionable.all()
        and draws.detected.all()
        and not draws.silent.any()
        and not draws.reposts.any()
        and (draws.parent.size == 0 or draws.parent.max() < 0)
    )


def run_plain(plain: Plain, draws: Draws, keep_turns: bool) -> Run:
    """Play one replication of a plain world.

    Parameters
    ----------
    plain : Plain
        From `find_plain`.
    draws : Draws
        Random inputs that `are_plain`.
    keep_turns : bool
        Keep the rows of turns (else they are empty).

    Returns
    -------
    Run
        Equal, bit for bit, to that of the other engines.
    """
    n = draws.arrival_ms.size
    rows = Rows(
        start_ms=np.empty(n, np.int64),
        end_ms=np.empty(n, np.int64),
        left_ms=np.empty(n, np.int64),
        level=np.empty(n, np.int16),
        resolved=np.empty(n, np.bool_),
        turn_mention=np.empty(n if keep_turns else 0, np.int32),
        busy_ms=np.zeros((1, plain.clock.n_intervals + 1), np.int64),
        overtime_ms=np.zeros((1, plain.clock.n_intervals + 1), np.int64),
    )
    most = int(plain.agents.max())
    crew = Crew(make_heap(most), np.empty(most, np.int64), np.zeros(4, np.int64))
    served, ended_ms = play_customers(plain, draws, rows, crew)
    return make_run(draws, rows, served if keep_turns else 0, ended_ms)


@jit_loop
def play_customers(plain: Plain, draws: Draws, rows: Rows, crew: Crew) -> tuple[int, int]:
    """Find all starts in order of arrival; return how many there are and when the run is over."""
    arrival_ms, patience_ms, free_ms = draws.arrival_ms, draws.patience_ms, crew.free_ms
    clock = plain.clock
    limit_ms, interval_end_ms = clock.horizon_ms + clock.drain_ms, clock.interval_ms
    interval, served, ended_ms = 0, 0, clock.horizon_ms
    late_ms = rows.overtime_ms[0]
    size, change_ms = change_staff(plain, crew, late_ms, -1, 0)
    for i in range(arrival_ms.size):
        start = max(arrival_ms[i], free_ms[ROOT])
        while change_ms <= start and change_ms != NEVER:
            size, change_ms = change_staff(plain, crew, late_ms, size, change_ms)
            start = max(arrival_ms[i], free_ms[ROOT])
        gives_up_ms = arrival_ms[i] + patience_ms[i]
        if gives_up_ms <= start or start > limit_ms:
            ended_ms = max(ended_ms, leave(rows, i, gives_up_ms, limit_ms))
            continue
        end = reply(plain, draws, rows, i, start)
        sift_down(free_ms, ROOT + size, ROOT, end)
        ended_ms = max(ended_ms, start)
        if rows.turn_mention.size:
            rows.turn_mention[served] = i
        served += 1
        while start >= interval_end_ms and interval < clock.n_intervals:
            interval += 1
            interval_end_ms += clock.interval_ms
        if end <= interval_end_ms:
            rows.busy_ms[0, interval] += end - start
        else:
            book(rows.busy_ms[0], start, end, clock.interval_ms, 1)
    while change_ms <= ended_ms and change_ms != NEVER:
        size, change_ms = change_staff(plain, crew, late_ms, size, change_ms)
    return served, ended_ms


@jit_part
def leave(rows: Rows, i: int, gives_up_ms: int, limit_ms: int) -> int:
    """Nobody takes the case up; return when its customer leaves or else the run is over."""
    has_left = gives_up_ms <= limit_ms
    rows.start_ms[i], rows.end_ms[i], rows.level[i] = -1, -1, LEVEL_NONE
    rows.left_ms[i], rows.resolved[i] = gives_up_ms if has_left else -1, False
    return gives_up_ms if has_left else limit_ms


@jit_part
def reply(plain: Plain, draws: Draws, rows: Rows, i: int, start: int) -> int:
    """An agent takes the case up; return when the reply is sent."""
    topic, row = draws.topic[i], draws.turn_offset[i]
    end = start + handling_ms(draws.work_ms[row], plain.work_factor[topic], 1.0)
    rows.start_ms[i], rows.end_ms[i], rows.left_ms[i] = start, end, -1
    rows.level[i] = plain.level[topic]
    rows.resolved[i] = is_resolved(draws.u_resolve[row], plain.resolve_p[topic])
    return end


@jit_bare
def change_staff(
    plain: Plain, crew: Crew, overtime_ms: np.ndarray, size: int, now: int
) -> tuple[int, int]:
    """Let agents come or go; return how many are on duty and when that changes again.

    Who is free first goes, and it is remembered until when he works, which is overtime unless he
    is called back before; who went last comes first.
    """
    free_ms, gone_ms, counts = crew.free_ms, crew.gone_ms, crew.counts
    interval_ms = plain.clock.interval_ms
    duty = plain.agents[counts[COLUMN]]
    counts[COLUMN] += 1
    counts[SIZE] = max(size, 0)
    while counts[SIZE] > duty:
        gone_ms[counts[GONE]] = peek(free_ms, counts)
        book(overtime_ms, now, gone_ms[counts[GONE]], interval_ms, 1)
        counts[GONE] += 1
        drop_root(counts)
        peek(free_ms, counts)
    while counts[SIZE] < duty:
        from_ms = now
        if counts[GONE] > 0:
            counts[GONE] -= 1
            from_ms = max(now, gone_ms[counts[GONE]])
            book(overtime_ms, now, from_ms, interval_ms, -1)
        push(free_ms, counts, from_ms)
    change_ms = int(NEVER)
    if counts[COLUMN] < plain.staff_ms.size:
        change_ms = plain.staff_ms[counts[COLUMN]]
    return duty, change_ms


@jit_part
def book(row_ms: np.ndarray, start: int, end: int, interval_ms: int, sign: int) -> None:
    """Book a span of time by interval; the last one holds all that comes after."""
    last = row_ms.size - 1
    interval = min(start // interval_ms, last)
    while start < end:
        until = min(end, (interval + 1) * interval_ms) if interval < last else end
        row_ms[interval] += sign * (until - start)
        start = until
        interval += 1


def make_run(draws: Draws, rows: Rows, n_turns: int, ended_ms: int) -> Run:
    """Return the record; a case's only reply is its first and its last, and closes it."""
    n, level, mention = rows.start_ms.size, rows.level, rows.turn_mention[:n_turns]
    is_served = rows.end_ms >= 0
    return Run(
        real=np.ones(n, np.bool_),
        first_start_ms=rows.start_ms,
        first_reply_ms=rows.end_ms,
        first_touch_ms=rows.end_ms.copy(),
        left_ms=rows.left_ms,
        closed_ms=rows.end_ms.copy(),
        effort=level,
        first_effort=level.copy(),
        pool=is_served.astype(np.int16) - np.int16(1),
        joined=np.ones(n, np.bool_),
        reposted=np.zeros(n, np.bool_),
        resolved=rows.resolved,
        followed_up=np.zeros(n, np.bool_),
        capped=is_served & ~rows.resolved,
        reopened=np.zeros(n, np.int16),
        turns=is_served.astype(np.int16),
        turn_mention=mention,
        turn_number=np.zeros(n_turns, np.int16),
        turn_ready_ms=draws.arrival_ms[mention],
        turn_start_ms=rows.start_ms[mention],
        turn_end_ms=rows.end_ms[mention],
        turn_pool=np.zeros(n_turns, np.int16),
        turn_effort=level[mention],
        busy_ms=rows.busy_ms,
        surge_ms=np.zeros_like(rows.busy_ms),
        overtime_ms=rows.overtime_ms,
        ended_ms=int(ended_ms),
    )
