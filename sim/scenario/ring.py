"""The horizon as a ring: what was there before its start, and what goes on after its end.

A week that repeats begins with the mail of the closed hours before it. They are played as a
*lead-in*, from the last opening of the desk that was over before the start: whoever still
waited then has mostly been served by the close. After the end the same roster goes on. Engine
time begins with the lead-in. Checked by ``tests/unit/test_ring.py``.
"""

import math

import numpy as np

from sim.limits import MAX_DRAIN_H, MAX_LEAD_H
from sim.scenario.clock import count_hours, count_intervals
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy
from sim.scenario.preparing.hours import Floor
from sim.scenario.profile import open_intervals
from sim.scenario.tables import MS_PER_H, MS_PER_MIN, Clock

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


def lower_clock(scenario: Scenario) -> Clock:
    """Lead-in, horizon, drain and reporting intervals."""
    lead_ms = compute_lead_h(scenario) * MS_PER_H
    interval_ms = scenario.horizon.interval_min * MS_PER_MIN
    return Clock(
        horizon_ms=lead_ms + count_hours(scenario.horizon) * MS_PER_H,
        drain_ms=math.floor(compute_drain_h(scenario) * MS_PER_H + 0.5),
        interval_ms=interval_ms,
        n_intervals=lead_ms // interval_ms + count_intervals(scenario.horizon),
        lead_ms=lead_ms,
    )


def lower_schedule(
    scenario: Scenario, policy: Policy, floor: Floor, own: Floor
) -> tuple[np.ndarray, np.ndarray]:
    """The times at which some pool's staff changes, and the staff from then on.

    On a ring the lead-in has the staff of the last hours, and after the horizon the roster
    begins again, unless the policy says who is there then.

    Parameters
    ----------
    scenario, policy : Scenario, Policy
        The world and what is decided in it.
    floor : Floor
        The roster.
    own : Floor
        The same in the horizon's own round, less those who prepare for its events.

    Returns
    -------
    time_ms : np.ndarray
        int64, shape (n_changes,), ascending, first 0.
    agents : np.ndarray
        int64, shape (n_pools, n_changes).
    """
    clock = lower_clock(scenario)
    time_ms, agents, length_ms = floor
    rounds = [(own.time_ms + clock.lead_ms, own.agents)]
    if clock.lead_ms:
        first = int(np.searchsorted(time_ms, length_ms - clock.lead_ms, side="right")) - 1
        before_ms = np.maximum(time_ms[first:] - length_ms + clock.lead_ms, 0)
        rounds.insert(0, (before_ms, agents[:, first:]))
    if policy.after_close is not None:
        closing = np.array(
            [[policy.after_close.get(name, 0)] for name in scenario.pool_names], np.int64
        )
        rounds.append((np.array([clock.horizon_ms]), closing))
    elif scenario.horizon.repeats:
        starts_ms = range(clock.horizon_ms, clock.horizon_ms + clock.drain_ms + 1, length_ms)
        rounds += [(time_ms + start_ms, agents) for start_ms in starts_ms]
    elif own is not floor:
        rounds.append((np.array([clock.horizon_ms]), agents[:, -1:]))
    time_ms = np.concatenate([times for times, _ in rounds])
    agents = np.concatenate([staff for _, staff in rounds], axis=1)
    changed = np.append(True, (agents[:, 1:] != agents[:, :-1]).any(axis=0))
    return time_ms[changed], np.ascontiguousarray(agents[:, changed])
