"""Standard policies: what each knows, what each costs, and their limits without shifts."""

import dataclasses

import numpy as np
import pytest

from sim.errors import InputError
from sim.planning.benchmarks.choice import policy_of_choice
from sim.planning.search.budget import guess_labor_cost
from sim.policies.standard import (
    NAMES,
    SHAPES,
    fit_shape,
    gain_by_agent,
    make_standard_policy,
    price_freely,
    shape_erlang_a,
    shape_flat,
    staff_freely,
)
from sim.queueing import erlang_a
from sim.rostering.scenario_shifts import pose_shifts
from sim.rostering.solver import SolverLimits
from sim.rostering.staffing import solve_value
from sim.scenario.build import build_policy
from sim.scenario.policy import Policy
from tests.worlds import LAUNCH, Whole, make_plain_scenario, make_scenario

DAY = {"days": 1}


def price(policy: Policy, hour: float = 40.0) -> float:
    """Return wages of a policy with hourly staff."""
    return hour * sum(sum(counts) for counts in policy.staff.values())


@pytest.mark.parametrize("name", SHAPES)
def test_wages_are_used_but_not_exceeded(name):
    policy = make_standard_policy(name, make_scenario(horizon=DAY), 4000.0)
    assert 3700 <= price(policy) <= 4000
    assert policy.knows_events is (name != "reactive")
    assert policy.lead_h == 0
    assert policy.surge is not None
    assert {level for row in policy.effort.values() for level in row.values()} == {"standard"}


def test_staff_are_the_shifts_added_up():
    policy = make_standard_policy("proportional", make_scenario(horizon=DAY), 4000.0)
    staff = {pool: [0] * 24 for pool in policy.staff}
    for shift in policy.shifts:
        for hour in range(int(shift.start_h), int(shift.start_h + shift.length_h)):
            staff[shift.pool][hour] += shift.agents
    assert {pool: tuple(row) for pool, row in staff.items()} == policy.staff


def test_staffed_freely_it_is_in_proportion_to_the_shape():
    shape = [1.0] * 12 + [3.0] * 12
    scenario = make_plain_scenario(30.0, horizon=DAY, demand={"hour_shape": shape})
    policy = make_standard_policy("proportional", scenario, 40.0 * 24 * 20)
    staff = np.array(policy.staff["general"])
    assert staff[:12] == pytest.approx(10, abs=1)
    assert staff[12:24] == pytest.approx(30, abs=1)
    flat = np.array(make_standard_policy("flat", scenario, 40.0 * 24 * 20).staff["general"])
    assert (flat == 20).all()


def test_free_staff_is_the_best_by_the_program():
    problem = pose_shifts(make_scenario(horizon=DAY, shifts=None))
    rng = np.random.default_rng(5)
    gains = np.sort(rng.uniform(0, 1, (24, 2, 3)), axis=2)[:, :, ::-1]
    quick = staff_freely(gains, problem, 40.0 * 50)
    best = solve_value(gains, problem, 40.0 * 50)
    assert quick.objective == pytest.approx(best.objective, rel=1e-6)
    assert quick.cost == pytest.approx(40.0 * 50)
    assert quick.staff is not None
    assert quick.staff.sum() == 50


@pytest.mark.parametrize("hours", [100, 1000])
def test_free_staff_keeps_the_limit_of_each_pool(hours):
    """Limits 2 and 6: the largest alone would give the smaller pool 6. As the program finds it."""
    problem = pose_shifts(make_scenario(horizon=DAY, shifts=None))
    problem = dataclasses.replace(
        problem, rules=dataclasses.replace(problem.rules, max_staff=(2, 6))
    )
    shape = np.tile([[5.0, 1.0]], (24, 1))
    free = fit_shape(shape, problem, 40.0 * hours)
    gains = shape[:, :, None] * gain_by_agent(np.arange(7))
    best = solve_value(gains, problem, 40.0 * hours)
    assert free.staff is not None
    assert free.staff.max(axis=0)[0] == 2
    assert free.objective == pytest.approx(best.objective, rel=1e-6)
    assert free.staff.sum() == min(hours, 24 * (2 + 6))


def test_a_shape_is_laid_once_for_the_same_wages():
    """Catches a roster remembered for another shape, other wages, limits or another problem."""
    problem = pose_shifts(make_scenario(horizon=DAY))
    other_problem = dataclasses.replace(problem, hour_cost=(20.0, 40.0))
    shape = np.tile([[2.0, 1.0]], (24, 1))
    wages = 40.0 * 60
    first = fit_shape(shape, problem, wages)
    assert fit_shape(shape.copy(), problem, wages) is first
    for again in (
        (shape[:, ::-1], problem, wages),
        (shape, problem, wages / 2),
        (shape, other_problem, wages),
        (shape, problem, wages, SolverLimits(nodes=1)),
    ):
        other = fit_shape(*again)
        assert other is not first
        assert other.cost <= again[2] + 1e-6
    assert fit_shape(shape, problem, wages / 2).cost < first.cost


def test_flat_is_the_same_wish_in_each_hour():
    shape = shape_flat(make_scenario())
    assert np.ptp(shape, axis=0) == pytest.approx(0)


