"""Agreed shifts and earlier plans: every roster of a tiny problem, the rules one by one."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from sim.errors import InfeasibleError
from sim.planning.search.fit_roster import FORBIDDEN, fit_roster, weigh_exchanges
from sim.rostering.constraints import MANY_PEOPLE, RosterConstraints, count_changes
from sim.rostering.coverage import find_minimum_coverage
from sim.rostering.feasible_roster import find_cheapest, find_nearest
from sim.rostering.roster import Rosters
from tests.plan_worlds import make_small_scenario

TINY = make_small_scenario(
    horizon={"days": 1},
    team={"pools": {"general": {"skills": ["question"], "limit": 5}}},
)
MOST = 3


@pytest.fixture(scope="module")
def rosters() -> Rosters:
    made = Rosters(TINY)
    made.minimum_coverage = find_minimum_coverage(TINY, made.problem)
    return made


def list_allowed(rosters: Rosters, constraints: RosterConstraints) -> list[np.ndarray]:
    """Return every allowed roster of up to three people a shift."""
    every = itertools.product(range(MOST + 1), repeat=rosters.n)
    rosters.constraints = constraints
    found = [np.array(one) for one in every if rosters.is_allowed(np.array(one))]
    rosters.constraints = None
    return found


def tie(rosters: Rosters, **changes) -> RosterConstraints:
    free = RosterConstraints(np.zeros(rosters.n, dtype=int), np.full(rosters.n, MANY_PEOPLE))
    return replace(free, **changes)


CASES = [
    {},
    {"lower": np.array([0, 2, 1, 0])},
    {"upper": np.array([1, 2, 0, 1])},
    {"earlier": np.array([3, 0, 0, 1]), "most_changes": 2},
    {"earlier": np.array([1, 1, 1, 0]), "most_changes": 0},
    {"earlier": np.array([0, 0, 2, 0]), "lower": np.array([0, 1, 0, 1]), "most_changes": 4},
]


@pytest.mark.parametrize("changes", CASES)
def test_cheapest_and_nearest_are_those_of_all_lineups(rosters, changes):
    bounds = tie(rosters, **changes)
    every = list_allowed(rosters, bounds)
    assert every
    cheapest, bound = find_cheapest(rosters, bounds)
    assert bound <= rosters.price(cheapest) + 1e-6
    assert any((cheapest == one).all() for one in every)
    assert rosters.price(cheapest) == pytest.approx(min(map(rosters.price, every)))
    if bounds.earlier is not None:
        nearest = find_nearest(rosters, bounds)
        fewest = min(count_changes(bounds.earlier, one) for one in every)
        assert count_changes(bounds.earlier, nearest) == fewest
        assert any((nearest == one).all() for one in every)


def test_what_cannot_be_agreed_tells_the_smallest_change(rosters):
    """One person less, or one change more, than told is not enough; what is told is."""
    earlier = np.array([0, 0, 3, 0])
    with pytest.raises(InfeasibleError, match="allow 2 changes instead of 1"):
        find_cheapest(rosters, tie(rosters, earlier=earlier, most_changes=1))
    find_cheapest(rosters, tie(rosters, earlier=earlier, most_changes=2))
    with pytest.raises(InfeasibleError, match="pins 08:00-16:00 of day 0") as found:
        find_cheapest(rosters, tie(rosters, lower=np.array([6, 0, 0, 0])))
    assert "from at least 6 to 4" in str(found.value)


def test_a_person_moved_is_one_change():
    earlier = np.array([3, 0, 2])
    assert count_changes(earlier, np.array([2, 1, 2])) == 1
    assert count_changes(earlier, np.array([3, 0, 0])) == 2
    assert count_changes(earlier, np.array([0, 3, 3])) == 4
    assert count_changes(earlier, earlier) == 0


@pytest.mark.parametrize("most", [None, 0, 1, 3])
def test_exchanges_forbidden_are_those_that_break_the_ties(rosters, most):
    rng = np.random.default_rng(5)
    for _ in range(20):
        earlier = rng.integers(0, 3, rosters.n)
        roster = np.maximum(earlier + rng.integers(-1, 2, rosters.n), 0)
        lower, upper = np.maximum(roster - rng.integers(0, 2, rosters.n), 0), roster + 1
        constraints = RosterConstraints(lower, upper, earlier, most, earlier)
        rosters.constraints = constraints
        worth = weigh_exchanges(rosters, roster, np.ones(rosters.count_staff(roster).shape))
        rosters.constraints = None
        for old, new in itertools.permutations(range(rosters.n), 2):
            after = roster.copy()
            after[old] -= 1
            after[new] += 1
            forbidden = constraints.forbid_exchange(roster)[old, new]
            assert forbidden == (not constraints.are_kept(after))
            assert not forbidden or worth[old, new] <= -FORBIDDEN / 2


def test_lineups_are_built_within_the_ties(rosters):
    earlier = np.array([2, 1, 1, 1])
    bounds = tie(rosters, lower=np.array([1, 0, 0, 1]), earlier=earlier, most_changes=2)
    target_staffing = np.ones((rosters.problem.n_intervals, 1)) * np.arange(24)[:, None]
    try:
        rosters.constraints = replace(bounds, feasible_roster=find_nearest(rosters, bounds))
        labor_cost = rosters.price(earlier)
        for aim in (0.8 * labor_cost, labor_cost, 1.2 * labor_cost):
            roster = fit_roster(rosters, rosters.clean(target_staffing), aim - 170, aim + 170)
            assert roster is not None
            assert rosters.constraints.are_kept(roster)
            assert abs(rosters.price(roster) - aim) <= 170
    finally:
        rosters.constraints = None
