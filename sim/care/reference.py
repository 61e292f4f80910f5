"""The reference engine: the operation as a person reads it, in SimPy, never tuned.

Each mechanism is a process that waits for its instant, carries out one step (join, dispatch,
begin_turn, end_turn, leave, post_again, come_back, check_trigger, ...) and lets the pools it
touched dispatch. Simultaneous events follow (time, rank, id) of ``sim.care.order``, never the
order in which they were scheduled; SimPy's own bookkeeping of an instant comes before them.
Statement: ``sim/MODEL.md`` sections 2 and 4. Checked by hand in ``tests/unit/test_reference_*.py``,
against the kernel in ``tests/equivalence`` and against formulas in ``tests/theory``.
"""

import bisect
from collections.abc import Generator
from typing import Any

import numpy as np
import simpy

from sim.care import order
from sim.care.record import Run
from sim.care.reference_floor import Floor
from sim.care.reference_state import (
    NEVER,
    NOBODY,
    Case,
    Job,
    Kind,
    Place,
    Pool,
    Turn,
    add_by_interval,
    make_run,
)
from sim.care.reference_surge import Crew, Trigger
from sim.demand.draws import Draws
from sim.rules import operation as rules
from sim.scenario.tables import (
    AUTO_MS,
    CUT_PREEMPT,
    LEVEL_AUTO,
    LEVEL_NONE,
    PHASE_CALM,
    QUARTER_MS,
    Tables,
)

Process = Generator[simpy.Event, Any, None]
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
    return Care(tables, draws).run()


