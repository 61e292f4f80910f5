"""The persons of a policy's shifts: from when to when each is at work, and paid.

A shift that the scenario has no kind for (a policy of another making) is laid by the clock, without
breaks. Checked by ``tests/unit/test_rostering_timeline.py``.
"""

from typing import NamedTuple

import numpy as np

from sim.kept import Kept
from sim.rostering.columns import Stretch
from sim.rostering.policy_shifts import NO_KIND, read_shifts
from sim.rostering.scenario_shifts import pose_shifts
from sim.rostering.shift_problem import DAY_MIN, ShiftProblem
from sim.rostering.timeline import compute_span, list_breaks
from sim.scenario.clock import lay_local_grid
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy, ShiftCount

# A search lays the same shifts for thousands of policies.
_known: Kept[dict[tuple[Stretch, int, int, int], tuple[tuple[int, ...], ...]]] = Kept(16)


class Persons(NamedTuple):
    """Persons, and spans of their time in the order of `owner`."""

    name: tuple[str, ...]
    """of each person's shift and pool: with day and number what the person is known by"""
    day: np.ndarray
    number: np.ndarray
    """int64, shape (n_persons,): from 0 within day, shift and pool"""
    owner: np.ndarray
    """int64, shape (n_spans,): whose span it is"""
    pool: np.ndarray
    start_min: np.ndarray
    end_min: np.ndarray
    """int64, shape (n_spans,): elapsed, beyond the horizon's end on a ring"""
    works: np.ndarray
    paid: np.ndarray
    """int64, shape (n_spans,): 1 for a shift; -1 for a break, but 0 where it is paid"""


def lay_persons(scenario: Scenario, policy: Policy) -> Persons:
    """Lay out the persons of a policy's shifts, in order of its list."""
    problem = pose_shifts(scenario)
    shifts, known = read_shifts(problem), _known.find((problem,), dict)
    people: list[tuple[str, int, int]] = []
    spans: list[tuple[int, ...]] = []
    for shift in policy.shifts:
        hours = (round(shift.start_h * 60), round(shift.length_h * 60))
        pool, kind = problem.pools.index(shift.pool), shifts.find_kind(shift)
        stretch = shifts.laid.get((shift.day, kind)) or lay_plainly(scenario, shift)
        name = f"{shift.pool}/{hours[0]}+{hours[1]}"
        for number in range(shift.agents):
            place = (stretch, kind, pool, number)
            if place not in known:
                known[place] = list_spans(problem, *place)
            spans += [(len(people), *span) for span in known[place]]
            people.append((name, shift.day, number))
    columns = np.array(spans, np.int64).reshape(-1, 6).T
    names, days, numbers = zip(*people, strict=True) if people else ((), (), ())
    return Persons(names, np.array(days, np.int64), np.array(numbers, np.int64), *columns)


def list_spans(
    problem: ShiftProblem, stretch: Stretch, kind: int, pool: int, number: int
) -> tuple[tuple[int, ...], ...]:
    """List the spans of one person's shift without their owner, the shift itself first."""
    breaks = () if kind == NO_KIND else list_breaks(problem, kind, stretch, number, pool)
    return (
        (pool, *compute_span(problem, stretch), 1, 1),
        *((pool, *span, -1, 0 if paid else -1) for span, paid in breaks),
    )


def lay_plainly(scenario: Scenario, shift: ShiftCount) -> Stretch:
    """Lay out a shift by the clock, whatever the kinds and the opening hours."""
    grid = lay_local_grid(scenario.horizon)
    start = shift.day * DAY_MIN + round(shift.start_h * 60)
    first, last = grid.place(start), grid.place(start + round(shift.length_h * 60))
    length_min = float((last - first) * grid.step_min)
    return Stretch(first, last, first * grid.step_min, length_min)
