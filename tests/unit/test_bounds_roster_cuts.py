"""Cuts: blocks of hours, slopes that add up to what was played, the test of the assumption."""

import numpy as np
import pytest

from sim.planning.bounds.day_credit import DayCredit, credit_days
from sim.planning.bounds.roster_cuts import (
    MOST_RUNS,
    Cut,
    change_heads,
    count_pairs,
    cut_at,
    find_days,
    free_of_shifts,
    list_blocks,
    spread_slope,
)
from tests.plan_worlds import make_candidate, make_candidate_set, make_small_scenario

N = 8


@pytest.fixture(scope="module")
def made():
    candidate_set = make_candidate_set(make_small_scenario(), 2000.0)
    candidate = make_candidate(candidate_set, 1500.0)
    cut = cut_at(candidate_set.evaluator, candidate_set.rosters, candidate.policy,
                 candidate.roster, N)  # fmt: skip
    return candidate_set, candidate, cut


def test_blocks_are_the_open_hours_of_each_pool_once_and_not_too_many(made):
    rosters = made[0].rosters
    blocks = list_blocks(rosters)
    assert 2 * len(blocks) <= MOST_RUNS
    assert (np.sum(blocks, axis=0) == rosters.problem.open_mask[:, None]).all()


def test_slopes_of_a_block_add_up_to_what_was_played(made):
    """One run of a block of all days gives the slopes of each day."""
    candidate_set, candidate, cut = made
    evaluator, rosters = candidate_set.evaluator, candidate_set.rosters
    policy = free_of_shifts(candidate.policy)
    for block in list_blocks(rosters)[:4]:
        least = block & (cut.heads >= 1)
        changed = [
            change_heads(rosters, policy, block, 1),
            change_heads(rosters, policy, least, -1),
        ]
        base, more, less = credit_days(evaluator, [policy, *changed], N)
        gain, loss = more.value - base.value, base.value - less.value
        if (least == block).all():
            # where noise crossed a day's slopes both are their mean, so the sums stay
            assert (cut.more + cut.less)[block].sum() == pytest.approx(gain + loss)
            if (cut.more < cut.less)[block].all():
                assert cut.more[block].sum() == pytest.approx(gain)
    assert (cut.more <= cut.less + 1e-12).all()
    assert cut.limit(cut.heads) == cut.credit.value


def test_a_gain_is_shared_among_the_intervals_of_its_day_and_none_is_lost():
    days = np.array([0, 0, 1, 1, 2])
    where = np.array([[True], [True], [True], [False], [False]])
    slope = spread_slope(np.array([0.2, 0.3, 0.6]), where, days)[:, 0]
    assert slope.sum() == pytest.approx(1.1)
    np.testing.assert_allclose(slope, [0.1 + 0.2, 0.1 + 0.2, 0.3 + 0.2, 0, 0])


def test_days_are_local(made):
    days = find_days(made[0].rosters)
    assert days.min() == 0
    assert days.max() == 1


def make_cut(value, heads, more, less):
    row = [np.array([[one]]) for one in (heads, more, less, 0.0)]
    return Cut(np.zeros(1), row[0], DayCredit(value, np.array([value]), 0.0, 0.0), *row[1:])


def test_pairs_tell_a_concave_function_from_one_that_is_not():
    """The square root's cuts lie above it everywhere, the square's below."""
    at = (1.0, 4.0, 9.0)
    roots = [make_cut(x**0.5, x, 0.5 / x**0.5, 0.5 / x**0.5) for x in at]
    assert count_pairs(roots)[:2] == (6, 6)
    squares = [make_cut(x**2, x, 2 * x, 2 * x) for x in at]
    found = count_pairs(squares)
    assert (found.n, found.n_held) == (6, 0)
    assert found.worst == pytest.approx(64.0)
