"""What the kernel does by the clock: staff, surge trigger and crew, sweeps, phases, intervals.

Statement: ``sim/MODEL.md`` sections 4.1 and 4.7 to 4.9; checked by ``tests/equivalence``.
"""

import numpy as np

from sim.care.event_list import NEVER, pack, push
from sim.care.order import (
    MENTION_ARRIVES,
    PATIENCE_ENDS,
    SPELL_IS_OVERDUE,
    STAFF_CHANGES,
    STREAM_IS_SWEPT,
    TRIGGER_IS_CHECKED,
)
from sim.care.queues import TRIAGE_LIST, find_own_base, insert, remove
from sim.care.room import OUT, REPLY, TRANSFER, TRIAGE, TRIAGE_WAIT, UNSEEN, Floor, Room
from sim.care.waiting import has_gone, put_back
from sim.compile import jit_bare, jit_part
from sim.demand.draws import Draws
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
    Tables,
)


@jit_part
def find_stream_key(room: Room, draws: Draws) -> int:
    """Return the key of the first event of the sorted streams."""
    watch = room.watch[0]
    key = NEVER
    following, n = watch.next_arrival, draws.arrival_ms.size
    if following < n:
        key = pack(draws.arrival_ms[following], MENTION_ARRIVES, following)
    if watch.staff_ms != NEVER:
        key = min(key, pack(watch.staff_ms, STAFF_CHANGES, watch.staff_pool))
    if watch.check_ms != NEVER:
        key = min(key, pack(watch.check_ms, TRIGGER_IS_CHECKED, 0))
    if watch.sweep_ms != NEVER and watch.n_unseen + n - following > 0:
        key = min(key, pack(watch.sweep_ms, STREAM_IS_SWEPT, 0))
    return key


# ---- intervals ----


@jit_part
def close_intervals(floor: Floor, watch: np.record, until_ms: int, interval_ms: int) -> None:
    """Book the work up to each end of an interval that is over."""
    last = floor.busy_ms.shape[1] - 1
    while watch.interval_end_ms <= until_ms:
        book_work(floor, watch.interval, watch.interval_end_ms)
        watch.interval += 1
        watch.interval_end_ms += interval_ms
        if watch.interval == last:
            watch.interval_end_ms = NEVER


@jit_part
def book_work(floor: Floor, interval: int, end_ms: int) -> None:
    """Book what the pools worked in the present interval up to its end."""
    for pool in range(floor.busy.size):
        floor.busy_ms[pool, interval] = floor.spent_ms[pool] + floor.busy[pool] * end_ms
        floor.spent_ms[pool] = -floor.busy[pool] * end_ms


