"""Where the shipped configs are, and what their groups hold.

The wheel carries them as ``sim/_configs``; a checkout has ``configs/`` beside the
package. Nothing looks in the current folder (checked by
``tests/unit/test_compose_config.py``).
"""

import difflib
import functools
import pathlib
from collections.abc import Iterable

from sim.errors import InputError

HYDRA_GROUPS = ("planner", "run", "report")
PACKAGE = pathlib.Path(__file__).resolve().parent.parent


@functools.cache
def find_configs() -> pathlib.Path:
    """The folder of the shipped configs."""
    installed = PACKAGE / "_configs"
    return installed if installed.is_dir() else PACKAGE.parent / "configs"


def list_names(group: str) -> list[str]:
    """List the shipped names of a group, as users write them (``validation/erlang_a``)."""
    return list(_list_below(find_configs() / group))


@functools.cache
def _list_below(folder: pathlib.Path) -> tuple[str, ...]:
    paths = folder.rglob("*.yaml")
    return tuple(sorted(path.relative_to(folder).with_suffix("").as_posix() for path in paths))


def find_shipped(group: str, name: str, asked: str | None = None) -> pathlib.Path:
    """The file of a shipped name; `asked` says who wants it, where that is no override.

    Raises
    ------
    InputError
        If the group holds no such name; tells the nearest one.
    """
    names = list_names(group)
    if name not in names:
        raise InputError(
            f"{asked or f'{group}={name}'}: no shipped {group} and no file{suggest(name, names)} "
            f"(allowed: {'' if group in HYDRA_GROUPS else 'a .yaml file, '}{', '.join(names)})"
        )
    return find_configs() / group / f"{name}.yaml"


def suggest(word: str, allowed: Iterable[str]) -> str:
    """Suggest the nearest allowed word, ``; did you mean ...?``; nothing where none is near."""
    near = difflib.get_close_matches(word, list(allowed), n=1, cutoff=0.6)
    return f"; did you mean {near[0]}?" if near else ""
