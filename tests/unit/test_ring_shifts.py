"""Shifts round the clock: a week that repeats, clock changes, and what stays uncovered.

Second roads: coverage drawn by hand, the middle of three weeks, each interval's own wall clock,
and a search of all rosters over the seam.
"""

import itertools
import json
import re
from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from sim.decision.staffing import StaffedInterval
from sim.errors import InfeasibleError, InputError
from sim.planning.agreements import find_column, require_coverage
from sim.planning.decision import list_shifts
from sim.policies.standard import make_standard_policy
from sim.report.decision import build_grid
from sim.report.shifts import lay_out_shifts
from sim.rostering.columns import lay_columns
from sim.rostering.named_roster import bound_headcount, compute_headcount, find_crews
from sim.rostering.roster import Rosters
from sim.rostering.scenario_shifts import pose_shifts
from sim.rostering.shift_problem import ShiftProblem, ShiftType, WeeklyRules
from sim.scenario.build import load_scenario
from sim.scenario.model import Scenario
from sim.scenario.profile import interval_local_times
from sim.scenario.settings import Pin
from tests.worlds import make_policy, make_scenario

EIGHTS = tuple({"start_h": hour, "length_h": 8.0} for hour in (6.0, 14.0, 22.0))
TWELVES = tuple({"start_h": hour, "length_h": 12.0} for hour in (7.0, 19.0))
MONDAY = "2026-06-01T00:00:00"


def pause(after_h: float, length_min: float = 60.0) -> tuple[dict[str, float], ...]:
    return ({"after_h": after_h, "length_min": length_min},)


def make_night(horizon: dict[str, Any] | None = None, **shifts: Any) -> Scenario:
    always = {"open_from_h": 0.0, "open_to_h": 24.0, "kinds": EIGHTS}
    ring = {"start": MONDAY, "repeats": True}
    return make_scenario(horizon=ring | (horizon or {}), shifts=always | shifts)


def test_three_shifts_of_eight_cover_a_week_that_repeats():
    columns = lay_columns(pose_shifts(make_night()))
    general = columns.pool == 0
    assert general.sum() == 21
    assert (columns.covers[general].sum(axis=0) == 1).all()
    sunday_night = general & (columns.day == 6) & (columns.shift == 2)
    assert np.flatnonzero(columns.covers[sunday_night][0]).tolist() == [*range(6), 166, 167]
    # one person in each of two pools, 168 hours at 40
    assert columns.cost.sum() == pytest.approx(2 * 168 * 40.0)


@pytest.mark.parametrize(
    "horizon",
    [
        {},
        {"start": "2026-06-01T12:00:00"},
        {"days": 1},
        {"days": 1, "start": "2026-06-01T23:00:00"},
    ],
)
@pytest.mark.parametrize("kinds", [EIGHTS, TWELVES])
def test_doors_stay_open_around_the_clock(horizon, kinds):
    rosters = Rosters(make_night(horizon, kinds=kinds))
    cover = require_coverage(rosters).cover
    hours = 24 * horizon.get("days", 7)
    assert cover.cost == pytest.approx(hours * 40.0)
    assert (cover.staff.sum(axis=1) == 1).all()


@pytest.mark.parametrize("first_h", [0, 12])
def test_the_ring_is_the_middle_of_three_weeks(first_h):
    """Every shift of the second of three weeks, laid onto one; opening past midnight, too."""
    kinds = [{"start_h": hour, "length_h": 8.0} for hour in (10.0, 18.0, 22.0)]
    days = {"sun": None, "sat": (12.0, 6.0)}
    hours = {"open_from_h": 10.0, "open_to_h": 26.0, "open_by_day": days, "kinds": kinds}
    start = f"2026-06-01T{first_h:02d}:00:00"
    ring = pose_shifts(make_night({"start": start}, **hours))
    long = pose_shifts(make_night({"start": start, "days": 21, "repeats": False}, **hours))
    assert (ring.open_mask == long.open_mask[168:336]).all()

    def collect(problem: ShiftProblem, first: int) -> Counter[tuple[int, int, bytes]]:
        columns = lay_columns(problem)
        worked = columns.covers.reshape(len(columns.day), -1, 168).any(axis=1)
        starts_min = problem.shift_start_min[columns.day, columns.shift]
        mine = (starts_min >= first * 60) & (starts_min < (first + 168) * 60)
        return Counter(
            (int(columns.shift[c]), int(columns.pool[c]), worked[c].tobytes())
            for c in np.flatnonzero(mine)
        )

    assert collect(ring, 0) == collect(long, 168)
    assert sum(collect(ring, 0).values()) > 20


