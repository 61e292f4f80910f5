"""The decision that a stored policy holds: for runs without decision.json, those of simulate.

A policy holds staff per interval, shifts, effort and surge rule as numbers; here they get local
times, dates and the crew's terms. Read from the files alone, so that a run of an earlier version,
whose configuration is none of today's, still gets its page.

Checked by ``tests/unit/test_report_stored_policy.py``.
"""

import datetime
import math
import zoneinfo
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sim.decision.decision import NO_DECISION, NO_HEADLINE, Decision
from sim.decision.staffing import CrewRules, Headline, RepeatedShift, StaffedInterval, TopicLevel
from sim.report.format import is_number

RULES = ("waiting_factor", "waiting_at_least", "volume_factor", "volume_at_least", "off_below",
         "armed_after_open_min")  # fmt: skip
TERMS = ("delay_min", "min_h", "premium", "max_people", "max_hours_a_week")
Plain = Mapping[str, Any]


def describe_policy(
    policy: Plain, scenario: Plain, measures: Plain, budget: Any = None
) -> Decision:
    """Describe what a policy decides.

    Parameters
    ----------
    policy, scenario : mapping
        policy.yaml and the configuration's scenario, as plain data.
    measures : mapping
        Measures of the policy, for staffed hours and cost.
    budget : float, optional
        The planner's budget.
    """
    rows, lead_h = list_staff(policy, scenario), policy.get("lead_h")
    return replace(
        NO_DECISION,
        headline=describe_headline(rows, measures, scenario, budget),
        staff_by_interval=rows,
        shifts=list_shifts(policy, scenario),
        effort=drop_ahead(list_effort(policy), lead_h, scenario),
        lead_h=lead_h,
        surge=join_surge(policy, scenario),
    )


def list_staff(policy: Plain, scenario: Plain) -> tuple[StaffedInterval, ...]:
    """List people at work per pool and interval with local times, in order of time."""
    staff = policy.get("staff") or {}
    step_min = int(policy.get("staff_interval_min") or 60)
    length = max((len(counts) for counts in staff.values()), default=0)
    times = _list_local(scenario, length, step_min)
    return tuple(
        StaffedInterval(
            pool=pool,
            interval_start_min=number * step_min,
            time_local=time,
            agents=counts[number],
        )
        for number, time in enumerate(times)
        for pool, counts in staff.items()
        if number < len(counts)
    )


def list_shifts(policy: Plain, scenario: Plain) -> tuple[RepeatedShift, ...]:
    """List the policy's shifts with dates instead of numbers of days."""
    start = _read_start(scenario)
    if start is None:
        return ()
    return tuple(
        RepeatedShift(
            name="",
            days=((start.date() + datetime.timedelta(days=int(shift["day"]))).isoformat(),),
            start=shift["start_h"],
            length_h=shift["length_h"],
            pool=shift["pool"],
            agents=shift["agents"],
        )
        for shift in policy.get("shifts") or []
    )


def list_effort(policy: Plain) -> tuple[TopicLevel, ...]:
    """List the policy's level for each topic and phase."""
    return tuple(
        TopicLevel(topic=topic, phase=phase, level=level)
        for topic, levels in (policy.get("effort") or {}).items()
        for phase, level in levels.items()
    )


def drop_ahead(
    effort: Sequence[TopicLevel], lead_h: float | None, scenario: Plain
) -> tuple[TopicLevel, ...]:
    """Drop the phase *ahead* from the effort where it never comes about.

    That is without lead time, or where no event is announced.
    """
    if lead_h is None or (lead_h > 0 and is_announced(scenario)):
        return tuple(effort)
    return tuple(row for row in effort if row.phase != "ahead")


def is_announced(scenario: Plain) -> bool:
    """Whether a scenario has an announced event."""
    events = (scenario.get("events") or {}).values()
    return any((event or {}).get("announced_h") for event in events)


def join_surge(policy: Plain, scenario: Plain) -> CrewRules | None:
    """Join the policy's surge rule with the crew's terms of the scenario; None if no crew."""
    rule, crew = policy.get("surge"), scenario.get("surge_crew") or {}
    if not rule:
        return None
    known = {key: rule.get(key, math.nan) for key in RULES}
    known |= {key: crew.get(key, None if key == "max_people" else math.nan) for key in TERMS}
    return CrewRules(agents=rule.get("agents") or {}, **known)


def describe_headline(
    rows: Sequence[StaffedInterval], measures: Plain, scenario: Plain, budget: Any
) -> Headline:
    """Sum up people at the peak and when it begins, staffed hours, cost, budget, currency."""
    at_once: dict[str, int] = {}
    for row in rows:
        at_once[row.time_local] = at_once.get(row.time_local, 0) + row.agents
    peak = max(at_once, key=lambda time: at_once[time], default=None)
    return replace(
        NO_HEADLINE,
        people_at_peak=None if peak is None else at_once[peak],
        peak_local=peak,
        staffed_h=_mean(measures, "staffed_h"),
        cost=_mean(measures, "cost"),
        budget=float(budget) if is_number(budget) else math.nan,
        currency=str(scenario.get("currency") or ""),
    )


def _mean(measures: Plain, name: str) -> float:
    value = (measures.get(name) or {}).get("mean")
    return float(value) if is_number(value) else math.nan


def _read_start(scenario: Plain) -> datetime.datetime | None:
    start = (scenario.get("horizon") or {}).get("start")
    if isinstance(start, datetime.datetime):
        return start
    return datetime.datetime.fromisoformat(str(start)) if start else None


def _list_local(scenario: Plain, length: int, step_min: int) -> list[str]:
    """List the local time of each interval's start; the clock may change on the way."""
    start = _read_start(scenario)
    if start is None:
        return []
    zone = zoneinfo.ZoneInfo(str((scenario.get("horizon") or {}).get("time_zone") or "UTC"))
    first = start.replace(tzinfo=zone).astimezone(datetime.UTC)
    steps = (datetime.timedelta(minutes=number * step_min) for number in range(length))
    return [(first + step).astimezone(zone).isoformat(timespec="minutes") for step in steps]
