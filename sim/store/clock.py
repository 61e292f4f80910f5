"""Time stamps of strangers as milliseconds since 1970, and the local clock of many at once.

Read: ISO 8601 with or without offset, the form of Twitter's archives, a few other forms
(day and month in one order for the whole column), and seconds, milli-, micro- or
nanoseconds since 1970, told apart by their size. A time without offset is taken in a
named zone. Checked by ``tests/unit/test_store_clock.py``.
"""

import datetime
import difflib
import functools
import itertools
import zoneinfo

import numpy as np

from sim.errors import InputError

NO_TIME = np.iinfo(np.int64).min
MS_PER_S = 1000
MS_PER_MIN = 60_000
MS_PER_H = 3_600_000
MS_PER_DAY = 86_400_000
FIRST_MS = 631_152_000_000  # 1990
LAST_MS = 4_102_444_800_000  # 2100

_QUARTER_MS = 900_000
_TWITTER = "%a %b %d %H:%M:%S %z %Y"
_FORMATS = (
    _TWITTER,
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d %b %Y %H:%M:%S",
    "%d %b %Y %H:%M",
    "%b %d, %Y %I:%M:%S %p",
    "%b %d, %Y %I:%M %p",
    "%a, %d %b %Y %H:%M:%S %z",
    "%Y-%m-%d %H:%M:%S %z",
    "%Y-%m-%d %H:%M:%S UTC",
)
_BY_SLASH = ("%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p")
# Cells from which the order of day and month is read.
_SAMPLE = 400
_UNITS = ((1e11, 1e3), (1e14, 1.0), (1e17, 1e-3), (np.inf, 1e-6))
"""below so much, times so much is milliseconds"""


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


def read_times(values: np.ndarray, zone: zoneinfo.ZoneInfo, comes_once: bool = False) -> np.ndarray:
    """Times as milliseconds since 1970, UTC.

    Parameters
    ----------
    values : np.ndarray
        shape (n,): numbers, or text (dtype object).
    zone : zoneinfo.ZoneInfo
        Of times without an offset.
    comes_once : bool
        Rows are in order and none stands twice, as in a series of counts: in the night when the
        clock goes back, the hour that comes again is the later one.

    Returns
    -------
    np.ndarray
        int64, shape (n,): `NO_TIME` where no time could be read.

    Raises
    ------
    InputError
        Dates such as 03/04/2015 of which none tells the day from the month.
    """
    if values.dtype != object:
        return _read_numbers(values.astype(np.float64))
    seconds, is_local = _read_texts(values)
    is_good = np.isfinite(seconds)
    stamps = np.full(len(values), NO_TIME, np.int64)
    stamps[is_good] = np.floor(seconds[is_good] * MS_PER_S + 0.5).astype(np.int64)
    local = is_good & is_local
    clock = stamps[local]
    stamps[local] -= compute_offsets_of_local(clock, zone)
    if comes_once:
        stamps[local] += compute_repeat_ms(clock, zone)
    return stamps


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


def _read_numbers(values: np.ndarray) -> np.ndarray:
    factor = np.full(len(values), np.nan)
    for below, unit in reversed(_UNITS):
        factor[np.abs(values) < below] = unit
    days = (values >= 19_900_101) & (values <= 21_001_231)
    scaled = np.where(days, np.nan, values * factor)
    scaled[~((scaled > -1e15) & (scaled < 1e15))] = np.nan
    stamps = np.full(len(values), NO_TIME, np.int64)
    good = np.isfinite(scaled)
    stamps[good] = np.floor(scaled[good]).astype(np.int64)
    for day in np.unique(values[days]):
        seconds, _ = _parse_iso(str(int(day)))
        if np.isfinite(seconds):
            stamps[values == day] = int(seconds * MS_PER_S)
    return stamps


