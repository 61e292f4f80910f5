"""A run folder from its config to its passport, whole or not there.

Checked by ``tests/functional/test_results.py``.
"""

import contextlib
import datetime
import os
import pathlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sim.store.folder import RunFolder, build_run_folder, choose_run_folder
from sim.store.provenance import collect_provenance
from sim.store.text import write_json, write_yaml

PATH_KEYS = ("dir", "file", "history", "base", "earlier")


@dataclass(frozen=True)
class Kept:
    """A run folder while its run is on.

    Attributes
    ----------
    verb : str
        What runs.
    config : Mapping
        Built config with its plain dict under ``plain``.
    started : datetime.datetime
        In UTC.
    place : RunFolder
        Where the files are now, and where they will be.
    """

    verb: str
    config: Mapping[str, Any]
    started: datetime.datetime
    place: RunFolder

    @property
    def part(self) -> pathlib.Path:
        """Where the files go now."""
        return self.place.part

    @property
    def final(self) -> pathlib.Path:
        """Where they are once the folder is whole."""
        return self.place.final

    def settle(self) -> None:
        """Let Ctrl-C wait from now on until the folder is whole: the results are there."""
        self.place.settle()

    def finish(self, seed: int | None = None) -> None:
        """Write config.yaml and provenance.json, after the results.

        Parameters
        ----------
        seed : int, optional
            Of the draws; None where nothing was drawn.
        """
        plain = hide_places(self.config["plain"])
        write_yaml(self.part / "config.yaml", plain)
        finished = datetime.datetime.now(datetime.UTC)
        passport = collect_provenance(plain, seed, self.started, finished, self.verb)
        write_json(self.part / "provenance.json", passport)


def hide_places(plain: Any, key: str = "") -> Any:
    """Return plain data with absolute paths cut to their last name, so it can be given away."""
    if isinstance(plain, Mapping):
        return {name: hide_places(value, str(name)) for name, value in plain.items()}
    if key in PATH_KEYS and isinstance(plain, str) and os.path.isabs(plain):
        return pathlib.PurePath(plain).name
    return plain


@contextlib.contextmanager
def keep_run(verb: str, name: str, config: Mapping[str, Any]) -> Iterator[Kept]:
    """Give a run folder that becomes whole when the block ends well.

    Parameters
    ----------
    verb, name : str
        Parts of its place where the config names none.
    config : Mapping
        With ``run`` (dir, overwrite) and ``plain``.

    Raises
    ------
    KeyboardInterrupt
        With the whole folder, where it came after `Kept.settle`.
    """
    run = config["run"]
    started = datetime.datetime.now(datetime.UTC)
    folder = pathlib.Path(run.dir) if run.dir else choose_run_folder(verb, name)
    place: RunFolder | None = None
    try:
        with build_run_folder(folder, run.overwrite) as place:
            yield Kept(verb, config, started, place)
    except KeyboardInterrupt:
        if place is None or not place.is_whole:
            raise
        raise KeyboardInterrupt(shorten(place.final)) from None
    place.final = shorten(place.final)


def shorten(place: pathlib.Path) -> pathlib.Path:
    """Return a path relative to the current folder, where it is below that."""
    cwd = pathlib.Path.cwd()
    return place.relative_to(cwd) if place.is_relative_to(cwd) else place
