"""Opening hours, kinds of shift, and the rules that rosters keep.

Checked by ``tests/unit/test_local_grid.py`` and ``tests/unit/test_scenario_errors.py``.
"""

from typing import Annotated

from pydantic import Field, model_validator

from sim.scenario.kinds import Flag, NonNegative, Part, Real, Share, Whole
from sim.scenario.messages.validation_errors import InvalidField, InvalidFieldsError

_SPAN = (
    "opening below 24, closing at most 24 h later: up to 48; at or below opening it is on the "
    "next day"
)


class Shift(Part):
    """A kind of shift on the local clock; breaks are in shrinkage unless listed."""

    start_h: Annotated[Real, Field(ge=0, lt=24)]
    length_h: Annotated[Real, Field(gt=0, le=24)]
    part_time: Flag = False
    break_after_h: NonNegative | None = None
    break_h: NonNegative = 0.0


class ShiftRules(Part):
    """Opening hours, kinds of shift and the rules that rosters keep."""

    open_from_h: Annotated[Real, Field(ge=0, lt=24)]
    open_to_h: Annotated[Real, Field(ge=0, le=48)]
    open_by_day: dict[str, tuple[NonNegative, NonNegative] | None] | None = None
    kinds: tuple[Shift, ...]
    rest_h: NonNegative
    max_days_a_week: Annotated[Whole, Field(ge=1, le=7)]
    part_time_share: Share

    @model_validator(mode="after")
    def check_hours(self) -> "ShiftRules":
        """Require at most 24 hours from opening to closing."""
        spans = {"open_from_h": (self.open_from_h, self.open_to_h)}
        for day, span in (self.open_by_day or {}).items():
            if span is not None:
                spans[f"open_by_day.{day}"] = span
        mistakes = [
            InvalidField(key, f"{first:g} to {last:g}", _SPAN)
            for key, (first, last) in spans.items()
            if first >= 24 or last > 48 or close_later((first, last))[1] - first > 24
        ]
        if mistakes:
            raise InvalidFieldsError(mistakes)
        return self

    def find_hours(self, day: str) -> tuple[float, float] | None:
        """Opening and closing of a day (mon..sun), beyond 24 for the next; None: closed."""
        usual = (self.open_from_h, self.open_to_h)
        span = (self.open_by_day or {}).get(day, usual)
        return None if span is None else close_later(span)


def close_later(span: tuple[float, float]) -> tuple[float, float]:
    """Opening and closing, with a closing at or before the opening on the next day."""
    first, last = span
    return (first, last + 24) if last <= first else (first, last)
