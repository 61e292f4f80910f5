"""Cyclic covers and shift design on problems small enough for the hand."""

import itertools

import numpy as np
import pytest

from sim.errors import InputError
from sim.rostering.cyclic_cover import solve_cyclic_cover
from sim.rostering.solver import SolverLimits
from tests.studies import load_study

(designs,) = load_study("published_optima", ["designs"])
ShiftWindow, list_shifts = designs.ShiftWindow, designs.list_shifts
count_cyclic_staff, solve_shift_design = designs.count_cyclic_staff, designs.solve_shift_design


def test_shift_over_the_end_goes_on_at_the_start() -> None:
    plan = solve_shift_design([[1, 0, 0, 2]], [ShiftWindow(3, 3, 2, 2)], 60, 5.0, 2.0, 1.0)
    assert plan.shifts is not None
    assert plan.counts is not None
    assert (plan.shifts.tolist(), plan.counts.tolist()) == ([[3, 2]], [[2]])
    assert plan.objective == plan.bound == 5.0 + 60.0
    assert count_cyclic_staff(plan.shifts, plan.counts, 4).tolist() == [[2, 0, 0, 2]]


def test_windows_list_each_shift_once() -> None:
    windows = [ShiftWindow(1, 2, 3, 4), ShiftWindow(2, 2, 4, 4)]
    assert list_shifts(windows).tolist() == [[1, 3], [1, 4], [2, 3], [2, 4]]


@pytest.mark.parametrize("seed", range(12))
def test_design_equals_enumeration(seed: int) -> None:
    """Four shifts, one day of six slots, at most three people in each."""
    rng = np.random.default_rng(seed)
    required = rng.integers(0, 4, 6)
    windows = [ShiftWindow(0, 1, 2, 3)] if seed % 2 else [ShiftWindow(3, 4, 3, 4)]
    under, over, shift_cost = rng.integers(1, 4, 3).astype(float)
    best = np.inf
    for counts in itertools.product(range(4), repeat=4):
        staff = np.zeros(6, dtype=int)
        for heads, (start, length) in zip(counts, list_shifts(windows), strict=True):
            for slot in range(start, start + length):
                staff[slot % 6] += heads
        spare = staff - required
        cost = under * np.maximum(-spare, 0).sum() + over * np.maximum(spare, 0).sum()
        best = min(best, cost + shift_cost * np.count_nonzero(counts))
    plan = solve_shift_design([required], windows, 1, shift_cost, under, over)
    assert plan.status == "optimal"
    assert plan.objective == pytest.approx(best)


@pytest.mark.parametrize("seed", range(8))
def test_cyclic_cover_equals_enumeration(seed: int) -> None:
    rng = np.random.default_rng(seed)
    required, length = rng.integers(0, 4, 5), int(rng.integers(1, 6))
    best = min(
        sum(starts)
        for starts in itertools.product(range(4), repeat=5)
        if all(sum(starts[(t - k) % 5] for k in range(length)) >= required[t] for t in range(5))
    )
    plan = solve_cyclic_cover(required, length)
    assert (plan.status, plan.headcount) == ("optimal", best)
    assert solve_cyclic_cover(required, length, relaxed=True).headcount <= best


def test_no_nodes_give_no_design() -> None:
    limits = SolverLimits(nodes=0)
    required = np.random.default_rng(1).integers(0, 9, (7, 24))
    plan = solve_shift_design(required, [ShiftWindow(0, 20, 4, 9)], 60, 60.0, limits=limits)
    assert (plan.status, plan.shifts, plan.counts) == ("stopped", None, None)


def test_mistakes_are_told() -> None:
    with pytest.raises(InputError, match=r"length_intervals: 6, must lie in 1\.\.5"):
        solve_cyclic_cover([1] * 5, 6)
    with pytest.raises(InputError, match="required: must be whole"):
        solve_cyclic_cover([1.5] * 5, 2)
    with pytest.raises(InputError, match="must be a table of days and shifts"):
        solve_shift_design([[1, 1]], [ShiftWindow(0, 0, 3, 3)], 60, 1.0)
    with pytest.raises(InputError, match="must be 0 or more"):
        solve_shift_design([[1, 1]], [ShiftWindow(0, 0, 1, 1)], 60, -1.0)
