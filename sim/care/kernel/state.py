"""The memory of one replication in the kernel: cases, pools, lists, turns of the record.

Nearly every event reads and writes one case and one pool: each stands on cache lines of
its own; so does each turn of the record. A case's turns have their places from the start:
as many as were drawn, and one more where there is a bot. What the run does not hand out
belongs to the thread, which plays its next replication in the same memory.
"""

import threading
from typing import Any, NamedTuple

import numpy as np

from sim.care.kernel.event_list import clear_heap
from sim.demand.draws import Draws
from sim.scenario.tables import CUT_IDLE_FIRST, QUARTER_MS, Tables

CACHE_LINE = 64
SLOT_SHIFT = 20
"""A slot of patience is 2^20 ms, 17 minutes."""
UNLINKED = -2
KEPT_BYTES = 1 << 24
"""A thread keeps no more than this of one kind; what is larger is handed out."""

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
    DEFLECTED,
) = range(15)
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
        ("effort", np.int16),
        ("in_pool", np.uint8),
        ("begun_in", np.uint8),
        ("state", np.uint8),
        ("extras", np.uint8),
        ("actionable", np.bool_),
        ("silent", np.bool_),
        ("influential", np.bool_),
        ("is_patient", np.bool_),
        ("has_left", np.bool_),
        ("has_reposted", np.bool_),
        ("has_joined", np.bool_),
        ("is_started", np.bool_),
        ("is_replied", np.bool_),
        ("is_private", np.bool_),
        ("public", np.int16),
        ("first_start_ms", np.int64),
        ("first_reply_ms", np.int64),
        ("first_touch_ms", np.int64),
        ("left_ms", np.int64),
        ("closed_ms", np.int64),
        ("first_effort", np.int16),
        ("pool", np.int16),
        ("reopened", np.int16),
        ("redress", np.int16),
        ("is_real", np.bool_),
        ("resolved", np.bool_),
        ("followed_up", np.bool_),
        ("capped", np.bool_),
        ("next_clock", np.int32),
        ("u_follow", np.float64),
    ],
    align=True,
)
"""Two cache lines. Order key and start of the present spell of waiting, end of patience; ``row``:
draws of the next turn; list and neighbors while it waits; ``person``: persons' replies sent;
``begun`` and ``ended`` replies, the bot's too; ``in_pool``: where the case waits, is or was
handled; ``begun_in``: who began its last reply;
``extras``: what that one brings, see ``sim.care.kernel.agents``;
``is_patient``: patience runs; ``is_started``, ``is_replied``: a reply that counts was;
``is_private``: nobody else can read the reply in hand, or the last; ``public``: replies that they
can; ``next_clock``: whose patience ends in the same slot.
Then what the record keeps of the case, see `Run`."""

POOL: Any = np.dtype(
    [
        ("busy", np.int64),
        ("duty", np.int64),
        ("spent_ms", np.int64),
        ("filled", np.int64),
        ("over_to", np.int64),
        ("over_now", np.int64),
        ("group", np.int64),
        ("n_wait", np.int32),
        ("n_new", np.int32),
        ("n_open", np.int32),
        ("first_list", np.int32),
        ("own_base", np.int32),
        ("n_late", np.int32),
    ],
    align=True,
)
"""Agents at work and on duty; ends less starts of work since the interval began; bits: lists
that are filled, pools that take overdue cases, those that take all at once, its group. Then cases
that wait (triage apart), of these new ones, and open cases; where the pool's lists begin, and in
them the own lists of agents; who works beyond the shift."""

TURN: Any = np.dtype(
    [
        ("ready_ms", np.int64),
        ("start_ms", np.int64),
        ("end_ms", np.int64),
        ("pool", np.int16),
        ("effort", np.int16),
        ("mention", np.int32),
    ],
    align=True,
)
"""A turn of the record; a mention's places begin where its drawn turns do, bots' set apart."""

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

