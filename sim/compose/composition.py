"""Shipped configs, a scenario, a policy and overrides, composed to one plain dict.

Hydra composes the shipped files; what users wrote, files and overrides, never reaches it:
``user_yaml`` reads it and it is merged as plain data. No key is refused here for being
unknown below its first word: the strict models tell that, with the nearest right key
(checked by ``tests/unit/test_compose_config.py``).
"""

import functools
import threading
from typing import Any, NamedTuple

from sim.compose.choice import (
    GROUPS_IN_SCENARIO,
    Chosen,
    Layer,
    find_below,
    read_choice,
    read_scenario,
)
from sim.compose.dates import WAYS, place_clock_times, place_dates
from sim.compose.folder import HYDRA_GROUPS, find_configs, find_shipped, suggest
from sim.compose.overrides import Override, apply_overrides, parse_overrides
from sim.compose.pins import read_pins
from sim.compose.presets import place_presets
from sim.compose.user_yaml import copy_plain
from sim.errors import InputError

_composing = threading.Lock()


class Composed(NamedTuple):
    """A composed config and where its values come from."""

    config: dict[str, Any]
    layers: tuple[Layer, ...]
    """of the scenario, the most specific first"""
    policy_label: str
    values: tuple[str, ...]
    """keys that overrides set"""
    shipped: frozenset[str] = frozenset()
    """labels of what is none of the user's files"""
    notes: tuple[str, ...] = ()
    """what could not be kept as it was inherited"""


def compose_config(overrides: list[str], primary: str = "config") -> dict[str, Any]:
    """Compose one job's config.

    Parameters
    ----------
    overrides : list of str
        ``key=value`` (see ``sim.compose.overrides``); ``scenario=`` and ``policy=`` take a
        shipped name or a file, ``brand=``, ``maturity=`` and ``satisfaction=`` go into the
        scenario.
    primary : str
        ``config`` (plan, simulate), ``calibrate`` or another file at the root of configs/.

    Returns
    -------
    dict
        Plain dicts, lists, texts, numbers, bools and None, not yet checked by the models.

    Raises
    ------
    InputError
        One line an error.
    """
    return compose_with_layers(overrides, primary).config


def compose_with_layers(overrides: list[str], primary: str = "config") -> Composed:
    """Compose one job's config and keep where its values come from."""
    return compose_parsed(parse_overrides(overrides), primary)


def compose_parsed(parsed: list[Override], primary: str = "config") -> Composed:
    """Compose one job's config of overrides that were read before."""
    defaults = read_defaults(primary)
    check_keys(parsed, primary)
    choices = {item.key: str(item.value) for item in parsed if is_choice(item, defaults)}
    values = [item for item in parsed if not is_choice(item, defaults)]
    keys = tuple(item.key for item in values)
    config = copy_plain(run_hydra(primary, choose_groups(choices, defaults)))
    if "scenario" not in defaults:
        apply_overrides(config, values)
        if isinstance(config.get("base"), str):
            read_scenario(config["base"])
        return Composed(config, (), "", keys)
    chosen = put_groups(read_scenario(choices.get("scenario", defaults["scenario"])), choices)
    policy = find_policy(choices, chosen, values, defaults["policy"])
    config |= {"scenario": copy_plain(chosen.data), "policy": copy_plain(policy.data)}
    own = chosen.data.get("planner")
    config["planner"] |= own if isinstance(own, dict) else {}
    apply_overrides(config, inherit_values(values))
    inherited, notes = place_presets(config["scenario"])
    layers = (*chosen.layers, *inherited)
    place_dates(config["scenario"], list_said(values, layers))
    place_clock_times(config["scenario"])
    read_pins(config["planner"])
    read_pins(config["scenario"].get("planner"))
    shipped = frozenset(layer.label for layer in (*layers, policy) if layer.is_shipped)
    return Composed(config, layers, policy.label, keys, shipped, notes)


