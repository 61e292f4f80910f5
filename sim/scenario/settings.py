"""How a run is played, a plan is searched for, a policy is chosen, a history is read.

Defaults stand in ``configs/``; meaning, range and source of every key in
``configs/README.md`` (checked by ``tests/unit/test_compose_dictionary.py``).
"""

import datetime
import math
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, field_validator, model_validator

from sim.scenario.messages.validation_errors import InvalidField, InvalidFieldsError
from sim.scenario.parts import (
    Count,
    Flag,
    NonNegative,
    Part,
    PersonLevel,
    Positive,
    Real,
    Share,
    Whole,
)
from sim.scenario.policy import (
    ChannelPlan,
    EffortPlan,
    FollowUp,
    Help,
    Post,
    Priority,
    RedressPlan,
    Surge,
)

# Rounding of probabilities typed with six digits.
CHANCES_TOLERANCE = 1e-6
# Of a frontier: each is a search of its own.
MOST_POINTS = 50


class RunSettings(Part):
    """Replications, seed, engine and the folder."""

    replications: Annotated[Whole, Field(ge=1, le=1_000_000)]
    seed: Annotated[Whole, Field(ge=0, le=2**63 - 1)]
    engine: Literal["kernel", "simpy"]
    workers: Annotated[Whole, Field(ge=1, le=1024)] | None
    dir: str | None
    overwrite: Flag
    keep_mentions: Count


class Pin(Part):
    """An agreed shift: how many people of a pool start it on a day."""

    day: Count
    shift: str
    pool: str
    at_least: Count | None = None
    at_most: Count | None = None
    exactly: Count | None = None

    @model_validator(mode="after")
    def check_counts(self) -> "Pin":
        """Require a number: exactly, or at least, at most or both, the smaller first."""
        between = self.at_least is not None or self.at_most is not None
        if between == (self.exactly is not None):
            text = "either exactly, or at_least and/or at_most"
            raise InvalidFieldsError([InvalidField("exactly", self.exactly, text)])
        if (self.at_least or 0) > (self.at_most if self.at_most is not None else math.inf):
            text = f"at most at_most, {self.at_most}"
            raise InvalidFieldsError([InvalidField("at_least", self.at_least, text)])
        return self

    @property
    def span(self) -> tuple[int, int | None]:
        """Fewest and most people; None: no limit."""
        if self.exactly is not None:
            return self.exactly, self.exactly
        return self.at_least or 0, self.at_most


class PlannerSettings(Part):
    """Budget, objective, precision and time of the search; agreements, further questions."""

    budget: NonNegative | None
    keep_promise: Flag
    sentiment_weight: Share
    gap_tol: Annotated[Real, Field(gt=0, le=1)]
    delta: Annotated[Real, Field(gt=0, le=1)]
    alpha_selection: Annotated[float, Field(gt=0, lt=1, strict=True)]
    search_replications: Annotated[Whole, Field(ge=2, le=100_000)] | None
    choice_replications: Annotated[Whole, Field(ge=10, le=1_000_000)]
    evaluation_replications: Annotated[Whole, Field(ge=2, le=1_000_000)]
    evaluation_seed: Count | None
    time_limit_s: Positive
    effort_replications: Annotated[Whole, Field(ge=1)] | None = None
    pins: tuple[Pin, ...] = ()
    earlier: str | None = None
    current: str | None = None
    changes_at_most: Count | None = None
    now_h: NonNegative = 0.0
    scenarios: dict[str, Positive] | None = None
    objective: Literal["satisfaction", "cost"] = "satisfaction"
    target_satisfaction: Share | None = None
    frontier_points: Count = 0
    frontier_span: Annotated[Real, Field(gt=0, lt=1)] = 0.4
    worth_per_1000: Positive = 0.001
    explain: Flag = False

    @field_validator("frontier_points")
    @classmethod
    def check_points(cls, value: int) -> int:
        """Require none, or enough points for a line."""
        if value == 1 or value > MOST_POINTS:
            raise ValueError(f"0, or from 2 to {MOST_POINTS}")
        return value

    @field_validator("scenarios")
    @classmethod
    def check_chances(cls, value: dict[str, float] | None) -> dict[str, float] | None:
        """Require chances that add up to 1."""
        if value is not None and abs(sum(value.values()) - 1.0) > CHANCES_TOLERANCE:
            raise ValueError(f"probabilities that add up to 1, not {sum(value.values()):g}")
        return value

    @model_validator(mode="after")
    def check_together(self) -> "PlannerSettings":
        """Require an earlier plan where something is counted from one."""
        errors = [
            InvalidField(
                key, value, "only together with planner.earlier=RUN or planner.earlier=FILE"
            )
            for key, value in (
                ("changes_at_most", self.changes_at_most),
                ("now_h", self.now_h or None),
            )
            if value is not None and self.earlier is None
        ]
        if (self.objective == "cost") != (self.target_satisfaction is not None):
            text = "a share, with planner.objective=cost and only with that"
            errors.append(InvalidField("target_satisfaction", self.target_satisfaction, text))
        if errors:
            raise InvalidFieldsError(errors)
        return self


