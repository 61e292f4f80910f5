"""The kernel's waiting lists: doubly linked through the cases, sorted by (order, id).

List ``number`` of a pool: 0 is triage; ``2 c`` the new cases of class c and ``2 c + 1`` the
later ones (all of them where nothing tells them apart); then, with continuity, the own
list of each agent. A case waits in one list at most, so leaving from the middle costs as
little as from the head. Cases mostly come in order, so the walk from the tail is short.
Bits say which lists are filled: the first one that is takes no search.
Checked by the engines' equality on inputs full of ties.
"""

from typing import NamedTuple

import numpy as np

from sim.compile import jit_part, lowest_bit

TRIAGE_LIST = 0
FIRST_CLASS = 2
WORD_SHIFT, BIT_MASK = 5, 31
"""32 lists a word: a shift never reaches the sign"""


class Queues(NamedTuple):
    """Heads and tails by pool and list; what is counted by pool."""

    head: np.ndarray
    tail: np.ndarray
    """int32, shape (n_pools, n_lists), -1 empty"""
    filled: np.ndarray
    """int64, shape (n_pools, n_words): bit by list; own lists come behind"""
    n_wait: np.ndarray
    """cases that wait, triage apart"""
    n_new: np.ndarray
    """of these: cases in lists of new ones"""
    n_open: np.ndarray


def count_words(n_classes: int) -> int:
    """Return the words of bits that the lists of a pool need."""
    return (2 * n_classes + 1 >> WORD_SHIFT) + 1


def make_queues(n_pools: int, n_classes: int, n_numbers: int) -> Queues:
    """Return empty lists for ``n_classes`` classes and, in each pool, ``n_numbers`` agents."""
    n_words = count_words(n_classes)
    shape = (n_pools, (n_words << WORD_SHIFT) + n_numbers)
    return Queues(
        np.full(shape, -1, np.int32),
        np.full(shape, -1, np.int32),
        np.zeros((n_pools, n_words), np.int64),
        np.zeros(n_pools, np.int64),
        np.zeros(n_pools, np.int64),
        np.zeros(n_pools, np.int64),
    )


@jit_part
def find_filled(filled: np.ndarray, pool: int, number: int) -> int:
    """Return the first list of a pool, from ``number`` on, in which someone waits; -1 none."""
    word = number >> WORD_SHIFT
    if word >= filled.shape[1]:
        return -1
    bits = filled[pool, word] & (-1 << (number & BIT_MASK))
    while bits == 0:
        word += 1
        if word == filled.shape[1]:
            return -1
        bits = filled[pool, word]
    return (word << WORD_SHIFT) + lowest_bit(bits)


@jit_part
def find_own_base(queues: Queues) -> int:
    """Return the number of the own list of agent 0."""
    return queues.filled.shape[1] << WORD_SHIFT


@jit_part
def count_new(queues: Queues, number: int) -> int:
    """Return how many a case in this list counts among the new ones: 1 or 0."""
    return 1 if number & 1 == 0 and FIRST_CLASS <= number < find_own_base(queues) else 0


@jit_part
def insert(cases: np.ndarray, queues: Queues, number: int, i: int) -> None:
    """Insert case i in its pool's list by (``order_ms``, id), walking from the tail."""
    case = cases[i]
    order, pool = case.order_ms, case.in_pool
    behind, following = np.int64(queues.tail[pool, number]), np.int64(-1)
    while behind >= 0:
        other = cases[behind]
        if other.order_ms < order or (other.order_ms == order and behind < i):
            break
        following, behind = behind, other.before
    case.number, case.before, case.after = number, behind, following
    queues.n_new[pool] += count_new(queues, number)
    if behind >= 0:
        cases[behind].after = i
    else:
        queues.head[pool, number] = i
        if number < find_own_base(queues):
            queues.filled[pool, number >> WORD_SHIFT] |= 1 << (number & BIT_MASK)
    if following >= 0:
        cases[following].before = i
    else:
        queues.tail[pool, number] = i


@jit_part
def remove(cases: np.ndarray, queues: Queues, i: int) -> None:
    """Take case i out of the list in which it waits."""
    case = cases[i]
    pool, number, behind, following = case.in_pool, case.number, case.before, case.after
    queues.n_new[pool] -= count_new(queues, number)
    if behind >= 0:
        cases[behind].after = following
    else:
        queues.head[pool, number] = following
    if following >= 0:
        cases[following].before = behind
    else:
        queues.tail[pool, number] = behind
        if behind < 0 and number < find_own_base(queues):
            queues.filled[pool, number >> WORD_SHIFT] &= ~(1 << (number & BIT_MASK))


@jit_part
def is_earlier(cases: np.ndarray, one: int, other: int) -> bool:
    """Tell whether ``one`` comes before ``other`` (-1: nobody) by (order, id)."""
    if other < 0:
        return True
    mine, theirs = cases[one].order_ms, cases[other].order_ms
    return bool(mine < theirs or (mine == theirs and one < other))
