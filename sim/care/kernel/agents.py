"""What agents do in the kernel: take the next case, reply, hand over, sort out.

Each step is a part of the loop of ``sim.care.kernel.engine``. Statement: ``sim/MODEL.md``
sections 4.1, 4.4 and 4.6; checked by ``tests/equivalence``.
"""

import numpy as np

from sim.care.kernel.customers import JOINS, NOWHERE, find_level, find_place
from sim.care.kernel.event_list import drop_root, pack, push
from sim.care.kernel.linked_lists import TRIAGE_LIST, remove
from sim.care.kernel.queues import NOBODY, find_oldest_ms, find_overdue, find_own, has_gone
from sim.care.kernel.state import (
    ALARM,
    CLOSED,
    DONE,
    OUT,
    REPLY,
    THINKING,
    TRANSFER,
    TRIAGE,
    TRIAGE_WAIT,
    Room,
)
from sim.care.order import (
    CASE_IS_DORMANT,
    CUSTOMER_COMES_BACK,
    WORK_IS_DONE,
)
from sim.compile import fetch, jit_bare, jit_part
from sim.demand.draws import Draws
from sim.limits import LAST_MS
from sim.rules.operation import (
    does_reopen,
    handling_ms,
    is_resolved,
    may_take_new,
    slow_down,
)
from sim.scenario.tables import LEVEL_AUTO, Levels, Routing, Tables


@jit_part
def dispatch(tables: Tables, draws: Draws, room: Room, p: int, direct: int, now: int) -> None:
    """Begin work in pool p as long as an agent is free; ``direct``: who is next without a list."""
    pool, watch, lists = room.pools[p], room.watch[0], room.lists
    while True:
        agent = NOBODY
        if watch.numbered:
            agent = find_agent(room, p)
            if agent < 0:
                break
        elif pool.busy >= pool.duty:
            break
        i, direct = direct, NOBODY
        if i < 0:
            i = np.int64(lists[pool.first_list + TRIAGE_LIST].head)
            if i < 0 and tables.routing.continuity:
                known = find_agent_with_list(room, p, agent)
                if known >= 0:
                    agent = known
                    i = np.int64(lists[pool.first_list + pool.own_base + agent].head)
            if i < 0:
                i = find_waiting(tables.routing, room, p, now)
            if i < 0:
                break
            remove(room.cases, room.pools[room.cases[i].in_pool], lists, i)
        begin(tables, draws, room, i, p, agent, now)


@jit_bare
def find_agent(room: Room, p: int) -> int:
    """Return the lowest free number of pool p, -1 where nobody may begin."""
    pool = room.pools[p]
    if room.watch[0].by_number:
        return find_free(room.agent_case, p, 0, pool.duty)
    return (
        find_free(room.agent_case, p, 0, room.agent_case.shape[1]) if pool.busy < pool.duty else -1
    )


@jit_part
def find_free(agent_case: np.ndarray, p: int, first: int, end: int) -> int:
    """Return the lowest free number from ``first`` on, below ``end``; -1 none."""
    for agent in range(first, end):
        if agent_case[p, agent] < 0:
            return agent
    return -1


@jit_bare
def find_agent_with_list(room: Room, p: int, first: int) -> int:
    """Return the lowest free number, from ``first`` on, in whose own list somebody waits."""
    pool, agent = room.pools[p], first
    while agent >= 0 and room.lists[pool.first_list + pool.own_base + agent].head < 0:
        agent = find_free(room.agent_case, p, agent + 1, pool.duty)
    return agent


@jit_part
def find_waiting(routing: Routing, room: Room, p: int, now: int) -> int:
    """Return pool p's own case that is next, or an overdue one of another pool; -1 none."""
    watch, pool = room.watch[0], room.pools[p]
    cases, pools, lists, late = room.cases, room.pools, room.lists, watch.late_patience
    news = True
    if watch.splits_new:
        news = may_take_new(pool.n_open - pool.n_new, pool.duty, routing.max_open)
    i = find_own(cases, pools, lists, p, now, news, late)
    if i >= 0 or not (watch.sources >> p) & 1:
        return i
    if watch.heads_are_oldest:
        if now >= watch.overdue_ms:
            watch.overdue_ms = find_oldest_ms(cases, pools, lists, now) + routing.overflow_ms
        if now < watch.overdue_ms:
            return i
    modes = (news, late, watch.heads_are_oldest)
    return find_overdue(cases, pools, lists, p, now - routing.overflow_ms, now, modes)


