"""Bursts in histories of a day or two, where no other day says what is usual.

There a busy evening, or an event that is on when the history begins, cannot be told
from the profile, but a jump can: an hour with far more
mentions than the hours just before it predict. With n mentions in the three hours before,
the hour's mean is n times the known profile's ratio, and its count negative binomial with

    phi = 1/n + (1 + 1/3) vA + SHAPE_STEP

for the noise of n, the busyness of the hours (vA) and a profile whose steps are not the
brand's own. Checked by ``tests/unit/test_calibration_onsets.py``.
"""

import numpy as np

from sim.calibration.demand.bursts import Burst, Width, grow_bursts
from sim.calibration.demand.tail_test import compute_log10_tail
from sim.calibration.demand.weekly_profile import Busyness
from sim.calibration.reading.grid import Counts, group_by_hour
from sim.store.clock import MS_PER_H

# Mentions in the hours before: their noise is 1/sqrt(n), 22 % at 20.
LEAST_BEFORE = 20.0
# An hour of less than twice what is predicted cannot be told from a busy one in so short a
# history.
LEAST_RATIO = 2.0
SHAPE_STEP = 0.10  # (a) steps of the profile from hour to hour are off by a third
# Stricter than with a profile (.05), because here the profile is not the brand's own.
JUMP_FALSE_ALARM = 0.01
# Hours that predict the next: fewer are noise, more reach into another part of the day.
_BEFORE = 3


def find_onsets(
    counts: Counts, expected: np.ndarray, busyness: Busyness, excess: np.ndarray | None = None
) -> list[Burst]:
    """Find bursts that begin with a jump.

    Parameters
    ----------
    counts : Counts
        Steps of at most 60 minutes.
    expected : np.ndarray
        float64, shape (n,): the profile's counts; only its shape matters.
    busyness : Busyness
        Of the base scenario.
    excess : np.ndarray, optional
        float64, shape (n,): mentions of events that are known already.

    Returns
    -------
    list of Burst
        By time; each until the counts are back at the level before its jump.
    """
    values = counts.values if excess is None else np.maximum(counts.values - excess, 0.0)
    hourly = group_by_hour(counts._replace(values=values))
    masked = np.where(counts.is_known, expected, np.nan)
    shape = group_by_hour(counts._replace(values=masked)).values
    bursts: list[Burst] = []
    for hour in range(_BEFORE, len(hourly.values)):
        start_ms = hourly.start_ms + hour * MS_PER_H
        if bursts and start_ms < bursts[-1].end_ms:
            continue
        level, phi, log10_p = _test_onset(hourly.values, shape, hour, busyness)
        if log10_p < np.log10(JUMP_FALSE_ALARM / len(hourly.values)):
            width = Width(hourly, level * shape, hourly.is_known & (shape > 0), phi, busyness, 0.0)
            flag = (start_ms, start_ms + MS_PER_H, log10_p)
            bursts += grow_bursts(width, width.expected, [flag])
    return bursts


def _test_onset(
    values: np.ndarray, shape: np.ndarray, hour: int, busyness: Busyness
) -> tuple[float, float, float]:
    """Level before an hour, overdispersion and log10 p of its count."""
    before = slice(hour - _BEFORE, hour)
    seen, usual = float(values[before].sum()), float(shape[before].sum())
    # NaN compares false: an hour that is not covered is no jump.
    if not (seen >= LEAST_BEFORE and usual > 0 and values[hour] > 0 and shape[hour] > 0):
        return 0.0, 1.0, 0.0
    level = seen / usual
    mean = level * shape[hour]
    phi = 1.0 / seen + (1.0 + 1.0 / _BEFORE) * busyness.hour_variance + SHAPE_STEP
    if values[hour] < LEAST_RATIO * mean:
        return level, phi, 0.0
    tail = compute_log10_tail(values[hour : hour + 1], np.array([mean]), phi)
    return level, phi, float(tail[0])
