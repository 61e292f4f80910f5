"""Climbing: many steps screened on few draws, the promising ones tried one after the other.

The one loop of moves, of people between pools and of single shifts. All on common draws. A step
is taken when the candidate with it scores higher than the candidate without it by more than a
part of the standard error of that difference; steps that never look good on few draws are not
played on more (successive halving, Karnin et al. 2013). Checked by
``tests/unit/test_search_hill_climbing.py``.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from sim.planning.search.candidates import Candidate, CandidateSet
from sim.planning.search.moves import Move
from sim.planning.search.preparation_moves import add_people

# A step is taken from half a standard error on: on common draws a wrong step costs little, a
# missed one stays missed. Double takes fewer steps.
ERRORS_ABOVE = 0.5
# Satisfaction; below it a step is not worth its replications.
LEAST_GAIN = 5e-5


class SearchEffort(NamedTuple):
    """How much is spent on a climb."""

    few: int
    """replications of the screening"""
    many: int
    """replications of a decision"""
    promising: int = 12
    """moves that get many"""


def is_better(candidate_set: CandidateSet, one: Candidate, other: Candidate, n: int) -> bool:
    """Whether ``one`` beats ``other`` by more than chance would lightly give."""
    gain, error = candidate_set.compare(one, other, n)
    return gain > max(ERRORS_ABOVE * error, LEAST_GAIN)


def make_move(start: Candidate, move: Move) -> Candidate:
    """Apply a move to a candidate; the result is unseen."""
    return replace(start, policy=move.make(start.policy), outcomes=None)


class Step(NamedTuple):
    """A change that may be made of a candidate."""

    label: str
    make: Callable[[Candidate], Candidate | None]
    """None where it cannot be made of that one, or changes nothing"""
    place: object = None
    """of two steps of one place only one is made; None: it has none"""


def screen(
    candidate_set: CandidateSet,
    start: Candidate,
    steps: Iterable[Step],
    effort: SearchEffort,
    errors: float = 0.0,
) -> list[Step]:
    """List the steps that look good from a candidate on few draws, best first.

    Parameters
    ----------
    candidate_set : CandidateSet
        Common draws and the score; costs are compared at the price of money.
    start : Candidate
        Where each step is tried from.
    steps : iterable of Step
        All that there are.
    effort : SearchEffort
        Replications, and how many steps are returned.
    errors : float
        A step looks good that may be better by so many standard errors of the difference.
    """
    made = [(step, tried) for step in steps if (tried := step.make(start)) is not None]
    gains = candidate_set.measure_gains(start, [tried for _, tried in made], effort.few, errors)
    order = [place for place in np.argsort(-gains, kind="stable") if gains[place] > 0]
    return [made[place][0] for place in order[: effort.promising]]


def take_steps(
    candidate_set: CandidateSet, start: Candidate, steps: Iterable[Step], n: int
) -> tuple[Candidate, list[str]]:
    """Take the steps that better the candidate, one after the other, and list their labels.

    Parameters
    ----------
    candidate_set : CandidateSet
        See `screen`.
    start : Candidate
        Where to start.
    steps : iterable of Step
        The most promising first; each is tried from what those before it led to.
    n : int
        Replications of a decision.
    """
    current, taken, places = start, list[str](), set[object]()
    for step in steps:
        tried = None if step.place in places else step.make(current)
        if tried is not None and is_better(candidate_set, tried, current, n):
            current = tried
            taken.append(step.label)
            places |= {step.place} - {None}
    return current, taken


def climb(
    candidate_set: CandidateSet, start: Candidate, moves: Iterable[Move], effort: SearchEffort
) -> tuple[Candidate, list[str]]:
    """Take the moves that improve the candidate at equal labor cost, and list their labels.

    See `screen` and `take_steps`.
    """

    def follow(move: Move) -> Step:
        def make(candidate: Candidate) -> Candidate | None:
            tried = make_move(candidate, move)
            if tried.policy == candidate.policy:
                return add_people(candidate_set, candidate, move)
            return tried

        return Step(move.label, make, move.place)

    promising = screen(candidate_set, start, map(follow, moves), effort)
    return take_steps(candidate_set, start, promising, effort.many)