def _read_texts(texts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Seconds since 1970 (NaN if not read) and which are on a local clock."""
    parsed = [_parse_iso(text) for text in texts]
    seconds = np.array([pair[0] for pair in parsed], np.float64)
    is_local = np.array([pair[1] for pair in parsed], np.bool_)
    left = np.flatnonzero(~np.isfinite(seconds))
    numbers = np.array([_parse_number(texts[index]) for index in left])
    known = np.isfinite(numbers)
    stamps = _read_numbers(numbers[known])
    seconds[left[known]] = np.where(stamps == NO_TIME, np.nan, stamps / MS_PER_S)
    is_local[left[known]] = False
    left = left[~known]
    for index, pair in zip(left, _read_other_forms(texts[left]), strict=True):
        seconds[index], is_local[index] = pair
    return seconds, is_local


def _parse_iso(text: str) -> tuple[float, bool]:
    if text.isdigit() and len(text) != 8:  # 13 digits may look like year, month, day, hour
        return np.nan, False
    try:
        return _count_seconds(datetime.datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return np.nan, False


def _count_seconds(time: datetime.datetime) -> tuple[float, bool]:
    if time.tzinfo is None:
        return time.replace(tzinfo=datetime.UTC).timestamp(), True
    return time.timestamp(), False


def _parse_number(text: str) -> float:
    try:
        return float(text) if text[:1].isdigit() else np.nan
    except ValueError:
        return np.nan


def _read_other_forms(texts: np.ndarray) -> list[tuple[float, bool]]:
    forms = _choose_forms(texts) if len(texts) else ()
    return [_parse_form(text, forms) for text in texts]


def _parse_form(text: str, forms: tuple[str, ...]) -> tuple[float, bool]:
    for form in forms:
        try:
            return _count_seconds(_parse(text, form))
        except (ValueError, OverflowError):
            continue
    return np.nan, False


def _parse(text: str, form: str) -> datetime.datetime:
    if form == _TWITTER and len(text) == 30 and text[20:25] == "+0000":
        hour, minute, second = int(text[11:13]), int(text[14:16]), int(text[17:19])
        day = datetime.date(int(text[26:30]), _list_months()[text[4:7]], int(text[8:10]))
        clock = datetime.time(hour, minute, second, tzinfo=datetime.UTC)
        return datetime.datetime.combine(day, clock)
    return datetime.datetime.strptime(text, form)


@functools.cache
def _list_months() -> "_Months":
    names = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
    return _Months({name: number for number, name in enumerate(names, start=1)})


class _Months(dict[str, int]):
    """Numbers of the months; another word is no time."""

    def __missing__(self, key: str) -> int:
        raise ValueError(key)


def _choose_forms(texts: np.ndarray) -> tuple[str, ...]:
    """The forms that read anything of a sample; one order of day and month."""
    sample = [texts[index] for index in np.linspace(0, len(texts) - 1, _SAMPLE).astype(int)]
    sample = list(dict.fromkeys(sample))
    orders = {}
    for order in ("%m/%d/%Y", "%d/%m/%Y"):
        forms = tuple(f"{order} {clock}" for clock in _BY_SLASH)
        orders[forms] = sum(np.isfinite(_parse_form(text, forms)[0]) for text in sample)
    best, other = sorted(orders, key=lambda forms: -orders[forms])
    if 0 < orders[best] == orders[other] and any(text[:2] != text[3:5] for text in sample):
        raise InputError(
            f"times such as {sample[0]!r}: is the day or the month first? Write them as "
            "YYYY-MM-DD hh:mm"
        )
    forms = (*_FORMATS, *(best if orders[best] else ()))
    return tuple(
        form for form in forms if any(np.isfinite(_parse_form(text, (form,))[0]) for text in sample)
    )


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
    usable = np.clip(stamps, FIRST_MS, LAST_MS)
    quarters, place = np.unique(usable // _QUARTER_MS, return_inverse=True)
    offsets = np.empty(len(quarters), np.int64)
    for index, quarter in enumerate(quarters.tolist()):
        offsets[index] = _look_up_offset(quarter, zone, given, fold)
    return offsets[place]


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
