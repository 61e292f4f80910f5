"""Who is at work when, person by person, with the breaks that the shift problem's head states.

Staff on the grid of `ShiftProblem.staff_step_min`, on which all shifts and breaks lie. Checked by
``tests/unit/test_rostering_timeline.py`` (breaks by hand, over midnight and round a ring).
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from sim.kept import Kept
from sim.rostering.columns import Stretch, lay_shifts
from sim.rostering.shift_problem import ShiftBreak, ShiftProblem

# A search lays the same shifts, with one person more or less, for thousands of rosters.
_changes: Kept[dict[tuple[Stretch, int, int, int], tuple[np.ndarray, np.ndarray]]] = Kept(16)


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
    n_pools = len(problem.pools)
    n_steps = problem.n_intervals * problem.interval_min // problem.staff_step_min
    known, laid = _changes.find((problem,), dict), lay_shifts(problem)
    edges, changes = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for day, shift, pool in np.argwhere(counts > 0).tolist():
        place = (laid[day, shift], shift, pool, int(counts[day, shift, pool]))
        if place not in known:
            known[place] = list_changes(problem, *place)
        edges.append(known[place][0])
        changes.append(known[place][1])
    size = (2 * n_steps + 1) * n_pools
    change = np.bincount(np.concatenate(edges), np.concatenate(changes), size)
    staff = np.cumsum(change.reshape(-1, n_pools).astype(np.int64), axis=0)[:-1]
    return np.asarray(staff[:n_steps] + staff[n_steps:])


def list_changes(
    problem: ShiftProblem, stretch: Stretch, shift: int, pool: int, people: int
) -> tuple[np.ndarray, np.ndarray]:
    """List at which steps a shift's people come and go, and how many, int64.

    A step and pool are one number, step * pools + pool.
    """
    spans = [(compute_span(problem, stretch), people)]
    for one in problem.shifts[shift].breaks:
        for slot, number in enumerate(count_slots(people, one, pool)):
            spans.append((place_break(problem, stretch, one, slot), -number))
    minutes = np.array([span for span, _ in spans], np.int64)
    edges = minutes // problem.staff_step_min * len(problem.pools) + pool
    come = np.array([number for _, number in spans], np.int64)
    return edges.ravel(), np.stack([come, -come], axis=1).ravel()
