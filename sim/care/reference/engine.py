"""The reference engine: the operation as a person reads it, in SimPy, never tuned.

Each mechanism is a process that waits for its instant, carries out one step (join, dispatch,
begin_turn, end_turn, leave, post_again, come_back, check_trigger, ...) and lets the pools it
touched dispatch. Who knows what: `EventClock` the time, `Queues` where cases wait and which is
next, `Agents` who is at work, `PresentPhase` the phase, `Replies` what is decided about a case,
`Customers` what they do.
Statement: ``sim/MODEL.md`` sections 2 and 4. Checked by hand in ``tests/unit/test_reference_*.py``,
against the kernel in ``tests/equivalence`` and against formulas in ``tests/theory``.
"""

import simpy

from sim.care import order
from sim.care.lead import leave_lead
from sim.care.preparing import FATE_SPARED, enter_engine, enter_posts
from sim.care.record import Run
from sim.care.reference.agents import Agents
from sim.care.reference.answers import VisibleAnswers
from sim.care.reference.clock import IDS, Context, EventClock, Process
from sim.care.reference.customers import Customers
from sim.care.reference.phases import PresentPhase
from sim.care.reference.queues import Queues
from sim.care.reference.replies import Replies
from sim.care.reference.state import (
    NEVER,
    Case,
    Job,
    Place,
    PoolState,
    WorkKind,
    make_cases,
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
    run = Care(tables, enter_engine(tables, draws)).run()
    return leave_lead(tables.clock, run)


class Care:
    """One run of the operation.

    Parameters
    ----------
    tables : Tables
        The scenario and the policy.
    draws : Draws
        The replication, in the engine's own time.
    """

    def __init__(self, tables: Tables, draws: Draws) -> None:
        context = Context(enter_posts(tables, draws), draws, EventClock())
        self.tables, self.draws, self.clock = context
        self.cases = make_cases(tables, draws)
        self.pools = [PoolState(number) for number in range(len(tables.staff.agents))]
        self.phases = PresentPhase(context)
        self.queues = Queues(context, self.pools)
        self.agents = Agents(context, self.queues)
        self.answers = VisibleAnswers(context)
        self.replies = Replies(context, self.phases, self.queues, self.cases, self.answers)
        self.customers = Customers(context, self.queues, self.replies, self.dispatch_touched)
        self.real_arrivals_ms: list[int] = []

    def run(self) -> Run:
        """Let time pass until the run is over, then end the work in hand."""
        self.start_all()
        clock = self.tables.clock
        last_ms = clock.horizon_ms + clock.drain_ms
        while self.clock.next_ms <= last_ms and not self.is_over():
            self.clock.step()
        ended_ms = self.clock.now_ms if self.is_over() else last_ms
        self.end_work_in_hand()
        spent_ms = self.agents.list_spent_ms(ended_ms)
        return make_run(self.cases, self.replies.turns, spent_ms, ended_ms)

    def start_all(self) -> None:
        """Start what does not depend on what happens."""
        processes = [self.arrivals(), self.end_of_horizon()]
        changes_ms = [int(time_ms) for time_ms in self.tables.staff.time_ms]
        processes += [self.change_at(pool, at_ms) for pool in self.pools for at_ms in changes_ms]
        processes += [self.sweeps()] if self.tables.routing.sweep_ms else []
        processes += [self.checks()] if self.tables.staff.surge_on else []
        for process in processes:
            self.clock.start(process)

    def end_of_horizon(self) -> Process:
        """Let the horizon be an instant, whatever happens at it."""
        yield self.clock.at(self.tables.clock.horizon_ms, order.SPELL_IS_OVERDUE, IDS - 1)

    def is_over(self) -> bool:
        """Whether the horizon is reached, its instant is done, and nobody waits."""
        now_ms = self.clock.now_ms
        if now_ms < self.tables.clock.horizon_ms or self.clock.next_ms <= now_ms:
            return False
        return not self.queues.is_anybody_left()

    def end_work_in_hand(self) -> None:
        """Let agents end what they have begun when the run is over; nobody comes back."""
        for job in self.agents.list_in_hand():
            self.agents.put_down(job, job.end_ms)
            if job.kind is WorkKind.REPLY:
                self.replies.send_reply(job.case, job.end_ms)
            elif job.kind is WorkKind.FALSE_ALARM:
                job.case.closed_ms = job.end_ms

    # ---- arrivals and triage (3, 4.1) ----

    def arrivals(self) -> Process:
        """Mentions and candidates arrive."""
        for case in self.cases:
            yield self.clock.at(case.arrival_ms, order.MENTION_ARRIVES, case.number)
            self.arrive(case)
            self.dispatch_touched()

    def arrive(self, case: Case) -> None:
        """A mention comes into being, or does not."""
        if not self.replies.is_born(case):
            return
        case.real, case.ready_ms = True, self.clock.now_ms
        if self.replies.find_fate(case) == FATE_SPARED or self.answers.deflect(case):
            case.deflected = True
            return
        self.real_arrivals_ms.append(self.clock.now_ms)
        is_detected = bool(self.draws.detected[case.number])
        is_answered = self.tables.levels.effort[case.topic, PHASE_CALM] != LEVEL_NONE
        if is_detected and is_answered and self.draws.actionable[case.number]:
            self.customers.start_patience(
                case, self.clock.now_ms + int(self.draws.patience_ms[case.number])
            )
        if self.tables.routing.sweep_ms:
            case.place = Place.UNSEEN
            self.queues.unseen.append(case)
        elif is_detected:
            self.customers.join(case)

    def sweeps(self) -> Process:
        """Without a ticket system agents sweep the stream now and then."""
        routing, sweep = self.tables.routing, 0
        while self.clock.now_ms < self.tables.clock.horizon_ms or self.queues.unseen:
            sweep += 1
            yield self.clock.at(sweep * routing.sweep_ms, order.STREAM_IS_SWEPT, 0)
            self.queues.sweep(self.pools[routing.triage_pool])
            self.dispatch_touched()

    # ---- dispatch (4.4) ----

    def dispatch_touched(self) -> None:
        """Let the pools that an event touched dispatch."""
        for number in self.queues.take_touched():
            self.dispatch(self.pools[number])

    def dispatch(self, pool: PoolState) -> None:
        """Give free agents of a pool their next cases."""
        while (chosen := self.choose_next(pool)) is not None:
            self.begin(pool, *chosen)

    def choose_next(self, pool: PoolState) -> tuple[Case, int] | None:
        """The case that a pool takes next and the agent who takes it, if there is one."""
        free = self.agents.list_free(pool)
        return self.queues.choose_case(pool, free, self.agents.count_free(pool, free))

    def begin(self, pool: PoolState, case: Case, agent: int) -> None:
        """An agent takes a case up and works until the end or a cut."""
        kind = self.replies.find_kind(case, pool)
        if kind is WorkKind.TRIAGE:
            pool.triage.remove(case)
        else:
            self.queues.take_out(case)
            case.place, case.pool = Place.IN_HAND, pool.number
            self.queues.count_open(case, pool.number)
        duration_ms = self.replies.find_duration(case, pool, kind)
        end_ms = min(self.clock.now_ms + duration_ms, LAST_MS)
        job = Job(kind, case, pool.number, agent, self.clock.now_ms, end_ms)
        self.agents.take_up(job)
        job.process = self.clock.start(self.work(job))

    def work(self, job: Job) -> Process:
        """An agent works, unless a cut stops it."""
        try:
            yield self.clock.at(job.end_ms, order.WORK_IS_DONE, job.case.number)
        except simpy.Interrupt:
            return
        self.finish(job)
        self.dispatch_touched()

    def finish(self, job: Job) -> None:
        """An agent is free again and the case goes on."""
        case = job.case
        self.queues.touched.add(job.pool)
        self.agents.put_down(job, self.clock.now_ms)
        if job.kind is WorkKind.TRIAGE:
            self.end_triage(case)
        elif job.kind is WorkKind.FALSE_ALARM:
            case.closed_ms = self.clock.now_ms
            self.queues.drop(case)
        elif job.kind is WorkKind.TRANSFER:
            self.end_transfer(case)
        else:
            self.end_turn(case, job.agent)

    def end_triage(self, case: Case) -> None:
        """What triage takes for actionable joins."""
        case.place = Place.OUT
        if self.draws.detected[case.number]:
            self.customers.join(case)

    def end_transfer(self, case: Case) -> None:
        """A case is at home now, where it waits if the customer has not taken it back."""
        case.pool = case.home_pool
        if self.replies.has_left_visibly(case):
            self.queues.drop(case)
        else:
            self.customers.wait_in(case, self.pools[case.home_pool])

    def end_turn(self, case: Case, agent: int) -> None:
        """A person's reply is sent; see whether and when the customer comes back."""
        turn = case.turn
        assert turn is not None
        self.replies.send_reply(case, self.clock.now_ms)
        case.last_agent = agent
        draw = int(self.draws.turn_offset[case.number]) + case.replies_sent - 1
        if case.closed_ms == NEVER:
            case.place = Place.THINKING
            self.clock.start(self.customers.think(case, draw))
            return
        self.queues.drop(case)
        if case.resolved:
            self.customers.maybe_reopen(case, turn)

    # ---- staff, trigger, crew (4.7, 4.8) ----

    def change_at(self, pool: PoolState, time_ms: int) -> Process:
        """Staff of a pool changes: as scheduled, or the crew comes or goes."""
        yield self.clock.at(time_ms, order.STAFF_CHANGES, pool.number)
        self.change_staff(pool)
        self.dispatch_touched()

    def change_staff(self, pool: PoolState) -> None:
        """Set who is on duty from now on; a cut may stop work."""
        self.agents.set_staff(pool)
        if self.tables.staff.cut == CUT_PREEMPT:
            while len(pool.busy) > pool.on_duty:
                self.stop(pool.busy[max(pool.busy)])

    def stop(self, job: Job) -> None:
        """A cut stops work at once; the case goes back before all others."""
        pool, case = self.pools[job.pool], job.case
        job.process.interrupt()
        self.agents.put_down(job, self.clock.now_ms)
        case.work_left_ms = job.end_ms - self.clock.now_ms
        if job.kind is WorkKind.TRIAGE:
            self.queues.put_at_head_of_triage(case, pool)
        elif self.replies.has_left_visibly(case):
            self.queues.drop(case)
        else:
            self.queues.put_at_head(case, pool)
            self.customers.clock_spell(case, pool)
            if case.patience_left_ms != NEVER:
                self.customers.start_patience(case, self.clock.now_ms + case.patience_left_ms)

    def checks(self) -> Process:
        """The trigger is checked each quarter hour of the horizon."""
        for time_ms in range(self.tables.clock.lead_ms, self.tables.clock.horizon_ms, QUARTER_MS):
            yield self.clock.at(time_ms, order.TRIGGER_IS_CHECKED, 0)
            self.check_trigger()

    def check_trigger(self) -> None:
        """Update the trigger, then let a crew stay, send it home, or call one."""
        now_ms, trigger, crew = self.clock.now_ms, self.phases.trigger, self.agents.crew
        trigger.check(now_ms, self.queues.count_waiting(), self.real_arrivals_ms)
        for time_ms in crew.decide(now_ms, trigger.is_on):
            for pool in crew.pools:
                self.clock.start(self.change_at(self.pools[pool], time_ms))
