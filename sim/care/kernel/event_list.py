"""The kernel's pending events: one padded 4-ary heap of packed int64 keys.

A key is ``time << 27 | rank << 23 | mention``: 36 bits of milliseconds (two years), 16 ranks, 8
million mentions (``sim.limits``); so one comparison orders events by (time, rank, id), the tie
rule of ``sim/MODEL.md`` section 2. What would be later than the last instant is at it. The root
is slot 3, children of i are 4i - 8 .. 4i - 5, the four slots behind the last key hold ``NEVER``:
sifting looks at four children without asking how many there are. A popped root stays a hole
until the next push fills it, which saves one sift of the two. Events that all lie equally far
ahead need no heap: their keys stand in a line, nearly in order as they come. Checked against
``heapq`` in ``tests/unit/test_event_list.py``.
"""

import numpy as np

from sim.compile import jit_bare, jit_part
from sim.limits import LAST_MS, MENTION_BITS, RANK_BITS

NEVER = np.int64(2**63 - 1)
TIME_SHIFT = MENTION_BITS + RANK_BITS
RANK_SHIFT = MENTION_BITS
ID_MASK = (1 << RANK_SHIFT) - 1
RANK_MASK = (1 << RANK_BITS) - 1
ROOT = 3
FANOUT = 4

SIZE, HOLE, FIRST, LAST = range(4)
"""Places in ``counts``: keys on the heap, whether its root is a hole; ends of the line."""


@jit_part
def pack(time_ms: int, rank: int, mention: int) -> int:
    """The packed key of an event, at the last instant if it would be later."""
    return (min(time_ms, LAST_MS) << TIME_SHIFT) | (rank << RANK_SHIFT) | mention


def make_heap(capacity: int) -> np.ndarray:
    """An empty heap with room for ``capacity`` keys, shape (capacity + 16,).

    Memory that no key has reached is never touched, so room is free.
    """
    heap = np.empty(capacity + 16, np.int64)
    clear_heap(heap)
    return heap


def clear_heap(heap: np.ndarray) -> None:
    """Take everything off a heap."""
    heap[: ROOT + 5] = NEVER


@jit_part
def sift_down(heap: np.ndarray, end: int, slot: int, key: int) -> None:
    """Put ``key`` at ``slot`` or below, where the order of the heap wants it.

    Which of the children is least is computed, not branched on: nobody could guess it. Each is
    read once, so that the next level waits for one answer of memory, not for two in a row.
    Unsigned slots spare the test for an index below 0.
    """
    place, behind = np.uintp(slot), np.uintp(end)
    while True:
        child = np.uintp(4) * place - np.uintp(8)
        if child >= behind:
            break
        first, second = heap[child], heap[child + np.uintp(1)]
        third, fourth = heap[child + np.uintp(2)], heap[child + np.uintp(3)]
        one = child + np.uintp(second < first)
        other = child + np.uintp(2) + np.uintp(fourth < third)
        lesser, other_lesser = min(first, second), min(third, fourth)
        smallest = min(lesser, other_lesser)
        if smallest >= key:
            break
        heap[place] = smallest
        place = one + (other - one) * np.uintp(other_lesser < lesser)
    heap[place] = key


@jit_part
def push(heap: np.ndarray, counts: np.ndarray, key: int) -> None:
    """Add a key; ``counts`` holds the size and whether the root is a hole."""
    if counts[HOLE]:
        counts[HOLE] = 0
        sift_down(heap, ROOT + counts[SIZE], ROOT, key)
        return
    slot = np.uintp(ROOT + counts[SIZE])
    counts[SIZE] += 1
    heap[slot + np.uintp(4)] = NEVER
    while slot > np.uintp(ROOT):
        parent = (slot + np.uintp(8)) >> np.uintp(2)
        if heap[parent] <= key:
            break
        heap[slot] = heap[parent]
        slot = parent
    heap[slot] = key


@jit_part
def peek(heap: np.ndarray, counts: np.ndarray) -> int:
    """The smallest key, ``NEVER`` where there is none; a hole is filled first."""
    if counts[HOLE]:
        counts[HOLE] = 0
        counts[SIZE] -= 1
        tail = ROOT + counts[SIZE]
        key = heap[tail]
        heap[tail] = NEVER
        if counts[SIZE] > 0:
            sift_down(heap, tail, ROOT, key)
    return heap[ROOT]


@jit_bare
def make_heap_of(heap: np.ndarray, counts: np.ndarray, n: int) -> None:
    """Order the ``n`` keys that stand from the root on, in any order, into a heap of their own."""
    counts[SIZE], counts[HOLE] = n, 0
    for slot in range(ROOT + n, ROOT + n + FANOUT):
        heap[slot] = NEVER
    for slot in range((ROOT + n + 7) // FANOUT, ROOT - 1, -1):
        sift_down(heap, ROOT + n, slot, heap[slot])


@jit_part
def drop_root(counts: np.ndarray) -> None:
    """Take the smallest key out, after `peek` has shown it."""
    counts[HOLE] = 1


@jit_part
def line_up(line: np.ndarray, counts: np.ndarray, key: int) -> None:
    """Put a key in a line that is in order; it belongs at the end of it, or nearly."""
    slot = counts[LAST]
    counts[LAST] += 1
    while slot > counts[FIRST] and line[slot - 1] > key:
        line[slot] = line[slot - 1]
        slot -= 1
    line[slot] = key
