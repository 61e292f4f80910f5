"""What the reference engine keeps: cases, turns, pools, and the run made of them.

Plain objects, nothing decided here. Statement: ``sim/MODEL.md`` section 4; checked by
``tests/unit/test_reference_*.py`` and ``tests/equivalence``.
"""

import enum
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.care.record import Run
from sim.demand.draws import Draws
from sim.rules.redress import NO_REDRESS
from sim.scenario.tables import LEVEL_NONE, Clock, Tables

NEVER = -1
NOBODY = -1


class Place(enum.Enum):
    """Where a case is."""

    OUT = enum.auto()
    """with nobody: not born, left, done with, closed"""
    UNSEEN = enum.auto()
    TRIAGE = enum.auto()
    """in the triage list, or being read"""
    WAITING = enum.auto()
    IN_HAND = enum.auto()
    THINKING = enum.auto()


class WorkKind(enum.Enum):
    """What an agent does with a case."""

    TRIAGE = enum.auto()
    FALSE_ALARM = enum.auto()
    TRANSFER = enum.auto()
    REPLY = enum.auto()


@dataclass(eq=False)
class Turn:
    """One reply, a person's or the bot's."""

    mention: int
    number: int
    ready_ms: int
    start_ms: int
    level: int
    has_follow_up: bool = False
    redress: int = NO_REDRESS
    begun_in: int = NOBODY
    end_ms: int = NEVER
    pool: int = NOBODY


@dataclass(eq=False)
class Case:
    """A mention and what has come of it; times [ms], -1 never."""

    number: int
    arrival_ms: int
    topic: int
    home_pool: int

    place: Place = Place.OUT
    pool: int = NOBODY
    """where it waits, is handled or was handled last"""
    open_in: int = NOBODY
    """the pool that counts it as open"""
    last_agent: int = NOBODY
    """who ended its last reply, in `pool`"""

    ready_ms: int = NEVER
    """since when the next turn could be: the first post, or when the customer came back"""
    join_ms: int = NEVER
    """begin of its spell of waiting"""
    order_key: int = 0
    work_class: int = 0
    own_agent: int = NOBODY
    """in whose own list it waits"""

    patience_end_ms: int = NEVER
    """-1 while the clock of its patience stands"""
    patience_left_ms: int = NEVER
    """what the clock showed when a person began the first reply"""
    dormant_ms: int = NEVER

    turn: Turn | None = None
    """begun and not ended"""
    work_left_ms: int = NEVER
    """of work that was stopped by a cut"""
    has_auto_reply: bool = False
    is_alarm_begun: bool = False
    replies_begun: int = 0
    """persons' replies"""
    replies_sent: int = 0

    real: bool = False
    deflected: bool = False
    is_private: bool = False
    """the reply in hand, or the last one, is for the customer alone"""
    public_replies: int = 0
    first_start_ms: int = NEVER
    first_reply_ms: int = NEVER
    first_touch_ms: int = NEVER
    left_ms: int = NEVER
    closed_ms: int = NEVER
    effort: int = LEVEL_NONE
    first_effort: int = LEVEL_NONE
    reply_pool: int = NOBODY
    joined: bool = False
    reposted: bool = False
    resolved: bool = False
    followed_up: bool = False
    redress: int = NO_REDRESS
    capped: bool = False
    reopened: int = 0
    turns: int = 0

    @property
    def is_customer_there(self) -> bool:
        """Whether the customer has not left, or has posted again."""
        return self.left_ms == NEVER

    @property
    def is_new(self) -> bool:
        """Whether no person has begun a reply, nor found it a false alarm."""
        return self.replies_begun == 0 and not self.is_alarm_begun

    @property
    def place_in_queue(self) -> tuple[int, int, int]:
        """Class, order key, number."""
        return self.work_class, self.order_key, self.number

    @property
    def place_in_list(self) -> tuple[int, int]:
        """Order key, number: in an own list and in triage."""
        return self.order_key, self.number


@dataclass(eq=False)
class Job:
    """One agent at work on one case."""

    kind: WorkKind
    case: Case
    pool: int
    agent: int
    start_ms: int
    end_ms: int
    process: Any = None


