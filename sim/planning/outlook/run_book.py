"""The run book: if an event comes, how many wait, until when it stays bad, whether the crew comes.

The event is put into the world for certain, at its own time or, where that is open, on a Tuesday
at eleven in its window (or another day at eleven). The plan is played on fresh draws with it and
without it, the same other customers: the difference in who waits is the event's. Of several
scenarios none is told. Checked by ``tests/functional/test_plan_run_book.py``.
"""

import datetime
from typing import NamedTuple

import numpy as np

from sim.decision.run_book import EventExpected, WeekSpread
from sim.outcomes.estimate import SHARE, estimate_mean
from sim.outcomes.intervals import QUANTITIES, trace_intervals
from sim.outcomes.scales import Scales
from sim.planning.analysis.calendar import leave_out
from sim.planning.evaluation.evaluator import Evaluator
from sim.planning.outlook.customers import play_weeks
from sim.running.play import Played
from sim.scenario.clock import count_hours, name_time
from sim.scenario.event import Event
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy

# Events that have a page of the run book: each takes weeks of its own, and nobody reads ten.
MOST_EVENTS = 3
# When an event comes that may come at any time: on a busy day, early enough to see the evening.
TUESDAY, ELEVEN = 1, "11:00"
# Hours of the horizon that are left after an example: most of an event's mentions come within two
# days.
LEFT_H = 48.0
# Normal again: of the most that an event brought to the queue no more than this share is left...
LEFT_SHARE = 0.1
# ... or no more customers than this, where it brought few.
LEFT_CUSTOMERS = 1.0
# The weeks that a manager prepares for: a good one, the middle, a bad one of ten.
PERCENTS = (10, 50, 90)


class SeenWeek(NamedTuple):
    """Who waits and whether the crew is there, by interval."""

    waiting: np.ndarray
    crew: np.ndarray


class CrewSeen(NamedTuple):
    """How likely the crew works after an event, and from when on; None without a crew."""

    share: float | None = None
    low: float | None = None
    high: float | None = None
    quiet: float | None = None
    after_h: WeekSpread | None = None


def make_run_book(fresh: Evaluator, plan: Policy, n: int) -> tuple[EventExpected, ...] | None:
    """Make the run book; None where there is no event, or several scenarios.

    Parameters
    ----------
    fresh : Evaluator
        Of the plan's fresh draws.
    plan : Policy
        The plan.
    n : int
        Weeks with and without each event.
    """
    events = {name: one for name, one in fresh.scenario.events.items() if one.repeat_of is None}
    if not events or len(fresh.split(max(n, 2))) > 1:
        return None
    largest = sorted(events, key=lambda name: -events[name].peak)[:MOST_EVENTS]
    return tuple(expect_event(fresh, plan, name, n) for name in events if name in largest)


def expect_event(fresh: Evaluator, plan: Policy, name: str, n: int) -> EventExpected:
    """Play weeks with and without one event, and describe what it brings."""
    scenario = fresh.scenario
    event, numbers = scenario.events[name], list(range(n))
    begins_h = choose_hour(scenario, event)
    sure = event.model_copy(update={"time_h": begins_h, "window_h": None, "probability": 1.0})
    loud = scenario.model_copy(update={"events": {**scenario.events, name: sure}})
    quiet, policy = leave_out(scenario, plan, name)
    with_it = play_weeks(open_world(fresh, loud), plan, numbers, look_at_week)
    without = play_weeks(open_world(fresh, quiet), policy, numbers, look_at_week)
    interval_h = scenario.horizon.interval_min / 60.0
    first = int(begins_h / interval_h)
    found = [
        follow_backlog(loud_week.waiting[first:], quiet_week.waiting[first:])
        for loud_week, quiet_week in zip(with_it, without, strict=True)
    ]
    peak, peak_at, normal_at = np.array(found).T
    crew = see_crew(plan, with_it, without, first, interval_h)
    is_normal = np.isfinite(normal_at)
    return EventExpected(
        event=name,
        kind=event.kind,
        begins_local=name_time(scenario.horizon, begins_h),
        is_example=event.window_h is not None,
        announced_h=event.announced_h,
        probability=event.probability,
        n=n,
        watched_h=count_hours(scenario.horizon) - begins_h,
        peak_waiting=spread(peak),
        peak_after_h=spread(peak_at * interval_h),
        normal_share=float(is_normal.mean()),
        normal_after_h=spread(normal_at * interval_h),
        crew_called_share=crew.share,
        crew_called_low=crew.low,
        crew_called_high=crew.high,
        crew_quiet_share=crew.quiet,
        crew_after_h=crew.after_h,
    )


