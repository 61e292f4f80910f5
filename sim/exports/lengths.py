"""Lengths of time as other tools write them: ``00:05:20``, ``5 min``, ``1d 2h``, bare numbers.

A bare number has the unit of its column's name; ``05:20`` is minutes and seconds or hours and
minutes as the unit says. Checked by ``tests/unit/test_exports.py``.
"""

import re
from typing import NamedTuple

import numpy as np

from sim.errors import InputError
from sim.exports.headers import MIN_PER_UNIT, find_unit, is_business
from sim.store.missing import blank_missing, find_filled

UNITS = tuple(MIN_PER_UNIT)
_COLONS = re.compile(
    r"(?:(\d+)\s?(?:d|days?)[ ,]+|(\d+)\.)?(\d+):(\d{1,2})(?::(\d{1,2}(?:\.\d+)?))?"
)
_BARE = re.compile(r"\d+([.,]\d+)?")
# Numbers below are lengths, not moments since 1970: in seconds they are four months.
MOST_LENGTH = 1e7
_PARTS = re.compile(
    r"(\d+(?:[.,]\d+)?)\s*(milliseconds?|ms|seconds?|secs?|sekunden|s|minutes?|minuten|mins?|m|hours?"
    r"|hrs?|stunden?|std|h|days?|tage?|d)\b\.?",
    re.IGNORECASE,
)
_ISO = re.compile(r"P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?")
# Half of the cells, as for a column of times.
READABLE_SHARE = 0.5
# Cells that are tried to tell what a column holds.
_SAMPLE = 500


class Lengths(NamedTuple):
    """A column of lengths.

    Attributes
    ----------
    minutes : np.ndarray
        float64, shape (n,): NaN where there is none.
    is_gap : np.ndarray
        bool, shape (n,): nothing stands there.
    told : str
        How they were read.
    is_business : bool
        They leave out closed hours.
    """

    minutes: np.ndarray
    is_gap: np.ndarray
    told: str
    is_business: bool


def are_lengths(cells: np.ndarray, name: str) -> bool:
    """Whether a column that may hold replies holds lengths: as texts, or numbers of a unit."""
    filled = cells[find_filled(cells)][:_SAMPLE]
    if len(filled) == 0:
        return False
    if cells.dtype != object:
        return bool((np.abs(filled) < MOST_LENGTH).mean() >= READABLE_SHARE)
    read = [_read(str(cell), find_unit(name) or "min") for cell in filled.tolist()]
    return bool(np.isfinite(read).mean() >= READABLE_SHARE)


def read_lengths(cells: np.ndarray, name: str, unit: str | None) -> Lengths:
    """Read a column of lengths.

    Parameters
    ----------
    cells : np.ndarray
        shape (n,): text as objects, or numbers.
    name : str
        The column's; tells the unit where `unit` does not.
    unit : str, optional
        ms, s, min, h or d.

    Raises
    ------
    InputError
        Bare numbers, or two numbers with a colon, and no unit.
    """
    settled = unit or find_unit(name)
    filled = find_filled(cells)
    needs_unit = cells.dtype != object or any(
        _BARE.fullmatch(text) or re.fullmatch(r"\d+:\d{1,2}", text)
        for text in (str(cell).strip() for cell in cells[filled][:_SAMPLE])
    )
    if needs_unit and settled is None:
        example = str(cells[filled][0])
        raise InputError(
            f"column {name}: replies such as {example} are lengths of no known unit; "
            f"set history_reply_unit to one of {', '.join(UNITS)}"
        )
    used = settled or "min"
    if cells.dtype != object:
        minutes = cells.astype(np.float64) * MIN_PER_UNIT[used]
    else:
        texts = blank_missing(cells).tolist()
        minutes = np.array([_read(str(text), used) if text else np.nan for text in texts])
    told = f"lengths in {used}" if needs_unit else "lengths"
    if is_business(name):
        told += " of business hours"
    return Lengths(minutes, ~filled, told, is_business(name))


def _read(text: str, unit: str) -> float:
    """Minutes of one length."""
    text = text.strip()
    match = _COLONS.fullmatch(text)
    if match:
        days = float(match[1] or match[2] or 0) * 1440.0
        first, second = float(match[3]), float(match[4])
        if match[5] is not None:
            return days + first * 60.0 + second + float(match[5]) / 60.0
        return days + (first * 60.0 + second if unit in ("h", "d") else first + second / 60.0)
    if _BARE.fullmatch(text):
        return float(text.replace(",", ".")) * MIN_PER_UNIT[unit]
    parts = _PARTS.findall(text)
    if parts and not re.sub(r"[\s,]|and|und", "", _PARTS.sub("", text)):
        return sum(float(n.replace(",", ".")) * MIN_PER_UNIT[_unit_of(word)] for n, word in parts)
    iso = _ISO.fullmatch(text)
    if iso and any(iso.groups()):
        days, hours, minutes, seconds = (float(part or 0) for part in iso.groups())
        return days * 1440.0 + hours * 60.0 + minutes + seconds / 60.0
    return float("nan")


def _unit_of(word: str) -> str:
    return find_unit(word) or {"stunde": "h", "tag": "d"}.get(word.lower(), "min")
