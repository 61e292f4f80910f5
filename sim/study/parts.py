"""The store of a sweep: rows of finished blocks, in files that are there as a whole or not.

``parts/CODE/NAME-HASH.parquet`` holds a row for each world and replication. A row is believed where
its file's content has the hash that its name says; of rows that are there twice one is taken,
since they are equal. Rows of another code lie in a folder of their own. Checked by
``tests/functional/test_sweep_store.py``.
"""

import pathlib
import warnings
from collections.abc import Mapping, Sequence

import numpy as np

from sim.errors import InputError, PlaceWarning
from sim.running.table import Table, stack_tables
from sim.store.replacing import make_folder, replace_file
from sim.store.stored import hash_file
from sim.store.tables import read_table, write_table
from sim.study.blocks import Batch, name_batch

PARTS = "parts"
KEYS = ("world", "replication")
ENDING = ".parquet"
# More files are merged when a sweep ends: a folder of thousands is slow to list on a network disk.
MOST_FILES = 100
# Of a merged file, 75 MB with all measures: what a flipped bit costs.
MERGED_ROWS = 250_000


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
        self._put(name_batch(blocks), stack_tables(rows))

    def has(self, blocks: Batch) -> bool:
        """Whether the rows of these very blocks are stored together."""
        return any(self.place.glob(f"{name_batch(blocks)}-*{ENDING}"))

    def read(self, names: Sequence[str] | None = None) -> Table:
        """All rows, in no order, some perhaps twice; damaged files are told and left out."""
        tables = list(self._read_all(names).values())
        if not tables:
            empty = {"world": np.zeros(0, np.str_), "replication": np.zeros(0, np.int64)}
            return Table(empty)
        columns = {tuple(table) for table in tables}
        if len(columns) > 1:
            one, other = sorted(columns)[:2]
            raise InputError(
                f"{self.place}: rows have other columns than others "
                f"({', '.join(sorted(set(one) ^ set(other)))})"
            )
        return stack_tables(tables)

    def _read_all(self, names: Sequence[str] | None) -> dict[pathlib.Path, Table]:
        """The tables of all whole files; files that another process merges go as we read."""
        found: dict[pathlib.Path, Table] = {}
        while True:
            left = [path for path in sorted(self.place.glob(f"*{ENDING}")) if path not in found]
            if not left:
                return found
            for path in left:
                try:
                    found[path] = _read_whole(path, names)
                except FileNotFoundError:
                    break
                except InputError as error:
                    warnings.warn(f"{error}; its jobs are played again", PlaceWarning, stacklevel=3)
                    path.rename(path.with_suffix(".damaged"))

    def merge(self) -> None:
        """Put the rows of many files into few; the many go when the few are there."""
        if sum(1 for _ in self.place.glob(f"*{ENDING}")) <= MOST_FILES:
            return
        many = self._read_all(None)
        table = stack_tables(list(many.values()))
        for first in range(0, table["world"].size, MERGED_ROWS):
            rows = {name: cells[first : first + MERGED_ROWS] for name, cells in table.items()}
            self._put("merged", rows)
        for path in many:
            path.unlink(missing_ok=True)

    def _put(self, name: str, rows: Mapping[str, np.ndarray]) -> None:
        replace_file(
            self.place / name,
            lambda draft: write_table(draft, rows),
            lambda draft: f"{name}-{hash_file(draft)}{ENDING}",
        )

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


def _read_whole(path: pathlib.Path, names: Sequence[str] | None) -> Table:
    """The rows of a file whose content has the hash that its name says.

    Raises
    ------
    InputError
        It is not as it was written.
    FileNotFoundError
        It went.
    """
    if hash_file(path) != path.stem.rpartition("-")[2]:
        raise InputError(f"{path}: is not as it was written")
    return Table(read_table(path, names))


def list_other_codes(folder: pathlib.Path, code: str) -> list[str]:
    """The codes whose rows are stored beside those of this one."""
    return sorted(
        path.name
        for path in (folder / PARTS).glob("*")
        if path.is_dir() and path.name != code and any(path.glob(f"*{ENDING}"))
    )
