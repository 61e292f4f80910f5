"""What tools write where there is nothing: ``NULL``, ``N/A``, ``-``, ``NaT`` and the like.

One list for numbers, times and replies, so that an unanswered message is one everywhere.
Checked by ``tests/unit/test_exports.py``.
"""

import numpy as np

MISSING = frozenset(
    (
        *"null nil none n/a na n.a. nan nat #n/a #na #null! #value! <null> <na> <none>".split(),
        *"(null) (none) (empty) (blank) [null] \\n - -- --- – — ? . missing unknown".split(),
        *"unanswered undefined pending 0000-00-00".split(),
        *("no reply", "not replied", "not answered", "no response", "0000-00-00 00:00:00"),
    )
)


def blank_missing(cells: np.ndarray) -> np.ndarray:
    """Cells with an empty text for each that says that there is nothing.

    Parameters
    ----------
    cells : np.ndarray
        shape (n,): text as objects, or numbers, which are returned as they are.
    """
    if cells.dtype != object:
        return cells
    gaps = [place for place, cell in enumerate(cells.tolist()) if cell.lower() in MISSING]
    if not gaps:
        return cells
    blanked = cells.copy()
    blanked[gaps] = ""
    return blanked


def find_filled(cells: np.ndarray) -> np.ndarray:
    """Which cells say something, bool, shape (n,)."""
    if cells.dtype != object:
        return np.isfinite(cells)
    return np.array([bool(cell) and cell.lower() not in MISSING for cell in cells.tolist()], bool)
