"""What there is to buy: the plan's rules with all the staff that could be had, hour by hour.

Each is the plan with something more that no budget pays for, played on the plan's fresh draws:
ample staff in its opening hours, the same around the clock, an opening hour more with one person,
one person in all closed hours, and no crew on call. What ample staff adds is about all that more
people can bring under these rules; no bound on other rules. Checked by
``tests/unit/test_analysis_ceilings.py``.
"""

from collections.abc import Iterator

import numpy as np

from sim.decision.proof import Ceiling
from sim.planning.analysis.openings import list_openings
from sim.planning.evaluation.evaluator import Evaluator
from sim.rostering.roster import Rosters
from sim.scenario.lower import keep_staffed
from sim.scenario.policy import Policy

# (a) Three times as many people as at the peak stand for all that people can do, where no limit of
# a pool comes first.
MORE_TIMES = 3
CLOSED = "closed on Sundays"
"""takes something away, so it is asked as a lever and not here"""


def list_ceilings(rosters: Rosters, policy: Policy) -> Iterator[tuple[str, Policy]]:
    """Yield by name the plan with something more; nothing for staff on another grid."""
    problem, scenario = rosters.problem, rosters.scenario
    if any(len(counts) % problem.n_intervals for counts in policy.staff.values()):
        return
    yield (
        "everyone who could be hired, in these hours",
        staff_amply(rosters, policy, problem.open_mask),
    )
    if not problem.open_mask.all():
        every = np.ones_like(problem.open_mask)
        yield "the same around the clock", staff_amply(rosters, policy, every)
    for name, opened in list_openings(scenario, problem, policy):
        if name != CLOSED:
            yield name, opened
    if policy.surge is not None:
        yield "without the crew on call", policy.model_copy(update={"surge": None})


def staff_amply(rosters: Rosters, policy: Policy, where: np.ndarray) -> Policy:
    """Staff all pools amply in some intervals, and nobody less than now."""
    fine = rosters.problem.interval_min // policy.staff_interval_min
    is_there, staff = np.repeat(where, fine), {}
    for name, most in zip(rosters.problem.pools, rosters.most, strict=True):
        own = np.array(policy.staff[name])
        many = min(int(most), MORE_TIMES * max(int(own.max(initial=0)), 1))
        staff[name] = tuple(np.where(is_there, np.maximum(own, many), own).tolist())
    changed = policy.model_copy(update={"staff": staff, "shifts": ()})
    return keep_staffed(rosters.scenario, changed)


def measure_ceilings(
    fresh: Evaluator, rosters: Rosters, policy: Policy, n: int
) -> tuple[Ceiling, ...]:
    """Measure what there is to buy on common draws.

    Parameters
    ----------
    fresh : Evaluator
        Of the draws that the plan is valued on.
    rosters : Rosters
        Open hours and limits of the pools.
    policy : Policy
        The plan.
    n : int
        Replications.
    """
    wanted = list(list_ceilings(rosters, policy))
    base, *seen = fresh.play_all([(one, 0, n) for one in (policy, *(more for _, more in wanted))])
    return tuple(
        Ceiling(
            name=name,
            value=one.average(one.value),
            difference=base.average(one.value - base.value),
            error=float(base.compute_error(one.value - base.value)),
            cost_difference=base.average(one.cost - base.cost),
        )
        for (name, _), one in zip(wanted, seen, strict=True)
    )
