"""Which events of a history are in the scenario, and when: planned, by chance, or each week.

A planned one is where the user says, with the course of a past one. The others that last may
come again at any time (``demand.process``). One that the base's calendar has is that one.
Checked by ``tests/functional/test_calibrate_events.py``.
"""

import datetime
import zoneinfo
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import numpy as np

from sim.calibration.demand.events import SHAPE_SHARE, FoundEvent
from sim.calibration.demand.fit import DemandFit
from sim.calibration.demand.process import make_process
from sim.calibration.scenario_patch import Mix, round_to
from sim.errors import InputError
from sim.scenario.build import build
from sim.scenario.model import Scenario
from sim.scenario.settings import NamedEvent
from sim.store.clock import MS_PER_H, compute_offsets, write_local

EVENT_NAME = "found"
DAYS = 7  # of a fitted scenario: a profile of the week tells no more
EventRule = Literal["announced", "unannounced", "none"]
EVENT_RULES: tuple[EventRule, ...] = ("announced", "unannounced", "none")
# (a) An event above twice the base for three hours is worth planning for; shorter ones are noise
# of the hours.
LASTING_H = 3.0
# Two weeks, as in the shipped scenarios (a).
ANNOUNCED_H = 336.0
# A base's event that begins so shortly before a burst is that burst: news takes an hour to show.
SAME_EVENT_H = 2.0
# As in the shipped scenarios (a): one event does not tell how uncertain its size was.
PEAK_SIGMA = {"announced": 0.30, "unannounced": 0.50}


def read_events(events: object) -> tuple[EventRule, dict[str, NamedEvent]]:
    """The rule for found events, and the planned ones by name.

    Raises
    ------
    InputError
        Another word, or an event without its day and time.
    """
    if isinstance(events, Mapping):
        return "unannounced", {
            str(name): each
            if isinstance(each, NamedEvent)
            else build(NamedEvent, dict(each), f"events.{name}")
            for name, each in events.items()
        }
    for rule in EVENT_RULES:
        if events == rule:
            return rule, {}
    raise InputError(f"events = {events}: allowed: {', '.join(EVENT_RULES)}, or planned events")


def read_day(day: str | datetime.date | None) -> datetime.date | None:
    """A day, written or not."""
    if not isinstance(day, str):
        return day
    try:
        return datetime.date.fromisoformat(day)
    except ValueError as error:
        raise InputError(f"start = {day}: allowed: a day such as 2026-12-07") from error


def choose_start(demand: DemandFit, asked: datetime.date | None) -> datetime.datetime:
    """The first day of the scenario: the one asked for, or the Monday after the history."""
    if asked is not None:
        return datetime.datetime.combine(asked, datetime.time())
    last = int(demand.counts.day[demand.counts.is_known][-1])
    day = datetime.date(1970, 1, 1) + datetime.timedelta(days=last + 1)
    return datetime.datetime.combine(
        day + datetime.timedelta(days=-day.weekday() % 7), datetime.time()
    )


class Placing(NamedTuple):
    """Events of the scenario, and the base rate beside them."""

    entries: dict[str, dict[str, Any]]
    found: dict[str, FoundEvent]
    base_per_h: float
    start: datetime.datetime


def place_events(
    base: Scenario,
    demand: DemandFit,
    asked: tuple[EventRule, Mapping[str, NamedEvent], datetime.date | None],
    mix: Mix,
    days: int = DAYS,
) -> Placing:
    """Planned events where the user says, the others by chance or as the rule says.

    Where the base is the user's, it has its own `days`.
    """
    rule, wanted, first_day = asked
    start = choose_start(demand, first_day)
    shares = {name: mix.shares.get(name, topic.share) for name, topic in base.topics.items()}
    for name in set(wanted) & set(base.events):
        raise InputError(f"events.{name}: the base scenario has an event of that name already")
    found = {name: find_named(name, each, demand) for name, each in wanted.items()}
    known = [event for event in demand.events if is_in_calendar(base, event, demand)]
    planned = [*found.values(), *known]
    lasting = [each for each in list_lasting(demand) if all(each is not p for p in planned)]
    usual = demand.shape.base_per_h
    chance = make_process(demand, lasting, planned, 24.0 * days, PEAK_SIGMA["unannounced"])
    base_per_h = chance.base_per_h if rule == "unannounced" else usual
    entries = {}
    for name, each in wanted.items():
        time_h = round(find_time_h(name, each, start, days), 2)
        when: dict[str, Any] = {"time_h": time_h, "announced_h": ANNOUNCED_H}
        peak = 1.0 + each.scale * found[name].course.height_per_h / base_per_h
        entries[name] = make_event(found[name], when, peak, shares)
    for number, event in enumerate(lasting[: {"none": 0, "announced": 1}.get(rule)]):
        name = _name_event(number, base, wanted)
        if rule == "announced":
            time_h = round(find_usual_time_h(event, demand, start), 2)
            when, scale = {"time_h": time_h, "announced_h": ANNOUNCED_H}, 1.0
        else:
            chances = {"probability": round(chance.probability, 4), "announced_h": 0}
            all_h = count_span_hours(start, demand.counts.zone, days)
            when, scale = {"window_h": [0, all_h], **chances}, chance.scale
        peak = 1.0 + scale * event.course.height_per_h / base_per_h
        entries[name] = make_event(event, when, peak, shares)
        found[name] = event
    return Placing(entries, found, base_per_h, start)


