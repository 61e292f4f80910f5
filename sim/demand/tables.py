"""What drawing reads of a scenario: plain arrays and numbers, one group for each step.

Filled once by ``sim.demand.lowered``. Rows and table starts point into ``Durations``;
-1 stands for "none" throughout.
"""

from typing import NamedTuple

import numpy as np

from sim.demand.quantile import Durations

# Places of the names in `sim.scenario.kinds.ORIGINS`.
ORIGIN_BASE, ORIGIN_EVENT, ORIGIN_RECORDED, ORIGIN_SPREAD, ORIGIN_SPILL = range(5)
# Behind those of the first version, likewise.
ORIGIN_BROUGHT, ORIGIN_CAUSED = 5, 6


class Base(NamedTuple):
    """The exogenous base: synthetic, recorded, and what is there at the start."""

    horizon_ms: int
    slot_ms: int
    slot_mean: np.ndarray
    """float64, shape (n_slots,): mentions expected in each slot, all topics"""
    slot_hour: np.ndarray
    """int64, shape (n_slots,)"""
    topic_share: np.ndarray
    """float64, shape (n_topics,)"""
    stream: np.ndarray
    """uint64, shape (n_topics,): hashes of the names"""
    backlog: int
    backlog_until: np.ndarray
    """float64, shape (n_topics,): cumulated shares"""
    backlog_stream: np.uint64
    recorded_ms: np.ndarray
    """int64, shape (n_recorded,)"""
    recorded_topic: np.ndarray
    """int64, shape (n_recorded,): -1 where the record does not say"""
    recorded_stream: np.uint64
    topic_until: np.ndarray
    """float64, shape (n_topics,): cumulated `topic_share`"""


class BusynessTables(NamedTuple):
    """Gamma factors of days and hours."""

    stream: np.uint64
    day_of_hour: np.ndarray
    """int64, shape (n_hours,)"""
    day_table: int
    hour_table: int
    keep_table: int
    new_table: int
    correlation: float
    normal_table: int


class Events(NamedTuple):
    """Brand events, one a row."""

    stream: np.ndarray
    """uint64, shape (n_events,)"""
    topic_stream: np.ndarray
    """uint64, shape (n_events, 2, n_topics): of the event and of its re-ignition"""
    first_ms: np.ndarray
    last_ms: np.ndarray
    """float64, shape (n_events,): window of the time"""
    probability: np.ndarray
    size_sigma: np.ndarray
    excess_per_h: np.ndarray
    """float64, shape (n_events,): base_per_h (peak - 1)"""
    topic_share: np.ndarray
    """float64, shape (n_events, n_topics)"""
    kernel: np.ndarray
    """float64, shape (n_events, 7): parameters of the course, in their order"""
    shape_share: np.ndarray
    hour_shape: np.ndarray
    """float64, shape (n_hours,)"""
    again_probability: np.ndarray
    again_first_ms: np.ndarray
    again_last_ms: np.ndarray
    again_share: np.ndarray
    comments: np.ndarray
    """float64, shape (n_events,): expected on one post, 0 where there is none"""
    comments_topic: np.ndarray
    """int64, shape (n_events,): -1 the post's own"""
    is_played: bool
    """a record that replaces the synthetic mentions holds the events' own"""
    caused_share: np.ndarray
    """float64, shape (n_events,): of its mentions, candidates more that preparations can cause"""
    caused_stream: np.ndarray
    """uint64, shape (n_events, 2, n_topics)"""


class SpreadingTables(NamedTuple):
    """Branching of complaints; delays in seconds."""

    is_complaint: np.ndarray
    """bool, shape (n_topics,)"""
    branching_ratio: float
    influence_table: int
    influence_cap: float
    influence_scale: float
    flat_s: float
    power: float
    """exponent of the density less 1"""
    cut_s: float
    tail: float
    """1 - (flat_s / cut_s)^power, 0 where the cut lies in the flat part"""
    max_generations: int
    backlash_share: float
    """of a post's comments, that have a complaint beside them if the post is deleted"""


class SpillTables(NamedTuple):
    """The phone channel."""

    stream: np.uint64
    hour_mean: np.ndarray
    """float64, shape (n_hours,), empty without a phone channel"""
    agents: int
    work_row: int
    patience_row: int
    delay_row: int
    share: float


class Marks(NamedTuple):
    """What a mention carries, by topic."""

    actionable_share: np.ndarray
    work_row: np.ndarray
    patience_row: np.ndarray
    home_pool: np.ndarray
    resolve_low: np.ndarray
    resolve_high: np.ndarray
    """float64, shape (n_topics,): over persons' levels"""
    turns_mean: np.ndarray
    """float64, shape (n_topics,): turns drawn per actionable mention, from above"""
    work_factor: np.ndarray
    patience_factor: np.ndarray
    """float64, shape (n_events,)"""
    recall: float
    false_positive: float
    n_pools: int
    routing_accuracy: float
    silent_share: float
    repost_share: float
    repost_row: int
    write_again_share: float
    think_row: int
    give_up_ms: int
    reopen_row: int
    reopen_share: float
    """highest of any level"""
    reopen_person_share: float
    max_turns: int
    expected_time_sigma: float
    """0: all expect a reply within the same time"""
    normal_table: int
    later_patience_factor: float
    """0: nobody gives up in a thread"""
    redresses: bool
    """the scenario offers some kind of redress"""
    prepares: bool
    """some preparation moves how many write"""


class Feedback(NamedTuple):
    """How the brand's sentiment moves the mix of the base."""

    strength: float
    """relative rise of complaints for a relative fall of sentiment; 0: off"""
    reference: float
    """sentiment at which the mix is the scenario's own"""
    share: float
    """of complaints in the base"""
    most_complaints: float
    most_others: float
    """majorants of what the rates are multiplied by"""
    is_complaint: np.ndarray
    """bool, shape (n_topics,)"""


class Lead(NamedTuple):
    """What is drawn before the horizon; `base.horizon_ms` is its length, 0: nothing is."""

    base: Base
    busyness: BusynessTables


class IssueTables(NamedTuple):
    """What mentions are about, who looks first, whom visible answers bring."""

    is_on: bool
    has_issue: np.ndarray
    """bool, shape (n_topics,)"""
    base_until: np.ndarray
    event_until: np.ndarray
    """float64, shape (n_issues,): cumulated shares of a topic's base issues, of an event's"""
    deflect_share: float
    gain: float
    brings_share: float
    """of exogenous complaints that have a candidate which visible answers may bring; 0: none"""
    most_weight: float
    """visible weight at which each such candidate comes to be"""
    is_complaint: np.ndarray
    """bool, shape (n_topics,)"""


class DemandTables(NamedTuple):
    """All that `draw` needs."""

    durations: Durations
    base: Base
    busyness: BusynessTables
    events: Events
    spreading: SpreadingTables
    spill: SpillTables
    marks: Marks
    feedback: Feedback
    lead: Lead
    faq: IssueTables
