"""Spreading: complaints have Poisson(n I) candidate children, who have children too.

I is the author's influence (lognormal, capped, mean 1). A child's delay has a density
flat to `flat_s`, then falling with the power `exponent`, cut and renormalized (SEISMIC,
Zhao et al. 2015):

    F(s) = s / M                                        s <= s0,  M = s0 (1 + tail / p)
    F(s) = (s0 / M) (1 + (1 - (s0/s)^p) / p)            s0 < s <= cut,  p = exponent - 1

A post of an event has a crowd of its own: Poisson(comments P_e (1 - n)) candidate children, so that
`comments` is the mean of its whole tree; beside each one, with a probability, a complaint that
comes to be where the post was deleted before. The whole tree is drawn as if nobody answered;
children beyond the horizon are dropped.
Checked by ``tests/theory/test_demand_spread.py``.
"""

import math
from typing import NamedTuple

import numpy as np

from sim.compile import jit, jit_inner
from sim.demand import streams
from sim.demand.arrivals import pick_topic
from sim.demand.candidates import Candidates, make_state, mark_origin, put
from sim.demand.quantile import look_up
from sim.demand.streams import draw_bits, draw_int53, draw_uniform, enter_stream
from sim.demand.tables import (
    ORIGIN_BROUGHT,
    ORIGIN_EVENT,
    ORIGIN_SPREAD,
    Events,
    SpreadingTables,
)
from sim.demand.world import World
from sim.limits import MAX_CHILDREN, MAX_MENTIONS
from sim.scenario.tables import MS_PER_H

# Bounds the loop of a Poisson count; far above MAX_CHILDREN, the largest mean.
_MOST_CHILDREN = 10_000


@jit_inner
def draw_influence(
    lines: np.ndarray, table: int, cap: float, scale: float, key: np.uint64
) -> float:
    """The influence of a mention's author, mean 1."""
    return min(look_up(lines, table, draw_int53(key, streams.INFLUENCE, 0)), cap) * scale


@jit
def invert_poisson(mean: float, uniform: float) -> int:
    """The Poisson quantile by adding up probabilities; for means up to some dozens."""
    count = 0
    if uniform < 1.0 - mean:  # below exp(-mean), without computing it
        return count
    term = math.exp(-mean)
    until = term
    while uniform >= until and count < _MOST_CHILDREN and term > 0.0:
        count += 1
        term *= mean / count
        until += term
    return count


@jit
def invert_delay_s(flat_s: float, power: float, tail: float, cut_s: float, uniform: float) -> float:
    """The quantile of a child's delay [s]; parameters as in `SpreadingTables`."""
    scaled = uniform * (1.0 + tail / power)
    if scaled < 1.0:
        return scaled * flat_s
    left = 1.0 - (scaled - 1.0) * power
    return min(flat_s * math.exp(-math.log(left) / power), cut_s)


@jit_inner
def draw_children(key: np.uint64, mean: float) -> int:
    """The number of a mention's candidate children; of a large crowd in parts, each Poisson."""
    parts = int(mean / MAX_CHILDREN) + 1
    children = 0
    for part in range(parts):
        children += invert_poisson(mean / parts, draw_uniform(key, streams.CHILDREN, part))
    return children


class Posts(NamedTuple):
    """Posts that a crowd comments on, one an event at most; rows stand side by side."""

    first: int
    """row of the first one"""
    mean: np.ndarray
    """float64, shape (n_posts,): expected comments on the post itself, not on comments"""
    topic: np.ndarray
    """int64, shape (n_posts,): of the comments"""


NO_POSTS = Posts(0, np.zeros(0), np.zeros(0, np.int64))
"""No event has one."""


def settle_posts(
    posts: Posts,
    order: np.ndarray,
    event: np.ndarray,
    influence: np.ndarray,
    events: Events,
    spreading: SpreadingTables,
) -> np.ndarray:
    """Find which mention is each event's post, int32, shape (n_events,); (0,) without posts.

    Their authors get the influence that so many comments stand for, without cap.
    """
    if posts.mean.size == 0:
        return np.zeros(0, np.int32)
    placed = np.full(events.stream.size, -1, np.int32)
    places = np.flatnonzero((order >= posts.first) & (order < posts.first + posts.mean.size))
    placed[event[places]] = places
    if spreading.branching_ratio > 0.0:
        influence[places] = posts.mean[order[places] - posts.first] / spreading.branching_ratio
    return placed


def add_posts(
    found: Candidates,
    count: int,
    events: Events,
    world: World,
    spreading: SpreadingTables,
    replication_key: np.uint64,
) -> tuple[Candidates, int, Posts]:
    """Add the one post of each event that has comments, if there is any."""
    if not events.is_played or not events.comments.any():
        return found, count, NO_POSTS
    return put_posts(found, count, events, world, spreading, replication_key)


