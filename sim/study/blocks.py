"""The work of a sweep: blocks of a point's replications, in batches that take about a second.

How it is cut follows from the experiment alone, never from what is done or how fast: so every
process of a sweep, on whatever machine, has the same list, and two that do the same batch write
the same rows. Checked by ``tests/unit/test_study_blocks.py``.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from sim.running.size import PACE_PER_S, REPLICATION_S, SIMPY_FACTOR, count_expected
from sim.scenario.model import Scenario
from sim.study.form import BLOCK

# What a kill or Ctrl-C costs; half of it doubles the files, twice makes small sweeps lopsided.
BATCH_S = 1.0
# A file of so many blocks is written and read in a blink; more would only cost memory.
MOST_BLOCKS = 500


class Block(NamedTuple):
    """Replications of one world that are played together: what the store knows as a job.

    Attributes
    ----------
    point : int
        Number of the first point that plays this world.
    values : dict of str to object
        What that point sets.
    world : str
        The key of its world.
    first, n : int
        Replications `first` to `first + n - 1`.
    """

    point: int
    values: dict[str, Any]
    world: str
    first: int
    n: int

    @property
    def key(self) -> str:
        """16 hexadecimal digits that tell it from every other."""
        text = f"{self.world}/{self.first}+{self.n}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]


Batch = tuple[Block, ...]


def name_batch(blocks: Sequence[Block]) -> str:
    """A name of a batch's file: the same for the same blocks."""
    return hashlib.sha256(" ".join(one.key for one in blocks).encode()).hexdigest()[:24]


def cut_blocks(
    worlds: Mapping[str, tuple[int, dict[str, Any]]], wanted: Mapping[str, int]
) -> list[Block]:
    """All blocks of an experiment, world by world, each of at most `BLOCK` replications.

    Parameters
    ----------
    worlds : Mapping of str to tuple
        By key: number and values of the first point that plays the world.
    wanted : Mapping of str to int
        Replications of each.
    """
    return [
        Block(point, values, world, first, min(BLOCK, wanted[world] - first))
        for world, (point, values) in worlds.items()
        for first in range(0, wanted[world], BLOCK)
    ]


def cut_batches(blocks: Sequence[Block], size: int) -> list[Batch]:
    """The blocks in batches of so many."""
    return [tuple(blocks[first : first + size]) for first in range(0, len(blocks), size)]


def size_batch(scenario: Scenario, engine: str, replications: int) -> int:
    """How many blocks take about a second, by the expected mentions of the first world."""
    per_s = PACE_PER_S / (SIMPY_FACTOR if engine == "simpy" else 1.0)
    block_s = min(replications, BLOCK) * (count_expected(scenario) / per_s + REPLICATION_S)
    return int(min(max(BATCH_S / block_s, 1.0), MOST_BLOCKS))


def reduce_block(block: Block, done: np.ndarray) -> list[Block]:
    """The runs of replications of a block that are not done yet.

    Parameters
    ----------
    block : Block
        Whole.
    done : np.ndarray
        Replications of its world that are stored, in any order.
    """
    numbers = np.arange(block.first, block.first + block.n)
    left = numbers[~np.isin(numbers, done)]
    if not left.size:
        return []
    runs = np.split(left, np.flatnonzero(np.diff(left) > 1) + 1)
    return [block._replace(first=int(run[0]), n=int(run.size)) for run in runs]
