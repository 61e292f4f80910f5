"""What agents do in the kernel: take the next case, reply, hand over, sort out.

Each step is a part of the loop of ``sim.care.kernel``. Statement: ``sim/MODEL.md``
sections 4.1, 4.4 and 4.6; checked by ``tests/equivalence``.
"""

import numpy as np

from sim.care.clockwork import find_level
from sim.care.customers import JOINS, NOWHERE
from sim.care.event_list import TIME_SHIFT, drop_root, pack, push
from sim.care.order import CASE_IS_DORMANT, CUSTOMER_COMES_BACK, WORK_IS_DONE
from sim.care.queues import TRIAGE_LIST, find_own_base, remove
from sim.care.room import (
    ALARM,
    CLOSED,
    DONE,
    OUT,
    REPLY,
    THINKING,
    TRANSFER,
    TRIAGE,
    TRIAGE_WAIT,
    Floor,
    Room,
)
from sim.care.waiting import NOBODY, find_overdue, find_own, has_gone
from sim.compile import fetch, jit_part
from sim.demand.draws import Draws
from sim.rules.operation import (
    does_reopen,
    handling_ms,
    is_resolved,
    may_take_new,
    slow_down,
)
from sim.scenario.tables import LEVEL_AUTO, Tables


@jit_part
def dispatch(tables: Tables, draws: Draws, room: Room, pool: int, direct: int, now: int) -> None:
    """Begin work in a pool as long as an agent is free; ``direct``: who is next without a list."""
    queues = room.queues
    while True:
        agent = find_agent(room, pool)
        if agent < 0:
            break
        i = direct
        if i >= 0:
            direct = NOBODY
        else:
            i = np.int64(queues.head[pool, TRIAGE_LIST])
            if i < 0 and tables.routing.continuity:
                known = find_agent_with_list(room, pool, agent)
                if known >= 0:
                    agent = known
                    i = np.int64(queues.head[pool, find_own_base(queues) + agent])
            if i < 0:
                i = find_waiting(tables, room, pool, now)
            if i < 0:
                break
            remove(room.cases, queues, i)
        begin(tables, draws, room, i, pool, agent, now)


@jit_part
def find_agent(room: Room, pool: int) -> int:
    """Return the lowest number that is free, 0 where agents are not numbered; -1 nobody."""
    floor, watch = room.floor, room.watch[0]
    if watch.by_number:
        return find_free(floor, pool, 0, floor.duty[pool])
    if floor.busy[pool] >= floor.duty[pool]:
        return -1
    return find_free(floor, pool, 0, floor.agent_case.shape[1]) if watch.numbered else 0


@jit_part
def find_free(floor: Floor, pool: int, first: int, end: int) -> int:
    """Return the lowest free number from ``first`` on, below ``end``; -1 none."""
    for agent in range(first, end):
        if floor.agent_case[pool, agent] < 0:
            return agent
    return -1


@jit_part
def find_agent_with_list(room: Room, pool: int, first: int) -> int:
    """Return the lowest free number, from ``first`` on, in whose own list somebody waits."""
    floor, queues = room.floor, room.queues
    agent = first
    while agent >= 0 and queues.head[pool, find_own_base(queues) + agent] < 0:
        agent = find_free(floor, pool, agent + 1, floor.duty[pool])
    return agent


@jit_part
def find_waiting(tables: Tables, room: Room, pool: int, now: int) -> int:
    """Return the pool's own case that is next, or an overdue one of another pool; -1 none."""
    routing, queues, watch = tables.routing, room.queues, room.watch[0]
    news = True
    if watch.splits_new:
        taken = queues.n_open[pool] - queues.n_new[pool]
        news = may_take_new(taken, room.floor.duty[pool], routing.max_open)
    late = watch.late_patience
    i = find_own(room.cases, queues, room.columns, pool, now, news, late)
    if i >= 0 or not (watch.sources >> pool) & 1:
        return i
    if watch.late_overflow and now << TIME_SHIFT < watch.overdue_key:
        return i
    return find_overdue(
        room.cases,
        queues,
        room.columns,
        room.floor.over_to,
        pool,
        now - routing.overflow_ms,
        now,
        news,
        late,
        watch.late_overflow,
    )


