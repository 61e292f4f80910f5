"""What other opening hours would do to the plan: an hour more, a night shift, a closed Sunday.

The plan's rules and staff stay as they are; in the hours that are opened one person more works, in
the pool that helps all others, else in each pool that has work, and in those that are closed
nobody. What it costs is what the simulation pays, the premiums of night and weekend too. Checked by
``tests/functional/test_plan_openings.py``.
"""

from collections.abc import Iterator

import numpy as np

from sim.policies.one_pool import list_hubs
from sim.rostering.shift_problem import ShiftProblem
from sim.scenario.clock import interval_local_times
from sim.scenario.lower import keep_staffed
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy
from sim.scenario.policy_checks import find_step_min
from sim.scenario.profile import home_pools

MIN_PER_H = 60
SUNDAY = 6
"""of a date's weekday"""


def list_openings(
    scenario: Scenario, problem: ShiftProblem, policy: Policy
) -> Iterator[tuple[str, Policy]]:
    """Yield other opening hours by name, and the policy in them; none where all is always open.

    Parameters
    ----------
    scenario : Scenario
        The world; without shift rules there are no opening hours.
    problem : ShiftProblem
        When it is open.
    policy : Policy
        The plan, staffed by interval.
    """
    if scenario.shifts is None:
        return
    opened, hour = problem.open_mask, MIN_PER_H // problem.interval_min
    repeats = scenario.horizon.repeats
    more = {
        "opening an hour earlier": find_beside(opened, -hour, repeats),
        "closing an hour later": find_beside(opened, hour, repeats),
        "one person in all closed hours": ~opened,
    }
    for name, added in more.items():
        if added.any():
            yield name, staff_anew(scenario, policy, problem, added, 1)
    times = interval_local_times(scenario.horizon)
    sunday = np.array([time.weekday() == SUNDAY for time in times]) & opened
    if sunday.any() and not sunday[opened].all():
        yield "closed on Sundays", staff_anew(scenario, policy, problem, sunday, 0)


def find_beside(opened: np.ndarray, steps: int, repeats: bool) -> np.ndarray:
    """Mark what is closed and so many intervals at most before (below 0) or after open ones."""
    found = np.zeros_like(opened)
    for step in range(1, abs(steps) + 1):
        moved = np.roll(opened, step if steps > 0 else -step)
        if not repeats:
            lost = slice(0, step) if steps > 0 else slice(opened.size - step, None)
            moved[lost] = False
        found |= moved
    return np.asarray(found & ~opened)


def staff_anew(
    scenario: Scenario, policy: Policy, problem: ShiftProblem, changed: np.ndarray, people: int
) -> Policy:
    """Put so many people in the intervals that change: 0 for nobody at all."""
    step_min = find_step_min(scenario, policy)
    names = scenario.pool_names
    needed = list_hubs(scenario)[:1] or sorted(set(home_pools(scenario).tolist()))
    at_work = {names[pool] for pool in needed}
    staff = {}
    for name, counts in policy.staff.items():
        own = np.array(counts)
        steps = np.arange(own.size) * step_min // problem.interval_min
        where = changed[np.minimum(steps, changed.size - 1)]
        if people == 0 or name in at_work:
            own[where] = people
        staff[name] = tuple(own.tolist())
    return keep_staffed(scenario, policy.model_copy(update={"staff": staff, "shifts": ()}))
