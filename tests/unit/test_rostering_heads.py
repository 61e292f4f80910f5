"""People on the roster for those at work: by hand, and never fewer in any shift."""

import math

import hypothesis
import pytest
from hypothesis import strategies

from sim.policies.standard import make_standard_policy
from sim.rostering.heads import count_contract_h, count_full_time, count_heads
from sim.rostering.wages import compute_hour_cost
from sim.scenario.build import load_scenario
from sim.scenario.policy import ShiftCount

SCENARIO = load_scenario("telecom_week", ["costs.shrinkage_share=.3"])
POLICY = make_standard_policy("flat", SCENARIO, 20_000.0)


def lay(*people: int, pool: str = "general", day: int = 0) -> tuple[ShiftCount, ...]:
    return tuple(
        ShiftCount(day=day, start_h=6.0 + number, length_h=8.0, pool=pool, agents=agents)
        for number, agents in enumerate(people)
    )


def test_by_hand():
    """5 at work are 7.14 and so 8 on the roster; 1.43, 4.29, 7.14 cut into whole people."""
    made = POLICY.model_copy(update={"shifts": lay(1, 2, 2)})
    assert [shift.agents for shift in count_heads(SCENARIO, made)] == [2, 3, 3]


def test_nothing_changes_without_time_off_the_queue():
    """The off-value: those at work are those on the roster."""
    scenario = load_scenario("telecom_week", ["costs.shrinkage_share=0"])
    assert count_heads(scenario, POLICY) == POLICY.shifts


@hypothesis.given(
    strategies.lists(strategies.integers(1, 40), min_size=1, max_size=12),
    strategies.integers(0, 80).map(lambda percent: percent / 100),
)
@hypothesis.settings(max_examples=200, deadline=None)
def test_days_are_rounded_once_and_no_shift_is_short(people, shrinkage):
    """Catches rounding shift by shift, and a shift with fewer on the roster than at work."""
    costs = SCENARIO.costs.model_copy(update={"shrinkage_share": shrinkage})
    scenario = SCENARIO.model_copy(update={"costs": costs})
    made = POLICY.model_copy(update={"shifts": lay(*people) + lay(3, pool="technical", day=1)})
    heads = [shift.agents for shift in count_heads(scenario, made)]
    assert sum(heads[:-1]) == math.ceil(sum(people) / (1 - shrinkage) - 1e-6)
    assert heads[-1] == math.ceil(3 / (1 - shrinkage) - 1e-6)
    assert all(here >= there for here, there in zip(heads, people, strict=False))


def test_contracts_are_paid_hours():
    """Second road: wages without premiums over the wage and the contract."""
    scenario = load_scenario(
        "telecom_week",
        ["costs.shrinkage_share=.3", "costs.night_premium=1", "costs.weekend_premium=1"],
    )
    made = make_standard_policy("flat", scenario, 20_000.0)
    per_pool = count_full_time(scenario, made)
    hours = sum(s.agents * (7.5 if s.length_h == 8 else s.length_h) for s in made.shifts)
    cost = hours * compute_hour_cost(scenario)
    assert sum(per_pool.values()) == pytest.approx(cost / scenario.costs.paid_hour_cost / 37.5)
    assert count_full_time(scenario, made.model_copy(update={"shifts": ()})) is None


@pytest.mark.parametrize(
    ("overrides", "hours"),
    [([], 37.5), (["shifts=null"], 40.0), (["shifts.max_days_a_week=7"], 40.0)],
)
def test_a_full_time_week(overrides, hours):
    assert count_contract_h(load_scenario("telecom_week", overrides)) == hours
