"""Shift problems and shift plans as plain data; no solver in here.

A crew is counted, not named: ``counts[day, shift, pool]`` people start that shift.
Starts and lengths lie on the interval grid; listed breaks need not. A problem without
shift types staffs each interval freely: then every interval is its own "day" with one
one-interval "shift", so counts have the shape (n_intervals, 1, n_pools).

Persons of a shift take a break one after the other: it has slots, each as long as the break, and
person j (from 0) of pool p (from 0) goes in slot (j + p) mod slots. So a team is never away at
once, and two pools with one person each are not either.

A shift starts within the horizon and must lie in open hours while that lasts; past its
end it is cut (and paid in full), or goes on at the horizon's start when ``wrap`` is set. Where a
ring starts within a day, its last local day is its first one: day ``ring_days`` is day 0.
Checked by ``tests/unit/test_rostering_shift_problem.py``.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from sim.errors import InputError

DAY_MIN = 1440
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class ShiftBreak(NamedTuple):
    """A break of a kind of shift; see the module's head for its slots."""

    after_min: int
    """from the shift's start to the first slot"""
    length_min: int
    slots: int = 1
    is_paid: bool = False

    @property
    def end_min(self) -> int:
        """From the shift's start to the last slot's end."""
        return self.after_min + self.slots * self.length_min

    def find_slot(self, person: int, pool: int) -> int:
        """Slot of a break in which a person goes, both numbered from 0."""
        return (person + pool) % self.slots


@dataclass(frozen=True)
class ShiftType:
    """One kind of shift.

    Parameters
    ----------
    name : str
        For people.
    start_min : int
        Local minute of the day, 0 to 1439.
    length_min : int
        From start to end, listed breaks included.
    paid_min : int
        Paid minutes; -1: the whole length.
    breaks : tuple of ShiftBreak
        In order of time, none over another.
    part_time : bool
        Counts towards the part-time share; part-timers form a crew of their own.
    pools : tuple of str
        Where it may be used; empty: everywhere.
    weekdays : tuple of int
        On which it may start, 0 for Monday; empty: on every day.
    """

    name: str
    start_min: int
    length_min: int
    paid_min: int = -1
    breaks: tuple[ShiftBreak, ...] = ()
    part_time: bool = False
    pools: tuple[str, ...] = ()
    weekdays: tuple[int, ...] = ()

    @property
    def end_min(self) -> int:
        """Local minute at which it ends, beyond 1440 after midnight."""
        return self.start_min + self.length_min

    @property
    def wage_min(self) -> int:
        """Paid minutes."""
        return self.length_min if self.paid_min < 0 else self.paid_min


@dataclass(frozen=True)
class WeeklyRules:
    """Rules of work.

    Parameters
    ----------
    rest_min : int
        Least rest between two shifts of an employee.
    days_per_week : int
        Most shifts of an employee in each seven days counted from day 0.
    part_time_share : float
        Most of all paid shift minutes that part-time shifts may take; 1: no limit.
    max_staff : tuple of int, optional
        Agents at once per pool; None: no limit.
    most_change : int, optional
        Most by which a pool's people on shift at two open times within an hour of each other
        differ; None: no limit.
    """

    rest_min: int = 660
    days_per_week: int = 5
    part_time_share: float = 0.40
    max_staff: tuple[int, ...] | None = None
    most_change: int | None = None


