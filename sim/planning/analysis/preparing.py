"""What each preparation and pinned answer adds: the plan with it less the plan without it.

Everything else stays as the plan has it, the roster too, so what it takes in hours off the floor is
in the difference, and what it takes in money in the difference of cost. Paired on the plan's fresh
draws. Checked by ``tests/functional/test_plan_preparations.py``.
"""

import itertools
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from sim.decision.preparing import PreparingHours, WeighedPreparation
from sim.outcomes.estimate import Estimate, estimate_difference
from sim.planning.evaluation.evaluator import Evaluator
from sim.planning.search.preparation_moves import list_offered, set_preparations
from sim.policies.workload import is_known
from sim.rostering.wages import compute_hour_cost
from sim.running.replicate import Replications
from sim.scenario.clock import name_time
from sim.scenario.lower import list_preparing
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy, Post
from sim.scenario.preparing.effects import list_events
from sim.scenario.preparing.hours import Floor, find_window
from sim.scenario.tables import MS_PER_H

NOT_KNOWN = Estimate(math.nan, math.nan, math.nan, 0)
"""Of what cannot be played."""


def weigh_preparations(
    fresh: Evaluator, plan: Replications
) -> tuple[WeighedPreparation, ...] | None:
    """Weigh each preparation that the plan could do; None where there is none.

    Parameters
    ----------
    fresh : Evaluator
        Of the plan's fresh draws.
    plan : Replications
        The plan's.
    """
    scenario, policy = fresh.scenario, plan.policy
    offered = list_offered(scenario, policy)
    if not offered:
        return None
    busy = list_preparing(scenario, policy)
    return tuple(
        weigh_one(fresh, plan, name, list_hours(scenario, busy[name]) if name in busy else ())
        for name in offered
    )


def weigh_one(
    fresh: Evaluator, plan: Replications, name: str, hours: tuple[PreparingHours, ...]
) -> WeighedPreparation:
    """Weigh one preparation."""
    scenario, policy = fresh.scenario, plan.policy
    preparation, does = scenario.preparations[name], name in policy.preparations
    others = [one for one in policy.preparations if one != name]
    changed = set_preparations(scenario, policy, others if does else [*others, name])
    other = changed if does or name in changed.preparations else None
    ready_h = find_window(scenario, preparation).last_ms / MS_PER_H
    ready_local = None if preparation.event is None else name_time(scenario.horizon, ready_h)
    return WeighedPreparation(
        name=name,
        label=preparation.label,
        does=does,
        events=tuple(list_events(scenario, preparation)),
        ready_local=ready_local,
        agent_h=preparation.agent_h,
        cost=preparation.cost,
        hours=hours,
        **weigh_change(fresh, plan, other, does),
    )


def weigh_posts(fresh: Evaluator, plan: Replications) -> tuple[WeighedPreparation, ...] | None:
    """Weigh each post of pinned answers, and one for each known event that has none.

    None where nobody looks for answers, or no event is known when the shifts are fixed.

    Parameters
    ----------
    fresh : Evaluator
        Of the plan's fresh draws.
    plan : Replications
        The plan's.
    """
    scenario, policy = fresh.scenario, plan.policy
    own = {post.event for post in policy.posts}
    known = [
        Post(event=name, at_h=event.span_h[0], issues=scenario.faq.event_issues)
        for name, event in scenario.events.items()
        if name not in own and policy.knows_events and is_known(event)
    ]
    if not scenario.faq.is_on or not (policy.posts or known):
        return None
    posts = [(post, True) for post in policy.posts] + [(post, False) for post in known]
    return tuple(weigh_post(fresh, plan, post, does) for post, does in posts)


