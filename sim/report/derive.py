"""The decision from a stored policy, where decision.json does not tell it.

A policy holds staff per interval, shifts, effort and surge rule as numbers; here
they get local times, dates and the crew's terms. What decision.json tells is
kept, so a planner may tell more or less.

Checked by ``tests/unit/test_report_derive.py``.
"""

import datetime
import zoneinfo
from collections.abc import Mapping, Sequence
from typing import Any

from sim.report.format import is_number

CREW_TERMS = ("max_people", "max_hours_a_week", "delay_min", "min_h", "premium")
Plain = Mapping[str, Any]


def complete_decision(
    decision: Plain, policy: Plain, scenario: Plain, measures: Plain, budget: Any = None
) -> dict[str, Any]:
    """Return a decision with the parts that it lacks taken from the policy.

    Parameters
    ----------
    decision : mapping
        decision.json, maybe empty.
    policy, scenario : mapping
        policy.yaml and the configuration's scenario, as plain data.
    measures : mapping
        Measures of the policy, for staffed hours and cost.
    budget : float, optional
        The planner's budget.
    """
    rows = decision.get("staff_by_interval") or list_staff(policy, scenario)
    found: dict[str, Any] = {
        "staff_by_interval": rows,
        "shifts": list_shifts(policy, scenario),
        "effort": list_effort(policy),
        "lead_h": policy.get("lead_h"),
        "surge": join_surge(policy, scenario),
    }
    given = {key: value for key, value in decision.items() if value is not None}
    effort, lead_h = given.get("effort", found["effort"]), given.get("lead_h", found["lead_h"])
    found["effort"] = given["effort"] = drop_ahead(effort, lead_h, scenario)
    headline = find_headline(rows, measures, scenario, budget)
    told = {key: value for key, value in (given.get("headline") or {}).items() if value is not None}
    return {**found, **given, "headline": {**headline, **told}}


def list_staff(policy: Plain, scenario: Plain) -> list[dict[str, Any]]:
    """Return people at work per pool and interval with local times, in order of time."""
    staff = policy.get("staff") or {}
    step_min = int(policy.get("staff_interval_min") or 60)
    length = max((len(counts) for counts in staff.values()), default=0)
    times = _list_local(scenario, length, step_min)
    return [
        {
            "pool": pool,
            "interval_start_min": number * step_min,
            "time_local": time,
            "interval_min": step_min,
            "agents": counts[number],
        }
        for number, time in enumerate(times)
        for pool, counts in staff.items()
        if number < len(counts)
    ]


def list_shifts(policy: Plain, scenario: Plain) -> list[dict[str, Any]]:
    """Return the policy's shifts with dates instead of numbers of days."""
    start = _read_start(scenario)
    if start is None:
        return []
    return [
        {
            "name": "",
            "days": [(start.date() + datetime.timedelta(days=int(shift["day"]))).isoformat()],
            "start": shift["start_h"],
            "length_h": shift["length_h"],
            "pool": shift["pool"],
            "agents": shift["agents"],
        }
        for shift in policy.get("shifts") or []
    ]


def list_effort(policy: Plain) -> list[dict[str, str]]:
    """Return the policy's level for each topic and phase."""
    return [
        {"topic": topic, "phase": phase, "level": level}
        for topic, levels in (policy.get("effort") or {}).items()
        for phase, level in levels.items()
    ]


def drop_ahead(effort: Sequence[Plain], lead_h: Any, scenario: Plain) -> list[Plain]:
    """Return the effort without the phase *ahead* where it never comes about.

    That is without lead time, or where no event is announced.
    """
    if lead_h is None or (lead_h > 0 and is_announced(scenario)):
        return list(effort)
    return [row for row in effort if row.get("phase") != "ahead"]


def is_announced(scenario: Plain) -> bool:
    """Tell whether a scenario has an announced event."""
    events = (scenario.get("events") or {}).values()
    return any((event or {}).get("announced_h") for event in events)


def join_surge(policy: Plain, scenario: Plain) -> dict[str, Any] | None:
    """Return the policy's surge rule with the crew's terms of the scenario; None if no crew."""
    rule = policy.get("surge")
    if not rule:
        return None
    crew = scenario.get("surge_crew") or {}
    return {**rule, **{key: crew[key] for key in CREW_TERMS if key in crew}}


def find_headline(
    rows: Sequence[Plain], measures: Plain, scenario: Plain, budget: Any
) -> dict[str, Any]:
    """Return people at the peak and when it begins, staffed hours, cost, budget, currency."""
    at_once: dict[str, float] = {}
    for row in rows:
        time = str(row["time_local"])
        at_once[time] = at_once.get(time, 0.0) + float(row["agents"])
    peak = max(at_once, key=lambda time: at_once[time], default=None)
    headline = {
        "people_at_peak": None if peak is None else at_once[peak],
        "peak_local": peak,
        "staffed_h": _mean(measures, "staffed_h"),
        "cost": _mean(measures, "cost"),
        "budget": float(budget) if is_number(budget) else None,
        "currency": scenario.get("currency"),
    }
    return {key: value for key, value in headline.items() if value is not None}


def _mean(measures: Plain, name: str) -> float | None:
    value = (measures.get(name) or {}).get("mean")
    return float(value) if is_number(value) else None


def _read_start(scenario: Plain) -> datetime.datetime | None:
    start = (scenario.get("horizon") or {}).get("start")
    if isinstance(start, datetime.datetime):
        return start
    return datetime.datetime.fromisoformat(str(start)) if start else None


def _list_local(scenario: Plain, length: int, step_min: int) -> list[str]:
    """Return the local time of each interval's start; the clock may change on the way."""
    start = _read_start(scenario)
    if start is None:
        return []
    zone = zoneinfo.ZoneInfo(str((scenario.get("horizon") or {}).get("time_zone") or "UTC"))
    first = start.replace(tzinfo=zone).astimezone(datetime.UTC)
    steps = (datetime.timedelta(minutes=number * step_min) for number in range(length))
    return [(first + step).astimezone(zone).isoformat(timespec="minutes") for step in steps]
