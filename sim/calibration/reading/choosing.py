"""Which rows of a history are the demand that is asked for: sides, filters, copies, series.

Checked by ``tests/unit/test_calibration_exports.py`` and ``test_calibration_reading.py``.
"""

from collections.abc import Mapping

import numpy as np

from sim.calibration.reading.columns import HistoryColumns
from sim.calibration.reading.rules import ReadingRules
from sim.errors import InputError
from sim.exports.headers import normalize
from sim.exports.threads import (
    REPLY,
    filter_rows,
    find_repeated,
    find_side_like,
    find_sides,
    join_replies,
)
from sim.store.cells import count_cells, find_cells
from sim.store.clock import Times

# Of series in a message.
MOST_NAMES = 20

Table = Mapping[str, np.ndarray]
Aside = list[tuple[str, np.ndarray]]


def set_aside(
    table: Table, settled: HistoryColumns, times: Times, rules: ReadingRules
) -> tuple[Table, HistoryColumns, np.ndarray, Aside, list[str]]:
    """Tell rows that are no demand from the others; join both sides of a thread."""
    keep = np.ones(len(times.stamps), np.bool_)
    aside: Aside = []
    notes: list[str] = []

    def drop(is_out: np.ndarray, reason: str) -> None:
        nonlocal keep
        aside.append((reason, keep & is_out))
        keep = keep & ~is_out

    if settled.kind != "counts":
        repeated = find_repeated(table, times.stamps)
        if repeated is not None:
            drop(repeated[0], f"the same {repeated[1]} a second time")
    sides = find_sides(table)
    asked = {normalize(str(key)) for key in rules.where}
    wanted = filter_rows(table, rules.where)
    has_customers = sides is not None and bool((sides.is_customer & wanted).any())
    if sides is not None and has_customers and settled.kind == "times" and rules.kind == "auto":
        joined = join_replies(table, sides, times.stamps)
        if joined is not None and np.isfinite(joined[0]).any():
            table = {**table, REPLY: joined[0]}
            settled = settled._replace(
                kind="pairs",
                names={**settled.names, "reply": REPLY},
                guessed=(*settled.guessed, "reply"),
                whys=(*settled.whys, ("reply", f"joined by {joined[1]}")),
            )
    if rules.where:
        words = ", ".join(f"{key}: {value}" for key, value in rules.where.items())
        drop(~wanted, f"not of history_where={{{words}}}")
    if sides is not None and normalize(sides.column) not in asked:
        drop(~sides.is_customer, f"the brand's own messages by column {sides.column}")
    if sides is None and not rules.where:
        notes += [
            f"column {column} looks like sides or kinds of messages: all of them are counted; "
            "choose with history_where={COLUMN: VALUE}"
            for column in find_side_like(table)
        ]
    return table, settled, keep, aside, notes


def choose_series(
    table: Table, columns: HistoryColumns, series: str | None, label: str
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
    cells = table[column]
    names, counts = count_cells(cells)
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
    return columns, np.flatnonzero(find_cells(cells, lambda cell: str(cell) == series)), series
