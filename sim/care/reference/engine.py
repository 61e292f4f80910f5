"""The reference engine: the operation as a person reads it, in SimPy, never tuned.

Each mechanism is a process that waits for its instant, carries out one step (join, dispatch,
begin_turn, end_turn, leave, post_again, come_back, check_trigger, ...) and lets the pools it
touched dispatch. Simultaneous events follow (time, rank, id) of ``sim.care.order``, never the
order in which they were scheduled; SimPy's own bookkeeping of an instant comes before them.
Statement: ``sim/MODEL.md`` sections 2 and 4. Checked by hand in ``tests/unit/test_reference_*.py``,
against the kernel in ``tests/equivalence`` and against formulas in ``tests/theory``.
"""

import math

import numpy as np
import simpy

from sim.care import order
from sim.care.lead import enter_lead, leave_lead
from sim.care.record import Run
from sim.care.reference.customers import Customers, Process
from sim.care.reference.state import (
    NEVER,
    NOBODY,
    Case,
    Job,
    Place,
    PoolState,
    WorkKind,
    make_run,
)
from sim.demand.draws import Draws
from sim.limits import LAST_MS
from sim.scenario.tables import (
    CUT_PREEMPT,
    LEVEL_NONE,
    PHASE_CALM,
    QUARTER_MS,
    Tables,
)

IDS = 1 << 32


class Instant(simpy.Event):
    """A pending event, ordered by (time, rank, id) and after SimPy's bookkeeping."""

    def __init__(self, env: simpy.Environment, time_ms: int, rank: int, number: int) -> None:
        super().__init__(env)
        self._ok, self._value = True, None
        after = simpy.events.NORMAL + 1 + rank * IDS + number
        env.schedule(self, simpy.events.EventPriority(after), time_ms - env.now)


def run_reference(tables: Tables, draws: Draws) -> Run:
    """Play one replication.

    Parameters
    ----------
    tables : Tables
        What `lower` made of a scenario and a policy.
    draws : Draws
        What `draw` made of the scenario, a seed and a replication.

    Returns
    -------
    Run
        Equal to the kernel's, bit for bit.
    """
    run = Care(tables, enter_lead(tables.clock, draws)).run()
    return leave_lead(tables.clock, run)


