"""What contradicts itself in a scenario, or will surprise: a line each, with the key to change.

Checked by ``tests/functional/test_cli_check_scenario.py``, a scenario for each line.
"""

from collections.abc import Iterator

import numpy as np

from sim.checking.overview import ScenarioOverview
from sim.rostering.roster import Rosters
from sim.rostering.scenario_shifts import pose_shifts
from sim.scenario.model import Scenario
from sim.scenario.profile import home_pools, interval_local_times
from sim.scenario.settings import PlannerSettings

# Below it a pool needs one person at all hours and has nothing to do for two of them in three.
LITTLE_WORK = 1.0 / 3.0
# A plan for less than this share of what the promise asks for will miss it.
ENOUGH_SHARE = 1.0


def list_remarks(
    scenario: Scenario, overview: ScenarioOverview, planner: PlannerSettings
) -> list[str]:
    """List what does not fit together, the gravest first."""
    return [
        *check_promise(scenario, overview),
        *check_coverage(scenario),
        *check_limits(overview),
        *check_budget(scenario, overview, planner.budget),
        *check_pools(scenario, overview),
        *check_dates(scenario),
    ]


def check_promise(scenario: Scenario, overview: ScenarioOverview) -> Iterator[str]:
    """A promise that the opening hours make impossible."""
    most, promise = overview.need.reachable_share, scenario.promise
    if most < promise.target_share:
        yield (
            f"scenario.promise.target_share = {promise.target_share:g}: these opening hours allow "
            f"{most:.2f} at most, however many people work; promise less or open longer "
            "(scenario.shifts.open_from_h, open_to_h, open_by_day)"
        )


def check_coverage(scenario: Scenario) -> Iterator[str]:
    """Open hours that no kind of shift covers."""
    if scenario.shifts is None:
        return
    rosters = Rosters(scenario)
    covered = (rosters.covers != 0).any(axis=0)
    missing = np.flatnonzero(rosters.problem.open_mask & ~covered)
    if missing.size:
        times = interval_local_times(scenario.horizon)
        yield (
            f"scenario.shifts.kinds: no kind of shift covers {missing.size} open "
            f"{'interval' if missing.size == 1 else 'intervals'}, the first at "
            f"{times[missing[0]]:%a %H:%M}; add one, or open shorter"
        )


def check_limits(overview: ScenarioOverview) -> Iterator[str]:
    """Pools that may not have the people whom the promise asks for."""
    for number, pool in enumerate(overview.pools):
        short = int((overview.need.answering[:, number] > pool.limit).sum())
        if short:
            yield (
                f"scenario.team.pools.{pool.name}.limit = {pool.limit}: the promise asks for up to "
                f"{pool.most_answering} ({pool.busiest}); {short} intervals ask for more than the "
                "limit"
            )


def check_budget(
    scenario: Scenario, overview: ScenarioOverview, budget: float | None
) -> Iterator[str]:
    """A budget below the cost of the need."""
    cost = overview.need.cost
    if budget is not None and budget < ENOUGH_SHARE * cost:
        yield (
            f"planner.budget = {budget:,.10g}: the promise asks for about {cost:,.0f} "
            f"{scenario.currency} of work in these hours ({budget / cost:.0%} of it is there); a "
            "plan will serve fewer in time"
        )


def check_pools(scenario: Scenario, overview: ScenarioOverview) -> Iterator[str]:
    """Pools without work of their own, or with too little for one person."""
    homes, problem = home_pools(scenario), pose_shifts(scenario)
    for number, pool in enumerate(overview.pools):
        work = overview.need.work[problem.open_mask, number]
        if number not in homes:
            yield (
                f"scenario.team.pools.{pool.name}.skills: no topic has its home here, so nothing "
                "is sent to it; it can only help"
            )
        elif work.size and 0 < work.mean() < LITTLE_WORK:
            yield (
                f"scenario.team.pools.{pool.name}: has work for {work.mean():.2f} people on "
                "average; small pools wait or idle: one pool with the skills of two needs fewer"
            )


def check_dates(scenario: Scenario) -> Iterator[str]:
    """Holidays out of the horizon, and events that begin while nobody is there."""
    dates = {time.date().isoformat() for time in interval_local_times(scenario.horizon)}
    outside = sorted(set(scenario.holidays) - dates)
    if outside:
        yield (
            f"scenario.holidays: {', '.join(outside)} "
            f"{'is' if len(outside) == 1 else 'are'} not in the horizon "
            f"({min(dates)} to {max(dates)})"
        )
    problem = pose_shifts(scenario)
    for name, event in scenario.events.items():
        place = None if event.time_h is None else int(event.time_h * 60 // problem.interval_min)
        if place is not None and place < problem.n_intervals and not problem.open_mask[place]:
            time = interval_local_times(scenario.horizon)[place]
            yield (
                f"scenario.events.{name}.time_h = {event.time_h:g}: begins {time:%a %H:%M}, "
                "while the desk is closed"
            )
