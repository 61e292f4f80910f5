"""What the kernel does by the clock: staff, surge trigger and crew, sweeps, phases, intervals.

Statement: ``sim/MODEL.md`` sections 4.1 and 4.7 to 4.9; checked by ``tests/equivalence``.
"""

import numpy as np

from sim.care.kernel.event_list import (
    NEVER,
    pack,
)
from sim.care.kernel.linked_lists import TRIAGE_LIST, insert, remove
from sim.care.kernel.patience import set_clock
from sim.care.kernel.queues import clock_spell, has_gone, put_back
from sim.care.kernel.state import OUT, REPLY, TRANSFER, TRIAGE, TRIAGE_WAIT, UNSEEN, EngineState
from sim.care.kernel.void_events import make_way
from sim.care.order import (
    MENTION_ARRIVES,
    STAFF_CHANGES,
    STREAM_IS_SWEPT,
    TRIGGER_IS_CHECKED,
)
from sim.compile import jit_bare, jit_part
from sim.rules.operation import (
    phase_of_event,
    phase_of_trigger,
    stronger_phase,
    trigger_fires,
)
from sim.scenario.tables import (
    CUT_PREEMPT,
    QUARTER_MS,
    TRIGGER_RECOVERY_MS,
    TRIGGER_SURGE_MS,
    Phases,
    Staff,
)


@jit_part
def find_stream_key(clock_state: np.record, arrival_ms: np.ndarray) -> int:
    """The key of the first event of the sorted streams."""
    key, following = NEVER, clock_state.next_arrival
    if following < arrival_ms.size:
        key = pack(arrival_ms[following], MENTION_ARRIVES, following)
    if clock_state.staff_ms != NEVER:
        key = min(key, pack(clock_state.staff_ms, STAFF_CHANGES, clock_state.staff_pool))
    if clock_state.check_ms != NEVER:
        key = min(key, pack(clock_state.check_ms, TRIGGER_IS_CHECKED, 0))
    if clock_state.sweep_ms != NEVER and clock_state.n_unseen + arrival_ms.size - following > 0:
        key = min(key, pack(clock_state.sweep_ms, STREAM_IS_SWEPT, 0))
    return key


# ---- intervals ----


@jit_bare
def close_intervals(
    engine: EngineState, clock_state: np.record, until_ms: int, interval_ms: int
) -> None:
    """Book the work up to each end of an interval that is over."""
    while clock_state.interval_end_ms <= until_ms:
        book_work(engine.pools, engine.busy_ms, clock_state.interval, clock_state.interval_end_ms)
        for p in range(engine.pools.size):
            late_ms = engine.pools[p].n_late * clock_state.interval_end_ms
            engine.overtime_ms[p, clock_state.interval] += late_ms
            engine.overtime_ms[p, clock_state.interval + 1] -= late_ms
        clock_state.interval += 1
        clock_state.interval_end_ms += interval_ms
        if clock_state.interval == engine.busy_ms.shape[1] - 1:
            clock_state.interval_end_ms = NEVER


@jit_bare
def book_work(pools: np.ndarray, busy_ms: np.ndarray, interval: int, end_ms: int) -> None:
    """Book what the pools worked in the present interval up to its end."""
    for p in range(pools.size):
        pool = pools[p]
        busy_ms[p, interval] = pool.spent_ms + pool.busy * end_ms
        pool.spent_ms = -pool.busy * end_ms


