"""Time stamps of strangers as milliseconds since 1970, and the local clock of many at once.

Read: what ``sim.store.time_forms`` knows; seconds, milli-, micro- or nanoseconds since 1970, told
apart by their size; days of Excel; dates in digits alone. A time without offset is taken in a
named zone. Checked by ``tests/unit/test_store_clock.py``.
"""

import datetime
import difflib
import functools
import itertools
import zoneinfo
from typing import NamedTuple

import numpy as np

from sim.errors import InputError
from sim.store.missing import blank_missing
from sim.store.time_forms import MS_PER_DAY, MS_PER_H, MS_PER_MIN, NO_TIME, read_texts

__all__ = ["MS_PER_DAY", "MS_PER_H", "MS_PER_MIN", "NO_TIME"]
MS_PER_S = 1000
UTC = zoneinfo.ZoneInfo("UTC")
FIRST_MS = 631_152_000_000  # 1990
LAST_MS = 4_102_444_800_000  # 2100

# Times that are looked at together: arrays beside a column of ten million cost half a gigabyte.
_CHUNK = 1_000_000
_QUARTER_MS = 900_000
_UNITS = ((1e11, 1e3), (1e14, 1.0), (1e17, 1e-3), (np.inf, 1e-6))
"""below so much, times so much is milliseconds"""
_UNIT_WORDS = (
    (1e11, "seconds"), (1e14, "milliseconds"), (1e17, "microseconds"), (np.inf, "nanoseconds"),
)  # fmt: skip
# Excel counts days from here; as seconds since 1970 the same numbers would all be of that year.
EXCEL_ZERO_MS = -2_209_161_600_000  # 1899-12-30
EXCEL_DAYS = (32_874, 73_050)  # 1990 to 2100
# Dates of 1990 to 2100 in 8 digits, with hours and minutes in 12, with seconds in 14.
_DIGIT_DATES = (
    (19_900_101, 21_001_231),
    (199_001_010_000, 210_012_312_359),
    (19_900_101_000_000, 21_001_231_235_959),
)


class Times(NamedTuple):
    """A column of times, and how it was read.

    Attributes
    ----------
    stamps : np.ndarray
        int64, shape (n,): milliseconds since 1970, UTC; `NO_TIME` where none could be read.
    offset_ms : np.ndarray
        int64, shape (n,): the clock of the text less UTC; `NO_TIME` where it does not say.
    is_text : bool
        Times as people write them, not numbers.
    has_clock : bool
        Not days alone.
    form : str
        In words what is not plain: the order of day and month, names of zones, Excel's days.
    """

    stamps: np.ndarray
    offset_ms: np.ndarray
    is_text: bool
    has_clock: bool
    form: str = ""


