"""Parts of a decision: frozen records that become JSON and are read back, and their schema.

A number that does not exist (nobody was answered) is NaN in a record and null in JSON; a field
whose default is None is not written where it is None. What is read is checked against the types,
so that a damaged file is refused in one line and not half believed.

Checked by ``tests/unit/test_decision.py``.
"""

import dataclasses
import functools
import json
import math
import pathlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeVar

from sim.errors import InputError
from sim.store.text import format_json

if TYPE_CHECKING:
    from pydantic import TypeAdapter

LONGEST_SHOWN = 40
"""Characters of a wrong value that a message shows: enough to find it, still one line."""


class NullIsNaN:
    """Marks a number that may not exist: null in JSON, NaN in a record."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        """Read null as NaN."""
        from pydantic_core import core_schema

        def read(value: Any) -> Any:
            return math.nan if value is None else value

        return core_schema.no_info_before_validator_function(read, handler(source))

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> Any:
        """Allow null in the JSON schema."""
        return {"anyOf": [handler(schema), {"type": "null"}]}


Number = Annotated[float, NullIsNaN()]


class DecisionPart:
    """A part of a decision: its fields' docstrings are the descriptions in the JSON schema."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {
        "strict": True,
        "use_attribute_docstrings": True,
    }


P = TypeVar("P", bound=DecisionPart)


def to_plain(value: Any) -> Any:
    """Turn a part, and all in it, into dict, list and numbers, ready for JSON."""
    if isinstance(value, DecisionPart):
        return {
            field.name: to_plain(getattr(value, field.name))
            for field in dataclasses.fields(value)  # type: ignore[arg-type]  # parts are dataclasses
            if not (field.default is None and getattr(value, field.name) is None)
        }
    if isinstance(value, list | tuple):
        return [to_plain(one) for one in value]
    if isinstance(value, Mapping):
        return {key: to_plain(one) for key, one in value.items()}
    return value


def read_part(kind: type[P], plain: Mapping[str, Any], path: pathlib.Path) -> P:
    """Make a part of plain data, as read from a file.

    Parameters
    ----------
    kind : type
        Of the part.
    plain : mapping
        Its JSON object; keys that the part does not know are left alone.
    path : pathlib.Path
        Of the file, for the message.

    Raises
    ------
    InputError
        A field is missing or not of its type; names the first.
    """
    from pydantic import ValidationError

    try:
        found: P = make_adapter(kind).validate_json(format_json(plain, indent=None))
    except ValidationError as error:
        raise InputError(f"{path}: {format_first(error.errors()[0])}") from error
    return found


def describe_schema(kind: type[DecisionPart]) -> dict[str, Any]:
    """Make the JSON schema of a part from its type."""
    return make_adapter(kind).json_schema()


def make_adapter(kind: Any) -> "TypeAdapter[Any]":
    """Make what reads parts of a kind, once."""
    return _make_adapter(kind)


@functools.cache
def _make_adapter(kind: Any) -> "TypeAdapter[Any]":
    from pydantic import TypeAdapter  # it loads slowly

    return TypeAdapter(kind)


def format_first(invalid: Mapping[str, Any]) -> str:
    """Say what is wrong with a field: its place, what is wanted, what stands there."""
    place = ".".join(map(str, invalid["loc"]))
    if invalid["type"] == "missing":
        return f"{place}: is missing"
    wanted = str(invalid["msg"]).removeprefix("Input should be ")
    shown = json.dumps(invalid["input"])
    shown = shown if len(shown) <= LONGEST_SHOWN else f"{shown[:LONGEST_SHOWN]}..."
    return f"{place} = {shown}: allowed: {wanted}"
