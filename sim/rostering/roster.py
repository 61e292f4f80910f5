"""Who works when: the state that a search changes, and its way to a policy.

A *roster* is the number of people in each column of a shift problem (day, shift, pool; one
interval where staff is free). `Rosters` turns it into every other form (people that start by day,
shift and pool; agents by interval; a policy's shifts) and back, and knows what is allowed
(``sim.rostering.rules``) and what it costs. A policy's shifts are stated and read in
``policy_shifts``, its persons laid out one by one in ``persons``. Checked by
``tests/unit/test_rostering_roster.py``.
"""

import math

import numpy as np

from sim.rostering.columns import lay_columns
from sim.rostering.constraints import MANY_PEOPLE, RosterConstraints
from sim.rostering.coverage import MinimumCoverage
from sim.rostering.policy_shifts import name_staff, read_shifts
from sim.rostering.rules import (
    are_kept,
    gather_rows,
    list_changes,
    list_coverage,
    list_part_time,
    list_staff_limits,
)
from sim.rostering.scenario_shifts import pose_shifts, require_open
from sim.rostering.shift_problem import ShiftPlan
from sim.rostering.timeline import lay_staff
from sim.scenario.lower import keep_staffed
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy, ShiftCount
from sim.scenario.policy_checks import find_step_min

# Two sums of wages nearer than this are one: far above rounding, far below a cent.
TINY = 1e-6


