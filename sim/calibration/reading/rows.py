"""A history's rows, checked one by one: what is kept, what is left out and why.

    read the file -> one column of times -> which column is which -> filter, sides, repeated rows
    -> times and replies -> bad rows left out

Checked by ``tests/unit/test_calibration_reading.py`` and ``test_calibration_exports.py``.
"""

import difflib
import pathlib
import zoneinfo
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from sim.calibration.reading.choosing import MOST_NAMES, Table, choose_series, set_aside
from sim.calibration.reading.columns import HistoryColumns, choose_columns
from sim.calibration.reading.presets import choose_preset
from sim.calibration.reading.resolution import measure_resolution_min
from sim.calibration.reading.rules import ReadingRules
from sim.calibration.reading.sieve import (
    LONGEST_GAP_MS,
    BadRows,
    ReplyTimes,
    Sieve,
    refuse_mostly_bad,
)
from sim.errors import InputError
from sim.exports.headers import find_column, normalize
from sim.exports.histories import read_history
from sim.exports.lengths import UNITS
from sim.exports.shapes import Shaped, shape_table
from sim.exports.zones import find_header_zone
from sim.store.cells import find_cells, make_column
from sim.store.clock import FIRST_MS, LAST_MS, Times, find_zone, read_time_column, read_times
from sim.store.missing import blank_missing
from sim.store.numerals import read_numerals

# Coarser times say nothing of the hour of the day.
COARSE_MIN = 60.0


class Observations(NamedTuple):
    """The rows of one series that can be used, in order of time."""

    columns: HistoryColumns
    series: str
    """name of the series, or of the file where it holds one"""
    time_ms: np.ndarray
    """int64, shape (n,), ascending: milliseconds since 1970, UTC"""
    value: np.ndarray | None
    """float64, shape (n,): counts; None where each row is a mention"""
    reply_ms: np.ndarray | None
    """int64, shape (n,): `NO_TIME` where nobody answered; None without replies"""
    topic: np.ndarray | None
    """text, shape (n,)"""
    is_first: np.ndarray
    """bool, shape (n,): first message of a conversation"""
    covered_ms: tuple[int, int]
    """first and last time of the whole file"""
    read: int
    bad: tuple[BadRows, ...]
    sentiment: np.ndarray | None = None
    """cells of the column of scores, labels or texts, shape (n,)"""
    aside: tuple[BadRows, ...] = ()
    """rows that are no demand: filtered, repeated, the brand's own"""
    resolution_min: float = 0.0
    """times of single mentions are multiples of it [min]"""
    has_wait: bool = True
    """how long replies took is known: not from days alone"""
    has_reply_clock: bool = True
    """at what time of the day replies were sent is known: not from lengths in business hours"""


class Reading(NamedTuple):
    """A history as it was understood: its observations, and what they were made of."""

    observations: Observations
    table: Table
    """all columns, one of times among them"""
    rows: np.ndarray
    """int64, shape (n,): row of the table of each observation"""
    times: Times
    """of all rows of the table"""
    zone: zoneinfo.ZoneInfo
    """of times without an offset"""
    zone_from: str
    """``key``, ``header`` or ``default``"""
    notes: tuple[str, ...]
    """what was done to the file, and what was seen and not used"""


def read_observations(
    history: str | pathlib.Path | Table,
    kind: str = "auto",
    series: str | None = None,
    columns: Mapping[str, str] | None = None,
    time_zone: str | None = None,
    **more: Any,
) -> Observations:
    """Read one series of a history; `more` are fields of `ReadingRules`. See `understand`."""
    rules = ReadingRules(kind, series, columns or {}, time_zone)._replace(**more)
    return understand(history, rules).observations


def understand(history: str | pathlib.Path | Table, rules: ReadingRules) -> Reading:
    """Read one series of a history and keep how it was understood.

    Parameters
    ----------
    history : path or Mapping of str to np.ndarray
        A file (see ``sim.exports.histories``), or its columns.
    rules : ReadingRules
        What the user says; everything else is guessed and told.

    Raises
    ------
    InputError
        What cannot be read, several series and none named, or more than half of the rows bad.
    """
    _check_rules(rules)
    zone = find_zone(rules.time_zone or "UTC")
    opened = _open(history)
    shaped = shape_table(opened.table, zone, rules.day_first)
    unit, settled, table = _settle_columns(opened, shaped, rules, zone)
    zone, zone_from = _settle_zone(settled.names["time"], rules, zone)
    times = read_time_column(table[settled.names["time"]], zone, day_first=rules.day_first)
    table, settled, keep, aside, thread_notes = set_aside(table, settled, times, rules)
    settled, chosen, name = choose_series(table, settled, rules.series, opened.label)
    counted = [(each, int(mask[chosen].sum())) for each, mask in aside]
    told = tuple(BadRows(reason, rows, "") for reason, rows in counted if rows)
    of_series, chosen = len(chosen), chosen[keep[chosen]]
    if len(chosen) == 0:
        raise InputError(f"{opened.label}: no row is left of {of_series}; see history_where")
    found = _sift(table, settled, chosen, times, zone, rules, unit, opened)
    observations = found.observations._replace(
        series=name, read=of_series + opened.skipped, aside=told
    )
    notes = (*opened.notes, *filter(None, [shaped.note]), *settled.notes, *thread_notes)
    notes += _tell_replies(found.reply, observations)
    return Reading(observations, table, found.rows, times, zone, zone_from, notes)


