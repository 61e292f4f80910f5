"""Single shifts moved in time, day or pool, guided by what each is worth on common draws.

A *block* is a shift, or where staff is free some hours in a row of one pool. One more of each
block and one less of each that is there are played on few draws; exchanges of one for
another that should gain most are then tried one after the other on many. Where shifts differ in
length so are two for one that cost the same (two short for a long one, or the other way round):
no exchange of one for one leads there. A block that may not come or go alone (its pool is full,
nobody else keeps minimum coverage) is taken to be worth the mean of the others, and its exchanges
are screened like those of two for one. Slot by slot it could not be done: one agent in one half
hour is lost in the noise. Checked by ``tests/unit/test_search_shift_swaps.py``.
"""

import itertools
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from sim.planning.search.candidates import Candidate, CandidateSet
from sim.planning.search.hill_climbing import SearchEffort, Step, screen, take_steps
from sim.rostering.roster import Rosters

# Blocks of hours whose people are exchanged together where there are no shifts.
BLOCK_H = 4.0
# Bounds the screening; beyond it blocks are thinned evenly.
MOST_BLOCKS = 160
# Blocks of the best known values that are measured again after a round: three for each that is
# combined, so that one that has lost its value gives way to another.
AGAIN = 36
# Best shifts on each side that are combined: the square is screened.
PARTNERS = 12
# Screened changes that are played; each costs a play of all replications.
COMPOUNDS = 36
# Exchanges within 1 % of the cost count as equal and need no settlement of the budget.
SAME_COST = 0.01


def list_blocks(rosters: Rosters) -> np.ndarray:
    """List the blocks: int, shape (n_blocks, n_columns), one person more in each."""
    if rosters.problem.shifts:
        return np.eye(rosters.n, dtype=np.int64)
    per_block = max(round(BLOCK_H * 60 / rosters.problem.interval_min), 1)
    number = rosters.columns.day // per_block * len(rosters.problem.pools) + rosters.columns.pool
    return (number[None, :] == np.unique(number)[:, None]).astype(np.int64)


def choose_blocks(allowed: np.ndarray, known: Mapping[int, float]) -> np.ndarray:
    """Choose allowed blocks by number, thinned evenly to at most `MOST_BLOCKS`.

    Of those whose value is known the best `AGAIN` alone.
    """
    ranked = sorted(known, key=known.__getitem__, reverse=True)
    settled = set([block for block in ranked if allowed[block]][AGAIN:])
    found = np.array([one for one in np.flatnonzero(allowed) if one not in settled], np.int64)
    if found.size <= MOST_BLOCKS:
        return found
    return found[np.linspace(0, found.size - 1, MOST_BLOCKS).round().astype(int)]


def value_blocks(
    candidate_set: CandidateSet,
    start: Candidate,
    blocks: np.ndarray,
    sign: int,
    n: int,
    known: Mapping[int, float] | None = None,
) -> dict[int, float]:
    """Value one more (less) of each block by what it adds to the score, money counted.

    Parameters
    ----------
    candidate_set : CandidateSet
        Common draws and the score.
    start : Candidate
        What it is added to.
    blocks : np.ndarray
        From `list_blocks`.
    sign : int
        1 more, -1 less.
    n : int
        Replications.
    known : mapping of int to float, optional
        Values that a candidate near the start had. A few exchanges change them little: the best
        are measured again, and so many that were not known; the others stay as they are.
    """
    known = known or {}
    allowed = np.array(
        [candidate_set.rosters.is_allowed(start.roster + sign * row, 1) for row in blocks]
    )
    chosen = choose_blocks(allowed, known)
    tried = [candidate_set.restaff(start, start.roster + sign * blocks[block]) for block in chosen]
    gains = candidate_set.measure_gains(start, tried, n)
    kept = {block: value for block, value in known.items() if allowed[block]}
    measured = zip(chosen, gains, strict=True)
    return kept | {int(block): float(gain) for block, gain in measured}


def pair_blocks(more: dict[int, float], less: dict[int, float], most: int) -> list[tuple[int, int]]:
    """Pair blocks (less, more) of most expected gain, each block once."""
    pairs = [
        (more[new] + less[old], old, new)
        for old in sorted(less, key=less.__getitem__, reverse=True)[:PARTNERS]
        for new in sorted(more, key=more.__getitem__, reverse=True)[:PARTNERS]
        if old != new
    ]
    chosen: list[tuple[int, int]] = []
    used: set[int] = set()
    for gain, old, new in sorted(pairs, key=lambda one: (-one[0], one[1], one[2])):
        if gain > 0 and not {old, new} & used and len(chosen) < most:
            chosen.append((old, new))
            used |= {old, new}
    return chosen


def guess_others(
    candidate_set: CandidateSet,
    roster: np.ndarray,
    blocks: np.ndarray,
    sign: int,
    values: dict[int, float],
) -> dict[int, float]:
    """Guess the value of each block that may not come (go) alone: the mean of the others'."""
    mean = float(np.mean(list(values.values()))) if values else 0.0
    changed = roster + sign * blocks
    return {
        int(block): mean
        for block in np.flatnonzero(changed.min(axis=1) >= 0)
        if not candidate_set.rosters.is_allowed(changed[block], 1)
    }


