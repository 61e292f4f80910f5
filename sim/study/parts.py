"""The store of a sweep: rows of finished blocks, in files that are there as a whole or not.

``parts/CODE/NAME.parquet`` holds a row for each world and replication. A row is believed where
its file is whole (checksums of its pages); of rows that are there twice one is taken, since they
are equal. Rows of another code lie in a folder of their own. Checked by
``tests/functional/test_sweep_store.py``.
"""

import contextlib
import pathlib
import warnings
from collections.abc import Iterator, Sequence

import numpy as np

from sim.errors import InputError, PlaceWarning
from sim.running.table import Table, stack_tables
from sim.store.replacing import make_folder, replace_file
from sim.store.tables import read_table, write_table
from sim.study.blocks import Batch, name_batch

PARTS = "parts"
KEYS = ("world", "replication")
ENDING = ".parquet"


class Parts:
    """The files of one code.

    Parameters
    ----------
    folder : pathlib.Path
        The sweep's.
    code : str
        Whose rows.
    """

    def __init__(self, folder: pathlib.Path, code: str) -> None:
        self.place = folder / PARTS / code

    def prepare(self) -> None:
        """Make the folder where it is missing."""
        make_folder(self.place)

    def write(self, blocks: Batch, rows: Sequence[Table]) -> None:
        """Store the rows of finished blocks.

        Parameters
        ----------
        blocks : tuple of Block
            What was played.
        rows : sequence of Table
            Of each.

        Raises
        ------
        InputError
            The file cannot be written; nothing of it is there then.
        """
        table = stack_tables(rows)
        replace_file(self._name(blocks), lambda draft: write_table(draft, table, checksums=True))

    def has(self, blocks: Batch) -> bool:
        """Whether the rows of these very blocks are stored together."""
        return self._name(blocks).is_file()

    def _name(self, blocks: Batch) -> pathlib.Path:
        return self.place / f"{name_batch(blocks)}{ENDING}"

    def read(self, names: Sequence[str] | None = None) -> Table:
        """All rows, in no order, some perhaps twice; damaged files are told and left out."""
        tables = list(self._read_all(names))
        if not tables:
            empty = {"world": np.zeros(0, np.str_), "replication": np.zeros(0, np.int64)}
            return Table(empty)
        return stack_tables(tables)

    def _read_all(self, names: Sequence[str] | None) -> Iterator[Table]:
        for path in sorted(self.place.glob(f"*{ENDING}")):
            try:
                found = Table(read_table(path, names))
            except InputError as error:
                warnings.warn(f"{error}; its jobs are played again", PlaceWarning, stacklevel=2)
                with contextlib.suppress(OSError):
                    path.rename(path.with_suffix(".damaged"))
                continue
            if set(KEYS) <= set(found):
                yield found

    def list_done(self) -> dict[str, np.ndarray]:
        """The stored replications of each world, in order."""
        rows = self.read(KEYS)
        if not rows["world"].size:
            return {}
        worlds, places = np.unique(rows["world"], return_inverse=True)
        order = np.argsort(places, kind="stable")
        ends = np.cumsum(np.bincount(places))[:-1]
        split = np.split(rows["replication"][order], ends)
        return {str(one): np.unique(numbers) for one, numbers in zip(worlds, split, strict=True)}


def list_other_codes(folder: pathlib.Path, code: str) -> list[str]:
    """The codes whose rows are stored beside those of this one."""
    return sorted(
        path.name
        for path in (folder / PARTS).glob("*")
        if path.is_dir() and path.name != code and any(path.glob(f"*{ENDING}"))
    )
