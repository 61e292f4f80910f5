"""How many people a scenario asks for, by formula: no simulation, no search.

Erlang A's requirement of each open interval and pool, for the customers who can be kept at all:
with a share m of all customers within reach of the opening hours (``compute_reachable_share``)
and a promise to a share s of all, each open interval keeps s / m of those who come in it. Work that
arrives while the desk is closed is done in the next open stretch, spread evenly over it. Checked by
``tests/unit/test_checking_need.py``.
"""

from typing import NamedTuple

import numpy as np

from sim.planning.analysis.reachable_target import compute_reachable_share
from sim.policies.standard import price_agents, require_agents, staff_nobody
from sim.policies.workload import expect_work
from sim.rostering.heads import WEEK_H, count_contract_h, find_roster_factor
from sim.rostering.scenario_shifts import pose_shifts
from sim.scenario.model import Scenario
from sim.scenario.profile import count_hours, open_intervals

# (a) Nobody staffs for the last twentieth: where the promise asks for more of an interval than
# this, more people buy next to nothing, and it is said that the promise is out of reach.
MOST_SHARE = 0.95


class Need(NamedTuple):
    """What the promise asks for.

    Attributes
    ----------
    answering : np.ndarray
        Whole people at work at once, shape (n_intervals, n_pools).
    work : np.ndarray
        Expected work, in people busy at once, that of closed hours moved; same shape.
    roster_factor : float
        People on the roster for each at work: shrinkage and absence.
    paid_h, full_time : np.ndarray
        A week's paid hours and full-time contracts of each pool, shape (n_pools,).
    cost : float
        Of all of it, by the scenario's wages [currency].
    reachable_share, asked_share : float
        The most of the promise that the hours allow; what is asked of those who come in open ones.
    """

    answering: np.ndarray
    work: np.ndarray
    roster_factor: float
    paid_h: np.ndarray
    full_time: np.ndarray
    cost: float
    reachable_share: float
    asked_share: float


def compute_need(scenario: Scenario) -> Need:
    """Compute what a scenario's promise asks for."""
    problem, is_open = pose_shifts(scenario), open_intervals(scenario)
    policy = staff_nobody("flat", scenario, problem)
    most = compute_reachable_share(scenario, policy)
    asked = min(scenario.promise.target_share / most, MOST_SHARE) if most else MOST_SHARE
    work = move_closed_work(
        expect_work(scenario, knows_events=True), is_open, scenario.horizon.repeats
    )
    answering = require_agents(scenario, work, asked) * is_open[:, None]
    come = 1.0 - scenario.absence.share
    weeks = count_hours(scenario.horizon) / WEEK_H
    factor = find_answering_factor(scenario)
    paid_h = answering.sum(axis=0) * scenario.horizon.interval_min / 60.0 * factor / weeks
    paid_share = 1.0 / come if scenario.absence.paid else 1.0
    return Need(
        answering=answering,
        work=work,
        roster_factor=factor,
        paid_h=paid_h,
        full_time=paid_h / count_contract_h(scenario),
        cost=float((answering * price_agents(problem)).sum() * paid_share),
        reachable_share=most,
        asked_share=asked,
    )


def find_answering_factor(scenario: Scenario) -> float:
    """People on the roster for each who is to answer: time off the queue, and absence."""
    return find_roster_factor(scenario) / (1.0 - scenario.absence.share)


def move_closed_work(work: np.ndarray, is_open: np.ndarray, repeats: bool) -> np.ndarray:
    """Move the work that comes while the desk is closed into the next open stretch, evenly.

    Parameters
    ----------
    work : np.ndarray
        Shape (n_intervals, n_pools), in people busy at once.
    is_open : np.ndarray
        Bool, shape (n_intervals,).
    repeats : bool
        After the end comes the start; else what comes after the last opening is nobody's.

    Returns
    -------
    np.ndarray
        As `work`, 0 in closed intervals.
    """
    moved = np.where(is_open[:, None], work, 0.0)
    if is_open.all() or not is_open.any():
        return moved
    n = len(work)
    # Stretches of open intervals by their first; on a ring the last may go on at the start.
    edges = (
        np.flatnonzero(is_open & ~np.roll(is_open, 1))
        if repeats
        else np.flatnonzero(is_open & ~np.concatenate([[False], is_open[:-1]]))
    )
    for first in edges:
        following = (first + np.arange(n)) % n
        length = int(np.argmin(is_open[following])) or n
        stretch = following[:length] if repeats else following[: min(length, n - first)]
        before = (first - 1 - np.arange(n)) % n
        if not repeats:
            before = before[:first]
        closed = before[: int(np.argmax(is_open[before])) if is_open[before].any() else None]
        moved[stretch] += work[closed].sum(axis=0) / len(stretch)
    return moved
