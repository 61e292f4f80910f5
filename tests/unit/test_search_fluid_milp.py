"""The model of the whole horizon: its values by other roads, its optimum by enumeration."""

import itertools

import numpy as np
import pytest

from sim.planning.search.fluid_milp import HorizonModel, propose
from sim.planning.search.fluid_values import (
    TIERS,
    expect_satisfaction,
    price_tiers,
    price_waiting,
)
from sim.planning.session import make_template
from sim.rostering.coverage import find_minimum_coverage
from sim.rostering.program import ProgramBuilder
from sim.rostering.roster import Rosters
from sim.rostering.solver import solve_program
from sim.running.play import prepare
from sim.scenario.tables import LEVEL_STANDARD, LEVEL_THOROUGH
from tests.plan_worlds import TWO_DAYS, WITH_LAUNCH, make_scenario
from tests.worlds import WORLD, make_plain_scenario

SCENARIO = make_scenario(**WITH_LAUNCH)
LOAD = 4000.0


def make_model(scenario, labor_cost=7000.0):
    rosters = Rosters(scenario)
    rosters.minimum_coverage = find_minimum_coverage(scenario, rosters.problem)
    policy = make_template(scenario, rosters)
    load = np.full(len(scenario.pool_names), LOAD)
    return HorizonModel(rosters, prepare(scenario, policy), labor_cost, load)


MODEL = make_model(SCENARIO)


def test_on_a_ring_the_start_has_the_work_of_the_closed_hours_at_the_end():
    shifts = WORLD["shifts"] | {"open_to_h": 20.0, "kinds": [{"start_h": 7.0, "length_h": 13.0}]}
    work = np.arange(1.0, 49.0)
    for repeats, start in ((False, 1.0), (True, 1.0 + 45.0 + 46.0 + 47.0 + 48.0)):
        horizon = {"days": 2, "repeats": repeats}
        model = make_model(make_scenario(horizon=horizon, shifts=shifts))
        found = model.bring_over(work)
        assert found[0] == start
        assert np.array_equal(found[1:], work[1:])


@pytest.mark.parametrize("level", [LEVEL_STANDARD, LEVEL_THOROUGH])
def test_the_value_of_a_level_is_the_mean_over_cases_played_by_dice(level):
    """200,000 cases, turn by turn; false alarm below 1e-4."""
    tables, scales, topic, wait_min = MODEL.tables, MODEL.scales, 1, 12.0
    dice, n = np.random.default_rng(3), 200_000
    c, p = scales.coefficients, tables.levels.resolve_p[0, level, topic]
    turns, resolved, going = np.zeros(n), np.zeros(n, dtype=bool), np.ones(n, dtype=bool)
    for _ in range(tables.levels.max_turns):
        turns += going
        now = going & (dice.random(n) < p)
        resolved |= now
        going &= ~now & (dice.random(n) < MODEL.again)
    speed = 1 - np.log(1 + wait_min / c.w0_min) / np.log(1 + c.w1_min / c.w0_min)
    q = c.a_speed * speed + c.a_res * resolved - c.a_turn * (turns - 1)
    q += c.a_tone * (dice.random(n) < scales.friendly_p[level + 1])
    q += c.a_pers * (dice.random(n) < scales.personal_p[level + 1])
    q, e = np.clip(q, 0, 1), scales.base_quality
    z = c.b0 + c.b_q * q + c.b_plus * np.maximum(q - e, 0) - c.b_minus * np.maximum(e - q, 0)
    seen = 1 / (1 + np.exp(-z))
    value, mean_turns = expect_satisfaction(tables, scales, MODEL.again, topic, level, wait_min)
    assert abs(seen.mean() - value) < 4 * seen.std() / n**0.5
    assert abs(turns.mean() - mean_turns) < 4 * turns.std() / n**0.5