@pytest.mark.parametrize(("start", "real_h"), [("2026-10-26", 9.0), ("2026-03-02", 7.0)])
def test_a_night_of_a_clock_change_is_worked_and_paid_as_long_as_it_lasts(start, real_h):
    scenario = make_night({"start": f"{start}T00:00:00", "time_zone": "America/New_York"})
    columns = lay_columns(pose_shifts(scenario))
    assert (columns.covers[columns.pool == 0].sum(axis=0) == 1).all()
    night = (columns.pool == 0) & (columns.day == 5) & (columns.shift == 2)
    assert columns.covers[night].sum() == real_h
    assert columns.cost[night] == pytest.approx(real_h * 40.0)
    assert columns.cost.sum() == pytest.approx(2 * (168 + real_h - 8) * 40.0)
    policy = make_standard_policy("flat", scenario, 40_000.0)
    told = {row.name: row for row in list_shifts(scenario, policy) if 5 in row.days}
    assert told[f"22:00 to 06:00 next day ({real_h:g} h)"].length_h == real_h
    assert not any("(" in name for name in told if not name.startswith("22:00"))


@pytest.mark.parametrize(
    ("zone", "start", "step_min"),
    [
        ("America/New_York", "2026-11-01T01:00:00", 30),
        ("America/New_York", "2026-10-25T12:00:00", 60),
        ("America/New_York", "2026-03-08T02:00:00", 30),
        ("Australia/Lord_Howe", "2026-04-05T00:00:00", 30),
        ("Australia/Lord_Howe", "2026-10-04T02:00:00", 30),
        ("America/Santiago", "2026-09-06T00:00:00", 60),
        ("America/Santiago", "2026-03-29T00:00:00", 60),
        ("America/Asuncion", "2023-10-01T00:00:00", 60),
        ("Africa/Cairo", "2026-04-24T00:00:00", 60),
        ("Asia/Beirut", "2026-10-19T00:00:00", 60),
    ],
)
def test_each_interval_has_the_shift_of_its_own_wall_clock(zone, start, step_min):
    horizon = {"time_zone": zone, "start": start, "interval_min": step_min}
    scenario = make_night(horizon)
    columns = lay_columns(pose_shifts(scenario))
    general = columns.pool == 0
    n_by_kind = [columns.covers[general & (columns.shift == kind)].sum(axis=0) for kind in range(3)]
    for place, time in enumerate(interval_local_times(scenario.horizon)):
        hour = time.hour
        wanted = [6 <= hour < 14, 14 <= hour < 22, hour >= 22 or hour < 6]
        assert [int(by_kind[place]) for by_kind in n_by_kind] == [int(one) for one in wanted], time


def test_a_shift_that_alone_covers_the_last_hours_is_worked_until_closing():
    """Monday opens at 6: Sunday's night shift lasts from 22 to 24 and is paid for that."""
    scenario = make_night(open_by_day={"mon": (6.0, 24.0)})
    columns = lay_columns(pose_shifts(scenario))
    night = (columns.pool == 0) & (columns.day == 6) & (columns.shift == 2)
    assert np.flatnonzero(columns.covers[night][0]).tolist() == [166, 167]
    assert columns.cost[night] == pytest.approx(80.0)
    assert require_coverage(Rosters(scenario)).cover.cost == pytest.approx(162 * 40.0)
    # where another shift covers those hours, none is cut
    more = make_night(open_by_day={"mon": (6.0, 24.0)},
                      kinds=(*EIGHTS, {"start_h": 16.0, "length_h": 8.0}))  # fmt: skip
    columns = lay_columns(pose_shifts(more))
    assert not ((columns.day == 6) & (columns.shift == 2)).any()


def test_shifts_that_reach_two_openings_are_cut_to_both_between_them():
    """Open 6 to 8 and 20 to 22; two long shifts, each of which alone would be cut to one."""
    kinds = ({"start_h": 5.0, "length_h": 18.0}, {"start_h": 4.0, "length_h": 20.0})
    hours = {"open_from_h": 6.0, "open_to_h": 22.0}
    scenario = make_night({"days": 2, "repeats": False}, kinds=kinds, **hours)
    is_open = np.zeros(48, dtype=bool)
    is_open[[6, 7, 20, 21]] = True
    problem = replace(pose_shifts(scenario), open_intervals=is_open)
    columns = lay_columns(problem)
    worked = [np.flatnonzero(row).tolist() for row in columns.covers[columns.pool == 0]]
    assert worked == [[6, 7], [20, 21]]


