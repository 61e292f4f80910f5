"""From a history to counts with bands for the next days: read, learn, draw, test, tell.

    understand -> build_counts -> read_past -> draw_paths -> find_bands -> run_backtest

Checked by ``tests/functional/test_forecast.py``.
"""

import datetime
import pathlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.calibration.demand.weekly_profile import Busyness
from sim.calibration.forecasting.ahead import (
    PastCourse,
    count_days,
    cut_before,
    find_first_day,
    lay_ahead,
    learn_holidays,
    list_holidays,
)
from sim.calibration.forecasting.backtest import PATHS, plan_backtest, run_backtest
from sim.calibration.forecasting.bands import add_up, find_bands, group_days
from sim.calibration.forecasting.past import Past, read_past
from sim.calibration.forecasting.paths import Ahead, Planned, draw_paths
from sim.calibration.forecasting.rivals import list_rivals
from sim.calibration.forecasting.telling import Told, describe_forecast
from sim.calibration.reading.grid import Counts, build_counts, group_by_hour
from sim.calibration.reading.judgment import choose_scenario_zone
from sim.calibration.reading.rows import understand
from sim.calibration.reading.settings import make_rules
from sim.compose.choice import read_scenario
from sim.paths import expand_home
from sim.scenario.build import build, build_scenario
from sim.scenario.profile import week_shape
from sim.scenario.settings import ForecastSettings
from sim.store.clock import find_zone, write_local

Columns = dict[str, np.ndarray]


@dataclass(frozen=True)
class Forecast:
    """What a history lets expect.

    Attributes
    ----------
    hours, days, weeks : dict of str to np.ndarray
        ``start_local`` (text), ``mean``, ``low_95``, ``low_80``, ``low_50``, ``median``,
        ``high_50``, ``high_80``, ``high_95``; weeks are runs of seven days.
    paths : np.ndarray
        float64, shape (paths, hours): counts.
    report : dict
        Content of forecast.json.
    messages : tuple of str
        Lines for the terminal; the first says whether the history is good enough to plan on.
    """

    hours: Columns
    days: Columns
    weeks: Columns
    paths: np.ndarray
    report: dict[str, Any]
    messages: tuple[str, ...]


def forecast(
    history: str | pathlib.Path | Mapping[str, np.ndarray],
    kind: str = "auto",
    series: str | None = None,
    columns: Mapping[str, str] | None = None,
    time_zone: str = "UTC",
    base: str = "telecom_week",
    *,
    horizon: str = "2w",
    start: str | datetime.date | None = None,
    events: Mapping[str, Mapping[str, Any]] | None = None,
    holidays: str | Sequence[str | datetime.date] | None = None,
    backtest: str = "auto",
    paths: int = 1000,
    seed: int = 1,
) -> Forecast:
    """Forecast mentions by the hour, day and week from a history, with bands.

    Parameters
    ----------
    history : path or Mapping of str to np.ndarray
        A CSV or Parquet file, or its columns.
    kind, series, columns
        As in `calibrate`.
    time_zone : str
        Of times without an offset, and of the forecast's local clock.
    base : str
        A shipped scenario or a file: its profile of the week where the history is short.
    horizon : str
        Weeks or days: ``2w``, ``10d``.
    start : str or date, optional
        First day; the next full one after the history if None. One inside the history
        forecasts with what was known before.
    events : Mapping, optional
        Planned events by name: ``like`` (a day of a past one), ``time``, ``scale``.
    holidays : str or sequence of date, optional
        ``US``, ``US-CA``; or dates.
    backtest : str
        How much of the past is forecast again: ``8w``, ``auto``, ``none``.
    paths : int
        Paths that are drawn.
    seed : int
        Of the draws.

    Returns
    -------
    Forecast
        ``.hours``, ``.days``, ``.weeks``, ``.paths``, ``.report``.

    Raises
    ------
    InputError
        One line an error.
    """
    days = holidays if holidays is None or isinstance(holidays, str) else tuple(holidays)
    asked = {
        "history": "columns" if isinstance(history, Mapping) else str(history),
        "history_kind": kind,
        "history_series": series,
        "history_columns": dict(columns or {}),
        "history_time_zone": time_zone,
        "base": base,
        "horizon": horizon,
        "start": start,
        "events": {name: dict(event) for name, event in (events or {}).items()},
        "holidays": days,
        "backtest": backtest,
        "paths": paths,
    }
    settings = build(ForecastSettings, asked, "")
    return _forecast(settings, history, seed)


def forecast_config(settings: ForecastSettings, seed: int) -> Forecast:
    """Forecast what the keys of ``configs/forecast.yaml`` say; see `forecast`."""
    return _forecast(settings, settings.history, seed)