class Rosters:
    """The rosters of a scenario.

    Attributes
    ----------
    problem : ShiftProblem
        What may be staffed.
    columns : Columns
        One for each allowed (day, shift, pool).
    constraints : RosterConstraints or None
        Agreed shifts and an earlier plan; None: free.
    """

    def __init__(self, scenario: Scenario, minimum_coverage: MinimumCoverage | None = None) -> None:
        self.constraints: RosterConstraints | None = None
        self.scenario = scenario
        self.problem = pose_shifts(scenario)
        self.columns = lay_columns(self.problem)
        whole = self.columns.is_whole
        self.covers = self.columns.covers.astype(np.int64) if whole else self.columns.worked_share
        self.most = np.array(
            self.problem.rules.max_staff or [MANY_PEOPLE] * len(self.problem.pools)
        )
        self.minimum_coverage = minimum_coverage
        self._part_time = gather_rows(list_part_time(self.problem, self.columns), self.n)

    @property
    def minimum_coverage(self) -> MinimumCoverage | None:
        """Who must be at work in open hours; None: nobody."""
        return self._minimum_coverage

    @minimum_coverage.setter
    def minimum_coverage(self, needed: MinimumCoverage | None) -> None:
        """Set it, and lay its rows and the staff limits anew."""
        self._minimum_coverage = needed
        groups = needed.needed.list_groups() if needed is not None else []
        rows = list_coverage(self.problem, self.columns, groups)
        rows += list_staff_limits(self.problem, self.columns, self.most)
        rows += list_changes(self.problem, self.columns)
        self._coverage_and_limits = gather_rows(rows, self.n)

    @property
    def n(self) -> int:
        """Columns."""
        return len(self.columns.cost)

    def count_starts(self, roster: np.ndarray) -> np.ndarray:
        """Count people that start by day, shift and pool, int, of `ShiftProblem.shape`."""
        counts = np.zeros(self.problem.shape, dtype=np.int64)
        counts[self.columns.day, self.columns.shift, self.columns.pool] = roster
        return counts

    def read(self, plan: ShiftPlan) -> np.ndarray:
        """Roster of a solved shift problem, int, shape (n_columns,)."""
        assert plan.counts is not None
        return self.read_counts(plan.counts)

    def read_counts(self, counts: np.ndarray) -> np.ndarray:
        """Roster of people that start by day, shift and pool, int, shape (n_columns,)."""
        columns = self.columns
        return np.asarray(counts[columns.day, columns.shift, columns.pool], dtype=np.int64)

    def count_staff(self, roster: np.ndarray) -> np.ndarray:
        """Count agents on duty, shape (n_intervals, n_pools): means over it with breaks."""
        pools = range(len(self.problem.pools))
        weighted = [np.where(self.columns.pool == pool, roster, 0) for pool in pools]
        return np.stack([row @ self.covers for row in weighted], axis=1)

    def price(self, roster: np.ndarray) -> float:
        """Labor cost of a roster [scenario.currency]."""
        return float(self.columns.cost @ roster)

    def is_allowed(self, roster: np.ndarray, slack: int = 0) -> bool:
        """Whether every shift rule and every agreement is kept.

        Parameters
        ----------
        roster : np.ndarray
            int, shape (n_columns,).
        slack : int
            So many changes more than allowed are overlooked.
        """
        return self.has_few_part_timers(roster) and self.is_sound(roster, slack)

    def is_sound(self, roster: np.ndarray, slack: int = 0) -> bool:
        """Whether limits, coverage and agreements are kept, the part-time share apart."""
        if self.constraints is not None and not self.constraints.are_kept(roster, slack):
            return False
        return are_kept(self._coverage_and_limits, roster)

    def has_few_part_timers(self, roster: np.ndarray) -> bool:
        """Whether part-time shifts keep their share of all paid time."""
        return are_kept(self._part_time, roster)

    def to_policy(self, policy: Policy, roster: np.ndarray) -> Policy:
        """Give a policy the staff and shifts of a roster; it prepares what that has hours for."""
        staff = self.lay_staff(roster)
        staffed = policy.model_copy(
            update={
                "staff": name_staff(self.problem.pools, staff),
                "shifts": self.list_shifts(roster),
                "staff_interval_min": self.problem.staff_step_min,
            }
        )
        return keep_staffed(self.scenario, staffed)

    def lay_staff(self, roster: np.ndarray) -> np.ndarray:
        """Count agents on duty by step of `ShiftProblem.staff_step_min` and pool, int."""
        if not self.problem.has_breaks:
            return self.count_staff(roster)
        return lay_staff(self.problem, self.count_starts(roster))

    def list_shifts(self, roster: np.ndarray) -> tuple[ShiftCount, ...]:
        """List the shifts that have people, in order of day, start and pool."""
        return read_shifts(self.problem).state(self.count_starts(roster))

    def read_policy(self, policy: Policy) -> np.ndarray | None:
        """Read the roster of a policy made by `to_policy`; None where it is of another making."""
        own = self.read_staff(policy, self.problem.staff_step_min)
        if own is None or not self.problem.shifts:
            return None if own is None else own[self.columns.day, self.columns.pool]
        counts = read_shifts(self.problem).count(policy.shifts)
        if counts is None:
            return None
        roster = self.read_counts(counts)
        return roster if (self.lay_staff(roster) == own).all() else None

    def read_staff(self, policy: Policy, grid: int) -> np.ndarray | None:
        """Read a policy's agents by steps of `grid` minutes and pool, int.

        Its own steps may be longer or shorter; None where its agents change inside a step.
        """
        step = find_step_min(self.scenario, policy)
        n = self.problem.n_intervals * self.problem.interval_min // grid
        unit = math.gcd(grid, step)
        staff = np.array([policy.staff[pool] for pool in self.problem.pools], dtype=np.int64).T
        fine = np.repeat(staff, step // unit, axis=0)[: n * (grid // unit)]
        if len(fine) < n * (grid // unit):
            return None
        parts = fine.reshape(n, grid // unit, -1)
        return parts[:, 0] if (parts == parts[:, :1]).all() else None

    def clean(self, target_staffing: np.ndarray) -> np.ndarray:
        """Scale target staffing to mean 1, above 0 in open hours and 0 in closed ones."""
        require_open(self.problem)
        positive = np.maximum(np.asarray(target_staffing, dtype=float), 0.0)
        mean = float(positive[self.problem.open_mask].mean())
        scaled = np.maximum(positive / mean if mean > 0 else positive, 1e-3)
        return np.where(self.problem.open_mask[:, None], scaled, 0.0)
