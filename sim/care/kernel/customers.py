"""What customers do in the kernel: they post, wait, lose patience, think and come back.

Each step is a part of the loop of ``sim.care.kernel.engine``. Statement: ``sim/MODEL.md``
sections 4.1 to 4.6; checked by ``tests/equivalence``.
"""

import math

import numpy as np

from sim.care.kernel.answers import bring, deflect, show, stays_with_crowd
from sim.care.kernel.clock import set_phase
from sim.care.kernel.event_list import FIRST, drop_root, pack, push
from sim.care.kernel.linked_lists import insert
from sim.care.kernel.queues import NOBODY, clock_spell, leave_queue, mark_left
from sim.care.kernel.state import (
    CACHE_LINE,
    CLOSED,
    DEFLECTED,
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
    EngineState,
)
from sim.care.order import CUSTOMER_COMES_BACK
from sim.care.preparing import FATE_PLAIN, FATE_SPARED, FATE_UNCAUSED
from sim.compile import fetch, jit_part
from sim.demand.draws import Draws
from sim.rules.faq import spread_of_thread
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
NEXT_CASE = 4
"""So many mentions before its own a case is asked for: dozens of events, so that memory has
answered, and few enough that the answer is still in the cache."""
NEXT_LINE = 16
"""And what was drawn for it: eight values are a cache line, so this asks for the next but one."""


