"""Tables whose times lie in several columns, brought to one column of times.

A date beside a time of the day or an hour; days by hours, the hours as columns (or as rows, the
days as columns). Checked by ``tests/unit/test_exports.py``.
"""

import re
import zoneinfo
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from sim.errors import InputError
from sim.exports.headers import normalize, split_words
from sim.exports.time_columns import READABLE_SHARE, rank_name, sample_times
from sim.store.clock import FIRST_MS, LAST_MS, NO_TIME, read_times
from sim.store.missing import blank_missing, find_filled

Table = Mapping[str, np.ndarray]
# A table of days by hours has a column for each hour; half of a day tells it from a few numbers.
_LEAST_HOURS = 12
# Cells that are tried to tell what a column holds.
_SAMPLE = 500
_CLOCK_WORDS = frozenset(
    "time hour clock hr hrs uhrzeit zeit stunde hora heure ora tijd uur interval slot".split()
)
_HOUR_WORDS = frozenset("hour hr hrs stunde hora heure ora uur interval slot".split())
_DAY_WORDS = frozenset("date day datum tag fecha jour data dag dia giorno".split())
_CLOCK = re.compile(
    r"[hH]?\s?(\d{1,2})(?:[:.h](\d{2})(?:[:.](\d{2})(?:\.\d+)?)?)?\s?([aApP]\.?[mM]\.?)?\s?(?:h|Uhr|hrs)?"
    r"(?:\s?(?:-|–|to|bis)\s?\d{1,2}(?:[:.h]\d{2}){0,2}\s?(?:[aApP]\.?[mM]\.?)?\s?(?:h|Uhr)?)?"
)
_HOUR_NAME = re.compile(
    r"(?:h|hour|hr|stunde|uhr)?[\s_]?(\d{1,2})(?:[:.h]00)?(?::00)?\s?([ap]\.?m\.?)?\s?(?:h|uhr|hrs)?"
    r"(?:\s?(?:-|–|to|bis)\s?\d{1,2}(?:[:.]\d{2})?\s?(?:[ap]\.?m\.?)?\s?(?:h|uhr)?)?",
    re.IGNORECASE,
)


class Shaped(NamedTuple):
    """A table with one column of times."""

    table: dict[str, np.ndarray]
    time: str | None
    """the column that was made, None where the table is as it was"""
    value: str | None
    """the column of counts that was made"""
    note: str
    sources: tuple[str, ...] = ()
    """columns that it was made of"""


def shape_table(table: Table, zone: zoneinfo.ZoneInfo, day_first: bool | None) -> Shaped:
    """Join dates with times of the day, or lay days by hours out in rows.

    Parameters
    ----------
    table : Mapping of str to np.ndarray
        Columns, each of shape (n_rows,).
    zone : zoneinfo.ZoneInfo
        Of times without an offset.
    day_first : bool, optional
        Whether the day stands before the month.
    """
    days = _find_days(table, zone, day_first)
    hours = _name_hours(table, days)
    if days is not None and len(set(hours.values())) >= _LEAST_HOURS:
        return _lay_out(table, days, hours)
    across = _find_days_across(table, zone, day_first)
    if across is not None:
        return across
    clock = None if days is None else _find_clock(table, days, zone)
    if days is None or clock is None:
        return Shaped(dict(table), None, None, "")
    texts, note = _write_clock(table[clock], clock)
    return _join(table, days, clock, texts, note)


def _find_days(table: Table, zone: zoneinfo.ZoneInfo, day_first: bool | None) -> str | None:
    """The column of dates, where no better one has times of the day."""
    found = None
    for name, cells in table.items():
        is_day = bool(_DAY_WORDS & set(split_words(name))) or normalize(name) == "date"
        sample = sample_times(cells, zone, day_first)
        if sample.share < READABLE_SHARE or not (sample.is_text or is_day):
            continue
        if sample.has_clock and sample.is_text and rank_name(name) <= 2:
            return None
        if not sample.has_clock and (
            found is None or (is_day and rank_name(name) < rank_name(found))
        ):
            found = name
    return found


def _name_hours(table: Table, days: str | None) -> dict[str, int]:
    """Columns that are called like hours of the day, and which."""
    found = {}
    for name in table:
        match = _HOUR_NAME.fullmatch(name.strip())
        if match and name != days:
            hour = int(match[1])
            if match[2]:
                hour = hour % 12 + 12 * (match[2].lower() == "p" or match[2][0].lower() == "p")
            if hour <= 24:
                found[name] = hour
    if found and 24 in found.values() and 0 not in found.values():
        return {name: hour - 1 for name, hour in found.items()}
    return {name: hour for name, hour in found.items() if hour < 24}


def _write_days(cells: np.ndarray) -> np.ndarray:
    """Dates as text: digits and Excel's days as ISO 8601."""
    if cells.dtype == object:
        return blank_missing(cells)
    stamps = read_times(cells, zoneinfo.ZoneInfo("UTC"))
    texts = [
        str(np.datetime64(int(stamp), "ms").astype("datetime64[D]")) if stamp != NO_TIME else ""
        for stamp in stamps.tolist()
    ]
    return np.array(texts, object)


def _lay_out(table: Table, days: str, hours: Mapping[str, int]) -> Shaped:
    """A row for each day and hour."""
    dates = _write_days(table[days])
    rest = [name for name in table if name not in hours and name != days]
    times = np.array(
        [f"{date} {hour:02d}:00" if date else "" for date in dates for hour in hours.values()],
        object,
    )
    laid = {"time": times}
    for name in rest:
        if name not in laid and _keeps(name):
            laid[name] = np.repeat(table[name], len(hours))
    laid["count"] = _stack([table[name] for name in hours], axis=1)
    note = f"days by hours: column {days} and {len(hours)} columns of hours, a count in each cell"
    return Shaped(laid, "time", "count", note, (days,))


