"""The compiled engine: the operation of ``sim/MODEL.md`` section 4 over arrays.

Same steps, same rules, same order of simultaneous events as ``sim.care.reference.engine``; the
records are equal bit for bit (``tests/equivalence/``). What makes it fast: arrivals, staff
changes, checks and sweeps are sorted streams merged in, and so are the timers of spells
that may become overdue; only ends of work, returns and patience are on one heap of packed
keys; patience is looked up at the queue heads where nothing can see the difference
(``Tables.lazy_patience``); a case is two cache lines, the first asked for before its turn
comes, and then what was drawn for its turn; what mostly stays as it is (the phase, the next
instant of the streams) is kept until it changes; who finds a free agent in a pool where nobody
waits is served without a list; the end of patience is on the heap only when it is near
(``sim.care.kernel.patience``).
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
    find_place,
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
    CACHE_LINE,
    TRANSFER,
    WAITING,
    Buffers,
    EngineState,
    are_numbered,
    make_buffers,
    make_state,
)
from sim.care.lead import leave_lead
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
from sim.care.preparing import enter_engine, enter_posts
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

# Scratch memory kept between runs, so that threads need not allocate anew; more hold more memory.
BUFFERS_KEPT = 8


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
    draws = enter_engine(tables, draws)
    tables = enter_posts(tables, draws)
    engine = make_state(tables, draws, find_buffers(tables, lazy, keep_turns), keep_turns)
    run_events(tables, draws, engine)
    return leave_lead(tables.clock, make_run(engine, draws, keep_turns))


@jit_loop
def run_events(tables: Tables, draws: Draws, engine: EngineState) -> None:
    """Play all events."""
    clock, routing, staff = tables.clock, tables.routing, tables.staff
    clock_state, interval_ms, overflow_ms = (
        engine.clock_state[0],
        clock.interval_ms,
        routing.overflow_ms,
    )
    now = 0
    while True:
        key = find_next(clock, draws, engine, now)
        if key == NEVER:
            break
        now, i = key >> TIME_SHIFT, key & ID_MASK
        rank = (key >> RANK_SHIFT) & RANK_MASK
        if now >= clock_state.interval_end_ms:
            close_intervals(engine, clock_state, now, interval_ms)
        clock_state.touched, clock_state.later_key, clock_state.own_agent = 0, NEVER, -1
        clock_state.sets_clock = False
        goes = NOWHERE
        if rank == WORK_IS_DONE:
            goes = finish(tables, draws, engine, i, now)
        elif rank == CUSTOMER_COMES_BACK:
            goes = come_back(routing, draws.patience2_ms, draws.later_patience_ms, engine, i, now)
        elif rank == MENTION_ARRIVES:
            goes = arrive(tables, draws, engine, i, now)
        elif rank == PATIENCE_ENDS:
            lose_patience(routing.max_open, draws.reposts, draws.repost_ms, engine, i, now)
        elif rank == CASE_IS_DORMANT:
            become_dormant(engine, i, now, routing.dormant_ms)
        elif rank == SPELL_IS_OVERDUE:
            look_overdue(engine, overflow_ms, i, now)
        elif rank == STAFF_CHANGES:
            change_staff(staff, engine, i, now, overflow_ms, interval_ms)
        elif rank == TRIGGER_IS_CHECKED:
            check_trigger(staff, clock_state, engine.pools, engine.volume, now, clock.horizon_ms)
        else:
            sweep_ms, pool = routing.sweep_ms, routing.triage_pool
            sweep(clock_state, engine.cases, engine.pools, engine.lists, pool, now, sweep_ms)
        if goes == JOINS:
            goes = join(tables, draws, engine, i, now)
        direct = NOBODY
        if goes >= 0:
            direct = wait_in(routing, draws.arrival_ms, draws.work_ms, engine, i, goes, now)
        if clock_state.shares_limit:
            touch_groups(engine)
        bits = clock_state.touched
        if clock_state.sources_now:
            bits &= 1 << (i if rank == STAFF_CHANGES else max(goes, 0))
        while clock_state.touched:
            p = lowest_bit(bits if bits else clock_state.touched)
            bits = 0
            clock_state.touched &= ~(1 << p)
            dispatch(tables, draws, engine, p, direct if p == goes else NOBODY, now)
        if clock_state.later_key != NEVER:
            push(engine.heap, engine.counts, clock_state.later_key)
        if clock_state.sets_clock and still_waits(engine.cases[i]):
            set_clock(engine, i)
    book_work(engine.pools, engine.busy_ms, clock_state.interval, now)
    if clock_state.is_crew_here:
        arrive_ms, leave_ms = clock_state.crew_arrive_ms, clock_state.crew_leave_ms
        book_crew(engine.surge_ms, staff.surge_agents, arrive_ms, leave_ms, interval_ms)


_buffers: Kept[Buffers] = Kept(BUFFERS_KEPT)


def find_buffers(tables: Tables, lazy: bool, keep_turns: bool) -> Buffers:
    """The buffers of time 0, kept for the last few scenarios."""
    return _buffers.find((tables, lazy, keep_turns), lambda: open_buffers(tables, lazy, keep_turns))


def open_buffers(tables: Tables, lazy: bool, keep_turns: bool) -> Buffers:
    """Set the clock and the staff of time 0; say what kind of scenario it is."""
    clock, routing, staff = tables.clock, tables.routing, tables.staff
    buffers = make_buffers(tables)
    clock_state, pools, duty = buffers.clock_state[0], buffers.pools, staff.agents[:, 0]
    bits = 1 << np.arange(duty.size)
    pools["duty"] = duty
    pools["over_to"], pools["over_now"] = (
        (routing.overflow_ms > 0) @ bits,
        (routing.overflow_ms == 0) @ bits,
    )
    pools["group"] = routing.group @ bits
    clock_state.sources = np.bitwise_or.reduce(pools["over_to"])
    clock_state.sources_now = np.bitwise_or.reduce(pools["over_now"])
    delays = np.unique(routing.overflow_ms[routing.overflow_ms > 0])
    clock_state.one_delay = delays.size <= 1
    clock_state.soonest_ms = delays[0] if delays.size else 0
    clock_state.idle = (duty > 0) @ bits
    clock_state.numbered = numbered = are_numbered(tables)
    clock_state.by_number = staff.cut == CUT_AS_SCHEDULED or routing.continuity
    limited = math.isfinite(routing.max_open)
    clock_state.splits_new = limited or routing.by_group
    clock_state.shares_limit = limited and routing.by_group
    clock_state.may_skip_lists = not numbered and not routing.by_group
    clock_state.reads_load = routing.reads_open or routing.backlog_slope != 0.0
    clock_state.heads_are_oldest = lazy and tables.heads_are_oldest and delays.size > 0
    clock_state.late_patience = lazy and tables.lazy_patience
    clock_state.slot_key = NEVER if clock_state.late_patience else 0
    clock_state.keeps_turns, clock_state.reads_open = keep_turns, routing.reads_open
    clock_state.bots = (tables.levels.effort == LEVEL_AUTO).any()
    clock_state.stream_key, clock_state.stop_key = -1, (clock.horizon_ms + 1) << TIME_SHIFT
    clock_state.interval_end_ms = clock.interval_ms
    clock_state.n_staffed = 1
    clock_state.staff_ms = staff.time_ms[1] if staff.time_ms.size > 1 else NEVER
    clock_state.open_since_ms = 0 if duty.any() else -1
    clock_state.off_since_ms = -1
    checks = staff.surge_on and clock.horizon_ms > QUARTER_MS
    clock_state.check_ms = max(QUARTER_MS, clock.lead_ms) if checks else NEVER
    clock_state.sweep_ms = routing.sweep_ms if routing.sweep_ms > 0 else NEVER
    return buffers


@jit_part
def find_next(clock: Clock, draws: Draws, engine: EngineState, now: int) -> int:
    """The key of the next event, `NEVER` at the end of the run."""
    clock_state, heap = engine.clock_state[0], engine.heap
    while True:
        key = peek(heap, engine.counts)
        prefetch_events(draws, engine)
        if clock_state.stream_key < 0:
            clock_state.stream_key = find_stream_key(clock_state, draws.arrival_ms)
        key = min(key, clock_state.stream_key)
        if engine.counts[FIRST] < engine.counts[LAST] and engine.timers[engine.counts[FIRST]] < key:
            key = find_due(engine, key, clock_state.soonest_ms)
        if key >= clock_state.slot_key and clock_state.slot_key != NEVER:
            open_slot(engine)
            continue
        if key < clock_state.stop_key:
            return key
        if clock_state.is_over:
            return NEVER
        if key != NEVER and key >> TIME_SHIFT == now:
            return key
        if clock_state.late_patience:
            begin_drain(engine, clock.horizon_ms)
        elif not end_run(clock, engine, key, now):
            return key


@jit_part
def prefetch_events(draws: Draws, engine: EngineState) -> None:
    """Ask for the four cases that may be next but one, and for the turn of the next one."""
    cases, heap = engine.cases, engine.heap
    for slot in range(ROOT + 1, ROOT + 1 + FANOUT):
        fetch(cases, heap[slot] & ID_MASK)
    one, other = min(heap[ROOT + 1], heap[ROOT + 2]), min(heap[ROOT + 3], heap[ROOT + 4])
    following = min(one, other)
    if following != NEVER:
        i = following & ID_MASK
        fetch(cases, i, CACHE_LINE)
        row = cases[i].row
        fetch(draws.work_ms, row)
        fetch(draws.u_resolve, row)
        fetch(draws.think_ms, row)
        if engine.clock_state[0].keeps_turns:
            place = find_place(engine.clock_state[0], cases[i], i, cases[i].begun)
            fetch(engine.turns, place - 1)
            fetch(engine.turns, place)


@jit_bare
def touch_groups(engine: EngineState) -> None:
    """Let all pools look whose group a touched pool is in: they share a limit."""
    clock_state, groups = engine.clock_state[0], 0
    for p in range(engine.pools.size):
        if (clock_state.touched >> p) & 1:
            groups |= engine.pools[p].group
    clock_state.touched = groups


@jit_bare
def begin_drain(engine: EngineState, horizon_ms: int) -> None:
    """Put patience on the heap from here on: the drain's end reads the lengths of queues."""
    clock_state, cases = engine.clock_state[0], engine.cases
    clock_state.late_patience, clock_state.slot = False, engine.clocks.size
    for i in range(clock_state.next_arrival):
        case = cases[i]
        if case.is_patient and (case.state == WAITING or case.state == TRANSFER):
            end = case.patience_end_ms
            if end > horizon_ms:
                push(engine.heap, engine.counts, pack(end, PATIENCE_ENDS, i))
            else:
                mark_left(case, end)
                if case.state == WAITING and not case.silent:
                    leave_queue(cases, engine.pools, engine.lists, i)


@jit_bare
def end_run(clock: Clock, engine: EngineState, key: int, now: int) -> bool:
    """End the run if the instant after the horizon has come that does; tell whether."""
    clock_state, limit_ms = engine.clock_state[0], clock.horizon_ms + clock.drain_ms
    waiting = clock_state.n_triage + clock_state.n_unseen
    for p in range(engine.pools.size):
        waiting += engine.pools[p].n_wait
    if waiting == 0:
        clock_state.ended_ms = max(now, clock.horizon_ms)
    elif key == NEVER or key >> TIME_SHIFT > limit_ms:
        clock_state.ended_ms = limit_ms
    else:
        return False
    clock_state.is_over, clock_state.slot_key = True, NEVER
    clock_state.stream_key = clock_state.stop_key = NEVER
    engine.counts[FIRST] = engine.counts[LAST] = 0
    return True
