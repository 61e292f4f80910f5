"""The smallest change that is told must be enough, and one unit less must not."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.rostering.shift_problem import Pins, ShiftProblem, ShiftType, WeeklyRules
from sim.rostering.staffing import solve_cover

SHIFTS = (
    ShiftType("early", 480, 480),
    ShiftType("late", 960, 480),
    ShiftType("short", 720, 240, part_time=True),
)


def make_problem(**rules: Any) -> ShiftProblem:
    """Two days of four-hour intervals; an early shift costs 80."""
    return ShiftProblem(12, 240, ("all",), (10.0,), SHIFTS, WeeklyRules(**rules))


REQUIRED = np.array([[0, 0, 2, 5, 1, 1, 0, 0, 3, 3, 0, 0]]).T


def test_budget_below_the_cheapest_cover() -> None:
    problem = make_problem()
    plan = solve_cover(REQUIRED, problem, budget=300.0)
    assert plan.status == "infeasible"
    told = re.search(r"budget 300 is below the cheapest plan, ([\d,.]+)", plan.reason)
    assert told is not None
    enough = float(told[1].replace(",", ""))
    assert enough == solve_cover(REQUIRED, problem).cost
    assert solve_cover(REQUIRED, problem, budget=enough).status == "optimal"
    assert solve_cover(REQUIRED, problem, budget=enough - 0.01).status == "infeasible"


def read_lowered(reason: str) -> dict[int, int]:
    """Read 'Mon 08:00 (all) by 2' and 'each of the 2 intervals from ...' back."""
    words = reason.split("lower the requirement of ")[1].split("; or")[0]
    found = re.findall(
        r"(?:each of the (\d+) intervals from )?(\w+ \d\d:\d\d) \(all\) by (\d+)", words
    )
    lowered: dict[int, int] = {}
    for run, when, amount in found:
        first = ("Mon", "Tue").index(when[:3]) * 6 + int(when[4:6]) // 4
        lowered |= dict.fromkeys(range(first, first + int(run or 1)), int(amount))
    return lowered


def test_requirement_that_a_budget_cannot_buy() -> None:
    problem, budget = make_problem(), 500.0
    plan = solve_cover(REQUIRED, problem, budget=budget)
    lowered = read_lowered(plan.reason)
    less = REQUIRED.copy()
    for interval, amount in lowered.items():
        less[interval] -= amount
    assert solve_cover(less, problem, budget=budget).status == "optimal"
    # the smallest: shortage priced alone cannot be had for less agent-intervals
    soft = solve_cover(REQUIRED, problem, budget=budget, under_cost=1e4)
    assert soft.staff is not None
    assert sum(lowered.values()) == np.maximum(REQUIRED - soft.staff, 0).sum()


def test_interval_that_no_shift_works() -> None:
    required = REQUIRED.copy()
    required[0] = 2
    plan = solve_cover(required, make_problem())
    assert plan.reason == "no plan fits: lower the requirement of Mon 00:00 (all) by 2"


def test_heads() -> None:
    plan = solve_cover(REQUIRED, make_problem(max_heads=(3,)))
    told = re.search(r"allow (\d+) employees in all instead of 3", plan.reason)
    assert told is not None
    heads = int(told[1])
    assert solve_cover(REQUIRED, make_problem(max_heads=(heads,))).status == "optimal"
    assert solve_cover(REQUIRED, make_problem(max_heads=(heads - 1,))).status == "infeasible"


def test_heads_of_a_week() -> None:
    """One shift a day is seven a week: at five days each that takes two people."""
    days = np.tile([0, 0, 1, 1, 0, 0], 7)[:, None]
    problem = replace(make_problem(max_heads=(1,)), n_intervals=42)
    assert "allow 2 employees in all instead of 1" in solve_cover(days, problem).reason
    longer = replace(problem, rules=WeeklyRules(days_per_week=7, max_heads=(1,)))
    assert solve_cover(days, longer).status == "optimal"


def test_heads_of_a_night() -> None:
    """Three work until midnight, three others from eight: eleven hours of rest need six."""
    required = np.array([[0, 0, 0, 0, 3, 3, 0, 0, 3, 3, 0, 0]]).T
    plan = solve_cover(required, make_problem(max_heads=(5,)))
    assert "allow 6 employees in all instead of 5" in plan.reason
    assert solve_cover(required, make_problem(max_heads=(3,), rest_min=480)).status == "optimal"


def test_agents_at_once() -> None:
    plan = solve_cover(REQUIRED, make_problem(max_staff=(4,)))
    assert "raise the limit of agents at once in all from 4 to 5" in plan.reason
    assert solve_cover(REQUIRED, make_problem(max_staff=(5,))).status == "optimal"


@pytest.mark.parametrize("limit", [1, 2, 3, 4])
def test_one_limit_for_all_intervals_is_told_as_one_number(limit: int) -> None:
    plan = solve_cover(REQUIRED, make_problem(max_staff=(limit,)))
    told = re.search(rf"the limit of agents at once in all from {limit} to (\d+)", plan.reason)
    assert told is not None
    assert plan.reason.count("agents at once") == 1
    enough = int(told[1])
    assert solve_cover(REQUIRED, make_problem(max_staff=(enough,))).status == "optimal"
    assert solve_cover(REQUIRED, make_problem(max_staff=(enough - 1,))).status == "infeasible"


def test_pins() -> None:
    problem = make_problem()
    upper = np.full(problem.shape, -1)
    upper[1, 0, 0] = 1
    plan = solve_cover(REQUIRED, problem, pins=Pins(upper=upper))
    assert "loosen the pins early of day 1 (all) from at most 1 to 3" in plan.reason
    upper[1, 0, 0] = 3
    assert solve_cover(REQUIRED, problem, pins=Pins(upper=upper)).status == "optimal"
    fixed = Pins(lower=np.where(np.arange(3)[None, :, None] == 1, 2, 0) * np.ones((2, 3, 1)))
    capped = solve_cover(REQUIRED, make_problem(max_staff=(5,), max_heads=(5,)), pins=fixed)
    assert capped.status == "infeasible"


def test_part_time_share() -> None:
    required = np.where(np.arange(12) == 3, 4, 0)[:, None]
    problem = make_problem(part_time_share=0.0)
    plan = solve_cover(required, problem, budget=200.0)
    told = re.search(r"raise the part-time share from 0 to ([\d.]+)", plan.reason)
    assert told is not None
    share = float(told[1])
    allowed = replace(problem, rules=WeeklyRules(part_time_share=share))
    assert solve_cover(required, allowed, budget=200.0).status == "optimal"


def test_several_limits_that_only_give_way_together() -> None:
    """Somebody must work when no shift may, for money that is not there."""
    problem = make_problem()
    lower = np.zeros(problem.shape, dtype=int)
    lower[0, 0, 0] = 4
    required = np.where(np.arange(12) == 0, 2, 0)[:, None]
    plan = solve_cover(required, problem, budget=100.0, pins=Pins(lower=lower))
    assert plan.status == "infeasible"
    assert "lower the requirement of Mon 00:00 (all) by 2 and loosen the pins early" in plan.reason
    assert "; or " not in plan.reason


def test_long_lists_are_cut() -> None:
    problem = replace(make_problem(), shifts=(SHIFTS[1],))
    required = np.arange(1, 13)[:, None]
    plan = solve_cover(required, problem)
    assert "and 3 more (44 agent-intervals in all)" in plan.reason
