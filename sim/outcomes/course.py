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
from sim.feeling.sentiment.path import follow_mood, measure_effort, run_sentiment
from sim.outcomes.rows import Rows, find_read, list_event_min, score_rows
from sim.outcomes.scales import Scales
from sim.rules.sentiment import tilt_by_sentiment
from sim.scenario.tables import LEVEL_STANDARD, MS_PER_H, MS_PER_MIN


def weigh_work(scales: Scales, draws: Draws, run: Run, rows: Rows) -> tuple[np.ndarray, np.ndarray]:
    """Weighted agent minutes, and actionable arrivals, by hour.

    Minutes of a turn count in the hour in which it ended, or with ``effort_by_arrival`` in that in
    which its case arrived (`share_work`). A turn that the customer did not stay for weighs nothing;
    the warm-up counts.
    """
    n_hours = draws.sentiment_noise.size
    weight = scales.sentiment_weight[run.turn_effort.astype(np.int64) + 1] * find_read(run)
    spent_min = (run.turn_end_ms - run.turn_start_ms) / MS_PER_MIN * weight
    opened = rows.opened & ~run.deflected & (draws.arrival_ms >= 0)
    if scales.effort_by_arrival:
        return share_work(scales, draws, run, opened, spent_min)
    hour = run.turn_end_ms // MS_PER_H
    inside = (hour >= 0) & (hour < n_hours)
    work_min = np.bincount(hour[inside], spent_min[inside], minlength=n_hours)
    arrivals = draws.arrival_ms[opened] // MS_PER_H
    return work_min, np.bincount(arrivals, minlength=n_hours).astype(float)


def share_work(
    scales: Scales, draws: Draws, run: Run, opened: np.ndarray, spent_min: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Share the minutes out over the cases that were answered, in the hours in which they arrived.

    By the mean work of a reply of their topic and level, and arrivals by that of their topic: so an
    hour's effort is what was given of what its customers asked for. How long a case happened to
    take, and in how many turns, is its difficulty: counted as effort, it alone would move sentiment
    as much as was measured in all.
    """
    n_hours = draws.sentiment_noise.size
    hour = np.clip(draws.arrival_ms // MS_PER_H, 0, n_hours - 1)
    worked = np.flatnonzero((spent_min > 0) & opened[run.turn_mention])
    case, first = np.unique(run.turn_mention[worked], return_index=True)
    level = run.turn_effort[worked[first]].astype(np.int64) + 1
    topic = draws.topic[case]
    given = scales.reply_min[topic, level] * scales.sentiment_weight[level]
    asked = scales.reply_min[draws.topic[opened], LEVEL_STANDARD + 1]
    return (
        _share(spent_min[worked].sum(), hour[case], given, n_hours),
        _share(float(opened.sum()), hour[opened], asked, n_hours),
    )


def _share(total: float, hour: np.ndarray, weight: np.ndarray, n_hours: int) -> np.ndarray:
    """Share a total out over the hours by weight, shape (n_hours,); none where there is none."""
    by_hour = np.bincount(hour, weight, minlength=n_hours)
    whole = by_hour.sum()
    return by_hour * (total / whole) if whole > 0 else np.zeros(n_hours)


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


def compute_rows(scales: Scales, draws: Draws, run: Run) -> Rows:
    """Who counts, who was answered in time, and how satisfied each is.

    Where the brand has a mood, sentiment is followed first: it rests on the work done and not on
    how satisfied anybody is, so once is enough.
    """
    rows = score_rows(scales, draws, run, np.empty(0))
    if scales.mood_strength == 0.0:
        return rows
    sentiment = follow_sentiment(scales, draws, run, rows)
    mood = follow_mood(sentiment, scales.mood_half_life_h)
    return score_rows(scales, draws, run, tilt_by_mood(scales, mood))


def tilt_by_mood(scales: Scales, mood: np.ndarray) -> np.ndarray:
    """Factor of expectations at each hour of a mood, of its shape."""
    strength, usual = scales.mood_strength, scales.sentiment_start
    return np.array([tilt_by_sentiment(float(one), strength, usual) for one in mood])
