"""Staffing a real week: invariances, limits, prices, pins, free staffing."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sim.errors import InputError
from sim.rostering.columns import lay_columns
from sim.rostering.cover import build_value_program
from sim.rostering.shift_problem import ShiftPlan, ShiftProblem, ShiftType, WeeklyRules
from sim.rostering.solver import SolverLimits, solve_program
from sim.rostering.staffing import solve_cover, solve_value

FULL = tuple(ShiftType(f"full_{h:02d}", 60 * h, 480) for h in (7, 9, 12, 14, 16))
PART = tuple(ShiftType(f"part_{h:02d}", 60 * h, 300, part_time=True) for h in (9, 12, 17, 19))
OPEN = np.tile(np.arange(48) >= 14, 7)


def make_week(**changes: object) -> ShiftProblem:
    settings: dict[str, Any] = {"shifts": FULL + PART, "hour_cost": (40.0, 44.0)}
    settings["open_intervals"] = OPEN
    return ShiftProblem(336, 30, ("general", "technical"), **(settings | changes))


def draw_required(seed: int = 1) -> np.ndarray:
    required = np.random.default_rng(seed).integers(1, 12, (336, 2))
    return np.where(OPEN[:, None], required, 0)


def draw_gains(n_agents: int = 30) -> np.ndarray:
    """Concave gains of a busy afternoon, different in every interval."""
    load = np.where(OPEN, 5.0 + 4.0 * np.sin(np.arange(336) / 48 * 2 * np.pi), 0.0)
    load = load * (1.0 + 0.1 * np.sin(np.arange(336)))
    agent = np.arange(1, n_agents + 1)
    first = load[:, None] * np.exp(-agent / (1.0 + load[:, None]))
    return np.stack([first, 0.7 * first], axis=1)


def test_a_week_of_half_hours_is_solved_to_its_optimum() -> None:
    week, required, gains = make_week(), draw_required(), draw_gains()
    solvers: list[Callable[[], ShiftPlan]] = [
        lambda: solve_cover(required, week),
        lambda: solve_value(gains, week, budget=30_000.0),
    ]
    for solve in solvers:
        assert solve().status == "optimal"


def test_plan_meets_requirement_rules_and_its_own_numbers() -> None:
    week, required = make_week(), draw_required()
    plan = solve_cover(required, week)
    assert plan.counts is not None
    assert plan.staff is not None
    staff = np.zeros((336, 2), dtype=int)
    paid = np.zeros(2)
    for (day, shift, pool), heads in np.ndenumerate(plan.counts):
        kind = week.shifts[shift]
        first = 48 * day + kind.start_min // 30
        staff[first : first + kind.length_min // 30, pool] += heads
        paid[int(kind.part_time)] += heads * kind.length_min
    np.testing.assert_array_equal(plan.staff, staff)
    assert np.all(staff >= required)
    assert paid[1] <= 0.4 * paid.sum()
    assert plan.cost == plan.objective == plan.bound


def test_merging_intervals_changes_no_optimum() -> None:
    week, gains = make_week(), draw_gains(8)
    laid = lay_columns(week)
    merged, plain = (
        build_value_program(week, laid, gains, 30_000.0, merge=merge) for merge in (True, False)
    )
    assert merged.n_rows < plain.n_rows / 2
    first, second = (solve_program(p, relaxed=True) for p in (merged, plain))
    assert first.objective == pytest.approx(second.objective, rel=1e-9)


def test_more_money_buys_no_less_and_the_bound_holds() -> None:
    week, gains = make_week(), draw_gains()
    values = [solve_value(gains, week, budget).objective for budget in (0.0, 9e3, 3e4, 1e9)]
    assert values[0] == 0.0
    assert values == sorted(values)
    quick = solve_value(gains, week, 9e3, limits=SolverLimits(gap_rel=0.2))
    assert quick.objective <= values[1] <= quick.bound
    assert quick.gap == pytest.approx(quick.bound - quick.objective)


def test_no_nodes_are_told_as_stopped() -> None:
    plan = solve_value(draw_gains(), make_week(), 3e4, limits=SolverLimits(nodes=0))
    assert (plan.status, plan.counts) == ("stopped", None)
    assert "no plan was found in 0 nodes" in plan.reason


def test_free_staffing_takes_the_best_agents_first() -> None:
    """At one wage the best plan is greedy: the dearest marginal gains that money buys."""
    free, gains = make_week(shifts=(), hour_cost=(40.0, 40.0)), draw_gains()
    plan = solve_value(gains, free, budget=20_000.0)
    n_bought = int(20_000 / 20.0)
    assert plan.objective == pytest.approx(np.sort(gains, axis=None)[::-1][:n_bought].sum())
    required = draw_required()
    cover = solve_cover(required, free)
    assert cover.staff is not None
    np.testing.assert_array_equal(cover.staff, required)


def test_closed_intervals_stay_empty_in_free_staffing() -> None:
    plan = solve_value(np.ones((336, 2, 3)), make_week(shifts=()), 1e6)
    assert plan.staff is not None
    np.testing.assert_array_equal(plan.staff, np.where(OPEN[:, None], [[3, 3]], 0))


def test_agents_at_once_are_limited() -> None:
    week = make_week(rules=WeeklyRules(max_staff=(6, 9)))
    plan = solve_value(draw_gains(), week, 1e6)
    assert plan.staff is not None
    assert plan.staff.max(axis=0).tolist() == [6, 9]


@pytest.mark.parametrize(
    ("call", "line"),
    [
        (lambda w: solve_cover(np.zeros((3, 2)), w), r"required: shape \(3, 2\)"),
        (lambda w: solve_cover(np.full((336, 2), 0.5), w), "required: must be whole"),
        (lambda w: solve_cover(np.full((336, 2), -1), w), "required: must be whole"),
        (lambda w: solve_cover(np.full((336, 2), np.nan), w), "required: must be whole"),
        (lambda w: solve_value(np.zeros((336, 2, 1)), w, -1.0), "budget: -1.0"),
        (lambda w: solve_value(np.zeros((336, 2, 1)), w, np.nan), "budget: nan"),
        (lambda w: solve_value(np.zeros((336, 2)), w, 1.0), "gains: shape"),
        (lambda w: solve_value(np.full((336, 2, 1), -1.0), w, 1.0), "gains: must be finite"),
        (lambda w: solve_value(np.ones((336, 2, 3)).cumsum(axis=2), w, 1.0), "not rise"),
    ],
)
def test_mistakes_are_told(call: Callable[[ShiftProblem], ShiftPlan], line: str) -> None:
    with pytest.raises(InputError, match=line):
        call(make_week())
