"""Where a text's table begins: its delimiter, lines above the header, and the header.

Excel's line ``sep=;`` names the delimiter. Else it is the one with which most of the first lines
have the same number of cells; the header is the first such line whose cells are mostly filled,
and what stands above it is a title. A first line that already holds a time where the next ones do
is no header. Checked by ``tests/unit/test_store_histories.py``.
"""

import collections
import csv
import re
from typing import NamedTuple

import numpy as np

from sim.errors import InputError

_DELIMITERS = (",", ";", "\t", "|", "~", "^")
# A letter that no export uses: a table of one column whose cells hold commas has no delimiter.
NOWHERE = "\x1f"
# Lines that are looked at; titles are above them all.
_LINES = 60
_BYTES = 1 << 18  # a quarter of a megabyte: sixty lines of long texts
# Seconds to nanoseconds since 1970, in a file without a header.
_LONG_NUMBER = re.compile(r"\s*\d{9,19}(\.\d+)?\s*")


class TextLayout(NamedTuple):
    """Where the rows of a text begin and what its columns are called."""

    delimiter: str
    names: tuple[str, ...]
    skipped_lines: int
    """lines above the first row"""
    notes: tuple[str, ...]


def find_layout(data: bytes) -> TextLayout:
    """Delimiter, header and first row of a text in UTF-8."""
    text = data[:_BYTES].decode("utf-8", errors="replace")
    if len(data) > _BYTES:
        text = text[: max(text.rfind("\n"), 1)]
    lines = text.splitlines()
    number = next((n for n, line in enumerate(lines) if line.strip()), 0)
    named = re.fullmatch(r'"?sep=(.|\\t)"?[,;\t]*', lines[number].strip(" ")) if lines else None
    notes: list[str] = []
    if named:
        number += 1
        notes.append(f"line {number} names the delimiter")
        delimiter = "\t" if named[1] == "\\t" else named[1]
        rows = _split(lines[number : number + _LINES], delimiter)
    else:
        delimiter, rows = _choose(lines[number : number + _LINES])
    width = _find_width(rows)
    header = _find_header(rows, width)
    titles = [row for row in rows[:header] if any(cell.strip() for cell in row)]
    if titles:
        first = next(cell.strip() for cell in titles[0] if cell.strip())
        lines_above = "1 line" if len(titles) == 1 else f"{len(titles)} lines"
        notes.append(f"{lines_above} above the header left out ({first[:40]!r})")
    names = [cell.strip() for cell in rows[header]] if rows else []
    if rows and _is_data(rows[header], rows[header + 1 : header + 6]):
        notes.append("no header: the first line is a row")
        names = [f"column {place + 1}" for place in range(len(names))]
        return TextLayout(
            delimiter, tuple(names), number + _count_lines(rows, header), tuple(notes)
        )
    if len(names) == width - 1 and all(
        row[-1:] == [""] for row in rows[header + 1 :] if len(row) == width
    ):
        names.append("")
    skipped = number + _count_lines(rows, header + 1)
    return TextLayout(delimiter, _name_empty(names), skipped, tuple(notes))


def _split(lines: list[str], delimiter: str) -> list[list[str]]:
    try:
        return list(csv.reader([f"{line}\n" for line in lines], delimiter=delimiter))
    except csv.Error:
        return [line.split(delimiter) for line in lines]


def _choose(lines: list[str]) -> tuple[str, list[list[str]]]:
    """The delimiter with which most lines are alike, and more cells where several do."""
    best, chosen, found = (0.0, 0), ",", _split(lines, ",")
    for delimiter in _DELIMITERS:
        rows = _split(lines, delimiter)
        width = _find_width(rows)
        filled = [row for row in rows if row]
        alike = sum(len(row) == width for row in filled) / max(len(filled), 1)
        # Two in a hundred: a broken row or two must not hand the table to another delimiter.
        score = (round(alike / 0.02) * 0.02, width)
        if width > 1 and score > best:
            best, chosen, found = score, delimiter, rows
    header = next((row for row in found if row), [])
    if best[0] and len(header) == 1 and _find_width(found) > 1 and len(lines) > 1:
        alone = _split(lines, NOWHERE)
        if not any(len(row) == _find_width(found) for row in found[:5] if _is_header(row)):
            return NOWHERE, alone
    return chosen, found


def _is_header(row: list[str]) -> bool:
    return bool(row) and not any(re.search(r"\d{2}", cell) for cell in row)


def _find_width(rows: list[list[str]]) -> int:
    widths = collections.Counter(len(row) for row in rows if row)
    first = next((len(row) for row in rows if row), 1)
    return max(widths, key=lambda width: (widths[width], width == first, width), default=1)


def _find_header(rows: list[list[str]], width: int) -> int:
    """The first line that is as wide as the rows and has most of its cells filled."""
    for place, row in enumerate(rows):
        filled = sum(bool(cell.strip()) for cell in row)
        if len(row) == width and 2 * filled > width:
            return place
        is_short = 1 < len(row) == width - 1 and filled == len(row)
        if is_short and _end_empty(rows[place + 1 :], width):
            return place
    return next((place for place, row in enumerate(rows) if row), 0)


def _end_empty(rows: list[list[str]], width: int) -> bool:
    """Whether all rows of a width end with a delimiter."""
    wide = [row for row in rows if len(row) == width]
    return bool(wide) and not any(row[-1] for row in wide)


def _is_data(header: list[str], rows: list[list[str]]) -> bool:
    """Whether the first line holds times in a column where the next lines do, too."""
    from sim.store.clock import UTC
    from sim.store.time_forms import NO_TIME, read_texts

    for place, cell in enumerate(header):
        below = [row[place] for row in rows if len(row) > place]
        texts = np.array([cell, *below], object)
        if not below or not re.search(r"\d", cell):
            continue
        try:
            found = read_texts(texts, UTC, day_first=True).clock_ms
            other = read_texts(texts, UTC, day_first=False).clock_ms
        except InputError:
            continue
        read = np.maximum(found, other) != NO_TIME
        if read[0] and read[1:].all():
            return True
    return any(
        _LONG_NUMBER.fullmatch(cell)
        and all(_LONG_NUMBER.fullmatch(row[place]) for row in rows if len(row) > place)
        for place, cell in enumerate(header)
    )


def _count_lines(rows: list[list[str]], until: int) -> int:
    """Lines of the text that the first rows take; a cell may hold line ends."""
    return sum(1 + sum(cell.count("\n") for cell in row) for row in rows[:until])


def _name_empty(names: list[str]) -> tuple[str, ...]:
    return tuple(name or f"column {place + 1}" for place, name in enumerate(names))
