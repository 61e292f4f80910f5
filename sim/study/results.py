"""A finished sweep, read again.

Checked by ``tests/functional/test_sweep.py``.
"""

import pathlib
from dataclasses import dataclass
from typing import Any

from sim.errors import InputError
from sim.running.table import Table, stack_tables
from sim.store.stored import PASSPORT, blaming, check_files, read_listed, read_object
from sim.store.tables import read_table

DESIGN, SUMMARY = "design.parquet", "summary.json"


@dataclass(frozen=True)
class SweepResults:
    """What a sweep found.

    Attributes
    ----------
    design : Table
        A row per point: `point`, `world`, and a column per factor, or `arm` and `values`.
    replications : Table
        A row per point and replication: `point`, `replication`, every measure.
    summary : dict
        The content of summary.json.
    """

    design: Table
    replications: Table
    summary: dict[str, Any]

    def _repr_html_(self) -> str:
        """Design and replications as a notebook shows them."""
        return (
            f"<h4>Design</h4>{self.design._repr_html_()}"
            f"<h4>Replications</h4>{self.replications._repr_html_()}"
        )

    def take(self, point: int) -> Table:
        """The replications of one point, in order."""
        own = self.replications["point"] == point
        return Table({name: cells[own] for name, cells in self.replications.items()})


def read_sweep_folder(folder: pathlib.Path) -> SweepResults:
    """Read a sweep's folder; see `sim.read_sweep`."""
    if not (folder / DESIGN).is_file():
        raise InputError(f"{folder}: is no sweep (it has no {DESIGN})")
    if not (folder / PASSPORT).is_file():
        raise InputError(f"{folder}: the sweep is not finished; `surgecrew sweep` goes on with it")
    tables = sorted(name for name in read_listed(folder) if name.startswith("replications-"))
    check_files(folder, (DESIGN, SUMMARY, *tables))
    with blaming(folder):
        return SweepResults(
            Table(read_table(folder / DESIGN)),
            stack_tables([Table(read_table(folder / name)) for name in tables]),
            read_object(folder / SUMMARY),
        )
