"""Times as other tools write them, a whole column at once.

One grammar: a date (year first; three numbers; with a month's name in seven languages), a clock
(24 or 12 hours, with or without minutes, 24:00 as the end of a day), and an offset, a zone's
short name or its IANA name, in either order, with a weekday before. Whether the day or the month
stands first is decided by the whole column, and refused where nothing tells. Checked by
``tests/unit/test_store_time_forms.py``.
"""

import datetime
import re
import zoneinfo
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from sim.errors import InputError
from sim.store.time_grammar import FORMS, MONTH_OF, OFFSET, SEVERAL, ZONE_H
from sim.store.weekdays import strip_accents

NO_TIME = np.iinfo(np.int64).min
MS_PER_MIN = 60_000
MS_PER_H = 3_600_000
MS_PER_DAY = 86_400_000

# Rows that are looked at together: some 50 MB.
_CHUNK = 200_000
# A time is no longer; with fewer digits it is none.
_LONGEST, _LEAST_DIGITS = 64, 3
# Shapes that are taken out one by one before the rest is sorted: a column of times has fewer.
_FREQUENT = 60
_ZERO = ord("0")
# One row in a hundred may be a typing error; more rows against the order contradict it.
_MOST_AGAINST = 0.01


class Texts(NamedTuple):
    """A column of texts as times.

    Attributes
    ----------
    clock_ms : np.ndarray
        int64, shape (n,): what the clock showed, as if it were UTC [ms]; `NO_TIME` where no time
        could be read.
    offset_ms : np.ndarray
        int64, shape (n,): of the clock from UTC; `NO_TIME` where the text does not say.
    order : str
        ``day`` or ``month``, whichever stands first in dates of three numbers; empty elsewhere.
    zones : tuple of str
        Short names of zones that were read, each with its offset.
    """

    clock_ms: np.ndarray
    offset_ms: np.ndarray
    order: str
    zones: tuple[str, ...]


def read_texts(texts: np.ndarray, zone: zoneinfo.ZoneInfo, day_first: bool | None = None) -> Texts:
    """Read a column of texts as times.

    Parameters
    ----------
    texts : np.ndarray
        shape (n,), objects; blanks around are left out.
    zone : zoneinfo.ZoneInfo
        The history's: tells what a short name of a zone means.
    day_first : bool, optional
        Whether the day stands before the month; told by the column where it is not given.

    Raises
    ------
    InputError
        Dates of which none tells the day from the month, or that contradict each other.
    """
    parts = _Parts(len(texts), zone)
    for first in range(0, len(texts), _CHUNK):
        cells = list(map(str.strip, map(str, texts[first : first + _CHUNK].tolist())))
        for template, rows, letters in _split_shapes(cells):
            parts.read_shape(template, rows + first, letters)
    order = parts.settle_order(texts, day_first)
    clock = parts.compute_clock()
    for row in np.flatnonzero((clock == NO_TIME) & parts.is_tried).tolist():
        clock[row], parts.offset[row] = _read_iso(str(texts[row]).strip())
    return Texts(clock, parts.offset, order, tuple(parts.told.values()))


