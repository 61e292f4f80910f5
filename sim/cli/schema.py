"""``surgecrew schema``: JSON Schema of the files that users write, for their editors.

Made from the models that check the files, with what is read before them: short forms, names in
the place of numbers, and ``base``, beside which every key may be left out. Checked by
``tests/functional/test_cli_schema.py`` against the shipped files.
"""

import json
from collections.abc import Callable
from typing import Any

from sim.cli.options import read_options
from sim.cli.terminal import say
from sim.errors import InputError

HELP = """\
Usage: surgecrew schema experiment|scenario|policy

Prints the JSON Schema (2020-12) of a file that you write. An editor with YAML support then
completes keys and marks mistakes as you type.

Examples:
  surgecrew schema experiment > experiment.schema.json
  surgecrew schema scenario > scenario.schema.json"""

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]


def run(args: list[str]) -> int:
    """Run the verb."""
    options = read_options("schema", args, ())
    if options.wants_help:
        say(HELP)
        return 0
    words = [*options.paths, *options.overrides]
    if len(words) != 1 or words[0] not in MAKERS:
        given = " ".join(["schema", *words])
        raise InputError(f"{given}: allowed: schema {'|'.join(MAKERS)}")
    schema = {"$schema": DIALECT, "title": f"Surgecrew {words[0]}", **MAKERS[words[0]]()}
    say(json.dumps(schema, indent=2, ensure_ascii=False))
    return 0


def describe_experiment() -> Schema:
    """The schema of an experiment, bare lists, numbers and words for the longer forms."""
    from sim.study.form import Experiment

    schema = Experiment.model_json_schema()
    short: dict[str, Schema] = {
        "Factor": {"type": "array", "minItems": 1},
        "PolicyUse": {"type": "string"},
        "Repetition": {"type": "integer", "minimum": 1},
        "Design": {"enum": schema["$defs"]["Design"]["properties"]["kind"]["enum"]},
    }
    for name, form in short.items():
        schema["$defs"][name] = {"anyOf": [form, schema["$defs"][name]]}
    return schema


def describe_scenario() -> Schema:
    """The schema of a scenario file that may have a base, so no key is required."""
    from sim.compose.choice import GROUPS_IN_SCENARIO, REMOVABLE
    from sim.compose.presets import PRESETS
    from sim.scenario.model import Scenario

    schema = Scenario.model_json_schema()
    for part in (schema, *schema["$defs"].values()):
        part.pop("required", None)
        for name in set(REMOVABLE) & set(part.get("properties", {})):
            entries = part["properties"][name]
            inside = entries.get("additionalProperties", {})
            entries["additionalProperties"] = {"anyOf": [inside, {"type": "null"}]}
    for group in GROUPS_IN_SCENARIO:
        own = schema["properties"][group]
        schema["properties"][group] = {"anyOf": [{"type": "string"}, own]}
    schema["properties"]["base"] = {"type": "string"}
    dates = {"type": "string", "description": "local date and time, 2026-09-10T10:00"}
    clock = {"type": "string", "pattern": r"^\d{1,2}:[0-5]\d$"}
    for part, key in (
        ("ShiftRules", "open_from_h"),
        ("ShiftRules", "open_to_h"),
        ("Shift", "start_h"),
    ):
        properties = schema["$defs"][part]["properties"]
        properties[key] = {"anyOf": [properties[key], clock]}
    schema["$defs"]["Event"]["properties"] |= {
        "base": {"enum": list(PRESETS)},
        "time": dates,
        "window": {"type": "array", "items": dates, "minItems": 2, "maxItems": 2},
    }
    return schema


def describe_policy() -> Schema:
    """The schema of a policy file: a whole one, or a standard one with changes."""
    from pydantic import TypeAdapter

    from sim.scenario.policy import Policy
    from sim.scenario.settings import PolicyChoice

    adapter: TypeAdapter[Any] = TypeAdapter(Policy | PolicyChoice)
    return adapter.json_schema()


MAKERS: dict[str, Callable[[], Schema]] = {
    "experiment": describe_experiment,
    "scenario": describe_scenario,
    "policy": describe_policy,
}
