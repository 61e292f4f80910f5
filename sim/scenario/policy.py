"""A policy: everything that a planner decides."""

from collections.abc import Iterable
from typing import Annotated, Literal, get_args

from pydantic import Discriminator, Field, Tag, model_validator

from sim.limits import MAX_ISSUES
from sim.scenario.kinds import REDRESS, RedressKind
from sim.scenario.messages.validation_errors import InvalidField, InvalidFieldsError
from sim.scenario.parts import (
    PHASES,
    Count,
    Flag,
    Level,
    NonNegative,
    Part,
    PersonLevel,
    Positive,
    Team,
    Topic,
    Whole,
)

Phase = Literal["calm", "ahead", "surge", "recovery"]
EffortPlan = dict[str, dict[Phase, Level]]
FollowUpPlan = dict[str, dict[Phase, Flag]]
FollowUp = Annotated[
    Annotated[Flag, Tag("[flag]")] | Annotated[FollowUpPlan, Tag("[by topic]")],
    Discriminator(lambda value: "[by topic]" if isinstance(value, dict) else "[flag]"),
]
"""All topics that want it in every phase, or by topic and phase; an error names one alone."""
RedressPlan = dict[str, dict[Phase, RedressKind]]
Channel = Literal["public", "private"]
ChannelPlan = dict[str, dict[Phase, Channel]]


class ShiftCount(Part):
    """So many agents of a pool on one shift of one day (0 = first day)."""

    day: Count
    start_h: NonNegative
    length_h: Positive
    pool: str
    agents: Count


class Priority(Part):
    """Order of the queue."""

    rule: Literal["fcfs", "edd"] = "fcfs"
    topics: tuple[tuple[str, ...], ...] = ()
    complaints_first: Flag = False
    influence_at_least: Positive | None = None
    returning_first: Flag = False
    new_first: Flag = False


class Surge(Part):
    """When the on-call crew is called, and who comes."""

    agents: dict[str, Count]
    waiting_factor: NonNegative = 3.0
    waiting_at_least: NonNegative = 40.0
    volume_factor: NonNegative = 3.0
    volume_at_least: NonNegative = 40.0
    off_below: NonNegative = 5.0
    armed_after_open_min: NonNegative = 240.0


class Help(Part):
    """When a pool may take another's cases: after so long, and with so many of its own free."""

    after_min: NonNegative = 0.0
    keep_free: Count = 0


class Post(Part):
    """Answers to an event's most common issues, pinned where all can read them."""

    event: str
    at_h: NonNegative | None = None
    after_h: NonNegative | None = None
    """after the event's own time: of one whose time nobody knows"""
    issues: Annotated[Whole, Field(ge=1, le=MAX_ISSUES)] = 1

    @model_validator(mode="after")
    def check_post(self) -> "Post":
        """Require one way of time."""
        if (self.at_h is None) == (self.after_h is None):
            text = "exactly one of at_h and after_h"
            raise InvalidFieldsError([InvalidField("at_h", self.at_h, text)])
        return self

    def find_hour(self, event_h: float) -> float:
        """When it stands, if its event comes at an hour [h]."""
        return self.at_h if self.at_h is not None else event_h + (self.after_h or 0.0)


def list_private(policy: "Policy", topics: Iterable[str]) -> list[list[bool]]:
    """List whether replies are for the customer alone, by topic and phase."""
    return [
        [policy.channel.get(name, {}).get(phase) == "private" for phase in get_args(Phase)]
        for name in topics
    ]


def list_follow_up(policy: "Policy", topics: dict[str, Topic]) -> list[list[bool]]:
    """List whether cases are checked upon, by topic and phase, where it makes sense."""
    return [
        [topic.follow_up and policy.does_follow_up(name, phase) for phase in get_args(Phase)]
        for name, topic in topics.items()
    ]


def list_redress(policy: "Policy", topics: Iterable[str]) -> list[list[int]]:
    """List the codes of what customers get, by topic and phase."""
    given = [[policy.find_redress(name, phase) for phase in get_args(Phase)] for name in topics]
    return [[REDRESS.index(kind) for kind in row] for row in given]


def list_directions(team: Team) -> dict[str, dict[str, Help]]:
    """List who helps whom as the scenario has it: after one time in all of its directions."""
    if team.overflow_min is None:
        return {}
    rule = Help(after_min=team.overflow_min)
    return {name: dict.fromkeys(pool.overflow_to, rule) for name, pool in team.pools.items()}


class Policy(Part):
    """Staffing, response effort, order of work, triage and surge crew.

    `staff` counts productive agents per pool and reporting interval, from the start
    of the horizon; `effort` names a level per topic and phase, `redress` what goes with the first
    reply, `follow_up` after which replies customers are asked whether all is well, `preparations`
    what is done before events.
    """

    name: str
    staff: dict[str, tuple[Count, ...]]
    after_close: dict[str, Count] | None = None
    shifts: tuple[ShiftCount, ...] = ()
    effort: EffortPlan
    after_auto: PersonLevel = "standard"
    lead_h: NonNegative = 0.0
    priority: Priority = Priority()
    surge: Surge | None = None
    follow_up: FollowUp = False
    redress: RedressPlan = {}
    channel: ChannelPlan = {}
    posts: tuple[Post, ...] = ()
    preparations: tuple[str, ...] = ()
    take_down_after_min: NonNegative | None = None
    continuity: Flag = False
    overflow: dict[str, dict[str, Help]] | None = None
    cut: Literal["idle_first", "as_scheduled", "preempt"] = "idle_first"
    knows_events: Flag = True
    staff_interval_min: Annotated[Whole, Field(ge=1, le=1440)] = 60

    def does_follow_up(self, topic: str, phase: Phase) -> bool:
        """Whether cases of a topic are checked upon; what is not named is not."""
        if isinstance(self.follow_up, bool):
            return self.follow_up
        return self.follow_up.get(topic, {}).get(phase, False)

    def find_redress(self, topic: str, phase: Phase) -> RedressKind:
        """Look up what customers of a topic get; what is not named is none."""
        return self.redress.get(topic, {}).get(phase, "none")

    @model_validator(mode="after")
    def check_effort(self) -> "Policy":
        """Require a level for every phase; `none` holds in all phases of a topic or in none."""
        errors = []
        for topic, by_phase in self.effort.items():
            missing = [phase for phase in PHASES if phase not in by_phase]
            if missing:
                text = f"a level for each of {', '.join(PHASES)}"
                errors.append(InvalidField(f"effort.{topic}", f"no {', '.join(missing)}", text))
            elif len({level == "none" for level in by_phase.values()}) > 1:
                text = "`none` in every phase of a topic or in no phase"
                errors.append(InvalidField(f"effort.{topic}", dict(by_phase), text))
        if errors:
            raise InvalidFieldsError(errors)
        return self
