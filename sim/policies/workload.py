"""The workload that policies are made from: expected work, known events, effort, crew.

Checked by ``tests/unit/test_rostering_scenario_shifts.py``.
"""

import math

import numpy as np

from sim.scenario.lowering.deflection import QUARTERS_PER_H, expect_deflected
from sim.scenario.model import Scenario
from sim.scenario.parts import LEVELS, Event, Level, PersonLevel
from sim.scenario.policy import EffortPlan, Phase, Surge
from sim.scenario.profile import (
    count_hours,
    expected_per_interval_and_topic,
    home_pools,
    pool_resolution_shares,
    pool_times,
)


def count_work_min(scenario: Scenario, level: PersonLevel = "standard") -> np.ndarray:
    """Expected agent minutes of a mention by topic at one level, shape (n_topics,).

    Turns are geometric: a case goes on with (1 - p) x write-again share; detection by triage
    included. Its home pool does the work, with the skill that it has.
    """
    homes, topics = home_pools(scenario), np.arange(len(scenario.topics))
    resolved = pool_resolution_shares(scenario)[homes, LEVELS.index(level), topics]
    goes_on = (1.0 - resolved) * scenario.conversation.write_again_share
    turns = scenario.effort.levels[level].work_multiplier / (1.0 - goes_on)
    work = np.array([topic.work.mean_min or 0.0 for topic in scenario.topics.values()])
    work = work * pool_times(scenario)[homes, topics]
    share = np.array([topic.actionable_share for topic in scenario.topics.values()])
    return work * turns * share * scenario.maturity.triage_recall


def expect_writers(scenario: Scenario, knows_events: bool) -> np.ndarray:
    """Expected mentions less those that find an answer, shape (n_intervals, n_topics).

    Answers are public, at the standard level; nothing is pinned.
    """
    arrivals = expected_per_interval_and_topic(scenario, knows_events)
    spared = expect_deflected(scenario, None, knows_events)
    if spared is None:
        return arrivals
    hours = count_hours(scenario.horizon)
    within = spared[len(spared) - QUARTERS_PER_H * (hours + 1) :][: QUARTERS_PER_H * hours]
    total = np.concatenate([np.zeros((1, arrivals.shape[1])), np.cumsum(within, axis=0)])
    edges = np.linspace(0.0, len(within), len(arrivals) + 1)
    marks = np.arange(len(total))
    return arrivals - np.diff(
        np.stack([np.interp(edges, marks, column) for column in total.T], axis=1), axis=0
    )


def expect_work(scenario: Scenario, knows_events: bool) -> np.ndarray:
    """Expected work, in agents busy at once, shape (n_intervals, n_pools)."""
    arrivals = expect_writers(scenario, knows_events)
    minutes = arrivals * count_work_min(scenario)
    homes = home_pools(scenario)
    by_pool = [minutes[:, homes == pool].sum(axis=1) for pool in range(len(scenario.pool_names))]
    return np.stack(by_pool, axis=1) / scenario.horizon.interval_min


def name_effort(scenario: Scenario, level: Level = "standard") -> EffortPlan:
    """Plan of effort with one level for every topic and phase."""
    row: dict[Phase, Level] = {"calm": level, "ahead": level, "surge": level, "recovery": level}
    return {topic: dict(row) for topic in scenario.topic_names}


def is_known(event: Event, now_h: float = 0.0) -> bool:
    """Whether an event is announced by the time at which the shifts are fixed."""
    earliest_h = event.span_h[0]
    return event.announced_h > 0 and earliest_h <= event.announced_h + now_h


def hide_later_news(scenario: Scenario, now_h: float = 0.0) -> Scenario:
    """Hide from a scenario what is not known yet when the shifts are fixed, time 0 or later.

    An event that is announced only later may come, as far as one knows, at any time from when
    its announcement could be followed by it to the end; so it stays unknown to `is_known`.
    """
    horizon_h = float(count_hours(scenario.horizon))
    events = {
        name: event
        if event.announced_h == 0
        or is_known(event, now_h)
        or now_h + event.announced_h >= horizon_h
        else event.model_copy(
            update={
                "time_h": None,
                "window_h": (math.nextafter(now_h + event.announced_h, math.inf), horizon_h),
            }
        )
        for name, event in scenario.events.items()
    }
    if all(events[name] is event for name, event in scenario.events.items()):
        return scenario
    return scenario.model_copy(update={"events": events})


def split_crew(scenario: Scenario) -> Surge | None:
    """Default surge rule: the whole crew, split over the pools by expected work."""
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
