"""The agents of the reference engine: who is on duty, who is at work, and the time they spend.

Nothing here lets time pass. Statement: ``sim/MODEL.md`` sections 4.4 and 4.7; checked by
``tests/unit/test_reference_staff.py`` and ``tests/equivalence``.
"""

import bisect

import numpy as np

from sim.care.reference.clock import Context
from sim.care.reference.queues import Queues
from sim.care.reference.state import Job, PoolState, add_by_interval
from sim.care.reference.surge import OnCallCrew
from sim.scenario.tables import CUT_AS_SCHEDULED


class Agents:
    """Staff as scheduled, the on-call crew, work in hand, and what is booked of their time.

    Parameters
    ----------
    context : Context
        Scenario, policy, replication, time.
    queues : Queues
        A change of staff lets pools look there, and dissolves the lists of who goes home.
    """

    def __init__(self, context: Context, queues: Queues) -> None:
        self.tables, self.clock = context.tables, context.clock
        self.queues, self.pools = queues, queues.pools
        self.busy_ms = np.zeros((len(self.pools), self.tables.clock.n_intervals + 1), np.int64)
        self.overtime_ms = np.zeros_like(self.busy_ms)
        self.changes_ms = self.tables.staff.time_ms.tolist()
        self.crew = OnCallCrew(self.tables.staff, self.tables.clock.horizon_ms)

    def set_staff(self, pool: PoolState) -> None:
        """Set who is on duty from now on; all changes of an instant are one."""
        self.count_overtime(pool, self.clock.now_ms)
        staff, before = self.tables.staff, pool.on_duty
        step = bisect.bisect_right(self.changes_ms, self.clock.now_ms) - 1
        pool.scheduled = int(staff.agents[pool.number, step])
        pool.crew = self.crew.count_present(pool.number, self.clock.now_ms)
        self.queues.first = pool.number
        if pool.on_duty != before:
            self.queues.touched.add(pool.number)
            self.queues.dissolve_lists(pool)

    def list_free(self, pool: PoolState) -> list[int]:
        """The numbers of free agents, lowest first."""
        is_numbered = self.tables.staff.cut == CUT_AS_SCHEDULED
        if not is_numbered and len(pool.busy) >= pool.on_duty:
            return []
        return [number for number in range(pool.on_duty) if number not in pool.busy]

    def count_free(self, pool: PoolState, free: list[int]) -> int:
        """How many people could begin work, for what a pool keeps free.

        Who works beyond the shift stands for one on duty, unless each number is a person.
        """
        is_person = self.tables.staff.cut == CUT_AS_SCHEDULED or self.tables.routing.continuity
        return len(free) if is_person else pool.on_duty - len(pool.busy)

    def take_up(self, job: Job) -> None:
        """An agent begins to work on a case."""
        pool = self.pools[job.pool]
        self.count_overtime(pool, job.start_ms)
        pool.busy[job.agent] = job

    def put_down(self, job: Job, end_ms: int) -> None:
        """An agent's work ends: it is booked, and he is free."""
        pool = self.pools[job.pool]
        self.count_overtime(pool, end_ms)
        self.count_work(job, end_ms)
        del pool.busy[job.agent]

    def list_in_hand(self) -> list[Job]:
        """All work that is begun and not ended, in order of its end."""
        in_hand = [job for pool in self.pools for job in pool.busy.values()]
        return sorted(in_hand, key=lambda job: job.end_ms)

    def list_spent_ms(self, ended_ms: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Time by pool and interval [ms]: busy, presence of the crew, overtime."""
        surge_ms = self.crew.sum_presence(ended_ms, self.busy_ms.shape, self.tables.clock)
        return self.busy_ms, surge_ms, self.overtime_ms

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
