"""What agents do in the kernel: take the next case, reply, hand over, sort out.

Each step is a part of the loop of ``sim.care.kernel.engine``. Statement: ``sim/MODEL.md``
sections 4.1, 4.4 and 4.6; checked by ``tests/equivalence``.
"""

import numpy as np

from sim.care.kernel.answers import show
from sim.care.kernel.customers import JOINS, NOWHERE, find_level, find_place
from sim.care.kernel.event_list import drop_root, pack, push
from sim.care.kernel.experience import gain_experience, scale_event_work
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
    EngineState,
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
    backlog_factor,
    does_reopen,
    handling_ms,
    is_resolved,
    may_take_new,
    slow_down,
)
from sim.rules.redress import NO_REDRESS, is_redressed
from sim.scenario.tables import LEVEL_AUTO, Levels, Routing, Tables


@jit_part
def dispatch(
    tables: Tables, draws: Draws, engine: EngineState, p: int, direct: int, now: int
) -> None:
    """Begin work in pool p as long as an agent is free; ``direct``: who is next without a list."""
    pool, clock_state, lists = engine.pools[p], engine.clock_state[0], engine.lists
    while True:
        agent = NOBODY
        if clock_state.numbered:
            agent = find_agent(engine, p)
            if agent < 0:
                break
        elif pool.busy >= pool.duty:
            break
        i, direct = direct, NOBODY
        if i < 0:
            i = np.int64(lists[pool.first_list + TRIAGE_LIST].head)
            if i < 0 and tables.routing.continuity:
                known = find_agent_with_list(engine, p, agent)
                if known >= 0:
                    agent = known
                    i = np.int64(lists[pool.first_list + pool.own_base + agent].head)
            if i < 0:
                i = find_waiting(tables.routing, engine, p, now)
            if i < 0:
                break
            remove(engine.cases, engine.pools[engine.cases[i].in_pool], lists, i)
        begin(tables, draws, engine, i, p, agent, now)


@jit_bare
def find_agent(engine: EngineState, p: int) -> int:
    """The lowest free number of pool p, -1 where nobody may begin."""
    pool = engine.pools[p]
    if engine.clock_state[0].by_number:
        return find_free(engine.agent_case, p, 0, pool.duty)
    return (
        find_free(engine.agent_case, p, 0, engine.agent_case.shape[1])
        if pool.busy < pool.duty
        else -1
    )


@jit_part
def find_free(agent_case: np.ndarray, p: int, first: int, end: int) -> int:
    """The lowest free number from ``first`` on, below ``end``; -1 none."""
    for agent in range(first, end):
        if agent_case[p, agent] < 0:
            return agent
    return -1


@jit_bare
def find_agent_with_list(engine: EngineState, p: int, first: int) -> int:
    """The lowest free number, from ``first`` on, in whose own list somebody waits."""
    pool, agent = engine.pools[p], first
    while agent >= 0 and engine.lists[pool.first_list + pool.own_base + agent].head < 0:
        agent = find_free(engine.agent_case, p, agent + 1, pool.duty)
    return agent


@jit_part
def find_waiting(routing: Routing, engine: EngineState, p: int, now: int) -> int:
    """Pool p's own case that is next, or an overdue one of another pool; -1 none."""
    clock_state, pool = engine.clock_state[0], engine.pools[p]
    cases, pools, lists, late = engine.cases, engine.pools, engine.lists, clock_state.late_patience
    news = True
    if clock_state.shares_limit:
        news = may_group_take_new(routing, pools, pool.group)
    elif clock_state.splits_new:
        news = may_take_new(pool.n_open - pool.n_new, pool.duty, routing.max_open)
    i = find_own(cases, pools, lists, p, now, news, late)
    if (clock_state.sources_now >> p) & 1:
        i = find_overdue(routing, engine, p, i, now, (news, True))
    if i >= 0 or not (clock_state.sources >> p) & 1:
        return i
    if clock_state.heads_are_oldest:
        if now >= clock_state.overdue_ms:
            oldest_ms = find_oldest_ms(cases, pools, lists, now)
            clock_state.overdue_ms = oldest_ms + clock_state.soonest_ms
        if now < clock_state.overdue_ms:
            return i
    return find_overdue(routing, engine, p, NOBODY, now, (news, False))


@jit_bare
def sum_group(pools: np.ndarray, group: int) -> tuple[int, int, int]:
    """What a group has begun and not put away, what waits in it, and who is on duty."""
    begun, waiting, duty = 0, 0, 0
    for p in range(pools.size):
        if (group >> p) & 1:
            begun += pools[p].n_open - pools[p].n_new
            waiting += pools[p].n_wait
            duty += pools[p].duty
    return begun, waiting, duty


@jit_bare
def may_group_take_new(routing: Routing, pools: np.ndarray, group: int) -> bool:
    """Whether a group may take a new case under its limit."""
    begun, _, duty = sum_group(pools, group)
    return may_take_new(begun, duty, routing.max_open)


