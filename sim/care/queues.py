"""The kernel's waiting lists: doubly linked through arrays, sorted by (order, id).

A mention waits in one list at most, so links are two int32 a mention; leaving from the
middle costs as little as from the head. Entries mostly come in order, so the insertion
walk from the tail is short. Checked by the engines' equality on inputs full of ties.
"""

from typing import NamedTuple

import numpy as np

from sim.compile import jit, jit_bare


class Lists(NamedTuple):
    """Heads and tails by list, links and order keys by mention."""

    head: np.ndarray
    tail: np.ndarray
    after: np.ndarray
    before: np.ndarray
    place: np.ndarray
    """int32: list in which the mention waits, -1 none"""
    order_ms: np.ndarray


@jit
def make_lists(n_lists: int, n_mentions: int) -> Lists:
    """Return empty lists."""
    return Lists(
        np.full(n_lists, -1, np.int32),
        np.full(n_lists, -1, np.int32),
        np.full(n_mentions, -1, np.int32),
        np.full(n_mentions, -1, np.int32),
        np.full(n_mentions, -1, np.int32),
        np.zeros(n_mentions, np.int64),
    )


@jit_bare
def insert(lists: Lists, place: int, mention: int) -> None:
    """Insert a mention in order of (``order_ms``, id), walking from the tail."""
    order = lists.order_ms[mention]
    behind = lists.tail[place]
    while behind >= 0:
        other = lists.order_ms[behind]
        if other < order or (other == order and behind < mention):
            break
        behind = lists.before[behind]
    following = lists.head[place] if behind < 0 else lists.after[behind]
    lists.before[mention] = behind
    lists.after[mention] = following
    if behind < 0:
        lists.head[place] = mention
    else:
        lists.after[behind] = mention
    if following < 0:
        lists.tail[place] = mention
    else:
        lists.before[following] = mention
    lists.place[mention] = place


@jit_bare
def remove(lists: Lists, mention: int) -> None:
    """Take a mention out of the list in which it waits."""
    place = lists.place[mention]
    behind, following = lists.before[mention], lists.after[mention]
    if behind < 0:
        lists.head[place] = following
    else:
        lists.after[behind] = following
    if following < 0:
        lists.tail[place] = behind
    else:
        lists.before[following] = behind
    lists.place[mention] = -1


@jit_bare
def is_earlier(lists: Lists, one: int, other: int) -> bool:
    """Tell whether ``one`` comes before ``other`` (-1: nobody) by (order, id)."""
    if other < 0:
        return True
    if lists.order_ms[one] != lists.order_ms[other]:
        return bool(lists.order_ms[one] < lists.order_ms[other])
    return one < other
