"""What a plan is ahead of a benchmark by, and of what that is made: its rules, and its roster.

With V(rules, roster) the mean satisfaction on the plan's fresh draws, p the plan, b a benchmark::

    advantage     = V(p, p) - V(b, b)
    configuration = 1/2 [ V(p, b) - V(b, b)  +  V(p, p) - V(b, p) ]
    roster        = 1/2 [ V(b, p) - V(b, b)  +  V(p, p) - V(p, b) ]

so the two add up to the advantage, and neither depends on which is changed first (the Shapley
value of two players). Rules are all of a policy but its staff: levels, order of work, lead, crew,
what it knows. V(p, b) and V(b, p) are played as they are; their cost, which rules move a little
(crew, overtime), is reported. Checked by ``tests/functional/test_benchmarks.py``.
"""

from collections.abc import Sequence

import numpy as np

from sim.decision.evidence import Advantage
from sim.outcomes.estimate import estimate_difference
from sim.planning.evaluation.evaluator import Evaluator
from sim.scenario.lower import keep_staffed
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy

STAFFING = ("staff", "shifts", "staff_interval_min", "after_close")


def put_roster(scenario: Scenario, rules: Policy, roster: Policy) -> Policy:
    """Give a policy the staff of another; it prepares what that has hours for."""
    changed = {field: getattr(roster, field) for field in STAFFING}
    return keep_staffed(scenario, rules.model_copy(update=changed))


def weigh_advantage(
    fresh: Evaluator, plan: Policy, other: Policy, budget: float, recipe: Sequence[str], n: int
) -> Advantage:
    """Estimate what a plan is ahead of a benchmark by, and what its rules and its roster add.

    Parameters
    ----------
    fresh : Evaluator
        Of the plan's fresh draws.
    plan, other : Policy
        The plan and the benchmark.
    budget : float
        The plan's [scenario.currency].
    recipe : sequence of str
        How the benchmark was chosen, in words.
    n : int
        Replications.
    """
    world = fresh.scenario
    policies = (plan, other, put_roster(world, plan, other), put_roster(world, other, plan))
    seen = fresh.play_all([(policy, 0, n) for policy in policies])
    own, held, rules_alone, roster_alone = (one.satisfaction for one in seen)
    rules = ((rules_alone - held) + (own - roster_alone)) / 2.0
    roster = ((roster_alone - held) + (own - rules_alone)) / 2.0
    whole, by_rules, by_roster = (
        estimate_difference(one, np.zeros_like(one)) for one in (own - held, rules, roster)
    )
    costs = [float(np.mean(one.cost)) for one in seen]
    return Advantage(
        policy=other.name,
        difference=whole.mean,
        ci_low=whole.ci_low,
        ci_high=whole.ci_high,
        n=whole.n,
        cost=costs[1],
        cost_less_budget=costs[1] - budget,
        cost_difference=costs[0] - costs[1],
        configuration=by_rules.mean,
        configuration_low=by_rules.ci_low,
        configuration_high=by_rules.ci_high,
        roster=by_roster.mean,
        roster_low=by_roster.ci_low,
        roster_high=by_roster.ci_high,
        plan_rules_on_its_roster=float(np.nanmean(rules_alone)),
        plan_rules_on_its_roster_cost=costs[2],
        its_rules_on_plan_roster=float(np.nanmean(roster_alone)),
        its_rules_on_plan_roster_cost=costs[3],
        recipe=tuple(recipe),
    )
