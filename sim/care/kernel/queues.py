"""Who waits, who is next, who has gone: the kernel's queues at work.

Where nothing can see the difference (``Tables.lazy_patience``), the end of patience is no
event: it is looked up here, at the queue heads. Overdue spells are events only where an idle
agent may take the case; their timers stand in a line, for all of them run equally long.
Statement: ``sim/MODEL.md`` sections 4.3 to 4.5; checked by ``tests/equivalence``.
"""

import numpy as np

from sim.care.kernel.event_list import FIRST, ID_MASK, LAST, NEVER, TIME_SHIFT, line_up, pack, push
from sim.care.kernel.linked_lists import FIRST_CLASS, find_filled, insert, is_earlier, remove
from sim.care.kernel.state import OUT, WAITING, EngineState
from sim.care.order import SPELL_IS_OVERDUE
from sim.compile import fetch, jit_bare, jit_part
from sim.limits import LAST_MS
from sim.rules.operation import may_help
from sim.scenario.tables import Routing

NOBODY = np.int64(-1)
AHEAD = 4
"""So many timers before its own a case is asked for."""


@jit_part
def mark_left(case: np.record, at_ms: int) -> None:
    """Note that the customer left."""
    case.is_patient, case.has_left, case.left_ms = False, True, at_ms


@jit_part
def leave_queue(cases: np.ndarray, pools: np.ndarray, lists: np.ndarray, i: int) -> None:
    """Take a case whose customer is gone for all to see out of its list."""
    pool = pools[cases[i].in_pool]
    pool.n_wait -= 1
    pool.n_open -= 1
    remove(cases, pool, lists, i)
    cases[i].state = OUT


@jit_part
def has_gone(case: np.record, now: int) -> bool:
    """Look up whether patience has ended by now; tell whether all can see that it has."""
    if case.is_patient and case.patience_end_ms <= now:
        mark_left(case, case.patience_end_ms)
        return not case.silent
    return False


@jit_part
def put_back(
    cases: np.ndarray, pool: np.record, lists: np.ndarray, i: int, is_new: bool, now: int
) -> None:
    """Let a case wait again whose work was stopped."""
    case = cases[i]
    case.state, case.join_ms = WAITING, now
    pool.n_wait += 1
    insert(cases, pool, lists, 2 * case.work_class + (0 if is_new else 1), i)


@jit_part
def clock_spell(
    engine: EngineState, overflow_ms: np.ndarray, i: int, join_ms: int, at_least: int
) -> None:
    """Let the other pools look when a spell becomes overdue, that lasts ``at_least`` by then."""
    clock_state, case = engine.clock_state[0], engine.cases[i]
    if not engine.pools[case.in_pool].over_to:
        return
    after_ms = clock_state.soonest_ms
    if not clock_state.one_delay:
        after_ms = find_delay(overflow_ms, np.int64(case.in_pool), at_least)
    elif after_ms < at_least:
        return
    due_ms = join_ms + after_ms
    if not clock_state.one_delay:
        engine.due_ms[i] = due_ms if after_ms >= 0 else -1
    if after_ms < 0 or due_ms > LAST_MS:
        return
    key = pack(due_ms, SPELL_IS_OVERDUE, i)
    if clock_state.one_delay:
        line_up(engine.timers, engine.counts, key)
    else:
        push(engine.heap, engine.counts, key)


@jit_part
def find_delay(overflow_ms: np.ndarray, row: int, at_least: int) -> int:
    """The shortest time, above 0 and of at least so long, after which some pool helps; -1 none."""
    found = -1
    for p in range(overflow_ms.shape[1]):
        after_ms = overflow_ms[row, p]
        if after_ms >= at_least and after_ms > 0 and (found < 0 or after_ms < found):
            found = after_ms
    return found


@jit_part
def find_first(
    cases: np.ndarray,
    pools: np.ndarray,
    lists: np.ndarray,
    place: int,
    now: int,
    late: bool,
) -> int:
    """The first of a list who is still there, -1 none; ``late``: look patience up now."""
    i = np.int64(lists[place].head)
    while late and i >= 0 and has_gone(cases[i], now):
        leave_queue(cases, pools, lists, i)
        i = np.int64(lists[place].head)
    return i


