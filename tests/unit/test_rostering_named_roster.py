"""Heads and rosters by name against exhaustive search over all rosters."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from sim.rostering.named_roster import (
    OFF,
    bound_headcount,
    build_roster,
    compute_headcount,
    find_crews,
    is_nested,
)
from sim.rostering.shift_problem import ShiftProblem, ShiftType, WeeklyRules

HOUR = 60
State = tuple[tuple[int, int | None], ...]
FLAT_SETS = [
    ((7, 8), (9, 8), (16, 8)),
    ((6, 8), (12, 8), (16, 8)),
    ((7, 8), (14, 8), (22, 8)),
    ((7, 5), (8, 8), (15, 9), (19, 5)),
]
NESTED_SETS = [((6, 16), (10, 4), (18, 6)), ((5, 17), (9, 5), (16, 8))]


def make_problem(
    kinds: tuple[tuple[int, int], ...], n_days: int, days_per_week: int
) -> ShiftProblem:
    shifts = tuple(ShiftType(f"s{a}_{b}", a * HOUR, b * HOUR) for a, b in kinds)
    rules = WeeklyRules(days_per_week=days_per_week)
    return ShiftProblem(24 * n_days, HOUR, ("all",), (1.0,), shifts, rules)


def exists_roster(problem: ShiftProblem, counts: np.ndarray, heads: int) -> bool:
    """Search every roster: the states after a day are (days worked, last shift) per head."""
    kinds, rules = problem.shifts, problem.rules
    states: set[State] = {((0, None),) * heads}
    for day in range(len(counts)):
        today: list[int | None] = [s for s in range(len(kinds)) for _ in range(counts[day, s, 0])]
        if len(today) > heads:
            return False
        orders = set(itertools.permutations(today + [None] * (heads - len(today)), heads))
        reached: set[State] = set()
        for state, order in itertools.product(states, orders):
            after: list[tuple[int, int | None]] = []
            for (worked, last), shift in zip(state, order, strict=True):
                if shift is None:
                    after.append((worked, None))
                    continue
                tired = last is not None and (
                    kinds[shift].start_min + 1440 - kinds[last].end_min < rules.rest_min
                )
                if tired or worked == rules.days_per_week:
                    break
                after.append((worked + 1, shift))
            else:
                reached.add(tuple(sorted(after, key=str)))
        states = reached
    return bool(states)


def is_roster(problem: ShiftProblem, counts: np.ndarray, roster: np.ndarray) -> bool:
    """Check a roster against the rules and the counts, person by person."""
    for day in range(len(counts)):
        for shift in range(len(problem.shifts)):
            if np.sum(roster[:, day] == shift) != counts[day, shift, 0]:
                return False
    for row in roster:
        for first in range(0, len(row), 7):
            if np.sum(row[first : first + 7] != OFF) > problem.rules.days_per_week:
                return False
        for a, b in itertools.pairwise(row):
            if OFF not in (a, b) and (
                problem.shifts[b].start_min + 1440 - problem.shifts[a].end_min
                < problem.rules.rest_min
            ):
                return False
    return True


def draw_counts(rng: np.random.Generator, problem: ShiftProblem, heads: int) -> np.ndarray:
    n_shifts = len(problem.shifts)
    daily = rng.integers(max(0, heads - 2), heads + 1, problem.n_days)
    return np.stack([rng.multinomial(n, np.full(n_shifts, 1 / n_shifts)) for n in daily])[
        :, :, None
    ]


def test_aggregate_rules_are_necessary_and_sufficient_without_nesting() -> None:
    rng, n_yes, n_no = np.random.default_rng(5), 0, 0
    for _ in range(200):
        problem = make_problem(
            FLAT_SETS[rng.integers(4)], int(rng.integers(3, 7)), int(rng.integers(2, 5))
        )
        heads = int(rng.integers(2, 4))
        counts = draw_counts(rng, problem, heads)
        crew = find_crews(problem)[0]
        assert not is_nested(problem, crew)
        expected = exists_roster(problem, counts, heads)
        assert (bound_headcount(problem, crew, counts) <= heads) == expected
        roster = build_roster(problem, crew, counts, heads)
        assert (roster is not None) == expected
        assert roster is None or is_roster(problem, counts, roster)
        n_yes, n_no = n_yes + expected, n_no + (not expected)
    assert min(n_yes, n_no) > 30


def test_nested_types_keep_the_bound_necessary() -> None:
    rng = np.random.default_rng(6)
    for _ in range(60):
        problem = make_problem(NESTED_SETS[rng.integers(2)], int(rng.integers(3, 6)), 3)
        counts = draw_counts(rng, problem, 3)
        crew = find_crews(problem)[0]
        assert is_nested(problem, crew)
        roster = build_roster(problem, crew, counts, 3)
        if exists_roster(problem, counts, 3):
            assert bound_headcount(problem, crew, counts) <= 3
        else:
            assert roster is None
        assert roster is None or is_roster(problem, counts, roster)


@pytest.mark.parametrize("n_days", [7, 14, 17])
def test_large_rosters_need_no_more_than_the_bound(n_days: int) -> None:
    """Tight weeks: the roster for the least heads exists, over several weeks too."""
    rng = np.random.default_rng(n_days)
    for kinds in FLAT_SETS:
        problem = make_problem(kinds, n_days, 5)
        crew = find_crews(problem)[0]
        for _ in range(5):
            counts = rng.integers(0, 9, problem.shape)
            heads = bound_headcount(problem, crew, counts)
            roster = build_roster(problem, crew, counts, heads)
            assert roster is not None
            assert is_roster(problem, counts, roster)
            assert heads == 0 or build_roster(problem, crew, counts, heads - 1) is None


def test_heads_by_hand() -> None:
    """Late today and early tomorrow clash: 2 + 3 people; a week of 7 x 2 shifts needs 3."""
    problem = make_problem(((7, 8), (16, 8)), 2, 5)
    counts = np.array([[[0], [2]], [[3], [0]]])
    assert compute_headcount(problem, counts).tolist() == [[5, 0]]
    relaxed = replace(problem, rules=replace(problem.rules, rest_min=420))
    assert compute_headcount(relaxed, counts).tolist() == [[3, 0]]
    week = np.zeros((7, 2, 1), dtype=int)
    week[:, 0] = 2
    assert compute_headcount(make_problem(((7, 8), (16, 8)), 7, 5), week).tolist() == [[3, 0]]


def test_a_repeating_week_clashes_with_its_next() -> None:
    problem = make_problem(((7, 8), (16, 8)), 3, 5)
    counts = np.array([[[2], [0]], [[0], [0]], [[0], [2]]])
    crew = find_crews(problem)[0]
    assert bound_headcount(problem, crew, counts) == 2
    assert bound_headcount(replace(problem, wrap=True), crew, counts) == 4


def test_full_and_part_time_are_crews_of_their_own() -> None:
    shifts = (
        ShiftType("full", 540, 480),
        ShiftType("part", 540, 300, part_time=True, pools=("b",)),
    )
    problem = ShiftProblem(24, 60, ("a", "b"), (1.0, 1.0), shifts)
    crews = [(c.pool, c.part_time, c.shifts.tolist()) for c in find_crews(problem)]
    assert crews == [(0, False, [0]), (1, False, [0]), (1, True, [1])]
