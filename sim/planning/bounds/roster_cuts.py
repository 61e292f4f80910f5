"""Cuts of the value of staff: what a head more or less at each hour adds, at a roster visited.

V(s): mean objective on common draws of s heads by interval and pool, the rules as they are. At a
roster s_k it is played with one head more, and one less, in a block of hours of all days; changes
are credited to days, so each block gives slopes by day. If a concave function of s passes through
V, then for all s (Atlason, Epelman and Henderson 2004, DOI 10.1023/B:ANOR.0000019095.91642.bb)

    V(s) <= V(s_k) + sum_t min( more_t (s_t - s_kt), less_t (s_t - s_kt) ),

more_t what a head more adds and less_t what a head less loses, per head and interval; where noise
makes more_t the larger of the two, both are their mean (the nearest pair in order). Whether that
holds is asked of every pair of visited rosters (`count_pairs`). Checked by
``tests/unit/test_bounds_roster_cuts.py``.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.planning.bounds.day_credit import DayCredit, credit_days
from sim.planning.evaluation.evaluator import Evaluator
from sim.rostering.roster import Rosters
from sim.scenario.lower import keep_staffed
from sim.scenario.policy import Policy
from sim.scenario.profile import interval_local_times

# Runs of a cut at most: hours are taken together until there are no more, since each costs a play
# of all replications.
MOST_RUNS = 40
# Hours of a block, from the finest.
BLOCK_HOURS = (1, 2, 3, 4, 6, 8, 12, 24)
HOURS_OF_A_DAY = 24
# Satisfaction by which a pair may miss: rounding, and what no page shows.
TOLERANCE = 1e-4


class Cut(NamedTuple):
    """A roster visited, and slopes there; arrays of shape (n_intervals, n_pools).

    Attributes
    ----------
    roster : np.ndarray
        int, shape (n_columns,).
    heads : np.ndarray
        At work.
    credit : DayCredit
        What it gave.
    more, less : np.ndarray
        What a head more adds, and a head less loses, in an interval.
    other_cost : np.ndarray
        What a head more adds to costs beside wages [scenario.currency].
    """

    roster: np.ndarray
    heads: np.ndarray
    credit: DayCredit
    more: np.ndarray
    less: np.ndarray
    other_cost: np.ndarray

    def limit(self, heads: np.ndarray) -> float:
        """Upper limit of V at other heads."""
        change = heads - self.heads
        return self.credit.value + float(np.minimum(self.more * change, self.less * change).sum())


class Pairs(NamedTuple):
    """How the assumption was tested.

    Attributes
    ----------
    n, n_held : int
        Pairs of a cut and another roster visited; those at which the cut is not below.
    worst : float
        By how much the cut that is lowest is below; 0 where none is.
    """

    n: int
    n_held: int
    worst: float


def free_of_shifts(policy: Policy) -> Policy:
    """Copy a policy staffed by interval, so that heads can be added and taken hour by hour."""
    return policy.model_copy(update={"shifts": ()})


def list_blocks(rosters: Rosters) -> list[np.ndarray]:
    """List blocks of hours of all days: bool, shape (n_intervals, n_pools) each, open hours."""
    problem = rosters.problem
    hours = np.array([time.hour for time in interval_local_times(rosters.scenario.horizon)])
    pools = [pool for pool in range(len(problem.pools)) if (rosters.columns.pool == pool).any()]
    blocks: list[np.ndarray] = []
    for length_h in BLOCK_HOURS:
        blocks = [
            make_block(problem.open_mask & (hours // length_h == number), pool, len(problem.pools))
            for pool in pools
            for number in range(-(-HOURS_OF_A_DAY // length_h))
        ]
        blocks = [block for block in blocks if block.any()]
        if 2 * len(blocks) <= MOST_RUNS:
            break
    return blocks


def make_block(intervals: np.ndarray, pool: int, n_pools: int) -> np.ndarray:
    """Make the block of some intervals of a pool, bool, shape (n_intervals, n_pools)."""
    block = np.zeros((intervals.size, n_pools), dtype=bool)
    block[:, pool] = intervals
    return block


def change_heads(rosters: Rosters, policy: Policy, where: np.ndarray, sign: int) -> Policy:
    """Add a head (take one) in some intervals and pools."""
    fine = rosters.problem.interval_min // policy.staff_interval_min
    staff = {}
    for pool, name in enumerate(rosters.problem.pools):
        counts = np.array(policy.staff[name]) + sign * np.repeat(where[:, pool], fine)
        staff[name] = tuple(np.maximum(counts, 0).tolist())
    return keep_staffed(rosters.scenario, policy.model_copy(update={"staff": staff}))


def cut_at(
    evaluator: Evaluator, rosters: Rosters, rules: Policy, roster: np.ndarray, n: int
) -> Cut:
    """Cut V at a roster.

    Parameters
    ----------
    evaluator : Evaluator
        Common draws.
    rosters : Rosters
        What may be staffed.
    rules : Policy
        All but the staff.
    roster : np.ndarray
        int, shape (n_columns,).
    n : int
        Replications.
    """
    policy = free_of_shifts(rosters.to_policy(rules, roster))
    heads = rosters.count_staff(roster).astype(float)
    days, (least, most) = find_days(rosters), find_span(rosters, policy)
    wanted: list[tuple[np.ndarray, int]] = []
    for block in list_blocks(rosters):
        wanted += [(block & (most < rosters.most), 1), (block & (least > 0), -1)]
    wanted = [one for one in wanted if one[0].any()]
    changed = [change_heads(rosters, policy, *one) for one in wanted]
    base, *seen = credit_days(evaluator, [policy, *changed], n)
    more, less, other = (np.zeros(heads.shape) for _ in range(3))
    known = np.zeros((2, *heads.shape), dtype=bool)
    for (where, sign), one in zip(wanted, seen, strict=True):
        slope = sign * spread_slope(one.by_day - base.by_day, where, days)
        (more if sign > 0 else less)[where] = slope[where]
        known[0 if sign > 0 else 1] |= where
        share = sign * (one.other_cost - base.other_cost) / where.sum()
        other[where] += share / 2.0
    # one side alone is known where nobody can be taken (added): it stands for both
    more, less = np.where(known[0], more, less), np.where(known[1], less, more)
    other[known[0] ^ known[1]] *= 2.0
    middle = (more + less) / 2.0
    is_crossed = more > less
    return Cut(
        roster,
        heads,
        base,
        np.where(is_crossed, middle, more),
        np.where(is_crossed, middle, less),
        other,
    )


def find_span(rosters: Rosters, policy: Policy) -> tuple[np.ndarray, np.ndarray]:
    """Find the fewest and most heads within each interval, (n_intervals, n_pools) each.

    They differ where breaks are shorter than an interval.
    """
    staff = np.array([policy.staff[name] for name in rosters.problem.pools])
    fine = rosters.problem.interval_min // policy.staff_interval_min
    steps = staff.reshape(len(staff), -1, fine)
    return steps.min(axis=2).T, steps.max(axis=2).T


def find_days(rosters: Rosters) -> np.ndarray:
    """Number the local day of each interval, shape (n_intervals,)."""
    dates = [time.date() for time in interval_local_times(rosters.scenario.horizon)]
    return np.unique(np.array([date.toordinal() for date in dates]), return_inverse=True)[1]


def spread_slope(by_day: np.ndarray, where: np.ndarray, days: np.ndarray) -> np.ndarray:
    """Share what the days gained among their intervals that were changed.

    What days without such intervals gained is shared among all, so that the slopes of a block add
    up to its whole change.
    """
    count = np.bincount(days, where.sum(axis=1), by_day.size)
    own = np.where(count > 0, by_day, 0.0)
    slope = own / np.maximum(count, 1) + (by_day.sum() - own.sum()) / count.sum()
    return np.where(where, slope[days][:, None], 0.0)


def count_pairs(cuts: Sequence[Cut]) -> Pairs:
    """Ask every cut at every other roster visited whether it is at or above V there."""
    misses = [
        other.credit.value - one.limit(other.heads)
        for one in cuts
        for other in cuts
        if other is not one
    ]
    held = sum(miss <= TOLERANCE for miss in misses)
    return Pairs(len(misses), held, max([0.0, *misses]))
