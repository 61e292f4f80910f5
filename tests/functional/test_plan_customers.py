"""What a plan tells of its customers: with and without the event, beside your roster."""

import numpy as np
import pytest

from sim.outcomes.customers import PARTS
from sim.planning.evaluation.evaluator import Evaluator
from sim.planning.outlook.customers import count_customers, drop_events, find_weeks, play_weeks
from tests.worlds import LAUNCH, Whole, constant, make_plain_scenario, make_policy

N = 10
EVENT = LAUNCH | {"topic_share": {"question": 1.0}, "peak": 12.0, "announced_h": 0.0}


def make_world(probability):
    """Return two days with an event that may come, and its evaluator."""
    scenario = make_plain_scenario(
        12.0,
        horizon={"days": 2},
        topics={"question": {"work": constant(6.0)}},
        events=Whole(scare=EVENT | {"window_h": [8.0, 30.0], "time_h": None,
                                    "probability": probability}),
        preparations={"page": {"event": "scare"}},
    )  # fmt: skip
    return scenario, Evaluator(scenario, 3, 1)


@pytest.fixture(scope="module")
def told():
    """Return the customers of a plan and of your roster, which has a fifth of the people."""
    scenario, fresh = make_world(0.5)
    plan = make_policy(scenario, agents=10).model_copy(update={"name": "plan"})
    current = make_policy(scenario, agents=2).model_copy(update={"name": "current"})
    other = current.model_copy(update={"name": "flat"})
    return fresh, plan, count_customers(fresh, [plan, other, current], N)


def pick(told, policy, weeks):
    return next(o for o in told.served if (o.policy, o.weeks) == (policy, weeks))


def test_plan_and_your_roster_in_both_kinds_of_week_and_nobody_else(told):
    rows = [(one.policy, one.weeks) for one in told[2].served]
    assert rows == [(policy, weeks) for weeks in ("with", "without")
                    for policy in ("plan", "current")]  # fmt: skip


def test_parts_of_every_row_sum_to_all(told):
    for one in told[2].served:
        assert sum(getattr(one, part).share for part in PARTS) == pytest.approx(1.0, abs=1e-12)


def test_both_policies_meet_the_same_customers(told):
    for weeks in ("with", "without"):
        numbers = {pick(told[2], policy, weeks).customers for policy in ("plan", "current")}
        assert len(numbers) == 1


def test_weeks_with_the_event_are_worse_and_fewer_people_are_worse(told):
    found = told[2]
    with_event = pick(found, "plan", "with").in_time.share
    assert pick(found, "plan", "without").in_time.share > with_event + 0.05
    assert with_event > pick(found, "current", "with").in_time.share + 0.05


def test_weeks_with_the_event_are_those_in_which_it_happens(told):
    fresh, plan, found = told
    weeks = find_weeks(fresh, N)
    happens = [bool((fresh.find_draws(n).event_time_ms >= 0).any()) for n in range(weeks[-1] + 1)]
    assert [n for n, does in enumerate(happens) if does] == weeks
    assert not all(happens)
    seen = play_weeks(fresh, plan, weeks, lambda _, played: float(played.rows.exogenous.sum()))
    assert pick(found, "plan", "with").customers == pytest.approx(np.mean(seen))


def test_a_world_without_events_has_one_kind_of_week():
    scenario, _ = make_world(0.5)
    quiet, policy = drop_events(scenario, make_policy(scenario, preparations=["page"]))
    assert (quiet.events, policy.preparations) == ({}, ())
    found = count_customers(Evaluator(quiet, 3, 1), [policy], 3)
    assert {one.weeks for one in found.served} == {"without"}
    assert sum(one.customers for one in found.topics) == pytest.approx(found.served[0].customers)
