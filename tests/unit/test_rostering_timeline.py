"""Breaks by hand: who is away when, over midnight and round a ring, and what is paid.

Catches a team that leaves at once, a break that is lost at midnight or at the ring's end, and one
that is paid although it is not.
"""

from typing import Any

import numpy as np
import pytest

from sim.outcomes.scales import make_scales
from sim.rostering.columns import lay_columns
from sim.rostering.persons import lay_persons
from sim.rostering.policy_shifts import count_employees, read_shifts
from sim.rostering.roster import Rosters
from sim.rostering.scenario_shifts import pose_shifts
from sim.rostering.shift_problem import ShiftBreak
from sim.rostering.timeline import count_slots, lay_staff
from sim.scenario.lower import lower
from sim.scenario.model import Scenario
from tests.worlds import make_policy, make_scenario

MONDAY = "2026-06-01T00:00:00"


def make_desk(kinds: list[dict[str, Any]], days: int = 1, **changes: Any) -> Scenario:
    always = {"open_from_h": 0.0, "open_to_h": 24.0, "kinds": kinds, "rest_h": 0.0}
    horizon = {"start": MONDAY, "days": days, "interval_min": 60, "repeats": True}
    changes = {"horizon": horizon, "shifts": always, "demand": {"base_per_h": 1.0}} | changes
    return make_scenario(**changes)


def day_and_night(**pause: Any) -> list[dict[str, Any]]:
    return [
        {"start_h": 8.0, "length_h": 12.0, "breaks": [pause] if pause else []},
        {"start_h": 20.0, "length_h": 12.0, "breaks": [pause] if pause else []},
    ]


def staff_of(scenario: Scenario, people: list[tuple[int, int, int, int]]) -> np.ndarray:
    problem = pose_shifts(scenario)
    counts = np.zeros(problem.shape, np.int64)
    for day, shift, pool, number in people:
        counts[day, shift, pool] = number
    return lay_staff(problem, counts)


@pytest.mark.parametrize("people", range(8))
@pytest.mark.parametrize("pool", range(3))
def test_slots_are_filled_person_by_person(people, pool):
    one = ShiftBreak(240, 30, slots=3)
    told = np.bincount([(j + pool) % 3 for j in range(people)], minlength=3)
    assert count_slots(people, one, pool) == told.tolist()


def test_a_team_goes_one_after_the_other():
    """Four of the first pool from 8 to 20, half an hour each after 4 h, within 90 minutes.

    Slots at 12:00, 12:30, 13:00, 13:30; one of the second pool begins with the second slot.
    """
    scenario = make_desk(day_and_night(after_h=4.0, length_min=30.0, flexible_min=90.0))
    staff = staff_of(scenario, [(0, 0, 0, 4), (0, 0, 1, 1)])
    assert staff.shape == (48, 2)
    assert staff[:, 0].tolist() == [0] * 16 + [4] * 8 + [3] * 4 + [4] * 12 + [0] * 8
    assert staff[:, 1].tolist() == [0] * 16 + [1] * 9 + [0] + [1] * 14 + [0] * 8


def test_a_break_over_midnight_and_round_the_ring():
    """From 20 to 8, away from 23:45 to 0:45: on a ring of one day the rest of it lies at 0:00."""
    scenario = make_desk(day_and_night(after_h=3.75, length_min=60.0))
    staff = staff_of(scenario, [(0, 1, 0, 2)])[:, 0]
    assert staff.size == 96
    assert staff.tolist() == [0] * 3 + [2] * 29 + [0] * 48 + [2] * 15 + [0]
    two = make_desk(day_and_night(after_h=3.75, length_min=60.0), days=2)
    staff = staff_of(two, [(0, 1, 0, 1)])[:, 0]
    assert np.flatnonzero(staff).tolist() == [*range(80, 95), *range(99, 128)]


@pytest.mark.parametrize(("paid", "hours"), [(False, 11.0), (True, 12.0)])
def test_a_break_costs_what_it_is_paid(paid, hours):
    """In the roster's wages, in a policy's time to be paid, but never in the time worked."""
    pause = {"after_h": 4.0, "length_min": 60.0, "flexible_min": 60.0, "paid": paid}
    scenario = make_desk(day_and_night(**pause))
    rosters, hour = Rosters(scenario), 28.0 / 0.7
    columns = rosters.columns
    assert columns.cost == pytest.approx(hour * hours)
    roster = np.where(columns.pool == 0, 3, 0)
    policy = rosters.to_policy(make_policy(scenario), roster)
    scales = make_scales(scenario, policy, lower(scenario, policy))
    assert scales.staffed_ms.sum() == 6 * 11 * 3_600_000
    assert scales.paid_ms.sum() == 6 * hours * 3_600_000
    assert scales.prices.hour * scales.paid_ms.sum() / 3_600_000 == pytest.approx(
        rosters.price(roster)
    )