def weigh_post(fresh: Evaluator, plan: Replications, post: Post, does: bool) -> WeighedPreparation:
    """Weigh one post: the plan without it where the plan has it, else the plan with it."""
    scenario, policy = fresh.scenario, plan.policy
    others = tuple(one for one in policy.posts if one is not post)
    other = policy.model_copy(update={"posts": others if does else (*others, post)})
    agent_h = scenario.faq.pinned_work_h * post.issues
    return WeighedPreparation(
        name=post.event,
        label=name_answers(scenario, post),
        does=does,
        events=(post.event,),
        ready_local=None if post.at_h is None else name_time(scenario.horizon, post.at_h),
        agent_h=agent_h,
        cost=compute_hour_cost(scenario) * scenario.costs.overtime_premium * agent_h,
        hours=(),
        **weigh_change(fresh, plan, other, does),
    )


def name_answers(scenario: Scenario, post: Post) -> str:
    """Name pinned answers by what people ask, as far as the scenario has it in words."""
    asked = [f"\u201c{one}\u201d" for one in scenario.events[post.event].questions[: post.issues]]
    if len(asked) < post.issues:
        most = "most common issue" if post.issues == 1 else f"{post.issues} most common issues"
        told = f" ({', '.join(asked)}, ...)" if asked else ""
        what = f"the {most} of {post.event}{told}"
    else:
        what = " and ".join(filter(None, (", ".join(asked[:-1]), asked[-1])))
    if post.after_h is not None:
        what += f", {post.after_h:g} h after it begins,"
    return f"{'an answer' if post.issues == 1 else 'pinning answers'} to {what}"


def weigh_change(
    fresh: Evaluator, plan: Replications, other: Policy | None, does: bool
) -> dict[str, Any]:
    """Compare the plan, which does something or not, with the other; paired, by name of field."""
    gain = contacts = work = cost = NOT_KNOWN
    if other is not None:
        runs = [plan, fresh.replicate(other, plan.n)]
        done, left = runs if does else reversed(runs)
        gain = estimate_difference(read_value(fresh, done), read_value(fresh, left))
        contacts = estimate_difference(count_contacts(left), count_contacts(done))
        work = estimate_difference(left.measures["work_h"], done.measures["work_h"])
        cost = estimate_difference(done.measures["cost"], left.measures["cost"])
    return {
        "difference": gain.mean,
        "ci_low": gain.ci_low,
        "ci_high": gain.ci_high,
        "n": gain.n,
        "contacts_saved": contacts.mean,
        "contacts_saved_low": contacts.ci_low,
        "contacts_saved_high": contacts.ci_high,
        "work_saved_h": work.mean,
        "work_saved_low_h": work.ci_low,
        "work_saved_high_h": work.ci_high,
        "cost_difference": cost.mean,
    }


def read_value(fresh: Evaluator, run: Replications) -> np.ndarray:
    """Read the objective of each replication."""
    return fresh.play(run.policy, 0, run.n).value


def count_contacts(run: Replications) -> np.ndarray:
    """Count the actionable customers of each replication who write."""
    return run.measures["actionable"] * (1.0 - run.measures["deflected_share"])


def list_hours(scenario: Scenario, floor: Floor) -> tuple[PreparingHours, ...]:
    """List who prepares when, spans of the same number of people together."""
    names = scenario.pool_names
    return tuple(
        PreparingHours(
            pool=names[pool],
            from_local=name_time(scenario.horizon, from_ms / MS_PER_H),
            until_local=name_time(scenario.horizon, until_ms / MS_PER_H),
            agents=agents,
        )
        for from_ms, until_ms, pool, agents in sorted(list_spans(floor))
    )


def list_spans(floor: Floor) -> Iterator[tuple[int, int, int, int]]:
    """Yield (start, end, pool, agents) where as many prepare; below 0: so many are back."""
    edges = np.append(floor.time_ms, floor.end_ms)
    for pool, agents in enumerate(floor.agents):
        changes = np.flatnonzero(np.diff(agents, prepend=0, append=0))
        for first, last in itertools.pairwise(changes):
            if agents[first] != 0:
                yield int(edges[first]), int(edges[last]), pool, int(agents[first])
