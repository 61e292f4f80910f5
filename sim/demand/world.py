"""What a whole replication shares: busy days and hours, the time and size of events.

    B_day   Gamma, mean 1, independent by local day
    A_hour  Gamma AR(1), mean 1: A' = K A + (1 - rho) N with K ~ Beta(k rho, k (1 - rho)),
            N ~ Gamma(k (1 - rho)) of mean 1, k = 1/cv^2; marginals stay Gamma(k), lag-one
            correlation rho (Lewis, McKenzie & Hugus 1989)
    P_e     lognormal, median 1; t_e uniform in its window; happens with `probability`

Checked by ``tests/theory/test_demand_world.py``.
"""

import math
from typing import NamedTuple

import numpy as np

from sim.compile import jit, jit_inner
from sim.demand import streams
from sim.demand.quantile import look_up
from sim.demand.streams import draw_int53, draw_uniform, enter_stream
from sim.demand.tables import BusynessTables, Events


class World(NamedTuple):
    """Drawn once a replication."""

    hour_factor: np.ndarray
    """float64, shape (n_hours,): B_day x A_hour"""
    noise: np.ndarray
    """float64, shape (n_hours,): standard normals"""
    event_ms: np.ndarray
    """int64, shape (n_events,): -1 where it does not happen"""
    event_size: np.ndarray
    """float64, shape (n_events,): P_e"""
    start_ms: np.ndarray
    """float64, shape (n_events, 2): of the event and its re-ignition, -1 for none"""


@jit_inner
def draw_hour_factors(busyness: BusynessTables, lines: np.ndarray, key: np.uint64) -> np.ndarray:
    """B_day x A_hour by elapsed hour, float64, shape (n_hours,)."""
    days = busyness.day_of_hour
    factors = np.ones(days.size)
    level = 1.0
    for hour in range(days.size):
        if busyness.hour_table >= 0:
            if hour == 0 or busyness.keep_table < 0:
                number = draw_int53(key, streams.BUSY_HOUR_NEW, hour)
                level = look_up(lines, busyness.hour_table, number)
            else:
                number = draw_int53(key, streams.BUSY_HOUR_KEEP, hour)
                kept = look_up(lines, busyness.keep_table, number) * level
                number = draw_int53(key, streams.BUSY_HOUR_NEW, hour)
                new = look_up(lines, busyness.new_table, number)
                level = kept + (1.0 - busyness.correlation) * new
        factors[hour] = level
        if busyness.day_table >= 0:
            number = draw_int53(key, streams.BUSY_DAY, days[hour])
            factors[hour] *= look_up(lines, busyness.day_table, number)
    return factors


@jit_inner
def draw_start_ms(key: np.uint64, purpose: int, first_ms: float, last_ms: float) -> float:
    """A time, uniform between two [ms]."""
    return first_ms + draw_uniform(key, purpose, 0) * (last_ms - first_ms)


@jit
def draw_world(
    busyness: BusynessTables, events: Events, lines: np.ndarray, replication_key: np.uint64
) -> World:
    """What all mentions of a replication share."""
    key = enter_stream(replication_key, busyness.stream)
    hour_factor = draw_hour_factors(busyness, lines, key)
    noise = np.empty(hour_factor.size)
    for hour in range(noise.size):
        number = draw_int53(key, streams.SENTIMENT, hour)
        noise[hour] = look_up(lines, busyness.normal_table, number)
    n_events = events.stream.size
    start_ms = np.full((n_events, 2), -1.0)
    event_ms = np.full(n_events, -1, np.int64)
    size = np.ones(n_events)
    for event in range(n_events):
        key = enter_stream(replication_key, events.stream[event])
        number = draw_int53(key, streams.EVENT_SIZE, 0)
        normal = look_up(lines, busyness.normal_table, number)
        size[event] = math.exp(events.size_sigma[event] * normal)
        if draw_uniform(key, streams.EVENT_HAPPENS, 0) >= events.probability[event]:
            continue
        first_ms, last_ms = events.first_ms[event], events.last_ms[event]
        start_ms[event, 0] = draw_start_ms(key, streams.EVENT_TIME, first_ms, last_ms)
        event_ms[event] = np.int64(start_ms[event, 0])
        if draw_uniform(key, streams.REIGNITES, 0) < events.again_probability[event]:
            first_ms, last_ms = events.again_first_ms[event], events.again_last_ms[event]
            later_ms = draw_start_ms(key, streams.REIGNITION_TIME, first_ms, last_ms)
            start_ms[event, 1] = start_ms[event, 0] + later_ms
    return World(hour_factor, noise, event_ms, size, start_ms)