def _split_shapes(cells: list[str]) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Yield texts that are alike but for their digits: with 0 for each, rows, and letters."""
    if max(map(len, cells), default=0) > _LONGEST:
        cells = [cell if len(cell) <= _LONGEST else "" for cell in cells]
    flat = np.array(cells, dtype=f"U{max(1, *map(len, cells))}")
    letters = flat.view(np.uint32).reshape(len(cells), -1)
    shapes = np.where((letters >= _ZERO) & (letters <= _ZERO + 9), _ZERO, letters)
    left = np.flatnonzero((shapes == _ZERO).sum(axis=1) >= _LEAST_DIGITS)
    for _ in range(_FREQUENT):
        if len(left) == 0:
            return
        shape = shapes[left[0]]
        same = (shapes[left] == shape).all(axis=1)
        rows = left[same]
        yield _to_text(shape), rows, letters[rows]
        left = left[~same]
    kinds, kind = np.unique(shapes[left], axis=0, return_inverse=True)
    order = np.argsort(kind, kind="stable")
    ends = np.searchsorted(kind[order], np.arange(len(kinds) + 1))
    for number, shape in enumerate(kinds):
        rows = left[order[ends[number] : ends[number + 1]]]
        yield _to_text(shape), rows, letters[rows]


def _to_text(shape: np.ndarray) -> str:
    return "".join(map(chr, shape[shape > 0].tolist()))


def _read_iso(text: str) -> tuple[int, int]:
    """Weeks and other rare forms of ISO 8601."""
    try:
        time = datetime.datetime.fromisoformat(text) if not text.isdigit() else None
    except (ValueError, OverflowError):
        time = None
    if time is None:
        return NO_TIME, NO_TIME
    epoch = datetime.datetime(1970, 1, 1)
    clock = (time.replace(tzinfo=None) - epoch) / datetime.timedelta(milliseconds=1)
    apart = time.utcoffset()
    return round(clock), NO_TIME if apart is None else round(apart.total_seconds() * 1000)


class _Parts:
    """Year, month, day, time of the day and offset of each row of a column."""

    def __init__(self, size: int, zone: zoneinfo.ZoneInfo) -> None:
        self.zone = zone
        self.year, self.month, self.day = (np.zeros(size, np.int32) for _ in range(3))
        self.kind = np.zeros(size, np.int8)
        """0 none; 1 year, month and day are known; 2 and 3 dates of three numbers, the first of
        them in `month`, with a long or a short year"""
        self.is_dotted = np.zeros(size, np.bool_)
        self.is_tried = np.zeros(size, np.bool_)
        self.of_day = np.zeros(size, np.int64)
        self.offset = np.full(size, NO_TIME, np.int64)
        self.named = np.zeros(size, np.int32)
        """number of an IANA zone that the text names, from 1"""
        self.zones: list[zoneinfo.ZoneInfo] = []
        self.told: dict[str, str] = {}

    def read_shape(self, template: str, rows: np.ndarray, letters: np.ndarray) -> None:
        """Read texts of one shape by the forms that fit it, until each is a time."""
        self.is_tried[rows] = True
        for form in FORMS:
            match = form.match(template)
            if match is None:
                continue
            good = self._read_form(match, rows, letters)
            rows, letters = rows[~good], letters[~good]
            if len(rows) == 0:
                return

    def _read_form(
        self, match: "re.Match[str]", rows: np.ndarray, letters: np.ndarray
    ) -> np.ndarray:
        """Take the parts of rows out; which of them are times."""
        spans = {name: match.span(name) for name, part in match.groupdict().items() if part}

        def number(name: str) -> np.ndarray:
            if name not in spans:
                return np.zeros(len(letters), np.int64)
            return _read_digits(letters, *spans[name])

        year = number("year")
        is_long = spans["year"][1] - spans["year"][0] == 4
        is_numbers = "one" in spans
        if is_numbers:
            month, day = number("one"), number("two")
        else:
            word = match.groupdict().get("name")
            month = number("month") if word is None else np.full(len(letters), _month_of(word))
            day = number("day")
        if not is_long and not is_numbers:
            year = _lengthen(year)
        known = _lengthen(year) if not is_long else year
        good = _is_date(known, month, day)
        if is_numbers:
            good = good | _is_date(known, day, month) | _is_date(month + 2000, day, year % 100)
        if match.re in FORMS[-2:]:  # digits alone: an id may look like a date of another time
            good = good & (known >= 1900) & (known <= 2100)
        ms, is_clock = _read_clock(match, number, spans, letters)
        offset, zone_number = self._read_zone(match, spans, letters)
        good = np.broadcast_to(good & is_clock & (offset is not None), rows.shape)
        if offset is None:
            return good
        to = rows[good]
        self.kind[to] = (2 if is_long else 3) if is_numbers else 1
        for part, values in ((self.year, year), (self.month, month), (self.day, day)):
            part[to] = np.broadcast_to(values, rows.shape)[good]
        self.is_dotted[to] = match.groupdict().get("mark") in (".", " ")
        self.of_day[to] = np.broadcast_to(ms, rows.shape)[good]
        self.offset[to] = np.broadcast_to(offset, rows.shape)[good]
        self.named[to] = zone_number
        return good

    def _read_zone(
        self, match: "re.Match[str]", spans: dict[str, tuple[int, int]], letters: np.ndarray
    ) -> tuple[np.ndarray | np.int64 | None, int]:
        """Offsets [ms], None for an unknown zone; and the number of a zone with clock changes."""
        word = match.groupdict().get("zone")
        if not word:
            return np.int64(NO_TIME), 0
        digits = re.fullmatch(OFFSET, word.strip())
        if digits:
            base = spans["zone"][0] + len(word) - len(word.lstrip())
            hours = _read_digits(letters, base + digits.start(2), base + digits.end(2))
            minutes: np.ndarray | int = 0
            if digits[3]:
                minutes = _read_digits(letters, base + digits.start(3), base + digits.end(3))
            size = hours * MS_PER_H + minutes * MS_PER_MIN
            return (size if digits[1] == "+" else -size), 0
        if "/" in word:
            zone = _find_zone(word.strip("[] "))
            if zone is None:
                return None, 0
            self.zones.append(zone)
            return np.int64(NO_TIME), len(self.zones)
        offset_ms = read_offset(word, self.zone)
        if offset_ms is not None and word.lower() not in ("z", "utc", "gmt", "ut"):
            self.told[word] = f"{word} as {format_offset(offset_ms)}"
        return (None if offset_ms is None else np.int64(offset_ms)), 0

    def settle_order(self, texts: np.ndarray, day_first: bool | None) -> str:
        """Find year, month and day of dates of three numbers; which of the two stands first."""
        rows = np.flatnonzero(self.kind >= 2)
        if len(rows) == 0:
            return ""
        one, two, last = self.month[rows], self.day[rows], self.year[rows]
        is_short = self.kind[rows] == 3
        year = np.where(is_short, _lengthen(last), last)
        by_day, by_month = _is_date(year, two, one), _is_date(year, one, two)
        if is_short.all() and _has_year_first(one, two, last, by_day, by_month):
            self.year[rows], self.month[rows], self.day[rows] = one + 2000, two, last
            return ""
        if day_first is None:
            is_sure = bool(self.is_dotted[rows].all() and by_day.any())
            day_first = is_sure or _tell_order(texts[rows], one, two, by_day, by_month)
        self.year[rows] = year
        self.day[rows], self.month[rows] = (one, two) if day_first else (two, one)
        return "day" if day_first else "month"

    def compute_clock(self) -> np.ndarray:
        """What the clock of each row showed [ms], as if it were UTC."""
        known = np.zeros(len(self.kind), np.bool_)
        clock = np.full(len(known), NO_TIME, np.int64)
        for first in range(0, len(known), _CHUNK):
            part = slice(first, first + _CHUNK)
            year, month, day = self.year[part], self.month[part], self.day[part]
            known[part] = good = (self.kind[part] > 0) & _is_date(year, month, day)
            days_ms = MS_PER_DAY * _count_days(year[good], month[good], day[good])
            clock[part][good] = days_ms + self.of_day[part][good]
        for number, zone in enumerate(self.zones, start=1):
            from sim.store.clock import compute_offsets_of_local

            rows = np.flatnonzero(known & (self.named == number))
            self.offset[rows] = compute_offsets_of_local(clock[rows], zone)
        return clock


def _read_digits(letters: np.ndarray, first: int, end: int) -> np.ndarray:
    value = np.zeros(len(letters), np.int64)
    for place in range(first, end):
        value = value * 10 + (letters[:, place].astype(np.int64) - _ZERO)
    return value


def _read_clock(
    match: "re.Match[str]",
    number: Callable[[str], np.ndarray],
    spans: dict[str, tuple[int, int]],
    letters: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Time of the day [ms], and whether it is one."""
    hour, minute, second = number("hour"), number("minute"), number("second")
    half = (match.groupdict().get("half") or "")[:1].lower()
    if half:  # an hour above 12 is of a clock of 24, whatever stands behind it
        hour = np.where(hour <= 12, hour % 12 + 12 * (half == "p"), hour)
    late = (hour == 24) & (minute == 0) & (second == 0)
    is_clock = ((hour < 24) | late) & (minute < 60) & (second <= 60)
    ms = hour * MS_PER_H + minute * MS_PER_MIN + second * 1000
    if "part" in spans:
        first, end = spans["part"]
        part = _read_digits(letters, first, end) / 10.0 ** (end - first)
        ms = ms + np.floor(part * 1000.0 + 0.5).astype(np.int64)
    return ms, is_clock


