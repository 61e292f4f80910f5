"""Invariants of any run: what must hold whatever the tables, the draws and the engine.

Conservation of mentions, order of times, turn rows that fit their mentions, nobody at work
who is not on duty, first come first served within a class, and for the agents Little's law
(the time integral of busy agents is the sum of handling times) and overtime. Checked by
``tests/unit/test_care_checks.py``, which spoils runs and sees each spoiling told.
"""

import math
from collections.abc import Iterator

import numpy as np

from sim.care.preparing import FATE_SPARED, FATE_UNCAUSED
from sim.care.record import Run
from sim.demand.draws import Draws
from sim.demand.tables import ORIGIN_BROUGHT
from sim.scenario.tables import (
    CUT_IDLE_FIRST,
    CUT_PREEMPT,
    LEVEL_AUTO,
    LEVEL_NONE,
    Tables,
)

NEVER = -1


def check_run(tables: Tables, draws: Draws, run: Run) -> list[str]:
    """Return what is wrong with a run, one line each; nothing where all invariants hold.

    Parameters
    ----------
    tables, draws : Tables, Draws
        What the run was made from.
    run : Run
        An engine's.

    Returns
    -------
    list of str
        The invariant and the first mention, turn or pool that breaks it.
    """
    return [
        *_check_births(draws, run),
        *_check_mentions(tables, draws, run),
        *_check_ends(tables, draws, run),
        *_check_turns(tables, run),
        *_check_turns_of_mentions(tables, run),
        *_check_agents(tables, run),
        *_check_work(tables, draws, run),
        *_check_overtime(tables, draws, run),
        *_check_order(tables, draws, run),
    ]


def _tell(wrong: np.ndarray, what: str, name: str = "mention") -> Iterator[str]:
    """Yield a line with the first index where `wrong` holds."""
    if wrong.any():
        yield f"{what}: {name} {int(np.flatnonzero(wrong)[0])}"


def _check_births(draws: Draws, run: Run) -> Iterator[str]:
    """Candidates are real only under real parents; what is not real has no content."""
    is_child = draws.parent >= 0
    orphan = np.zeros_like(run.real)
    posted = run.real & ~run.deflected
    orphan[is_child] = run.real[is_child] & ~posted[draws.parent[is_child]]
    yield from _tell(orphan, "a real child of a parent that was not posted")
    brought = draws.origin == ORIGIN_BROUGHT
    fate = draws.fate if draws.fate.size else np.zeros(run.real.size, np.int8)
    uncaused = fate == FATE_UNCAUSED
    yield from _tell(uncaused & run.real, "a mention that nobody caused is real")
    yield from _tell(
        ~is_child & ~brought & ~uncaused & ~run.real, "a mention without parent is not real"
    )
    has_content = run.joined | run.resolved | (run.turns > 0) | (run.left_ms != NEVER)
    has_content |= run.closed_ms != NEVER
    yield from _tell(~posted & has_content, "an unreal mention acts")
    looks = np.isfinite(draws.needs_weight) if draws.needs_weight.size else np.zeros_like(posted)
    spared = fate == FATE_SPARED
    yield from _tell(run.deflected & ~(run.real & (looks | spared)), "deflected and does not look")
    yield from _tell(spared & run.real & ~run.deflected, "spared and writes all the same")


