"""What any other roster gains at most, the plan's rules as they are: cutting planes.

The plan's roster is cut first; then rosters that the cuts so far promise most of are visited, near
the plan and anywhere, and cut as well (``sim.planning.bounds.roster_cuts``); the program of
``sim.planning.bounds.roster_program`` bounds what is left. It knows budget, shift rules, coverage
and agreements. Its assumption, that added staff brings less and less, is tested on all pairs of
visited rosters. Noise of the draws raises the bound in expectation only (Mak, Morton and Wood
1999, DOI 10.1016/S0167-6377(98)00054-6). Checked by ``tests/functional/test_plan_proof.py`` and
``tests/unit/test_bounds_roster_program.py``.
"""

from typing import NamedTuple

import numpy as np

from sim.planning.bounds.roster_cuts import Cut, Pairs, count_pairs, cut_at
from sim.planning.bounds.roster_program import Money, bound_value, propose_roster
from sim.planning.evaluation.evaluator import Evaluator
from sim.rostering.roster import Rosters
from sim.scenario.policy import Policy

# Exchanges within which a roster counts as near: what a planner might do by hand.
NEAR = 5
# Rosters visited beside the plan's, by how many exchanges away: each costs a cut. A cut alone is a
# plane, so the best of it lies where nobody would staff; steps that double bend it where it counts,
# and stay where added staff does bring less and less (whole hours without staff do not).
VISITS = (NEAR, 10, 20)


class RosterProof(NamedTuple):
    """What is known of other rosters.

    Attributes
    ----------
    value : float
        Of the plan on the draws.
    near, anywhere : float
        What a roster within `NEAR` exchanges, and any roster, gains at most; inf: nothing
        bounds it.
    n : int
        Replications of each run.
    pairs : Pairs
        Test of the assumption.
    visited : tuple of np.ndarray
        Rosters visited beside the plan's, in order.
    gains : tuple of float
        What each gained on the draws, at its own cost.
    """

    value: float
    near: float
    anywhere: float
    n: int
    pairs: Pairs
    visited: tuple[np.ndarray, ...]
    gains: tuple[float, ...]


def bound_roster(
    evaluator: Evaluator, rosters: Rosters, rules: Policy, roster: np.ndarray, budget: float, n: int
) -> RosterProof:
    """Bound what any other roster gains under the same rules.

    Parameters
    ----------
    evaluator : Evaluator
        Common draws.
    rosters : Rosters
        What may be staffed.
    rules : Policy
        The plan's.
    roster : np.ndarray
        int, shape (n_columns,): the plan's.
    budget : float
        Of expected cost [scenario.currency].
    n : int
        Replications of each run.
    """
    cuts = [cut_at(evaluator, rosters, rules, roster, n)]
    own = cuts[0].credit
    money = Money(rosters.price(roster), max(budget - own.cost, 0.0))
    for exchanges in VISITS:
        found = propose_roster(rosters, cuts, money, exchanges)
        if found is not None and not any((found == one.roster).all() for one in cuts):
            cuts.append(cut_at(evaluator, rosters, rules, found, n))
    near, far = (bound_value(rosters, cuts, money, one) - own.value for one in (NEAR, None))
    return RosterProof(
        own.value,
        near,
        far,
        n,
        count_pairs(cuts),
        tuple(one.roster for one in cuts[1:]),
        list_gains(cuts),
    )


def list_gains(cuts: list[Cut]) -> tuple[float, ...]:
    """List what each roster visited gained over the first."""
    return tuple(one.credit.value - cuts[0].credit.value for one in cuts[1:])
