"""A plan gives redress where its money buys more than staff does, and says so; elsewhere not.

Two days of one topic, played through the whole search; what redress gains, or would lose, at the
same budget is held to fresh draws by more than 4.3 standard errors.
"""

from dataclasses import replace

import pytest
from scipy import stats

from sim.planning.agreements import require_coverage
from sim.planning.decision import describe_order, split_cost
from sim.planning.evaluation.evaluator import Evaluator
from sim.planning.search.budget import balance
from sim.planning.search.redress_moves import list_redress_moves, set_follow_up
from sim.planning.search.rule_moves import RULE_MOVES
from sim.planning.search.search import Search
from sim.planning.session import Maker, run_search
from sim.rostering.roster import Rosters
from sim.scenario.parts import PHASES
from tests.plan_worlds import SMALL_BUDGET, make_refund_day, make_settings
from tests.worlds import REDRESS_WORLD, make_policy, make_scenario

REPLICATIONS = 8
FRESH = 200
CHEAP, DEAR = 0.3, 0.8
"""of a refund; a customer costs two to three in wages"""


def search_days(scenario):
    """Return the search of two days after its end."""
    settings = make_settings(
        budget=SMALL_BUDGET, search_replications=REPLICATIONS, keep_promise=False
    )
    rosters = Rosters(scenario)
    rosters.minimum_coverage = require_coverage(rosters)
    maker = Maker(scenario, settings, 1, 1, None)
    return run_search(maker, scenario, rosters, SMALL_BUDGET)


def compare(scenario, one, other):
    """Return by how many standard errors a policy is better than another on fresh draws."""
    fresh = Evaluator(scenario, 99, 1)
    seen = (fresh.play(policy, 0, FRESH).value for policy in (one, other))
    return stats.ttest_rel(*seen).statistic


def test_cheap_redress_is_given_and_its_money_told(monkeypatch):
    scenario = make_refund_day(CHEAP)
    found = search_days(scenario).best
    assert found.policy.redress["question"]["calm"] == "refund"
    given = split_cost(scenario, found)["redress"]
    answered = given / CHEAP
    assert 700 < answered < 1000
    assert found.seen.expected_cost <= SMALL_BUDGET * 1.001
    assert any(
        "question: refund with the first reply" in one for one in describe_order(found.policy)
    )
    without = tuple(step for step in RULE_MOVES if step[0] != "redress")
    monkeypatch.setattr(Search.climb_rules, "__defaults__", (without, None))
    plain = search_days(scenario).best
    assert plain.policy.redress == {}
    assert compare(scenario, found.policy, plain.policy) > 4.3


def test_dear_redress_is_not_given():
    """The same plan with it, its wages cut to the budget, is worse."""
    scenario = make_refund_day(DEAR)
    search = search_days(scenario)
    assert search.best.policy.redress == {}
    rules = {"redress": {"question": dict.fromkeys(PHASES, "refund")}}
    given = replace(search.best.forget(), policy=search.best.policy.model_copy(update=rules))
    fits = balance(search.candidate_set, given, REPLICATIONS)
    assert fits is not None
    assert compare(scenario, search.best.policy, fits.policy) > 4.3


def test_moves_name_each_topic_with_what_it_can_get():
    """Kinds x levels x checks; a process failed without a loss: nothing but an apology."""
    scenario = make_scenario(**REDRESS_WORLD)
    moves = list(list_redress_moves(scenario, make_policy(scenario)))
    topics = [move.place[1] for move in moves]
    assert {name: topics.count(name) for name in set(topics)} == {
        "product": 4 * 4 * 2,
        "error": 4 * 4 * 2,
        "process": 2 * 4 * 2,
    }
    start = make_policy(scenario)
    [both] = [move for move in moves if move.label == "apology, checked, thorough: process (calm)"]
    made = both.make(start)
    assert made.redress == {"process": dict.fromkeys(PHASES, "apology")}
    assert made.follow_up == {"process": dict.fromkeys(PHASES, True)}
    assert made.effort["process"]["calm"] == "thorough"
    [none] = [move for move in moves if move.label == "no redress, not checked: process (calm)"]
    back = none.make(made)
    assert (back.redress, back.follow_up) == ({}, False)
    assert list(list_redress_moves(make_scenario(), start)) == []


@pytest.mark.parametrize("asks", [True, False])
def test_checks_of_all_topics_are_told_as_one(asks):
    scenario = make_scenario(**REDRESS_WORLD)
    policy = make_policy(scenario, follow_up=not asks)
    for topic in ("error", "product", "process"):
        assert policy.follow_up is not asks
        policy = set_follow_up(scenario, policy, tuple((topic, one) for one in PHASES), asks)
    assert policy.follow_up is asks
