"""What tools write where there is nothing: ``NULL``, ``N/A``, ``-``, ``NaT`` and the like.

One list for numbers, times and replies, so that an unanswered message is one everywhere.
Checked by ``tests/unit/test_exports.py``.
"""

from collections.abc import Set

import numpy as np

MISSING = frozenset(
    (
        *"null nil none n/a na n.a. nan nat #n/a #na #null! #value! <null> <na> <none>".split(),
        *"(null) (none) (empty) (blank) [null] \\n - -- --- – — ? . missing unknown".split(),
        *"unanswered undefined pending 0000-00-00".split(),
        *("no reply", "not replied", "not answered", "no response", "0000-00-00 00:00:00"),
    )
)
# Cells that are looked at together: a list of all would be as large as the column.
_CHUNK = 200_000
# A cell from "1" to before ":" begins with a digit from 1 on, as no such word does.


def blank_missing(cells: np.ndarray) -> np.ndarray:
    """Cells with an empty text for each that says that there is nothing.

    Parameters
    ----------
    cells : np.ndarray
        shape (n,): text as objects, or numbers, which are returned as they are.
    """
    if cells.dtype != object:
        return cells
    gaps = np.flatnonzero(_find_words(cells))
    if len(gaps) == 0:
        return cells
    blanked = cells.copy()
    blanked[gaps] = ""
    return blanked


def find_filled(cells: np.ndarray) -> np.ndarray:
    """Which cells say something, bool, shape (n,)."""
    if cells.dtype != object:
        return np.isfinite(cells)
    return ~_find_words(cells, {""})


def _find_words(cells: np.ndarray, more: Set[str] = frozenset()) -> np.ndarray:
    """Which cells say that there is nothing, bool, shape (n,)."""
    words = MISSING | more
    found = np.zeros(len(cells), np.bool_)
    for first in range(0, len(cells), _CHUNK):
        chunk = cells[first : first + _CHUNK].tolist()
        kinds = set(chunk)
        if 2 * len(kinds) < len(chunk):  # few kinds: each is looked up once
            said = {kind for kind in kinds if kind.lower() in words}
            if said:
                found[first : first + _CHUNK] = [cell in said for cell in chunk]
            continue
        found[first : first + _CHUNK] = [
            not "1" <= cell < ":" and cell.lower() in words for cell in chunk
        ]
    return found
