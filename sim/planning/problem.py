"""The decision problem, apart from its solvers: shifts, expected work, effort, money.

Checked by ``tests/unit/test_planning_problem.py``.
"""

import numpy as np

from sim.planning.shifts import ShiftProblem, ShiftType, WeeklyRules
from sim.scenario.model import Scenario
from sim.scenario.parts import LEVELS, Event, Level, PersonLevel, Shift
from sim.scenario.policy import EffortPlan, Phase, Surge
from sim.scenario.profile import (
    count_hours,
    count_intervals,
    expected_per_interval_and_topic,
    home_pools,
    interval_local_times,
    open_intervals,
    resolution_shares,
)


def pose_shifts(scenario: Scenario) -> ShiftProblem:
    """Return what may be staffed, when, and at which price.

    Without `shifts` each open interval is staffed freely.
    """
    times = interval_local_times(scenario.horizon)
    first = times[0]
    hour_cost = scenario.costs.paid_hour_cost / (1.0 - scenario.costs.shrinkage_share)
    shifts = scenario.shifts
    rules = WeeklyRules(max_staff=tuple(pool.limit for pool in scenario.team.pools.values()))
    kinds: tuple[ShiftType, ...] = ()
    if shifts is not None:
        kinds = tuple(describe_shift(kind) for kind in shifts.kinds)
        rules = WeeklyRules(
            rest_min=round(shifts.rest_h * 60),
            days_per_week=shifts.max_days_a_week,
            part_time_share=shifts.part_time_share,
            max_staff=rules.max_staff,
        )
    return ShiftProblem(
        n_intervals=count_intervals(scenario.horizon),
        interval_min=scenario.horizon.interval_min,
        pools=scenario.pool_names,
        hour_cost=(hour_cost,) * len(scenario.pool_names),
        shifts=kinds,
        rules=rules,
        open_intervals=open_intervals(scenario),
        horizon_start_min=first.hour * 60 + first.minute,
        first_weekday=first.weekday(),
        shift_start_min=find_shift_starts(scenario) if kinds else None,
        interval_labels=tuple(time.strftime("%a %H:%M") for time in times),
    )


def describe_shift(kind: Shift) -> ShiftType:
    """Return a kind of shift in minutes, named by its hours."""
    breaks: tuple[tuple[int, int], ...] = ()
    if kind.break_h > 0 and kind.break_after_h is not None:
        breaks = ((round(kind.break_after_h * 60), round(kind.break_h * 60)),)
    end_h = (kind.start_h + kind.length_h) % 24
    return ShiftType(
        name=f"{_tell_hour(kind.start_h)}-{_tell_hour(end_h)}",
        start_min=round(kind.start_h * 60),
        length_min=round(kind.length_h * 60),
        breaks_min=breaks,
        part_time=kind.part_time,
    )


def _tell_hour(hour: float) -> str:
    return f"{int(hour):02d}:{round(hour % 1 * 60):02d}"


def find_shift_starts(scenario: Scenario) -> np.ndarray:
    """Return elapsed minutes to each shift's start by local day, shape (n_days, n_shifts).

    Follows the local clock, so that a shift starts at its hour in a week with a clock change.
    """
    assert scenario.shifts is not None
    times = interval_local_times(scenario.horizon)
    step_min, first = scenario.horizon.interval_min, times[0].date()
    place = {
        ((time.date() - first).days, time.hour * 60 + time.minute): number * step_min
        for number, time in reversed(list(enumerate(times)))
    }
    n_days = (times[-1].date() - first).days + 1
    starts = np.full((n_days, len(scenario.shifts.kinds)), -1, dtype=np.int64)
    for day in range(n_days):
        for number, kind in enumerate(scenario.shifts.kinds):
            start_min = round(kind.start_h * 60)
            on_grid = start_min // step_min * step_min
            starts[day, number] = place.get((day, on_grid), -step_min)
    return starts


def count_work_min(scenario: Scenario, level: PersonLevel = "standard") -> np.ndarray:
    """Return expected agent minutes of a mention by topic at one level, shape (n_topics,).

    Turns are geometric: a case goes on with (1 - p) x write-again share; detection by triage
    included.
    """
    resolved = resolution_shares(scenario)[LEVELS.index(level)]
    goes_on = (1.0 - resolved) * scenario.conversation.write_again_share
    turns = scenario.effort.levels[level].work_multiplier / (1.0 - goes_on)
    work = np.array([topic.work.mean_min or 0.0 for topic in scenario.topics.values()])
    share = np.array([topic.actionable_share for topic in scenario.topics.values()])
    return work * turns * share * scenario.maturity.triage_recall


def expect_work(scenario: Scenario, knows_events: bool) -> np.ndarray:
    """Return expected work in agents busy at once, shape (n_intervals, n_pools)."""
    arrivals = expected_per_interval_and_topic(scenario, knows_events)
    minutes = arrivals * count_work_min(scenario)
    homes = home_pools(scenario)
    by_pool = [minutes[:, homes == pool].sum(axis=1) for pool in range(len(scenario.pool_names))]
    return np.stack(by_pool, axis=1) / scenario.horizon.interval_min


def name_effort(scenario: Scenario, level: Level = "standard") -> EffortPlan:
    """Return one level for every topic and phase."""
    row: dict[Phase, Level] = {"calm": level, "ahead": level, "surge": level, "recovery": level}
    return {topic: dict(row) for topic in scenario.topic_names}


def is_known(event: Event, now_h: float = 0.0) -> bool:
    """Tell whether an event is announced by the time at which the shifts are fixed."""
    earliest_h = event.window_h[0] if event.window_h is not None else event.time_h or 0.0
    return event.announced_h > 0 and earliest_h <= event.announced_h + now_h


def hide_later_news(scenario: Scenario, now_h: float = 0.0) -> Scenario:
    """Return the world as it is known when the shifts are fixed, time 0 or later.

    An event that is announced only later may come, as far as one knows, at any time from when
    its announcement could be followed by it to the end.
    """
    horizon_h = float(count_hours(scenario.horizon))
    events = {
        name: event
        if event.announced_h == 0
        or is_known(event, now_h)
        or now_h + event.announced_h >= horizon_h
        else event.model_copy(
            update={"time_h": None, "window_h": (now_h + event.announced_h, horizon_h)}
        )
        for name, event in scenario.events.items()
    }
    if all(events[name] is event for name, event in scenario.events.items()):
        return scenario
    return scenario.model_copy(update={"events": events})


def split_crew(scenario: Scenario) -> Surge | None:
    """Return the default surge rule: the whole crew, split over the pools by expected work."""
    people = scenario.surge_crew.max_people
    if people == 0:
        return None
    work = expect_work(scenario, knows_events=False).sum(axis=0)
    share = work / work.sum() if work.sum() > 0 else np.full(work.size, 1.0 / work.size)
    counts = np.floor(share * people).astype(int)
    for pool in np.argsort(-(share * people - counts), kind="stable")[: people - counts.sum()]:
        counts[pool] += 1
    named = zip(scenario.pool_names, counts, strict=True)
    return Surge(agents={name: int(count) for name, count in named})
