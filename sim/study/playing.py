"""One batch of a sweep: played in one thread, its rows stored, what failed told.

A failure of one block stops no other. Checked by ``tests/functional/test_sweep.py``.
"""

import traceback
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from sim.errors import SurgecrewError
from sim.outcomes.scales import Lowered
from sim.planning.benchmarks.choice import make_policy
from sim.running.play import prepare
from sim.running.replicate import measure_replications
from sim.running.table import Table
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy
from sim.store.provenance import hash_code
from sim.study.blocks import Batch, Block
from sim.study.form import Experiment
from sim.study.functions import Function, PointFunction, PointJob, take_rows
from sim.study.parts import Parts
from sim.study.worlds import SweepWorld, WorldMaker


class SweepTask(NamedTuple):
    """What every process of a sweep knows.

    Attributes
    ----------
    experiment : Experiment
        Of the sweep.
    made : dict of str to Policy
        Policies that are made once.
    parts : Parts
        Where rows go.
    code : str
        By which the sources are known.
    function : PointFunction or None
        What is run instead of the simulation.
    """

    experiment: Experiment
    made: dict[str, Policy]
    parts: Parts
    code: str
    function: PointFunction | None = None


class FailedBlock(NamedTuple):
    """A block that gave nothing, and why."""

    block: Block
    reason: str


class PlayedBatch(NamedTuple):
    """What became of a batch."""

    done: Batch
    failed: tuple[FailedBlock, ...]


class BatchPlayer:
    """Plays batches one after the other; keeps the last world, for its next block.

    Parameters
    ----------
    task : SweepTask
        Of the sweep.

    Raises
    ------
    SurgecrewError
        The sources are others than those that the sweep began with.
    """

    def __init__(self, task: SweepTask) -> None:
        if hash_code() != task.code:
            raise SurgecrewError("the sources were changed while the sweep ran; run it again")
        self._task = task
        self._maker = WorldMaker(task.experiment, task.made, task.function)
        self._function = None if task.function is None else task.function.load()
        self._last: tuple[str, Scenario, Lowered] | None = None
        self._is_warm = False

    def play(self, blocks: Batch, warmed: Callable[[], object] | None = None) -> PlayedBatch:
        """Play blocks and store their rows, those that were finished also where it is interrupted.

        Parameters
        ----------
        blocks : tuple of Block
            In the order in which they are played.
        warmed : callable, optional
            Called once, when the first block of the first batch is played: all is compiled.

        Raises
        ------
        InputError
            They cannot be stored.
        """
        done: list[Block] = []
        rows: list[Table] = []
        failed: list[FailedBlock] = []
        try:
            for block in blocks:
                try:
                    found = self._play_block(block)
                except Exception as error:  # whatever it is, the others are played
                    failed.append(FailedBlock(block, explain(error)))
                    continue
                rows.append(found)
                done.append(block)
                if warmed is not None and not self._is_warm:
                    warmed()
                self._is_warm = True
        finally:
            if done:
                self._task.parts.write(tuple(done), rows)
        return PlayedBatch(tuple(done), tuple(failed))

    def _play_block(self, block: Block) -> Table:
        numbers = range(block.first, block.first + block.n)
        keys = Table(
            world=np.full(block.n, block.world),
            replication=np.array(numbers, dtype=np.int64),
        )
        if self._function is not None:
            return Table(keys | self._call(self._function, block, numbers))
        scenario, lowered = self._prepare(block)
        run = self._task.experiment.run
        return Table(keys | measure_replications(scenario, lowered, run.seed, numbers, run.engine))

    def _call(self, function: Function, block: Block, numbers: range) -> Table:
        assert self._task.function is not None
        world, run = self._make(block), self._task.experiment.run
        values = {**self._task.experiment.fixed, **block.values}
        job = PointJob(values, world.scenario, world.policy, run.seed, numbers, run.engine)
        return take_rows(function, job, self._task.function.label)

    def _prepare(self, block: Block) -> tuple[Scenario, Lowered]:
        if self._last is None or self._last[0] != block.world:
            world = self._make(block)
            policy = make_policy(world.policy, world.scenario)
            self._last = block.world, world.scenario, prepare(world.scenario, policy)
        return self._last[1:]

    def _make(self, block: Block) -> SweepWorld:
        world = self._maker.make(block.values)
        if world.key != block.world:
            raise SurgecrewError("a file that it names was changed while the sweep ran")
        return world


def explain(error: Exception) -> str:
    """Why something failed, on one line; of a bug also where."""
    text = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, SurgecrewError):
        return text
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({frames[-1].name})" if frames else ""
    return f"{type(error).__name__}: {text}{place}"
