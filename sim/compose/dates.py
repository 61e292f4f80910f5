"""Dates and clock times as people write them, turned into hours.

``time: 2026-09-10T10:00`` and ``window: [2026-09-10T08:00, 2026-09-12T20:00]`` of an event, by the
local clock of the scenario, stand for `time_h` and `window_h`. The most specific of a file, its
base and the command line that says one of the four decides; the others' are dropped.
``"08:30"`` stands for 8.5 in opening hours, holidays and starts of shifts. Checked by
``tests/unit/test_compose_dates.py``.
"""

import datetime
import re
import zoneinfo
from collections.abc import Iterable, Mapping
from typing import Any

from sim.errors import InputError

HOURS_OF = {"time": "time_h", "window": "window_h"}
WAYS = (*HOURS_OF, *HOURS_OF.values())
ALLOWED = "allowed: a local date and time such as 2026-09-10T10:00"
HOUR = datetime.timedelta(hours=1)
# Other years and longer horizons are refused by the model; their ends may be no dates.
YEARS, MOST_DAYS = range(1970, 2200), 100_000
# Up to 48: what closes on the next day may be counted on.
CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)")


def place_clock_times(scenario: dict[str, Any]) -> None:
    """Turn the clock times of opening hours and shifts into hours, in place.

    What is none stays as it is: the model tells what is allowed there.
    """
    shifts, holidays = scenario.get("shifts"), scenario.get("holidays")
    if isinstance(shifts, dict):
        for key in ("open_from_h", "open_to_h"):
            if key in shifts:
                shifts[key] = read_clock(shifts[key])
        days, kinds = shifts.get("open_by_day"), shifts.get("kinds")
        if isinstance(days, dict):
            shifts["open_by_day"] = {day: read_clock(span) for day, span in days.items()}
        for kind in kinds if isinstance(kinds, list) else ():
            if isinstance(kind, dict) and "start_h" in kind:
                kind["start_h"] = read_clock(kind["start_h"])
    for day in holidays.values() if isinstance(holidays, dict) else ():
        if isinstance(day, dict) and "open" in day:
            day["open"] = read_clock(day["open"])


def read_clock(value: Any) -> Any:
    """Hours of a clock time, or of each in a list; anything else as it is."""
    if isinstance(value, list):
        return [read_clock(one) for one in value]
    found = CLOCK.fullmatch(value) if isinstance(value, str) else None
    return value if found is None else int(found[1]) + int(found[2]) / 60.0


def place_dates(scenario: dict[str, Any], said: Iterable[Mapping[str, Any]]) -> None:
    """Turn the dates of a scenario's events into hours, in place.

    Parameters
    ----------
    scenario : dict
        Plain and merged; its horizon tells start and clock.
    said : iterable of Mapping
        What overrides, the file and its bases say of events, the most specific first.

    Raises
    ------
    InputError
        No date, one before the start, or two ways of telling a time in one place.
    """
    events = scenario.get("events")
    if not isinstance(events, dict):
        return
    dated = [
        (name, event) for name, event in events.items()
        if isinstance(event, dict) and any(event.get(key) is not None for key in HOURS_OF)
    ]  # fmt: skip
    layers = list(said) if dated else []
    for name, event in dated:
        way = find_way(name, layers)
        value = event.get(way)
        for key in WAYS:
            event.pop(key, None)
        if way in HOURS_OF:
            key = f"scenario.events.{name}.{way}"
            event[HOURS_OF[way]] = read_hours(key, value, scenario.get("horizon"))
        else:
            event[way] = value


def find_way(name: object, layers: list[Mapping[str, Any]]) -> str:
    """Which of the four keys tells when an event is.

    Raises
    ------
    InputError
        The place that decides says two of them.
    """
    for events in layers:
        own = events.get(str(name))
        ways = [key for key in WAYS if isinstance(own, Mapping) and own.get(key) is not None]
        if len(ways) > 1:
            raise InputError(
                f"scenario.events.{name}: has {' and '.join(ways)}; allowed: exactly one of "
                f"{', '.join(WAYS)}"
            )
        if ways:
            return ways[0]
    return "time"


def read_hours(key: str, value: object, horizon: object) -> float | list[float]:
    """Hours from the start of the horizon to a date, or to both of a window."""
    if key.endswith(".window"):
        if not isinstance(value, list) or len(value) != len(("earliest", "latest")):
            raise InputError(f"{key} = {value}: allowed: two dates, [earliest, latest]")
        return [read_hour(key, one, horizon) for one in value]
    return read_hour(key, value, horizon)


def read_hour(key: str, value: object, horizon: object) -> float:
    """Elapsed hours from the start of the horizon to a local date and time."""
    given = horizon if isinstance(horizon, dict) else {}
    try:
        zone = zoneinfo.ZoneInfo(str(given.get("time_zone")))
        start = datetime.datetime.fromisoformat(str(given.get("start"))).replace(tzinfo=None)
    except (ValueError, KeyError, OSError):  # told with the horizon's own mistakes
        return 0.0
    if start.year not in YEARS:
        return 0.0
    try:
        date = datetime.datetime.fromisoformat(str(value))
    except ValueError:
        raise InputError(f"{key} = {value}: {ALLOWED}") from None
    if date.tzinfo is not None:
        raise InputError(
            f"{key} = {value}: {ALLOWED}, without offset (the clock is the scenario's)"
        )
    days = given.get("days")
    most = days if type(days) is int and 0 <= days < MOST_DAYS else MOST_DAYS
    end = start + datetime.timedelta(days=most)
    if not start <= date <= end:
        raise InputError(
            f"{key} = {value}: allowed: within the horizon, from {start:%Y-%m-%dT%H:%M} to "
            f"{end:%Y-%m-%dT%H:%M}"
        )
    local = date.replace(tzinfo=zone).astimezone(datetime.UTC)
    hours: float = (local - start.replace(tzinfo=zone).astimezone(datetime.UTC)) / HOUR
    return hours
