"""A brand event: what it does to volume, work, patience and expectations; what prepares for it.

Checked by ``tests/unit/test_scenario_errors.py``.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from sim.limits import MAX_COMMENTS, MAX_EVENTS, MAX_SIGMA
from sim.scenario.kinds import Exponent, NonNegative, Part, Positive, Real, Share, Whole
from sim.scenario.messages.validation_errors import InvalidField, InvalidFieldsError

# Of the shipped events (a); the half-life is CrisisLex T26's (m).
ANNOUNCED_H = 336.0
# (a) An announced event's size is known within about 30 %, and customers follow the hours of the
# day by half.
USUAL_ANNOUNCED = {"peak_sigma": 0.3, "shape_share": 0.5}
# (a) The size of a surprise is known within about 50 %; it comes when it comes.
USUAL_SURPRISE = {"peak_sigma": 0.5, "shape_share": 0.0}
# (m) CrisisLex T26; with double, events last twice as long.
HALF_LIFE_H = 4.0


EventKind = Literal[
    "campaign", "launch", "price_rise", "celebrity", "outage", "breach", "viral", "other"
]


class Effects(Part):
    """What a preparation multiplies of what an event brings; 1 leaves it as it is, 0 cases too."""

    mentions: Annotated[Real, Field(ge=0, le=10)] = 1.0
    """of the event's mentions: below 1 the others need no answer, above 1 more come"""
    work: Annotated[Real, Field(gt=0, le=100)] = 1.0
    expectation: Annotated[Real, Field(ge=0, le=10)] = 1.0
    """of what the event's `expectation_factor` is away from 1"""
    resolution: Annotated[Real, Field(gt=0, le=100)] = 1.0
    """of the odds that a reply resolves"""
    cases: NonNegative = 0.0
    """so many cases' experience, where the team learns on the event; several add up"""
    off_skill_time: Share = 1.0
    """of the time that a pool without the skill takes longer"""


class Preparation(Part):
    """What can be done before an event, or is kept ready for a kind of event."""

    label: str = ""
    event: str | None = None
    kind: EventKind | None = None
    """kept ready for all events of this kind, announced or not"""
    ready_h_before: NonNegative = 0.0
    agent_h: NonNegative = 0.0
    pool: str | None = None
    """None: anybody's hours"""
    gives_h: NonNegative = 0.0
    """of `agent_h`, hours that are on the floor while the event lasts instead: leave moved"""
    gives_within_h: Positive = 24.0
    takes: Literal["before", "after"] = "before"
    """the event, or `gives_within_h` after it begins"""
    cost: NonNegative = 0.0
    effects: Effects = Effects()

    @model_validator(mode="after")
    def check_preparation(self) -> "Preparation":
        """Require one thing to prepare for, and nothing due before a time that nobody knows."""
        errors = []
        if (self.event is None) == (self.kind is None):
            text = "exactly one of event (announced) and kind (kept ready for all of the kind)"
            errors.append(InvalidField("event", self.event, text))
        elif self.kind is not None and (self.gives_h > 0 or self.takes == "after"):
            text = "left out where kind is given: nobody knows when hours are to be moved"
            errors.append(InvalidField("gives_h", self.gives_h, text))
        elif self.gives_h > self.agent_h:
            text = f"at most agent_h, {self.agent_h:g}: hours are moved, none are added"
            errors.append(InvalidField("gives_h", self.gives_h, text))
        elif self.kind is not None and self.ready_h_before > 0:
            text = "left out where kind is given: what is kept ready is always ready"
            errors.append(InvalidField("ready_h_before", self.ready_h_before, text))
        if errors:
            raise InvalidFieldsError(errors)
        return self


class Repeat(Part):
    """How often an event comes again, and after how long each time."""

    every_h: Positive
    times: Annotated[Whole, Field(ge=2, le=MAX_EVENTS)]
    """all together, the first one too"""


def repeat_events(data: object) -> object:
    """Put the repetitions of an event beside it, events of their own: NAME 2, NAME 3, ..."""
    if not isinstance(data, dict):
        return data
    found: dict[object, object] = {}
    for name, event in data.items():
        found[name] = event
        repeat = event.get("repeat") if isinstance(event, dict) else None
        if not isinstance(repeat, dict | Repeat):
            continue
        try:
            rule = Repeat.model_validate(repeat)
        except ValueError:
            continue  # told with the event's other mistakes
        found[name] = {**event, "repeat": None}
        for number in range(1, rule.times):
            later = {"repeat": None, "repeat_of": name}
            found[f"{name} {number + 1}"] = {
                **event,
                **later,
                **delay(event, number * rule.every_h),
            }
    return found


