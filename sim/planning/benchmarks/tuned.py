"""Tuned Erlang A: the best of a small list of rosters and rules that a planner can write down.

    roster    the shapes of the standard policies, each as given and all in a pool that helps all
    order     first come first served; new customers first; new first and short work first
    levels    one for all topics in a phase: calm and ahead, surge and recovery
    crew      the default trigger, an early one, or no crew and its pay spent on shifts
    redress   none, apologies, or by cause; each without and with a check: where there are any,
              tried on the best of the other rules

All but redress, 12 x 3 x 4 x 3 = 432 where there are two pools and a crew, is played on search
draws of its own, a few replications first; the best are brought to the budget and the best of these
is taken. Erlang A itself is always among the last, so the tuned one is at least as good there. A
plan that leads by no more than this has found little that a list of rules does not hold. Checked by
``tests/functional/test_benchmarks.py``.
"""

import itertools
from collections.abc import Iterator
from dataclasses import replace

from sim.planning.search.budget import balance, guess_labor_cost, price_money, staff_shape
from sim.planning.search.candidates import Candidate, CandidateSet
from sim.planning.search.moves import WAITING, list_phases, list_topics, set_levels
from sim.policies.one_pool import list_hubs, order_short_first, pool_crew, pool_shape
from sim.policies.redress_rules import list_redress_rules
from sim.policies.standard import SHAPES, staff_nobody
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy, Priority, Surge

TUNED = "tuned_erlang_a"
ALL_IN = ", all in "
# Levels in calm weeks and ahead of events, and while one is on and after it: the standard one, less
# when there is much to do, more when there is little, and more throughout.
LEVELS = (
    ("standard", "standard"),
    ("standard", "brief"),
    ("thorough", "standard"),
    ("thorough", "thorough"),
)
# Of the list the best go on: so many after an eighth, a quarter and all of the replications.
# Twice as many change the value by less than `delta` and cost as much as the plan's own shapes.
KEPT = (48, 16, 6)
# What the replications are divided by: the earlier rounds only tell apart what differs by much.
PARTS = (8, 4, 1)
# Replications that tell two rules of the list apart at all.
LEAST = 4


def tune(candidate_set: CandidateSet, n: int) -> Candidate | None:
    """Tune Erlang A: the best of the list at the budget; None where no roster costs as little.

    Parameters
    ----------
    candidate_set : CandidateSet
        Draws that nothing else is searched on, budget and promise; where its price of money is 0
        that is measured.
    n : int
        Replications that decide.
    """
    bases = lay_bases(candidate_set, max(n // PARTS[0], LEAST))
    plain = next((one for one in bases if one.label == "erlang_a"), None)
    if plain is None:
        return None
    if candidate_set.scoring_rule.money_price == 0:
        candidate_set.price_money(price_money(candidate_set, plain, n) or 0.0)
    listed = [one for base in bases for one in list_rules(candidate_set.rosters.scenario, base)]
    rounds = [(min(max(n // part, LEAST), n), kept) for part, kept in zip(PARTS, KEPT, strict=True)]
    best = candidate_set.race(listed, rounds)
    given = [one for rules in best for one in give_redress(candidate_set.rosters.scenario, rules)]
    last = [*candidate_set.race(given, rounds[-1:]), plain]
    fits = [balance(candidate_set, one.forget(), n) for one in last]
    ranked = candidate_set.rank([one for one in fits if one is not None], n)
    return replace(ranked[0], label=TUNED) if ranked else None


def lay_bases(candidate_set: CandidateSet, few: int) -> list[Candidate]:
    """Lay out each shape as given and in one pool, under the standard rules, near the budget.

    Erlang A first: of shapes that come to the same roster the first alone is returned.
    """
    scenario = candidate_set.rosters.scenario
    rules = staff_nobody(TUNED, scenario, candidate_set.rosters.problem)
    labor_cost = 0.95 * guess_labor_cost(scenario, candidate_set.scoring_rule.budget)
    names = sorted(SHAPES, key=lambda name: name != "erlang_a")
    shapes = {name: candidate_set.evaluator.blend(SHAPES[name]) for name in names}
    hubs = list_hubs(scenario) if len(scenario.pool_names) > 1 else []
    shapes |= {
        f"{name}{ALL_IN}{scenario.pool_names[hub]}": pool_shape(one, hub)
        for hub in hubs
        for name, one in list(shapes.items())
    }
    laid = [
        staff_shape(candidate_set, label, rules, shape, labor_cost, exact=True)
        for label, shape in shapes.items()
    ]
    fits = [balance(candidate_set, one, few) for one in laid if one is not None]
    different: dict[str, Candidate] = {}
    for one in fits:
        if one is not None:
            different.setdefault(str(one.policy.staff), one)
    return list(different.values())


def list_rules(scenario: Scenario, base: Candidate) -> Iterator[Candidate]:
    """Yield a roster under each order of work, level by phase, and crew rule."""
    crews = list_crews(scenario, base)
    for order, levels, crew in itertools.product(
        list_orders(scenario), list_levels(scenario, base.policy), crews
    ):
        policy = base.policy.model_copy(update={"priority": order[1], "surge": crew[1]})
        yield replace(
            base,
            policy=put_levels(scenario, policy, levels),
            outcomes=None,
            trail=(base.label, order[0], " then ".join(levels), crew[0]),
        )


def list_orders(scenario: Scenario) -> tuple[tuple[str, Priority], ...]:
    """List the orders of work that are tried, by name."""
    return (
        ("first come, first served", Priority()),
        ("new turns first", Priority(new_first=True)),
        ("new turns first, short work first", order_short_first(scenario)),
    )


def list_levels(scenario: Scenario, policy: Policy) -> list[tuple[str, str]]:
    """List levels of calm and busy phases, those that differ in phases that come about."""
    if len(list_phases(scenario, policy)) > 1:
        return list(LEVELS)
    return list({calm: (calm, busy) for calm, busy in reversed(LEVELS)}.values())


def put_levels(scenario: Scenario, policy: Policy, levels: tuple[str, str]) -> Policy:
    """Set one level for all topics in calm phases, and one in busy ones."""
    phases = {"calm": levels[0], "ahead": levels[0], "surge": levels[1], "recovery": levels[1]}
    for phase, level in phases.items():
        policy = set_levels(policy, tuple((one, phase) for one in list_topics(scenario)), level)
    return policy


def give_redress(scenario: Scenario, base: Candidate) -> list[Candidate]:
    """List a roster with its rules under each rule of redress, and each of these with checks."""
    rules = list_redress_rules(scenario)
    if len(rules) == 1:
        return [base]
    checks = (False, True) if any(one.follow_up for one in scenario.topics.values()) else (False,)
    given = []
    for (name, redress), check in itertools.product(rules.items(), checks):
        policy = base.policy.model_copy(update={"redress": redress, "follow_up": check})
        trail = (*base.trail, f"{name}, checked" if check else name)
        given.append(replace(base, policy=policy, outcomes=None, trail=trail))
    return given


def list_crews(scenario: Scenario, base: Candidate) -> list[tuple[str, Surge | None]]:
    """List the crew's rules by name: the default trigger, an early one, and no crew."""
    usual = base.policy.surge
    if usual is None:
        return [("no crew", None)]
    hub = base.label.partition(ALL_IN)[2]
    if hub:
        usual = pool_crew(usual, scenario, scenario.pool_names.index(hub))
        assert usual is not None
    factor, least = WAITING[0]
    early = usual.model_copy(update={"waiting_factor": factor, "waiting_at_least": least})
    return [("default crew", usual), ("early crew", early), ("no crew", None)]