@pytest.mark.parametrize(
    ("shifts", "horizon", "change", "cure"),
    [
        ({}, {"repeats": False},
         "close from Mon 00:00 to Mon 06:00 (scenario.shifts.open_by_day), or add a kind",
         {"open_by_day": {"mon": (6.0, 24.0)}}),
        (
            {"open_by_day": {"mon": (6.0, 24.0)}, "kinds": (EIGHTS[0], EIGHTS[2],
             {"start_h": 14.0, "length_h": 8.0, "breaks": pause(4.0)})},
            {"days": 1}, "add a kind of shift that covers Mon 18:00 to Mon 19:00, as by a break at "
            "another hour (scenario.shifts.kinds)",
            {"kinds": (*EIGHTS, {"start_h": 18.0, "length_h": 1.0})},
        ),
        (
            {"open_from_h": 10.0, "open_to_h": 18.0,
             "kinds": ({"start_h": 10.0, "length_h": 8.0, "breaks": pause(7.0)},)},
            {"days": 1}, "close from Mon 17:00 to Mon 18:00 (scenario.shifts.open_by_day), or add",
            {"open_by_day": {"mon": (10.0, 17.0)}},
        ),
    ],
)  # fmt: skip
def test_hours_that_nothing_covers_are_named_with_keys_that_exist(shifts, horizon, change, cure):
    """A lunch hour amid the day cannot be closed: a day has one opening and one closing."""
    with pytest.raises(InfeasibleError) as found:
        require_coverage(Rosters(make_night(horizon, **shifts)))
    told = str(found.value)
    assert f"smallest change: {change}" in told
    assert ("scenario.horizon.repeats=true" in told) == (horizon.get("repeats") is False)
    plain = json.loads(load_scenario("telecom_week", []).model_dump_json())
    for key in re.findall(r"scenario\.([\w.]+)", told):
        place: Any = plain
        for part in key.split("."):
            assert part in place
            place = place[part]
    require_coverage(Rosters(make_night(horizon, **(shifts | cure))))


def test_a_shift_that_is_all_break_is_refused():
    kinds = (
        *EIGHTS,
        {"start_h": 10.0, "length_h": 8.0, "breaks": pause(0.0, 480.0)},
    )
    with pytest.raises(ValidationError, match=r"breaks\.0\.length_min.* leaves time to work"):
        make_night(kinds=kinds)


def test_kinds_off_the_grid_are_told_by_their_keys():
    kinds = ({"start_h": 6.5, "length_h": 8.0}, {"start_h": 14.0, "length_h": 16.5})
    with pytest.raises(InputError) as found:
        pose_shifts(make_night(kinds=kinds))
    assert "scenario.shifts.kinds.0.start_h = 6.5: allowed: a multiple" in str(found.value)
    assert "scenario.shifts.kinds.1.length_h = 16.5" in str(found.value)
    pose_shifts(make_night({"interval_min": 30}, kinds=kinds))


def test_an_unpaid_break_costs_nothing():
    kinds = (
        *EIGHTS,
        {"start_h": 6.0, "length_h": 9.0, "breaks": pause(4.0)},
    )
    columns = lay_columns(pose_shifts(make_night(kinds=kinds)))
    with_break = columns.shift == 3
    assert (columns.covers[with_break].sum(axis=1) == 8).all()
    assert columns.cost[with_break] == pytest.approx(8 * 40.0)


def test_a_shift_is_pinned_by_the_name_that_a_plan_gives_it():
    rosters = Rosters(make_night({"start": "2026-10-26T00:00:00"}))
    names = ("22:00 to 06:00 next day (9 h)", "22:00 to 06:00 next day", "22:00-06:00")
    pins = [Pin(shift=name, day=5, pool="general", exactly=1) for name in names]
    found = {find_column(rosters, pin, "planner.pins.0") for pin in pins}
    assert len(found) == 1
    (column,) = found
    assert (rosters.columns.day[column], rosters.columns.shift[column]) == (5, 2)


