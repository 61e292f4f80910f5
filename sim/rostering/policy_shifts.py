"""The shifts of a problem as a policy states them, and back: the one place for both ways.

A policy lists how many people of a pool start at an hour of a day (`ShiftCount`); a solver and a
search count them by day, kind and pool. Checked by ``tests/unit/test_rostering_timeline.py``.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from sim.kept import Kept
from sim.rostering.columns import Stretch, lay_shifts
from sim.rostering.named_roster import bound_headcount, find_crews
from sim.rostering.scenario_shifts import pose_shifts
from sim.rostering.shift_problem import ShiftProblem
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy, ShiftCount

# A kind of shift that is none of the scenario's.
NO_KIND = -1


class PolicyShifts:
    """A problem's shifts in both forms.

    Attributes
    ----------
    problem : ShiftProblem
        What may be staffed.
    laid : dict
        Each shift that may be worked, by day and kind.
    """

    def __init__(self, problem: ShiftProblem) -> None:
        self.problem = problem
        self.laid: dict[tuple[int, int], Stretch] = lay_shifts(problem) if problem.shifts else {}
        self._alike: dict[tuple[int, int], list[int]] = defaultdict(list)
        for number, kind in enumerate(problem.shifts):
            self._alike[kind.start_min, kind.length_min].append(number)
        self._places = self.order_places()
        self._order = np.array(self._places, dtype=np.int64).reshape(-1, 3).T
        # A search states the same shifts for thousands of policies.
        self._stated: dict[tuple[int, int], ShiftCount] = {}

    def order_places(self) -> list[tuple[int, int, int]]:
        """Order (day, kind, pool) as policies list shifts: by day, start, length, pool's name."""
        kinds, pools = self.problem.shifts, self.problem.pools
        return sorted(
            np.ndindex(self.problem.shape if kinds else (0, 0, 0)),
            key=lambda at: (at[0], kinds[at[1]].start_min, kinds[at[1]].length_min, pools[at[2]]),
        )

    def find_kind(self, shift: ShiftCount) -> int:
        """Number of a shift's kind, `NO_KIND` where there is none of its hours.

        Of several with the same hours the first that may be worked on its day.
        """
        hours = (round(shift.start_h * 60), round(shift.length_h * 60))
        alike = [
            number
            for number in self._alike.get(hours, ())
            if shift.pool in (self.problem.shifts[number].pools or (shift.pool,))
        ]
        first = alike[0] if alike else NO_KIND
        return next((number for number in alike if (shift.day, number) in self.laid), first)

    def count(self, shifts: Sequence[ShiftCount]) -> np.ndarray | None:
        """Count people that start, int, of `ShiftProblem.shape`; None: one is not allowed."""
        counts = np.zeros(self.problem.shape, dtype=np.int64)
        for shift in shifts:
            kind = self.find_kind(shift)
            if (shift.day, kind) not in self.laid:
                return None
            counts[shift.day, kind, self.problem.pools.index(shift.pool)] += shift.agents
        return counts

    def state(self, counts: np.ndarray) -> tuple[ShiftCount, ...]:
        """State the shifts that have people, in order of day, start, length and pool."""
        if not self.problem.shifts:
            return ()
        people = counts[tuple(self._order)]
        return tuple(
            self._state_one(place, int(people[place])) for place in np.flatnonzero(people).tolist()
        )

    def _state_one(self, place: int, agents: int) -> ShiftCount:
        if (place, agents) not in self._stated:
            day, number, pool = self._places[place]
            kind = self.problem.shifts[number]
            self._stated[place, agents] = ShiftCount(
                day=day,
                start_h=kind.start_min / 60.0,
                length_h=kind.length_min / 60.0,
                pool=self.problem.pools[pool],
                agents=agents,
            )
        return self._stated[place, agents]


_known: Kept[PolicyShifts] = Kept(16)


def read_shifts(problem: ShiftProblem) -> PolicyShifts:
    """A problem's shifts in both forms; kept."""
    return _known.find((problem,), lambda: PolicyShifts(problem))


def name_staff(pools: Sequence[str], staff: np.ndarray) -> dict[str, tuple[int, ...]]:
    """Agents by pool as a policy holds them, from shape (n_steps, n_pools)."""
    return {
        pool: tuple(int(count) for count in staff[:, number]) for number, pool in enumerate(pools)
    }


def count_employees(scenario: Scenario, policy: Policy) -> dict[str, int] | None:
    """Count the employees of each pool, at least, who can work a policy's shifts.

    Nobody works more than one shift a day, `shifts.max_days_a_week` days in seven, or without
    `shifts.rest_h` between two, and full-time and part-time employees do not work each other's
    shifts. Exact but for nested kinds of shift (``sim.rostering.named_roster``). None where the
    policy has no shifts, or others than the scenario's.
    """
    problem = pose_shifts(scenario)
    has_shifts = problem.shifts and policy.shifts
    counts = read_shifts(problem).count(policy.shifts) if has_shifts else None
    if counts is None:
        return None
    employees = dict.fromkeys(problem.pools, 0)
    for crew in find_crews(problem):
        employees[problem.pools[crew.pool]] += bound_headcount(problem, crew, counts)
    return employees
