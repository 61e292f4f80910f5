"""The design of few distinct shifts, for published optima.

*Shift design* (Musliu, Schaerf and Slany 2004, DOI 10.1016/S0377-2217(03)00245-8): choose
shifts (start, length) from windows and people per day and shift in a week that repeats,

    minimize  under_cost * short minutes + over_cost * surplus minutes
              + shift_cost * number of distinct shifts used on any day

with x[day, s] <= (largest requirement that s works on that day) * used[s]: more people
than that would only add surplus, so the bound cuts off no optimum while under_cost,
over_cost and shift_cost are 0 or more.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.errors import InputError
from sim.rostering.program import EQUAL, LESS, Program, ProgramBuilder
from sim.rostering.solver import SolverLimits, solve_program


class ShiftWindow(NamedTuple):
    """First and last start and least and most length of a kind of shift [intervals]."""

    start_first: int
    start_last: int
    length_least: int
    length_most: int


class DesignPlan(NamedTuple):
    """Shifts used and people per day.

    ``shifts`` (n_used, 2) start and length [intervals]; ``counts`` (n_days, n_used);
    ``objective`` and ``bound`` in the unit of the prices; None and nan without a plan.
    """

    status: str
    shifts: np.ndarray | None
    counts: np.ndarray | None
    objective: float
    bound: float
    gap: float


def _read_whole(values: npt.ArrayLike) -> np.ndarray:
    wanted = np.asarray(values, dtype=float)
    if not np.all(np.isfinite(wanted) & (wanted >= 0) & (wanted == np.round(wanted))):
        raise InputError("required: must be whole numbers of 0 or more")
    return wanted.astype(np.int64)


def list_shifts(windows: list[ShiftWindow]) -> np.ndarray:
    """Return every distinct (start, length) of the windows, shape (n_shifts, 2)."""
    pairs = {
        (start, length)
        for w in windows
        for start in range(w.start_first, w.start_last + 1)
        for length in range(w.length_least, w.length_most + 1)
    }
    return np.asarray(sorted(pairs), dtype=np.int64)


def _state_design(
    wanted: np.ndarray, shifts: np.ndarray, under: float, over: float, shift_cost: float
) -> tuple[Program, np.ndarray]:
    """Return the program and the columns of people, shape (n_days, n_shifts)."""
    n_days, slots = wanted.shape
    flat, n = wanted.ravel(), wanted.size
    day, shift = np.divmod(np.arange(n_days * len(shifts)), len(shifts))
    first = day * slots + shifts[shift, 0]
    offset = np.arange(shifts[:, 1].max())
    works = (first[:, None] + offset) % n
    is_worked = offset < shifts[shift, 1][:, None]
    most = np.where(is_worked, flat[works], 0).max(axis=1)
    builder = ProgramBuilder()
    people = builder.add_columns(np.zeros(len(first)), 0.0, most)
    used = builder.add_columns(np.full(len(shifts), shift_cost), 0.0, 1.0)
    for column in range(len(first)):
        terms = [people[column], used[shift[column]]]
        builder.add_row(terms, [1.0, -float(most[column])], LESS, 0.0)
    for slot in range(n):
        at_work = np.flatnonzero((is_worked & (works == slot)).any(axis=1))
        extra = builder.add_columns([under, over], integer=False)
        values = np.r_[np.ones(len(at_work)), 1.0, -1.0]
        builder.add_row(np.r_[people[at_work], extra], values, EQUAL, float(flat[slot]))
    return builder.build(), people.reshape(n_days, len(shifts))


def count_cyclic_staff(shifts: np.ndarray, counts: np.ndarray, slots: int) -> np.ndarray:
    """Return people at work in a repeating horizon, shape (n_days, slots).

    Parameters
    ----------
    shifts : ndarray of int, shape (n_shifts, 2)
        Start and length [intervals].
    counts : ndarray of int, shape (n_days, n_shifts)
        People that start.
    slots : int
        Intervals of a day.
    """
    staff = np.zeros(len(counts) * slots, dtype=np.int64)
    for (day, shift), heads in np.ndenumerate(counts):
        start, length = shifts[shift]
        staff[(day * slots + start + np.arange(length)) % len(staff)] += heads
    return staff.reshape(len(counts), slots)


def solve_shift_design(
    required: npt.ArrayLike,
    windows: list[ShiftWindow],
    interval_min: int,
    shift_cost: float,
    under_cost: float = 1.0,
    over_cost: float = 1.0,
    limits: SolverLimits | None = None,
) -> DesignPlan:
    """Design few shifts that follow a requirement in a repeating horizon.

    Parameters
    ----------
    required : array_like of int, shape (n_days, n_intervals_per_day)
        People wanted.
    windows : list of ShiftWindow
        Allowed starts within the day and lengths.
    interval_min : int
        Length of an interval [min].
    shift_cost : float
        Price of each distinct (start, length) used.
    under_cost, over_cost : float
        Price of a person-minute short and of one in surplus.
    limits : SolverLimits, optional
        Default: 100,000 nodes, exact.

    Raises
    ------
    InputError
        A requirement that is not whole, negative prices, or no shift at all.
    """
    wanted, shifts = _read_whole(required), list_shifts(windows)
    if wanted.ndim != 2 or len(shifts) == 0 or shifts[:, 1].max() > wanted.size:
        raise InputError("required and windows: must be a table of days and shifts that fit in it")
    if min(shift_cost, under_cost, over_cost) < 0:
        raise InputError("shift_cost, under_cost, over_cost: must be 0 or more")
    prices = under_cost * interval_min, over_cost * interval_min
    program, people = _state_design(wanted, shifts, *prices, shift_cost)
    solution = solve_program(program, limits)
    if solution.values is None:
        return DesignPlan(solution.status, None, None, np.nan, solution.bound, np.inf)
    counts = np.round(solution.values[people]).astype(np.int64)
    kept = counts.any(axis=0)
    shifts, counts = shifts[kept], counts[:, kept]
    spare = count_cyclic_staff(shifts, counts, wanted.shape[1]) - wanted
    deviation = prices[0] * np.maximum(-spare, 0).sum() + prices[1] * np.maximum(spare, 0).sum()
    objective = float(shift_cost * len(shifts) + deviation)
    bound = min(solution.bound, objective)
    return DesignPlan(solution.status, shifts, counts, objective, bound, objective - bound)