@jit_part
def arrive(tables: Tables, draws: Draws, engine: EngineState, i: int, now: int) -> int:
    """A mention is posted, if it is one of those that come into being."""
    clock_state, case = engine.clock_state[0], engine.cases[i]
    clock_state.next_arrival += 1
    clock_state.stream_key = -1
    prefetch_arrivals(draws, engine, i)
    clear(case)
    case.row, case.topic, case.u_follow = draws.turn_offset[i], draws.topic[i], draws.u_follow[i]
    case.actionable, case.silent = draws.actionable[i], draws.silent[i]
    fate = draws.fate[i] if draws.fate.size > 0 else FATE_PLAIN
    case.influential = draws.influence[i] >= tables.routing.influence_at_least
    detected = draws.detected[i]
    if fate == FATE_UNCAUSED or not is_born(tables, draws, engine, i, now):
        return NOWHERE
    case.is_real = True
    spared = fate == FATE_SPARED
    if spared or (tables.faq.is_on and deflect(tables.faq, draws, engine, i, now)):
        case.state = DEFLECTED
        return NOWHERE
    if tables.staff.surge_on:
        engine.volume[now // QUARTER_MS] += 1
    if case.actionable and detected and tables.levels.effort[case.topic, 0] != LEVEL_NONE:
        start_patience(clock_state, case, now + draws.patience_ms[i])
    if clock_state.keeps_turns:
        engine.turns[find_place(clock_state, case, i, 0)].ready_ms = now
    if tables.routing.sweep_ms > 0:
        case.state = UNSEEN
        clock_state.n_unseen += 1
        return NOWHERE
    if not detected:
        case.state = DONE
        return NOWHERE
    return JOINS


@jit_part
def is_born(tables: Tables, draws: Draws, engine: EngineState, i: int, now: int) -> bool:
    """Whether a candidate is real: what its parent, or visible answers, say."""
    parent = draws.parent[i]
    if parent < 0:
        return not tables.faq.is_on or bring(tables.faq, draws, engine, i, now)
    if not engine.cases[parent].is_real or engine.cases[parent].state == DEFLECTED:
        return False
    residual = tables.levels.residual_spread[find_first_level(engine.cases[parent], now) + 1]
    if tables.faq.is_on:
        more = tables.faq.thread_spread
        residual = spread_of_thread(residual, engine.cases[parent].public, more)
    if draws.post.size > 0:
        return stays_with_crowd(tables.crowd, draws, i, now, residual)
    return becomes_real(draws.u_spread[i], residual)


@jit_part
def prefetch_arrivals(draws: Draws, engine: EngineState, i: int) -> None:
    """Ask for what the next mentions will read: their events are on no heap to be seen on."""
    following = min(i + NEXT_CASE, draws.turn_offset.size - 1)
    row = draws.turn_offset[following]
    fetch(engine.cases, i + NEXT_CASE)
    fetch(engine.cases, i + NEXT_CASE, CACHE_LINE)
    fetch(draws.work_ms, row)
    if engine.clock_state[0].keeps_turns:
        fetch(engine.turns, row + following * engine.clock_state[0].bots)
    ahead = i + NEXT_LINE
    fetch(draws.arrival_ms, ahead)
    fetch(draws.turn_offset, ahead)
    fetch(draws.u_follow, ahead)
    fetch(draws.influence, ahead)
    fetch(draws.patience_ms, ahead)


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
    case.redress, case.is_private, case.public = 0, False, 0


@jit_part
def find_place(clock_state: np.record, case: np.record, i: int, number: int) -> int:
    """Where the record keeps a turn of case i."""
    return case.row - case.person + i * clock_state.bots + number


@jit_part
def find_first_level(case: np.record, now: int) -> int:
    """The level of the first reply sent by now."""
    if 0 <= case.first_reply_ms <= now:
        return np.int64(case.first_effort)
    if 0 <= case.first_touch_ms <= now:
        return LEVEL_AUTO
    return LEVEL_NONE


@jit_part
def start_patience(clock_state: np.record, case: np.record, end_ms: int) -> None:
    """Set the clock of a customer's patience; who is served at once will not hear it."""
    case.is_patient, case.patience_end_ms = True, end_ms
    clock_state.sets_clock = not clock_state.late_patience


@jit_part
def find_level(
    effort: np.ndarray,
    phases: Phases,
    event_time_ms: np.ndarray,
    clock_state: np.record,
    topic: int,
    now: int,
) -> int:
    """The policy's level for the topic in the present phase."""
    if now >= clock_state.phase_change_ms:
        set_phase(phases, event_time_ms, clock_state, now)
    return effort[topic, clock_state.phase]


@jit_part
def join(tables: Tables, draws: Draws, engine: EngineState, i: int, now: int) -> int:
    """A new case joins: see where it waits, if anywhere."""
    clock_state, case = engine.clock_state[0], engine.cases[i]
    effort = tables.levels.effort
    level = find_level(effort, tables.phases, draws.event_time_ms, clock_state, case.topic, now)
    if level == LEVEL_NONE:
        case.state = DONE
        return NOWHERE
    if case.has_left and not case.silent:
        case.state = DROPPED
        return NOWHERE
    if level == LEVEL_AUTO and case.begun == 0 and case.actionable and not case.has_left:
        row = case.row
        send_auto_reply(engine.turns, clock_state, case, i, now)
        if tables.faq.is_on:
            case.is_private = tables.faq.private[case.topic, clock_state.phase]
            case.public += not case.is_private
        coin = draws.u_bot[row] if draws.u_bot.size > 0 else draws.u_resolve[row]
        if is_resolved(coin, tables.levels.resolve_p[0, LEVEL_AUTO, case.topic]):
            levels = tables.levels
            reopen_p = levels.reopen_p[LEVEL_AUTO]
            if does_reopen(draws.u_reopen[row], reopen_p, False, levels.follow_up_factor):
                clock_state.later_key = pack(
                    now + AUTO_MS + draws.reopen_ms[row], CUSTOMER_COMES_BACK, i
                )
            settle_by_bot(case, now + AUTO_MS)
            if tables.faq.is_on:
                show(tables.faq, draws, engine, case, i, LEVEL_AUTO, now)
            return NOWHERE
        end = stretched_patience_end_ms(now, case.patience_end_ms, tables.levels.auto_stretch)
        start_patience(clock_state, case, end)
    return np.int64(draws.first_pool[i])


@jit_part
def send_auto_reply(
    turns: np.ndarray, clock_state: np.record, case: np.record, i: int, now: int
) -> None:
    """The bot replies."""
    case.has_joined, case.effort, case.begun, case.ended = True, LEVEL_AUTO, 1, 1
    case.first_touch_ms = now + AUTO_MS
    if clock_state.keeps_turns:
        place = find_place(clock_state, case, i, 0)
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
    engine: EngineState,
    i: int,
    p: int,
    now: int,
) -> int:
    """A case waits in pool p; one that needs no list, for an agent is free for it, is returned."""
    case, clock_state, pool = engine.cases[i], engine.clock_state[0], engine.pools[p]
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
    clock_state.touched |= 1 << p
    if clock_state.own_agent < 0:
        clock_state.touched |= pool.over_now
    is_new = clock_state.splits_new and not again
    is_free = clock_state.may_skip_lists and pool.filled == 0 and pool.busy < pool.duty
    if (clock_state.sources_now >> p) & 1:
        is_free = False
    if is_free and (not is_new or may_take_new(pool.n_open - 1, pool.duty, routing.max_open)):
        return i
    number = 2 * work_class + (0 if is_new else 1)
    if clock_state.numbered:
        if clock_state.own_agent >= 0:
            insert(engine.cases, pool, engine.lists, pool.own_base + clock_state.own_agent, i)
            return NOBODY
        if is_new and engine.jobs[i].rest_ms >= 0 and engine.jobs[i].stopped_state == REPLY:
            number += 1
    insert(engine.cases, pool, engine.lists, number, i)
    clock_spell(engine, routing.overflow_ms, i, now, 1)
    return NOBODY


