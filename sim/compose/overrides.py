"""Overrides as users type them: ``key=value``, ``~key`` takes out, ``a,b`` is a sweep.

What a file may say can be set: a word of a key may hold blanks, any letters and signs, and
dots where a name that is there holds them; else quotes tell (``topics."v2.0".share``). The
value is read by ``sim.compose.typed``, a path as it stands. A key need not exist yet: whether
it is right is checked by the strict models afterwards, with the nearest right key (checked by
``tests/unit/test_compose_overrides.py``).
"""

import contextlib
import itertools
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from sim.compose.choice import (
    GROUPS_IN_SCENARIO,
    REMOVABLE,
    drop_dependent,
    find_below,
    is_file_choice,
)
from sim.compose.folder import suggest
from sim.compose.typed import QUOTES, read_quoted, read_typed, split_values
from sim.errors import InputError
from sim.paths import expand_home

MISSING = object()
PATH_KEYS = (
    "history",
    "run.dir",
    "policy.path",
    "scenario.demand.replay.file",
    "planner.earlier",
    "scenario.planner.earlier",
    "planner.current",
    "scenario.planner.current",
    "policy.roster",
    "plan",
    "done",
)
GROUPS = ("scenario", "policy", *GROUPS_IN_SCENARIO, "base")
CHOICE_KEYS = (*GROUPS, "planner.pins", "scenario.planner.pins", "scenario.default_policy")
# Characters of an override in a message: one terminal line or two.
MAX_SHOWN = 200
# A sweep of more than ten thousand runs is a typing mistake.
MAX_JOBS = 10_000
RANGE = re.compile(r"range\(([^()]*)\)")
CHOICE = re.compile(r"choice\((.*)\)")
KEY_VALUE = "allowed: key=value"
WORD = re.compile(r"""(?:"[^"]*"(?=[.=]|$)|'[^']*'(?=[.=]|$)|[^.=]*)""")
KEY = re.compile(rf"{WORD.pattern}(?:\.{WORD.pattern})*")


class Override(NamedTuple):
    """One override as the user typed it, the words of its key, its value, whether it deletes."""

    text: str
    words: tuple[str, ...]
    value: Any
    deletes: bool = False

    @property
    def key(self) -> str:
        """The key with dots."""
        return ".".join(self.words)


def parse_overrides(texts: list[str]) -> list[Override]:
    """Parse all overrides of one job.

    Raises
    ------
    InputError
        One line for each that cannot be read.
    """
    parsed: list[Override] = []
    errors: list[str] = []
    for text in texts:
        try:
            parsed.append(parse_override(text))
        except InputError as error:
            errors.extend(error.errors)
    if errors:
        raise InputError(*errors)
    return parsed


def parse_override(text: str) -> Override:
    """Parse one override.

    Raises
    ------
    InputError
        One line that begins with the text.
    """
    check_text(text)
    key, equals, raw = split_override(text)
    words = split_key(key)
    if text.startswith("~"):
        if equals:
            raise InputError(f"{shorten(text)}: allowed: ~{key}, without a value")
        return Override(text, words, None, True)
    with name_text(text):
        if len(list_values(key, raw)) != 1 or is_call(raw):
            raise InputError(
                f"several values require -m; quote a single value that contains commas: {key}='...'"
            )
        value = read_value(key, raw)
    return Override(text, mount_group(words, value), value)


def make_override(key: str, value: Any) -> Override:
    """An override of a value that a file said: it is taken as it stands.

    Raises
    ------
    InputError
        No key, or one that users may not set.
    """
    check_text(f"{key}=")
    words = split_key(key)
    return Override(f"{key}={value}", mount_group(words, value), value)


def mount_group(words: tuple[str, ...], value: Any) -> tuple[str, ...]:
    """The words of a key; ``scenario.brand`` with a name is the group ``brand``."""
    is_group = len(words) == 2 and words[0] == "scenario" and words[1] in GROUPS_IN_SCENARIO
    return words[1:] if is_group and isinstance(value, str) else words


