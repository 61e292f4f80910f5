"""Arguments of one verb: flags, paths and ``key=value`` overrides.

Checked by ``tests/functional/test_cli_errors.py``.
"""

import difflib
import os
import re
from typing import NamedTuple

from sim.errors import InputError

JSON = "--json"


class Options(NamedTuple):
    """What stands after the verb."""

    overrides: list[str]
    paths: list[str]
    wants_help: bool
    shows_config: bool
    is_sweep: bool
    flags: frozenset[str] = frozenset()
    """all that were given"""

    @property
    def wants_object(self) -> bool:
        """Whether one object is asked for instead of lines for a reader."""
        return JSON in self.flags


def read_options(
    verb: str, args: list[str], flags: tuple[str, ...], takes_paths: bool = False
) -> Options:
    """Sort the arguments of a verb.

    Parameters
    ----------
    verb : str
        Named in errors.
    args : list of str
        What stands after the verb.
    flags : tuple of str
        Those the verb knows beside ``--help``: ``--cfg``, ``--multirun``.
    takes_paths : bool
        What exists is a path, even with ``=`` in its name.

    Raises
    ------
    InputError
        For an unknown flag, or ``--cfg`` with anything but ``job``.
    """
    overrides: list[str] = []
    paths: list[str] = []
    found: set[str] = set()
    rest = iter(split_flags(args))
    for arg in rest:
        if not arg.startswith("-") or arg == "-":
            is_path = not is_override(arg, takes_paths) or (takes_paths and os.path.exists(arg))
            (paths if is_path else overrides).append(arg)
            continue
        flag = {"-h": "--help", "-m": "--multirun", "-c": "--cfg"}.get(arg, arg)
        if flag not in (*flags, "--help"):
            raise InputError(f"{verb} {arg}: unknown option{name_nearest(arg, flags)}")
        if flag == "--cfg" and next(rest, None) != "job":
            raise InputError(f"{verb} --cfg: allowed: --cfg job")
        found.add(flag)
    return Options(
        overrides,
        paths,
        "--help" in found,
        "--cfg" in found,
        "--multirun" in found,
        frozenset(found),
    )


def split_flags(args: list[str]) -> list[str]:
    """Split ``--cfg=job`` in two."""
    parts: list[str] = []
    for arg in args:
        parts.extend(arg.split("=", 1) if arg.startswith(("--cfg=", "-c=")) else [arg])
    return parts


def is_override(arg: str, takes_paths: bool = False) -> bool:
    """Tell an override from a path: a path with ``=`` in it has a separator before that.

    A name in a key may hold a separator, too: ``scenario.topics.Billing/Payment.share=.2``.
    """
    key, equals, _ = arg.partition("=")
    if arg.startswith("~"):
        return not arg.startswith("~/")
    is_key = "/" not in key or (not takes_paths and bool(re.match(r"\+*\w+\.", key)))
    return bool(equals) and is_key


def name_nearest(flag: str, flags: tuple[str, ...]) -> str:
    """The nearest flag, or all of them."""
    known = [*flags, "--help"]
    near = difflib.get_close_matches(flag, known, n=1, cutoff=0.6)
    return f"; did you mean {near[0]}?" if near else f" (allowed: {', '.join(known)})"
