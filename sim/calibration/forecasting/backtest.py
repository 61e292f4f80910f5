"""What the forecast would have said, and what came: rolling origin.

From each of several days of the past the days after it are forecast with what was known by then.
Checked by ``tests/unit/test_forecast_scores.py``.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from sim.calibration.forecasting.bands import BANDS, add_up, group_days, is_held, score_paths
from sim.calibration.forecasting.rivals import NAIVE, Rival
from sim.calibration.reading.grid import Counts

OWN = "this forecast"
# Weeks are forecast where two can be learned from and one is left; else days, from four on.
WEEK_SPAN_DAYS, LEAST_WEEKS_DAYS = 21, 14
DAY_SPAN_DAYS, LEAST_DAYS = 6, 4  # fewer give no day of the profile twice
# Each origin is a whole fit: twelve take seconds.
MOST_ORIGINS = 12
# (a) An 80 % band that holds less than so many hours or days is no 80 % band; with thirty days an
# honest one falls below it once in fifty.
LEAST_HELD = 0.65
# (a) Who misses a day by a third on average can plan on bands alone.
MOST_MISSED = 1 / 3
PATHS = 400  # errors of a quantile by chance are a fiftieth of a band's width

Forecaster = Callable[[Counts, int, int], np.ndarray]
"""history, first local day, days: paths"""


class Origins(NamedTuple):
    """Which days are forecast, from which on."""

    origins: tuple[int, ...]
    """local days since 1970"""
    days: int


def plan_backtest(counts: Counts, length_days: int | None) -> Origins | None:
    """Choose origins; None where the history is too short.

    Parameters
    ----------
    counts : Counts
        The history.
    length_days : int, optional
        The last days that are forecast; all that can be if None.
    """
    known = counts.day[counts.is_known]
    first, end = int(known[0]), int(known[-1]) + 1
    span = end - first
    if span >= WEEK_SPAN_DAYS:
        days, least = 7, LEAST_WEEKS_DAYS
    elif span >= DAY_SPAN_DAYS:
        days, least = 1, LEAST_DAYS
    else:
        return None
    earliest = first + least
    if length_days is not None:
        earliest = max(earliest, end - length_days)
    if end - days < earliest:
        return None
    origins = np.arange(end - days, earliest - 1, -days)[::-1]
    # The last days are rarely whole; the origins before them count the same.
    chosen = origins[-MOST_ORIGINS:]
    return Origins(tuple(int(each) for each in chosen), days)


def run_backtest(
    counts: Counts, plan: Origins, forecast: Forecaster, rivals: dict[str, Rival], seed: int
) -> dict[str, Any]:
    """Forecast the past and score it.

    Parameters
    ----------
    counts : Counts
        By the hour or by the day.
    plan : Origins
        From `plan_backtest`.
    forecast : callable
        This forecast.
    rivals : dict
        By name; left out where counts are by the day.
    seed : int
        Of all draws.

    Returns
    -------
    dict
        ``days_ahead``, ``origins``, ``hours``, ``days`` (that were scored) and ``methods``: name
        to CRPS and shares held.
    """
    is_daily = counts.step_min > 60.0
    scores: dict[str, _Scores] = {}
    for origin in plan.origins:
        start = int(np.searchsorted(counts.day, origin))
        stop = int(np.searchsorted(counts.day, origin + plan.days))
        before = counts._replace(
            values=counts.values[:start], hour=counts.hour[:start], day=counts.day[:start]
        )
        came, day = counts.values[start:stop], counts.day[start:stop]
        own = forecast(before, origin, plan.days)
        if is_daily:
            scores.setdefault(OWN, _Scores()).add_days(own, came)
            continue
        if own.shape[1] != len(came):  # the history's last day is cut off
            own = own[:, : len(came)]
        scores.setdefault(OWN, _Scores()).add(own, came, day)
        for name, rival in rivals.items():
            paths = rival(before, counts.hour[start:stop], PATHS, seed)
            scores.setdefault(name, _Scores()).add(paths, came, day)
    return {
        "days_ahead": plan.days,
        "origins": len(plan.origins),
        "hours": len(scores[OWN].hour_scores),
        "days": len(scores[OWN].day_scores),
        "methods": {name: each.describe() for name, each in scores.items()},
    }


class _Scores:
    """Scores of one method over all origins."""

    def __init__(self) -> None:
        self.hour_scores: list[float] = []
        self.day_scores: list[float] = []
        self.hour_held: list[np.ndarray] = []
        self.day_held: list[np.ndarray] = []
        self.missed: list[float] = []
        self.seen: list[float] = []

    def add(self, paths: np.ndarray, came: np.ndarray, day: np.ndarray) -> None:
        """Add the hours of an origin, and those of its days that are whole."""
        known = np.isfinite(came)
        if not known.any():
            return
        self.hour_scores += score_paths(paths[:, known], came[known]).tolist()
        self.hour_held.append(is_held(paths[:, known], came[known]))
        groups = group_days(day)
        whole = np.isfinite(add_up(came, groups))
        if whole.any():
            self._add_days(add_up(paths, groups)[:, whole], add_up(came, groups)[whole])

    def add_days(self, paths: np.ndarray, came: np.ndarray) -> None:
        """Add days where hours are not known."""
        days = paths[:, : paths.shape[1] // 24 * 24].reshape(len(paths), -1, 24).sum(axis=2)
        number = min(days.shape[1], len(came))
        known = np.isfinite(came[:number])
        if known.any():
            self._add_days(days[:, :number][:, known], came[:number][known])

    def _add_days(self, paths: np.ndarray, came: np.ndarray) -> None:
        self.day_scores += score_paths(paths, came).tolist()
        self.day_held.append(is_held(paths, came))
        self.missed += np.abs(np.median(paths, axis=0) - came).tolist()
        self.seen += came.tolist()

    def describe(self) -> dict[str, Any]:
        """Mean scores and shares held; None where nothing was scored."""
        found: dict[str, Any] = {
            "crps_hour": _mean(self.hour_scores),
            "crps_day": _mean(self.day_scores),
            "day_error_share": None,
        }
        if self.seen and sum(self.seen) > 0:
            found["day_error_share"] = round(sum(self.missed) / sum(self.seen), 4)
        for name, held in (("hours", self.hour_held), ("days", self.day_held)):
            shares = np.concatenate(held, axis=1).mean(axis=1) if held else [None] * len(BANDS)
            for band, share in zip(BANDS, shares, strict=True):
                found[f"{name}_in_{band}"] = None if share is None else round(float(share), 4)
        return found


def _mean(values: list[float]) -> float | None:
    return round(float(np.mean(values)), 4) if values else None


def judge(tested: dict[str, Any] | None) -> tuple[bool, str]:
    """Say whether the history is good enough to plan on, and why."""
    if tested is None:
        return False, (
            "Not known whether this history is good enough to plan on: it is too short to test "
            f"forecasts on it; needs {DAY_SPAN_DAYS} days, better {WEEK_SPAN_DAYS}."
        )
    own, naive = tested["methods"][OWN], tested["methods"].get(NAIVE)
    reasons = [
        f"the 80 % bands held only {own[f'{name}_in_80']:.0%} of {name}"
        for name in ("hours", "days")
        if own[f"{name}_in_80"] is not None and own[f"{name}_in_80"] < LEAST_HELD
    ]
    score = "crps_hour" if own["crps_hour"] is not None else "crps_day"
    missed = own["day_error_share"]
    if missed is not None and missed > MOST_MISSED:
        reasons.append(f"a day was missed by {missed:.0%} on average")
    if naive is not None and own[score] > naive[score]:
        reasons.append("last week again is a better forecast of it")
    ahead = "a week" if tested["days_ahead"] == 7 else "a day"
    tried = f"forecast {ahead} ahead from {tested['origins']} past days"
    if reasons:
        return False, (
            f"Not good enough to plan on alone: {tried}, {' and '.join(reasons)}; plan on the "
            "upper bands, or keep an on-call crew."
        )
    held = [
        f"{own[f'{name}_in_80']:.0%} of {name}"
        for name in ("hours", "days")
        if own[f"{name}_in_80"] is not None
    ]
    error = "" if missed is None else f"; a day was missed by {missed:.0%} on average"
    better = ""
    if naive is not None and naive[score]:
        gain = 1.0 - own[score] / naive[score]
        better = f", and the error was {gain:.0%} below that of last week again"
    return True, (
        f"Good enough to plan on: {tried}, the 80 % bands held {' and '.join(held)}{error}{better}."
    )
