"""Overrides as users type them: ``key=value``, in Hydra's grammar.

Paths with blanks, ``=`` and brackets need no quotes. A key need not exist yet: whether
it is right is told by the strict models afterwards, with the nearest right key
(checked by ``tests/unit/test_compose_overrides.py``).
"""

import itertools
import re
from typing import Any, NamedTuple

from sim.compose.choice import GROUPS_IN_SCENARIO, is_file_choice
from sim.compose.folder import suggest
from sim.errors import InputError

MISSING = object()
PATH_KEYS = (
    "history",
    "run.dir",
    "policy.path",
    "scenario.demand.replay.file",
    "planner.earlier",
)
CHOICE_KEYS = ("scenario", "policy", *GROUPS_IN_SCENARIO, "base", "planner.pins")


class Override(NamedTuple):
    """One override as the user typed it, its key and value, and whether it deletes."""

    text: str
    key: str
    value: Any
    deletes: bool = False


def quote_path(text: str) -> str:
    """Quote the value of ``key=path``, so that Hydra's grammar takes any path.

    >>> quote_path("run.dir=my runs/a=b")
    "run.dir='my runs/a=b'"
    """
    key, equals, value = text.partition("=")
    bare = key.lstrip("+")
    is_path = bare in PATH_KEYS or (bare in CHOICE_KEYS and is_file_choice(value))
    if not equals or not is_path or not value or is_quoted(value) or value == "null":
        return text
    if bare in CHOICE_KEYS and "," in value and not value.startswith("/"):
        parts = value.split(",")
        if all(is_file_choice(part) or re.fullmatch(r"[\w/]+", part) for part in parts):
            return f"{key}={','.join(escape(part) for part in parts)}"
    return f"{key}={escape(value)}"


def is_quoted(value: str) -> bool:
    """Tell whether the user has put the value in quotes."""
    return len(value) > 1 and value[0] == value[-1] and value[0] in "'\""


def escape(value: str) -> str:
    """Return the value in single quotes, in Hydra's escaping."""
    inner = re.sub(r"(\\*)'", r"\1\1\\'", value)
    return "'" + re.sub(r"(\\+)$", r"\1\1", inner) + "'"


def parse_overrides(texts: list[str]) -> list[Override]:
    """Parse all overrides of one job.

    Raises
    ------
    InputError
        One line for each that cannot be read.
    """
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    parser = OverridesParser.create()
    parsed: list[Override] = []
    mistakes: list[str] = []
    for text in texts:
        try:
            check_text(text)
            parsed.append(read_override(parser.parse_override(quote_path(text)), text))
        except InputError as error:
            mistakes.extend(error.mistakes)
        except HydraException as error:
            reason = " ".join(str(error).splitlines()[0].split())
            mistakes.append(f"{text}: cannot be read: {reason}; allowed: key=value")
    if mistakes:
        raise InputError(*mistakes)
    return parsed


def check_text(text: str) -> None:
    """Refuse what is no override, interpolation, and keys of Hydra's own."""
    key = text.partition("=")[0].lstrip("+~")
    if "=" not in text and not text.startswith("~"):
        raise InputError(f"{text}: allowed: key=value, such as run.replications=50")
    if "${" in text:
        raise InputError(f"{text}: '${{' is not allowed: nothing is interpolated")
    if key.split(".")[0].split("/")[0].split("@")[0] == "hydra":
        raise InputError(f"{text}: Hydra's own settings cannot be changed")


def read_override(parsed: Any, text: str) -> Override:
    """Turn one of Hydra's overrides into ours."""
    if parsed.is_sweep_override():
        raise InputError(f"{text}: several values need -m (or quotes around one value)")
    key = parsed.get_key_element().lstrip("+~")
    if "@" in key:
        raise InputError(f"{text}: allowed: {key.split('@')[0]}=NAME")
    if parsed.is_delete():
        return Override(text, key, None, True)
    below = key.removeprefix("scenario.")
    if below in GROUPS_IN_SCENARIO and isinstance(parsed.value(), str):
        key = below
    return Override(text, key, parsed.value(), False)


def apply_overrides(config: dict[str, Any], overrides: list[Override]) -> None:
    """Set or delete keys of a composed config, in order; missing groups of keys are made.

    Raises
    ------
    InputError
        For a path through a value that has no keys, a list's missing place, or a key to
        delete that is not there.
    """
    for item in overrides:
        *above, last = item.key.split(".")
        place: Any = config
        for word in above:
            place = enter_key(place, word, item)
        if isinstance(place, list):
            index = read_index(place, last, item)
            place[index : index + 1] = [] if item.deletes else [item.value]
        elif not isinstance(place, dict):
            raise InputError(f"{item.text}: {'.'.join(above)} = {place} has no keys")
        elif not item.deletes:
            place[last] = item.value
        elif place.pop(last, MISSING) is MISSING:
            raise InputError(f"{item.text}: no such key{suggest(last, place)}")


def enter_key(place: Any, word: str, item: Override) -> Any:
    """Return what is below a key; a group of keys is made where there is nothing."""
    if isinstance(place, list):
        return place[read_index(place, word, item)]
    if not isinstance(place, dict):
        raise InputError(f"{item.text}: {place} has no keys, so no {word}")
    if place.get(word) is None:
        place[word] = {}
    return place[word]


def read_index(place: list[Any], word: str, item: Override) -> int:
    """Return a list's place by its number, from 0."""
    if not word.isdecimal() or int(word) >= len(place):
        allowed = f"0 to {len(place) - 1}" if place else "none, the list is empty"
        raise InputError(f"{item.text}: {word} is no place of a list; allowed: {allowed}")
    return int(word)


def expand_sweep(texts: list[str]) -> list[list[str]]:
    """Return one list of overrides for each job of a sweep, the last key running fastest.

    >>> expand_sweep(["run.seed=1,2", "run.replications=5"])
    [['run.seed=1', 'run.replications=5'], ['run.seed=2', 'run.replications=5']]
    """
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    parser = OverridesParser.create()
    choices: list[list[str]] = []
    for text in texts:
        try:
            check_text(text)
            parsed = parser.parse_override(quote_path(text))
            if not parsed.is_sweep_override():
                choices.append([text])
                continue
            key = parsed.get_key_element()
            choices.append([f"{key}={value}" for value in parsed.sweep_string_iterator()])
        except HydraException as error:
            raise InputError(f"{text}: cannot be read: {' '.join(str(error).split())}") from None
    return [list(job) for job in itertools.product(*choices)]
