"""Shadow prices by simulation: what an agent hour more adds, by pool and part of the day.

One more agent of a pool stands in every open interval of a part of the day, all days of the
horizon; the difference on common draws, per hour added. Blocks, not intervals: one agent in one
half hour is lost in the noise. Checked by ``tests/unit/test_analysis_shadow_prices.py``.
"""

import math
from collections.abc import Sequence

import numpy as np

from sim.decision.answers import HourPrice
from sim.planning.evaluation.evaluator import Evaluator
from sim.rostering.roster import Rosters
from sim.scenario.policy import Policy
from sim.scenario.profile import interval_local_times

PARTS = ("00-06", "06-12", "12-18", "18-24")
# Parts of a day: shorter are not told from noise, longer hide the evening.
PART_H = 6


def list_parts(rosters: Rosters) -> np.ndarray:
    """Number of the part of the day of each interval, shape (n_intervals,)."""
    times = interval_local_times(rosters.scenario.horizon)
    return np.array([time.hour // PART_H for time in times])


def price_hours(
    evaluator: Evaluator, rosters: Rosters, policy: Policy, n: int
) -> tuple[HourPrice, ...]:
    """Price an agent hour more, by pool and part of the day, in satisfaction.

    Parameters
    ----------
    evaluator : Evaluator
        Common draws.
    rosters : Rosters
        Open hours and limits of the pools.
    policy : Policy
        The plan that it is added to.
    n : int
        Replications.

    Returns
    -------
    tuple of HourPrice
        Only blocks that are open and below the pool's limit. Empty for staff on another grid.
    """
    problem = rosters.problem
    staff = np.array([policy.staff[pool] for pool in problem.pools])
    if staff.shape[1] % problem.n_intervals:
        return ()
    fine = staff.shape[1] // problem.n_intervals
    most = staff.reshape(len(staff), -1, fine).max(axis=2)
    parts, rows = list_parts(rosters), []
    jobs = [(policy, 0, n)]
    for number, pool in enumerate(problem.pools):
        for part, name in enumerate(PARTS):
            more = problem.open_mask & (parts == part) & (most[number] < rosters.most[number])
            if more.any():
                added = staff[number] + np.repeat(more, fine)
                jobs.append((add_agent(policy, pool, added), 0, n))
                added_h = float(more.sum()) * problem.interval_min / 60.0
                pay = 1.0 if problem.pay_factor is None else float(problem.pay_factor[more].mean())
                rows.append((pool, name, added_h, problem.hour_cost[number] * pay))
    base, *seen = evaluator.play_all(jobs)
    prices = []
    for (pool, name, added_h, hour_cost), one in zip(rows, seen, strict=True):
        change = (one.value - base.value) / added_h
        per_hour = base.average(change)
        prices.append(
            HourPrice(
                pool=pool,
                part=name,
                per_hour=per_hour,
                error=float(base.compute_error(change)),
                per_1000_currency=1000.0 * per_hour / hour_cost if hour_cost > 0 else math.nan,
            )
        )
    return tuple(prices)


def add_agent(policy: Policy, pool: str, counts: np.ndarray) -> Policy:
    """Give a pool another staff: whoever is on no shift always comes."""
    staff = {**policy.staff, pool: tuple(int(count) for count in counts)}
    return policy.model_copy(update={"staff": staff})


def format_hours(rows: Sequence[HourPrice]) -> list[str]:
    """Say where an agent hour more adds most, if it is clear from the noise."""
    clear = [row for row in rows if row.per_hour > 2.0 * row.error]
    if not clear:
        return []
    best = max(clear, key=lambda row: row.per_hour)
    return [
        f"An agent hour more adds most in pool {best.pool} from {best.part[:2]}:00 to "
        f"{best.part[3:]}:00: {best.per_hour:.6f} of satisfaction (standard error "
        f"{best.error:.6f}), an agent there every day."
    ]