def test_reactive_does_not_see_the_event_and_proportional_does():
    calm, launch = make_scenario(), make_scenario(events={"launch": LAUNCH})
    assert SHAPES["reactive"](launch) == pytest.approx(SHAPES["reactive"](calm))
    seen = SHAPES["proportional"](launch) - SHAPES["proportional"](calm)
    assert (seen[62:72] > 0).all()
    assert seen[:60] == pytest.approx(0)


def test_erlang_a_asks_for_the_fewest_agents_that_meet_the_target():
    scenario = make_plain_scenario(
        40.0,
        topics={"question": {"patience": {"name": "exponential", "mean_min": 30.0}}},
        promise={"promise_min": 5.0, "target_share": 0.9},
    )
    agents = int(shape_erlang_a(scenario)[10, 0])
    level = [
        erlang_a(arrival_per_h=40.0, handle_min=4.0, patience_min=30.0, agents=count)
        for count in (agents - 1, agents)
    ]
    assert level[0].service_level(5.0) < 0.9 <= level[1].service_level(5.0)


def test_a_topic_that_needs_nobody_does_not_move_the_mean_handling_time():
    scenario = make_scenario(horizon=DAY)
    idle = {"chatter": {"work": {"mean_min": 500.0}}}
    assert shape_erlang_a(make_scenario(horizon=DAY, topics=idle)) == pytest.approx(
        shape_erlang_a(scenario)
    )


def test_without_a_budget_it_is_priced_as_erlang_a_asks():
    scenario = make_scenario(horizon=DAY, shifts=None)
    problem = pose_shifts(scenario)
    labor_cost = price_freely(scenario, problem)
    assert labor_cost == pytest.approx(40.0 * shape_erlang_a(scenario)[problem.open_mask].sum())
    assert price(make_standard_policy("erlang_a", scenario)) == pytest.approx(labor_cost, rel=0.02)


def test_the_reference_follows_the_local_clock():
    scenario = make_scenario()
    policy = make_standard_policy("reference", scenario)
    by_hour = scenario.team.reference_staff["general"]
    assert policy.staff["general"] == tuple(by_hour) * 7


@pytest.mark.parametrize("name", ["erlang", "Flat", ""])
def test_an_unknown_name_is_refused_with_the_allowed_ones(name):
    with pytest.raises(InputError, match=", ".join(NAMES)):
        make_standard_policy(name, make_scenario())


def test_reference_staff_that_is_not_there_is_named():
    scenario = make_scenario(team={"reference_staff": Whole(technical=[1] * 24)})
    with pytest.raises(InputError, match="reference_staff: needs 24 numbers for general"):
        make_standard_policy("reference", scenario)


def test_a_choice_changes_only_what_it_names():
    scenario = make_scenario(horizon=DAY, planner={"budget": 4000})
    row = dict.fromkeys(("calm", "ahead", "surge", "recovery"), "brief")
    choice = build_policy({"name": "flat", "lead_h": 6, "effort": {"error": row}})
    chosen = policy_of_choice(choice, scenario)
    plain = policy_of_choice(build_policy({"name": "flat"}), scenario)
    assert chosen.effort["error"] == row
    assert chosen.lead_h == 6
    # Brief replies cost other wages: only the staff may follow.
    same = {"effort", "lead_h", "staff", "shifts"}
    assert chosen.model_dump(exclude=same) == plain.model_dump(exclude=same)
    assert chosen.effort["question"] == plain.effort["question"]


def test_one_phase_of_a_topic_is_changed_alone_and_a_wrong_topic_is_told():
    scenario = make_scenario(horizon=DAY, planner={"budget": None})
    part = build_policy({"name": "flat", "effort": {"error": {"calm": "brief"}}})
    levels = policy_of_choice(part, scenario).effort["error"]
    assert levels == {"calm": "brief", "ahead": "standard", "surge": "standard",
                      "recovery": "standard"}  # fmt: skip
    for effort, told in (
        ({"eror": {"calm": "brief"}}, "effort = eror: .* did you mean error"),
        ({"error": {"calm": "none"}}, "`none` in every phase of a topic or in no phase"),
    ):
        with pytest.raises(InputError, match=told):
            policy_of_choice(build_policy({"name": "flat", "effort": effort}), scenario)


def test_wages_are_guessed_by_what_compensation_takes():
    scenario = make_scenario(horizon=DAY)
    cases = expect_cases(scenario, ("error", "process"))
    assert guess_labor_cost(scenario, 4000.0) == pytest.approx(4000 - cases * 0.9 * 0.8)
    assert guess_labor_cost(scenario, 1.0) == 0


def expect_cases(scenario, topics):
    """Return expected mentions of some topics on Monday: 24 x 24 x day shape x share."""
    day = 1.07 / np.mean([1.07, 1.10, 1.07, 1.05, 1.13, 0.84, 0.73])
    total = sum(topic.share for topic in scenario.topics.values())
    hours = sum(scenario.demand.hour_shape) / (sum(scenario.demand.hour_shape) / 24)
    return 24.0 * hours * day * sum(scenario.topics[name].share for name in topics) / total


def test_part_timers_alone_are_not_allowed_where_their_share_is_none():
    kinds = [{"start_h": hour, "length_h": 6.0, "part_time": True} for hour in (7.0, 12.0, 18.0)]
    scenario = make_scenario(horizon=DAY, shifts={"part_time_share": 0.0, "kinds": kinds})
    assert price(make_standard_policy("flat", scenario, 4000.0)) == 0
