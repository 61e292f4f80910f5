"""The memory of one replication in the kernel: cases, pools, lists, columns of the record.

Nearly every event reads and writes one case and one pool: each stands on a cache line of
its own. Columns that are written once in a case's life, and read by nobody until the end,
stand apart. A case's turns have their places from the start: as many as were drawn, and
one for the bot.
"""

from typing import Any, NamedTuple

import numpy as np

from sim.care.event_list import make_heap
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
        ("row", np.uint32),
        ("number", np.int32),
        ("before", np.int32),
        ("after", np.int32),
        ("topic", np.uint16),
        ("work_class", np.int16),
        ("person", np.int16),
        ("begun", np.int16),
        ("ended", np.int16),
        ("effort", np.int8),
        ("in_pool", np.uint8),
        ("state", np.uint8),
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

POOL: Any = np.dtype(
    [
        ("busy", np.int64),
        ("duty", np.int64),
        ("spent_ms", np.int64),
        ("filled", np.int64),
        ("over_to", np.int64),
        ("n_wait", np.int32),
        ("n_new", np.int32),
        ("n_open", np.int32),
        ("first_list", np.int32),
        ("own_base", np.int32),
        ("unused", np.int32),
    ],
    align=True,
)
"""Agents at work and on duty; ends less starts of work since the interval began; bits: lists
that are filled, pools that take overdue cases. Then cases that wait (triage apart), of these
new ones, and open cases; where the pool's lists begin, and in them the own lists of agents."""

LIST: Any = np.dtype([("head", np.int32), ("tail", np.int32)])

JOB: Any = np.dtype(
    [
        ("finish_ms", np.int64),
        ("segment_ms", np.int64),
        ("rest_ms", np.int64),
        ("agent", np.int32),
        ("stopped_state", np.int32),
    ]
)
"""What is kept of each case where agents are numbered: end and start of the present spell of
work, work left of a piece that was stopped (-1 none), who works or worked, at what."""

