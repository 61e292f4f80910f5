"""Words that several help texts share; names and defaults are read from configs/.

Checked by ``tests/functional/test_cli_help.py``.
"""

import textwrap
from collections.abc import Iterable
from typing import Any

from sim.compose.choice import read_choice
from sim.compose.composition import read_defaults, read_primary
from sim.compose.folder import list_names

LABELS = {"scenario": "Scenarios", "policy": "Policies", "brand": "Brands", "maturity": "Maturity"}

EXAMPLE_FILES = """
Your own file may list only what differs from a shipped scenario:
  base: telecom_week
  name: my_week
  demand: {base_per_h: 40}"""


def list_choices(*groups: str, word: str = "") -> str:
    """The shipped names of groups, ready for a help text."""
    lines = []
    for group in groups:
        names = ", ".join(list_names(group))
        head = f"{LABELS[group]} ({word or group}=): "
        lines.append(
            textwrap.fill(f"{head}{names}", 90, subsequent_indent="  ", break_on_hyphens=False)
        )
    return "\n".join(lines)


def write_settings(settings: Iterable[tuple[str, str]], primary: str = "config") -> str:
    """Settings with meaning and default, one a line."""
    rows = [(key, show(find_default(key, primary)), meaning) for key, meaning in settings]
    wide = max(len(f"{key}={value}") for key, value, _ in rows)
    return "\n".join(f"  {f'{key}={value}'.ljust(wide)}  {meaning}" for key, value, meaning in rows)


def find_default(key: str, primary: str) -> Any:
    """The shipped default of a key."""
    group, _, name = key.partition(".")
    if not name:
        return read_primary(primary)[key]
    return read_choice(group, read_defaults(primary)[group]).data[name]


def show(value: object) -> str:
    """A default as the user would write it."""
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)
