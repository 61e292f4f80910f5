"""The parts of a scenario: strict, frozen objects; units are in the names.

Meaning, default, range, mark and source of every key stand in
``configs/README.md``; an error is turned into one line for the user by
``sim.scenario.build`` (checked by ``tests/unit/test_scenario_errors.py``).
"""

import datetime
import zoneinfo
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from sim.limits import (
    MAX_BUSY_CV,
    MAX_DAYS,
    MAX_DRAIN_H,
    MAX_SIGMA,
    MAX_TURNS,
)
from sim.scenario.event import Event as Event
from sim.scenario.event import Preparation as Preparation
from sim.scenario.kinds import (
    LEVELS as LEVELS,
)
from sim.scenario.kinds import (
    ORIGINS as ORIGINS,
)
from sim.scenario.kinds import (
    PHASES as PHASES,
)
from sim.scenario.kinds import (
    Cause as Cause,
)
from sim.scenario.kinds import (
    Count as Count,
)
from sim.scenario.kinds import (
    Duration as Duration,
)
from sim.scenario.kinds import (
    Exponent as Exponent,
)
from sim.scenario.kinds import (
    Flag as Flag,
)
from sim.scenario.kinds import (
    Level as Level,
)
from sim.scenario.kinds import (
    Multiple as Multiple,
)
from sim.scenario.kinds import (
    NonNegative as NonNegative,
)
from sim.scenario.kinds import (
    Part as Part,
)
from sim.scenario.kinds import (
    PayFactor as PayFactor,
)
from sim.scenario.kinds import (
    PersonLevel as PersonLevel,
)
from sim.scenario.kinds import (
    Positive as Positive,
)
from sim.scenario.kinds import (
    Real as Real,
)
from sim.scenario.kinds import (
    Share as Share,
)
from sim.scenario.kinds import (
    Whole as Whole,
)
from sim.scenario.messages.validation_errors import InvalidField, InvalidFieldsError
from sim.scenario.offers.faq import Faq as Faq
from sim.scenario.offers.faq import Weights as Weights
from sim.scenario.offers.redress import (
    Apology as Apology,
)
from sim.scenario.offers.redress import (
    Redress as Redress,
)
from sim.scenario.offers.redress import (
    Remedy as Remedy,
)
from sim.scenario.shift_rules import (
    Absence as Absence,
)
from sim.scenario.shift_rules import (
    Break as Break,
)
from sim.scenario.shift_rules import (
    Holiday as Holiday,
)
from sim.scenario.shift_rules import (
    Shift as Shift,
)
from sim.scenario.shift_rules import (
    ShiftRules as ShiftRules,
)
from sim.scenario.shift_rules import (
    close_later as close_later,
)
from sim.scenario.team import (
    Pool as Pool,
)
from sim.scenario.team import (
    Proficiency as Proficiency,
)
from sim.scenario.team import (
    Team as Team,
)

# Clocks and calendars of the libraries end beyond; nobody plans there.
FIRST_YEAR, LAST_YEAR = 1970, 2199


class Horizon(Part):
    """The days that are played, on the local clock; reporting intervals."""

    start: datetime.datetime
    time_zone: str = "America/New_York"
    days: Annotated[Whole, Field(ge=1, le=MAX_DAYS)] = 7
    interval_min: Literal[5, 10, 15, 20, 30, 60] = 60
    repeats: bool = True
    """the days are a ring: the last is followed by the first again"""

    @field_validator("time_zone")
    @classmethod
    def check_time_zone(cls, value: str) -> str:
        """Require an IANA name."""
        try:
            zoneinfo.ZoneInfo(value)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
            from sim.store.clock import format_zones

            raise ValueError(format_zones(value)) from error
        return value

    @field_validator("start")
    @classmethod
    def check_start(cls, value: datetime.datetime) -> datetime.datetime:
        """Require a local time on the full hour, without an offset."""
        if value.tzinfo is not None:
            raise ValueError("a local time without offset; the zone is horizon.time_zone")
        if value.minute or value.second or value.microsecond:
            raise ValueError("a full hour")
        if not FIRST_YEAR <= value.year <= LAST_YEAR:
            raise ValueError(f"a date in the years {FIRST_YEAR} to {LAST_YEAR}")
        return value


