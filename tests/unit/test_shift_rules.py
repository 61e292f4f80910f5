"""One statement of each shift rule: what searches allow is what every program accepts.

Each rule is worked out once more here, interval by interval and person by person. Fails where
a program forgets a rule or a predicate judges another one.
"""

import collections
import itertools
from typing import Any

import numpy as np
import pytest

from sim.planning.search.fluid_milp import HorizonModel
from sim.rostering.columns import lay_columns
from sim.rostering.constraints import MANY_PEOPLE, RosterConstraints
from sim.rostering.cover import begin_cover_program
from sim.rostering.coverage import find_minimum_coverage
from sim.rostering.feasible_roster import pose_roster
from sim.rostering.program import LESS, MORE, ProgramBuilder, meets_rows
from sim.rostering.roster import Rosters
from sim.rostering.rules import are_kept, gather_rows, list_changes
from sim.rostering.shift_problem import ShiftProblem, ShiftType, WeeklyRules
from sim.rostering.staffing import solve_cover
from tests.plan_worlds import SMALL_SHIFTS
from tests.worlds import make_plain_scenario, make_scenario

BREAKS = [
    {"start_h": 8.0, "length_h": 8.0, "breaks": [{"after_h": 4.0, "length_min": 60.0}]},
    {"start_h": 12.0, "length_h": 8.0},
    {"start_h": 11.0, "length_h": 3.0, "part_time": True},
    {"start_h": 15.0, "length_h": 5.0, "part_time": True},
]


def make_rosters(kind: str) -> Rosters:
    """Return one pool whose day has a lunch break, or two pools that do or do not help out."""
    if kind == "alone":
        team = {"pools": {"general": {"skills": ["question"], "limit": 3}}}
        shifts = SMALL_SHIFTS | {"kinds": BREAKS}
        scenario = make_plain_scenario(20.0, horizon={"days": 1}, team=team, shifts=shifts)
    else:
        kinds = [{"start_h": 7.0, "length_h": 9.0}, {"start_h": 15.0, "length_h": 9.0}]
        kinds.append({"start_h": 17.0, "length_h": 5.0, "part_time": True})
        apart: dict[str, Any] = {"overflow_min": None} if kind == "apart" else {}
        pools = {name: {"limit": 2} for name in ("general", "technical")}
        apart["reference_staff"] = dict.fromkeys(pools, [1] * 24)
        scenario = make_scenario(
            horizon={"days": 1}, team={"pools": pools, **apart}, shifts={"kinds": kinds}
        )
    made = Rosters(scenario)
    made.minimum_coverage = find_minimum_coverage(scenario, made.problem)
    return made


def list_broken(rosters: Rosters, roster: np.ndarray, agreed: RosterConstraints) -> set[str]:
    """Return the rules that a roster breaks, counted person by person."""
    problem, columns = rosters.problem, rosters.columns
    people = [column for column, count in enumerate(roster) for _ in range(count)]
    broken = set()
    for interval in range(problem.n_intervals):
        there = [int(columns.pool[one]) for one in people if columns.covers[one, interval]]
        for pool, most in enumerate(problem.rules.max_staff or ()):
            if there.count(pool) > most:
                broken.add("staff limit")
        present = [pool in there for pool in range(len(problem.pools))]
        alone = len(problem.pools) == 1 or rosters.scenario.team.overflow_min is not None
        if problem.open_mask[interval] and not (any(present) if alone else all(present)):
            broken.add("coverage")
    paid = sum(columns.paid_min[one] for one in people)
    part = sum(columns.paid_min[one] for one in people if columns.part_time[one])
    if part > problem.rules.part_time_share * paid + 1e-9:
        broken.add("part time")
    for column, count in enumerate(roster):
        if not agreed.lower[column] <= count <= agreed.upper[column]:
            broken.add("pins")
    more = sum(max(a - b, 0) for a, b in zip(roster, agreed.earlier, strict=True))
    less = sum(max(b - a, 0) for a, b in zip(roster, agreed.earlier, strict=True))
    if max(more, less) > agreed.most_changes:
        broken.add("changes")
    return broken


def draw_agreed(rng: np.random.Generator, n: int) -> RosterConstraints:
    lower, upper = np.zeros(n, dtype=np.int64), np.full(n, MANY_PEOPLE)
    lower[rng.integers(n)] = rng.integers(0, 2)
    upper[rng.integers(n)] = rng.integers(1, 3)
    return RosterConstraints(lower, upper, draw_roster(rng, n), int(rng.integers(1, n + 2)))


