"""Exogenous mentions: base, backlog, record and brand events.

Base and events are nonhomogeneous Poisson processes, a stream for each topic: gaps of
a unit Poisson process are laid along the integral of a rate that is constant in steps
(Cinlar 1975), and where an event's intensity changes within a step it is thinned from
a majorant (Lewis & Shedler 1979). The n-th gap of a stream belongs to key (stream, n).
Checked by ``tests/theory/test_demand_arrivals.py``.
"""

import math

import numpy as np

from sim.compile import jit, jit_inner
from sim.demand import streams
from sim.demand.candidates import Candidates, make_candidates, make_state, mark_origin, put
from sim.demand.streams import draw_bits, draw_uniform, enter_stream
from sim.demand.tables import (
    ORIGIN_BASE,
    ORIGIN_CAUSED,
    ORIGIN_EVENT,
    ORIGIN_RECORDED,
    Base,
    Events,
)
from sim.demand.world import World
from sim.rules.brand_event import event_course
from sim.scenario.tables import MS_PER_H, QUARTER_MS


@jit_inner
def draw_gap(key: np.uint64, number: int) -> float:
    """The gap before arrival `number` of a unit Poisson process."""
    return -math.log(1.0 - draw_uniform(key, streams.GAP, number))


@jit_inner
def double(times: np.ndarray) -> np.ndarray:
    """An array of twice the size that begins with `times`."""
    larger = np.empty(2 * times.size)
    for row in range(times.size):
        larger[row] = times[row]
    return larger


@jit_inner
def walk(means: np.ndarray, scale: float, key: np.uint64) -> np.ndarray:
    """The arrivals of a Poisson process whose rate is constant in each step.

    Parameters
    ----------
    means : np.ndarray
        float64, shape (n_steps,): arrivals expected in each step, times `scale`.
    scale : float
        Factor of all means.
    key : np.uint64
        Key of the stream.

    Returns
    -------
    np.ndarray
        float64, shape (n,), ascending, in steps: 2.5 is the middle of the third.
    """
    total = 0.0
    for step in range(means.size):
        total += scale * means[step]
    times = np.empty(int(total + 8.0 * math.sqrt(total)) + 16)
    count = 0
    gap = draw_gap(key, 0)
    for step in range(means.size):
        mean = scale * means[step]
        gone = gap
        while gone < mean:
            if count == times.size:
                times = double(times)
            times[count] = step + gone / mean
            count += 1
            gap = draw_gap(key, count)
            gone += gap
        gap = gone - mean
    return times[:count]


@jit_inner
def pick_topic(until: np.ndarray, uniform: float) -> int:
    """The first topic whose cumulated share is above a uniform number."""
    topic = 0
    while topic < until.size - 1 and uniform >= until[topic]:
        topic += 1
    return topic


