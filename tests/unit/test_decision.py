"""The typed decision: the stored sample, its schema, and what people are told of it, agree."""

import dataclasses
import json
import math
import pathlib
import re
import typing

import pytest

from sim.decision.answers import FrontierPoint, Levers, Unanswered
from sim.decision.decision import NO_DECISION, Decision, read_decision
from sim.decision.evidence import SelectionResult
from sim.decision.typed import DecisionPart, describe_schema, to_plain
from sim.errors import InputError
from sim.store.schema import FRONTIER
from sim.store.text import format_json

ROOT = pathlib.Path(__file__).parents[2]
SAMPLE = ROOT / "results" / "sample" / "decision.json"
PLACE = pathlib.Path("run/decision.json")
KINDS = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None),
         "integer": int, "number": (int, float)}  # fmt: skip


def list_faults(value, schema, whole, place="decision"):
    """Return where plain data breaks a schema: the few words of JSON Schema that ours uses."""
    if "$ref" in schema:
        return list_faults(value, whole["$defs"][schema["$ref"].rsplit("/", 1)[1]], whole, place)
    if "anyOf" in schema:
        tries = [list_faults(value, one, whole, place) for one in schema["anyOf"]]
        return min(tries, key=len)
    kind = schema["type"]
    if not isinstance(value, KINDS[kind]) or (isinstance(value, bool) and kind != "boolean"):
        return [f"{place}: no {kind}"]
    if kind == "array":
        rows = enumerate(value)
        return [
            f for n, one in rows for f in list_faults(one, schema["items"], whole, f"{place}.{n}")
        ]
    if kind != "object":
        return []
    parts, more = schema.get("properties", {}), schema.get("additionalProperties")
    found = [f"{place}.{key}: missing" for key in schema.get("required", []) if key not in value]
    for key, one in value.items():
        inner = parts.get(key, more)
        found += (
            list_faults(one, inner, whole, f"{place}.{key}")
            if inner
            else [f"{place}.{key}: unknown"]
        )
    return found


def list_fields(kind) -> set[str]:
    """Return the names of the fields of all parts in an annotation."""
    if isinstance(kind, type) and issubclass(kind, DecisionPart):
        hints = typing.get_type_hints(kind)
        own = {field.name for field in dataclasses.fields(kind)}
        return own.union(*(list_fields(hints[name]) for name in own))
    return set().union(*(list_fields(one) for one in typing.get_args(kind)))


def read_rows() -> dict[str, str]:
    """Return what results/README.md says of each key."""
    text = (ROOT / "results" / "README.md").read_text(encoding="utf-8")
    section = text.split("## decision.json")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (`.*?) \| (.*) \|$", section, flags=re.MULTILINE)
    return {key: told for keys, told in rows for key in re.findall(r"`(\w+)`", keys)}


def test_the_sample_reads_and_writes_back_byte_for_byte():
    text = SAMPLE.read_text(encoding="utf-8")
    assert format_json(to_plain(read_decision(json.loads(text), SAMPLE))) + "\n" == text


def test_the_sample_keeps_the_schema_that_the_type_gives():
    schema, sample = describe_schema(Decision), json.loads(SAMPLE.read_text(encoding="utf-8"))
    assert list_faults(sample, schema, schema) == []
    assert list_faults({**sample, "lead_h": "6"}, schema, schema) == ["decision.lead_h: no number"]
    sample["headline"]["surge_h"] = sample["risks"][0].pop("loss")
    assert list_faults(sample, schema, schema) == [
        "decision.headline.surge_h: unknown", "decision.risks.0.loss: missing",
    ]  # fmt: skip


def test_every_field_of_the_schema_is_described():
    schema = describe_schema(Decision)
    for part in (schema, *schema["$defs"].values()):
        assert [
            name for name, one in part["properties"].items() if not one.get("description")
        ] == []


def test_people_are_told_every_field_and_none_that_is_never_written():
    told, hints = read_rows(), typing.get_type_hints(Decision)
    assert set(told) == {field.name for field in dataclasses.fields(Decision)}
    columns = {field.name for field in dataclasses.fields(FrontierPoint)}
    assert columns == {column.name for column in FRONTIER}
    for key, words in told.items():
        like = re.search(r"rows as of `(\w+)`", words)
        words += told[like[1]] if like else ""
        fields, named = list_fields(hints[key]), set(re.findall(r"`(\w+)`", words))
        assert named - fields <= set(told), key
        assert fields - named <= (columns if key == "frontier" else set()), key


def test_what_does_not_exist_is_null_and_read_as_nan():
    stored = json.loads(format_json(to_plain(NO_DECISION)))
    assert stored["headline"]["cost"] is None
    assert not {"frontier", "levers", "flips"} & stored.keys()
    assert math.isnan(read_decision(stored, PLACE).headline.cost)


def test_parts_that_are_missing_or_null_are_those_of_the_rest():
    rest = dataclasses.replace(NO_DECISION, lead_h=6.0, order=("first",))
    found = read_decision({"lead_h": None, "status": "feasible", "schema": 1}, PLACE, rest)
    assert (found.lead_h, found.order, found.status) == (6.0, ("first",), "feasible")
    assert read_decision({}, PLACE, rest) is rest


def test_a_question_that_was_cut_short_stays_so():
    cut = dataclasses.replace(NO_DECISION, levers=Unanswered())
    assert to_plain(cut)["levers"] == {}
    found = read_decision({"levers": {}, "flips": {"replications_played": 8}}, PLACE)
    assert (found.levers, found.flips) == (Unanswered(), Unanswered(replications_played=8))
    whole = {"start": 0.5, "start_cost": 9.0, "rows": [], "together": 0, "replications_played": 1}
    assert isinstance(read_decision({"levers": whole}, PLACE).levers, Levers)


def test_without_a_runner_up_its_numbers_are_not_written():
    alone = SelectionResult(
        delta=0.002, alpha=0.05, probability_correct=None, met=False, replications=40
    )
    assert set(to_plain(alone)) == {"delta", "alpha", "probability_correct", "met", "replications"}


@pytest.mark.parametrize(
    ("plain", "told"),
    [
        ({"headline": {}}, "headline.people_at_peak: is missing"),
        ({"selection": 0.9}, "selection = 0.9: allowed: an object"),
        ({"lead_h": True}, "lead_h = true: allowed: a valid number"),
        ({"reasons": ["a", 1]}, "reasons.1 = 1: allowed: a valid string"),
        ({"levers": {"start": 0.5}}, "levers.Levers.start_cost: is missing"),
        ({"order": "x" * 99}, 'order = "' + "x" * 39 + "...: allowed: a valid array"),
    ],
)
def test_a_damaged_part_is_named_in_one_line(plain, told):
    with pytest.raises(InputError) as caught:
        read_decision(plain, PLACE)
    assert str(caught.value) == f"run/decision.json: {told}"