@dataclass(frozen=True, eq=False)
class ShiftProblem:
    """What may be staffed, when, and at which price.

    Parameters
    ----------
    n_intervals, interval_min : int
        The horizon's grid.
    pools : tuple of str
        Names.
    hour_cost : tuple of float
        Cost of a paid hour per pool.
    shifts : tuple of ShiftType
        Empty: each interval freely.
    rules : WeeklyRules
        Rules of work.
    open_intervals : ndarray of bool, shape (n_intervals,), optional
        None: always open.
    horizon_start_min, first_weekday : int
        Local minute of the day and weekday (0 = Monday) of interval 0.
    shift_start_min : ndarray of int, shape (n_days, n_shifts), optional
        Elapsed minutes from the horizon's start to each shift's start, for weeks with a
        clock change; None: local and elapsed time run together.
    shift_end_min : ndarray of int, shape (n_days, n_shifts), optional
        The same for each shift's end, with ``shift_start_min``; None: ``length_min`` later.
    wrap : bool
        Shifts that pass the horizon's end go on at its start (a week that repeats).
    trim : bool
        A shift that reaches out of the open hours may be worked within them, and is paid so,
        where no other covers some of them.
    pay_factor : ndarray of float, shape (n_intervals,), optional
        Cost of an hour against `hour_cost`; None: the same at all times.
    interval_labels : tuple of str, optional
        For messages; None: weekday and local time.
    keys : mapping of str to str
        What a user sets, by kind of limit, for messages (``sim.rostering.relaxation``); then staff
        is required to keep minimum coverage. Empty: no keys.
    """

    n_intervals: int
    interval_min: int
    pools: tuple[str, ...]
    hour_cost: tuple[float, ...]
    shifts: tuple[ShiftType, ...] = ()
    rules: WeeklyRules = field(default_factory=WeeklyRules)
    open_intervals: np.ndarray | None = None
    horizon_start_min: int = 0
    first_weekday: int = 0
    shift_start_min: np.ndarray | None = None
    shift_end_min: np.ndarray | None = None
    wrap: bool = False
    trim: bool = False
    pay_factor: np.ndarray | None = None
    interval_labels: tuple[str, ...] | None = None
    keys: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        errors = find_invalid_fields(self)
        if errors:
            raise InputError(*errors)

    @property
    def n_days(self) -> int:
        """Days with shift starts; the number of intervals when staffed freely."""
        if not self.shifts:
            return self.n_intervals
        if self.shift_start_min is not None:
            return len(self.shift_start_min)
        return -(-(self.horizon_start_min + self.n_intervals * self.interval_min) // DAY_MIN)

    @property
    def staff_step_min(self) -> int:
        """Minutes of the longest grid on which all changes of staff lie, breaks too."""
        times = [minutes for kind in self.shifts for one in kind.breaks for minutes in one[:2]]
        return math.gcd(self.interval_min, *times)

    @property
    def has_breaks(self) -> bool:
        """Whether some kind of shift has a listed break."""
        return any(kind.breaks for kind in self.shifts)

    @property
    def ring_days(self) -> int:
        """Days after which the same one comes again: whole days of a ring, else all days."""
        whole = round(self.n_intervals * self.interval_min / DAY_MIN)
        return max(1, whole) if self.wrap and self.shifts else self.n_days

    @property
    def shape(self) -> tuple[int, int, int]:
        """Shape of counts: (n_days, n_shifts, n_pools)."""
        return self.n_days, max(1, len(self.shifts)), len(self.pools)

    @property
    def open_mask(self) -> np.ndarray:
        """Open intervals, shape (n_intervals,)."""
        if self.open_intervals is None:
            return np.ones(self.n_intervals, dtype=bool)
        return np.asarray(self.open_intervals, dtype=bool)


@dataclass(frozen=True, eq=False)
class ShiftPlan:
    """A solved shift problem; every number but the bound is recomputed from the counts.

    Attributes
    ----------
    status : str
        "optimal" (proven, to a relative 1e-8), "feasible" (stopped at a limit, with a
        plan), "infeasible" or "stopped" (at a limit, without a plan).
    counts : ndarray of int, shape (n_days, n_shifts, n_pools), or None
        People that start a shift; None without a plan.
    staff : ndarray, shape (n_intervals, n_pools), or None
        Agents there: whole numbers, or means over the interval where shifts have breaks.
    cost : float
        Labor cost in money; nan without a plan.
    objective : float
        What was minimized (cover: the wages) or maximized (value: the gain).
    bound : float
        Proven bound on the objective: below it for covers, above it for values.
    gap : float
        Absolute difference of objective and bound, in the objective's unit.
    reason : str
        Empty, or why there is no plan and the smallest change that would give one.
    """

    status: str
    counts: np.ndarray | None
    staff: np.ndarray | None
    cost: float
    objective: float
    bound: float
    gap: float
    reason: str


def _check_shift(shift: ShiftType, problem: ShiftProblem) -> list[str]:
    where, grid, found = f"shifts.{shift.name}", problem.interval_min, []
    if not 0 <= shift.start_min < DAY_MIN:
        found.append(f"{where}.start_min: {shift.start_min}, must lie in 0..1439")
    if shift.length_min <= 0 or shift.length_min % grid:
        found.append(f"{where}.length_min: {shift.length_min}, must be a positive multiple of "
                     f"the interval, {grid} min")  # fmt: skip
    if shift.length_min > DAY_MIN:
        found.append(f"{where}.length_min: {shift.length_min}, must be at most 1440")
    if problem.shift_start_min is None and (shift.start_min - problem.horizon_start_min) % grid:
        found.append(f"{where}.start_min: {shift.start_min}, must lie on the {grid} min grid")
    before_min = 0
    for one in shift.breaks:
        if one.after_min < before_min or one.length_min <= 0 or one.end_min > shift.length_min:
            found.append(f"{where}.breaks: {tuple(one)}, must lie in the shift, in order")
        before_min = one.end_min
    found += [f"{where}.pools: {pool}, allowed: {', '.join(problem.pools)}"
              for pool in shift.pools if pool not in problem.pools]  # fmt: skip
    return found


def _check_rules(problem: ShiftProblem) -> list[str]:
    rules, n_pools, found = problem.rules, len(problem.pools), []
    limit = rules.max_staff
    if limit is not None and (len(limit) != n_pools or min(limit) < 0):
        found.append(f"rules.max_staff: {limit}, must be {n_pools} numbers of 0 or more")
    if not 0.0 <= rules.part_time_share <= 1.0:
        found.append(f"rules.part_time_share: {rules.part_time_share}, must lie in 0..1")
    if rules.most_change is not None and rules.most_change < 1:
        found.append(f"rules.most_change: {rules.most_change}, must be 1 or more")
    if not 1 <= rules.days_per_week <= 7:
        found.append(f"rules.days_per_week: {rules.days_per_week}, must lie in 1..7")
    if problem.shifts:
        free_again = max(s.end_min for s in problem.shifts) + rules.rest_min
        if rules.rest_min < 0 or free_again > 2 * DAY_MIN + min(
            s.start_min for s in problem.shifts
        ):
            found.append(f"rules.rest_min: {rules.rest_min}, must be 0 or more and let everybody "
                         "work again two days later")  # fmt: skip
    return found


def _check_shapes(problem: ShiftProblem) -> list[str]:
    n, n_pools, found = problem.n_intervals, len(problem.pools), []
    wanted = {
        "open_intervals": (n,),
        "pay_factor": (n,),
        "shift_start_min": (problem.n_days, len(problem.shifts)),
        "shift_end_min": (problem.n_days, len(problem.shifts)),
    }
    for name, shape in wanted.items():
        value = getattr(problem, name)
        if value is not None and np.shape(value) != shape:
            found.append(f"{name}: shape {np.shape(value)}, must be {shape}")
    if problem.interval_labels is not None and len(problem.interval_labels) != n:
        found.append(f"interval_labels: {len(problem.interval_labels)}, must be {n}")
    if len(problem.hour_cost) != n_pools or not all(0 <= c < np.inf for c in problem.hour_cost):
        found.append(f"hour_cost: {problem.hour_cost}, must be {n_pools} numbers of 0 or more")
    return found


def find_invalid_fields(problem: ShiftProblem) -> list[str]:
    """List what is wrong in a shift problem, a line each; empty when it is sound."""
    if problem.n_intervals < 1 or problem.interval_min < 1:
        return [f"horizon: {problem.n_intervals} intervals of {problem.interval_min} min, "
                "must both be 1 or more"]  # fmt: skip
    found = [line for shift in problem.shifts for line in _check_shift(shift, problem)]
    return found + _check_rules(problem) + _check_shapes(problem)


def label_interval(problem: ShiftProblem, interval: int) -> str:
    """Weekday and local time of an interval's start, such as ``Tue 09:00``."""
    if problem.interval_labels is not None:
        return problem.interval_labels[interval]
    minute = problem.horizon_start_min + interval * problem.interval_min
    weekday = WEEKDAYS[(problem.first_weekday + minute // DAY_MIN) % 7]
    return f"{weekday} {minute % DAY_MIN // 60:02d}:{minute % 60:02d}"
