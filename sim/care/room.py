"""The memory of one replication in the kernel: cases, columns of the record, rows of turns.

Nearly every event reads and writes one case, so what it needs of the case stands on one
cache line. Columns that are written once in a case's life, and read by nobody until the
end, stand apart. A case's turns have their places from the start: as many as were drawn,
and one for the bot.
"""

from typing import Any, NamedTuple

import numpy as np

from sim.care.event_list import make_heap
from sim.care.queues import Queues, make_queues
from sim.care.record import Run
from sim.compile import jit
from sim.demand.draws import Draws
from sim.scenario.tables import CUT_IDLE_FIRST, QUARTER_MS, Tables

CACHE_LINE = 64

(
    UNBORN,
    UNSEEN,
    TRIAGE_WAIT,
    TRIAGE,
    WAITING,
    TRANSFER,
    REPLY,
    ALARM,
    THINKING,
    DOZING,
    CLOSED,
    OUT,
    DROPPED,
    DONE,
) = range(14)
"""States of a case."""

CASE: Any = np.dtype(
    [
        ("order_ms", np.int64),
        ("join_ms", np.int64),
        ("patience_end_ms", np.int64),
        ("row", np.int32),
        ("number", np.int32),
        ("before", np.int32),
        ("after", np.int32),
        ("topic", np.int16),
        ("work_class", np.int16),
        ("person", np.int16),
        ("begun", np.int16),
        ("ended", np.int16),
        ("effort", np.int8),
        ("in_pool", np.uint8),
        ("state", np.int8),
        ("actionable", np.bool_),
        ("silent", np.bool_),
        ("influential", np.bool_),
        ("is_patient", np.bool_),
        ("has_left", np.bool_),
        ("has_reposted", np.bool_),
        ("has_joined", np.bool_),
        ("is_started", np.bool_),
        ("is_replied", np.bool_),
    ],
    align=True,
)
"""Order key and start of the present spell of waiting, end of patience; ``row``: draws of the
next turn; list and neighbors while it waits; ``person``: persons' replies sent; ``begun`` and
``ended`` replies, the bot's too; ``in_pool``: where the case waits, is or was handled;
``is_patient``: patience runs; ``is_started``, ``is_replied``: a reply that counts was."""


WATCH: Any = np.dtype(
    [
        ("stream_key", np.int64),
        ("stop_key", np.int64),
        ("overdue_key", np.int64),
        ("later_key", np.int64),
        ("own_agent", np.int64),
        ("touched", np.int64),
        ("idle", np.int64),
        ("sources", np.int64),
        ("interval", np.int64),
        ("interval_end_ms", np.int64),
        ("phase", np.int64),
        ("phase_change_ms", np.int64),
        ("next_arrival", np.int64),
        ("now_ms", np.int64),
        ("ended_ms", np.int64),
        ("n_stops", np.int64),
        ("n_triage", np.int64),
        ("n_unseen", np.int64),
        ("first_unseen", np.int64),
        ("sweep_ms", np.int64),
        ("n_staffed", np.int64),
        ("staff_ms", np.int64),
        ("staff_pool", np.int64),
        ("open_since_ms", np.int64),
        ("check_ms", np.int64),
        ("off_since_ms", np.int64),
        ("crew_arrive_ms", np.int64),
        ("crew_min_end_ms", np.int64),
        ("crew_leave_ms", np.int64),
        ("crew_used_ms", np.int64),
        ("is_crew_called", np.bool_),
        ("is_crew_here", np.bool_),
        ("is_trigger_on", np.bool_),
        ("is_over", np.bool_),
        ("keeps_turns", np.bool_),
        ("late_patience", np.bool_),
        ("late_overflow", np.bool_),
        ("pushes_overflow", np.bool_),
        ("numbered", np.bool_),
        ("by_number", np.bool_),
        ("splits_new", np.bool_),
        ("may_skip_lists", np.bool_),
    ],
    align=True,
)
"""What is watched while the events go by, one row. Keys: first of the streams (-1: to be found),
from which on the horizon's end is looked at, before which nobody is overdue, of the event that
this one leads to. Bits by pool: to be looked at, with an agent free (not kept where agents are
numbered), taking overdue cases. Then the present interval and phase, streams, staff, trigger and
crew; and what kind of world it is: patience and overdue spells looked up late, or on the heap."""


class Columns(NamedTuple):
    """The record's columns, in its order; see `Run`."""

    real: np.ndarray
    first_start_ms: np.ndarray
    first_reply_ms: np.ndarray
    first_touch_ms: np.ndarray
    left_ms: np.ndarray
    closed_ms: np.ndarray
    effort: np.ndarray
    first_effort: np.ndarray
    pool: np.ndarray
    joined: np.ndarray
    reposted: np.ndarray
    resolved: np.ndarray
    followed_up: np.ndarray
    capped: np.ndarray
    reopened: np.ndarray
    turns: np.ndarray


class Numbered(NamedTuple):
    """What is kept where agents are numbered, by mention; length 1 where they are not."""

    agent: np.ndarray
    finish_ms: np.ndarray
    segment_ms: np.ndarray
    """start of the present spell of work"""
    rest_ms: np.ndarray
    """work left of a preempted piece, -1 none"""
    stopped_state: np.ndarray


class Turns(NamedTuple):
    """Columns of turns; mention i has the places from ``turn_offset[i] + i`` on."""

    mention: np.ndarray
    number: np.ndarray
    ready_ms: np.ndarray
    start_ms: np.ndarray
    end_ms: np.ndarray
    pool: np.ndarray
    effort: np.ndarray


