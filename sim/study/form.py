"""The experiment as a user writes it: what runs, in which worlds, how often, kept where.

Keys, ranges and defaults stand in ``configs/README.md``, section experiment; what is wrong
becomes one line each (checked by ``tests/unit/test_study_form.py``).
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from sim.scenario.messages.validation_errors import InvalidField, InvalidFieldsError
from sim.scenario.parts import Flag, Part, Positive, Real, Whole
from sim.store.schema import UNITS

# Of a block, the least that is played and stored as one: a week of 4,000 mentions takes half a
# second, so that what is lost to a kill is small, and a process has something to do.
BLOCK = 50
# As many as a run may have: beyond, intervals are shorter than what the model can mean.
MOST_REPLICATIONS = 1_000_000
# Twice this many points take a minute to check before anything is played.
AT_MOST = 100_000
DRAWN = ("lhs", "sobol", "saltelli", "morris")
"""designs that have `points`; the others follow from their factors"""
POWERS = ("sobol", "saltelli")
"""designs that are balanced only where `points` is a power of two"""


class Factor(Part):
    """What is varied: a list of values, or all numbers between two ends."""

    values: tuple[Any, ...] | None = None
    low: Real | None = None
    high: Real | None = None
    scale: Literal["linear", "log"] = "linear"
    whole: Flag = False

    @model_validator(mode="before")
    @classmethod
    def read_list(cls, given: object) -> object:
        """Take a bare list for its values."""
        if isinstance(given, list | tuple):
            return {"values": list(given)}
        if not isinstance(given, Mapping):
            raise ValueError("a list of values, or {low: ..., high: ...}")
        return given

    @model_validator(mode="after")
    def check_ends(self) -> "Factor":
        """Require values or two ends, the lower one first, above 0 on a scale of logarithms."""
        if self.values is not None:
            if not self.values or self.low is not None or self.high is not None:
                text = "a list of values, or {low: ..., high: ...}"
                raise InvalidFieldsError([InvalidField("values", list(self.values), text)])
            return self
        if self.low is None or self.high is None:
            key = "low" if self.low is None else "high"
            text = "a number; a range has low and high"
            raise InvalidFieldsError([InvalidField(key, None, text)])
        if not self.low < self.high:
            raise InvalidFieldsError([InvalidField("high", self.high, f"above low, {self.low:g}")])
        if self.scale == "log" and self.low <= 0:
            text = "above 0 with scale: log"
            raise InvalidFieldsError([InvalidField("low", self.low, text)])
        return self


class PolicyUse(Part):
    """Which policy is played, and whether it is made for each world or once for all."""

    name: str
    build: Literal["each", "once"] = "each"

    @model_validator(mode="before")
    @classmethod
    def read_name(cls, given: object) -> object:
        """Take a bare name or file for the policy's."""
        return {"name": given} if isinstance(given, str) else given


class Repetition(Part):
    """How many replications of each point: a number, or until intervals are as short as wanted."""

    half_width: dict[str, Positive] = {}
    at_least: Annotated[Whole, Field(ge=1, le=MOST_REPLICATIONS)] = 40
    at_most: Annotated[Whole, Field(ge=1, le=MOST_REPLICATIONS)] = 2000

    @model_validator(mode="before")
    @classmethod
    def read_number(cls, given: object) -> object:
        """Take a bare number for a fixed count."""
        if isinstance(given, int) and not isinstance(given, bool):
            if not 1 <= given <= MOST_REPLICATIONS:
                raise ValueError(f"from 1 to {MOST_REPLICATIONS:,}")
            return {"at_least": given, "at_most": given}
        if not isinstance(given, Mapping):
            raise ValueError("a whole number, or {half_width: {MEASURE: ...}, at_least, at_most}")
        return given

    @model_validator(mode="after")
    def check_rule(self) -> "Repetition":
        """Require measures that there are, and a rule where the count is not fixed."""
        unknown = [name for name in self.half_width if name not in UNITS]
        if unknown:
            import difflib

            near = difflib.get_close_matches(unknown[0], UNITS, n=1)
            key = f"half_width.{unknown[0]}"
            error = InvalidField(key, self.half_width[unknown[0]], "unknown key", *near)
            raise InvalidFieldsError([error])
        if self.at_least > self.at_most:
            text = f"at most at_most, {self.at_most}"
            raise InvalidFieldsError([InvalidField("at_least", self.at_least, text)])
        if not self.half_width and self.at_least != self.at_most:
            text = "{MEASURE: half of a 95 % interval}, such as {satisfaction: .005}"
            raise InvalidFieldsError([InvalidField("half_width", {}, text)])
        if self.half_width and self.at_least < 2:
            text = "2 or more: one replication has no interval"
            raise InvalidFieldsError([InvalidField("at_least", self.at_least, text)])
        return self


