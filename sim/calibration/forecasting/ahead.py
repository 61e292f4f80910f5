"""Which hours are forecast, on the history's local clock, and what a calendar says of them.

Checked by ``tests/unit/test_forecast_calendar.py``.
"""

import datetime
import difflib
import itertools
import re
import zoneinfo
from collections.abc import Mapping, Sequence

import numpy as np

from sim.calibration.forecasting.past import Past
from sim.calibration.forecasting.paths import HOLIDAY_SD, Ahead, Holidays, Planned
from sim.calibration.reading.grid import Counts
from sim.errors import InputError
from sim.scenario.settings import NamedEvent
from sim.store.clock import (
    MS_PER_DAY,
    MS_PER_H,
    MS_PER_MIN,
    compute_hours_of_week,
    compute_local_days,
    compute_offsets,
    compute_offsets_of_local,
    write_local,
)

# Beyond a year the level is anybody's guess.
MOST_DAYS = 371
# Bursts that a message names.
MOST_NAMED = 6
_UNITS = {"w": 7, "d": 1}  # days


def count_days(text: str, key: str) -> int:
    """The days of a span such as ``2w`` or ``10d``.

    Raises
    ------
    InputError
        Anything else, or more than a year.
    """
    found = re.fullmatch(r"\s*(\d{1,4})\s*([wd])\s*", str(text).lower())
    days = int(found[1]) * _UNITS[found[2]] if found else 0
    if not 1 <= days <= MOST_DAYS:
        raise InputError(
            f"{key} = {text}: allowed: weeks or days such as 2w or 10d, at most {MOST_DAYS}d"
        )
    return days


def find_first_day(counts: Counts, start: datetime.datetime | None) -> int:
    """The local day since 1970 from which is forecast: the one asked for, or the next full one."""
    if start is not None:
        if start.tzinfo is not None or start.time() != datetime.time():
            raise InputError(
                f"start = {start.isoformat()}: allowed: a day such as 2026-12-07, on the history's "
                "local clock"
            )
        return (start.date() - datetime.date(1970, 1, 1)).days
    last = int(np.flatnonzero(counts.is_known)[-1])
    end_ms = int(counts.compute_starts_ms()[last]) + round(counts.step_min * MS_PER_MIN)
    day = int(compute_local_days(np.array([end_ms - 1]), counts.zone)[0])
    return day + 1


def cut_before(counts: Counts, first_day: int) -> Counts:
    """The history before a day.

    Raises
    ------
    InputError
        Nothing is left.
    """
    kept = int(np.searchsorted(counts.day, first_day))
    if not counts.is_known[:kept].any():
        day = datetime.date(1970, 1, 1) + datetime.timedelta(days=first_day)
        raise InputError(f"start = {day}: the history begins later; allowed: a day after its first")
    return counts._replace(
        values=counts.values[:kept], hour=counts.hour[:kept], day=counts.day[:kept]
    )


def lay_ahead(counts: Counts, first_day: int, days: int) -> Ahead:
    """The hours of so many local days; one of 23 or 25 hours has as many.

    Raises
    ------
    InputError
        More than a year after the history.
    """
    gap = first_day - int(counts.day[counts.is_known][-1]) - 1
    if gap > MOST_DAYS:
        raise InputError(
            f"start: {gap} days after the history's end; allowed: at most {MOST_DAYS} days"
        )
    edges = _find_midnights(first_day, days + 1, counts.zone)
    starts = np.concatenate(
        [np.arange(first, last, MS_PER_H) for first, last in itertools.pairwise(edges)]
    )
    middles = starts + MS_PER_H // 2
    day = np.repeat(first_day + np.arange(days), np.ceil(np.diff(edges) / MS_PER_H).astype(int))
    return Ahead(starts, compute_hours_of_week(middles, counts.zone), day, max(gap, 0))


def _find_midnights(first_day: int, number: int, zone: zoneinfo.ZoneInfo) -> np.ndarray:
    local = (first_day + np.arange(number, dtype=np.int64)) * MS_PER_DAY
    return local - compute_offsets_of_local(local, zone)


def list_holidays(
    asked: str | Sequence[datetime.date] | None, first_day: int, last_day: int
) -> dict[int, str]:
    """Holidays of a country, or the dates given, by local day since 1970.

    Parameters
    ----------
    asked : str, sequence of date or None
        ``US``, ``US-CA``, ``DE-BY``; or dates.
    first_day, last_day : int
        Where to look.

    Raises
    ------
    InputError
        A country or a region that has no list.
    """
    if asked is None:
        return {}
    epoch = datetime.date(1970, 1, 1)
    if not isinstance(asked, str):
        return {(each - epoch).days: "holiday" for each in asked}
    first, last = (epoch + datetime.timedelta(days=day) for day in (first_day, last_day))
    found = _look_up(asked, range(first.year, last.year + 1))
    days = {(each - epoch).days: name for each, name in found.items()}
    return {day: name for day, name in sorted(days.items()) if first_day <= day <= last_day}


