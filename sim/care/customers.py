"""What customers do in the kernel: they post, wait, lose patience, think and come back.

Each step is a part of the loop of ``sim.care.kernel``. Statement: ``sim/MODEL.md``
sections 4.1 to 4.6; checked by ``tests/equivalence``.
"""

import numpy as np

from sim.care.clockwork import find_level, watch_spell
from sim.care.event_list import drop_root, pack, push
from sim.care.order import CUSTOMER_COMES_BACK, PATIENCE_ENDS
from sim.care.queues import find_own_base, insert
from sim.care.room import (
    CLOSED,
    DONE,
    DOZING,
    DROPPED,
    OUT,
    REPLY,
    THINKING,
    UNBORN,
    UNSEEN,
    WAITING,
    Room,
)
from sim.care.waiting import leave_queue, mark_left
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
from sim.scenario.tables import AUTO_MS, LEVEL_AUTO, LEVEL_NONE, QUARTER_MS, Tables

NOWHERE, JOINS = -1, -2
"""Where a case goes after an event, if not into the queue of a pool."""


@jit_part
def arrive(tables: Tables, draws: Draws, room: Room, i: int, now: int) -> int:
    """A mention is posted, if it is one of those that come into being."""
    watch = room.watch[0]
    watch.next_arrival += 1
    watch.stream_key = -1
    open_case(tables, draws, room, i)
    if draws.parent[i] >= 0 and not is_born(tables, draws, room, i, now):
        return NOWHERE
    case, detected = room.cases[i], draws.detected[i]
    room.columns.real[i] = True
    if tables.staff.surge_on:
        room.floor.volume[now // QUARTER_MS] += 1
    if case.actionable and detected and tables.levels.effort[case.topic, 0] != LEVEL_NONE:
        start_patience(room, i, now + draws.patience_ms[i])
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
def open_case(tables: Tables, draws: Draws, room: Room, i: int) -> None:
    """Fill the row of a case with what is drawn of it; the rest is as nothing had happened."""
    case = room.cases[i]
    case.row = draws.turn_offset[i]
    case.topic = draws.topic[i]
    case.person, case.begun, case.ended = 0, 0, 0
    case.effort, case.in_pool, case.state = -1, 0, UNBORN
    case.actionable, case.silent = draws.actionable[i], draws.silent[i]
    case.influential = draws.influence[i] >= tables.routing.influence_at_least
    case.is_patient, case.has_left, case.has_reposted = False, False, False
    case.has_joined, case.is_started, case.is_replied = False, False, False


@jit_part
def is_born(tables: Tables, draws: Draws, room: Room, i: int, now: int) -> bool:
    """Tell whether a child is real: that is up to the first reply that its parent has by now."""
    parent, columns = draws.parent[i], room.columns
    seen = LEVEL_NONE
    if 0 <= columns.first_reply_ms[parent] <= now:
        seen = columns.first_effort[parent]
    elif 0 <= columns.first_touch_ms[parent] <= now:
        seen = LEVEL_AUTO
    residual = tables.levels.residual_spread[seen + 1]
    return columns.real[parent] and becomes_real(draws.u_spread[i], residual)


@jit_part
def start_patience(room: Room, i: int, end_ms: int) -> None:
    """Set the clock of a customer's patience."""
    room.cases[i].is_patient, room.cases[i].patience_end_ms = True, end_ms
    if not room.watch[0].late_patience:
        push(room.floor.heap, room.floor.counts, pack(end_ms, PATIENCE_ENDS, i))


@jit_part
def join(tables: Tables, draws: Draws, room: Room, i: int, now: int) -> int:
    """A new case joins: see where it waits, if anywhere."""
    case = room.cases[i]
    level = find_level(tables, draws, room.watch[0], case.topic, now)
    if level == LEVEL_NONE:
        case.state = DONE
        return NOWHERE
    if case.has_left and not case.silent:
        case.state = DROPPED
        return NOWHERE
    first = case.begun == 0 and case.actionable and not case.has_left
    if level == LEVEL_AUTO and first and answer_by_bot(tables, draws, room, i, now):
        return NOWHERE
    return np.int64(draws.first_pool[i])


@jit_part
def answer_by_bot(tables: Tables, draws: Draws, room: Room, i: int, now: int) -> bool:
    """The bot replies; tell whether that resolves the case."""
    case, columns, levels = room.cases[i], room.columns, tables.levels
    sent, row = now + AUTO_MS, case.row
    case.has_joined, case.effort, case.begun, case.ended = True, LEVEL_AUTO, 1, 1
    columns.first_touch_ms[i] = sent
    if room.watch[0].keeps_turns:
        turns, place = room.turns, row + i
        turns.start_ms[place], turns.end_ms[place] = now, sent
        turns.pool[place], turns.effort[place] = -1, LEVEL_AUTO
        turns.ready_ms[place + 1] = turns.ready_ms[place]
    if not is_resolved(draws.u_resolve[row], levels.resolve_p[LEVEL_AUTO, case.topic]):
        end = stretched_patience_end_ms(now, case.patience_end_ms, levels.auto_stretch)
        start_patience(room, i, end)
        return False
    case.is_started, case.is_replied, case.is_patient, case.state = True, True, False, CLOSED
    columns.first_start_ms[i], columns.first_reply_ms[i] = sent, sent
    columns.first_effort[i], columns.closed_ms[i], columns.resolved[i] = LEVEL_AUTO, sent, True
    reopen_p = levels.reopen_p[LEVEL_AUTO]
    if does_reopen(draws.u_reopen[row], reopen_p, False, levels.follow_up_factor):
        key = pack(sent + draws.reopen_ms[row], CUSTOMER_COMES_BACK, i)
        room.watch[0].later_key = key
    return True


@jit_part
def wait_in(tables: Tables, draws: Draws, room: Room, i: int, pool: int, now: int) -> int:
    """A case waits in a pool; one that needs no list, for an agent is free for it, is returned."""
    case, watch, queues, routing = room.cases[i], room.watch[0], room.queues, tables.routing
    fetch(draws.work_ms, case.row)
    again = case.person > 0
    work_class = routing.class_of[case.topic, 1 if case.influential else 0, 1 if again else 0]
    if case.has_reposted:
        work_class = raised_class(work_class)
    if case.actionable:
        case.has_joined = True
    case.work_class, case.state, case.in_pool = work_class, WAITING, pool
    case.join_ms, case.order_ms = now, now
    if routing.due_order:
        case.order_ms = due_ms(draws.arrival_ms[i], now, routing.promise_ms, again)
    queues.n_wait[pool] += 1
    queues.n_open[pool] += 1
    watch.touched |= 1 << pool
    if watch.may_skip_lists and (watch.idle >> pool) & 1 and queues.filled[pool, 0] == 0:
        return i
    if watch.own_agent >= 0:
        insert(room.cases, queues, find_own_base(queues) + watch.own_agent, i)
        return NOWHERE
    kept = room.numbered
    begun = watch.numbered and kept.rest_ms[i] >= 0 and kept.stopped_state[i] == REPLY
    is_new = watch.splits_new and not (again or begun)
    insert(room.cases, queues, 2 * work_class + (0 if is_new else 1), i)
    watch_spell(tables, room, i)
    return NOWHERE


@jit_part
def come_back(tables: Tables, draws: Draws, room: Room, i: int, now: int) -> int:
    """A customer writes again, finds the case unresolved, or posts again after leaving."""
    floor, watch, case = room.floor, room.watch[0], room.cases[i]
    drop_root(floor.counts)
    if watch.is_over:
        return NOWHERE
    if case.has_left:
        return post_again(draws, room, i, now)
    last, home = np.int64(case.in_pool), np.int64(tables.routing.home_pool[case.topic])
    if case.state == CLOSED:
        columns = room.columns
        columns.closed_ms[i], columns.resolved[i], columns.followed_up[i] = -1, False, False
        columns.reopened[i] += 1
    elif case.state == THINKING:
        room.queues.n_open[last] -= 1
        watch.touched |= 1 << last
    if watch.keeps_turns:
        room.turns.ready_ms[case.row - case.person + i + case.begun] = now
    if tables.routing.continuity and case.person > 0 and last == home:
        agent = room.numbered.agent[i]
        watch.own_agent = agent if agent < floor.duty[home] else -1
    return home


@jit_part
def post_again(draws: Draws, room: Room, i: int, now: int) -> int:
    """The customer is there again, with fresh patience and a better class."""
    case = room.cases[i]
    state = case.state
    case.has_left, case.has_reposted = False, True
    room.columns.left_ms[i] = -1
    start_patience(room, i, now + draws.patience2_ms[i])
    if state == OUT:
        return np.int64(case.in_pool)
    return JOINS if state == DROPPED else NOWHERE


@jit_part
def lose_patience(draws: Draws, room: Room, i: int, now: int) -> None:
    """Patience is at an end: if nothing stopped it the customer leaves, silently or visibly."""
    case, floor = room.cases[i], room.floor
    drop_root(floor.counts)
    stopped = room.watch[0].is_over or not case.is_patient or case.patience_end_ms != now
    if stopped or case.state == REPLY or case.state >= CLOSED:
        return
    mark_left(room.cases, room.columns, i, now)
    if not case.silent:
        if case.state == WAITING:
            leave_queue(room.cases, room.queues, i)
        if draws.reposts[i] and not case.has_reposted:
            key = pack(now + draws.repost_ms[i], CUSTOMER_COMES_BACK, i)
            push(floor.heap, floor.counts, key)


@jit_part
def become_dormant(tables: Tables, room: Room, i: int, now: int) -> None:
    """A case whose customer thinks long is open no more."""
    case, watch = room.cases[i], room.watch[0]
    drop_root(room.floor.counts)
    thinks = case.state == THINKING and case.join_ms + tables.routing.dormant_ms == now
    if thinks and not watch.is_over:
        case.state = DOZING
        room.queues.n_open[case.in_pool] -= 1
        watch.touched |= 1 << case.in_pool


@jit_part
def look_overdue(tables: Tables, room: Room, i: int, now: int) -> None:
    """A spell of waiting becomes overdue: the pools that may take the case look."""
    case, watch = room.cases[i], room.watch[0]
    if watch.pushes_overflow:
        drop_root(room.floor.counts)
        waits = case.state == WAITING and case.join_ms + tables.routing.overflow_ms == now
        if watch.is_over or not waits:
            return
    watch.touched = room.floor.over_to[case.in_pool]
