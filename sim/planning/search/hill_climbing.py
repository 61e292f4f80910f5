"""Climbing: many steps screened on few draws, the promising ones tried one after the other.

The one loop of moves, of people between pools and of single shifts. All on common draws. A step
is taken when the candidate with it scores higher than the candidate without it by more than a
part of the standard error of that difference; steps that never look good on few draws are not
played on more (successive halving, Karnin et al. 2013), nor those that have lost for certain after
a part of them, nor those that lost much in an earlier climb of the same search: every one is tried
again when the search has ended (``sim.planning.claims.single_changes``). Checked by
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
# Parts of the replications of a screening and of a decision after which what looks lost is played
# no more: nine steps in ten lose, and most of them show it at once.
EARLY_SCREENING, EARLY_DECISION = 0.4, 0.5
# Standard errors below nothing at which a step looks lost: on four draws an error says little, and
# a screening forbids only what is certain; half of a decision's draws tell more.
LOST_IN_SCREENING, LOST_IN_DECISION = 3.0, 0.5
# Satisfaction; a step that lost so much in a climb is not screened in the next one nearby: ten
# times what a plan's last choice tells apart.
MUCH = 2e-3


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


def may_be_better(candidate_set: CandidateSet, one: Candidate, other: Candidate, n: int) -> bool:
    """Whether ``one`` may still beat ``other`` after a part of ``n`` replications."""
    early = round(EARLY_DECISION * n)
    if early < 2 or not sees_all(candidate_set, other, early, n):
        return True
    gain, error = candidate_set.compare(one, other, early)
    return gain > -LOST_IN_DECISION * error


def sees_all(candidate_set: CandidateSet, seen: Candidate, early: int, n: int) -> bool:
    """Whether the first replications have every set of events that all of them have."""
    candidate_set.extend([seen], n)
    events = seen.seen.events[:n]
    return set(events[:early]) == set(events)


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
    known: dict[str, float] | None = None,
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
    known : dict of str to float, optional
        What steps gained in earlier screenings, by label: those that lost `MUCH` are left out.
        Gains of now are added.
    """
    known = {} if known is None else known
    made = [
        (step, tried)
        for step in steps
        if known.get(step.label, 0.0) > -MUCH and (tried := step.make(start)) is not None
    ]
    made = drop_lost(candidate_set, start, made, effort.few, known)
    gains = candidate_set.measure_gains(start, [tried for _, tried in made], effort.few, errors)
    known |= {step.label: float(gain) for (step, _), gain in zip(made, gains, strict=True)}
    order = [place for place in np.argsort(-gains, kind="stable") if gains[place] > 0]
    return [made[place][0] for place in order[: effort.promising]]


def drop_lost(
    candidate_set: CandidateSet,
    start: Candidate,
    made: list[tuple[Step, Candidate]],
    n: int,
    known: dict[str, float],
) -> list[tuple[Step, Candidate]]:
    """Drop the steps that have lost for certain after a part of ``n`` replications.

    What all of them gained by then is added to what is known.
    """
    early = round(EARLY_SCREENING * n)
    if early < 2 or not sees_all(candidate_set, start, early, n):
        return made
    tried = [candidate for _, candidate in made]
    gains = candidate_set.measure_gains(start, tried, early)
    known |= {step.label: float(gain) for (step, _), gain in zip(made, gains, strict=True)}
    most = candidate_set.measure_gains(start, tried, early, LOST_IN_SCREENING)
    return [one for one, gain in zip(made, most, strict=True) if gain >= 0.0]


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
        if tried is None or not may_be_better(candidate_set, tried, current, n):
            continue
        if is_better(candidate_set, tried, current, n):
            current = tried
            taken.append(step.label)
            places |= {step.place} - {None}
    return current, taken


def climb(
    candidate_set: CandidateSet,
    start: Candidate,
    moves: Iterable[Move],
    effort: SearchEffort,
    known: dict[str, float] | None = None,
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

    promising = screen(candidate_set, start, map(follow, moves), effort, known=known)
    return take_steps(candidate_set, start, promising, effort.many)
