"""Who counts in a replication, how each was served, and how each feels about it.

The mean ``satisfaction`` is over exogenous actionable customers, so that no plan raises it
by making easy mentions. Checked by ``tests/unit/test_outcomes_measures.py`` (naive twins
row by row).
"""

from typing import NamedTuple

import numpy as np

from sim.care.record import Run
from sim.demand.draws import Draws
from sim.feeling.satisfaction import Service, expect_quality, rate_care
from sim.outcomes.scales import SPREAD_ORIGIN, Scales
from sim.scenario.tables import MS_PER_MIN


class Rows(NamedTuple):
    """Who counts and how each was served; arrays of shape (n,), rows of the draws."""

    counted: np.ndarray
    """real and past the warm-up"""
    opened: np.ndarray
    """real, actionable, of a topic that the policy answers; the warm-up too"""
    case: np.ndarray
    """opened and counted"""
    exogenous: np.ndarray
    """case, and not spread by another mention"""
    answered: np.ndarray
    kept: np.ndarray
    """case with its first reply within the promise"""
    expected: np.ndarray
    quality: np.ndarray
    satisfaction: np.ndarray
    recommendation: np.ndarray


def find_rows(scales: Scales, draws: Draws, run: Run) -> Rows:
    """Return who counts, who was answered in time, and how satisfied each is."""
    counted = run.real & (draws.arrival_ms >= scales.warm_up_ms)
    opened = run.real & draws.actionable & scales.answered_topic[draws.topic]
    case = counted & opened
    answered = case & (run.first_reply_ms >= 0)
    until_ms = run.first_start_ms if scales.promise_by_wait else run.first_reply_ms
    kept = answered & (until_ms - draws.arrival_ms <= scales.promise_ms)
    expected = expect_quality(
        draws.arrival_ms / MS_PER_MIN,
        tell_event_min(draws),
        scales.event_factor,
        scales.event_half_life_min,
        scales.base_quality,
    )
    ratings = rate_care(find_service(scales, draws, run), expected, scales.coefficients)
    exogenous = case & (draws.origin != SPREAD_ORIGIN)
    return Rows(counted, opened, case, exogenous, answered, kept, expected, *ratings)


def tell_event_min(draws: Draws) -> np.ndarray:
    """Return the time of each event [min], NaN where it does not happen."""
    return np.where(draws.event_time_ms >= 0, draws.event_time_ms / MS_PER_MIN, np.nan)


def find_service(scales: Scales, draws: Draws, run: Run) -> Service:
    """Return what each customer got; the tone is that of the last reply's level."""
    level = run.effort.astype(np.int64) + 1
    reply_min = (run.first_reply_ms - draws.arrival_ms) / MS_PER_MIN
    return Service(
        first_reply_min=np.where(run.first_reply_ms >= 0, reply_min, -1.0),
        resolved=run.resolved,
        friendly=draws.u_friendly < scales.friendly_p[level],
        personal=draws.u_personal < scales.personal_p[level],
        turns=run.turns,
        followed_up=run.followed_up,
    )
