"""Events that stopped work has made void, and how the kernel forgets them.

Checked by ``tests/equivalence/test_odd_worlds.py``, where cuts come at every minute.
"""

from sim.care.kernel.event_list import (
    FIRST,
    HOLE,
    ID_MASK,
    LAST,
    RANK_MASK,
    RANK_SHIFT,
    ROOT,
    SIZE,
    TIME_SHIFT,
    make_heap_of,
)
from sim.care.kernel.queues import is_spell_of
from sim.care.kernel.state import ALARM, REPLY, TRANSFER, TRIAGE, WAITING, EngineState
from sim.care.order import PATIENCE_ENDS, SPELL_IS_OVERDUE, WORK_IS_DONE
from sim.compile import jit_bare, jit_part
from sim.limits import LAST_MS


@jit_bare
def make_way(engine: EngineState) -> None:
    """Forget the events that stopped work has made void, once there are many.

    Each stop leaves an end of work, an end of patience and a timer behind, and cuts go on. Not
    void are at most 5 events of a case and a timer, so half of what is forgotten here was
    added since the last time.
    """
    heap, timers, counts, n = engine.heap, engine.timers, engine.counts, engine.jobs.size
    after_ms = engine.clock_state[0].soonest_ms
    if counts[SIZE] > 6 * n:
        kept = 0
        for slot in range(ROOT + counts[HOLE], ROOT + counts[SIZE]):
            if not is_void(engine, heap[slot]):
                heap[ROOT + kept] = heap[slot]
                kept += 1
        make_heap_of(heap, counts, kept)
    if counts[LAST] > 3 * n:
        kept = 0
        for place in range(counts[FIRST], counts[LAST]):
            if is_spell_of(engine.cases[timers[place] & ID_MASK], timers[place], after_ms):
                timers[kept] = timers[place]
                kept += 1
        counts[FIRST], counts[LAST] = 0, kept


@jit_part
def is_void(engine: EngineState, key: int) -> bool:
    """Whether an end of work or of patience, or an overdue spell, is no longer one."""
    i, rank, at_ms = key & ID_MASK, (key >> RANK_SHIFT) & RANK_MASK, key >> TIME_SHIFT
    case = engine.cases[i]
    if rank == PATIENCE_ENDS:
        return not case.is_patient or min(case.patience_end_ms, LAST_MS) != at_ms
    if rank == SPELL_IS_OVERDUE:
        return case.state != WAITING or engine.due_ms[i] != at_ms
    if rank != WORK_IS_DONE:
        return False
    in_hand = case.state in (TRIAGE, TRANSFER, REPLY, ALARM)
    return not in_hand or engine.jobs[i].finish_ms != at_ms
