"""Who fails to come: one uniform a person, one gamma a day.

    person j of a shift is absent  iff  U_j < min(share x D_day, MOST_SHARE)

with D_day Gamma of mean 1 and coefficient of variation `day_cv`. Both are pure functions of the
replication's key and of day, shift and person, so one person more leaves all others' luck as it
is. Checked by ``tests/theory/test_absence.py``.
"""

import numpy as np

from sim.compile import jit_loop
from sim.demand.quantile import look_up, make_table
from sim.demand.streams import (
    ABSENCE_DAY,
    ABSENT,
    draw_int53,
    draw_uniform,
    enter_stream,
    hash_name,
)

# On the worst of days somebody comes; a share at which more would be cut off is no absence.
MOST_SHARE = 0.99


def make_absence_key(replication_key: np.uint64) -> np.ndarray:
    """Key of a replication's absences, uint64, shape (1,)."""
    with np.errstate(over="ignore"):
        own = enter_stream(replication_key, np.uint64(hash_name("absence")))
    return np.array([own], np.uint64)


@jit_loop
def put_day_factors(key: np.uint64, day: np.ndarray, lines: np.ndarray, factor: np.ndarray) -> None:
    """Put D of each day."""
    for place in range(day.size):
        factor[place] = look_up(lines, 0, draw_int53(key, ABSENCE_DAY, day[place]))


@jit_loop
def put_uniforms(
    key: np.uint64, stream: np.ndarray, number: np.ndarray, uniform: np.ndarray
) -> None:
    """Put U of each person."""
    for place in range(number.size):
        uniform[place] = draw_uniform(enter_stream(key, stream[place]), ABSENT, number[place])


def draw_absent(
    key: np.ndarray,
    share: float,
    day_cv: float,
    days: np.ndarray,
    day_of: np.ndarray,
    stream: np.ndarray,
    number: np.ndarray,
) -> np.ndarray:
    """Draw which persons fail to come, bool, shape (n_persons,).

    Parameters
    ----------
    key : np.ndarray
        `Draws.absence_key`.
    share, day_cv : float
        Of ``scenario.absence``.
    days : np.ndarray
        int64: numbers of the days.
    day_of : np.ndarray
        int64, shape (n_persons,): index of the person's day in `days`.
    stream, number : np.ndarray
        uint64 and int64, shape (n_persons,): what a person is known by.
    """
    factor, uniform = np.ones(days.size), np.empty(number.size)
    with np.errstate(over="ignore"):
        if day_cv > 0.0:
            put_day_factors(key[0], days, np.array(make_table("gamma", day_cv**-2.0)), factor)
        put_uniforms(key[0], stream, number, uniform)
    return np.asarray(uniform < np.minimum(share * factor, MOST_SHARE)[day_of])
