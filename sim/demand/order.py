"""Puts mentions in order of arrival: a stable radix sort of whole milliseconds.

Mentions of one instant keep the order in which their streams were drawn. Checked
against ``numpy.argsort`` by ``tests/unit/test_demand_order.py``.
"""

import numpy as np

from sim.compile import jit

_DIGIT_BITS = 11
_DIGITS = 1 << _DIGIT_BITS


@jit
def sort_by_time(time_ms: np.ndarray, count: int) -> np.ndarray:
    """The rows of the first `count` times in ascending order of time, stable.

    Parameters
    ----------
    time_ms : np.ndarray
        int64, shape (>= count,), not negative.
    count : int
        How many of them to sort.

    Returns
    -------
    np.ndarray
        int32, shape (count,).
    """
    order = np.empty(count, np.int32)
    for row in range(count):
        order[row] = row
    other = np.empty(count, np.int32)
    highest = 0
    for row in range(count):
        highest = max(highest, time_ms[row])
    shift = 0
    while (highest >> shift) > 0:
        starts = np.zeros(_DIGITS + 1, np.int64)
        for row in range(count):
            starts[((time_ms[row] >> shift) & (_DIGITS - 1)) + 1] += 1
        for digit in range(_DIGITS):
            starts[digit + 1] += starts[digit]
        for place in range(count):
            row = order[place]
            digit = (time_ms[row] >> shift) & (_DIGITS - 1)
            other[starts[digit]] = row
            starts[digit] += 1
        order, other = other, order
        shift += _DIGIT_BITS
    return order
