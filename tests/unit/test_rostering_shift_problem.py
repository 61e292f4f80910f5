"""Shift problems as data: coverage drawn by hand, labels, and every mistake told."""

from typing import Any

import numpy as np
import pytest

from sim.errors import InputError
from sim.rostering.columns import count_staff, lay_columns
from sim.rostering.shift_problem import (
    ShiftBreak,
    ShiftProblem,
    ShiftType,
    WeeklyRules,
    label_interval,
)


def make_problem(*shifts: ShiftType, **changes: object) -> ShiftProblem:
    settings: dict[str, Any] = {"n_intervals": 12, "interval_min": 120}
    settings |= {"pools": ("a",), "hour_cost": (30.0,)}
    return ShiftProblem(shifts=shifts, **(settings | changes))


def draw(problem: ShiftProblem) -> list[str]:
    columns = lay_columns(problem)
    return ["".join(".x"[int(c)] for c in row) for row in columns.covers]


def test_coverage_by_hand() -> None:
    early = ShiftType("early", 480, 480, breaks=(ShiftBreak(240, 120),))
    assert draw(make_problem(early)) == ["....xx.x...."]
    late = ShiftType("late", 1200, 480)
    assert draw(make_problem(late)) == ["..........xx"]
    assert draw(make_problem(late, wrap=True)) == ["xx........xx"]
    assert draw(make_problem(late, n_intervals=24)) == [
        "..........xxxx..........",
        "......................xx",
    ]


def test_horizon_that_starts_at_noon() -> None:
    noon = make_problem(ShiftType("early", 480, 240), horizon_start_min=720, n_intervals=18)
    assert draw(noon) == ["..........xx......"]
    assert noon.n_days == 2
    assert lay_columns(noon).day.tolist() == [1]


def test_shifts_outside_open_hours_are_left_out() -> None:
    is_open = np.ones(12, dtype=bool)
    is_open[[0, 1, 2, 11]] = False
    shifts = (ShiftType("early", 240, 480), ShiftType("day", 480, 480), ShiftType("late", 960, 480))
    problem = make_problem(*shifts, open_intervals=is_open)
    assert lay_columns(problem).shift.tolist() == [1]


def test_clock_change_moves_the_starts() -> None:
    """On the second day the clock is two hours ahead: its 08:00 comes 22 h after the first's."""
    early, starts = ShiftType("early", 480, 240), np.array([[480], [1800]])
    problem = make_problem(early, n_intervals=24, shift_start_min=starts)
    assert draw(problem) == ["....xx..................", "...............xx......."]


def test_cost_is_paid_time_and_pools_are_kept_apart() -> None:
    full = ShiftType("full", 480, 480, paid_min=450)
    part = ShiftType("part", 480, 240, part_time=True, pools=("b",))
    problem = make_problem(full, part, pools=("a", "b"), hour_cost=(20.0, 40.0))
    columns = lay_columns(problem)
    assert columns.pool.tolist() == [0, 1, 1]
    assert columns.cost.tolist() == [150.0, 300.0, 160.0]
    assert columns.part_time.tolist() == [False, False, True]
    staff = count_staff(problem, columns, np.array([1, 2, 3]))
    assert staff.T.tolist() == [
        [0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0],
        [0, 0, 0, 0, 5, 5, 2, 2, 0, 0, 0, 0],
    ]


def test_free_staffing_has_a_column_per_open_interval_and_pool() -> None:
    is_open = np.arange(12) > 9
    problem = make_problem(pools=("a", "b"), hour_cost=(20.0, 40.0), open_intervals=is_open)
    columns = lay_columns(problem)
    assert problem.shape == (12, 1, 2)
    assert list(zip(columns.day.tolist(), columns.pool.tolist(), strict=True)) == [
        (10, 0),
        (10, 1),
        (11, 0),
        (11, 1),
    ]
    assert columns.cost.tolist() == [40.0, 80.0, 40.0, 80.0]


def test_labels() -> None:
    problem = make_problem(n_intervals=30, horizon_start_min=1380, first_weekday=6)
    assert [label_interval(problem, t) for t in (0, 1, 13)] == [
        "Sun 23:00",
        "Mon 01:00",
        "Tue 01:00",
    ]
    named = make_problem(interval_labels=tuple("abcdefghijkl"))
    assert label_interval(named, 2) == "c"


GOOD = ShiftType("day", 480, 480)


@pytest.mark.parametrize(
    ("shifts", "changes", "line"),
    [
        ((ShiftType("x", 1560, 480),), {}, "shifts.x.start_min: 1560, must lie in 0..1439"),
        ((ShiftType("x", 480, 450),), {}, "shifts.x.length_min: 450, must be a positive multiple"),
        ((ShiftType("x", 480, 1560),), {}, "shifts.x.length_min: 1560, must be at most 1440"),
        ((ShiftType("x", 500, 480),), {}, "shifts.x.start_min: 500, must lie on the 120 min grid"),
        ((ShiftType("x", 480, 480, breaks=(ShiftBreak(400, 120),)),), {}, "must lie in the shift"),
        ((ShiftType("x", 480, 480, pools=("b",)),), {}, "shifts.x.pools: b, allowed: a"),
        ((GOOD,), {"n_intervals": 0}, "horizon: 0 intervals"),
        ((GOOD,), {"hour_cost": (-1.0,)}, "hour_cost: (-1.0,)"),
        ((GOOD,), {"hour_cost": (float("nan"),)}, "hour_cost: (nan,)"),
        ((GOOD,), {"open_intervals": np.ones(3)}, "open_intervals: shape (3,), must be (12,)"),
        ((GOOD,), {"interval_labels": ("a",)}, "interval_labels: 1, must be 12"),
        ((GOOD,), {"rules": WeeklyRules(max_staff=(1, 2))}, "rules.max_staff: (1, 2)"),
        ((GOOD,), {"rules": WeeklyRules(max_staff=(-1,))}, "rules.max_staff: (-1,)"),
        ((GOOD,), {"rules": WeeklyRules(part_time_share=1.5)}, "rules.part_time_share: 1.5"),
        ((GOOD,), {"rules": WeeklyRules(days_per_week=8)}, "rules.days_per_week: 8"),
        ((GOOD,), {"rules": WeeklyRules(rest_min=2880)}, "rules.rest_min: 2880"),
    ],
)
def test_mistakes_are_told(
    shifts: tuple[ShiftType, ...], changes: dict[str, object], line: str
) -> None:
    with pytest.raises(InputError) as caught:
        make_problem(*shifts, **changes)
    assert len(caught.value.errors) == 1
    assert line in caught.value.errors[0]


def test_start_off_the_grid_after_a_clock_change() -> None:
    problem = make_problem(GOOD, shift_start_min=np.array([[430]]))
    with pytest.raises(InputError, match=r"shift_start_min\[0, 0\]: 430"):
        lay_columns(problem)