@contextlib.contextmanager
def name_text(text: str) -> Iterator[None]:
    """Put the override before what is wrong in it."""
    try:
        yield
    except InputError as error:
        raise InputError(f"{shorten(text)}: {error}") from None


def check_text(text: str) -> None:
    """Refuse what is no override, interpolation, keys of Hydra's own, text that is no text."""
    key, equals, raw = split_override(text)
    if (not equals and not text.startswith("~")) or not all(split_key(key)):
        raise InputError(f"{shorten(text)}: {KEY_VALUE}, such as run.replications=50")
    if "${" in text:
        raise InputError(f"{shorten(text)}: '${{' is not allowed: values are not interpolated")
    first = re.split(r"[./@]", key)[0]
    if first == "hydra":
        raise InputError(f"{shorten(text)}: Hydra's own settings cannot be changed")
    if first in GROUPS and key[len(first) :].startswith("@"):
        raise InputError(f"{shorten(text)}: allowed: {first}=NAME")
    if not is_text(key) or not (is_text(raw) or is_path(key, raw)):
        raise InputError(f"{shorten(text)}: is not UTF-8")


def split_override(text: str) -> tuple[str, str, str]:
    """Key, equals sign and value; ``+`` and ``++`` before a key mean nothing more."""
    bare = text.removeprefix("~").lstrip("+")
    found = KEY.match(bare)
    end = found.end() if found else 0
    return bare[:end].strip(), bare[end : end + 1], bare[end + 1 :]


def split_key(key: str) -> tuple[str, ...]:
    """The words of a key; one in quotes may hold dots and equals signs.

    >>> split_key('scenario.topics."Q&A v2.0".share')
    ('scenario', 'topics', 'Q&A v2.0', 'share')
    """
    words: list[str] = []
    place = 0
    while place <= len(key):
        word = WORD.match(key, place)[0]  # type: ignore[index] # a word may be empty: it matches
        place += len(word) + 1
        words.append(
            word[1:-1] if len(word) > 1 and word[0] in QUOTES and word[-1] == word[0] else word
        )
    return tuple(words)


def is_path(key: str, raw: str) -> bool:
    """Whether a value is a path, to be taken as it stands."""
    return key in PATH_KEYS or (key in CHOICE_KEYS and is_file_choice(raw))


def is_text(text: str) -> bool:
    """Whether all bytes that were typed are UTF-8."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def read_value(key: str, raw: str) -> Any:
    """Read a value: a path as it stands, with the home folder for ``~``; a choice as a text."""
    if is_path(key, raw) and raw != "null":
        is_quoted = raw[:1] in tuple(QUOTES) and len(raw) > 1 and raw[-1] == raw[0]
        return expand_home(read_quoted(raw, 0)[0] if is_quoted else raw)
    value = read_typed(raw)
    return raw.strip() if key in GROUPS and isinstance(value, int | float) else value


def list_values(key: str, raw: str) -> list[str]:
    """The values of a sweep, as they were typed; a single one where there is none.

    Raises
    ------
    InputError
        A range that is no range of numbers.
    """
    if is_path(key, raw):
        parts = raw.split(",")
        of_choices = key in CHOICE_KEYS and not raw.startswith("/")
        is_sweep = of_choices and all(
            is_file_choice(part) or re.fullmatch(r"[\w/]+", part) for part in parts
        )
        return parts if is_sweep else [raw]
    inside = CHOICE.fullmatch(raw.strip())
    if inside:
        return split_values(inside[1])
    span = RANGE.fullmatch(raw.strip())
    return list_range(span[1]) if span else split_values(raw)


def is_call(raw: str) -> bool:
    """Whether a value is a range or a choice, of one value, too."""
    return bool(CHOICE.fullmatch(raw.strip()) or RANGE.fullmatch(raw.strip()))


def list_range(inside: str) -> list[str]:
    """The numbers of ``range(first, below, step)``, a step of 1 where it is not given."""
    numbers = [read_typed(part) for part in inside.split(",")]
    if not 1 <= len(numbers) <= 3 or not all(type(one) in (int, float) for one in numbers):
        raise InputError(f"range({inside}): allowed: range(FIRST,BELOW) or range(FIRST,BELOW,STEP)")
    first, below = (0, numbers[0]) if len(numbers) == 1 else numbers[:2]
    step = numbers[2] if len(numbers) == 3 else 1
    if step == 0 or not 0 < (below - first) / step <= MAX_JOBS:
        raise InputError(f"range({inside}): allowed: from 1 to {MAX_JOBS} numbers")
    listed = (first + step * place for place in itertools.count())
    sign = 1 if step > 0 else -1
    return [str(one) for one in itertools.takewhile(lambda one: sign * one < sign * below, listed)]


def shorten(text: str) -> str:
    """An override short enough for one line."""
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}..."


def apply_overrides(config: dict[str, Any], overrides: list[Override]) -> None:
    """Set or delete keys of a composed config, in order; missing groups of keys are made.

    An entry that a file may take out with null (an event, a topic) null takes out here, too.

    Raises
    ------
    InputError
        For a path through a value that has no keys, a list's missing place, or a key to
        delete that is not there.
    """
    for item in overrides:
        place: Any = config
        above: list[str] = []
        name, rest = find_name(place, item.words)
        if (item.deletes or item.value is None) and item.words[0] == "scenario":
            drop_dependent(find_below(config, "scenario"), item.words[1:])
        while rest:
            place = enter_key(place, name, item)
            above.append(name)
            name, rest = find_name(place, rest)
        set_value(place, above, name, item)


def find_name(place: Any, words: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The longest run of words that is a name there, else the first word; and the rest."""
    if isinstance(place, dict):
        for count in range(len(words), 1, -1):
            name = ".".join(words[:count])
            if name in place:
                return name, words[count:]
    return words[0], words[1:]


