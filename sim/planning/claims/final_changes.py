"""The end of a search: every single change tried, what gains taken, and tried again.

Each round tries all single changes of the plan's rules on draws of its own, which no plan was
chosen on, so that the limits of the last round hold for the plan as it is. Changes that gain are
taken together, the plan is brought to the budget again and its shifts are exchanged once more for
the new rules. Checked by ``tests/unit/test_claims_single_changes.py`` and
``tests/functional/test_plan_proof.py``.
"""

from collections.abc import Callable
from typing import NamedTuple

from sim.planning.claims.single_changes import TriedChange, make_looks, take_gains, try_changes
from sim.planning.evaluation.promise_test import LOOKS
from sim.planning.search.budget import balance_last
from sim.planning.search.candidates import Candidate, CandidateSet
from sim.planning.search.final_selection import judge_candidate
from sim.planning.search.limits import CutShortError
from sim.planning.search.rule_moves import list_single_changes
from sim.planning.search.search import Search

# The last round takes nothing; after two that took something what is left is small.
ROUNDS = 3
# Replications of a change at most; beyond it errors fall too slowly for their price.
MOST_LOOK = 400
# Replications that judge the promise of a plan that was changed.
MOST_JUDGED = 1600


class Tried(NamedTuple):
    """The plan after its single changes were tried.

    Attributes
    ----------
    plan : Candidate
        As it is now.
    changes : tuple of TriedChange
        Of the last round: of the plan as it is now.
    taken : tuple of str
        Changes that were made.
    """

    plan: Candidate
    changes: tuple[TriedChange, ...]
    taken: tuple[str, ...] = ()


def try_last(
    open_set: Callable[[int], CandidateSet],
    search: Search,
    plan: Candidate,
    most: int,
    progress: Callable[[int, int], None],
    rounds: int = ROUNDS,
) -> Tried:
    """Try every single change of a plan; take what gains, and try all again.

    Parameters
    ----------
    open_set : callable
        Opens common draws for a round, by its number, with budget, target and price of money.
    search : Search
        Ended; its draws exchange shifts once rules have changed.
    plan : Candidate
        At the budget.
    most : int
        Replications of a change at most.
    progress : callable
        Called with (changes settled, all).
    rounds : int
        The last of them takes nothing.
    """
    current, made = plan, list[str]()
    for number in range(rounds):
        candidate_set = open_set(number)
        moves = list_single_changes(candidate_set.rosters.scenario, current.policy)
        looks = make_looks(search.n, min(most, MOST_LOOK), len(moves))
        start = current.forget()
        tried = try_changes(candidate_set, start, moves, looks, progress)
        if number == rounds - 1:
            break
        better = take_changes(candidate_set, search, start, tried, looks.sizes[-1])
        if better is None:
            break
        made += better.trail[len(start.trail) :]
        current = better
    return Tried(current, tuple(tried), tuple(made))


def take_changes(
    candidate_set: CandidateSet, search: Search, start: Candidate, tried: list[TriedChange], n: int
) -> Candidate | None:
    """Take what gains, at the budget and within the promise; None where nothing does."""
    changed = take_gains(candidate_set, start, tried, n)
    if changed is None:
        return None
    trail = changed.trail
    fits = balance_last(candidate_set, changed, n)
    if fits is None or not is_improvement(candidate_set, fits, start, n):
        return None
    fits.trail = trail
    after = exchange(search, fits)
    if after is None:
        return fits
    label = after.trail
    settled = balance_last(candidate_set, after.forget(), n)
    if settled is None or not is_improvement(candidate_set, settled, fits, n):
        return fits
    settled.trail = label
    return settled


def is_improvement(candidate_set: CandidateSet, one: Candidate, other: Candidate, n: int) -> bool:
    """Whether one plan at the budget is better than another, within the promise."""
    candidate_set.extend([one, other], n)
    held, seen = other.seen.take(n), one.seen.take(n)
    if held.average(seen.value - held.value) <= 0:
        return False
    verdicts = judge_candidate(candidate_set, one, n, len(LOOKS), most=MOST_JUDGED)
    return all(verdict.is_kept for verdict in verdicts)


def exchange(search: Search, start: Candidate) -> Candidate | None:
    """Exchange single shifts for new rules on the search's draws; None where that is no better."""
    try:
        after, made = search.exchange_shifts(start.forget())
    except CutShortError:
        return None
    return after if made else None
