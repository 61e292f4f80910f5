"""The smallest change that is told must be enough, and one unit less must not."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.rostering.columns import lay_columns
from sim.rostering.cover import begin_cover_program
from sim.rostering.relaxation import find_relaxations
from sim.rostering.shift_problem import ShiftProblem, ShiftType, WeeklyRules
from sim.rostering.solver import SolverLimits
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


def test_requirement_that_a_limit_cannot_staff() -> None:
    """Five are wanted where two may be at once: three less in that interval, not one more."""
    problem = make_problem(max_staff=(2,))
    lowered = read_lowered(solve_cover(REQUIRED, problem).reason)
    assert lowered == {3: 3, 8: 1, 9: 1}
    less = REQUIRED.copy()
    for interval, amount in lowered.items():
        less[interval] -= amount
    assert solve_cover(less, problem).status == "optimal"
    for interval in lowered:
        more = less.copy()
        more[interval] += 1
        assert solve_cover(more, problem).status == "infeasible"


def test_interval_that_no_shift_works() -> None:
    required = REQUIRED.copy()
    required[0] = 2
    plan = solve_cover(required, make_problem())
    assert plan.reason == "no plan fits: lower the requirement of Mon 00:00 (all) by 2"


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


def test_part_time_share() -> None:
    """Only the part-time shift works the second interval of its own problem."""
    required = np.where(np.arange(12) == 3, 4, 0)[:, None]
    problem = replace(make_problem(part_time_share=0.0), shifts=SHIFTS[1:])
    plan = solve_cover(required, problem)
    told = re.search(r"raise the part-time share from 0 to ([\d.]+)", plan.reason)
    assert told is not None
    share = float(told[1])
    allowed = replace(problem, rules=WeeklyRules(part_time_share=share))
    assert solve_cover(required, allowed).status == "optimal"


def test_several_limits_that_only_give_way_together() -> None:
    """Two at an hour that part-timers alone can work, of whom no more than one may be there."""
    problem = replace(make_problem(part_time_share=0.0, max_staff=(1,)), shifts=SHIFTS[2:])
    program = begin_cover_program(
        problem, lay_columns(problem), np.where(np.arange(12) == 3, 2, 0)[:, None]
    )
    # the requirement is not to give way, as an agreement would not
    fixed = program.build()
    fixed = fixed._replace(kind=tuple(k if k != "required" else "" for k in fixed.kind))
    told = find_relaxations(fixed, problem, lay_columns(problem), SolverLimits())
    assert "agents at once in all from 1 to 2 and raise the part-time share from 0 to 1" in told
    assert "; or " not in told


def test_long_lists_are_cut() -> None:
    problem = replace(make_problem(), shifts=(SHIFTS[1],))
    required = np.arange(1, 13)[:, None]
    plan = solve_cover(required, problem)
    assert "and 3 more (44 agent-intervals in all)" in plan.reason