@jit_part
def begin(tables: Tables, draws: Draws, room: Room, i: int, p: int, agent: int, now: int) -> None:
    """An agent of pool p begins work: triage, a false alarm, a transfer or a reply."""
    case, watch, pool, routing = room.cases[i], room.watch[0], room.pools[p], tables.routing
    begun = -1
    if watch.numbered and room.jobs[i].rest_ms >= 0:
        begun = room.jobs[i].stopped_state
    pool.busy += 1
    pool.spent_ms -= now
    if pool.busy >= pool.duty:
        watch.idle &= ~(1 << p)
    end = now + routing.triage_ms
    if case.state == TRIAGE_WAIT:
        watch.n_triage -= 1
        case.state = TRIAGE
    else:
        waited_in, home = case.in_pool, routing.home_pool[case.topic]
        room.pools[waited_in].n_wait -= 1
        room.pools[waited_in].n_open -= 1
        pool.n_open += 1
        if not case.actionable:
            case.state = ALARM
        elif waited_in != home and p != home and begun != REPLY:
            case.state = TRANSFER
            end = now + routing.transfer_ms
        else:
            case.state = REPLY
            if begun != REPLY:
                end = now + begin_turn(tables, draws, room, i, p, now)
    case.in_pool = p
    end = min(end, LAST_MS)
    if watch.numbered:
        end = note_job(room, i, p, agent, now, end)
    push(room.heap, room.counts, pack(end, WORK_IS_DONE, i))


@jit_bare
def note_job(room: Room, i: int, p: int, agent: int, now: int, end: int) -> int:
    """Note what a numbered agent works on; return until when: work that was stopped goes on."""
    job = room.jobs[i]
    if job.rest_ms >= 0 and job.stopped_state == room.cases[i].state:
        end = min(now + job.rest_ms, LAST_MS)
    job.rest_ms, job.agent, job.segment_ms, job.finish_ms = -1, agent, now, end
    room.agent_case[p, agent] = i
    return end


@jit_part
def begin_turn(tables: Tables, draws: Draws, room: Room, i: int, p: int, now: int) -> int:
    """A reply begins; return how long it takes [ms]."""
    case, watch, levels, routing = room.cases[i], room.watch[0], tables.levels, tables.routing
    topic, row = case.topic, case.row
    level = np.int64(
        find_level(levels.effort, tables.phases, draws.event_time_ms, watch, topic, now)
    )
    if level == LEVEL_AUTO:
        level = np.int64(levels.after_auto)
    fetch(draws.u_resolve, row)
    fetch(draws.writes_again, row)
    fetch(draws.think_ms, row)
    if watch.keeps_turns:
        turn = room.turns[find_place(watch, case, i, case.begun)]
        turn.start_ms, turn.effort = now, level
    case.effort = level
    case.begun += 1
    there = not case.has_left
    if there and not case.is_started:
        case.is_started = True
        case.first_start_ms = now
    slower = 1.0
    if routing.reads_open:
        slope, start, highest = (
            routing.slow_down_slope,
            routing.slow_down_from,
            routing.slow_down_max,
        )
        slower = slow_down(room.pools[p].n_open, room.pools[p].duty, slope, start, highest)
    takes = handling_ms(draws.work_ms[row], levels.work_factor[p, level], slower)
    if there and levels.follow_up_topic[topic] and case.u_follow < levels.follow_up_share:
        if is_resolved(draws.u_resolve[row], levels.resolve_p[level, topic]):
            takes += levels.follow_up_ms
    return takes


