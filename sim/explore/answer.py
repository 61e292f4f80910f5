"""What a page shows of a changed run beside what it is compared with.

Checked by ``tests/functional/test_explore.py``.
"""

import math
from typing import Any

import numpy as np

from sim.explore.changing import Changed
from sim.explore.playing import CURVES, Weeks
from sim.explore.stored import ExploredRun
from sim.explore.words import (
    FIGURES,
    Figure,
    add_unit,
    find_places,
    write_change,
    write_figure,
    write_rounded,
)
from sim.outcomes.estimate import estimate_difference, estimate_mean, estimate_measure
from sim.planning.evaluation.service_target import find_event_days, limit_share_met
from sim.rostering.heads import count_heads
from sim.rostering.policy_shifts import count_employees

# Of each limit of a share of weeks: a 95 % interval together.
RISK = 0.025


Answer = dict[str, Any]


def describe(
    run: ExploredRun, now: Changed, held: Changed, seen: Weeks, other: Weeks, n: int
) -> Answer:
    """Describe a changed run after `n` weeks beside another on the same draws.

    Parameters
    ----------
    run : ExploredRun
        What is explored.
    now, held : Changed
        What is asked for, and what it is compared with.
    seen, other : Weeks
        What was played of each, `n` weeks at least.
    n : int
        Weeks.
    """
    currency = run.world.scenario.currency
    return {
        "n": n,
        "of": run.weeks,
        "figures": [describe_figure(one, seen, other, n, currency) for one in FIGURES],
        "means": {one.key: clean(estimate_measure(one.key, seen.take(one.key, n)).mean)
                  for one in FIGURES},
        "curves": {
            name: {"now": list_curve(seen, n, row), "held": list_curve(other, n, row)}
            for row, name in enumerate(CURVES)
        },
        "promise": describe_promise(now, seen, n),
        "people": describe_people(now, held),
        "budget": describe_budget(now, seen, n, currency),
        "notes": list(now.notes),
    }  # fmt: skip


def describe_figure(one: Figure, seen: Weeks, other: Weeks, n: int, currency: str) -> Answer:
    """Describe a measure: here, there, and the paired difference with its interval."""
    here, there = seen.take(one.key, n), other.take(one.key, n)
    change = estimate_difference(here, there)
    half = (change.ci_high - change.ci_low) / 2.0
    told, interval = write_change(one.key, change.mean, half, currency)
    is_shown = change.ci_low > 0 or change.ci_high < 0
    tone = "none" if change.mean == 0 and half == 0 else "open"
    if is_shown:
        sign = one.better * (1 if change.mean > 0 else -1)
        tone = {1: "better", -1: "worse", 0: "other"}[sign]
    return {
        "key": one.key,
        "now": write_mean(one.key, here, currency),
        "held": write_mean(one.key, there, currency),
        "change": told,
        "interval": interval,
        "unit": told[len(told.split("\u00a0")[0]) :],
        "half": clean(half),
        "value": clean(change.mean),
        "tone": tone,
    }


def write_mean(key: str, values: np.ndarray, currency: str) -> str:
    """Write the mean of a measure to the digits that its interval allows."""
    found = estimate_mean(values)
    return write_figure(key, found.mean, (found.ci_high - found.ci_low) / 2.0, currency)


def list_curve(weeks: Weeks, n: int, row: int) -> list[float | None]:
    """List a mean curve after `n` weeks, to four digits or so; None where there is none."""
    return [round(float(value), 4) if math.isfinite(value) else None
            for value in weeks.curves[n][row]]  # fmt: skip


def describe_promise(now: Changed, seen: Weeks, n: int) -> list[dict[str, Any]]:
    """Describe for each announced event in how many of its weeks the promise is kept."""
    promise = now.world.scenario.promise
    kept = seen.take_kept(n)
    told = []
    for column, days in enumerate(find_event_days(now.world.scenario)):
        shares = kept[:, column][~np.isnan(kept[:, column])]
        met, weeks = int((shares >= promise.target_share).sum()), shares.size
        low, high = limit_share_met(met, weeks, RISK)
        places = find_places(50.0 * (high - low))
        told.append(
            {
                "event": days.name,
                "kept": add_unit(write_rounded(100.0 * met / max(weeks, 1), places), "%"),
                "interval": f"{write_rounded(100 * low, places)} to "
                + add_unit(write_rounded(100 * high, places), "%"),
                "wanted": add_unit(write_rounded(100.0 * (1.0 - promise.alpha), 0), "%"),
                "is_kept": low >= 1.0 - promise.alpha,
                "is_missed": high < 1.0 - promise.alpha,
                "share": add_unit(write_rounded(100.0 * promise.target_share, 0), "%"),
                "within": add_unit(write_rounded(promise.promise_min, 0), "min"),
            }
        )
    return told


def describe_people(now: Changed, held: Changed) -> list[dict[str, Any]]:
    """Describe how many people a pool needs, and the most at work at once."""
    here, there = count_heads_of(now), count_heads_of(held)
    most, other_most = count_most(now), count_most(held)
    return [
        {
            "pool": pool,
            "now": here[pool] if here else None,
            "held": there[pool] if there else None,
            "most": most[pool],
            "held_most": other_most[pool],
        }
        for pool in now.world.scenario.pool_names
    ]


def count_heads_of(changed: Changed) -> dict[str, int] | None:
    """Count the people on the payroll of each pool, time off the queue included."""
    scenario, policy = changed.world.scenario, changed.policy
    heads = policy.model_copy(update={"shifts": count_heads(scenario, policy)})
    return count_employees(scenario, heads)


def count_most(changed: Changed) -> dict[str, int]:
    """Count the most people at work at once, by pool."""
    return {pool: max(counts, default=0) for pool, counts in changed.policy.staff.items()}


def describe_budget(now: Changed, seen: Weeks, n: int, currency: str) -> dict[str, Any] | None:
    """Describe what is left of the budget, or lacks; None without one."""
    if now.budget is None:
        return None
    cost = estimate_mean(seen.take("cost", n))
    half = (cost.ci_high - cost.ci_low) / 2.0
    left = now.budget - cost.mean
    return {
        "budget": add_unit(write_rounded(now.budget, 0), currency),
        "left": add_unit(write_rounded(abs(left), find_places(half)), currency),
        "is_over": left < 0,
        "is_open": not abs(left) > half,
    }


def clean(value: float) -> float | None:
    """A number for a page; None where there is none."""
    return float(value) if math.isfinite(value) else None
