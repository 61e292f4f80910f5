"""Checks of what callers hand to the formulas: one clear line for each error.

A formula's domain error must be a ``ValueError`` for a Python user and an
`sim.errors.InputError` for the command line; `QueueInputError` is both.
Checked by ``tests/unit/test_queueing_arguments.py``.
"""

import math
import numbers

import numpy as np
import numpy.typing as npt

from sim.errors import InputError


class QueueInputError(InputError, ValueError):
    """A value outside the domain of a queueing formula."""


def require_positive(**values: float) -> None:
    """Raise `QueueInputError` unless every value is finite and above 0."""
    for name, value in values.items():
        if not (math.isfinite(value) and value > 0):
            raise QueueInputError(f"{name} = {value!r}: must be a finite number above 0")


def require_not_negative(**values: float) -> None:
    """Raise `QueueInputError` unless every value is finite and 0 or more."""
    for name, value in values.items():
        if not (math.isfinite(value) and value >= 0):
            raise QueueInputError(f"{name} = {value!r}: must be a finite number, 0 or more")


def require_share(**values: float) -> None:
    """Raise `QueueInputError` unless every value lies in [0, 1)."""
    for name, value in values.items():
        if not 0 <= value < 1:
            raise QueueInputError(f"{name} = {value!r}: must be at least 0 and below 1")


def require_agents(agents: object) -> None:
    """Raise `QueueInputError` unless ``agents`` is a whole number, 0 or more."""
    if not isinstance(agents, numbers.Integral) or int(agents) < 0:
        raise QueueInputError(f"agents = {agents!r}: must be a whole number, 0 or more")


def read_intervals(name: str, values: npt.ArrayLike) -> np.ndarray:
    """Check ``values``, each finite and 0 or more, as float64 with at least one axis.

    Raises
    ------
    QueueInputError
        No interval at all, or a value that is negative or not finite.
    """
    array = np.atleast_1d(np.asarray(values, dtype=np.float64))
    if array.size == 0:
        raise QueueInputError(f"{name}: must hold one value an interval, at least one")
    if not (np.isfinite(array).all() and (array >= 0).all()):
        raise QueueInputError(f"{name}: every value must be a finite number, 0 or more")
    return array
