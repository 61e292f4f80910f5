"""How a run is played, a plan is searched for, a policy is chosen, a history is read.

Defaults stand in ``configs/``; meaning, range and source of every key in
``configs/README.md`` (checked by ``tests/unit/test_compose_dictionary.py``).
"""

from typing import Annotated, Literal

from pydantic import Field, field_validator

from sim.scenario.parts import Count, Flag, NonNegative, Part, PersonLevel, Positive, Share, Whole
from sim.scenario.policy import EffortPlan, Priority, Surge


class RunSettings(Part):
    """Replications, seed, engine and the folder."""

    replications: Annotated[Whole, Field(ge=1, le=1_000_000)]
    seed: Annotated[Whole, Field(ge=0, le=2**63 - 1)]
    engine: Literal["kernel", "simpy"]
    workers: Annotated[Whole, Field(ge=1, le=1024)] | None
    dir: str | None
    overwrite: Flag
    keep_mentions: Count


class PlannerSettings(Part):
    """Budget, objective, precision and time of the search."""

    budget: Positive | None
    keep_promise: Flag
    sentiment_weight: Share
    gap_tol: Positive
    delta: Positive
    alpha_selection: Annotated[float, Field(gt=0, lt=1, strict=True)]
    search_replications: Annotated[Whole, Field(ge=2, le=100_000)]
    choice_replications: Annotated[Whole, Field(ge=10, le=1_000_000)]
    evaluation_replications: Annotated[Whole, Field(ge=2, le=1_000_000)]
    evaluation_seed: Count | None
    time_limit_s: Positive


class ReportSettings(Part):
    """What is drawn of a run."""

    page: Flag


class PolicyChoice(Part):
    """A standard policy by its name, and what is changed in it."""

    name: str
    effort: EffortPlan | None = None
    after_auto: PersonLevel | None = None
    lead_h: NonNegative | None = None
    priority: Priority | None = None
    surge: Surge | None = None
    follow_up: Flag | None = None
    continuity: Flag | None = None
    cut: Literal["idle_first", "as_scheduled", "preempt"] | None = None
    knows_events: Flag | None = None


class CalibrateSettings(Part):
    """A history and how to read it."""

    history: str
    history_kind: Literal["times", "counts", "pairs", "auto"]
    history_series: str | None
    history_columns: dict[Literal["time", "reply", "series", "value", "topic"], str]
    history_time_zone: str
    base: str
    events: Literal["announced", "unannounced", "none"]
    actionable_share: Annotated[float, Field(gt=0, le=1)] | None

    @field_validator("history", mode="before")
    @classmethod
    def check_history(cls, value: object) -> object:
        """Require a file's name."""
        if not value:
            raise ValueError("a CSV or Parquet file: history=FILE")
        return value
