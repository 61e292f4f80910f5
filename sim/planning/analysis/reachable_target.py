"""The most of a promise that the opening hours allow, however many people work.

A mention can be kept if triage finds it and the desk is open when it comes, or opens again
within the service-level target; on a horizon that repeats the start follows the end. With the
expected actionable mentions n[t] of each minute, spread evenly over an interval, the most is

    recall * sum n[t] [next open minute - t <= promise_min] / sum n[t],

an upper bound: handling, queues and customers who leave before the opening only lower it.
Checked by ``tests/unit/test_analysis_reachable_target.py`` by hand and against ample staff.
"""

import numpy as np

from sim.scenario.model import Scenario
from sim.scenario.policy import Policy
from sim.scenario.profile import expected_per_interval_and_topic, open_intervals


def compute_reachable_share(scenario: Scenario, policy: Policy) -> float:
    """Largest share of the actionable mentions of answered topics that people can answer in time.

    Parameters
    ----------
    scenario : Scenario
        Its opening hours, promise and triage.
    policy : Policy
        Says which topics are answered at all.

    Returns
    -------
    float
        A share of the horizon's expected mentions; 1 where there are none.
    """
    step_min = scenario.horizon.interval_min
    wait_min = _wait_for_opening(np.repeat(open_intervals(scenario), step_min), scenario)
    is_near = (wait_min <= scenario.promise.promise_min).reshape(-1, step_min).mean(axis=1)
    topics = scenario.topics.items()
    share = [
        0.0 if policy.effort[name]["calm"] == "none" else topic.actionable_share
        for name, topic in topics
    ]
    mentions = expected_per_interval_and_topic(scenario, knows_events=True) @ np.array(share)
    total = float(mentions.sum())
    return float(scenario.maturity.triage_recall * (mentions @ is_near) / total) if total else 1.0


def _wait_for_opening(is_open: np.ndarray, scenario: Scenario) -> np.ndarray:
    """Minutes from the middle of each minute to the next open one; 0 in open ones."""
    n = is_open.size
    ahead = np.concatenate([is_open, is_open & scenario.horizon.repeats])
    place = np.where(ahead, np.arange(2 * n), 3 * n)
    following = np.minimum.accumulate(place[::-1])[::-1][:n]
    return np.where(following < 2 * n, np.maximum(following - np.arange(n) - 0.5, 0.0), np.inf)


def format_unreachable(scenario: Scenario, policy: Policy) -> list[str]:
    """Say that opening hours make the service-level target impossible, and what is possible.

    Nothing is reported where the bot answers, too: it has no hours.
    """
    levels = {level for row in policy.effort.values() for level in row.values()}
    most, promise = compute_reachable_share(scenario, policy), scenario.promise
    if "auto" in levels or most >= promise.target_share:
        return []
    return [
        "The opening hours make the promise impossible: however many people work, at most "
        f"{most:.1%} can have a first reply within {promise.promise_min:g} min (promised: "
        f"{promise.target_share:.0%}, scenario.promise.target_share); open longer "
        "(scenario.shifts.open_from_h, open_to_h, open_by_day) or promise less."
    ]