def _look_up(asked: str, years: range) -> Mapping[datetime.date, str]:
    """The lists of the library ``holidays``."""
    import holidays

    country, _, region = asked.strip().upper().partition("-")
    known = holidays.list_supported_countries()
    if country not in known:
        near = difflib.get_close_matches(country, known, n=1, cutoff=0.5)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise InputError(
            f"holidays = {asked}: allowed: a country's two letters, with a region where there is "
            f"one (US, US-CA), or dates{hint}"
        )
    if region and region not in known[country]:
        listed = ", ".join(known[country]) or "none"
        raise InputError(f"holidays = {asked}: regions of {country}: {listed}")
    table: Mapping[datetime.date, str] = holidays.country_holidays(
        country, subdiv=region or None, years=years
    )
    return dict(table.items())


def learn_holidays(past: Past, days: Mapping[int, str]) -> Holidays | None:
    """What holidays do: as past ones did, or unknown where there was none."""
    if not days:
        return None
    rows = np.arange(len(past.level))
    is_holiday = np.isin(rows + past.first_day, list(days))
    seen = rows[is_holiday & past.is_whole]
    return Holidays(frozenset(days), seen, HOLIDAY_SD / (1.0 + len(seen)) ** 0.5)


class PastCourse:
    """The past course that a named event repeats: its first cell of the past and its days."""

    def __init__(self, name: str, event: NamedEvent, past: Past) -> None:
        self.name, self.event = name, event
        self.first, self.last = _find_cells(name, event, past)

    def list_days(self, past: Past) -> set[int]:
        """Local days of the past course."""
        return {past.first_day + cell // 24 for cell in range(self.first, self.last)}

    def place(self, past: Past, ahead: Ahead, zone: zoneinfo.ZoneInfo) -> Planned:
        """Lay the course at its new time.

        Raises
        ------
        InputError
            The time is not forecast.
        """
        local = np.datetime64(self.event.time, "ms").astype(np.int64)
        stamp = int(local - compute_offsets_of_local(np.array([local]), zone)[0])
        if not ahead.start_ms[0] <= stamp < ahead.start_ms[-1] + MS_PER_H:
            ends = write_local(ahead.start_ms[[0, -1]], zone)
            raise InputError(
                f"events.{self.name}.time = {self.event.time.isoformat(timespec='minutes')}: "
                f"allowed: a time that is forecast, {ends[0]} to {ends[1]}"
            )
        cells = slice(self.first, self.last)
        level = np.repeat(past.level, 24)[cells]
        above = np.maximum(past.mentions.ravel()[cells] - past.usual.ravel()[cells], 0.0)
        first = int(np.searchsorted(ahead.start_ms, stamp, side="right")) - 1
        return Planned(self.name, first, self.event.scale * above / level)


def _find_cells(name: str, event: NamedEvent, past: Past) -> tuple[int, int]:
    """First and last cell (local day x 24 + hour) of the burst that is meant."""
    day = (event.like.date() - datetime.date(1970, 1, 1)).days
    found: dict[int, tuple[int, int]] = {}
    for burst in past.bursts:
        ends = np.array([burst.start_ms, burst.end_ms])
        local = ends + compute_offsets(ends, past.counts.zone)
        cells = (local // MS_PER_H - past.first_day * 24).astype(int)
        for each in range(cells[0] // 24, (max(cells[1] - 1, cells[0])) // 24 + 1):
            known = found.get(past.first_day + each)
            if known is None or _sum_above(past, *cells) > _sum_above(past, *known):
                found[past.first_day + each] = (int(cells[0]), int(cells[1]))
    for row in np.flatnonzero(past.is_odd):
        found.setdefault(past.first_day + int(row), (24 * int(row), 24 * int(row) + 24))
    if day in found:
        return found[day]
    epoch = datetime.date(1970, 1, 1)
    near = sorted(sorted(found, key=lambda each: abs(each - day))[:MOST_NAMED])
    listed = ", ".join(str(epoch + datetime.timedelta(days=each)) for each in near)
    raise InputError(
        f"events.{name}.like = {event.like.date()}: no burst was found on that day; allowed: "
        f"{listed or 'none, for the history has no burst'}"
    )


def _sum_above(past: Past, first: int, last: int) -> float:
    cells = slice(max(first, 0), last)
    return float((past.mentions.ravel()[cells] - past.usual.ravel()[cells]).sum())
