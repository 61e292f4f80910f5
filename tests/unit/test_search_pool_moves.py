"""People moved between pools: counted, allowed, and taken only where that is better."""

import numpy as np
import pytest

from sim.planning.search.candidates import Candidate, CandidateSet, ScoringRule
from sim.planning.search.hill_climbing import SearchEffort
from sim.planning.search.moves import list_level_moves
from sim.planning.search.pool_moves import (
    climb_pools,
    find_twins,
    list_exchanges,
    list_splits,
    move_between_pools,
)
from sim.planning.session import make_template
from tests.plan_worlds import TWO_DAYS, make_candidate, make_candidate_set, make_scenario
from tests.studies import load_study

SCENARIO = make_scenario(**TWO_DAYS)


@pytest.fixture(scope="module")
def candidate_set():
    return make_candidate_set(SCENARIO)


@pytest.mark.parametrize("share", [0.15, 0.4, 1.0])
def test_a_share_of_all_people_moves_and_nobody_is_lost(share):
    dice = np.random.default_rng(4)
    roster = dice.integers(0, 4, 40)
    source, target = np.arange(20), np.arange(20, 40)
    moved = move_between_pools(roster, source, target, share)
    assert moved.sum() == roster.sum()
    assert (moved >= 0).all()
    assert abs(moved[source].sum() - (1 - share) * roster[source].sum()) <= 0.5
    np.testing.assert_array_equal(moved[source] + moved[target], roster[source] + roster[target])


def test_twins_are_the_same_shifts_in_the_other_pool(candidate_set):
    columns = candidate_set.rosters.columns
    source, target = find_twins(candidate_set.rosters, 0, 1)
    assert len(source) == (columns.pool == 0).sum()
    for name in ("day", "shift", "cost"):
        kept = getattr(columns, name)
        np.testing.assert_array_equal(kept[source], kept[target])
    assert set(columns.pool[target]) == {1}


def test_splits_keep_wages_and_rules(candidate_set):
    start = make_candidate(candidate_set)
    splits = list_splits(candidate_set.rosters, start.roster)
    assert splits
    for roster in splits.values():
        assert candidate_set.rosters.price(roster) == pytest.approx(
            candidate_set.rosters.price(start.roster)
        )
        assert candidate_set.rosters.is_allowed(roster)


def test_all_hands_in_the_wrong_pool_are_moved_back():
    """Nobody helps out: who stands in a pool without topics is moved to the one that has work."""
    world = {**TWO_DAYS, "team": {"overflow_min": None}}
    candidate_set = make_candidate_set(make_scenario(**world))
    start = make_candidate(candidate_set)
    source, target = find_twins(candidate_set.rosters, 0, 1)
    wrong = candidate_set.restaff(start, move_between_pools(start.roster, source, target, 0.8))
    free = CandidateSet(
        candidate_set.evaluator, candidate_set.rosters, ScoringRule(8000.0, 0.0, 0.5, 0.1, False)
    )
    end, told = climb_pools(free, wrong, SearchEffort(4, 8))
    assert "technical to general" in told[0]
    assert free.score(end, 8) > free.score(wrong, 8)


def test_levels_go_with_the_moves():
    start = make_candidate(make_candidate_set(SCENARIO)).policy
    moves = list(list_level_moves(SCENARIO, start))
    assert len(moves) == 5 * 2
    changed = moves[0].make(start)
    assert len({level for row in changed.effort.values() for level in row.values()}) > 1
    assert isinstance(make_candidate(make_candidate_set(SCENARIO)), Candidate)


@pytest.fixture(scope="module")
def day():
    """Two pools, an early and a late shift of two hours each."""
    (instances,) = load_study("planner_truth", ["instances"])
    [one] = [one for one in instances.INSTANCES if one.name == "two_pools_bot"]
    return make_candidate_set(one.build(), one.budget)


def test_exchanges_of_few_kinds_of_shift_cost_nothing_and_keep_rules(day, candidate_set):
    roster = np.array([1, 2, 2, 2])
    found = list_exchanges(day.rosters, roster)
    assert {tuple(one - roster) for one in found} == {
        (1, 0, -1, 0), (1, 0, 0, -1), (1, -1, 0, 0), (0, 1, -1, 0), (0, 1, 0, -1),
        (0, -1, 1, 0), (0, 0, 1, -1), (0, -1, 0, 1), (0, 0, -1, 1),
    }  # fmt: skip
    assert list_exchanges(candidate_set.rosters, make_candidate(candidate_set).roster) == []


def test_a_level_and_an_exchange_are_found_together(day):
    """From all standard: one agent goes to the other pool's late shift, where time is taken."""
    roster = np.array([1, 2, 2, 2])
    template = make_template(day.rosters.scenario, day.rosters)
    target_staffing = day.rosters.count_staff(roster).astype(float)
    start = Candidate("", day.rosters.to_policy(template, roster), roster, target_staffing)
    end, told = climb_pools(day, start, SearchEffort(50, 200))
    assert told == ["thorough: plain (calm); shifts exchanged"]
    assert end.roster.tolist() == [1, 1, 3, 2]
