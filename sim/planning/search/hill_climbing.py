"""Climbing: many moves screened on few draws, the promising ones tried one after the other.

All on common draws. A move is taken when the candidate with it scores higher than the
candidate without it by more than a part of the standard error of that difference; moves
that never look good on few draws are not played on more (successive halving, Karnin et al.
2013). Checked by ``tests/unit/test_planning_climb.py``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from sim.planning.search.candidates import Candidate, CandidateSet
from sim.planning.search.moves import Move

ERRORS_ABOVE = 0.5
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
    """Tell whether ``one`` beats ``other`` by more than chance would lightly give."""
    gain, error = candidate_set.compare(one, other, n)
    return gain > max(ERRORS_ABOVE * error, LEAST_GAIN)


def make_move(candidate_set: CandidateSet, start: Candidate, move: Move) -> Candidate:
    """Return the candidate that a move leads to."""
    return replace(start, policy=move.make(start.policy), outcomes=None)


def climb(
    candidate_set: CandidateSet, start: Candidate, moves: Iterable[Move], effort: SearchEffort
) -> tuple[Candidate, list[str]]:
    """Return the candidate after the moves that bettered it, and their labels.

    Parameters
    ----------
    candidate_set : CandidateSet
        Common draws and the score.
    start : Candidate
        Where to start; costs are compared at the price of money, wages stay.
    moves : iterable of Move
        Each tried from `start`, then from what the better ones led to.
    effort : SearchEffort
        Replications.
    """
    options = list(moves)
    ordered = screen(candidate_set, start, options, effort)
    current, taken, places = start, list[str](), set[tuple[str, ...]]()
    for move in ordered:
        if move.place in places:
            continue
        tried = make_move(candidate_set, current, move)
        if tried.policy == current.policy or not is_better(
            candidate_set, tried, current, effort.many
        ):
            continue
        current, places = tried, places | {move.place}
        taken.append(move.label)
    return current, taken


def screen(
    candidate_set: CandidateSet, start: Candidate, moves: Sequence[Move], effort: SearchEffort
) -> list[Move]:
    """Return the moves that look good from `start`, best first."""
    tried = [make_move(candidate_set, start, move) for move in moves]
    gains = candidate_set.find_gains(start, tried, effort.few)
    order = [place for place in np.argsort(-gains, kind="stable") if gains[place] > 0]
    return [moves[place] for place in order[: effort.promising]]
