"""The horizon as a ring: what was there before its start, and what goes on after its end.

A week that repeats begins with the mail of the closed hours before it. They are played as a
*lead-in*, from the last opening of the desk that was over before the start: whoever still
waited then has mostly been served by the close. After the end the same roster goes on.
Checked by ``tests/unit/test_ring.py``.
"""

import numpy as np

from sim.limits import MAX_DRAIN_H, MAX_LEAD_H
from sim.scenario.clock import count_hours
from sim.scenario.model import Scenario
from sim.scenario.profile import open_intervals

ALWAYS_OPEN_LEAD_H = 24
"""Where no opening begins the lead-in: a day, after which a desk without nights has forgotten."""
LEAST_DRAIN_H = 168
"""A desk that is open at all is open within a week, which a day that repeats does not show."""
# A day: a desk that is open once a day answers the last case.
SINGLE_DRAIN_H = 24.0


def has_lead(scenario: Scenario) -> bool:
    """Whether a lead-in is played: nothing else says what is there at the start."""
    demand = scenario.demand
    return (
        scenario.horizon.repeats
        and scenario.warm_up_h == 0
        and demand.backlog_mentions == 0
        and demand.replay is None
        and demand.rate_per_h is None
    )


def compute_lead_h(scenario: Scenario) -> int:
    """The length of the lead-in [h], at most the horizon and 4 weeks; 0: there is none."""
    if not has_lead(scenario):
        return 0
    n_hours = count_hours(scenario.horizon)
    is_open = np.asarray(open_intervals(scenario).reshape(n_hours, -1).any(axis=1))
    return min(find_last_opening_h(is_open), n_hours, MAX_LEAD_H)


def find_last_opening_h(is_open: np.ndarray) -> int:
    """How long before the start the last opening began that was over by then [h].

    Parameters
    ----------
    is_open : np.ndarray
        bool, shape (n_hours,): open hours of the ring.
    """
    if is_open.all() or not is_open.any():
        return ALWAYS_OPEN_LEAD_H
    back, n = 1, is_open.size
    if is_open[0]:
        while is_open[-back % n]:
            back += 1
    while not is_open[-back % n]:
        back += 1
    while is_open[-back % n]:
        back += 1
    return back - 1


def compute_drain_h(scenario: Scenario) -> float:
    """How long work goes on at most after the horizon [h]."""
    if scenario.drain_h is not None:
        return scenario.drain_h
    if not scenario.horizon.repeats:
        return SINGLE_DRAIN_H
    return float(min(max(count_hours(scenario.horizon), LEAST_DRAIN_H), MAX_DRAIN_H))
