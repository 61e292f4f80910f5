"""The kernel's waiting lists: doubly linked through the cases, sorted by (order, id).

List ``number`` of a pool: 0 is triage; ``2 c`` the new cases of class c and ``2 c + 1`` the
later ones (all of them where nothing tells them apart); then, with continuity, the own
list of each agent. A case waits in one list at most, so leaving from the middle costs as
little as from the head. Cases mostly come in order, so the walk from the tail is short.
Bits say which lists are filled: the first one that is takes no search, but where there are
more lists than bits; then the last bit stands for all that have none of their own.
Checked by the engines' equality on inputs full of ties.
"""

import numpy as np

from sim.compile import jit_bare, jit_part, lowest_bit

TRIAGE_LIST = 0
FIRST_CLASS = 2
LAST_BIT = 62
"""Stands for this list and all behind it, as long as one of them is filled."""


@jit_part
def find_filled(pool: np.record, lists: np.ndarray, first: int) -> int:
    """The pool's first list, from ``first`` on, in which someone waits; -1 none."""
    bits = pool.filled & (-1 << min(first, LAST_BIT))
    if bits == 0:
        return -1
    number = lowest_bit(bits)
    return number if number < LAST_BIT else search(pool, lists, max(first, LAST_BIT))


@jit_bare
def search(pool: np.record, lists: np.ndarray, first: int) -> int:
    """What `find_filled` does, among the lists that have no bit of their own."""
    for number in range(first, pool.own_base):
        if lists[pool.first_list + number].head >= 0:
            return number
    return -1


@jit_part
def mark_empty(pool: np.record, lists: np.ndarray, number: int) -> None:
    """Note that a list is empty now; own lists have no bits."""
    if number < LAST_BIT or search(pool, lists, LAST_BIT) < 0:
        pool.filled &= ~(1 << min(number, LAST_BIT))


@jit_part
def count_new(pool: np.record, number: int) -> int:
    """How many a case in this list counts among the new ones: 1 or 0."""
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
        if behind < 0 and number < pool.own_base:
            mark_empty(pool, lists, number)


@jit_part
def is_earlier(cases: np.ndarray, one: int, other: int) -> bool:
    """Whether ``one`` comes before ``other`` (-1: nobody) by (order, id)."""
    if other < 0:
        return True
    mine, theirs = cases[one].order_ms, cases[other].order_ms
    return bool(mine < theirs or (mine == theirs and one < other))