@jit_part
def finish(tables: Tables, draws: Draws, room: Room, i: int, now: int) -> int:
    """Work is done; return where the case goes."""
    watch, case = room.watch[0], room.cases[i]
    drop_root(room.counts)
    state, p = case.state, np.int64(case.in_pool)
    pool = room.pools[p]
    is_late = pool.n_late > 0
    if watch.numbered:
        in_hand = state == REPLY or state == TRANSFER or state == TRIAGE or state == ALARM
        if not in_hand or room.jobs[i].finish_ms != now:
            return NOWHERE
        room.agent_case[p, room.jobs[i].agent] = -1
        is_late = is_late and room.jobs[i].agent >= pool.duty
    if is_late:
        pool.n_late -= 1
        room.overtime_ms[p, watch.interval] += now
    pool.busy -= 1
    pool.spent_ms += now
    if pool.busy < pool.duty:
        watch.idle |= 1 << p
    watch.touched |= 1 << p
    goes = NOWHERE
    if state == REPLY:
        end_turn(tables.levels, draws, room, i, p, now, tables.routing.dormant_ms)
    elif state == TRANSFER:
        goes = end_transfer(room, i, pool, tables.routing.home_pool[case.topic], now)
    elif state == TRIAGE:
        goes = JOINS if draws.detected[i] else NOWHERE
        case.state = DONE
    else:
        close(case, pool, now)
    if watch.is_over:
        case.state, watch.touched, goes = DONE, 0, NOWHERE
    return goes


@jit_part
def close(case: np.record, pool: np.record, now: int) -> None:
    """A case is closed."""
    case.state, case.closed_ms = CLOSED, now
    pool.n_open -= 1


@jit_part
def end_transfer(room: Room, i: int, pool: np.record, home: int, now: int) -> int:
    """A case was handed over: it waits at home, if its customer is not gone for all to see."""
    case = room.cases[i]
    pool.n_open -= 1
    if room.watch[0].late_patience:
        has_gone(case, now)
    if case.has_left and not case.silent:
        case.state, case.in_pool = OUT, home
        return NOWHERE
    return home


@jit_part
def end_turn(
    levels: Levels, draws: Draws, room: Room, i: int, p: int, now: int, dormant_ms: int
) -> None:
    """A reply is sent: the case is closed, or its customer thinks."""
    case, watch, pool = room.cases[i], room.watch[0], room.pools[p]
    row = case.row
    if watch.keeps_turns:
        turn = room.turns[find_place(watch, case, i, case.begun - 1)]
        turn.end_ms, turn.pool = now, p
    case.ended += 1
    if case.has_left:
        close(case, pool, now)
        return
    if not case.is_replied:
        case.is_replied, case.is_patient = True, False
        case.first_reply_ms, case.first_effort, case.pool = now, case.effort, p
        if case.begun == 1:
            case.first_touch_ms = now
    case.person += 1
    case.row += 1
    if is_resolved(draws.u_resolve[row], levels.resolve_p[case.effort, case.topic]):
        close(case, pool, now)
        settle(levels, draws, watch, case, i, row, now)
    elif case.person >= levels.max_turns:
        close(case, pool, now)
        case.capped = True
    elif draws.writes_again[row]:
        think = draws.think_ms[row]
        case.state, case.join_ms = THINKING, now
        watch.later_key = pack(now + think, CUSTOMER_COMES_BACK, i)
        if watch.reads_open and think >= dormant_ms and not watch.is_over:
            push(room.heap, room.counts, pack(now + dormant_ms, CASE_IS_DORMANT, i))
    else:
        close(case, pool, now)


@jit_part
def settle(
    levels: Levels,
    draws: Draws,
    watch: np.record,
    case: np.record,
    i: int,
    row: int,
    now: int,
) -> None:
    """A case is resolved, followed up or not; it may turn out not to be."""
    followed = levels.follow_up_topic[case.topic] and case.u_follow < levels.follow_up_share
    case.resolved, case.followed_up = True, followed
    reopen_p = levels.reopen_p[case.effort]
    if reopen_p > 0.0 and case.person < levels.max_turns:
        if does_reopen(draws.u_reopen[row], reopen_p, followed, levels.follow_up_factor):
            watch.later_key = pack(now + draws.reopen_ms[row], CUSTOMER_COMES_BACK, i)
