"""The candidate set: scores by hand, paired differences by scipy, halving plays as said."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from sim.planning.evaluation.evaluator import Evaluator
from sim.planning.evaluation.outcomes import Outcomes
from sim.planning.search.candidates import SHORTFALL_PRICE, ScoringRule
from sim.planning.search.moves import set_levels
from tests.plan_worlds import TWO_DAYS, make_candidate, make_candidate_set, make_scenario


def make_outcomes(value, cost, kept=None):
    value = np.asarray(value, float)
    kept = np.zeros((value.size, 0)) if kept is None else np.asarray(kept, float)
    none = np.zeros(value.size)
    return Outcomes(value, value, np.asarray(cost, float), none, none, none, none + 1, none, kept)


def test_money_saved_counts_at_its_price():
    scoring_rule = ScoringRule(1000.0, 1e-4, 0.8, 0.1, keeps_promise=False)
    assert scoring_rule.score(make_outcomes([0.5, 0.7], [900, 1200])) == pytest.approx(0.6 - 0.005)


def test_replications_without_customers_are_left_out():
    scoring_rule = ScoringRule(1000.0, 0.0, 0.8, 0.1, keeps_promise=False)
    assert scoring_rule.score(make_outcomes([0.5, np.nan], [900, 100])) == pytest.approx(0.5)


def test_what_the_promise_lacks_is_paid_for_each_event():
    kept = [[0.9, 0.5]] * 9 + [[0.2, 0.4]]
    scoring_rule = ScoringRule(1000.0, 0.0, 0.8, 0.1, keeps_promise=True)
    lack = (0.8 - 0.9 < 0) * 0 + (0.8 - 0.5)
    seen = make_outcomes([0.6] * 10, [1000] * 10, kept)
    assert scoring_rule.score(seen, 0.0) == pytest.approx(0.6 - SHORTFALL_PRICE * lack)
    assert ScoringRule(1000.0, 0.0, 0.8, 0.1, False).score(seen) == pytest.approx(0.6)


@pytest.fixture(scope="module")
def candidate_set():
    return make_candidate_set(make_scenario(**TWO_DAYS), money_price=1e-5)


def test_differences_are_paired(candidate_set):
    one, other = make_candidate(candidate_set), make_candidate(candidate_set, 3000.0)
    gain, error = candidate_set.compare(one, other, 8)
    scores = [candidate_set.scoring_rule.score_each(each.seen) for each in (one, other)]
    paired = stats.ttest_rel(*scores)
    assert gain / error == pytest.approx(paired.statistic)
    assert one.n == other.n == 8


def test_only_what_was_not_seen_is_played():
    candidate_set = make_candidate_set(make_scenario(**TWO_DAYS))
    candidate = make_candidate(candidate_set)
    candidate_set.extend([candidate], 3)
    first = candidate.seen
    before = candidate_set.evaluator.played
    candidate_set.extend([candidate], 7)
    candidate_set.extend([candidate], 5)
    assert candidate_set.evaluator.played - before == 4
    np.testing.assert_array_equal(candidate.seen.value[:3], first.value)
    again = make_candidate(candidate_set)
    candidate_set.extend([again], 7)
    np.testing.assert_array_equal(candidate.seen.value, again.seen.value)


def test_a_race_keeps_the_best_and_drops_the_rest(candidate_set):
    field = [
        make_candidate(candidate_set, labor_cost) for labor_cost in (1800.0, 2500.0, 3500.0, 4500.0)
    ]
    won = candidate_set.race(field, [(3, 2), (6, 1)])
    assert won[0] in (field[2], field[3])
    assert sorted(one.n for one in field) == [3, 3, 6, 6]
    ranked = candidate_set.rank(field, 6)
    scores = [candidate_set.scoring_rule.score(one.seen) for one in ranked]
    assert scores == sorted(scores, reverse=True)


def test_a_restaffed_candidate_is_unseen_and_keeps_its_rules(candidate_set):
    candidate = make_candidate(candidate_set, lead_h=6.0)
    candidate_set.extend([candidate], 2)
    more = candidate_set.restaff(candidate, candidate.roster + 1)
    assert more.n == 0
    assert more.policy.lead_h == 6.0
    assert candidate_set.rosters.price(more.roster) > candidate_set.rosters.price(candidate.roster)
    assert candidate.forget().n == 0


def test_what_is_the_same_to_play_is_played_once():
    """Another name and other shifts under the same staff are known already; levels are not."""
    candidate_set = make_candidate_set(make_scenario(**TWO_DAYS))
    one = make_candidate(candidate_set)
    same = replace(
        one.forget(), label="same", policy=one.policy.model_copy(update={"name": "b", "shifts": ()})
    )
    other = replace(one.forget(), policy=set_levels(one.policy, (("question", "calm"),), "brief"))
    candidate_set.extend([one, same], 4)
    assert candidate_set.evaluator.played == 4
    candidate_set.extend([same], 7)
    candidate_set.extend([other], 5)
    candidate_set.extend([one], 6)
    assert candidate_set.evaluator.played == 7 + 5
    assert (one.n, same.n, other.n) == (6, 7, 5)
    alone = Evaluator(candidate_set.rosters.scenario, 1)
    for candidate in (one, same, other):
        seen = alone.play(candidate.policy, 0, candidate.n)
        np.testing.assert_array_equal(candidate.seen.value, seen.value)
        np.testing.assert_array_equal(candidate.seen.cost, seen.cost)
    freer = candidate_set.change(keeps_promise=True)
    freer.extend([one.forget()], 7)
    assert candidate_set.evaluator.played == 12
    assert freer.scoring_rule.keeps_promise