def open_world(fresh: Evaluator, scenario: Scenario) -> Evaluator:
    """Open the draws of the evaluation in another world."""
    return Evaluator(scenario, fresh.seed, fresh.workers, first=fresh.first)


def choose_hour(scenario: Scenario, event: Event) -> float:
    """Choose when an event comes [h]: its own time, else Tuesday at eleven, else a day at eleven.

    Where its window has no such hour with days left behind it, the middle of what is left.
    """
    first_h, last_h = event.span_h
    if event.window_h is None:
        return first_h
    latest_h = min(last_h, max(count_hours(scenario.horizon) - LEFT_H, first_h))
    hours = range(int(np.ceil(first_h)), int(latest_h) + 1)
    elevens = [hour for hour in hours if name_time(scenario.horizon, hour)[-5:] == ELEVEN]
    tuesdays = [hour for hour in elevens if find_weekday(scenario, hour) == TUESDAY]
    return float(next(iter([*tuesdays, *elevens]), (first_h + latest_h) / 2.0))


def find_weekday(scenario: Scenario, hour: float) -> int:
    """Find the day of the week, Monday 0."""
    return datetime.datetime.fromisoformat(name_time(scenario.horizon, hour)).weekday()


def look_at_week(scales: Scales, played: Played) -> SeenWeek:
    """See who waits in each interval, and whether the crew is there."""
    waiting = trace_intervals(scales, *played)[QUANTITIES.index("waiting"), -1]
    return SeenWeek(waiting, played.run.surge_ms[:, :-1].sum(axis=0) > 0)


def follow_backlog(loud: np.ndarray, quiet: np.ndarray) -> tuple[float, float, float]:
    """Find the most who wait from an event on, when, and when that is over, in intervals.

    Over: the first interval after the most that it adds in which no more is left of that than
    `LEFT_SHARE`, or `LEFT_CUSTOMERS`; NaN where the horizon ends before.
    """
    added = loud - quiet
    most = int(np.argmax(added))
    small = added <= max(LEFT_SHARE * float(added[most]), LEFT_CUSTOMERS)
    small[:most] = False
    after = np.flatnonzero(small)
    over = float(after[0]) if after.size else float("nan")
    if added[most] <= LEFT_CUSTOMERS:
        over = 0.0
    return float(loud.max()), float(np.argmax(loud)), over


def spread(values: np.ndarray) -> WeekSpread:
    """Spread of weeks; what never came about lies behind all that did, and is None."""
    ordered = np.sort(np.where(np.isnan(values), np.inf, values))
    found = [float(np.percentile(ordered, one, method="inverted_cdf")) for one in PERCENTS]
    return WeekSpread(**{
        f"p{percent}": value if np.isfinite(value) else None
        for percent, value in zip(PERCENTS, found, strict=True)
    })  # fmt: skip


def see_crew(
    plan: Policy, with_it: list[SeenWeek], without: list[SeenWeek], first: int, interval_h: float
) -> CrewSeen:
    """See how likely the crew works after an event, and from when on."""
    if plan.surge is None or not any(plan.surge.agents.values()):
        return CrewSeen()
    called = np.array([one.crew[first:].any() for one in with_it], dtype=float)
    at = [float(np.argmax(one.crew[first:])) for one in with_it if one.crew[first:].any()]
    found = estimate_mean(called, span=SHARE)
    return CrewSeen(
        found.mean,
        found.ci_low,
        found.ci_high,
        float(np.mean([one.crew[first:].any() for one in without])),
        spread(np.array(at) * interval_h) if at else None,
    )
