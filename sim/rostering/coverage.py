"""What opening hours need: somebody at work who can take every topic.

One pool is enough where every other pool that has a topic of its own overflows to it, else
each pool needs somebody. Checked by ``tests/unit/test_rostering_roster.py``.
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


class CoveragePools(NamedTuple):
    """Which pools must have somebody at work in every open hour."""

    pools: tuple[int, ...]
    one_is_enough: bool
    """one of the pools; else each of them"""

    def list_groups(self) -> list[tuple[int, ...]]:
        """Groups of pools that each must have somebody at work."""
        return [self.pools] if self.one_is_enough else [(pool,) for pool in self.pools]


class MinimumCoverage(NamedTuple):
    """Who must be at work in every open hour, and the cheapest roster that is."""

    needed: CoveragePools
    cover: ShiftPlan


def find_pools(scenario: Scenario) -> CoveragePools:
    """Find the pools that minimum coverage asks for."""
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
    return CoveragePools(alone, True) if alone else CoveragePools(tuple(sorted(needed)), False)


def find_minimum_coverage(scenario: Scenario, problem: ShiftProblem) -> MinimumCoverage:
    """Find the pools and the cheapest plan that keep all open hours covered.

    Raises
    ------
    InfeasibleError
        The shift rules cannot cover all open hours; the text names the smallest change.
    """
    needed, plans = find_pools(scenario), []
    alone = [(pool,) for pool in needed.pools]
    for chosen in alone if needed.one_is_enough else [needed.pools]:
        least = np.zeros((problem.n_intervals, len(problem.pools)), dtype=np.int64)
        least[np.ix_(problem.open_mask, np.array(chosen))] = 1
        plans.append(solve_cover(least, problem, limits=COVER_LIMITS))
    possible = [plan for plan in plans if plan.counts is not None]
    if not possible:
        raise InfeasibleError(plans[0].reason)
    return MinimumCoverage(needed, min(possible, key=lambda plan: plan.cost))
