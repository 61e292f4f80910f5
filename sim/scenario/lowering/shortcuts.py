"""What the kernel may leave out in a scenario under a policy, because nobody sees the difference.

* patience may be looked up late only where nothing reads the length of a queue in between, and
  nobody in an agent's own list loses it;
* the head of a waiting list is its oldest spell where nobody is put before others in it.

Checked by ``tests/unit/test_lower.py``.
"""

from sim.scenario.model import Scenario
from sim.scenario.policy import Policy
from sim.scenario.tables import Routing


def may_look_late_at_patience(scenario: Scenario, policy: Policy, routing: Routing) -> bool:
    """Whether nothing reads a queue's length between a departure and the next dispatch."""
    conversation = scenario.conversation
    nobody_posts_again = conversation.repost_share == 0 or conversation.silent_share == 1
    only_at_heads = conversation.later_patience_factor is None or not routing.continuity
    return (
        nobody_posts_again
        and only_at_heads
        and policy.surge is None
        and not routing.reads_open
        and routing.backlog_slope == 0
        and routing.sweep_ms == 0
    )


def is_oldest_at_head(policy: Policy, routing: Routing) -> bool:
    """Whether the head of each waiting list is its oldest spell."""
    return not routing.due_order and not routing.continuity and policy.cut != "preempt"
