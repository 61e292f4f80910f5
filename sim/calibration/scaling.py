"""Staff, limits and budget for another volume, as good as the base scenario's.

Offered load m of a pool in an hour: expected cases x work x turns, and triage of what
is no case; what comes while closed is worked off in the first CATCH_UP_H open hours.
The base scenario's budget (or staff) says its quality of service: beta in
sum(m + beta sqrt m) = hours, the square-root rule (Halfin & Whitt 1981). The same beta at
the new load gives reference staff, budget and limits; the surge crew grows in proportion.
An agent hour of work that events bring is paid EVENT_HOURS times, because shifts outlast
surges: the budgets of the shipped campaign, launch and price-rise weeks hold 1.3 to 2.3.
Checked by ``tests/unit/test_calibration_scaling.py``.
"""

import math
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import brentq

from sim.rostering.wages import compute_hour_cost
from sim.scenario import profile
from sim.scenario.lower import compute_tool_factor
from sim.scenario.model import Scenario
from sim.scenario.tables import LEVEL_STANDARD

# (a) What came at night is answered within half a working day; half of it asks for more morning
# staff.
CATCH_UP_H = 4.0
# (a) Room to hire: pools may have twice the staff of the highest need.
LIMIT_FACTOR = 2.0
# (a) Within 1.3 to 2.3, what the shipped budgets imply (see the head); double would buy slack.
EVENT_HOURS = 1.5
# Digits of scaled numbers: estimates, not measurements.
SIGNIFICANT = 3


class Load(NamedTuple):
    """Offered load by reporting interval and pool [agents]."""

    calm: np.ndarray
    """float64, shape (n_intervals, n_pools): without events"""
    expected: np.ndarray
    """float64, shape (n_intervals, n_pools): events included, times their probability"""
    is_open: np.ndarray
    """bool, shape (n_intervals,)"""
    interval_h: float


def compute_load(scenario: Scenario) -> Load:
    """The offered load of a scenario, while open."""
    calm = profile.expected_per_interval_and_topic(scenario, knows_events=False)
    n_intervals = len(calm)
    interval_h = scenario.horizon.interval_min / 60.0
    edges_h = np.arange(n_intervals + 1) * interval_h
    total = calm.copy()
    for event in scenario.events.values():
        hours = profile.expected_event_h(scenario, event, edges_h)
        mix = profile.event_topic_shares(scenario, event) * event.work_multiplier
        total += scenario.demand.base_per_h * np.outer(hours, mix)
    work_h = np.array([count_work_h(scenario, name) for name in scenario.topics])
    pools = np.eye(len(scenario.pool_names))[profile.home_pools(scenario)]
    is_open = profile.open_intervals(scenario)
    calm_load, total_load = (
        carry_over((mentions * work_h) @ pools / interval_h, is_open, interval_h)
        for mentions in (calm, total)
    )
    return Load(calm_load, total_load, is_open, interval_h)


def count_work_h(scenario: Scenario, name: str) -> float:
    """The work that a mention of a topic makes its home pool on average [h]."""
    maturity, talk, topic = scenario.maturity, scenario.conversation, scenario.topics[name]
    place = scenario.topic_names.index(name)
    home = profile.home_pools(scenario)[place]
    resolved = profile.pool_resolution_shares(scenario)[home, LEVEL_STANDARD, place]
    again = (1.0 - float(resolved)) * talk.write_again_share
    turns = (1.0 - again**talk.max_turns) / (1.0 - again) if again < 1.0 else talk.max_turns
    values = topic.work.values_min
    work_min = topic.work.mean_min or (sum(values) / len(values) if values else 0.0)
    case_min = work_min * compute_tool_factor(scenario) * turns
    case_min *= float(profile.pool_times(scenario)[home, place])
    missed = 1.0 - topic.actionable_share
    return (
        topic.actionable_share * maturity.triage_recall * case_min
        + missed * maturity.triage_false_positive * maturity.triage_min
    ) / 60.0


def carry_over(load: np.ndarray, is_open: np.ndarray, interval_h: float) -> np.ndarray:
    """The load with what comes while closed moved to the next open hours.

    Parameters
    ----------
    load : np.ndarray
        float64, shape (n_intervals, n_pools).
    is_open : np.ndarray
        bool, shape (n_intervals,).
    interval_h : float
        Length of an interval [h].

    Returns
    -------
    np.ndarray
        Same shape: 0 while closed; the total is kept but for what comes after the last
        open interval, which goes to the first open ones.
    """
    moved = np.where(is_open[:, None], load, 0.0)
    if not is_open.any():
        return moved
    width = max(1, round(CATCH_UP_H / interval_h))
    opened = np.flatnonzero(is_open)
    closed = np.flatnonzero(~is_open)
    for place in closed:
        after = opened[opened > place]
        run = (after if len(after) else opened)[:width]
        moved[run] += load[place] / len(run)
    return moved


