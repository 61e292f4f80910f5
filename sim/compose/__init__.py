"""Text to plain dicts: shipped configs, users' files, overrides."""

from sim.compose.choice import find_below, is_file_choice, read_choice
from sim.compose.composition import (
    Composed,
    compose_config,
    compose_parsed,
    compose_with_layers,
)
from sim.compose.folder import find_configs, list_names, suggest
from sim.compose.overrides import (
    Override,
    apply_overrides,
    expand_sweep,
    find_name,
    make_override,
    parse_overrides,
)
from sim.compose.pins import read_pins
from sim.compose.user_yaml import read_user_yaml

__all__ = [
    "Composed",
    "Override",
    "apply_overrides",
    "compose_config",
    "compose_parsed",
    "compose_with_layers",
    "expand_sweep",
    "find_below",
    "find_configs",
    "find_name",
    "is_file_choice",
    "list_names",
    "make_override",
    "parse_overrides",
    "read_choice",
    "read_pins",
    "read_user_yaml",
    "suggest",
]
