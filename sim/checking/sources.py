"""Which values of a scenario are the user's own, and which it inherits, with their marks.

A value that stands in a file or an override of the user's is theirs, whatever it is. Checked by
``tests/unit/test_checking_sources.py``.
"""

from collections import Counter
from typing import Any, NamedTuple

from sim.checking.dictionary import find_mark
from sim.compose import Composed, find_below
from sim.planning.analysis.assumptions import ASSUMPTIONS

YOURS = "yours"
CHOICE = ""
# The firm whose sentiment a scenario has, and the profile of its week: nobody sees them change.
QUIET_KEYS = ("brand.name", "demand.hour_shape", "demand.day_shape")


class Sources(NamedTuple):
    """Where the values come from."""

    own_files: tuple[str, ...]
    bases: tuple[str, ...]
    """shipped files, the nearest first"""
    own: int
    """values that the user said"""
    inherited: dict[str, int]
    """number of inherited values by mark"""
    decisive: tuple[tuple[str, Any, str], ...]
    """inherited key, value and mark of those that move plans most"""


def trace_sources(composed: Composed) -> Sources:
    """Trace the values of a composed scenario."""
    scenario = composed.config["scenario"]
    own_layers = [layer for layer in composed.layers if not layer.is_shipped]
    leaves = list_leaves(scenario)
    owned = {path for path in leaves if is_own(composed, path)}
    inherited = Counter(
        find_mark(path) or CHOICE for path in leaves if path not in owned and path[0] != "planner"
    )
    asked = [tuple(one.key.split(".")) for one in ASSUMPTIONS]
    asked += [tuple(key.split(".")) for key in QUIET_KEYS]
    return Sources(
        own_files=tuple(layer.label for layer in own_layers),
        bases=tuple(layer.label for layer in composed.layers if layer.is_shipped),
        own=len(owned),
        inherited=dict(sorted(inherited.items())),
        decisive=tuple(
            (".".join(path), value, find_mark(path) or CHOICE)
            for path in asked
            if (value := find_below(scenario, *path[:-1]).get(path[-1])) is not None
            and not is_own(composed, path)
        ),
    )


def list_leaves(data: object, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """List the paths of all values in nested dicts; a list is one value."""
    if not isinstance(data, dict) or not data:
        return [path]
    return [leaf for key, value in data.items() for leaf in list_leaves(value, (*path, str(key)))]


def is_own(composed: Composed, path: tuple[str, ...]) -> bool:
    """Whether an override or a file of the user's says a value."""
    keys = {".".join(("scenario", *path[:length])) for length in range(len(path) + 1)}
    if keys & set(composed.values):
        return True
    return any(has_path(layer.data, path) for layer in composed.layers if not layer.is_shipped)


def has_path(data: object, path: tuple[str, ...]) -> bool:
    """Whether nested dicts say a path, or something in its place."""
    for word in path:
        if not isinstance(data, dict):
            return True
        if word not in data:
            return False
        data = data[word]
    return True
