"""JSON Schema against the shipped files, by a small reader of schemas of our own.

It knows what the schemas use: types, properties, references, choices, enumerations, limits.
"""

import json
import pathlib
from typing import Any

import pytest

from sim.cli import main
from sim.compose import find_configs, list_names, read_user_yaml
from tests.sweep_worlds import write_experiment

TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,), "array": (list,), "string": (str,), "boolean": (bool,),
    "null": (type(None),), "number": (int, float), "integer": (int,),
}  # fmt: skip
LIMITS = {
    "minimum": lambda value, end: value >= end,
    "maximum": lambda value, end: value <= end,
    "exclusiveMinimum": lambda value, end: value > end,
    "exclusiveMaximum": lambda value, end: value < end,
}


def find_fault(value: Any, schema: Any, root: Any, path: str = "") -> str:
    """Return where a value does not fit and why; nothing where it does."""
    if "$ref" in schema:
        return find_fault(value, root["$defs"][schema["$ref"].rpartition("/")[2]], root, path)
    for choices in (schema.get("anyOf"), schema.get("oneOf")):
        faults = [find_fault(value, one, root, path) for one in choices or ()]
        if faults and all(faults):
            return max(faults, key=lambda fault: fault.partition(":")[0].count("."))
    own = find_own_fault(value, schema)
    if own:
        return f"{path}: {own}"
    below = list_below(value, schema)
    return next(
        filter(None, (find_fault(one, form, root, path + at) for at, one, form in below)), ""
    )


def find_own_fault(value: Any, schema: Any) -> str:
    """Return why a value does not fit by itself."""
    if "enum" in schema and value not in schema["enum"]:
        return f"{value} is none of {schema['enum']}"
    kind = schema.get("type")
    is_flag = isinstance(value, bool)
    if kind and (not isinstance(value, TYPES[kind]) or (is_flag and kind != "boolean")):
        return f"{value!r} is no {kind}"
    if kind in ("number", "integer"):
        broken = [
            name for name in LIMITS if name in schema and not LIMITS[name](value, schema[name])
        ]
        return f"{value} breaks {broken[0]} {schema[broken[0]]}" if broken else ""
    lacking = set(schema.get("required", ())) - set(value) if kind == "object" else ()
    return f"lacks {sorted(lacking)}" if lacking else ""


def list_below(value: Any, schema: Any) -> list[tuple[str, Any, Any]]:
    """Return path, value and schema of what a value holds."""
    if isinstance(value, list) and isinstance(schema.get("items"), dict):
        return [("[]", one, schema["items"]) for one in value]
    if not isinstance(value, dict) or schema.get("type") != "object":
        return []
    others = schema.get("additionalProperties", True)
    rest = {"enum": ["nothing: unknown"]} if others is False else {} if others is True else others
    named = schema.get("properties", {})
    return [(f".{key}", one, named.get(key, rest)) for key, one in value.items()]


def read_schema(capsys: pytest.CaptureFixture[str], kind: str) -> Any:
    assert main.run(["schema", kind]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert schema["$schema"].endswith("2020-12/schema")
    return schema


@pytest.mark.parametrize("kind", ["scenario", "policy"])
def test_every_shipped_file_fits(capsys: pytest.CaptureFixture[str], kind: str) -> None:
    schema = read_schema(capsys, kind)
    for name in list_names(kind):
        plain = read_user_yaml(find_configs() / kind / f"{name}.yaml")
        assert find_fault(plain, schema, schema) == "", name


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"demand": {"bse_per_h": 3}}, ".demand.bse_per_h: 3 is none of ['nothing: unknown"),
        ({"demand": {"base_per_h": -1}}, "-1 breaks minimum 0"),
        ({"horizon": {"days": "week"}}, "'week' is no integer"),
        ({"brand": 3}, "3 is no "),
        ({"evnts": {}}, ".evnts: {} is none of ['nothing: unknown"),
        ({"base": "telecom_week", "events": {"breach": None}, "brand": "verizon"}, ""),
    ],
)
def test_a_mistake_in_a_scenario_is_marked(
    capsys: pytest.CaptureFixture[str], changes: dict[str, Any], fault: str
) -> None:
    schema = read_schema(capsys, "scenario")
    found = find_fault(changes, schema, schema)
    assert (fault in found) if fault else not found


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({}, ""),
        ({"policy": {"name": "flat", "build": "once"}, "design": "grid", "title": "x"}, ""),
        ({"replications": {"half_width": {"csat": 0.1}, "at_most": 500}}, ""),
        ({"factors": {"brand": ["att"]}}, ""),
        ({"polcy": "flat"}, ".polcy: flat is none of ['nothing: unknown"),
        ({"design": {"kind": "spiral"}}, "spiral is none of"),
        ({"factors": {"a": {"lo": 1}}}, ".factors.a.lo: 1 is none of ['nothing: unknown"),
        ({"replications": "many"}, "'many' is no "),
        ({"scenario": None}, "lacks ['scenario']"),
    ],
)
def test_experiments(
    capsys: pytest.CaptureFixture[str],
    tmp_path: pathlib.Path,
    changes: dict[str, Any],
    fault: str,
) -> None:
    schema = read_schema(capsys, "experiment")
    found = find_fault(read_user_yaml(write_experiment(tmp_path, **changes)), schema, schema)
    assert (fault in found) if fault else not found


@pytest.mark.parametrize("args", [[], ["plan"], ["scenario", "policy"]])
def test_other_words_are_refused(capsys: pytest.CaptureFixture[str], args: list[str]) -> None:
    assert main.run(["schema", *args]) == 2
    assert "allowed: schema experiment|scenario|policy" in capsys.readouterr().err
