"""The bad rows of a series, taken out one reason after the other, each with an example.

Checked by ``tests/unit/test_calibration_reading.py``.
"""

import zoneinfo
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from sim.calibration.reading.columns import HistoryColumns
from sim.errors import InputError
from sim.exports.lengths import MOST_LENGTH, read_lengths
from sim.exports.time_columns import READABLE_SHARE, share_times
from sim.store.clock import FIRST_MS, LAST_MS, MS_PER_MIN, NO_TIME, read_times
from sim.store.missing import blank_missing, find_filled

# With half of the rows bad a column was probably misread.
MOST_BAD_SHARE = 0.5
# Rows more than a month away from all others are taken for wrong time stamps.
LONGEST_GAP_MS = 30 * 86_400_000
# A count above is a wrong column, such as time stamps in seconds.
MOST_COUNT = 1e9
# Characters of a cell in a message.
_SHOWN = 60


class BadRows(NamedTuple):
    """Rows that were left out for one reason."""

    reason: str
    rows: int
    example: str


class ReplyTimes(NamedTuple):
    """When messages were answered.

    Attributes
    ----------
    ms : np.ndarray
        int64, shape (n,): since 1970, UTC; `NO_TIME` where nobody answered.
    told : str
        How lengths were read; empty for moments.
    is_business : bool
        Lengths without closed hours: how long is known, at what time of the day is not.
    """

    ms: np.ndarray
    told: str = ""
    is_business: bool = False


class Sieve:
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
        is_number = cells.dtype != object
        values = (
            cells.astype(np.float64)
            if is_number
            else np.array([_parse_count(cell) for cell in cells], np.float64)
        )
        own = values[self.chosen]
        self.drop(~np.isfinite(own), "count is not a number", "value")
        self.drop(own < 0, "count below 0", "value")
        self.drop(own > MOST_COUNT, "count above a billion", "value")
        self.drop(own != np.floor(own), "count is not a whole number", "value")
        return values

    def drop_replies(
        self,
        stamps: np.ndarray,
        zone: zoneinfo.ZoneInfo,
        day_first: bool | None = None,
        unit: str | None = None,
    ) -> ReplyTimes:
        """Leave out rows with a reply that cannot be; an empty one means no answer yet."""
        cells, name = self.table[self.names["reply"]], self.names["reply"]
        is_gap = ~find_filled(cells)
        if _hold_lengths(cells, zone):
            found = read_lengths(cells, name, unit)
            unread = ~found.is_gap & ~np.isfinite(found.minutes)
            self.drop(unread[self.chosen], "unreadable length of a reply", "reply")
            self.drop((found.minutes < 0)[self.chosen], "reply before the post", "reply")
            minutes = np.where(np.isfinite(found.minutes), found.minutes, 0.0)
            ms = stamps + np.floor(minutes * MS_PER_MIN + 0.5).astype(np.int64)
            ms = np.where(found.is_gap | unread | (stamps == NO_TIME), NO_TIME, ms)
            return ReplyTimes(ms, found.told, found.is_business)
        replies = read_times(blank_missing(cells), zone, day_first=day_first)
        # A database writes no answer as 0, which is 1970.
        is_gap = is_gap | (replies == 0)
        outside = (replies < FIRST_MS) | (replies >= LAST_MS)
        self.drop((~is_gap & outside)[self.chosen], "unreadable reply time", "reply")
        early = ~is_gap & (replies < stamps)
        self.drop(early[self.chosen], "reply before the post", "reply")
        return ReplyTimes(np.where(is_gap, NO_TIME, replies))

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


def _hold_lengths(cells: np.ndarray, zone: zoneinfo.ZoneInfo) -> bool:
    """Whether replies are lengths, not moments."""
    if cells.dtype != object:
        known = cells[np.isfinite(cells) & (cells != 0)]
        return bool(len(known)) and bool((np.abs(known) < MOST_LENGTH).mean() > READABLE_SHARE)
    return share_times(cells, zone) < READABLE_SHARE and bool(find_filled(cells).any())


def _parse_count(cell: Any) -> float:
    try:
        return float(cell)
    except ValueError:
        return np.nan


def refuse_mostly_bad(bad: tuple[BadRows, ...], read: int, label: str) -> None:
    """Refuse a history of which most rows cannot be used: a column was misread, probably."""
    lost = sum(each.rows for each in bad)
    if lost > MOST_BAD_SHARE * read:
        reasons = "; ".join(
            f"{each.rows} x {each.reason}" + (f" ({each.example})" if each.example else "")
            for each in sorted(bad, key=lambda each: -each.rows)[:3]
        )
        raise InputError(
            f"{label}: {lost} of {read} rows cannot be used, too many to fit: {reasons}"
        )