def test_waiting_costs_less_the_longer_it_lasts_and_more_where_patience_is_short():
    waits = [price_waiting(MODEL.scales, 480.0, minutes) for minutes in (5, 30, 120, 470)]
    assert waits == sorted(waits, reverse=True)
    assert waits[-1] > 0
    assert price_waiting(MODEL.scales, 60.0, 30.0) > waits[1]


def test_one_exponential_agent_waits_as_in_the_formula_of_pollaczek_and_khinchine():
    tiers = price_tiers(1.0, 1.0, 1.0)
    busy = np.array(TIERS)
    exact = busy * busy / (1 - busy)
    np.testing.assert_allclose(tiers, np.diff(exact) / np.diff(busy), rtol=1e-12)
    assert (np.diff(price_tiers(7.0, 0.9, 1.0)) > 0).all()


def test_all_work_is_done_or_left_over():
    builder = ProgramBuilder()
    roster = MODEL.add_roster(builder)
    levels = MODEL.add_levels(builder)
    MODEL.add_flow(builder, roster, levels)
    program = builder.build()
    solved = solve_program(program, relaxed=True)
    chosen = sum(
        solved.values[columns[place]] * MODEL.estimate_work(topic, place, phase)
        for (topic, phase), columns in levels.items()
        for place in range(3)
        if MODEL.homes[topic] == 0
    )
    n = len(MODEL.phases)
    first = max(column[-1] for column in levels.values()) + 1
    backlog = solved.values[first : first + n]
    left = np.diff(backlog, prepend=0.0) - MODEL.scale[0] * chosen
    # what is not in the backlog any more was done, and only in open intervals
    assert (left <= 1e-6).all()
    assert np.abs(left[~MODEL.rosters.problem.open_mask]).max() < 1e-6
    assert left.min() < -1.0


def test_its_optimum_is_that_of_all_staffings_of_a_small_day():
    """Three shifts, every number of people fixed in turn: the best is the optimum."""
    kinds = [
        {"start_h": 10.0, "length_h": 2.0},
        {"start_h": 12.0, "length_h": 2.0},
        {"start_h": 10.0, "length_h": 4.0},
    ]
    hours = {"open_from_h": 10.0, "open_to_h": 14.0, "part_time_share": 1.0}
    shifts = {**WORLD["shifts"], "kinds": kinds, **hours}
    scenario = make_plain_scenario(12.0, horizon={"days": 1}, shifts=shifts)
    model = make_model(scenario, labor_cost=11 * 40.0)
    found = model.solve()
    builder = ProgramBuilder()
    roster = model.add_roster(builder)
    model.add_flow(builder, roster, model.add_levels(builder))
    program = builder.build()
    best = -np.inf
    for staff in itertools.product(range(4), repeat=len(roster)):
        lower, upper = program.lower.copy(), program.upper.copy()
        lower[roster] = upper[roster] = staff
        solved = solve_program(program._replace(lower=lower, upper=upper))
        if solved.values is not None:
            best = max(best, -solved.objective)
    assert found is not None
    assert found.objective == pytest.approx(best, rel=6e-3)
    assert found.bound >= best - 1e-9


def test_a_proposal_keeps_the_rules_and_the_money():
    rosters = MODEL.rosters
    policy = make_template(SCENARIO, rosters)
    load = np.full((len(MODEL.phases), 2), 2.0)
    found = propose(rosters, policy, 7000.0, load)
    assert found is not None
    assert rosters.is_allowed(found.roster)
    assert rosters.price(found.roster) <= 7000.0 + 1e-6
    assert {phase for _, phase in found.levels} == {"calm", "surge"}


def test_a_longer_horizon_than_it_is_made_for_gets_no_proposal():
    scenario = make_scenario(**{**TWO_DAYS, "horizon": {"days": 40}})
    rosters = Rosters(scenario)
    policy = make_template(scenario, rosters)
    assert propose(rosters, policy, 1e5, np.ones((960, 2))) is None
