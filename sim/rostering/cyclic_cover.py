"""Cyclic covering: the fewest people who cover a cycle, each working some intervals in a row.

Checked by ``tests/theory/test_covering_published.py``.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.errors import InputError
from sim.rostering.program import MORE, ProgramBuilder
from sim.rostering.solver import SolverLimits, solve_program


class CyclicPlan(NamedTuple):
    """People that start in each interval (None without a plan), their sum and its bound."""

    status: str
    starts: np.ndarray | None
    headcount: float
    bound: float


def solve_cyclic_cover(
    required: npt.ArrayLike,
    length_intervals: int,
    relaxed: bool = False,
    limits: SolverLimits | None = None,
) -> CyclicPlan:
    """Cover a cycle with the fewest people, each working some intervals in a row.

    Parameters
    ----------
    required : array_like of int, shape (n_intervals,)
        People wanted in each interval.
    length_intervals : int
        Intervals that each works, 1 to n_intervals.
    relaxed : bool
        Allow fractions of people (the linear relaxation).
    limits : SolverLimits, optional
        Default: 100,000 nodes, exact.

    Raises
    ------
    InputError
        A requirement that is not whole, or a length that does not fit.
    """
    wanted = np.asarray(required, dtype=float)
    if not np.all(np.isfinite(wanted) & (wanted >= 0) & (wanted == np.round(wanted))):
        raise InputError("required: must be whole numbers of 0 or more")
    n = len(wanted)
    if not 1 <= length_intervals <= n:
        raise InputError(f"length_intervals: {length_intervals}, must lie in 1..{n}")
    builder = ProgramBuilder()
    starts = builder.add_columns(np.ones(n))
    for interval in range(n):
        at_work = (interval - np.arange(length_intervals)) % n
        builder.add_row(starts[at_work], 1.0, MORE, float(wanted[interval]))
    solution = solve_program(builder.build(), limits, relaxed)
    people = solution.values
    if people is not None and not relaxed:
        people = people.astype(np.int64)
    return CyclicPlan(solution.status, people, solution.objective, solution.bound)