def _forecast(
    settings: ForecastSettings, history: str | pathlib.Path | Mapping[str, np.ndarray], seed: int
) -> Forecast:
    days = count_days(settings.horizon, "horizon")
    length = None
    if settings.backtest not in ("auto", "none"):
        length = count_days(settings.backtest, "backtest")
    base = build_scenario(read_scenario(settings.base).data)
    demand = base.demand
    usual = Busyness(demand.busy_day_cv**2, demand.busy_hour_cv**2, demand.busy_hour_correlation)
    place = history if isinstance(history, Mapping) else expand_home(str(history))
    reading = understand(place, make_rules(settings))
    observations = reading.observations
    zone = find_zone(choose_scenario_zone(reading, "UTC", settings.history_time_zone)[0])
    counts, repeated = build_counts(observations, zone)
    counts = group_by_hour(counts)
    first_day = find_first_day(counts, settings.start)
    counts = cut_before(counts, first_day)
    world = _World(week_shape(base), usual, settings)
    past, ahead, planned = world.prepare(counts, first_day, days)
    rng = np.random.default_rng([seed, 0])
    drawn = world.draw(past, ahead, settings.paths, rng, planned)
    tested = None
    plan = None if settings.backtest == "none" else plan_backtest(counts, length)
    if plan is not None:
        tested = run_backtest(counts, plan, world.forecast_again, list_rivals(), seed)
    tables = {name: _tabulate(drawn, ahead, counts, per) for name, per in _SPANS.items()}
    left_out = (*observations.aside, *observations.bad, *repeated)
    told = Told(
        observations, left_out, past, ahead, world.list_days(ahead),
        {event.name: settings.events[event.name] for event in planned}, tested,
        settings.backtest == "none", tables,
    )  # fmt: skip
    report, messages = describe_forecast(told)
    return Forecast(tables["hours"], tables["days"], tables["weeks"], drawn, report, messages)


_SPANS = {"hours": 0, "days": 1, "weeks": 7}  # days; 0: by the hour


def _tabulate(paths: np.ndarray, ahead: Ahead, counts: Counts, per: int) -> Columns:
    """Bands of hours (0), days (1) or runs of days, with the local time of their start."""
    starts = ahead.start_ms
    if per:
        groups = group_days(ahead.day, per)
        starts = starts[groups.first]
        if len(starts) == 0:
            return {"start_local": np.array([], np.str_)}
        paths = add_up(paths, groups)
    return {"start_local": np.array(write_local(starts, counts.zone)), **find_bands(paths)}


class _World:
    """What stays the same for the forecast and all of its tests on the past."""

    def __init__(self, known: np.ndarray, usual: Busyness, settings: ForecastSettings) -> None:
        self.known, self.usual, self.settings = known, usual, settings

    def list_holidays(self, first_day: int, last_day: int) -> dict[int, str]:
        """Holidays by local day since 1970."""
        return list_holidays(self.settings.holidays, first_day, last_day)

    def list_days(self, ahead: Ahead) -> dict[int, str]:
        """Holidays that are forecast."""
        return self.list_holidays(int(ahead.day[0]), int(ahead.day[-1]))

    def prepare(
        self, counts: Counts, first_day: int, days: int
    ) -> tuple[Past, Ahead, tuple[Planned, ...]]:
        """The past without what a calendar explains, the hours ahead and what is planned in them.

        A planned event's past course is taken out of what may come unplanned.
        """
        ahead = lay_ahead(counts, first_day, days)
        apart = set(self.list_holidays(int(counts.day[0]), first_day))
        past = read_past(counts, self.known, self.usual, apart)
        courses = [PastCourse(name, each, past) for name, each in self.settings.events.items()]
        planned = tuple(course.place(past, ahead, counts.zone) for course in courses)
        if courses:
            apart |= {day for course in courses for day in course.list_days(past)}
            past = read_past(counts, self.known, self.usual, apart)
        return past, ahead, planned

    def draw(
        self,
        past: Past,
        ahead: Ahead,
        size: int,
        rng: np.random.Generator,
        planned: tuple[Planned, ...] = (),
    ) -> np.ndarray:
        """Draw paths, holidays in them."""
        days = self.list_holidays(past.first_day, int(ahead.day[-1]))
        return draw_paths(past, ahead, size, rng, learn_holidays(past, days), planned)

    def forecast_again(self, before: Counts, first_day: int, days: int) -> np.ndarray:
        """Forecast days of the past with what was known before them, nothing planned."""
        ahead = lay_ahead(before, first_day, days)
        apart = self.list_holidays(int(before.day[0]), first_day)
        past = read_past(before, self.known, self.usual, apart)
        rng = np.random.default_rng([first_day, 1])
        return self.draw(past, ahead, PATHS, rng)