def _month_of(word: str) -> int:
    return MONTH_OF.get(strip_accents(word), 0)


def _lengthen(year: np.ndarray) -> np.ndarray:
    """Years of two digits: from 69 on of the last century, as in C."""
    return year + np.where(year < 69, 2000, 1900)


def read_offset(word: str, zone: zoneinfo.ZoneInfo | None = None) -> int | None:
    """Milliseconds from UTC of ``+01:00``, ``GMT-5`` or ``CET``; None for another word.

    Raises
    ------
    InputError
        A short name that several zones have, where `zone` is none of them.
    """
    match = re.fullmatch(OFFSET, word.strip())
    if match:
        size = int(match[2]) * MS_PER_H + int(match[3] or 0) * MS_PER_MIN
        return size if match[1] == "+" else -size
    short = word.strip().lower()
    own = _list_short_names(zone) if zone is not None else {}
    if short in own:
        return own[short]
    if short in SEVERAL:
        raise InputError(
            f"times with {word}: the name of {SEVERAL[short]}; set history_time_zone to the one "
            "that is meant"
        )
    return round(ZONE_H[short] * MS_PER_H) if short in ZONE_H else None


def _list_short_names(zone: zoneinfo.ZoneInfo) -> dict[str, int]:
    names: dict[str, int] = {}
    for month in (1, 7):
        time = datetime.datetime(2024, month, 1, tzinfo=zone)
        apart = time.utcoffset() or datetime.timedelta()
        names[(time.tzname() or "").lower()] = round(apart.total_seconds() * 1000)
    return names


