"""What tests measure of textbook queues: plain statistics of draws and runs.

A statistic maps one replication to a few totals; replications are independent, so the mean of
``top - expected * bottom`` over them is 0 in truth and its z needs no theory of ratios.
Times in minutes.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from chances import z_mean

from sim.care.record import Run
from sim.demand.draws import Draws
from sim.scenario.build import build_scenario
from sim.scenario.parts import PHASES
from sim.scenario.policy import Policy
from sim.textbook import Queue, erlang_a, play_queue

MS_PER_MIN = 60_000
Statistic = Callable[[Draws, Run], Sequence[float]]


def measure(queue: Queue, replications: int, statistic: Statistic, seed: int = 1) -> np.ndarray:
    """Return totals, shape (n_totals, n_replications)."""
    rows = [statistic(draws, run) for draws, run in play_queue(queue, replications, seed)]
    return np.array(rows, dtype=float).T


def z_ratio(top: Any, bottom: Any, expected: float) -> float:
    """Return how many standard errors sum(top)/sum(bottom) is off."""
    return z_mean(np.asarray(top) - expected * np.asarray(bottom), 0.0)


def find_waits(draws: Draws, run: Run) -> np.ndarray:
    """Return each customer's wait to the first service or to leaving [min]."""
    until_ms = np.where(run.first_start_ms >= 0, run.first_start_ms, run.left_ms)
    return (until_ms - draws.arrival_ms) / MS_PER_MIN


def find_visits(draws: Draws, run: Run) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return begin, start (or leaving) and end of every visit [min]; at the end who left.

    Who left before a first reply comes first, then who left later (nobody posts again).
    """
    left = (run.left_ms >= 0) & (run.first_reply_ms < 0)
    later = np.flatnonzero((run.left_ms >= 0) & ~left)
    sent = np.bincount(run.turn_mention, minlength=left.size)[later]
    patience_ms = draws.later_patience_ms[draws.turn_offset[later] + sent] if later.size else sent
    ends_ms = np.concatenate((run.left_ms[left], run.left_ms[later]))
    parts = (
        (run.turn_ready_ms, draws.arrival_ms[left], run.left_ms[later] - patience_ms),
        (run.turn_start_ms, ends_ms),
        (run.turn_end_ms, ends_ms),
    )
    ready, start, end = (np.concatenate(part) / MS_PER_MIN for part in parts)
    return ready, start, end


def count_at(begin: np.ndarray, end: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Return how many spans [begin, end) hold each time."""
    come = np.searchsorted(np.sort(begin), times, side="right")
    gone = np.searchsorted(np.sort(end), times, side="right")
    return come - gone


def sum_by_hour(values: np.ndarray, draws: Draws, hours: int) -> np.ndarray:
    """Return totals by hour of arrival."""
    hour = draws.arrival_ms // (60 * MS_PER_MIN)
    return np.bincount(hour, values, minlength=hours)[:hours]


def make_queue(
    topics: Any, pools: Any, staff: Any, rate_per_h: float, days: int, **more: Any
) -> Any:
    """Return a stationary queue of several topics and pools: `textbook.erlang_a`, changed."""
    scenario, policy = erlang_a(rate_per_h, 1, None, 1, days)
    plain = scenario.model_dump(mode="json")
    customer = plain["topics"].pop("customer")
    plain["topics"] = {name: customer | topic for name, topic in topics.items()}
    plain["team"] |= {"pools": pools, "reference_staff": {}} | more.pop("team", {})
    hours = len(policy.staff["line"])
    decided = policy.model_dump(mode="json", exclude_none=True) | {
        "staff": {name: [count] * hours for name, count in staff.items()},
        "effort": {name: dict.fromkeys(PHASES, "standard") for name in topics},
    }
    return build_scenario(plain), Policy.model_validate(decided | more)


def exponential(mean_min: float) -> dict[str, Any]:
    return {"name": "exponential", "mean_min": mean_min}