def test_a_roster_with_breaks_is_read_back():
    scenario = make_desk(day_and_night(after_h=4.0, length_min=45.0, flexible_min=90.0))
    rosters = Rosters(scenario)
    roster = np.arange(rosters.n) % 4
    policy = rosters.to_policy(make_policy(scenario), roster)
    assert policy.staff_interval_min == 15
    assert lower(scenario, policy).staff.agents.max() > 0
    read = rosters.read_policy(policy)
    assert read is not None
    assert read.tolist() == roster.tolist()


def test_means_by_interval_are_those_of_the_timeline():
    """What programs and the search read, where each slot has as many people."""
    scenario = make_desk(day_and_night(after_h=4.5, length_min=40.0, flexible_min=80.0))
    rosters = Rosters(scenario)
    roster = np.full(rosters.n, 6)
    fine = rosters.lay_staff(roster)
    steps = len(fine) // rosters.problem.n_intervals
    assert rosters.count_staff(roster) == pytest.approx(
        fine.reshape(-1, steps, fine.shape[1]).mean(axis=1)
    )


def test_coverage_has_a_hole_only_where_a_break_takes_an_interval_from_everybody():
    whole = lay_columns(pose_shifts(make_desk(day_and_night(after_h=4.0, length_min=60.0))))
    staggered = day_and_night(after_h=4.0, length_min=60.0, flexible_min=60.0)
    part = lay_columns(pose_shifts(make_desk(staggered)))
    assert np.flatnonzero(~whole.covers[0] & whole.on_shift[0]).tolist() == [12]
    assert part.covers[0].tolist() == part.on_shift[0].tolist()
    assert part.worked_share[0, 12:14].tolist() == [0.5, 0.5]


@pytest.mark.parametrize(
    ("pause", "told"),
    [
        ({"after_h": 4.01, "length_min": 30.0}, "after_h"),
        ({"after_h": 11.0, "length_min": 30.0, "flexible_min": 60.0}, "length_min"),
    ],
)
def test_a_break_that_does_not_fit_is_told(pause, told):
    with pytest.raises(ValueError, match=rf"breaks\.0\.{told}"):
        make_desk(day_and_night(**pause))


def test_a_shift_is_of_the_kind_of_its_day():
    """Two kinds of the same hours: Monday has a break of an hour, Tuesday one of two."""
    pauses = ({"after_h": 4.0, "length_min": length_min} for length_min in (60.0, 120.0))
    kinds = [
        {"start_h": 8.0, "length_h": 10.0, "days": [day], "breaks": [pause]}
        for day, pause in zip(("mon", "tue"), pauses, strict=True)
    ]
    rules = {"open_from_h": 8.0, "open_to_h": 18.0, "kinds": kinds, "rest_h": 0.0}
    scenario = make_desk([], days=2, shifts=rules)
    problem = pose_shifts(scenario)
    counts = np.zeros(problem.shape, np.int64)
    counts[0, 0, 1], counts[1, 1, 0] = 2, 1
    shifts = read_shifts(problem).state(counts)
    assert (read_shifts(problem).count(shifts) == counts).all()
    persons = lay_persons(scenario, make_policy(scenario, shifts=shifts))
    breaks = persons.works < 0
    assert (persons.end_min - persons.start_min)[breaks].tolist() == [60, 60, 120]
    assert (
        read_shifts(problem).count([shifts[0].model_copy(update={"day": 1, "start_h": 9.0})])
        is None
    )


@pytest.mark.parametrize(
    ("most_days", "rest_h", "number"), [(7, 0.0, 2), (5, 0.0, 3), (1, 0.0, 14), (7, 13.0, 3)]
)
def test_employees_by_hand(most_days, rest_h, number):
    """One person from 8 to 20 and one from 20 to 8 on each of seven days: 14 shifts.

    Five days a week make three of them. Whoever rests 13 hours after a night cannot come at 8 or
    at 20, so the third is on his way home: two come and one rests on each day.
    """
    rules = {"open_from_h": 0.0, "open_to_h": 24.0, "kinds": day_and_night(), "rest_h": rest_h}
    scenario = make_desk([], days=7, shifts=rules | {"max_days_a_week": most_days})
    problem = pose_shifts(scenario)
    counts = np.zeros(problem.shape, np.int64)
    counts[:7, :, 1] = 1
    policy = make_policy(scenario, shifts=read_shifts(problem).state(counts))
    assert count_employees(scenario, policy) == {
        pool: number if place == 1 else 0 for place, pool in enumerate(problem.pools)
    }
