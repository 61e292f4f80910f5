"""The policy that a name stands for, at equal cost: laid for the budget by playing it.

Checked by ``tests/unit/test_search_budget.py``, ``tests/unit/test_policies_standard.py`` and
``tests/functional/test_benchmarks.py``.
"""

from typing import Any

import numpy as np

from sim.errors import InfeasibleError, InputError
from sim.planning.benchmarks.current import read_current
from sim.planning.benchmarks.tuned import TUNED, tune
from sim.planning.evaluation.evaluator import Evaluator
from sim.planning.search.budget import (
    balance,
    count_mentions,
    guess_budget,
    guess_labor_cost,
    staff_shape,
)
from sim.planning.search.candidates import CandidateSet, ScoringRule
from sim.policies.roster_file import CURRENT, read_roster
from sim.policies.standard import LAID, make_standard_policy, staff_nobody
from sim.rostering.roster import Rosters
from sim.rostering.scenario_shifts import pose_shifts
from sim.scenario.build import build
from sim.scenario.checks import check_name
from sim.scenario.messages.formatting import write_line
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy
from sim.scenario.settings import PolicyChoice

# Standard policies are settled on draws that no run of at most a million replications meets.
SETTLE_SEED, SETTLE_FIRST = 0, 2_000_000
# Half a million mentions tell a cost to a fraction of its window, however they come.
SETTLE_MOST, SETTLE_LEAST, SETTLE_MENTIONS = 48, 2, 500_000


def make_policy(choice: Policy | PolicyChoice, scenario: Scenario) -> Policy:
    """A policy: itself, or the standard one that a choice names; see `policy_of_choice`."""
    return choice if isinstance(choice, Policy) else policy_of_choice(choice, scenario)


def policy_of_choice(choice: PolicyChoice, scenario: Scenario) -> Policy:
    """Make the standard policy that was chosen, with its changes, at the scenario's budget.

    Parameters
    ----------
    choice : PolicyChoice
        A standard policy's name and what is changed in it; `effort` topic by topic.
        *current* takes the roster as it is; *tuned_erlang_a* is searched for.
    scenario : Scenario
        The world. With a budget, labor cost is settled by playing the policy on draws of its own
        (`settle_standard`), the same whatever the run's seed; without one they are what
        Erlang A asks for. The reference staff is kept as it is.

    Raises
    ------
    InputError
        An unknown name, or no reference staff in the scenario.
    InfeasibleError
        No plan within the shift rules.
    """
    budget = scenario.planner.get("budget")
    if choice.name == CURRENT:
        return change_policy(read_chosen(choice, scenario), choice)
    if choice.roster is not None:
        raise InputError(
            f"policy.roster = {choice.roster}: allowed: only with policy.name = {CURRENT}"
        )
    if choice.name == TUNED:
        return settle_tuned(choice, scenario, None if budget is None else float(str(budget)))
    if budget is None or choice.name not in LAID:
        return change_policy(make_standard_policy(choice.name, scenario), choice)
    return settle_standard(choice, scenario, float(str(budget)))


def read_chosen(choice: PolicyChoice, scenario: Scenario) -> Policy:
    """Read the roster of today that a choice names, or else the planner's section.

    Raises
    ------
    InputError
        Neither names one, or it cannot be read.
    """
    if choice.roster is not None:
        return read_roster(choice.roster, scenario)
    place = scenario.planner.get("current")
    if not isinstance(place, str):
        raise InputError(
            f"policy={CURRENT}: needs a roster; allowed: planner.current=FILE, or policy=FILE.csv"
        )
    return read_current(place, scenario)


def change_policy(policy: Policy, choice: PolicyChoice) -> Policy:
    """Apply the changes of a choice to a policy: of effort the phases that it names.

    Raises
    ------
    InputError
        A topic that the policy does not have, or levels that do not go together.
    """
    changes = choice.model_dump(exclude={"name", "roster", "staff_factor"}, exclude_none=True)
    if choice.staff_factor is not None:
        policy = scale_staff(policy, choice.staff_factor)
    if not changes:
        return policy
    effort: dict[str, Any] = dict(policy.effort)
    names = [one for name in choice.effort or {} for one in check_name("effort", name, effort)]
    if names:
        raise InputError(*(write_line(f"policy.{one.key}", one, "") for one in names))
    for topic, levels in changes.get("effort", {}).items():
        effort[topic] = {**effort[topic], **levels}
    changes["effort"] = effort
    return build(Policy, {**policy.model_dump(), **changes}, "policy")


def scale_staff(policy: Policy, factor: float) -> Policy:
    """A policy with its staff times a factor, rounded up and down in turn, and without shifts.

    The error of each rounding is carried on to the next interval, so that the hours are right.
    """
    staff = {}
    for pool, counts in policy.staff.items():
        whole = np.floor(np.cumsum(counts) * factor + 0.5)
        staff[pool] = tuple(int(count) for count in np.diff(whole, prepend=0.0))
    return policy.model_copy(update={"staff": staff, "shifts": ()})


def open_settling(scenario: Scenario, budget: float) -> CandidateSet:
    """Open rosters and draws of their own on which a policy is brought to a budget."""
    evaluator = Evaluator(scenario, SETTLE_SEED, first=SETTLE_FIRST)
    rule = ScoringRule(budget, 0.0, scenario.promise.target_share, scenario.promise.alpha, False)
    return CandidateSet(evaluator, Rosters(scenario), rule)


def settle_standard(choice: PolicyChoice, scenario: Scenario, budget: float) -> Policy:
    """Settle a standard policy so that its expected cost lies between .98 and 1.00 of a budget.

    Where the shifts allow nothing in between: the dearest below the budget that was found;
    where even that was not found, what is laid first.
    """
    candidate_set = open_settling(scenario, budget)
    nobody = staff_nobody(choice.name, scenario, candidate_set.rosters.problem)
    labor_cost = 0.95 * guess_labor_cost(scenario, budget)
    laid = staff_shape(
        candidate_set,
        choice.name,
        change_policy(nobody, choice),
        LAID[choice.name](scenario),
        labor_cost,
        exact=True,
    )
    assert laid is not None
    settled = balance(candidate_set, laid, count_settling(scenario))
    return laid.policy if settled is None else settled.policy


def settle_tuned(choice: PolicyChoice, scenario: Scenario, budget: float | None) -> Policy:
    """Tune Erlang A at a budget; without one at what Erlang A asks for, staffed freely.

    The promise counts where the scenario's planner keeps it.
    """
    if budget is None:
        budget = guess_budget(scenario, pose_shifts(scenario))
    candidate_set = open_settling(scenario, budget)
    if scenario.planner.get("keep_promise", True):
        candidate_set = candidate_set.change(keeps_promise=True)
    found = tune(candidate_set, count_settling(scenario))
    if found is None:
        raise InfeasibleError(
            f"policy={TUNED}: no roster costs as little as the budget, {budget:,.0f}; smallest "
            "change: a larger planner.budget"
        )
    return change_policy(found.policy, choice)


def count_settling(scenario: Scenario) -> int:
    """Count the replications that settle wages: fewer where one has very many mentions."""
    mentions = count_mentions(scenario)
    return int(min(SETTLE_MOST, max(SETTLE_LEAST, SETTLE_MENTIONS // max(mentions, 1.0))))
