"""The course of one replication by reporting interval and pool.

A mention, its wait and its promise count in the interval of its *arrival*; replies, staffed
and busy time where they happen; mentions, cases and what they feel in the pool of their
topic, replies and waits in the pool that replied. The last row of pools is `all`. Checked by
``tests/unit/test_outcomes_intervals.py``: sums over intervals against the measures, a naive
minute-by-minute count of who waits, and Little's law.
"""

import numpy as np

from sim.care.record import Run
from sim.demand.draws import Draws
from sim.outcomes.course import BrandCourse, follow_brand
from sim.outcomes.measures import AUTO_POOL, Rows, find_begun, find_given_up
from sim.outcomes.scales import Scales
from sim.scenario.tables import LEVEL_AUTO, MS_PER_H

QUANTITIES = (
    "mentions",
    "cases",
    "replies",
    "waiting",
    "staffed_h",
    "busy_h",
    "overtime_h",
    "answered_within_promise",
    "expected_quality",
    "delivered_quality",
    "sentiment",
    "response_effort",
)


def trace_intervals(
    scales: Scales, draws: Draws, run: Run, rows: Rows, course: BrandCourse | None = None
) -> np.ndarray:
    """All quantities, float64, shape (12, n_pools + 1, n_intervals); order `QUANTITIES`.

    NaN where a quantity has nobody to speak of; expectations, sentiment and effort are the
    same for every pool. ``course`` is that of `follow_brand`, where it is known already.
    """
    place = scales.routing.home_pool[draws.topic] * scales.n_intervals + draws.arrival_ms // (
        scales.clock.interval_ms
    )
    case_place = place[rows.case]
    cases = _count(scales, case_place)
    expected = _count(scales, case_place, rows.expected[rows.case])[-1]
    traces = np.empty((len(QUANTITIES), *cases.shape))
    with np.errstate(invalid="ignore", divide="ignore"):
        traces[0] = _count(scales, place[rows.counted & ~run.deflected])
        traces[1] = cases
        traces[2] = _count_replies(scales, run)
        traces[3] = _average_waiting(scales, draws, run, rows)
        traces[4] = _add_all(scales.staffed_ms + run.surge_ms[:, :-1]) / MS_PER_H
        traces[5] = _add_all(run.busy_ms[:, :-1]) / MS_PER_H
        traces[6] = _add_all(run.overtime_ms[:, :-1]) / MS_PER_H
        traces[7] = _count(scales, place[rows.kept]) / cases
        traces[8] = expected / cases[-1]
        traces[9] = _count(scales, case_place, rows.quality[rows.case]) / cases
        course = follow_brand(scales, draws, run, rows) if course is None else course
        traces[10], traces[11] = _sample_brand(scales, course)
    return traces


def _add_all(by_pool: np.ndarray) -> np.ndarray:
    return np.concatenate((by_pool, by_pool.sum(axis=0, keepdims=True)))


def _count(scales: Scales, place: np.ndarray, weight: np.ndarray | None = None) -> np.ndarray:
    """Counts, or sums of weights, by pool and interval; ``place`` runs through both."""
    shape = scales.staffed_ms.shape
    counts = np.bincount(place, weight, minlength=shape[0] * shape[1])
    return _add_all(counts.reshape(shape))


def _count_replies(scales: Scales, run: Run) -> np.ndarray:
    inside = (run.turn_end_ms >= 0) & (run.turn_end_ms < scales.horizon_ms)
    at = run.turn_end_ms[inside] // scales.clock.interval_ms
    pool = run.turn_pool[inside].astype(np.int64)
    by_bot = pool == AUTO_POOL
    counts = _count(scales, (pool * scales.n_intervals + at)[~by_bot])
    counts[-1] += np.bincount(at[by_bot], minlength=scales.n_intervals)
    return counts


def _average_waiting(scales: Scales, draws: Draws, run: Run, rows: Rows) -> np.ndarray:
    """The mean number of turns that wait.

    A message that nobody took up waits in its own pool until the customer leaves visibly, or on.
    """
    persons = run.turn_pool != AUTO_POOL
    in_vain = rows.opened & run.joined & ~find_begun(run) & (run.first_effort != LEVEL_AUTO)
    gone = in_vain & (run.left_ms >= 0) & ~draws.silent
    served_by = run.turn_pool[persons].astype(np.int64)
    home = scales.routing.home_pool[draws.topic]
    later, patience_ms = find_given_up(draws, run)
    opened = rows.opened[later]
    later, since_ms = later[opened], (run.left_ms[later] - patience_ms)[opened]
    later_gone = later[~draws.silent[later]]
    joining = _count_later(
        scales,
        np.concatenate((served_by, home[in_vain], home[later])),
        np.concatenate((run.turn_ready_ms[persons], draws.arrival_ms[in_vain], since_ms)),
    )
    leaving = _count_later(
        scales,
        np.concatenate((served_by, home[gone], home[later_gone])),
        np.concatenate((run.turn_start_ms[persons], run.left_ms[gone], run.left_ms[later_gone])),
    )
    return (joining - leaving) / scales.clock.interval_ms


def _count_later(scales: Scales, pool: np.ndarray, time_ms: np.ndarray) -> np.ndarray:
    """Sum over each interval for how long times lie behind [ms]."""
    time_ms = np.maximum(time_ms, 0)  # in the lead-in: behind from the start
    inside = time_ms < scales.horizon_ms
    at = time_ms[inside] // scales.clock.interval_ms
    place = pool[inside] * scales.n_intervals + at
    passed = _count(scales, place)
    rest_ms = _count(scales, place, (at + 1) * scales.clock.interval_ms - time_ms[inside])
    return (np.cumsum(passed, axis=1) - passed) * scales.clock.interval_ms + rest_ms


def _sample_brand(scales: Scales, course: BrandCourse) -> tuple[np.ndarray, np.ndarray]:
    """Sentiment at the start of each interval's hour, and effort of that hour."""
    hour = np.arange(scales.n_intervals) * scales.clock.interval_ms // MS_PER_H
    return course.sentiment[hour], course.effort[hour]