@jit
def put_posts(
    found: Candidates,
    count: int,
    events: Events,
    world: World,
    spreading: SpreadingTables,
    replication_key: np.uint64,
) -> tuple[Candidates, int, Posts]:
    """Add the one post of each event that has comments."""
    n_events, first = events.comments.size, count
    found = make_state(found, count, n_events)
    mean, topics = np.empty(n_events), np.empty(n_events, np.int64)
    horizon_ms = events.hour_shape.size * MS_PER_H
    for event in range(n_events):
        start_ms = world.start_ms[event, 0]
        if events.comments[event] <= 0.0 or start_ms < 0.0 or start_ms >= horizon_ms:
            continue
        own = draw_bits(enter_stream(replication_key, events.stream[event]), streams.MENTION, 0)
        until = np.cumsum(events.topic_share[event])
        topic = pick_topic(until, draw_uniform(own, streams.TOPIC, 0) * until[-1])
        put(found, count, int(start_ms), own, topic)
        mark_origin(found, count, count + 1, ORIGIN_EVENT, event)
        about = events.comments_topic[event]
        topics[count - first] = topic if about < 0 else about
        spreads = spreading.is_complaint[topics[count - first]] and spreading.max_generations > 1
        left = 1.0 - spreading.branching_ratio if spreads else 1.0
        mean[count - first] = events.comments[event] * world.event_size[event] * left
        count += 1
    return found, count, Posts(first, mean[: count - first], topics[: count - first])


@jit
def add_some_children(
    found: Candidates,
    progress: tuple[int, int],
    spreading: SpreadingTables,
    posts: Posts,
    lines: np.ndarray,
    horizon_ms: int,
) -> tuple[int, int]:
    """Add candidate children while there is room; `progress` is (next parent, mentions)."""
    row, count = progress
    table, cap = spreading.influence_table, spreading.influence_cap
    scale = spreading.influence_scale
    flat_s, power, tail = spreading.flat_s, spreading.power, spreading.tail
    while row < count:
        topic, key, time_ms = found.topic[row], found.key[row], found.time_ms[row]
        generation = found.generation[row] + 1
        children = 0
        if spreading.is_complaint[topic] and generation <= spreading.max_generations:
            influence = draw_influence(lines, table, cap, scale, key)
            children = draw_children(key, spreading.branching_ratio * influence)
        post = row - posts.first
        is_post = 0 <= post < posts.mean.size
        about = topic
        if is_post:
            children, about = draw_children(key, posts.mean[post]), posts.topic[post]
        if count + 2 * children > found.time_ms.size:
            break
        for child in range(children):
            own = draw_bits(key, streams.CHILD, child)
            uniform = draw_uniform(own, streams.DELAY, 0)
            delay_s = invert_delay_s(flat_s, power, tail, spreading.cut_s, uniform)
            birth_ms = time_ms + max(int(delay_s * 1000.0 + 0.5), 1)
            if birth_ms < horizon_ms:
                put(found, count, birth_ms, own, about)
                found.parent[count] = row
                found.origin[count] = ORIGIN_SPREAD
                found.event[count] = found.event[row]
                found.generation[count] = generation
                count += 1
            if is_post and draw_uniform(own, streams.BACKLASH, 0) < spreading.backlash_share:
                angry = draw_bits(own, streams.BACKLASH_KEY, 0)
                birth_ms += 1 + int(draw_uniform(angry, streams.BACKLASH_DELAY, 0) * MS_PER_H)
                if birth_ms < horizon_ms:
                    put(found, count, birth_ms, angry, topic)
                    found.parent[count] = row
                    found.origin[count] = ORIGIN_BROUGHT
                    found.event[count] = found.event[row]
                    found.generation[count] = generation
                    count += 1
        row += 1
    return row, count


def add_children(
    found: Candidates,
    count: int,
    spreading: SpreadingTables,
    posts: Posts,
    lines: np.ndarray,
    horizon_ms: int,
) -> tuple[Candidates, int]:
    """Add the candidate children of all complaints, generation after generation.

    Parameters
    ----------
    found, count : Candidates, int
        Mentions so far.
    spreading : SpreadingTables
        Branching.
    posts : Posts
        Those with comments of their own number.
    lines : np.ndarray
        Quantile tables.
    horizon_ms : int
        Children born at or after it are left out.

    Returns
    -------
    tuple of Candidates and int
        All mentions; more than the engines' limit where there are, and then not all.
    """
    row, room = 0, _MOST_CHILDREN
    if spreading.branching_ratio == 0.0:
        row = posts.first if posts.mean.size else count
    while row < count <= MAX_MENTIONS:
        before = row
        row, count = add_some_children(found, (row, count), spreading, posts, lines, horizon_ms)
        if row < count:
            room = 2 * room if row == before else room
            found = make_state(found, count, room)
    return found, count
