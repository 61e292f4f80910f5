"""The run book: a backlog made by hand, an event that is forced, and a tenth of the staff."""

import math

import numpy as np
import pytest

from sim.planning.evaluation.evaluator import Evaluator
from sim.planning.outlook.money import SHARES, price_tenths, scale_staff
from sim.planning.outlook.run_book import choose_hour, follow_backlog, make_run_book, spread
from sim.rostering.roster import Rosters
from sim.scenario.clock import name_time
from tests.worlds import LAUNCH, Whole, constant, make_plain_scenario, make_policy

N = 8
EVENT = LAUNCH | {"topic_share": {"question": 1.0}, "peak": 12.0, "announced_h": 0.0,
                  "peak_sigma": 0.0, "reignition_probability": 0.0}  # fmt: skip


def make_world(days=3, **event):
    """Return days with an event that may come at any time of them."""
    window = {"window_h": [0.0, 24.0 * days], "time_h": None, "probability": 0.2}
    return make_plain_scenario(
        12.0,
        horizon={"days": days},
        topics={"question": {"work": constant(6.0)}},
        events=Whole(scare=EVENT | window | event),
    )


def test_a_backlog_by_hand():
    """The event adds 20 at most; it is over where 2 of them are left, not before the peak."""
    quiet = np.array([1.0, 1.0, 3.0, 1.0, 1.0, 1.0, 1.0])
    loud = quiet + np.array([0.0, 8.0, 20.0, 9.0, 2.0, 5.0, 0.0])
    assert follow_backlog(loud, quiet) == (23.0, 2.0, 4.0)
    assert math.isnan(follow_backlog(loud[:4], quiet[:4])[2])
    assert follow_backlog(quiet, quiet) == (3.0, 2.0, 0.0)


def test_a_week_that_never_ends_counts_as_the_longest():
    found = spread(np.array([1.0, 2.0, 3.0, 4.0, np.nan, np.nan]))
    assert (found.p10, found.p50) == (1.0, 3.0)
    assert found.p90 is None


@pytest.mark.parametrize(("days", "window", "told"), [
    (7, [0.0, 168.0], ("1", "11:00")),
    (3, [30.0, 60.0], (None, None)),
    (3, [1.0, 20.0], (None, "11:00")),
])  # fmt: skip
def test_an_event_without_a_time_comes_on_a_tuesday_at_eleven_where_it_may(days, window, told):
    scenario = make_world(days, window_h=window)
    hour = choose_hour(scenario, scenario.events["scare"])
    assert window[0] <= hour <= window[1]
    local = name_time(scenario.horizon, hour)
    if told[1]:
        assert local[-5:] == told[1]
    if told[0]:
        weekday = (np.datetime64(local[:10]).astype(int) + 3) % 7
        assert weekday == int(told[0])


@pytest.fixture(scope="module")
def worlds():
    """Return the run books of a plan with people to spare and of one that is too small."""
    scenario = make_world()
    crew = {"agents": {"general": 3}, "waiting_at_least": 10.0, "volume_factor": 1e6,
            "armed_after_open_min": 0.0}  # fmt: skip
    books = []
    for agents in (500, 4):
        policy = make_policy(scenario, agents=agents, surge=crew)
        books.append(make_run_book(Evaluator(scenario, 3, 1), policy, N)[0])
    return books


def test_where_nobody_waits_nothing_is_bad_and_nobody_is_called(worlds):
    ample = worlds[0]
    assert ample.peak_waiting.p90 == 0.0
    assert (ample.normal_after_h.p90, ample.normal_share) == (0.0, 1.0)
    assert (ample.crew_called_share, ample.crew_after_h) == (0.0, None)


def test_where_staff_is_short_many_wait_long_and_the_crew_comes(worlds):
    short = worlds[1]
    assert short.is_example
    assert short.n == N  # forced: the event has a chance of one in five
    assert 10.0 < short.peak_waiting.p10 <= short.peak_waiting.p50 <= short.peak_waiting.p90
    assert short.crew_called_share > short.crew_quiet_share
    assert short.crew_after_h.p50 > 0.0


def test_no_run_book_without_events():
    scenario = make_plain_scenario(2.0, horizon={"days": 1})
    assert make_run_book(Evaluator(scenario, 3, 1), make_policy(scenario), 2) is None


def test_a_tenth_of_the_staff_is_a_tenth_of_the_hours():
    """Catches rounding that makes five people six and two people two, all day."""
    scenario = make_world()
    rosters, policy = Rosters(scenario), make_policy(scenario, agents=7)
    for share in SHARES:
        staff = np.array(scale_staff(rosters, policy, share).staff["general"])
        assert staff.sum() == pytest.approx(share * 7 * staff.size, abs=1.0)
        assert set(staff) <= {6, 7, 8}
    lone = make_policy(scenario, agents=1)
    assert set(scale_staff(rosters, lone, 0.9).staff["general"]) == {1}


def test_less_staff_is_cheaper_and_worse_and_more_is_dearer_and_better():
    scenario = make_world()
    policy = make_policy(scenario, agents=2)
    less, more = price_tenths(Evaluator(scenario, 3, 1), Rosters(scenario), policy, N)
    assert less.cost_difference < 0.0 < more.cost_difference
    assert less.difference < 0.0 < more.difference
