"""Times to the first reply, and the hours in which nobody replies.

Reply times are lognormal in the middle; long ones are cut off in histories of answered
messages and made by closing hours, so the fit uses the 10th to the 75th percentile alone:
what lies below or above counts only as lying there (a sample censored at two of its
quantiles; Cohen 1959). Closed hours are the longest run of local hours in which messages
come but replies do not: as few as seen have a probability below CLOSED_CHANCE if those who
were written to in the run were answered as fast as in the others. Checked by
``tests/unit/test_calibration_response_times.py``.
"""

import math
import zoneinfo
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from sim.calibration.reading.rows import Observations
from sim.store.clock import MS_PER_MIN, NO_TIME, compute_hours_of_week

# With fewer a quarter of the distribution is seven replies.
LEAST_REPLIES = 30
# Percentiles that are fitted: below are bots, above are closing hours and cut-off histories (see
# the head).
LOW_SHARE, HIGH_SHARE = 0.10, 0.75
# Some 400 runs of hours are looked at: a night watch is taken for closed once in about 25
# histories at most.
CLOSED_CHANCE = 1e-4
# A few replies come in closed hours, too; a twentieth of the usual rate is not a shift.
CLOSED_REPLY_SHARE = 0.05
# Shorter pauses are breaks, longer ones leave too few open hours for shifts.
LEAST_CLOSED_H, MOST_CLOSED_H = 3, 18
# One second, so that the logarithm of an instant reply exists.
_LEAST_MIN = 1.0 / 60.0
# Of a drawn curve.
_GRID_POINTS = 49


class ResponseFit(NamedTuple):
    """A lognormal time to the first reply [min]."""

    ln_mean: float
    ln_sd: float
    ln_mean_se: float
    ln_sd_se: float
    replies: int
    within_hour_share: float
    """observed"""
    fitted_within_hour_share: float
    minutes: np.ndarray
    """float64, shape (m,), ascending [min]"""
    observed_share: np.ndarray
    fitted_share: np.ndarray
    """float64, shape (m,): replies within so many minutes"""


class OpenHours(NamedTuple):
    """When replies are sent, on the local clock."""

    from_h: int
    to_h: int
    """above 24: on the next day"""


def list_waits(observations: Observations) -> np.ndarray:
    """Minutes to the reply of first messages that got one, float64."""
    if observations.reply_ms is None or not observations.has_wait:
        return np.zeros(0)
    answered = (observations.reply_ms != NO_TIME) & observations.is_first
    waits_ms = observations.reply_ms[answered] - observations.time_ms[answered]
    return np.maximum(waits_ms / MS_PER_MIN, _LEAST_MIN)


def fit_response(waits_min: np.ndarray) -> ResponseFit | None:
    """Fit a lognormal between the 10th and the 75th percentile.

    Parameters
    ----------
    waits_min : np.ndarray
        float64, shape (n,): positive [min].

    Returns
    -------
    ResponseFit or None
        None for fewer than 30 replies, or where all waits are alike.
    """
    if len(waits_min) < LEAST_REPLIES:
        return None
    logs = np.sort(np.log(waits_min))
    low, high = np.quantile(logs, (LOW_SHARE, HIGH_SHARE))
    if high - low < 1e-6:
        return None
    mean, sd, errors = _fit_censored(logs, float(low), float(high))
    grid = np.exp(np.linspace(0.0, math.log(2880.0), _GRID_POINTS))
    fitted = _normal_share((np.log(grid) - mean) / sd)
    observed = np.searchsorted(logs, np.log(grid), side="right") / len(logs)
    hour = float(_normal_share(np.array([(math.log(60.0) - mean) / sd]))[0])
    within = float((waits_min <= 60.0).mean())
    return ResponseFit(
        mean, sd, errors[0], errors[1], len(logs), within, hour, grid, observed, fitted
    )


def _normal_share(z: np.ndarray) -> np.ndarray:
    from scipy import special

    return special.ndtr(z)


