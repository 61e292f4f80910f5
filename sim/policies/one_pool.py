"""All people in one pool that helps every other: a shape of staff, and a fixed set of rules on it.

The *hub* is the pool to which the work of every other pool may come (``overflow_to``), of several
the one with most cases at home; a team in which no pool helps all others has none, and its shapes
stay as they are. *Fixed rules* is what plans of the planner mostly have in common, laid over a flat
roster of the hub without any search::

    level     thorough for complaints, standard for the rest
    order     new customers first, short work first
    crew      the default one, all of it in the hub

So what a plan is worth beyond rules that anybody may write down is its lead over this policy.
Checked by ``tests/unit/test_policies_one_pool.py``.
"""

import numpy as np

from sim.scenario.model import Scenario
from sim.scenario.policy import Policy, Priority, Surge
from sim.scenario.profile import home_pools, topic_shares


def list_hubs(scenario: Scenario) -> list[int]:
    """List the pools, by number, that help all others, the one with most cases first."""
    pools = scenario.team.pools
    if scenario.team.overflow_min is None and len(pools) > 1:
        return []
    able = [
        number
        for number, name in enumerate(pools)
        if all(other == name or name in pool.overflow_to for other, pool in pools.items())
    ]
    topics = zip(topic_shares(scenario), scenario.topics.values(), strict=True)
    cases = np.array([share * topic.actionable_share for share, topic in topics])
    homes = home_pools(scenario)
    return sorted(able, key=lambda number: -float(cases[homes == number].sum()))


def pool_shape(shape: np.ndarray, hub: int) -> np.ndarray:
    """Move all target staffing into one pool, shape (n_intervals, n_pools)."""
    pooled = np.zeros_like(shape)
    pooled[:, hub] = shape.sum(axis=1)
    return pooled


def pool_crew(surge: Surge | None, scenario: Scenario, hub: int) -> Surge | None:
    """Move everybody of the on-call crew into one pool."""
    if surge is None:
        return None
    agents = dict.fromkeys(scenario.pool_names, 0)
    agents[scenario.pool_names[hub]] = sum(surge.agents.values())
    return surge.model_copy(update={"agents": agents})


def order_short_first(scenario: Scenario) -> Priority:
    """Order of work: new customers first, then topics from the shortest work to the longest."""
    work = {name: topic.work.mean_min or 0.0 for name, topic in scenario.topics.items()}
    topics = sorted(work, key=work.__getitem__)
    return Priority(new_first=True, topics=tuple((name,) for name in topics))


def fix_rules(policy: Policy, scenario: Scenario) -> Policy:
    """Apply the fixed rules to a policy and keep its staff."""
    effort = {
        topic: dict.fromkeys(row, "thorough")
        if scenario.topics[topic].complaint and "none" not in row.values()
        else dict(row)
        for topic, row in policy.effort.items()
    }
    changes: dict[str, object] = {
        "effort": effort,
        "priority": order_short_first(scenario),
    }
    hubs = list_hubs(scenario)
    if hubs:
        changes["surge"] = pool_crew(policy.surge, scenario, hubs[0])
    return policy.model_copy(update=changes)
