"""What a scenario holds, in numbers: demand by day, need by pool and interval, events, promise.

All of it by formula, in a second. Checked by ``tests/functional/test_cli_check_scenario.py``.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from sim.checking.need import Need, compute_need
from sim.policies.workload import expect_work, is_known
from sim.scenario.clock import interval_local_times, name_time
from sim.scenario.model import Scenario
from sim.scenario.profile import (
    count_hours,
    expected_event_per_quarter,
    expected_per_interval_and_topic,
    open_intervals,
)

QUARTERS_PER_H = 4


class DayOverview(NamedTuple):
    """A local day."""

    date: str
    open_h: float
    mentions: float
    """base and announced events; what complaints bring apart"""
    needing_answer: float
    work_h: float
    """agent hours"""
    most_answering: int
    """people at work at once, all pools, at the busiest time"""


class EventOverview(NamedTuple):
    """An event."""

    name: str
    kind: str
    earliest: str
    latest: str
    probability: float
    is_announced: bool
    mentions: float
    """that it brings within the horizon where it comes"""


class PoolOverview(NamedTuple):
    """A pool."""

    name: str
    limit: int
    most_answering: int
    busiest: str
    most_on_roster: float
    paid_h_a_week: float
    full_time: float


class ScenarioOverview(NamedTuple):
    """A scenario by numbers."""

    days: tuple[DayOverview, ...]
    events: tuple[EventOverview, ...]
    pools: tuple[PoolOverview, ...]
    need: Need
    mentions: float
    needing_answer: float
    work_h: float
    closed_share: float
    """of those who need an answer, who write while nobody is there"""


def survey_scenario(scenario: Scenario) -> ScenarioOverview:
    """Survey a scenario."""
    need, is_open = compute_need(scenario), open_intervals(scenario)
    arrivals = expected_per_interval_and_topic(scenario, knows_events=True)
    shares = np.array([topic.actionable_share for topic in scenario.topics.values()])
    cases, hour = arrivals @ shares, scenario.horizon.interval_min / 60.0
    work = expect_work(scenario, knows_events=True).sum(axis=1) * hour
    total = float(cases.sum())
    return ScenarioOverview(
        days=tuple(list_days(scenario, arrivals.sum(axis=1), cases, work, need)),
        events=tuple(list_events(scenario)),
        pools=tuple(list_pools(scenario, need)),
        need=need,
        mentions=float(arrivals.sum()),
        needing_answer=total,
        work_h=float(work.sum()),
        closed_share=float(cases[~is_open].sum() / total) if total else 0.0,
    )


def list_days(
    scenario: Scenario, mentions: np.ndarray, cases: np.ndarray, work_h: np.ndarray, need: Need
) -> Iterator[DayOverview]:
    """Yield the local days."""
    dates = np.array([time.date().isoformat() for time in interval_local_times(scenario.horizon)])
    is_open, hour = open_intervals(scenario), scenario.horizon.interval_min / 60.0
    people = need.answering.sum(axis=1)
    for date in np.unique(dates):
        here = dates == date
        yield DayOverview(
            date=str(date),
            open_h=float(is_open[here].sum() * hour),
            mentions=float(mentions[here].sum()),
            needing_answer=float(cases[here].sum()),
            work_h=float(work_h[here].sum()),
            most_answering=int(people[here].max()),
        )


def list_events(scenario: Scenario) -> Iterator[EventOverview]:
    """Yield the events in order of the scenario."""
    for name, event in scenario.events.items():
        first, last = event.span_h
        quarters = count_hours(scenario.horizon) * QUARTERS_PER_H
        mentions = expected_event_per_quarter(scenario, event)[:quarters].sum() / event.probability
        yield EventOverview(
            name=name,
            kind=event.kind,
            earliest=name_time(scenario.horizon, first),
            latest=name_time(scenario.horizon, last),
            probability=event.probability,
            is_announced=is_known(event),
            mentions=float(mentions),
        )


def list_pools(scenario: Scenario, need: Need) -> Iterator[PoolOverview]:
    """Yield the pools."""
    times = interval_local_times(scenario.horizon)
    for number, (name, pool) in enumerate(scenario.team.pools.items()):
        people = need.answering[:, number]
        most = int(people.max(initial=0))
        yield PoolOverview(
            name=name,
            limit=pool.limit,
            most_answering=most,
            busiest=times[int(people.argmax())].strftime("%a %H:%M") if most else "",
            most_on_roster=most * need.roster_factor,
            paid_h_a_week=float(need.paid_h[number]),
            full_time=float(need.full_time[number]),
        )
