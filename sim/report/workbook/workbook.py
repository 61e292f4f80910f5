"""plan.xlsx: the decision as a workbook for people who plan in one.

The numbers of decision.json, unrounded, units in the headings: six sheets
(``sim.report.workbook.sheets``), the outlook (``sim.report.workbook.outlook``)
and those of further answers where the decision has them (``sim.report.workbook.questions``).
Times are times, local and without their zone. The
bytes are the same from run to run (fixed creation date). No text becomes a formula or a link.

Checked by ``tests/unit/test_report_workbook.py``.
"""

import datetime
import io
import math
import os
import pathlib
from collections.abc import Sequence
from typing import Any

from sim.decision.decision import Decision
from sim.report.charts.svg import clean_text
from sim.report.format import is_number
from sim.report.workbook.outlook import list_outlook
from sim.report.workbook.questions import list_questions
from sim.report.workbook.sheets import Sheet, list_sheets
from sim.store.adding import add_files

CREATED = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC).replace(tzinfo=None)
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
# Characters: narrower hides a number, wider pushes the next column off the screen.
NARROWEST, WIDEST = 9, 70
# A cell of a workbook takes 32,767 letters.
LONGEST_TEXT = 32000


def write_workbook(path: str | os.PathLike[str] | io.BytesIO, decision: Decision) -> None:
    """Write the plan as an Excel workbook.

    Parameters
    ----------
    path : path or BytesIO
        Where to write.
    decision : Decision
        Parts may be missing.
    """
    sheets = [*list_sheets(decision), *list_outlook(decision), *list_questions(decision)]
    write_sheets(path, sheets, "Staffing plan")


def write_sheets(
    path: str | os.PathLike[str] | io.BytesIO, sheets: Sequence[Sheet], title: str
) -> None:
    """Write sheets as an Excel workbook with a title of its own."""
    import xlsxwriter

    book = xlsxwriter.Workbook(path if isinstance(path, io.BytesIO) else os.fspath(path), OPTIONS)
    book.set_properties({"title": title, "created": CREATED})
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    times = book.add_format({"num_format": "yyyy-mm-dd hh:mm", "valign": "top", "align": "left"})
    for sheet in sheets:
        _fill_sheet(book.add_worksheet(sheet.name), sheet, bold, wrap, times)
    book.close()


def add_workbook(folder: pathlib.Path, decision: Decision) -> None:
    """Put plan.xlsx into the folder of a plan, whole or not at all."""
    content = io.BytesIO()
    write_workbook(content, decision)
    add_files(folder, {"plan.xlsx": content.getvalue()})


def _fill_sheet(page: Any, sheet: Sheet, bold: Any, wrap: Any, times: Any) -> None:
    page.write_row(0, 0, [clean_text(each, LONGEST_TEXT) for each in sheet.head], bold)
    for index, row in enumerate(sheet.rows, start=1):
        for column, value in enumerate(row):
            if isinstance(value, datetime.datetime):
                page.write_datetime(index, column, value, times)
            else:
                _write_cell(page, index, column, value, wrap)
    for column, heading in enumerate(sheet.head):
        texts = [heading, *(str(row[column]) for row in sheet.rows if row[column] is not None)]
        longest = max(len(text) for text in texts)
        page.set_column(column, column, min(max(longest + 2, NARROWEST), WIDEST))
    page.freeze_panes(1, 0)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)


def _write_cell(page: Any, row: int, column: int, value: Any, wrap: Any) -> None:
    if is_number(value):
        page.write_number(row, column, float(value))
    elif value is not None and not (isinstance(value, float) and not math.isfinite(value)):
        page.write_string(row, column, clean_text(value, LONGEST_TEXT), wrap)