def set_value(place: Any, above: list[str], name: str, item: Override) -> None:
    """Set or delete one key of what is there."""
    text = shorten(item.text)
    takes_out = item.value is None and above[-1:] and above[-1] in REMOVABLE
    if isinstance(place, list):
        index = read_index(place, name, item)
        place[index : index + 1] = [] if item.deletes else [item.value]
    elif not isinstance(place, dict):
        raise InputError(f"{text}: {'.'.join(above)} = {shorten(str(place))} has no keys")
    elif not item.deletes and not takes_out:
        place[name] = item.value
    elif place.pop(name, MISSING) is MISSING:
        raise InputError(f"{text}: no such key{suggest(name, map(str, place))}")


def enter_key(place: Any, word: str, item: Override) -> Any:
    """What is below a key; a group of keys is made where there is nothing."""
    if isinstance(place, list):
        return place[read_index(place, word, item)]
    if not isinstance(place, dict):
        raise InputError(
            f"{shorten(item.text)}: {shorten(str(place))} has no keys, so there is no {word}"
        )
    if place.get(word) is None:
        place[word] = {}
    return place[word]


def read_index(place: list[Any], word: str, item: Override) -> int:
    """A list's place by its number, from 0."""
    is_number = word.isascii() and word.isdecimal() and len(word) < 10
    if not is_number or int(word) >= len(place):
        allowed = f"0 to {len(place) - 1}" if place else "none, the list is empty"
        raise InputError(
            f"{shorten(item.text)}: {word} is not an index of the list; allowed: {allowed}"
        )
    return int(word)


def expand_sweep(texts: list[str]) -> list[list[str]]:
    """One list of overrides for each job of a sweep, the last key running fastest.

    >>> expand_sweep(["run.seed=1,2", "run.replications=5"])
    [['run.seed=1', 'run.replications=5'], ['run.seed=2', 'run.replications=5']]
    """
    choices: list[list[str]] = []
    jobs = 1
    for text in texts:
        check_text(text)
        key, _, raw = split_override(text)
        with name_text(text):
            values = [raw] if text.startswith("~") else list_values(key, raw)
        head = text[: len(text) - len(raw)]
        choices.append([f"{head}{value}" for value in values])
        jobs *= len(values)
        if jobs > MAX_JOBS:
            raise InputError(f"{shorten(text)}: {jobs} jobs; allowed: at most {MAX_JOBS} in one -m")
    return [list(job) for job in itertools.product(*choices)]
