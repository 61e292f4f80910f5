"""Columns by name, and the door to the user's own data frames.

Checked by ``tests/functional/test_results.py``.
"""

import importlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.errors import InputError


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

    def to_polars(self) -> Any:
        """The columns as a polars data frame.

        Raises
        ------
        InputError
            polars is not installed; Surgecrew itself does without.
        """
        return _make_frame("polars", self)


def _make_frame(package: str, table: Table) -> Any:
    try:
        frames = importlib.import_module(package)
    except ImportError as error:
        raise InputError(f"to_{package}: {package} is not installed") from error
    return frames.DataFrame(dict(table))


def stack_tables(tables: Sequence[Table]) -> Table:
    """The rows of tables of the same columns, one after the other."""
    return Table({name: np.concatenate([table[name] for table in tables]) for name in tables[0]})
