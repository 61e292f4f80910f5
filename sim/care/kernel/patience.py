"""The clocks of patience in the kernel: in slots of some minutes, on the heap only near the end.

Nearly everybody is served long before patience ends, and an event that nobody needs costs as
much as another. So a clock is linked into the slot of its end; when time reaches the slot,
those who still wait go on the heap, the others are forgotten. Checked by ``tests/equivalence``.
"""

import numpy as np

from sim.care.kernel.event_list import NEVER, TIME_SHIFT, pack, push
from sim.care.kernel.state import CLOSED, REPLY, SLOT_SHIFT, UNLINKED, EngineState
from sim.care.order import PATIENCE_ENDS
from sim.compile import jit_bare, jit_part


@jit_part
def still_waits(case: np.record) -> bool:
    """Whether a customer's patience still matters."""
    return case.is_patient and case.state != REPLY and case.state < CLOSED


@jit_part
def set_clock(engine: EngineState, i: int) -> None:
    """Let the end of a customer's patience be noticed; beyond the last slot nobody will."""
    clock_state, case = engine.clock_state[0], engine.cases[i]
    slot = case.patience_end_ms >> SLOT_SHIFT
    if case.next_clock != UNLINKED or slot < clock_state.slot:
        push(engine.heap, engine.counts, pack(case.patience_end_ms, PATIENCE_ENDS, i))
    elif slot < engine.clocks.size:
        case.next_clock, engine.clocks[slot] = engine.clocks[slot], i


@jit_bare
def open_slot(engine: EngineState) -> None:
    """Put the clocks of the next slot on the heap, but for those that nobody waits for."""
    clock_state, cases = engine.clock_state[0], engine.cases
    i = int(engine.clocks[clock_state.slot])
    while i >= 0:
        case = cases[i]
        following = int(case.next_clock)
        case.next_clock = UNLINKED
        if still_waits(case) and case.patience_end_ms >> SLOT_SHIFT == clock_state.slot:
            push(engine.heap, engine.counts, pack(case.patience_end_ms, PATIENCE_ENDS, i))
        i = following
    clock_state.slot += 1
    clock_state.slot_key = (clock_state.slot << SLOT_SHIFT) << TIME_SHIFT
    if clock_state.slot == engine.clocks.size:
        clock_state.slot_key = NEVER
