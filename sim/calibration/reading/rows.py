"""A history's rows, checked one by one: what is kept, what is left out and why.

Checked by ``tests/unit/test_calibration_reading.py``.
"""

import pathlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from sim.calibration.reading.columns import HistoryColumns, choose_columns
from sim.errors import InputError
from sim.store.clock import FIRST_MS, LAST_MS, NO_TIME, find_zone, read_times
from sim.store.histories import read_history
from sim.store.numerals import read_numerals

# With half of the rows bad a column was probably misread.
MOST_BAD_SHARE = 0.5
# Rows more than a month away from all others are taken for wrong time stamps.
LONGEST_GAP_MS = 30 * 86_400_000
# Of series in a message.
MOST_NAMES = 20
# A count above is a wrong column, such as time stamps in seconds.
MOST_COUNT = 1e9
# Characters of a cell in a message.
_SHOWN = 60


class BadRows(NamedTuple):
    """Rows that were left out for one reason."""

    reason: str
    rows: int
    example: str


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


def read_observations(
    history: str | pathlib.Path | Mapping[str, np.ndarray],
    kind: str = "auto",
    series: str | None = None,
    columns: Mapping[str, str] | None = None,
    time_zone: str = "UTC",
) -> Observations:
    """Read one series of a history.

    Parameters
    ----------
    history : path or Mapping of str to np.ndarray
        A CSV or Parquet file, or its columns.
    kind : str
        times, counts, pairs or auto.
    series : str, optional
        Which one, where the history holds several.
    columns : Mapping of str to str, optional
        Role to the name of its column.
    time_zone : str
        Of times without an offset.

    Raises
    ------
    InputError
        What cannot be read, several series and none named, or more than half of the rows bad.
    """
    zone = find_zone(time_zone)
    table, skipped, label, thousands = _open(history)
    settled = choose_columns(table, kind, columns or {}, zone)
    counted = settled.names.get("value", "") if settled.kind == "counts" else ""
    if counted in thousands:  # counts are whole: with a decimal point most would be none
        table = {**table, counted: thousands[counted]}
        settled = settled._replace(has_thousands=True)
    settled, chosen, name = _choose_series(table, settled, series, label)
    stamps = read_times(table[settled.names["time"]], zone)
    if settled.kind == "counts" and len(np.unique(stamps[chosen])) < len(chosen):
        stamps[chosen] = read_times(table[settled.names["time"]][chosen], zone, comes_once=True)
    known = stamps[(stamps >= FIRST_MS) & (stamps < LAST_MS)]
    covered = (int(known.min()), int(known.max())) if len(known) else (0, 0)
    sieve = _Sieve(table, settled, chosen)
    sieve.drop_times(stamps)
    value, reply = None, None
    if settled.kind == "counts":
        value = sieve.drop_counts()
    if settled.kind == "pairs":
        reply = sieve.drop_replies(stamps, zone)
    sieve.drop_isolated(stamps)
    if settled.kind == "counts":
        sieve.drop_repeated(stamps)
    bad = sieve.list_bad(skipped)
    _refuse_mostly_bad(bad, len(chosen) + skipped, label)
    rows = chosen[sieve.good]
    rows = rows[np.argsort(stamps[rows], kind="stable")]
    covered = covered if len(rows) == 0 else _cover(covered, stamps[rows], settled.kind)
    topic = settled.names.get("topic")
    return Observations(
        settled,
        name,
        stamps[rows],
        None if value is None else value[rows],
        None if reply is None else reply[rows],
        None if topic is None else np.array([str(cell) for cell in table[topic][rows]], object),
        _find_first_turns(table, settled, rows),
        covered,
        len(chosen) + skipped,
        bad,
        None if "sentiment" not in settled.names else table[settled.names["sentiment"]][rows],
    )


