"""An error in what the user wrote, as the models find it.

``sim.scenario.build`` makes one line of each (checked by
``tests/unit/test_scenario_errors.py``).
"""

from typing import NamedTuple


class InvalidField(NamedTuple):
    """One wrong key or value, inside the object that found it."""

    key: str
    """path below that object, with dots"""
    value: object
    allowed: str
    near: str = ""
    """the nearest right word, empty where there is none"""


class InvalidFieldsError(ValueError):
    """Raised by a model's own check; carries the errors through pydantic."""

    def __init__(self, errors: list[InvalidField]) -> None:
        self.errors = errors
        super().__init__("; ".join(f"{item.key}: {item.allowed}" for item in errors))
