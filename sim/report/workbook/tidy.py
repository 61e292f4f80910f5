"""A plan as tidy tables, one kind of thing a file, for tools that read a table and no report.

``staffing.csv`` has the form in which workforce-management tools take intervals in: a row for each
interval and pool with who is required on the queue and who is planned on the roster for them.
plan.csv stays what the verbs read back. Checked by ``tests/unit/test_report_tidy.py``.
"""

import datetime
import pathlib
from collections.abc import Sequence
from typing import Any, NamedTuple

from sim.decision.decision import Decision
from sim.decision.staffing import RepeatedShift, StaffedInterval
from sim.report.format import WEEKDAYS
from sim.report.surge import list_surge
from sim.store.adding import add_files
from sim.store.text import format_csv

FOLDER = "tables"


class TidyTable(NamedTuple):
    """Columns and rows of one file."""

    head: tuple[str, ...]
    rows: list[tuple[Any, ...]]


def add_tables(folder: pathlib.Path, decision: Decision) -> None:
    """Put the tables of a plan into the folder ``tables`` of a run, those with rows."""
    files = {
        f"{FOLDER}/{name}.csv": format_csv(table.head, table.rows).encode()
        for name, table in list_tables(decision).items()
        if table.rows
    }
    if files:
        add_files(folder, files)


def list_tables(decision: Decision) -> dict[str, TidyTable]:
    """List the tables of a plan by name."""
    effort = [(one.topic, one.phase, one.level) for one in decision.effort]
    order = list(enumerate(decision.order, start=1))
    return {
        "staffing": list_staffing(decision.staff_by_interval),
        "shifts": list_shift_days(decision.shifts, decision.staff_by_interval),
        "effort": TidyTable(("topic", "phase", "level"), effort),
        "order_of_work": TidyTable(("number", "rule"), order),
        "on_call_crew": TidyTable(("rule", "value"), list(list_surge(decision.surge))),
    }


def list_staffing(rows: Sequence[StaffedInterval]) -> TidyTable:
    """List who is required and planned, by interval and pool, local times to the minute.

    An interval ends where the next one of its pool starts; the last is as long as the one before.
    Where the clock shows an hour twice, the second one bears its offset from UTC.
    """
    head = ("interval_start", "interval_end", "pool", "required", "planned")
    table: list[tuple[Any, ...]] = []
    for pool in dict.fromkeys(row.pool for row in rows):
        mine = [row for row in rows if row.pool == pool]
        ends = [row.time_local for row in mine[1:]]
        ends += [find_end(mine)] if mine else []
        for row, end in zip(mine, ends, strict=True):
            planned = row.agents if row.on_roster is None else row.on_roster
            start, last = (text.replace("T", " ") for text in (row.time_local, end))
            table.append((start, last, pool, row.agents, planned))
    return TidyTable(head, sorted(table, key=lambda each: each[0]))


def find_end(rows: Sequence[StaffedInterval]) -> str:
    """Find the local end of a pool's last interval, ISO 8601."""
    last = rows[-1]
    step_min = last.interval_start_min - rows[-2].interval_start_min if len(rows) > 1 else 60
    end = datetime.datetime.fromisoformat(last.time_local) + datetime.timedelta(minutes=step_min)
    return end.isoformat(timespec="minutes")


def list_shift_days(shifts: Sequence[RepeatedShift], staff: Sequence[StaffedInterval]) -> TidyTable:
    """List shifts, a row for each date, pool and kind: when it starts and ends, who works it."""
    head = ("date", "weekday", "start", "end", "hours", "pool", "at_work", "on_roster")
    dates = sorted({row.time_local[:10] for row in staff})
    rows: list[tuple[Any, ...]] = []
    for one in shifts:
        for text in dates:
            date = datetime.date.fromisoformat(text)
            if not is_worked(one, date):
                continue
            start = datetime.datetime.combine(date, datetime.time())
            start += datetime.timedelta(hours=one.start)
            end = start + datetime.timedelta(hours=one.length_h)
            rows.append(
                (
                    text,
                    WEEKDAYS[date.weekday()],
                    *(time.isoformat(sep=" ", timespec="minutes") for time in (start, end)),
                    one.length_h,
                    one.pool,
                    one.agents,
                    one.on_roster,
                )
            )
    return TidyTable(head, sorted(rows, key=lambda row: (row[2], row[3], row[5])))


def is_worked(shift: RepeatedShift, date: datetime.date) -> bool:
    """Whether a shift is on a date: days are weekdays (numbers or names) or dates."""
    names = (date.weekday(), WEEKDAYS[date.weekday()], date.isoformat())
    return any(day in names for day in shift.days)
