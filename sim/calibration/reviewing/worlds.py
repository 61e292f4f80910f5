"""The worlds that a week is explained with: as planned, at the level that came, as it was.

The level is that of the hours outside of planned events and of bursts; a planned event has the
size that its hours brought. What came beside these (a burst that nobody planned, how mentions fell
within the week) is luck: no forecast of level and calendar has it. Checked by
``tests/functional/test_review.py``.
"""

import pathlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from sim.calibration.demand.events import FoundEvent
from sim.calibration.placing import is_in_calendar, list_lasting
from sim.calibration.reviewing.week import RealWeek
from sim.compose.choice import merge
from sim.scenario.build import build_scenario
from sim.scenario.clock import count_hours, count_intervals, find_start
from sim.scenario.course import phase_durations_ms
from sim.scenario.event import Event
from sim.scenario.model import Scenario
from sim.scenario.profile import expected_base_per_quarter, expected_event_per_quarter
from sim.store.clock import MS_PER_H, MS_PER_MIN
from sim.store.tables import write_table

# The level is known to a tenth (1/sqrt(100)) with so many mentions; with fewer in quiet hours all
# hours outside of planned events tell it.
LEAST_QUIET = 100.0
# News takes an hour to show (as where calendar and bursts are matched).
BEFORE_H = 2.0
# Of an event that is known not to have come: a chance of 0 is no event.
NEVER = 1e-9
# Of an event whose time is known: its window [h].
SPAN_H = 0.01
RECORD = "week.parquet"


class Expected(NamedTuple):
    """Mentions that a plan expects by reporting interval, float64, shape (n_intervals,) each."""

    base: np.ndarray
    events: dict[str, np.ndarray]

    @property
    def whole(self) -> np.ndarray:
        """Base and events."""
        return self.base + sum(self.events.values(), np.zeros_like(self.base))


class Corrected(NamedTuple):
    """What a forecast of the level and the planned events would have had to be."""

    level: float
    """mentions of quiet hours over those expected"""
    sizes: dict[str, float]
    """of planned events: their mentions over those expected"""


def expect(world: Scenario) -> Expected:
    """Mentions that a plan expects, those that mentions set off left out."""
    size = count_intervals(world.horizon)
    per_h = 60 // world.horizon.interval_min

    def lay(quarters: np.ndarray) -> np.ndarray:
        edges = np.append(0.0, np.cumsum(quarters))
        return np.diff(np.interp(np.arange(size + 1) / per_h, np.arange(len(edges)) / 4.0, edges))

    events = {
        name: lay(expected_event_per_quarter(world, event)) for name, event in world.events.items()
    }
    return Expected(lay(expected_base_per_quarter(world)), events)


def is_planned(event: Event) -> bool:
    """Whether an event comes for certain and its time is known."""
    return event.time_h is not None and event.probability == 1.0


def correct(world: Scenario, expected: Expected, week: RealWeek, factor: float) -> Corrected:
    """Find the level and the sizes of planned events that came.

    Parameters
    ----------
    world : Scenario
        The plan's, on the week.
    expected : Expected
        Of it.
    week : RealWeek
        What came.
    factor : float
        All mentions over those expected: some set off others.
    """
    start_h = np.arange(len(week.came)) * world.horizon.interval_min / 60.0
    planned = {name: event for name, event in world.events.items() if is_planned(event)}
    windows = {
        name: (start_h >= (event.time_h or 0.0) - BEFORE_H)
        & (start_h < (event.time_h or 0.0) + phase_durations_ms(world, event)[1] / MS_PER_H)
        for name, event in planned.items()
    }
    calm = ~np.any([*windows.values(), np.zeros(len(start_h), np.bool_)], axis=0)
    calm = calm if factor * expected.base[calm].sum() > 0 else np.ones(len(start_h), np.bool_)
    quiet = calm & find_usual(world, week)
    if factor * expected.base[quiet].sum() < LEAST_QUIET:
        quiet = calm
    level = week.came[quiet].sum() / max(factor * expected.base[quiet].sum(), 1e-12)
    sizes = {}
    for name, window in windows.items():
        others = sum(
            (expected.events[other][window] for other in planned if other != name),
            level * expected.base[window],
        )
        own = factor * expected.events[name][window].sum()
        if own > 0:
            left = week.came[window].sum() - factor * others.sum()
            sizes[name] = float(max(left, 0.0) / own)
    return Corrected(float(level), sizes)


def find_usual(world: Scenario, week: RealWeek) -> np.ndarray:
    """Which reporting intervals lie outside of bursts, bool, shape (n_intervals,)."""
    counts = week.demand.counts
    step_ms = world.horizon.interval_min * MS_PER_MIN
    start_ms = round(find_start(world.horizon).timestamp() * 1000.0)
    middles = start_ms + step_ms * np.arange(len(week.came)) + step_ms // 2
    place = (middles - counts.start_ms) // round(counts.step_min * MS_PER_MIN)
    inside = (place >= 0) & (place < len(counts.values))
    return inside & week.demand.use[np.clip(place, 0, len(counts.values) - 1)]


