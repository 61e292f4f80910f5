"""Which column of a history is which, and what kind of history it is.

Names that the user gives come first, then usual names, then what the cells hold: times
parse as times, counts are numbers on a regular clock, replies are times or lengths, a series
is a text that repeats. An id is no time and no count.
Checked by ``tests/unit/test_calibration_columns.py``.
"""

import zoneinfo
from collections.abc import Mapping
from typing import Literal, NamedTuple

import numpy as np

from sim.errors import InputError
from sim.exports.headers import find_unit, find_usual_column, is_id, split_words
from sim.exports.lengths import are_lengths
from sim.exports.time_columns import READABLE_SHARE, TIME_NAMES, find_time_column, share_times
from sim.store.clock import EXCEL_DAYS, FIRST_MS, read_times
from sim.store.missing import find_filled
from sim.store.numerals import share_numbers

Kind = Literal["times", "counts", "pairs"]
KINDS = ("times", "counts", "pairs")
ROLES = ("time", "reply", "series", "value", "topic", "sentiment")

_NAMES = {
    "time": " ".join(TIME_NAMES),
    "reply": "reply tr replied_at reply_time first_reply_at reply_created_at responded_at "
    "response_at answered_at first_response_at first_response_time first_reply_time "
    "time_to_first_response time_to_first_reply initial_response_time first_reply first_response "
    "first_reply_time_in_minutes first_response_time_in_hrs first_reply_minutes reply_minutes "
    "response_time frt",
    "series": "series brand handle account company airline event name page keyword",
    "value": "value count counts mentions tweets posts messages volume n number contacts calls "
    "chats tickets conversations interactions cases requests received offered anzahl total",
    "topic": "topic",
    "sentiment": "sentiment airline_sentiment sentiment_label sentiment_score",
}
_LENGTH_WORDS = frozenset("time length duration minutes mins hours hrs seconds frt wait".split())
FIRST_TURN_NAMES = ("new_conversation", "is_first", "first_turn")
# Cells that are tried to tell a column's kind; more cost time on wide files.
_SAMPLE = 500
# A clock of counts may miss one step in ten, such as hours without a row.
_REGULAR_SHARE = 0.9
# Of chance arrivals known to the minute and seldom two in one, a fifth follow within the next.
_ALIKE_SHARE = 0.5
# Times known to the minute are no multiples of five; sparse counts of hours are of theirs.
_LONG_STEP_MS = 300_000


class HistoryColumns(NamedTuple):
    """What a history's columns are, and how that is known."""

    kind: Kind
    names: dict[str, str]
    """role to column's name; only roles that there are"""
    guessed: tuple[str, ...]
    """roles that were guessed, and `kind` where it was"""
    first_turn: str | None
    """column that marks the first message of a conversation"""
    has_thousands: bool = False
    """counts such as 1.003 were read with the point between thousands"""
    whys: tuple[tuple[str, str], ...] = ()
    """role, and why its column was taken for it"""
    notes: tuple[str, ...] = ()
    """what was seen and not used"""


def choose_columns(
    table: Mapping[str, np.ndarray],
    kind: str,
    given: Mapping[str, str],
    zone: zoneinfo.ZoneInfo,
    day_first: bool | None = None,
    reply_unit: str | None = None,
    made: Mapping[str, str] | None = None,
) -> HistoryColumns:
    """Settle kind and columns of a history.

    Parameters
    ----------
    table : Mapping of str to np.ndarray
        Its columns, each of shape (n_rows,).
    kind : str
        ``auto``, or what the user says.
    given : Mapping of str to str
        Role (time, reply, series, value, topic, sentiment) to the column that the user names.
    zone : zoneinfo.ZoneInfo
        Of times without an offset.
    day_first : bool, optional
        Whether the day stands before the month.
    reply_unit : str, optional
        Of replies that are lengths.
    made : Mapping of str to str, optional
        Role to a column that was put together from others.

    Raises
    ------
    InputError
        A column that is not there, or one that is needed and cannot be guessed.
    """
    _check_given(table, kind, given)
    names = {**(made or {}), **given}
    whys = dict.fromkeys(made or {}, "put together from others")
    whys |= dict.fromkeys(given, "you named it")
    notes: list[str] = []
    for role in ROLES:
        usual = find_usual_column(table, _NAMES[role].split())
        if role not in names and usual is not None:
            names[role], whys[role] = usual, "its name"
    if "reply" in names and "reply" not in given:
        _check_reply(table, names, zone, reply_unit, notes)
    _settle_time(table, names, whys, zone, day_first, notes)
    found: Kind = (
        _guess_kind(table, names, {**(made or {}), **given}, zone, day_first)
        if kind == "auto"
        else kind  # type: ignore[assignment] # checked
    )
    _settle_value(table, names, {**(made or {}), **given}, found)
    guessed = [role for role in ROLES if role in names and role not in given]
    first = find_usual_column(table, FIRST_TURN_NAMES)
    if kind == "auto":
        guessed.append("kind")
    whys = {role: whys.get(role, "the only column of numbers") for role in names}
    return HistoryColumns(
        found,
        names,
        tuple(guessed),
        first if found == "pairs" else None,
        whys=tuple(whys.items()),
        notes=tuple(notes),
    )


