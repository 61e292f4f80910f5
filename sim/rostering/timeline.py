"""Who is at work when, person by person, with the breaks that the shift problem's head states.

Staff on the grid of `ShiftProblem.staff_step_min`, on which all shifts and breaks lie. Checked by
``tests/unit/test_rostering_timeline.py`` (breaks by hand, over midnight and round a ring).
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from sim.rostering.columns import Stretch, lay_shifts
from sim.rostering.shift_problem import ShiftBreak, ShiftProblem


class Span(NamedTuple):
    """From when to when, elapsed minutes; beyond the horizon's end on a ring."""

    start_min: int
    end_min: int


def compute_span(problem: ShiftProblem, stretch: Stretch) -> Span:
    """Elapsed minutes at which a shift begins and ends."""
    return Span(stretch.first * problem.interval_min, stretch.last * problem.interval_min)


def place_break(problem: ShiftProblem, stretch: Stretch, one: ShiftBreak, slot: int) -> Span:
    """Place a slot of a break within a shift; without length where it is cut off."""
    first, last = compute_span(problem, stretch)
    start = stretch.start_min + one.after_min + slot * one.length_min
    start, end = max(start, first), min(start + one.length_min, last)
    return Span(start, max(start, end))


def list_breaks(
    problem: ShiftProblem, shift: int, stretch: Stretch, person: int, pool: int
) -> Iterator[tuple[Span, bool]]:
    """Yield a person's breaks within a shift, and whether each is paid."""
    for one in problem.shifts[shift].breaks:
        yield place_break(problem, stretch, one, one.find_slot(person, pool)), one.is_paid


def count_slots(people: int, one: ShiftBreak, pool: int) -> list[int]:
    """Count how many of a shift's people of a pool go in each slot of a break."""
    firsts = [(slot - pool) % one.slots for slot in range(one.slots)]
    return [max(0, -(-(people - first) // one.slots)) for first in firsts]


def lay_staff(problem: ShiftProblem, counts: np.ndarray) -> np.ndarray:
    """Count agents at work by step and pool, int, shape (n_steps, n_pools).

    Parameters
    ----------
    problem : ShiftProblem
        With shifts.
    counts : np.ndarray
        int, of `ShiftProblem.shape`: people that start.
    """
    step = problem.staff_step_min
    n_steps = problem.n_intervals * problem.interval_min // step
    change = np.zeros((2 * n_steps + 1, len(problem.pools)), dtype=np.int64)
    laid = lay_shifts(problem)
    for day, shift, pool in np.argwhere(counts > 0).tolist():
        people, stretch = int(counts[day, shift, pool]), laid[day, shift]
        spans = [(compute_span(problem, stretch), people)]
        for one in problem.shifts[shift].breaks:
            for slot, number in enumerate(count_slots(people, one, pool)):
                spans.append((place_break(problem, stretch, one, slot), -number))
        for span, number in spans:
            change[span.start_min // step, pool] += number
            change[span.end_min // step, pool] -= number
    staff = np.cumsum(change, axis=0)[:-1]
    return np.asarray(staff[:n_steps] + staff[n_steps:])
