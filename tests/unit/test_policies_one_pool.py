"""One pool that helps all: who it is, how shapes move into it, what the fixed rules are."""

import numpy as np
import pytest

from sim.policies.one_pool import choose_thorough, find_hub, order_short_first, pool_shape
from sim.policies.standard import make_standard_policy, shape_flat
from tests.worlds import make_scenario, make_world

POOLS = make_world()["team"]["pools"]


def make_team(general=(), technical=(), **team):
    pools = {name: {**POOLS[name], "overflow_to": list(to)}
             for name, to in (("general", general), ("technical", technical))}  # fmt: skip
    return make_scenario(team={"pools": pools, **team})


@pytest.mark.parametrize(("scenario", "hub"), [
    (make_team(technical=["general"]), 0),
    (make_team(general=["technical"]), 1),
    (make_team(), None),
    (make_team(["technical"], ["general"], overflow_min=None), None),
])  # fmt: skip
def test_the_hub_is_the_pool_to_which_all_work_may_come(scenario, hub):
    assert find_hub(scenario) == hub


def test_of_two_that_help_each_other_it_is_the_one_with_more_work():
    scenario = make_team(["technical"], ["general"])
    work = shape_flat(scenario).sum(axis=0)
    assert find_hub(scenario) == int(np.argmax(work))


def test_people_move_and_none_is_lost():
    scenario = make_team(technical=["general"])
    shape = shape_flat(scenario)
    pooled = pool_shape(shape, scenario)
    assert pooled[:, 0] == pytest.approx(shape.sum(axis=1))
    assert (pooled[:, 1] == 0).all()
    assert (pool_shape(shape, make_team()) == shape_flat(make_team())).all()


def test_the_fixed_rules_by_hand():
    """Work of the topics is 3.2, 5, 4.2, 5, 1.5 and 1.5 min; ties keep the scenario's order."""
    scenario = make_team(["technical"], ["general"])
    policy = make_standard_policy("fixed_rules", scenario, 20_000.0)
    hub = scenario.pool_names[find_hub(scenario)]
    assert all(sum(counts) == 0 for name, counts in policy.staff.items() if name != hub)
    levels = {topic: set(row.values()) for topic, row in policy.effort.items()}
    assert [name for name, told in levels.items() if told == {"thorough"}] == ["product", "process"]
    work = {name: one.work.mean_min for name, one in scenario.topics.items()}
    order = order_short_first(scenario)
    assert policy.priority == order
    assert order.new_first
    firsts = [work[group[0]] for group in order.topics]
    assert firsts == sorted(work.values())
    assert policy.surge.agents[hub] == scenario.surge_crew.max_people


def test_where_no_topic_has_a_usual_name_complaints_are_answered_thoroughly():
    topics = {"product": None, "process": None}
    scenario = make_scenario()
    other = scenario.model_copy(update={"topics": {
        name: topic for name, topic in scenario.topics.items() if name not in topics}})  # fmt: skip
    assert choose_thorough(other) == ["error"]
