"""Agreed shifts and earlier plans: every lineup of a tiny problem, the rules one by one."""

import itertools

import numpy as np
import pytest

from sim.errors import InfeasibleError
from sim.planning.search.fit_roster import FORBIDDEN, fit_lineup, weigh_exchanges
from sim.rostering.constraints import MANY_PEOPLE, Ties, count_changes
from sim.rostering.coverage import find_doors
from sim.rostering.feasible_roster import Bounds, find_cheapest, find_nearest
from sim.rostering.roster import Lineups
from tests.plan_worlds import make_small_scenario

TINY = make_small_scenario(
    horizon={"days": 1},
    team={"pools": {"general": {"skills": ["question"], "limit": 5}}},
)
MOST = 3


@pytest.fixture(scope="module")
def lineups() -> Lineups:
    made = Lineups(TINY)
    made.doors = find_doors(TINY, made.problem)
    return made


def list_allowed(lineups: Lineups, ties: Ties) -> list[np.ndarray]:
    """Return every allowed lineup of up to three people a shift."""
    every = itertools.product(range(MOST + 1), repeat=lineups.n)
    lineups.ties = ties
    found = [np.array(one) for one in every if lineups.is_allowed(np.array(one))]
    lineups.ties = None
    return found


def tie(lineups: Lineups, **changes) -> Bounds:
    free = Bounds(np.zeros(lineups.n, dtype=int), np.full(lineups.n, MANY_PEOPLE))
    return free._replace(**changes)


CASES = [
    {},
    {"lower": np.array([0, 2, 1, 0])},
    {"upper": np.array([1, 2, 0, 1])},
    {"earlier": np.array([3, 0, 0, 1]), "most_changes": 2},
    {"earlier": np.array([1, 1, 1, 0]), "most_changes": 0},
    {"earlier": np.array([0, 0, 2, 0]), "lower": np.array([0, 1, 0, 1]), "most_changes": 4},
]


@pytest.mark.parametrize("changes", CASES)
def test_cheapest_and_nearest_are_those_of_all_lineups(lineups, changes):
    bounds = tie(lineups, **changes)
    every = list_allowed(lineups, Ties(*bounds, bounds.lower))
    assert every
    cheapest, bound = find_cheapest(lineups, bounds)
    assert bound <= lineups.price(cheapest) + 1e-6
    assert any((cheapest == one).all() for one in every)
    assert lineups.price(cheapest) == pytest.approx(min(map(lineups.price, every)))
    if bounds.earlier is not None:
        nearest = find_nearest(lineups, bounds)
        fewest = min(count_changes(bounds.earlier, one) for one in every)
        assert count_changes(bounds.earlier, nearest) == fewest
        assert any((nearest == one).all() for one in every)


def test_what_cannot_be_agreed_tells_the_smallest_change(lineups):
    """One person less, or one change more, than told is not enough; what is told is."""
    earlier = np.array([0, 0, 3, 0])
    with pytest.raises(InfeasibleError, match="allow 2 changes instead of 1"):
        find_cheapest(lineups, tie(lineups, earlier=earlier, most_changes=1))
    find_cheapest(lineups, tie(lineups, earlier=earlier, most_changes=2))
    with pytest.raises(InfeasibleError, match="pins 08:00-16:00 of day 0") as found:
        find_cheapest(lineups, tie(lineups, lower=np.array([6, 0, 0, 0])))
    assert "from at least 6 to 4" in str(found.value)


def test_a_person_moved_is_one_change():
    earlier = np.array([3, 0, 2])
    assert count_changes(earlier, np.array([2, 1, 2])) == 1
    assert count_changes(earlier, np.array([3, 0, 0])) == 2
    assert count_changes(earlier, np.array([0, 3, 3])) == 4
    assert count_changes(earlier, earlier) == 0


@pytest.mark.parametrize("most", [None, 0, 1, 3])
def test_exchanges_forbidden_are_those_that_break_the_ties(lineups, most):
    rng = np.random.default_rng(5)
    for _ in range(20):
        earlier = rng.integers(0, 3, lineups.n)
        people = np.maximum(earlier + rng.integers(-1, 2, lineups.n), 0)
        lower, upper = np.maximum(people - rng.integers(0, 2, lineups.n), 0), people + 1
        ties = Ties(lower, upper, earlier, most, earlier)
        lineups.ties = ties
        worth = weigh_exchanges(lineups, people, np.ones(lineups.count_staff(people).shape))
        lineups.ties = None
        for old, new in itertools.permutations(range(lineups.n), 2):
            after = people.copy()
            after[old] -= 1
            after[new] += 1
            forbidden = ties.forbid_exchange(people)[old, new]
            assert forbidden == (not ties.are_kept(after))
            assert not forbidden or worth[old, new] <= -FORBIDDEN / 2


def test_lineups_are_built_within_the_ties(lineups):
    earlier = np.array([2, 1, 1, 1])
    bounds = tie(lineups, lower=np.array([1, 0, 0, 1]), earlier=earlier, most_changes=2)
    wish = np.ones((lineups.problem.n_intervals, 1)) * np.arange(24)[:, None]
    try:
        lineups.ties = Ties(*bounds, find_nearest(lineups, bounds))
        wages = lineups.price(earlier)
        for aim in (0.8 * wages, wages, 1.2 * wages):
            people = fit_lineup(lineups, lineups.clean(wish), aim - 170, aim + 170)
            assert people is not None
            assert lineups.ties.are_kept(people)
            assert abs(lineups.price(people) - aim) <= 170
    finally:
        lineups.ties = None
