"""Target staffing: when agents are wanted, before shifts and money are thought of.

The standard shapes know arrivals. A plan's shapes start from the *offered load*: agents busy
at once if (nearly) nobody had to wait, measured by playing the policy with ample staff in
the open hours, so that returns, spreading, transfers, effort and what the night left at the
door are all in it. Variants: work carried on for some time (tau, in hours: an agent who
comes later still finds it), a power, and safety staff by the square root (Halfin and Whitt
1981, DOI 10.1287/opre.29.3.567). Checked by ``tests/unit/test_search_load_shapes.py``.
"""

import math

import numpy as np

from sim.care.kernel.engine import run_kernel
from sim.demand.draws import Draws
from sim.planning.evaluation.evaluator import Evaluator
from sim.policies.posts import keep_known_posts
from sim.policies.standard import SHAPES
from sim.policies.workload import expect_work
from sim.rostering.roster import Rosters
from sim.running.play import prepare
from sim.scenario.policy import Policy

# Staff at so many times the peak's work: the load is measured without queues.
AMPLE = 4.0
# Hours over which work may wait: at once, an hour, a half shift.
CARRIES_H = (0.0, 1.0, 3.0)


def measure_load(evaluator: Evaluator, rosters: Rosters, policy: Policy, n: int) -> np.ndarray:
    """Measure the offered load of a policy's effort, mean over ``n`` replications and scenarios.

    Parameters
    ----------
    evaluator : Evaluator
        Common draws.
    rosters : Rosters
        Open hours and the pools' limits.
    policy : Policy
        Its effort, phases and order of work count; staff and crew are replaced.
    n : int
        Replications.

    Returns
    -------
    np.ndarray
        shape (n_intervals, n_pools): agents busy at once.
    """
    parts = [
        chance * measure_one(one, rosters, policy, max(count, 1))
        for one, chance, count in evaluator.split(n)
    ]
    return np.asarray(np.sum(parts, axis=0))


def measure_one(evaluator: Evaluator, rosters: Rosters, policy: Policy, n: int) -> np.ndarray:
    """Measure the offered load as `measure_load` does, in one scenario."""
    scenario, problem = evaluator.scenario, rosters.problem
    peak = expect_work(scenario, knows_events=True).max(axis=0)
    ample = np.minimum(np.ceil(AMPLE * peak + 8.0), rosters.most).astype(np.int64)
    staff = {
        pool: tuple(int(ample[number]) if is_open else 0 for is_open in problem.open_mask)
        for number, pool in enumerate(problem.pools)
    }
    rich = policy.model_copy(
        update={
            "staff": staff,
            "shifts": (),
            "surge": None,
            "staff_interval_min": problem.interval_min,
        }
    )
    tables = prepare(scenario, keep_known_posts(scenario, rich)).tables
    interval_ms = problem.interval_min * 60_000

    def load(draws: Draws) -> np.ndarray:
        return run_kernel(tables, draws, True, False).busy_ms[:, :-1].T / interval_ms

    return np.asarray(evaluator.collect(load, 0, n).mean(axis=0))


def carry(
    load: np.ndarray,
    open_mask: np.ndarray,
    interval_min: int,
    carry_h: float,
    repeats: bool = False,
) -> np.ndarray:
    """Shift work to later: what is there is taken up at the rate 1/carry_h in open hours.

    Parameters
    ----------
    load : np.ndarray
        shape (n_intervals, n_pools).
    open_mask : np.ndarray
        bool, shape (n_intervals,).
    interval_min : int
        Length of an interval.
    carry_h : float
        Mean time until work is taken up [h]; 0: at once.
    repeats : bool
        What is held at the end is there at the start.
    """
    if carry_h <= 0:
        return load
    share = -math.expm1(-interval_min / 60.0 / carry_h)
    late, held = np.zeros_like(load), np.zeros(load.shape[1])
    for _ in range(1 + repeats):  # the first round only tells what is there at the start
        for interval in range(len(load)):
            held = held + load[interval]
            if open_mask[interval]:
                late[interval] = share * held
                held = held - late[interval]
    return late


def list_standard_shapes(evaluator: Evaluator) -> dict[str, np.ndarray]:
    """List the standard policies' target staffing by name."""
    return {name: evaluator.blend(shape) for name, shape in SHAPES.items()}


def list_load_shapes(load: np.ndarray, rosters: Rosters) -> dict[str, np.ndarray]:
    """List target staffing made of an offered load, by a name that says how."""
    problem, repeats = rosters.problem, rosters.scenario.horizon.repeats
    late = {
        carry_h: carry(load, problem.open_mask, problem.interval_min, carry_h, repeats)
        for carry_h in CARRIES_H
    }
    found = {
        f"load carried {carry_h:g} h": target_staffing for carry_h, target_staffing in late.items()
    }
    found["load carried 1 h, square root safety"] = late[1.0] + np.sqrt(late[1.0])
    found["load carried 1 h, power 0.7"] = late[1.0] ** 0.7
    found["load carried 1 h, power 1.3"] = late[1.0] ** 1.3
    return found
