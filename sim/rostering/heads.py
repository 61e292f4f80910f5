"""People on the roster for those who are to be at work: time off the queue in heads.

A plan counts people at work, if all come. Of a paid hour `costs.shrinkage_share` is off the queue
(training, meetings, breaks that are not listed), so a at work are a / (1 - shrinkage) on the
roster. Rounded up over a pool's day, not shift by shift, which would double a shift of one;
every shift keeps at least those at work. Checked by ``tests/unit/test_rostering_heads.py``.
"""

import math
from collections import defaultdict

from sim.rostering.policy_shifts import NO_KIND, read_shifts
from sim.rostering.scenario_shifts import pose_shifts
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy, ShiftCount
from sim.scenario.profile import count_hours

# A full-time week where no kind of shift says it: forty hours, as in the ILO's convention 47.
FULL_WEEK_H = 40.0
WEEK_H = 168.0
# Keeps a product that is whole but for rounding from being rounded up.
ROUNDING = 1e-9


def find_roster_factor(scenario: Scenario) -> float:
    """People on the roster for each at work, if all come."""
    return 1.0 / (1.0 - scenario.costs.shrinkage_share)


def round_up(people: float) -> int:
    """The next whole number of people."""
    return math.ceil(people - ROUNDING)


def count_heads(scenario: Scenario, policy: Policy) -> tuple[ShiftCount, ...]:
    """The shifts of a policy with the people on the roster in the place of those at work.

    Parameters
    ----------
    scenario : Scenario
        Its time off the queue.
    policy : Policy
        Its shifts, in their order.

    Returns
    -------
    tuple of ShiftCount
        In the same order; a pool's day has its people over (1 - shrinkage), rounded up.
    """
    factor = find_roster_factor(scenario)
    by_day: dict[tuple[str, int], list[int]] = defaultdict(list)
    for number, shift in enumerate(policy.shifts):
        by_day[shift.pool, shift.day].append(number)
    heads = [0] * len(policy.shifts)
    for numbers in by_day.values():
        before = placed = 0
        for number in sorted(numbers, key=lambda place: policy.shifts[place].start_h):
            before += policy.shifts[number].agents
            heads[number] = round_up(before * factor) - placed
            placed += heads[number]
    return tuple(
        shift.model_copy(update={"agents": count})
        for shift, count in zip(policy.shifts, heads, strict=True)
    )


def count_contract_h(scenario: Scenario) -> float:
    """Paid hours of a full-time week: the longest kind of shift on all days that are allowed."""
    kinds = [kind for kind in pose_shifts(scenario).shifts if not kind.part_time]
    if scenario.shifts is None or not kinds:
        return FULL_WEEK_H
    longest_h = max(kind.paid_min for kind in kinds) / 60.0
    return min(longest_h * scenario.shifts.max_days_a_week, FULL_WEEK_H)


def count_full_time(scenario: Scenario, policy: Policy) -> dict[str, float] | None:
    """Full-time contracts that a policy's paid hours fill, by pool; None without shifts."""
    if not policy.shifts:
        return None
    problem = pose_shifts(scenario)
    shifts = read_shifts(problem)
    paid_h = dict.fromkeys(problem.pools, 0.0)
    for shift in policy.shifts:
        kind = shifts.find_kind(shift)
        own_h = shift.length_h if kind == NO_KIND else problem.shifts[kind].paid_min / 60.0
        paid_h[shift.pool] += shift.agents * own_h
    weeks = count_hours(scenario.horizon) / WEEK_H
    per_contract = find_roster_factor(scenario) / (weeks * count_contract_h(scenario))
    return {pool: hours * per_contract for pool, hours in paid_h.items()}
