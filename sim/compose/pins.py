"""Agreed shifts in a file of their own: read in, so that a run's config holds them.

Checked by ``tests/functional/test_plan_living.py``.
"""

from typing import Any

from sim.compose.user_yaml import read_user_yaml
from sim.errors import InputError, name_key
from sim.paths import expand_home

FORM = "pins: and a list of shifts"


def read_pins(planner: object) -> None:
    """Put the list of the file that ``pins`` names in its place, in a planner's section.

    Raises
    ------
    InputError
        A file that is missing, or holds no list ``pins``.
    """
    if not isinstance(planner, dict) or not isinstance(planner.get("pins"), str):
        return
    path = planner["pins"]
    with name_key("planner.pins", path):
        if not path:
            raise InputError(f"allowed: a list, or a file that holds {FORM}")
        planner["pins"] = find_list(read_user_yaml(expand_home(path), FORM))


def find_list(content: dict[str, Any]) -> list[Any]:
    """The list ``pins`` of a file's content."""
    found = content.get("pins")
    if set(content) != {"pins"}:
        keys = ", ".join(map(str, content)) or "nothing"
        raise InputError(f"holds {keys}; allowed: {FORM}")
    if not isinstance(found, list):
        raise InputError(f"pins: is not a list; allowed: {FORM}")
    return found