def find_zone(name: str, key: str = "history_time_zone") -> zoneinfo.ZoneInfo:
    """A time zone by its IANA name; an InputError names `key`."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InputError(f"{key} = {name}: allowed: {format_zones(name)}") from error


def format_zones(name: str) -> str:
    """What is allowed in the place of a name that is no time zone, the nearest with it.

    A short name (``IST``) or an offset stands for several zones, and is near to none.
    """
    known = {zone.casefold(): zone for zone in sorted(zoneinfo.available_timezones())}
    near = difflib.get_close_matches(name.casefold(), known, n=1, cutoff=0.8)
    hint = f"; did you mean {known[near[0]]}?" if near else ""
    return f"an IANA time zone such as America/New_York{hint}"


def read_times(
    values: np.ndarray,
    zone: zoneinfo.ZoneInfo,
    comes_once: bool = False,
    day_first: bool | None = None,
) -> np.ndarray:
    """Times as milliseconds since 1970, UTC; see `read_time_column`."""
    return read_time_column(values, zone, comes_once, day_first).stamps


def read_time_column(
    values: np.ndarray,
    zone: zoneinfo.ZoneInfo,
    comes_once: bool = False,
    day_first: bool | None = None,
) -> Times:
    """Read a column of times.

    Parameters
    ----------
    values : np.ndarray
        shape (n,): numbers, or text (dtype object).
    zone : zoneinfo.ZoneInfo
        Of times without an offset.
    comes_once : bool
        Rows are in order and none stands twice, as in a series of counts: in the night when the
        clock goes back, the hour that comes again is the later one.
    day_first : bool, optional
        Whether the day stands before the month; the column tells where it is not given.

    Raises
    ------
    InputError
        Dates such as 03/04/2015 of which none tells the day from the month.
    """
    if values.dtype != object:
        unknown = np.full(len(values), NO_TIME, np.int64)
        stamps = _read_numbers(values.astype(np.float64), zone)
        return Times(stamps, unknown, False, _have_clock(stamps), _name_numbers(values))
    read = read_texts(blank_missing(values), zone, day_first)
    stamps, offsets = read.clock_ms.copy(), read.offset_ms
    is_good, is_zoned = stamps != NO_TIME, offsets != NO_TIME
    stamps[is_zoned] -= offsets[is_zoned]
    local = is_good & ~is_zoned
    clock = stamps[local] if comes_once else stamps[:0]
    for first in range(0, len(stamps), _CHUNK):
        rows = first + np.flatnonzero(local[first : first + _CHUNK])
        stamps[rows] -= compute_offsets_of_local(stamps[rows], zone)
    if comes_once:
        stamps[local] += compute_repeat_ms(clock, zone)
    left = np.flatnonzero(~is_good)
    numbers = np.array([parse_number(values[index]) for index in left], np.float64)
    stamps[left] = np.where(np.isfinite(numbers), _read_numbers(numbers, zone), NO_TIME)
    is_text = bool(is_good.any())
    has_clock = _have_clock(read.clock_ms if is_text else stamps)
    order = f"the {read.order} first" if read.order else ""
    form = ", ".join(filter(None, (order, *read.zones, _name_numbers(numbers))))
    return Times(stamps, offsets, is_text, has_clock, form)


def _have_clock(stamps: np.ndarray) -> bool:
    known = stamps[stamps != NO_TIME]
    return bool((known % MS_PER_DAY != 0).any())


def _name_numbers(values: np.ndarray) -> str:
    """What kind of numbers times are, by the first that is known."""
    known = values[np.isfinite(values)]
    if len(known) == 0:
        return ""
    first = abs(float(known[0]))
    if EXCEL_DAYS[0] <= first < EXCEL_DAYS[1]:
        return "days of Excel"
    if any(low <= first <= high for low, high in _DIGIT_DATES):
        return "dates in digits"
    unit = next(word for below, word in _UNIT_WORDS if first < below)
    return f"{unit} since 1970"


def compute_repeat_ms(clock: np.ndarray, zone: zoneinfo.ZoneInfo) -> np.ndarray:
    """How much later [ms] each local time is where the clock shows it a second time.

    Parameters
    ----------
    clock : np.ndarray
        int64, shape (n,): local times as if they were UTC [ms], in the order of time or its
        reverse.
    zone : zoneinfo.ZoneInfo
        Theirs.

    Returns
    -------
    np.ndarray
        int64, shape (n,): 0 but for the hour after the clock went back.
    """
    apart = compute_offsets_of_local(clock, zone) - _look_up_offsets(clock, zone, None, fold=1)
    later = np.zeros(len(clock), np.int64)
    places = np.flatnonzero(apart > 0)
    if len(clock) and clock[0] > clock[-1]:
        places = places[::-1]
    for before, place in itertools.pairwise(places):
        is_one_night = abs(clock[place] - clock[before]) < apart[place]
        if is_one_night and (later[before] > 0 or clock[place] <= clock[before]):
            later[place] = apart[place]
    return later


def _read_numbers(values: np.ndarray, zone: zoneinfo.ZoneInfo) -> np.ndarray:
    """Numbers as times: since 1970 they are UTC's, days of Excel and digits show a local clock."""
    factor = np.full(len(values), np.nan)
    for below, unit in reversed(_UNITS):
        factor[np.abs(values) < below] = unit
    scaled = values * factor
    excel = (values >= EXCEL_DAYS[0]) & (values < EXCEL_DAYS[1])
    scaled[excel] = np.floor(values[excel] * MS_PER_DAY + 0.5) + EXCEL_ZERO_MS
    days, minutes, seconds = ((values >= low) & (values <= high) for low, high in _DIGIT_DATES)
    digits = np.where(days, values * 1e6, np.nan)
    digits = np.where(minutes, values * 100.0, np.where(seconds, values, digits))
    is_date = np.isfinite(digits)
    scaled[days] = np.nan
    scaled[~((scaled > -1e15) & (scaled < 1e15))] = np.nan
    stamps = np.full(len(values), NO_TIME, np.int64)
    good = np.isfinite(scaled)
    stamps[good] = np.floor(scaled[good]).astype(np.int64)
    if is_date.any():
        texts = np.array([f"{int(number):014d}" for number in digits[is_date]], object)
        dates = read_texts(texts, UTC).clock_ms
        stamps[is_date] = np.where(dates == NO_TIME, stamps[is_date], dates)
        is_date[is_date] = dates != NO_TIME
    local = np.flatnonzero(is_date | (excel & good))
    stamps[local] -= compute_offsets_of_local(stamps[local], zone)
    return stamps