CLOCK_STATE: Any = np.dtype(
    [
        ("stream_key", np.int64),
        ("stop_key", np.int64),
        ("overdue_ms", np.int64),
        ("later_key", np.int64),
        ("slot_key", np.int64),
        ("slot", np.int64),
        ("touched", np.int64),
        ("own_agent", np.int64),
        ("idle", np.int64),
        ("sources", np.int64),
        ("sources_now", np.int64),
        ("soonest_ms", np.int64),
        ("interval_end_ms", np.int64),
        ("interval", np.int64),
        ("phase", np.int64),
        ("phase_change_ms", np.int64),
        ("ended_ms", np.int64),
        ("bots", np.int64),
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
        ("sets_clock", np.bool_),
        ("reads_open", np.bool_),
        ("keeps_turns", np.bool_),
        ("late_patience", np.bool_),
        ("heads_are_oldest", np.bool_),
        ("numbered", np.bool_),
        ("by_number", np.bool_),
        ("splits_new", np.bool_),
        ("may_skip_lists", np.bool_),
        ("one_delay", np.bool_),
        ("reads_load", np.bool_),
        ("shares_limit", np.bool_),
        ("is_crew_called", np.bool_),
        ("is_crew_here", np.bool_),
        ("is_trigger_on", np.bool_),
    ],
    align=True,
)
"""What is watched while the events go by, one row. Keys: first of the streams (-1: to be found),
from which on the horizon's end is looked at; ``overdue_ms``: before it nobody is overdue; keys of
the event that this one leads to, and from which on the next slot of patience must be opened. Bits
by pool:
to be looked at, with an agent free (not kept where agents are numbered), taking overdue cases,
taking others' at once; ``soonest_ms``: after so long a case is overdue somewhere, for all alike
with ``one_delay``.
Then the present interval and phase, streams, staff, trigger and crew; and what kind of world it
is: patience looked up late or on the heap, the head of each list its oldest spell or not."""


class EngineState(NamedTuple):
    """All the memory of one replication."""

    clock_state: np.ndarray
    cases: np.ndarray
    pools: np.ndarray
    lists: np.ndarray
    heap: np.ndarray
    timers: np.ndarray
    """int64: keys of spells that may become overdue, in order"""
    due_ms: np.ndarray
    """int64: when each case's spell is overdue next, where not all are after the same time"""
    counts: np.ndarray
    clocks: np.ndarray
    """int32, shape (n_slots,): whose patience ends in the slot, the first of them; -1 nobody's"""
    turns: np.ndarray
    jobs: np.ndarray
    agent_case: np.ndarray
    """int32, shape (n_pools, max_number): what each numbered agent works on, -1 nothing"""
    busy_ms: np.ndarray
    surge_ms: np.ndarray
    overtime_ms: np.ndarray
    volume: np.ndarray
    """int64: real arrivals by quarter hour"""
    answer_weight: np.ndarray
    """float64: visible weight of the answers to each issue, when one was last added"""
    answer_ms: np.ndarray
    """int64: when that was"""
    learned: np.ndarray
    """int64: cases of each event that a person has answered"""


class Buffers(NamedTuple):
    """What is there before a replication's first mention, the same for all of them."""

    clock_state: np.ndarray
    pools: np.ndarray
    lists: np.ndarray
    clocks: np.ndarray
    agent_case: np.ndarray