def _check_mentions(tables: Tables, draws: Draws, run: Run) -> Iterator[str]:
    """Each mention goes one way only, and its times are in order."""
    start, reply, left = run.first_start_ms, run.first_reply_ms, run.left_ms
    touch, arrival = run.first_touch_ms, draws.arrival_ms
    answered, gone = reply != NEVER, left != NEVER
    in_thread = draws.later_patience_ms.size > 0
    yield from _tell(answered & gone & ~in_thread, "both answered and left")
    yield from _tell(answered & gone & (left < reply), "answered after leaving")
    yield from _tell(gone & (left <= arrival), "left before arriving")
    yield from _tell(answered & (start == NEVER), "answered and never begun")
    yield from _tell((start != NEVER) & (start < arrival), "a negative wait")
    yield from _tell(answered & (reply < start), "answered before it was begun")
    yield from _tell(answered & ((touch == NEVER) | (touch > reply)), "answered, not touched")
    yield from _tell(answered != (run.first_effort != LEVEL_NONE), "a first reply without level")
    handled = answered | gone | run.joined
    known = draws.actionable & draws.detected
    yield from _tell(handled & ~known, "a mention not known as actionable is a case")
    yield from _tell(answered & ~run.joined, "answered and never joined")
    if tables.staff.cut != CUT_PREEMPT:
        early = gone & ~answered
        yield from _tell(early & (start != NEVER), "left after the first reply was begun")


def _check_ends(tables: Tables, draws: Draws, run: Run) -> Iterator[str]:
    """Closed, resolved and capped fit together; the run ends when it may."""
    closed = run.closed_ms != NEVER
    yield from _tell(run.resolved & ~closed, "resolved and not closed")
    yield from _tell(run.resolved & (run.first_reply_ms == NEVER), "resolved by nobody")
    unasked = run.followed_up & ~run.resolved & (run.redress == 0)
    yield from _tell(unasked, "followed up and not resolved")
    yield from _tell(run.capped & (run.resolved | ~closed), "capped and resolved or open")
    yield from _tell(closed & (run.closed_ms < run.first_reply_ms), "closed before the reply")
    yield from _tell(run.reposted & (draws.silent | ~draws.reposts), "posts again and cannot")
    first_ms = tables.clock.horizon_ms
    if not first_ms <= run.ended_ms <= first_ms + tables.clock.drain_ms:
        yield f"the run ends outside the drain: {run.ended_ms} ms"
    yield from _tell(run.left_ms > run.ended_ms, "left after the end of the run")


def _check_turns(tables: Tables, run: Run) -> Iterator[str]:
    """Rows of turns are in order, and each is a reply by somebody."""
    ready, start, end = run.turn_ready_ms, run.turn_start_ms, run.turn_end_ms
    yield from _tell(start < ready, "a negative wait", "turn")
    yield from _tell(end <= start, "a reply without duration", "turn")
    yield from _tell(start > run.ended_ms, "begun after the end of the run", "turn")
    is_bot = run.turn_effort == LEVEL_AUTO
    yield from _tell(is_bot != (run.turn_pool < 0), "a reply by nobody", "turn")
    yield from _tell((run.turn_effort < LEVEL_AUTO) | (run.turn_effort > 3), "no level", "turn")
    yield from _tell(is_bot & (run.turn_number != 0), "a bot's later reply", "turn")
    same = run.turn_mention[1:] == run.turn_mention[:-1]
    step = np.where(same, run.turn_number[1:] - run.turn_number[:-1], run.turn_number[1:] + 1)
    falls = run.turn_mention[1:] < run.turn_mention[:-1]
    yield from _tell(falls | (step != 1), "rows of turns out of order", "turn")
    overlaps = same & (ready[1:] < end[:-1]) & ~is_bot[:-1]
    yield from _tell(overlaps, "ready before the last reply was sent", "turn")


def _check_turns_of_mentions(tables: Tables, run: Run) -> Iterator[str]:
    """Mentions count their rows; at a cut that stops work one begun reply may have no row."""
    n = run.real.size
    rows = np.bincount(run.turn_mention, minlength=n)
    missing = run.turns - rows
    most = 1 if tables.staff.cut == CUT_PREEMPT else 0
    yield from _tell((missing < 0) | (missing > most), "turns do not fit their rows")
    persons = np.bincount(run.turn_mention[run.turn_pool >= 0], minlength=n)
    limit = tables.levels.max_turns
    yield from _tell(persons > limit, "more replies than max_turns")
    yield from _tell(run.capped & (persons != limit), "capped before max_turns")
    last = np.full(n, LEVEL_NONE)
    gone = (run.left_ms != NEVER) & (run.first_reply_ms != NEVER)
    unread = gone[run.turn_mention] & (run.turn_end_ms > run.left_ms[run.turn_mention])
    last[run.turn_mention[~unread]] = run.turn_effort[~unread]
    sure = (missing == 0) & ~(gone & (tables.staff.cut == CUT_PREEMPT))
    yield from _tell(sure & (last != run.effort), "another level than the last reply's")