def _keeps(name: str) -> bool:
    """Whether a column beside hours may be a series; sums of the day are none."""
    return not ({"total", "sum", "summe", "count", "gesamt"} & set(split_words(name)))


def _stack(columns: list[np.ndarray], axis: int) -> np.ndarray:
    if any(column.dtype == object for column in columns):
        columns = [
            np.array([_to_text(cell) for cell in column.tolist()], object) for column in columns
        ]
    return np.stack(columns, axis=axis).reshape(-1)


def _to_text(cell: object) -> str:
    if isinstance(cell, float):
        return "" if np.isnan(cell) else f"{cell:.12g}"
    return str(cell)


def _find_days_across(
    table: Table, zone: zoneinfo.ZoneInfo, day_first: bool | None
) -> Shaped | None:
    """A table whose columns are days and whose rows are hours."""
    names = list(table)
    if len(names) < 3:
        return None
    first, rest = names[0], names[1:]
    dates = [name for name in rest if re.search(r"\d", name) and re.search(r"[-/. ]", name)]
    if len(dates) < 2 or len(dates) < len(rest) - 1:
        return None
    try:
        stamps = read_times(np.array(dates, object), zone, day_first=day_first)
    except InputError:
        return None
    if not ((stamps >= FIRST_MS) & (stamps < LAST_MS)).all():
        return None
    clock, note = _write_clock(table[first], first)
    good = np.array([bool(text) for text in clock.tolist()], bool)
    if good.sum() < _LEAST_HOURS:
        return None
    times = np.array([f"{date} {text}" for date in dates for text in clock[good]], object)
    counts = _stack([table[name][good] for name in dates], axis=0)
    told = f"hours by days: column {first} and {len(dates)} columns of days, a count in each cell"
    return Shaped(
        {"time": times, "count": counts}, "time", "count", "; ".join(filter(None, (told, note)))
    )


def _find_clock(table: Table, days: str, zone: zoneinfo.ZoneInfo) -> str | None:
    """The column of times of the day that goes with the dates."""
    found = []
    for name, cells in table.items():
        if name == days or rank_name(name) == 4:
            continue
        words = set(split_words(name))
        filled = cells[find_filled(cells)][:_SAMPLE]
        if len(filled) == 0:
            continue
        if cells.dtype != object:
            fits = bool(_HOUR_WORDS & words) or normalize(name) in ("time", "uhrzeit", "zeit")
            if fits and _are_hours(cells[np.isfinite(cells)]):
                found.append(name)
            continue
        matches = [_CLOCK.fullmatch(str(cell).strip()) for cell in filled.tolist()]
        clear = [m for m in matches if m and (m[2] or m[4] or _HOUR_WORDS & words)]
        if len(clear) >= READABLE_SHARE * len(filled):
            found.append(name)
    named = [name for name in found if _CLOCK_WORDS & set(split_words(name))]
    if named:
        return named[0]
    return found[0] if len(found) == 1 else None


def _are_hours(numbers: np.ndarray) -> bool:
    whole = bool((numbers == np.floor(numbers)).all() and (numbers >= 0).all())
    if not whole:
        return False
    return bool(numbers.max() <= 24 or (numbers.max() <= 2359 and (numbers % 100 < 60).all()))


def _write_clock(cells: np.ndarray, name: str) -> tuple[np.ndarray, str]:
    """Times of the day as ``hh:mm:ss``, empty where there is none; what had to be decided."""
    if cells.dtype != object:
        known = cells[np.isfinite(cells)]
        if len(known) == 0 or not _are_hours(known):
            return np.array([""] * len(cells), object), ""
        if known.max() > 24:
            return _format(cells // 100, cells % 100), "four digits are hours and minutes"
        from_one = known.max() == 24 and known.min() >= 1
        note = f"{name} 1 to 24: 1 is from 0:00 to 1:00" if from_one else ""
        return _format(cells - from_one, np.zeros(len(cells))), note
    texts = []
    for cell in cells.tolist():
        match = _CLOCK.fullmatch(str(cell).strip())
        if match is None:
            texts.append("")
            continue
        hour = int(match[1])
        if match[4]:
            hour = hour % 12 + 12 * (match[4][0].lower() == "p") if hour <= 12 else hour
        texts.append(f"{hour:02d}:{match[2] or '00'}:{match[3] or '00'}")
    return np.array(texts, object), ""


def _format(hours: np.ndarray, minutes: np.ndarray) -> np.ndarray:
    pairs = zip(hours.tolist(), minutes.tolist(), strict=True)
    texts = [f"{int(h):02d}:{int(m):02d}" if np.isfinite(h) else "" for h, m in pairs]
    return np.array(texts, object)


def _join(table: Table, days: str, clock: str, texts: np.ndarray, note: str) -> Shaped:
    name = f"{days} + {clock}"
    dates = _write_days(table[days])
    pairs = zip(dates.tolist(), texts.tolist(), strict=True)
    # A row without a time of the day is left out and told, not put at midnight.
    cells = np.array([f"{date} {text}" if date and text else "" for date, text in pairs], object)
    told = f"{days} and {clock} joined" + (f"; {note}" if note else "")
    rest = {each: column for each, column in table.items() if each not in (days, clock)}
    return Shaped({name: cells, **rest}, name, None, told, (days, clock))