class Floor(NamedTuple):
    """Agents, pending events and what is counted while a replication is played."""

    heap: np.ndarray
    counts: np.ndarray
    busy: np.ndarray
    duty: np.ndarray
    agent_case: np.ndarray
    """int32, shape (n_pools, max_number): what each numbered agent works on, -1 nothing"""
    spent_ms: np.ndarray
    """int64, shape (n_pools,): ends less starts of work since the interval began"""
    busy_ms: np.ndarray
    surge_ms: np.ndarray
    over_to: np.ndarray
    """int64, shape (n_pools,): bit p says that overdue cases may go to pool p"""
    volume: np.ndarray
    """int64: real arrivals by quarter hour"""


class Room(NamedTuple):
    """All the memory of one replication."""

    cases: np.ndarray
    watch: np.ndarray
    columns: Columns
    numbered: Numbered
    turns: Turns
    queues: Queues
    floor: Floor


def make_room(tables: Tables, draws: Draws, keep_turns: bool) -> Room:
    """Return an empty floor with room for every event that these draws can make."""
    routing, staff = tables.routing, tables.staff
    n, n_rows = draws.arrival_ms.size, draws.work_ms.size
    numbered = staff.cut != CUT_IDLE_FIRST or routing.continuity
    max_number = staff.max_number if numbered else 0
    n_pools = staff.agents.shape[0]
    return Room(
        make_cases(n),
        np.zeros(1, WATCH).view(np.recarray),
        make_columns(n),
        make_numbered(n if numbered else 1),
        make_turns(n_rows + n if keep_turns else 1),
        make_queues(n_pools, routing.n_classes, max_number if routing.continuity else 0),
        make_floor(tables, n, n_rows, max_number),
    )


def make_cases(n: int) -> np.ndarray:
    """Return rows for ``n`` cases, a cache line each; an arrival fills its row."""
    size = CASE.itemsize
    memory = np.empty(n * size + CACHE_LINE, np.uint8)
    start = -memory.ctypes.data % CACHE_LINE
    return memory[start : start + n * size].view(CASE).view(np.recarray)


def make_columns(n: int) -> Columns:
    """Return the columns of ``n`` mentions that have not happened yet."""
    never = [np.full(n, -1, np.int64) for _ in range(5)]
    none = [np.full(n, -1, np.int16) for _ in range(3)]
    no = [np.zeros(n, np.bool_) for _ in range(5)]
    return Columns(
        np.zeros(n, np.bool_), *never, *none, *no, np.zeros(n, np.int16), np.zeros(n, np.int16)
    )


def make_numbered(n: int) -> Numbered:
    """Return what numbered agents need."""
    return Numbered(
        np.full(n, -1, np.int32),
        np.zeros(n, np.int64),
        np.zeros(n, np.int64),
        np.full(n, -1, np.int64),
        np.zeros(n, np.int8),
    )


def make_turns(capacity: int) -> Turns:
    """Return room for ``capacity`` turns."""
    return Turns(
        np.empty(capacity, np.int32),
        np.empty(capacity, np.int16),
        np.empty(capacity, np.int64),
        np.empty(capacity, np.int64),
        np.empty(capacity, np.int64),
        np.empty(capacity, np.int16),
        np.empty(capacity, np.int16),
    )


def make_floor(tables: Tables, n: int, n_rows: int, max_number: int) -> Floor:
    """Return an empty floor."""
    clock, staff = tables.clock, tables.staff
    n_pools = staff.agents.shape[0]
    stops = 4 * (staff.time_ms.size + 64) * max_number * n_pools
    quarters = clock.horizon_ms // QUARTER_MS + 2 if staff.surge_on else 1
    return Floor(
        make_heap(10 * n + 4 * n_rows + stops + 64),
        np.zeros(2, np.int64),
        np.zeros(n_pools, np.int64),
        np.zeros(n_pools, np.int64),
        np.full((n_pools, max(max_number, 1)), -1, np.int32),
        np.zeros(n_pools, np.int64),
        np.zeros((n_pools, clock.n_intervals + 1), np.int64),
        np.zeros((n_pools, clock.n_intervals + 1), np.int64),
        np.zeros(n_pools, np.int64),
        np.zeros(quarters, np.int64),
    )


@jit
def fill_columns(cases: np.ndarray, columns: Columns) -> None:
    """Copy what the cases hold of the record into its columns."""
    for i in range(cases.size):
        case = cases[i]
        columns.effort[i] = case.effort
        columns.turns[i] = case.begun
        columns.joined[i] = case.has_joined
        columns.reposted[i] = case.has_reposted


@jit
def close_ranks(cases: np.ndarray, turns: Turns, turn_offset: np.ndarray) -> int:
    """Move the turns that ended to the front, in order of (mention, turn); return their number."""
    to = 0
    for i in range(cases.size):
        place = turn_offset[i] + i
        for number in range(cases[i].ended):
            turns.mention[to] = i
            turns.number[to] = number
            turns.ready_ms[to] = turns.ready_ms[place]
            turns.start_ms[to] = turns.start_ms[place]
            turns.end_ms[to] = turns.end_ms[place]
            turns.pool[to] = turns.pool[place]
            turns.effort[to] = turns.effort[place]
            to += 1
            place += 1
    return to


def make_run(room: Room, draws: Draws, keep_turns: bool) -> Run:
    """Return what the memory holds of the run when all events are played."""
    fill_columns(room.cases, room.columns)
    n_turns = close_ranks(room.cases, room.turns, draws.turn_offset) if keep_turns else 0
    turns = [column[:n_turns] for column in room.turns]
    floor = room.floor
    return Run(*room.columns, *turns, floor.busy_ms, floor.surge_ms, int(room.watch["ended_ms"][0]))
