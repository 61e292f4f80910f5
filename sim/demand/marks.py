"""What each mention carries but its turns: coins, times and uniforms, read off its key.

One compiled loop a group of columns. Patience of who has none is ``NEVER_MS``; times
that cannot be read stay 0. Checked by ``tests/theory/test_demand_marks.py``.
"""

from typing import NamedTuple

import numpy as np

from sim.compile import jit
from sim.demand import streams
from sim.demand.candidates import Candidates
from sim.demand.draws import NEVER_MS
from sim.demand.quantile import Durations, draw_ms
from sim.demand.spread import draw_influence
from sim.demand.streams import draw_int53, draw_uniform
from sim.demand.tables import Marks, Spreading


class Sorted(NamedTuple):
    """Mentions in order of arrival."""

    arrival_ms: np.ndarray
    key: np.ndarray
    parent: np.ndarray
    topic: np.ndarray
    origin: np.ndarray
    event: np.ndarray


@jit
def sort_mentions(found: Candidates, order: np.ndarray) -> Sorted:
    """Return the mentions in a given order; parents become places in it."""
    count = order.size
    ranks = np.empty(count, np.int32)
    for place in range(count):
        ranks[order[place]] = place
    arrival_ms, key = np.empty(count, np.int64), np.empty(count, np.uint64)
    parent, topic = np.empty(count, np.int32), np.empty(count, np.int16)
    origin, event = np.empty(count, np.int16), np.empty(count, np.int16)
    for place in range(count):
        row = order[place]
        arrival_ms[place] = found.time_ms[row]
        key[place] = found.key[row]
        parent[place] = -1 if found.parent[row] < 0 else ranks[found.parent[row]]
        topic[place] = found.topic[row]
        origin[place] = found.origin[row]
        event[place] = found.event[row]
    return Sorted(arrival_ms, key, parent, topic, origin, event)


@jit
def draw_uniforms(key: np.ndarray, purpose: int) -> np.ndarray:
    """Return a uniform number for each key, float64, in [0, 1)."""
    uniforms = np.empty(key.size)
    for place in range(key.size):
        uniforms[place] = draw_uniform(key[place], purpose, 0)
    return uniforms


@jit
def draw_influences(key: np.ndarray, spreading: Spreading, lines: np.ndarray) -> np.ndarray:
    """Return the influence of each mention's author, float64."""
    influences = np.empty(key.size)
    table, cap = spreading.influence_table, spreading.influence_cap
    for place in range(key.size):
        influences[place] = draw_influence(lines, table, cap, spreading.influence_scale, key[place])
    return influences


@jit
def draw_triage(
    key: np.ndarray, topic: np.ndarray, marks: Marks
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return who is actionable, who is taken for it, and the pool that the case enters.

    The pool is the topic's own with probability `routing_accuracy`, else any other.
    """
    actionable, detected = np.empty(key.size, np.bool_), np.empty(key.size, np.bool_)
    pool = np.empty(key.size, np.int16)
    others = marks.n_pools - 1
    for place in range(key.size):
        own, code = key[place], topic[place]
        coin = draw_uniform(own, streams.ACTIONABLE, 0)
        actionable[place] = coin < marks.actionable_share[code]
        taken_for = marks.recall if actionable[place] else marks.false_positive
        detected[place] = draw_uniform(own, streams.DETECTED, 0) < taken_for
        home = marks.home_pool[code]
        pool[place] = home
        if others > 0 and draw_uniform(own, streams.ROUTED_RIGHT, 0) >= marks.routing_accuracy:
            other = int(draw_uniform(own, streams.WRONG_POOL, 0) * others)
            pool[place] = other + 1 if other >= home else other
    return actionable, detected, pool


class Leaving(NamedTuple):
    """Columns of ``Draws``: how long customers wait and how they leave."""

    patience_ms: np.ndarray
    patience2_ms: np.ndarray
    silent: np.ndarray
    reposts: np.ndarray
    repost_ms: np.ndarray


@jit
def draw_leaving(
    mentions: Sorted, actionable: np.ndarray, marks: Marks, durations: Durations
) -> Leaving:
    """Return patience and way of leaving; who is not actionable never leaves."""
    count = actionable.size
    patience_ms, patience2_ms = np.empty(count, np.int64), np.empty(count, np.int64)
    silent, reposts = np.empty(count, np.bool_), np.empty(count, np.bool_)
    repost_ms = np.empty(count, np.int64)
    rows, lines = durations.rows, durations.lines
    for place in range(count):
        patience_ms[place] = patience2_ms[place] = NEVER_MS
        silent[place] = reposts[place] = False
        repost_ms[place] = 0
        if not actionable[place]:
            continue
        own, event = mentions.key[place], mentions.event[place]
        factor = marks.patience_factor[event] if event >= 0 else 1.0
        row = marks.patience_row[mentions.topic[place]]
        if row >= 0:
            number = draw_int53(own, streams.PATIENCE, 0)
            patience_ms[place] = draw_ms(rows, lines, row, number, factor)
        silent[place] = draw_uniform(own, streams.SILENT, 0) < marks.silent_share
        if silent[place]:
            continue
        reposts[place] = draw_uniform(own, streams.REPOSTS, 0) < marks.repost_share
        if reposts[place]:
            number = draw_int53(own, streams.REPOST_DELAY, 0)
            repost_ms[place] = draw_ms(rows, lines, marks.repost_row, number, 1.0)
            if row >= 0:
                number = draw_int53(own, streams.PATIENCE_AFRESH, 0)
                patience2_ms[place] = draw_ms(rows, lines, row, number, factor)
    return Leaving(patience_ms, patience2_ms, silent, reposts, repost_ms)
