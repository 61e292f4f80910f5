"""The yardstick of the kernel's time: what one hold on a heap of 2,048 keys takes.

A hold takes the smallest key out and puts a later one in. The heap is the kernel's 4-ary one as it
was at commit c43ad84, kept here by itself: a yardstick that got shorter with what it measures
would hide that the kernel's own event list (``sim.care.kernel.event_list``) has become quicker.
"""

from collections.abc import Callable

import numpy as np

from sim.compile import jit, jit_part

HOLDS = 200_000
HEAP_ENTRIES = 2048
ROOT = 3
NEVER = np.int64(2**63 - 1)


@jit_part
def sift_down(heap: np.ndarray, end: int, slot: int, key: int) -> None:
    """Put a key at a slot or below; children of i are 4i - 8 .. 4i - 5."""
    place, behind = np.uintp(slot), np.uintp(end)
    while True:
        child = np.uintp(4) * place - np.uintp(8)
        if child >= behind:
            break
        one = child + np.uintp(heap[child + np.uintp(1)] < heap[child])
        other = child + np.uintp(2)
        other += np.uintp(heap[child + np.uintp(3)] < heap[other])
        smallest = min(heap[one], heap[other])
        if smallest >= key:
            break
        heap[place] = smallest
        place = one + (other - one) * np.uintp(heap[other] < heap[one])
    heap[place] = key


@jit
def hold(heap: np.ndarray, steps: np.ndarray) -> int:
    """Put a key later than the smallest in its place, once for each step."""
    total = 0
    for step in steps:
        key = heap[ROOT]
        sift_down(heap, ROOT + HEAP_ENTRIES, ROOT, key + step)
        total += key & 1
    return total


def prepare_hold() -> Callable[[], object]:
    """Return a call that does `HOLDS` holds on a heap of 2,048 entries."""
    rng = np.random.default_rng(1)
    heap = np.full(ROOT + HEAP_ENTRIES + 8, NEVER)
    # Sorted keys are a heap.
    heap[ROOT : ROOT + HEAP_ENTRIES] = np.sort(rng.integers(0, 1 << 40, HEAP_ENTRIES))
    steps = rng.integers(1, 1 << 40, HOLDS)
    return lambda: hold(heap, steps)
