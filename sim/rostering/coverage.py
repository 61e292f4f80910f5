"""What opening hours need: somebody at work who can take every topic.

One pool is enough where every other pool that has a topic of its own overflows to it, else
each pool needs somebody. Checked by ``tests/unit/test_planning_lineup.py``.
"""

from typing import NamedTuple

import numpy as np

from sim.errors import InfeasibleError
from sim.rostering.shift_problem import ShiftPlan, ShiftProblem
from sim.rostering.solver import SolverLimits
from sim.rostering.staffing import solve_cover
from sim.scenario.model import Scenario
from sim.scenario.profile import home_pools

# The cover of a shipped week is found at the root; some seconds where it is not.
COVER_LIMITS = SolverLimits(nodes=2000, gap_rel=1e-3)


class MinimumCoverage(NamedTuple):
    """Who must be at work in every open hour, and the cheapest lineup that is."""

    pools: tuple[int, ...]
    one_is_enough: bool
    cover: ShiftPlan

    def are_open(self, staff: np.ndarray) -> bool:
        """Tell whether staff of open intervals, shape (n, n_pools), is enough in each."""
        present = staff[:, list(self.pools)] > 0
        enough = present.any(axis=1) if self.one_is_enough else present.all(axis=1)
        return bool(enough.all())


def find_pools(scenario: Scenario) -> tuple[tuple[int, ...], bool]:
    """Return the pools that matter, and whether any one of them is enough."""
    team, names = scenario.team, scenario.pool_names
    topics = scenario.topics.values()
    needed = {
        int(pool)
        for pool, topic in zip(home_pools(scenario), topics, strict=True)
        if topic.actionable_share > 0
    }
    alone = tuple(
        number
        for number, name in enumerate(names)
        if needed <= {number}
        or (
            team.overflow_min is not None
            and all(
                pool == number or name in team.pools[names[pool]].overflow_to for pool in needed
            )
        )
    )
    return (alone, True) if alone else (tuple(sorted(needed)), False)


def find_minimum_coverage(scenario: Scenario, problem: ShiftProblem) -> MinimumCoverage:
    """Return what opening hours need.

    Raises
    ------
    InfeasibleError
        The shift rules cannot cover all open hours; the text names the smallest change.
    """
    pools, one_is_enough = find_pools(scenario)
    plans = []
    for chosen in [(pool,) for pool in pools] if one_is_enough else [pools]:
        least = np.zeros((problem.n_intervals, len(problem.pools)), dtype=np.int64)
        least[np.ix_(problem.open_mask, np.array(chosen))] = 1
        plans.append(solve_cover(least, problem, limits=COVER_LIMITS))
    possible = [plan for plan in plans if plan.counts is not None]
    if not possible:
        raise InfeasibleError(plans[0].reason)
    return MinimumCoverage(pools, one_is_enough, min(possible, key=lambda plan: plan.cost))
