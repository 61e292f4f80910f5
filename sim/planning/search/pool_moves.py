"""People moved between pools, alone and together with another level for a topic.

A roster that is laid by the work of each pool keeps pools near that proportion; where one
pool overflows to another, or where another level asks for other agents, the best split may be
far from it, and neither change alone need be better. So a part of the people of one pool is
moved to the same shifts of another, with and without another level for one topic throughout;
labor cost stays. Where there are few kinds of shift, so is one shift exchanged for another
or for two of the same cost: for few people a level and who works when hang together as well.
Checked by ``tests/unit/test_search_pool_moves.py``.
"""

import itertools
from functools import partial

import numpy as np

from sim.planning.search.candidates import Candidate, CandidateSet
from sim.planning.search.hill_climbing import SearchEffort, Step, make_move, screen, take_steps
from sim.planning.search.moves import Move, list_level_moves
from sim.planning.search.shift_swaps import is_free, list_blocks
from sim.rostering.roster import Rosters

# Parts of a pool's people that are moved: a little, much, all.
SHARES = (0.15, 0.4, 1.0)
# Where there are at most so many kinds of shift and pool, single exchanges are tried as well.
FEW_COLUMNS = 12
EXCHANGED = "shifts exchanged"


def find_twins(rosters: Rosters, source: int, target: int) -> tuple[np.ndarray, np.ndarray]:
    """Match columns of one pool to the same shifts of another pool, pair by pair."""
    columns = rosters.columns
    places = {
        (int(columns.day[number]), int(columns.shift[number])): number
        for number in np.flatnonzero(columns.pool == target)
    }
    pairs = [
        (number, places[key])
        for number in np.flatnonzero(columns.pool == source)
        if (key := (int(columns.day[number]), int(columns.shift[number]))) in places
    ]
    both = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def move_between_pools(
    roster: np.ndarray, source: np.ndarray, target: np.ndarray, share: float
) -> np.ndarray:
    """Move a share of the people of each source column to its twin.

    Shares of single people are carried over from column to column, so that of all the
    people together the share is moved, rounded.
    """
    carried = np.floor(np.cumsum(share * roster[source]) + 0.5).astype(np.int64)
    moved = np.minimum(np.diff(carried, prepend=0), roster[source])
    changed = roster.copy()
    changed[source] -= moved
    changed[target] += moved
    return changed


def list_splits(rosters: Rosters, roster: np.ndarray) -> dict[str, np.ndarray]:
    """List rosters with people of one pool moved to another, by a name that says how."""
    pools, found = rosters.problem.pools, {}
    for source, target in itertools.permutations(range(len(pools)), 2):
        columns = find_twins(rosters, source, target)
        for share in SHARES:
            changed = move_between_pools(roster, *columns, share)
            if (changed != roster).any() and rosters.is_allowed(changed):
                found[f"{share:.0%} of {pools[source]} to {pools[target]}"] = changed
    return found


def list_exchanges(rosters: Rosters, roster: np.ndarray) -> list[np.ndarray]:
    """List rosters with one shift exchanged for one or two of the same cost, or two for one.

    None where there are more than `FEW_COLUMNS` kinds of shift and pool.
    """
    if rosters.n > FEW_COLUMNS or not rosters.problem.shifts:
        return []
    blocks = list_blocks(rosters)
    ones = [blocks[new] - blocks[old] for old, new in itertools.permutations(range(rosters.n), 2)]
    twos = [one + block for one, block in itertools.product(ones, blocks)]
    unique = {tuple(change): change for change in [*ones, *twos, *(-two for two in twos)]}
    free = [change for change in unique.values() if change.any() and is_free(rosters, change)]
    return [roster + change for change in free if rosters.is_allowed(roster + change)]


def climb_pools(
    candidate_set: CandidateSet, start: Candidate, effort: SearchEffort
) -> tuple[Candidate, list[str]]:
    """Take the best move between pools, and say what was changed.

    Parameters
    ----------
    candidate_set : CandidateSet
        Common draws and the score; costs are compared at the price of money.
    start : Candidate
        Where to start.
    effort : SearchEffort
        ``few`` replications screen, ``many`` decide.
    """
    options = list_options(candidate_set, start)
    steps = [Step(label, partial(choose, option)) for label, option in options]
    promising = screen(candidate_set, start, steps, effort)
    best, labels = take_steps(candidate_set, start, promising, effort.many)
    return best, labels[-1:]  # each is made of the start


def choose(option: Candidate, _: Candidate) -> Candidate:
    """Choose an option, whatever was better before it."""
    return option


def list_options(candidate_set: CandidateSet, start: Candidate) -> list[tuple[str, Candidate]]:
    """List people moved, alone and with a level, as unseen candidates."""
    rosters = candidate_set.rosters
    splits = list(list_splits(rosters, start.roster).items())
    splits += [(EXCHANGED, roster) for roster in list_exchanges(rosters, start.roster)]
    moves: list[Move | None] = [None]
    moves += list_level_moves(rosters.scenario, start.policy) if splits else []
    found = []
    for move, (label, roster) in itertools.product(moves, splits):
        moved = start if move is None else make_move(start, move)
        name = label if move is None else f"{move.label}; {label}"
        found.append((name, candidate_set.restaff(moved, roster)))
    return found
