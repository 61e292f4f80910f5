"""A plan pins answers to an announced event where that spares work, and says so; elsewhere not.

Two days of one topic with a launch, played through the whole search; what the answers gain at the
same budget is held to fresh draws by more than 4.3 standard errors.
"""

from typing import Any

import numpy as np
from scipy import stats

import sim
from sim.planning.agreements import require_coverage
from sim.planning.analysis.preparing import weigh_posts
from sim.planning.benchmarks.beside import make_rules_beside
from sim.planning.decision import describe_order, split_cost
from sim.planning.evaluation.evaluator import Evaluator
from sim.planning.evaluation.scenario_mix import Member, Mixture, open_evaluator
from sim.planning.search.answer_moves import list_answer_moves
from sim.planning.search.rule_moves import RULE_MOVES
from sim.planning.search.search import Search
from sim.planning.session import Maker, run_search
from sim.policies.stored_plan import read_channel, read_posts, read_take_down
from sim.rostering.roster import Rosters
from sim.scenario.policy import Policy
from tests.plan_worlds import SMALL_BUDGET, make_settings, make_small_scenario
from tests.worlds import LAUNCH, make_policy

REPLICATIONS = 8
FRESH = 200
SALE = {**LAUNCH, "time_h": 10.0, "peak": 6.0, "topic_share": {"question": 1.0}}


def make_sale(**faq: Any) -> Any:
    """Return two days with an event whose customers look first in half of the cases."""
    faq = {"deflect_share": 0.5, "event_issues": 2, "base_issues": 1000, "zipf": 0.0} | faq
    return make_small_scenario(events={"sale": SALE}, faq=faq)


def search_days(scenario: Any) -> Any:
    settings = make_settings(
        budget=SMALL_BUDGET, search_replications=REPLICATIONS, keep_promise=False
    )
    rosters = Rosters(scenario)
    rosters.minimum_coverage = require_coverage(rosters)
    return run_search(Maker(scenario, settings, 1, 1, None), scenario, rosters, SMALL_BUDGET).best


def test_answers_are_pinned_where_they_spare_work_and_are_told(monkeypatch: Any) -> None:
    """Two answers add .006 where four of five look first; where half do, .0014 for 60 of money."""
    scenario = make_sale(deflect_share=0.8)
    found = search_days(scenario)
    assert found.policy.posts
    told = describe_order(found.policy)
    assert any("most common issues of sale are pinned at hour" in one for one in told)
    hours = 0.5 * sum(one.issues for one in found.policy.posts)
    hour = scenario.costs.paid_hour_cost / (1 - scenario.costs.shrinkage_share)
    assert abs(split_cost(scenario, found)["pinned_answers"] - 1.5 * hour * hours) < 1e-6
    without = tuple(step for step in RULE_MOVES if step[0] != "answers")
    monkeypatch.setattr(Search.climb_rules, "__defaults__", (without, None))
    plain = search_days(scenario)
    assert plain.policy.posts == ()
    fresh = Evaluator(scenario, 99, 1)
    seen = [fresh.play(one.policy, 0, FRESH).value for one in (found, plain)]
    assert stats.ttest_rel(*seen).statistic > 4.3


def test_dear_answers_are_not_pinned() -> None:
    assert search_days(make_sale(pinned_work_h=40.0)).policy.posts == ()


def test_moves_by_hand() -> None:
    scenario = make_sale(event_issues=5)
    start = make_policy(scenario)
    moves = {move.label: move for move in list_answer_moves(scenario, start)}
    assert len([label for label in moves if "pinned" in label]) == 4 * 3
    pinned = moves["3 pinned answers: sale at hour 10"].make(start)
    assert [(one.at_h, one.issues) for one in pinned.posts] == [(10.0, 3)]
    again = {move.label: move for move in list_answer_moves(scenario, pinned)}
    assert again["no pinned answers: sale"].make(pinned).posts == ()
    private = moves["private replies: question (calm ahead surge recovery)"].make(pinned)
    assert set(private.channel["question"].values()) == {"private"}
    told = list(describe_order(private))
    assert read_channel(told) == private.channel
    assert read_posts(told) == [one.model_dump(exclude_none=True) for one in private.posts]
    plain = make_small_scenario(events={"sale": SALE})
    assert list(list_answer_moves(plain, make_policy(plain))) == []


