"""One pool that helps all: who it is, how shapes move into it, what the fixed rules are."""

import pytest

from sim.policies.one_pool import list_hubs, order_short_first, pool_shape
from sim.policies.standard import make_standard_policy, shape_fixed_rules, shape_flat
from tests.worlds import make_scenario, make_world

POOLS = make_world()["team"]["pools"]


def make_team(general=(), technical=(), **team):
    pools = {name: {**POOLS[name], "overflow_to": list(to)}
             for name, to in (("general", general), ("technical", technical))}  # fmt: skip
    return make_scenario(team={"pools": pools, **team})


@pytest.mark.parametrize(("scenario", "hubs"), [
    (make_team(technical=["general"]), [0]),
    (make_team(general=["technical"]), [1]),
    (make_team(), []),
    (make_team(["technical"], ["general"], overflow_min=None), []),
])  # fmt: skip
def test_a_hub_is_a_pool_to_which_all_work_may_come(scenario, hubs):
    assert list_hubs(scenario) == hubs


def test_of_two_that_help_each_other_the_one_with_more_cases_comes_first():
    scenario = make_team(["technical"], ["general"])
    cases = dict.fromkeys(scenario.pool_names, 0.0)
    for pool, about in scenario.team.pools.items():
        for name in about.skills:
            cases[pool] += scenario.topics[name].share * scenario.topics[name].actionable_share
    first, last = (scenario.pool_names[hub] for hub in list_hubs(scenario))
    assert cases[first] > cases[last]


def test_people_move_and_none_is_lost():
    scenario = make_team(technical=["general"])
    shape = shape_flat(scenario)
    pooled = pool_shape(shape, 0)
    assert pooled[:, 0] == pytest.approx(shape.sum(axis=1))
    assert (pooled[:, 1] == 0).all()
    assert (shape_fixed_rules(make_team()) == shape_flat(make_team())).all()


def test_the_fixed_rules_by_hand():
    """Work of the topics is 3.2, 5, 4.2, 5, 1.5 and 1.5 min; ties keep the scenario's order."""
    scenario = make_team(["technical"], ["general"])
    policy = make_standard_policy("fixed_rules", scenario, 20_000.0)
    hub = scenario.pool_names[list_hubs(scenario)[0]]
    assert all(sum(counts) == 0 for name, counts in policy.staff.items() if name != hub)
    levels = {topic: set(row.values()) for topic, row in policy.effort.items()}
    told = {name for name, level in levels.items() if level == {"thorough"}}
    assert told == {"error", "product", "process"}
    work = {name: one.work.mean_min for name, one in scenario.topics.items()}
    order = order_short_first(scenario)
    assert policy.priority == order
    assert order.new_first
    firsts = [work[group[0]] for group in order.topics]
    assert firsts == sorted(work.values())
    assert policy.surge.agents[hub] == scenario.surge_crew.max_people
