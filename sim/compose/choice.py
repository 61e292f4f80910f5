"""A scenario or a policy by its name or file; what a file inherits from its base.

A scenario file may say ``base: telecom_week`` and then holds only differences:
mappings are merged, everything else is replaced, and an entry of ``events``,
``preparations``, ``topics`` or ``team.pools`` that is null is taken out, with what hangs on
it. ``brand``, ``maturity`` and ``satisfaction`` are a shipped name or numbers (checked by
``tests/unit/test_compose_config.py``).
"""

import copy
import functools
import os
import pathlib
from typing import Any, NamedTuple

from sim.compose.folder import find_configs, find_shipped, suggest
from sim.compose.user_yaml import copy_plain, read_user_yaml
from sim.errors import InputError
from sim.paths import place_path

GROUPS_IN_SCENARIO = ("brand", "maturity", "satisfaction")
REMOVABLE = ("events", "preparations", "topics", "pools", "reference_staff")
# A chain of ten base files is a mistake; bounds a cycle of renamed links.
MAX_BASES = 10


class Layer(NamedTuple):
    """What one file says; errors are reported with the label of the layer that holds the key."""

    label: str
    data: dict[str, Any]
    is_shipped: bool = False


class Chosen(NamedTuple):
    """A merged choice and the layers it came from, the most specific first."""

    data: dict[str, Any]
    layers: tuple[Layer, ...]


def is_file_choice(value: str) -> bool:
    """Whether a choice names a file: by its ending, or a separator and a file is there."""
    if value.endswith((".yaml", ".yml")) or is_table(value):
        return True
    return (os.sep in value or "/" in value) and os.path.isfile(os.path.expanduser(value))


def is_table(value: str) -> bool:
    """Whether a choice names a table of people on duty, which is a policy."""
    return value.lower().endswith((".csv", ".tsv", ".xlsx", ".parquet"))


def read_choice(
    group: str, value: str, folder: pathlib.Path | None = None, asked: str | None = None
) -> Layer:
    """Read a shipped name of a group, or a file; relative to `folder` where that is given."""
    if is_file_choice(value):
        path = pathlib.Path(place_path(value, folder))
        if not os.path.exists(path):
            alike = path.parent.glob(f"*{path.suffix[:2]}*")  # .yaml or .yml, .csv
            near = suggest(path.name, sorted(one.name for one in alike))
            raise InputError(f"{asked or f'{group}={value}'}: no such file{near}")
        if group == "policy" and is_table(value):
            return Layer(str(path), {"name": "current", "roster": str(path)})
        return Layer(str(path), place_roster(group, read_user_yaml(path), path.parent))
    path = find_shipped(group, value, asked)
    label = path.relative_to(find_configs()).as_posix()
    return Layer(label, copy_plain(read_shipped(path)), is_shipped=True)


def place_roster(group: str, data: dict[str, Any], folder: pathlib.Path) -> dict[str, Any]:
    """Put the file's folder before the roster that a policy's file names."""
    if group == "policy" and isinstance(data.get("roster"), str):
        data["roster"] = place_path(data["roster"], folder)
    return data


@functools.lru_cache(maxsize=64)
def read_shipped(path: pathlib.Path) -> dict[str, Any]:
    """Read a shipped file, once."""
    return read_user_yaml(path)


def read_scenario(value: str) -> Chosen:
    """Read a scenario with everything that it inherits.

    Parameters
    ----------
    value : str
        A shipped name or a file.

    Returns
    -------
    Chosen
        The merged scenario (brand, maturity and satisfaction as numbers) and its layers.

    Raises
    ------
    InputError
        If a name or file is missing or broken, or these files are each other's base (a cycle).
    """
    layers: list[Layer] = []
    seen: list[str] = []
    folder: pathlib.Path | None = None
    base: object = value
    while base is not None:
        if not isinstance(base, str):
            raise InputError(
                f"{layers[-1].label}: base = {base!r}: allowed: a scenario's name or file"
            )
        asked = f"{layers[-1].label}: base = {base}" if layers else None
        layer = read_choice("scenario", base, folder, asked)
        if layer.label in seen or len(seen) == MAX_BASES:
            raise InputError(
                f"{layers[-1].label}: base = {base}: these files are each other's base (a cycle)"
            )
        seen.append(layer.label)
        if is_file_choice(base):
            folder = pathlib.Path(layer.label).parent
        layers.append(settle_layer(layer, folder))
        base = layers[-1].data.pop("base", None)
    merged: dict[str, Any] = {}
    for layer in reversed(layers):
        check_removals(layer, layer.data, merged)
        merged = merge(drop_dependents(merged, layer.data), layer.data)
    return Chosen(merged, tuple(layers))


