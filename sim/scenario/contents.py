"""What a scenario says, each part checked for itself; `sim.scenario.model` checks them together."""

import datetime
from typing import Annotated

from pydantic import BeforeValidator, Field

from sim.limits import MAX_DRAIN_H
from sim.scenario.event import repeat_events
from sim.scenario.kinds import DAYS
from sim.scenario.parts import (
    Absence,
    Brand,
    Conversation,
    Costs,
    Demand,
    Effort,
    Event,
    Faq,
    Holiday,
    Horizon,
    Maturity,
    NonNegative,
    Part,
    Preparation,
    Promise,
    Real,
    Redress,
    Satisfaction,
    ShiftRules,
    SurgeRules,
    Team,
    Topic,
    close_later,
)


class Contents(Part):
    """The parts of a scenario by name."""

    name: str
    title: str = ""
    currency: str = "USD"
    horizon: Horizon
    demand: Demand
    topics: dict[str, Topic]
    events: Annotated[dict[str, Event], BeforeValidator(repeat_events)] = {}
    preparations: dict[str, Preparation] = {}
    effort: Effort
    conversation: Conversation
    brand: Brand
    maturity: Maturity
    team: Team
    shifts: ShiftRules | None = None
    holidays: dict[str, Holiday] = {}
    absence: Absence = Absence()
    redress: Redress = Redress()
    faq: Faq = Faq()
    surge_crew: SurgeRules
    costs: Costs
    promise: Promise
    satisfaction: Satisfaction
    drain_h: Annotated[Real, Field(ge=0, le=MAX_DRAIN_H)] | None = None
    warm_up_h: NonNegative = 0.0
    default_policy: str | dict[str, object] | None = None
    planner: dict[str, object] = {}

    def find_hours(self, date: datetime.date) -> tuple[float, float] | None:
        """Opening and closing of a date, beyond 24 for the next; None: closed."""
        assert self.shifts is not None
        holiday = self.holidays.get(date.isoformat())
        own = "usual" if holiday is None else holiday.open
        if own == "usual":
            return self.shifts.find_hours(DAYS[date.weekday()])
        return None if own == "closed" else close_later(own)

    @property
    def topic_names(self) -> tuple[str, ...]:
        """Names of the topics, in order of their codes."""
        return tuple(self.topics)

    @property
    def pool_names(self) -> tuple[str, ...]:
        """Names of the pools, in order of their codes."""
        return tuple(self.team.pools)
