"""What the engines read of a scenario and a policy: plain arrays and numbers.

Codes: topics and pools in the scenario's order; levels 0 auto, 1 brief, 2 standard,
3 thorough, -1 none; phases 0 calm, 1 ahead, 2 surge, 3 recovery; classes from 1
(served first), 0 is triage. Times are int64 milliseconds.
"""

from typing import NamedTuple

import numpy as np

MS_PER_MIN = 60_000
MS_PER_H = 3_600_000
QUARTER_MS = 900_000

LEVEL_NONE, LEVEL_AUTO, LEVEL_BRIEF, LEVEL_STANDARD, LEVEL_THOROUGH = -1, 0, 1, 2, 3
PHASE_CALM, PHASE_AHEAD, PHASE_SURGE, PHASE_RECOVERY = 0, 1, 2, 3
CUT_IDLE_FIRST, CUT_AS_SCHEDULED, CUT_PREEMPT = 0, 1, 2

# An automatic reply takes one tick of the clock.
AUTO_MS = 1
# (a) Without an announced event, effort is that of a surge for two hours after a trigger,
TRIGGER_SURGE_MS = 2 * MS_PER_H
# (a) and that of the recovery until fourteen hours after it: a night is over.
TRIGGER_RECOVERY_MS = 14 * MS_PER_H
# Half an hour of mentions is compared with the forecast: shorter reacts to noise, longer comes
# late.
VOLUME_WINDOW_MS = 2 * QUARTER_MS


class Clock(NamedTuple):
    """Horizon, drain and reporting intervals [ms], in the engine's time.

    That starts with the lead-in, if there is one: horizon and intervals hold it.
    """

    horizon_ms: int
    """end of the horizon"""
    drain_ms: int
    interval_ms: int
    n_intervals: int
    lead_ms: int = 0
    """start of the horizon: whole hours, not after its end"""


class Levels(NamedTuple):
    """Effort and what comes of it."""

    effort: np.ndarray
    """int8, shape (n_topics, 4): level by topic and phase"""
    after_auto: int
    resolve_p: np.ndarray
    """float64, shape (n_pools, 4, n_topics): by who begins the reply; the bot's are alike"""
    work_factor: np.ndarray
    """float64, shape (n_pools, 4, n_topics): level multiplier x tools x proficiency x skill"""
    reopen_p: np.ndarray
    """float64, shape (4,)"""
    residual_spread: np.ndarray
    """float64, shape (5,): none, auto, brief, standard, thorough (index level + 1)"""
    max_turns: int
    auto_stretch: float
    follow_up: np.ndarray
    """bool, shape (n_topics, 4): the topic has follow-ups and the policy does them in the phase"""
    follow_up_ms: int
    follow_up_share: float
    follow_up_factor: float
    gives_redress: bool
    """the policy does, somewhere"""
    redress: np.ndarray
    """int8, shape (n_topics, 4): kind by topic and phase, 0 none"""
    redress_share: np.ndarray
    """float64, shape (4,): by kind"""
    redress_ms: np.ndarray
    """int64, shape (4,): what it adds to the reply"""


class Phases(NamedTuple):
    """What announced events make of the clock, relative to their time."""

    announced: np.ndarray
    """bool, shape (n_events,)"""
    earliest_ms: np.ndarray
    latest_ms: np.ndarray
    announced_ms: np.ndarray
    """how long before its earliest time the planner knows of it"""
    surge_ms: np.ndarray
    """from the event's time until its nominal intensity is below .25 of the base"""
    recovery_ms: np.ndarray
    """from the event's time until it is below .05 of the base"""
    lead_ms: int


class Routing(NamedTuple):
    """Triage, pools, queues."""

    sweep_ms: int
    """0 with a ticket system"""
    triage_ms: int
    triage_pool: int
    home_pool: np.ndarray
    """int64, shape (n_topics,)"""
    transfer_ms: int
    overflow_ms: np.ndarray
    """int64, shape (n_pools, n_pools): what waits in row may be served by column after so long;
    0 at once, -1 never"""
    keep_free: np.ndarray
    """int64, shape (n_pools, n_pools): if more of the column's own agents are free than this"""
    group: np.ndarray
    """bool, shape (n_pools, n_pools): pools that can help each other, be it through others"""
    class_of: np.ndarray
    """int64, shape (n_topics, 2, 2): by topic, influential, returning; from 1"""
    n_classes: int
    """highest class"""
    influence_at_least: float
    due_order: bool
    promise_ms: int
    promise_by_wait: bool
    continuity: bool
    slow_down_slope: float
    slow_down_from: float
    slow_down_max: float
    dormant_ms: int
    max_open: float
    """per agent on duty; inf where there is no limit"""
    reads_open: bool
    """slow-down or limit in use: open cases and dormancy must be kept"""
    by_group: bool
    """slow-down and limit count what the group has begun, not what is open in the pool"""
    backlog_slope: float
    """0 where waiting cases leave handling as it is"""
    backlog_from: float
    backlog_least: float
    backlog_max: float


