"""What customers do in the kernel: they post, wait, lose patience, think and come back.

Each step is a part of the loop of ``sim.care.kernel.engine``. Statement: ``sim/MODEL.md``
sections 4.1 to 4.6; checked by ``tests/equivalence``.
"""

import numpy as np

from sim.care.kernel.clock import set_phase
from sim.care.kernel.event_list import FIRST, drop_root, pack, push
from sim.care.kernel.linked_lists import insert
from sim.care.kernel.queues import NOBODY, leave_queue, mark_left, watch_spell
from sim.care.kernel.state import (
    CLOSED,
    DONE,
    DOZING,
    DROPPED,
    OUT,
    REPLY,
    THINKING,
    UNBORN,
    UNLINKED,
    UNSEEN,
    WAITING,
    Room,
)
from sim.care.order import CUSTOMER_COMES_BACK
from sim.compile import fetch, jit_part
from sim.demand.draws import Draws
from sim.rules.operation import (
    becomes_real,
    does_reopen,
    due_ms,
    is_resolved,
    may_take_new,
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
    watch, case = room.watch[0], room.cases[i]
    watch.next_arrival += 1
    watch.stream_key = -1
    clear(case)
    case.row, case.topic, case.u_follow = draws.turn_offset[i], draws.topic[i], draws.u_follow[i]
    case.actionable, case.silent = draws.actionable[i], draws.silent[i]
    case.influential = draws.influence[i] >= tables.routing.influence_at_least
    parent, detected = draws.parent[i], draws.detected[i]
    if parent >= 0:
        residual = tables.levels.residual_spread[find_first_level(room.cases[parent], now) + 1]
        if not room.cases[parent].is_real or not becomes_real(draws.u_spread[i], residual):
            return NOWHERE
    case.is_real = True
    if tables.staff.surge_on:
        room.volume[now // QUARTER_MS] += 1
    if case.actionable and detected and tables.levels.effort[case.topic, 0] != LEVEL_NONE:
        start_patience(watch, case, now + draws.patience_ms[i])
    if watch.keeps_turns:
        room.turns[find_place(watch, case, i, 0)].ready_ms = now
    if tables.routing.sweep_ms > 0:
        case.state = UNSEEN
        watch.n_unseen += 1
        return NOWHERE
    if not detected:
        case.state = DONE
        return NOWHERE
    return JOINS


@jit_part
def clear(case: np.record) -> None:
    """Make a case of one of which nothing is known."""
    case.person, case.begun, case.ended, case.state, case.effort = 0, 0, 0, UNBORN, LEVEL_NONE
    case.is_patient, case.has_left, case.has_reposted, case.has_joined = False, False, False, False
    case.is_started, case.is_replied = False, False
    case.first_start_ms, case.first_reply_ms, case.first_touch_ms = -1, -1, -1
    case.left_ms, case.closed_ms, case.first_effort, case.pool = -1, -1, -1, -1
    case.reopened, case.is_real, case.resolved = 0, False, False
    case.followed_up, case.capped, case.next_clock = False, False, UNLINKED


@jit_part
def find_place(watch: np.record, case: np.record, i: int, number: int) -> int:
    """Return where the record keeps a turn of case i."""
    return case.row - case.person + i * watch.bots + number


@jit_part
def find_first_level(case: np.record, now: int) -> int:
    """Return the level of the first reply sent by now."""
    if 0 <= case.first_reply_ms <= now:
        return np.int64(case.first_effort)
    if 0 <= case.first_touch_ms <= now:
        return LEVEL_AUTO
    return LEVEL_NONE


@jit_part
def start_patience(watch: np.record, case: np.record, end_ms: int) -> None:
    """Set the clock of a customer's patience; who is served at once will not hear it."""
    case.is_patient, case.patience_end_ms = True, end_ms
    watch.sets_clock = not watch.late_patience


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
        send_auto_reply(room.turns, watch, case, i, now)
        if is_resolved(draws.u_resolve[row], tables.levels.resolve_p[LEVEL_AUTO, case.topic]):
            levels = tables.levels
            reopen_p = levels.reopen_p[LEVEL_AUTO]
            if does_reopen(draws.u_reopen[row], reopen_p, False, levels.follow_up_factor):
                watch.later_key = pack(now + AUTO_MS + draws.reopen_ms[row], CUSTOMER_COMES_BACK, i)
            settle_by_bot(case, now + AUTO_MS)
            return NOWHERE
        end = stretched_patience_end_ms(now, case.patience_end_ms, tables.levels.auto_stretch)
        start_patience(watch, case, end)
    return np.int64(draws.first_pool[i])


@jit_part
def send_auto_reply(turns: np.ndarray, watch: np.record, case: np.record, i: int, now: int) -> None:
    """The bot replies."""
    case.has_joined, case.effort, case.begun, case.ended = True, LEVEL_AUTO, 1, 1
    case.first_touch_ms = now + AUTO_MS
    if watch.keeps_turns:
        place = find_place(watch, case, i, 0)
        turn = turns[place]
        turn.start_ms, turn.end_ms, turn.pool, turn.effort = now, now + AUTO_MS, -1, LEVEL_AUTO
        turns[place + 1].ready_ms = turn.ready_ms


@jit_part
def settle_by_bot(case: np.record, sent_ms: int) -> None:
    """The bot's reply resolved the case."""
    case.is_started, case.is_replied, case.is_patient, case.state = True, True, False, CLOSED
    case.first_start_ms, case.first_reply_ms = sent_ms, sent_ms
    case.first_effort, case.closed_ms, case.resolved = LEVEL_AUTO, sent_ms, True


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
    is_new = watch.splits_new and not again
    is_free = watch.may_skip_lists and pool.filled == 0 and pool.busy < pool.duty
    if is_free and (not is_new or may_take_new(pool.n_open - 1, pool.duty, routing.max_open)):
        return i
    number = 2 * work_class + (0 if is_new else 1)
    if watch.numbered:
        if watch.own_agent >= 0:
            insert(room.cases, pool, room.lists, pool.own_base + watch.own_agent, i)
            return NOBODY
        if is_new and room.jobs[i].rest_ms >= 0 and room.jobs[i].stopped_state == REPLY:
            number += 1
    insert(room.cases, pool, room.lists, number, i)
    watch_spell(room, pool, i, now + routing.overflow_ms)
    return NOBODY


@jit_part
def come_back(routing: Routing, patience2_ms: np.ndarray, room: Room, i: int, now: int) -> int:
    """A customer writes again, finds the case unresolved, or posts again after leaving."""
    watch, case = room.watch[0], room.cases[i]
    drop_root(room.counts)
    if watch.is_over:
        return NOWHERE
    if case.has_left:
        case.has_left, case.left_ms, case.has_reposted = False, -1, True
        start_patience(watch, case, now + patience2_ms[i])
        if case.state == OUT:
            return np.int64(case.in_pool)
        return JOINS if case.state == DROPPED else NOWHERE
    last, home = np.int64(case.in_pool), routing.home_pool[case.topic]
    if case.state == THINKING:
        room.pools[last].n_open -= 1
        watch.touched |= 1 << last
    elif case.state == CLOSED:
        reopen(case)
    if watch.keeps_turns:
        room.turns[find_place(watch, case, i, case.begun)].ready_ms = now
    if routing.continuity and case.person > 0 and last == home:
        agent = room.jobs[i].agent
        if agent < room.pools[home].duty:
            watch.own_agent = agent
    return home


@jit_part
def reopen(case: np.record) -> None:
    """A resolved case turns out not to be."""
    case.closed_ms, case.resolved, case.followed_up = -1, False, False
    case.reopened += 1


@jit_part
def lose_patience(reposts: np.ndarray, repost_ms: np.ndarray, room: Room, i: int, now: int) -> None:
    """Patience is at an end: if nothing stopped it the customer leaves, silently or visibly."""
    case = room.cases[i]
    drop_root(room.counts)
    stopped = room.watch[0].is_over or not case.is_patient or case.patience_end_ms != now
    if stopped or case.state == REPLY or case.state >= CLOSED:
        return
    mark_left(case, now)
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
def look_overdue(room: Room, i: int) -> None:
    """A spell of waiting is overdue: the pools that may take the case look."""
    room.counts[FIRST] += 1
    room.watch[0].touched = room.pools[room.cases[i].in_pool].over_to