def test_the_pages_table_shows_the_night_once_and_nobody_twice():
    scenario = make_night({"start": "2026-10-26T00:00:00", "time_zone": "America/New_York"})
    policy = make_policy(scenario, staff={name: [1] * 169 for name in scenario.pool_names})
    rows = [
        StaffedInterval(
            pool=pool,
            interval_start_min=60 * place,
            agents=policy.staff[pool][place],
            time_local=time.replace(tzinfo=None).isoformat(timespec="minutes"),
        )
        for pool in scenario.pool_names
        for place, time in enumerate(interval_local_times(scenario.horizon))
    ]
    grid = build_grid(rows)
    assert grid is not None
    # 1 h comes twice on the first of November: two people at once, not four
    assert {cell.text for _, cells in grid.days for cell in cells} == {"2"}
    table = lay_out_shifts(list_shifts(scenario, make_standard_policy("flat", scenario, 20_000.0)))
    assert table is not None
    nights = [(key, cells) for key, cells in table.rows if key[3].startswith("22:00")]
    assert {key[2] for key, _ in nights} == {"8 h", "9 h"}
    for key, cells in nights:
        assert (cells[5] == "\u00b7") == (key[2] == "8 h")


def exists_ring(problem: ShiftProblem, counts: np.ndarray, heads: int) -> bool:
    """Search all rosters of one week in which the last day's people may go on as the first's.

    A state is, for each head, (shift today, days worked); heads are alike.
    """
    kinds, rules = problem.shifts, problem.rules

    def may_follow(before: int, after: int) -> bool:
        if -1 in (before, after):
            return True
        return kinds[after].start_min + 1440 - kinds[before].end_min >= rules.rest_min

    days = [[s for s in range(len(kinds)) for _ in range(day[s, 0])] for day in counts]
    if max(map(len, days)) > heads:
        return False
    days = [sorted(day + [-1] * (heads - len(day))) for day in days]
    states = {tuple(sorted((shift, int(shift != -1)) for shift in days[0]))}
    for today in days[1:]:
        states = {
            tuple(
                sorted((s, worked + (s != -1)) for (_, worked), s in zip(state, order, strict=True))
            )
            for state in states
            for order in set(itertools.permutations(today))
            if all(may_follow(last, s) for (last, _), s in zip(state, order, strict=True))
        }
        states = {
            one
            for one in states
            if max((worked for _, worked in one), default=0) <= rules.days_per_week
        }
    seams = {tuple(sorted(shift for shift, _ in state)) for state in states}
    return any(
        all(may_follow(last, first) for last, first in zip(seam, order, strict=True))
        for seam in seams
        for order in set(itertools.permutations(days[0]))
    )


def test_heads_over_the_seam_against_all_rosters():
    """Sunday night's people against Monday morning's shifts, five days a week."""
    rng = np.random.default_rng(9)
    shifts = tuple(ShiftType(f"from {h}", h * 60, 480) for h in (6, 14, 22))
    differs = 0
    for _ in range(40):
        problem = ShiftProblem(168, 60, ("all",), (1.0,), shifts, WeeklyRules(), wrap=True)
        counts = (rng.random(problem.shape) < 0.3).astype(np.int64)
        (crew,) = find_crews(problem)
        heads = bound_headcount(problem, crew, counts)
        assert compute_headcount(problem, counts)[0, 0] == heads
        assert exists_ring(problem, counts, heads)
        assert heads == 0 or not exists_ring(problem, counts, heads - 1)
        differs += heads > bound_headcount(replace(problem, wrap=False), crew, counts)
    assert differs >= 2


def test_a_ring_that_starts_at_noon_joins_its_two_half_days():
    """Monday afternoon is day 0, Monday morning day 7: one Monday, with one person for each."""
    shifts = (ShiftType("early", 360, 480), ShiftType("late", 840, 480))
    problem = ShiftProblem(168, 60, ("all",), (1.0,), shifts, WeeklyRules(),
                           horizon_start_min=720, wrap=True)  # fmt: skip
    assert (problem.n_days, problem.ring_days) == (8, 7)
    counts = np.zeros(problem.shape, dtype=np.int64)
    counts[0, 1], counts[7, 0] = 1, 1
    assert compute_headcount(problem, counts).tolist() == [[2, 0]]
    counts[0, 1] = 0
    assert compute_headcount(problem, counts).tolist() == [[1, 0]]


def test_a_day_that_repeats_keeps_the_days_of_a_week():
    """One person a day, every day: 7 days of work need two people at five days each."""
    problem = ShiftProblem(24, 60, ("all",), (1.0,), (ShiftType("day", 480, 480),), wrap=True)
    assert compute_headcount(problem, np.ones(problem.shape, dtype=int)).tolist() == [[2, 0]]
    alone = replace(problem, wrap=False)
    assert compute_headcount(alone, np.ones(problem.shape, dtype=int)).tolist() == [[1, 0]]