def parse_number(cell: str | float) -> float:
    """A cell as a number; NaN where it is none."""
    try:
        return float(cell) if str(cell)[:1].isdigit() else np.nan
    except ValueError:
        return np.nan


def compute_offsets(stamps: np.ndarray, zone: zoneinfo.ZoneInfo) -> np.ndarray:
    """The local clock less UTC [ms] at times in UTC, int64, same shape."""
    return _look_up_offsets(stamps, zone, datetime.UTC)


def compute_offsets_of_local(stamps: np.ndarray, zone: zoneinfo.ZoneInfo) -> np.ndarray:
    """The local clock less UTC [ms] at local times; the first of two equal ones."""
    return _look_up_offsets(stamps, zone, None)


def _look_up_offsets(
    stamps: np.ndarray, zone: zoneinfo.ZoneInfo, given: datetime.tzinfo | None, fold: int = 0
) -> np.ndarray:
    """Offsets; they change on quarter hours only."""
    found = np.empty(len(stamps), np.int64)
    for first in range(0, len(stamps), _CHUNK):
        rows = slice(first, first + _CHUNK)
        usable = np.clip(stamps[rows], FIRST_MS, LAST_MS)
        quarters, place = np.unique(usable // _QUARTER_MS, return_inverse=True)
        offsets = np.empty(len(quarters), np.int64)
        for index, quarter in enumerate(quarters.tolist()):
            offsets[index] = _look_up_offset(quarter, zone, given, fold)
        found[rows] = offsets[place]
    return found


@functools.lru_cache(maxsize=1 << 16)  # two years of quarter hours: a fit asks for them often
def _look_up_offset(
    quarter: int, zone: zoneinfo.ZoneInfo, given: datetime.tzinfo | None, fold: int
) -> int:
    time = datetime.datetime.fromtimestamp(quarter * 900, datetime.UTC)
    local = time.astimezone(zone) if given else time.replace(tzinfo=zone, fold=fold)
    offset = local.utcoffset() or datetime.timedelta()
    return round(offset.total_seconds() * MS_PER_S)


def compute_hours_of_week(stamps: np.ndarray, zone: zoneinfo.ZoneInfo) -> np.ndarray:
    """The local hour of the week from Monday 0:00, int64 in 0..167."""
    local_h = (stamps + compute_offsets(stamps, zone)) // MS_PER_H
    return (local_h + 3 * 24) % 168  # 1970 began on a Thursday


def compute_local_days(stamps: np.ndarray, zone: zoneinfo.ZoneInfo) -> np.ndarray:
    """Local days since 1970, int64."""
    return (stamps + compute_offsets(stamps, zone)) // MS_PER_DAY


def write_local(stamps: np.ndarray, zone: zoneinfo.ZoneInfo) -> list[str]:
    """Local times to the minute, ISO 8601 without offset."""
    local = stamps + compute_offsets(stamps, zone) + MS_PER_MIN // 2
    return [str(time) for time in (local // MS_PER_MIN).astype("datetime64[m]")]
