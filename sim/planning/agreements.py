"""Living with a plan: agreed shifts, the earlier plan, and what may still be changed.

Turns the planner's keys ``pins``, ``earlier``, ``changes_at_most`` and ``now_h`` into
constraints on the rosters. Names that do not exist are bad input; agreements that contradict
each other are infeasible, with the reason. Checked by ``tests/functional/test_plan_living.py``.
"""

import datetime
import re
from dataclasses import replace

import numpy as np

from sim.compose import suggest
from sim.decision.evidence import PlanChanges, ShiftChange
from sim.errors import InfeasibleError, InputError, name_key
from sim.paths import expand_home
from sim.planning.benchmarks.current import find_policy
from sim.rostering.constraints import MANY_PEOPLE, RosterConstraints, count_changes
from sim.rostering.coverage import MinimumCoverage, find_minimum_coverage, find_pools
from sim.rostering.feasible_roster import find_cheapest, find_nearest
from sim.rostering.roster import Rosters
from sim.rostering.shift_problem import ShiftPlan
from sim.scenario.policy import Policy
from sim.scenario.policy_checks import check_policy
from sim.scenario.profile import interval_local_times
from sim.scenario.settings import Pin, PlannerSettings

# What a plan adds to a shift's hours: "22:00 to 06:00 next day (9 h)".
SHIFT_NOTE = re.compile(r"( next day)?( \([\d.]+ h\))?$")


def read_earlier(rosters: Rosters, place: str) -> Policy:
    """Read the policy of an earlier plan and check that its shifts are those of the scenario.

    Parameters
    ----------
    rosters : Rosters
        Its shifts must be those of the scenario.
    place : str
        A run's folder, ``latest``, or a policy.yaml.

    Raises
    ------
    InputError
        Nothing is there, or it is no plan of this scenario's shifts.
    """
    with name_key("planner.earlier", place):
        policy = find_policy(expand_home(place))
        errors = check_policy(rosters.scenario, policy)
        if errors:
            raise InputError(*errors)
        if rosters.read_policy(policy) is None:
            raise InputError(
                "its shifts are not kinds of shift of this scenario at the same hours; "
                f"allowed: {', '.join(list_names(rosters))}"
            )
    return policy


def list_names(rosters: Rosters) -> list[str]:
    """List the names of the shifts that may be worked; where there are none the interval."""
    problem, worked = rosters.problem, np.unique(rosters.columns.shift)
    if problem.shifts:
        return list(dict.fromkeys(problem.shifts[number].name for number in worked))
    return [f"an interval of {problem.interval_min} min"]


def find_column(rosters: Rosters, pin: Pin, key: str) -> int:
    """Find the column that a pin stands for.

    Raises
    ------
    InputError
        No such day, shift or pool; tells the nearest.
    """
    problem, columns = rosters.problem, rosters.columns
    if not problem.shifts:
        raise InputError(f"{key}: the scenario has no shifts to pin (scenario.shifts)")
    names = [shift.name for shift in problem.shifts]
    asked = SHIFT_NOTE.sub("", pin.shift).replace(" to ", "-")
    wrong = []
    if pin.pool not in problem.pools:
        wrong.append(_format_unknown(f"{key}.pool", pin.pool, list(problem.pools)))
    if asked not in names:
        wrong.append(_format_unknown(f"{key}.shift", pin.shift, names))
    if pin.day >= problem.n_days:
        days = f"0 to {problem.n_days - 1}, 0 is the first day"
        wrong.append(f"{key}.day = {pin.day}: allowed: {days}")
    if wrong:
        raise InputError(*wrong)
    mine = (
        (columns.day == pin.day)
        & np.isin(columns.shift, [n for n, name in enumerate(names) if name == asked])
        & (columns.pool == problem.pools.index(pin.pool))
    )
    found = np.flatnonzero(mine)
    if found.size == 0:
        raise InputError(f"{key}: {pin.shift} may not be worked on day {pin.day}: closed")
    return int(found[0])


def _format_unknown(key: str, value: str, names: list[str]) -> str:
    unique = list(dict.fromkeys(names))
    return f"{key} = {value}: allowed: {', '.join(unique)}{suggest(value, unique)}"


def bound_columns(
    rosters: Rosters, settings: PlannerSettings, earlier: np.ndarray | None
) -> RosterConstraints:
    """Turn pins and what has begun into bounds by column, no roster that keeps them looked for yet.

    Raises
    ------
    InputError
        A pin names what does not exist.
    InfeasibleError
        Two pins, or a pin and what has begun already, contradict each other.
    """
    lower = np.zeros(rosters.n, dtype=np.int64)
    upper = np.full(rosters.n, MANY_PEOPLE, dtype=np.int64)
    if earlier is not None and settings.now_h > 0:
        begun = compute_starts_h(rosters) < settings.now_h
        lower[begun] = upper[begun] = earlier[begun]
    for number, pin in enumerate(settings.pins):
        key = f"planner.pins.{number}"
        column = find_column(rosters, pin, key)
        least, most = pin.span
        lower[column] = max(lower[column], least)
        upper[column] = min(upper[column], MANY_PEOPLE if most is None else most)
        if lower[column] > upper[column]:
            raise InfeasibleError(format_contradiction(key, pin, int(lower[column]),
                                                     int(upper[column])))  # fmt: skip
    return RosterConstraints(lower, upper, earlier, settings.changes_at_most)


