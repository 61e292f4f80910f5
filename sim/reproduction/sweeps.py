"""A stored sweep made again, whole or one job of it, from its experiment.yaml alone.

Checked by ``tests/functional/test_reproduce.py``.
"""

import pathlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from sim.compose import read_user_yaml
from sim.errors import InputError
from sim.reproduction.comparing import FileCheck, compare_leaves
from sim.reproduction.inputs import Inputs
from sim.running.table import Table
from sim.scenario.build import build
from sim.store.stored import read_object
from sim.study.blocks import Block, cut_blocks
from sim.study.design import list_points
from sim.study.form import Experiment
from sim.study.functions import NAMED, PointFunction
from sim.study.laying import lay_sweep
from sim.study.parts import Parts
from sim.study.playing import BatchPlayer, SweepTask
from sim.study.reading import FILE, ReadExperiment
from sim.study.results import SweepResults, read_sweep_folder
from sim.study.sweeping import run_laid
from sim.study.worlds import WorldMaker

Progress = Callable[[str, int, int], None]
# Fewer digits of a hash name a job by chance.
LEAST_DIGITS = 6


def read_stored(
    folder: pathlib.Path, target: pathlib.Path, places: Sequence[pathlib.Path], allows_code: bool
) -> ReadExperiment:
    """The experiment of a stored sweep, its files found, its results to go elsewhere.

    Raises
    ------
    InputError
        Files are missing, or its function may not be run.
    """
    label = str(folder / FILE)
    plain = read_user_yaml(folder / FILE)
    inputs = Inputs(label, places)
    located = inputs.locate_experiment(plain)
    inputs.require()
    experiment = build(Experiment, located, "")
    own = experiment.run.model_copy(update={"dir": str(target), "shard": None})
    name = str(read_object(folder / "summary.json").get("experiment"))
    function = find_stored_function(experiment.runs, label, inputs, allows_code)
    return ReadExperiment(name, label, experiment.model_copy(update={"run": own}), plain, function)


def find_stored_function(
    runs: str, label: str, inputs: Inputs, allows_code: bool
) -> PointFunction | None:
    """Where the function of a sweep is now; None where it simulates."""
    named = NAMED.fullmatch(runs)
    if named is None:
        return None
    if not allows_code:
        raise InputError(f"{label}: runs = {runs}: runs code; allowed: only with --code")
    path = inputs.find(named[1])
    if path is None:
        raise InputError(
            f"{label}: runs = {runs}: {named[1]} is not kept with the results; "
            "say where it is: inputs=FOLDER"
        )
    return PointFunction(pathlib.Path(path), named[2])


def rerun_sweep(read: ReadExperiment, target: pathlib.Path, progress: Progress) -> pathlib.Path:
    """Play a whole sweep again."""
    run_laid(lay_sweep(read, allows_code=True), progress)
    return target


def rerun_job(
    folder: pathlib.Path, read: ReadExperiment, target: pathlib.Path, job: str
) -> FileCheck:
    """Play one job of a sweep again and hold its rows against the stored ones.

    Parameters
    ----------
    folder : pathlib.Path
        The stored sweep's.
    read : ReadExperiment
        Its experiment.
    target : pathlib.Path
        Where rows go meanwhile.
    job : str
        The hash of the job, or its first digits.

    Raises
    ------
    InputError
        There is no such job, or it fails again.
    """
    stored = read_sweep_folder(folder)
    block = find_job(folder, stored, job)
    point = list_points(read.experiment)[block.point]
    maker = WorldMaker(read.experiment, function=read.function)
    key = maker.make(point.values).key
    again = block._replace(values=point.values, world=key)
    parts = Parts(target, maker.code)
    parts.prepare()
    task = SweepTask(read.experiment, maker.made, parts, maker.code, read.function)
    played = BatchPlayer(task).play((again,))
    name = f"job {block.key} (point {block.point}, replications {block.first} to " \
           f"{block.first + block.n - 1})"  # fmt: skip
    if played.failed:
        return FileCheck(name, "different", why=f"fails here: {played.failed[0].reason}")
    rows = parts.read()
    order = np.argsort(rows["replication"])
    numbers = stored.replications["replication"]
    own = (stored.replications["point"] == block.point) & (numbers >= block.first)
    own &= numbers < block.first + block.n
    left_out = ("point", "world")
    return compare_leaves(
        name,
        {key: cells[own] for key, cells in stored.replications.items() if key not in left_out},
        {key: cells[order] for key, cells in rows.items() if key not in left_out},
    )


def find_job(folder: pathlib.Path, stored: SweepResults, job: str) -> Block:
    """The job that a hash names, by the worlds as they are stored.

    Raises
    ------
    InputError
        None, or several.
    """
    blocks = list_jobs(stored.design, stored.replications)
    found = [one for one in blocks if len(job) >= LEAST_DIGITS and one.key.startswith(job)]
    if len(found) != 1:
        some = ", ".join(f"{one.key} (point {one.point})" for one in blocks[:3])
        raise InputError(
            f"job={job}: {folder} has {'no such job' if not found else f'{len(found)} of them'} "
            f"(allowed: a job's hash, {LEAST_DIGITS} digits or more; the first: {some})"
        )
    return found[0]


def list_jobs(design: Table, replications: Table) -> list[Block]:
    """The jobs of which rows are stored."""
    points = replications["point"]
    counts: dict[str, int] = {}
    worlds: dict[str, tuple[int, dict[str, Any]]] = {}
    for point, world in zip(design["point"].tolist(), design["world"].tolist(), strict=True):
        numbers = replications["replication"][points == point]
        if world not in worlds and numbers.size:
            worlds[world] = point, {}
            counts[world] = int(numbers.max()) + 1
    return cut_blocks(worlds, counts)
