"""Rows that are no demand: filtered, a second time in the file, or the brand's own messages.

A log of both sides is known by a column such as ``inbound`` or ``direction``; the brand's
messages that answer a customer's (by the id that they answer, or the next one of the same
conversation) become the replies. Checked by ``tests/unit/test_exports.py``.
"""

import difflib
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from sim.errors import InputError
from sim.exports.headers import find_column, find_usual_column, normalize
from sim.store.cells import find_cells, make_column, map_cells
from sim.store.clock import NO_TIME
from sim.store.missing import find_filled

Table = Mapping[str, np.ndarray]
SIDE_NAMES = (
    "inbound is_inbound incoming is_incoming direction message_direction message_type side "
    "sender_type author_type participant_type from_type author_role sender_role role sender "
    "from_customer is_customer by_customer type"
).split()
_OUT_NAMES = (
    "outbound is_outbound outgoing from_agent is_agent from_brand is_brand by_agent".split()
)
_CUSTOMER = frozenset(
    "inbound incoming in received customer customers user end_user enduser contact client consumer "
    "visitor guest fan lead".split()
)
_BRAND = frozenset(
    "outbound outgoing out sent agent agents brand admin operator staff bot company support team "
    "automation system".split()
)
_YES = frozenset("true 1 yes y t".split())
_NO = frozenset("false 0 no n f".split())
_ANSWERS = (
    "in_response_to_tweet_id in_response_to in_reply_to_status_id in_reply_to_tweet_id "
    "in_reply_to_id in_reply_to reply_to_id reply_to parent_id parent_message_id"
).split()
_IDS = (
    "tweet_id message_id status_id post_id comment_id id ticket_id case_id mention_id "
    "interaction_id case_number ticket_number"
).split()
_CONVERSATIONS = "conversation_id thread_id ticket_id case_id chat_id session_id".split()
REPLY = "first reply (joined)"
# Values that a message lists: a line.
MOST_SHOWN = 8


class Sides(NamedTuple):
    """Which rows are customers' messages."""

    column: str
    is_customer: np.ndarray
    """bool, shape (n,)"""