def _settle_columns(
    opened: "Opened", shaped: Shaped, rules: ReadingRules, zone: zoneinfo.ZoneInfo
) -> tuple[str | None, HistoryColumns, Table]:
    """The unit of replies, which column is which, and the table with its counts as numbers."""
    table = shaped.table
    preset = choose_preset(rules.preset, table)
    unit = rules.reply_unit or preset.reply_unit
    put = {role: name for role, name in (("time", shaped.time), ("value", shaped.value)) if name}
    given = _settle_given(rules.columns, shaped, table)
    made = {**preset.columns, **put}
    settled = choose_columns(table, rules.kind, given, zone, rules.day_first, unit, made)
    counted = settled.names.get("value", "") if settled.kind == "counts" else ""
    if counted in opened.thousands and counted in table:  # with a decimal point most were none
        table = {**table, counted: opened.thousands[counted]}
        settled = settled._replace(has_thousands=True)
    return unit, settled, table


class Sifted(NamedTuple):
    """A series without its bad rows."""

    observations: Observations
    rows: np.ndarray
    reply: ReplyTimes | None


def _sift(
    table: Table,
    settled: HistoryColumns,
    chosen: np.ndarray,
    times: Times,
    zone: zoneinfo.ZoneInfo,
    rules: ReadingRules,
    unit: str | None,
    opened: "Opened",
) -> Sifted:
    """Leave bad rows out of a series and put the rest in order."""
    stamps = times.stamps
    if settled.kind == "counts" and len(np.unique(stamps[chosen])) < len(chosen):
        stamps = stamps.copy()
        cells = table[settled.names["time"]][chosen]
        stamps[chosen] = read_times(cells, zone, comes_once=True, day_first=rules.day_first)
    known = stamps[(stamps >= FIRST_MS) & (stamps < LAST_MS)]
    covered = (int(known.min()), int(known.max())) if len(known) else (0, 0)
    del known  # of ten million rows it is 80 MB
    sieve = Sieve(table, settled, chosen)
    sieve.drop_times(stamps)
    value = sieve.drop_counts() if settled.kind == "counts" else None
    reply = None
    if settled.kind == "pairs":
        reply = sieve.drop_replies(stamps, zone, rules.day_first, unit)
    sieve.drop_isolated(stamps)
    if settled.kind == "counts":
        sieve.drop_repeated(stamps)
    bad = sieve.list_bad(opened.skipped)
    refuse_mostly_bad(bad, len(chosen) + opened.skipped, opened.label)
    rows = chosen if sieve.good.all() else chosen[sieve.good]
    if bool((np.diff(stamps[rows]) < 0).any()):
        rows = rows[np.argsort(stamps[rows], kind="stable")]
    covered = covered if len(rows) == 0 else _cover(covered, stamps[rows], settled.kind)
    resolution = measure_resolution_min(stamps[rows], zone) if settled.kind != "counts" else 0.0
    is_coarse = resolution > COARSE_MIN
    observations = Observations(
        settled,
        opened.label,
        stamps[rows],
        None if value is None else value[rows],
        None if reply is None else reply.ms[rows],
        _read_topics(table, settled, rows, rules.topics),
        _find_first_turns(table, settled, rows),
        covered,
        len(chosen) + opened.skipped,
        bad,
        None if "sentiment" not in settled.names else table[settled.names["sentiment"]][rows],
        resolution_min=resolution,
        has_wait=not is_coarse or (reply is not None and bool(reply.told)),
        has_reply_clock=not is_coarse and not (reply is not None and reply.is_business),
    )
    return Sifted(observations, rows, reply)


def _check_rules(rules: ReadingRules) -> None:
    if rules.reply_unit is not None and rules.reply_unit not in UNITS:
        raise InputError(f"history_reply_unit = {rules.reply_unit}: allowed: {', '.join(UNITS)}")