def _check_agents(tables: Tables, run: Run) -> Iterator[str]:
    """Whoever begins a reply is on duty, and no more are at work than are on duty."""
    if tables.staff.cut == CUT_PREEMPT:
        return
    for pool in range(len(tables.staff.agents)):
        mine = run.turn_pool == pool
        starts = np.sort(run.turn_start_ms[mine])
        ends = np.sort(run.turn_end_ms[mine])
        at_work = np.searchsorted(starts, starts, "right") - np.searchsorted(ends, starts, "right")
        on_duty = _count_on_duty(tables, run, pool, starts)
        if tables.routing.by_group or np.any(tables.routing.overflow_ms == 0):
            # Pools change their staff one after the other: what another's change frees (a limit of
            # the group, work to help with at once), a pool takes up at that instant before its own.
            before = _count_on_duty(tables, run, pool, np.maximum(starts - 1, 0))
            on_duty = np.maximum(on_duty, before)
        yield from _tell(on_duty == 0, f"a reply by nobody in pool {pool}", "start")
        limit = np.full_like(on_duty, tables.staff.max_number)
        limit = on_duty if tables.staff.cut == CUT_IDLE_FIRST else limit
        yield from _tell(at_work > limit, f"more at work than on duty in pool {pool}", "start")


def _count_on_duty(tables: Tables, run: Run, pool: int, times_ms: np.ndarray) -> np.ndarray:
    """Return who may be on duty: scheduled, and the crew in intervals in which it is present."""
    step = np.searchsorted(tables.staff.time_ms, times_ms, "right") - 1
    interval = np.minimum(times_ms // tables.clock.interval_ms, tables.clock.n_intervals)
    crew = np.where(run.surge_ms[pool, interval] > 0, tables.staff.surge_agents[pool], 0)
    return np.asarray(tables.staff.agents[pool, step] + crew)


def _check_work(tables: Tables, draws: Draws, run: Run) -> Iterator[str]:
    """Little's law: busy agents summed over time are handling times summed over replies."""
    if tables.staff.cut == CUT_PREEMPT:
        return
    is_person = run.turn_pool >= 0
    replies_ms = _spread_over_intervals(tables, run, is_person)
    yield from _tell(np.any(run.busy_ms < replies_ms, axis=1), "replies by idle agents", "pool")
    if not _has_other_work(tables, draws):
        wrong = np.any(run.busy_ms != replies_ms, axis=1)
        yield from _tell(wrong, "busy agents do not sum to handling times", "pool")


def _has_other_work(tables: Tables, draws: Draws) -> bool:
    """Tell whether there may be work without a row of turns: triage, alarms, transfers."""
    return bool(
        tables.routing.sweep_ms > 0
        or not draws.actionable.all()
        or (draws.first_pool != tables.routing.home_pool[draws.topic]).any()
    )


def _check_overtime(tables: Tables, draws: Draws, run: Run) -> Iterator[str]:
    """Work beyond the shift is work, none where a cut stops it; else added up minute by minute."""
    wrong = (run.overtime_ms < 0) | (run.overtime_ms > run.busy_ms)
    yield from _tell(np.any(wrong, axis=1), "overtime is no part of the work", "pool")
    if tables.staff.cut == CUT_PREEMPT:
        yield from _tell(np.any(run.overtime_ms, axis=1), "overtime after a cut at once", "pool")
    elif not _has_other_work(tables, draws) and not tables.staff.surge_agents.any():
        late_ms = np.array([_add_late(tables, run, pool) for pool in range(len(wrong))])
        # Where agents are numbered one may work on beside another who is idle in his shift.
        is_numbered = tables.staff.cut != CUT_IDLE_FIRST
        wrong = run.overtime_ms < late_ms if is_numbered else run.overtime_ms != late_ms
        yield from _tell(np.any(wrong, axis=1), "overtime is not work above the schedule", "pool")


def _add_late(tables: Tables, run: Run, pool: int) -> np.ndarray:
    """Return how much more than the schedule says is at work, by interval [ms]."""
    clock, staff = tables.clock, tables.staff
    mine = run.turn_pool == pool
    start, end = np.sort(run.turn_start_ms[mine]), np.sort(run.turn_end_ms[mine])
    edges = np.arange(clock.n_intervals + 1) * clock.interval_ms
    times = np.unique(np.concatenate((start, end, edges, staff.time_ms)))
    at_work = np.searchsorted(start, times, "right") - np.searchsorted(end, times, "right")
    step = np.searchsorted(staff.time_ms, np.minimum(times, run.ended_ms), "right") - 1
    late = np.maximum(at_work - staff.agents[pool, step], 0)[:-1] * np.diff(times)
    interval = np.minimum(times[:-1] // clock.interval_ms, clock.n_intervals)
    total = np.zeros(clock.n_intervals + 1, np.int64)
    np.add.at(total, interval, late)
    return total


def _spread_over_intervals(tables: Tables, run: Run, rows: np.ndarray) -> np.ndarray:
    """Return handling time by pool and interval [ms], int64, shape of ``run.busy_ms``."""
    clock = tables.clock
    edges = np.append(np.arange(clock.n_intervals + 1) * clock.interval_ms, 1 << 60)
    total = np.zeros_like(run.busy_ms)
    for pool in range(len(total)):
        mine = rows & (run.turn_pool == pool)
        start, end = run.turn_start_ms[mine, None], run.turn_end_ms[mine, None]
        overlap = np.minimum(end, edges[None, 1:]) - np.maximum(start, edges[None, :-1])
        total[pool] = np.maximum(overlap, 0).sum(axis=0)
    return total


def _check_order(tables: Tables, draws: Draws, run: Run) -> Iterator[str]:
    """First come first served within a class, where nothing but joining orders a queue."""
    routing = tables.routing
    moves = (routing.overflow_ms >= 0).any() or draws.reposts.any() or routing.sweep_ms > 0
    wrong_pool = (draws.first_pool != routing.home_pool[draws.topic]).any()
    if (
        moves
        or wrong_pool
        or routing.due_order
        or routing.continuity
        or tables.staff.cut == CUT_PREEMPT
    ):
        return
    if math.isfinite(routing.max_open):
        return
    rows = np.flatnonzero(run.turn_pool >= 0)
    mention = run.turn_mention[rows]
    influential = draws.influence[mention] >= routing.influence_at_least
    numbers = run.turn_number[rows] - (_find_first_effort(run)[mention] == LEVEL_AUTO)
    work_class = routing.class_of[draws.topic[mention], influential.astype(int), numbers.clip(0, 1)]
    line = run.turn_pool[rows] * (routing.n_classes + 1) + work_class
    for one in np.unique(line):
        order = rows[line == one][np.argsort(run.turn_ready_ms[rows[line == one]], kind="stable")]
        ready, start = run.turn_ready_ms[order], run.turn_start_ms[order]
        before = np.searchsorted(ready, ready)
        latest = np.append(-1, np.maximum.accumulate(start))[before]
        if (start < latest).any():
            yield f"overtaken in its class: mention {run.turn_mention[order][start < latest][0]}"


def _find_first_effort(run: Run) -> np.ndarray:
    """Return the level of each mention's first turn, the bot's too."""
    first = np.full(run.real.size, LEVEL_NONE)
    is_first = run.turn_number == 0
    first[run.turn_mention[is_first]] = run.turn_effort[is_first]
    return first