@jit_inner
def event_majorants(
    kernel: np.ndarray, start_ms: float, factors: np.ndarray, n_quarters: int
) -> tuple[np.ndarray, np.ndarray]:
    """The highest course in each quarter hour, and that times the hour's factor / 4."""
    highest = np.zeros(n_quarters)
    means = np.zeros(n_quarters)
    ramp_h = kernel[0]
    for quarter in range(int(start_ms // QUARTER_MS), n_quarters):
        from_h = (quarter * QUARTER_MS - start_ms) / MS_PER_H
        peak_h = min(max(from_h, ramp_h), from_h + 0.25)
        highest[quarter] = course_of(kernel, peak_h)
        means[quarter] = highest[quarter] * factors[quarter // 4] * 0.25
    return highest, means


@jit_inner
def course_of(kernel: np.ndarray, since_h: float) -> float:
    """G of a row of `Events.kernel`."""
    return event_course(
        since_h,
        kernel[0],
        kernel[1] > 0.5,
        kernel[2],
        kernel[3],
        kernel[4],
        kernel[5],
        kernel[6],
    )


@jit_inner
def add_event(
    found: Candidates, count: int, events: Events, world: World, which: tuple[int, int, np.uint64]
) -> tuple[Candidates, int]:
    """Add the mentions of an event or its re-ignition, `which` = (event, copy, replication).

    Behind them what preparations could cause beside them, a process of the same course.
    """
    event, copy, _ = which
    own = events.topic_stream[event, copy]
    found, count = walk_event(found, count, events, world, which, 1.0, own, ORIGIN_EVENT)
    caused = events.caused_share[event]
    if caused > 0.0:
        own = events.caused_stream[event, copy]
        found, count = walk_event(found, count, events, world, which, caused, own, ORIGIN_CAUSED)
    return found, count


@jit_inner
def walk_event(
    found: Candidates,
    count: int,
    events: Events,
    world: World,
    which: tuple[int, int, np.uint64],
    part: float,
    topic_streams: np.ndarray,
    origin: int,
) -> tuple[Candidates, int]:
    """Add mentions along an event's course: `part` of its own rate, streams by topic."""
    event, copy, replication_key = which
    start_ms = world.start_ms[event, copy]
    horizon_ms = events.hour_shape.size * MS_PER_H
    if start_ms < 0.0 or start_ms >= horizon_ms:
        return found, count
    share = events.shape_share[event]
    factors = share * events.hour_shape + (1.0 - share)
    kernel = events.kernel[event]
    highest, means = event_majorants(kernel, start_ms, factors, 4 * factors.size)
    level = events.excess_per_h[event] * world.event_size[event]
    if copy == 1:
        level *= events.again_share[event]
    level *= part
    first = count
    for topic in range(events.topic_share.shape[1]):
        key = enter_stream(replication_key, topic_streams[topic])
        times = walk(means, level * events.topic_share[event, topic], key)
        found = make_state(found, count, times.size)
        for number in range(times.size):
            quarter = min(int(times[number]), highest.size - 1)
            time_ms = times[number] * QUARTER_MS
            course = course_of(kernel, (time_ms - start_ms) / MS_PER_H)
            if draw_uniform(key, streams.THIN, number) * highest[quarter] < course:
                own = draw_bits(key, streams.MENTION, number)
                put(found, count, min(int(time_ms), horizon_ms - 1), own, topic)
                count += 1
    mark_origin(found, first, count, origin, event)
    return found, count


@jit_inner
def add_base(
    found: Candidates, count: int, base: Base, hour_factor: np.ndarray, replication_key: np.uint64
) -> tuple[Candidates, int]:
    """Add the synthetic base."""
    means = np.empty(base.slot_mean.size)
    for slot in range(means.size):
        means[slot] = base.slot_mean[slot] * hour_factor[base.slot_hour[slot]]
    first = count
    for topic in range(base.topic_share.size):
        key = enter_stream(replication_key, base.stream[topic])
        times = walk(means, base.topic_share[topic], key)
        found = make_state(found, count, times.size)
        for number in range(times.size):
            time_ms = min(int(times[number] * base.slot_ms), base.horizon_ms - 1)
            own = draw_bits(key, streams.MENTION, number)
            put(found, count, time_ms, own, topic)
            count += 1
    mark_origin(found, first, count, ORIGIN_BASE, -1)
    return found, count


@jit_inner
def add_given(
    found: Candidates, count: int, base: Base, replication_key: np.uint64
) -> tuple[Candidates, int]:
    """Add the backlog at time 0 and the recorded mentions."""
    first, until = count, count + base.backlog
    found = make_state(found, count, base.backlog + base.recorded_ms.size)
    key = enter_stream(replication_key, base.backlog_stream)
    for row in range(first, until):
        own = draw_bits(key, streams.MENTION, row - first)
        topic = pick_topic(base.backlog_until, draw_uniform(own, streams.TOPIC, 0))
        put(found, row, 0, own, topic)
    mark_origin(found, first, until, ORIGIN_BASE, -1)
    first, until = until, until + base.recorded_ms.size
    key = enter_stream(replication_key, base.recorded_stream)
    for row in range(first, until):
        own = draw_bits(key, streams.MENTION, row - first)
        topic = pick_topic(base.topic_until, draw_uniform(own, streams.TOPIC, 0))
        if base.recorded_topic[row - first] >= 0:
            topic = base.recorded_topic[row - first]
        put(found, row, base.recorded_ms[row - first], own, topic)
    mark_origin(found, first, until, ORIGIN_RECORDED, -1)
    return found, until


@jit
def expect_exogenous(base: Base, events: Events, world: World, enough: int) -> float:
    """How many mentions are expected in this world; events from above, if below `enough`."""
    total = base.backlog + base.recorded_ms.size * 1.0
    for slot in range(base.slot_mean.size):
        total += base.slot_mean[slot] * world.hour_factor[base.slot_hour[slot]]
    n_hours = events.hour_shape.size
    busiest = 1.0
    for hour in range(n_hours):
        busiest = max(busiest, events.hour_shape[hour])
    most, exact = total, total
    for event in range(events.stream.size if events.is_played else 0):
        level = events.excess_per_h[event] * (1.0 + events.caused_share[event])
        most += 2.0 * level * world.event_size[event] * busiest * n_hours
    if most <= enough:
        return most
    for event in range(events.stream.size if events.is_played else 0):
        share = events.shape_share[event]
        factors = share * events.hour_shape + (1.0 - share)
        for copy in range(2):
            start_ms = world.start_ms[event, copy]
            if start_ms >= 0.0 and start_ms < n_hours * MS_PER_H:
                means = event_majorants(events.kernel[event], start_ms, factors, 4 * n_hours)[1]
                level = events.excess_per_h[event] * world.event_size[event]
                level *= 1.0 + events.caused_share[event]
                exact += level * (events.again_share[event] if copy == 1 else 1.0) * means.sum()
    return exact


@jit
def find_exogenous(
    base: Base, events: Events, world: World, replication_key: np.uint64
) -> tuple[Candidates, int]:
    """All mentions that nothing but the world causes, and their number."""
    expected = base.backlog + base.recorded_ms.size * 1.0
    for slot in range(base.slot_mean.size):
        expected += base.slot_mean[slot] * world.hour_factor[base.slot_hour[slot]]
    room = int(expected + 8.0 * math.sqrt(expected)) + 64
    found, count = add_given(make_candidates(room), 0, base, replication_key)
    found, count = add_base(found, count, base, world.hour_factor, replication_key)
    if events.is_played:
        for event in range(events.stream.size):
            for copy in range(2):
                which = (event, copy, replication_key)
                found, count = add_event(found, count, events, world, which)
    return found, count
