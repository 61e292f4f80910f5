"""What each mention carries but its turns: coins, times and uniforms, read off its key.

One compiled loop a group of columns. Patience of who has none is ``LONGEST_MS``; times
that cannot be read stay 0. Checked by ``tests/theory/test_demand_marks.py``.
"""

import math
from typing import NamedTuple

import numpy as np

from sim.compile import jit, jit_inner
from sim.demand import streams
from sim.demand.candidates import Candidates
from sim.demand.quantile import Durations, draw_ms, look_up
from sim.demand.spread import draw_influence
from sim.demand.streams import draw_int53, draw_uniform
from sim.demand.tables import Marks, SpreadingTables
from sim.limits import LONGEST_MS


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
    """The mentions in a given order; parents become places in it."""
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
    """A uniform number for each key, float64, in [0, 1)."""
    uniforms = np.empty(key.size)
    for place in range(key.size):
        uniforms[place] = draw_uniform(key[place], purpose, 0)
    return uniforms


@jit
def draw_influences(key: np.ndarray, spreading: SpreadingTables, lines: np.ndarray) -> np.ndarray:
    """The influence of each mention's author, float64."""
    influences = np.empty(key.size)
    table, cap = spreading.influence_table, spreading.influence_cap
    for place in range(key.size):
        influences[place] = draw_influence(lines, table, cap, spreading.influence_scale, key[place])
    return influences


@jit
def draw_time_factors(key: np.ndarray, marks: Marks, lines: np.ndarray) -> np.ndarray:
    """Each customer's expected time over the median's, float64: lognormal; none where all alike."""
    factors = np.empty(key.size if marks.expected_time_sigma > 0.0 else 0)
    for place in range(factors.size):
        number = draw_int53(key[place], streams.EXPECTED_TIME, 0)
        normal = look_up(lines, marks.normal_table, number)
        factors[place] = math.exp(marks.expected_time_sigma * normal)
    return factors


@jit
def draw_triage(
    key: np.ndarray, topic: np.ndarray, marks: Marks
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Who is actionable, who is taken for it, and the pool that the case enters.

    The pool is the topic's own with probability `routing_accuracy`, else any other.
    """
    actionable, detected = np.empty(key.size, np.bool_), np.empty(key.size, np.bool_)
    pool = np.empty(key.size, np.int16)
    others = marks.n_pools - 1
    for place in range(key.size):
        share = marks.actionable_share[topic[place]]
        actionable[place] = draw_uniform(key[place], streams.ACTIONABLE, 0) < share
    for place in range(key.size):
        coin = draw_uniform(key[place], streams.DETECTED, 0)
        found, alarm = coin < marks.recall, coin < marks.false_positive
        detected[place] = (actionable[place] & found) | (~actionable[place] & alarm)
    for place in range(key.size):
        pool[place] = marks.home_pool[topic[place]]
    if others > 0:
        for place in range(key.size):
            right = draw_uniform(key[place], streams.ROUTED_RIGHT, 0) < marks.routing_accuracy
            other = int(draw_uniform(key[place], streams.WRONG_POOL, 0) * others)
            other += other >= pool[place]
            pool[place] = pool[place] if right else other
    return actionable, detected, pool


@jit_inner
def draw_coins(key: np.ndarray, purpose: int, share: float) -> np.ndarray:
    """Draw for each key whether a coin of probability `share` falls, bool."""
    coins = np.empty(key.size, np.bool_)
    for place in range(key.size):
        coins[place] = draw_uniform(key[place], purpose, 0) < share
    return coins


class Leaving(NamedTuple):
    """Columns of ``Draws``: how long customers wait and how they leave."""

    patience_ms: np.ndarray
    patience2_ms: np.ndarray
    silent: np.ndarray
    reposts: np.ndarray
    repost_ms: np.ndarray


@jit_inner
def draw_patience(
    mentions: Sorted, waits: np.ndarray, purpose: int, marks: Marks, durations: Durations
) -> np.ndarray:
    """The patience of those who wait, int64 [ms]; the others' has no end."""
    patience_ms = np.empty(waits.size, np.int64)
    rows, lines = durations.rows, durations.lines
    for place in range(waits.size):
        row, event = marks.patience_row[mentions.topic[place]], mentions.event[place]
        patience_ms[place] = LONGEST_MS
        if waits[place] and row >= 0:
            factor = marks.patience_factor[event] if event >= 0 else 1.0
            number = draw_int53(mentions.key[place], purpose, 0)
            patience_ms[place] = draw_ms(rows, lines, row, number, factor)
    return patience_ms


@jit
def draw_leaving(
    mentions: Sorted, actionable: np.ndarray, marks: Marks, durations: Durations
) -> Leaving:
    """Patience and way of leaving; who is not actionable never leaves."""
    key, rows, lines = mentions.key, durations.rows, durations.lines
    silent = actionable & draw_coins(key, streams.SILENT, marks.silent_share)
    reposts = draw_coins(key, streams.REPOSTS, marks.repost_share)
    reposts = actionable & ~silent & reposts
    repost_ms = np.zeros(key.size, np.int64)
    for place in range(key.size):
        if reposts[place]:
            number = draw_int53(key[place], streams.REPOST_DELAY, 0)
            repost_ms[place] = draw_ms(rows, lines, marks.repost_row, number, 1.0)
    first = draw_patience(mentions, actionable, streams.PATIENCE, marks, durations)
    second = draw_patience(mentions, reposts, streams.PATIENCE_AFRESH, marks, durations)
    return Leaving(first, second, silent, reposts, repost_ms)