def _check_given(table: Mapping[str, np.ndarray], kind: str, given: Mapping[str, str]) -> None:
    if kind not in (*KINDS, "auto"):
        raise InputError(f"history_kind = {kind}: allowed: {', '.join(KINDS)}, auto")
    errors = [
        f"history_columns.{role}: unknown; allowed: {', '.join(ROLES)}"
        for role in given
        if role not in ROLES
    ]
    errors += [
        f"history_columns.{role} = {name}: no such column; allowed: {', '.join(table)}"
        for role, name in given.items()
        if role in ROLES and name not in table
    ]
    if errors:
        raise InputError(*errors)


def _check_reply(
    table: Mapping[str, np.ndarray],
    names: dict[str, str],
    zone: zoneinfo.ZoneInfo,
    reply_unit: str | None,
    notes: list[str],
) -> None:
    """Leave a column out that is only called like replies, and say so."""
    name = names["reply"]
    cells = table[name]
    if not find_filled(cells).any():
        del names["reply"]
        notes.append(f"column {name} is empty: no replies")
        return
    is_small = cells.dtype != object and bool(np.nanmax(np.abs(cells)) < EXCEL_DAYS[1])
    if not is_small and share_times(cells, zone) >= READABLE_SHARE:
        return
    says_length = bool(_LENGTH_WORDS & set(split_words(name)))
    has_unit = cells.dtype == object or reply_unit is not None or find_unit(name) is not None
    if are_lengths(cells, name) and (has_unit or says_length):
        return
    del names["reply"]
    notes.append(f"column {name} is called like replies, but holds neither times nor lengths")


def _settle_time(
    table: Mapping[str, np.ndarray],
    names: dict[str, str],
    whys: dict[str, str],
    zone: zoneinfo.ZoneInfo,
    day_first: bool | None,
    notes: list[str],
) -> None:
    """Look at the cells where names do not tell the time column."""
    if whys.get("time", "its name") != "its name":
        return
    taken = {name for role, name in names.items() if role != "time"}
    found = find_time_column(table, taken, zone, day_first)
    if found is None:
        raise InputError(
            "no column of times found; set it with history_columns={time: ...} "
            f"(columns: {', '.join(table)})"
        )
    names["time"], whys["time"] = found.name, found.why
    if found.others:
        notes.append(f"times, too, and not used: {', '.join(found.others)}")


def _guess_kind(
    table: Mapping[str, np.ndarray],
    names: dict[str, str],
    given: Mapping[str, str],
    zone: zoneinfo.ZoneInfo,
    day_first: bool | None,
) -> Kind:
    if "reply" in names and ("value" not in given):
        return "pairs"
    value = names.get("value") or _find_only_number(table, names)
    if value is None:
        return "times"
    is_text = table[value].dtype == object and share_numbers(table[value]) < READABLE_SHARE
    if is_text and "value" not in given:
        return "times"
    is_named = "value" in names
    return (
        "counts"
        if "value" in given or _is_regular(table, names, zone, day_first, is_named)
        else "times"
    )


def _find_only_number(table: Mapping[str, np.ndarray], names: Mapping[str, str]) -> str | None:
    taken = set(names.values())
    numbers = [
        name
        for name, cells in table.items()
        if cells.dtype != object and name not in taken and not is_id(name)
    ]
    return numbers[0] if len(numbers) == 1 else None


def _is_regular(
    table: Mapping[str, np.ndarray],
    names: Mapping[str, str],
    zone: zoneinfo.ZoneInfo,
    day_first: bool | None,
    is_named: bool,
) -> bool:
    """Whether the first rows' times lie on a regular clock and do not repeat.

    Times of single mentions that are known to the minute are multiples of a minute as well, but
    most are more than one apart: where no name speaks of counts, or the step is short, half of the
    steps have to be alike.
    """
    rows = slice(0, 20 * _SAMPLE)
    try:
        stamps = read_times(table[names["time"]][rows], zone, day_first=day_first)
    except InputError:  # told by a later row, or refused when the whole column is read
        stamps = read_times(table[names["time"]][rows], zone, day_first=True)
    if "series" in names:
        series = table[names["series"]][rows]
        stamps = stamps[series == series[0]]
    steps = np.diff(np.sort(stamps[stamps >= FIRST_MS]))
    if len(steps) == 0:
        return False
    sizes, counts = np.unique(steps, return_counts=True)
    step = sizes[np.argmax(counts)]
    if step == 0:
        return False
    if np.mean(steps == step) < _ALIKE_SHARE and not (is_named and step >= _LONG_STEP_MS):
        return False
    off = np.abs(steps / step - np.round(steps / step))
    return bool(np.mean((steps > 0) & (off < 0.1)) >= _REGULAR_SHARE)


def _settle_value(
    table: Mapping[str, np.ndarray], names: dict[str, str], given: Mapping[str, str], kind: Kind
) -> None:
    """Require the columns that the kind needs, leave out those that it has no use for."""
    if kind == "counts" and "value" not in names:
        number = _find_only_number(table, names)
        if number is None:
            raise InputError(
                "no column of counts found; set it with history_columns={value: ...} "
                f"(columns: {', '.join(table)})"
            )
        names["value"] = number
    if kind == "pairs" and "reply" not in names:
        raise InputError(
            "no column of reply times found; set it with history_columns={reply: ...} "
            f"(columns: {', '.join(table)})"
        )
    unused = {"times": ("reply", "value"), "counts": ("reply", "topic"), "pairs": ("value",)}
    for role in unused[kind]:
        if role not in given:
            names.pop(role, None)
    one = [role for role in ROLES if role in names]
    twice = [role for role in one if list(names.values()).count(names[role]) > 1]
    for role in twice:
        if role not in given and role != "time":
            names.pop(role)
