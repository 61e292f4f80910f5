"""Tidy tables: intervals meet, dates are those of the shifts, numbers are the plan's."""

import csv
import dataclasses

import report_folders as folders

from sim.decision.staffing import RepeatedShift, StaffedInterval
from sim.report.workbook.tidy import add_tables, list_shift_days, list_staffing, list_tables

PLAN = folders.read(folders.make_decision())


def test_a_row_for_each_interval_and_pool_with_what_is_required_and_planned():
    rows = [
        StaffedInterval(pool=pool, interval_start_min=30 * number, agents=2 + number,
                        time_local=f"2026-10-25T0{number // 2}:{30 * (number % 2):02d}",
                        on_roster=4 + number)
        for pool in ("day", "night") for number in range(3)
    ]  # fmt: skip
    table = list_staffing(rows)
    assert table.head == ("interval_start", "interval_end", "pool", "required", "planned")
    assert table.rows[:2] == [
        ("2026-10-25 00:00", "2026-10-25 00:30", "day", 2, 4),
        ("2026-10-25 00:00", "2026-10-25 00:30", "night", 2, 4),
    ]
    assert table.rows[-1] == ("2026-10-25 01:00", "2026-10-25 01:30", "night", 4, 6)


def test_an_hour_that_comes_twice_bears_its_offset():
    """Catches two rows that a planning tool would take for one."""
    times = ("2026-10-25T01:00", "2026-10-25T01:00-05:00", "2026-10-25T02:00")
    rows = [StaffedInterval(pool="p", interval_start_min=60 * n, time_local=time, agents=1)
            for n, time in enumerate(times)]  # fmt: skip
    found = [row[:2] for row in list_staffing(rows).rows]
    assert len(set(found)) == 3
    assert ("2026-10-25 01:00", "2026-10-25 01:00-05:00") in found


def test_shifts_come_by_date_whatever_names_their_days():
    shifts = [
        RepeatedShift(name="x", days=days, start=22.0, length_h=8.0, pool="p", agents=2)
        for days in ((1,), ("Tue",), ("2026-02-03",), (9,))
    ]
    rows = list_shift_days(shifts, PLAN.staff_by_interval).rows
    night = ("2026-02-03", "Tue", "2026-02-03 22:00", "2026-02-04 06:00", 8.0, "p", 2, None)
    assert rows == [night] * 3


def test_people_hours_of_the_tables_are_those_of_the_plan():
    tables = list_tables(PLAN)
    assert sum(row[3] for row in tables["staffing"].rows) == sum(
        one.agents for one in PLAN.staff_by_interval
    )
    assert len(tables["shifts"].rows) == sum(len(one.days) for one in PLAN.shifts)
    assert len(tables["effort"].rows) == len(PLAN.effort)


def test_they_are_written_one_a_file_and_those_without_rows_are_not(tmp_path):
    add_tables(tmp_path, dataclasses.replace(PLAN, surge=None))
    names = {path.name for path in (tmp_path / "tables").iterdir()}
    assert names == {"staffing.csv", "shifts.csv", "effort.csv", "order_of_work.csv"}
    with (tmp_path / "tables" / "staffing.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == len(PLAN.staff_by_interval)