WATCH: Any = np.dtype(
    [
        ("stream_key", np.int64),
        ("stop_key", np.int64),
        ("overdue_key", np.int64),
        ("later_key", np.int64),
        ("touched", np.int64),
        ("own_agent", np.int64),
        ("idle", np.int64),
        ("sources", np.int64),
        ("interval_end_ms", np.int64),
        ("interval", np.int64),
        ("phase", np.int64),
        ("phase_change_ms", np.int64),
        ("ended_ms", np.int64),
        ("next_arrival", np.int64),
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
        ("is_over", np.bool_),
        ("reads_open", np.bool_),
        ("keeps_turns", np.bool_),
        ("late_patience", np.bool_),
        ("late_overflow", np.bool_),
        ("pushes_overflow", np.bool_),
        ("numbered", np.bool_),
        ("by_number", np.bool_),
        ("splits_new", np.bool_),
        ("may_skip_lists", np.bool_),
        ("is_crew_called", np.bool_),
        ("is_crew_here", np.bool_),
        ("is_trigger_on", np.bool_),
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


class Turns(NamedTuple):
    """Columns of turns; mention i has the places from ``turn_offset[i] + i`` on."""

    ready_ms: np.ndarray
    start_ms: np.ndarray
    end_ms: np.ndarray
    pool: np.ndarray
    effort: np.ndarray


class Room(NamedTuple):
    """All the memory of one replication."""

    watch: np.ndarray
    cases: np.ndarray
    pools: np.ndarray
    lists: np.ndarray
    heap: np.ndarray
    counts: np.ndarray
    columns: Columns
    turns: Turns
    jobs: np.ndarray
    agent_case: np.ndarray
    """int32, shape (n_pools, max_number): what each numbered agent works on, -1 nothing"""
    busy_ms: np.ndarray
    surge_ms: np.ndarray
    volume: np.ndarray
    """int64: real arrivals by quarter hour"""


def make_room(tables: Tables, draws: Draws, keep_turns: bool) -> Room:
    """Return an empty floor with room for every event that these draws can make."""
    clock, routing, staff = tables.clock, tables.routing, tables.staff
    n, n_rows, n_pools = draws.arrival_ms.size, draws.work_ms.size, staff.agents.shape[0]
    numbered = staff.cut != CUT_IDLE_FIRST or routing.continuity
    n_numbers = staff.max_number if numbered else 0
    own_base = 2 * (routing.n_classes + 1)
    n_lists = own_base + (n_numbers if routing.continuity else 0)
    stops = 4 * (staff.time_ms.size + 64) * n_numbers * n_pools
    quarters = clock.horizon_ms // QUARTER_MS + 2 if staff.surge_on else 1
    by_interval = (n_pools, clock.n_intervals + 1)
    return Room(
        watch=make_rows(1, WATCH),
        cases=make_rows(n, CASE),
        pools=make_pools(n_pools, own_base, n_lists),
        lists=np.full(2 * n_pools * n_lists, -1, np.int32).view(LIST).view(np.recarray),
        heap=make_heap(10 * n + 4 * n_rows + stops + 64),
        counts=np.zeros(2, np.int64),
        columns=make_columns(n),
        turns=make_turns(n_rows + n if keep_turns else 1),
        jobs=make_jobs(n if numbered else 1),
        agent_case=np.full((n_pools, max(n_numbers, 1)), -1, np.int32),
        busy_ms=np.zeros(by_interval, np.int64),
        surge_ms=np.zeros(by_interval, np.int64),
        volume=np.zeros(quarters, np.int64),
    )


def make_rows(n: int, kind: Any) -> np.ndarray:
    """Return ``n`` rows of zeros, the first at the start of a cache line."""
    memory = np.zeros(n * kind.itemsize + CACHE_LINE, np.uint8)
    start = -memory.ctypes.data % CACHE_LINE
    return memory[start : start + n * kind.itemsize].view(kind).view(np.recarray)


def make_pools(n_pools: int, own_base: int, n_lists: int) -> np.ndarray:
    """Return pools with empty lists: two for each class and triage, then one for each agent."""
    pools = make_rows(n_pools, POOL)
    pools["first_list"] = np.arange(n_pools) * n_lists
    pools["own_base"] = own_base
    return pools


def make_columns(n: int) -> Columns:
    """Return the columns of ``n`` mentions that have not happened yet."""
    never = [np.full(n, -1, np.int64) for _ in range(5)]
    none = [np.full(n, -1, np.int16) for _ in range(3)]
    no = [np.zeros(n, np.bool_) for _ in range(5)]
    return Columns(
        np.zeros(n, np.bool_), *never, *none, *no, np.zeros(n, np.int16), np.zeros(n, np.int16)
    )


def make_turns(capacity: int) -> Turns:
    """Return room for ``capacity`` turns."""
    times = [np.empty(capacity, np.int64) for _ in range(3)]
    return Turns(*times, np.empty(capacity, np.int16), np.empty(capacity, np.int16))


def make_jobs(n: int) -> np.ndarray:
    """Return rows for ``n`` cases nobody has worked on."""
    jobs = make_rows(n, JOB)
    jobs["rest_ms"], jobs["agent"] = -1, -1
    return jobs


def make_run(room: Room, draws: Draws, keep_turns: bool) -> Run:
    """Return what the memory holds of the run when all events are played."""
    fill_columns(room.cases, room.columns)
    n_turns = int(room.cases["ended"].sum()) if keep_turns else 0
    mention, number = np.empty(n_turns, np.int32), np.empty(n_turns, np.int16)
    if keep_turns:
        close_ranks(room.cases, room.turns, draws.turn_offset, mention, number)
    turns = [column[:n_turns] for column in room.turns]
    ended_ms = int(room.watch["ended_ms"][0])
    return Run(*room.columns, mention, number, *turns, room.busy_ms, room.surge_ms, ended_ms)


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
def close_ranks(
    cases: np.ndarray,
    turns: Turns,
    turn_offset: np.ndarray,
    mention: np.ndarray,
    number: np.ndarray,
) -> None:
    """Move the turns that ended to the front, in order of (mention, turn)."""
    to = 0
    for i in range(cases.size):
        first = turn_offset[i] + i
        for j in range(cases[i].ended):
            mention[to], number[to] = i, j
            turns.ready_ms[to] = turns.ready_ms[first + j]
            turns.start_ms[to] = turns.start_ms[first + j]
            turns.end_ms[to] = turns.end_ms[first + j]
            turns.pool[to] = turns.pool[first + j]
            turns.effort[to] = turns.effort[first + j]
            to += 1
