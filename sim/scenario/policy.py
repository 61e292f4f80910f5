"""A policy: everything that a planner decides."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

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
    Whole,
)

Phase = Literal["calm", "ahead", "surge", "recovery"]
EffortPlan = dict[str, dict[Phase, Level]]


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


def list_directions(team: Team) -> dict[str, dict[str, Help]]:
    """Return who helps whom as the scenario has it: after one time in all of its directions."""
    if team.overflow_min is None:
        return {}
    rule = Help(after_min=team.overflow_min)
    return {name: dict.fromkeys(pool.overflow_to, rule) for name, pool in team.pools.items()}


class Policy(Part):
    """Staffing, response effort, order of work, triage and surge crew.

    `staff` counts productive heads per pool and reporting interval, from the start
    of the horizon; `effort` names a level per topic and phase.
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
    follow_up: Flag = False
    continuity: Flag = False
    overflow: dict[str, dict[str, Help]] | None = None
    cut: Literal["idle_first", "as_scheduled", "preempt"] = "idle_first"
    knows_events: Flag = True
    staff_interval_min: Annotated[Whole, Field(ge=1, le=1440)] = 60

    @model_validator(mode="after")
    def check_effort(self) -> "Policy":
        """Require a level for every phase; `none` holds in all phases of a topic or in none."""
        mistakes = []
        for topic, by_phase in self.effort.items():
            missing = [phase for phase in PHASES if phase not in by_phase]
            if missing:
                text = f"a level for each of {', '.join(PHASES)}"
                mistakes.append(InvalidField(f"effort.{topic}", f"no {', '.join(missing)}", text))
            elif len({level == "none" for level in by_phase.values()}) > 1:
                text = "`none` in every phase of a topic or in no phase"
                mistakes.append(InvalidField(f"effort.{topic}", dict(by_phase), text))
        if mistakes:
            raise InvalidFieldsError(mistakes)
        return self