@jit_part
def find_own(
    cases: np.ndarray,
    pools: np.ndarray,
    lists: np.ndarray,
    p: int,
    now: int,
    news: bool,
    late: bool,
) -> int:
    """Pool p's own case that is next, -1 none; new ones only if ``news``."""
    pool = pools[p]
    number = find_filled(pool, lists, FIRST_CLASS)
    while number >= 0:
        place = pool.first_list + (number | 1)
        i = NOBODY
        if news and number & 1 == 0:
            i = find_first(cases, pools, lists, place - 1, now, late)
        later = find_first(cases, pools, lists, place, now, late)
        if later >= 0 and is_earlier(cases, later, i):
            i = later
        if i >= 0:
            return i
        number = find_filled(pool, lists, (number | 1) + 1)
    return NOBODY


@jit_bare
def find_overdue(
    routing: Routing,
    engine: EngineState,
    p: int,
    found: int,
    now: int,
    modes: tuple[bool, bool],
) -> int:
    """The case of another pool that pool p takes, if it comes before ``found``.

    ``modes``: new cases too; of pools whose cases it takes at once, not of the others.
    """
    news, at_once = modes
    cases, pools, lists, clock_state = (
        engine.cases,
        engine.pools,
        engine.lists,
        engine.clock_state[0],
    )
    late, head_is_oldest = clock_state.late_patience, clock_state.heads_are_oldest
    free = pools[p].duty - pools[p].busy + pools[p].n_late
    found_class = NEVER
    if found >= 0:
        found_class = np.int64(cases[found].work_class)
    for q in range(pools.size):
        pool = pools[q]
        helpers = pool.over_now if at_once else pool.over_to
        if (helpers >> p) & 1 and may_help(free, routing.keep_free[q, p]):
            since = now - routing.overflow_ms[q, p]
            number = find_filled(pool, lists, FIRST_CLASS)
            while number >= 0 and number >> 1 <= found_class:
                h = NOBODY
                if news or number & 1:
                    h = np.int64(lists[pool.first_list + number].head)
                while h >= 0:
                    following = np.int64(cases[h].after)
                    if late and has_gone(cases[h], now):
                        leave_queue(cases, pools, lists, h)
                    elif cases[h].join_ms <= since:
                        break
                    elif head_is_oldest:
                        following = NOBODY
                    h = following
                if h >= 0 and (number >> 1 < found_class or is_earlier(cases, h, found)):
                    found, found_class = h, number >> 1
                number = find_filled(pool, lists, number + 1)
    return found


@jit_bare
def find_oldest_ms(cases: np.ndarray, pools: np.ndarray, lists: np.ndarray, now: int) -> int:
    """Since when the head of any list has waited, ``now`` where nobody waits."""
    oldest = now
    for pool in pools:
        number = find_filled(pool, lists, FIRST_CLASS)
        while number >= 0:
            oldest = min(oldest, cases[lists[pool.first_list + number].head].join_ms)
            number = find_filled(pool, lists, number + 1)
    return oldest


@jit_part
def is_spell_of(case: np.record, due: int, overflow_ms: int) -> bool:
    """Whether a case still waits in the spell of a timer."""
    return case.state == WAITING and case.join_ms + overflow_ms == due >> TIME_SHIFT


@jit_bare
def find_due(engine: EngineState, key: int, overflow_ms: int) -> int:
    """The first timer that rings before ``key`` for somebody who could act, else ``key``.

    Those before it are dropped: the spell is over, or nobody is idle who may take the case.
    """
    timers, counts, clock_state = engine.timers, engine.counts, engine.clock_state[0]
    while counts[FIRST] < counts[LAST]:
        due = timers[counts[FIRST]]
        if due > key:
            return key
        fetch(engine.cases, timers[counts[FIRST] + AHEAD] & ID_MASK)
        if clock_state.numbered or clock_state.idle & clock_state.sources:
            case = engine.cases[due & ID_MASK]
            waits = is_spell_of(case, due, overflow_ms)
            if waits and (
                clock_state.numbered or engine.pools[case.in_pool].over_to & clock_state.idle
            ):
                return due
        counts[FIRST] += 1
    counts[FIRST] = counts[LAST] = 0
    return key