@jit_part
def begin(
    tables: Tables, draws: Draws, room: Room, i: int, pool: int, agent: int, now: int
) -> None:
    """An agent begins work on a case: triage, a false alarm, a transfer or a reply."""
    case, floor, watch, queues = room.cases[i], room.floor, room.watch[0], room.queues
    routing, kept = tables.routing, room.numbered
    begun = -1
    if watch.numbered and kept.rest_ms[i] >= 0:
        begun = kept.stopped_state[i]
    floor.busy[pool] += 1
    floor.spent_ms[pool] -= now
    if floor.busy[pool] >= floor.duty[pool]:
        watch.idle &= ~(1 << pool)
    end = now + routing.triage_ms
    if case.state == TRIAGE_WAIT:
        watch.n_triage -= 1
        case.state = TRIAGE
    else:
        waited_in, home = case.in_pool, routing.home_pool[case.topic]
        queues.n_wait[waited_in] -= 1
        queues.n_open[waited_in] -= 1
        queues.n_open[pool] += 1
        if not case.actionable:
            case.state = ALARM
        elif waited_in != home and pool != home and begun != REPLY:
            case.state = TRANSFER
            end = now + routing.transfer_ms
        else:
            case.state = REPLY
            if begun != REPLY:
                end = now + begin_turn(tables, draws, room, i, pool, now)
    case.in_pool = pool
    if watch.numbered:
        if begun == case.state:
            end = now + kept.rest_ms[i]
        kept.rest_ms[i] = -1
        floor.agent_case[pool, agent] = i
        kept.agent[i], kept.finish_ms[i], kept.segment_ms[i] = agent, end, now
    push(floor.heap, floor.counts, pack(end, WORK_IS_DONE, i))


@jit_part
def begin_turn(tables: Tables, draws: Draws, room: Room, i: int, pool: int, now: int) -> int:
    """A reply begins; return how long it takes [ms]."""
    case, watch, levels, routing = room.cases[i], room.watch[0], tables.levels, tables.routing
    topic, row = case.topic, case.row
    level = np.int64(find_level(tables, draws, watch, topic, now))
    if level == LEVEL_AUTO:
        level = np.int64(levels.after_auto)
    fetch(draws.u_resolve, row)
    fetch(draws.writes_again, row)
    fetch(draws.think_ms, row)
    if watch.keeps_turns:
        place = row - case.person + i + case.begun
        room.turns.start_ms[place], room.turns.effort[place] = now, level
    case.effort = level
    case.begun += 1
    there = not case.has_left
    if there and not case.is_started:
        case.is_started = True
        room.columns.first_start_ms[i] = now
    slower = 1.0
    if routing.reads_open:
        slower = slow_down(
            room.queues.n_open[pool],
            room.floor.duty[pool],
            routing.slow_down_slope,
            routing.slow_down_from,
            routing.slow_down_max,
        )
    takes = handling_ms(draws.work_ms[row], levels.work_factor[pool, level], slower)
    if there and levels.follow_up_topic[topic] and draws.u_follow[i] < levels.follow_up_share:
        if is_resolved(draws.u_resolve[row], levels.resolve_p[level, topic]):
            takes += levels.follow_up_ms
    return takes


