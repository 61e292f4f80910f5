"""The kernel's event list against ``heapq``, and its line of timers against ``sorted``."""

import heapq

import numpy as np

from sim.care.kernel.event_list import FIRST, LAST, NEVER, drop_root, line_up, make_heap, peek, push
from sim.compile import jit

STEPS = 3000


@jit
def play_steps(heap, counts, keys, seen):
    """Push a key that is 0 or more, take the first key out for -1; note what was first."""
    for step in range(keys.size):
        if keys[step] >= 0:
            push(heap, counts, keys[step])
        else:
            seen[step] = peek(heap, counts)
            drop_root(counts)


@jit
def stand_in_line(line, counts, keys):
    for step in range(keys.size):
        if keys[step] >= 0:
            line_up(line, counts, keys[step])
        else:
            counts[FIRST] += 1


def make_steps(rng, highest):
    """Return keys to push, about as many takings, never one from an empty list."""
    keys, size = np.empty(STEPS, np.int64), 0
    for step in range(STEPS):
        takes = size > 0 and rng.random() < 0.48
        keys[step] = -1 if takes else rng.integers(highest)
        size += -1 if takes else 1
    return keys


def test_the_heap_gives_the_keys_of_heapq():
    rng = np.random.default_rng(1)
    for highest in (3, 50, 1 << 50):
        keys, seen = make_steps(rng, highest), np.full(STEPS, -1)
        play_steps(make_heap(STEPS), np.zeros(4, np.int64), keys, seen)
        twin = []
        for key, first in zip(keys, seen, strict=True):
            if key >= 0:
                heapq.heappush(twin, key)
            else:
                assert first == heapq.heappop(twin)


def test_an_empty_heap_shows_never():
    heap, counts, seen = make_heap(8), np.zeros(4, np.int64), np.zeros(4, np.int64)
    play_steps(heap, counts, np.array([5, -1]), seen)
    play_steps(heap, counts, np.array([-1]), seen)
    assert seen[0] == NEVER


def test_the_line_stands_in_order_whatever_comes():
    rng = np.random.default_rng(2)
    keys = rng.integers(50, size=200)
    keys[3::7] = -1
    line, counts, twin = np.zeros(200, np.int64), np.zeros(4, np.int64), []
    for key in keys:
        twin = sorted([*twin, key]) if key >= 0 else twin[1:]
        stand_in_line(line, counts, np.array([key]))
        assert line[counts[FIRST] : counts[LAST]].tolist() == twin
