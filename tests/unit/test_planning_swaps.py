"""Single shifts: blocks by hand, values by playing, a misplaced shift comes home."""

import numpy as np
import pytest

from sim.planning.climb import Effort
from sim.planning.lineup import Lineups
from sim.planning.swaps import (
    MOST_BLOCKS,
    choose_blocks,
    climb_swaps,
    list_blocks,
    pair_blocks,
    value_blocks,
)
from tests.plan_worlds import TWO_DAYS, make_bench, make_candidate, make_scenario
from tests.worlds import make_plain_scenario


@pytest.fixture(scope="module")
def bench():
    return make_bench(make_scenario(**TWO_DAYS), money_price=1e-5)


def test_a_block_is_a_shift_or_some_hours_of_a_pool(bench):
    assert (list_blocks(bench.lineups) == np.eye(bench.lineups.n)).all()
    free = Lineups(make_plain_scenario(horizon={"days": 1}))
    blocks = list_blocks(free)
    assert blocks.shape == (6, 24)
    assert blocks.sum(axis=0).tolist() == [1] * 24
    assert np.flatnonzero(blocks[1]).tolist() == [4, 5, 6, 7]


def test_too_many_blocks_are_thinned_evenly():
    allowed = np.ones(1000, bool)
    chosen = choose_blocks(np.eye(1000), allowed)
    assert chosen.size == MOST_BLOCKS
    assert np.ptp(np.diff(chosen)) <= 1
    allowed[:] = False
    allowed[[3, 7]] = True
    assert choose_blocks(np.eye(1000), allowed).tolist() == [3, 7]


def test_a_value_is_the_change_of_the_score(bench):
    start = make_candidate(bench)
    blocks = list_blocks(bench.lineups)[:6]
    values = value_blocks(bench, start, blocks, 1, 5)
    base = bench.score(start, 5)
    for block, value in values.items():
        more = bench.restaff(start, start.people + blocks[block])
        assert value == pytest.approx(bench.score(more, 5) - base)


def test_pairs_promise_most_and_use_a_block_once():
    more = {0: 3.0, 1: 2.0, 2: -1.0}
    less = {0: -1.0, 3: -0.5, 4: -9.0}
    assert pair_blocks(more, less, 5) == [(3, 0)]
    less[5] = -1.5
    assert pair_blocks(more, less, 5) == [(3, 0), (5, 1)]
    assert pair_blocks(more, less, 1) == [(3, 0)]
    assert pair_blocks({}, less, 5) == []


def test_people_at_the_wrong_hours_are_moved(bench):
    """All of one pool's people on the late shift: exchanges bring them forward."""
    start = make_candidate(bench)
    columns = bench.lineups.columns
    late = np.flatnonzero((columns.shift == 4) & (columns.pool == 0))
    bad = start.people.copy()
    early = np.flatnonzero((columns.shift == 0) & (columns.pool == 0))
    bad[late] += bad[early]
    bad[early] = 0
    assert bench.lineups.is_allowed(bad)
    worse = bench.restaff(start, bad)
    end, made = climb_swaps(bench, worse, Effort(6, 24))
    assert made >= 1
    gain, error = bench.compare(end, worse, 48)
    assert gain > error
