"""Rows of somebody's roster as people on duty: on which days, from when to when, in which pool.

A day is a weekday's name or range, a date, or a number: counted from 1, and from 0 where a 0
stands in the column. Dates that all lie outside the horizon stand for their weekdays, if they are
of one week. A time is a clock time (``8:30``, ``8.30 pm``) or hours (``8``, ``8,5``), to five
minutes. What cannot be read is named with its row, counted below the header, its column and what
is nearest; no row is skipped. Checked by ``tests/unit/test_policies_roster_file.py``.
"""

import datetime
import re
import zoneinfo
from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeVar

import numpy as np

from sim.compose import suggest
from sim.errors import InputError
from sim.policies.roster_columns import RosterColumns
from sim.scenario.clock import DAY_MIN, lay_local_grid
from sim.scenario.model import Scenario
from sim.store.clock import MS_PER_DAY, MS_PER_MIN, NO_TIME, read_times
from sim.store.numerals import read_numerals
from sim.store.weekdays import DAYS_A_WEEK, list_weekdays, strip_accents

UTC = zoneinfo.ZoneInfo("UTC")
CLOCK = re.compile(r"(\d{1,2})[:hH](\d{2})?(?::00)?\s*([aApP])?\.?[mM]?\.?")
RANGE = re.compile(r"\s*(?:-|\u2013|\u2014|\bto\b|\bbis\b|\ba\b)\s*")
NEXT_DAY = re.compile(r"( next day)?( \([\d.]+ h\))?$")
# Shifts start and end on steps of five minutes: what does not is a time read wrongly.
STEP_MIN = 5
# Errors shown at once: a screen.
MOST_LINES = 10

Found = TypeVar("Found")


class DutyRow(NamedTuple):
    """So many people of a pool on duty, on each of some days."""

    days: tuple[int, ...]
    """of the horizon, from 0"""
    start_min: int
    """on the local clock, from midnight"""
    length_min: int
    pool: str
    agents: int


class CellError(ValueError):
    """A cell that cannot be read: what is allowed."""


def read_rows(
    cells: Mapping[str, np.ndarray], columns: RosterColumns, scenario: Scenario, path: str
) -> list[DutyRow]:
    """Read all rows of a roster of shifts or hours.

    Parameters
    ----------
    cells : mapping of str to np.ndarray
        Text by column, shape (n_rows,) each.
    columns : RosterColumns
        Which is which.
    scenario : Scenario
        Its days and pools.
    path : str
        Of the file, for messages.

    Raises
    ------
    InputError
        One line for each cell that cannot be read, the first `MOST_LINES`.
    """
    reader = RowReader(cells, columns, scenario, path)
    days = reader.read_days()
    spans = reader.read_spans()
    pools = reader.read_column("pool", reader.find_pool, scenario.pool_names[0])
    agents = reader.read_column("agents", read_agents, 1)
    if reader.errors:
        more = len(reader.errors) - MOST_LINES
        shown = reader.errors[:MOST_LINES]
        raise InputError(*shown, *([f"{path}: and {more} more errors"] if more > 0 else []))
    rows = zip(days, spans, pools, agents, strict=True)
    return [DutyRow(day, *span, pool, count) for day, span, pool, count in rows]


class RowReader:
    """Reads columns cell by cell and gathers what is wrong."""

    def __init__(
        self,
        cells: Mapping[str, np.ndarray],
        columns: RosterColumns,
        scenario: Scenario,
        path: str,
    ) -> None:
        self.cells = cells
        self.columns = columns
        self.scenario = scenario
        self.path = path
        self.errors: list[str] = []
        self.n = len(next(iter(cells.values())))
        start = scenario.horizon.start
        n_days = lay_local_grid(scenario.horizon).n_days
        self.dates = [start.date() + datetime.timedelta(days=day) for day in range(n_days)]

    def read_column(self, part: str, read: Callable[[str], Found], missing: Found) -> list[Found]:
        """Read a column's values; where there is no such column, or an error, ``missing``."""
        name = self.columns.names.get(part)
        if name is None:
            if part == "pool" and len(self.scenario.pool_names) > 1:
                pools = ", ".join(self.scenario.pool_names)
                self.errors.append(f"{self.path}: no column pool found; it says one of {pools}")
            return [missing] * self.n
        found = []
        for number, cell in enumerate(self.cells[name].tolist()):
            try:
                found.append(read(cell))
            except CellError as error:
                where = f"{self.path}: row {number + 1} below the header, column {name}"
                self.errors.append(f"{where} = {cell or 'nothing'}: allowed: {error}")
                found.append(missing)
        return found

    def find_pool(self, cell: str) -> str:
        """Look up the scenario's pool by name, whatever its case."""
        names = {strip_accents(name): name for name in self.scenario.pool_names}
        known = names.get(strip_accents(cell))
        if known is None:
            raise CellError(f"{', '.join(names.values())}{suggest(cell, names.values())}")
        return known

    def read_spans(self) -> list[tuple[int, int]]:
        """Read start and length [min] of each row."""
        names = self.columns.names
        if self.columns.kind == "hours":
            starts = self.read_column("hour", read_clock, 0)
            return [(start, step_of(starts)) for start in starts]
        if "start" not in names:
            return self.read_column("shift", read_range, (0, 60))
        starts = self.read_column("start", read_clock, 0)
        if "end" in names:
            ends = self.read_column("end", read_clock, 1)
            return [(one, span(one, end)) for one, end in zip(starts, ends, strict=True)]
        lengths = self.read_column("length", read_length, 60)
        return list(zip(starts, lengths, strict=True))

    def read_days(self) -> list[tuple[int, ...]]:
        """Read which days of the horizon each row stands for, numbered from 0."""
        part = next((one for one in ("day", "start", "hour") if one in self.columns.names), "day")
        name = self.columns.names.get(part)
        if name is None:
            self.errors.append(f"{self.path}: no column of days found: dates or weekdays")
            return [()] * self.n
        cells = self.cells[name]
        dated = read_dates(cells)
        known = [date for date in dated if date is not None]
        is_other = bool(known) and not any(date in self.dates for date in known)
        is_one_week = is_other and (max(known) - min(known)).days < DAYS_A_WEEK
        from_zero = any(read_number(cell) == 0 for cell in cells.tolist())
        by_cell = dict(zip(cells.tolist(), dated, strict=True))

        def read(cell: str) -> tuple[int, ...]:
            date = by_cell[cell]
            if date is None:
                return self.find_days(cell, from_zero)
            if is_one_week:
                return self.list_weekday((date.weekday(),))
            if date not in self.dates:
                nearest = min(self.dates, key=lambda one: abs((one - date).days))
                raise CellError(
                    f"{self.dates[0]} to {self.dates[-1]}, the horizon's days, or another whole "
                    f"week; nearest: {nearest}"
                )
            return (self.dates.index(date),)

        return self.read_column(part, read, ())

    def find_days(self, cell: str, from_zero: bool) -> tuple[int, ...]:
        """Look up the horizon's days of a weekday or of a day's number."""
        number = read_number(cell)
        if np.isfinite(number):
            day = number - (0 if from_zero else 1)
            if day != int(day) or not 0 <= day < len(self.dates):
                first = 0 if from_zero else 1
                raise CellError(f"a day from {first} to {len(self.dates) - 1 + first}")
            return (int(day),)
        weekdays = list_weekdays(cell)
        if not weekdays:
            names = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
            raise CellError(f"a date, a weekday or a number of a day{suggest(cell, names)}")
        return self.list_weekday(weekdays)

    def list_weekday(self, weekdays: tuple[int, ...]) -> tuple[int, ...]:
        """List the days of the horizon, numbered from 0, that fall on some weekdays."""
        return tuple(n for n, date in enumerate(self.dates) if date.weekday() in weekdays)


