"""The brand's sentiment over one replication: effort measured in it, path that follows.

Effort ``u_h = s W_h / max(N_h, .25 base)`` of ``sim.rules.sentiment``: W weighted agent
minutes of the turns that ended in the hour, N actionable arrivals. Checked by
``tests/unit/test_outcomes_measures.py`` (a naive twin, hour by hour).
"""

from typing import NamedTuple

import numpy as np

from sim.care.record import Run
from sim.demand.draws import Draws
from sim.feeling.satisfaction.ratings import expect_quality
from sim.feeling.sentiment.path import measure_effort, run_sentiment
from sim.outcomes.rows import Rows, find_read, list_event_min
from sim.outcomes.scales import Scales
from sim.scenario.tables import MS_PER_H, MS_PER_MIN


def weigh_work(scales: Scales, draws: Draws, run: Run, rows: Rows) -> tuple[np.ndarray, np.ndarray]:
    """Weighted agent minutes, and actionable arrivals, by hour.

    Minutes of a turn count in the hour in which it ended, or with ``effort_by_arrival`` in that in
    which its case arrived. A turn that the customer did not stay for weighs nothing; the warm-up
    counts.
    """
    n_hours = draws.sentiment_noise.size
    weight = scales.sentiment_weight[run.turn_effort.astype(np.int64) + 1] * find_read(run)
    spent_min = (run.turn_end_ms - run.turn_start_ms) / MS_PER_MIN * weight
    moment_ms = draws.arrival_ms[run.turn_mention] if scales.effort_by_arrival else run.turn_end_ms
    hour = moment_ms // MS_PER_H
    inside = (hour >= 0) & (hour < n_hours)
    work_min = np.bincount(hour[inside], spent_min[inside], minlength=n_hours)
    arrivals = draws.arrival_ms[rows.opened & (draws.arrival_ms >= 0)] // MS_PER_H
    return work_min, np.bincount(arrivals, minlength=n_hours).astype(float)


class BrandCourse(NamedTuple):
    """What the brand did and how it fared, hour by hour.

    Attributes
    ----------
    effort : np.ndarray
        shape (n_hours,): measured response effort u.
    sentiment : np.ndarray
        shape (n_hours + 1,): at each hour's start and at the end.
    """

    effort: np.ndarray
    sentiment: np.ndarray


def follow_brand(scales: Scales, draws: Draws, run: Run, rows: Rows) -> BrandCourse:
    """The effort measured in each hour and the sentiment that follows from it."""
    work_min, arrivals = weigh_work(scales, draws, run, rows)
    effort = measure_effort(work_min, arrivals, scales.base_per_h, scales.effort_scale)
    k2 = expect_quality(
        np.arange(effort.size) * 60.0,
        list_event_min(draws),
        scales.event_factor,
        scales.event_half_life_min,
        scales.k2,
    )
    path = run_sentiment(
        effort,
        scales.k1,
        k2,
        scales.k3,
        draws.sentiment_noise,
        scales.sentiment_start,
        scales.baseline,
    )
    return BrandCourse(effort, path)


def follow_sentiment(scales: Scales, draws: Draws, run: Run, rows: Rows) -> np.ndarray:
    """The brand's sentiment at each hour's start and at the end, shape (n_hours + 1,)."""
    return follow_brand(scales, draws, run, rows).sentiment
