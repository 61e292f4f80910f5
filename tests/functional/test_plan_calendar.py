"""What each event costs a plan: the world without it, hand-made where nobody waits."""

import numpy as np
import pytest

from sim.planning.analysis.calendar import leave_out, list_overlaps, make_calendar
from sim.planning.evaluation.evaluator import Evaluator
from tests.worlds import LAUNCH, Whole, constant, make_plain_scenario, make_policy

N = 20
EVENT = LAUNCH | {"topic_share": {"question": 1.0}, "work_multiplier": 1.0, "peak_sigma": 0.0}


@pytest.fixture(scope="module")
def told():
    """Return scenario, plan and calendar of two days with two events that meet; staff is ample."""
    scenario = make_plain_scenario(
        10.0,
        horizon={"days": 2},
        topics={"question": {"work": constant(6.0)}},
        events=Whole(
            late=EVENT | {"window_h": [20.0, 24.0], "time_h": None, "expectation_factor": 1.4},
            early=EVENT | {"time_h": 12.0, "peak": 3.0},
        ),
        preparations={"page": {"event": "late"}, "manual": {"kind": "launch"}},
    )
    policy = make_policy(scenario, agents=500, preparations=["page", "manual"])
    fresh = Evaluator(scenario, 3, 1)
    plan = fresh.replicate(policy, N)
    return scenario, plan, make_calendar(fresh, plan, N)


def test_in_order_of_time_with_what_they_meet(told):
    scenario, _, rows = told
    assert [row.event for row in rows] == ["early", "late"]
    assert rows[0].earliest_local == rows[0].latest_local
    assert rows[1].latest_local[-5:] == "00:00"
    assert rows[0].overlaps == ("late",)
    assert list_overlaps(scenario, "late") == ("early",)


def test_work_is_that_of_its_customers(told):
    """Nobody waits and nobody comes back: six minutes for each of its mentions."""
    scenario, plan, rows = told
    for place, name in ((0, "early"), (1, "late")):
        number = list(scenario.events).index(name)
        fresh = Evaluator(scenario, 3, 1)
        counts = [int((fresh.find_draws(one).event == number).sum()) for one in range(N)]
        assert rows[place].work_h == pytest.approx(np.mean(counts) * 6.0 / 60.0, rel=0.02)
    assert plan.n == N


def test_only_what_raises_expectations_costs_where_nobody_waits(told):
    _, _, (early, late) = told
    assert abs(early.satisfaction_cost) < 0.005
    assert late.satisfaction_cost_low > 0.02


def test_what_is_prepared_for_it_alone_goes_with_it(told):
    scenario, plan, _ = told
    quiet, policy = leave_out(scenario, plan.policy, "late")
    assert list(quiet.events) == ["early"]
    assert policy.preparations == ("manual",)


def test_no_calendar_without_events():
    scenario = make_plain_scenario(2.0, horizon={"days": 1})
    fresh = Evaluator(scenario, 3, 1)
    assert make_calendar(fresh, fresh.replicate(make_policy(scenario), 2), 2) is None