def format_contradiction(key: str, pin: Pin, least: int, most: int) -> str:
    """Say which agreement contradicts those before it."""
    where = f"{pin.shift} on day {pin.day} in {pin.pool}"
    return (
        f"{key}: {where} is agreed to have at least {least} and at most {most} people (other pins "
        f"and shifts that began before planner.now_h included); smallest change: let {key} allow "
        f"{most if pin.span[0] > most else least}"
    )


def compute_starts_h(rosters: Rosters) -> np.ndarray:
    """Hour, from the start of the horizon, at which each column's shift begins."""
    problem, columns = rosters.problem, rosters.columns
    if problem.shift_start_min is not None:
        return np.asarray(problem.shift_start_min[columns.day, columns.shift] / 60.0)
    return np.asarray(columns.day * problem.interval_min / 60.0)


def constrain_rosters(rosters: Rosters, settings: PlannerSettings) -> Policy | None:
    """Constrain rosters to what is agreed; return the earlier plan, if there is one.

    Raises
    ------
    InputError
        A name or a file that does not exist.
    InfeasibleError
        The agreements contradict each other or the rules; tells the smallest change.
    """
    if not settings.pins and settings.earlier is None:
        return None
    check_now(rosters, settings)
    policy = None if settings.earlier is None else read_earlier(rosters, settings.earlier)
    earlier = None if policy is None else rosters.read_policy(policy)
    agreed = bound_columns(rosters, settings, earlier)
    cheapest, bound = find_cheapest(rosters, agreed)
    feasible_roster = cheapest if earlier is None else find_nearest(rosters, agreed)
    rosters.constraints = replace(agreed, feasible_roster=feasible_roster)
    assert rosters.minimum_coverage is not None
    rosters.minimum_coverage = rosters.minimum_coverage._replace(
        cover=make_cover(rosters, cheapest, bound)
    )
    return policy


def check_now(rosters: Rosters, settings: PlannerSettings) -> None:
    """Require a moment inside the horizon: after it nothing is left to be planned.

    Raises
    ------
    InputError
        It is later.
    """
    end_h = rosters.problem.n_intervals * rosters.problem.interval_min / 60.0
    if settings.now_h >= end_h:
        raise InputError(
            f"planner.now_h = {settings.now_h:g}: allowed: below {end_h:g}, the end of the horizon"
        )


def require_coverage(rosters: Rosters) -> MinimumCoverage:
    """Cover what opening hours need; pools take turns where none alone can be open all day.

    Raises
    ------
    InfeasibleError
        The shift rules cannot cover all open hours; the text names the smallest change.
    """
    try:
        return find_minimum_coverage(rosters.scenario, rosters.problem)
    except InfeasibleError:
        many = np.full(rosters.n, MANY_PEOPLE, dtype=np.int64)
        roster, bound = find_cheapest(rosters, RosterConstraints(np.zeros_like(many), many))
    return MinimumCoverage(find_pools(rosters.scenario), make_cover(rosters, roster, bound))


def make_cover(rosters: Rosters, roster: np.ndarray, bound: float) -> ShiftPlan:
    """Describe a roster as a solved shift problem, labor cost below the bound ruled out."""
    labor_cost, staff = rosters.price(roster), rosters.count_staff(roster)
    gap = max(labor_cost - bound, 0.0)
    least = labor_cost - gap
    counts = rosters.count_starts(roster)
    return ShiftPlan("feasible", counts, staff, labor_cost, labor_cost, least, gap, "")


def describe_changes(rosters: Rosters, policy: Policy) -> PlanChanges | None:
    """Describe how far a plan is from the earlier one; None without one.

    Parameters
    ----------
    rosters : Rosters
        Tied to the earlier plan.
    policy : Policy
        The plan.
    """
    roster = rosters.read_policy(policy)
    if rosters.constraints is None or rosters.constraints.earlier is None or roster is None:
        return None
    change = roster - rosters.constraints.earlier
    first = interval_local_times(rosters.scenario.horizon)[0].date()
    return PlanChanges(
        shifts_changed=count_changes(rosters.constraints.earlier, roster),
        changes_at_most=rosters.constraints.most_changes,
        shifts_fixed=int((rosters.constraints.lower == rosters.constraints.upper).sum()),
        rows=tuple(
            ShiftChange(
                day=shift.day,
                date=(first + datetime.timedelta(days=shift.day)).isoformat(),
                start_h=shift.start_h,
                length_h=shift.length_h,
                pool=shift.pool,
                agents=sign * shift.agents,
            )
            for sign in (1, -1)
            for shift in rosters.list_shifts(np.maximum(sign * change, 0))
        ),
    )
