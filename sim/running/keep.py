"""A run folder from its config to its passport, whole or not there.

Checked by ``tests/functional/test_results.py``.
"""

import contextlib
import datetime
import os
import pathlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sim.errors import SurgecrewError
from sim.store.folder import RunFolder, build_run_folder, choose_run_folder, shorten
from sim.store.found import FoundFile
from sim.store.provenance import collect_provenance, list_files
from sim.store.text import write_json, write_yaml

PATH_KEYS = ("dir", "file", "history", "base", "earlier", "history_scorer", "default_policy",
             "current", "roster", "plan", "done")  # fmt: skip
NAMED_BY_PATH = ("scenarios",)
"""of `planner`: scenarios by name or file, with their chances"""


@dataclass(frozen=True)
class KeptRun:
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
    found : FoundFile
        Keeps what a search has found by now.
    """

    verb: str
    config: Mapping[str, Any]
    started: datetime.datetime
    place: RunFolder
    found: FoundFile

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

    def add(self, step: Callable[[pathlib.Path], object]) -> None:
        """Have a step done with the folder when it is whole: whatever fails there costs no result.

        Parameters
        ----------
        step : callable
            Takes the folder.
        """
        self.place.add(step)

    def finish(self, seed: int | None = None) -> None:
        """Write config.yaml and provenance.json, which lists the files, after the results.

        Parameters
        ----------
        seed : int, optional
            Of the draws; None where nothing was drawn.
        """
        plain = hide_places(self.config["plain"])
        write_yaml(self.part / "config.yaml", plain)
        finished = datetime.datetime.now(datetime.UTC)
        passport = collect_provenance(plain, seed, self.started, finished, self.verb)
        write_json(self.part / "provenance.json", {**passport, "files": list_files(self.part)})


def hide_places(plain: Any, key: str = "") -> Any:
    """Plain data with absolute paths cut to their last name, so it can be given away."""
    if isinstance(plain, Mapping) and key in NAMED_BY_PATH:
        return _hide_names(plain)
    if isinstance(plain, Mapping):
        return {name: hide_places(value, str(name)) for name, value in plain.items()}
    return _hide_place(plain) if key in PATH_KEYS else plain


def _hide_place(value: Any) -> Any:
    """The last name of an absolute path, everything else as it is."""
    is_place = isinstance(value, str) and os.path.isabs(value)
    return pathlib.PurePath(value).name if is_place else value


def _hide_names(plain: Mapping[str, Any]) -> dict[str, Any]:
    """Data named by files, two files of one name told apart by a number."""
    hidden: dict[str, Any] = {}
    for name, value in plain.items():
        wanted = short = _hide_place(name)
        while short in hidden:
            short = f"{wanted} ({len(hidden) + 1})"
        hidden[short] = value
    return hidden


@contextlib.contextmanager
def keep_run(verb: str, name: str, config: Mapping[str, Any]) -> Iterator[KeptRun]:
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
        With the whole folder, where it came after `KeptRun.settle`; with the file of what was
        found, where a search had found something.
    """
    run = config["run"]
    started = datetime.datetime.now(datetime.UTC)
    folder = pathlib.Path(run.dir) if run.dir else choose_run_folder(verb, name)
    kept: KeptRun | None = None
    try:
        with build_run_folder(folder, run.overwrite, may_number=not run.dir) as place:
            found = FoundFile(place.room, place.final)
            place.add(lambda _: found.drop())
            kept = KeptRun(verb, config, started, place, found)
            yield kept
    except BaseException as error:
        if kept is not None:
            _add_where_kept(kept, error)
        raise
    place.final = shorten(place.final)


def _add_where_kept(kept: KeptRun, error: BaseException) -> None:
    """Add to what ended a run early where its results are, or what its search had found.

    Bad input and a plan that cannot be leave nothing, unless it is the disk that failed.
    """
    place = kept.place
    if isinstance(error, SurgecrewError) and not place.is_settled:
        kept.found.drop()
    if isinstance(error, KeyboardInterrupt):
        left = place.final if place.is_whole else kept.found.path
        error.args = () if left is None else (shorten(left),)
    elif kept.found.path is not None:
        error.add_note(f"the best plan found so far is kept in {shorten(kept.found.path)}")
