"""The compiled engine: the operation of ``sim/MODEL.md`` section 4 over arrays.

Same steps, same rules, same order of simultaneous events as ``sim.care.reference``; the
records are equal bit for bit (``tests/equivalence/``). What makes it fast: arrivals, staff
changes, checks and sweeps are sorted streams merged in, only ends of work, returns and
patience are on one heap of packed keys; patience and overdue spells are looked up at the
queue heads where nothing can see the difference (``Tables.lazy_patience``); a case is one
cache line, asked for before its turn comes; what mostly stays as it is (the phase, the
next instant of the streams) is kept until it changes; who finds a free agent in a pool
where nobody waits is served without a list.
"""

import math

import numpy as np

from sim.care.clockwork import (
    book_crew,
    book_work,
    change_staff,
    check_trigger,
    close_intervals,
    find_stream_key,
    sweep,
)
from sim.care.customers import (
    JOINS,
    NOWHERE,
    arrive,
    become_dormant,
    come_back,
    join,
    look_overdue,
    lose_patience,
    wait_in,
)
from sim.care.event_list import (
    FANOUT,
    ID_MASK,
    MAX_MENTIONS,
    MAX_TIME_MS,
    NEVER,
    RANK_MASK,
    RANK_SHIFT,
    ROOT,
    TIME_SHIFT,
    pack,
    peek,
    push,
)
from sim.care.order import (
    CASE_IS_DORMANT,
    CUSTOMER_COMES_BACK,
    MENTION_ARRIVES,
    PATIENCE_ENDS,
    SPELL_IS_OVERDUE,
    STAFF_CHANGES,
    TRIGGER_IS_CHECKED,
    WORK_IS_DONE,
)
from sim.care.record import Run
from sim.care.room import TRANSFER, WAITING, Room, make_room, make_run
from sim.care.waiting import (
    NOBODY,
    find_oldest_join,
    find_overdue_key,
    leave_queue,
    mark_left,
)
from sim.care.work import dispatch, finish
from sim.compile import fetch, jit_bare, jit_part, lowest_bit
from sim.demand.draws import Draws
from sim.scenario.tables import (
    CUT_AS_SCHEDULED,
    CUT_IDLE_FIRST,
    QUARTER_MS,
    Tables,
)


def run_kernel(tables: Tables, draws: Draws, lazy: bool = True, keep_turns: bool = True) -> Run:
    """Play one replication with the compiled engine.

    Parameters
    ----------
    tables : Tables
        What `lower` made of a scenario and a policy.
    draws : Draws
        The random inputs of one replication.
    lazy : bool
        Allow looking up patience and overdue spells at the queue heads where `tables` says
        that nothing sees the difference.
    keep_turns : bool
        Keep the rows of turns (else they are empty).

    Returns
    -------
    Run
        Equal, bit for bit, to that of `run_reference`.

    Raises
    ------
    ValueError
        More than 8 million mentions, or more than half a year.
    """
    if draws.arrival_ms.size > MAX_MENTIONS:
        raise ValueError(f"the kernel plays at most {MAX_MENTIONS} mentions a replication")
    if tables.clock.horizon_ms + tables.clock.drain_ms >= MAX_TIME_MS // 4:
        raise ValueError("the kernel plays at most half a year a replication")
    room = make_room(tables, draws, keep_turns)
    open_floor(tables, room, lazy, keep_turns)
    run_events(tables, draws, room)
    return make_run(room, draws, keep_turns)


@jit_bare
def run_events(tables: Tables, draws: Draws, room: Room) -> None:
    """Play all events."""
    floor, watch, interval_ms = room.floor, room.watch[0], tables.clock.interval_ms
    now = 0
    while True:
        key = find_next(tables, draws, room, now)
        if key == NEVER:
            break
        now = key >> TIME_SHIFT
        rank = (key >> RANK_SHIFT) & RANK_MASK
        i = key & ID_MASK
        if now >= watch.interval_end_ms:
            close_intervals(floor, watch, now, interval_ms)
        watch.touched, watch.later_key, watch.own_agent = 0, NEVER, -1
        goes = NOWHERE
        if rank == WORK_IS_DONE:
            goes = finish(tables, draws, room, i, now)
        elif rank == CUSTOMER_COMES_BACK:
            goes = come_back(tables, draws, room, i, now)
        elif rank == MENTION_ARRIVES:
            goes = arrive(tables, draws, room, i, now)
        elif rank == PATIENCE_ENDS:
            lose_patience(draws, room, i, now)
        elif rank == CASE_IS_DORMANT:
            become_dormant(tables, room, i, now)
        elif rank == SPELL_IS_OVERDUE:
            look_overdue(tables, room, i, now)
        elif rank == STAFF_CHANGES:
            change_staff(tables, room, i, now)
        elif rank == TRIGGER_IS_CHECKED:
            check_trigger(tables, room, now)
        else:
            sweep(tables, room, now)
        if goes == JOINS:
            goes = join(tables, draws, room, i, now)
        direct = NOBODY
        if goes >= 0:
            direct = wait_in(tables, draws, room, i, goes, now)
        while watch.touched:
            pool = lowest_bit(watch.touched)
            watch.touched &= watch.touched - 1
            dispatch(tables, draws, room, pool, direct if pool == goes else NOBODY, now)
        if watch.later_key != NEVER:
            push(floor.heap, floor.counts, watch.later_key)
    book_work(floor, watch.interval, now)
    if watch.is_crew_here:
        book_crew(floor, tables.staff, watch.crew_arrive_ms, watch.crew_leave_ms, interval_ms)


