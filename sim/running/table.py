"""Columns by name, and the door to the user's own data frames.

Checked by ``tests/functional/test_results.py``.
"""

import html
import importlib
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from sim.errors import InputError

# What a notebook shows without scrolling.
SHOWN_ROWS = 10


class Table(dict[str, np.ndarray]):
    """Columns of shape (n_rows,) by name, in order."""

    def to_pandas(self) -> Any:
        """The columns as a pandas data frame.

        Raises
        ------
        InputError
            pandas is not installed; Surgecrew itself does without.
        """
        return _make_frame("pandas", self)

    def _repr_html_(self) -> str:
        """The first rows as a notebook shows them."""
        n = len(next(iter(self.values()), ()))
        head = _write_row("th", self)
        rows = [_write_row("td", (cells[place] for cells in self.values()))
                for place in range(min(n, SHOWN_ROWS))]  # fmt: skip
        return f"<table>{head}{''.join(rows)}</table><p>{n:,} rows, {len(self)} columns</p>"

    def to_polars(self) -> Any:
        """The columns as a polars data frame.

        Raises
        ------
        InputError
            polars is not installed; Surgecrew itself does without.
        """
        return _make_frame("polars", self)

    def to_xarray(self) -> Any:
        """The columns as an xarray data set over one dimension, `row`.

        Raises
        ------
        InputError
            xarray is not installed; Surgecrew itself does without.
        """
        frames = _load_package("xarray")
        return frames.Dataset({str(name): ("row", cells) for name, cells in self.items()})


def _write_row(tag: str, cells: Iterable[object]) -> str:
    shown = [f"{cell:.6g}" if isinstance(cell, float) else str(cell) for cell in cells]
    return f"<tr>{''.join(f'<{tag}>{html.escape(text)}</{tag}>' for text in shown)}</tr>"


def _make_frame(package: str, table: Table) -> Any:
    return _load_package(package).DataFrame(dict(table))


def _load_package(package: str) -> Any:
    try:
        return importlib.import_module(package)
    except ImportError as error:
        raise InputError(
            f"to_{package}: {package} is not installed; `pip install {package}`"
        ) from error


def stack_tables(tables: Sequence[Table]) -> Table:
    """The rows of tables of the same columns, one after the other."""
    return Table({name: np.concatenate([table[name] for table in tables]) for name in tables[0]})