@jit_bare
def book_crew(
    surge_ms: np.ndarray, agents: np.ndarray, from_ms: int, to_ms: int, interval_ms: int
) -> None:
    """Book the crew's presence; the last interval holds all that comes after it."""
    last = surge_ms.shape[1] - 1
    interval = min(from_ms // interval_ms, last)
    while from_ms < to_ms:
        end_ms = min(to_ms, (interval + 1) * interval_ms) if interval < last else to_ms
        for p in range(agents.size):
            surge_ms[p, interval] += agents[p] * (end_ms - from_ms)
        from_ms = end_ms
        interval += 1


# ---- phases ----


@jit_bare
def set_phase(phases: Phases, event_time_ms: np.ndarray, clock_state: np.record, now: int) -> None:
    """Find the phase that the announced events and the trigger give, and until when it lasts."""
    off_since = clock_state.off_since_ms
    phase = phase_of_trigger(
        now, clock_state.is_trigger_on, off_since, TRIGGER_SURGE_MS, TRIGGER_RECOVERY_MS
    )
    change = NEVER
    if off_since >= 0:
        change = find_sooner(change, now, off_since + TRIGGER_SURGE_MS)
        change = find_sooner(change, now, off_since + TRIGGER_RECOVERY_MS)
    for e in range(event_time_ms.size):
        if phases.announced[e]:
            earliest, latest, at = phases.earliest_ms[e], phases.latest_ms[e], event_time_ms[e]
            known, lead = phases.announced_ms[e], phases.lead_ms
            surge, recovery = phases.surge_ms[e], phases.recovery_ms[e]
            one = phase_of_event(now, at, earliest, latest, known, lead, surge, recovery)
            phase = stronger_phase(phase, one)
            starts = max(earliest - lead, earliest - known)
            for instant in (starts, latest, at, at + surge, at + recovery):
                change = find_sooner(change, now, instant)
    clock_state.phase, clock_state.phase_change_ms = phase, change


@jit_part
def find_sooner(soonest: int, now: int, instant: int) -> int:
    """The sooner of the two instants, the second only if it is after now."""
    return instant if now < instant < soonest else soonest


# ---- staff ----


@jit_bare
def change_staff(
    staff: Staff, engine: EngineState, p: int, now: int, overflow_ms: np.ndarray, interval_ms: int
) -> None:
    """Set pool p's staff on duty; at an instant the pools follow each other."""
    clock_state, pool = engine.clock_state[0], engine.pools[p]
    clock_state.stream_key = -1
    if p == 0:
        turn_page(staff, clock_state, now)
        if clock_state.is_crew_here and clock_state.crew_leave_ms == now:
            clock_state.is_crew_here = False
            book_crew(
                engine.surge_ms, staff.surge_agents, clock_state.crew_arrive_ms, now, interval_ms
            )
        elif clock_state.is_crew_called and clock_state.crew_arrive_ms == now:
            clock_state.is_crew_called, clock_state.is_crew_here = False, True
    duty = staff.agents[p, clock_state.n_staffed - 1]
    if clock_state.is_crew_here:
        duty += staff.surge_agents[p]
    if duty != pool.duty:
        clock_state.touched |= 1 << p
        pool.duty = duty
        if staff.cut == CUT_PREEMPT:
            cut_at_once(engine, p, now, overflow_ms)
        else:
            dissolve_lists(engine, pool, now, overflow_ms)
        count_late(engine, p, now)
        clock_state.idle &= ~(1 << p)
        if pool.busy < duty:
            clock_state.idle |= 1 << p
    clock_state.staff_pool += 1
    if clock_state.staff_pool == engine.pools.size:
        clock_state.staff_pool = 0
        find_next_staff(staff.time_ms, clock_state)


@jit_part
def count_late(engine: EngineState, p: int, now: int) -> None:
    """Count who works beyond the shift from now on.

    Within an interval its row holds starts of overtime as negative and ends as positive times.
    """
    pool, clock_state = engine.pools[p], engine.clock_state[0]
    late = max(pool.busy - pool.duty, 0)
    if clock_state.by_number:
        late = 0
        for agent in range(pool.duty, engine.agent_case.shape[1]):
            late += engine.agent_case[p, agent] >= 0
    engine.overtime_ms[p, clock_state.interval] += (pool.n_late - late) * now
    pool.n_late = late


@jit_part
def turn_page(staff: Staff, clock_state: np.record, now: int) -> None:
    """Turn to the schedule's next column, if its time has come."""
    if clock_state.n_staffed < staff.time_ms.size and staff.time_ms[clock_state.n_staffed] == now:
        clock_state.n_staffed += 1
        if np.sum(staff.agents[:, clock_state.n_staffed - 1]) == 0:
            clock_state.open_since_ms = -1
        elif clock_state.open_since_ms < 0:
            clock_state.open_since_ms = now


@jit_part
def find_next_staff(time_ms: np.ndarray, clock_state: np.record) -> None:
    """Find the next instant at which staff may change."""
    clock_state.staff_ms = NEVER
    if clock_state.n_staffed < time_ms.size:
        clock_state.staff_ms = time_ms[clock_state.n_staffed]
    if clock_state.is_crew_called:
        clock_state.staff_ms = min(clock_state.staff_ms, clock_state.crew_arrive_ms)
    elif clock_state.is_crew_here:
        clock_state.staff_ms = min(clock_state.staff_ms, clock_state.crew_leave_ms)


@jit_part
def cut_at_once(engine: EngineState, p: int, now: int, overflow_ms: np.ndarray) -> None:
    """Stop the highest numbers until no more work than there are on duty."""
    pool, clock_state = engine.pools[p], engine.clock_state[0]
    if pool.busy > pool.duty:
        make_way(engine)
    agent = engine.agent_case.shape[1] - 1
    while pool.busy > pool.duty:
        while engine.agent_case[p, agent] < 0:
            agent -= 1
        i = np.int64(engine.agent_case[p, agent])
        case, job = engine.cases[i], engine.jobs[i]
        engine.agent_case[p, agent] = -1
        pool.busy -= 1
        pool.spent_ms += now
        clock_state.n_stops += 1
        case.order_ms = -clock_state.n_stops
        job.rest_ms, job.stopped_state = job.finish_ms - now, case.state
        stop_work(engine, pool, i, now, overflow_ms)


@jit_part
def stop_work(
    engine: EngineState, pool: np.record, i: int, now: int, overflow_ms: np.ndarray
) -> None:
    """Put a case whose work was stopped back before all others, unless its customer left."""
    case, clock_state = engine.cases[i], engine.clock_state[0]
    stopped = case.state
    if stopped == TRIAGE:
        case.state = TRIAGE_WAIT
        clock_state.n_triage += 1
        insert(engine.cases, pool, engine.lists, TRIAGE_LIST, i)
        return
    if clock_state.late_patience and stopped == TRANSFER:
        has_gone(case, now)
    if case.has_left and not case.silent:
        case.state = OUT
        pool.n_open -= 1
        return
    if stopped == REPLY and case.is_patient:
        case.patience_end_ms += now - engine.jobs[i].segment_ms
        if not clock_state.late_patience:
            set_clock(engine, i)
    put_back(
        engine.cases, pool, engine.lists, i, clock_state.splits_new and stopped == TRANSFER, now
    )
    clock_state.touched |= pool.over_now
    clock_spell(engine, overflow_ms, i, now, 1)


@jit_part
def dissolve_lists(engine: EngineState, pool: np.record, now: int, overflow_ms: np.ndarray) -> None:
    """Put the own lists of the numbers that leave into the pool's queue."""
    cases, lists = engine.cases, engine.lists
    n_lists = lists.size // engine.pools.size
    for number in range(pool.own_base + pool.duty, n_lists):
        while lists[pool.first_list + number].head >= 0:
            i = np.int64(lists[pool.first_list + number].head)
            remove(cases, pool, lists, i)
            insert(cases, pool, lists, 2 * cases[i].work_class + 1, i)
            engine.clock_state[0].touched |= pool.over_now
            join_ms = cases[i].join_ms
            clock_spell(engine, overflow_ms, i, join_ms, max(now - join_ms, 1))


# ---- trigger and crew ----


@jit_bare
def check_trigger(
    staff: Staff,
    clock_state: np.record,
    pools: np.ndarray,
    volume: np.ndarray,
    now: int,
    horizon_ms: int,
) -> None:
    """Switch the surge trigger on or off; then let the crew stay, send it home or call it."""
    clock_state.stream_key = -1
    waiting = np.sum(pools["n_wait"])
    if clock_state.is_trigger_on:
        if waiting < staff.off_below:
            clock_state.is_trigger_on, clock_state.off_since_ms = False, now
    elif clock_state.open_since_ms >= 0 and now - clock_state.open_since_ms >= staff.armed_ms:
        clock_state.is_trigger_on = does_fire(staff, volume, waiting, now // QUARTER_MS)
    clock_state.phase_change_ms = now
    decide_crew(staff, clock_state, horizon_ms, now)
    clock_state.check_ms += QUARTER_MS
    if clock_state.check_ms >= horizon_ms:
        clock_state.check_ms = NEVER


@jit_part
def does_fire(staff: Staff, volume: np.ndarray, waiting: int, q: int) -> bool:
    """Whether the trigger's condition holds at the start of quarter hour q."""
    forecast = staff.forecast
    ahead = forecast[q] + forecast[q + 1] + forecast[q + 2] + forecast[q + 3]
    seen, expected = volume[q - 1], forecast[q - 1]
    if q >= 2:
        seen += volume[q - 2]
        expected = forecast[q - 2] + forecast[q - 1]
    return trigger_fires(
        waiting,
        ahead,
        staff.waiting_factor,
        staff.waiting_at_least,
        seen,
        expected,
        staff.volume_factor,
        staff.volume_at_least,
    )


@jit_part
def decide_crew(staff: Staff, clock_state: np.record, horizon_ms: int, now: int) -> None:
    """Let the crew stay another quarter or send it home; or call it."""
    total = np.sum(staff.surge_agents)
    if clock_state.is_crew_here:
        if now >= clock_state.crew_min_end_ms:
            stay = total * QUARTER_MS
            if (
                clock_state.is_trigger_on
                and clock_state.crew_used_ms + stay <= staff.surge_limit_ms
            ):
                clock_state.crew_used_ms += stay
            else:
                clock_state.crew_leave_ms = now
                clock_state.staff_ms = now
    elif clock_state.is_trigger_on and not clock_state.is_crew_called and total > 0:
        stay = total * staff.surge_min_ms
        if clock_state.crew_used_ms + stay <= staff.surge_limit_ms:
            clock_state.crew_used_ms += stay
            clock_state.is_crew_called = True
            clock_state.crew_arrive_ms = now + staff.surge_delay_ms
            clock_state.crew_min_end_ms = clock_state.crew_arrive_ms + staff.surge_min_ms
            clock_state.crew_leave_ms = max(clock_state.crew_min_end_ms, horizon_ms)
            clock_state.staff_ms = min(clock_state.staff_ms, clock_state.crew_arrive_ms)


# ---- sweeps ----


@jit_bare
def sweep(
    clock_state: np.record,
    cases: np.ndarray,
    pools: np.ndarray,
    lists: np.ndarray,
    p: int,
    now: int,
    sweep_ms: int,
) -> None:
    """All that is unseen goes to the triage list of pool p."""
    clock_state.stream_key = -1
    clock_state.sweep_ms += sweep_ms
    for i in range(clock_state.first_unseen, clock_state.next_arrival):
        case = cases[i]
        if case.state == UNSEEN:
            case.state, case.order_ms, case.in_pool = TRIAGE_WAIT, now, p
            insert(cases, pools[p], lists, TRIAGE_LIST, i)
            clock_state.n_triage += 1
            clock_state.touched |= 1 << p
    clock_state.first_unseen = clock_state.next_arrival
    clock_state.n_unseen = 0
