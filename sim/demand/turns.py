"""The turns of each actionable mention, in compressed rows.

A turn that no policy could reach is not drawn: turn j + 1 follows turn j only if the
customer writes again and the weakest level of a person could fail, or the strongest
could resolve and the case reopen. Times that cannot be read stay 0. Patience of later turns is
drawn only where `later_patience_factor` is above 0. Checked by
``tests/theory/test_demand_turns.py``.
"""

import math
from typing import NamedTuple

import numpy as np

from sim.compile import jit, jit_inner
from sim.demand import streams
from sim.demand.marks import Sorted
from sim.demand.quantile import Durations, draw_ms, read_ms, read_row
from sim.demand.streams import draw_int53, draw_uniform
from sim.demand.tables import Marks
from sim.limits import LONGEST_MS


class Turns(NamedTuple):
    """Columns of ``Draws`` with a value for each turn."""

    work_ms: np.ndarray
    think_ms: np.ndarray
    reopen_ms: np.ndarray
    u_resolve: np.ndarray
    u_reopen: np.ndarray
    writes_again: np.ndarray
    later_patience_ms: np.ndarray
    """empty where nobody gives up in a thread"""


@jit
def guess_turns(topic: np.ndarray, actionable: np.ndarray, marks: Marks) -> int:
    """Room that is enough for nearly all replications."""
    expected = 0.0
    for place in range(topic.size):
        if actionable[place]:
            expected += marks.turns_mean[topic[place]]
    return int(expected + 6.0 * math.sqrt(expected)) + 16


@jit_inner
def make_turns(size: int, n_patient: int) -> Turns:
    """Empty columns with room for `size` turns, and for so many ends of patience."""
    return Turns(
        np.empty(size, np.int64),
        np.empty(size, np.int64),
        np.empty(size, np.int64),
        np.empty(size, np.float64),
        np.empty(size, np.float64),
        np.empty(size, np.bool_),
        np.empty(n_patient, np.int64),
    )


@jit
def draw_turns(
    mentions: Sorted, actionable: np.ndarray, marks: Marks, durations: Durations, room: int
) -> tuple[np.ndarray, Turns]:
    """The offsets of the mentions' turns, and the turns.

    The last offset is the number of turns; above `room` it says how much is needed,
    and the turns beyond `room` are lost.
    """
    offset = np.empty(actionable.size + 1, np.int64)
    later_factor = marks.later_patience_factor
    turns = make_turns(room, room if later_factor > 0.0 else 0)
    work_ms, think_ms, reopen_ms, u_resolve, u_reopen, writes_again, later_patience_ms = turns
    rows, lines = durations.rows, durations.lines
    think_row, reopen_row = read_row(rows, marks.think_row), read_row(rows, marks.reopen_row)
    count = 0
    for place in range(actionable.size):
        offset[place] = count
        own, topic, event = mentions.key[place], mentions.topic[place], mentions.event[place]
        factor = marks.work_factor[event] if event >= 0 else 1.0
        stays = later_factor * (marks.patience_factor[event] if event >= 0 else 1.0)
        patience_row = marks.patience_row[topic]
        work_row = read_row(rows, marks.work_row[topic])
        resolve_low, resolve_high = marks.resolve_low[topic], marks.resolve_high[topic]
        turn = 0 if actionable[place] else marks.max_turns
        while turn < marks.max_turns:
            work = read_ms(lines, work_row, draw_int53(own, streams.WORK, turn), factor)
            resolve = draw_uniform(own, streams.RESOLVE, turn)
            reopen = draw_uniform(own, streams.REOPEN, turn)
            think, later = 0, 0
            writes = draw_uniform(own, streams.WRITES_AGAIN, turn) < marks.write_again_share
            if writes:
                number = draw_int53(own, streams.THINK, turn)
                think = read_ms(lines, think_row, number, 1.0)
                writes = think <= marks.give_up_ms
            if reopen < marks.reopen_share:
                number = draw_int53(own, streams.REOPEN_DELAY, turn)
                later = read_ms(lines, reopen_row, number, 1.0)
            if count < room:
                work_ms[count], think_ms[count], reopen_ms[count] = work, think, later
                u_resolve[count], u_reopen[count] = resolve, reopen
                writes_again[count] = writes
                if later_factor > 0.0:
                    later_patience_ms[count] = LONGEST_MS
                    if patience_row >= 0:
                        number = draw_int53(own, streams.LATER_PATIENCE, turn)
                        patience = draw_ms(rows, lines, patience_row, number, stays)
                        later_patience_ms[count] = patience
            count += 1
            turn += 1
            comes_back = writes and resolve >= resolve_low
            reopens = reopen < marks.reopen_person_share and resolve < resolve_high
            if not (comes_back or reopens):
                break
    offset[actionable.size] = count
    return offset, turns
