"""Spreading: complaints have Poisson(n I) candidate children, who have children too.

I is the author's influence (lognormal, capped, mean 1). A child's delay has a density
flat to `flat_s`, then falling with the power `exponent`, cut and renormalized (SEISMIC,
Zhao et al. 2015):

    F(s) = s / M                                        s <= s0,  M = s0 (1 + tail / p)
    F(s) = (s0 / M) (1 + (1 - (s0/s)^p) / p)            s0 < s <= cut,  p = exponent - 1

The whole tree is drawn as if nobody answered; children beyond the horizon are dropped.
Checked by ``tests/theory/test_demand_spread.py``.
"""

import math

import numpy as np

from sim.compile import jit, jit_inner
from sim.demand import streams
from sim.demand.candidates import Candidates, make_state, put
from sim.demand.quantile import look_up
from sim.demand.streams import draw_bits, draw_int53, draw_uniform
from sim.demand.tables import ORIGIN_SPREAD, SpreadingTables
from sim.limits import MAX_MENTIONS

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
    """The number of a mention's candidate children."""
    return invert_poisson(mean, draw_uniform(key, streams.CHILDREN, 0))


@jit
def add_some_children(
    found: Candidates,
    progress: tuple[int, int],
    spreading: SpreadingTables,
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
        if count + children > found.time_ms.size:
            break
        for child in range(children):
            own = draw_bits(key, streams.CHILD, child)
            uniform = draw_uniform(own, streams.DELAY, 0)
            delay_s = invert_delay_s(flat_s, power, tail, spreading.cut_s, uniform)
            birth_ms = time_ms + max(int(delay_s * 1000.0 + 0.5), 1)
            if birth_ms < horizon_ms:
                put(found, count, birth_ms, own, topic)
                found.parent[count] = row
                found.origin[count] = ORIGIN_SPREAD
                found.event[count] = found.event[row]
                found.generation[count] = generation
                count += 1
        row += 1
    return row, count


def add_children(
    found: Candidates, count: int, spreading: SpreadingTables, lines: np.ndarray, horizon_ms: int
) -> tuple[Candidates, int]:
    """Add the candidate children of all complaints, generation after generation.

    Parameters
    ----------
    found, count : Candidates, int
        Mentions so far.
    spreading : SpreadingTables
        Branching.
    lines : np.ndarray
        Quantile tables.
    horizon_ms : int
        Children born at or after it are left out.

    Returns
    -------
    tuple of Candidates and int
        All mentions; more than the engines' limit where there are, and then not all.
    """
    row = 0 if spreading.branching_ratio > 0.0 else count
    while row < count <= MAX_MENTIONS:
        row, count = add_some_children(found, (row, count), spreading, lines, horizon_ms)
        if row < count:
            found = make_state(found, count, _MOST_CHILDREN)
    return found, count
