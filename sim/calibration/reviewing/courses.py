"""What the week's events were like, ready for the next calendar.

Checked by ``tests/functional/test_review.py``.
"""

import zoneinfo
from typing import Any

import numpy as np

from sim.calibration.demand.events import FoundEvent
from sim.calibration.placing import ANNOUNCED_H, make_event
from sim.calibration.reviewing.week import RealWeek
from sim.calibration.reviewing.worlds import Corrected, Matched, count_h, expect
from sim.scenario.clock import find_start
from sim.scenario.event import Event
from sim.scenario.model import Scenario
from sim.store.clock import MS_PER_H, write_local
from sim.store.text import format_yaml

# A calendar's time of an event that nobody planned is to be written by whoever plans the next.
UNPLANNED = "unplanned"
# With fewer mentions of an event the shares of its topics are noise.
LEAST_TOPICS = 50


def list_events(
    world: Scenario, week: RealWeek, matched: Matched, found: Corrected
) -> list[dict[str, Any]]:
    """The events of the week: what was planned, what came, and the entry for the next calendar.

    Returns
    -------
    list of dict
        ``name``, ``planned``, ``is_fitted`` (else its course is the plan's), ``from_local``,
        ``excess_mentions``, ``size`` (over the planned
        one, None where none was), ``entry`` (plain data), ``yaml``.
    """
    listed = [describe(name, event, world, week, found) for name, event in matched.known.items()]
    listed += [rescale(name, world, found) for name in found.sizes if name not in matched.known]
    for number, event in enumerate(matched.surprising):
        name = UNPLANNED if number == 0 else f"{UNPLANNED}_{number + 1}"
        listed.append(describe(name, event, world, week, found))
    return listed


def rescale(name: str, world: Scenario, found: Corrected) -> dict[str, Any]:
    """A planned event whose course the week does not show: the plan's course at its own size."""
    planned, size = world.events[name], found.sizes[name]
    entry = planned.model_dump(mode="json", exclude_unset=True)
    entry["peak"] = round(1.0 + (planned.peak - 1.0) * size / max(found.level, 1e-12), 2)
    excess = expect(world).events[name].sum() * size
    start_ms = find_start(world.horizon).timestamp() * 1000.0
    time_ms = int(start_ms + (planned.time_h or 0.0) * MS_PER_H)
    zone = zoneinfo.ZoneInfo(world.horizon.time_zone)
    return {
        "name": name,
        "planned": True,
        "is_fitted": False,
        "from_local": write_local(np.array([time_ms]), zone)[0],
        "excess_mentions": round(float(excess), 1),
        "size": size,
        "entry": entry,
        "yaml": format_yaml({"events": {name: entry}}),
    }


def describe(
    name: str, event: FoundEvent, world: Scenario, week: RealWeek, found: Corrected
) -> dict[str, Any]:
    """One event of the week."""
    planned = world.events.get(name)
    base_per_h = max(world.demand.base_per_h * found.level, 1e-12)
    entry = make_event(
        event, choose_time(planned, world, event), 1.0 + event.course.height_per_h / base_per_h,
        find_topics(planned, world, week, event),
    )  # fmt: skip
    if planned is not None:
        entry["kind"] = planned.kind
        entry["peak_sigma"] = planned.peak_sigma
        entry["shape_share"] = planned.shape_share
    return {
        "name": name,
        "planned": planned is not None,
        "is_fitted": True,
        "from_local": write_local(np.array([event.time_ms]), week.demand.counts.zone)[0],
        "excess_mentions": round(float(event.burst.excess), 1),
        "size": found.sizes.get(name),
        "entry": entry,
        "yaml": format_yaml({"events": {name: entry}}),
    }


def choose_time(planned: Event | None, world: Scenario, event: FoundEvent) -> dict[str, Any]:
    """When the next one of its kind comes: as the plan had it, else at the hour of this one."""
    if planned is not None and planned.window_h is not None:
        return {"window_h": list(planned.window_h), "probability": planned.probability,
                "announced_h": planned.announced_h}  # fmt: skip
    announced_h = ANNOUNCED_H if planned is None else planned.announced_h
    return {"time_h": round(count_h(world, event), 2), "announced_h": announced_h}


def find_topics(
    planned: Event | None, world: Scenario, week: RealWeek, event: FoundEvent
) -> dict[str, float]:
    """Topics of the event's mentions: as the history names them, else the plan's."""
    if week.topic is not None:
        start_ms = find_start(world.horizon).timestamp() * 1000.0
        times = week.arrival_ms + start_ms
        inside = (times >= event.time_ms - MS_PER_H) & (times < event.burst.end_ms)
        names = [week.topic[place] for place in np.flatnonzero(inside) if week.topic[place]]
        if len(names) >= LEAST_TOPICS:
            return {
                name: round(names.count(name) / len(names), 4)
                for name in world.topics
                if name in names
            }
    if planned is not None and planned.topic_share is not None:
        return dict(planned.topic_share)
    return {name: topic.share for name, topic in world.topics.items()}
