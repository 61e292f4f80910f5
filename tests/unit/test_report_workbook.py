"""plan.xlsx read back by another library: the numbers of decision.json, text as text."""

import json
import time

import openpyxl
import report_folders as folders

from sim.report.workbook import write_workbook

SHEETS = ["Decision", "Staff per interval", "Shifts", "Effort", "Surge rules", "Compared"]


def read_rows(path, sheet):
    """Return the rows of a sheet as tuples."""
    return [tuple(row) for row in openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True)]


def test_the_numbers_are_those_of_the_decision(tmp_path):
    decision = json.loads(json.dumps(folders.make_decision()))
    path = tmp_path / "plan.xlsx"
    write_workbook(path, decision)
    assert openpyxl.load_workbook(path).sheetnames == SHEETS
    facts = {row[0]: row[1:] for row in read_rows(path, "Decision")}
    assert facts["Expected cost"] == (29140.0, "USD")
    assert facts["Staffed hours"] == (641.5, "h")
    assert facts["Gap"] == (0.0338, "0 to 1")
    staff = read_rows(path, "Staff per interval")
    assert staff[0][2:] == ("general, people", "technical, people")
    assert len(staff) == 1 + 168
    by_pool = [r["agents"] for r in decision["staff_by_interval"] if r["pool"] == "technical"]
    assert [row[3] for row in staff[1:]] == by_pool
    assert staff[1 + 36][:2] == ("2026-02-03 12:00", 2160)
    compared = read_rows(path, "Compared")[1:]
    names = ("policy", "satisfaction_difference", "ci_low", "ci_high", "p_holm", "cost_difference")
    assert [row[:6] for row in compared] == [
        tuple(entry[name] for name in names) for entry in decision["evidence"]
    ]
    shifts = read_rows(path, "Shifts")
    assert shifts[1] == ("early", "general", "Mon\u2013Fri", "07:00", 8, 2)
    effort = read_rows(path, "Effort")
    assert effort[0] == ("Topic", "calm", "ahead", "surge", "recovery")
    assert effort[2] == ("error", "standard", "standard", "thorough", "thorough")


def test_bytes_do_not_depend_on_the_clock(tmp_path):
    write_workbook(tmp_path / "one.xlsx", folders.make_decision())
    time.sleep(1.1)  # the stamps in a workbook count whole seconds
    write_workbook(tmp_path / "two.xlsx", folders.make_decision())
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
    write_workbook(path, decision)
    book = openpyxl.load_workbook(path)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert not any(cell.hyperlink for cell in cells)
    reasons = [row[1] for row in read_rows(path, "Decision") if row[0] == "Reason"]
    assert reasons[:5] == [*hostile[:4], "bell"]


def test_headings_are_frozen_and_columns_are_wide_enough(tmp_path):
    path = tmp_path / "plan.xlsx"
    write_workbook(path, folders.make_decision())
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
    write_workbook(path, {})
    assert openpyxl.load_workbook(path).sheetnames == SHEETS
    row = {"policy": "flat", "satisfaction_difference": float("nan"), "ci_low": None}
    write_workbook(path, {"evidence": [row], "headline": {"cost": float("inf")}})
    assert read_rows(path, "Compared")[1][:3] == ("flat", None, None)
