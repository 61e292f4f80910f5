"""All people in one pool that helps every other: a shape of staff, and a fixed set of rules on it.

The *hub* is the pool to which the work of every other pool may come (``overflow_to``), of several
the one with most work; a team in which no pool helps all others has none, and its shapes stay as
they are. *Fixed rules* is what plans of the planner mostly have in common, laid over a flat roster
of the hub without any search::

    level     thorough for product and process complaints, standard for the rest
    order     new customers first, short work first
    crew      the default one, all of it in the hub

So what a plan is worth beyond rules that anybody may write down is its lead over this policy.
Checked by ``tests/unit/test_policies_one_pool.py``.
"""

import numpy as np

from sim.policies.workload import expect_work
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy, Priority, Surge

# Complaints whose replies are thorough under the fixed rules: with these two all three of breach,
# telecom and launch week do better than with fewer or more (by .002 to .008 of satisfaction).
THOROUGH = ("product", "process")


def find_hub(scenario: Scenario) -> int | None:
    """Return the number of the pool that helps all others; None where there is none."""
    pools = scenario.team.pools
    if scenario.team.overflow_min is None and len(pools) > 1:
        return None
    able = [
        number
        for number, name in enumerate(pools)
        if all(other == name or name in pool.overflow_to for other, pool in pools.items())
    ]
    work = expect_work(scenario, knows_events=False).sum(axis=0)
    return max(able, key=lambda number: float(work[number]), default=None)


def pool_shape(shape: np.ndarray, scenario: Scenario) -> np.ndarray:
    """Return target staffing with all people in the hub, shape (n_intervals, n_pools)."""
    hub = find_hub(scenario)
    if hub is None:
        return shape
    pooled = np.zeros_like(shape)
    pooled[:, hub] = shape.sum(axis=1)
    return pooled


def pool_crew(surge: Surge | None, scenario: Scenario) -> Surge | None:
    """Return the crew's rule with all its people in the hub."""
    hub = find_hub(scenario)
    if surge is None or hub is None:
        return surge
    agents = dict.fromkeys(scenario.pool_names, 0)
    agents[scenario.pool_names[hub]] = sum(surge.agents.values())
    return surge.model_copy(update={"agents": agents})


def order_short_first(scenario: Scenario) -> Priority:
    """Return the order of work: new customers first, then topics of short work."""
    work = {name: topic.work.mean_min or 0.0 for name, topic in scenario.topics.items()}
    topics = sorted(work, key=work.__getitem__)
    return Priority(new_first=True, topics=tuple((name,) for name in topics))


def choose_thorough(scenario: Scenario) -> list[str]:
    """Return the topics with thorough replies; where none of the usual ones is, all complaints."""
    usual = [name for name in THOROUGH if name in scenario.topics]
    return usual or [name for name, topic in scenario.topics.items() if topic.complaint]


def fix_rules(policy: Policy, scenario: Scenario) -> Policy:
    """Return a policy with the fixed rules, its staff as it is."""
    chosen = choose_thorough(scenario)
    effort = {
        topic: dict.fromkeys(row, "thorough")
        if topic in chosen and "none" not in row.values()
        else dict(row)
        for topic, row in policy.effort.items()
    }
    changes = {
        "effort": effort,
        "priority": order_short_first(scenario),
        "surge": pool_crew(policy.surge, scenario),
    }
    return policy.model_copy(update=changes)
