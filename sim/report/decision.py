"""The decision as people read it: staff by day and hour, shifts, effort, surge crew.

Plain data from decision.json to rows and sentences, used by the page and by the
workbook. Every list may be empty and every number may be missing.

Checked by ``tests/unit/test_report_decision.py``.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from sim.report.words import (
    NOTHING,
    is_number,
    list_words,
    read_time,
    split_unit,
    write_day,
    write_moment,
    write_number,
    write_value,
)

PHASES = {
    "calm": "no event near",
    "ahead": "before an announced event",
    "surge": "while an event runs high",
    "recovery": "while it fades",
}
LEVELS = {
    "thorough": "thorough replies to",
    "standard": "standard replies to",
    "brief": "brief replies to",
    "auto": "automatic replies to",
    "none": "no reply to",
}
SURGE_WORDS = {
    "agents": ("Who comes", ""),
    "waiting_factor": ("Called in when waiting exceeds the next hour's forecast, times", ""),
    "waiting_at_least": ("\u2026 and more wait than", "customers"),
    "volume_factor": ("Or called in when volume exceeds the forecast, times", ""),
    "volume_at_least": ("\u2026 and more came than", "mentions"),
    "armed_after_open_min": ("Not called in before, after opening", "min"),
    "delay_min": ("At work after", "min"),
    "min_h": ("Stays at least", "h"),
    "premium": ("Pay, times the normal hour", ""),
    "off_below": ("Sent home when fewer wait than", "customers"),
    "max_people": ("At most", "people"),
    "max_hours_a_week": ("At most in a week", "h"),
}
SURGE_SENTENCES = (
    (
        (
            "called in when more than {waiting_at_least} customers wait and they are over "
            "{waiting_factor} times the next hour's forecast",
            ("waiting_at_least", "waiting_factor"),
        ),
        (
            "or when volume over half an hour is above {volume_factor} times the forecast",
            ("volume_factor",),
        ),
        ("with more than {volume_at_least} mentions", ("volume_at_least", "volume_factor")),
    ),
    (
        ("{agents} come", ("agents",)),
        ("at work {delay_min} min after the call", ("delay_min",)),
        ("for at least {min_h} h", ("min_h",)),
        ("at {premium} times the pay", ("premium",)),
    ),
    (
        ("at most {max_people} people", ("max_people",)),
        ("at most {max_hours_a_week} hours a week", ("max_hours_a_week",)),
    ),
    (("sent home when fewer than {off_below} customers wait", ("off_below",)),),
    (
        (
            "not called in during the first {armed_after_open_min} min after opening",
            ("armed_after_open_min",),
        ),
    ),
)
MOST_DAYS = 31


class Cell(NamedTuple):
    """People at work in one hour of one day; `shade` 0 (nobody) to 5."""

    text: str
    shade: int


class StaffGrid(NamedTuple):
    """Days by hours; the most people at work at once in each hour."""

    hours: list[str]
    days: list[tuple[str, list[Cell]]]


def build_grid(rows: Sequence[Mapping[str, Any]], pool: str | None = None) -> StaffGrid | None:
    """Return people at work by local day and hour, of one pool or of all together.

    Parameters
    ----------
    rows : sequence of mappings
        ``staff_by_interval`` of decision.json.
    pool : str, optional
        All pools together if None.

    Returns
    -------
    StaffGrid or None
        None if there are no rows, nobody at work, or more than 31 days.
    """
    at_once: dict[np.datetime64, float] = defaultdict(float)
    for row in rows:
        if pool is None or row.get("pool") == pool:
            at_once[read_time(row["time_local"])] += float(row["agents"])
    table: dict[tuple[np.datetime64, int], float] = defaultdict(float)
    for time, agents in at_once.items():
        day = time.astype("datetime64[D]")
        hour = int((time - day).astype("timedelta64[h]").astype(int))
        table[day, hour] = max(table[day, hour], agents)
    days = sorted({day for day, _ in table})
    hours = [hour for (_, hour), agents in table.items() if agents > 0]
    if not hours or len(days) > MOST_DAYS:
        return None
    shown = range(min(hours), max(hours) + 1)
    peak = max(table.values())
    return StaffGrid(
        [f"{hour:02d}" for hour in shown],
        [
            (write_day(day), [_shade(table.get((day, hour)), peak) for hour in shown])
            for day in days
        ],
    )


def _shade(agents: float | None, peak: float) -> Cell:
    if not agents:
        return Cell("\u00b7", 0)
    return Cell(
        write_number(agents, 0 if agents == round(agents) else 1), int(-(-5 * agents // peak))
    )


def list_pools(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the names of the pools in their order."""
    return list(dict.fromkeys(str(row.get("pool", "")) for row in rows))


