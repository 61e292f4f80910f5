"""The mark of every key of a scenario, from the data dictionary (``configs/README.md``).

m measured, q quoted, a assumed, empty a choice. The dictionary is the one place that states them.
Checked by ``tests/unit/test_checking_sources.py``.
"""

import functools
import re
from collections.abc import Iterator

from sim.compose.folder import find_configs

# "## Topics (defaults: topic `error`) (`scenario.topics.NAME`)"; two sections share one table.
PLACE = re.compile(r"\(`scenario(?:\.([^`]*))?`(?:, `\.([^`]*)`)?\)$")
# Of a row: | `key` | meaning | unit | default | allowed | mark | source |
MARK, KEY = 5, 0
ANY_NAME = "NAME"


@functools.cache
def read_marks() -> dict[tuple[str, ...], str]:
    """Marks by the words of a key below the scenario; a name of the user's is ``NAME``."""
    marks: dict[tuple[str, ...], str] = {}
    places: list[tuple[str, ...]] = []
    for line in (find_configs() / "README.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            places = list(list_places(line))
        elif line.startswith("| `") and places:
            cells = [cell.strip() for cell in line.strip("|").split(" | ")]
            for place in places:
                marks[(*place, cells[KEY].strip("` "))] = cells[MARK]
    return marks


def list_places(heading: str) -> Iterator[tuple[str, ...]]:
    """Yield the keys that a section describes."""
    found = PLACE.search(heading)
    if found is None:
        return
    first = tuple((found[1] or "").split(".")) if found[1] else ()
    yield first
    if found[2]:
        yield (*first[:-1], found[2])


def find_mark(words: tuple[str, ...]) -> str | None:
    """The mark of a key, that of the nearest key above it; None where none is documented."""
    marks = read_marks()
    for length in range(len(words), 0, -1):
        for known, mark in marks.items():
            if len(known) == length and all(
                word in (asked, ANY_NAME) for word, asked in zip(known, words, strict=False)
            ):
                return mark
    return None
