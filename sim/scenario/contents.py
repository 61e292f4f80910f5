"""What a scenario says, each part checked for itself; `sim.scenario.model` checks them together."""

from typing import Annotated

from pydantic import Field

from sim.limits import MAX_DRAIN_H
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
    Real,
    Satisfaction,
    ShiftRules,
    SurgeRules,
    Team,
    Topic,
)


class Contents(Part):
    """The parts of a scenario by name."""

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
    drain_h: Annotated[Real, Field(ge=0, le=MAX_DRAIN_H)] | None = None
    warm_up_h: NonNegative = 0.0
    default_policy: str | dict[str, object] | None = None
    planner: dict[str, object] = {}

    @property
    def topic_names(self) -> tuple[str, ...]:
        """Names of the topics, in order of their codes."""
        return tuple(self.topics)

    @property
    def pool_names(self) -> tuple[str, ...]:
        """Names of the pools, in order of their codes."""
        return tuple(self.team.pools)