def _find_zone(name: str) -> zoneinfo.ZoneInfo | None:
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return None


def format_offset(offset_ms: int) -> str:
    """An offset from UTC as ISO 8601 writes it."""
    minutes = abs(offset_ms) // MS_PER_MIN
    return f"{'-' if offset_ms < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}"


def _is_date(year: np.ndarray, month: np.ndarray, day: np.ndarray) -> np.ndarray:
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    longest = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    is_month = (month >= 1) & (month <= 12) & (year >= 1) & (year <= 9999)
    days = longest[np.where(is_month, month, 0)] + (leap & (month == 2))
    return np.asarray(is_month & (day >= 1) & (day <= days))


def _count_days(year: np.ndarray, month: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Days since 1970 of dates of the Gregorian calendar."""
    months = (np.clip(year, 1, 9999) - 1970) * 12 + np.clip(month, 1, 12) - 1
    first = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return np.asarray(first + day - 1)


def _tell_order(
    texts: np.ndarray, one: np.ndarray, two: np.ndarray, by_day: np.ndarray, by_month: np.ndarray
) -> bool:
    """Whether the day stands first, by the dates that are dates in one order only."""
    only_day, only_month = by_day & ~by_month, by_month & ~by_day
    days, months = int(only_day.sum()), int(only_month.sum())
    if days and months and min(days, months) > _MOST_AGAINST * len(texts):
        raise InputError(
            f"times such as {texts[only_day][0]!r} have the day first, others such as "
            f"{texts[only_month][0]!r} the month: write them as YYYY-MM-DD hh:mm, or set "
            "history_day_first=true or false, and the others are left out"
        )
    unclear = np.flatnonzero(by_day & by_month & (one != two))
    if days == months and len(unclear):
        row = int(unclear[0])
        raise InputError(
            f"times such as {texts[row]!r}: is the day or the month first? It is day {one[row]} of "
            f"month {two[row]}, or day {two[row]} of month {one[row]}; set "
            "history_day_first=true or false, or write them as YYYY-MM-DD hh:mm"
        )
    return days >= months


def _has_year_first(
    one: np.ndarray, two: np.ndarray, last: np.ndarray, by_day: np.ndarray, by_month: np.ndarray
) -> bool:
    """Whether dates such as 26-01-05 have the year first: so alone are they a stretch of days."""
    if not _is_date(one + 2000, two, last).all():
        return False
    if not (by_day.mean() > 0.5 or by_month.mean() > 0.5):
        return True
    days = np.unique(_count_days(one + 2000, two, last))
    is_stretch = int(days[-1] - days[0]) + 1 <= 3 * len(days)
    return len(days) > 2 and is_stretch and len(np.unique(last)) > 2 and len(np.unique(one)) <= 2