def read_dates(cells: np.ndarray) -> list[datetime.date | None]:
    """Read the date of each cell, None where it is none; a time of day in it is left out."""
    texts = [str(cell).strip() for cell in cells]
    is_date = [bool(re.search(r"\d[-./ ]\s?[\w]{2,9}[-./ ,]+\d", text)) for text in texts]
    whole = [text if ":" in text else f"{text} 00:00" for text in texts]
    filled = np.array([text for text, one in zip(whole, is_date, strict=True) if one], dtype=object)
    stamps = iter(read_times(filled, UTC).tolist() if filled.size else [])
    found: list[datetime.date | None] = []
    for one in is_date:
        stamp = next(stamps) if one else NO_TIME
        epoch = datetime.date(1970, 1, 1)
        is_known = stamp != NO_TIME
        found.append(epoch + datetime.timedelta(stamp // MS_PER_DAY) if is_known else None)
    return found


def read_clock(cell: str) -> int:
    """Read a clock time, hours, or a date with a time as minutes from midnight."""
    text = cell.strip()
    match = CLOCK.fullmatch(text.removesuffix("Uhr").strip())
    if match is not None:
        hour, minute = int(match[1]), int(match[2] or 0)
        if match[3]:
            hour = hour % 12 + 12 * (match[3].lower() == "p")
        minutes = float(hour * 60 + minute)
    elif re.search(r"\d[ T]\d{1,2}:\d{2}", text):
        stamp = int(read_times(np.array([text], dtype=object), UTC)[0])
        minutes = np.nan if stamp == NO_TIME else stamp % MS_PER_DAY / MS_PER_MIN
    else:
        minutes = read_number(text) * 60.0
    if not (0 <= minutes <= DAY_MIN and minutes % STEP_MIN == 0):
        raise CellError("a time of the day in steps of 5 min, such as 8:30 or 8.5")
    return int(minutes)


def read_range(cell: str) -> tuple[int, int]:
    """Read ``08:00-16:00`` or ``22:00 to 06:00 next day`` as start and length [min]."""
    ends = RANGE.split(NEXT_DAY.sub("", cell.strip()))
    if len(ends) != 2:
        raise CellError("two times, such as 08:00-16:00")
    start, end = (read_clock(text) for text in ends)
    return start, span(start, end)


def span(start_min: int, end_min: int) -> int:
    """Minutes from a clock time to the next time that the clock shows another."""
    return (end_min - start_min - 1) % DAY_MIN + 1


def read_length(cell: str) -> int:
    """Read a length [min] from hours (8, 7,5), or hours and minutes (7:30)."""
    minutes = read_clock(cell)
    if minutes == 0:
        raise CellError("a length above 0 and at most 24 h, such as 8 or 7:30")
    return minutes


def read_agents(cell: str) -> int:
    """Read a whole number of people."""
    number = read_number(cell)
    if not (np.isfinite(number) and number >= 0 and number == int(number)):
        raise CellError("a whole number of people, 0 or more")
    return int(number)


def read_number(cell: str) -> float:
    """Read a cell as a number, with a decimal point or comma; NaN where it is none."""
    numbers = read_numerals(np.array([cell], dtype=object))
    return float("nan") if numbers is None else float(numbers[0])


def step_of(starts: list[int]) -> int:
    """Length of a row of hours [min]: an hour, or less where rows start within one."""
    return int(np.gcd.reduce(np.array([60, *starts])))
