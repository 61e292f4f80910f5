"""The kernel's waiting lists: doubly linked through the cases, sorted by (order, id).

List ``number`` of a pool: 0 is triage; ``2 c`` the new cases of class c and ``2 c + 1`` the
later ones (all of them where nothing tells them apart); then, with continuity, the own
list of each agent. A case waits in one list at most, so leaving from the middle costs as
little as from the head. Cases mostly come in order, so the walk from the tail is short.
Bits say which lists are filled: the first one that is takes no search.
Checked by the engines' equality on inputs full of ties.
"""

import numpy as np

from sim.compile import jit_part, lowest_bit

TRIAGE_LIST = 0
FIRST_CLASS = 2
LAST_BIT = 62
"""Stands for this list and all behind it."""


@jit_part
def find_filled(pool: np.record, lists: np.ndarray, first: int) -> int:
    """Return the pool's first list, from ``first`` on, in which someone waits; -1 none."""
    bits = pool.filled & (-1 << min(first, LAST_BIT))
    if bits == 0:
        return -1
    number = max(first, lowest_bit(bits))
    while number >= LAST_BIT and lists[pool.first_list + number].head < 0:
        number += 1
        if number >= pool.own_base:
            return -1
    return number


@jit_part
def count_new(pool: np.record, number: int) -> int:
    """Return how many a case in this list counts among the new ones: 1 or 0."""
    return 1 if number & 1 == 0 and FIRST_CLASS <= number < pool.own_base else 0


@jit_part
def insert(cases: np.ndarray, pool: np.record, lists: np.ndarray, number: int, i: int) -> None:
    """Insert case i in a list by (``order_ms``, id), walking from the tail."""
    case, waiting = cases[i], lists[pool.first_list + number]
    order = case.order_ms
    behind, following = waiting.tail, np.int32(-1)
    while behind >= 0:
        other = cases[behind]
        if other.order_ms < order or (other.order_ms == order and behind < i):
            break
        following, behind = behind, other.before
    case.number, case.before, case.after = number, behind, following
    pool.n_new += count_new(pool, number)
    if behind >= 0:
        cases[behind].after = i
    else:
        waiting.head = i
        if number < pool.own_base:
            pool.filled |= 1 << min(number, LAST_BIT)
    if following >= 0:
        cases[following].before = i
    else:
        waiting.tail = i


@jit_part
def remove(cases: np.ndarray, pool: np.record, lists: np.ndarray, i: int) -> None:
    """Take case i out of the list in which it waits."""
    case = cases[i]
    number, behind, following = case.number, case.before, case.after
    waiting = lists[pool.first_list + number]
    pool.n_new -= count_new(pool, number)
    if behind >= 0:
        cases[behind].after = following
    else:
        waiting.head = following
    if following >= 0:
        cases[following].before = behind
    else:
        waiting.tail = behind
        if behind < 0 and number < min(pool.own_base, LAST_BIT):
            pool.filled &= ~(1 << number)


@jit_part
def is_earlier(cases: np.ndarray, one: int, other: int) -> bool:
    """Tell whether ``one`` comes before ``other`` (-1: nobody) by (order, id)."""
    if other < 0:
        return True
    mine, theirs = cases[one].order_ms, cases[other].order_ms
    return bool(mine < theirs or (mine == theirs and one < other))