def level_world(world: Scenario, found: Corrected) -> Scenario:
    """The plan's world at the level and with the sizes of planned events that came."""
    demand = world.demand
    rates = demand.rate_per_h
    changed = {
        "base_per_h": demand.base_per_h * found.level,
        "rate_per_h": None if rates is None else tuple(rate * found.level for rate in rates),
    }
    events = dict(world.events)
    for name, event in events.items():
        # The peak is over the base, which has changed; who is not planned stays as large.
        size = found.sizes.get(name, 1.0) / max(found.level, 1e-12)
        events[name] = event.model_copy(update={"peak": 1.0 + (event.peak - 1.0) * size})
    return world.model_copy(update={"demand": demand.model_copy(update=changed), "events": events})


class Matched(NamedTuple):
    """Events that were found in the week, and which of the plan's they are."""

    known: dict[str, FoundEvent]
    """by name of the plan's event"""
    surprising: tuple[FoundEvent, ...]
    """the strongest first"""


def match_events(world: Scenario, week: RealWeek) -> Matched:
    """Match the lasting events of the week with the plan's calendar."""
    start_ms = find_start(world.horizon).timestamp() * 1000.0
    end_ms = start_ms + count_hours(world.horizon) * MS_PER_H
    found = [event for event in list_lasting(week.demand) if start_ms <= event.time_ms < end_ms]
    known: dict[str, FoundEvent] = {}
    for name, event in world.events.items():
        alone = world.model_copy(update={"events": {name: event}})
        own = [one for one in found if is_in_calendar(alone, one, week.demand)]
        if own and event.time_h is not None:
            known[name] = max(own, key=lambda one: one.burst.excess)
    rest = [one for one in found if all(one is not other for other in known.values())]
    by_chance = [name for name, event in world.events.items() if event.window_h is not None]
    for name in by_chance:
        span = world.events[name].span_h
        mine = [one for one in rest if span[0] <= count_h(world, one) <= span[1]]
        if mine:
            known[name] = mine[0]
            rest = [one for one in rest if one is not mine[0]]
    return Matched(known, tuple(rest))


def count_h(world: Scenario, event: FoundEvent) -> float:
    """When an event began, in hours from the start of the week."""
    start_ms = find_start(world.horizon).timestamp() * 1000.0
    return max((event.time_ms - start_ms) / MS_PER_H, 0.0)


def replay_week(
    plain: Mapping[str, Any],
    world: Scenario,
    week: RealWeek,
    matched: Matched,
    folder: pathlib.Path,
) -> tuple[Scenario, dict[str, Any]]:
    """The week as it was, ready to be played under any policy.

    Parameters
    ----------
    plain : Mapping
        The plan's scenario as it was composed.
    world : Scenario
        It on the week.
    week : RealWeek
        What came.
    matched : Matched
        What was an event in it.
    folder : pathlib.Path
        Where the record goes, ``week.parquet``.

    Returns
    -------
    Scenario
        The replay.
    dict
        The same as plain data, its record beside it.
    """
    write_record(folder, week)
    replay = {"file": RECORD, "mode": "replace", "time_column": "arrival_ms",
              "topic_column": None if week.topic is None else "topic"}  # fmt: skip
    changes = {
        "horizon": {
            "start": world.horizon.start.isoformat(timespec="minutes"),
            "repeats": False,
        },
        "demand": {"replay": replay},
        "events": settle_events(world, matched, plain.get("events") or {}),
    }
    shown = merge(dict(plain), changes)
    placed = merge(shown, {"demand": {"replay": {"file": str(folder / RECORD)}}})
    return build_scenario(placed), shown


def write_record(folder: pathlib.Path, week: RealWeek) -> None:
    """Write the week's mentions as a replay reads them."""
    columns = {"arrival_ms": week.arrival_ms}
    if week.topic is not None:
        columns["topic"] = np.array(week.topic)
    write_table(folder / RECORD, columns, {"arrival_ms": "ms"})


def settle_events(
    world: Scenario, matched: Matched, written: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """Events that were uncertain: their time where they came, no chance where they did not."""
    changes: dict[str, dict[str, Any]] = {}
    for name, event in world.events.items():
        if is_planned(event) or name not in written or event.repeat_of is not None:
            continue
        if name in matched.known:
            at = round(count_h(world, matched.known[name]), 2)
            sure = {"time_h": None, "window_h": [at, at + SPAN_H], "probability": 1.0}
            changes[name] = sure
        else:
            changes[name] = {"probability": NEVER}
    return changes