def filter_rows(table: Table, where: Mapping[str, object]) -> np.ndarray:
    """Which rows are what ``history_where`` asks for.

    Parameters
    ----------
    table : Mapping of str to np.ndarray
        Columns, each of shape (n_rows,).
    where : Mapping of str to value or list of values
        Column to what its cells may be, whatever the case; numbers by their value.

    Raises
    ------
    InputError
        An unknown column, or a value that no row has.
    """
    keep = np.ones(len(next(iter(table.values()))), np.bool_)
    for key, wanted in where.items():
        column = find_column(table, str(key).lower()) or find_column(table, normalize(str(key)))
        if column is None:
            near = difflib.get_close_matches(str(key), list(table), n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise InputError(
                f"history_where.{key}: no such column; allowed: {', '.join(table)}{hint}"
            )
        cells = make_column(table[column], _to_word)
        words = [
            _to_word(one) for one in (wanted if isinstance(wanted, list | tuple) else [wanted])
        ]
        kinds = sorted(set(cells.tolist()))
        words = [_settle(word, kinds) for word in words]
        if not any(word in kinds for word in words):
            shown = ", ".join(kind or "empty" for kind in kinds[:MOST_SHOWN])
            raise InputError(
                f"history_where.{key} = {wanted}: no row has it; allowed: {shown}"
                + (f" and {len(kinds) - MOST_SHOWN} more" if len(kinds) > MOST_SHOWN else "")
            )
        keep &= find_cells(cells, frozenset(words).__contains__)
    return keep


def _to_word(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float):
        return "" if np.isnan(cell) else f"{cell:.12g}"
    return str(cell).strip().lower()


def _settle(word: str, kinds: list[str]) -> str:
    """A flag as this column writes it: true may stand as 1, yes or t."""
    if word in kinds:
        return word
    for words in (_YES, _NO):
        if word in words:
            return next((kind for kind in kinds if kind in words), word)
    return word


def find_sides(table: Table) -> Sides | None:
    """The column that tells customers' messages from the brand's; None where none is clear."""
    for name in (*SIDE_NAMES, *_OUT_NAMES):
        column = find_column(table, name)
        if column is None:
            continue
        words = make_column(
            table[column], lambda cell: _to_word(cell).replace(" ", "_").replace("-", "_")
        )
        kinds = set(words.tolist()) - {""}
        is_out = name in _OUT_NAMES
        if kinds and kinds <= _YES | _NO and name not in ("type", "role"):
            theirs = _NO if is_out else _YES
        elif kinds & _CUSTOMER and kinds & _BRAND and kinds <= _CUSTOMER | _BRAND:
            theirs = _CUSTOMER
        else:
            continue
        is_customer = find_cells(words, theirs.__contains__)
        if is_customer.any() and not is_customer.all():
            return Sides(column, is_customer)
    return None


def find_side_like(table: Table) -> list[str]:
    """Columns that may tell sides: two values under a name of a side."""
    found = []
    for name, cells in table.items():
        if normalize(name) in (*SIDE_NAMES, *_OUT_NAMES):
            kinds = set(map_cells(cells, _to_word)) - {""}
            if len(kinds) == 2:
                found.append(f"{name} ({', '.join(sorted(kinds))})")
    return found


def join_replies(table: Table, sides: Sides, stamps: np.ndarray) -> tuple[np.ndarray, str] | None:
    """When each customer's message was first answered.

    Parameters
    ----------
    table : Mapping of str to np.ndarray
        Both sides.
    sides : Sides
        Which rows are whose.
    stamps : np.ndarray
        int64, shape (n,): when each message came [ms].

    Returns
    -------
    tuple of np.ndarray and str, or None
        float64, shape (n,), NaN where nobody answered; and by which column. None where nothing
        tells which message answers which.
    """
    known = stamps != NO_TIME
    ours = np.flatnonzero(~sides.is_customer & known)
    links = list_links(table)
    reply = np.full(len(stamps), np.nan)
    if len(links) == 2:
        answers, ids = links
        place = {key: row for row, key in enumerate(_list_keys(table[ids])) if key}
        targets = _list_keys(table[answers])
        for row in ours[np.argsort(stamps[ours], kind="stable")].tolist():
            for key in targets[row].split(","):
                target = place.get(key.strip())
                if target is not None and np.isnan(reply[target]) and stamps[row] >= stamps[target]:
                    reply[target] = stamps[row]
        return reply, answers
    if not links:
        return None
    [thread] = links
    order = np.lexsort((stamps, np.array(_list_keys(table[thread]))))
    keys = _list_keys(table[thread])
    upcoming: tuple[str, float] = ("", np.nan)
    for row in order[::-1].tolist():
        if not known[row] or not keys[row]:
            continue
        if not sides.is_customer[row]:
            upcoming = (keys[row], float(stamps[row]))
        elif upcoming[0] == keys[row]:
            reply[row] = upcoming[1]
    return reply, thread


def list_links(table: Table) -> list[str]:
    """The columns by which `join_replies` joins: of answers and of ids, else of conversations."""
    ends = [find_usual_column(table, names) for names in (_ANSWERS, _IDS)]
    if None in ends:
        ends = [find_usual_column(table, _CONVERSATIONS)]
    return [column for column in ends if column is not None]


def _list_keys(cells: np.ndarray) -> list[str]:
    return [_to_word(cell) for cell in cells.tolist()]


def find_repeated(table: Table, stamps: np.ndarray) -> tuple[np.ndarray, str] | None:
    """Rows that stand a second time in the file: the same id at the same time.

    Returns
    -------
    tuple of np.ndarray and str, or None
        bool, shape (n,), and the column of ids; None where no column has ids or none repeats.
    """
    for name in _IDS:
        column = find_column(table, name)
        if column is None:
            continue
        cells = table[column]
        rows = np.flatnonzero(find_filled(cells))
        repeated = np.zeros(len(cells), np.bool_)
        if cells.dtype == object:
            rows = rows[_find_shared(stamps[rows])]
            seen: set[tuple[str, int]] = set()
            keys = zip(map(_to_word, cells[rows].tolist()), stamps[rows].tolist(), strict=True)
            for row, key in zip(rows.tolist(), keys, strict=True):
                repeated[row] = key in seen
                seen.add(key)
        else:
            order = np.lexsort((rows, stamps[rows], cells[rows]))
            ids, times = cells[rows][order], stamps[rows][order]
            again = (ids[1:] == ids[:-1]) & (times[1:] == times[:-1])
            repeated[rows[order[1:][again]]] = True
        return (repeated, column) if repeated.any() else None
    return None


def _find_shared(stamps: np.ndarray) -> np.ndarray:
    """Which times stand there more than once, bool, shape (n,)."""
    order = np.argsort(stamps, kind="stable")
    same = np.diff(stamps[order]) == 0
    shared = np.zeros(len(stamps), np.bool_)
    shared[order[1:][same]] = shared[order[:-1][same]] = True
    return shared
