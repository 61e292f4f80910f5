"""Shifts as people read them: a row for each kind of shift, a column for each day.

Checked by ``tests/unit/test_report_decision.py``.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.decision.staffing import RepeatedShift
from sim.report.format import (
    NO_BREAK,
    WEEKDAYS,
    read_time,
    write_day,
    write_number,
    write_value,
)

# A week and its spill-over day fit across a page.
MOST_COLUMNS = 8
Key = tuple[str, str, str, str]


class ShiftTable(NamedTuple):
    """Headings of the days, and rows: pool, start, length, name, then people on each day.

    `has_names` tells whether any shift has a name, `has_heads` whether people on the roster stand
    beside those at work.
    """

    days: list[str]
    rows: list[tuple[Key, list[str]]]
    has_names: bool
    has_heads: bool


def lay_out_shifts(shifts: Sequence[RepeatedShift]) -> ShiftTable | None:
    """Lay out kinds of shift by days; None if there are none or too many days for a table.

    Parameters
    ----------
    shifts : sequence of RepeatedShift
        Of the decision.
    """
    cells: dict[Key, dict[str, np.ndarray]] = {}
    has_heads = any(shift.on_roster is not None for shift in shifts)
    for shift in shifts:
        row = cells.setdefault(_make_key(shift), {})
        for day in list_days(shift.days):
            people = np.array([shift.agents, shift.on_roster or 0])
            row[day] = row.get(day, np.zeros(2)) + people
    days = sorted({day for row in cells.values() for day in row}, key=_order_day)
    if not days or len(days) > MOST_COLUMNS:
        return None
    rows = [
        (key, [_write_people(row.get(day), has_heads) for day in days])
        for key, row in sorted(cells.items())
    ]
    has_names = any(key[3] for key, _ in rows)
    return ShiftTable([name_day(day) for day in days], rows, has_names, has_heads)


def _write_people(people: np.ndarray | None, has_heads: bool) -> str:
    if people is None or not people[0]:
        return "\u00b7"
    heads = f"{NO_BREAK}({write_number(people[1], 0)})" if has_heads else ""
    return f"{write_number(people[0], 0)}{heads}"


def list_days(days: Sequence[int | str]) -> list[str]:
    """List the days of a shift as texts; a number from 0 to 6 is a weekday from Monday."""
    return [
        WEEKDAYS[each] if isinstance(each, int) and 0 <= each < 7 else str(each) for each in days
    ]


def name_day(day: str) -> str:
    """Write a date as ``Mon 2 Mar``, another text as it is."""
    try:
        time = read_time(day)
    except ValueError:
        return day
    return day if np.isnat(time) or len(day) < 10 else write_day(time)


def write_days(days: Sequence[int | str]) -> str:
    """Write the days of a shift; a run of three and more as ``Mon\u2013Fri``."""
    names = list_days(days)
    places = [WEEKDAYS.index(name) for name in names if name in WEEKDAYS]
    if len(places) == len(names) > 2 and places == list(range(places[0], places[-1] + 1)):
        return f"{names[0]}\u2013{names[-1]}"
    return ", ".join(name_day(name) for name in names)


def write_hour(start: float) -> str:
    """Write the hour at which a shift starts, 9.5, as ``09:30``."""
    minutes = round(60 * start) % 1440
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _make_key(shift: RepeatedShift) -> Key:
    length = write_value(shift.length_h, "h").replace(NO_BREAK, " ")
    return shift.pool, write_hour(shift.start), length, shift.name


def _order_day(day: str) -> tuple[int, str]:
    return (WEEKDAYS.index(day), "") if day in WEEKDAYS else (len(WEEKDAYS), day)