@dataclass(eq=False)
class PoolState:
    """Agents with the same skills, and what waits for them; lists are kept in order."""

    number: int
    scheduled: int = 0
    crew: int = 0
    overtime_until_ms: int = 0
    """up to when overtime is counted"""
    busy: dict[int, Job] = field(default_factory=dict)
    """by the agent's number"""
    triage: list[Case] = field(default_factory=list)
    queue: list[Case] = field(default_factory=list)
    own_lists: dict[int, list[Case]] = field(default_factory=dict)
    open_cases: set[int] = field(default_factory=set)

    @property
    def on_duty(self) -> int:
        """Agents on duty, the surge crew's too."""
        return self.scheduled + self.crew

    @property
    def waiting(self) -> int:
        """Cases that wait, without triage."""
        return len(self.queue) + sum(len(own) for own in self.own_lists.values())

    @property
    def taken(self) -> int:
        """Open cases less the new ones that wait."""
        return len(self.open_cases) - sum(case.is_new for case in self.queue)


def make_cases(tables: Tables, draws: Draws) -> list[Case]:
    """All mentions and candidates, by number."""
    home_pool = tables.routing.home_pool
    return [
        Case(number, int(arrival_ms), int(topic), int(home_pool[topic]))
        for number, (arrival_ms, topic) in enumerate(
            zip(draws.arrival_ms, draws.topic, strict=True)
        )
    ]


def add_by_interval(row: np.ndarray, start_ms: int, end_ms: int, amount: int, clock: Clock) -> None:
    """Add `amount` x time from start to end to a row: intervals, then all after the horizon."""
    time_ms = start_ms
    while time_ms < end_ms:
        interval = min(time_ms // clock.interval_ms, clock.n_intervals)
        is_last = interval == clock.n_intervals
        until_ms = end_ms if is_last else min(end_ms, (interval + 1) * clock.interval_ms)
        row[interval] += amount * (until_ms - time_ms)
        time_ms = until_ms


def make_run(
    cases: list[Case],
    turns: list[Turn],
    spent_ms: tuple[np.ndarray, np.ndarray, np.ndarray],
    ended_ms: int,
) -> Run:
    """What happened as arrays; ``spent_ms``: busy, presence of the crew, overtime."""
    busy_ms, surge_ms, overtime_ms = spent_ms

    def column(name: str, kind: type) -> np.ndarray:
        return np.array([getattr(case, name) for case in cases], kind)

    rows = sorted(turns, key=lambda turn: (turn.mention, turn.number))

    def turn_column(name: str, kind: type) -> np.ndarray:
        return np.array([getattr(turn, name) for turn in rows], kind)

    return Run(
        real=column("real", np.bool_),
        deflected=column("deflected", np.bool_),
        first_start_ms=column("first_start_ms", np.int64),
        first_reply_ms=column("first_reply_ms", np.int64),
        first_touch_ms=column("first_touch_ms", np.int64),
        left_ms=column("left_ms", np.int64),
        closed_ms=column("closed_ms", np.int64),
        effort=column("effort", np.int16),
        first_effort=column("first_effort", np.int16),
        pool=column("reply_pool", np.int16),
        joined=column("joined", np.bool_),
        reposted=column("reposted", np.bool_),
        resolved=column("resolved", np.bool_),
        followed_up=column("followed_up", np.bool_),
        redress=column("redress", np.int16),
        capped=column("capped", np.bool_),
        reopened=column("reopened", np.int16),
        turns=column("turns", np.int16),
        turn_mention=turn_column("mention", np.int32),
        turn_number=turn_column("number", np.int16),
        turn_ready_ms=turn_column("ready_ms", np.int64),
        turn_start_ms=turn_column("start_ms", np.int64),
        turn_end_ms=turn_column("end_ms", np.int64),
        turn_pool=turn_column("pool", np.int16),
        turn_effort=turn_column("level", np.int16),
        busy_ms=busy_ms,
        surge_ms=surge_ms,
        overtime_ms=overtime_ms,
        ended_ms=ended_ms,
    )
