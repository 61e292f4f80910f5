"""Where a key comes from: an override, a file of the user's, or a shipped file that was broken.

Nobody who wrote three lines over a shipped scenario should be sent to a file that is not theirs:
where an inherited value no longer fits, the line begins with the key of theirs that broke it
(checked by ``tests/unit/test_scenario_errors.py``).
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from sim.compose import find_below, find_name, suggest

ROOT = "scenario."
NAMED = (
    *(("events",), ("preparations",), ("topics",)),
    *(("team", "pools"), ("team", "reference_staff")),
)
"""where entries have names of the user's"""


class Where(NamedTuple):
    """Keys of overrides, files and the policy's label, to tell where a key comes from."""

    overrides: tuple[str, ...] = ()
    layers: tuple[tuple[str, dict[str, Any]], ...] = ()
    policy_label: str = ""
    shipped: frozenset[str] = frozenset()
    """labels that are none of the user's files"""

    def find(self, key: str, text: str = "") -> str:
        """How a line about a key begins: the user's override or file, else nothing.

        Parameters
        ----------
        key : str
            What is wrong, or what no longer fits.
        text : str
            The line itself; words of it tell which key of the user's is to blame.
        """
        for start in self.overrides:
            if key == start or key.startswith(f"{start}.") or start.startswith(f"{key}."):
                return "override"
        if self.is_begun(key):
            return "override"
        found = self.find_layer(key)
        return self.blame(key, text) if found in self.shipped else found

    def is_begun(self, key: str) -> bool:
        """Whether an override made something on the way to a key that no file has."""
        words = key.split(".")
        if key.startswith(ROOT) and self.layers:
            known = max(count_known(words[1:], data, with_null=False) for _, data in self.layers)
        elif words[0] == "policy" and self.policy_label in self.shipped:
            known = 0  # shipped ones are a name
        else:
            return False
        return any(count_same(words, start.split(".")) > 1 + known for start in self.overrides)

    def find_misnamed(self, path: list[str]) -> tuple[int, str]:
        """Whether an entry that is not whole has a name which nothing inherited has.

        Parameters
        ----------
        path : list of str
            Words of a key below the scenario, as they are.

        Returns
        -------
        tuple of int and str
            How many words name the entry, 0 where it is known; ``; did you mean ...?``, empty
            where no name that is there is near.
        """
        above = next((room for room in NAMED if tuple(path[: len(room)]) == room), None)
        if above is None or len(path) <= len(above):
            return 0, ""
        entry = path[len(above)]
        listed = [find_below(data, *above) for _, data in self.layers]
        is_typed = self.is_begun(ROOT + ".".join(path[: len(above) + 1]))
        first = next((n for n, names in enumerate(listed) if entry in names), -1)
        below = listed if is_typed else listed[first + 1 :] if first >= 0 else []
        known = {str(name) for names in below for name, value in names.items() if value is not None}
        return (0, "") if entry in known else (len(above) + 1, suggest(entry, known))

    def find_layer(self, key: str) -> str:
        """The label of the file that says a key, or most of the path to it."""
        if key.startswith("policy"):
            return self.policy_label
        words = key.removeprefix(ROOT).split(".")
        depths = [count_known(words, data) for _, data in self.layers]
        if not any(depths):
            return self.own_label
        return self.layers[depths.index(max(depths))][0]

    @property
    def own_label(self) -> str:
        """The label of the user's own file, nothing where there is none."""
        return next((label for label, _ in self.layers if label not in self.shipped), "")

    @property
    def has_no_base(self) -> bool:
        """Whether the scenario is a file of the user's that begins from nothing."""
        return bool(self.own_label) and not any(
            "team" in data for label, data in self.layers if label in self.shipped
        )

    def place(self, line: str) -> str:
        """A line about a key of the scenario with the user's file or override before it.

        What is found wrong after loading, such as a shift that lies on no interval, knows the
        key alone.
        """
        key = re.match(r"scenario\.[^:=]*[^:= ]", line)
        place = self.find(key[0], line) if key else ""
        return f"{place}: {line}" if place else line

    def blame(self, key: str, text: str) -> str:
        """The key of the user's that is nearest to an inherited one that broke."""
        room = key.partition(".")[0]
        own = [("override", one) for one in self.overrides if one.partition(".")[0] == room]
        for label, data in self.layers:
            if label not in self.shipped and key.startswith(ROOT):
                own += [(label, ROOT + leaf) for leaf in list_leaves(data)]
        said = set(re.split(r"\W+", f"{key} {text}"))
        points = [len(said & (set(re.split(r"\W+", leaf)) - {room})) for _, leaf in own]
        if not any(points):
            return own[0][0] if own else ""
        label, leaf = own[points.index(max(points))]
        return f"{label}: {leaf} conflicts with an inherited key"


def count_known(words: list[str], data: object, with_null: bool = True) -> int:
    """How many words of a path are in nested dicts; what is null may count as nothing."""
    rest = tuple(words)
    while rest and isinstance(data, dict):
        name, behind = find_name(data, rest)
        if name not in data or (data[name] is None and not with_null):
            break
        data, rest = data[name], behind
    return len(words) - len(rest)


def count_same(words: list[str], others: list[str]) -> int:
    """How many words two paths begin with alike."""
    pairs = enumerate(zip(words, others, strict=False))
    return next((n for n, (one, other) in pairs if one != other), min(len(words), len(others)))


def list_leaves(data: dict[str, Any]) -> Iterator[str]:
    """Yield the path of every value in nested dicts."""
    for key, value in data.items():
        if isinstance(value, dict) and value:
            for below in list_leaves(value):
                yield f"{key}.{below}"
        else:
            yield str(key)
