"""Premiums by hand: what a night and a weekend cost in wages and in measured cost."""

import numpy as np
import pytest

import sim
from sim.policies.standard import make_standard_policy
from sim.rostering.roster import Rosters
from sim.rostering.wages import compute_hour_cost, compute_pay_factors
from sim.scenario.model import Scenario
from tests.worlds import make_policy, make_scenario

PREMIUMS = {"night_premium": 1.2, "night_from_h": 22, "night_to_h": 6, "weekend_premium": 1.25}


def make_week(**changes: object) -> Scenario:
    horizon = {"start": "2026-06-01T00:00:00", "days": 7, "interval_min": 60, "repeats": True}
    kinds = [{"start_h": hour, "length_h": 8.0} for hour in (6.0, 14.0, 22.0)]
    always = {"open_from_h": 0.0, "open_to_h": 24.0, "kinds": kinds, "rest_h": 0.0}
    plain = {"horizon": horizon, "shifts": always, "costs": PREMIUMS} | changes
    return make_scenario(demand={"base_per_h": 2.0}, **plain)


def test_the_hours_of_a_week_by_hand():
    """8 of 24 hours are night; Saturday and Sunday are the weekend; both are multiplied."""
    factors = compute_pay_factors(make_week())
    assert factors is not None
    day = [1.2] * 6 + [1.0] * 16 + [1.2] * 2
    assert factors == pytest.approx(day * 5 + [1.25 * one for one in day] * 2)
    holiday = compute_pay_factors(make_week(holidays={"2026-06-03": {}}))
    assert holiday is not None
    assert holiday[48:72] == pytest.approx([1.25 * one for one in day])


def test_no_premium_is_no_array():
    assert compute_pay_factors(make_week(costs={})) is None


def test_a_shift_costs_its_hours():
    rosters = Rosters(make_week())
    columns, hour = rosters.columns, compute_hour_cost(rosters.scenario)
    cost = {
        (int(d), int(s)): c
        for d, s, c in zip(columns.day, columns.shift, columns.cost, strict=True)
    }
    assert cost[0, 0] == pytest.approx(8 * hour)
    assert cost[0, 2] == pytest.approx(8 * 1.2 * hour)
    assert cost[5, 1] == pytest.approx(8 * 1.25 * hour)
    assert cost[4, 2] == pytest.approx(1.2 * (2 + 6 * 1.25) * hour)  # Friday 22 to Saturday 6
    assert cost[6, 2] == pytest.approx(1.2 * (2 * 1.25 + 6) * hour)  # round the ring to Monday


def test_what_is_measured_costs_what_the_roster_says():
    """Nobody comes, so that the cost is that of the shifts alone."""
    scenario = make_week(surge_crew={"max_people": 0})
    scenario = scenario.model_copy(
        update={"demand": scenario.demand.model_copy(update={"base_per_h": 0.0})}
    )
    rosters = Rosters(scenario)
    roster = np.arange(rosters.n) % 3
    policy = rosters.to_policy(make_policy(scenario), roster)
    run = sim.simulate(scenario, policy, replications=1, seed=1)
    assert run.replications["cost"][0] == pytest.approx(rosters.price(roster))
    assert rosters.price(roster) > 1.05 * compute_hour_cost(scenario) * 8 * roster.sum()


def test_free_staff_pays_premiums_too():
    scenario = make_week(shifts=None)
    rosters, hour = Rosters(scenario), compute_hour_cost(scenario)
    assert rosters.columns.cost.max() == pytest.approx(1.5 * hour)
    assert rosters.columns.cost.min() == pytest.approx(hour)


def test_the_dearest_premiums_still_lay_a_roster():
    """Beyond a hundredfold the solver of rosters refuses its numbers: it was a traceback."""
    costs = PREMIUMS | {"night_premium": 100.0, "weekend_premium": 100.0, "paid_hour_cost": 1e9}
    scenario = make_week(costs=costs)
    policy = make_standard_policy("proportional", scenario, labor_budget=1e14)
    assert sum(shift.agents for shift in policy.shifts) > 0
    with pytest.raises(ValueError, match="less than or equal to 100"):
        make_week(costs=costs | {"night_premium": 101.0})
