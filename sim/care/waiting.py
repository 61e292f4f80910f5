"""Who waits, who is next, who has gone: the kernel's queues at work.

Where nothing can see the difference (``Tables.lazy_patience``, ``lazy_overflow``), the end
of patience and an overdue spell are no events: they are looked up here, at the queue heads.
Statement: ``sim/MODEL.md`` sections 4.3 to 4.5; checked by ``tests/equivalence``.
"""

import numpy as np

from sim.care.event_list import NEVER, pack
from sim.care.order import SPELL_IS_OVERDUE
from sim.care.queues import FIRST_CLASS, Queues, find_filled, insert, is_earlier, remove
from sim.care.room import OUT, WAITING, Columns
from sim.compile import jit_part

NOBODY = np.int64(-1)


@jit_part
def mark_left(cases: np.ndarray, columns: Columns, i: int, at_ms: int) -> None:
    """Note that the customer left."""
    cases[i].is_patient, cases[i].has_left = False, True
    columns.left_ms[i] = at_ms


@jit_part
def leave_queue(cases: np.ndarray, queues: Queues, i: int) -> None:
    """Take a case whose customer is gone for all to see out of its list."""
    case = cases[i]
    pool = case.in_pool
    queues.n_wait[pool] -= 1
    queues.n_open[pool] -= 1
    remove(cases, queues, i)
    case.state = OUT


@jit_part
def has_gone(cases: np.ndarray, columns: Columns, i: int, now: int) -> bool:
    """Look up whether patience has ended by now; tell whether all can see that it has."""
    case = cases[i]
    if case.is_patient and case.patience_end_ms <= now:
        mark_left(cases, columns, i, case.patience_end_ms)
        return not case.silent
    return False


@jit_part
def put_back(cases: np.ndarray, queues: Queues, i: int, is_new: bool, now: int) -> None:
    """Let a case wait again whose work was stopped."""
    case = cases[i]
    case.state, case.join_ms = WAITING, now
    queues.n_wait[case.in_pool] += 1
    insert(cases, queues, 2 * case.work_class + (0 if is_new else 1), i)


@jit_part
def find_first(
    cases: np.ndarray,
    queues: Queues,
    columns: Columns,
    pool: int,
    number: int,
    now: int,
    late: bool,
) -> int:
    """Return the first of a list who is still there, -1 none; ``late``: look patience up now."""
    i = np.int64(queues.head[pool, number])
    while late and i >= 0 and has_gone(cases, columns, i, now):
        leave_queue(cases, queues, i)
        i = np.int64(queues.head[pool, number])
    return i


@jit_part
def find_own(
    cases: np.ndarray, queues: Queues, columns: Columns, pool: int, now: int, news: bool, late: bool
) -> int:
    """Return the pool's own case that is next, -1 none; new ones only if ``news``."""
    number = find_filled(queues.filled, pool, FIRST_CLASS)
    while number >= 0:
        i = NOBODY
        if number & 1 == 0:
            if news:
                i = find_first(cases, queues, columns, pool, number, now, late)
            number += 1
        later = find_first(cases, queues, columns, pool, number, now, late)
        if later >= 0 and is_earlier(cases, later, i):
            i = later
        if i >= 0:
            return i
        number = find_filled(queues.filled, pool, number + 1)
    return NOBODY


@jit_part
def find_overdue(
    cases: np.ndarray,
    queues: Queues,
    columns: Columns,
    over_to: np.ndarray,
    pool: int,
    since: int,
    now: int,
    news: bool,
    late: bool,
    head_is_oldest: bool,
) -> int:
    """Return the case of another pool that ``pool`` takes: waiting since ``since`` or before."""
    found, found_class = NOBODY, queues.head.shape[1]
    for other in range(over_to.size):
        if (over_to[other] >> pool) & 1:
            number = find_filled(queues.filled, other, FIRST_CLASS)
            while number >= 0 and number >> 1 <= found_class:
                h = np.int64(queues.head[other, number]) if news or number & 1 else NOBODY
                while h >= 0:
                    following = np.int64(cases[h].after)
                    if late and has_gone(cases, columns, h, now):
                        leave_queue(cases, queues, h)
                    elif cases[h].join_ms <= since:
                        break
                    elif head_is_oldest:
                        following = NOBODY
                    h = following
                if h >= 0 and (number >> 1 < found_class or is_earlier(cases, h, found)):
                    found, found_class = h, number >> 1
                number = find_filled(queues.filled, other, number + 1)
    return found


@jit_part
def find_oldest_join(cases: np.ndarray, queues: Queues, now: int) -> int:
    """Return since when the first of all heads of lists has waited; now where nobody waits."""
    oldest = now
    for pool in range(queues.filled.shape[0]):
        number = find_filled(queues.filled, pool, FIRST_CLASS)
        while number >= 0:
            oldest = min(oldest, cases[queues.head[pool, number]].join_ms)
            number = find_filled(queues.filled, pool, number + 1)
    return oldest


@jit_part
def find_overdue_key(
    cases: np.ndarray, queues: Queues, over_to: np.ndarray, idle: int, now: int, overflow_ms: int
) -> int:
    """Return the key at which the first case waits too long where an idle pool could take it."""
    key = NEVER
    for pool in range(over_to.size):
        if over_to[pool] & idle:
            number = find_filled(queues.filled, pool, FIRST_CLASS)
            while number >= 0:
                h = np.int64(queues.head[pool, number])
                at = max(cases[h].join_ms + overflow_ms, now)
                key = min(key, pack(at, SPELL_IS_OVERDUE, h))
                number = find_filled(queues.filled, pool, number + 1)
    return key
