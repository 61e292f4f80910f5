"""Pydantic's findings as lines for the user.

``my.yaml: scenario.demand.bse_per_h = 3: unknown key; did you mean base_per_h?``
(checked by ``tests/unit/test_scenario_errors.py``).
"""

import difflib
import types
import typing
from typing import Any

from pydantic import BaseModel, ValidationError

from sim.scenario.messages.origins import Where
from sim.scenario.messages.validation_errors import InvalidField, InvalidFieldsError

PLAIN_VALUES = {"None": "null", "True": "true", "False": "false"}
# Errors shown at once: a screen.
MAX_LINES = 20
# Letters of a value in a message.
MAX_VALUE = 60
# Letters of a line: lists of allowed keys are longer than a terminal line, not longer than this.
MAX_LINE = 500
BASE_HINT = (
    "{}: has no `base`, so it must set every key. With `base: telecom_week` at the top, the file "
    "inherits what it leaves out, topics and pools included (`NAME: null` removes one)"
)
SINGULAR = {
    "events": "event",
    "preparations": "preparation",
    "topics": "topic",
    "pools": "pool",
    "reference_staff": "pool",
}
PLAIN_WORDS = {
    "a integer": "a whole number",
    "a boolean": "true or false",
    "a string": "a text",
    "an integer": "a whole number",
}


def format_errors(
    error: ValidationError, kind: type[BaseModel], root: str, where: Where
) -> list[str]:
    """One line for each error, at most 20 and how many more."""
    found: dict[str, None] = {}
    findings = error.errors(include_url=False)
    is_bare = False
    for item in findings:
        path = [str(word) for word in item["loc"]]
        misnamed = format_misnamed(path, findings, root, where) if is_partial(item) else ""
        if misnamed:
            found[misnamed] = None
            continue
        is_bare |= item["type"] == "missing" and where.has_no_base
        for invalid in read_finding(item, path, kind):
            key = ".".join(part for part in (root, invalid.key) if part)
            line = write_line(key, invalid, "")
            place = where.find(key, line)
            found[clean(f"{place}: {line}", MAX_LINE) if place else line] = None
    lines = list(found)
    hint = [BASE_HINT.format(where.own_label)] if is_bare else []
    if len(lines) > MAX_LINES:
        return [*lines[:MAX_LINES], f"and {len(lines) - MAX_LINES} more errors", *hint]
    return lines + hint


def is_partial(item: Any) -> bool:
    """Whether a finding is what a mistyped name leads to: an entry with one key of many."""
    return item["type"] == "missing" or (
        item["type"] == "tuple_type" and isinstance(item["input"], dict)
    )


def format_misnamed(path: list[str], findings: list[Any], root: str, where: Where) -> str:
    """The line about an entry whose name is nearly another's, nothing if it is not."""
    count, near = where.find_misnamed(path) if root == "scenario" else (0, "")
    if not near:
        return ""
    entry = path[:count]
    lacks = [
        str(item["loc"][count])
        for item in findings
        if item["type"] == "missing"
        and len(item["loc"]) == count + 1
        and [str(word) for word in item["loc"][:count]] == entry
    ]
    wants = f" (a new one needs {', '.join(lacks)})" if lacks else ""
    key = ".".join([root, *entry])
    kind = SINGULAR[entry[-2]]
    return clean(f"{where.find(key)}: {key}: no such {kind}{near}{wants}", MAX_LINE)


