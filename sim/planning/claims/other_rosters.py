"""The plan's roster held against all others: what they gain at most, and any that gains.

Rosters that the cutting planes of ``sim.planning.bounds.roster_bound`` visit are moves of the
search as well: one that is better at the budget, on these draws that no plan was chosen on, takes
the plan's place. Checked by ``tests/functional/test_plan_proof.py``.
"""

from typing import NamedTuple

import numpy as np

from sim.planning.bounds.roster_bound import RosterProof, bound_roster
from sim.planning.claims.final_changes import is_improvement
from sim.planning.claims.single_changes import LEAST_GAIN
from sim.planning.search.budget import balance_last
from sim.planning.search.candidates import Candidate, CandidateSet


class Held(NamedTuple):
    """A plan held against other rosters.

    Attributes
    ----------
    plan : Candidate
        With the better roster where one was found.
    proof : RosterProof
        Of the plan as it was.
    is_changed : bool
        Whether another roster was taken.
    """

    plan: Candidate
    proof: RosterProof
    is_changed: bool


def hold_against_rosters(candidate_set: CandidateSet, plan: Candidate, n: int, takes: bool) -> Held:
    """Bound what other rosters gain, and take one that is better.

    Parameters
    ----------
    candidate_set : CandidateSet
        Common draws that did not lead to the plan; budget and target.
    plan : Candidate
        At the budget.
    n : int
        Replications of each run of the bound.
    takes : bool
        Whether a better roster is taken.
    """
    budget = candidate_set.scoring_rule.budget
    proof = bound_roster(
        candidate_set.evaluator, candidate_set.rosters, plan.policy, plan.roster, budget, n
    )
    best = int(np.argmax(proof.gains)) if takes and proof.gains else 0
    if not takes or not proof.gains or proof.gains[best] < LEAST_GAIN:
        return Held(plan, proof, is_changed=False)
    start = plan.forget()
    tried = candidate_set.restaff(start, proof.visited[best])
    fits = balance_last(candidate_set, tried, n)
    if fits is None or not is_improvement(candidate_set, fits, start, n):
        return Held(plan, proof, is_changed=False)
    fits.trail = (*plan.trail, "another roster by cutting planes")
    return Held(fits, proof, is_changed=True)