def test_a_surprise_is_answered_after_it_is_noticed() -> None:
    leak = {**SALE, "time_h": None, "window_h": [1.0, 9.0], "announced_h": 0.0}
    scenario = make_small_scenario(events={"leak": leak}, faq={"deflect_share": 0.5})
    start = make_policy(scenario)
    moves = {move.label: move for move in list_answer_moves(scenario, start)}
    told = moves["5 pinned answers: leak, 0.5 h after it begins"].make(start)
    assert [(one.at_h, one.after_h, one.issues) for one in told.posts] == [(None, 0.5, 5)]
    again = {move.label: move for move in list_answer_moves(scenario, told)}
    assert again["no pinned answers: leak"].make(told).posts == ()


def test_a_post_may_be_deleted_and_that_is_told() -> None:
    scenario = make_small_scenario(events={"sale": {**SALE, "comments": 90.0}})
    start = make_policy(scenario)
    moves = {move.label: move for move in list_answer_moves(scenario, start)}
    assert list(moves) == ["posts deleted: 15 min", "posts deleted: 60 min"]
    deleted = moves["posts deleted: 15 min"].make(start)
    assert read_take_down(list(describe_order(deleted))) == deleted.take_down_after_min == 15.0
    assert make_rules_beside("flat", deleted, scenario).take_down_after_min is None


def test_who_knows_nothing_pins_nothing_before_the_event() -> None:
    scenario = make_sale()
    posts = [{"event": "sale", "at_h": at_h} for at_h in (4.0, 12.0)]
    plan = Policy.model_validate(make_policy(scenario).model_dump() | {"posts": posts})
    assert [one.at_h for one in make_rules_beside("unprepared", plan, scenario).posts] == [12.0]
    assert make_rules_beside("reactive", plan, scenario).posts == ()


def test_a_scenario_without_the_event_is_played_without_its_answers() -> None:
    scenario = make_sale()
    calm = scenario.model_copy(update={"events": {}, "name": "calm"})
    mixed = Mixture((Member("sale", scenario, 0.5), Member("calm", calm, 0.5)))
    posts = [{"event": "sale", "at_h": 10.0, "issues": 2}]
    plan = Policy.model_validate(make_policy(scenario).model_dump() | {"posts": posts})
    seen = open_evaluator(mixed, 3, 1).play(plan, 0, 4)
    plain = open_evaluator(mixed, 3, 1).play(make_policy(scenario), 0, 4)
    assert np.count_nonzero(seen.value != plain.value) == 2


def test_what_an_answer_spares_is_the_difference_of_two_plays() -> None:
    """As two plain simulations on one seed differ; one is offered where the plan has none."""
    asked = {"questions": ["can I still return it?"]}
    scenario = make_small_scenario(
        events={"sale": SALE | asked}, faq={"deflect_share": 0.5, "event_issues": 2}
    )
    plain = make_policy(scenario, agents=4)
    post = {"event": "sale", "at_h": 10.0}
    pinned = Policy.model_validate(plain.model_dump() | {"posts": [post]})
    n, seed = 40, 3
    fresh = Evaluator(scenario, seed, 1)
    [row] = weigh_posts(fresh, fresh.replicate(pinned, n)) or ()
    done, left = (
        sim.simulate(scenario, one, replications=n, seed=seed, workers=1).replications
        for one in (pinned, plain)
    )
    spared = [
        np.asarray(each["actionable"]) * (1 - np.asarray(each["deflected_share"]))
        for each in (done, left)
    ]
    less = spared[1] - spared[0]
    half = stats.t.ppf(0.975, n - 1) * less.std(ddof=1) / n**0.5
    assert row.does
    assert row.label == "an answer to \u201ccan I still return it?\u201d"
    assert (row.ready_local or "")[-5:] == "10:00"
    assert np.allclose(
        [row.contacts_saved, row.contacts_saved_low, row.contacts_saved_high],
        [less.mean(), less.mean() - half, less.mean() + half],
    )
    assert row.contacts_saved_low > 0
    assert np.isclose(row.work_saved_h, np.mean(np.asarray(left["work_h"]) - done["work_h"]))
    assert np.isclose(
        row.difference, np.mean(np.asarray(done["satisfaction"]) - left["satisfaction"])
    )
    [offered] = weigh_posts(fresh, fresh.replicate(plain, 4)) or ()
    assert not offered.does
    what = "2 most common issues of sale (\u201ccan I still return it?\u201d, ...)"
    assert offered.label == f"pinning answers to the {what}"
    nobody = make_small_scenario(events={"sale": SALE})
    calm = Evaluator(nobody, seed, 1)
    assert weigh_posts(calm, calm.replicate(make_policy(nobody), 1)) is None
