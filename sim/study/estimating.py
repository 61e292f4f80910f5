"""What a sweep will take, before it begins: for ``--dry-run``.

Checked by ``tests/functional/test_sweep.py``.
"""

from typing import NamedTuple

from sim.running.size import PACE_PER_S, REPLICATION_S, SIMPY_FACTOR, count_expected
from sim.store.schema import MEASURES
from sim.study.blocks import cut_blocks
from sim.study.laying import LaidSweep, list_left

# A replication's measures as they are stored, compressed, once in parts and once at the end.
ROW_BYTES = 2 * 8 * len(MEASURES)


class SweepSize(NamedTuple):
    """What a sweep is expected to need."""

    points: int
    jobs: int
    finished: int
    """jobs that are stored"""
    cpu_h: float
    """of the others"""
    disk_bytes: float
    at_most: bool
    """whether this is the most that a stopping rule may ask for"""


def estimate_sweep(laid: LaidSweep) -> SweepSize:
    """The size of a sweep, by the expected mentions of the first point."""
    repetition = laid.read.experiment.replications
    blocks = cut_blocks(laid.worlds, dict.fromkeys(laid.keys, repetition.at_most))
    left = list_left([(block,) for block in blocks], laid.parts.list_done())
    pace = PACE_PER_S / (SIMPY_FACTOR if laid.read.experiment.run.engine == "simpy" else 1.0)
    replication_s = count_expected(laid.first_scenario) / pace + REPLICATION_S
    rows = sum(block.n for batch in left for block in batch)
    return SweepSize(
        points=len(laid.points),
        jobs=len(blocks),
        finished=len(blocks) - len(left),
        cpu_h=rows * replication_s / 3600.0,
        disk_bytes=float(rows * ROW_BYTES),
        at_most=bool(repetition.half_width),
    )
