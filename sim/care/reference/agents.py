"""The agents of the reference engine: who is where, and which case is next.

Nothing here lets time pass. Statement: ``sim/MODEL.md`` sections 4.3, 4.4 and 4.9; checked
by ``tests/unit/test_reference_queue.py`` and ``tests/equivalence``.
"""

import abc
import bisect
import operator

import numpy as np

from sim.care.reference.state import NOBODY, Case, Job, Place, PoolState, Turn, add_by_interval
from sim.care.reference.surge import OnCallCrew, Trigger
from sim.demand.draws import Draws
from sim.rules import operation as rules
from sim.scenario.tables import CUT_AS_SCHEDULED, PHASE_CALM, Tables

IN_QUEUE = operator.attrgetter("place_in_queue")
IN_LIST = operator.attrgetter("place_in_list")


class Agents(abc.ABC):
    """Cases and pools of one run.

    Parameters
    ----------
    tables : Tables
        The scenario and the policy.
    draws : Draws
        The replication.
    """

    def __init__(self, tables: Tables, draws: Draws) -> None:
        self.tables, self.draws = tables, draws
        self.pools = [PoolState(number) for number in range(len(tables.staff.agents))]
        self.cases = [
            Case(number, int(arrival_ms), int(topic), int(tables.routing.home_pool[topic]))
            for number, (arrival_ms, topic) in enumerate(
                zip(draws.arrival_ms, draws.topic, strict=True)
            )
        ]
        self.turns: list[Turn] = []
        self.unseen: list[Case] = []
        self.touched: set[int] = set()
        """pools that the present event lets dispatch"""
        self.first = NOBODY
        """the pool where a case waits now or staff has changed: before all others"""
        self.real_arrivals_ms: list[int] = []
        self.busy_ms = np.zeros((len(self.pools), tables.clock.n_intervals + 1), np.int64)
        self.overtime_ms = np.zeros_like(self.busy_ms)
        self.changes_ms = tables.staff.time_ms.tolist()
        self.trigger = Trigger(tables.staff)
        self.crew = OnCallCrew(tables.staff, tables.clock.horizon_ms)
        self.put_back = 0
        """cases that a cut has put back to the head of their list"""

    @property
    @abc.abstractmethod
    def now_ms(self) -> int:
        """The present instant [ms]."""

    def find_phase_of_events(self) -> int:
        """The phase that announced events give."""
        phases, strongest = self.tables.phases, PHASE_CALM
        for event in np.flatnonzero(phases.announced):
            phase = rules.phase_of_event(
                self.now_ms,
                int(self.draws.event_time_ms[event]),
                int(phases.earliest_ms[event]),
                int(phases.latest_ms[event]),
                int(phases.announced_ms[event]),
                phases.lead_ms,
                int(phases.surge_ms[event]),
                int(phases.recovery_ms[event]),
            )
            strongest = rules.stronger_phase(strongest, phase)
        return strongest

    def find_class(self, case: Case) -> int:
        """The class in which a case waits."""
        routing = self.tables.routing
        influential = int(self.draws.influence[case.number] >= routing.influence_at_least)
        returning = int(case.replies_sent > 0)
        work_class = int(routing.class_of[case.topic, influential, returning])
        return rules.raised_class(work_class) if case.reposted else work_class

    def find_order_key(self, case: Case) -> int:
        """What orders a case in its class: join time or due time."""
        routing = self.tables.routing
        if not routing.due_order:
            return case.join_ms
        returning = case.replies_sent > 0
        return rules.due_ms(case.arrival_ms, case.join_ms, routing.promise_ms, returning)

    def queue_up(self, case: Case, pool: PoolState) -> None:
        """Begin a spell of waiting in a pool's queue."""
        self.begin_spell(case, pool)
        bisect.insort(pool.queue, case, key=IN_QUEUE)

    def queue_up_at(self, case: Case, pool: PoolState, agent: int) -> None:
        """Begin a spell of waiting in an agent's own list."""
        self.begin_spell(case, pool)
        case.own_agent = agent
        bisect.insort(pool.own_lists.setdefault(agent, []), case, key=IN_LIST)

    def begin_spell(self, case: Case, pool: PoolState) -> None:
        """Set what orders a case while it waits."""
        case.place, case.pool, case.join_ms = Place.WAITING, pool.number, self.now_ms
        case.work_class = self.find_class(case)
        case.order_key = self.find_order_key(case)
        self.count_open(case, pool.number)

    def put_at_head(self, case: Case, pool: PoolState) -> None:
        """Let a case wait before all others of its class: a cut stopped the work on it."""
        self.begin_spell(case, pool)
        self.put_back += 1
        case.order_key = -self.put_back
        bisect.insort(pool.queue, case, key=IN_QUEUE)

    def put_at_head_of_triage(self, case: Case, pool: PoolState) -> None:
        """Let a case be read again before all others of the triage list."""
        self.put_back += 1
        case.join_ms, case.order_key = self.now_ms, -self.put_back
        bisect.insort(pool.triage, case, key=IN_LIST)

    def take_out(self, case: Case) -> None:
        """Take a case out of the list in which it waits."""
        pool = self.pools[case.pool]
        if case.own_agent == NOBODY:
            pool.queue.remove(case)
        else:
            pool.own_lists[case.own_agent].remove(case)
            case.own_agent = NOBODY

    def set_staff(self, pool: PoolState) -> None:
        """Set who is on duty from now on; all changes of an instant are one."""
        self.count_overtime(pool, self.now_ms)
        staff, before = self.tables.staff, pool.on_duty
        step = bisect.bisect_right(self.changes_ms, self.now_ms) - 1
        pool.scheduled = int(staff.agents[pool.number, step])
        pool.crew = self.crew.count_present(pool.number, self.now_ms)
        self.first = pool.number
        if pool.on_duty != before:
            self.touched.add(pool.number)
            self.dissolve_lists(pool)

    def dissolve_lists(self, pool: PoolState) -> None:
        """Let the own lists of agents who are no longer on duty go to the pool's queue."""
        for agent in [number for number in pool.own_lists if number >= pool.on_duty]:
            for case in pool.own_lists.pop(agent):
                case.own_agent = NOBODY
                self.touched.update(self.list_helpers(pool.number, 0))
                bisect.insort(pool.queue, case, key=IN_QUEUE)

    def count_open(self, case: Case, pool: int) -> None:
        """Count a case as open in a pool, or nowhere."""
        if case.open_in != NOBODY:
            self.pools[case.open_in].open_cases.discard(case.number)
        if pool != NOBODY:
            self.pools[pool].open_cases.add(case.number)
        case.open_in = pool

    def drop(self, case: Case) -> None:
        """Nobody works on a case any more."""
        case.place = Place.OUT
        self.count_open(case, NOBODY)

    def become_dormant(self, case: Case) -> None:
        """A case is no longer on anybody's mind."""
        self.touched.add(case.pool)
        self.count_open(case, NOBODY)

    def count_work(self, job: Job, end_ms: int) -> None:
        """Book an agent's time."""
        row = self.busy_ms[job.pool]
        add_by_interval(row, job.start_ms, end_ms, 1, self.tables.clock)

    def count_overtime(self, pool: PoolState, until_ms: int) -> None:
        """Book what a pool's agents have worked beyond their shift since it was last booked."""
        late = max(len(pool.busy) - pool.on_duty, 0)
        if self.tables.staff.cut == CUT_AS_SCHEDULED:
            late = sum(agent >= pool.on_duty for agent in pool.busy)
        row, since_ms = self.overtime_ms[pool.number], pool.overtime_until_ms
        add_by_interval(row, since_ms, until_ms, late, self.tables.clock)
        pool.overtime_until_ms = until_ms

    def count_waiting(self) -> int:
        """How many cases wait in all pools, without triage."""
        return sum(pool.waiting for pool in self.pools)

    def list_free(self, pool: PoolState) -> list[int]:
        """The numbers of free agents, lowest first."""
        is_numbered = self.tables.staff.cut == CUT_AS_SCHEDULED
        if not is_numbered and len(pool.busy) >= pool.on_duty:
            return []
        return [number for number in range(pool.on_duty) if number not in pool.busy]

    def choose_case(self, pool: PoolState) -> tuple[Case, int] | None:
        """The case that a pool takes next and the agent who takes it, if there is one."""
        free = self.list_free(pool)
        if not free:
            return None
        if pool.triage:
            return pool.triage[0], free[0]
        for agent in free:
            if pool.own_lists.get(agent):
                return pool.own_lists[agent][0], agent
        takes_new = self.may_take_new(pool)
        own = [*pool.queue, *self.list_overdue(pool, len(free), at_once=True)]
        for cases in (own, self.list_overdue(pool, len(free), at_once=False)):
            allowed = [case for case in cases if takes_new or not case.is_new]
            if allowed:
                return min(allowed, key=IN_QUEUE), free[0]
        return None

    def may_take_new(self, pool: PoolState) -> bool:
        """Whether a pool may take a new case under its limit of open cases."""
        limit = self.tables.routing.max_open
        pools = self.list_group(pool) if self.tables.routing.by_group else [pool]
        taken, on_duty = (sum(getattr(one, name) for one in pools) for name in ("taken", "on_duty"))
        return rules.may_take_new(taken, on_duty, limit)

    def list_group(self, pool: PoolState) -> list[PoolState]:
        """The pools that can help each other, the pool itself among them."""
        return [self.pools[one] for one in np.flatnonzero(self.tables.routing.group[pool.number])]

    def list_overdue(self, pool: PoolState, free: int, at_once: bool) -> list[Case]:
        """The cases of other pools that the pool may take: at once, or for they waited too long."""
        after_ms = self.tables.routing.overflow_ms[:, pool.number].tolist()
        keep_free = self.tables.routing.keep_free[:, pool.number].tolist()
        return [
            case
            for other in self.pools
            if after_ms[other.number] >= 0
            and (after_ms[other.number] == 0) == at_once
            and rules.may_help(free, keep_free[other.number])
            for case in other.queue
            if case.join_ms + after_ms[other.number] <= self.now_ms
        ]

    def list_helpers(self, pool: int, after_ms: int) -> list[int]:
        """The pools that take a pool's cases after so long."""
        overflow_ms = self.tables.routing.overflow_ms[pool]
        return [int(other) for other in np.flatnonzero(overflow_ms == after_ms)]

    def list_delays(self, pool: int) -> list[int]:
        """After how long others take a pool's cases, at once apart, ascending."""
        delays = np.unique(self.tables.routing.overflow_ms[pool])
        return [int(after_ms) for after_ms in delays if after_ms > 0]