def count_span_hours(start: datetime.datetime, zone: datetime.tzinfo, days: int) -> int:
    """Hours of so many local days: 167 or 169 of a week in which the clock changes."""
    first, last = (
        (start + datetime.timedelta(days=passed)).replace(tzinfo=zone).timestamp()
        for passed in (0, days)
    )
    return round((last - first) / 3600.0)


def _name_event(number: int, base: Scenario, wanted: Mapping[str, NamedEvent]) -> str:
    name = EVENT_NAME if number == 0 else f"{EVENT_NAME}_{number + 1}"
    while name in base.events or name in wanted:
        name += "_again"
    return name


def list_lasting(demand: DemandFit) -> list[FoundEvent]:
    """The events that last, the strongest first."""
    lasting = [
        event
        for event in demand.events
        if count_doubled_h(event, demand.shape.base_per_h) >= LASTING_H
    ]
    return sorted(lasting, key=lambda event: -event.burst.sustained)


def is_in_calendar(base: Scenario, event: FoundEvent, demand: DemandFit) -> bool:
    """Whether the base's calendar has this event: one of its times lies in the burst."""
    first, last = (
        stamp + int(compute_offsets(np.array([stamp]), demand.counts.zone)[0])
        for stamp in (min(event.time_ms, event.burst.start_ms), event.burst.end_ms)
    )
    start = int(np.datetime64(base.horizon.start.replace(tzinfo=None), "ms").astype(np.int64))
    times = [
        start + each.time_h * MS_PER_H for each in base.events.values() if each.time_h is not None
    ]
    return any(first - SAME_EVENT_H * MS_PER_H <= time < last for time in times)


def find_named(name: str, wanted: NamedEvent, demand: DemandFit) -> FoundEvent:
    """The found event that a planned one is like.

    Raises
    ------
    InputError
        None was found on that day.
    """
    zone = demand.counts.zone
    day = wanted.like.date().isoformat()
    days = {id(event): _list_days(event, zone) for event in demand.events}
    on_day = [event for event in demand.events if day in days[id(event)]]
    if on_day:
        return max(on_day, key=lambda event: event.burst.excess)
    known = sorted({each[0] for each in days.values()})
    raise InputError(
        f"events.{name}.like = {day}: no event was found on that day; allowed: "
        f"{', '.join(known) or 'none, for the history has no event'}"
    )


def _list_days(event: FoundEvent, zone: zoneinfo.ZoneInfo) -> list[str]:
    first, last = write_local(np.array([event.time_ms, event.burst.end_ms - 1]), zone)
    every = np.arange(np.datetime64(first[:10]), np.datetime64(last[:10]) + 1)
    return [str(day) for day in every] or [first[:10]]


def find_time_h(name: str, wanted: NamedEvent, start: datetime.datetime, days: int) -> float:
    """When a planned event begins, in hours from the horizon's start.

    Raises
    ------
    InputError
        Not within the horizon.
    """
    time_h = (wanted.time - start).total_seconds() / 3600.0
    if not 0.0 <= time_h < 24.0 * days:
        end = start + datetime.timedelta(days=days)
        raise InputError(
            f"events.{name}.time = {wanted.time.isoformat(timespec='minutes')}: allowed: a time of "
            f"the scenario, {start.date()} to {end.date()}; another week begins with start=DAY"
        )
    return time_h


def count_doubled_h(event: FoundEvent, base_per_h: float) -> float:
    """Time for which the course alone is above the base rate [h]."""
    course = event.course
    low, high = 0.0, 24.0 * 60
    for _ in range(50):
        since = 0.5 * (low + high)
        rate = course.height_per_h * (
            course.weight * 2.0 ** (-since / course.half_life_1_h)
            + (1.0 - course.weight) * 2.0 ** (-since / course.half_life_2_h)
        )
        low, high = (since, high) if rate > base_per_h else (low, since)
    return low


def find_usual_time_h(event: FoundEvent, demand: DemandFit, start: datetime.datetime) -> float:
    """An event's weekday and hour, in hours from the horizon's start."""
    offset = int(compute_offsets(np.array([event.time_ms]), demand.counts.zone)[0])
    hour_of_week = (event.time_ms + offset) / MS_PER_H + 72.0
    return float((hour_of_week - 24.0 * start.weekday()) % 168.0)


def make_event(
    event: FoundEvent, when: dict[str, Any], peak: float, topic_share: dict[str, float]
) -> dict[str, Any]:
    """A found event as an entry of ``events``, at a time or in a window."""
    course = event.course
    rule = "announced" if "time_h" in when else "unannounced"
    entry: dict[str, Any] = {"kind": "other", **when}
    entry |= {
        "peak": round_to(max(peak, 1.0), 3),
        "peak_sigma": PEAK_SIGMA[rule],
        "ramp_min": round_to(max(60.0 * course.ramp_h, 1.0), 3),
        "half_life_1_h": round_to(course.half_life_1_h, 3),
    }
    if course.weight < 1.0:
        entry["half_life_2_h"] = round_to(course.half_life_2_h, 3)
    entry |= {
        "weight": round(course.weight, 3),
        "shape_share": SHAPE_SHARE,
        "topic_share": topic_share,
    }
    return entry
