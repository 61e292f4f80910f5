"""Timelines by hand: tiny worlds written in minutes, played by both engines.

A mention is a dictionary; what it does not say is plain: actionable, detected, in the right
pool, endlessly patient, ten minutes of work, resolved by the first reply. `play` runs the
reference engine and the kernel both ways, lets them agree, checks the invariants, and returns
minutes, None for never.
"""

import math
from typing import Any, NamedTuple

import numpy as np
from oracles.invariants import check_run
from runs import assert_runs_equal

from sim.care.kernel.engine import run_kernel
from sim.care.record import Run
from sim.care.reference.engine import run_reference
from sim.demand.draws import Draws
from sim.limits import LONGEST_MS
from sim.scenario.lower import find_groups
from sim.scenario.lowering.faq import lay_fading
from sim.scenario.tables import (
    MS_PER_MIN,
    NO_CROWD,
    NO_FAQ,
    NO_LEARNING,
    Clock,
    CrowdTables,
    FaqTables,
    Learning,
    Levels,
    Phases,
    Routing,
    Staff,
    Tables,
)

DEFAULTS: dict[str, Any] = {
    "at": 0,
    "topic": 0,
    "parent": -1,
    "actionable": True,
    "detected": True,
    "influence": 1.0,
    "patience": None,
    "patience_again": None,
    "silent": False,
    "reposts": False,
    "repost_after": 30,
    "pool": None,
    "u_spread": 0.5,
    "u_follow": 0.5,
    "u_redress": 0.5,
    "work": (10,),
    "think": (60,),
    "reopen_after": (60,),
    "resolved": (True,),
    "u_reopen": (0.99,),
    "writes_again": (True,),
    "later_patience": None,
    "issue": 0,
    "needs": None,
    "brought": None,
    "post": False,
    "event": -1,
}


class Played(NamedTuple):
    """A run in minutes; turns are (start, end, pool, level) by mention."""

    run: Run
    starts: list[float | None]
    replies: list[float | None]
    left: list[float | None]
    closed: list[float | None]
    turns: list[list[tuple[float, float, int, int]]]
    ended: float


def to_ms(minutes: float | None) -> int:
    """Return milliseconds; None is never."""
    return LONGEST_MS if minutes is None else round(minutes * MS_PER_MIN)


def to_minutes(times_ms: np.ndarray) -> list[float | None]:
    """Return minutes, None for never."""
    return [None if time < 0 else float(time) / MS_PER_MIN for time in times_ms]


def repeat_last(values: Any, length: int) -> list[Any]:
    """Return the values, the last one repeated."""
    values = list(values) if isinstance(values, list | tuple) else [values]
    return [values[min(place, len(values) - 1)] for place in range(length)]


def make_hand_draws(mentions: list[dict[str, Any]], tables: Tables, event_min: list[Any]) -> Draws:
    """Return the draws that the mentions stand for."""
    rows = [DEFAULTS | mention for mention in mentions]
    n, max_turns = len(rows), tables.levels.max_turns
    home = tables.routing.home_pool

    def column(name: str, kind: type) -> np.ndarray:
        return np.array([row[name] for row in rows], kind)

    def times(name: str) -> np.ndarray:
        return np.array([to_ms(row[name]) for row in rows], np.int64)

    def by_turn(name: str) -> list[Any]:
        return [value for row in rows for value in repeat_last(row[name], max_turns)]

    later = [to_ms(value) for value in by_turn("later_patience")]
    pools = [home[row["topic"]] if row["pool"] is None else row["pool"] for row in rows]
    return Draws(
        arrival_ms=times("at"),
        topic=column("topic", np.int16),
        origin=np.array([0 if row["brought"] is None else 5 for row in rows], np.int16),
        event=column("event", np.int16),
        parent=column("parent", np.int32),
        actionable=column("actionable", np.bool_),
        detected=column("detected", np.bool_),
        influence=column("influence", np.float64),
        patience_ms=times("patience"),
        patience2_ms=times("patience_again"),
        silent=column("silent", np.bool_),
        reposts=column("reposts", np.bool_),
        repost_ms=times("repost_after"),
        first_pool=np.array(pools, np.int16),
        u_spread=column("u_spread", np.float64),
        u_friendly=np.zeros(n),
        u_personal=np.zeros(n),
        u_follow=column("u_follow", np.float64),
        turn_offset=np.arange(n + 1, dtype=np.int64) * max_turns,
        work_ms=np.array([to_ms(value) for value in by_turn("work")], np.int64),
        think_ms=np.array([to_ms(value) for value in by_turn("think")], np.int64),
        reopen_ms=np.array([to_ms(value) for value in by_turn("reopen_after")], np.int64),
        u_resolve=np.array([0.0 if value else 0.9 for value in by_turn("resolved")]),
        u_reopen=np.array(by_turn("u_reopen"), np.float64),
        writes_again=np.array(by_turn("writes_again"), np.bool_),
        event_time_ms=np.array([-1 if at is None else to_ms(at) for at in event_min], np.int64),
        event_size=np.ones(len(event_min)),
        sentiment_noise=np.zeros(10),
        later_patience_ms=np.array(
            later if any(row["later_patience"] for row in rows) else [], np.int64
        ),
        u_redress=column("u_redress", np.float64),
        **make_issues(rows),
    )