@jit_bare
def weigh_load(routing: Routing, pools: np.ndarray, p: int) -> float:
    """The factor by which what is begun and what waits stretch the work in pool p."""
    counted, duty = np.int64(pools[p].n_open), pools[p].duty
    slope, start, highest = routing.slow_down_slope, routing.slow_down_from, routing.slow_down_max
    slower = 1.0
    if routing.by_group or routing.backlog_slope != 0.0:
        begun, waiting, in_group = sum_group(pools, pools[p].group)
        if routing.backlog_slope != 0.0:
            slower = backlog_factor(
                waiting,
                in_group,
                routing.backlog_slope,
                routing.backlog_from,
                routing.backlog_least,
                routing.backlog_max,
            )
        if routing.by_group:
            counted, duty = begun, in_group
    return slow_down(counted, duty, slope, start, highest) * slower


@jit_part
def begin(
    tables: Tables, draws: Draws, engine: EngineState, i: int, p: int, agent: int, now: int
) -> None:
    """An agent of pool p begins work: triage, a false alarm, a transfer or a reply."""
    case, clock_state, pool, routing = (
        engine.cases[i],
        engine.clock_state[0],
        engine.pools[p],
        tables.routing,
    )
    begun = -1
    if clock_state.numbered and engine.jobs[i].rest_ms >= 0:
        begun = engine.jobs[i].stopped_state
    pool.busy += 1
    pool.spent_ms -= now
    if pool.busy >= pool.duty:
        clock_state.idle &= ~(1 << p)
    end = now + routing.triage_ms
    if case.state == TRIAGE_WAIT:
        clock_state.n_triage -= 1
        case.state = TRIAGE
    else:
        waited_in, home = case.in_pool, routing.home_pool[case.topic]
        engine.pools[waited_in].n_wait -= 1
        engine.pools[waited_in].n_open -= 1
        pool.n_open += 1
        if not case.actionable:
            case.state = ALARM
        elif waited_in != home and p != home and begun != REPLY:
            case.state = TRANSFER
            end = now + routing.transfer_ms
        else:
            case.state = REPLY
            if begun != REPLY:
                end = now + begin_turn(tables, draws, engine, i, p, now)
    case.in_pool = p
    end = min(end, LAST_MS)
    if clock_state.numbered:
        end = note_job(engine, i, p, agent, now, end)
    push(engine.heap, engine.counts, pack(end, WORK_IS_DONE, i))


@jit_bare
def note_job(engine: EngineState, i: int, p: int, agent: int, now: int, end: int) -> int:
    """Note what a numbered agent works on; return until when: work that was stopped goes on."""
    job = engine.jobs[i]
    if job.rest_ms >= 0 and job.stopped_state == engine.cases[i].state:
        end = min(now + job.rest_ms, LAST_MS)
    job.rest_ms, job.agent, job.segment_ms, job.finish_ms = -1, agent, now, end
    engine.agent_case[p, agent] = i
    return end


@jit_part
def begin_turn(tables: Tables, draws: Draws, engine: EngineState, i: int, p: int, now: int) -> int:
    """A reply begins; return how long it takes [ms].

    ``extras`` of the case: twice the kind of redress that it brings, and 1 if a check follows.
    """
    case, clock_state, levels, routing = (
        engine.cases[i],
        engine.clock_state[0],
        tables.levels,
        tables.routing,
    )
    topic, row = case.topic, case.row
    level = np.int64(
        find_level(levels.effort, tables.phases, draws.event_time_ms, clock_state, topic, now)
    )
    if level == LEVEL_AUTO:
        level = np.int64(levels.after_auto)
    fetch(draws.u_resolve, row)
    fetch(draws.writes_again, row)
    fetch(draws.think_ms, row)
    if clock_state.keeps_turns:
        turn = engine.turns[find_place(clock_state, case, i, case.begun)]
        turn.start_ms, turn.effort = now, level
    case.begun_in = p
    case.begun += 1
    there = not case.has_left
    is_first = there and not case.is_started
    if there or not case.is_replied:
        case.effort = level
    if is_first:
        case.is_started = True
        case.first_start_ms = now
    slower = 1.0
    if clock_state.reads_load:
        slower = weigh_load(routing, engine.pools, p)
    factor = levels.work_factor[p, level, topic]
    factor *= scale_event_work(tables, draws, engine, i, p)
    takes = handling_ms(draws.work_ms[row], factor, slower)
    phase, kind, checks = np.int64(clock_state.phase), 0, 0
    if tables.faq.is_on:
        case.is_private = tables.faq.private[topic, phase]
    if levels.gives_redress and is_first and levels.redress[topic, phase] != NO_REDRESS:
        kind = np.int64(levels.redress[topic, phase])
        if is_redressed(draws.u_redress[i], levels.redress_share[kind]):
            takes += levels.redress_ms[kind]
        else:
            kind = NO_REDRESS
    if there and levels.follow_up[topic, phase] and case.u_follow < levels.follow_up_share:
        resolves = is_resolved(draws.u_resolve[row], levels.resolve_p[p, level, topic])
        if resolves or kind != NO_REDRESS:
            takes += levels.follow_up_ms
            checks = 1
    case.extras = 2 * kind + checks
    return takes


