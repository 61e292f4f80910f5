"""What a tenth more or less staff would do, the plan's rules as they are.

The staff of each pool is scaled evenly, whole people by carrying the rest on, and played on the
plan's fresh draws; nothing is planned anew, so a plan for that money loses less, or gains more.
Shifts are left aside on both sides: whoever is on no shift always comes. Checked by
``tests/functional/test_plan_run_book.py``.
"""

import numpy as np

from sim.decision.run_book import MoneyStep
from sim.outcomes.estimate import estimate_difference
from sim.planning.evaluation.evaluator import Evaluator
from sim.rostering.roster import Rosters
from sim.scenario.lower import keep_staffed
from sim.scenario.policy import Policy

# A tenth is what a manager asks about, and enough to be seen over the noise.
SHARES = (0.9, 1.1)


def price_tenths(fresh: Evaluator, rosters: Rosters, plan: Policy, n: int) -> tuple[MoneyStep, ...]:
    """Play the plan with a tenth less and a tenth more staff.

    Parameters
    ----------
    fresh : Evaluator
        Of the plan's fresh draws.
    rosters : Rosters
        Limits of the pools.
    plan : Policy
        The plan.
    n : int
        Weeks of each.
    """
    free = plan.model_copy(update={"shifts": ()})
    scaled = [scale_staff(rosters, free, share) for share in SHARES]
    own, *others = fresh.play_all([(one, 0, n) for one in (free, *scaled)])
    steps = []
    for share, one in zip(SHARES, others, strict=True):
        gain = estimate_difference(one.satisfaction, own.satisfaction)
        steps.append(
            MoneyStep(
                staff_share=share,
                cost_difference=one.expected_cost - own.expected_cost,
                difference=gain.mean,
                ci_low=gain.ci_low,
                ci_high=gain.ci_high,
                n=gain.n,
            )
        )
    return tuple(steps)


def scale_staff(rosters: Rosters, policy: Policy, share: float) -> Policy:
    """Scale a policy's staff, whole people: nobody where nobody was, one where somebody was."""
    problem = rosters.problem
    staff = dict(policy.staff)
    for number, pool in enumerate(problem.pools):
        now = np.array(policy.staff[pool])
        carried = np.floor(np.cumsum(share * now) + 0.5)
        counts = np.diff(carried, prepend=0.0).astype(int)
        most = max(int(np.max(rosters.most[number])), int(now.max(initial=0)))
        counts = np.where(now > 0, np.clip(counts, 1, most), 0)
        staff[pool] = tuple(counts.tolist())
    return keep_staffed(rosters.scenario, policy.model_copy(update={"staff": staff}))
