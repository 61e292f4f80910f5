"""Agreed shifts in a file of their own: read in, so that a run's config holds them.

Checked by ``tests/functional/test_plan_living.py``.
"""

from typing import Any

from sim.compose.user_yaml import read_user_yaml
from sim.errors import InputError


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
    planner["pins"] = find_list(path, read_user_yaml(path))


def find_list(path: str, content: dict[str, Any]) -> list[Any]:
    """Return the list ``pins`` of a file's content."""
    found = content.get("pins")
    if not isinstance(found, list) or set(content) != {"pins"}:
        keys = ", ".join(map(str, content)) or "nothing"
        raise InputError(f"{path}: holds {keys}; allowed: pins: and a list of shifts")
    return found
