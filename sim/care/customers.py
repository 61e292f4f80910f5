"""What customers do in the kernel: they post, wait, lose patience, think and come back.

Each step is a part of the loop of ``sim.care.kernel``. Statement: ``sim/MODEL.md``
sections 4.1 to 4.6; checked by ``tests/equivalence``.
"""

import numpy as np

from sim.care.clockwork import set_phase
from sim.care.event_list import drop_root, pack, push
from sim.care.order import (
    CUSTOMER_COMES_BACK,
    PATIENCE_ENDS,
    SPELL_IS_OVERDUE,
)
from sim.care.queues import insert
from sim.care.room import (
    CLOSED,
    DONE,
    DOZING,
    DROPPED,
    OUT,
    REPLY,
    THINKING,
    UNSEEN,
    WAITING,
    Columns,
    Room,
    Turns,
)
from sim.care.waiting import NOBODY, leave_queue, mark_left
from sim.compile import fetch, jit_part
from sim.demand.draws import Draws
from sim.rules.operation import (
    becomes_real,
    does_reopen,
    due_ms,
    is_resolved,
    raised_class,
    stretched_patience_end_ms,
)
from sim.scenario.tables import (
    AUTO_MS,
    LEVEL_AUTO,
    LEVEL_NONE,
    QUARTER_MS,
    Phases,
    Routing,
    Tables,
)

NOWHERE, JOINS = -1, -2
"""Where a case goes after an event, if not into the queue of a pool."""


