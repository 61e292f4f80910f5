"""A value as it is typed on one line: a number, a text, ``[a, b]`` or ``{key: value}``.

What a word is (a number, true, null, a text) is read as in YAML files; but nothing is a
comment, an anchor or a tag, and brackets within a text need no quotes, so that ``Sale #1``,
``€`` and ``{time: Created at [UTC]}`` stay what they say. Quotes are there for what would be
read otherwise: ``'1'``, ``'a, b'`` (checked by ``tests/unit/test_compose_overrides.py``).
"""

from typing import Any

import yaml

from sim.compose.user_yaml import MAX_DEPTH, PlainLoader
from sim.errors import InputError

CLOSING = {"[": "]", "{": "}"}
QUOTES = "'\""
DELIMITERS = ",]}"


def read_typed(text: str) -> Any:
    """Read a whole value.

    Raises
    ------
    InputError
        A quote or a bracket that is not closed, brackets too deep, a key without a value.

    Examples
    --------
    >>> read_typed("{time: Created at [UTC], topic: 'a, b'}")
    {'time': 'Created at [UTC]', 'topic': 'a, b'}
    """
    text = text.strip()
    if text[:1] in CLOSING or text[:1] in tuple(QUOTES):
        value, end = read_item(text, 0, 0)
        if end == len(text):
            return value
    return read_word(text)


def read_word(text: str) -> Any:
    """A word as a number, true, false, null or a text, as a YAML file has it."""
    if not text:
        return text
    loader = PlainLoader("")
    node = yaml.ScalarNode(loader.resolve(yaml.ScalarNode, text, (True, False)), text)
    if node.tag.endswith((":merge", ":value")):
        return text
    try:
        return loader.construct_object(node)
    except (ValueError, yaml.YAMLError):
        raise InputError(f"a number of {len(text)} digits is too long") from None


def read_item(text: str, start: int, depth: int) -> tuple[Any, int]:
    """Read what begins at a place; return it and where it ends."""
    first = text[start]
    if first in CLOSING:
        value, end = read_collection(text, start, depth + 1)
    elif first in QUOTES:
        value, end = read_quoted(text, start)
    else:
        end = find_end(text, start)
        return read_word(text[start:end].strip()), end
    after = skip_blanks(text, end)
    if depth == 0 or text[after : after + 1] in tuple(DELIMITERS):
        return value, after
    end = find_end(text, start)
    return text[start:end].strip(), end


def read_collection(text: str, start: int, depth: int) -> tuple[Any, int]:
    """Read a list or keys with values, from the opening bracket to behind the closing one."""
    if depth > MAX_DEPTH:
        raise InputError(f"nested deeper than {MAX_DEPTH} levels")
    close = CLOSING[text[start]]
    items: list[Any] = []
    named: dict[str, Any] = {}
    place = skip_blanks(text, start + 1)
    while text[place : place + 1] != close:
        if place >= len(text):
            raise InputError(f"{text[start]} is not closed")
        if close == "]":
            value, place = read_item(text, place, depth)
            items.append(value)
        else:
            key, place = read_key(text, place)
            if key in named:
                raise InputError(f"the key {key!r} appears twice")
            named[key], place = read_item(text, place, depth)
        place = skip_comma(text, place, close)
    return (items if close == "]" else named), place + 1


def skip_comma(text: str, place: int, close: str) -> int:
    """The place of the next entry, or of the closing bracket."""
    if text[place : place + 1] == ",":
        return skip_blanks(text, place + 1)
    if text[place : place + 1] not in ("", close):
        raise InputError(f"expected {close} or a comma before {text[place]}")
    return place


def read_key(text: str, start: int) -> tuple[str, int]:
    """Read a key up to behind its colon: a blank follows it, unless no colon has one."""
    if text[start] in QUOTES:
        key, end = read_quoted(text, start)
        end = skip_blanks(text, end)
        if text[end : end + 1] == ":":
            return key, require_value(text, end + 1, key)
    end = find_end(text, start)
    entry = text[start:end]
    colon = entry.find(": ") if ": " in entry else entry.find(":")
    bracket = min((place for place in map(entry.find, CLOSING) if place >= 0), default=end)
    if colon > bracket > entry.find(":") >= 0:
        colon = entry.find(":")
    if colon < 0:
        raise InputError(f"{entry.strip()!r} has no value; allowed: {{key: value}}")
    key = entry[:colon].strip()
    return key, require_value(text, start + colon + 1, key)


def require_value(text: str, place: int, key: str) -> int:
    """The place of a key's value."""
    place = skip_blanks(text, place)
    if text[place : place + 1] in ("", *DELIMITERS):
        raise InputError(f"{key!r} has no value; allowed: {{key: value}}")
    return place


def read_quoted(text: str, start: int) -> tuple[str, int]:
    r"""Read a text in quotes; its own quote is doubled or has a \ before it."""
    quote, place = text[start], start + 1
    letters: list[str] = []
    while place < len(text):
        pair = text[place : place + 2]
        if pair in (f"\\{quote}", quote * 2, "\\\\"):
            letters.append(pair[1])
            place += 2
        elif text[place] == quote:
            return "".join(letters), place + 1
        else:
            letters.append(text[place])
            place += 1
    raise InputError(f"the opening {quote} is not closed")


def find_end(text: str, start: int) -> int:
    """Where a word ends: at a comma or a closing bracket that is not its own."""
    depth = 0
    for place in range(start, len(text)):
        letter = text[place]
        if depth == 0 and letter in DELIMITERS:
            return place
        depth += (letter in CLOSING) - (letter in CLOSING.values())
    if depth > 0:
        raise InputError(
            "a bracket is not closed; quote the value if the bracket is part of a text"
        )
    return len(text)


def skip_blanks(text: str, place: int) -> int:
    """The place of the next letter that is no blank."""
    while place < len(text) and text[place].isspace():
        place += 1
    return place


def split_values(text: str) -> list[str]:
    """Cut at the commas outside of brackets and quotes.

    >>> split_values("a,[1,2],'x,y'")
    ['a', '[1,2]', "'x,y'"]
    """
    parts: list[str] = []
    start = place = 0
    while place < len(text):
        begins = not text[start:place].strip()
        if begins and text[place] in QUOTES:
            place = skip_quoted(text, place)
        elif text[place] in CLOSING:
            place = skip_bracket(text, place)
        elif text[place] == ",":
            parts.append(text[start:place])
            start = place = place + 1
        else:
            place += 1
    return [*parts, text[start:]]


def skip_quoted(text: str, place: int) -> int:
    """The place behind a text in quotes, or the next where they are not closed."""
    try:
        return read_quoted(text, place)[1]
    except InputError:
        return place + 1


def skip_bracket(text: str, start: int) -> int:
    """The place behind brackets, or the next where they are not closed."""
    depth = 0
    for place in range(start, len(text)):
        depth += (text[place] in CLOSING) - (text[place] in CLOSING.values())
        if depth == 0:
            return place + 1
    return start + 1
