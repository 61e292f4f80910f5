"""A search that starts from a plan: one round of everything, near to what is there.

Used where a good plan is known: the earlier plan when planning anew, the neighboring budget's
on the frontier. The plan is brought to the budget, its rules are climbed and single shifts
exchanged, each as in ``sim.planning.search.search``. Checked by
``tests/functional/test_plan_living.py`` and ``tests/functional/test_plan_questions.py``.
"""

from sim.planning.search.budget import balance
from sim.planning.search.candidates import Candidate
from sim.planning.search.rule_moves import RULE_MOVES, Steps
from sim.planning.search.search import Search
from sim.rostering.roster import Rosters
from sim.scenario.policy import Policy

# Shift exchanges from an earlier plan: it was good already.
SWAPS = 2


def place_policy(rosters: Rosters, policy: Policy, label: str) -> Candidate | None:
    """Place a plan made before as a candidate; None where its shifts are not allowed (any more).

    Its staff is moved to the rosters' feasible roster where agreements ask for that.
    """
    roster = rosters.read_policy(policy)
    if roster is not None and not rosters.is_allowed(roster):
        roster = None if rosters.constraints is None else rosters.constraints.feasible_roster
    if roster is None:
        return None
    target_staffing = rosters.clean(rosters.count_staff(roster))
    return Candidate(label, rosters.to_policy(policy, roster), roster, target_staffing)


def search_near(search: Search, start: Candidate, steps: Steps = RULE_MOVES) -> Candidate | None:
    """Search shortly around a plan; None where it cannot be brought to the budget.

    Parameters
    ----------
    search : Search
        Its candidate set, budget and clock; keeps the best, and the end among its ways.
    start : Candidate
        Where to begin.
    steps : tuple of (name, lister of moves)
        Rules that may be changed.
    """
    current = balance(search.candidate_set, start, search.n)
    if current is None:
        return None
    search.keep(current)
    search.price_money(current)
    current = search.climb_rules(current, steps)
    current = climb_staff(search, current)
    search.ways.append(current)
    return current


def climb_staff(search: Search, start: Candidate) -> Candidate:
    """Exchange single shifts in rounds until nothing is gained."""
    current = start
    for _ in range(SWAPS):
        after, _ = search.exchange_shifts(current)
        if after is current:
            break
        current = after
    return current
