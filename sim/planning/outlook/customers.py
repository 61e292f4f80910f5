"""Of 100 customers who needed an answer: what becomes of them, with and without the event.

The plan, your roster and tuned Erlang A meet the same customers. Weeks *with* are the fresh draws
in which an event happens; weeks *without* are the same draws in the world that has none, so that
what the others do stays the same customers. Of several scenarios none is told. Checked by
``tests/functional/test_plan_customers.py``.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from sim.decision.customers import CustomerShare, CustomersServed, CustomersTold, TopicServed, Weeks
from sim.outcomes.attendance import attend
from sim.outcomes.customers import PARTS, share_customers, share_topics
from sim.outcomes.estimate import SHARE, estimate_mean
from sim.outcomes.scales import Scales
from sim.planning.analysis.calendar import leave_out
from sim.planning.benchmarks.tuned import TUNED
from sim.planning.evaluation.evaluator import Evaluator
from sim.policies.posts import keep_known_posts
from sim.policies.roster_file import CURRENT
from sim.running.play import Played, play_replication, prepare
from sim.running.replicate import map_in_order
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy

OTHERS = (CURRENT, TUNED)
"""whom a manager compares the plan with"""
# Draws looked through for weeks with an event, in weeks wanted: an event of one week in four is
# still seen as often as wanted, a rarer one less often.
MOST_TIMES = 4
ENDS = (*PARTS, "solved", "would_recommend")

T = TypeVar("T")


def count_customers(fresh: Evaluator, policies: Sequence[Policy], n: int) -> CustomersTold | None:
    """Tell what becomes of the customers; None for several scenarios.

    Parameters
    ----------
    fresh : Evaluator
        Of the plan's fresh draws.
    policies : sequence of Policy
        The plan first; of the others your roster and tuned Erlang A are told of.
    n : int
        Weeks of each kind.
    """
    if len(fresh.split(max(n, 2))) > 1:
        return None
    told = [policies[0], *(one for name in OTHERS for one in policies[1:] if one.name == name)]
    world, _ = drop_events(fresh.scenario, policies[0])
    quiet = Evaluator(world, fresh.seed, fresh.workers, first=fresh.first)
    served: list[CustomersServed] = []
    topics: list[TopicServed] = []
    places: tuple[tuple[Weeks, Evaluator, list[int]], ...] = (
        ("with", fresh, find_weeks(fresh, n)),
        ("without", quiet, list(range(n))),
    )
    for kind, evaluator, weeks in places:
        for policy in told if weeks else ():
            own = policy if kind == "with" else drop_events(fresh.scenario, policy)[1]
            shares, by_topic = look_at(evaluator, own, weeks)
            served.append(describe_served(policy.name, kind, shares))
            topics += describe_topics(policy.name, kind, world.topic_names, by_topic)
    return CustomersTold(served=tuple(served), topics=tuple(topics))


def drop_events(scenario: Scenario, policy: Policy) -> tuple[Scenario, Policy]:
    """Drop all events of a world, and of a policy what is prepared for them alone."""
    for name in tuple(scenario.events):
        scenario, policy = leave_out(scenario, policy, name)
    return scenario, policy


def find_weeks(fresh: Evaluator, n: int) -> list[int]:
    """Find the numbers of the first ``n`` draws in which an event happens, of a few times more."""
    found: list[int] = []
    for number in range(MOST_TIMES * n if fresh.scenario.events else 0):
        if (fresh.find_draws(number).event_time_ms >= 0).any():
            found.append(number)
            if len(found) == n:
                break
    return found


def look_at(
    evaluator: Evaluator, policy: Policy, weeks: Sequence[int]
) -> tuple[np.ndarray, np.ndarray]:
    """Play weeks and look at their customers: shares (n, 9), by topic (n, n_topics, 4)."""
    n_topics = len(evaluator.scenario.topic_names)

    def look(_: Scales, played: Played) -> tuple[np.ndarray, np.ndarray]:
        return share_customers(*played), share_topics(*played, n_topics)

    seen = play_weeks(evaluator, policy, weeks, look)
    return np.stack([one for one, _ in seen]), np.stack([one for _, one in seen])


def play_weeks(
    evaluator: Evaluator, policy: Policy, weeks: Sequence[int], look: Callable[[Scales, Played], T]
) -> list[T]:
    """Play a policy on draws of an evaluator, and look at each, in order."""
    scenario = evaluator.scenario
    lowered = prepare(scenario, keep_known_posts(scenario, policy))

    def play(number: int) -> T:
        draws = evaluator.find_draws(number)
        played = play_replication(scenario, lowered, evaluator.seed, number, draws=draws)
        return look(attend(lowered, played.draws).scales, played)

    return list(map_in_order(play, weeks, evaluator.workers))


def describe_served(policy: str, weeks: Weeks, shares: np.ndarray) -> CustomersServed:
    """Describe what becomes of the customers, from `share_customers` of each week."""
    ends = {
        name: describe_share(values) for name, values in zip(ENDS, shares[:, 1:].T, strict=True)
    }
    return CustomersServed(
        policy=policy, weeks=weeks, n=len(shares), customers=float(shares[:, 0].mean()), **ends
    )


def describe_share(values: np.ndarray) -> CustomerShare:
    """Describe a share by its mean and interval; weeks without customers are left out."""
    found = estimate_mean(values, span=SHARE)
    return CustomerShare(share=found.mean, ci_low=found.ci_low, ci_high=found.ci_high)


def describe_topics(
    policy: str, weeks: Weeks, names: Sequence[str], seen: np.ndarray
) -> list[TopicServed]:
    """Describe how topics are served: weeks are weighed by their customers, as a pool sees them."""
    count = seen[:, :, 0]
    told = []
    for number, name in enumerate(names):
        if not count[:, number].any():
            continue
        in_time, left, reply_min = (
            average(seen[:, number, column], count[:, number]) for column in (1, 2, 3)
        )
        told.append(
            TopicServed(
                policy=policy,
                weeks=weeks,
                topic=name,
                customers=float(count[:, number].mean()),
                in_time_share=in_time,
                left_share=left,
                reply_min=reply_min,
            )
        )
    return told


def average(values: np.ndarray, weight: np.ndarray) -> float:
    """The weighted mean of what there is, NaN of nothing."""
    seen = ~np.isnan(values)
    total = float(weight[seen].sum())
    return float(weight[seen] @ values[seen]) / total if total else float("nan")