class ThreadBuffers(threading.local):
    """Memory that a thread keeps from one replication to the next."""

    def __init__(self) -> None:
        self._kept: dict[str, np.ndarray] = {}
        self._lent: dict[str, np.ndarray] = {}

    def keeps(self, name: str, rows: np.ndarray) -> bool:
        """Whether the thread will write in these rows again."""
        return self._lent.get(name) is rows

    def lend(self, name: str, n: int, kind: Any) -> np.ndarray:
        """Lend ``n`` rows and no more, so that indices can be checked; nothing is in them."""
        rows = self._kept.get(name)
        if rows is None or rows.size < n:
            rows = make_rows(n + n // 4, kind)
            if rows.nbytes <= KEPT_BYTES:
                self._kept[name] = rows
        lent = rows[:n]
        if self._kept.get(name) is rows:
            self._lent[name] = lent
        return lent


THREAD_BUFFERS = ThreadBuffers()


def make_buffers(tables: Tables) -> Buffers:
    """Pools with empty lists: triage, two for each class, then one for each agent."""
    routing, staff = tables.routing, tables.staff
    n_pools = staff.agents.shape[0]
    n_numbers = staff.max_number if are_numbered(tables) else 0
    own_base = 2 * (routing.n_classes + 1)
    n_lists = own_base + (n_numbers if routing.continuity else 0)
    latest_ms = tables.clock.horizon_ms + tables.clock.drain_ms
    pools = make_rows(n_pools, POOL)
    pools["first_list"] = np.arange(n_pools) * n_lists
    pools["own_base"] = own_base
    return Buffers(
        clock_state=make_rows(1, CLOCK_STATE),
        pools=pools,
        lists=np.full(2 * n_pools * n_lists, -1, np.int32).view(LIST).view(np.recarray),
        clocks=np.full((latest_ms >> SLOT_SHIFT) + 1, -1, np.int32),
        agent_case=np.full((n_pools, max(n_numbers, 1)), -1, np.int32),
    )


def are_numbered(tables: Tables) -> bool:
    """Whether agents have numbers."""
    return tables.staff.cut != CUT_IDLE_FIRST or tables.routing.continuity


def make_state(tables: Tables, draws: Draws, buffers: Buffers, keep_turns: bool) -> EngineState:
    """Buffers with space for every event that these draws can make.

    Without stopped work a mention makes at most 10 events and a turn 4, and 4 and 2 of them
    are timers; a turn makes one more where customers give up in a thread; stopped work adds what
    `sim.care.kernel.void_events.make_way` leaves. A last turn is for the mention that has none:
    its place is the next one's.
    """
    clock, staff = tables.clock, tables.staff
    n, n_rows, n_pools = draws.arrival_ms.size, draws.work_ms.size, staff.agents.shape[0]
    numbered = are_numbered(tables)
    quarters = clock.horizon_ms // QUARTER_MS + 2 if staff.surge_on else 1
    by_interval = (n_pools, clock.n_intervals + 1)
    void = 8 if numbered else 0
    one_delay = bool(buffers.clock_state["one_delay"][0])
    spells = 0 if one_delay else (4 + void // 2) * n + 2 * n_rows
    ends = draws.later_patience_ms.size
    room = (10 + void) * n + 4 * n_rows + ends + spells + 64
    heap = THREAD_BUFFERS.lend("heap", room, np.int64)
    clear_heap(heap)
    places = n_rows + n * int(buffers.clock_state["bots"][0])
    return EngineState(
        clock_state=buffers.clock_state.copy(),
        cases=THREAD_BUFFERS.lend("cases", n, CASE),
        pools=buffers.pools.copy(),
        lists=buffers.lists.copy(),
        heap=heap,
        timers=THREAD_BUFFERS.lend("timers", (4 + void // 2) * n + 2 * n_rows + 64, np.int64),
        due_ms=np.zeros(1 if one_delay else n, np.int64),
        counts=np.zeros(4, np.int64),
        clocks=buffers.clocks.copy(),
        turns=make_rows(places + 1, TURN) if keep_turns else NO_TURNS,
        jobs=make_jobs(n) if numbered else NO_JOBS,
        agent_case=buffers.agent_case.copy(),
        busy_ms=np.zeros(by_interval, np.int64),
        surge_ms=np.zeros(by_interval, np.int64),
        overtime_ms=np.zeros(by_interval, np.int64),
        volume=np.zeros(quarters, np.int64),
        answer_weight=np.zeros(max(tables.faq.n_issues, 1)),
        answer_ms=np.zeros(max(tables.faq.n_issues, 1), np.int64),
        learned=np.zeros(max(tables.learning.exponent.size, 1), np.int64),
    )


def make_rows(n: int, kind: Any) -> np.ndarray:
    """Make ``n`` rows of zeros, the first at the start of a cache line."""
    size = np.dtype(kind).itemsize
    memory = np.zeros(n * size + CACHE_LINE, np.uint8)
    start = -memory.ctypes.data % CACHE_LINE
    rows = memory[start : start + n * size].view(kind)
    return rows.view(np.recarray) if rows.dtype.names else rows


def make_jobs(n: int) -> np.ndarray:
    """Rows for ``n`` cases nobody has worked on."""
    jobs = make_rows(n, JOB)
    jobs["rest_ms"], jobs["agent"] = -1, -1
    return jobs


NO_TURNS, NO_JOBS = make_rows(1, TURN), make_rows(1, JOB)
"""Where nobody writes or reads any."""
