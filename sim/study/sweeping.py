"""A sweep from its first missing block to its files.

Checked by ``tests/functional/test_sweep.py`` (bytes whatever the order and the processes, resume)
and ``tests/functional/test_sweep_kills.py``.
"""

import datetime
import pathlib
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import numpy as np

from sim.outcomes.estimate import estimate_measure
from sim.running.replicate import count_cores
from sim.store.replacing import append_line
from sim.study.blocks import Batch
from sim.study.finishing import LOG, begin, finish
from sim.study.form import BLOCK, Repetition, read_shard
from sim.study.laying import LaidSweep, list_left
from sim.study.playing import FailedBlock, SweepTask
from sim.study.pool import run_batches

Progress = Callable[[str, int, int], None]


class SweepDone(NamedTuple):
    """What a sweep came to."""

    folder: pathlib.Path
    jobs: int
    """blocks that were played now"""
    failed: tuple[FailedBlock, ...]


def run_laid(laid: LaidSweep, progress: Progress) -> SweepDone:
    """Play what is missing of a sweep, and write its files.

    Raises
    ------
    KeyboardInterrupt
        With the folder; what was finished is kept.
    InputError
        Something cannot be written.
    """
    started = datetime.datetime.now(datetime.UTC)
    begin(laid)
    repetition = laid.read.experiment.replications
    wanted = dict.fromkeys(laid.keys, repetition.at_least)
    jobs, failed = 0, dict[str, FailedBlock]()
    try:
        while True:
            jobs += _Round(laid, wanted, failed, progress).run()
            longer = lengthen(laid, wanted, repetition)
            if longer == wanted:
                break
            wanted = longer
        finish(laid, wanted, list(failed.values()), started)
    except KeyboardInterrupt as error:
        append_line(laid.folder / LOG, {"event": "interrupted", "jobs": jobs})
        error.args = (laid.folder,)
        raise
    return SweepDone(laid.folder, jobs, tuple(failed.values()))


class _Round:
    """The blocks of so many replications: what is missing is played.

    Parameters
    ----------
    laid : LaidSweep
        The sweep.
    wanted : Mapping of str to int
        Replications of each world.
    failed : dict of str to FailedBlock
        By the block's key: not tried again in this run; what fails is added.
    progress : callable
        Is told what is done.
    """

    def __init__(
        self,
        laid: LaidSweep,
        wanted: Mapping[str, int],
        failed: dict[str, FailedBlock],
        progress: Progress,
    ) -> None:
        self._laid = laid
        self._progress = progress
        self._batches = laid.cut(dict(wanted))
        self._failed = failed
        self._ended = self._played = 0

    def run(self) -> int:
        """Play all that nobody has played; return how many blocks that were."""
        laid = self._laid
        task = SweepTask(
            laid.read.experiment, laid.maker.made, laid.parts, laid.maker.code, laid.read.function
        )
        batches = self._list_left()
        total = sum(map(len, batches))
        workers = min(laid.read.experiment.run.workers or count_cores(), max(len(batches), 1))
        for found in run_batches(task, self._offer(batches), workers):
            self._played += len(found.done)
            self._ended += len(found.done) + len(found.failed)
            self._failed |= {one.block.key: one for one in found.failed}
            n = len(self._failed)
            self._progress(f"Sweeping: {n} failed" if n else "Sweeping", self._ended, total)
        return self._played

    def _list_left(self) -> list[Batch]:
        """What is missing: the shard's own batches first, then those of the others."""
        shard = read_shard(self._laid.read.experiment.run.shard or "1/1")
        assert shard is not None
        number, count = shard
        order = [batch for turn in range(count)
                 for batch in self._batches[(number - 1 + turn) % count :: count]]  # fmt: skip
        left = list_left(order, self._laid.parts.list_done())
        tried = [tuple(one for one in batch if one.key not in self._failed) for batch in left]
        return [batch for batch in tried if batch]

    def _offer(self, batches: list[Batch]) -> Iterator[Batch]:
        """Batches that no other process has stored since."""
        for batch in batches:
            if self._laid.parts.has(batch):
                self._ended += len(batch)
            else:
                yield batch


def lengthen(laid: LaidSweep, wanted: dict[str, int], repetition: Repetition) -> dict[str, int]:
    """Replications of each world in the next round: more where an interval is too long.

    Whether it is depends on the first replications of the world alone, in their order, so the
    same number is reached however the work is shared out.
    """
    if not repetition.half_width:
        return wanted
    rows = laid.parts.read(("world", "replication", *repetition.half_width))
    longer = dict(wanted)
    for world, n in wanted.items():
        if n >= repetition.at_most:
            continue
        own = (rows["world"] == world) & (rows["replication"] < n)
        _, first = np.unique(rows["replication"][own], return_index=True)
        if first.size < n:  # some of it failed
            continue
        halves = {
            name: measure_half(name, rows[name][own][first]) for name in repetition.half_width
        }
        if not all(halves[name] <= most for name, most in repetition.half_width.items()):
            longer[world] = min((n // BLOCK + 1) * BLOCK, repetition.at_most)
    return longer


def measure_half(name: str, values: np.ndarray) -> float:
    """Half of the 95 % interval of a measure's mean."""
    found = estimate_measure(name, values)
    return (found.ci_high - found.ci_low) / 2.0
