"""Text to plain dicts: shipped configs, users' files, overrides."""

from sim.compose.choice import find_below, read_choice
from sim.compose.composition import Composed, compose_config, compose_with_layers
from sim.compose.folder import find_configs, list_names, suggest
from sim.compose.overrides import expand_sweep, find_name
from sim.compose.pins import read_pins
from sim.compose.user_yaml import read_user_yaml

__all__ = [
    "Composed",
    "compose_config",
    "compose_with_layers",
    "expand_sweep",
    "find_below",
    "find_configs",
    "find_name",
    "list_names",
    "read_choice",
    "read_pins",
    "read_user_yaml",
    "suggest",
]