class Spreading(Part):
    """Public complaints that make more of themselves (branching ratio below 1)."""

    branching_ratio: Annotated[Real, Field(ge=0, lt=1)]
    influence_sigma: Annotated[Real, Field(ge=0, le=MAX_SIGMA)]
    influence_cap: Multiple
    flat_s: Positive
    exponent: Exponent
    cut_h: Positive
    max_generations: Annotated[Whole, Field(ge=0, le=20)]


class Spill(Part):
    """A phone channel whose lost callers go public."""

    base_per_h: NonNegative
    handling: Duration
    agents: Count
    patience: Duration
    share: Share
    delay: Duration


class Replay(Part):
    """A recorded history that replaces the synthetic base, or is the base under it."""

    file: str
    time_column: str | None = None
    topic_column: str | None = None
    mode: Literal["replace", "under"] = "replace"


class Demand(Part):
    """Base mentions per hour, their profile and busyness, and what feeds on them."""

    base_per_h: NonNegative
    hour_shape: tuple[NonNegative, ...]
    day_shape: tuple[NonNegative, ...]
    hour_of_week: tuple[NonNegative, ...] | None = None
    rate_per_h: tuple[NonNegative, ...] | None = None
    busy_day_cv: Annotated[Real, Field(ge=0, le=MAX_BUSY_CV)]
    busy_hour_cv: Annotated[Real, Field(ge=0, le=MAX_BUSY_CV)]
    busy_hour_correlation: Annotated[Real, Field(ge=0, lt=1)]
    spreading: Spreading
    spill: Spill | None = None
    replay: Replay | None = None
    sentiment_feedback: NonNegative = 0.0
    backlog_mentions: Count = 0
    backlog_share: dict[str, NonNegative] | None = None

    @model_validator(mode="after")
    def check_profile(self) -> "Demand":
        """Require whole profiles that are not all zero."""
        errors = [
            InvalidField(name, f"{len(profile)} numbers", f"{length} numbers, not all zero")
            for name, profile, length in (
                ("hour_shape", self.hour_shape, 24),
                ("day_shape", self.day_shape, 7),
                ("hour_of_week", self.hour_of_week, 168),
            )
            if profile is not None and (len(profile) != length or sum(profile) <= 0)
        ]
        if errors:
            raise InvalidFieldsError(errors)
        return self


class Topic(Part):
    """One kind of mention: how often, how much work, how it resolves."""

    share: NonNegative
    actionable_share: Share = 1.0
    complaint: Flag = False
    follow_up: Flag = False
    compensation: Flag = False
    optional: Flag = False
    work: Duration
    patience: Duration | None = None
    resolution_share: Share
    resolution_auto_share: Share = 0.02
    loss_cost: NonNegative = 0.0
    cause: Cause = "none"


class EffortLevel(Part):
    """What a level of response effort costs and gives."""

    work_multiplier: NonNegative
    friendly_share: Share
    personal_share: Share
    reopen_share: Share
    residual_spread: Share
    sentiment_weight: NonNegative


class Effort(Part):
    """The four levels and how resolution follows from the standard level's."""

    levels: dict[Literal["auto", "brief", "standard", "thorough"], EffortLevel]
    brief_resolution_factor: Share
    thorough_failure_factor: Share

    @model_validator(mode="after")
    def check_levels(self) -> "Effort":
        """Require all four levels."""
        missing = [name for name in LEVELS if name not in self.levels]
        if missing:
            raise InvalidFieldsError(
                [InvalidField(f"levels.{name}", None, "a level's numbers") for name in missing]
            )
        return self


