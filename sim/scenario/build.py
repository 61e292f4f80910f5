"""Plain dicts to frozen objects; each mistake becomes one line for the user.

A line says where (file or override), which key, the value, what is allowed, and the
nearest right key (checked by ``tests/unit/test_scenario_errors.py``).
"""

from typing import Any, TypeVar

from sim.compose import Composed, compose_with_layers
from sim.errors import InputError
from sim.scenario.model import Scenario
from sim.scenario.parts import Part
from sim.scenario.policy import Policy
from sim.scenario.settings import (
    CalibrateSettings,
    PlannerSettings,
    PolicyChoice,
    ReportSettings,
    RunSettings,
)
from sim.scenario.telling import Where, tell_mistakes

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
        One line a mistake.
    """
    from pydantic import ValidationError

    try:
        return kind.model_validate(data)
    except ValidationError as error:
        raise InputError(*tell_mistakes(error, kind, root, where or Where())) from None


def build_scenario(data: dict[str, Any], where: Where | None = None) -> Scenario:
    """Build a scenario from plain dicts; see `build`."""
    return build(Scenario, data, "scenario", where)


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
        One line a mistake.
    """
    texts = [place_override(text) for text in overrides or []]
    composed = compose_with_layers([f"scenario={name_or_path}", *texts])
    return build_scenario(composed.config["scenario"], find_sources(composed))


def place_override(text: str) -> str:
    """Put an override that is relative to the scenario into the whole config."""
    marks = text[: len(text) - len(text.lstrip("+~"))]
    return f"{marks}scenario.{text[len(marks) :]}"


def find_sources(composed: Composed) -> Where:
    """Return what tells the file or override of a key of a composed config."""
    return Where(
        overrides=composed.values,
        layers=tuple((layer.label, layer.data) for layer in composed.layers),
        policy_label=composed.policy_label,
    )


def build_config(composed: Composed) -> dict[str, Any]:
    """Build all objects of a composed config; mistakes of all of them are told at once.

    Returns
    -------
    dict
        ``scenario`` Scenario, ``policy`` Policy or PolicyChoice, ``planner``, ``run``, ``report``
        settings and, for calibrate, ``calibrate``; whichever the config has.
    """
    where = find_sources(composed)
    built: dict[str, Any] = {}
    mistakes: list[str] = []
    for key, kind in SETTINGS.items():
        if key in composed.config:
            try:
                built[key] = build(kind, composed.config[key], key, where)
            except InputError as error:
                mistakes.extend(error.mistakes)
    for key, maker in (("scenario", build_scenario), ("policy", build_policy)):
        if key in composed.config:
            try:
                built[key] = maker(composed.config[key], where)
            except InputError as error:
                mistakes.extend(error.mistakes)
    if "history" in composed.config:
        own = {key: value for key, value in composed.config.items() if key not in SETTINGS}
        try:
            built["calibrate"] = build(CalibrateSettings, own, "", where)
        except InputError as error:
            mistakes.extend(error.mistakes)
    if mistakes:
        raise InputError(*mistakes)
    return built


SETTINGS: dict[str, type[Part]] = {
    "planner": PlannerSettings,
    "run": RunSettings,
    "report": ReportSettings,
}
