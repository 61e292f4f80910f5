"""Shipped configs, a scenario, a policy and overrides, composed to one plain dict.

Hydra composes the shipped files only. What users wrote is read by ``user_yaml`` and
handed over as data (checked by ``tests/unit/test_compose_config.py``).
"""

import functools
import threading
from typing import Any, NamedTuple

from sim.compose.choice import (
    GROUPS_IN_SCENARIO,
    Chosen,
    Layer,
    read_choice,
    read_scenario,
)
from sim.compose.folder import find_configs, suggest
from sim.compose.overrides import Override, parse_overrides
from sim.errors import InputError

GIVEN = "_given"
GROUPS = ("planner", "run", "report")
_composing = threading.Lock()


class Composed(NamedTuple):
    """A composed config and where its values come from."""

    config: dict[str, Any]
    layers: tuple[Layer, ...]
    """of the scenario, the most specific first"""
    policy_label: str
    values: tuple[str, ...]
    """keys that overrides set"""


def compose_config(overrides: list[str], primary: str = "config") -> dict[str, Any]:
    """Compose one job's config.

    Parameters
    ----------
    overrides : list of str
        ``key=value`` in Hydra's grammar; ``scenario=`` and ``policy=`` take a shipped name or
        a file, ``brand=``, ``maturity=`` and ``satisfaction=`` go into the scenario.
    primary : str
        ``config`` (plan, simulate), ``calibrate`` or another file at the root of configs/.

    Returns
    -------
    dict
        Plain dicts, lists, texts, numbers, bools and None, not yet checked by the models.

    Raises
    ------
    InputError
        One line a mistake.
    """
    return compose_with_layers(overrides, primary).config


def compose_with_layers(overrides: list[str], primary: str = "config") -> Composed:
    """Compose one job's config and keep where its values come from."""
    parsed = parse_overrides(overrides)
    defaults = read_defaults(primary)
    check_keys(parsed, primary)
    choices = {item.key: item.value for item in parsed if is_choice(item, defaults)}
    values = [item for item in parsed if not is_choice(item, defaults)]
    keys = tuple(item.key for item in values)
    if "scenario" not in defaults:
        config = run_hydra(primary, choose_groups(choices, defaults), {}, values)
        return Composed(config, (), "", keys)
    chosen = read_scenario(str(choices.get("scenario", defaults["scenario"])))
    chosen = put_groups(chosen, choices)
    policy = find_policy(choices, chosen, values, defaults["policy"])
    given = {
        "scenario": chosen.data,
        "policy": policy.data,
        "planner": chosen.data.get("planner") or {},
    }
    config = run_hydra(primary, choose_groups(choices, defaults), given, values)
    return Composed(config, chosen.layers, policy.label, keys)


@functools.cache
def read_defaults(primary: str) -> dict[str, str]:
    """Return group and name of a primary file's defaults list."""
    listed = read_primary(primary)["defaults"]
    pairs = [item for item in listed if isinstance(item, dict)]
    return {group: name for item in pairs for group, name in item.items() if " " not in group}


@functools.cache
def read_primary(primary: str) -> dict[str, Any]:
    """Read a primary file as it stands; it is ours, so it may say `defaults`."""
    import yaml

    from sim.compose.user_yaml import PlainLoader

    text = (find_configs() / f"{primary}.yaml").read_text(encoding="utf-8")
    content: dict[str, Any] = yaml.load(text, Loader=PlainLoader)
    return content


def is_choice(item: Override, defaults: dict[str, str]) -> bool:
    """Tell whether an override chooses a file of a group."""
    groups = (*defaults, *(GROUPS_IN_SCENARIO if "scenario" in defaults else ()), "policy.path")
    return item.key in groups and not item.deletes and isinstance(item.value, str)


def check_keys(parsed: list[Override], primary: str) -> None:
    """Require a known first word in each key."""
    allowed = set(read_primary(primary)) | set(read_defaults(primary)) - {"hydra", "defaults"}
    allowed -= {"hydra", "defaults"}
    if "scenario" in allowed:
        allowed |= set(GROUPS_IN_SCENARIO)
    mistakes = []
    for item in parsed:
        word = item.key.split(".")[0]
        if word not in allowed:
            near = suggest(word, allowed)
            mistakes.append(
                f"{show_override(item)}: unknown key {word}{near} "
                f"(allowed: {', '.join(sorted(allowed))})"
            )
    if mistakes:
        raise InputError(*mistakes)


def show_override(item: Override) -> str:
    """Return an override as the user would type it."""
    return item.text.lstrip("+")


def choose_groups(choices: dict[str, str], defaults: dict[str, str]) -> list[str]:
    """Return Hydra's overrides for the shipped groups, names checked."""
    texts = []
    for group in GROUPS:
        if group in choices and group in defaults:
            label = read_choice(group, choices[group]).label
            texts.append(f"{group}={label.removeprefix(group + '/').removesuffix('.yaml')}")
    return texts


def put_groups(chosen: Chosen, choices: dict[str, str]) -> Chosen:
    """Put the chosen brand, maturity and satisfaction into the scenario, as a whole."""
    data, layers = dict(chosen.data), list(chosen.layers)
    for group in GROUPS_IN_SCENARIO:
        if group in choices:
            layer = read_choice(group, choices[group])
            data[group] = layer.data
            layers.insert(0, Layer(layer.label, {group: layer.data}))
    return Chosen(data, tuple(layers))


def find_policy(
    choices: dict[str, str], chosen: Chosen, values: list[Override], default: str
) -> Layer:
    """Return the policy asked for, else the scenario's own, else the default."""
    name: Any = choices.get("policy.path") or choices.get("policy")
    if name is not None:
        return read_choice("policy", str(name))
    own = [item.value for item in values if item.key == "scenario.default_policy"]
    name = (own or [chosen.data.get("default_policy")])[-1]
    if isinstance(name, dict):
        return Layer("scenario.default_policy", name)
    asked = f"scenario.default_policy = {name}" if name else None
    return read_choice("policy", str(name or default), None, asked)


def run_hydra(
    primary: str, groups: list[str], given: dict[str, Any], values: list[Override]
) -> dict[str, Any]:
    """Compose with Hydra; `given` stands in the place of the scenario and policy groups."""
    from hydra import compose, initialize_config_dir
    from hydra.core.config_store import ConfigStore
    from hydra.errors import HydraException
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    texts = list(groups)
    with _composing, initialize_config_dir(str(find_configs()), version_base="1.3"):
        try:
            if given:
                store = ConfigStore.instance().store
                policy = {"policy": given.pop("policy")}
                store(group="scenario", name=GIVEN, node=given, package="_global_")
                store(group="policy", name=GIVEN, node=policy, package="_global_")
                texts += [f"scenario={GIVEN}", f"policy={GIVEN}"]
            texts += order_values(values)
            composed = compose(primary, overrides=texts)
            return dict(OmegaConf.to_container(composed, resolve=True))  # type: ignore[arg-type] # it is a mapping
        except (HydraException, OmegaConfBaseException) as error:
            reason = " ".join(str(error).split())
            raise InputError(
                f"{' '.join(map(show_override, values)) or primary}: {reason}"
            ) from None


def order_values(values: list[Override]) -> list[str]:
    """Return Hydra's texts; what sets a scenario's planner section sets the planner first."""
    inherited = [
        item.text.replace("scenario.planner", "planner", 1)
        for item in values
        if item.key.startswith("scenario.planner.")
    ]
    return inherited + [item.text for item in values]