@jit_part
def come_back(
    routing: Routing,
    patience2_ms: np.ndarray,
    later_patience_ms: np.ndarray,
    engine: EngineState,
    i: int,
    now: int,
) -> int:
    """A customer writes again, finds the case unresolved, or posts again after leaving."""
    clock_state, case = engine.clock_state[0], engine.cases[i]
    drop_root(engine.counts)
    if clock_state.is_over:
        return NOWHERE
    if case.has_left:
        case.has_left, case.left_ms, case.has_reposted = False, -1, True
        start_patience(clock_state, case, now + patience2_ms[i])
        if case.state == OUT:
            return np.int64(case.in_pool)
        return JOINS if case.state == DROPPED else NOWHERE
    last, home = np.int64(case.in_pool), routing.home_pool[case.topic]
    if case.state == THINKING:
        engine.pools[last].n_open -= 1
        clock_state.touched |= 1 << last
    elif case.state == CLOSED:
        reopen(case)
    if clock_state.keeps_turns:
        engine.turns[find_place(clock_state, case, i, case.begun)].ready_ms = now
    if later_patience_ms.size:
        start_patience(clock_state, case, now + later_patience_ms[case.row])
    if routing.continuity and case.person > 0 and last == home:
        agent = engine.jobs[i].agent
        if agent < engine.pools[home].duty:
            clock_state.own_agent = agent
    return home


@jit_part
def reopen(case: np.record) -> None:
    """A resolved case turns out not to be."""
    case.closed_ms, case.resolved, case.followed_up = -1, False, False
    case.reopened += 1


@jit_part
def lose_patience(
    max_open: float,
    reposts: np.ndarray,
    repost_ms: np.ndarray,
    engine: EngineState,
    i: int,
    now: int,
) -> None:
    """Patience is at an end: if nothing stopped it the customer leaves, silently or visibly."""
    clock_state, case = engine.clock_state[0], engine.cases[i]
    drop_root(engine.counts)
    stopped = clock_state.is_over or not case.is_patient or case.patience_end_ms != now
    if stopped or case.state == REPLY or case.state >= CLOSED:
        return
    mark_left(case, now)
    if not case.silent:
        if case.state == WAITING:
            leave_queue(engine.cases, engine.pools, engine.lists, i)
            if case.person > 0 and max_open < math.inf:
                clock_state.touched |= 1 << case.in_pool
        if reposts[i] and not case.has_reposted:
            push(engine.heap, engine.counts, pack(now + repost_ms[i], CUSTOMER_COMES_BACK, i))


@jit_part
def become_dormant(engine: EngineState, i: int, now: int, dormant_ms: int) -> None:
    """A case whose customer thinks long is open no more."""
    case, clock_state = engine.cases[i], engine.clock_state[0]
    drop_root(engine.counts)
    if case.state == THINKING and case.join_ms + dormant_ms == now and not clock_state.is_over:
        case.state = DOZING
        engine.pools[case.in_pool].n_open -= 1
        clock_state.touched |= 1 << case.in_pool


@jit_part
def look_overdue(engine: EngineState, overflow_ms: np.ndarray, i: int, now: int) -> None:
    """A spell of waiting is overdue: the pools that may take the case look."""
    clock_state, case = engine.clock_state[0], engine.cases[i]
    if clock_state.one_delay:
        engine.counts[FIRST] += 1
        clock_state.touched = engine.pools[case.in_pool].over_to
        return
    drop_root(engine.counts)
    if clock_state.is_over or case.state != WAITING or engine.due_ms[i] != now:
        return
    waited_ms = now - case.join_ms
    for p in range(engine.pools.size):
        if overflow_ms[case.in_pool, p] == waited_ms:
            clock_state.touched |= 1 << p
    clock_spell(engine, overflow_ms, i, case.join_ms, waited_ms + 1)