@jit_bare
def book_crew(floor: Floor, staff: Staff, from_ms: int, to_ms: int, interval_ms: int) -> None:
    """Book the crew's presence; the last interval holds all that comes after it."""
    last = floor.surge_ms.shape[1] - 1
    interval = min(from_ms // interval_ms, last)
    while from_ms < to_ms:
        end_ms = to_ms
        if interval < last:
            end_ms = min(to_ms, (interval + 1) * interval_ms)
        for pool in range(staff.surge_agents.size):
            floor.surge_ms[pool, interval] += staff.surge_agents[pool] * (end_ms - from_ms)
        from_ms = end_ms
        interval += 1


# ---- phases ----


@jit_part
def find_level(tables: Tables, draws: Draws, watch: np.record, topic: int, now_ms: int) -> int:
    """Return the policy's level for the topic in the present phase."""
    if now_ms >= watch.phase_change_ms:
        set_phase(tables.phases, draws.event_time_ms, watch, now_ms)
    return tables.levels.effort[topic, watch.phase]


@jit_bare
def set_phase(phases: Phases, event_time_ms: np.ndarray, watch: np.record, now_ms: int) -> None:
    """Find the phase that the announced events and the trigger give, and until when it lasts."""
    off_since = watch.off_since_ms
    phase = phase_of_trigger(
        now_ms, watch.is_trigger_on, off_since, TRIGGER_SURGE_MS, TRIGGER_RECOVERY_MS
    )
    change = NEVER
    if off_since >= 0:
        change = next_of(change, now_ms, off_since + TRIGGER_SURGE_MS)
        change = next_of(change, now_ms, off_since + TRIGGER_RECOVERY_MS)
    for e in range(event_time_ms.size):
        if phases.announced[e]:
            earliest, latest, at = phases.earliest_ms[e], phases.latest_ms[e], event_time_ms[e]
            known, lead = phases.announced_ms[e], phases.lead_ms
            surge, recovery = phases.surge_ms[e], phases.recovery_ms[e]
            one = phase_of_event(now_ms, at, earliest, latest, known, lead, surge, recovery)
            phase = stronger_phase(phase, one)
            starts = max(earliest - lead, earliest - known)
            for instant in (starts, latest, at, at + surge, at + recovery):
                change = next_of(change, now_ms, instant)
    watch.phase, watch.phase_change_ms = phase, change


@jit_part
def next_of(soonest_ms: int, now_ms: int, instant_ms: int) -> int:
    """Return the sooner of the two, the instant only if it is after now."""
    return instant_ms if now_ms < instant_ms < soonest_ms else soonest_ms


# ---- staff ----


@jit_bare
def change_staff(tables: Tables, room: Room, pool: int, now: int) -> None:
    """Set a pool's staff on duty; at an instant the pools follow each other."""
    staff, floor, watch = tables.staff, room.floor, room.watch[0]
    watch.stream_key = -1
    if pool == 0:
        open_day(tables, floor, watch, now)
    duty = staff.agents[pool, watch.n_staffed - 1]
    if watch.is_crew_here:
        duty += staff.surge_agents[pool]
    if duty != floor.duty[pool]:
        watch.touched |= 1 << pool
        floor.duty[pool] = duty
        if staff.cut == CUT_PREEMPT:
            cut_at_once(tables, room, pool, now)
        elif tables.routing.continuity:
            dissolve_lists(tables, room, pool, now)
        watch.idle &= ~(1 << pool)
        if floor.busy[pool] < duty:
            watch.idle |= 1 << pool
    watch.staff_pool += 1
    if watch.staff_pool == floor.duty.size:
        watch.staff_pool = 0
        find_next_staff(staff, watch)


@jit_bare
def open_day(tables: Tables, floor: Floor, watch: np.record, now: int) -> None:
    """Turn to the schedule's next column; let the crew come or go."""
    staff = tables.staff
    if watch.n_staffed < staff.time_ms.size and staff.time_ms[watch.n_staffed] == now:
        watch.n_staffed += 1
        if np.sum(staff.agents[:, watch.n_staffed - 1]) == 0:
            watch.open_since_ms = -1
        elif watch.open_since_ms < 0:
            watch.open_since_ms = now
    if watch.is_crew_called and watch.crew_arrive_ms == now:
        watch.is_crew_called, watch.is_crew_here = False, True
    elif watch.is_crew_here and watch.crew_leave_ms == now:
        watch.is_crew_here = False
        book_crew(floor, staff, watch.crew_arrive_ms, now, tables.clock.interval_ms)


@jit_part
def find_next_staff(staff: Staff, watch: np.record) -> None:
    """Find the next instant at which staff may change."""
    watch.staff_ms = NEVER
    if watch.n_staffed < staff.time_ms.size:
        watch.staff_ms = staff.time_ms[watch.n_staffed]
    if watch.is_crew_called:
        watch.staff_ms = min(watch.staff_ms, watch.crew_arrive_ms)
    elif watch.is_crew_here:
        watch.staff_ms = min(watch.staff_ms, watch.crew_leave_ms)


@jit_bare
def cut_at_once(tables: Tables, room: Room, pool: int, now: int) -> None:
    """Stop the highest numbers until no more work than there are on duty."""
    floor, kept, watch = room.floor, room.numbered, room.watch[0]
    agent = floor.agent_case.shape[1] - 1
    while floor.busy[pool] > floor.duty[pool]:
        while floor.agent_case[pool, agent] < 0:
            agent -= 1
        i = floor.agent_case[pool, agent]
        floor.agent_case[pool, agent] = -1
        floor.busy[pool] -= 1
        floor.spent_ms[pool] += now
        kept.rest_ms[i] = kept.finish_ms[i] - now
        kept.stopped_state[i] = room.cases[i].state
        watch.n_stops += 1
        room.cases[i].order_ms = -watch.n_stops
        stop_work(tables, room, i, now)


@jit_part
def stop_work(tables: Tables, room: Room, i: int, now: int) -> None:
    """Put a case whose work was stopped back before all others, unless its customer left."""
    case, watch = room.cases[i], room.watch[0]
    stopped = case.state
    if stopped == TRIAGE:
        case.state = TRIAGE_WAIT
        watch.n_triage += 1
        insert(room.cases, room.queues, TRIAGE_LIST, i)
        return
    if watch.late_patience and stopped == TRANSFER:
        has_gone(room.cases, room.columns, i, now)
    if case.has_left and not case.silent:
        case.state = OUT
        room.queues.n_open[case.in_pool] -= 1
        return
    if stopped == REPLY and case.is_patient:
        case.patience_end_ms += now - room.numbered.segment_ms[i]
        if not watch.late_patience:
            push(room.floor.heap, room.floor.counts, pack(case.patience_end_ms, PATIENCE_ENDS, i))
    put_back(room.cases, room.queues, i, watch.splits_new and stopped == TRANSFER, now)
    watch_spell(tables, room, i)


@jit_bare
def dissolve_lists(tables: Tables, room: Room, pool: int, now: int) -> None:
    """Put the own lists of the numbers that leave into the pool's queue."""
    queues = room.queues
    for number in range(find_own_base(queues) + room.floor.duty[pool], queues.head.shape[1]):
        while queues.head[pool, number] >= 0:
            i = queues.head[pool, number]
            remove(room.cases, queues, i)
            insert(room.cases, queues, 2 * room.cases[i].work_class + 1, i)
            if room.cases[i].join_ms + tables.routing.overflow_ms >= now:
                watch_spell(tables, room, i)


@jit_part
def watch_spell(tables: Tables, room: Room, i: int) -> None:
    """Let the other pools look when a spell of waiting becomes overdue, if that is an event."""
    case = room.cases[i]
    if room.watch[0].pushes_overflow and room.floor.over_to[case.in_pool]:
        key = pack(case.join_ms + tables.routing.overflow_ms, SPELL_IS_OVERDUE, i)
        push(room.floor.heap, room.floor.counts, key)


# ---- trigger and crew ----


@jit_bare
def check_trigger(tables: Tables, room: Room, now: int) -> None:
    """Switch the surge trigger on or off; then let the crew stay, send it home or call it."""
    staff, watch = tables.staff, room.watch[0]
    watch.stream_key = -1
    waiting = np.sum(room.queues.n_wait)
    if watch.is_trigger_on:
        if waiting < staff.off_below:
            watch.is_trigger_on, watch.off_since_ms = False, now
    elif watch.open_since_ms >= 0 and now - watch.open_since_ms >= staff.armed_ms:
        watch.is_trigger_on = does_fire(staff, room.floor.volume, waiting, now // QUARTER_MS)
    watch.phase_change_ms = now
    decide_crew(staff, watch, tables.clock.horizon_ms, now)
    watch.check_ms += QUARTER_MS
    if watch.check_ms >= tables.clock.horizon_ms:
        watch.check_ms = NEVER


@jit_bare
def does_fire(staff: Staff, volume: np.ndarray, waiting: int, quarter: int) -> bool:
    """Tell whether the trigger's condition holds at the start of a quarter hour."""
    q = quarter
    ahead = (
        staff.forecast[q] + staff.forecast[q + 1] + staff.forecast[q + 2] + staff.forecast[q + 3]
    )
    seen, expected = volume[q - 1], staff.forecast[q - 1]
    if q >= 2:
        seen += volume[q - 2]
        expected = staff.forecast[q - 2] + staff.forecast[q - 1]
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


@jit_bare
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
def sweep(tables: Tables, room: Room, now: int) -> None:
    """All that is unseen goes to the triage list."""
    watch, pool = room.watch[0], tables.routing.triage_pool
    watch.stream_key = -1
    watch.sweep_ms += tables.routing.sweep_ms
    for i in range(watch.first_unseen, watch.next_arrival):
        case = room.cases[i]
        if case.state == UNSEEN:
            case.state, case.order_ms, case.in_pool = TRIAGE_WAIT, now, pool
            insert(room.cases, room.queues, TRIAGE_LIST, i)
            watch.n_triage += 1
            watch.touched |= 1 << pool
    watch.first_unseen = watch.next_arrival
    watch.n_unseen = 0