def _settle_given(columns: Mapping[str, str], shaped: Shaped, table: Table) -> dict[str, str]:
    """The columns that the user names, as this table has them."""
    given = {}
    for role, name in columns.items():
        own = name if name in table else find_column(table, normalize(name)) or name
        given[role] = shaped.time if shaped.time and name in shaped.sources else own
    return given


def _settle_zone(
    column: str, rules: ReadingRules, zone: zoneinfo.ZoneInfo
) -> tuple[zoneinfo.ZoneInfo, str]:
    if rules.time_zone is not None:
        return zone, "key"
    found = find_header_zone(column)
    return (zone, "default") if found is None else (found, "header")


def _tell_replies(reply: ReplyTimes | None, observations: Observations) -> tuple[str, ...]:
    notes = []
    if reply is not None and reply.told:
        notes.append(f"replies are {reply.told}")
    if reply is not None and not observations.has_wait:
        notes.append("times are too coarse to tell how long replies took")
    return tuple(notes)


def _read_topics(
    table: Table, settled: HistoryColumns, rows: np.ndarray, topics: Mapping[str, str]
) -> np.ndarray | None:
    """Topics of rows, as the user's map calls them."""
    column = settled.names.get("topic")
    if column is None:
        if topics:
            raise InputError(
                "history_topics: no column of topics; set it with history_columns={topic: ...} "
                f"(columns: {', '.join(table)})"
            )
        return None
    is_whole = len(rows) == len(table[column]) and bool((np.diff(rows) == 1).all())
    cells = table[column] if is_whole else table[column][rows]
    cells = make_column(cells, lambda cell: str(cell).strip())
    if not topics:
        return cells
    known = {str(key).strip().casefold(): str(value) for key, value in topics.items()}
    kinds = sorted(set(cells.tolist()))
    unknown = [key for key in topics if str(key).strip().casefold() not in map(str.casefold, kinds)]
    if len(unknown) == len(topics):
        near = difflib.get_close_matches(str(unknown[0]), kinds, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise InputError(
            f"history_topics.{unknown[0]}: no cell of column {column} is called so; allowed: "
            f"{', '.join(kinds[:MOST_NAMES])}{hint}"
        )
    return make_column(cells, lambda cell: known.get(str(cell).casefold(), str(cell)))


class Opened(NamedTuple):
    """A history's table as its file has it."""

    table: Table
    skipped: int
    label: str
    thousands: Table
    notes: tuple[str, ...]


def _open(history: str | pathlib.Path | Table) -> Opened:
    if isinstance(history, Mapping):
        table = {name: _plain(np.asarray(cells)) for name, cells in history.items()}
        if not table or len({len(cells) for cells in table.values()}) != 1:
            raise InputError("history: columns differ in length")
        if len(next(iter(table.values()))) == 0:
            raise InputError("history: has no rows")
        return Opened(table, 0, "history", {}, ())
    found = read_history(history)
    columns = {name: _settle_numerals(cells) for name, cells in found.columns.items()}
    label = pathlib.Path(history).name.split(".")[0] or pathlib.Path(history).stem
    return Opened(columns, found.skipped_rows, label, found.thousands, found.notes)


def _settle_numerals(cells: np.ndarray) -> np.ndarray:
    numbers = read_numerals(blank_missing(cells)) if cells.dtype == object else None
    return cells if numbers is None else numbers


def _plain(cells: np.ndarray) -> np.ndarray:
    """Cells as the reader of files gives them: numbers, or text as objects."""
    if cells.dtype.kind == "M":
        cells = np.datetime_as_string(cells.astype("datetime64[ms]"))
    if cells.dtype.kind in "biuf":
        return cells.astype(np.int64 if cells.dtype.kind in "biu" else np.float64)
    return np.array([str(cell) for cell in cells], object)


def _cover(covered: tuple[int, int], own: np.ndarray, kind: str) -> tuple[int, int]:
    """The time that the series is observed: of the file, unless rows were far apart."""
    first, last = int(own[0]), int(own[-1])
    if kind == "counts":
        return first, last
    early = first if first - covered[0] > LONGEST_GAP_MS else covered[0]
    late = last if covered[1] - last > LONGEST_GAP_MS else covered[1]
    return early, late


def _find_first_turns(table: Table, columns: HistoryColumns, rows: np.ndarray) -> np.ndarray:
    if columns.first_turn is None:
        return np.ones(len(rows), np.bool_)
    cells = table[columns.first_turn][rows]
    return find_cells(cells, lambda cell: str(cell).lower() not in ("0", "false", "no", "0.0"))
