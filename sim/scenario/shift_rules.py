"""Opening hours, holidays, kinds of shift, absence, and the rules that rosters keep.

Checked by ``tests/unit/test_local_grid.py`` and ``tests/unit/test_scenario_errors.py``.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from sim.limits import MAX_BUSY_CV, MAX_POOL_AGENTS
from sim.scenario.kinds import Flag, NonNegative, Part, Positive, Real, Share, Whole
from sim.scenario.messages.validation_errors import InvalidField, InvalidFieldsError

_SPAN = (
    "opening below 24, closing at most 24 h later: up to 48; at or below opening it is on the "
    "next day"
)


# Breaks lie on these minutes: finer ones make staff lists of ten thousand numbers a week.
BREAK_GRID_MIN = 5


class Break(Part):
    """A break of a kind of shift; persons go one after the other within `flexible_min`."""

    after_h: NonNegative
    length_min: Positive
    paid: Flag = False
    flexible_min: NonNegative = 0.0

    @property
    def slots(self) -> int:
        """How many persons can go one after the other."""
        return 1 + int(self.flexible_min // self.length_min)


class Shift(Part):
    """A kind of shift on the local clock; breaks are in shrinkage unless listed."""

    start_h: Annotated[Real, Field(ge=0, lt=24)]
    length_h: Annotated[Real, Field(gt=0, le=24)]
    part_time: Flag = False
    days: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] | None = None
    breaks: tuple[Break, ...] = ()

    @model_validator(mode="after")
    def check_breaks(self) -> "Shift":
        """Require breaks on the grid, one after the other, within the shift, with time to work."""
        errors, free_min = [], 0.0
        for number, pause in enumerate(self.breaks):
            for key, minutes in (("after_h", pause.after_h * 60), ("length_min", pause.length_min)):
                if abs(minutes / BREAK_GRID_MIN - round(minutes / BREAK_GRID_MIN)) > 1e-9:
                    text = f"a multiple of {BREAK_GRID_MIN} min"
                    value = getattr(pause, key)
                    errors.append(InvalidField(f"breaks.{number}.{key}", value, text))
            if pause.after_h * 60 < free_min:
                text = f"after the break before, which may last until {free_min / 60:g}"
                errors.append(InvalidField(f"breaks.{number}.after_h", pause.after_h, text))
            free_min = pause.after_h * 60 + pause.slots * pause.length_min
            if free_min > self.length_h * 60 or pause.length_min >= self.length_h * 60:
                text = (
                    f"a break that ends within the shift ({self.length_h:g} h), flexible_min "
                    "included, and leaves time to work"
                )
                errors.append(InvalidField(f"breaks.{number}.length_min", pause.length_min, text))
        if errors:
            raise InvalidFieldsError(errors)
        return self


class Absence(Part):
    """Persons who fail to come, more of them on some days than on others."""

    share: Annotated[Real, Field(ge=0, lt=1)] = 0.0
    day_cv: Annotated[Real, Field(ge=0, le=MAX_BUSY_CV)] = 0.5
    paid: Flag = True


class Holiday(Part):
    """A date with opening hours and demand of its own."""

    open: Literal["closed", "usual"] | tuple[NonNegative, NonNegative] = "usual"
    volume: NonNegative = 1.0
    hour_shape: tuple[NonNegative, ...] | None = None

    @model_validator(mode="after")
    def check_day(self) -> "Holiday":
        """Require 24 numbers, not all zero, and at most 24 hours from opening to closing."""
        errors = []
        shape = self.hour_shape
        if shape is not None and (len(shape) != 24 or sum(shape) <= 0):
            text = "24 numbers, not all zero"
            errors.append(InvalidField("hour_shape", f"{len(shape)} numbers", text))
        if isinstance(self.open, tuple) and is_no_span(self.open):
            first, last = self.open
            errors.append(InvalidField("open", f"{first:g} to {last:g}", _SPAN))
        if errors:
            raise InvalidFieldsError(errors)
        return self


class ShiftRules(Part):
    """Opening hours, kinds of shift and the rules that rosters keep."""

    open_from_h: Annotated[Real, Field(ge=0, lt=24)]
    open_to_h: Annotated[Real, Field(ge=0, le=48)]
    open_by_day: dict[str, tuple[NonNegative, NonNegative] | None] | None = None
    kinds: tuple[Shift, ...]
    rest_h: NonNegative
    max_days_a_week: Annotated[Whole, Field(ge=1, le=7)]
    part_time_share: Share
    most_change: Annotated[Whole, Field(ge=1, le=MAX_POOL_AGENTS)] | None = None

    @model_validator(mode="after")
    def check_hours(self) -> "ShiftRules":
        """Require at most 24 hours from opening to closing."""
        spans = {"open_from_h": (self.open_from_h, self.open_to_h)}
        for day, span in (self.open_by_day or {}).items():
            if span is not None:
                spans[f"open_by_day.{day}"] = span
        errors = [
            InvalidField(key, f"{first:g} to {last:g}", _SPAN)
            for key, (first, last) in spans.items()
            if is_no_span((first, last))
        ]
        if errors:
            raise InvalidFieldsError(errors)
        return self

    def find_hours(self, day: str) -> tuple[float, float] | None:
        """Opening and closing of a day (mon..sun), beyond 24 for the next; None: closed."""
        usual = (self.open_from_h, self.open_to_h)
        span = (self.open_by_day or {}).get(day, usual)
        return None if span is None else close_later(span)


def is_no_span(span: tuple[float, float]) -> bool:
    """Whether a desk cannot open and close so."""
    first, last = span
    return first >= 24 or last > 48 or close_later(span)[1] - first > 24


def close_later(span: tuple[float, float]) -> tuple[float, float]:
    """Opening and closing, with a closing at or before the opening on the next day."""
    first, last = span
    return (first, last + 24) if last <= first else (first, last)
