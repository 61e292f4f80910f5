"""The files that a stored configuration names: a folder of results holds their names alone.

Looked for where the caller says, then as the configuration names them, from the current folder.
Checked by ``tests/functional/test_reproduce.py``.
"""

import os
import pathlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sim.compose import is_file_choice
from sim.errors import InputError
from sim.study.reading import CHOICES

Words = tuple[str, ...]
PATHS = (("history",), ("planner", "earlier"), ("planner", "current"), ("policy", "roster"),
         ("plan",), ("done",), ("scenario", "demand", "replay", "file"))  # fmt: skip
"""keys of a run whose value is a path"""
SCORER, SCENARIOS = ("history_scorer",), ("planner", "scenarios")
NEWEST = ("earlier", "current", "plan", "done")
"""last words of keys that may name the newest run by ``latest``"""


class Inputs:
    """Finds files by the names that a configuration has for them.

    Parameters
    ----------
    label : str
        The configuration's file, for messages.
    places : sequence of pathlib.Path
        Folders that are looked into, in turn.
    """

    def __init__(self, label: str, places: Sequence[pathlib.Path]) -> None:
        self._label = label
        self._places = places
        self.missing: dict[Words, str] = {}
        """the lines about what was not found, by key"""

    def locate_run(self, plain: dict[str, Any]) -> dict[str, Any]:
        """A run's configuration with each file that it names in the place where it is now."""
        return self._walk(plain, (), self._place_of_run)

    def locate_experiment(self, plain: dict[str, Any]) -> dict[str, Any]:
        """The same of an experiment."""
        return self._walk(plain, (), self._place_of_experiment)

    def require(self) -> None:
        """Require that all were found.

        Raises
        ------
        InputError
            One line for each that is not there.
        """
        if self.missing:
            raise InputError(*self.missing.values())

    def find(self, name: str) -> str | None:
        """Where a file is now."""
        for folder in self._places:
            for path in dict.fromkeys((folder / name, folder / pathlib.PurePath(name).name)):
                if os.path.exists(path):
                    return os.path.abspath(path)
        return None

    def _walk(self, plain: Any, words: Words, place: Callable[[str, Words], str]) -> Any:
        if isinstance(plain, Mapping) and words == SCENARIOS:
            return {self._choose(name, (*words, name)): value for name, value in plain.items()}
        if isinstance(plain, Mapping):
            return {
                name: self._walk(value, (*words, str(name)), place) for name, value in plain.items()
            }
        if isinstance(plain, list | tuple):
            return [self._walk(value, words, place) for value in plain]
        return place(plain, words) if isinstance(plain, str) else plain

    def _place_of_run(self, value: str, words: Words) -> str:
        if words == SCORER:
            name, colon, function = value.rpartition(":")
            return self._find(name, words) + colon + function if name.endswith(".py") else value
        if words == ("base",):
            return self._choose(value, words)
        return self._find(value, words) if words in PATHS else value

    def _place_of_experiment(self, value: str, words: Words) -> str:
        if words in (("scenario",), ("policy",), ("policy", "name")):
            return self._choose(value, words)
        if words[0] not in ("fixed", "factors", "arms"):
            return value
        key = words[-2] if words[0] == "factors" and words[-1] == "values" else words[-1]
        if key in CHOICES:
            return self._choose(value, words)
        return self._find(value, words) if key == "planner.current" else value

    def _choose(self, value: str, words: Words) -> str:
        """The place of a choice that is a file; a shipped name stays."""
        return self._find(value, words) if is_file_choice(value) else value

    def _find(self, value: str, words: Words) -> str:
        key = ".".join(words)
        if value == "latest" and words[-1] in NEWEST:
            self.missing[words] = (
                f"{self._label}: {key} = latest: it was whichever run was the newest then; "
                "only a run that names it can be made again"
            )
            return value
        found = self.find(value)
        if found is None:
            self.missing[words] = (
                f"{self._label}: {key} = {value}: is not kept with the results and not here; "
                "say where it is: inputs=FOLDER"
            )
        return found or value