def compute_beta(scenario: Scenario) -> float:
    """The quality of service of a scenario's budget, or of its reference staff."""
    load = compute_load(scenario)
    budget = scenario.planner.get("budget")
    cost = compute_hour_cost(scenario)
    if isinstance(budget, int | float) and cost > 0:
        hours = float(budget) / cost
    else:
        per_day = sum(sum(staff) for staff in scenario.team.reference_staff.values())
        hours = per_day * len(load.calm) * load.interval_h / 24.0
        return _solve_beta(hours, load)
    return _solve_beta(hours - EVENT_HOURS * count_event_h(load), load)


def _solve_beta(hours: float, load: Load) -> float:
    """Find the beta whose staff, somebody in each pool at least, takes so many hours."""

    def miss(beta: float) -> float:
        return float(staff_calm(load, beta).sum()) * load.interval_h - hours

    root = float(np.sqrt(load.calm[load.is_open]).sum()) * load.interval_h
    if miss(0.0) >= 0.0 or root <= 0.0:
        return 0.0
    return float(brentq(miss, 0.0, (hours + 1.0) / root))


def staff_calm(load: Load, beta: float) -> np.ndarray:
    """Staff calm load at a quality of service, while open; shape (n_intervals, n_pools)."""
    staffed = np.maximum(load.calm + beta * np.sqrt(load.calm), 1.0)
    return np.where(load.is_open[:, None], staffed, 0.0)


def count_event_h(load: Load) -> float:
    """The agent hours of work that events are expected to bring."""
    return float((load.expected - load.calm).sum()) * load.interval_h


def scale_team(base: Scenario, fitted: Scenario) -> dict[str, Any]:
    """What staff, limits, surge crew and budget become.

    Parameters
    ----------
    base : Scenario
        The scenario whose quality of service is kept.
    fitted : Scenario
        The same with its demand, topics, events and opening hours changed.

    Returns
    -------
    dict
        Differences on `fitted`: ``team``, ``surge_crew`` and, where the base has a
        budget, ``planner``.
    """
    beta, load, old = compute_beta(base), compute_load(fitted), compute_load(base)
    ratio = load.calm.sum() / len(load.calm) / max(old.calm.sum() / len(old.calm), 1e-9)
    is_open = load.is_open[:, None]
    peaks = np.where(is_open, load.expected + beta * np.sqrt(load.expected), 0.0).max(axis=0)
    team = {
        "pools": {
            name: {"limit": max(pool.limit, _round_up_tens(LIMIT_FACTOR * peak))}
            for (name, pool), peak in zip(fitted.team.pools.items(), peaks, strict=True)
        },
        "reference_staff": _list_reference_staff(fitted, load, beta),
    }
    crew = fitted.surge_crew
    surge = {
        "max_people": math.ceil(crew.max_people * ratio) if crew.max_people else 0,
        "max_hours_a_week": round_significant(max(crew.max_hours_a_week * ratio, crew.min_h)),
    }
    changes: dict[str, Any] = {"team": team, "surge_crew": surge}
    if isinstance(base.planner.get("budget"), int | float):
        hours = float(staff_calm(load, beta).sum()) * load.interval_h + EVENT_HOURS * count_event_h(
            load
        )
        changes["planner"] = {"budget": round_significant(hours * compute_hour_cost(fitted))}
    return changes


def _list_reference_staff(fitted: Scenario, load: Load, beta: float) -> dict[str, list[int]]:
    """Heads by local hour of the day, the mean of the days' calm load."""
    times = profile.interval_local_times(fitted.horizon)
    hour = np.array([time.hour for time in times])
    staff: dict[str, list[int]] = {}
    for code, name in enumerate(fitted.pool_names):
        counts = []
        for number in range(24):
            rows = (hour == number) & load.is_open
            mean = float(load.calm[rows, code].mean()) if rows.any() else 0.0
            wanted = math.floor(mean + beta * math.sqrt(mean) + 0.5)
            counts.append(max(1, wanted) if rows.any() else 0)
        staff[name] = counts
    return staff


def _round_up_tens(value: float) -> int:
    return min(100_000, 10 * math.ceil(value / 10.0))


def round_significant(value: float, digits: int = SIGNIFICANT) -> float:
    """A number rounded to so many significant digits."""
    return float(f"{value:.{digits}g}")
