"""The decision problem: shifts on the clock, expected work by hand, what is known at time 0."""

import numpy as np
import pytest

from sim.policies.workload import (
    count_work_min,
    expect_work,
    hide_later_news,
    is_known,
    name_effort,
    split_crew,
)
from sim.rostering.columns import lay_columns
from sim.rostering.scenario_shifts import compute_shift_spans, pose_shifts
from sim.scenario.build import load_scenario
from sim.scenario.profile import expected_per_interval_and_topic
from tests.worlds import LAUNCH, OUTAGE, make_scenario

LATE = {**LAUNCH, "announced_h": 24.0}


def test_a_productive_hour_costs_the_wage_over_what_shrinkage_leaves():
    problem = pose_shifts(make_scenario())
    assert problem.hour_cost == pytest.approx((28 / 0.7, 28 / 0.7))
    eight_h = lay_columns(problem).cost.max()
    assert eight_h == pytest.approx(8 * 40.0)


def test_shifts_start_at_their_local_hour_in_the_week_of_a_clock_change():
    spring = make_scenario(
        horizon={"start": "2024-03-04T00:00:00", "time_zone": "America/New_York"}
    )
    starts = compute_shift_spans(spring)[0]
    # Sunday 10 March 2024 has 23 hours: the clock goes from 2 to 3
    assert starts[0, 0] == 7 * 60
    assert starts[5, 0] == (5 * 24 + 7) * 60
    assert starts[6, 0] == (6 * 24 + 7) * 60 - 60


def test_a_shift_that_starts_in_a_gap_of_the_clock_starts_after_it():
    night = {"kinds": [{"start_h": 2.0, "length_h": 22.0}], "open_from_h": 3.0}
    spring = make_scenario(
        horizon={"start": "2024-03-04T00:00:00", "time_zone": "America/New_York"}, shifts=night
    )
    starts, ends = compute_shift_spans(spring)
    assert ((ends - starts) / 60)[:, 0].tolist() == [22] * 6 + [21]
    assert starts[6, 0] == (6 * 24 + 2) * 60  # 3 h comes two hours after midnight


def test_without_shifts_each_open_interval_is_staffed_freely():
    problem = pose_shifts(make_scenario(shifts=None))
    assert problem.shifts == ()
    assert problem.shape == (168, 1, 2)


def test_work_of_a_case_is_the_sum_of_its_turns():
    """The geometric series summed turn by turn, without the cap on turns."""
    scenario = make_scenario()
    for minutes, topic in zip(count_work_min(scenario), scenario.topics.values(), strict=True):
        still, total = 1.0, 0.0
        for _ in range(400):
            total += still * (topic.work.mean_min or 0.0)
            still *= (1 - topic.resolution_share) * 0.69
        assert minutes == pytest.approx(0.90 * topic.actionable_share * total)


def test_expected_work_adds_up_over_pools_and_hours():
    scenario = make_scenario(events={"launch": LAUNCH})
    work = expect_work(scenario, knows_events=True)
    arrivals = expected_per_interval_and_topic(scenario, True).sum(axis=0)
    assert work.shape == (168, 2)
    assert work.sum() * 60 == pytest.approx(arrivals @ count_work_min(scenario))
    calm = expect_work(make_scenario(), knows_events=True)
    assert expect_work(scenario, knows_events=False) == pytest.approx(calm)
    assert (work[61:70] > calm[61:70]).all()


def test_all_of_the_crew_is_split_in_proportion_to_the_work():
    scenario = make_scenario()
    crew = split_crew(scenario)
    assert crew is not None
    work = expect_work(scenario, False).sum(axis=0)
    exact = 8 * work / work.sum()
    counts = np.array([crew.agents[pool] for pool in scenario.pool_names])
    assert counts.sum() == 8
    assert np.abs(counts - exact).max() < 1
    assert split_crew(make_scenario(surge_crew={"max_people": 0})) is None


def test_effort_names_a_level_for_all_topics_and_phases():
    effort = name_effort(make_scenario(), "brief")
    assert {level for row in effort.values() for level in row.values()} == {"brief"}
    assert {len(row) for row in effort.values()} == {4}


def test_what_is_announced_later_is_not_known_now():
    scenario = make_scenario(events={"launch": LAUNCH, "later": LATE, "outage": OUTAGE})
    assert is_known(scenario.events["launch"])
    assert not is_known(scenario.events["later"])
    assert not is_known(scenario.events["outage"])
    world = hide_later_news(scenario)
    assert world.events["launch"] is scenario.events["launch"]
    assert world.events["outage"] is scenario.events["outage"]
    assert world.events["later"].time_h is None
    assert world.events["later"].window_h == pytest.approx((24.0, 168.0))
    # once hidden it stays unknown: no step of a plan counts its days as announced
    assert not is_known(world.events["later"])
    later = hide_later_news(scenario, now_h=5.0)
    assert not is_known(later.events["later"], now_h=5.0)
    work = expect_work(world, True)
    without = expect_work(hide_later_news(make_scenario(events={"launch": LAUNCH})), True)
    hours = (work - without).sum(axis=1)
    # spread over the window, not heaped on the hour that nobody knows yet
    assert hours.max() < 0.05 * hours.sum()


def test_a_world_without_later_news_stays_the_same_object():
    scenario = make_scenario(events={"launch": LAUNCH})
    assert hide_later_news(scenario) is scenario


def test_a_shift_cut_to_less_than_half_is_one_only_where_no_other_covers():
    """A night desk from 20 to 8 on the shipped kinds: 6 to 8 is one shift, 7 to 8 is none."""
    hours = ["shifts.open_from_h=20", "shifts.open_to_h=32"]
    problem = pose_shifts(load_scenario("telecom_week", hours))
    columns = lay_columns(problem)
    names = {problem.shifts[kind].name for kind in columns.shift}
    assert names == {"06:00-14:00", "20:00-00:00", "22:00-06:00", "23:00-07:00"}