@functools.cache
def read_defaults(primary: str) -> dict[str, str]:
    """Group and name of a primary file's defaults list."""
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
    """Whether an override chooses a file of a group.

    Raises
    ------
    InputError
        If a group is to be anything but a name or a file.
    """
    groups = (*defaults, *(GROUPS_IN_SCENARIO if "scenario" in defaults else ()), "policy.path")
    if item.key not in groups:
        return False
    if item.deletes or not isinstance(item.value, str) or not item.value:
        raise InputError(f"{item.text}: allowed: {item.key}=NAME, or a file's name")
    return True


def check_keys(parsed: list[Override], primary: str) -> None:
    """Require a known first word in each key."""
    allowed = set(read_primary(primary)) | set(read_defaults(primary)) - {"hydra", "defaults"}
    allowed -= {"hydra", "defaults"}
    if "scenario" in allowed:
        allowed |= set(GROUPS_IN_SCENARIO)
    errors = []
    for item in parsed:
        word = item.words[0]
        if word not in allowed:
            near = suggest(word, allowed)
            errors.append(
                f"{item.text}: unknown key {word}{near} (allowed: {', '.join(sorted(allowed))})"
            )
    if errors:
        raise InputError(*errors)


def choose_groups(choices: dict[str, str], defaults: dict[str, str]) -> tuple[str, ...]:
    """Hydra's overrides for its groups, names checked; users' files are none of them."""
    texts = [f"~{group}" for group in ("scenario", "policy") if group in defaults]
    for group in HYDRA_GROUPS:
        if group in choices and group in defaults:
            find_shipped(group, choices[group])
            texts.append(f"{group}={choices[group]}")
    return tuple(texts)


def put_groups(chosen: Chosen, choices: dict[str, str]) -> Chosen:
    """Put the chosen brand, maturity and satisfaction into the scenario, as a whole."""
    data, layers = dict(chosen.data), list(chosen.layers)
    for group in GROUPS_IN_SCENARIO:
        if group in choices:
            layer = read_choice(group, choices[group])
            data[group] = layer.data
            layers.insert(0, layer._replace(data={group: layer.data}))
    return Chosen(data, tuple(layers))


def find_policy(
    choices: dict[str, str], chosen: Chosen, values: list[Override], default: str
) -> Layer:
    """The policy asked for, else the scenario's own, else the default."""
    name: Any = choices.get("policy.path") or choices.get("policy")
    if name is not None:
        return read_choice("policy", str(name))
    own = [item.value for item in values if item.key == "scenario.default_policy"]
    name = (own or [chosen.data.get("default_policy")])[-1]
    if isinstance(name, dict):
        return Layer("scenario.default_policy", name)
    asked = f"scenario.default_policy = {name}" if name else None
    return read_choice("policy", str(name or default), None, asked)


@functools.cache
def run_hydra(primary: str, texts: tuple[str, ...]) -> dict[str, Any]:
    """Compose shipped files with Hydra; the answer is shared, so copy it."""
    from hydra import compose, initialize_config_dir
    from omegaconf import OmegaConf

    with _composing, initialize_config_dir(str(find_configs()), version_base="1.3"):
        composed = OmegaConf.to_container(compose(primary, overrides=list(texts)), resolve=True)
    assert isinstance(composed, dict)
    return {str(key): value for key, value in composed.items()}


def list_said(values: list[Override], layers: tuple[Layer, ...]) -> list[dict[str, Any]]:
    """What overrides and then the files say of events, the most specific first."""
    start = ("scenario", "events")
    typed: dict[str, Any] = {}
    for item in values:
        if item.words[:2] != start or item.deletes:
            continue
        *name, key = item.words[2:] or ("",)
        if name and key in WAYS:
            typed.setdefault(".".join(name), {})[key] = item.value
        elif isinstance(item.value, dict):
            typed[".".join((*name, key))] = item.value
    return [typed, *(find_below(layer.data, "events") for layer in layers)]


def inherit_values(values: list[Override]) -> list[Override]:
    """Let what sets a scenario's planner section set the planner first."""
    start = "scenario.planner."
    inherited = [
        item._replace(words=item.words[1:]) for item in values if item.key.startswith(start)
    ]
    return inherited + values
