"""The compiled engine: the operation of ``sim/MODEL.md`` section 4 over arrays.

Same steps, same rules, same order of simultaneous events as ``sim.care.reference.engine``; the
records are equal bit for bit (``tests/equivalence/``). What makes it fast: arrivals, staff
changes, checks and sweeps are sorted streams merged in, and so are the timers of spells
that may become overdue; only ends of work, returns and patience are on one heap of packed
keys; patience is looked up at the queue heads where nothing can see the difference
(``Tables.lazy_patience``); a case is two cache lines, the first asked for before its turn
comes; what mostly stays as it is (the phase, the next instant of the streams) is kept until
it changes; who finds a free agent in a pool where nobody waits is served without a list; the
end of patience is on the heap only when it is near (``sim.care.kernel.patience``).
"""

import math

import numpy as np

from sim.care.kernel.agents import dispatch, finish
from sim.care.kernel.clock import (
    book_crew,
    book_work,
    change_staff,
    check_trigger,
    close_intervals,
    find_stream_key,
    sweep,
)
from sim.care.kernel.customers import (
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
from sim.care.kernel.event_list import (
    FANOUT,
    FIRST,
    ID_MASK,
    LAST,
    NEVER,
    RANK_MASK,
    RANK_SHIFT,
    ROOT,
    TIME_SHIFT,
    pack,
    peek,
    push,
)
from sim.care.kernel.patience import open_slot, set_clock, still_waits
from sim.care.kernel.queues import NOBODY, find_due, leave_queue, mark_left
from sim.care.kernel.readout import make_run
from sim.care.kernel.state import (
    TRANSFER,
    WAITING,
    Floor,
    Room,
    are_numbered,
    make_floor,
    make_room,
)
from sim.care.lead import enter_lead, leave_lead
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
from sim.compile import fetch, jit_bare, jit_loop, jit_part, lowest_bit
from sim.demand.draws import Draws
from sim.kept import Kept
from sim.limits import LAST_MS, MAX_MENTIONS
from sim.scenario.tables import (
    CUT_AS_SCHEDULED,
    LEVEL_AUTO,
    QUARTER_MS,
    Clock,
    Tables,
)

FLOORS_KEPT = 8


def run_kernel(
    tables: Tables,
    draws: Draws,
    lazy: bool = True,
    keep_turns: bool = True,
) -> Run:
    """Play one replication with the compiled engine.

    Parameters
    ----------
    tables : Tables
        What `lower` made of a scenario and a policy.
    draws : Draws
        The random inputs of one replication.
    lazy : bool
        Look up patience, and who has waited longest, at the heads of the lists where `tables`
        says that nothing sees the difference.
    keep_turns : bool
        Keep the rows of turns (else they are empty).

    Returns
    -------
    Run
        Equal, bit for bit, to that of `run_reference`.

    Raises
    ------
    ValueError
        More than the limits of ``sim.limits``, which nothing exceeds that was loaded and drawn.
    """
    if draws.arrival_ms.size > MAX_MENTIONS:
        raise ValueError(f"the kernel plays at most {MAX_MENTIONS} mentions a replication")
    if tables.clock.horizon_ms + tables.clock.drain_ms >= LAST_MS:
        raise ValueError(f"the kernel plays at most {LAST_MS} ms a replication")
    draws = enter_lead(tables.clock, draws)
    room = make_room(tables, draws, find_floor(tables, lazy, keep_turns), keep_turns)
    run_events(tables, draws, room)
    return leave_lead(tables.clock, make_run(room, draws, keep_turns))


@jit_loop
def run_events(tables: Tables, draws: Draws, room: Room) -> None:
    """Play all events."""
    clock, routing, staff = tables.clock, tables.routing, tables.staff
    watch, interval_ms, overflow_ms = room.watch[0], clock.interval_ms, routing.overflow_ms
    now = 0
    while True:
        key = find_next(clock, draws.arrival_ms, room, now, overflow_ms)
        if key == NEVER:
            break
        now = key >> TIME_SHIFT
        rank = (key >> RANK_SHIFT) & RANK_MASK
        i = key & ID_MASK
        if now >= watch.interval_end_ms:
            close_intervals(room, watch, now, interval_ms)
        watch.touched, watch.later_key, watch.own_agent = 0, NEVER, -1
        watch.sets_clock = False
        goes = NOWHERE
        if rank == WORK_IS_DONE:
            goes = finish(tables, draws, room, i, now)
        elif rank == CUSTOMER_COMES_BACK:
            goes = come_back(routing, draws.patience2_ms, room, i, now)
        elif rank == MENTION_ARRIVES:
            goes = arrive(tables, draws, room, i, now)
        elif rank == PATIENCE_ENDS:
            lose_patience(draws.reposts, draws.repost_ms, room, i, now)
        elif rank == CASE_IS_DORMANT:
            become_dormant(room, i, now, routing.dormant_ms)
        elif rank == SPELL_IS_OVERDUE:
            look_overdue(room, i)
        elif rank == STAFF_CHANGES:
            change_staff(staff, room, i, now, overflow_ms, interval_ms)
        elif rank == TRIGGER_IS_CHECKED:
            check_trigger(staff, watch, room.pools, room.volume, now, clock.horizon_ms)
        else:
            sweep_ms, pool = routing.sweep_ms, routing.triage_pool
            sweep(watch, room.cases, room.pools, room.lists, pool, now, sweep_ms)
        if goes == JOINS:
            goes = join(tables, draws, room, i, now)
        direct = NOBODY
        if goes >= 0:
            direct = wait_in(routing, draws.arrival_ms, draws.work_ms, room, i, goes, now)
        while watch.touched:
            p = lowest_bit(watch.touched)
            watch.touched &= watch.touched - 1
            dispatch(tables, draws, room, p, direct if p == goes else NOBODY, now)
        if watch.later_key != NEVER:
            push(room.heap, room.counts, watch.later_key)
        if watch.sets_clock and still_waits(room.cases[i]):
            set_clock(room, i)
    book_work(room.pools, room.busy_ms, watch.interval, now)
    if watch.is_crew_here:
        arrive_ms, leave_ms = watch.crew_arrive_ms, watch.crew_leave_ms
        book_crew(room.surge_ms, staff.surge_agents, arrive_ms, leave_ms, interval_ms)


_floors: Kept[Floor] = Kept(FLOORS_KEPT)


def find_floor(tables: Tables, lazy: bool, keep_turns: bool) -> Floor:
    """Return the floor of time 0, kept for the last few worlds."""
    return _floors.find((tables, lazy, keep_turns), lambda: open_floor(tables, lazy, keep_turns))


def open_floor(tables: Tables, lazy: bool, keep_turns: bool) -> Floor:
    """Set the watch and the staff of time 0; say what kind of world it is."""
    clock, routing, staff = tables.clock, tables.routing, tables.staff
    floor = make_floor(tables)
    watch, pools, duty = floor.watch[0], floor.pools, staff.agents[:, 0]
    overflows = routing.overflow_ms >= 0
    bits = 1 << np.arange(duty.size)
    pools["duty"] = duty
    if overflows:
        pools["over_to"] = routing.overflow_to @ bits
    watch.sources = np.bitwise_or.reduce(pools["over_to"])
    watch.idle = (duty > 0) @ bits
    watch.numbered = numbered = are_numbered(tables)
    watch.by_number = staff.cut == CUT_AS_SCHEDULED or routing.continuity
    watch.splits_new = math.isfinite(routing.max_open)
    watch.may_skip_lists = not numbered and routing.overflow_ms != 0
    watch.overflows = overflows
    watch.heads_are_oldest = lazy and tables.heads_are_oldest and overflows
    watch.late_patience = lazy and tables.lazy_patience
    watch.slot_key = NEVER if watch.late_patience else 0
    watch.keeps_turns, watch.reads_open = keep_turns, routing.reads_open
    watch.bots = (tables.levels.effort == LEVEL_AUTO).any()
    watch.stream_key, watch.stop_key = -1, (clock.horizon_ms + 1) << TIME_SHIFT
    watch.interval_end_ms = clock.interval_ms
    watch.n_staffed = 1
    watch.staff_ms = staff.time_ms[1] if staff.time_ms.size > 1 else NEVER
    watch.open_since_ms = 0 if duty.any() else -1
    watch.off_since_ms = -1
    checks = staff.surge_on and clock.horizon_ms > QUARTER_MS
    watch.check_ms = max(QUARTER_MS, clock.lead_ms) if checks else NEVER
    watch.sweep_ms = routing.sweep_ms if routing.sweep_ms > 0 else NEVER
    return floor


@jit_part
def find_next(clock: Clock, arrival_ms: np.ndarray, room: Room, now: int, overflow_ms: int) -> int:
    """Return the key of the next event, `NEVER` at the end of the run."""
    watch, heap = room.watch[0], room.heap
    while True:
        key = peek(heap, room.counts)
        for slot in range(ROOT + 1, ROOT + 1 + FANOUT):
            fetch(room.cases, heap[slot] & ID_MASK)
        if watch.stream_key < 0:
            watch.stream_key = find_stream_key(watch, arrival_ms)
        key = min(key, watch.stream_key)
        if room.counts[FIRST] < room.counts[LAST] and room.timers[room.counts[FIRST]] < key:
            key = find_due(room, key, overflow_ms)
        if key >= watch.slot_key and watch.slot_key != NEVER:
            open_slot(room)
            continue
        if key < watch.stop_key:
            return key
        if watch.is_over:
            return NEVER
        if key != NEVER and key >> TIME_SHIFT == now:
            return key
        if watch.late_patience:
            begin_drain(room, clock.horizon_ms)
        elif not end_run(clock, room, key, now):
            return key


@jit_bare
def begin_drain(room: Room, horizon_ms: int) -> None:
    """Put patience on the heap from here on: the drain's end reads the lengths of queues."""
    watch, cases = room.watch[0], room.cases
    watch.late_patience, watch.slot = False, room.clocks.size
    for i in range(watch.next_arrival):
        case = cases[i]
        if case.is_patient and (case.state == WAITING or case.state == TRANSFER):
            end = case.patience_end_ms
            if end > horizon_ms:
                push(room.heap, room.counts, pack(end, PATIENCE_ENDS, i))
            else:
                mark_left(case, end)
                if case.state == WAITING and not case.silent:
                    leave_queue(cases, room.pools, room.lists, i)


@jit_bare
def end_run(clock: Clock, room: Room, key: int, now: int) -> bool:
    """End the run if the instant after the horizon has come that does; tell whether."""
    watch, limit_ms = room.watch[0], clock.horizon_ms + clock.drain_ms
    waiting = watch.n_triage + watch.n_unseen
    for p in range(room.pools.size):
        waiting += room.pools[p].n_wait
    if waiting == 0:
        watch.ended_ms = max(now, clock.horizon_ms)
    elif key == NEVER or key >> TIME_SHIFT > limit_ms:
        watch.ended_ms = limit_ms
    else:
        return False
    watch.is_over, watch.slot_key = True, NEVER
    watch.stream_key = watch.stop_key = NEVER
    room.counts[FIRST] = room.counts[LAST] = 0
    return True