@jit_part
def finish(tables: Tables, draws: Draws, room: Room, i: int, now: int) -> int:
    """Work is done; return where the case goes."""
    case, floor, watch = room.cases[i], room.floor, room.watch[0]
    drop_root(floor.counts)
    state, pool = case.state, np.int64(case.in_pool)
    if watch.numbered:
        in_hand = state == REPLY or state == TRANSFER or state == TRIAGE or state == ALARM
        if not in_hand or room.numbered.finish_ms[i] != now:
            return NOWHERE
        floor.agent_case[pool, room.numbered.agent[i]] = -1
    floor.busy[pool] -= 1
    floor.spent_ms[pool] += now
    if floor.busy[pool] < floor.duty[pool]:
        watch.idle |= 1 << pool
    watch.touched |= 1 << pool
    goes = NOWHERE
    if state == REPLY:
        end_turn(tables, draws, room, i, pool, now)
    elif state == TRANSFER:
        goes = end_transfer(tables, room, i, pool, now)
    elif state == TRIAGE:
        goes = JOINS if draws.detected[i] else NOWHERE
        case.state = DONE
    else:
        close(room, i, pool, now)
    if watch.is_over:
        case.state, watch.touched, goes = DONE, 0, NOWHERE
    return goes


@jit_part
def close(room: Room, i: int, pool: int, now: int) -> None:
    """A case is closed."""
    room.cases[i].state = CLOSED
    room.columns.closed_ms[i] = now
    room.queues.n_open[pool] -= 1


@jit_part
def end_transfer(tables: Tables, room: Room, i: int, pool: int, now: int) -> int:
    """A case was handed over: it waits at home, if its customer is not gone for all to see."""
    case, home = room.cases[i], np.int64(tables.routing.home_pool[room.cases[i].topic])
    room.queues.n_open[pool] -= 1
    if room.watch[0].late_patience:
        has_gone(room.cases, room.columns, i, now)
    if case.has_left and not case.silent:
        case.state, case.in_pool = OUT, home
        return NOWHERE
    return home


@jit_part
def end_turn(tables: Tables, draws: Draws, room: Room, i: int, pool: int, now: int) -> None:
    """A reply is sent: the case is closed, or its customer thinks."""
    case, watch, columns, levels = room.cases[i], room.watch[0], room.columns, tables.levels
    level, topic, row = case.effort, case.topic, case.row
    if watch.keeps_turns:
        place = row - case.person + i + case.begun - 1
        room.turns.end_ms[place], room.turns.pool[place] = now, pool
    case.ended += 1
    if case.has_left:
        close(room, i, pool, now)
        return
    if not case.is_replied:
        case.is_replied, case.is_patient = True, False
        columns.first_reply_ms[i], columns.first_effort[i], columns.pool[i] = now, level, pool
        if case.begun == 1:
            columns.first_touch_ms[i] = now
    case.person += 1
    case.row += 1
    if is_resolved(draws.u_resolve[row], levels.resolve_p[level, topic]):
        close(room, i, pool, now)
        resolve(tables, draws, room, i, row, now)
    elif case.person >= levels.max_turns:
        close(room, i, pool, now)
        columns.capped[i] = True
    elif draws.writes_again[row]:
        case.state, case.join_ms = THINKING, now
        watch.later_key = pack(now + draws.think_ms[row], CUSTOMER_COMES_BACK, i)
        dormant = tables.routing.dormant_ms
        if tables.routing.reads_open and draws.think_ms[row] >= dormant and not watch.is_over:
            push(room.floor.heap, room.floor.counts, pack(now + dormant, CASE_IS_DORMANT, i))
    else:
        close(room, i, pool, now)


@jit_part
def resolve(tables: Tables, draws: Draws, room: Room, i: int, row: int, now: int) -> None:
    """A case is resolved, followed up or not; it may turn out not to be."""
    case, levels = room.cases[i], tables.levels
    followed = levels.follow_up_topic[case.topic] and draws.u_follow[i] < levels.follow_up_share
    room.columns.resolved[i], room.columns.followed_up[i] = True, followed
    reopen_p = levels.reopen_p[case.effort]
    if reopen_p > 0.0 and case.person < levels.max_turns:
        if does_reopen(draws.u_reopen[row], reopen_p, followed, levels.follow_up_factor):
            key = pack(now + draws.reopen_ms[row], CUSTOMER_COMES_BACK, i)
            room.watch[0].later_key = key
