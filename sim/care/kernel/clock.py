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
from sim.care.kernel.queues import has_gone, put_back, watch_spell
from sim.care.kernel.state import OUT, REPLY, TRANSFER, TRIAGE, TRIAGE_WAIT, UNSEEN, Room
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
def find_stream_key(watch: np.record, arrival_ms: np.ndarray) -> int:
    """Return the key of the first event of the sorted streams."""
    key, following = NEVER, watch.next_arrival
    if following < arrival_ms.size:
        key = pack(arrival_ms[following], MENTION_ARRIVES, following)
    if watch.staff_ms != NEVER:
        key = min(key, pack(watch.staff_ms, STAFF_CHANGES, watch.staff_pool))
    if watch.check_ms != NEVER:
        key = min(key, pack(watch.check_ms, TRIGGER_IS_CHECKED, 0))
    if watch.sweep_ms != NEVER and watch.n_unseen + arrival_ms.size - following > 0:
        key = min(key, pack(watch.sweep_ms, STREAM_IS_SWEPT, 0))
    return key


# ---- intervals ----


@jit_bare
def close_intervals(room: Room, watch: np.record, until_ms: int, interval_ms: int) -> None:
    """Book the work up to each end of an interval that is over."""
    while watch.interval_end_ms <= until_ms:
        book_work(room.pools, room.busy_ms, watch.interval, watch.interval_end_ms)
        for p in range(room.pools.size):
            late_ms = room.pools[p].n_late * watch.interval_end_ms
            room.overtime_ms[p, watch.interval] += late_ms
            room.overtime_ms[p, watch.interval + 1] -= late_ms
        watch.interval += 1
        watch.interval_end_ms += interval_ms
        if watch.interval == room.busy_ms.shape[1] - 1:
            watch.interval_end_ms = NEVER


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
def set_phase(phases: Phases, event_time_ms: np.ndarray, watch: np.record, now: int) -> None:
    """Find the phase that the announced events and the trigger give, and until when it lasts."""
    off_since = watch.off_since_ms
    phase = phase_of_trigger(
        now, watch.is_trigger_on, off_since, TRIGGER_SURGE_MS, TRIGGER_RECOVERY_MS
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
    watch.phase, watch.phase_change_ms = phase, change


@jit_part
def find_sooner(soonest: int, now: int, instant: int) -> int:
    """Return the sooner of the two instants, the second only if it is after now."""
    return instant if now < instant < soonest else soonest


# ---- staff ----


@jit_bare
def change_staff(
    staff: Staff, room: Room, p: int, now: int, overflow_ms: int, interval_ms: int
) -> None:
    """Set pool p's staff on duty; at an instant the pools follow each other."""
    watch, pool = room.watch[0], room.pools[p]
    watch.stream_key = -1
    if p == 0:
        turn_page(staff, watch, now)
        if watch.is_crew_here and watch.crew_leave_ms == now:
            watch.is_crew_here = False
            book_crew(room.surge_ms, staff.surge_agents, watch.crew_arrive_ms, now, interval_ms)
        elif watch.is_crew_called and watch.crew_arrive_ms == now:
            watch.is_crew_called, watch.is_crew_here = False, True
    duty = staff.agents[p, watch.n_staffed - 1]
    if watch.is_crew_here:
        duty += staff.surge_agents[p]
    if duty != pool.duty:
        watch.touched |= 1 << p
        pool.duty = duty
        if staff.cut == CUT_PREEMPT:
            cut_at_once(room, p, now, overflow_ms)
        else:
            dissolve_lists(room, pool, now, overflow_ms)
        count_late(room, p, now)
        watch.idle &= ~(1 << p)
        if pool.busy < duty:
            watch.idle |= 1 << p
    watch.staff_pool += 1
    if watch.staff_pool == room.pools.size:
        watch.staff_pool = 0
        find_next_staff(staff.time_ms, watch)


@jit_part
def count_late(room: Room, p: int, now: int) -> None:
    """Count who works beyond the shift from now on.

    Within an interval its row holds starts of overtime as negative and ends as positive times.
    """
    pool, watch = room.pools[p], room.watch[0]
    late = max(pool.busy - pool.duty, 0)
    if watch.by_number:
        late = 0
        for agent in range(pool.duty, room.agent_case.shape[1]):
            late += room.agent_case[p, agent] >= 0
    room.overtime_ms[p, watch.interval] += (pool.n_late - late) * now
    pool.n_late = late


@jit_part
def turn_page(staff: Staff, watch: np.record, now: int) -> None:
    """Turn to the schedule's next column, if its time has come."""
    if watch.n_staffed < staff.time_ms.size and staff.time_ms[watch.n_staffed] == now:
        watch.n_staffed += 1
        if np.sum(staff.agents[:, watch.n_staffed - 1]) == 0:
            watch.open_since_ms = -1
        elif watch.open_since_ms < 0:
            watch.open_since_ms = now


@jit_part
def find_next_staff(time_ms: np.ndarray, watch: np.record) -> None:
    """Find the next instant at which staff may change."""
    watch.staff_ms = NEVER
    if watch.n_staffed < time_ms.size:
        watch.staff_ms = time_ms[watch.n_staffed]
    if watch.is_crew_called:
        watch.staff_ms = min(watch.staff_ms, watch.crew_arrive_ms)
    elif watch.is_crew_here:
        watch.staff_ms = min(watch.staff_ms, watch.crew_leave_ms)


@jit_part
def cut_at_once(room: Room, p: int, now: int, overflow_ms: int) -> None:
    """Stop the highest numbers until no more work than there are on duty."""
    pool, watch = room.pools[p], room.watch[0]
    if pool.busy > pool.duty:
        make_way(room, overflow_ms)
    agent = room.agent_case.shape[1] - 1
    while pool.busy > pool.duty:
        while room.agent_case[p, agent] < 0:
            agent -= 1
        i = np.int64(room.agent_case[p, agent])
        case, job = room.cases[i], room.jobs[i]
        room.agent_case[p, agent] = -1
        pool.busy -= 1
        pool.spent_ms += now
        watch.n_stops += 1
        case.order_ms = -watch.n_stops
        job.rest_ms, job.stopped_state = job.finish_ms - now, case.state
        stop_work(room, pool, i, now, overflow_ms)


@jit_part
def stop_work(room: Room, pool: np.record, i: int, now: int, overflow_ms: int) -> None:
    """Put a case whose work was stopped back before all others, unless its customer left."""
    case, watch = room.cases[i], room.watch[0]
    stopped = case.state
    if stopped == TRIAGE:
        case.state = TRIAGE_WAIT
        watch.n_triage += 1
        insert(room.cases, pool, room.lists, TRIAGE_LIST, i)
        return
    if watch.late_patience and stopped == TRANSFER:
        has_gone(case, now)
    if case.has_left and not case.silent:
        case.state = OUT
        pool.n_open -= 1
        return
    if stopped == REPLY and case.is_patient:
        case.patience_end_ms += now - room.jobs[i].segment_ms
        if not watch.late_patience:
            set_clock(room, i)
    put_back(room.cases, pool, room.lists, i, watch.splits_new and stopped == TRANSFER, now)
    watch_spell(room, pool, i, now + overflow_ms)


@jit_part
def dissolve_lists(room: Room, pool: np.record, now: int, overflow_ms: int) -> None:
    """Put the own lists of the numbers that leave into the pool's queue."""
    cases, lists = room.cases, room.lists
    n_lists = lists.size // room.pools.size
    for number in range(pool.own_base + pool.duty, n_lists):
        while lists[pool.first_list + number].head >= 0:
            i = np.int64(lists[pool.first_list + number].head)
            remove(cases, pool, lists, i)
            insert(cases, pool, lists, 2 * cases[i].work_class + 1, i)
            due = cases[i].join_ms + overflow_ms
            if due >= now:
                watch_spell(room, pool, i, due)


# ---- trigger and crew ----


@jit_bare
def check_trigger(
    staff: Staff, watch: np.record, pools: np.ndarray, volume: np.ndarray, now: int, horizon_ms: int
) -> None:
    """Switch the surge trigger on or off; then let the crew stay, send it home or call it."""
    watch.stream_key = -1
    waiting = np.sum(pools["n_wait"])
    if watch.is_trigger_on:
        if waiting < staff.off_below:
            watch.is_trigger_on, watch.off_since_ms = False, now
    elif watch.open_since_ms >= 0 and now - watch.open_since_ms >= staff.armed_ms:
        watch.is_trigger_on = does_fire(staff, volume, waiting, now // QUARTER_MS)
    watch.phase_change_ms = now
    decide_crew(staff, watch, horizon_ms, now)
    watch.check_ms += QUARTER_MS
    if watch.check_ms >= horizon_ms:
        watch.check_ms = NEVER


@jit_part
def does_fire(staff: Staff, volume: np.ndarray, waiting: int, q: int) -> bool:
    """Tell whether the trigger's condition holds at the start of quarter hour q."""
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
def decide_crew(staff: Staff, watch: np.record, horizon_ms: int, now: int) -> None:
    """Let the crew stay another quarter or send it home; or call it."""
    total = np.sum(staff.surge_agents)
    if watch.is_crew_here:
        if now >= watch.crew_min_end_ms:
            stay = total * QUARTER_MS
            if watch.is_trigger_on and watch.crew_used_ms + stay <= staff.surge_limit_ms:
                watch.crew_used_ms += stay
            else:
                watch.crew_leave_ms = now
                watch.staff_ms = now
    elif watch.is_trigger_on and not watch.is_crew_called and total > 0:
        stay = total * staff.surge_min_ms
        if watch.crew_used_ms + stay <= staff.surge_limit_ms:
            watch.crew_used_ms += stay
            watch.is_crew_called = True
            watch.crew_arrive_ms = now + staff.surge_delay_ms
            watch.crew_min_end_ms = watch.crew_arrive_ms + staff.surge_min_ms
            watch.crew_leave_ms = max(watch.crew_min_end_ms, horizon_ms)
            watch.staff_ms = min(watch.staff_ms, watch.crew_arrive_ms)


# ---- sweeps ----


@jit_bare
def sweep(
    watch: np.record,
    cases: np.ndarray,
    pools: np.ndarray,
    lists: np.ndarray,
    p: int,
    now: int,
    sweep_ms: int,
) -> None:
    """All that is unseen goes to the triage list of pool p."""
    watch.stream_key = -1
    watch.sweep_ms += sweep_ms
    for i in range(watch.first_unseen, watch.next_arrival):
        case = cases[i]
        if case.state == UNSEEN:
            case.state, case.order_ms, case.in_pool = TRIAGE_WAIT, now, p
            insert(cases, pools[p], lists, TRIAGE_LIST, i)
            watch.n_triage += 1
            watch.touched |= 1 << p
    watch.first_unseen = watch.next_arrival
    watch.n_unseen = 0
