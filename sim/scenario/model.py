"""A scenario: what the world is, before anybody decides anything.

Frozen and checked across its parts; ``lower`` turns it, with a policy, into the
tables that the engines read.
"""

from pydantic import model_validator

from sim.scenario.parts import (
    Brand,
    Conversation,
    Costs,
    Demand,
    Effort,
    Event,
    Horizon,
    Maturity,
    NonNegative,
    Part,
    Promise,
    Satisfaction,
    ShiftRules,
    SurgeRules,
    Team,
    Topic,
)

MAX_TOPICS = 64


class Scenario(Part):
    """Everything that a plan is made for."""

    name: str
    title: str = ""
    currency: str = "USD"
    horizon: Horizon
    demand: Demand
    topics: dict[str, Topic]
    events: dict[str, Event] = {}
    effort: Effort
    conversation: Conversation
    brand: Brand
    maturity: Maturity
    team: Team
    shifts: ShiftRules | None = None
    surge_crew: SurgeRules
    costs: Costs
    promise: Promise
    satisfaction: Satisfaction
    drain_h: NonNegative = 24.0
    warm_up_h: NonNegative = 0.0
    default_policy: str | dict[str, object] | None = None

    @model_validator(mode="after")
    def check_topics(self) -> "Scenario":
        """Require topics with a share, a skill for each that needs one, and known names."""
        if not 1 <= len(self.topics) <= MAX_TOPICS:
            raise ValueError(f"topics needs 1 to {MAX_TOPICS} entries")
        if sum(topic.share for topic in self.topics.values()) <= 0:
            raise ValueError("topics: the shares are all zero")
        skills = {skill for pool in self.team.pools.values() for skill in pool.skills}
        for name, topic in self.topics.items():
            if topic.actionable_share > 0 and name not in skills:
                raise ValueError(
                    f"team.pools: no pool has the skill {name!r}, which topics.{name} needs"
                )
        for skill in skills - set(self.topics):
            raise ValueError(f"team.pools: {skill!r} is no topic ({', '.join(self.topics)})")
        return self

    @model_validator(mode="after")
    def check_events(self) -> "Scenario":
        """Require events inside the horizon, with topics that exist."""
        last_h = self.horizon.days * 24
        for name, event in self.events.items():
            latest = event.time_h if event.time_h is not None else (event.window_h or (0, 0))[1]
            if latest > last_h:
                raise ValueError(
                    f"events.{name}: hour {latest:g} is outside the horizon (0 to {last_h} h)"
                )
            if sum(event.topic_share.values()) <= 0:
                raise ValueError(f"events.{name}.topic_share: the shares are all zero")
            for topic in event.topic_share:
                if topic not in self.topics:
                    raise ValueError(f"events.{name}.topic_share: {topic!r} is no topic")
        return self

    @model_validator(mode="after")
    def check_open_hours(self) -> "Scenario":
        """Require kinds of shift that together can cover every open hour."""
        if self.shifts is None:
            return self
        covered = [False] * 96
        for shift in self.shifts.kinds:
            first = round(shift.start_h * 4)
            for quarter in range(first, first + round(shift.length_h * 4)):
                covered[quarter % 96] = True
        first, last = round(self.shifts.open_from_h * 4), round(self.shifts.open_to_h * 4)
        for quarter in range(first, last):
            if not covered[quarter]:
                raise ValueError(
                    f"shifts.kinds: no shift covers {quarter // 4:02d}:{quarter % 4 * 15:02d}, "
                    "which is an open hour"
                )
        return self

    @property
    def topic_names(self) -> tuple[str, ...]:
        """Names of the topics, in order of their codes."""
        return tuple(self.topics)

    @property
    def pool_names(self) -> tuple[str, ...]:
        """Names of the pools, in order of their codes."""
        return tuple(self.team.pools)
