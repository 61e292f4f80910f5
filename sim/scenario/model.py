"""A scenario: what the world is, before anybody decides anything.

Frozen and checked across its parts; ``lower`` turns it, with a policy, into the
tables that the engines read.
"""

from pydantic import model_validator

from sim.scenario.checks import find_invalid_fields
from sim.scenario.contents import Contents
from sim.scenario.messages.validation_errors import InvalidFieldsError


class Scenario(Contents):
    """Everything that a plan is made for."""

    @model_validator(mode="after")
    def check_parts(self) -> "Scenario":
        """Require parts that fit each other."""
        errors = find_invalid_fields(self)
        if errors:
            raise InvalidFieldsError(errors)
        return self
