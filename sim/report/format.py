"""Numbers, times and differences in the words of the report.

One place decides how many digits a number shows, where its unit stands and how
a paired difference is worded, so that pages and workbook never disagree. Names of
weekdays and months are written here and not taken from the machine's locale:
the same results give the same bytes everywhere.

Checked by ``tests/unit/test_report_words.py``.
"""

import datetime
import math
from typing import Any, TypeGuard

import numpy as np

NO_BREAK = "\u00a0"
MINUS = "\u2212"
NOTHING = "\u2013"
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
PLAIN_UNITS = ("", "1", "count", "number", "turns", "points", "index")
SUFFIX_UNITS = (
    ("_per_h", "per h"),
    ("_min", "min"),
    ("_h", "h"),
    ("_days", "days"),
    ("_share", "share"),
    ("_cost", "currency"),
)
KEPT_SUFFIXES = ("_share", "_cost")


def is_number(value: Any) -> TypeGuard[float]:
    """Whether ``value`` is a finite number (a truth value is none)."""
    if isinstance(value, bool | np.bool_):
        return False
    return isinstance(value, int | float | np.number) and math.isfinite(float(value))


def choose_decimals(value: float, unit: str = "") -> int:
    """Choose how many decimals show about three digits of ``value``.

    Parameters
    ----------
    value : float
        The largest number of those that are shown side by side.
    unit : str
        Counts and money of 100 and more get none; shares are shown in percent.

    Returns
    -------
    int
        0 to 3.
    """
    size = abs(value) * (100 if unit == "share" else 1)
    if size >= 100:
        return 0
    if unit == "share" or size >= 10:
        return 1
    return 2 if size >= 1 else 3


def limit_decimals(low: Any, high: Any, decimals: int, unit: str = "") -> int:
    """Fewest of ``decimals`` and what an interval allows: its length is ten last digits at most.

    Below 0 for tens, hundreds and so on; ``decimals`` where there is no interval.
    """
    if not (is_number(low) and is_number(high)) or high <= low:
        return decimals
    length = (high - low) * (100 if unit == "share" else 1)
    return min(decimals, math.floor(1.0 - math.log10(length)))


def trim_decimals(value: float, decimals: int) -> int:
    """Fewest decimals that show the same number as ``decimals`` do."""
    shown = round(value, decimals)
    return next(places for places in range(decimals + 1) if round(value, places) == shown)


def write_number(value: Any, decimals: int) -> str:
    """Write a number with thousands separators and a real minus; a dash if it is none.

    Below 0 decimals it is rounded to tens, hundreds and so on.
    """
    if not is_number(value):
        return NOTHING
    text = f"{round(float(value), decimals) + 0.0:,.{max(decimals, 0)}f}"
    return text.replace("-", MINUS)


def write_value(value: Any, unit: str = "", decimals: int | None = None) -> str:
    """Write a number with its unit; a share in percent.

    Parameters
    ----------
    value : Any
        Number, text, truth value or None.
    unit : str
        ``share``, ``min``, ``h``, a currency, ``score``: anything that follows a number.
    decimals : int, optional
        Decimals as shown; chosen from the size if not given.
    """
    if not is_number(value):
        return NOTHING if value is None or isinstance(value, float) else write_text(value)
    size = float(value) * (100 if unit == "share" else 1)
    if decimals is None:
        decimals = trim_decimals(size, choose_decimals(float(value), unit))
    text = write_number(size, decimals)
    if unit == "share":
        return f"{text}{NO_BREAK}%"
    return text if unit in PLAIN_UNITS else f"{text}{NO_BREAK}{unit}"