def _open(
    history: str | pathlib.Path | Mapping[str, np.ndarray],
) -> tuple[Mapping[str, np.ndarray], int, str, Mapping[str, np.ndarray]]:
    if isinstance(history, Mapping):
        table = {name: _plain(np.asarray(cells)) for name, cells in history.items()}
        if not table or len({len(cells) for cells in table.values()}) != 1:
            raise InputError("history: columns differ in length")
        if len(next(iter(table.values()))) == 0:
            raise InputError("history: has no rows")
        return table, 0, "history", {}
    found = read_history(history)
    columns = {name: _settle_numerals(cells) for name, cells in found.columns.items()}
    return columns, found.skipped_rows, pathlib.Path(history).stem, found.thousands


def _settle_numerals(cells: np.ndarray) -> np.ndarray:
    numbers = read_numerals(cells) if cells.dtype == object else None
    return cells if numbers is None else numbers


def _plain(cells: np.ndarray) -> np.ndarray:
    """Cells as the reader of files gives them: numbers, or text as objects."""
    if cells.dtype.kind == "M":
        cells = np.datetime_as_string(cells.astype("datetime64[ms]"))
    if cells.dtype.kind in "biuf":
        return cells.astype(np.int64 if cells.dtype.kind in "biu" else np.float64)
    return np.array([str(cell) for cell in cells], object)


def _choose_series(
    table: Mapping[str, np.ndarray], columns: HistoryColumns, series: str | None, label: str
) -> tuple[HistoryColumns, np.ndarray, str]:
    """The rows of the series that is asked for, and its name."""
    n_rows = len(next(iter(table.values())))
    column = columns.names.get("series")
    if column is None:
        if series is not None:
            raise InputError(
                f"history_series = {series}: no column of series found; set it with "
                f"history_columns={{series: ...}} (columns: {', '.join(table)})"
            )
        return columns, np.arange(n_rows), label
    cells = np.array([str(cell) for cell in table[column]], object)
    names, counts = np.unique(cells.astype(str), return_counts=True)
    if series is None and "series" in columns.guessed and len(names) > n_rows / 2:
        rest = {role: name for role, name in columns.names.items() if role != "series"}
        return columns._replace(names=rest), np.arange(n_rows), label
    if series is None and len(names) == 1:
        series = str(names[0])
    if series is None or series not in names:
        listed = [str(names[place]) for place in np.argsort(-counts, kind="stable")]
        more = f" and {len(listed) - MOST_NAMES} more" if len(listed) > MOST_NAMES else ""
        asked = "not set" if series is None else series
        raise InputError(
            f"history_series = {asked}: column {column} holds {len(listed)} series; allowed: "
            f"{', '.join(listed[:MOST_NAMES])}{more}"
        )
    return columns, np.flatnonzero(cells == series), series


