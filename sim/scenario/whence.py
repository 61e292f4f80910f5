"""Where a key comes from: an override, a file of the user's, or a shipped file that was broken.

Nobody who wrote three lines over a shipped scenario should be sent to a file that is not theirs:
where an inherited value no longer fits, the line begins with the key of theirs that broke it
(checked by ``tests/unit/test_scenario_errors.py``).
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

ROOT = "scenario."


class Where(NamedTuple):
    """Keys of overrides, files and the policy's label, to tell where a key comes from."""

    overrides: tuple[str, ...] = ()
    layers: tuple[tuple[str, dict[str, Any]], ...] = ()
    policy_label: str = ""
    shipped: frozenset[str] = frozenset()
    """labels that are none of the user's files"""

    def find(self, key: str, text: str = "") -> str:
        """Return how a line about a key begins: the user's override or file, else nothing.

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
        found = self.find_layer(key)
        return self.blame(key, text) if found in self.shipped else found

    def find_layer(self, key: str) -> str:
        """Return the label of the file that says a key, or most of the path to it."""
        if key.startswith("policy"):
            return self.policy_label
        words = key.removeprefix(ROOT).split(".")
        depths = [count_known(words, data) for _, data in self.layers]
        if not any(depths):
            return self.own_label
        return self.layers[depths.index(max(depths))][0]

    @property
    def own_label(self) -> str:
        """Return the label of the user's own file, nothing where there is none."""
        return next((label for label, _ in self.layers if label not in self.shipped), "")

    @property
    def has_no_base(self) -> bool:
        """Tell whether the scenario is a file of the user's that begins from nothing."""
        return bool(self.own_label) and not any(
            "team" in data for label, data in self.layers if label in self.shipped
        )

    def place(self, line: str) -> str:
        """Return a line about a key of the scenario with the user's file or override before it.

        What is found wrong after loading, such as a shift that lies on no interval, knows the
        key alone.
        """
        key = re.match(r"scenario\.[^:=]*[^:= ]", line)
        place = self.find(key[0], line) if key else ""
        return f"{place}: {line}" if place else line

    def blame(self, key: str, text: str) -> str:
        """Return the key of the user's that is nearest to an inherited one that broke."""
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
        return f"{label}: {leaf} does not go with what is inherited"


def count_known(words: list[str], data: object) -> int:
    """Return how many words of a path are in nested dicts."""
    for depth, word in enumerate(words):
        if not isinstance(data, dict) or word not in data:
            return depth
        data = data[word]
    return len(words)


def list_leaves(data: dict[str, Any]) -> Iterator[str]:
    """Yield the path of every value in nested dicts."""
    for key, value in data.items():
        if isinstance(value, dict) and value:
            for below in list_leaves(value):
                yield f"{key}.{below}"
        else:
            yield str(key)
