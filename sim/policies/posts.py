"""Pinned answers of a policy in a scenario that lacks, or does not announce, their event.

Checked by ``tests/functional/test_plan_answers.py``.
"""

from sim.scenario.model import Scenario
from sim.scenario.policy import Policy


def keep_known_posts(scenario: Scenario, policy: Policy) -> Policy:
    """Leave out answers to events that a scenario does not have: one of several to plan for.

    The same policy where all are about events of the scenario.
    """
    kept = tuple(one for one in policy.posts if one.event in scenario.events)
    if len(kept) == len(policy.posts):
        return policy
    return policy.model_copy(update={"posts": kept})


def drop_early_posts(scenario: Scenario, policy: Policy) -> Policy:
    """Leave out answers that are pinned before their event begins: nobody knows of it."""
    begins_h = {name: event.span_h[0] for name, event in scenario.events.items()}
    kept = tuple(
        one for one in policy.posts if one.find_hour(begins_h[one.event]) >= begins_h[one.event]
    )
    return policy.model_copy(update={"posts": kept})
