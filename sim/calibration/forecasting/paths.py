"""Paths of mentions by the hour that may come, drawn from the past's own days.

    N = thin or fill (n_kh, f),   f = r_h exp(l_d + s e_d + w_d) b / u_kh

n_kh came at hour h of a past day k, u_kh was usual then; r_h is the profile, l_d the level
(``levels``), s e_d the day's factor, w_d what is not known of its weekday, b a little more noise
of the hour. So bursts come at the history's own rate, in its sizes, courses and hours, and the
days of a long one follow each other. n_kh is thinned where f is below 1, filled with Poisson
mentions where it is above: at f = 1 it is a count that came, without a second Poisson noise.
Checked by ``tests/unit/test_forecast_paths.py``.
"""

from typing import NamedTuple

import numpy as np

from sim.calibration.demand.weekly_profile import WEEKDAY_DAYS
from sim.calibration.forecasting.levels import draw_levels, draw_tails
from sim.calibration.forecasting.past import Past

# (a) Days that count half: bursts are rare, so longer than the profile's four weeks; a quarter of
# it forgets them.
HALF_LIFE_DAYS = 56.0
# (a) Days of the past that follow each other in a path, on average: long bursts go on for two or
# three; 1 breaks them off.
BLOCK_DAYS = 2.0
# Under so many days their hours are few, so they may move by three hours; else by one.
FEW_DAYS = 10
MOVE_H, MOVE_FEW_H = 1, 3  # more blurs opening and closing
# Silverman (1986), 3.28: width of a smoothed draw from n values, in their spreads.
SMOOTHING, SMOOTHING_POWER = 1.06, -0.2
# (a) Spread of weekdays that a history under two weeks has not shown twice.
UNKNOWN_WEEKDAY = 0.2
# (a) Of a logarithm: a holiday that the past has not shown is half or twice a usual day.
HOLIDAY_SD = 0.35
# As an announced event's `peak_sigma`: how far the size of a planned event is known.
PLANNED_SIGMA = 0.3
# Beyond it a history was misread long ago; numpy draws no larger mean of a Poisson law.
MOST_COUNT = 1e12


class Ahead(NamedTuple):
    """The hours that are forecast."""

    start_ms: np.ndarray
    """int64, shape (n,): since 1970, UTC"""
    hour: np.ndarray
    """int64, shape (n,): local hour of the week"""
    day: np.ndarray
    """int64, shape (n,): local day since 1970"""
    gap_days: int
    """days between the history's last and the first one"""


class Holidays(NamedTuple):
    """What holidays do."""

    days: frozenset[int]
    """local days since 1970, past and coming"""
    past: np.ndarray
    """rows of `Past` that are holidays, int64"""
    ln_sd: float
    """what is not known of their size"""


class Planned(NamedTuple):
    """A planned event: the course of a past one at a new time."""

    name: str
    first: int
    """index of its first hour in `Ahead`"""
    excess: np.ndarray
    """float64, shape (m,): mentions above the usual, by hour, at level 1"""


def draw_paths(
    past: Past,
    ahead: Ahead,
    size: int,
    rng: np.random.Generator,
    holidays: Holidays | None = None,
    planned: tuple[Planned, ...] = (),
) -> np.ndarray:
    """Draw paths.

    Parameters
    ----------
    past : Past
        The history's days.
    ahead : Ahead
        Hours to draw.
    size : int
        Paths.
    rng : np.random.Generator
        Its source.
    holidays : Holidays, optional
        Days with a factor and past days of their own.
    planned : tuple of Planned
        Events placed by the user.

    Returns
    -------
    np.ndarray
        float64, shape (size, n): whole counts.
    """
    day = ahead.day - ahead.day[0]
    days = int(day[-1]) + 1
    level, noise = draw_levels(past.levels, ahead.gap_days, days, size, rng)
    ln_day = level + noise[:, None] * draw_tails(rng, (size, days))
    weekday = (ahead.day[0] + np.arange(days) + 3) % 7
    ln_day += _draw_weekdays(past, noise, rng)[:, weekday]
    rows = _draw_days(past, size, days, rng)
    if holidays is not None:
        is_holiday = np.isin(ahead.day[0] + np.arange(days), list(holidays.days))
        _place_holidays(ln_day, rows, is_holiday, holidays, rng)
    few = int(past.is_drawn.sum()) < FEW_DAYS
    furthest = 0 if past.is_daily else MOVE_FEW_H if few else MOVE_H
    # One move a day: the hours of a burst stay together.
    moves = rng.integers(-furthest, furthest + 1, (size, days))
    place = rows[:, day] * 24 + (ahead.hour % 24) + moves[:, day]
    counts = _draw_hours(past, ahead.hour, np.exp(ln_day)[:, day], place, rng)
    for event in planned:
        last = min(event.first + len(event.excess), len(day))
        size_factor = rng.lognormal(-0.5 * PLANNED_SIGMA**2, PLANNED_SIGMA, size)
        at_level = size_factor[:, None] * np.exp(level)[:, day[event.first : last]]
        counts[:, event.first : last] += rng.poisson(at_level * event.excess[: last - event.first])
    return counts


