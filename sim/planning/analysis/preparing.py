"""What each preparation adds to the plan: the plan with it less the plan without it.

Everything else stays as the plan has it, the roster too, so what it takes in hours off the floor is
in the difference, and what it takes in money in the difference of cost. Paired on the plan's fresh
draws. Checked by ``tests/functional/test_plan_preparations.py``.
"""

import itertools
import math
from collections.abc import Iterator

import numpy as np

from sim.decision.preparing import PreparingHours, WeighedPreparation
from sim.outcomes.estimate import Estimate, estimate_difference
from sim.planning.evaluation.evaluator import Evaluator
from sim.planning.search.preparation_moves import list_offered, set_preparations
from sim.running.replicate import Replications
from sim.scenario.clock import name_time
from sim.scenario.lower import list_preparing
from sim.scenario.model import Scenario
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
    other = set_preparations(scenario, policy, others if does else [*others, name])
    gain = contacts = work = cost = NOT_KNOWN
    if does or name in other.preparations:
        runs = [plan, fresh.replicate(other, plan.n)]
        done, left = runs if does else reversed(runs)
        gain = estimate_difference(read_value(fresh, done), read_value(fresh, left))
        contacts = estimate_difference(count_contacts(left), count_contacts(done))
        work = estimate_difference(left.measures["work_h"], done.measures["work_h"])
        cost = estimate_difference(done.measures["cost"], left.measures["cost"])
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
        difference=gain.mean,
        ci_low=gain.ci_low,
        ci_high=gain.ci_high,
        n=gain.n,
        contacts_saved=contacts.mean,
        contacts_saved_low=contacts.ci_low,
        contacts_saved_high=contacts.ci_high,
        work_saved_h=work.mean,
        work_saved_low_h=work.ci_low,
        work_saved_high_h=work.ci_high,
        cost_difference=cost.mean,
    )


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
    """Yield (start, end, pool, agents) of each span in which as many prepare."""
    edges = np.append(floor.time_ms, floor.end_ms)
    for pool, agents in enumerate(floor.agents):
        changes = np.flatnonzero(np.diff(agents, prepend=0, append=0))
        for first, last in itertools.pairwise(changes):
            if agents[first] > 0:
                yield int(edges[first]), int(edges[last]), pool, int(agents[first])
