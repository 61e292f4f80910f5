"""A sweep before it begins: points, worlds and the folder, checked; what it will take.

Nothing is played here, and nothing written, so an error leaves nothing behind. Checked by
``tests/functional/test_sweep_refusals.py``.
"""

import os
import pathlib
from typing import Any, NamedTuple

from sim.errors import InputError
from sim.scenario.model import Scenario
from sim.store.folder import RESULTS, make_file_name
from sim.study.blocks import (
    Batch,
    cut_batches,
    cut_blocks,
    reduce_block,
    size_batch,
)
from sim.study.design import SweepPoint, list_points
from sim.study.parts import PARTS, Parts
from sim.study.reading import FILE, ReadExperiment
from sim.study.worlds import WorldMaker, check_points


class LaidSweep(NamedTuple):
    """All that a sweep is made of.

    Attributes
    ----------
    read : ReadExperiment
        The experiment.
    points : list of SweepPoint
        In order.
    keys : list of str
        Of the world of each point.
    maker : WorldMaker
        Has made them.
    folder : pathlib.Path
        Where results go.
    """

    read: ReadExperiment
    points: list[SweepPoint]
    keys: list[str]
    maker: WorldMaker
    folder: pathlib.Path

    @property
    def parts(self) -> Parts:
        """Its rows."""
        return Parts(self.folder, self.maker.code)

    @property
    def worlds(self) -> dict[str, tuple[int, dict[str, Any]]]:
        """By key: number and values of the first point that plays the world."""
        found: dict[str, tuple[int, dict[str, Any]]] = {}
        for point, key in zip(self.points, self.keys, strict=True):
            found.setdefault(key, (point.number, point.values))
        return found

    @property
    def first_scenario(self) -> Scenario:
        """The scenario of the first point, by which work is estimated."""
        return self.maker.make(self.points[0].values).scenario

    def cut(self, wanted: dict[str, int]) -> list[Batch]:
        """All work, whatever of it is done, in batches."""
        experiment = self.read.experiment
        most = experiment.replications.at_least
        size = size_batch(self.first_scenario, experiment.run.engine, most)
        return cut_batches(cut_blocks(self.worlds, wanted), size)


def lay_sweep(read: ReadExperiment, allows_code: bool = False) -> LaidSweep:
    """Make and check all points of an experiment.

    Parameters
    ----------
    read : ReadExperiment
        The experiment.
    allows_code : bool
        Whether its function may be run.

    Raises
    ------
    InputError
        One line an error: ranges, points that do not validate, too many of them, the folder.
    """
    if read.function is not None and not allows_code:
        raise InputError(
            f"{read.label}: runs = {read.function.label}: runs code of {read.function.path}; "
            "allowed: only with --code on the command line"
        )
    try:
        points = list_points(read.experiment)
    except InputError as error:
        raise InputError(*(f"{read.label}: {line}" for line in error.errors)) from None
    folder = find_folder(read)
    maker = WorldMaker(read.experiment, function=read.function)
    return LaidSweep(read, points, check_points(maker, points, read.label), maker, folder)


def find_folder(read: ReadExperiment) -> pathlib.Path:
    """Where a sweep's results go.

    Raises
    ------
    InputError
        There is something that is no sweep.
    """
    named = read.experiment.run.dir
    folder = pathlib.Path(named) if named else RESULTS / "sweep" / make_file_name(read.name)
    if not os.path.lexists(folder):
        return folder
    if not folder.is_dir():
        raise InputError(f"run.dir={folder}: is a file; allowed: a folder")
    try:
        names = os.listdir(folder)
    except OSError as error:
        raise InputError(f"run.dir={folder}: cannot be read ({error.strerror})") from error
    if names and not ((folder / PARTS).is_dir() or (folder / FILE).is_file()):
        raise InputError(
            f"run.dir={folder}: is not empty and holds no sweep; choose another folder"
        )
    return folder


def list_left(batches: list[Batch], done: dict[str, Any]) -> list[Batch]:
    """What of the batches is not stored yet; those of which nothing is left go."""
    left = []
    for batch in batches:
        rest = tuple(
            one
            for block in batch
            for one in (reduce_block(block, done[block.world]) if block.world in done else [block])
        )
        if rest:
            left.append(rest)
    return left
