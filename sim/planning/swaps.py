"""Single shifts moved in time, day or pool, guided by what each is worth on common draws.

A *block* is a shift, or where staff is free some hours in a row of one pool. One more of each
block and one less of each that is there are played on few draws; exchanges of one for
another that promise most are then tried one after the other on many. Slot by slot it could
not be done: one agent in one half hour is lost in the noise. Checked by
``tests/unit/test_planning_swaps.py``.
"""

import numpy as np

from sim.planning.bench import Bench, Candidate
from sim.planning.climb import Effort, is_better
from sim.planning.lineup import Lineups

BLOCK_H = 4.0
MOST_BLOCKS = 160
PARTNERS = 12


def list_blocks(lineups: Lineups) -> np.ndarray:
    """Return the blocks: int, shape (n_blocks, n_columns), one person more in each."""
    if lineups.problem.shifts:
        return np.eye(lineups.n, dtype=np.int64)
    per_block = max(round(BLOCK_H * 60 / lineups.problem.interval_min), 1)
    number = lineups.columns.day // per_block * len(lineups.problem.pools) + lineups.columns.pool
    return (number[None, :] == np.unique(number)[:, None]).astype(np.int64)


def choose_blocks(blocks: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    """Return numbers of allowed blocks, thinned evenly to at most `MOST_BLOCKS`."""
    found = np.flatnonzero(allowed)
    if found.size <= MOST_BLOCKS:
        return found
    return found[np.linspace(0, found.size - 1, MOST_BLOCKS).round().astype(int)]


def value_blocks(
    bench: Bench, start: Candidate, blocks: np.ndarray, sign: int, n: int
) -> dict[int, float]:
    """Return what one more (less) of each block adds to the score, money counted.

    Parameters
    ----------
    bench : Bench
        Common draws and the score.
    start : Candidate
        What it is added to.
    blocks : np.ndarray
        From `list_blocks`.
    sign : int
        1 more, -1 less.
    n : int
        Replications.
    """
    allowed = np.array([bench.lineups.is_allowed(start.people + sign * row, 1) for row in blocks])
    chosen = choose_blocks(blocks, allowed)
    tried = [bench.restaff(start, start.people + sign * blocks[block]) for block in chosen]
    bench.extend([start, *tried], n)
    base = bench.judge.score(start.seen.take(n))
    return {
        int(block): bench.judge.score(one.seen) - base
        for block, one in zip(chosen, tried, strict=True)
    }


def pair_blocks(more: dict[int, float], less: dict[int, float], most: int) -> list[tuple[int, int]]:
    """Return pairs (less, more) of most promise, each block once."""
    pairs = [
        (more[new] + less[old], old, new)
        for old in sorted(less, key=less.__getitem__, reverse=True)[:PARTNERS]
        for new in sorted(more, key=more.__getitem__, reverse=True)[:PARTNERS]
        if old != new
    ]
    chosen: list[tuple[int, int]] = []
    used: set[int] = set()
    for promise, old, new in sorted(pairs, key=lambda one: (-one[0], one[1], one[2])):
        if promise > 0 and not {old, new} & used and len(chosen) < most:
            chosen.append((old, new))
            used |= {old, new}
    return chosen


def climb_swaps(bench: Bench, start: Candidate, effort: Effort) -> tuple[Candidate, int]:
    """Return the candidate after the exchanges that bettered it, and how many they were.

    Parameters
    ----------
    bench : Bench
        Common draws and the score; costs are compared at the price of money.
    start : Candidate
        Where to start.
    effort : Effort
        ``few`` replications value a block, ``many`` decide on an exchange.
    """
    blocks = list_blocks(bench.lineups)
    more = value_blocks(bench, start, blocks, 1, effort.few)
    less = value_blocks(bench, start, blocks, -1, effort.few)
    current, made = start, 0
    for old, new in pair_blocks(more, less, effort.promising):
        people = current.people - blocks[old] + blocks[new]
        if not bench.lineups.is_allowed(people):
            continue
        tried = bench.restaff(current, people)
        if is_better(bench, tried, current, effort.many):
            current, made = tried, made + 1
    return current, made
