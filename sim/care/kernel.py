"""The compiled engine: the operation of ``sim/MODEL.md`` section 4 over arrays.

Same steps, same rules, same order of simultaneous events as ``sim.care.reference``; the
records are equal bit for bit (``tests/equivalence/``). What makes it fast: arrivals, staff
changes, checks and sweeps are sorted streams merged in, only ends of work, returns and
patience are on one heap of packed keys; patience and overdue spells are looked up at the
queue heads where nothing can see the difference (``Tables.lazy_patience``).
"""

from typing import NamedTuple

import numpy as np

from sim.care.event_list import (
    ID_MASK,
    MAX_MENTIONS,
    MAX_TIME_MS,
    NEVER,
    RANK_MASK,
    RANK_SHIFT,
    TIME_SHIFT,
    drop_root,
    make_heap,
    peek,
    push,
)
from sim.care.queues import Lists, insert, is_earlier, make_lists, remove
from sim.care.record import Run
from sim.compile import jit, jit_bare
from sim.demand.draws import Draws
from sim.rules.operation import (
    becomes_real,
    does_reopen,
    due_ms,
    handling_ms,
    is_resolved,
    may_take_new,
    phase_of_event,
    phase_of_trigger,
    raised_class,
    slow_down,
    stretched_patience_end_ms,
    stronger_phase,
    trigger_fires,
)
from sim.scenario.tables import (
    AUTO_MS,
    CUT_AS_SCHEDULED,
    CUT_IDLE_FIRST,
    CUT_PREEMPT,
    LEVEL_AUTO,
    LEVEL_NONE,
    QUARTER_MS,
    TRIGGER_RECOVERY_MS,
    TRIGGER_SURGE_MS,
    Phases,
    Tables,
)

PATIENCE, CHECK, STAFF, FINISH, DORMANT, ARRIVAL, SWEEP, RETURN, OVERDUE = range(9)

(
    UNBORN,
    UNSEEN,
    TRIAGE_WAIT,
    TRIAGE,
    WAITING,
    TRANSFER,
    REPLY,
    ALARM,
    THINKING,
    DOZING,
    CLOSED,
    OUT,
    DROPPED,
    DONE,
) = range(14)


class Mentions(NamedTuple):
    """What the kernel keeps of each mention: the record's columns, then its own state."""

    real: np.ndarray
    first_start_ms: np.ndarray
    first_reply_ms: np.ndarray
    first_touch_ms: np.ndarray
    left_ms: np.ndarray
    closed_ms: np.ndarray
    effort: np.ndarray
    first_effort: np.ndarray
    pool: np.ndarray
    joined: np.ndarray
    reposted: np.ndarray
    resolved: np.ndarray
    followed_up: np.ndarray
    capped: np.ndarray
    reopened: np.ndarray
    turns: np.ndarray
    state: np.ndarray
    person: np.ndarray
    """int16: persons' replies sent"""
    in_pool: np.ndarray
    """int16: where the case waits, is handled or was handled last"""
    work_class: np.ndarray
    ready_ms: np.ndarray
    start_ms: np.ndarray
    join_ms: np.ndarray
    patience_end_ms: np.ndarray
    agent: np.ndarray
    finish_ms: np.ndarray
    segment_ms: np.ndarray
    """start of the present spell of work; these three are kept only where agents are numbered"""
    rest_ms: np.ndarray
    """work left of a preempted piece, -1 none"""
    stopped_state: np.ndarray


class Turns(NamedTuple):
    """Rows of turns in order of their ends."""

    mention: np.ndarray
    number: np.ndarray
    ready_ms: np.ndarray
    start_ms: np.ndarray
    end_ms: np.ndarray
    pool: np.ndarray
    effort: np.ndarray


class Floor(NamedTuple):
    """The care floor while a replication is played: queues, agents, pending events."""

    lists: Lists
    heap: np.ndarray
    counts: np.ndarray
    busy: np.ndarray
    duty: np.ndarray
    n_wait: np.ndarray
    n_new: np.ndarray
    n_open: np.ndarray
    agent_case: np.ndarray
    """int32, shape (n_pools, max_number): what each numbered agent works on, -1 nothing"""
    busy_ms: np.ndarray
    surge_ms: np.ndarray
    over_to: np.ndarray
    """int64, shape (n_pools,): bit p says that overdue cases may go to pool p"""
    volume: np.ndarray
    """int64: real arrivals by quarter hour"""


@jit
def make_mentions(n: int, numbered: bool) -> Mentions:
    """Return the columns of ``n`` mentions that have not happened yet."""
    k = n if numbered else 1
    never = np.int64(-1)
    return Mentions(
        np.zeros(n, np.bool_),
        np.full(n, never, np.int64),
        np.full(n, never, np.int64),
        np.full(n, never, np.int64),
        np.full(n, never, np.int64),
        np.full(n, never, np.int64),
        np.full(n, -1, np.int16),
        np.full(n, -1, np.int16),
        np.full(n, -1, np.int16),
        np.zeros(n, np.bool_),
        np.zeros(n, np.bool_),
        np.zeros(n, np.bool_),
        np.zeros(n, np.bool_),
        np.zeros(n, np.bool_),
        np.zeros(n, np.int16),
        np.zeros(n, np.int16),
        np.zeros(n, np.int8),
        np.zeros(n, np.int16),
        np.full(n, -1, np.int16),
        np.zeros(n, np.int16),
        np.zeros(n, np.int64),
        np.zeros(n, np.int64),
        np.zeros(n, np.int64),
        np.zeros(n, np.int64),
        np.full(k, -1, np.int32),
        np.zeros(k, np.int64),
        np.zeros(k, np.int64),
        np.full(k, never, np.int64),
        np.zeros(k, np.int8),
    )