def write_text(value: Any) -> str:
    """Write a value that is no number: yes or no, a list with commas, else its text."""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(write_value(each) for each in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {write_value(each)}" for key, each in value.items())
    return str(value)


def write_interval(low: Any, high: Any, unit: str = "", decimals: int | None = None) -> str:
    """Write an interval as ``low to high unit``, both ends with the same decimals."""
    if not (is_number(low) and is_number(high)):
        return NOTHING
    places = choose_decimals(max(abs(low), abs(high)), unit) if decimals is None else decimals
    if unit == "share":
        first, last = write_number(100 * low, places), write_number(100 * high, places)
        return f"{first} to {last}{NO_BREAK}%"
    first = write_number(low, places)
    last = write_value(high, unit, places)
    return f"{first} to {last}"


def is_shown(low: Any, high: Any) -> bool:
    """Whether an interval lies wholly on one side of zero."""
    return is_number(low) and is_number(high) and (low > 0 or high < 0)


def choose_places(low: Any, high: Any) -> int:
    """Choose decimals of a difference of satisfaction: 3, or 4 where 3 would show an end as 0.

    Only an interval that excludes 0 needs the fourth.
    """
    return 4 if is_shown(low, high) and round(min(abs(low), abs(high)), 3) == 0 else 3


def format_difference(difference: Any, low: Any, high: Any) -> str:
    """Put a paired difference of satisfaction into words, with its 95 % interval.

    Satisfaction of one customer lies in [0, 1] and its mean is read as the share
    of satisfied customers, so a thousand times the difference is customers.
    """
    if not is_number(difference):
        return "not compared"
    if difference == low == high == 0:
        return "no difference in any run"
    more, places = "more" if difference >= 0 else "less", choose_places(low, high)
    size = f"{write_number(abs(difference), places)} of satisfaction {more}"
    if not (is_number(low) and is_number(high)):
        return f"{size} (no interval)"
    shown = f"{size} (95{NO_BREAK}% interval {write_interval(low, high, decimals=places)})"
    if not is_shown(low, high):
        return f"no difference shown: {shown}"
    return f"{shown}, i.e. {format_customers(difference)}"


def format_customers(difference: float) -> str:
    """Put a difference of mean satisfaction as satisfied customers of 1,000."""
    customers = 1000 * abs(difference)
    places = 0 if customers >= 9.5 else 1
    word = "more" if difference >= 0 else "fewer"
    return f"{write_number(customers, places)} {word} satisfied customers of 1,000"


def read_time(text: Any) -> np.datetime64:
    """Read ISO text, a date or a datetime64 as a local date-time, to the minute.

    An offset from UTC at the end of the text is dropped: local time is what is shown.
    """
    if isinstance(text, np.datetime64):
        return text.astype("datetime64[m]")
    if isinstance(text, datetime.date):
        text = text.isoformat()
    return np.datetime64(str(text).strip().replace(" ", "T")[:16], "m")


def read_weekday(time: np.datetime64) -> int:
    """Day of the week, Monday 0 (the first of January 1970 was a Thursday)."""
    return (int(time.astype("datetime64[D]").astype(int)) + 3) % 7


def write_day(time: np.datetime64) -> str:
    """Write ``Thu 6 Nov``."""
    text = str(time.astype("datetime64[D]"))
    month, day = int(text[-5:-3]), int(text[-2:])
    return f"{WEEKDAYS[read_weekday(time)]} {day} {MONTHS[month - 1]}"


def write_clock(time: np.datetime64) -> str:
    """Write ``14:30``."""
    return str(time.astype("datetime64[m]"))[11:16]


def write_moment(text: Any) -> str:
    """Write ``Thu 6 Nov 14:30`` of anything that `read_time` takes; other text as it is."""
    try:
        time = read_time(text)
    except ValueError:
        return str(text)
    return str(text) if np.isnat(time) else f"{write_day(time)} {write_clock(time)}"


def split_unit(key: str, currency: str = "") -> tuple[str, str]:
    """Split a config key into words and the unit that its name carries.

    Parameters
    ----------
    key : str
        ``surge.delay_min``, ``planner.budget``.
    currency : str
        Unit of money keys.

    Returns
    -------
    tuple of str
        (``surge delay``, ``min``); a share and a cost keep their word.
    """
    unit = currency if key.endswith("budget") else ""
    for suffix, name in SUFFIX_UNITS:
        if key.endswith(suffix):
            key = key if suffix in KEPT_SUFFIXES else key.removesuffix(suffix)
            unit = currency if name == "currency" else name
            break
    return key.replace(".", " ").replace("_", " ").strip(), unit


def list_words(words: list[str]) -> str:
    """Join words as ``a, b and c``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