class Staff(NamedTuple):
    """Agents on duty, the surge crew and its trigger."""

    time_ms: np.ndarray
    """int64, shape (n_changes,), ascending, first 0; the last may be the horizon (after_close)"""
    agents: np.ndarray
    """int64, shape (n_pools, n_changes)"""
    cut: int
    max_number: int
    """highest number of agents that a pool can ever have on duty, surge crew included"""
    surge_on: bool
    surge_agents: np.ndarray
    """int64, shape (n_pools,)"""
    surge_delay_ms: int
    surge_min_ms: int
    surge_limit_ms: int
    """agent time that the crew may work over the horizon"""
    waiting_factor: float
    waiting_at_least: float
    volume_factor: float
    volume_at_least: float
    off_below: float
    armed_ms: int
    forecast: np.ndarray
    """float64, shape (n_quarters + 4,): mentions expected in each quarter hour"""


class FaqTables(NamedTuple):
    """Visible answers; issues are numbered, a topic's base ones first, then each event's."""

    is_on: bool
    n_issues: int
    weight: np.ndarray
    """float64, shape (4,): what an answer that solves its case adds, by level"""
    private: np.ndarray
    """bool, shape (n_topics, 4): replies by topic and phase that nobody else can read"""
    fading: np.ndarray
    """float64, shape (4, 512): see `sim.rules.faq.fade`"""
    pinned_ms: np.ndarray
    pinned_issue: np.ndarray
    """int64, shape (n_pinned,): when each answer is pinned, and to which issue"""
    pinned_event: np.ndarray
    """int64, shape (n_pinned,): the event after whose time that is, -1 after the start"""
    pinned_fading: np.ndarray
    pinned_weight: float
    thread_spread: float


NO_FAQ = FaqTables(
    is_on=False,
    n_issues=0,
    weight=np.zeros(4),
    private=np.zeros((1, 4), np.bool_),
    fading=np.ones((1, 1)),
    pinned_ms=np.zeros(0, np.int64),
    pinned_issue=np.zeros(0, np.int64),
    pinned_event=np.zeros(0, np.int64),
    pinned_fading=np.ones((1, 1)),
    pinned_weight=0.0,
    thread_spread=0.0,
)
"""Nobody looks first."""


class Prepared(NamedTuple):
    """What preparations make of what each event brings; arrays of shape (n_events,)."""

    is_any: bool
    work: np.ndarray
    """float64: factor of the work"""
    odds: np.ndarray
    """float64: factor of the odds that a reply resolves"""
    spared: np.ndarray
    """float64: share of the event's mentions that need no answer"""
    caused: np.ndarray
    """float64: share of the candidates that preparations can cause which they do"""
    trains: bool
    """pools without the skill take less time than else"""
    trained: np.ndarray
    """float64, shape (n_events, n_pools, n_topics): factor of a pool's time; empty where none"""


UNPREPARED = Prepared(
    False, np.ones(0), np.ones(0), np.zeros(0), np.zeros(0), False, np.ones((0, 0, 0))
)
"""Nothing is prepared, and nothing that is drawn says that it could be."""


class Learning(NamedTuple):
    """What a team learns on an event; arrays float64, shape (n_events,)."""

    is_on: bool
    multiplier: np.ndarray
    """of the work, as prepared, before anything is learned"""
    known: np.ndarray
    """cases' experience that preparations bring"""
    cases: np.ndarray
    exponent: np.ndarray


NO_LEARNING = Learning(False, np.ones(0), np.zeros(0), np.ones(0), np.zeros(0))
"""No event is learned on."""


class CrowdTables(NamedTuple):
    """What becomes of a post that a crowd comments on."""

    take_down_ms: int
    """after so long it is deleted; -1 never"""
    left_spread: float
    """residual spread of a post that was deleted, at most"""


NO_CROWD = CrowdTables(-1, 1.0)
"""No post is ever deleted."""


class Tables(NamedTuple):
    """All that an engine needs beside the draws."""

    clock: Clock
    levels: Levels
    phases: Phases
    routing: Routing
    staff: Staff
    lazy_patience: bool
    """patience may be looked up at the queue head: nothing reads queue length in between"""
    heads_are_oldest: bool
    """the first of a waiting list has waited longest: FCFS, nobody is put back before others"""
    faq: FaqTables = NO_FAQ
    prepared: Prepared = UNPREPARED
    crowd: CrowdTables = NO_CROWD
    learning: Learning = NO_LEARNING