@jit
def make_turns(capacity: int) -> Turns:
    """Return room for ``capacity`` turns."""
    return Turns(
        np.empty(capacity, np.int32),
        np.empty(capacity, np.int16),
        np.empty(capacity, np.int64),
        np.empty(capacity, np.int64),
        np.empty(capacity, np.int64),
        np.empty(capacity, np.int16),
        np.empty(capacity, np.int16),
    )


@jit
def sort_turns(turns: Turns, n_turns: int, n_mentions: int) -> Turns:
    """Return the rows in order of (mention, turn), by counting."""
    offset = np.zeros(n_mentions + 1, np.int64)
    for row in range(n_turns):
        offset[turns.mention[row] + 1] += 1
    for mention in range(n_mentions):
        offset[mention + 1] += offset[mention]
    ordered = make_turns(n_turns)
    for row in range(n_turns):
        to = offset[turns.mention[row]] + turns.number[row]
        ordered.mention[to] = turns.mention[row]
        ordered.number[to] = turns.number[row]
        ordered.ready_ms[to] = turns.ready_ms[row]
        ordered.start_ms[to] = turns.start_ms[row]
        ordered.end_ms[to] = turns.end_ms[row]
        ordered.pool[to] = turns.pool[row]
        ordered.effort[to] = turns.effort[row]
    return ordered


@jit_bare
def pack(time_ms: int, rank: int, mention: int) -> int:
    """Return the packed key of an event."""
    return (time_ms << TIME_SHIFT) | (rank << RANK_SHIFT) | mention


