"""A run folder from its config to its passport, whole or not there.

Checked by ``tests/functional/test_results.py``.
"""

import contextlib
import datetime
import pathlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sim.store.folder import RunFolder, build_run_folder, choose_run_folder
from sim.store.provenance import collect_provenance
from sim.store.text import write_json, write_yaml


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

    def finish(self) -> None:
        """Write config.yaml and provenance.json, after the results."""
        plain = self.config["plain"]
        write_yaml(self.part / "config.yaml", plain)
        seed = plain.get("run", {}).get("seed")
        finished = datetime.datetime.now(datetime.UTC)
        passport = collect_provenance(plain, seed, self.started, finished, self.verb)
        write_json(self.part / "provenance.json", passport)


@contextlib.contextmanager
def keep_run(verb: str, name: str, config: Mapping[str, Any]) -> Iterator[Kept]:
    """Give a run folder that becomes whole when the block ends well.

    Parameters
    ----------
    verb, name : str
        Parts of its place where the config names none.
    config : Mapping
        With ``run`` (dir, overwrite) and ``plain``.
    """
    run = config["run"]
    started = datetime.datetime.now(datetime.UTC)
    folder = pathlib.Path(run.dir) if run.dir else choose_run_folder(verb, name)
    with build_run_folder(folder, run.overwrite) as place:
        yield Kept(verb, config, started, place)
    with contextlib.suppress(ValueError):
        place.final = place.final.relative_to(pathlib.Path.cwd())
