"""The data dictionary names every key of every model, with the default and range in force."""

import pathlib
import re

import pytest

from sim.compose import compose_config, find_configs
from sim.scenario import event, kinds, model, parts, policy, settings

TABLE_ROW = re.compile(r"^\| `(\w+)` \|")
HEADINGS = {
    model.Scenario: "The scenario",
    parts.Horizon: "Horizon",
    parts.Demand: "Demand",
    parts.Spreading: "Spreading",
    parts.Spill: "Spill-over",
    parts.Replay: "Replay",
    parts.Topic: "Topics",
    event.Event: "Brand events",
    event.Preparation: "A preparation",
    event.Effects: "Effects of a preparation",
    event.Repeat: "A repetition",
    parts.Effort: "Response effort",
    parts.EffortLevel: "A level of effort",
    parts.Conversation: "Conversation",
    parts.Brand: "Brand (",
    parts.Maturity: "Maturity",
    parts.Team: "Team",
    parts.Pool: "A pool (",
    parts.Proficiency: "A pool's proficiency",
    parts.ShiftRules: "Shifts (",
    parts.Shift: "A kind of shift",
    parts.Break: "A break of a kind of shift",
    parts.Holiday: "A holiday",
    parts.Absence: "Absence",
    parts.Redress: "Redress",
    parts.Apology: "An apology",
    parts.Remedy: "A refund or replacement",
    parts.Faq: "Answers that others read",
    parts.Weights: "Weights of visible answers",
    parts.SurgeRules: "Surge crew",
    parts.Costs: "Costs",
    parts.Promise: "Promise",
    parts.Satisfaction: "Satisfaction",
    kinds.Duration: "Durations",
    policy.Policy: "A policy",
    policy.ShiftCount: "Shifts of a policy",
    policy.Priority: "Order of the queue",
    policy.Surge: "Surge trigger",
    policy.Help: "Help for a pool",
    policy.Post: "Pinned answers",
    settings.PolicyChoice: "A standard policy",
    settings.PlannerSettings: "Planner",
    settings.Pin: "An agreed shift",
    settings.RunSettings: "Run",
    settings.ReportSettings: "Report",
    settings.CalibrateSettings: "Calibrate",
    settings.ForecastSettings: "Forecast",
    settings.ReviewSettings: "Review",
    settings.NamedEvent: "A planned event (",
}


def read_sections() -> dict[str, list[list[str]]]:
    """Return the cells of each table row by the heading above it."""
    sections: dict[str, list[list[str]]] = {}
    rows: list[list[str]] = []
    for line in (find_configs() / "README.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            rows = sections.setdefault(line[3:], [])
        elif TABLE_ROW.match(line):
            rows.append([cell.strip() for cell in line.strip("|").split(" | ")])
    return sections


SECTIONS = read_sections()


def compute_rows(kind: type[kinds.Part]) -> list[list[str]]:
    [heading] = [text for text in SECTIONS if text.startswith(HEADINGS[kind])]
    return SECTIONS[heading]


def list_models() -> set[type[kinds.Part]]:
    """Return every model that the rooms of the scenario define."""
    found = set()
    for room in (model, parts, event, kinds, policy, settings):
        for thing in vars(room).values():
            if isinstance(thing, type) and issubclass(thing, kinds.Part) and thing.model_fields:
                found.add(thing)
    # Their fields are documented as those of the scenario, and of calibrate and forecast.
    return found - {model.Contents, settings.HistorySettings}


def test_every_model_has_a_section() -> None:
    assert list_models() == set(HEADINGS)


@pytest.mark.parametrize("kind", HEADINGS, ids=lambda kind: kind.__name__)
def test_every_field_has_a_row_and_every_row_a_field(kind: type[kinds.Part]) -> None:
    assert [row[0].strip("` ") for row in compute_rows(kind)] == list(kind.model_fields)


@pytest.mark.parametrize("kind", HEADINGS, ids=lambda kind: kind.__name__)
def test_every_row_is_whole(kind: type[kinds.Part]) -> None:
    for key, meaning, _, default, allowed, mark, source in compute_rows(kind):
        assert len(meaning) >= 4, key
        assert default, key
        assert allowed, key
        assert mark in ("", "a", "m", "q"), key
        assert source or mark not in ("m", "q"), f"{key} is measured or quoted: by whom?"


SHOWN = {
    parts.Spreading: ("scenario", "demand", "spreading"),
    parts.EffortLevel: ("scenario", "effort", "levels", "standard"),
    parts.Conversation: ("scenario", "conversation"),
    parts.Brand: ("scenario", "brand"),
    parts.Maturity: ("scenario", "maturity"),
    parts.SurgeRules: ("scenario", "surge_crew"),
    parts.Costs: ("scenario", "costs"),
    parts.Promise: ("scenario", "promise"),
    parts.Satisfaction: ("scenario", "satisfaction"),
    settings.PlannerSettings: ("planner",),
    settings.RunSettings: ("run",),
}


@pytest.mark.parametrize("kind", SHOWN, ids=lambda kind: kind.__name__)
def test_the_defaults_told_are_those_in_force(kind: type[kinds.Part]) -> None:
    values = compose_config(["scenario=telecom_week", "planner.budget=null"])
    for word in SHOWN[kind]:
        values = values[word]
    for row in compute_rows(kind):
        key, told = row[0].strip("` "), row[3]
        value = values.get(key, kind.model_fields[key].default)
        if isinstance(value, bool) or value is None:
            assert told == {True: "true", False: "false", None: "null"}[value], key
        elif isinstance(value, int | float):
            assert float(told) == pytest.approx(value, rel=1e-5), key


@pytest.mark.parametrize("group", ["brand", "maturity"])
def test_a_preset_names_all_its_numbers(group: str) -> None:
    """A preset that left a key out would keep that of the preset it takes the place of."""
    for path in sorted(pathlib.Path(find_configs() / group).glob("*.yaml")):
        chosen = compose_config([f"{group}={path.stem}"])["scenario"][group]
        names = {"brand": parts.Brand, "maturity": parts.Maturity}[group].model_fields
        assert set(chosen) >= {key for key, field in names.items() if field.is_required()}
