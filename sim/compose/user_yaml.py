"""Reading YAML that strangers wrote: plain data, within limits.

UTF-8, at most 5 MB and 50 levels deep, no aliases, no interpolation, no key twice, no
key ``hydra``; never put on Hydra's search path (checked by
``tests/unit/test_compose_yaml.py``). Numbers such as ``1e-3`` are numbers, times and
dates stay text.
"""

import pathlib
import re
from typing import Any

import yaml

from sim.errors import InputError
from sim.paths import require_file

# Hundreds of times a large scenario; a larger file is data named by mistake.
MAX_BYTES = 5_000_000
# Far deeper than any scenario, far below Python's limit of recursion.
MAX_DEPTH = 50
KINDS: dict[type, str] = {list: "a list", str: "a text"}
FLOAT = re.compile(
    r"""^[-+]?(?:(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?
    |\.(?:inf|Inf|INF))$|^\.(?:nan|NaN|NAN)$""",
    re.VERBOSE,
)
INT = re.compile(r"^[-+]?(?:0|[1-9][0-9_]*)$")


class PlainLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc] # chosen at run time
    """The safe loader without times, dates and numbers to base 60; a key twice is an error."""

    yaml_implicit_resolvers = {
        first: [pair for pair in pairs if not pair[0].endswith((":timestamp", ":float", ":int"))]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Build a mapping after a look at its keys."""
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value == "<<" or not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(
                    None, None, "keys must be plain words", key.start_mark
                )
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key.value!r} appears twice", key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


for tag, pattern, first in (
    ("tag:yaml.org,2002:int", INT, "-+0123456789"),
    ("tag:yaml.org,2002:float", FLOAT, "-+0123456789."),
):
    PlainLoader.add_implicit_resolver(tag, pattern, list(first))


def read_user_yaml(path: str | pathlib.Path, allowed: str = "keys with values") -> dict[str, Any]:
    """Read a mapping from a YAML file that anybody may have written.

    Parameters
    ----------
    path : str or pathlib.Path
        The file.
    allowed : str
        What it should hold, for people.

    Returns
    -------
    dict
        Plain dicts, lists, texts, numbers, bools and None.

    Raises
    ------
    InputError
        If the file is missing, too large, not UTF-8, not YAML, or breaks a limit.
    """
    text = read_text(pathlib.Path(path))
    if "${" in text:
        line = text[: text.index("${")].count("\n") + 1
        raise InputError(f"{path}: line {line}: '${{' is not allowed: values are not interpolated")
    try:
        check_events(text, path)
        data = yaml.load(text, Loader=PlainLoader)
    except yaml.YAMLError as error:
        raise InputError(f"{path}: {describe_yaml_error(error)}") from None
    except ValueError as error:
        raise InputError(f"{path}: {error}") from None
    if not isinstance(data, dict):
        held = "nothing" if data is None else KINDS.get(type(data), "one value")
        raise InputError(f"{path}: holds {held}; allowed: {allowed}")
    for key in ("hydra", "defaults"):
        if key in data:
            raise InputError(f"{path}: the key {key!r} is not allowed in your own files")
    return data


def copy_plain(plain: Any) -> Any:
    """A copy of what a YAML file can hold, mappings and lists to any depth.

    A third of the time of `copy.deepcopy`, which looks for what plain data cannot hold.
    """
    if isinstance(plain, dict):
        return {key: copy_plain(value) for key, value in plain.items()}
    return [copy_plain(value) for value in plain] if isinstance(plain, list) else plain


def read_text(path: pathlib.Path) -> str:
    """Read a UTF-8 file of at most 5 MB; a pipe would have us wait for ever."""
    require_file(path)
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{path}: cannot be read: {reason}") from None
    if len(raw) > MAX_BYTES:
        raise InputError(f"{path}: larger than {MAX_BYTES // 1_000_000} MB")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 (byte {error.start}); save it as UTF-8") from None


def check_events(text: str, path: str | pathlib.Path) -> None:
    """Refuse anchors, aliases and deep nesting before anything is built."""
    depth = 0
    for event in yaml.parse(text, Loader=PlainLoader):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            line = event.start_mark.line + 1
            raise InputError(f"{path}: line {line}: anchors and aliases (& and *) are not allowed")
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise InputError(f"{path}: nested deeper than {MAX_DEPTH} levels")


def describe_yaml_error(error: yaml.YAMLError) -> str:
    """The line and the reason of a YAML error, on one line."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    reason = getattr(error, "problem", None) or str(error)
    where = f"line {mark.line + 1}: " if mark is not None else ""
    return " ".join(f"{where}{reason}".split())
