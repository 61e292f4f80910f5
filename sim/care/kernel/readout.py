"""What is read out of the kernel's memory when a replication is over: the record.

The cases' columns are copied where the cases belong to the thread; else the record's columns
look into them. The turns are moved to the front of their own memory, and the record's columns
look into it. Checked by ``tests/equivalence``.
"""

import numpy as np

from sim.care.kernel.state import DEFLECTED, THREAD_BUFFERS, TURN, EngineState
from sim.care.record import Run
from sim.compile import jit_loop
from sim.demand.draws import Draws

COLUMNS = {
    "first_start_ms": "first_start_ms",
    "first_reply_ms": "first_reply_ms",
    "first_touch_ms": "first_touch_ms",
    "left_ms": "left_ms",
    "closed_ms": "closed_ms",
    "effort": "effort",
    "first_effort": "first_effort",
    "pool": "pool",
    "reopened": "reopened",
    "redress": "redress",
    "begun": "turns",
    "is_real": "real",
    "has_joined": "joined",
    "has_reposted": "reposted",
    "resolved": "resolved",
    "followed_up": "followed_up",
    "capped": "capped",
}
"""The record's columns by the names that they have in a case."""


def make_run(engine: EngineState, draws: Draws, keep_turns: bool) -> Run:
    """What the memory holds of the run when all events are played."""
    n = draws.arrival_ms.size
    cases = engine.cases[:n].view(np.ndarray)
    columns = [cases[name] for name in COLUMNS]
    if THREAD_BUFFERS.keeps("cases", engine.cases):
        columns = [np.empty(n, column.dtype) for column in columns]
        fill_columns(engine.cases, tuple(columns[:5]), tuple(columns[5:11]), tuple(columns[11:]))
    deflected = cases["state"] == DEFLECTED
    number = np.empty(int(cases["ended"].sum()) if keep_turns else 0, np.int16)
    if keep_turns:
        close_ranks(engine.clock_state, engine.cases, engine.turns, draws.turn_offset, number)
    rows = engine.turns[: number.size].view(np.ndarray)
    by_turn = {f"turn_{name}": rows[name] for name in TURN.names}
    return Run(
        **dict(zip(COLUMNS.values(), columns, strict=True)),
        **by_turn,
        deflected=deflected,
        turn_number=number,
        busy_ms=engine.busy_ms,
        surge_ms=engine.surge_ms,
        overtime_ms=engine.overtime_ms,
        ended_ms=int(engine.clock_state["ended_ms"][0]),
    )


@jit_loop
def fill_columns(
    cases: np.ndarray,
    times: tuple[np.ndarray, ...],
    codes: tuple[np.ndarray, ...],
    coins: tuple[np.ndarray, ...],
) -> None:
    """Copy what the cases hold of the record into its columns, in the order of `COLUMNS`."""
    first_start_ms, first_reply_ms, first_touch_ms, left_ms, closed_ms = times
    effort, first_effort, pool, reopened, redress, turns = codes
    real, joined, reposted, resolved, followed_up, capped = coins
    for i in range(real.size):
        case = cases[i]
        first_start_ms[i] = case.first_start_ms
        first_reply_ms[i] = case.first_reply_ms
        first_touch_ms[i] = case.first_touch_ms
        left_ms[i] = case.left_ms
        closed_ms[i] = case.closed_ms
        effort[i], first_effort[i], pool[i] = case.effort, case.first_effort, case.pool
        reopened[i], redress[i], turns[i] = case.reopened, case.redress, case.begun
        real[i], joined[i], reposted[i] = case.is_real, case.has_joined, case.has_reposted
        resolved[i], followed_up[i], capped[i] = case.resolved, case.followed_up, case.capped


@jit_loop
def close_ranks(
    clock_state: np.ndarray,
    cases: np.ndarray,
    turns: np.ndarray,
    turn_offset: np.ndarray,
    number: np.ndarray,
) -> None:
    """Move the turns that ended to the front, in order of (mention, turn)."""
    to = 0
    for i in range(turn_offset.size - 1):
        first = turn_offset[i] + i * clock_state[0].bots
        for j in range(cases[i].ended):
            turn, place = turns[first + j], turns[to]
            place.ready_ms, place.start_ms, place.end_ms = turn.ready_ms, turn.start_ms, turn.end_ms
            place.pool, place.effort, place.mention = turn.pool, turn.effort, i
            number[to] = j
            to += 1
