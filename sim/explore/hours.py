"""Parts of the day: rows of a table of people where a policy has no shifts of the scenario.

Checked by ``tests/functional/test_explore.py``.
"""

import datetime

import numpy as np

from sim.scenario.model import Scenario
from sim.scenario.profile import count_hours, interval_local_times

# Parts of a day: six rows of a table, the length of the shortest shift that is shipped.
PART_H = 4


def find_hours_rows(scenario: Scenario, step_min: int) -> tuple[np.ndarray, np.ndarray]:
    """Find local day and part of the day of each step of staffing, int, shape (n_steps,) each."""
    times = interval_local_times(scenario.horizon)
    first = times[0].date()
    interval_min = scenario.horizon.interval_min
    n_steps = -(-count_hours(scenario.horizon) * 60 // step_min)
    days, rows = np.zeros(n_steps, np.int64), np.zeros(n_steps, np.int64)
    for step in range(n_steps):
        place, rest_min = divmod(step * step_min, interval_min)
        time = times[min(place, len(times) - 1)] + datetime.timedelta(minutes=rest_min)
        days[step], rows[step] = (time.date() - first).days, time.hour // PART_H
    return days, rows


def name_hours_rows() -> list[str]:
    """Name the parts of a day."""
    return [f"{row * PART_H:02d}:00-{(row + 1) * PART_H % 24:02d}:00" for row in range(6)]
