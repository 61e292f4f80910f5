"""Random tiny problems: the solver's optimum against all plans enumerated.

The twin shares no code with the model: coverage minute by minute, costs, rules and
rosters by name are worked out here from the shift types alone.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from sim.rostering.shift_problem import Pins, ShiftPlan, ShiftProblem, ShiftType, WeeklyRules
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
    on_break = any(a <= since < a + b for a, b in shift.breaks_min)
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


def has_people(problem: ShiftProblem, keys: list[tuple[int, int, int]], counts: np.ndarray) -> bool:
    """Search rosters of two days by name: full- and part-timers, heads shared per pool."""
    rules = problem.rules
    assert rules.max_heads is not None
    for pool in range(len(problem.pools)):
        needed = 0
        for part in (False, True):
            days = [
                [s for (d, s, p), n in zip(keys, counts, strict=True) for _ in range(n)
                 if (d, p) == (day, pool) and problem.shifts[s].part_time == part]
                for day in range(problem.n_days)
            ]  # fmt: skip
            needed += next(h for h in range(20) if fits_days(problem, days, h))
        if needed > rules.max_heads[pool]:
            return False
    return True


def fits_days(problem: ShiftProblem, days: list[list[int]], heads: int) -> bool:
    if max(map(len, days)) > heads:
        return False
    if sum(map(len, days)) > heads * problem.rules.days_per_week:
        return False
    if len(days) == 1:
        return True
    first, second = (d + [-1] * (heads - len(d)) for d in days)
    return any(
        all(rests(problem, a, b) for a, b in zip(first, order, strict=True))
        for order in set(itertools.permutations(second))
    )


def rests(problem: ShiftProblem, today: int, tomorrow: int) -> bool:
    """One day a week each is checked by days_per_week = 1: nobody works twice."""
    if -1 in (today, tomorrow):
        return True
    if problem.rules.days_per_week == 1:
        return False
    gap = problem.shifts[tomorrow].start_min + 1440 - problem.shifts[today].end_min
    return gap >= problem.rules.rest_min


def draw_shifts(rng: np.random.Generator, n_pools: int) -> tuple[ShiftType, ...]:
    n_shifts = int(rng.integers(1, 4))
    shifts = []
    for number in range(n_shifts):
        part = bool(rng.random() < 0.3)
        length = GRID_MIN if part else 2 * GRID_MIN
        breaks = ((GRID_MIN, GRID_MIN),) if not part and rng.random() < 0.15 else ()
        pools = ("a",) if rng.random() < 0.2 or n_pools == 1 else ()
        start = int(rng.integers(0, 6)) * GRID_MIN
        paid = length - 30 * int(rng.integers(0, 2))
        shifts.append(ShiftType(f"s{number}", start, length, paid, breaks, part, pools))
    return tuple(shifts)


def draw_rules(rng: np.random.Generator, n_pools: int) -> WeeklyRules:
    return WeeklyRules(
        rest_min=660,
        days_per_week=int(rng.integers(1, 4)),
        part_time_share=float(rng.choice([0.4, 1.0, 0.0])),
        max_heads=tuple(rng.integers(0, 5, n_pools)) if rng.random() < 0.4 else None,
        max_staff=tuple(rng.integers(1, 5, n_pools)) if rng.random() < 0.3 else None,
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


def find_best(problem: ShiftProblem, twin: Twin, score: np.ndarray) -> float | None:
    """Return the least score of all allowed plans, rosters by name included."""
    for plan in np.argsort(np.where(twin.allowed, score, np.inf), kind="stable"):
        if not twin.allowed[plan] or score[plan] == np.inf:
            return None
        if problem.rules.max_heads is None or has_people(problem, twin.keys, twin.counts[plan]):
            return float(score[plan])
    return None


def check(problem: ShiftProblem, plan: ShiftPlan, best: float | None, sign: float = 1.0) -> bool:
    if best is None:
        assert plan.status == "infeasible"
        assert plan.counts is None
        assert plan.staff is None
        assert plan.reason
        return False
    assert plan.status == "optimal"
    assert plan.objective == pytest.approx(sign * best, rel=1e-9, abs=1e-9)
    assert plan.bound == pytest.approx(plan.objective, rel=1e-7, abs=1e-7)
    if problem.rules.max_heads is not None:
        assert plan.heads is not None
        assert np.all(plan.heads.sum(axis=1) <= problem.rules.max_heads)
    return True


def draw_required(rng: np.random.Generator, problem: ShiftProblem) -> np.ndarray:
    required = rng.integers(0, int(rng.integers(1, 4)), (problem.n_intervals, len(problem.pools)))
    required[~problem.open_mask] = 0
    return required


def draw_pins(rng: np.random.Generator, problem: ShiftProblem, twin: Twin) -> Pins:
    upper = np.full(problem.shape, CAP)
    lower, earlier = np.zeros(problem.shape, dtype=int), rng.integers(0, CAP, problem.shape)
    if twin.keys and rng.random() < 0.3:
        lower[twin.keys[rng.integers(len(twin.keys))]] = 1
    return Pins(lower, upper, earlier, float(rng.choice([0.0, 0.0, 7.0])))


def score_pins(twin: Twin, pins: Pins) -> np.ndarray:
    """Return the change cost of each plan, infinite where a pin is broken."""
    score = np.zeros(len(twin.counts))
    assert pins.lower is not None
    assert pins.earlier is not None
    for column, key in enumerate(twin.keys):
        heads = twin.counts[:, column]
        score += pins.change_cost * np.abs(heads - pins.earlier[key])
        score[heads < pins.lower[key]] = np.inf
    return score


def run_many(seed: int, n_problems: int, run: Callable[[np.random.Generator], bool]) -> None:
    solved = [run(rng) for rng in np.random.default_rng(seed).spawn(n_problems)]
    assert min(sum(solved), n_problems - sum(solved)) >= n_problems // 12


def test_cheapest_cover() -> None:
    def run(rng: np.random.Generator) -> bool:
        problem = draw_problem(rng)
        twin, required = enumerate_plans(problem), draw_required(rng, problem)
        pins, budget = draw_pins(rng, problem, twin), float(rng.choice([200.0, 1e6]))
        score = twin.cost + score_pins(twin, pins)
        score[(twin.staff < required).any(axis=(1, 2)) | (twin.cost > budget + 1e-9)] = np.inf
        plan = solve_cover(required, problem, budget, pins=pins)
        return check(problem, plan, find_best(problem, twin, score))

    run_many(1, 80, run)


def test_cover_with_shortage_and_surplus_costs() -> None:
    def run(rng: np.random.Generator) -> bool:
        problem = draw_problem(rng)
        twin, required = enumerate_plans(problem), draw_required(rng, problem)
        under, over = float(rng.integers(5, 30)), float(rng.integers(0, 5))
        spare = twin.staff - required
        score = twin.cost.copy()
        score += 4 * under * np.maximum(-spare, 0).sum(axis=(1, 2))
        score += 4 * over * np.maximum(spare, 0).sum(axis=(1, 2))
        pins = Pins(upper=np.full(problem.shape, CAP))
        plan = solve_cover(required, problem, None, under, over, pins)
        return check(problem, plan, find_best(problem, twin, score))

    rngs = np.random.default_rng(2).spawn(60)
    assert all(run(rng) for rng in rngs)


def test_most_gain_for_a_budget() -> None:
    def run(rng: np.random.Generator) -> bool:
        problem = draw_problem(rng)
        twin, required = enumerate_plans(problem), draw_required(rng, problem)
        required *= int(rng.integers(0, 2))
        budget, price = float(rng.choice([60.0, 150.0, 400.0])), float(rng.choice([0.0, 0.02]))
        steps = rng.choice([0.0, 0.0, 0.5, 1.0, rng.random()], (*required.shape, 4))
        gains = np.cumsum(steps[:, :, ::-1], axis=2)[:, :, ::-1]
        pins = draw_pins(rng, problem, twin)
        total = np.concatenate([np.zeros((*required.shape, 1)), np.cumsum(gains, axis=2)], axis=2)
        t, p = np.indices(required.shape)
        worth = total[t, p, np.minimum(twin.staff, 4)].sum(axis=(1, 2))
        score = price * twin.cost - worth + score_pins(twin, pins)
        score[(twin.staff < required).any(axis=(1, 2)) | (twin.cost > budget + 1e-9)] = np.inf
        plan = solve_value(gains, problem, budget, required, price, pins)
        return check(problem, plan, find_best(problem, twin, score), -1.0)

    run_many(3, 80, run)