class _Sieve:
    """Takes out the bad rows of a series, each for the first reason that is found."""

    def __init__(
        self, table: Mapping[str, np.ndarray], columns: HistoryColumns, chosen: np.ndarray
    ) -> None:
        self.table, self.names, self.chosen = table, columns.names, chosen
        self.good = np.ones(len(chosen), np.bool_)
        self.bad: list[BadRows] = []

    def drop(self, is_bad: np.ndarray, reason: str, role: str) -> None:
        """Leave out rows of the series; the first is the example."""
        found = self.good & is_bad
        if found.any():
            first = int(self.chosen[int(np.flatnonzero(found)[0])])
            cell = str(self.table[self.names[role]][first])
            example = f"row {first + 1}: {cell[:_SHOWN] or 'empty'}"
            self.bad.append(BadRows(reason, int(found.sum()), example))
            self.good &= ~is_bad

    def drop_times(self, stamps: np.ndarray) -> None:
        """Leave out rows without a sensible time."""
        own = stamps[self.chosen]
        self.drop(own == NO_TIME, "unreadable time", "time")
        self.drop((own < FIRST_MS) | (own >= LAST_MS), "time outside 1990 to 2100", "time")

    def drop_counts(self) -> np.ndarray:
        """Leave out rows without a sensible count; return all counts."""
        cells = self.table[self.names["value"]]
        values = np.array([_parse_count(cell) for cell in cells], np.float64)
        own = values[self.chosen]
        self.drop(~np.isfinite(own), "count is not a number", "value")
        self.drop(own < 0, "count below 0", "value")
        self.drop(own > MOST_COUNT, "count above a billion", "value")
        self.drop(own != np.floor(own), "count is not a whole number", "value")
        return values

    def drop_replies(self, stamps: np.ndarray, zone: Any) -> np.ndarray:
        """Leave out rows with a reply that cannot be; an empty one means no answer yet."""
        cells = self.table[self.names["reply"]]
        replies = read_times(cells, zone)
        is_empty = cells == "" if cells.dtype == object else ~np.isfinite(cells)
        outside = (replies < FIRST_MS) | (replies >= LAST_MS)
        self.drop((~is_empty & outside)[self.chosen], "unreadable reply time", "reply")
        early = ~is_empty & (replies < stamps)
        self.drop(early[self.chosen], "reply before the post", "reply")
        return np.where(is_empty, NO_TIME, replies)

    def drop_isolated(self, stamps: np.ndarray) -> None:
        """Leave out what lies more than a month apart from the bulk: a wrong clock, usually."""
        own = np.sort(stamps[self.chosen][self.good])
        cuts = np.flatnonzero(np.diff(own) > LONGEST_GAP_MS) + 1
        if len(cuts):
            blocks = np.split(own, cuts)
            bulk = max(blocks, key=len)
            times = stamps[self.chosen]
            outside = (times < bulk[0]) | (times > bulk[-1])
            self.drop(outside, "more than 30 days away from all other rows", "time")

    def drop_repeated(self, stamps: np.ndarray) -> None:
        """Leave out counts of a time that has one already; the first stays."""
        own = stamps[self.chosen]
        places = np.flatnonzero(self.good)
        _, first = np.unique(own[places], return_index=True)
        repeated = self.good.copy()
        repeated[places[first]] = False
        self.drop(repeated, "a second count for its time", "time")

    def list_bad(self, skipped: int) -> tuple[BadRows, ...]:
        """What was left out, the file's broken rows first."""
        if skipped:
            cells = BadRows("a different number of cells than the header", skipped, "")
            return (cells, *self.bad)
        return tuple(self.bad)


def _parse_count(cell: Any) -> float:
    try:
        return float(cell)
    except ValueError:
        return np.nan


def _refuse_mostly_bad(bad: tuple[BadRows, ...], read: int, label: str) -> None:
    lost = sum(each.rows for each in bad)
    if lost > MOST_BAD_SHARE * read:
        reasons = "; ".join(
            f"{each.rows} x {each.reason}" + (f" ({each.example})" if each.example else "")
            for each in sorted(bad, key=lambda each: -each.rows)[:3]
        )
        raise InputError(
            f"{label}: {lost} of {read} rows cannot be used, too many to fit: {reasons}"
        )


def _cover(covered: tuple[int, int], own: np.ndarray, kind: str) -> tuple[int, int]:
    """The time that the series is observed: of the file, unless rows were far apart."""
    first, last = int(own[0]), int(own[-1])
    if kind == "counts":
        return first, last
    early = first if first - covered[0] > LONGEST_GAP_MS else covered[0]
    late = last if covered[1] - last > LONGEST_GAP_MS else covered[1]
    return early, late


def _find_first_turns(
    table: Mapping[str, np.ndarray], columns: HistoryColumns, rows: np.ndarray
) -> np.ndarray:
    if columns.first_turn is None:
        return np.ones(len(rows), np.bool_)
    words = np.array([str(cell).lower() for cell in table[columns.first_turn][rows]], object)
    return ~np.isin(words.astype(str), ("0", "false", "no", "0.0"))
