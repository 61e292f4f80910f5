"""What was seen of policies on common draws: a row of outcomes for each replication played.

Policies are told apart by what is played of them, so the same staff and rules under another name
are known already. Kept up to a limit of memory; what was not asked for longest goes first, and is
played again, to the same bits, if it is asked for after all. Checked by
``tests/unit/test_planning_memory.py``.
"""

from collections.abc import Mapping

import numpy as np

from sim.planning.evaluation.outcomes import CHANCE
from sim.scenario.policy import Policy


def name_policy(policy: Policy, has_shifts: bool = False) -> str:
    """Name a policy so that only those that are the same to play share it.

    Parameters
    ----------
    policy : Policy
        Any.
    has_shifts : bool
        Whether the same staff by other shifts is played otherwise.
    """
    return policy.model_dump_json(exclude={"name"} if has_shifts else {"name", "shifts"})


class OutcomeMemory:
    """Rows of outcomes by policy and replication.

    Parameters
    ----------
    most_bytes : int
        `trim` keeps so much.
    """

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self._tables: dict[str, np.ndarray] = {}
        self._bytes = 0

    def list_missing(self, name: str, first: int, last: int) -> list[int]:
        """List the replications ``first`` to ``last`` - 1 that are not there."""
        if name not in self._tables:
            return list(range(first, last))
        table = self._tables[name]
        # a row that was played has a chance, whatever else is nothing in it
        missing = first + np.flatnonzero(np.isnan(table[first:last, CHANCE]))
        return [*missing.tolist(), *range(max(first, len(table)), last)]

    def put(self, name: str, rows: Mapping[int, tuple[float, ...]]) -> None:
        """Keep the rows of some replications of a policy."""
        if not rows:
            return
        width = len(next(iter(rows.values())))
        old = self._tables.get(name, np.empty((0, width)))
        table = np.full((max(len(old), max(rows) + 1), width), np.nan)
        table[: len(old)] = old
        table[list(rows)] = list(rows.values())
        self._tables[name] = table
        self._bytes += table.nbytes - old.nbytes

    def read(self, name: str, first: int, last: int) -> np.ndarray:
        """Read the rows of a range of replications that are all there."""
        table = self._tables[name] = self._tables.pop(name)
        return table[first:last].copy()

    def trim(self) -> None:
        """Forget what was not asked for longest, down to the limit."""
        while self._bytes > self.most_bytes:
            self._bytes -= self._tables.pop(next(iter(self._tables))).nbytes