def open_floor(tables: Tables, room: Room, lazy: bool, keep_turns: bool) -> None:
    """Set the watch and the staff of time 0; say what kind of world it is."""
    routing, staff, clock = tables.routing, tables.staff, tables.clock
    floor, watch = room.floor, room.watch[0]
    overflows = routing.overflow_ms >= 0
    floor.duty[:] = staff.agents[:, 0]
    if overflows:
        floor.over_to[:] = routing.overflow_to @ (1 << np.arange(floor.duty.size))
    watch.sources = np.bitwise_or.reduce(floor.over_to)
    watch.idle = (1 << np.flatnonzero(floor.duty > 0)).sum()
    watch.by_number = staff.cut == CUT_AS_SCHEDULED or routing.continuity
    watch.numbered = staff.cut != CUT_IDLE_FIRST or routing.continuity
    watch.splits_new = math.isfinite(routing.max_open)
    watch.keeps_turns = keep_turns
    watch.late_patience = lazy and tables.lazy_patience
    watch.late_overflow = lazy and tables.lazy_overflow and overflows and not watch.numbered
    watch.late_overflow &= not routing.due_order
    watch.pushes_overflow = overflows and not watch.late_overflow
    one_word = room.queues.filled.shape[1] == 1
    watch.may_skip_lists = (
        one_word and not watch.numbered and not watch.splits_new and routing.overflow_ms != 0
    )
    watch.stream_key, watch.stop_key = -1, (clock.horizon_ms + 1) << TIME_SHIFT
    watch.interval_end_ms = clock.interval_ms
    watch.n_staffed = 1
    watch.staff_ms = staff.time_ms[1] if staff.time_ms.size > 1 else NEVER
    watch.open_since_ms = 0 if staff.agents[:, 0].sum() > 0 else -1
    watch.off_since_ms = -1
    watch.check_ms = NEVER
    if staff.surge_on and clock.horizon_ms > QUARTER_MS:
        watch.check_ms = QUARTER_MS
    watch.sweep_ms = routing.sweep_ms if routing.sweep_ms > 0 else NEVER


@jit_part
def find_next(tables: Tables, draws: Draws, room: Room, now: int) -> int:
    """Return the key of the next event, `NEVER` at the end of the run."""
    floor, watch = room.floor, room.watch[0]
    while True:
        key = peek(floor.heap, floor.counts)
        for slot in range(ROOT + 1, ROOT + 1 + FANOUT):
            fetch(room.cases, floor.heap[slot] & ID_MASK)
        if watch.stream_key < 0:
            watch.stream_key = find_stream_key(room, draws)
        key = min(key, watch.stream_key)
        if watch.late_overflow and key >= watch.overdue_key:
            key = min(key, look_for_overdue(room, key, now, tables.routing.overflow_ms))
        if key < watch.stop_key:
            return key
        if watch.is_over:
            return NEVER
        if key != NEVER and key >> TIME_SHIFT == now:
            return key
        if watch.late_patience:
            begin_drain(room, tables.clock.horizon_ms)
        elif not end_run(tables, room, key, now):
            return key


@jit_part
def look_for_overdue(room: Room, key: int, now: int, overflow_ms: int) -> int:
    """Return the key at which a spell becomes overdue before ``key``, if one does."""
    cases, queues, watch = room.cases, room.queues, room.watch[0]
    oldest = find_oldest_join(cases, queues, now)
    watch.overdue_key = pack(oldest + overflow_ms, 0, 0)
    if watch.idle & watch.sources and key >= watch.overdue_key:
        return find_overdue_key(cases, queues, room.floor.over_to, watch.idle, now, overflow_ms)
    return NEVER


@jit_bare
def begin_drain(room: Room, horizon_ms: int) -> None:
    """Put patience on the heap from here on: the drain's end reads the lengths of queues."""
    cases, queues, floor, watch = room.cases, room.queues, room.floor, room.watch[0]
    watch.late_patience = False
    for i in range(watch.next_arrival):
        case = cases[i]
        if case.is_patient and (case.state == WAITING or case.state == TRANSFER):
            end = case.patience_end_ms
            if end > horizon_ms:
                push(floor.heap, floor.counts, pack(end, PATIENCE_ENDS, i))
            else:
                mark_left(cases, room.columns, i, end)
                if case.state == WAITING and not case.silent:
                    leave_queue(cases, queues, i)


@jit_bare
def end_run(tables: Tables, room: Room, key: int, now: int) -> bool:
    """End the run if the instant after the horizon has come that does; tell whether."""
    clock, watch = tables.clock, room.watch[0]
    limit_ms = clock.horizon_ms + clock.drain_ms
    if np.sum(room.queues.n_wait) + watch.n_triage + watch.n_unseen == 0:
        watch.ended_ms = max(now, clock.horizon_ms)
    elif key == NEVER or key >> TIME_SHIFT > limit_ms:
        watch.ended_ms = limit_ms
    else:
        return False
    watch.is_over, watch.late_overflow = True, False
    watch.stream_key = watch.stop_key = NEVER
    return True