class ReportSettings(Part):
    """What is drawn of a run."""

    page: Flag
    pdf: Flag = False

    @model_validator(mode="after")
    def check_report(self) -> "ReportSettings":
        """Require the page that is printed."""
        if self.pdf and not self.page:
            raise InvalidFieldsError([InvalidField("pdf", True, "false where report.page is")])
        return self


class PolicyChoice(Part):
    """A standard policy by its name, and what is changed in it."""

    name: str
    roster: str | None = None
    effort: EffortPlan | None = None
    after_auto: PersonLevel | None = None
    lead_h: NonNegative | None = None
    priority: Priority | None = None
    surge: Surge | None = None
    follow_up: FollowUp | None = None
    redress: RedressPlan | None = None
    channel: ChannelPlan | None = None
    posts: tuple[Post, ...] | None = None
    preparations: tuple[str, ...] | None = None
    take_down_after_min: NonNegative | None = None
    continuity: Flag | None = None
    overflow: dict[str, dict[str, Help]] | None = None
    cut: Literal["idle_first", "as_scheduled", "preempt"] | None = None
    knows_events: Flag | None = None
    staff_factor: Annotated[Real, Field(ge=0, le=1000)] | None = None


class HistorySettings(Part):
    """A history and how to read it."""

    history: str
    history_kind: Literal["times", "counts", "pairs", "auto"]
    history_series: str | None
    history_columns: dict[Literal["time", "reply", "series", "value", "topic", "sentiment"], str]
    history_time_zone: str | None
    history_day_first: Flag | None = None
    history_where: dict[str, Any] = {}
    history_preset: str | None = None

    @field_validator("history", mode="before")
    @classmethod
    def check_history(cls, value: object) -> object:
        """Require a file's name."""
        if not value:
            raise ValueError("a file, such as CSV, xlsx or Parquet: history=FILE")
        return value


class NamedEvent(Part):
    """A planned event: the course of a past one at a new time, on the history's local clock."""

    like: datetime.datetime
    """a day on which the past one was"""
    time: datetime.datetime
    scale: Positive = 1.0
    """of the past one's mentions"""

    @field_validator("like", "time")
    @classmethod
    def check_clock(cls, value: datetime.datetime) -> datetime.datetime:
        """Require a local time."""
        if value.tzinfo is not None:
            raise ValueError("a local time without offset, on the history's clock")
        return value


class ForecastSettings(HistorySettings):
    """What is forecast from a history."""

    base: str
    horizon: str
    start: datetime.datetime | None
    events: dict[str, NamedEvent]
    holidays: str | tuple[datetime.date, ...] | None
    backtest: str
    paths: Annotated[Whole, Field(ge=100, le=100_000)]


class CalibrateSettings(HistorySettings):
    """What becomes of a history as a scenario."""

    base: str
    history_reply_unit: Literal["ms", "s", "min", "h", "d"] | None = None
    history_topics: dict[str, str] = {}
    scenario_time_zone: str | None = None
    events: Annotated[
        Annotated[Literal["announced", "unannounced", "none"], Tag("rule[]")]
        | Annotated[dict[str, NamedEvent], Tag("named[]")],
        Discriminator(lambda value: "named[]" if isinstance(value, dict) else "rule[]"),
    ]
    start: datetime.date | None = None
    refit: tuple[Literal["hours", "staff", "crew", "budget", "days"], ...] | None = None
    actionable_share: Annotated[float, Field(gt=0, le=1)] | None
    history_scorer: str | None = None
    history_score_range: tuple[float, float] | None = None

    @field_validator("history_score_range")
    @classmethod
    def check_score_range(cls, value: tuple[float, float] | None) -> tuple[float, float] | None:
        """Require the lowest score first."""
        if value is not None and not value[0] < value[1]:
            raise ValueError("the lowest score, then the highest: [-1,1]")
        return value


class ReviewSettings(HistorySettings):
    """A week that is over beside its plan."""

    history_reply_unit: Literal["ms", "s", "min", "h", "d"] | None = None
    history_topics: dict[str, str] = {}
    plan: str
    done: str | None = None
    week: datetime.date | None = None
    hindsight: Count

    @field_validator("plan", mode="before")
    @classmethod
    def check_plan(cls, value: object) -> object:
        """Require a folder."""
        if not value:
            raise ValueError("the run folder of a plan: plan=RUN")
        return value
