"""The growing table of mentions while a replication is drawn, before it is in order."""

from typing import NamedTuple

import numpy as np

from sim.compile import jit, jit_inner


class Candidates(NamedTuple):
    """Mentions as they are found, stream by stream; a count goes beside it."""

    time_ms: np.ndarray
    """int64"""
    key: np.ndarray
    """uint64"""
    parent: np.ndarray
    """int32: row of the parent, -1 for none"""
    topic: np.ndarray
    origin: np.ndarray
    event: np.ndarray
    generation: np.ndarray
    """int16"""


@jit_inner
def make_candidates(size: int) -> Candidates:
    """An empty table with room for `size` mentions."""
    return Candidates(
        np.empty(size, np.int64),
        np.empty(size, np.uint64),
        np.empty(size, np.int32),
        np.empty(size, np.int16),
        np.empty(size, np.int16),
        np.empty(size, np.int16),
        np.empty(size, np.int16),
    )


@jit
def make_state(found: Candidates, count: int, more: int) -> Candidates:
    """A table with the first `count` mentions and room for `more`."""
    size = found.time_ms.size
    if count + more <= size:
        return found
    larger = make_candidates(max(count + more, size + size // 2))
    for row in range(count):
        larger.time_ms[row] = found.time_ms[row]
        larger.key[row] = found.key[row]
        larger.parent[row] = found.parent[row]
        larger.topic[row] = found.topic[row]
        larger.origin[row] = found.origin[row]
        larger.event[row] = found.event[row]
        larger.generation[row] = found.generation[row]
    return larger


@jit_inner
def put(found: Candidates, row: int, time_ms: int, key: np.uint64, topic: int) -> None:
    """Write a mention without saying where it comes from."""
    found.time_ms[row] = time_ms
    found.key[row] = key
    found.topic[row] = topic


@jit_inner
def mark_origin(found: Candidates, first: int, until: int, origin: int, event: int) -> None:
    """Write where the mentions from row `first` to before `until` come from: no parents."""
    for row in range(first, until):
        found.parent[row] = -1
        found.origin[row] = origin
        found.event[row] = event
        found.generation[row] = 0
