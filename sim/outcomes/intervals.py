"""The course of one replication by reporting interval and pool.

A mention, its wait and its promise count in the interval of its *arrival*; replies, staffed
and busy time where they happen. The last row of pools is `all`. Checked by
``tests/unit/test_outcomes_intervals.py``: sums over intervals against the measures, and a
naive minute-by-minute count of who waits.
"""

import numpy as np

from sim.care.record import Run
from sim.demand.draws import Draws
from sim.outcomes.measures import AUTO_POOL, Rows, follow_sentiment
from sim.outcomes.scales import Scales
from sim.scenario.tables import MS_PER_H

QUANTITIES = (
    "mentions",
    "cases",
    "replies",
    "waiting",
    "staffed_h",
    "busy_h",
    "answered_within_promise",
    "expected_quality",
    "sentiment",
)


def trace_intervals(scales: Scales, draws: Draws, run: Run, rows: Rows) -> np.ndarray:
    """Return all quantities, float64, shape (9, n_pools + 1, n_intervals); order `QUANTITIES`.

    NaN where a quantity has nobody to speak of; expectations and sentiment are the same for
    every pool.
    """
    home = scales.home_pool[draws.topic]
    at = np.minimum(draws.arrival_ms // scales.interval_ms, scales.n_intervals - 1)
    mentions = _count(scales, home, at, rows.counted)
    cases = _count(scales, home, at, rows.case)
    kept = _count(scales, home, at, rows.kept)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(cases > 0, kept / cases, np.nan)
    staffed = _add_all(scales.staffed_ms + run.surge_ms[:, :-1]) / MS_PER_H
    busy = _add_all(run.busy_ms[:, :-1]) / MS_PER_H
    return np.stack(
        [
            mentions,
            cases,
            _count_replies(scales, run),
            _average_waiting(scales, draws, run, rows),
            staffed,
            busy,
            share,
            _average_expected(scales, at, rows),
            _sample_sentiment(scales, draws, run, rows),
        ]
    )


def _add_all(by_pool: np.ndarray) -> np.ndarray:
    return np.vstack((by_pool, by_pool.sum(axis=0)))


def _count(scales: Scales, pool: np.ndarray, at: np.ndarray, mask: np.ndarray) -> np.ndarray:
    n_pools = scales.staffed_ms.shape[0]
    flat = pool[mask] * scales.n_intervals + at[mask]
    counts = np.bincount(flat, minlength=n_pools * scales.n_intervals)
    return _add_all(counts.reshape(n_pools, scales.n_intervals).astype(float))


def _count_replies(scales: Scales, run: Run) -> np.ndarray:
    inside = (run.turn_end_ms < scales.horizon_ms) & (run.turn_end_ms >= 0)
    at = np.maximum(run.turn_end_ms, 0) // scales.interval_ms
    counts = _count(scales, run.turn_pool.astype(np.int64), at, inside & (run.turn_pool >= 0))
    by_bot = np.bincount(at[inside & (run.turn_pool == AUTO_POOL)], minlength=scales.n_intervals)
    counts[-1] += by_bot[: scales.n_intervals]
    return counts


def _average_waiting(scales: Scales, draws: Draws, run: Run, rows: Rows) -> np.ndarray:
    """Return the mean number of waiting turns; who is never served waits until leaving or the end."""
    n_pools = scales.staffed_ms.shape[0]
    persons = run.turn_pool != AUTO_POOL
    started = np.zeros(run.real.size, dtype=bool)
    started[run.turn_mention[persons]] = True
    never = rows.case & run.joined & ~started & (run.first_effort != 0)
    until_ms = np.where(run.left_ms >= 0, run.left_ms, scales.horizon_ms)
    begin = np.concatenate((run.turn_ready_ms[persons], draws.arrival_ms[never]))
    end = np.concatenate((run.turn_start_ms[persons], until_ms[never]))
    pool = np.concatenate((run.turn_pool[persons], scales.home_pool[draws.topic[never]]))
    edges = np.append(np.arange(scales.n_intervals) * scales.interval_ms, scales.horizon_ms)
    spent = np.array(
        [_integrate_waiting(begin[pool == p], end[pool == p], edges) for p in range(n_pools)]
    )
    return _add_all(np.diff(spent, axis=1) / np.diff(edges))


def _integrate_waiting(begin: np.ndarray, end: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Return the time waited by all until each edge [ms], shape of ``edges``."""
    return _sum_since(begin, edges) - _sum_since(end, edges)


def _sum_since(times: np.ndarray, edges: np.ndarray) -> np.ndarray:
    ordered = np.sort(times)
    total = np.concatenate(([0], np.cumsum(ordered)))
    before = np.searchsorted(ordered, edges, side="right")
    return before * edges - total[before]


def _average_expected(scales: Scales, at: np.ndarray, rows: Rows) -> np.ndarray:
    counts = np.bincount(at[rows.case], minlength=scales.n_intervals)
    sums = np.bincount(at[rows.case], rows.expected[rows.case], minlength=scales.n_intervals)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.where(counts > 0, sums / counts, np.nan)
    return np.broadcast_to(means, (scales.staffed_ms.shape[0] + 1, scales.n_intervals))


def _sample_sentiment(scales: Scales, draws: Draws, run: Run, rows: Rows) -> np.ndarray:
    path = follow_sentiment(scales, draws, run, rows)
    hour = np.arange(scales.n_intervals) * scales.interval_ms // MS_PER_H
    return np.broadcast_to(path[hour], (scales.staffed_ms.shape[0] + 1, scales.n_intervals))
