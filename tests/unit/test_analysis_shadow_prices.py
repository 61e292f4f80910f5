"""Shadow prices by simulation: who is added where, and what that is worth per hour."""

from dataclasses import replace

import numpy as np
import pytest

from sim.decision.answers import HourPrice
from sim.planning.analysis.shadow_prices import (
    add_agent,
    format_hours,
    list_parts,
    price_hours,
)
from sim.planning.evaluation.evaluator import Evaluator
from sim.rostering.roster import Rosters
from tests.plan_worlds import TWO_DAYS, make_candidate, make_candidate_set, make_scenario

SCENARIO = make_scenario(**TWO_DAYS)


def test_an_agent_more_is_worth_the_paired_difference_per_hour():
    candidate_set = make_candidate_set(SCENARIO)
    policy = make_candidate(candidate_set).policy
    evaluator = Evaluator(SCENARIO, 4)
    rows = price_hours(evaluator, candidate_set.rosters, policy, 6)
    # open from 7 to 24: no block at night
    assert [(row.pool, row.part) for row in rows] == [
        (pool, part) for pool in ("general", "technical") for part in ("06-12", "12-18", "18-24")
    ]
    staff = np.array(policy.staff["technical"])
    hours = np.arange(48) % 24
    more = add_agent(policy, "technical", staff + ((hours >= 7) & (hours < 12)))
    change = evaluator.play(more, 0, 6).value - evaluator.play(policy, 0, 6).value
    assert rows[3].per_hour == pytest.approx(change.mean() / 10.0)
    assert rows[3].error == pytest.approx(change.std(ddof=1) / 6**0.5 / 10.0)
    per_1000 = 1000 * rows[3].per_hour / 40.0
    assert rows[3].per_1000_currency == pytest.approx(per_1000)


def test_a_pool_at_its_limit_gets_nobody():
    rosters = Rosters(SCENARIO)
    policy = make_candidate(make_candidate_set(SCENARIO)).policy
    rosters.most = np.array([0, 30])
    rows = price_hours(Evaluator(SCENARIO, 4), rosters, policy, 2)
    assert {row.pool for row in rows} == {"technical"}
    assert set(list_parts(rosters)) == {0, 1, 2, 3}


def test_the_best_hour_is_told_only_where_it_is_clear():
    dear = HourPrice(
        pool="general", part="06-12", per_hour=2e-4, error=1e-5, per_1000_currency=0.005
    )
    vague = replace(dear, part="12-18", per_hour=9e-4, error=8e-4)
    assert "general from 06:00 to 12:00: 0.000200" in format_hours([vague, dear])[0]
    assert format_hours([vague]) == []
