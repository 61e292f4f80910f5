"""What an hour at work costs, by the hour of the week.

    hour cost = paid hour / (1 - shrinkage) x night premium x weekend premium

Shrinkage is paid time off the queue. The night's premium is paid between two local hours, the
weekend's on Saturdays, Sundays and holidays; where both hold they are multiplied. Both are paid
for each interval by its local start. Checked by ``tests/unit/test_wages.py``.
"""

import numpy as np

from sim.scenario.clock import interval_local_times
from sim.scenario.model import Scenario

# Weekdays count from Monday, 0.
SATURDAY = 5


def compute_hour_cost(scenario: Scenario) -> float:
    """Cost of a productive hour, premiums apart [scenario.currency]."""
    return scenario.costs.paid_hour_cost / (1.0 - scenario.costs.shrinkage_share)


def compute_pay_factors(scenario: Scenario) -> np.ndarray | None:
    """Cost of an hour against a plain one, float64, shape (n_intervals,).

    None where no premium is paid.
    """
    costs = scenario.costs
    if costs.night_premium == 1.0 and costs.weekend_premium == 1.0:
        return None
    times = interval_local_times(scenario.horizon)
    hours = np.array([time.hour for time in times])
    since, length = (hours - costs.night_from_h) % 24, costs.night_to_h - costs.night_from_h
    is_free = [
        time.weekday() >= SATURDAY or time.date().isoformat() in scenario.holidays for time in times
    ]
    night = np.where(since < length % 24, costs.night_premium, 1.0)
    return np.asarray(night * np.where(is_free, costs.weekend_premium, 1.0))
