"""The text of a first scenario: short, commented, everything else inherited.

Checked by ``tests/functional/test_cli_init.py``, which loads what is written.
"""

import json
import math
from typing import Any

import numpy as np

from sim.cli.starting.questions import ANNOUNCED, DAYS, Hours

# Those that `scenario.horizon.interval_min` takes, the longest first.
INTERVALS_MIN = (60, 30, 20, 15, 10, 5)
# Turns of a case (m) Customer Support on Twitter; (a) busy enough, with time for an event.
TURNS, BUSY_SHARE = 1.65, 0.65
BASES = {"none": "telecom_week", "outage": "outage_day"}
"""Where the base is not the kind's own week."""
# (a) as the shipped weeks have them: eight hours with half an hour unpaid.
FULL_H, LUNCH_AFTER_H, LUNCH_MIN = 8.0, 3.5, 30
# (a): half a day, the shortest that people come for.
PART_H = 4.0
# Work of six hours and more has a break in most laws.
LONG_H = 6.0
# (a) of those who write while somebody is there; the base's target of a desk that never closes.
TARGET_SHARE = 0.65


def write_first_file(answers: dict[str, Any]) -> str:
    """Write a scenario from all answers.

    Parameters
    ----------
    answers : dict
        A value for each of `sim.cli.starting.questions.QUESTIONS`.

    Returns
    -------
    str
        YAML with comments.
    """
    event = answers["event"]
    base = BASES.get(event, f"{event}_week")
    parts = [
        f"# A first scenario: what is not here is {base}'s (configs/scenario/{base}.yaml of the\n"
        "# project, every number with its source). Keys, units and ranges: configs/README.md.\n"
        f"base: {base}\n"
        f"name: {quote(answers['name'])}\n"
        f"title: {quote('A week of ' + answers['name'])}\n"
        f"currency: {quote(answers['currency'])}",
        "horizon:\n"
        f"  start: {answers['start']}T00:00 # a Monday\n"
        f"  time_zone: {answers['time_zone']}\n"
        f"  interval_min: {choose_interval(answers['open'])}"
        + ("\n  days: 7" if base == "outage_day" else ""),
        "demand:\n"
        f"  base_per_h: {trim(answers['mentions_per_day'] / 24.0)} "
        f"# {trim(answers['mentions_per_day'])} a day, before what unanswered complaints bring\n"
        "  # The hours and days of a week are a US telecom's: surgecrew calibrate history=FILE\n"
        "  # finds yours.",
        write_topics(),
        write_shifts(answers["open"], answers["days"]),
        f"costs:\n  paid_hour_cost: {trim(answers['paid_hour_cost'])} "
        f"# in {answers['currency']}, a loaded hour",
        "promise:\n"
        f"  promise_min: {trim(answers['promise_min'])}\n"
        f"  target_share: {choose_target(base, answers['open'], answers['days'])} "
        "# of all customers, those who write while nobody is there too",
        write_event(event, answers["event_time"]),
        write_budget(base, answers),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def quote(text: str) -> str:
    """Text as YAML takes it, whatever signs are in it."""
    return json.dumps(text, ensure_ascii=False)


def trim(number: float) -> str:
    """A number without digits that say nothing."""
    return f"{number:.10g}" if number >= 1e-4 else repr(number)


def choose_interval(open_hours: Hours) -> int:
    """The longest interval [min] on which opening, closing and all shifts lie."""
    minutes = [round(60.0 * hour) for hour in open_hours]
    return next(step for step in INTERVALS_MIN if not any(minute % step for minute in minutes))


def write_topics() -> str:
    """What to do about topics, in words: nothing of it is needed for a first run."""
    return (
        "# Topics are question, error, product, process, praise and chatter, answered by the\n"
        "# pools general and technical. Shares of your own, such as\n"
        "#   topics: {question: {share: .5}, product: {share: .2}}\n"
        "# replace the base's; `topics: {process: null}` takes one out."
    )


def write_shifts(open_hours: Hours, days: tuple[str, ...]) -> str:
    """Opening hours, and the kinds of shift that cover them."""
    closed = [day for day in DAYS if day not in days]
    lines = [
        "shifts: # by the local clock",
        f"  open_from_h: {trim(open_hours.from_h)}",
        f"  open_to_h: {trim(open_hours.to_h)}"
        + (" # on the next day" if open_hours.to_h > 24 else ""),
        "  open_by_day: {"
        + ", ".join(f"{day}: null" for day in closed)
        + "}"
        + (" # closed" if closed else ""),
    ]
    if not open_hours.is_always:
        full, part = list_kinds(open_hours)
        lines += ["  kinds:", *(write_kind(kind, False) for kind in full)]
        lines += [write_kind(kind, True) for kind in part]
    return "\n".join(lines)


Kinds = list[tuple[float, float]]


def list_kinds(open_hours: Hours) -> tuple[Kinds, Kinds]:
    """Start and length [h] of full shifts from hour to hour, and of short ones at both ends."""
    first, last = open_hours
    length = min(FULL_H, last - first)
    starts = [first + step for step in range(math.floor(last - first - length) + 1)]
    if starts[-1] + length < last:
        starts.append(last - length)
    full = [(start, length) for start in starts]
    if last - first <= PART_H:
        return full, []
    middle = first + math.floor((last - first - PART_H) / 2.0)
    return full, [(start, PART_H) for start in dict.fromkeys((first, middle, last - PART_H))]


def write_kind(kind: tuple[float, float], is_part: bool) -> str:
    """A line of a kind of shift."""
    start, length = kind
    said = f"start_h: {trim(start % 24.0)}, length_h: {trim(length)}"
    if is_part:
        return f"    - {{{said}, part_time: true}}"
    if length < LONG_H:
        return f"    - {{{said}}}"
    pause = f"after_h: {LUNCH_AFTER_H}, length_min: {LUNCH_MIN}, flexible_min: 60"
    return f"    - {{{said}, breaks: [{{{pause}}}]}}"


def choose_target(base: str, open_hours: Hours, days: tuple[str, ...]) -> str:
    """A share of all that can be kept: the usual one of those who write while the desk is open."""
    from sim.scenario.build import load_scenario

    demand = load_scenario(base).demand
    hours, week = (np.asarray(shape) for shape in (demand.hour_shape, demand.day_shape))
    middle_h = np.arange(24) + 0.5
    is_open = (middle_h - open_hours.from_h) % 24.0 < open_hours.to_h - open_hours.from_h
    open_days = np.isin(DAYS, days)
    share = (hours[is_open].sum() / hours.sum()) * (week[open_days].sum() / week.sum())
    return f"{max(math.floor(20.0 * TARGET_SHARE * share) / 20.0, 0.05):.2f}"


def write_event(event: str, time_h: float) -> str:
    """When the base's event comes; everything else of it is the base's."""
    if event == "none":
        return ""
    if event in ANNOUNCED:
        day, hour = divmod(time_h, 24.0)
        clock = f"{int(hour):02d}:{round(60 * (hour % 1)):02d}"
        return (
            f"events:\n  {event}: # its size and course are the base's\n"
            f"    time_h: {trim(time_h)} # {DAYS[int(day)]} {clock}, hours from Monday 0:00"
        )
    return (
        f"# When an event ({event}) comes, if it does, nobody knows: its odds, size and course\n"
        "# are the base's."
    )


def write_budget(base: str, answers: dict[str, Any]) -> str:
    """The money of the week."""
    if answers["budget"] is not None:
        return (
            f"planner:\n  budget: {trim(answers['budget'])} # for the week, on-call crew included"
        )
    money = trim(suggest_budget(base, answers))
    return (
        f"planner:\n  budget: {money} # for the week: what its mentions ask for,\n"
        f"  # {TURNS:g} replies a case and people busy {BUSY_SHARE:.0%} of their time"
    )


def suggest_budget(base: str, answers: dict[str, Any]) -> float:
    """Money for the work of a week, at least one person of each pool in every open hour."""
    from sim.scenario.build import load_scenario

    scenario, open_hours = load_scenario(base), answers["open"]
    topics = scenario.topics.values()
    work_min = sum(
        topic.share * topic.actionable_share * (topic.work.mean_min or 0.0) for topic in topics
    ) / sum(topic.share for topic in topics)
    worked_h = 7.0 * answers["mentions_per_day"] * work_min / 60.0 * TURNS / BUSY_SHARE
    least_h = (
        len(scenario.team.pools) * len(answers["days"]) * (open_hours.to_h - open_hours.from_h)
    )
    paid_h = max(worked_h, least_h) / (1.0 - scenario.costs.shrinkage_share)
    return float(f"{answers['paid_hour_cost'] * paid_h:.2g}")