def _draw_weekdays(past: Past, noise: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """What is not known of the weekdays, float64, shape (size, 7)."""
    variance = noise**2 / max(past.span_days / 7.0, 1.0)
    if past.span_days < WEEKDAY_DAYS:
        variance = variance + UNKNOWN_WEEKDAY**2
    return np.sqrt(variance)[:, None] * rng.standard_normal((len(noise), 7))


def _draw_days(past: Past, size: int, days: int, rng: np.random.Generator) -> np.ndarray:
    """Rows of the past in runs, the recent ones more often, int64, shape (size, days)."""
    rows = np.flatnonzero(past.is_drawn)
    weight = 0.5 ** ((len(past.level) - rows) / HALF_LIFE_DAYS)
    drawn = rng.choice(rows, (size, days), p=weight / weight.sum())
    goes_on = rng.random((size, days)) > 1.0 / BLOCK_DAYS
    is_row = np.append(past.is_drawn, False)
    for day in range(1, days):
        following = drawn[:, day - 1] + 1
        stays = goes_on[:, day] & is_row[following]
        drawn[:, day] = np.where(stays, following, drawn[:, day])
    return drawn


def _place_holidays(
    ln_day: np.ndarray,
    rows: np.ndarray,
    is_holiday: np.ndarray,
    holidays: Holidays,
    rng: np.random.Generator,
) -> None:
    """Give holidays the days of past ones where there are any, and wider bands."""
    number = int(is_holiday.sum())
    ln_day[:, is_holiday] += holidays.ln_sd * rng.standard_normal((len(rows), number))
    ln_day[:, is_holiday] -= 0.5 * holidays.ln_sd**2
    if len(holidays.past):
        rows[:, is_holiday] = rng.choice(holidays.past, (len(rows), number))


def _draw_hours(
    past: Past, hour: np.ndarray, factor: np.ndarray, place: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Counts at places of the past, float64, shape (size, n)."""
    place = place % past.mentions.size
    came, usual = past.mentions.ravel()[place], past.usual.ravel()[place]
    rate = past.rate[hour]
    is_open = (usual > 0) & (rate > 0)
    times = np.where(is_open, rate * factor / np.where(is_open, usual, 1.0), 0.0)
    width = SMOOTHING * float(past.is_drawn.sum()) ** SMOOTHING_POWER
    spread = (width**2 * np.log1p(past.busyness.hour_variance)) ** 0.5
    times *= np.exp(spread * rng.standard_normal(times.shape) - 0.5 * spread**2)
    if past.is_daily:
        return rng.poisson(np.minimum(times * came, MOST_COUNT)).astype(np.float64)
    whole = np.rint(came).astype(np.int64)
    fewer = rng.binomial(whole, np.minimum(times, 1.0))
    more = whole + rng.poisson(np.minimum(np.maximum(times - 1.0, 0.0) * came, MOST_COUNT))
    # An hour that moved into a closed one brings its usual mentions instead.
    alone = rng.poisson(np.minimum(rate * factor, MOST_COUNT))
    return np.where(is_open, np.where(times <= 1.0, fewer, more), alone).astype(np.float64)