def lay_out_effort(effort: Sequence[Mapping[str, Any]]) -> tuple[list[str], list[list[str]]]:
    """Return the phases, and a row for each topic: its name and its level in each phase."""
    found = list(dict.fromkeys(str(entry["phase"]) for entry in effort))
    phases = [each for each in PHASES if each in found] + [
        each for each in found if each not in PHASES
    ]
    levels = {(str(e["topic"]), str(e["phase"])): str(e["level"]) for e in effort}
    topics = list(dict.fromkeys(str(entry["topic"]) for entry in effort))
    return phases, [
        [topic, *(levels.get((topic, p), "\u2013") for p in phases)] for topic in topics
    ]


def tell_effort(effort: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Tell the effort of each phase in words, the most thorough level first."""
    phases, rows = lay_out_effort(effort)
    told = []
    for column, phase in enumerate(phases, start=1):
        by_level: dict[str, list[str]] = defaultdict(list)
        for row in rows:
            by_level[row[column]].append(row[0])
        order = [*(each for each in LEVELS if each in by_level)]
        order += [each for each in by_level if each not in LEVELS]
        parts = [
            f"{LEVELS.get(level, level + ' for')} "
            f"{list_words(by_level[level]) if len(by_level) > 1 else 'every topic'}"
            for level in order
        ]
        told.append((phase, "; ".join(parts)))
    return merge_phases(told)


def merge_phases(told: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Join phases in which the same is done."""
    merged: dict[str, list[str]] = defaultdict(list)
    for phase, text in told:
        merged[text].append(phase)
    return [(list_words(phases), text) for text, phases in merged.items()]


def list_surge(surge: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """Return label and value of each surge rule; the ones with known names in reading order."""
    rules = {key: value for key, value in (surge or {}).items() if value is not None}
    known = [key for key in SURGE_WORDS if key in rules]
    rest = [key for key in rules if key not in SURGE_WORDS]
    return [_tell_surge(key, rules[key]) for key in known + rest]


def tell_surge(surge: Mapping[str, Any] | None) -> list[str]:
    """Tell the surge rules in sentences, each of the rules that are stored."""
    rules = {key: write_value(value) for key, value in (surge or {}).items()}
    agents = (surge or {}).get("agents")
    if isinstance(agents, Mapping):
        parts = [f"{write_value(count)} {pool}" for pool, count in agents.items() if count]
        rules["agents"] = list_words(parts) if parts else "nobody"
    told = []
    for sentence in SURGE_SENTENCES:
        clauses = [
            clause.format(**rules)
            for clause, keys in sentence
            if all(rules.get(key, NOTHING) != NOTHING for key in keys)
        ]
        if clauses:
            text = ", ".join(clauses)
            told.append(f"{text[:1].upper()}{text[1:]}.")
    return told


def _tell_surge(key: str, value: Any) -> tuple[str, str]:
    label, unit = SURGE_WORDS.get(key) or split_unit(key)
    label = label[:1].upper() + label[1:]
    if isinstance(value, Mapping):
        parts = [f"{write_value(count)} {name}" for name, count in value.items()]
        return label, ", ".join(parts) or "nobody"
    return label, write_value(value, unit)


def tell_people(headline: Mapping[str, Any], days: Any) -> str:
    """Tell how many people and when, in one sentence."""
    peak, hours = headline.get("people_at_peak"), headline.get("staffed_h")
    when = headline.get("peak_local")
    text = f"Up to {write_value(peak, 'people')} at once" if is_number(peak) else "People as below"
    text += f", the most from {write_moment(when)}" if when else ""
    text += f"; {write_value(hours, 'staffed hours')}" if is_number(hours) else ""
    text += f" in {write_value(days, 'days' if days != 1 else 'day')}" if is_number(days) else ""
    return f"{text}."


def tell_cost(headline: Mapping[str, Any], currency: str) -> str:
    """Tell the expected cost, the budget, and what is left of it."""
    cost, budget = headline.get("cost"), headline.get("budget")
    if not is_number(cost):
        return "The cost was not stored."
    text = f"{write_value(cost, currency, 0)} expected, surge crew included"
    if not is_number(budget):
        return f"{text}; no budget was set."
    left = float(budget) - float(cost)
    rest = f"{write_value(abs(left), currency, 0)} {'unspent' if left >= 0 else 'over it'}"
    return f"{text}, of a budget of {write_value(budget, currency, 0)} ({rest})."