def make_issues(rows: list[dict[str, Any]]) -> dict[str, np.ndarray]:
    """Return what mentions are about and what it takes to spare or bring them; None: never."""
    needs = [math.inf if row["needs"] is None else row["needs"] for row in rows]
    brought = [-1.0 if row["brought"] is None else row["brought"] for row in rows]
    issue = np.array([row["issue"] for row in rows], np.int32)
    posts = [number for number, row in enumerate(rows) if row["post"]]
    return {
        "post": np.array(posts, np.int32),
        "issue": issue,
        "needs_weight": np.array(needs, np.float64),
        "brought_by": np.array(brought, np.float64),
    }


def make_hand_learning(**numbers: float) -> Learning:
    """Return what a team learns on the first event."""
    return Learning(True, **{name: np.array([value]) for name, value in numbers.items()})


def make_hand_tables(
    pools: int = 1,
    topics: int = 1,
    staff: dict[float, Any] | None = None,
    hours: int = 10,
    drain: float = 24 * 60,
    levels: dict[str, Any] | None = None,
    routing: dict[str, Any] | None = None,
    crew: dict[str, Any] | None = None,
    phases: dict[str, Any] | None = None,
    faq: dict[str, Any] | None = None,
    take_down: float | None = None,
    learning: dict[str, float] | None = None,
) -> Tables:
    """Return plain tables: everything off, one agent in each pool; changes by field."""
    plan = {at: repeat_last(counts, pools) for at, counts in (staff or {0: 1}).items()}
    agents = np.array(list(plan.values()), np.int64).T.copy()
    more = crew or {}
    people = np.array(more.get("surge_agents", [0] * pools), np.int64)
    quarters = hours * 4
    no_events = np.zeros(0, np.int64)
    return Tables(
        clock=Clock(to_ms(hours * 60), to_ms(drain), to_ms(60), hours),
        levels=Levels(
            effort=np.full((topics, 4), 2, np.int8),
            after_auto=2,
            resolve_p=np.full((pools, 4, topics), 0.5),
            work_factor=np.ones((pools, 4, topics)),
            reopen_p=np.zeros(4),
            residual_spread=np.array([1.0, 0.9, 0.4, 0.1, 0.0]),
            max_turns=3,
            auto_stretch=1.0,
            follow_up=np.zeros((topics, 4), np.bool_),
            follow_up_ms=to_ms(5),
            follow_up_share=1.0,
            follow_up_factor=0.5,
            gives_redress=False,
            redress=np.zeros((topics, 4), np.int8),
            redress_share=np.ones(4),
            redress_ms=np.zeros(4, np.int64),
        )._replace(**(levels or {})),
        phases=Phases(np.zeros(0, np.bool_), *[no_events] * 5, 0)._replace(**(phases or {})),
        routing=Routing(
            sweep_ms=0,
            triage_ms=to_ms(2),
            triage_pool=0,
            home_pool=np.minimum(np.arange(topics), pools - 1),
            transfer_ms=to_ms(3),
            overflow_ms=np.full((pools, pools), -1),
            keep_free=np.zeros((pools, pools), np.int64),
            group=np.eye(pools, dtype=np.bool_),
            class_of=np.ones((topics, 2, 2), np.int64),
            n_classes=3,
            influence_at_least=math.inf,
            due_order=False,
            promise_ms=to_ms(60),
            promise_by_wait=False,
            continuity=False,
            slow_down_slope=0.0,
            slow_down_from=1.0,
            slow_down_max=1.0,
            dormant_ms=to_ms(30),
            max_open=math.inf,
            reads_open=False,
            by_group=False,
            backlog_slope=0.0,
            backlog_from=3.0,
            backlog_least=0.8,
            backlog_max=1.3,
        )._replace(**lay_overflow(pools, routing or {})),
        staff=Staff(
            time_ms=np.array([to_ms(at) for at in plan], np.int64),
            agents=agents,
            cut=0,
            max_number=int((agents.max(axis=1) + people).max()),
            surge_on=crew is not None,
            surge_agents=people,
            surge_delay_ms=to_ms(60),
            surge_min_ms=to_ms(120),
            surge_limit_ms=to_ms(100 * 60),
            waiting_factor=1.0,
            waiting_at_least=2.0,
            volume_factor=1e9,
            volume_at_least=1e9,
            off_below=1.0,
            armed_ms=0,
            forecast=np.full(quarters + 4, 0.5),
        )._replace(**(more | {"surge_agents": people})),
        lazy_patience=False,
        heads_are_oldest=False,
        faq=NO_FAQ if faq is None else make_hand_faq(topics, faq),
        learning=NO_LEARNING if learning is None else make_hand_learning(**learning),
        crowd=NO_CROWD if take_down is None else CrowdTables(to_ms(take_down), 0.3),
    )


