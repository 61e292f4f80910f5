"""plan.xlsx read back by another library: the numbers of decision.json, text as text."""

import dataclasses
import datetime
import json
import time

import openpyxl
import pytest
import report_folders as folders
from report_folders import ANSWERS, BREACH, HOURS, LEVER, POINTS, make_served, read

from sim.decision.customers import CustomersTold
from sim.decision.decision import NO_DECISION
from sim.decision.run_book import WeekSpread
from sim.report.workbook.workbook import write_workbook

SHEETS = ["Decision", "Staff per interval", "Shifts", "Effort", "Surge rules", "Compared"]


def read_rows(path, sheet):
    """Return the rows of a sheet as tuples."""
    return [tuple(row) for row in openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True)]


def test_the_numbers_are_those_of_the_decision(tmp_path):
    decision = json.loads(json.dumps(folders.make_decision()))
    path = tmp_path / "plan.xlsx"
    write_workbook(path, read(decision))
    assert openpyxl.load_workbook(path).sheetnames == SHEETS
    facts = {row[0]: row[1:] for row in read_rows(path, "Decision")}
    assert facts["Expected cost"] == (29140.0, "USD")
    assert facts["Staffed hours"] == (641.5, "h")
    assert facts["Expected overtime"] == (4.2, "h")
    assert facts["Gap"] == (0.0338, "0 to 1")
    staff = read_rows(path, "Staff per interval")
    assert staff[0][2:] == ("general, people", "technical, people", "All together, people")
    assert all(row[4] == row[2] + row[3] for row in staff[1:])
    assert len(staff) == 1 + 168
    by_pool = [r["agents"] for r in decision["staff_by_interval"] if r["pool"] == "technical"]
    assert [row[3] for row in staff[1:]] == by_pool
    assert staff[1 + 36][:2] == (datetime.datetime(2026, 2, 3, 12), 2160)
    compared = read_rows(path, "Compared")[1:]
    names = ("policy", "satisfaction_difference", "ci_low", "ci_high", "p_holm", "cost_difference")
    assert [row[:6] for row in compared] == [
        tuple(entry[name] for name in names) for entry in decision["evidence"]
    ]
    shifts = read_rows(path, "Shifts")
    assert shifts[1] == ("early", "general", "Mon\u2013Fri", 7, 8, 2, 3)
    effort = read_rows(path, "Effort")
    assert effort[0] == ("Topic", "calm", "ahead", "surge", "recovery")
    assert effort[2] == ("error", "standard", "standard", "thorough", "thorough")


def test_further_answers_have_sheets_with_their_numbers(tmp_path):
    decision = {**folders.make_decision(), **ANSWERS}
    path = tmp_path / "plan.xlsx"
    write_workbook(path, read(json.loads(json.dumps(decision))))
    names = ["Hour prices", "Levers", "Switching values", "Frontier"]
    assert openpyxl.load_workbook(path).sheetnames == SHEETS + names
    hours = read_rows(path, "Hour prices")
    assert hours[0][4] == "Satisfaction added, per 1,000 USD"
    assert [row[2:5] for row in hours[1:]] == [
        (row["per_hour"], row["error"], row["per_1000_currency"]) for row in HOURS
    ]
    assert hours[2][5] == "No difference shown"
    start, lever, together = read_rows(path, "Levers")[1:]
    assert (start[2], start[6]) == (0.58, 8800.0)
    gain = (LEVER["difference"], LEVER["ci_low"], LEVER["ci_high"])
    assert lever[:8] == (LEVER["label"], LEVER["decided"][0], None, *gain, LEVER["cost"], 50)
    assert together[3] == -0.002
    flipped, other = read_rows(path, "Switching values")[1:]
    assert flipped == ("events.launch.peak", 2.5, 1.25, 4.0, 3.75, 0.8, "Reactive", 0.01)
    assert other == ("demand.base_per_h", 0, 0, 0, None, None, "no switch seen", None)
    frontier = read_rows(path, "Frontier")
    assert frontier[0][:3] == ("Budget, USD", "Expected cost, USD", "On shift, h")
    keys = ("budget", "cost", "staffed_h", "value", "ci_low", "ci_high",
            "gain", "gain_low", "gain_high", "promise_met_share", "n")  # fmt: skip
    assert frontier[1:] == [tuple(point[key] for key in keys) for point in POINTS]


def test_bytes_do_not_depend_on_the_clock(tmp_path):
    write_workbook(tmp_path / "one.xlsx", read(folders.make_decision()))
    time.sleep(1.1)  # the stamps in a workbook count whole seconds
    write_workbook(tmp_path / "two.xlsx", read(folders.make_decision()))
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


def test_no_text_becomes_a_formula_or_a_link(tmp_path):
    decision = folders.make_decision()
    hostile = [
        "=1+1",
        "+cmd|' /C calc'!A0",
        "https://example.org/x",
        "mailto:a@b.c",
        "\x07bell",
        "x" * 40000,
    ]
    decision["reasons"] = hostile
    decision["shifts"][0]["name"] = "=HYPERLINK(1)"
    path = tmp_path / "plan.xlsx"
    write_workbook(path, read(decision))
    book = openpyxl.load_workbook(path)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert not any(cell.hyperlink for cell in cells)
    reasons = [row[1] for row in read_rows(path, "Decision") if row[0] == "Reason"]
    assert reasons[:5] == [*hostile[:4], "bell"]


def test_headings_are_frozen_and_columns_are_wide_enough(tmp_path):
    path = tmp_path / "plan.xlsx"
    write_workbook(path, read(folders.make_decision()))
    book = openpyxl.load_workbook(path)
    for sheet in book:
        assert sheet.freeze_panes == "A2"
        for column in sheet.iter_cols():
            letter = column[0].column_letter
            width = sheet.column_dimensions[letter].width
            longest = max(len(str(cell.value)) for cell in column if cell.value is not None)
            assert width >= min(longest, 69)


def test_missing_parts_and_numbers_leave_cells_empty(tmp_path):
    path = tmp_path / "plan.xlsx"
    write_workbook(path, NO_DECISION)
    assert openpyxl.load_workbook(path).sheetnames == SHEETS
    row = {
        **folders.make_decision()["evidence"][0],
        "satisfaction_difference": None,
        "ci_low": None,
    }
    write_workbook(path, read({"evidence": [row]}))
    assert read_rows(path, "Compared")[1][:3] == ("flat", None, None)


def test_customers_and_the_run_book_have_sheets_with_times_as_times(tmp_path):
    """A share of .507 is 50.7 of 100; what never came about is an empty cell."""
    plan = dataclasses.replace(
        folders.read(folders.make_decision()),
        customers=CustomersTold(served=(make_served([0.507, 0, 0.193, 0.1, 0.1, 0.1]),), topics=()),
        run_book=(dataclasses.replace(BREACH, normal_after_h=WeekSpread(
            p10=11.0, p50=26.04, p90=None)),),
    )  # fmt: skip
    write_workbook(tmp_path / "plan.xlsx", plan)
    rows = read_rows(tmp_path / "plan.xlsx", "Of 100 customers")
    assert rows[1][:6] == ("with the event", "Plan", "Answered in time", 50.7, 48.7, 52.7)
    assert sum(row[3] for row in rows[1:7]) == pytest.approx(100.0)
    book = {row[2]: row for row in read_rows(tmp_path / "plan.xlsx", "Run book")[1:]}
    normal = book["From the event until it is normal"]
    assert normal[1] == datetime.datetime(2026, 6, 2, 11)
    assert normal[4:] == (11, 26, None)
    assert book["Weeks in which the on-call crew works after it"][5] == 62