def read_finding(item: Any, path: list[str], kind: type[BaseModel]) -> list[InvalidField]:
    """The errors that one of pydantic's findings stands for."""
    raised = item.get("ctx", {}).get("error")
    if isinstance(raised, InvalidFieldsError):
        above = "".join(f"{word}." for word in path)
        return [invalid._replace(key=above + invalid.key) for invalid in raised.errors]
    if item["type"] == "extra_forbidden":
        return [name_unknown(path, item["input"], list_keys(kind, path[:-1]))]
    if path and path[-1] == "[key]":
        words = [word for word in path if not is_tag(word)]
        return [name_unknown(words, "...", list_words(str(item.get("ctx", {}))))]
    key = ".".join(word for word in path if not is_tag(word))
    if item["type"] == "missing":
        return [InvalidField(key, "nothing", "missing; a value is required")]
    message = item["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    near = ""
    if item["type"] == "literal_error":
        words = list_words(item["ctx"]["expected"])
        near = find_near(str(item["input"]), words)
    return [InvalidField(key, item["input"], reword(message), near)]


def reword(message: str) -> str:
    """Pydantic's message in words that a planner knows."""
    if message.startswith("a valid dictionary"):
        return "keys with values"
    plain = message.replace("'", "").replace("a valid tuple", "a list").replace("valid ", "")
    return PLAIN_WORDS.get(plain, plain)


def name_unknown(path: list[str], value: object, allowed: list[str]) -> InvalidField:
    """The error of a key that does not exist."""
    near = find_near(path[-1], allowed)
    keys = ", ".join(allowed) if len(allowed) <= 12 else ", ".join(allowed[:12]) + ", ..."
    text = "unknown key" if near else f"unknown key; allowed: {keys}"
    return InvalidField(".".join(path), value, text, near)


def write_line(key: str, invalid: InvalidField, place: str) -> str:
    """The line for the user."""
    start = f"{place}: " if place else ""
    allowed = invalid.allowed
    if not allowed.startswith(("unknown", "missing")):
        allowed = f"allowed: {allowed}"
    near = f"; did you mean {invalid.near}?" if invalid.near else ""
    return clean(f"{start}{key} = {show_value(invalid.value)}: {allowed}{near}", MAX_LINE)


def show_value(value: object) -> str:
    """A value on one line, shortened."""
    text = PLAIN_VALUES.get(repr(value), repr(value)) if not isinstance(value, str) else value
    if isinstance(value, str) and (not value or value != value.strip()):
        text = repr(value)
    return clean(text, MAX_VALUE)


def clean(text: str, most: int) -> str:
    """A text on one line, at most so many letters long."""
    plain = "".join(char if char.isprintable() else " " for char in text)
    return plain if len(plain) <= most else f"{plain[: most - 3]}..."


def is_tag(word: str) -> bool:
    """Whether a word of pydantic's path is the name of a union's branch."""
    return word == "[key]" or "[" in word or word in ("str", "none")


def list_words(expected: str) -> list[str]:
    """The words in single quotes of pydantic's list of what is expected."""
    return expected.split("'")[1::2]


def find_near(word: str, allowed: list[str]) -> str:
    """The nearest allowed word, or nothing."""
    near = difflib.get_close_matches(word, allowed, n=1, cutoff=0.6)
    return near[0] if near else ""


def list_keys(kind: type[BaseModel], path: list[str]) -> list[str]:
    """The keys of the model at a path below `kind`."""
    current: Any = kind
    for word in path:
        models = find_models(current)
        fields = {name: field for model in models for name, field in model.model_fields.items()}
        current = fields[word].annotation if word in fields else strip_container(current)
    return [name for model in find_models(current) for name in model.model_fields]


def find_models(annotation: Any) -> list[type[BaseModel]]:
    """The models that an annotation may hold directly."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    if typing.get_origin(annotation) in (typing.Union, types.UnionType, typing.Annotated):
        return [model for part in typing.get_args(annotation) for model in find_models(part)]
    return []


def strip_container(annotation: Any) -> Any:
    """What a dict or tuple holds."""
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return next(
            (
                strip_container(part)
                for part in typing.get_args(annotation)
                if part is not type(None)
            ),
            annotation,
        )
    arguments = typing.get_args(annotation)
    if typing.get_origin(annotation) is dict:
        return arguments[1]
    return arguments[0] if arguments else annotation