@jit_bare
def add_span(spent_ms: np.ndarray, pool: int, from_ms: int, to_ms: int, interval_ms: int) -> None:
    """Add the time from ``from_ms`` to ``to_ms`` to a pool's intervals; the last holds the rest."""
    last = spent_ms.shape[1] - 1
    first = min(from_ms // interval_ms, last)
    while first < last and to_ms > (first + 1) * interval_ms:
        boundary = (first + 1) * interval_ms
        spent_ms[pool, first] += boundary - from_ms
        from_ms = boundary
        first += 1
    spent_ms[pool, first] += to_ms - from_ms


@jit_bare
def find_phase(phases: Phases, event_time_ms: np.ndarray, now_ms: int) -> int:
    """Return the phase that the announced events give now."""
    phase = 0
    for e in range(event_time_ms.size):
        if phases.announced[e]:
            one = phase_of_event(
                now_ms,
                event_time_ms[e],
                phases.earliest_ms[e],
                phases.latest_ms[e],
                phases.announced_ms[e],
                phases.lead_ms,
                phases.surge_ms[e],
                phases.recovery_ms[e],
            )
            phase = stronger_phase(phase, one)
    return phase


@jit_bare
def find_next_phase_change(phases: Phases, event_time_ms: np.ndarray, now_ms: int) -> int:
    """Return the first instant after now at which an announced phase may change."""
    soonest = NEVER
    for e in range(event_time_ms.size):
        if phases.announced[e]:
            earliest, at = phases.earliest_ms[e], event_time_ms[e]
            starts = max(earliest - phases.lead_ms, earliest - phases.announced_ms[e])
            for instant in (
                starts,
                phases.latest_ms[e],
                at,
                at + phases.surge_ms[e],
                at + phases.recovery_ms[e],
            ):
                if now_ms < instant < soonest:
                    soonest = instant
    return soonest


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
        More than 8 million mentions, or more than two years.
    """
    if draws.arrival_ms.size > MAX_MENTIONS:
        raise ValueError(f"the kernel plays at most {MAX_MENTIONS} mentions a replication")
    if tables.clock.horizon_ms + tables.clock.drain_ms >= MAX_TIME_MS // 4:
        raise ValueError("the kernel plays at most half a year a replication")
    return play_once(tables, draws, lazy, keep_turns)


@jit_bare
def run_events(
    tables: Tables, draws: Draws, m: Mentions, turns: Turns, floor: Floor, modes: tuple[bool, bool]
) -> tuple[int, int]:
    """Play all events; return when the run was over [ms] and how many turns there are."""
    lazy, keep_turns = modes
    clock, levels, phases = tables.clock, tables.levels, tables.phases
    routing, staff = tables.routing, tables.staff
    draws_actionable = draws.actionable
    draws_arrival_ms = draws.arrival_ms
    draws_detected = draws.detected
    draws_first_pool = draws.first_pool
    draws_influence = draws.influence
    draws_parent = draws.parent
    draws_patience2_ms = draws.patience2_ms
    draws_patience_ms = draws.patience_ms
    draws_reopen_ms = draws.reopen_ms
    draws_repost_ms = draws.repost_ms
    draws_reposts = draws.reposts
    draws_silent = draws.silent
    draws_think_ms = draws.think_ms
    draws_topic = draws.topic
    draws_turn_offset = draws.turn_offset
    draws_u_follow = draws.u_follow
    draws_u_reopen = draws.u_reopen
    draws_u_resolve = draws.u_resolve
    draws_u_spread = draws.u_spread
    draws_work_ms = draws.work_ms
    draws_writes_again = draws.writes_again
    levels_effort = levels.effort
    levels_follow_up_topic = levels.follow_up_topic
    levels_reopen_p = levels.reopen_p
    levels_residual_spread = levels.residual_spread
    levels_resolve_p = levels.resolve_p
    levels_work_factor = levels.work_factor
    routing_class_of = routing.class_of
    routing_home_pool = routing.home_pool
    routing_overflow_to = routing.overflow_to
    staff_agents = staff.agents
    staff_forecast = staff.forecast
    staff_surge_agents = staff.surge_agents
    staff_time_ms = staff.time_ms
    horizon, interval_ms = clock.horizon_ms, clock.interval_ms
    limit_ms = horizon + clock.drain_ms
    n = draws_arrival_ms.size
    n_pools, n_classes = staff_agents.shape[0], routing.n_classes
    numbered = staff.cut != CUT_IDLE_FIRST or routing.continuity
    by_number = staff.cut == CUT_AS_SCHEDULED or routing.continuity
    preempts = staff.cut == CUT_PREEMPT
    max_number = staff.max_number if numbered else 0
    overflows = routing.overflow_ms >= 0
    lazy_over = (
        lazy and tables.lazy_overflow and overflows and not by_number and not preempts
    ) and not routing.due_order
    push_over = overflows and not lazy_over
    lazy_left = lazy and tables.lazy_patience

    m_agent = m.agent
    m_capped = m.capped
    m_closed_ms = m.closed_ms
    m_effort = m.effort
    m_finish_ms = m.finish_ms
    m_first_effort = m.first_effort
    m_first_reply_ms = m.first_reply_ms
    m_first_start_ms = m.first_start_ms
    m_first_touch_ms = m.first_touch_ms
    m_followed_up = m.followed_up
    m_in_pool = m.in_pool
    m_join_ms = m.join_ms
    m_joined = m.joined
    m_left_ms = m.left_ms
    m_patience_end_ms = m.patience_end_ms
    m_person = m.person
    m_pool = m.pool
    m_ready_ms = m.ready_ms
    m_real = m.real
    m_reopened = m.reopened
    m_reposted = m.reposted
    m_resolved = m.resolved
    m_rest_ms = m.rest_ms
    m_segment_ms = m.segment_ms
    m_start_ms = m.start_ms
    m_state = m.state
    m_stopped_state = m.stopped_state
    m_turns = m.turns
    m_work_class = m.work_class
    turns_effort = turns.effort
    turns_end_ms = turns.end_ms
    turns_mention = turns.mention
    turns_number = turns.number
    turns_pool = turns.pool
    turns_ready_ms = turns.ready_ms
    turns_start_ms = turns.start_ms
    n_turns = 0
    per_pool = (n_classes + 1) * 2
    own_base = n_pools * per_pool
    lists = floor.lists
    lists_after = lists.after
    lists_head = lists.head
    lists_order_ms = lists.order_ms
    lists_place = lists.place
    heap, counts = floor.heap, floor.counts
    busy, duty, n_wait = floor.busy, floor.duty, floor.n_wait
    n_new, n_open, agent_case = floor.n_new, floor.n_open, floor.agent_case
    busy_ms, surge_ms, over_to = floor.busy_ms, floor.surge_ms, floor.over_to
    volume = floor.volume
    for q in range(n_pools):
        for p in range(n_pools):
            if overflows and routing_overflow_to[q, p]:
                over_to[q] |= 1 << p

    for p in range(n_pools):
        duty[p] = staff_agents[p, 0]
    sched, n_changes = 1, staff.time_ms.size
    staff_t = staff_time_ms[1] if n_changes > 1 else NEVER
    staff_p = 0
    scheduled_total = np.sum(staff_agents[:, 0])
    open_since = np.int64(0) if scheduled_total > 0 else np.int64(-1)

    surge_total = np.int64(0)
    for p in range(n_pools):
        surge_total += staff_surge_agents[p]
    crew_called, crew_here = False, False
    crew_arrive, crew_min_end, crew_leave = NEVER, NEVER, NEVER
    crew_used = 0
    trigger_on, off_since = False, np.int64(-1)
    check_t = np.int64(QUARTER_MS) if staff.surge_on and horizon > QUARTER_MS else NEVER

    announced_phase = find_phase(phases, draws.event_time_ms, 0)
    phase_change = find_next_phase_change(phases, draws.event_time_ms, 0)

    sweeping = routing.sweep_ms > 0
    sweep_t = np.int64(routing.sweep_ms) if sweeping else NEVER
    unseen, first_unseen = 0, 0
    n_waiting, n_triage = 0, 0
    next_arrival = 0
    stops = 0
    now = np.int64(0)
    over, drained = False, False
    ended_ms = limit_ms

    while True:
        key = peek(heap, counts)
        if not over:
            if next_arrival < n:
                key = min(key, pack(draws_arrival_ms[next_arrival], ARRIVAL, next_arrival))
            if staff_t != NEVER:
                key = min(key, pack(staff_t, STAFF, staff_p))
            if check_t != NEVER:
                key = min(key, pack(check_t, CHECK, 0))
            if sweeping and unseen + n - next_arrival > 0:
                key = min(key, pack(sweep_t, SWEEP, 0))
            if lazy_over and n_waiting > 0:
                for q in range(n_pools):
                    if n_wait[q] > 0:
                        for p in range(n_pools):
                            if (over_to[q] >> p) & 1 and busy[p] < duty[p]:
                                for place in range(q * per_pool + 2, (q + 1) * per_pool):
                                    h = lists_head[place]
                                    if h >= 0:
                                        at = m_join_ms[h] + routing.overflow_ms
                                        key = min(key, pack(max(at, now), OVERDUE, h))
            t = key >> TIME_SHIFT
            if key == NEVER or (t > horizon and t > now):
                if lazy_left and not drained:
                    # The drain's end reads queue lengths: from here on patience is on the heap.
                    drained, lazy_left = True, False
                    for i in range(next_arrival):
                        st = m_state[i]
                        active = (
                            draws_actionable[i] and m_first_reply_ms[i] < 0 and m_left_ms[i] < 0
                        )
                        if active and (st == WAITING or st == TRANSFER):
                            end = m_patience_end_ms[i]
                            if end > horizon:
                                push(heap, counts, pack(end, PATIENCE, i))
                            else:
                                m_left_ms[i] = end
                                if st == WAITING and not draws_silent[i]:
                                    p = np.int64(m_in_pool[i])
                                    n_new[p] -= 1 if lists_place[i] % 2 == 0 else 0
                                    remove(lists, i)
                                    n_wait[p] -= 1
                                    n_open[p] -= 1
                                    n_waiting -= 1
                                    m_state[i] = OUT
                    continue
                if n_waiting + n_triage + unseen == 0:
                    over, ended_ms = True, max(now, horizon)
                elif key == NEVER or t > limit_ms:
                    over, ended_ms = True, limit_ms
                if over:
                    continue
        if key == NEVER:
            break
        now = key >> TIME_SHIFT
        rank = (key >> RANK_SHIFT) & RANK_MASK
        i = key & ID_MASK
        touched = 0
        join_i, wait_i, wait_pool, own_agent = -1, -1, -1, -1

        if rank == FINISH:
            drop_root(counts)
            st = m_state[i]
            if st != REPLY and st != TRANSFER and st != TRIAGE and st != ALARM:
                continue
            if preempts and m_finish_ms[i] != now:
                continue
            p = np.int64(m_in_pool[i])
            began = m_start_ms[i]
            if numbered:
                began = m_segment_ms[i]
                agent_case[p, m_agent[i]] = -1
            busy[p] -= 1
            add_span(busy_ms, p, began, now, interval_ms)
            touched |= 1 << p
            if st == REPLY:
                level, topic = m_effort[i], draws_topic[i]
                if keep_turns:
                    turns_mention[n_turns] = i
                    turns_number[n_turns] = m_turns[i] - 1
                    turns_ready_ms[n_turns] = m_ready_ms[i]
                    turns_start_ms[n_turns] = m_start_ms[i]
                    turns_end_ms[n_turns] = now
                    turns_pool[n_turns] = p
                    turns_effort[n_turns] = level
                n_turns += 1
                m_state[i] = CLOSED
                if m_left_ms[i] >= 0:
                    m_closed_ms[i] = now
                    n_open[p] -= 1
                else:
                    row = draws_turn_offset[i] + m_person[i]
                    if m_first_reply_ms[i] < 0:
                        m_first_reply_ms[i] = now
                        m_first_effort[i] = level
                        m_pool[i] = p
                        if m_first_touch_ms[i] < 0:
                            m_first_touch_ms[i] = now
                    m_person[i] += 1
                    if is_resolved(draws_u_resolve[row], levels_resolve_p[level, topic]):
                        n_open[p] -= 1
                        m_closed_ms[i] = now
                        m_resolved[i] = True
                        followed = (
                            levels_follow_up_topic[topic]
                            and draws_u_follow[i] < levels.follow_up_share
                        )
                        m_followed_up[i] = followed
                        if (
                            m_person[i] < levels.max_turns
                            and not over
                            and does_reopen(
                                draws_u_reopen[row],
                                levels_reopen_p[level],
                                followed,
                                levels.follow_up_factor,
                            )
                        ):
                            push(heap, counts, pack(now + draws_reopen_ms[row], RETURN, i))
                    elif m_person[i] >= levels.max_turns:
                        n_open[p] -= 1
                        m_closed_ms[i] = now
                        m_capped[i] = True
                    elif draws_writes_again[row]:
                        m_state[i] = THINKING
                        m_join_ms[i] = now
                        think = np.int64(draws_think_ms[row])
                        if not over:
                            push(heap, counts, pack(now + think, RETURN, i))
                            if routing.reads_open and think >= routing.dormant_ms:
                                push(heap, counts, pack(now + routing.dormant_ms, DORMANT, i))
                    else:
                        n_open[p] -= 1
                        m_closed_ms[i] = now
            elif st == TRANSFER:
                n_open[p] -= 1
                home = routing_home_pool[draws_topic[i]]
                if lazy_left and m_left_ms[i] < 0 and draws_actionable[i]:
                    if m_patience_end_ms[i] <= now:
                        m_left_ms[i] = m_patience_end_ms[i]
                if m_left_ms[i] >= 0 and not draws_silent[i]:
                    m_state[i] = OUT
                    m_in_pool[i] = home
                else:
                    wait_i, wait_pool = i, home
            elif st == TRIAGE:
                if draws_detected[i]:
                    join_i = i
                else:
                    m_state[i] = DONE
            else:
                n_open[p] -= 1
                m_closed_ms[i] = now
                m_state[i] = CLOSED
            if over:
                m_state[i] = DONE
                continue

        elif rank == ARRIVAL:
            next_arrival += 1
            parent = draws_parent[i]
            if parent >= 0:
                if not m_real[parent]:
                    continue
                seen = 0
                if 0 <= m_first_reply_ms[parent] <= now:
                    seen = m_first_effort[parent] + 1
                elif 0 <= m_first_touch_ms[parent] <= now:
                    seen = LEVEL_AUTO + 1
                if not becomes_real(draws_u_spread[i], levels_residual_spread[seen]):
                    continue
            m_real[i] = True
            if staff.surge_on:
                volume[now // QUARTER_MS] += 1
            if draws_actionable[i] and draws_detected[i]:
                level = levels_effort[draws_topic[i], 0]
                if level != LEVEL_NONE:
                    m_patience_end_ms[i] = now + draws_patience_ms[i]
                    if not lazy_left:
                        push(heap, counts, pack(m_patience_end_ms[i], PATIENCE, i))
            m_ready_ms[i] = now
            if sweeping:
                m_state[i] = UNSEEN
                unseen += 1
            elif draws_detected[i]:
                join_i = i
            else:
                m_state[i] = DONE

        elif rank == RETURN:
            drop_root(counts)
            if over:
                continue
            st = m_state[i]
            if m_left_ms[i] >= 0:
                m_left_ms[i] = -1
                m_reposted[i] = True
                m_patience_end_ms[i] = now + draws_patience2_ms[i]
                push(heap, counts, pack(m_patience_end_ms[i], PATIENCE, i))
                if st == OUT:
                    wait_i, wait_pool = i, np.int64(m_in_pool[i])
                elif st == DROPPED:
                    join_i = i
            else:
                last = np.int64(m_in_pool[i])
                if st == CLOSED:
                    m_closed_ms[i] = -1
                    m_resolved[i] = False
                    m_followed_up[i] = False
                    m_reopened[i] += 1
                elif st == THINKING:
                    n_open[last] -= 1
                    touched |= 1 << last
                m_ready_ms[i] = now
                wait_i, wait_pool = i, routing_home_pool[draws_topic[i]]
                known = routing.continuity and m_person[i] > 0
                if known and last == wait_pool and m_agent[i] < duty[last]:
                    own_agent = m_agent[i]

        elif rank == PATIENCE:
            drop_root(counts)
            st = m_state[i]
            gone = over or m_first_reply_ms[i] >= 0 or m_patience_end_ms[i] != now
            if gone or m_left_ms[i] >= 0 or st == REPLY or st >= CLOSED:
                continue
            m_left_ms[i] = now
            if not draws_silent[i]:
                if st == WAITING:
                    p = np.int64(m_in_pool[i])
                    n_new[p] -= 1 if lists_place[i] % 2 == 0 else 0
                    remove(lists, i)
                    n_wait[p] -= 1
                    n_open[p] -= 1
                    n_waiting -= 1
                    m_state[i] = OUT
                if draws_reposts[i] and not m_reposted[i]:
                    push(heap, counts, pack(now + draws_repost_ms[i], RETURN, i))
            continue

        elif rank == DORMANT:
            drop_root(counts)
            if over or m_state[i] != THINKING:
                continue
            if m_join_ms[i] + routing.dormant_ms != now:
                continue
            p = np.int64(m_in_pool[i])
            m_state[i] = DOZING
            n_open[p] -= 1
            touched |= 1 << p

        elif rank == OVERDUE:
            if push_over:
                drop_root(counts)
                if over or m_state[i] != WAITING or m_join_ms[i] + routing.overflow_ms != now:
                    continue
                touched = over_to[m_in_pool[i]]
            else:
                touched = over_to[m_in_pool[i]]

        elif rank == STAFF:
            p = i
            if p == 0:
                if sched < n_changes and staff_time_ms[sched] == now:
                    sched += 1
                    scheduled_total = np.sum(staff_agents[:, sched - 1])
                    if scheduled_total == 0:
                        open_since = np.int64(-1)
                    elif open_since < 0:
                        open_since = now
                if crew_called and crew_arrive == now:
                    crew_called, crew_here = False, True
                elif crew_here and crew_leave == now:
                    crew_here = False
                    for q in range(n_pools):
                        for _ in range(staff_surge_agents[q]):
                            add_span(surge_ms, q, crew_arrive, now, interval_ms)
            new_duty = staff_agents[p, sched - 1]
            if crew_here:
                new_duty += staff_surge_agents[p]
            if new_duty != duty[p]:
                touched |= 1 << p
                duty[p] = new_duty
                if preempts:
                    a = max_number - 1
                    while busy[p] > new_duty:
                        while agent_case[p, a] < 0:
                            a -= 1
                        j = agent_case[p, a]
                        agent_case[p, a] = -1
                        busy[p] -= 1
                        add_span(busy_ms, p, m_segment_ms[j], now, interval_ms)
                        m_rest_ms[j] = m_finish_ms[j] - now
                        m_stopped_state[j] = m_state[j]
                        stops += 1
                        lists_order_ms[j] = -stops
                        if m_state[j] == TRIAGE:
                            m_state[j] = TRIAGE_WAIT
                            n_triage += 1
                            insert(lists, p * per_pool, j)
                            continue
                        if lazy_left and m_state[j] == TRANSFER and m_left_ms[j] < 0:
                            if m_patience_end_ms[j] <= now:
                                m_left_ms[j] = m_patience_end_ms[j]
                        if m_left_ms[j] >= 0 and not draws_silent[j]:
                            m_state[j] = OUT
                            n_open[p] -= 1
                        else:
                            sub = 0 if m_state[j] == TRANSFER else 1
                            if m_state[j] == REPLY and m_first_reply_ms[j] < 0 and m_left_ms[j] < 0:
                                left = m_patience_end_ms[j] - m_segment_ms[j]
                                m_patience_end_ms[j] = now + left
                                if not lazy_left:
                                    push(heap, counts, pack(now + left, PATIENCE, j))
                            m_state[j] = WAITING
                            m_join_ms[j] = now
                            n_wait[p] += 1
                            n_new[p] += 1 - sub
                            n_waiting += 1
                            insert(lists, p * per_pool + m_work_class[j] * 2 + sub, j)
                            if push_over and over_to[p]:
                                push(heap, counts, pack(now + routing.overflow_ms, OVERDUE, j))
                elif routing.continuity:
                    for a in range(new_duty, max_number):
                        own = own_base + p * max_number + a
                        while lists_head[own] >= 0:
                            j = lists_head[own]
                            remove(lists, j)
                            insert(lists, p * per_pool + m_work_class[j] * 2 + 1, j)
                            if push_over and over_to[p]:
                                at = m_join_ms[j] + routing.overflow_ms
                                if at >= now:
                                    push(heap, counts, pack(at, OVERDUE, j))
            staff_p += 1
            if staff_p == n_pools:
                staff_p = 0
                staff_t = staff_time_ms[sched] if sched < n_changes else NEVER
                if crew_called:
                    staff_t = min(staff_t, crew_arrive)
                elif crew_here:
                    staff_t = min(staff_t, crew_leave)

        elif rank == CHECK:
            q = now // QUARTER_MS
            if trigger_on:
                if n_waiting < staff.off_below:
                    trigger_on, off_since = False, now
            elif open_since >= 0 and now - open_since >= staff.armed_ms:
                ahead = (
                    staff_forecast[q]
                    + staff_forecast[q + 1]
                    + staff_forecast[q + 2]
                    + staff_forecast[q + 3]
                )
                seen = volume[q - 1]
                expected = staff_forecast[q - 1]
                if q >= 2:
                    seen += volume[q - 2]
                    expected = staff_forecast[q - 2] + staff_forecast[q - 1]
                trigger_on = trigger_fires(
                    n_waiting,
                    ahead,
                    staff.waiting_factor,
                    staff.waiting_at_least,
                    seen,
                    expected,
                    staff.volume_factor,
                    staff.volume_at_least,
                )
            if crew_here:
                if now >= crew_min_end:
                    stay = surge_total * QUARTER_MS
                    if trigger_on and crew_used + stay <= staff.surge_limit_ms:
                        crew_used += stay
                    else:
                        crew_leave = now
                        staff_t = now
            elif trigger_on and not crew_called and surge_total > 0:
                stay = surge_total * staff.surge_min_ms
                if crew_used + stay <= staff.surge_limit_ms:
                    crew_used += stay
                    crew_called = True
                    crew_arrive = now + staff.surge_delay_ms
                    crew_min_end = crew_arrive + staff.surge_min_ms
                    crew_leave = max(crew_min_end, horizon)
                    staff_t = min(staff_t, crew_arrive)
            check_t += QUARTER_MS
            if check_t >= horizon:
                check_t = NEVER
            continue

        else:  # SWEEP
            sweep_t += routing.sweep_ms
            for j in range(first_unseen, next_arrival):
                if m_state[j] == UNSEEN:
                    m_state[j] = TRIAGE_WAIT
                    lists_order_ms[j] = now
                    insert(lists, routing.triage_pool * per_pool, j)
                    n_triage += 1
                    touched |= 1 << routing.triage_pool
            first_unseen = next_arrival
            unseen = 0

        if join_i >= 0:
            i = join_i
            topic = draws_topic[i]
            if now >= phase_change:
                announced_phase = find_phase(phases, draws.event_time_ms, now)
                phase_change = find_next_phase_change(phases, draws.event_time_ms, now)
            phase = stronger_phase(
                announced_phase,
                phase_of_trigger(now, trigger_on, off_since, TRIGGER_SURGE_MS, TRIGGER_RECOVERY_MS),
            )
            level = levels_effort[topic, phase]
            if level == LEVEL_NONE:
                m_state[i] = DONE
            elif m_left_ms[i] >= 0 and not draws_silent[i]:
                m_state[i] = DROPPED
            else:
                wait_i, wait_pool = i, np.int64(draws_first_pool[i])
                if (
                    level == LEVEL_AUTO
                    and draws_actionable[i]
                    and m_first_touch_ms[i] < 0
                    and m_left_ms[i] < 0
                ):
                    m_joined[i] = True
                    m_effort[i] = LEVEL_AUTO
                    m_first_touch_ms[i] = now + AUTO_MS
                    if keep_turns:
                        turns_mention[n_turns] = i
                        turns_number[n_turns] = m_turns[i]
                        turns_ready_ms[n_turns] = m_ready_ms[i]
                        turns_start_ms[n_turns] = now
                        turns_end_ms[n_turns] = now + AUTO_MS
                        turns_pool[n_turns] = -1
                        turns_effort[n_turns] = LEVEL_AUTO
                    n_turns += 1
                    m_turns[i] += 1
                    row = draws_turn_offset[i]
                    if is_resolved(draws_u_resolve[row], levels_resolve_p[LEVEL_AUTO, topic]):
                        wait_i = -1
                        m_first_start_ms[i] = now + AUTO_MS
                        m_first_reply_ms[i] = now + AUTO_MS
                        m_first_effort[i] = LEVEL_AUTO
                        m_closed_ms[i] = now + AUTO_MS
                        m_resolved[i] = True
                        m_state[i] = CLOSED
                        if does_reopen(
                            draws_u_reopen[row],
                            levels_reopen_p[LEVEL_AUTO],
                            False,
                            levels.follow_up_factor,
                        ):
                            at = now + AUTO_MS + draws_reopen_ms[row]
                            push(heap, counts, pack(at, RETURN, i))
                    else:
                        end = stretched_patience_end_ms(
                            now, m_patience_end_ms[i], levels.auto_stretch
                        )
                        m_patience_end_ms[i] = end
                        if not lazy_left:
                            push(heap, counts, pack(end, PATIENCE, i))

        if wait_i >= 0:
            i, p = wait_i, wait_pool
            topic = draws_topic[i]
            again = m_person[i] > 0
            influential = draws_influence[i] >= routing.influence_at_least
            c = routing_class_of[topic, 1 if influential else 0, 1 if again else 0]
            if m_reposted[i]:
                c = raised_class(c)
            if draws_actionable[i]:
                m_joined[i] = True
            m_work_class[i] = c
            m_state[i] = WAITING
            m_in_pool[i] = p
            m_join_ms[i] = now
            lists_order_ms[i] = now
            if routing.due_order:
                lists_order_ms[i] = due_ms(draws_arrival_ms[i], now, routing.promise_ms, again)
            n_wait[p] += 1
            n_waiting += 1
            n_open[p] += 1
            if own_agent >= 0:
                insert(lists, own_base + p * max_number + own_agent, i)
            else:
                begun = numbered and m_rest_ms[i] >= 0 and m_stopped_state[i] == REPLY
                sub = 1 if again or begun else 0
                n_new[p] += 1 - sub
                insert(lists, p * per_pool + c * 2 + sub, i)
                if push_over and over_to[p]:
                    push(heap, counts, pack(now + routing.overflow_ms, OVERDUE, i))
            touched |= 1 << p

        for p in range(n_pools):
            if not (touched >> p) & 1:
                continue
            while True:
                d, a = duty[p], np.int64(-1)
                if by_number:
                    for number in range(d):
                        if agent_case[p, number] < 0:
                            a = number
                            break
                    if a < 0:
                        break
                elif busy[p] >= d:
                    break
                elif preempts:
                    a = 0
                    while agent_case[p, a] >= 0:
                        a += 1
                i = np.int64(lists_head[p * per_pool])
                if i < 0 and routing.continuity:
                    for number in range(a, d):
                        if agent_case[p, number] < 0:
                            i = np.int64(lists_head[own_base + p * max_number + number])
                            if i >= 0:
                                a = number
                                break
                if i < 0 and n_wait[p] + (n_waiting if overflows else 0) > 0:
                    new_ok = may_take_new(n_open[p] - n_new[p], d, routing.max_open)
                    for source in range(2):
                        if i >= 0 or (source == 1 and not overflows):
                            break
                        for c in range(1, n_classes + 1):
                            for q in range(n_pools):
                                if source == 0:
                                    if q != p:
                                        continue
                                elif not (over_to[q] >> p) & 1 or n_wait[q] == 0:
                                    continue
                                for sub in range(2):
                                    if sub == 0 and not new_ok:
                                        continue
                                    h = np.int64(lists_head[q * per_pool + c * 2 + sub])
                                    while h >= 0:
                                        following = np.int64(lists_after[h])
                                        if (
                                            lazy_left
                                            and draws_actionable[h]
                                            and m_first_reply_ms[h] < 0
                                        ):
                                            if m_left_ms[h] < 0 and m_patience_end_ms[h] <= now:
                                                m_left_ms[h] = m_patience_end_ms[h]
                                            if m_left_ms[h] >= 0 and not draws_silent[h]:
                                                remove(lists, h)
                                                n_wait[q] -= 1
                                                n_new[q] -= 1 - sub
                                                n_open[q] -= 1
                                                n_waiting -= 1
                                                m_state[h] = OUT
                                                h = following
                                                continue
                                        if source == 0 or m_join_ms[h] + routing.overflow_ms <= now:
                                            break
                                        h = following if not lazy_over else np.int64(-1)
                                    if h >= 0 and is_earlier(lists, h, i):
                                        i = h
                            if i >= 0:
                                break
                if i < 0:
                    break

                # begin work on i by agent a of pool p
                q = np.int64(m_in_pool[i])
                sub = lists_place[i] % 2 if lists_place[i] < own_base else 1
                remove(lists, i)
                stopped = numbered and m_rest_ms[i] >= 0
                unfinished = stopped and m_stopped_state[i] == REPLY
                if not unfinished:
                    m_start_ms[i] = now
                busy[p] += 1
                if m_state[i] == TRIAGE_WAIT:
                    n_triage -= 1
                    m_in_pool[i] = p
                    m_state[i] = TRIAGE
                    finish = now + routing.triage_ms
                else:
                    n_wait[q] -= 1
                    n_waiting -= 1
                    n_new[q] -= 1 - sub
                    n_open[q] -= 1
                    n_open[p] += 1
                    m_in_pool[i] = p
                    home = routing_home_pool[draws_topic[i]]
                    if not draws_actionable[i]:
                        m_state[i] = ALARM
                        finish = now + routing.triage_ms
                    elif q != home and p != home and not unfinished:
                        m_state[i] = TRANSFER
                        finish = now + routing.transfer_ms
                    else:
                        m_state[i] = REPLY
                        finish = now
                        if not unfinished:
                            topic = draws_topic[i]
                            if now >= phase_change:
                                announced_phase = find_phase(phases, draws.event_time_ms, now)
                                phase_change = find_next_phase_change(
                                    phases, draws.event_time_ms, now
                                )
                            phase = stronger_phase(
                                announced_phase,
                                phase_of_trigger(
                                    now,
                                    trigger_on,
                                    off_since,
                                    TRIGGER_SURGE_MS,
                                    TRIGGER_RECOVERY_MS,
                                ),
                            )
                            level = np.int64(levels_effort[topic, phase])
                            if level == LEVEL_AUTO:
                                level = levels.after_auto
                            m_effort[i] = level
                            m_turns[i] += 1
                            row = draws_turn_offset[i] + m_person[i]
                            there = m_left_ms[i] < 0
                            if there and m_first_start_ms[i] < 0:
                                m_first_start_ms[i] = now
                            slower = 1.0
                            if routing.reads_open:
                                slower = slow_down(
                                    n_open[p],
                                    d,
                                    routing.slow_down_slope,
                                    routing.slow_down_from,
                                    routing.slow_down_max,
                                )
                            finish += handling_ms(
                                draws_work_ms[row], levels_work_factor[p, level], slower
                            )
                            if (
                                there
                                and levels_follow_up_topic[topic]
                                and draws_u_follow[i] < levels.follow_up_share
                                and is_resolved(
                                    draws_u_resolve[row], levels_resolve_p[level, topic]
                                )
                            ):
                                finish += levels.follow_up_ms
                if numbered:
                    if stopped:
                        if m_state[i] == m_stopped_state[i]:
                            finish = now + m_rest_ms[i]
                        m_rest_ms[i] = -1
                    agent_case[p, a] = i
                    m_agent[i] = a
                    m_finish_ms[i] = finish
                    m_segment_ms[i] = now
                push(heap, counts, pack(finish, FINISH, i))

    if crew_here:
        for q in range(n_pools):
            for _ in range(staff_surge_agents[q]):
                add_span(surge_ms, q, crew_arrive, crew_leave, interval_ms)
    return ended_ms, n_turns


@jit
def make_floor(tables: Tables, draws: Draws) -> Floor:
    """Return an empty floor with room for every event that these draws can make."""
    clock, routing, staff = tables.clock, tables.routing, tables.staff
    n, n_rows = draws.arrival_ms.size, draws.work_ms.size
    n_pools = staff.agents.shape[0]
    numbered = staff.cut != CUT_IDLE_FIRST or routing.continuity
    max_number = staff.max_number if numbered else 0
    n_lists = n_pools * ((routing.n_classes + 1) * 2 + max_number)
    stops = 4 * (staff.time_ms.size + 64) * max_number * n_pools
    quarters = clock.horizon_ms // QUARTER_MS + 2 if staff.surge_on else 1
    return Floor(
        make_lists(n_lists, n),
        make_heap(10 * n + 4 * n_rows + stops + 64),
        np.zeros(2, np.int64),
        np.zeros(n_pools, np.int64),
        np.zeros(n_pools, np.int64),
        np.zeros(n_pools, np.int64),
        np.zeros(n_pools, np.int64),
        np.zeros(n_pools, np.int64),
        np.full((n_pools, max(max_number, 1)), -1, np.int32),
        np.zeros((n_pools, clock.n_intervals + 1), np.int64),
        np.zeros((n_pools, clock.n_intervals + 1), np.int64),
        np.zeros(n_pools, np.int64),
        np.zeros(quarters, np.int64),
    )


@jit
def play_once(tables: Tables, draws: Draws, lazy: bool, keep_turns: bool) -> Run:
    """Make room, play all events, and put the turns in order."""
    n = draws.arrival_ms.size
    numbered = tables.staff.cut != CUT_IDLE_FIRST or tables.routing.continuity
    m = make_mentions(n, numbered)
    turns = make_turns(draws.work_ms.size + n if keep_turns else 1)
    floor = make_floor(tables, draws)
    ended_ms, n_turns = run_events(tables, draws, m, turns, floor, (lazy, keep_turns))
    ordered = sort_turns(turns, n_turns if keep_turns else 0, n)
    return Run(
        m.real,
        m.first_start_ms,
        m.first_reply_ms,
        m.first_touch_ms,
        m.left_ms,
        m.closed_ms,
        m.effort,
        m.first_effort,
        m.pool,
        m.joined,
        m.reposted,
        m.resolved,
        m.followed_up,
        m.capped,
        m.reopened,
        m.turns,
        ordered.mention,
        ordered.number,
        ordered.ready_ms,
        ordered.start_ms,
        ordered.end_ms,
        ordered.pool,
        ordered.effort,
        floor.busy_ms,
        floor.surge_ms,
        ended_ms,
    )
