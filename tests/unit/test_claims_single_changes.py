"""Single changes: one list for search and proof, limits that hold together, gains taken."""

import itertools

import numpy as np
import pytest

from sim.planning.claims.single_changes import (
    ALPHA,
    LEAST_DIFFERENT,
    Looks,
    make_looks,
    take_gains,
    try_changes,
)
from sim.planning.evaluation.outcomes import Outcomes
from sim.planning.search import rule_moves, search
from sim.planning.search.candidates import Candidate, CandidateSet, ScoringRule
from sim.planning.search.moves import Move
from sim.planning.search.rule_moves import RULE_MOVES, list_single_changes
from sim.planning.session import make_template
from sim.rostering.roster import Rosters
from sim.scenario.policy_checks import check_policy
from tests.plan_worlds import WITH_LAUNCH, make_scenario

N_CHANGES = 30
ALL_LOOKS = (12, 30, 80)


class Made:
    """Outcomes by number of a policy, made up: value of each of the draws, and promises kept."""

    def __init__(self, values, kept=None):
        self.values, self.kept = values, kept
        self.played = 0

    def play_all(self, jobs):
        self.played += sum(last - first for _, first, last in jobs)
        return [self.play(*job) for job in jobs]

    def play(self, policy, first, last):
        value = self.values[policy][first:last]
        none = np.zeros(value.size)
        kept = np.zeros((value.size, 0)) if self.kept is None else self.kept[policy][first:last]
        return Outcomes(value, value, none, none, none, none, none + 1, none, kept)


def make_set(values, kept=None, **rule):
    rules = {"target": 0.5, "alpha": 0.1, "keeps_promise": kept is not None} | rule
    made = CandidateSet(Made(values, kept), None, ScoringRule(0.0, 0.0, **rules))
    return made, Candidate("plan", 0, None, None)


def list_changes(n):
    return [Move(f"change {one}", (str(one),), lambda _, to=one: to) for one in range(1, n + 1)]


def draw_values(rng, gains, n=ALL_LOOKS[-1]):
    """Noise of a week that all have in common, and a tenth of it of their own, correlated."""
    own = rng.normal(0, 0.01, (len(gains) + 1, n)) + rng.normal(0, 0.01, n)
    return rng.normal(0, 0.05, n) + own + np.array([0.0, *gains])[:, None]


def miss_rate(risk, times):
    """How often any of the limits is below what the change truly gains."""
    rng, missed = np.random.default_rng(20), 0
    gains = np.where(np.arange(N_CHANGES) % 2, 0.0, -0.004)
    for _ in range(times):
        candidate_set, plan = make_set(draw_values(rng, gains))
        tried = try_changes(candidate_set, plan, list_changes(N_CHANGES), Looks(ALL_LOOKS, risk))
        true = {f"change {one + 1}": gains[one] for one in range(N_CHANGES)}
        missed += any(one.limit < true[one.move.label] for one in tried)
    return missed / times


def test_the_limits_hold_together_as_often_as_they_say():
    """A coverage of .95 of all at once; limits one by one at .95 would fail nearly always."""
    looks = make_looks(40, 80, N_CHANGES)
    assert looks.risk == pytest.approx(ALPHA / (len(looks.sizes) * N_CHANGES))
    assert miss_rate(ALPHA / (len(ALL_LOOKS) * N_CHANGES), 120) <= ALPHA + 0.03
    assert miss_rate(ALPHA, 20) > 0.3


def test_what_cannot_gain_takes_the_first_look_only():
    rng = np.random.default_rng(1)
    candidate_set, plan = make_set(draw_values(rng, [-0.2, 0.0]))
    tried = try_changes(candidate_set, plan, list_changes(2), make_looks(40, 80, 2))
    assert {one.move.label: one.n for one in tried} == {"change 1": 20, "change 2": 80}


def test_what_acts_in_rare_weeks_alone_is_not_settled_by_weeks_without_it():
    values = np.zeros((2, 80))
    values[1, 70] = 0.5
    candidate_set, plan = make_set(values)
    (tried,) = try_changes(candidate_set, plan, list_changes(1), make_looks(40, 80, 1))
    assert np.count_nonzero(values[1]) < LEAST_DIFFERENT
    assert tried.n == 80
    assert tried.limit > 0.005


def test_what_gains_is_taken_once_for_each_place_and_noise_is_not():
    rng = np.random.default_rng(2)
    candidate_set, plan = make_set(draw_values(rng, [0.03, 0.05, 0.0]))
    changes = list_changes(3)
    twins = [change._replace(place=("same",)) for change in changes[:2]] + changes[2:]
    tried = try_changes(candidate_set, plan, twins, make_looks(40, 80, 3))
    better = take_gains(candidate_set, plan, tried, 80)
    assert better.trail == ("change 2",)
    calm, plan = make_set(draw_values(rng, [0.0, -0.01]))
    tried = try_changes(calm, plan, list_changes(2), make_looks(40, 80, 2))
    assert take_gains(calm, plan, tried, 80) is None


def test_a_change_that_breaks_the_promise_for_certain_is_no_gain():
    """Kept in all weeks before and in half of them after; in nine of ten it may be made."""
    rng = np.random.default_rng(3)
    kept = np.ones((3, 80, 1))
    kept[1, ::2] = 0.0
    kept[2, ::10] = 0.0
    candidate_set, plan = make_set(draw_values(rng, [0.05, 0.05]), kept)
    tried = try_changes(candidate_set, plan, list_changes(2), make_looks(40, 80, 2))
    by_label = {one.move.label: one for one in tried}
    assert not by_label["change 1"].is_allowed
    assert not by_label["change 1"].is_gain
    assert by_label["change 2"].is_gain
    assert by_label["change 2"].keeps == pytest.approx(-0.1)


def test_the_list_is_what_the_search_climbs_by_without_twins():
    assert search.RULE_MOVES is rule_moves.RULE_MOVES is RULE_MOVES
    world = make_scenario(**WITH_LAUNCH)
    policy = make_template(world, Rosters(world))
    moves = list_single_changes(world, policy)
    made = [move.make(policy) for move in moves]
    assert all(one != policy for one in made)
    assert all(one != other for one, other in itertools.combinations(made, 2))
    places = {move.place[0] for move in moves}
    assert {"effort", "lead_h", "priority", "follow_up", "surge"} <= places
    labels = [move.label for move in moves]
    assert sum("crew of" in label for label in labels) > 5
    assert sum("influential first" in label for label in labels) == 3
    for one in made:
        assert check_policy(world, one.model_copy(update={"staff": policy.staff})) == []


def test_the_looks_end_where_they_must():
    assert make_looks(40, 10, 5).sizes == (10,)
    assert make_looks(4, 400, 5).sizes == (20, 60, 200)
    assert make_looks(40, 400, 5).sizes == (20, 60, 200)
