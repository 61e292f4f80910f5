"""The clocks of patience in the kernel: in slots of some minutes, on the heap only near the end.

Nearly everybody is served long before patience ends, and an event that nobody needs costs as
much as another. So a clock is linked into the slot of its end; when time reaches the slot,
those who still wait go on the heap, the others are forgotten. Checked by ``tests/equivalence``.
"""

import numpy as np

from sim.care.kernel.event_list import NEVER, TIME_SHIFT, pack, push
from sim.care.kernel.state import CLOSED, REPLY, SLOT_SHIFT, UNLINKED, Room
from sim.care.order import PATIENCE_ENDS
from sim.compile import jit_bare, jit_part


@jit_part
def still_waits(case: np.record) -> bool:
    """Tell whether a customer's patience still matters."""
    return case.is_patient and case.state != REPLY and case.state < CLOSED


@jit_part
def set_clock(room: Room, i: int) -> None:
    """Let the end of a customer's patience be noticed; beyond the last slot nobody will."""
    watch, case = room.watch[0], room.cases[i]
    slot = case.patience_end_ms >> SLOT_SHIFT
    if case.next_clock != UNLINKED or slot < watch.slot:
        push(room.heap, room.counts, pack(case.patience_end_ms, PATIENCE_ENDS, i))
    elif slot < room.clocks.size:
        case.next_clock, room.clocks[slot] = room.clocks[slot], i


@jit_bare
def open_slot(room: Room) -> None:
    """Put the clocks of the next slot on the heap, but for those that nobody waits for."""
    watch, cases = room.watch[0], room.cases
    i = int(room.clocks[watch.slot])
    while i >= 0:
        case = cases[i]
        following = int(case.next_clock)
        case.next_clock = UNLINKED
        if still_waits(case) and case.patience_end_ms >> SLOT_SHIFT == watch.slot:
            push(room.heap, room.counts, pack(case.patience_end_ms, PATIENCE_ENDS, i))
        i = following
    watch.slot += 1
    watch.slot_key = (watch.slot << SLOT_SHIFT) << TIME_SHIFT
    if watch.slot == room.clocks.size:
        watch.slot_key = NEVER