def list_compounds(
    rosters: Rosters, blocks: np.ndarray, more: dict[int, float], less: dict[int, float]
) -> list[tuple[float, np.ndarray]]:
    """List changes of two blocks for one of the same cost, and what they should gain.

    Parameters
    ----------
    rosters : Rosters
        Prices blocks.
    blocks : np.ndarray
        From `list_blocks`.
    more, less : dict of int to float
        From `value_blocks`.

    Returns
    -------
    list of (float, np.ndarray)
        Expected gain; int, shape (n_columns,).
    """
    cost = blocks @ rosters.columns.cost
    found: list[tuple[float, np.ndarray]] = []
    for many, few, sign in ((less, more, 1), (more, less, -1)):
        best, others = (sorted(one, key=one.__getitem__, reverse=True) for one in (many, few))
        for pair in itertools.combinations_with_replacement(best[:PARTNERS], 2):
            paid = cost[list(pair)].sum()
            same = [one for one in others if abs(cost[one] - paid) <= SAME_COST * paid]
            for other in same[:PARTNERS]:
                change = sign * (blocks[other] - blocks[list(pair)].sum(axis=0))
                gain = many[pair[0]] + many[pair[1]] + few[other]
                found.append((gain, change))
    return found


def is_free(rosters: Rosters, change: np.ndarray) -> bool:
    """Whether what comes costs as much as what goes."""
    cost = rosters.columns.cost
    return abs(float(cost @ change)) <= SAME_COST * float(cost @ np.maximum(change, 0))


def list_changes(
    candidate_set: CandidateSet,
    start: Candidate,
    blocks: np.ndarray,
    more: dict[int, float],
    less: dict[int, float],
) -> list[np.ndarray]:
    """List changes to be screened, those of most expected gain first, at most `COMPOUNDS`.

    Of one for one those that no value was measured for, and all where there are few.
    """
    come = guess_others(candidate_set, start.roster, blocks, 1, more)
    go = guess_others(candidate_set, start.roster, blocks, -1, less)
    all_more, all_less = more | come, less | go
    found = list_compounds(candidate_set.rosters, blocks, all_more, all_less)
    are_few = len(all_more) * len(all_less) <= COMPOUNDS
    for old, new in itertools.product(all_less, all_more):
        if old != new and (are_few or old in go or new in come):
            found.append((all_less[old] + all_more[new], blocks[new] - blocks[old]))
    allowed = [one for one in found if candidate_set.rosters.is_allowed(start.roster + one[1])]
    allowed.sort(key=lambda one: -one[0])
    return [change for _, change in allowed[:COMPOUNDS]]


def climb_compounds(
    candidate_set: CandidateSet,
    start: Candidate,
    changes: Sequence[np.ndarray],
    effort: SearchEffort,
) -> tuple[Candidate, int]:
    """Take those changes of staff that better the candidate, and count them.

    Screened from the start on few draws, where what looks no worse than by a standard error
    goes on; then tried one after the other on many.
    """
    steps = [make_step(candidate_set, change) for change in changes]
    promising = screen(candidate_set, start, steps, effort, errors=1.0)
    current, taken = take_steps(candidate_set, start, promising, effort.many)
    return current, len(taken)


def make_step(candidate_set: CandidateSet, change: np.ndarray) -> Step:
    """Make the step that changes how many people are in each column, where that is allowed."""

    def make(candidate: Candidate) -> Candidate | None:
        roster = candidate.roster + change
        is_allowed = candidate_set.rosters.is_allowed(roster)
        return candidate_set.restaff(candidate, roster) if is_allowed else None

    return Step("shifts exchanged", make)


class BlockValues(NamedTuple):
    """What one more and one less of each block was worth, by number; see `value_blocks`."""

    more: Mapping[int, float] = MappingProxyType({})
    less: Mapping[int, float] = MappingProxyType({})


def climb_swaps(
    candidate_set: CandidateSet,
    start: Candidate,
    effort: SearchEffort,
    known: BlockValues | None = None,
) -> tuple[Candidate, int, BlockValues]:
    """Take the exchanges that better the candidate, and count them.

    Parameters
    ----------
    candidate_set : CandidateSet
        Common draws and the score; costs are compared at the price of money.
    start : Candidate
        Where to start.
    effort : SearchEffort
        ``few`` replications value a block, ``many`` decide on an exchange.
    known : BlockValues, optional
        Of the round before, which led to the start under the same rules.

    Returns
    -------
    tuple of Candidate, int and BlockValues
        What it came to, how many exchanges were taken, and the values that told which.
    """
    blocks, known = list_blocks(candidate_set.rosters), known or BlockValues()
    more = value_blocks(candidate_set, start, blocks, 1, effort.few, known.more)
    less = value_blocks(candidate_set, start, blocks, -1, effort.few, known.less)
    pairs = pair_blocks(more, less, effort.promising)
    steps = [make_step(candidate_set, blocks[new] - blocks[old]) for old, new in pairs]
    current, taken = take_steps(candidate_set, start, steps, effort.many)
    changes = list_changes(candidate_set, current, blocks, more, less)
    current, made = climb_compounds(candidate_set, current, changes, effort)
    return current, len(taken) + made, BlockValues(more, less)
