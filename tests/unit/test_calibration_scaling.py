"""Staff and budget: the base gives itself back, twice the volume costs less than twice."""

import numpy as np
import pytest

from sim.calibration.opening_hours import change_hours, list_shift_kinds, widen_hours
from sim.calibration.scaling import carry_over, compute_beta, compute_load, count_work_h, scale_team
from sim.compose.choice import merge, read_scenario
from sim.scenario.build import build_scenario, load_scenario
from sim.scenario.profile import open_intervals
from tests.plain_weeks import PLAIN_WEEK


def load(name="telecom_week", **changes):
    return build_scenario(merge(read_scenario(name).data, changes))


def load_plain(**changes):
    """Load the week closed at night: the people of a base that closes are told apart."""
    plain = load_scenario("telecom_week", PLAIN_WEEK)
    return build_scenario(merge(plain.model_dump(mode="json"), changes))


BASE = load(planner={"budget": 33_500})


def test_the_base_gets_its_own_budget_back():
    assert scale_team(BASE, BASE)["planner"]["budget"] == pytest.approx(33_500, rel=0.005)


def test_staff_of_the_base_is_near_its_own():
    plain = BASE.model_copy(update={"planner": {}})
    staff = scale_team(plain, plain)["team"]["reference_staff"]
    hours = sum(map(sum, staff.values()))
    own = sum(map(sum, plain.team.reference_staff.values()))
    assert hours == pytest.approx(own, rel=0.1)


def test_larger_teams_pool_their_risk():
    budgets = [
        scale_team(BASE, load(demand={"base_per_h": rate}))["planner"]["budget"]
        for rate in (24, 48, 480, 4800)
    ]
    assert budgets[0] < budgets[1] < 2 * budgets[0]
    # In the limit the work alone: m + beta sqrt(m) over m goes to 1; here beta adds a tenth.
    load_h = compute_load(load(demand={"base_per_h": 4800})).calm
    work_h = load_h.sum() + compute_beta(BASE) * np.sqrt(load_h).sum()
    assert budgets[3] / (28 / 0.745) == pytest.approx(work_h, rel=0.01)


def test_small_teams_have_somebody_in_every_open_hour():
    changes = scale_team(load_plain(), load_plain(demand={"base_per_h": 0.5}))
    for heads in changes["team"]["reference_staff"].values():
        assert heads == [0] * 7 + [1] * 17
    assert changes["planner"]["budget"] >= 2 * 17 * 7 * 40
    assert changes["surge_crew"]["max_people"] == 1


def test_work_of_the_published_case():
    # 3.2 min a turn, resolved .52, writes again .69: 1/(1 - .3312) turns but for the cap of 8.
    turns = (1 - 0.3312**8) / (1 - 0.3312)
    assert count_work_h(BASE, "question") == pytest.approx(0.90 * 3.2 * turns / 60)
    assert count_work_h(BASE, "chatter") == pytest.approx(0.10 * BASE.maturity.triage_min / 60)


def test_what_comes_while_closed_is_not_lost():
    rng = np.random.default_rng(1)
    load_table, is_open = rng.uniform(size=(168, 2)), np.arange(168) % 24 >= 7
    moved = carry_over(load_table, is_open, 1.0)
    np.testing.assert_allclose(moved.sum(axis=0), load_table.sum(axis=0))
    assert (moved[~is_open] == 0.0).all()
    assert moved[7, 0] == pytest.approx(load_table[7, 0] + load_table[:7, 0].sum() / 4)
    assert (moved[11:24] == load_table[11:24]).all()


def test_events_are_paid_for():
    campaign = load("campaign_week")
    load_h = compute_load(campaign)
    extra_h = (load_h.expected - load_h.calm).sum()
    changes = scale_team(BASE, load(events=read_scenario("campaign_week").data["events"]))
    assert changes["planner"]["budget"] == pytest.approx(
        33_500 + 1.5 * 28 / 0.745 * extra_h, rel=0.01
    )


def test_quality_of_service_without_a_budget_is_that_of_the_staff():
    plain = BASE.model_copy(update={"planner": {}})
    hours = 7 * sum(map(sum, BASE.team.reference_staff.values()))
    load_h = compute_load(plain).calm[open_intervals(plain)]
    beta = compute_beta(plain)
    assert np.maximum(load_h + beta * np.sqrt(load_h), 1.0).sum() == pytest.approx(hours)
    assert beta > 0.5
    assert "planner" not in scale_team(plain, plain)


def test_shifts_of_the_base_come_out_of_its_own_hours():
    kinds = list_shift_kinds(7.0, 24.0, load_plain().shifts)
    starts = [kind["start_h"] for kind in kinds]
    assert not any("breaks" in kind for kind in kinds)
    assert starts[:5] == [7.0, 9.0, 12.0, 14.0, 16.0]
    assert starts[5] == 9.0
    assert starts[-1] == 19.0


def test_full_time_shifts_keep_the_breaks_of_the_base():
    full = [kind for kind in list_shift_kinds(7.0, 24.0, BASE.shifts) if "part_time" not in kind]
    assert {kind["breaks"][0]["after_h"] for kind in full} == {3.5}
    short = list_shift_kinds(9.0, 16.0, BASE.shifts)
    assert not any("breaks" in kind for kind in short if "part_time" not in kind)


@pytest.mark.parametrize(
    ("from_h", "to_h"),
    [(0.0, 24.0), (6.0, 24.0), (9.0, 17.0), (10.0, 14.0), (3.0, 18.0), (10.0, 26.0), (22.0, 36.0)],
)
def test_shifts_cover_any_hours_and_stay_inside(from_h, to_h):
    built = load(shifts=change_hours(BASE, from_h, to_h))  # a scenario checks the cover
    for kind in built.shifts.kinds:
        start_h = kind.start_h + (24.0 if kind.start_h < from_h else 0.0)
        assert start_h + kind.length_h <= to_h


def test_hours_are_widened_where_most_write():
    shape = np.ones(24)
    shape[5:7] = 3.0
    assert widen_hours(7.0, 24.0, shape, 0.80) == (4.0, 24.0)  # 4 of 28 are left: 14 %
    assert widen_hours(7.0, 24.0, np.r_[np.zeros(7), np.ones(17)], 0.8) == (7.0, 24.0)
    assert widen_hours(9.0, 17.0, np.ones(24), 1.0) == (0.0, 24.0)
    # of 12 of 28 outside (2 to 10 h) 8.4 may stay: 10, 9, 8 h make it 9, the busy 6 h makes it 6
    assert widen_hours(10.0, 26.0, shape, 0.30) == (10.0, 26.0)
    assert widen_hours(10.0, 26.0, shape, 0.60) == (6.0, 26.0)
    assert widen_hours(10.0, 26.0, np.r_[np.zeros(5), np.ones(19)], 0.99) == (5.0, 26.0)
