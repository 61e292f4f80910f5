"""Bursts of a history as events that may come again, unannounced: how often, and how large.

Each event that was found and lasts may come once in the horizon, at any time of it, with
probability days / span: so as many come, on average, as in a time of that length of the history,
each with its own course. What they bring on average is what the history had above its profile:

    sum p exp(sigma^2 / 2) A_i E[int g_i] f  +  168 b'  =  168 b + 168 (mean above the profile)

with one factor f of all heights, at most `MOST_SCALE`; the rest, from bursts too short to plan
for, is in the base b'. Checked by ``tests/functional/test_calibrate_events.py``.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.calibration.demand.course import count_course_h
from sim.calibration.demand.events import FoundEvent
from sim.calibration.demand.fit import DemandFit

# (a) Three weeks: a shorter history does not tell how often its events come, at most that often.
RATE_DAYS = 21.0
# (a) Fitted courses miss tails; who makes up for short bursts by more than half again makes
# floods of news flashes.
MOST_SCALE = 1.5
# Starts over the horizon for the mean of what is not cut off at its end: every quarter of an hour
# of a week.
_STARTS = 672


class Process(NamedTuple):
    """How found events come again."""

    events: tuple[FoundEvent, ...]
    probability: float
    """of each in the horizon"""
    scale: float
    """of their heights"""
    base_per_h: float
    """with what no event of the scenario brings"""


def make_process(
    demand: DemandFit,
    events: Sequence[FoundEvent],
    planned: Sequence[FoundEvent],
    horizon_h: float,
    sigma: float,
) -> Process:
    """Let events come again by chance.

    Parameters
    ----------
    demand : DemandFit
        The fit.
    events : sequence of FoundEvent
        Those that may come.
    planned : sequence of FoundEvent
        Those that are no chance: the user placed them, or the base's calendar has them.
    horizon_h : float
        Length of the horizon [h].
    sigma : float
        Spread of an event's size.

    Returns
    -------
    Process
        With the history's mean, planned events left out.
    """
    base = demand.shape.base_per_h
    above = _measure_above(demand, planned)
    span_h = max(demand.span_days, RATE_DAYS) * 24.0
    probability = min(1.0, horizon_h / span_h)
    wanted = above * horizon_h * min(1.0, demand.span_days / RATE_DAYS)
    brought = sum(
        probability
        * math.exp(sigma**2 / 2.0)
        * each.course.height_per_h
        * _count_h(each, horizon_h)
        for each in events
    )
    scale = min(wanted / brought, MOST_SCALE) if brought > 0.0 else 0.0
    rest = wanted - scale * brought
    return Process(tuple(events), probability, scale, base + rest / horizon_h)


def _measure_above(demand: DemandFit, planned: Sequence[FoundEvent]) -> float:
    """Mentions an hour above the profile, without those of planned events."""
    known = demand.counts.is_known
    starts = demand.counts.compute_starts_ms()
    for event in planned:
        known = known & ~((starts >= event.burst.start_ms) & (starts < event.burst.end_ms))
    above = float((demand.counts.values[known] - demand.expected[known]).sum())
    return max(above, 0.0) / max(float(known.sum()) * demand.counts.step_h, 1e-9)


def _count_h(event: FoundEvent, horizon_h: float) -> float:
    """The integral of an event's course until the horizon's end, mean over its starts [h]."""
    left = horizon_h * (np.arange(_STARTS) + 0.5) / _STARTS
    edges = np.stack((np.zeros(_STARTS), left), axis=1)
    return float(count_course_h((0.0, *event.course[1:5]), edges).mean())