class Conversation(Part):
    """What customers do after a reply, and while they wait."""

    write_again_share: Share
    max_turns: Annotated[Whole, Field(ge=1, le=MAX_TURNS)]
    think: Duration
    give_up_h: Positive
    silent_share: Share
    repost_share: Share
    repost_delay: Duration
    patience_stretch_after_auto: Multiple
    reopen_delay: Duration
    follow_up_min: NonNegative
    follow_up_share: Share
    follow_up_reopen_factor: Share
    no_reply_spread: Share = 1.0
    taken_down_spread: Share = 0.3
    backlash_share: Share = 0.3
    later_patience_factor: Positive | None = None
    """None: whoever was answered once waits for ever"""


class Brand(Part):
    """One firm: its sentiment diffusion and how dear it is."""

    name: str
    k1: Positive
    k2: Positive
    k3: NonNegative
    k1_se: NonNegative = 0.0
    k2_se: NonNegative = 0.0
    mean_sentiment: Share
    kappa: Positive = 1.0
    c: Positive = 1.0
    rho_per_h: Positive = 0.0005
    price_factor: Positive
    effort_scale: Positive = 0.064
    effort_by_arrival: Flag = False
    baseline: Share = 0.0
    mood_strength: Share = 0.0
    mood_half_life_h: Positive = 336.0


class Maturity(Part):
    """Tools and habits of the organization (Aberdeen presets)."""

    name: str
    ticket_system: Flag
    triage_recall: Share
    triage_false_positive: Share
    monitor_every_min: Annotated[Real, Field(ge=0.1, le=1e9)]
    triage_min: NonNegative
    routing_accuracy: Share
    transfer_min: NonNegative
    desktop_share: Share
    desktop_share_average: Share
    search_share: Share
    proficiency: Positive
    sentiment_priority: Flag


class SurgeRules(Part):
    """Limits and price of the on-call crew."""

    max_people: Count
    max_hours_a_week: NonNegative
    delay_min: NonNegative
    min_h: Annotated[Real, Field(gt=0, le=MAX_DRAIN_H)]
    premium: PayFactor


class Costs(Part):
    """Money, in `scenario.currency`."""

    paid_hour_cost: NonNegative
    shrinkage_share: Annotated[Real, Field(ge=0, lt=1)]
    # Local hours between which the night's premium is paid.
    night_premium: PayFactor = 1.0
    night_from_h: Annotated[Whole, Field(ge=0, lt=24)] = 22
    night_to_h: Annotated[Whole, Field(ge=0, lt=24)] = 6
    weekend_premium: PayFactor = 1.0
    auto_reply_cost: NonNegative
    compensation_cost: NonNegative
    compensation_share: Share
    # US Fair Labor Standards Act, 29 U.S.C. 207: time and a half beyond forty hours a week.
    overtime_premium: NonNegative = 1.5
    # In satisfaction, not in money: 1 is what a customer can lose at all, ten their readers too.
    spread_harm: Annotated[Real, Field(ge=0, le=10)] = 0.0


class Promise(Part):
    """What the brand promises to a first reply."""

    promise_min: Positive
    target_share: Share
    alpha: Annotated[Real, Field(gt=0, lt=1)]
    measure: Literal["reply", "wait"] = "reply"


class Satisfaction(Part):
    """Coefficients of expectation and disconfirmation (fitted by experiments/satisfaction_fit)."""

    e0: Share
    w0_min: Positive
    w1_min: Positive
    q_none: Share
    a_speed: NonNegative
    a_res: NonNegative
    a_tone: NonNegative
    a_pers: NonNegative
    a_turn: NonNegative
    follow_up_bonus: NonNegative
    b0: Real
    b_q: Real
    b_plus: NonNegative
    b_minus: NonNegative
    r0: Real
    r1: Real
    tone_shift: Real
    personal_shift: Real
    later_speed_weight: Share = 0.0
    late_per_h: NonNegative = 0.0
    expected_time_sigma: Annotated[Real, Field(ge=0, le=MAX_SIGMA)] = 0.0
    a_red: NonNegative = 0.0
