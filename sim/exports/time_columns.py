"""Which column of a stranger's table holds times: what the cells hold, then what the name says.

A text that reads as a time beats any number, and an id is no time; the moment at which a message
came beats those of its later life (updated, closed, replied). One reader for histories, whether a
scenario is fitted to them or replays them. Checked by ``tests/unit/test_calibration_columns.py``
and ``tests/unit/test_demand_recorded.py``.
"""

import zoneinfo
from collections.abc import Collection, Mapping
from typing import NamedTuple

import numpy as np

from sim.errors import InputError
from sim.exports.headers import find_usual_column, is_id, normalize, split_words
from sim.store.clock import EXCEL_DAYS, FIRST_MS, LAST_MS, parse_number, read_time_column
from sim.store.missing import find_filled

TIME_NAMES = tuple(
    "time t timestamp created_at tc posted_at created datetime date_time date ts "
    "arrival interval_start start hour".split()
)
_BIRTH = frozenset(
    "created create creation posted published opened open received arrival arrived asked sent "
    "submitted tweeted reported erstellt eingang cree creado creato".split()
)
_TIME = frozenset(
    "time timestamp date datetime when day datum zeit uhrzeit zeitpunkt fecha hora heure data "
    "ts interval period start begin hour".split()
)
_LATER = frozenset(
    "updated update modified changed edited closed resolved solved due assigned replied reply "
    "response responded answered ended end finished last completed deleted expires expiry "
    "first_reply sla scraped exported collected retrieved birth birthday joined signup".split()
)
READABLE_SHARE = 0.5
"""A column of times may hold a few cells that are none, such as a last line of totals."""
# Cells that are tried to find the column of times.
_SAMPLE = 500
# From the best name to the worst; only the order matters.
_RANK_NAMED, _RANK_BIRTH, _RANK_TIME, _RANK_PLAIN, _RANK_LATER = range(5)


class TimeSample(NamedTuple):
    """What a sample of a column's cells is."""

    share: float
    """that is a time between 1990 and 2100"""
    is_text: bool
    has_clock: bool
    is_unclear: bool = False
    """the order of day and month is not told by the sample"""


class TimeChoice(NamedTuple):
    """A column of times, and why it is that one."""

    name: str
    why: str
    others: tuple[str, ...] = ()
    """columns that hold times, too"""


def find_time_column(
    table: Mapping[str, np.ndarray],
    taken: Collection[str],
    zone: zoneinfo.ZoneInfo,
    day_first: bool | None = None,
) -> TimeChoice | None:
    """The column of times.

    Parameters
    ----------
    table : Mapping of str to np.ndarray
        Columns, each of shape (n_rows,).
    taken : collection of str
        Columns that are something else.
    zone : zoneinfo.ZoneInfo
        Of times without an offset.
    day_first : bool, optional
        Whether the day stands before the month.

    Returns
    -------
    TimeChoice or None
        None where no column has times in half of its cells, nor the usual one any.

    Raises
    ------
    InputError
        A column whose name says time is not readable, and only a number that may be an id is.
    """
    usual = find_usual_column(table, TIME_NAMES)
    samples = {
        name: sample_times(cells, zone, day_first)
        for name, cells in table.items()
        if name not in taken or name == usual
    }
    fit = {name: one for name, one in samples.items() if _may_be_time(table, name, one)}
    texts = [name for name, one in fit.items() if one.is_text and rank_name(name) < _RANK_LATER]
    places = {name: place for place, name in enumerate(table)}

    def order(name: str) -> tuple[bool, bool, bool, int, int]:
        is_late = rank_name(name) == _RANK_LATER
        rank, one = rank_name(name), samples[name]
        known = TIME_NAMES.index(normalize(name)) if rank == _RANK_NAMED else places[name]
        return is_late, not one.is_text, not one.has_clock, rank, known

    if not fit:
        return None if usual is None or samples[usual].share == 0 else TimeChoice(usual, "its name")
    best = min(fit, key=order)
    if usual is not None and usual not in fit and not texts:
        _refuse_unreadable(table[usual], usual, best)
    others = tuple(name for name in fit if name != best)
    return TimeChoice(best, _explain(best, usual, fit, samples), others)


def _may_be_time(table: Mapping[str, np.ndarray], name: str, sample: TimeSample) -> bool:
    """Whether a column may be the one of times; numbers need a name that does not deny it."""
    if sample.share < READABLE_SHARE:
        return False
    rank = rank_name(name)
    if sample.is_text or rank <= _RANK_TIME:
        return True
    cells = table[name]
    found = (parse_number(cell) for cell in cells[find_filled(cells)][:_SAMPLE].tolist())
    number = next((abs(one) for one in found if np.isfinite(one)), 0.0)
    is_excel = EXCEL_DAYS[0] <= number < EXCEL_DAYS[1]
    return not is_excel and not is_id(name)


def _refuse_unreadable(cells: np.ndarray, usual: str, best: str) -> None:
    """Do not take a number where a column of texts says that it is the time."""
    filled = cells[find_filled(cells)]
    if cells.dtype == object and len(filled) and rank_name(best) > _RANK_TIME:
        raise InputError(
            f"column {usual}: {str(filled[0])[:40]!r} is not read as a time; write times as "
            f"YYYY-MM-DD hh:mm, or name another column with history_columns={{time: ...}} "
            f"(column {best} holds numbers that could be times)"
        )


def _explain(
    best: str, usual: str | None, fit: Mapping[str, TimeSample], samples: Mapping[str, TimeSample]
) -> str:
    why = {
        _RANK_NAMED: "its name and its cells",
        _RANK_BIRTH: "its name says when a message came, and its cells are times",
        _RANK_TIME: "its name and its cells",
        _RANK_PLAIN: "its cells are times",
        _RANK_LATER: "no other column holds times",
    }[rank_name(best)]
    if usual is not None and usual not in fit and usual in samples:
        why += f"; {usual} does not hold times"
    return why


def rank_name(name: str) -> int:
    """How much a name says that its column is when a message came: 0 the most, 4 the least."""
    if normalize(name) in TIME_NAMES:
        return _RANK_NAMED
    words = set(split_words(name)) | {normalize(name)}
    if words & _LATER:
        return _RANK_LATER
    if words & _BIRTH:
        return _RANK_BIRTH
    return _RANK_TIME if words & _TIME else _RANK_PLAIN


def share_times(cells: np.ndarray, zone: zoneinfo.ZoneInfo) -> float:
    """The share of a sample of cells that is a time between 1990 and 2100."""
    return sample_times(cells, zone).share


def sample_times(
    cells: np.ndarray, zone: zoneinfo.ZoneInfo, day_first: bool | None = None
) -> TimeSample:
    """Read a sample of a column's cells as times."""
    if cells.dtype == object:
        places = np.unique(np.linspace(0, len(cells) - 1, 4 * _SAMPLE).astype(int))
        cells = cells[places]
    filled = cells[find_filled(cells)]
    if len(filled) == 0:
        return TimeSample(0.0, False, False)
    places = np.unique(np.linspace(0, len(filled) - 1, _SAMPLE).astype(int))
    try:
        read = read_time_column(filled[places], zone, day_first=day_first)
        is_unclear = False
    except InputError:  # reported when the whole column is read
        try:
            read, is_unclear = read_time_column(filled[places], zone, day_first=True), True
        except InputError:
            return TimeSample(1.0, True, True, True)
    share = float(np.mean((read.stamps >= FIRST_MS) & (read.stamps < LAST_MS)))
    return TimeSample(1.0 if is_unclear else share, read.is_text, read.has_clock, is_unclear)