@jit_part
def finish(tables: Tables, draws: Draws, engine: EngineState, i: int, now: int) -> int:
    """Work is done; return where the case goes."""
    clock_state, case = engine.clock_state[0], engine.cases[i]
    drop_root(engine.counts)
    state, p = case.state, np.int64(case.in_pool)
    pool = engine.pools[p]
    is_late = pool.n_late > 0
    if clock_state.numbered:
        in_hand = state == REPLY or state == TRANSFER or state == TRIAGE or state == ALARM
        if not in_hand or engine.jobs[i].finish_ms != now:
            return NOWHERE
        engine.agent_case[p, engine.jobs[i].agent] = -1
        is_late = is_late and engine.jobs[i].agent >= pool.duty
    if is_late:
        pool.n_late -= 1
        engine.overtime_ms[p, clock_state.interval] += now
    pool.busy -= 1
    pool.spent_ms += now
    if pool.busy < pool.duty:
        clock_state.idle |= 1 << p
    clock_state.touched |= 1 << p
    goes = NOWHERE
    if state == REPLY:
        end_turn(tables, draws, engine, i, p, now)
    elif state == TRANSFER:
        goes = end_transfer(engine, i, pool, tables.routing.home_pool[case.topic], now)
    elif state == TRIAGE:
        goes = JOINS if draws.detected[i] else NOWHERE
        case.state = DONE
    else:
        close(case, pool, now)
    if clock_state.is_over:
        case.state, clock_state.touched, goes = DONE, 0, NOWHERE
    return goes


@jit_part
def close(case: np.record, pool: np.record, now: int) -> None:
    """A case is closed."""
    case.state, case.closed_ms = CLOSED, now
    pool.n_open -= 1


@jit_part
def end_transfer(engine: EngineState, i: int, pool: np.record, home: int, now: int) -> int:
    """A case was handed over: it waits at home, if its customer is not gone for all to see."""
    case = engine.cases[i]
    pool.n_open -= 1
    if engine.clock_state[0].late_patience:
        has_gone(case, now)
    if case.has_left and not case.silent:
        case.state, case.in_pool = OUT, home
        return NOWHERE
    return home


@jit_part
def end_turn(tables: Tables, draws: Draws, engine: EngineState, i: int, p: int, now: int) -> None:
    """A reply is sent: the case is closed, or its customer thinks."""
    case, clock_state, pool = engine.cases[i], engine.clock_state[0], engine.pools[p]
    levels, dormant_ms = tables.levels, tables.routing.dormant_ms
    row = case.row
    if clock_state.keeps_turns:
        turn = engine.turns[find_place(clock_state, case, i, case.begun - 1)]
        turn.end_ms, turn.pool = now, p
    case.ended += 1
    if tables.faq.is_on:
        case.public += not case.is_private
    if case.has_left:
        close(case, pool, now)
        return
    case.is_patient = False
    if not case.is_replied:
        case.is_replied = True
        case.first_reply_ms, case.first_effort, case.pool = now, case.effort, p
        case.redress = case.extras >> 1
        gain_experience(tables, draws, engine, i)
        if case.begun == 1:
            case.first_touch_ms = now
    case.person += 1
    case.row += 1
    case.followed_up = case.extras & 1
    if is_resolved(draws.u_resolve[row], levels.resolve_p[case.begun_in, case.effort, case.topic]):
        close(case, pool, now)
        settle(levels, draws, clock_state, case, i, row, now)
        if tables.faq.is_on:
            show(tables.faq, draws, engine, case, i, case.effort, now)
    elif case.person >= levels.max_turns:
        close(case, pool, now)
        case.capped = True
    elif draws.writes_again[row]:
        think = draws.think_ms[row]
        case.state, case.join_ms = THINKING, now
        clock_state.later_key = pack(now + think, CUSTOMER_COMES_BACK, i)
        if clock_state.reads_open and think >= dormant_ms and not clock_state.is_over:
            push(engine.heap, engine.counts, pack(now + dormant_ms, CASE_IS_DORMANT, i))
    else:
        close(case, pool, now)


@jit_part
def settle(
    levels: Levels,
    draws: Draws,
    clock_state: np.record,
    case: np.record,
    i: int,
    row: int,
    now: int,
) -> None:
    """A case is resolved, followed up or not; it may turn out not to be."""
    case.resolved = True
    reopen_p = levels.reopen_p[case.effort]
    if reopen_p > 0.0 and case.person < levels.max_turns:
        if does_reopen(draws.u_reopen[row], reopen_p, case.followed_up, levels.follow_up_factor):
            clock_state.later_key = pack(now + draws.reopen_ms[row], CUSTOMER_COMES_BACK, i)