class Care(Customers):
    """One run of the operation."""

    def __init__(self, tables: Tables, draws: Draws) -> None:
        super().__init__(tables, draws)
        self.env = simpy.Environment()

    # ---- time ----

    @property
    def now_ms(self) -> int:
        """The present instant [ms]."""
        return int(self.env.now)

    def at(self, time_ms: int, rank: int, number: int) -> Instant:
        """The event to wait for."""
        return Instant(self.env, time_ms, rank, number)

    def start(self, process: Process) -> simpy.Process:
        """Let a process run beside the others."""
        return self.env.process(process)

    def run(self) -> Run:
        """Let time pass until the run is over, then end the work in hand."""
        self.start_all()
        clock = self.tables.clock
        last_ms = clock.horizon_ms + clock.drain_ms
        while self.env.peek() <= last_ms and not self.is_over():
            self.env.step()
        ended_ms = self.now_ms if self.is_over() else last_ms
        self.end_work_in_hand()
        surge_ms = self.crew.sum_presence(ended_ms, self.busy_ms.shape, clock)
        spent_ms = self.busy_ms, surge_ms, self.overtime_ms
        return make_run(self.cases, self.turns, spent_ms, ended_ms)

    def start_all(self) -> None:
        """Start what does not depend on what happens."""
        processes = [self.arrivals(), self.end_of_horizon()]
        changes_ms = [int(time_ms) for time_ms in self.tables.staff.time_ms]
        processes += [self.change_at(pool, at_ms) for pool in self.pools for at_ms in changes_ms]
        processes += [self.sweeps()] if self.tables.routing.sweep_ms else []
        processes += [self.checks()] if self.tables.staff.surge_on else []
        for process in processes:
            self.start(process)

    def end_of_horizon(self) -> Process:
        """Let the horizon be an instant, whatever happens at it."""
        yield self.at(self.tables.clock.horizon_ms, order.SPELL_IS_OVERDUE, IDS - 1)

    def is_over(self) -> bool:
        """Whether the horizon is reached, its instant is done, and nobody waits."""
        if self.now_ms < self.tables.clock.horizon_ms or self.env.peek() <= self.now_ms:
            return False
        triage = sum(len(pool.triage) for pool in self.pools)
        return not self.unseen and not triage and self.count_waiting() == 0

    def end_work_in_hand(self) -> None:
        """Let agents end what they have begun when the run is over; nobody comes back."""
        in_hand = [job for pool in self.pools for job in pool.busy.values()]
        for job in sorted(in_hand, key=lambda job: job.end_ms):
            self.put_down(job, job.end_ms)
            if job.kind is WorkKind.REPLY:
                self.send_reply(job.case, job.end_ms)
            elif job.kind is WorkKind.FALSE_ALARM:
                job.case.closed_ms = job.end_ms

    # ---- arrivals and triage (3, 4.1) ----

    def arrivals(self) -> Process:
        """Mentions and candidates arrive."""
        for case in self.cases:
            yield self.at(case.arrival_ms, order.MENTION_ARRIVES, case.number)
            self.arrive(case)
            self.dispatch_touched()

    def arrive(self, case: Case) -> None:
        """A mention comes into being, or does not."""
        if not self.is_born(case):
            return
        case.real, case.ready_ms = True, self.now_ms
        self.real_arrivals_ms.append(self.now_ms)
        is_detected = bool(self.draws.detected[case.number])
        is_answered = self.tables.levels.effort[case.topic, PHASE_CALM] != LEVEL_NONE
        if is_detected and is_answered and self.draws.actionable[case.number]:
            self.start_patience(case, self.now_ms + int(self.draws.patience_ms[case.number]))
        if self.tables.routing.sweep_ms:
            case.place = Place.UNSEEN
            self.unseen.append(case)
        elif is_detected:
            self.join(case)

    def sweeps(self) -> Process:
        """Without a ticket system agents sweep the stream now and then."""
        routing, sweep = self.tables.routing, 0
        while self.now_ms < self.tables.clock.horizon_ms or self.unseen:
            sweep += 1
            yield self.at(sweep * routing.sweep_ms, order.STREAM_IS_SWEPT, 0)
            self.sweep(self.pools[routing.triage_pool])
            self.dispatch_touched()

    # ---- dispatch (4.4) ----

    def dispatch_touched(self) -> None:
        """Let the pools that an event touched dispatch, in order of number.

        Where a pool helps another at once, the one where a case waits now comes first.
        """
        routing, touched, first = self.tables.routing, sorted(self.touched), self.first
        self.touched, self.first = set(), NOBODY
        if routing.by_group and math.isfinite(routing.max_open):
            touched = np.flatnonzero(routing.group[touched].any(axis=0)).tolist()
        if (routing.overflow_ms == 0).any():
            touched.sort(key=lambda number: number != first)
        for number in touched:
            self.dispatch(self.pools[number])

    def dispatch(self, pool: PoolState) -> None:
        """Give free agents of a pool their next cases."""
        while (chosen := self.choose_case(pool)) is not None:
            self.begin(pool, *chosen)

    def begin(self, pool: PoolState, case: Case, agent: int) -> None:
        """An agent takes a case up and works until the end or a cut."""
        kind = self.find_kind(case, pool)
        if kind is WorkKind.TRIAGE:
            pool.triage.remove(case)
        else:
            self.take_out(case)
            case.place, case.pool = Place.IN_HAND, pool.number
            self.count_open(case, pool.number)
        duration_ms = self.find_duration(case, pool, kind)
        end_ms = min(self.now_ms + duration_ms, LAST_MS)
        job = Job(kind, case, pool.number, agent, self.now_ms, end_ms)
        self.count_overtime(pool, self.now_ms)
        pool.busy[agent] = job
        job.process = self.start(self.work(job))

    def work(self, job: Job) -> Process:
        """An agent works, unless a cut stops it."""
        try:
            yield self.at(job.end_ms, order.WORK_IS_DONE, job.case.number)
        except simpy.Interrupt:
            return
        self.finish(job)
        self.dispatch_touched()

    def finish(self, job: Job) -> None:
        """An agent is free again and the case goes on."""
        case = job.case
        self.touched.add(job.pool)
        self.put_down(job, self.now_ms)
        if job.kind is WorkKind.TRIAGE:
            self.end_triage(case)
        elif job.kind is WorkKind.FALSE_ALARM:
            case.closed_ms = self.now_ms
            self.drop(case)
        elif job.kind is WorkKind.TRANSFER:
            self.end_transfer(case)
        else:
            self.end_turn(case, job.agent)

    def put_down(self, job: Job, end_ms: int) -> None:
        """An agent's work ends: it is booked, and he is free."""
        pool = self.pools[job.pool]
        self.count_overtime(pool, end_ms)
        self.count_work(job, end_ms)
        del pool.busy[job.agent]

    def end_triage(self, case: Case) -> None:
        """What triage takes for actionable joins."""
        case.place = Place.OUT
        if self.draws.detected[case.number]:
            self.join(case)

    def end_transfer(self, case: Case) -> None:
        """A case is at home now, where it waits if the customer has not taken it back."""
        case.pool = case.home_pool
        if self.has_left_visibly(case):
            self.drop(case)
        else:
            self.wait_in(case, self.pools[case.home_pool])

    def end_turn(self, case: Case, agent: int) -> None:
        """A person's reply is sent; see whether and when the customer comes back."""
        turn = case.turn
        assert turn is not None
        self.send_reply(case, self.now_ms)
        case.last_agent = agent
        draw = int(self.draws.turn_offset[case.number]) + case.replies_sent - 1
        if case.closed_ms == NEVER:
            case.place = Place.THINKING
            self.env.process(self.think(case, draw))
            return
        self.drop(case)
        if case.resolved:
            self.maybe_reopen(case, turn)

    # ---- staff, trigger, crew (4.7, 4.8) ----

    def change_at(self, pool: PoolState, time_ms: int) -> Process:
        """Staff of a pool changes: as scheduled, or the crew comes or goes."""
        yield self.at(time_ms, order.STAFF_CHANGES, pool.number)
        self.change_staff(pool)
        self.dispatch_touched()

    def change_staff(self, pool: PoolState) -> None:
        """Set who is on duty from now on; a cut may stop work."""
        self.set_staff(pool)
        if self.tables.staff.cut == CUT_PREEMPT:
            while len(pool.busy) > pool.on_duty:
                self.stop(pool.busy[max(pool.busy)])

    def stop(self, job: Job) -> None:
        """A cut stops work at once; the case goes back before all others."""
        pool, case = self.pools[job.pool], job.case
        job.process.interrupt()
        self.put_down(job, self.now_ms)
        case.work_left_ms = job.end_ms - self.now_ms
        if job.kind is WorkKind.TRIAGE:
            self.put_at_head_of_triage(case, pool)
        elif self.has_left_visibly(case):
            self.drop(case)
        else:
            self.put_at_head(case, pool)
            self.clock_spell(case, pool)
            if case.patience_left_ms != NEVER:
                self.start_patience(case, self.now_ms + case.patience_left_ms)

    def checks(self) -> Process:
        """The trigger is checked each quarter hour of the horizon."""
        for time_ms in range(self.tables.clock.lead_ms, self.tables.clock.horizon_ms, QUARTER_MS):
            yield self.at(time_ms, order.TRIGGER_IS_CHECKED, 0)
            self.check_trigger()

    def check_trigger(self) -> None:
        """Update the trigger, then let a crew stay, send it home, or call one."""
        self.trigger.check(self.now_ms, self.count_waiting(), self.real_arrivals_ms)
        for time_ms in self.crew.decide(self.now_ms, self.trigger.is_on):
            for pool in self.crew.pools:
                self.start(self.change_at(self.pools[pool], time_ms))
