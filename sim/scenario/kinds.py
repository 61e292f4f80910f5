"""Numbers, names and the base of all scenario objects; the distribution of a time.

Checked by ``tests/unit/test_scenario_errors.py``.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sim.limits import MAX_AGENTS
from sim.scenario.messages.validation_errors import InvalidField, InvalidFieldsError

LEVELS = ("auto", "brief", "standard", "thorough")
PHASES = ("calm", "ahead", "surge", "recovery")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
REDRESS = ("none", "apology", "refund", "replacement")
CAUSES = ("none", "product", "error", "process")
ORIGINS = ("base", "event", "recorded", "spread", "spill", "brought", "caused")

# Numbers are strict: neither a text nor true stands for one; a whole number may be a float's.
Real = Annotated[float, Field(strict=True)]
Whole = Annotated[int, Field(strict=True)]
Flag = Annotated[bool, Field(strict=True)]
Share = Annotated[Real, Field(ge=0, le=1)]
Positive = Annotated[Real, Field(gt=0, le=1e9)]
NonNegative = Annotated[Real, Field(ge=0, le=1e9)]
Multiple = Annotated[Real, Field(ge=1, le=1e9)]
Exponent = Annotated[Real, Field(gt=1, le=1e9)]
# Two of them times the dearest hour are still a number that the solver of rosters takes.
PayFactor = Annotated[Real, Field(ge=1, le=100)]
Count = Annotated[Whole, Field(ge=0, le=MAX_AGENTS)]
PersonLevel = Literal["brief", "standard", "thorough"]
Level = Literal["none", "auto", "brief", "standard", "thorough"]
RedressKind = Literal["none", "apology", "refund", "replacement"]
Cause = Literal["none", "product", "error", "process"]


class Part(BaseModel):
    """Base of every scenario object: unknown keys and wrong types are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False, allow_inf_nan=False)


class Duration(Part):
    """Distribution of a positive time; `cv` is the coefficient of variation."""

    name: Literal["exponential", "lognormal", "gamma", "weibull", "constant", "empirical"]
    mean_min: Positive | None = None
    cv: Annotated[Real, Field(gt=0, le=100)] | None = None
    values_min: tuple[Positive, ...] | None = None

    @model_validator(mode="after")
    def check_parameters(self) -> "Duration":
        """Require the parameters that the named distribution needs."""
        if self.name == "empirical" and not self.values_min:
            raise InvalidFieldsError(
                [InvalidField("values_min", self.values_min, "a list of minutes")]
            )
        missing = []
        if self.name != "empirical" and self.mean_min is None:
            missing.append("mean_min")
        if self.name in ("lognormal", "gamma", "weibull") and self.cv is None:
            missing.append("cv")
        if missing:
            text = f"a number; {self.name} needs it"
            raise InvalidFieldsError([InvalidField(key, None, text) for key in missing])
        return self
