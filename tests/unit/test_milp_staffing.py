"""Staffing a real week: invariances, limits, prices, pins, free staffing."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.errors import InputError
from sim.rostering.columns import lay_columns
from sim.rostering.cover import CoverDemand, build_cover_program
from sim.rostering.shift_problem import Pins, ShiftPlan, ShiftProblem, ShiftType, WeeklyRules
from sim.rostering.solver import SolverLimits, solve_program
from sim.rostering.staffing import StaffPrices, price_value, solve_cover, solve_value

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
        lambda: solve_cover(required, week, under_cost=80.0, over_cost=5.0),
        lambda: solve_value(gains, week, budget=30_000.0),
    ]
    for solve in solvers:
        assert solve().status == "optimal"


def test_plan_meets_requirement_rules_and_its_own_numbers() -> None:
    week, required = make_week(), draw_required()
    plan = solve_cover(required, week)
    assert plan.counts is not None
    assert plan.staff is not None
    assert plan.heads is not None
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
    assert 5 * plan.heads.sum() >= plan.counts.sum()


def test_merging_intervals_changes_no_optimum() -> None:
    week, gains = make_week(), draw_gains(8)
    laid = lay_columns(week)
    demand = CoverDemand(np.zeros((336, 2), dtype=int), -gains, np.zeros((336, 2)), 0.01)
    merged, plain = (
        build_cover_program(week, laid, demand, 30_000.0, merge=merge) for merge in (True, False)
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
    assert (plan.status, plan.counts, plan.heads) == ("stopped", None, None)
    assert "no plan was found in 0 nodes" in plan.reason


def test_free_staffing_takes_the_best_agents_first() -> None:
    """At one wage the best plan is greedy: the dearest marginal gains that money buys."""
    free, gains = make_week(shifts=(), hour_cost=(40.0, 40.0)), draw_gains()
    plan = solve_value(gains, free, budget=20_000.0)
    n_bought = int(20_000 / 20.0)
    assert plan.objective == pytest.approx(np.sort(gains, axis=None)[::-1][:n_bought].sum())
    assert plan.heads is None
    required = draw_required()
    cover = solve_cover(required, free)
    assert cover.staff is not None
    np.testing.assert_array_equal(cover.staff, required)


def test_closed_intervals_stay_empty_in_free_staffing() -> None:
    plan = solve_value(np.ones((336, 2, 3)), make_week(shifts=()))
    assert plan.staff is not None
    np.testing.assert_array_equal(plan.staff, np.where(OPEN[:, None], [[3, 3]], 0))


def test_pinned_counts_are_kept() -> None:
    week, required = make_week(), draw_required()
    free = solve_cover(required, week)
    assert free.counts is not None
    fixed = free.counts.copy()
    fixed[:3] += 1
    pins = Pins(lower=np.where(np.arange(7)[:, None, None] < 3, fixed, 0),
                upper=np.where(np.arange(7)[:, None, None] < 3, fixed, -1))  # fmt: skip
    plan = solve_cover(required, week, pins=pins)
    assert plan.counts is not None
    np.testing.assert_array_equal(plan.counts[:3], fixed[:3])
    assert plan.cost > free.cost


def test_change_penalty_keeps_the_earlier_plan() -> None:
    week, required = make_week(), draw_required()
    earlier = solve_cover(required, week)
    assert earlier.counts is not None
    more = required.copy()
    more[48 + 20 : 48 + 30] += 2
    changes = []
    for price in (0.0, 1.0, 1e5):
        plan = solve_cover(more, week, pins=Pins(earlier=earlier.counts, change_cost=price))
        assert plan.counts is not None
        moved = np.abs(plan.counts - earlier.counts).sum()
        assert plan.objective == pytest.approx(plan.cost + price * moved)
        changes.append(moved)
    assert changes[0] >= changes[1] >= changes[2] > 0
    same = solve_cover(required, week, pins=Pins(earlier=earlier.counts, change_cost=1e5))
    assert same.counts is not None
    np.testing.assert_array_equal(same.counts, earlier.counts)


def test_staff_that_is_there_already_counts() -> None:
    week, required, gains = make_week(), draw_required(), draw_gains()
    there = np.where(OPEN[:, None], np.random.default_rng(2).integers(0, 4, (336, 2)), 0)
    helped = replace(week, staff_already=there)
    plan = solve_cover(required, helped)
    assert plan.objective == solve_cover(np.maximum(required - there, 0), week).objective
    assert plan.staff is not None
    assert np.all(plan.staff >= np.maximum(required, there))
    value = solve_value(gains, helped, 20_000.0)
    assert value.staff is not None
    agent = np.arange(gains.shape[2])
    assert value.objective == pytest.approx(gains[agent < value.staff[:, :, None]].sum())
    assert value.bound == pytest.approx(value.objective, rel=1e-7)
    rough = solve_value(gains, helped, 20_000.0, limits=SolverLimits(gap_rel=0.05))
    assert rough.status == "feasible"
    assert rough.objective < value.objective <= rough.bound


def test_agents_at_once_are_limited() -> None:
    week = make_week(rules=WeeklyRules(max_staff=(6, 9)))
    plan = solve_value(draw_gains(), week)
    assert plan.staff is not None
    assert plan.staff.max(axis=0).tolist() == [6, 9]
    there = np.where(np.arange(336)[:, None] % 48 == 20, [[2, 0]], 0)
    helped = solve_value(draw_gains(), replace(week, staff_already=there))
    assert helped.staff is not None
    assert helped.staff.max(axis=0).tolist() == [6, 9]


def test_prices_are_optimal_duals() -> None:
    """Weak duality: no column costs less than the gains it brings, and the sums are equal."""
    week = make_week(rules=WeeklyRules(part_time_share=1.0))
    gains, budget, laid = draw_gains(12), 25_000.0, lay_columns(week)
    prices = price_value(gains, week, budget)
    assert isinstance(prices, StaffPrices)
    brought = (laid.covers * prices.agent.T[laid.pool]).sum(axis=1)
    assert np.all(brought <= prices.budget * laid.cost + 1e-7)
    surplus = np.maximum(gains - prices.agent[:, :, None], 0.0).sum()
    demand = CoverDemand(np.zeros((336, 2), dtype=int), -gains, np.zeros((336, 2)), 0.0)
    best = solve_program(build_cover_program(week, laid, demand, budget), relaxed=True)
    assert budget * prices.budget + surplus == pytest.approx(-best.objective, rel=1e-9)
    assert np.all(prices.agent[~OPEN] == 0.0)


@pytest.mark.parametrize(
    ("call", "line"),
    [
        (lambda w: solve_cover(np.zeros((3, 2)), w), r"required: shape \(3, 2\)"),
        (lambda w: solve_cover(np.full((336, 2), 0.5), w), "required: must be whole"),
        (lambda w: solve_cover(np.full((336, 2), -1), w), "required: must be whole"),
        (lambda w: solve_cover(np.full((336, 2), np.nan), w), "required: must be whole"),
        (lambda w: solve_cover(np.zeros((336, 2)), w, budget=-1.0), "budget: -1.0"),
        (lambda w: solve_cover(np.zeros((336, 2)), w, under_cost=np.nan), "under_cost: nan"),
        (lambda w: solve_value(np.zeros((336, 2)), w), "gains: shape"),
        (lambda w: solve_value(np.full((336, 2, 1), -1.0), w), "gains: must be finite"),
        (lambda w: solve_value(np.ones((336, 2, 3)).cumsum(axis=2), w), "not rise"),
        (
            lambda w: solve_cover(np.zeros((336, 2)), w, pins=Pins(lower=np.zeros((7, 9)))),
            r"pins.lower: shape \(7, 9\), must be \(7, 9, 2\)",
        ),
    ],
)
def test_mistakes_are_told(call: Callable[[ShiftProblem], ShiftPlan], line: str) -> None:
    with pytest.raises(InputError, match=line):
        call(make_week())


def test_pin_on_a_shift_that_may_not_start_there() -> None:
    shifts = (*FULL, ShiftType("night", 0, 480))
    week = make_week(shifts=shifts)
    lower = np.zeros(week.shape, dtype=int)
    lower[2, 5, 0] = 1
    with pytest.raises(InputError, match=r"pins.lower\[2, 5, 0\]: no such shift"):
        solve_cover(np.zeros((336, 2)), week, pins=Pins(lower=lower))


def test_nested_types_that_need_more_heads_are_told() -> None:
    """Six days, three a head: two people meet every sum of the rules, but no roster does.

    Found by exhaustive search; the short shift lies inside the long one.
    """
    kinds = ((5, 17), (9, 5), (16, 8))
    shifts = tuple(ShiftType(f"from_{a}", 60 * a, 60 * b) for a, b in kinds)
    rules = WeeklyRules(days_per_week=3, max_heads=(2,))
    counts = [[1, 0, 0], [1, 1, 0], [1, 0, 0], [0, 0, 0], [0, 0, 1], [1, 0, 0]]
    fixed = np.array(counts)[:, :, None]
    problem = ShiftProblem(144, 60, ("all",), (1.0,), shifts, rules)
    plan = solve_cover(np.zeros((144, 1)), problem, pins=Pins(lower=fixed, upper=fixed))
    assert plan.heads is not None
    assert plan.heads.tolist() == [[3, 0]]
    assert "no roster by name was found within the limit of heads: all 3 (limit 2)" in plan.reason
