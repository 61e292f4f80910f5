"""The plan with one of its decisions made otherwise, at the same budget.

What might be decided differently is asked of the plan itself: another level of effort
throughout, first come first served, no lead, the usual crew or none; what agrees with the plan
already is left out. Each is brought to the budget with the plan's staff for a start. Checked by
``tests/functional/test_plan_questions.py``.
"""

from collections.abc import Iterator
from dataclasses import replace

from sim.planning.analysis.switching_values import Rival
from sim.planning.search.budget import balance
from sim.planning.search.candidates import Candidate, CandidateSet
from sim.planning.search.moves import PERSON_LEVELS, list_phases, list_topics, set_levels
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy


def list_changes(
    scenario: Scenario, policy: Policy, template: Policy
) -> Iterator[tuple[str, Policy]]:
    """Yield what may be decided otherwise: its name for people, and the policy, its staff kept.

    Parameters
    ----------
    scenario : Scenario
        The world.
    policy : Policy
        The plan.
    template : Policy
        The usual rules: no lead, first come first served, the default crew.
    """
    phases = list_phases(scenario, policy)
    phases += ("ahead",) if policy.lead_h > 0 else ()
    cells = tuple((topic, phase) for topic in list_topics(scenario) for phase in phases)
    for level in PERSON_LEVELS:
        yield f"the plan with {level} replies throughout", set_levels(policy, cells, level)
    order = {name: getattr(template, name) for name in ("priority", "follow_up", "continuity")}
    yield "the plan with work first come, first served", policy.model_copy(update=order)
    if policy.redress:
        yield "the plan without redress", policy.model_copy(update={"redress": {}})
    if policy.preparations:
        yield "the plan without preparations", policy.model_copy(update={"preparations": ()})
    yield "the plan without a lead", policy.model_copy(update={"lead_h": 0.0})
    if scenario.surge_crew.max_people > 0:
        usual, none = ({"surge": one} for one in (template.surge, None))
        yield "the plan with the usual surge crew", policy.model_copy(update=usual)
        yield "the plan without a surge crew", policy.model_copy(update=none)


def list_alternatives(
    candidate_set: CandidateSet, plan: Candidate, template: Policy, n: int
) -> list[Rival]:
    """List the plan with one decision made otherwise, each at the budget.

    Parameters
    ----------
    candidate_set : CandidateSet
        Common draws and the budget; whether the service-level target is met does not count.
    plan : Candidate
        The decision.
    template : Policy
        See `list_changes`.
    n : int
        Replications that the expected cost is taken over.
    """
    found = []
    for name, policy in list_changes(candidate_set.rosters.scenario, plan.policy, template):
        if policy == plan.policy:
            continue
        fits = balance(candidate_set, replace(plan.forget(), policy=policy), n)
        if fits is not None:
            found.append(Rival(name, fits.policy))
    return found
