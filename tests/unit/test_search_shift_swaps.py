"""Single shifts: blocks by hand, values by playing, a misplaced shift comes home."""

import itertools

import numpy as np
import pytest

from sim.planning.search.candidates import Candidate
from sim.planning.search.hill_climbing import SearchEffort
from sim.planning.search.shift_swaps import (
    AGAIN,
    MOST_BLOCKS,
    choose_blocks,
    climb_compounds,
    climb_swaps,
    guess_others,
    list_blocks,
    list_changes,
    list_compounds,
    pair_blocks,
    value_blocks,
)
from sim.planning.session import make_template
from sim.rostering.roster import Rosters
from tests.plan_worlds import TWO_DAYS, make_candidate, make_candidate_set, make_scenario
from tests.studies import load_study
from tests.worlds import make_plain_scenario


@pytest.fixture(scope="module")
def candidate_set():
    return make_candidate_set(make_scenario(**TWO_DAYS), money_price=1e-5)


def test_a_block_is_a_shift_or_some_hours_of_a_pool(candidate_set):
    assert (list_blocks(candidate_set.rosters) == np.eye(candidate_set.rosters.n)).all()
    free = Rosters(make_plain_scenario(horizon={"days": 1}))
    blocks = list_blocks(free)
    assert blocks.shape == (6, 24)
    assert blocks.sum(axis=0).tolist() == [1] * 24
    assert np.flatnonzero(blocks[1]).tolist() == [4, 5, 6, 7]


def test_too_many_blocks_are_thinned_evenly():
    allowed = np.ones(1000, bool)
    chosen = choose_blocks(allowed, {})
    assert chosen.size == MOST_BLOCKS
    assert np.ptp(np.diff(chosen)) <= 1
    allowed[:] = False
    allowed[[3, 7]] = True
    assert choose_blocks(allowed, {}).tolist() == [3, 7]


def test_of_known_values_the_best_are_measured_again_and_the_rest_kept(candidate_set):
    """By hand: of 60, 50 known, the best `AGAIN` and the unknown are measured, none forbidden."""
    known = {block: -float(block) for block in range(50)}
    allowed = np.ones(60, bool)
    allowed[[2, 55]] = False
    expected = [block for block in range(60) if (block <= AGAIN or block >= 50) and allowed[block]]
    assert choose_blocks(allowed, known).tolist() == expected

    start = make_candidate(candidate_set)
    blocks = list_blocks(candidate_set.rosters)
    fresh = value_blocks(candidate_set, start, blocks, -1, 5)
    wrong = {block: -1.0 if value == max(fresh.values()) else 9.0 - block
             for block, value in fresh.items()} | {
        int(np.flatnonzero(start.roster == 0)[0]): 99.0
    }  # fmt: skip
    again = value_blocks(candidate_set, start, blocks, -1, 5, wrong)
    assert again.keys() == fresh.keys()
    measured = sorted((one for one in wrong if one in fresh), key=wrong.__getitem__)[-AGAIN:]
    for block, value in again.items():
        assert value == (fresh if block in measured else wrong)[block]


def test_a_value_is_the_change_of_the_score(candidate_set):
    start = make_candidate(candidate_set)
    blocks = list_blocks(candidate_set.rosters)[:6]
    values = value_blocks(candidate_set, start, blocks, 1, 5)
    base = candidate_set.score(start, 5)
    for block, value in values.items():
        more = candidate_set.restaff(start, start.roster + blocks[block])
        assert value == pytest.approx(candidate_set.score(more, 5) - base)


def test_pairs_promise_most_and_use_a_block_once():
    more = {0: 3.0, 1: 2.0, 2: -1.0}
    less = {0: -1.0, 3: -0.5, 4: -9.0}
    assert pair_blocks(more, less, 5) == [(3, 0)]
    less[5] = -1.5
    assert pair_blocks(more, less, 5) == [(3, 0), (5, 1)]
    assert pair_blocks(more, less, 1) == [(3, 0)]
    assert pair_blocks({}, less, 5) == []


def test_people_at_the_wrong_hours_are_moved(candidate_set):
    """All of one pool's people on the late shift: exchanges bring them forward."""
    start = make_candidate(candidate_set)
    columns = candidate_set.rosters.columns
    late = np.flatnonzero((columns.shift == 4) & (columns.pool == 0))
    bad = start.roster.copy()
    early = np.flatnonzero((columns.shift == 0) & (columns.pool == 0))
    bad[late] += bad[early]
    bad[early] = 0
    assert candidate_set.rosters.is_allowed(bad)
    worse = candidate_set.restaff(start, bad)
    end, made, _ = climb_swaps(candidate_set, worse, SearchEffort(6, 24))
    assert made >= 1
    gain, error = candidate_set.compare(end, worse, 48)
    assert gain > error


@pytest.fixture(scope="module")
def day():
    """A day of one pool, four agents at most; shifts of 4, 2, 4 and 6 hours overlap."""
    (instances,) = load_study("planner_truth", ["instances"])
    [one] = [one for one in instances.INSTANCES if one.name == "overlapping"]
    return make_candidate_set(one.build(), one.budget, 1e-4)


def test_changes_of_two_for_one_cost_the_same(day):
    rosters = day.rosters
    blocks = list_blocks(rosters)
    more, less = {0: 0.1, 1: 0.2, 2: 0.3, 3: 0.4}, {0: -0.1, 1: -0.2, 2: -0.3, 3: -0.4}
    found = {
        tuple(change): promise for promise, change in list_compounds(rosters, blocks, more, less)
    }
    expected = {}
    cost, n = rosters.columns.cost, range(4)
    for one, two in itertools.combinations_with_replacement(n, 2):
        for other in n:
            if cost[one] + cost[two] == cost[other]:
                change = blocks[other] - blocks[one] - blocks[two]
                expected[tuple(change)] = less[one] + less[two] + more[other]
                expected[tuple(-change)] = more[one] + more[two] + less[other]
    assert found == pytest.approx(expected)
    assert len(expected) == 8


def test_a_full_pool_gives_two_short_shifts_for_a_long_one(day):
    """The long shift cannot come before the short ones have gone: four are there at most."""
    candidate_set, roster = day, np.array([0, 2, 1, 1])
    template = make_template(candidate_set.rosters.scenario, candidate_set.rosters)
    target_staffing = candidate_set.rosters.count_staff(roster).astype(float)
    start = Candidate(
        "", candidate_set.rosters.to_policy(template, roster), roster, target_staffing
    )
    blocks = list_blocks(candidate_set.rosters)
    more = value_blocks(candidate_set, start, blocks, 1, 4)
    assert 2 not in more
    guessed = guess_others(candidate_set, start.roster, blocks, 1, more)
    assert 2 in guessed
    changes = list_changes(
        candidate_set, start, blocks, more, value_blocks(candidate_set, start, blocks, -1, 4)
    )
    assert (0, -2, 1, 0) in {tuple(one) for one in changes}
    assert all(candidate_set.rosters.is_allowed(start.roster + one) for one in changes)
    end, made = climb_compounds(candidate_set, start, changes, SearchEffort(50, 200))
    assert made >= 1
    gain, error = candidate_set.compare(end, start, 200)
    assert gain > 4 * error
