"""Plain dicts to frozen objects; each error becomes one line for the user.

A line says where (file or override), which key, the value, what is allowed, and the
nearest right key (checked by ``tests/unit/test_scenario_errors.py``).
"""

from collections.abc import Callable
from typing import Any, TypeVar

from sim.compose import Composed, compose_with_layers, read_choice, read_pins
from sim.errors import InputError
from sim.scenario.messages.formatting import format_errors
from sim.scenario.messages.origins import Where
from sim.scenario.model import Scenario
from sim.scenario.parts import Part
from sim.scenario.policy import Policy
from sim.scenario.settings import (
    CalibrateSettings,
    ForecastSettings,
    PlannerSettings,
    PolicyChoice,
    ReportSettings,
    ReviewSettings,
    RunSettings,
)

AnyPart = TypeVar("AnyPart", bound=Part)


def build(kind: type[AnyPart], data: object, root: str, where: Where | None = None) -> AnyPart:
    """Build one strict object.

    Parameters
    ----------
    kind : type
        The model.
    data : dict
        What the user gave.
    root : str
        Key path of `data` in the whole config, such as ``planner``.
    where : Where, optional
        Tells the file or override that a key comes from.

    Raises
    ------
    InputError
        One line an error.
    """
    from pydantic import ValidationError

    try:
        return kind.model_validate(data)
    except ValidationError as error:
        raise InputError(*format_errors(error, kind, root, where or Where())) from None


def build_scenario(data: dict[str, Any], where: Where | None = None) -> Scenario:
    """Build a scenario from plain dicts, its planner section checked; see `build`."""
    scenario = build(Scenario, data, "scenario", where)
    build_planner(scenario, where=where)
    return scenario


def build_planner(
    scenario: Scenario, changes: dict[str, Any] | None = None, where: Where | None = None
) -> PlannerSettings:
    """Build the planner's settings: the shipped ones, the scenario's own, then `changes`."""
    shipped = read_choice("planner", "default").data
    data = {**shipped, **scenario.planner, **(changes or {})}
    read_pins(data)
    return build(PlannerSettings, data, "planner", where)


def build_policy(data: dict[str, Any], where: Where | None = None) -> Policy | PolicyChoice:
    """Build a policy: a whole one where `staff` is given, else a standard one by its name."""
    if "staff" in data:
        return build(Policy, data, "policy", where)
    return build(PolicyChoice, data, "policy", where)


def load_scenario(name_or_path: str, overrides: list[str] | None = None) -> Scenario:
    """Load a shipped scenario or a file, with overrides.

    Parameters
    ----------
    name_or_path : str
        A shipped name such as ``breach_week``, or a YAML file.
    overrides : list of str, optional
        ``key=value``, relative to the scenario: ``horizon.days=3``, ``brand=verizon``.

    Returns
    -------
    Scenario
        Frozen and checked.

    Raises
    ------
    InputError
        One line an error.
    """
    texts = [place_override(text) for text in overrides or []]
    composed = compose_with_layers([f"scenario={name_or_path}", *texts])
    return build_scenario(composed.config["scenario"], find_sources(composed))


def place_override(text: str) -> str:
    """Put an override that is relative to the scenario into the whole config."""
    marks = text[: len(text) - len(text.lstrip("+~"))]
    return f"{marks}scenario.{text[len(marks) :]}"


def find_sources(composed: Composed) -> Where:
    """What tells the file or override of a key of a composed config."""
    return Where(
        overrides=composed.values,
        layers=tuple((layer.label, layer.data) for layer in composed.layers),
        policy_label=composed.policy_label,
        shipped=composed.shipped,
    )


def build_config(composed: Composed) -> dict[str, Any]:
    """Build all objects of a composed config; errors of all of them are shown at once.

    Returns
    -------
    dict
        By the config's own keys: ``scenario`` (Scenario), ``policy`` (Policy or PolicyChoice),
        ``planner``, ``run`` and ``report`` (settings); for calibrate and forecast their own. Under
        ``plain`` the composed dict, for the run's config.yaml; under ``where`` what tells the
        file of a key that is found wrong later.

    Raises
    ------
    InputError
        One line an error.
    """
    where = find_sources(composed)
    parts = {key: value for key, value in composed.config.items() if key in BUILDERS}
    if "history" in composed.config:
        own = set(composed.config) - set(BUILDERS)
        verb = next((verb for key, verb in READERS.items() if key in own), "calibrate")
        parts[verb] = {key: composed.config[key] for key in own}
    built: dict[str, Any] = {}
    errors: dict[str, None] = {}
    for key, data in parts.items():
        try:
            built[key] = BUILDERS[key](data, where)
        except InputError as error:
            errors |= dict.fromkeys(error.errors)
    if errors:
        raise InputError(*errors)
    return {**built, "plain": composed.config, "where": where}


BUILDERS: dict[str, Callable[[Any, Where], Any]] = {
    "scenario": build_scenario,
    "policy": build_policy,
    "planner": lambda data, where: build(PlannerSettings, data, "planner", where),
    "run": lambda data, where: build(RunSettings, data, "run", where),
    "report": lambda data, where: build(ReportSettings, data, "report", where),
    "calibrate": lambda data, where: build(CalibrateSettings, data, "", where),
    "forecast": lambda data, where: build(ForecastSettings, data, "", where),
    "review": lambda data, where: build(ReviewSettings, data, "", where),
}
READERS = {"horizon": "forecast", "hindsight": "review"}
"""a key that only this reader of a history has"""
