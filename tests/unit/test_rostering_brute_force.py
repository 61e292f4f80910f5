"""Random tiny problems: the solver's optimum against all plans enumerated.

The twin shares no code with the model: coverage minute by minute, costs and rules are
worked out here from the shift types alone.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from sim.rostering.shift_problem import ShiftBreak, ShiftPlan, ShiftProblem, ShiftType, WeeklyRules
from sim.rostering.staffing import solve_cover, solve_value

CAP = 3
GRID_MIN = 240


@dataclass
class Twin:
    """All plans of a tiny problem: counts (n_plans, n_keys), staff and cost of each."""

    keys: list[tuple[int, int, int]]
    counts: np.ndarray
    staff: np.ndarray
    cost: np.ndarray
    allowed: np.ndarray


def is_working(shift: ShiftType, day: int, minute: int) -> bool:
    since = minute - day * 1440 - shift.start_min
    on_break = any(a <= since < a + b for a, b, *_ in shift.breaks)
    return 0 <= since < shift.length_min and not on_break


def is_possible(problem: ShiftProblem, day: int, shift: ShiftType, pool: int) -> bool:
    if shift.pools and problem.pools[pool] not in shift.pools:
        return False
    n_min = problem.n_intervals * GRID_MIN
    if day * 1440 + shift.start_min >= n_min:
        return False
    return all(problem.open_mask[m // GRID_MIN] for m in range(n_min) if is_working(shift, day, m))


def enumerate_plans(problem: ShiftProblem) -> Twin:
    keys = [
        (day, s, pool)
        for day in range(problem.n_days)
        for s, shift in enumerate(problem.shifts)
        for pool in range(len(problem.pools))
        if is_possible(problem, day, shift, pool)
    ]
    counts = np.array(list(itertools.product(range(CAP + 1), repeat=len(keys))), dtype=int)
    counts = counts.reshape((CAP + 1) ** len(keys), len(keys))
    staff = np.zeros((len(counts), problem.n_intervals, len(problem.pools)), dtype=int)
    cost, paid = np.zeros(len(counts)), np.zeros((2, len(counts)))
    for column, (day, s, pool) in enumerate(keys):
        shift, heads = problem.shifts[s], counts[:, column]
        for t in range(problem.n_intervals):
            staff[:, t, pool] += heads * is_working(shift, day, t * GRID_MIN)
        cost += heads * shift.wage_min / 60 * problem.hour_cost[pool]
        paid[int(shift.part_time)] += heads * shift.wage_min
    allowed = paid[1] <= problem.rules.part_time_share * paid.sum(axis=0) + 1e-9
    if problem.rules.max_staff is not None:
        allowed &= (staff <= np.array(problem.rules.max_staff)).all(axis=(1, 2))
    return Twin(keys, counts, staff, cost, allowed)


def draw_shifts(rng: np.random.Generator, n_pools: int) -> tuple[ShiftType, ...]:
    n_shifts = int(rng.integers(1, 4))
    shifts = []
    for number in range(n_shifts):
        part = bool(rng.random() < 0.3)
        length = GRID_MIN if part else 2 * GRID_MIN
        breaks = (ShiftBreak(GRID_MIN, GRID_MIN),) if not part and rng.random() < 0.15 else ()
        pools = ("a",) if rng.random() < 0.2 or n_pools == 1 else ()
        start = int(rng.integers(0, 6)) * GRID_MIN
        paid = length - 30 * int(rng.integers(0, 2))
        shifts.append(ShiftType(f"s{number}", start, length, paid, breaks, part, pools))
    return tuple(shifts)


def draw_rules(rng: np.random.Generator, n_pools: int) -> WeeklyRules:
    return WeeklyRules(
        part_time_share=float(rng.choice([0.4, 1.0, 0.0])),
        max_staff=tuple(rng.integers(1, CAP + 1, n_pools)),
    )


def draw_problem(rng: np.random.Generator) -> ShiftProblem:
    """At most six columns: one or two days, one or two pools, one to three shifts."""
    while True:
        n_pools, n_intervals = int(rng.integers(1, 3)), int(rng.choice([1, 3, 6, 12]))
        problem = ShiftProblem(
            n_intervals,
            GRID_MIN,
            ("a", "b")[:n_pools],
            tuple(rng.choice([6.0, 10.0, 10.0, 15.0], n_pools)),
            draw_shifts(rng, n_pools),
            draw_rules(rng, n_pools),
            open_intervals=rng.random(n_intervals) < 0.9,
        )
        days = range(problem.n_days)
        keys = [
            1
            for d, s, p in itertools.product(days, problem.shifts, range(n_pools))
            if is_possible(problem, d, s, p)
        ]
        if len(keys) <= 5:
            return problem


def find_best(twin: Twin, score: np.ndarray) -> float | None:
    """Return the least score of all allowed plans; None where there is none."""
    best = float(np.where(twin.allowed, score, np.inf).min())
    return None if best == np.inf else best


def check(plan: ShiftPlan, best: float | None, sign: float = 1.0) -> bool:
    if best is None:
        assert plan.status == "infeasible"
        assert plan.counts is None
        assert plan.staff is None
        assert plan.reason
        return False
    assert plan.status == "optimal"
    assert plan.objective == pytest.approx(sign * best, rel=1e-9, abs=1e-9)
    assert plan.bound == pytest.approx(plan.objective, rel=1e-7, abs=1e-7)
    return True


def draw_required(rng: np.random.Generator, problem: ShiftProblem) -> np.ndarray:
    required = rng.integers(0, int(rng.integers(1, 4)), (problem.n_intervals, len(problem.pools)))
    required[~problem.open_mask] = 0
    return required


def run_many(seed: int, n_problems: int, run: Callable[[np.random.Generator], bool]) -> None:
    solved = [run(rng) for rng in np.random.default_rng(seed).spawn(n_problems)]
    assert min(sum(solved), n_problems - sum(solved)) >= n_problems // 12


def test_cheapest_cover() -> None:
    def run(rng: np.random.Generator) -> bool:
        problem = draw_problem(rng)
        twin, required = enumerate_plans(problem), draw_required(rng, problem)
        score = np.where((twin.staff < required).any(axis=(1, 2)), np.inf, twin.cost)
        plan = solve_cover(required, problem)
        return check(plan, find_best(twin, score))

    run_many(1, 80, run)


def test_most_gain_for_a_budget() -> None:
    def run(rng: np.random.Generator) -> bool:
        problem = draw_problem(rng)
        twin, budget = enumerate_plans(problem), float(rng.choice([60.0, 150.0, 400.0]))
        shape = (problem.n_intervals, len(problem.pools))
        steps = rng.choice([0.0, 0.0, 0.5, 1.0, rng.random()], (*shape, 4))
        gains = np.cumsum(steps[:, :, ::-1], axis=2)[:, :, ::-1]
        total = np.concatenate([np.zeros((*shape, 1)), np.cumsum(gains, axis=2)], axis=2)
        t, p = np.indices(shape)
        worth = total[t, p, np.minimum(twin.staff, 4)].sum(axis=(1, 2))
        score = np.where(twin.cost > budget + 1e-9, np.inf, -worth)
        plan = solve_value(gains, problem, budget)
        return check(plan, find_best(twin, score), -1.0)

    assert all(run(rng) for rng in np.random.default_rng(3).spawn(80))