def draw_roster(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.choice(3, n, p=[0.2, 0.65, 0.15])


def accepts_agreed(rosters: Rosters, roster: np.ndarray, agreed: RosterConstraints) -> bool:
    """Tell whether the program of agreed rosters takes this one, with its changes filled in."""
    change = roster - agreed.earlier
    more, less = np.maximum(change, 0), np.maximum(-change, 0)
    values = np.r_[roster, more, less, max(more.sum(), less.sum())]
    return meets_rows(pose_roster(rosters, agreed, rosters.columns.cost), values)


def accepts_fluid(rosters: Rosters, roster: np.ndarray) -> bool:
    """Tell whether the program of the whole horizon takes these people, for any wages."""
    model, builder = HorizonModel.__new__(HorizonModel), ProgramBuilder()
    model.rosters, model.labor_cost = rosters, 1e9
    model.add_roster(builder)
    return meets_rows(builder.build(), roster)


def accepts_cover(rosters: Rosters, roster: np.ndarray) -> bool:
    """Tell whether the program of covers takes a roster, nobody being required."""
    nobody = np.zeros((rosters.problem.n_intervals, len(rosters.problem.pools)), dtype=np.int64)
    program = begin_cover_program(rosters.problem, rosters.columns, nobody).build()
    return meets_rows(program, roster)


def test_programs_and_predicate_agree_on_random_rosters() -> None:
    seen: collections.Counter[str] = collections.Counter()
    for kind in ("alone", "together", "apart"):
        rosters, rng = make_rosters(kind), np.random.default_rng(7)
        for _ in range(150):
            agreed = draw_agreed(rng, rosters.n)
            broken = judge_everywhere(rosters, draw_roster(rng, rosters.n), agreed)
            seen.update(broken or {"kept"})
            seen.update(f"only {rule}" for rule in broken if len(broken) == 1)
    rules = {"staff limit", "coverage", "part time", "pins", "changes"}
    assert seen["kept"] >= 20, seen
    # each rule decides alone somewhere: without it one roster more would be allowed
    assert all(seen[f"only {rule}"] >= 1 for rule in rules), seen


def judge_everywhere(rosters: Rosters, roster: np.ndarray, agreed: RosterConstraints) -> set[str]:
    """Return the rules broken, after each program and predicate has been asked."""
    broken = list_broken(rosters, roster, agreed)
    own = broken - {"pins", "changes"}
    rosters.constraints = agreed
    assert rosters.is_allowed(roster) == (not broken)
    assert rosters.is_sound(roster) == (not broken - {"part time"})
    rosters.constraints = None
    assert rosters.is_allowed(roster) == (not own)
    assert accepts_agreed(rosters, roster, agreed) == (not broken)
    assert accepts_fluid(rosters, roster) == (not own)
    assert accepts_cover(rosters, roster) == (not own - {"coverage"})
    return broken


def test_a_row_stands_for_all_intervals_that_the_same_people_work() -> None:
    """Ten open hours, a lunch break: as many rows as sets of shifts at work, told at the first."""
    rosters = make_rosters("alone")
    agreed = RosterConstraints(np.zeros(rosters.n), np.full(rosters.n, MANY_PEOPLE))
    program = pose_roster(rosters, agreed, rosters.columns.cost)
    rows = [
        (kind, int(place), int(sense))
        for kind, place, sense in zip(program.kind, program.place, program.sense, strict=True)
    ]
    firsts = {
        rosters.columns.covers[:, t].tobytes(): t for t in range(23, -1, -1)
        if rosters.columns.covers[:, t].any()
    }  # fmt: skip
    assert [row for row in rows if row[0] == "required"] == [
        ("required", t, MORE) for t in sorted(firsts.values())
    ]
    assert [row for row in rows if row[0] == "staff_limit"] == [
        ("staff_limit", t, LESS) for t in sorted(firsts.values())
    ]


def test_most_change_is_that_of_all_rosters_counted():
    """Every roster of a tiny ring: the rows keep those whose hours differ by at most one."""
    problem = ShiftProblem(
        n_intervals=8,
        interval_min=180,
        pools=("a",),
        hour_cost=(1.0,),
        shifts=(
            ShiftType("early", 0, 720),
            ShiftType("mid", 360, 540),
            ShiftType("late", 720, 720),
        ),
        rules=WeeklyRules(most_change=1, part_time_share=1.0, rest_min=0),
    )
    columns = lay_columns(problem)
    rules = gather_rows(list_changes(problem, columns), len(columns.cost))
    kept = 0
    for people in itertools.product(range(3), repeat=len(columns.cost)):
        roster = np.array(people)
        heads = [
            sum(n for n, on in zip(people, columns.on_shift[:, t], strict=True) if on)
            for t in range(8)
        ]
        fits = all(abs(b - a) <= 1 for a, b in itertools.pairwise(heads))
        assert are_kept(rules, roster) == fits
        kept += fits
    assert 0 < kept < 3 ** len(columns.cost)
    wanted = np.zeros((8, 1), int)
    wanted[2] = 3
    plan = solve_cover(wanted, problem)
    best = min(
        float(columns.cost @ np.array(people))
        for people in itertools.product(range(5), repeat=len(columns.cost))
        if are_kept(rules, np.array(people)) and (np.array(people) @ columns.covers)[2] >= 3
    )
    assert plan.cost == pytest.approx(best)