class Care(Floor):
    """One run of the operation."""

    def __init__(self, tables: Tables, draws: Draws) -> None:
        super().__init__(tables, draws)
        self.env = simpy.Environment()
        self.trigger = Trigger(tables.staff)
        self.crew = Crew(tables.staff, tables.clock.horizon_ms)
        self.unseen: list[Case] = []
        self.turns: list[Turn] = []
        self.touched: set[int] = set()
        self.real_arrivals_ms: list[int] = []
        self.busy_ms = np.zeros((len(self.pools), tables.clock.n_intervals + 1), np.int64)

    # ---- time ----

    @property
    def now_ms(self) -> int:
        """The present instant [ms]."""
        return int(self.env.now)

    def at(self, time_ms: int, rank: int, number: int) -> Instant:
        """Return the event to wait for."""
        return Instant(self.env, time_ms, rank, number)

    def run(self) -> Run:
        """Let time pass until the run is over, then end the work in hand."""
        clock = self.tables.clock
        processes = [self.arrivals(), self.end_of_horizon()]
        processes += [self.schedule(pool) for pool in self.pools]
        processes += [self.sweeps()] if self.tables.routing.sweep_ms else []
        processes += [self.checks()] if self.tables.staff.surge_on else []
        for process in processes:
            self.env.process(process)
        last_ms = clock.horizon_ms + clock.drain_ms
        while self.env.peek() <= last_ms and not self.is_over():
            self.env.step()
        ended_ms = self.now_ms if self.is_over() else last_ms
        self.end_work_in_hand()
        return make_run(self.cases, self.turns, self.busy_ms, self.sum_crew(ended_ms), ended_ms)

    def end_of_horizon(self) -> Process:
        """Let the horizon be an instant, whatever happens at it."""
        yield self.at(self.tables.clock.horizon_ms, order.SPELL_IS_OVERDUE, IDS - 1)

    def is_over(self) -> bool:
        """Tell whether the horizon is reached, its instant is done, and nobody waits."""
        if self.now_ms < self.tables.clock.horizon_ms or self.env.peek() <= self.now_ms:
            return False
        triage = sum(len(pool.triage) for pool in self.pools)
        return not self.unseen and not triage and self.count_waiting() == 0

    def end_work_in_hand(self) -> None:
        """Let agents end what they have begun when the run is over; nobody comes back."""
        in_hand = [job for pool in self.pools for job in pool.busy.values()]
        for job in in_hand:
            self.count_work(job, job.end_ms)
            if job.kind is Kind.REPLY:
                self.send_reply(job.case, job.end_ms)
            elif job.kind is Kind.FALSE_ALARM:
                job.case.closed_ms = job.end_ms

    def sum_crew(self, ended_ms: int) -> np.ndarray:
        """Return the presence of the surge crew by pool and interval."""
        presence_ms = np.zeros_like(self.busy_ms)
        for comes_ms, goes_ms in self.crew.stays:
            for pool in self.crew.pools if comes_ms <= ended_ms else []:
                people = int(self.tables.staff.surge_agents[pool])
                add_by_interval(presence_ms[pool], comes_ms, goes_ms, people, self.tables.clock)
        return presence_ms

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

    def is_born(self, case: Case) -> bool:
        """Tell whether a candidate is real: all are but children whose parent says otherwise."""
        if self.draws.parent[case.number] < 0:
            return True
        parent = self.cases[self.draws.parent[case.number]]
        residual = float(self.tables.levels.residual_spread[self.find_first_level(parent) + 1])
        return parent.real and rules.becomes_real(float(self.draws.u_spread[case.number]), residual)

    def find_first_level(self, case: Case) -> int:
        """Return the level of the first reply sent by now, for who would spread the mention."""
        if 0 <= case.first_reply_ms <= self.now_ms:
            return case.first_effort
        if case.has_auto_reply and case.first_touch_ms <= self.now_ms:
            return LEVEL_AUTO
        return LEVEL_NONE

    def sweeps(self) -> Process:
        """Without a ticket system agents sweep the stream now and then."""
        routing, sweep = self.tables.routing, 0
        while self.now_ms < self.tables.clock.horizon_ms or self.unseen:
            sweep += 1
            yield self.at(sweep * routing.sweep_ms, order.STREAM_IS_SWEPT, 0)
            self.sweep(self.pools[routing.triage_pool])
            self.dispatch_touched()

    def sweep(self, pool: Pool) -> None:
        """All that is unseen goes to the triage list."""
        for case in self.unseen:
            case.place = Place.TRIAGE
            case.join_ms = case.order_key = self.now_ms
            pool.triage.append(case)
            self.touched.add(pool.number)
        self.unseen = []

    # ---- joining and waiting (4.2, 4.3) ----

    def join(self, case: Case) -> None:
        """A new case finds its place: none, the bot, or a pool."""
        draws, number = self.draws, case.number
        level = self.find_level(case)
        case.place = Place.OUT
        if level == LEVEL_NONE or self.has_left_visibly(case):
            return
        case.joined = bool(draws.actionable[number])
        if level == LEVEL_AUTO and self.may_get_auto_reply(case) and self.answer_by_bot(case):
            return
        self.wait_in(case, self.pools[draws.first_pool[number]])

    def find_level(self, case: Case) -> int:
        """Return the policy's level for the topic in the present phase."""
        phase = rules.stronger_phase(
            self.find_phase_of_events(self.now_ms), self.trigger.find_phase(self.now_ms)
        )
        return int(self.tables.levels.effort[case.topic, phase])

    def has_left_visibly(self, case: Case) -> bool:
        """Tell whether the customer has taken the case back."""
        return not case.is_customer_there and not self.draws.silent[case.number]

    def may_get_auto_reply(self, case: Case) -> bool:
        """Tell whether a bot would reply: once, to a customer who is there, before any person."""
        is_first = not case.has_auto_reply and case.replies_begun == 0
        return bool(self.draws.actionable[case.number]) and is_first and case.is_customer_there

    def answer_by_bot(self, case: Case) -> bool:
        """Send the auto reply and tell whether it resolves the case."""
        levels, now_ms = self.tables.levels, self.now_ms
        sent_ms, draw = now_ms + AUTO_MS, int(self.draws.turn_offset[case.number])
        turn = Turn(case.number, case.turns, case.ready_ms, now_ms, LEVEL_AUTO, end_ms=sent_ms)
        self.turns.append(turn)
        case.turns += 1
        case.has_auto_reply, case.first_touch_ms, case.effort = True, sent_ms, LEVEL_AUTO
        resolve_p = float(levels.resolve_p[LEVEL_AUTO, case.topic])
        if not rules.is_resolved(float(self.draws.u_resolve[draw]), resolve_p):
            end_ms = rules.stretched_patience_end_ms(
                now_ms, case.patience_end_ms, levels.auto_stretch
            )
            self.start_patience(case, end_ms)
            return False
        case.patience_end_ms = NEVER
        case.first_start_ms = case.first_reply_ms = sent_ms
        case.first_effort = LEVEL_AUTO
        case.resolved, case.closed_ms = True, sent_ms
        self.maybe_reopen(case, turn, draw)
        return True

    def wait_in(self, case: Case, pool: Pool) -> None:
        """A case waits in a pool's queue; after a time it may overflow to others."""
        self.queue_up(case, pool, self.now_ms)
        self.touched.add(pool.number)
        self.watch_spell(case, pool)

    def watch_spell(self, case: Case, pool: Pool) -> None:
        """Let the other pools look when a spell of waiting becomes overdue."""
        if self.tables.routing.overflow_ms >= 0 and self.list_helpers(pool.number):
            self.env.process(self.overdue(case, case.join_ms))

    def list_helpers(self, pool: int) -> list[int]:
        """Return the pools that a pool overflows to."""
        return [int(other) for other in np.flatnonzero(self.tables.routing.overflow_to[pool])]

    def overdue(self, case: Case, join_ms: int) -> Process:
        """A spell of waiting becomes overdue."""
        due_ms = join_ms + self.tables.routing.overflow_ms
        yield self.at(due_ms, order.SPELL_IS_OVERDUE, case.number)
        is_same_spell = case.place is Place.WAITING and case.join_ms == join_ms
        if is_same_spell and case.own_agent == NOBODY:
            self.touched.update(self.list_helpers(case.pool))
            self.dispatch_touched()

    # ---- patience (4.5) ----

    def start_patience(self, case: Case, end_ms: int) -> None:
        """Set the clock of a customer's patience."""
        case.patience_end_ms = end_ms
        self.env.process(self.patience(case, end_ms))

    def patience(self, case: Case, end_ms: int) -> Process:
        """A customer's patience runs."""
        yield self.at(end_ms, order.PATIENCE_ENDS, case.number)
        if case.patience_end_ms == end_ms:
            self.leave(case)

    def leave(self, case: Case) -> None:
        """A customer leaves: silently, or visibly and perhaps to post again."""
        case.left_ms, case.patience_end_ms = self.now_ms, NEVER
        if self.draws.silent[case.number]:
            return
        if case.place is Place.WAITING:
            self.take_out(case)
            self.drop(case)
        if self.draws.reposts[case.number] and not case.reposted:
            self.env.process(self.repost(case))

    def drop(self, case: Case) -> None:
        """Nobody works on a case any more."""
        case.place = Place.OUT
        self.count_open(case, NOBODY)

    def repost(self, case: Case) -> Process:
        """A customer who left posts again after a while."""
        again_ms = self.now_ms + int(self.draws.repost_ms[case.number])
        yield self.at(again_ms, order.CUSTOMER_COMES_BACK, case.number)
        self.post_again(case)
        self.dispatch_touched()

    def post_again(self, case: Case) -> None:
        """The customer is there again, with fresh patience and a better class."""
        case.left_ms, case.reposted = NEVER, True
        self.start_patience(case, self.now_ms + int(self.draws.patience2_ms[case.number]))
        if case.place is not Place.OUT:
            return
        if case.pool == NOBODY:
            self.join(case)
        else:
            self.wait_in(case, self.pools[case.pool])

    # ---- dispatch (4.4) ----

    def dispatch_touched(self) -> None:
        """Let the pools that an event touched dispatch, in order of number."""
        touched, self.touched = sorted(self.touched), set()
        for number in touched:
            self.dispatch(self.pools[number])

    def dispatch(self, pool: Pool) -> None:
        """Give free agents of a pool their next cases."""
        while (chosen := self.choose_case(pool, self.now_ms)) is not None:
            self.begin(pool, *chosen)

    def begin(self, pool: Pool, case: Case, agent: int) -> None:
        """An agent takes a case up and works until the end or a cut."""
        kind = self.find_kind(case, pool)
        if kind is Kind.TRIAGE:
            pool.triage.remove(case)
        else:
            self.take_out(case)
            case.place, case.pool = Place.IN_HAND, pool.number
            self.count_open(case, pool.number)
        duration_ms = self.find_duration(case, pool, kind)
        job = Job(kind, case, pool.number, agent, self.now_ms, self.now_ms + duration_ms)
        pool.busy[agent] = job
        job.process = self.env.process(self.work(job))

    def find_kind(self, case: Case, pool: Pool) -> Kind:
        """Return what a pool has to do with a case it takes up."""
        if case.place is Place.TRIAGE:
            return Kind.TRIAGE
        if not self.draws.actionable[case.number]:
            return Kind.FALSE_ALARM
        is_at_home = case.home_pool in (case.pool, pool.number)
        return Kind.REPLY if case.turn is not None or is_at_home else Kind.TRANSFER

    def find_duration(self, case: Case, pool: Pool, kind: Kind) -> int:
        """Return how long the work takes, or what is left of it after a cut."""
        routing = self.tables.routing
        left_ms, case.work_left_ms = case.work_left_ms, NEVER
        if kind is Kind.REPLY:
            is_fresh = case.turn is None
            self.stop_patience(case)
            return self.begin_turn(case, pool) if is_fresh else left_ms
        case.is_alarm_begun |= kind is Kind.FALSE_ALARM
        if left_ms != NEVER:
            return left_ms
        return routing.transfer_ms if kind is Kind.TRANSFER else routing.triage_ms

    def stop_patience(self, case: Case) -> None:
        """The customer sees a reply being written."""
        case.patience_left_ms = NEVER
        if case.patience_end_ms != NEVER:
            case.patience_left_ms = case.patience_end_ms - self.now_ms
            case.patience_end_ms = NEVER

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
        del self.pools[job.pool].busy[job.agent]
        self.touched.add(job.pool)
        self.count_work(job, self.now_ms)
        if job.kind is Kind.TRIAGE:
            self.end_triage(case)
        elif job.kind is Kind.FALSE_ALARM:
            case.closed_ms = self.now_ms
            self.drop(case)
        elif job.kind is Kind.TRANSFER:
            self.end_transfer(case)
        else:
            self.end_turn(case, job.agent)

    def count_work(self, job: Job, end_ms: int) -> None:
        """Book an agent's time."""
        row = self.busy_ms[job.pool]
        add_by_interval(row, job.start_ms, end_ms, 1, self.tables.clock)

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

    # ---- a turn (4.6) ----

    def begin_turn(self, case: Case, pool: Pool) -> int:
        """A person begins a reply; return how long it takes [ms]."""
        levels, number = self.tables.levels, case.number
        level = self.find_level(case)
        level = levels.after_auto if level == LEVEL_AUTO else level
        draw = int(self.draws.turn_offset[number]) + case.replies_begun
        duration_ms = rules.handling_ms(
            int(self.draws.work_ms[draw]),
            float(levels.work_factor[pool.number, level]),
            self.find_slow_down(pool),
        )
        has_follow_up = (
            bool(levels.follow_up_topic[case.topic])
            and self.does_resolve(case, draw, level)
            and float(self.draws.u_follow[number]) < levels.follow_up_share
        )
        duration_ms += levels.follow_up_ms if has_follow_up else 0
        case.turn = Turn(number, case.turns, case.ready_ms, self.now_ms, level, has_follow_up)
        case.turns += 1
        case.effort = level
        case.replies_begun += 1
        if case.is_customer_there and case.first_start_ms == NEVER:
            case.first_start_ms = self.now_ms
        return duration_ms

    def find_slow_down(self, pool: Pool) -> float:
        """Return the factor by which many open cases stretch the work."""
        routing = self.tables.routing
        return rules.slow_down(
            len(pool.open_cases),
            pool.on_duty,
            routing.slow_down_slope,
            routing.slow_down_from,
            routing.slow_down_max,
        )

    def does_resolve(self, case: Case, draw: int, level: int) -> bool:
        """Tell whether a reply resolves the case: only if somebody reads it."""
        resolve_p = float(self.tables.levels.resolve_p[level, case.topic])
        resolves = rules.is_resolved(float(self.draws.u_resolve[draw]), resolve_p)
        return case.is_customer_there and resolves

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
            self.maybe_reopen(case, turn, draw)

    def send_reply(self, case: Case, now_ms: int) -> None:
        """Write down a reply and what it does to the case."""
        turn = case.turn
        assert turn is not None
        draw = int(self.draws.turn_offset[case.number]) + case.replies_sent
        case.turn, turn.end_ms, turn.pool = None, now_ms, case.pool
        self.turns.append(turn)
        case.replies_sent += 1
        if not case.is_customer_there:
            case.closed_ms = now_ms
            return
        if case.first_reply_ms == NEVER:
            case.first_reply_ms, case.first_effort = now_ms, turn.level
            case.reply_pool = turn.pool
        if case.first_touch_ms == NEVER:
            case.first_touch_ms = now_ms
        self.settle(case, turn, draw, now_ms)

    def settle(self, case: Case, turn: Turn, draw: int, now_ms: int) -> None:
        """Close a case that is resolved, at its last turn, or given up."""
        case.resolved = self.does_resolve(case, draw, turn.level)
        case.followed_up = case.resolved and turn.has_follow_up
        is_last = case.replies_sent == self.tables.levels.max_turns
        case.capped = is_last and not case.resolved
        if case.resolved or is_last or not self.draws.writes_again[draw]:
            case.closed_ms = now_ms

    def maybe_reopen(self, case: Case, turn: Turn, draw: int) -> None:
        """See whether a resolved case comes back."""
        levels = self.tables.levels
        reopens = rules.does_reopen(
            float(self.draws.u_reopen[draw]),
            float(levels.reopen_p[turn.level]),
            turn.has_follow_up,
            levels.follow_up_factor,
        )
        if reopens and case.replies_sent < levels.max_turns:
            again_ms = turn.end_ms + int(self.draws.reopen_ms[draw])
            self.env.process(self.reopen(case, again_ms))

    def reopen(self, case: Case, again_ms: int) -> Process:
        """A resolved case turns out not to be."""
        yield self.at(again_ms, order.CUSTOMER_COMES_BACK, case.number)
        case.closed_ms, case.resolved, case.followed_up = NEVER, False, False
        case.reopened += 1
        self.come_back(case)
        self.dispatch_touched()

    def think(self, case: Case, draw: int) -> Process:
        """A customer thinks, then writes again; the case may be dormant by then."""
        think_ms = int(self.draws.think_ms[draw])
        back_ms = self.now_ms + think_ms
        dormant_ms = self.now_ms + self.tables.routing.dormant_ms
        if self.tables.routing.reads_open and dormant_ms <= back_ms:
            yield self.at(dormant_ms, order.CASE_IS_DORMANT, case.number)
            self.become_dormant(case)
            self.dispatch_touched()
        yield self.at(back_ms, order.CUSTOMER_COMES_BACK, case.number)
        self.come_back(case)
        self.dispatch_touched()

    def become_dormant(self, case: Case) -> None:
        """A case is no longer on anybody's mind."""
        self.touched.add(case.pool)
        self.count_open(case, NOBODY)

    def come_back(self, case: Case) -> None:
        """The next turn waits: for the agent who knows the case, else in its home pool."""
        home, case.ready_ms = self.pools[case.home_pool], self.now_ms
        if case.open_in != NOBODY:
            self.touched.add(case.open_in)
        knows_agent = case.pool == home.number and 0 <= case.last_agent < home.on_duty
        if self.tables.routing.continuity and knows_agent:
            self.queue_up_at(case, home, case.last_agent, self.now_ms)
            self.touched.add(home.number)
            self.watch_spell(case, home)
        else:
            self.wait_in(case, home)

    # ---- staff, trigger, crew (4.7, 4.8) ----

    def schedule(self, pool: Pool) -> Process:
        """Scheduled staff of a pool changes."""
        for time_ms in self.tables.staff.time_ms:
            yield self.at(int(time_ms), order.STAFF_CHANGES, pool.number)
            self.change_staff(pool)
            self.dispatch_touched()

    def change_staff(self, pool: Pool) -> None:
        """Set who is on duty from now on; all changes of an instant are one."""
        staff, before = self.tables.staff, pool.on_duty
        step = bisect.bisect_right(staff.time_ms.tolist(), self.now_ms) - 1
        pool.scheduled = int(staff.agents[pool.number, step])
        pool.crew = self.crew.count_present(pool.number, self.now_ms)
        if pool.on_duty == before:
            return
        self.touched.add(pool.number)
        self.dissolve_lists(pool)
        if staff.cut == CUT_PREEMPT:
            while len(pool.busy) > pool.on_duty:
                self.stop(pool.busy[max(pool.busy)])

    def stop(self, job: Job) -> None:
        """A cut stops work at once; the case goes back before all others."""
        pool, case = self.pools[job.pool], job.case
        job.process.interrupt()
        del pool.busy[job.agent]
        self.count_work(job, self.now_ms)
        case.work_left_ms = job.end_ms - self.now_ms
        if job.kind is Kind.TRIAGE:
            self.put_at_head_of_triage(case, pool, self.now_ms)
        elif self.has_left_visibly(case):
            self.drop(case)
        else:
            self.put_at_head(case, pool, self.now_ms)
            self.watch_spell(case, pool)
            if case.patience_left_ms != NEVER:
                self.start_patience(case, self.now_ms + case.patience_left_ms)

    def checks(self) -> Process:
        """The trigger is checked each quarter hour."""
        for time_ms in range(0, self.tables.clock.horizon_ms, QUARTER_MS):
            yield self.at(time_ms, order.TRIGGER_IS_CHECKED, 0)
            self.check_trigger()

    def check_trigger(self) -> None:
        """Update the trigger, then let a crew stay, send it home, or call one."""
        now_ms, crew = self.now_ms, self.crew
        self.trigger.check(now_ms, self.count_waiting(), self.real_arrivals_ms)
        if crew.is_engaged(now_ms):
            if not crew.is_least_stay_over(now_ms):
                return
            if self.trigger.is_on and crew.has_time(QUARTER_MS):
                crew.book(QUARTER_MS)
            else:
                crew.send_home(now_ms)
                self.change_crew_at(now_ms)
        elif self.trigger.is_on and crew.has_time(self.tables.staff.surge_min_ms):
            for time_ms in crew.call(now_ms):
                self.change_crew_at(time_ms)

    def change_crew_at(self, time_ms: int) -> None:
        """Let the pools that the crew strengthens change their staff at an instant."""
        for pool in self.crew.pools:
            self.env.process(self.change_of_crew(self.pools[pool], time_ms))

    def change_of_crew(self, pool: Pool, time_ms: int) -> Process:
        """The crew comes or goes."""
        yield self.at(time_ms, order.STAFF_CHANGES, pool.number)
        self.change_staff(pool)
        self.dispatch_touched()