def _fit_censored(
    logs: np.ndarray, low: float, high: float
) -> tuple[float, float, tuple[float, float]]:
    """Mean, sd and their standard errors of a normal censored at both ends."""
    from scipy import optimize, special

    inside = logs[(logs >= low) & (logs <= high)]
    below, above = int((logs < low).sum()), int((logs > high).sum())

    def lose(x: np.ndarray) -> float:
        sd = math.exp(x[1])
        z = (inside - x[0]) / sd
        left, right = special.log_ndtr((low - x[0]) / sd), special.log_ndtr((x[0] - high) / sd)
        return float(0.5 * (z @ z) + len(inside) * x[1] - below * left - above * right)

    start = np.array([np.median(logs), math.log(max((high - low) / 1.956, 1e-3))])
    best = optimize.minimize(
        lose, start, method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-9}
    ).x
    inverse = np.linalg.pinv(_estimate_curvature(lose, best))
    sd = math.exp(best[1])
    errors = (math.sqrt(max(inverse[0, 0], 0.0)), sd * math.sqrt(max(inverse[1, 1], 0.0)))
    return float(best[0]), sd, errors


def _estimate_curvature(function: Callable[[np.ndarray], float], x: np.ndarray) -> np.ndarray:
    """Second derivatives by central differences, shape (2, 2)."""
    step = 1e-3
    shifts = np.eye(2) * step
    second = np.empty((2, 2))
    for i in range(2):
        for j in range(2):
            plus, minus = shifts[i] + shifts[j], shifts[i] - shifts[j]
            second[i, j] = (
                function(x + plus) - function(x + minus) - function(x - minus) + function(x - plus)
            ) / (4.0 * step * step)
    return second


def find_open_hours(observations: Observations, zone: zoneinfo.ZoneInfo) -> OpenHours | None:
    """Find opening hours where closing hours are evident.

    Parameters
    ----------
    observations : Observations
        With replies.
    zone : zoneinfo.ZoneInfo
        The local clock.

    Returns
    -------
    OpenHours or None
        None where replies are sent around the clock, or too few rows tell.
    """
    if observations.reply_ms is None or not observations.has_reply_clock:
        return None
    answered = observations.reply_ms != NO_TIME
    posted = compute_hours_of_week(observations.time_ms[answered], zone) % 24
    replied = compute_hours_of_week(observations.reply_ms[answered], zone) % 24
    if len(posted) < LEAST_REPLIES:
        return None
    posts, replies = np.bincount(posted, minlength=24), np.bincount(replied, minlength=24)
    runs = [
        (length, first)
        for length in range(MOST_CLOSED_H, LEAST_CLOSED_H - 1, -1)
        for first in range(24)
        if _is_closed(posts, replies, first, length)
    ]
    if not runs:
        return None
    length, first = runs[0]
    return _settle_hours((first + length) % 24, first)


def _is_closed(posts: np.ndarray, replies: np.ndarray, first: int, length: int) -> bool:
    """Whether an hour of the run, and the run, have as good as no replies."""
    hours = np.arange(first, first + length) % 24
    rest = np.setdiff1d(np.arange(24), hours)
    usual = replies[rest].mean()
    if replies[hours].max() > max(CLOSED_REPLY_SHARE * usual, 1.0):
        return False
    if replies[hours].sum() > CLOSED_REPLY_SHARE * usual * length:
        return False
    # Of those who write within the run, all but the last hour's would be answered in it.
    written = posts[hours[:-1]].sum()
    return bool(_poisson_at_most(int(replies[hours].sum()), float(written)) < CLOSED_CHANCE)


def _poisson_at_most(count: int, mean: float) -> float:
    from scipy import special

    return float(special.gammaincc(count + 1.0, mean)) if mean > 0 else 1.0


def _settle_hours(from_h: int, close_h: int) -> OpenHours:
    """Hours with a closing after midnight counted on."""
    return OpenHours(from_h, close_h if close_h > from_h else close_h + 24)
