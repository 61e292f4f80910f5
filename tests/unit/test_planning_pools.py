"""People moved between pools: counted, allowed, and taken only where that is better."""

import numpy as np
import pytest

from sim.planning.search.candidates import Bench, Candidate, Judge
from sim.planning.search.hill_climbing import Effort
from sim.planning.search.moves import list_level_moves
from sim.planning.search.pool_moves import (
    climb_pools,
    find_twins,
    list_exchanges,
    list_splits,
    move_people,
)
from sim.planning.session import make_template
from tests.plan_worlds import TWO_DAYS, make_bench, make_candidate, make_scenario
from tests.studies import load_study

SCENARIO = make_scenario(**TWO_DAYS)


@pytest.fixture(scope="module")
def bench():
    return make_bench(SCENARIO)


@pytest.mark.parametrize("share", [0.15, 0.4, 1.0])
def test_a_share_of_all_people_moves_and_nobody_is_lost(share):
    dice = np.random.default_rng(4)
    people = dice.integers(0, 4, 40)
    source, target = np.arange(20), np.arange(20, 40)
    moved = move_people(people, source, target, share)
    assert moved.sum() == people.sum()
    assert (moved >= 0).all()
    assert abs(moved[source].sum() - (1 - share) * people[source].sum()) <= 0.5
    np.testing.assert_array_equal(moved[source] + moved[target], people[source] + people[target])


def test_twins_are_the_same_shifts_in_the_other_pool(bench):
    columns = bench.lineups.columns
    source, target = find_twins(bench.lineups, 0, 1)
    assert len(source) == (columns.pool == 0).sum()
    for name in ("day", "shift", "cost"):
        kept = getattr(columns, name)
        np.testing.assert_array_equal(kept[source], kept[target])
    assert set(columns.pool[target]) == {1}


def test_splits_keep_wages_and_rules(bench):
    start = make_candidate(bench)
    splits = list_splits(bench.lineups, start.people)
    assert splits
    for people in splits.values():
        assert bench.lineups.price(people) == pytest.approx(bench.lineups.price(start.people))
        assert bench.lineups.is_allowed(people)


def test_all_hands_in_the_wrong_pool_are_moved_back():
    """Nobody helps out: who stands in a pool without topics is moved to the one that has work."""
    world = {**TWO_DAYS, "team": {"overflow_min": None}}
    bench = make_bench(make_scenario(**world))
    start = make_candidate(bench)
    source, target = find_twins(bench.lineups, 0, 1)
    wrong = bench.restaff(start, move_people(start.people, source, target, 0.8))
    free = Bench(bench.evaluator, bench.lineups, Judge(8000.0, 0.0, 0.5, 0.1, False))
    end, told = climb_pools(free, wrong, Effort(4, 8))
    assert "technical to general" in told[0]
    assert free.score(end, 8) > free.score(wrong, 8)


def test_levels_go_with_the_moves():
    start = make_candidate(make_bench(SCENARIO)).policy
    moves = list(list_level_moves(SCENARIO, start))
    assert len(moves) == 5 * 2
    changed = moves[0].make(start)
    assert len({level for row in changed.effort.values() for level in row.values()}) > 1
    assert isinstance(make_candidate(make_bench(SCENARIO)), Candidate)


@pytest.fixture(scope="module")
def day():
    """Two pools, an early and a late shift of two hours each."""
    (instances,) = load_study("planner_truth", ["instances"])
    [one] = [one for one in instances.INSTANCES if one.name == "two_pools_bot"]
    return make_bench(one.build(), one.budget)


def test_exchanges_of_few_kinds_of_shift_cost_nothing_and_keep_rules(day, bench):
    people = np.array([1, 2, 2, 2])
    found = list_exchanges(day.lineups, people)
    assert {tuple(one - people) for one in found} == {
        (1, 0, -1, 0), (1, 0, 0, -1), (1, -1, 0, 0), (0, 1, -1, 0), (0, 1, 0, -1),
        (0, -1, 1, 0), (0, 0, 1, -1), (0, -1, 0, 1), (0, 0, -1, 1),
    }  # fmt: skip
    assert list_exchanges(bench.lineups, make_candidate(bench).people) == []


def test_a_level_and_an_exchange_are_found_together(day):
    """From all standard: one agent goes to the other pool's late shift, where time is taken."""
    people = np.array([1, 2, 2, 2])
    template = make_template(day.lineups.scenario, day.lineups)
    wish = day.lineups.count_staff(people).astype(float)
    start = Candidate("", day.lineups.dress(template, people), people, wish)
    end, told = climb_pools(day, start, Effort(50, 200))
    assert told == ["thorough: plain (calm); shifts exchanged"]
    assert end.people.tolist() == [1, 1, 3, 2]
