"""The queues of the reference engine: where cases wait, who may take them, which one is next.

Nothing here lets time pass. Statement: ``sim/MODEL.md`` sections 4.3, 4.4 and 4.9; checked
by ``tests/unit/test_reference_queue.py`` and ``tests/equivalence``.
"""

import bisect
import math
import operator

import numpy as np

from sim.care.reference.clock import Context
from sim.care.reference.state import NOBODY, Case, Place, PoolState
from sim.rules import operation as rules

IN_QUEUE = operator.attrgetter("place_in_queue")
IN_LIST = operator.attrgetter("place_in_list")


class Queues:
    """The pools' lists, and which pools an event lets look for work.

    Parameters
    ----------
    context : Context
        Scenario, policy, replication, time.
    pools : list of PoolState
        All pools, by number.
    """

    def __init__(self, context: Context, pools: list[PoolState]) -> None:
        self.tables, self.draws, self.clock = context
        self.pools = pools
        self.unseen: list[Case] = []
        self.touched: set[int] = set()
        """pools that the present event lets dispatch"""
        self.first = NOBODY
        """the pool where a case waits now or staff has changed: before all others"""
        self.put_back = 0
        """cases that a cut has put back to the head of their list"""

    def take_touched(self) -> list[int]:
        """The pools that an event touched, in order of number; none is touched any more.

        Where a pool helps another at once, the one where a case waits now comes first.
        """
        routing, touched, first = self.tables.routing, sorted(self.touched), self.first
        self.touched, self.first = set(), NOBODY
        if routing.by_group and math.isfinite(routing.max_open):
            touched = np.flatnonzero(routing.group[touched].any(axis=0)).tolist()
        if (routing.overflow_ms == 0).any():
            touched.sort(key=lambda number: number != first)
        return touched

    def is_anybody_left(self) -> bool:
        """Whether something is unseen, to be read or waits."""
        triage = sum(len(pool.triage) for pool in self.pools)
        return bool(self.unseen) or triage > 0 or self.count_waiting() > 0

    def sweep(self, pool: PoolState) -> None:
        """All that is unseen goes to the triage list."""
        for case in self.unseen:
            case.place = Place.TRIAGE
            case.join_ms = case.order_key = self.clock.now_ms
            pool.triage.append(case)
            self.touched.add(pool.number)
        self.unseen = []

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
        case.place, case.pool, case.join_ms = Place.WAITING, pool.number, self.clock.now_ms
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
        case.join_ms, case.order_key = self.clock.now_ms, -self.put_back
        bisect.insort(pool.triage, case, key=IN_LIST)

    def take_out(self, case: Case) -> None:
        """Take a case out of the list in which it waits."""
        pool = self.pools[case.pool]
        if case.own_agent == NOBODY:
            pool.queue.remove(case)
        else:
            pool.own_lists[case.own_agent].remove(case)
            case.own_agent = NOBODY

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

    def count_waiting(self) -> int:
        """How many cases wait in all pools, without triage."""
        return sum(pool.waiting for pool in self.pools)

    def choose_case(self, pool: PoolState, free: list[int], n_free: int) -> tuple[Case, int] | None:
        """The case that a pool takes next and which free agent takes it, if there is one."""
        if not free:
            return None
        if pool.triage:
            return pool.triage[0], free[0]
        for agent in free:
            if pool.own_lists.get(agent):
                return pool.own_lists[agent][0], agent
        takes_new = self.may_take_new(pool)
        own = [*pool.queue, *self.list_overdue(pool, n_free, at_once=True)]
        for cases in (own, self.list_overdue(pool, n_free, at_once=False)):
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
            if case.join_ms + after_ms[other.number] <= self.clock.now_ms
        ]

    def list_helpers(self, pool: int, after_ms: int) -> list[int]:
        """The pools that take a pool's cases after so long."""
        overflow_ms = self.tables.routing.overflow_ms[pool]
        return [int(other) for other in np.flatnonzero(overflow_ms == after_ms)]

    def list_delays(self, pool: int) -> list[int]:
        """After how long others take a pool's cases, at once apart, ascending."""
        delays = np.unique(self.tables.routing.overflow_ms[pool])
        return [int(after_ms) for after_ms in delays if after_ms > 0]