def make_hand_faq(topics: int, changes: dict[str, Any]) -> FaqTables:
    """Return a FAQ of two issues whose answers of weight 1 halve every hour; changes by field."""
    plain = FaqTables(
        is_on=True,
        n_issues=2,
        weight=np.array([0.25, 0.5, 1.0, 2.0]),
        private=np.zeros((topics, 4), np.bool_),
        fading=lay_fading(1.0),
        pinned_ms=np.zeros(0, np.int64),
        pinned_issue=np.zeros(0, np.int64),
        pinned_event=np.zeros(0, np.int64),
        pinned_fading=lay_fading(2.0),
        pinned_weight=1.0,
        thread_spread=0.0,
    )
    return plain._replace(**changes)


def lay_overflow(pools: int, routing: dict[str, Any]) -> dict[str, Any]:
    """Return routing with one time for all that `overflow_to` names as a time by direction."""
    changed = dict(routing)
    may_help = changed.pop("overflow_to", ~np.eye(pools, dtype=np.bool_))
    if "overflow_ms" in changed:
        changed["overflow_ms"] = np.where(may_help, changed["overflow_ms"], -1)
        changed["group"] = find_groups(changed["overflow_ms"] >= 0)
    return changed


def play(
    mentions: list[dict[str, Any]], event_min: list[Any] | None = None, **world: Any
) -> Played:
    """Play mentions in a world of `make_hand_tables` by all engines."""
    cut = world.pop("cut", 0)
    tables = make_hand_tables(**world)
    tables = tables._replace(staff=tables.staff._replace(cut=cut))
    draws = make_hand_draws(mentions, tables, event_min or [])
    run = run_reference(tables, draws)
    assert_runs_equal(run, run_kernel(tables, draws))
    assert check_run(tables, draws, run) == []
    turns: list[list[tuple[float, float, int, int]]] = [[] for _ in mentions]
    for row, mention in enumerate(run.turn_mention):
        start, end = run.turn_start_ms[row] / MS_PER_MIN, run.turn_end_ms[row] / MS_PER_MIN
        turns[mention].append((start, end, int(run.turn_pool[row]), int(run.turn_effort[row])))
    return Played(
        run,
        to_minutes(run.first_start_ms),
        to_minutes(run.first_reply_ms),
        to_minutes(run.left_ms),
        to_minutes(run.closed_ms),
        turns,
        run.ended_ms / MS_PER_MIN,
    )
