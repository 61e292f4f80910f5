"""The policies beside a plan: standard ones, fixed rules, sentiment's control policy, tuned ones.

All are brought to the plan's budget on the draws of the last choice. *Flat*, *proportional*,
*Erlang A*, *reactive* and *sentiment-optimal* have the plan's on-call crew and the rules of their
name (standard level, first come first served), so that they differ from the same names of
``simulate`` in the crew's rule alone. *Reactive* knows nothing of an event before it begins.
*Unprepared* is the plan as it would be without that knowledge: its rules, no lead, no
preparations, a roster for the base forecast. *Fixed rules* and *tuned Erlang A* bring their own
rules; nobody here but the plan prepares. Checked by ``tests/functional/test_plan_search.py`` and
``tests/functional/test_benchmarks.py``.
"""

from sim.planning.benchmarks.tuned import TUNED
from sim.planning.search.budget import balance_last, guess_labor_cost, staff_shape
from sim.planning.search.candidates import Candidate, CandidateSet
from sim.policies.posts import drop_early_posts
from sim.policies.standard import CONTROL_POLICY, FIXED, LAID, SHAPES, set_rules, shape_reactive
from sim.policies.workload import split_crew
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy, Priority

UNPREPARED = "unprepared"
ORDER = ("flat", "proportional", "erlang_a", TUNED, FIXED, "reactive", UNPREPARED, CONTROL_POLICY)
"""as they stand beside a plan, today's roster after them"""
RIVALS = (*SHAPES, UNPREPARED, TUNED, FIXED)
"""that take part in the last choice; the law of sentiment does not aim at satisfaction"""


def make_framed(candidate_set: CandidateSet, plan: Policy, n: int) -> list[Candidate]:
    """Make the policies that take rules of the plan, at the budget.

    Parameters
    ----------
    candidate_set : CandidateSet
        Common draws; its rosters need not keep minimum coverage.
    plan : Policy
        Gives all its crew, and *unprepared* all its rules.
    n : int
        Replications for the expected cost.
    """
    found = [
        fit_policy(candidate_set, name, plan, n) for name in (*SHAPES, UNPREPARED, CONTROL_POLICY)
    ]
    return [one for one in found if one is not None]


def fit_policy(candidate_set: CandidateSet, name: str, plan: Policy, n: int) -> Candidate | None:
    """Lay one policy over the shifts and bring it to the budget; None where none fits."""
    scenario = candidate_set.rosters.scenario
    labor_cost = guess_labor_cost(scenario, candidate_set.scoring_rule.budget)
    policy = make_rules_beside(name, plan, scenario)
    target_staffing = candidate_set.evaluator.blend(LAID.get(name, shape_reactive))
    laid = staff_shape(candidate_set, name, policy, target_staffing, 0.95 * labor_cost, exact=True)
    return None if laid is None else balance_last(candidate_set, laid, n)


def make_rules_beside(name: str, plan: Policy, scenario: Scenario) -> Policy:
    """Make a standard policy's rules beside a plan: all but its staff."""
    if name == UNPREPARED:
        changes = {"knows_events": False, "lead_h": 0.0, "preparations": ()}
        rules = plan.model_copy(update={"name": name, **changes})
        return drop_early_posts(scenario, rules)
    levels = {
        topic: dict.fromkeys(row, "none" if "none" in row.values() else "standard")
        for topic, row in plan.effort.items()
    }
    policy = plan.model_copy(
        update={
            "name": name,
            "effort": levels,
            "after_auto": "standard",
            "lead_h": 0.0,
            "priority": Priority(),
            "follow_up": False,
            "redress": {},
            "channel": {},
            "posts": (),
            "preparations": (),
            "take_down_after_min": None,
            "continuity": False,
            "overflow": None,
            "knows_events": name != "reactive",
            **({"surge": split_crew(scenario)} if name == FIXED else {}),
        }
    )
    return set_rules(policy, scenario)


def sort_policies(candidates: list[Candidate]) -> list[Candidate]:
    """Sort the candidates as they stand beside a plan."""
    by_name = {one.label: one for one in candidates}
    return [by_name[name] for name in ORDER if name in by_name]