class Design(Part):
    """How points are laid between the ends of the factors."""

    kind: Literal["list", "grid", "lhs", "sobol", "saltelli", "morris"]
    points: Annotated[Whole, Field(ge=1, le=10_000_000)] | None = None
    levels: Annotated[Whole, Field(ge=2, le=1000)] | None = None
    seed: Annotated[Whole, Field(ge=0, le=2**63 - 1)] = 1
    at_most: Annotated[Whole, Field(ge=1, le=10_000_000)] = AT_MOST

    @model_validator(mode="before")
    @classmethod
    def read_kind(cls, given: object) -> object:
        """Take a bare word for the kind."""
        return {"kind": given} if isinstance(given, str) else given

    @model_validator(mode="after")
    def check_points(self) -> "Design":
        """Require points where they are drawn, and only there; a power of two for Sobol's."""
        errors = []
        if (self.kind in DRAWN) != (self.points is not None):
            text = f"a whole number for {', '.join(DRAWN)}, and only for these"
            errors.append(InvalidField("points", self.points, text))
        elif self.kind in POWERS and self.points is not None and self.points & (self.points - 1):
            powers = sorted({2 ** (self.points.bit_length() - one) for one in (0, 1)})
            text = f"a power of two, such as {powers[0]} or {powers[1]}"
            errors.append(InvalidField("points", self.points, text))
        if self.levels is not None and self.kind not in ("grid", "morris"):
            errors.append(InvalidField("levels", self.levels, "only with grid and morris"))
        if self.kind == "morris" and (self.levels or 4) % 2:
            errors.append(InvalidField("levels", self.levels, "an even number with morris"))
        if errors:
            raise InvalidFieldsError(errors)
        return self


class SweepRun(Part):
    """Seed, engine, processes, the part of the work that this one does, and the folder."""

    seed: Annotated[Whole, Field(ge=0, le=2**63 - 1)] = 1
    engine: Literal["kernel", "simpy"] = "kernel"
    workers: Annotated[Whole, Field(ge=1, le=1024)] | None = None
    shard: str | None = None
    dir: str | None = None

    @field_validator("shard")
    @classmethod
    def check_shard(cls, value: str | None) -> str | None:
        """Require a number out of a number."""
        if value is not None and read_shard(value) is None:
            raise ValueError("NUMBER/ALL, such as 7/100, from 1/100 to 100/100")
        return value


def read_shard(text: str) -> tuple[int, int] | None:
    """The number and the count of ``7/100``; None where it is none."""
    first, slash, last = text.partition("/")
    if not (slash and first.isdecimal() and last.isdecimal() and len(last) < 8):
        return None
    number, count = int(first), int(last)
    return (number, count) if 1 <= number <= count else None


class Experiment(Part):
    """All of it."""

    runs: str = "simulate"
    title: str = ""
    scenario: str
    policy: PolicyUse | None = None
    replications: Repetition = Repetition(at_least=200, at_most=200)
    fixed: dict[str, Any] = {}
    factors: dict[str, Factor] = {}
    arms: dict[str, dict[str, Any]] = {}
    design: Design | None = None
    keep: tuple[Literal["replications"], ...] = ("replications",)
    run: SweepRun = SweepRun()

    @field_validator("runs")
    @classmethod
    def check_runs(cls, value: str) -> str:
        """Require simulate, or a function in a file beside the experiment."""
        if value != "simulate" and not re.fullmatch(r"\w+\.py:\w+", value):
            raise ValueError("simulate, or FILE.py:FUNCTION of a file beside the experiment")
        return value

    @model_validator(mode="after")
    def check_together(self) -> "Experiment":
        """Require factors or arms, and a design that the factors fit."""
        if bool(self.factors) == bool(self.arms):
            held = "both" if self.arms else None
            text = "what is varied: either factors, or arms"
            raise InvalidFieldsError([InvalidField("factors", held, text)])
        errors = list(self.list_misfits())
        if errors:
            raise InvalidFieldsError(errors)
        return self

    def list_misfits(self) -> list[InvalidField]:
        """What of the factors does not go with the design."""
        kind = self.design.kind if self.design else None
        if self.arms:
            text = "none, or list, with arms"
            return [InvalidField("design.kind", kind, text)] if kind not in (None, "list") else []
        if self.design is None:
            text = "missing; a design is required with factors, such as {kind: grid}"
            return [InvalidField("design", None, text)]
        if kind == "list":
            return self.list_unequal()
        ranges = [key for key, factor in self.factors.items() if factor.values is None]
        if kind == "grid" and ranges and self.design.levels is None:
            text = f"a whole number from 2: {ranges[0]} is a range"
            return [InvalidField("design.levels", None, text)]
        return []

    def list_unequal(self) -> list[InvalidField]:
        """Factors of a list that are no list, or not as long as the first."""
        lengths = {
            key: None if factor.values is None else len(factor.values)
            for key, factor in self.factors.items()
        }
        first = next((length for length in lengths.values() if length is not None), None)
        return [
            InvalidField(f"factors.{key}", length, "lists of one length with design list")
            for key, length in lengths.items()
            if length is None or length != first
        ]
