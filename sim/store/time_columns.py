"""Which column of a stranger's table holds times: usual names first, then what the cells hold.

One reader for histories, whether a scenario is fitted to them or replays them. Checked by
``tests/unit/test_calibration_columns.py`` and ``tests/unit/test_demand_recorded.py``.
"""

import zoneinfo
from collections.abc import Collection, Mapping

import numpy as np

from sim.errors import InputError
from sim.store.clock import FIRST_MS, LAST_MS, read_times

TIME_NAMES = tuple(
    "time t timestamp created_at tc posted_at created datetime date_time date ts "
    "arrival interval_start start hour".split()
)
READABLE_SHARE = 0.5
"""A column of times may hold a few cells that are none, such as a last line of totals."""
# Cells that are tried to find the column of times.
_SAMPLE = 500


def find_column(table: Mapping[str, np.ndarray], name: str) -> str | None:
    """The column of a name, whatever its case and the blanks around it."""
    return next((column for column in table if column.strip().lower() == name), None)


def find_usual_column(table: Mapping[str, np.ndarray], names: Collection[str]) -> str | None:
    """The column of the first of some usual names that is there."""
    found = (find_column(table, name) for name in names)
    return next((column for column in found if column is not None), None)


def find_time_column(
    table: Mapping[str, np.ndarray],
    usual: str | None,
    taken: Collection[str],
    zone: zoneinfo.ZoneInfo,
) -> str | None:
    """The column of times.

    Parameters
    ----------
    table : Mapping of str to np.ndarray
        Columns, each of shape (n_rows,).
    usual : str, optional
        The column that its name tells; what its cells hold decides.
    taken : collection of str
        Columns that are something else.
    zone : zoneinfo.ZoneInfo
        Of times without an offset.

    Returns
    -------
    str or None
        None where no column has times in half of its cells, nor the usual one any.
    """
    usual_share = 0.0 if usual is None else share_times(table[usual], zone)
    if usual_share >= READABLE_SHARE:
        return usual
    shares = {name: share_times(cells, zone) for name, cells in table.items() if name not in taken}
    best = max(shares, key=lambda name: shares[name], default=None)
    if best is not None and shares[best] >= READABLE_SHARE:
        return best
    return usual if usual_share > 0 else None  # the rows tell what is wrong with it


def share_times(cells: np.ndarray, zone: zoneinfo.ZoneInfo) -> float:
    """The share of a sample of cells that is a time between 1990 and 2100."""
    filled = cells[cells != ""] if cells.dtype == object else cells[np.isfinite(cells)]
    if len(filled) == 0:
        return 0.0
    places = np.unique(np.linspace(0, len(filled) - 1, _SAMPLE).astype(int))
    try:
        stamps = read_times(filled[places], zone)
    except InputError:
        return 1.0  # times whose order of day and month is not clear: reported later
    return float(np.mean((stamps >= FIRST_MS) & (stamps < LAST_MS)))
