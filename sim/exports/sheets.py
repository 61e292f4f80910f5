"""The rows of a workbook (xlsx) as text, its times as ISO 8601.

openpyxl reads it, which the extra ``excel`` installs. Checked by
``tests/unit/test_store_histories.py``.
"""

import datetime
import io
import pathlib
from typing import Any

from sim.errors import InputError


def read_sheet(path: pathlib.Path, data: bytes) -> tuple[list[list[str]], tuple[str, ...]]:
    """Rows of the only sheet that has any, and what was done.

    Raises
    ------
    InputError
        openpyxl is missing, the workbook is broken, or several sheets have rows.
    """
    try:
        import openpyxl
    except ImportError as error:
        raise InputError(
            f"{path}: a workbook needs openpyxl: pip install 'surgecrew[excel]', or save it as CSV"
        ) from error
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheets = {sheet.title: _list_rows(sheet) for sheet in book.worksheets}
    except Exception as error:  # openpyxl raises what its parsers do
        raise InputError(f"{path}: cannot be read as a workbook ({error})") from error
    filled = {name: rows for name, rows in sheets.items() if len(rows) > 1}
    if not filled:
        raise InputError(f"{path}: holds no rows")
    name = max(filled, key=lambda each: len(filled[each]))
    others = [other for other in filled if other != name]
    notes = [f"sheet {name!r}"]
    if others:
        notes.append(f"other sheets left out: {', '.join(others[:5])}")
    return filled[name], tuple(notes)


def _list_rows(sheet: Any) -> list[list[str]]:
    rows = [[_write(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    while rows and not any(rows[-1]):
        rows.pop()
    width = max((place + 1 for row in rows for place, cell in enumerate(row) if cell), default=0)
    return [(row + [""] * width)[:width] for row in rows if any(row)]


def _write(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(sep=" ") if cell.time() != datetime.time() else f"{cell:%Y-%m-%d}"
    if isinstance(cell, datetime.timedelta):
        seconds = round(cell.total_seconds())
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    if isinstance(cell, float):
        return repr(cell).removesuffix(".0")
    return str(cell).strip()