def check_removals(layer: Layer, changes: Any, there: Any, path: str = "scenario") -> None:
    """Require that what a file of the user's takes out with null is there.

    Raises
    ------
    InputError
        Nothing has this name; tells the nearest.
    """
    if layer.is_shipped or not isinstance(changes, dict):
        return
    inside = path.rpartition(".")[2]
    known = there if isinstance(there, dict) else {}
    for key, value in changes.items():
        if value is None and inside in REMOVABLE and key not in known:
            raise InputError(
                f"{layer.label}: {path}.{key} = null: there is nothing to remove"
                f"{suggest(str(key), map(str, known))}"
            )
        check_removals(layer, value, known.get(key), f"{path}.{key}")


def drop_dependents(merged: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """What is inherited without what hangs on pools and events that are taken out."""
    pools, events = find_below(changes, "team", "pools"), find_below(changes, "events")
    gone: list[tuple[str, ...]] = [("team", "pools", one) for one in pools if pools[one] is None]
    gone += [("events", one) for one in events if events[one] is None]
    if not gone:
        return merged
    kept = copy.deepcopy(merged)
    for path in gone:
        drop_dependent(kept, path)
    return kept


def drop_dependent(scenario: dict[str, Any], path: tuple[str, ...]) -> None:
    """Take out what hangs on what is taken out: a pool's staff, an event's preparations.

    The rest of the path is a name, which may have dots.
    """
    if path[:2] == ("team", "pools"):
        find_below(scenario, "team", "reference_staff").pop(".".join(path[2:]), None)
    if path[:1] == ("events",):
        name = ".".join(path[1:])
        offered = find_below(scenario, "preparations")
        for key in [key for key in offered if find_below(offered, key).get("event") == name]:
            del offered[key]


def find_below(data: Any, *words: str) -> dict[str, Any]:
    """The keys at a path, none where there are none."""
    for word in words:
        data = data.get(word) if isinstance(data, dict) else None
    return data if isinstance(data, dict) else {}


def settle_layer(layer: Layer, folder: pathlib.Path | None) -> Layer:
    """Put numbers in the place of names, and the file's folder before the files it names."""
    for group in GROUPS_IN_SCENARIO:
        name = layer.data.get(group)
        if isinstance(name, str):
            layer.data[group] = read_choice(
                group, name, folder, f"{layer.label}: {group} = {name}"
            ).data
    demand = layer.data.get("demand")
    replay = demand.get("replay") if isinstance(demand, dict) else None
    if folder is not None and isinstance(replay, dict) and isinstance(replay.get("file"), str):
        replay["file"] = place_path(replay["file"], folder)
    planner = layer.data.get("planner")
    for key in ("pins", "earlier", "current"):
        if folder is not None and isinstance(planner, dict) and isinstance(planner.get(key), str):
            planner[key] = place_path(planner[key], folder)
    policy = layer.data.get("default_policy")
    if folder is not None and isinstance(policy, str) and is_file_choice(policy):
        layer.data["default_policy"] = place_path(policy, folder)
    return layer


def merge(base: dict[str, Any], changes: dict[str, Any], inside: str = "") -> dict[str, Any]:
    """Merge `changes` into a copy of `base`; neither is altered."""
    merged = dict(base)
    for key, value in changes.items():
        if value is None and inside in REMOVABLE:
            merged.pop(key, None)
        elif isinstance(value, dict) and isinstance(merged.get(key), dict):
            merged[key] = merge(merged[key], value, key)
        else:
            merged[key] = value
    return merged