@jit_part
def arrive(tables: Tables, draws: Draws, room: Room, i: int, now: int) -> int:
    """A mention is posted, if it is one of those that come into being."""
    watch, case, columns = room.watch[0], room.cases[i], room.columns
    watch.next_arrival += 1
    watch.stream_key = -1
    case.row, case.topic, case.effort = draws.turn_offset[i], draws.topic[i], LEVEL_NONE
    case.actionable, case.silent = draws.actionable[i], draws.silent[i]
    case.influential = draws.influence[i] >= tables.routing.influence_at_least
    parent, detected = draws.parent[i], draws.detected[i]
    if parent >= 0:
        residual = tables.levels.residual_spread[find_first_level(columns, parent, now) + 1]
        if not columns.real[parent] or not becomes_real(draws.u_spread[i], residual):
            return NOWHERE
    columns.real[i] = True
    if tables.staff.surge_on:
        room.volume[now // QUARTER_MS] += 1
    if case.actionable and detected and tables.levels.effort[case.topic, 0] != LEVEL_NONE:
        start_patience(room.heap, room.counts, watch, case, i, now + draws.patience_ms[i])
    if watch.keeps_turns:
        room.turns.ready_ms[case.row + i] = now
    if tables.routing.sweep_ms > 0:
        case.state = UNSEEN
        watch.n_unseen += 1
        return NOWHERE
    if not detected:
        case.state = DONE
        return NOWHERE
    return JOINS


@jit_part
def find_first_level(columns: Columns, i: int, now: int) -> int:
    """Return the level of the first reply sent by now."""
    if 0 <= columns.first_reply_ms[i] <= now:
        return columns.first_effort[i]
    if 0 <= columns.first_touch_ms[i] <= now:
        return LEVEL_AUTO
    return LEVEL_NONE


@jit_part
def start_patience(
    heap: np.ndarray, counts: np.ndarray, watch: np.record, case: np.record, i: int, end_ms: int
) -> None:
    """Set the clock of a customer's patience."""
    case.is_patient, case.patience_end_ms = True, end_ms
    if not watch.late_patience:
        push(heap, counts, pack(end_ms, PATIENCE_ENDS, i))


@jit_part
def find_level(
    effort: np.ndarray,
    phases: Phases,
    event_time_ms: np.ndarray,
    watch: np.record,
    topic: int,
    now: int,
) -> int:
    """Return the policy's level for the topic in the present phase."""
    if now >= watch.phase_change_ms:
        set_phase(phases, event_time_ms, watch, now)
    return effort[topic, watch.phase]


@jit_part
def join(tables: Tables, draws: Draws, room: Room, i: int, now: int) -> int:
    """A new case joins: see where it waits, if anywhere."""
    watch, case = room.watch[0], room.cases[i]
    effort = tables.levels.effort
    level = find_level(effort, tables.phases, draws.event_time_ms, watch, case.topic, now)
    if level == LEVEL_NONE:
        case.state = DONE
        return NOWHERE
    if case.has_left and not case.silent:
        case.state = DROPPED
        return NOWHERE
    if level == LEVEL_AUTO and case.begun == 0 and case.actionable and not case.has_left:
        row = case.row
        send_auto_reply(room.columns, room.turns, watch, case, i, now)
        if is_resolved(draws.u_resolve[row], tables.levels.resolve_p[LEVEL_AUTO, case.topic]):
            levels = tables.levels
            reopen_p = levels.reopen_p[LEVEL_AUTO]
            if does_reopen(draws.u_reopen[row], reopen_p, False, levels.follow_up_factor):
                watch.later_key = pack(now + AUTO_MS + draws.reopen_ms[row], CUSTOMER_COMES_BACK, i)
            settle_by_bot(room.columns, case, i, now + AUTO_MS)
            return NOWHERE
        end = stretched_patience_end_ms(now, case.patience_end_ms, tables.levels.auto_stretch)
        start_patience(room.heap, room.counts, watch, case, i, end)
    return np.int64(draws.first_pool[i])


@jit_part
def send_auto_reply(
    columns: Columns, turns: Turns, watch: np.record, case: np.record, i: int, now: int
) -> None:
    """The bot replies."""
    case.has_joined, case.effort, case.begun, case.ended = True, LEVEL_AUTO, 1, 1
    columns.first_touch_ms[i] = now + AUTO_MS
    if watch.keeps_turns:
        place = case.row + i
        turns.start_ms[place], turns.end_ms[place] = now, now + AUTO_MS
        turns.pool[place], turns.effort[place] = -1, LEVEL_AUTO
        turns.ready_ms[place + 1] = turns.ready_ms[place]


@jit_part
def settle_by_bot(columns: Columns, case: np.record, i: int, sent_ms: int) -> None:
    """The bot's reply resolved the case."""
    case.is_started, case.is_replied, case.is_patient, case.state = True, True, False, CLOSED
    columns.first_start_ms[i], columns.first_reply_ms[i] = sent_ms, sent_ms
    columns.first_effort[i], columns.closed_ms[i], columns.resolved[i] = LEVEL_AUTO, sent_ms, True


@jit_part
def wait_in(
    routing: Routing,
    arrival_ms: np.ndarray,
    work_ms: np.ndarray,
    room: Room,
    i: int,
    p: int,
    now: int,
) -> int:
    """A case waits in pool p; one that needs no list, for an agent is free for it, is returned."""
    case, watch, pool = room.cases[i], room.watch[0], room.pools[p]
    fetch(work_ms, case.row)
    again = case.person > 0
    work_class = routing.class_of[case.topic, 1 if case.influential else 0, 1 if again else 0]
    if case.has_reposted:
        work_class = raised_class(work_class)
    if case.actionable:
        case.has_joined = True
    case.work_class, case.state, case.in_pool = work_class, WAITING, p
    case.join_ms, case.order_ms = now, now
    if routing.due_order:
        case.order_ms = due_ms(arrival_ms[i], now, routing.promise_ms, again)
    pool.n_wait += 1
    pool.n_open += 1
    watch.touched |= 1 << p
    if watch.may_skip_lists and pool.filled == 0 and pool.busy < pool.duty:
        return i
    is_new = watch.splits_new and not again
    number = 2 * work_class + (0 if is_new else 1)
    if watch.numbered:
        if watch.own_agent >= 0:
            insert(room.cases, pool, room.lists, pool.own_base + watch.own_agent, i)
            return NOBODY
        if is_new and room.jobs[i].rest_ms >= 0 and room.jobs[i].stopped_state == REPLY:
            number += 1
    insert(room.cases, pool, room.lists, number, i)
    if watch.pushes_overflow and pool.over_to:
        push(room.heap, room.counts, pack(now + routing.overflow_ms, SPELL_IS_OVERDUE, i))
    return NOBODY


@jit_part
def come_back(routing: Routing, patience2_ms: np.ndarray, room: Room, i: int, now: int) -> int:
    """A customer writes again, finds the case unresolved, or posts again after leaving."""
    watch, case = room.watch[0], room.cases[i]
    drop_root(room.counts)
    if watch.is_over:
        return NOWHERE
    if case.has_left:
        room.columns.left_ms[i] = -1
        case.has_left, case.has_reposted = False, True
        start_patience(room.heap, room.counts, watch, case, i, now + patience2_ms[i])
        if case.state == OUT:
            return np.int64(case.in_pool)
        return JOINS if case.state == DROPPED else NOWHERE
    last, home = np.int64(case.in_pool), routing.home_pool[case.topic]
    if case.state == THINKING:
        room.pools[last].n_open -= 1
        watch.touched |= 1 << last
    elif case.state == CLOSED:
        reopen(room.columns, i)
    if watch.keeps_turns:
        room.turns.ready_ms[case.row - case.person + i + case.begun] = now
    if routing.continuity and case.person > 0 and last == home:
        agent = room.jobs[i].agent
        if agent < room.pools[home].duty:
            watch.own_agent = agent
    return home


@jit_part
def reopen(columns: Columns, i: int) -> None:
    """A resolved case turns out not to be."""
    columns.closed_ms[i], columns.resolved[i], columns.followed_up[i] = -1, False, False
    columns.reopened[i] += 1


@jit_part
def lose_patience(reposts: np.ndarray, repost_ms: np.ndarray, room: Room, i: int, now: int) -> None:
    """Patience is at an end: if nothing stopped it the customer leaves, silently or visibly."""
    case = room.cases[i]
    drop_root(room.counts)
    stopped = room.watch[0].is_over or not case.is_patient or case.patience_end_ms != now
    if stopped or case.state == REPLY or case.state >= CLOSED:
        return
    mark_left(case, room.columns.left_ms, i, now)
    if not case.silent:
        if case.state == WAITING:
            leave_queue(room.cases, room.pools, room.lists, i)
        if reposts[i] and not case.has_reposted:
            push(room.heap, room.counts, pack(now + repost_ms[i], CUSTOMER_COMES_BACK, i))


@jit_part
def become_dormant(room: Room, i: int, now: int, dormant_ms: int) -> None:
    """A case whose customer thinks long is open no more."""
    case, watch = room.cases[i], room.watch[0]
    drop_root(room.counts)
    if case.state == THINKING and case.join_ms + dormant_ms == now and not watch.is_over:
        case.state = DOZING
        room.pools[case.in_pool].n_open -= 1
        watch.touched |= 1 << case.in_pool


@jit_part
def look_overdue(room: Room, i: int, now: int, overflow_ms: int) -> None:
    """A spell of waiting becomes overdue: the pools that may take the case look."""
    case, watch = room.cases[i], room.watch[0]
    if watch.pushes_overflow:
        drop_root(room.counts)
        waits = case.state == WAITING and case.join_ms + overflow_ms == now
        if watch.is_over or not waits:
            return
    watch.touched = room.pools[case.in_pool].over_to
