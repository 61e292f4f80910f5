"""The program under cuts against all rosters of a small day, enumerated."""

import itertools

import numpy as np
import pytest

from sim.planning.bounds.day_credit import DayCredit
from sim.planning.bounds.roster_cuts import Cut
from sim.planning.bounds.roster_program import Money, bound_value, propose_roster
from tests.plan_worlds import make_candidate_set, make_small_scenario

MOST = 3


@pytest.fixture(scope="module")
def rosters():
    return make_candidate_set(make_small_scenario(horizon={"days": 1}), 900.0).rosters


def make_cuts(rosters, seed, n=3):
    """Cuts of a made-up concave value: the minimum of planes is one."""
    rng = np.random.default_rng(seed)
    cuts = []
    for _ in range(n):
        roster = rng.integers(0, MOST, rosters.n)
        heads = rosters.count_staff(roster).astype(float)
        more = rng.uniform(0.0, 0.01, heads.shape)
        less = more + rng.uniform(0.0, 0.01, heads.shape)
        other = np.full(heads.shape, -2.0)
        credit = DayCredit(0.5 + rng.uniform(0, 0.1), np.zeros(1), 0.0, 500.0)
        cuts.append(Cut(roster, heads, credit, more, less, other))
    return cuts


def list_rosters(rosters, cuts, money, exchanges=None):
    """All rosters that the program allows, with their value under the cuts."""
    found = []
    for counts in itertools.product(range(8), repeat=rosters.n):
        roster = np.array(counts)
        change = roster - cuts[0].roster
        if exchanges is not None and max(change.clip(0).sum(), (-change).clip(0).sum()) > exchanges:
            continue
        heads = rosters.count_staff(roster)
        other = float((cuts[0].other_cost * (heads - cuts[0].heads)).sum())
        if rosters.price(roster) + other > money.wages + money.rest or not rosters.is_allowed(
            roster
        ):
            continue
        found.append((min(cut.limit(heads) for cut in cuts), roster))
    return found


@pytest.mark.parametrize(("seed", "exchanges"), [(1, None), (2, None), (3, 2), (4, 1)])
def test_no_roster_is_above_the_bound_and_the_proposal_is_the_best(rosters, seed, exchanges):
    cuts = make_cuts(rosters, seed)
    money = Money(max(rosters.price(cuts[0].roster), 700.0), 100.0)
    values = list_rosters(rosters, cuts, money, exchanges)
    best = max((value for value, _ in values), default=-np.inf)
    bound = bound_value(rosters, cuts, money, exchanges)
    found = propose_roster(rosters, cuts, money, exchanges)
    assert bound >= best - 1e-9
    if not values:
        assert found is None
        return
    assert bound <= best + 0.05
    mine = min(cut.limit(rosters.count_staff(found)) for cut in cuts)
    assert mine == pytest.approx(best, rel=3e-3)
    assert rosters.is_allowed(found)


def test_more_money_never_lowers_the_bound(rosters):
    cuts = make_cuts(rosters, 5)
    bounds = [bound_value(rosters, cuts, Money(700.0, rest)) for rest in (0.0, 100.0, 400.0)]
    assert bounds == sorted(bounds)
    assert bounds[0] < bounds[-1]