def delay(event: dict[str, Any], by_h: float) -> dict[str, Any]:
    """The time or the window of an event, so much later."""
    moved: dict[str, Any] = {}
    if isinstance(event.get("time_h"), int | float):
        moved["time_h"] = event["time_h"] + by_h
    window = event.get("window_h")
    if isinstance(window, list | tuple) and all(isinstance(one, int | float) for one in window):
        moved["window_h"] = [one + by_h for one in window]
    return moved


class Event(Part):
    """A brand event: what it does to volume, work, patience and expectations."""

    kind: EventKind
    time_h: NonNegative | None = None
    window_h: tuple[NonNegative, NonNegative] | None = None
    probability: Annotated[Real, Field(gt=0, le=1)] = 1.0
    announced_h: NonNegative = 0.0
    peak: Annotated[Real, Field(ge=1, le=10_000)]
    peak_sigma: Annotated[Real, Field(ge=0, le=MAX_SIGMA)]
    ramp_min: Positive = 60.0
    decay: Literal["exponential", "power"] = "exponential"
    half_life_1_h: Positive | None = None
    half_life_2_h: Positive | None = None
    weight: Share = 1.0
    power_exponent: Exponent | None = None
    power_scale_h: Positive | None = None
    shape_share: Share
    topic_share: dict[str, NonNegative] | None = None
    """None: the shares of the base mentions"""
    work_multiplier: Positive = 1.0
    learning_exponent: Annotated[Real, Field(ge=0, le=10)] = 0.0
    """how fast the work beyond the usual shrinks with the cases answered; 0: it does not"""
    learning_cases: Positive = 20.0
    """so many cases bring the first step: 2 to the power of -learning_exponent is left then"""
    patience_multiplier: Positive = 1.0
    expectation_factor: Positive = 1.0
    expectation_half_life_h: Positive = 72.0
    reignition_probability: Share = 0.0
    reignition_window_h: tuple[NonNegative, NonNegative] = (24.0, 72.0)
    reignition_peak_share: NonNegative = 0.4
    questions: tuple[str, ...] = ()
    """what its issues are in words, the most common first"""
    comments: Annotated[Real, Field(ge=0, le=MAX_COMMENTS)] = 0.0
    """of one post, if nobody answers it and it stays; 0: there is none"""
    comments_topic: str | None = None
    """None: that of the post"""
    repeat: Repeat | None = None
    """None in a scenario that is loaded: its repetitions are events of their own"""
    repeat_of: str | None = None
    """the event that this one repeats"""

    @model_validator(mode="before")
    @classmethod
    def fill_in(cls, data: object) -> object:
        """Put what is left out as in the shipped events of its kind, announced or not."""
        if not isinstance(data, dict):
            return data
        is_sure = data.get("time_h") is not None and data.get("probability", 1) == 1
        filled = {"announced_h": ANNOUNCED_H if is_sure else 0.0} | data
        usual = USUAL_ANNOUNCED if filled["announced_h"] else USUAL_SURPRISE
        fades = data.get("decay", "exponential") == "exponential"
        return {**usual, "half_life_1_h": HALF_LIFE_H if fades else None, **filled}

    @model_validator(mode="after")
    def check_event(self) -> "Event":
        """Require one way of time, a decay's parameters, and honest surprise."""
        errors = list(self.find_invalid_fields())
        if errors:
            raise InvalidFieldsError(errors)
        return self

    @property
    def span_h(self) -> tuple[float, float]:
        """Earliest and latest time [h]; the same where the date is fixed."""
        return self.window_h or (self.time_h or 0.0,) * 2

    def find_invalid_fields(self) -> Iterator[InvalidField]:
        """Yield what does not fit together."""
        window = self.window_h
        if (self.time_h is None) == (window is None):
            yield InvalidField("time_h", self.time_h, "exactly one of time_h and window_h")
        elif window is not None and window[0] >= window[1]:
            yield InvalidField("window_h", list(window), "earliest hour before latest hour")
        elif self.announced_h == 0 and self.probability == 1 and window is None:
            text = (
                "a window_h, or a probability below 1, for an event with announced_h = 0 "
                "(unannounced)"
            )
            yield InvalidField("time_h", self.time_h, text)
        if self.decay == "exponential" and self.half_life_1_h is None:
            yield InvalidField(
                "half_life_1_h", None, "a number of hours; required when decay = exponential"
            )
        if self.decay == "exponential" and self.weight < 1 and self.half_life_2_h is None:
            yield InvalidField(
                "half_life_2_h", None, "a number of hours; required when weight is below 1"
            )
        if self.decay == "power":
            for key in ("power_exponent", "power_scale_h"):
                if getattr(self, key) is None:
                    yield InvalidField(key, None, "a number; required when decay = power")
        if self.reignition_window_h[0] > self.reignition_window_h[1]:
            text = "earliest hour before latest hour"
            yield InvalidField("reignition_window_h", list(self.reignition_window_h), text)
