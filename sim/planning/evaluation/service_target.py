"""The service-level target on event days: which days, and the chance constraint.

Only events count that are announced when the shifts are fixed. An event day is a calendar
day on which the event's expected intensity, given that it happens, exceeds the mean base
rate for an hour or more; where no day does, the day of its highest intensity. The constraint
for each such event, replications in which it does not happen left out:

    P(share of exogenous actionable mentions of its event days that get a first reply
      within the service-level target >= target) >= 1 - alpha

It holds iff the alpha-quantile of the share reaches the target, so a search may follow the
quantile's shortfall. Checked by ``tests/unit/test_evaluation_service_target.py``.
"""

from typing import NamedTuple

import numpy as np

from sim.policies.workload import is_known
from sim.scenario.model import Scenario
from sim.scenario.profile import count_hours, expected_event_h, local_days
from sim.scenario.tables import MS_PER_H

QUARTERS_PER_H = 4


class EventDays(NamedTuple):
    """An announced event's days."""

    event: int
    """its number in the scenario"""
    name: str
    hours: np.ndarray
    """bool, shape (n_hours,): elapsed hours that lie on its days"""


def find_event_days(scenario: Scenario, now_h: float = 0.0) -> tuple[EventDays, ...]:
    """Find the days of each event known when shifts are fixed that reaches into the horizon."""
    n_hours, days = count_hours(scenario.horizon), local_days(scenario.horizon)
    edges_h = np.arange(n_hours * QUARTERS_PER_H + 1) / QUARTERS_PER_H
    found = []
    for number, (name, event) in enumerate(scenario.events.items()):
        if not is_known(event, now_h):
            continue
        multiple = expected_event_h(scenario, event, edges_h) * QUARTERS_PER_H / event.probability
        if multiple.max() <= 0:
            continue
        by_hour = (multiple > 1.0).reshape(n_hours, QUARTERS_PER_H).sum(axis=1)
        high_h = np.bincount(days, by_hour) / QUARTERS_PER_H
        chosen = np.flatnonzero(high_h >= 1.0)
        if chosen.size == 0:
            chosen = days[[int(np.argmax(multiple)) // QUARTERS_PER_H]]
        found.append(EventDays(number, name, np.isin(days, chosen)))
    return tuple(found)


def share_kept(
    days: EventDays,
    event_time_ms: np.ndarray,
    arrival_ms: np.ndarray,
    asked: np.ndarray,
    kept: np.ndarray,
) -> float:
    """Share of an event's customers answered in time in a replication; NaN without the event.

    Parameters
    ----------
    days : EventDays
        Of the event.
    event_time_ms : np.ndarray
        shape (n_events,), -1 where an event does not happen.
    arrival_ms, asked, kept : np.ndarray
        shape (n,): arrival; exogenous and actionable; answered within the promised time.
    """
    if event_time_ms[days.event] < 0:
        return float("nan")
    counted = asked & days.hours[arrival_ms // MS_PER_H]
    n = int(counted.sum())
    return int((kept & counted).sum()) / n if n else float("nan")


def compute_quantile(shares: np.ndarray, alpha: float) -> float:
    """Share that all but alpha of the replications reach; 1 where there is none."""
    seen = np.sort(shares[~np.isnan(shares)])
    return float(seen[min(int(alpha * seen.size + 1e-9), seen.size - 1)]) if seen.size else 1.0


def share_met(shares: np.ndarray, target: float) -> float:
    """Share of the replications that reach the target; 1 where there is none."""
    seen = shares[~np.isnan(shares)]
    return float(np.mean(seen >= target)) if seen.size else 1.0


def limit_share_met(n_met: int, n: int, risk: float) -> tuple[float, float]:
    """Lower and upper limit of a chance, each wrong with at most ``risk`` (Clopper and Pearson).

    Parameters
    ----------
    n_met, n : int
        How often it came, of how many trials.
    risk : float
        Of each limit, one-sided.

    Returns
    -------
    tuple of float
        0 and 1 without trials. Clopper and Pearson (1934), DOI 10.1093/biomet/26.4.404.
    """
    from scipy.special import betaincinv

    low = float(betaincinv(n_met, n - n_met + 1, risk)) if n_met > 0 else 0.0
    high = float(betaincinv(n_met + 1, n - n_met, 1.0 - risk)) if n_met < n else 1.0
    return low, high


def is_surely_missed(shares: np.ndarray, target: float, alpha: float, risk: float) -> bool:
    """Whether the target is met in too few replications for chance to explain it."""
    seen = shares[~np.isnan(shares)]
    return limit_share_met(int((seen >= target).sum()), seen.size, risk)[1] < 1.0 - alpha
