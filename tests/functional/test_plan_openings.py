"""Other opening hours of a plan: who works when by hand, what they cost, how they are measured."""

import numpy as np
import pytest

from sim.outcomes.estimate import estimate_difference
from sim.planning.analysis.levers import weigh_levers
from sim.planning.analysis.openings import find_beside, list_openings
from sim.planning.evaluation.evaluator import Evaluator
from sim.planning.search.limits import Ending
from sim.planning.search.search import Search
from sim.planning.session import make_template
from sim.running.play import prepare
from tests.plan_worlds import (
    SMALL_BUDGET,
    make_candidate,
    make_candidate_set,
    make_settings,
    make_small_scenario,
)

SATURDAY = {"days": 2, "start": "2024-03-23T00:00:00", "repeats": False}
# A night hour is paid half as much again, the weekend's hours a quarter more.
PREMIUMS = {"night_premium": 1.5, "weekend_premium": 1.25, "night_from_h": 20, "night_to_h": 8}


def make_plan():
    """Return a Saturday and a Sunday, open from 8 to 20, and a policy for them at the budget."""
    scenario = make_small_scenario(horizon=SATURDAY, costs=PREMIUMS)
    candidate_set = make_candidate_set(scenario, SMALL_BUDGET)
    return candidate_set, make_candidate(candidate_set, 0.9 * SMALL_BUDGET).policy


def test_what_lies_beside_open_hours():
    opened = np.array([1, 0, 0, 0, 1, 1, 0], bool)
    assert find_beside(opened, 1, repeats=True).tolist() == [0, 1, 0, 0, 0, 0, 1]
    assert find_beside(opened, -1, repeats=True).tolist() == [0, 0, 0, 1, 0, 0, 1]
    assert find_beside(opened, -1, repeats=False).tolist() == [0, 0, 0, 1, 0, 0, 0]
    assert find_beside(opened, 2, repeats=False).tolist() == [0, 1, 1, 0, 0, 0, 1]


def test_hours_and_pay_by_hand():
    """1 hour on each of 2 days; 24 closed hours; Sunday's 12 are gone; all at weekend rates."""
    candidate_set, plan = make_plan()
    rosters = candidate_set.rosters
    scenario = rosters.scenario
    found = dict(list_openings(scenario, rosters.problem, plan))
    before = np.array(plan.staff["general"])
    moved = {name: np.array(one.staff["general"]) - before for name, one in found.items()}
    assert np.flatnonzero(moved["opening an hour earlier"]).tolist() == [7, 31]
    assert np.flatnonzero(moved["closing an hour later"]).tolist() == [20, 44]
    night = [hour for hour in range(48) if not 8 <= hour % 24 < 20]
    assert np.flatnonzero(moved["one person in all closed hours"]).tolist() == night
    sunday = moved["closed on Sundays"]
    assert (before + sunday)[24:].sum() == 0
    assert not sunday[:24].any()
    paid = {
        name: prepare(scenario, one).scales.paid_ms.sum() / 3.6e6 for name, one in found.items()
    }
    plain = prepare(scenario, plan.model_copy(update={"shifts": ()})).scales.paid_ms.sum() / 3.6e6
    rate = 1.5 * 1.25
    assert paid["opening an hour earlier"] - plain == pytest.approx(2 * rate)
    assert paid["one person in all closed hours"] - plain == pytest.approx(24 * rate)
    assert plain - paid["closed on Sundays"] == pytest.approx(before[24:].sum() * 1.25)


def test_nothing_to_open_where_all_is_open():
    scenario = make_small_scenario(shifts=None)
    candidate_set = make_candidate_set(scenario, SMALL_BUDGET)
    template = make_template(scenario, candidate_set.rosters)
    assert list(list_openings(scenario, candidate_set.rosters.problem, template)) == []


def test_they_are_measured_against_the_plan_on_its_fresh_draws():
    candidate_set, plan = make_plan()
    scenario, n = candidate_set.rosters.scenario, 12
    ending = Ending.start(make_settings(budget=SMALL_BUDGET), 0)
    search = Search(candidate_set, 4, ending, lambda *_: None)
    template = make_template(scenario, candidate_set.rosters)
    told = weigh_levers(search, template, plan, Evaluator(scenario, 7), n)
    fresh = Evaluator(scenario, 7)
    base = fresh.play(plan.model_copy(update={"shifts": ()}), 0, n)
    openings = dict(list_openings(scenario, candidate_set.rosters.problem, plan))
    assert [row.label for row in told.opening] == list(openings)
    for row in told.opening:
        seen = fresh.play(openings[row.label], 0, n)
        by_hand = estimate_difference(seen.value, base.value)
        assert (row.difference, row.ci_low) == pytest.approx((by_hand.mean, by_hand.ci_low))
        assert row.cost == pytest.approx(seen.cost.mean())
    gains = {row.label: row.difference for row in told.opening}
    assert gains["one person in all closed hours"] > 0 > gains["closed on Sundays"]
