"""Shifts as people read them: a row for each kind of shift, a column for each day.

Checked by ``tests/unit/test_report_decision.py``.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from sim.report.format import (
    NO_BREAK,
    WEEKDAYS,
    is_number,
    read_time,
    write_day,
    write_number,
    write_value,
)

MOST_COLUMNS = 8
Key = tuple[str, str, str, str]


class ShiftTable(NamedTuple):
    """Headings of the days, and rows: pool, start, length, name, then people on each day.

    `has_names` tells whether any shift has a name.
    """

    days: list[str]
    rows: list[tuple[Key, list[str]]]
    has_names: bool


def lay_out_shifts(shifts: Sequence[Mapping[str, Any]]) -> ShiftTable | None:
    """Return kinds of shift by days; None if there are none or too many days for a table.

    Parameters
    ----------
    shifts : sequence of mappings
        ``shifts`` of decision.json: name, pool, days, start, length_h, agents.
    """
    cells: dict[Key, dict[str, float]] = {}
    for shift in shifts:
        row = cells.setdefault(_make_key(shift), {})
        for day in list_days(shift.get("days")):
            agents = shift.get("agents")
            row[day] = row.get(day, 0.0) + (float(agents) if is_number(agents) else 0.0)
    days = sorted({day for row in cells.values() for day in row}, key=_order_day)
    if not days or len(days) > MOST_COLUMNS:
        return None
    rows = [
        (key, [write_number(row[day], 0) if row.get(day) else "\u00b7" for day in days])
        for key, row in sorted(cells.items())
    ]
    return ShiftTable([name_day(day) for day in days], rows, any(key[3] for key, _ in rows))


def list_days(days: Any) -> list[str]:
    """Return the days of a shift as texts; a number from 0 to 6 is a weekday from Monday."""
    entries = days if isinstance(days, list | tuple) else [days]
    return [
        WEEKDAYS[each] if isinstance(each, int) and 0 <= each < 7 else str(each)
        for each in entries
        if each is not None
    ]


def name_day(day: str) -> str:
    """Return a date as ``Mon 2 Mar``, another text as it is."""
    try:
        time = read_time(day)
    except ValueError:
        return day
    return day if np.isnat(time) or len(day) < 10 else write_day(time)


def write_days(days: Any) -> str:
    """Write the days of a shift; a run of three and more as ``Mon\u2013Fri``."""
    names = list_days(days)
    places = [WEEKDAYS.index(name) for name in names if name in WEEKDAYS]
    if len(places) == len(names) > 2 and places == list(range(places[0], places[-1] + 1)):
        return f"{names[0]}\u2013{names[-1]}"
    return ", ".join(name_day(name) for name in names)


def write_hour(start: Any) -> str:
    """Write the hour at which a shift starts, 9.5, as ``09:30``; a text as it is."""
    if not is_number(start):
        return str(start or "")
    minutes = round(60 * float(start)) % 1440
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _make_key(shift: Mapping[str, Any]) -> Key:
    length = write_value(shift.get("length_h"), "h").replace(NO_BREAK, " ")
    return (
        str(shift.get("pool", "")),
        write_hour(shift.get("start")),
        length,
        str(shift.get("name", "")),
    )


def _order_day(day: str) -> tuple[int, str]:
    return (WEEKDAYS.index(day), "") if day in WEEKDAYS else (len(WEEKDAYS), day)
