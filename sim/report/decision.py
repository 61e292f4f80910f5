"""The decision as people read it: staff by day and hour, effort, people and cost in words.

From the decision to rows and sentences, used by the page and by the workbook. Every
list may be empty and every number may be missing.

Checked by ``tests/unit/test_report_decision.py``.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from sim.decision.evidence import Advantage
from sim.decision.staffing import Headline, StaffedInterval, TopicLevel
from sim.report.charts.comparison import HEADLINE
from sim.report.format import (
    is_number,
    is_shown,
    list_words,
    read_time,
    write_day,
    write_interval,
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
# Share of the budget: costs nearer than this count as equal, for each lies within .98 and 1.00.
EQUAL_COST = 0.02
# A month: more rows are no longer a table to read.
MOST_DAYS = 31


class Cell(NamedTuple):
    """People at work in one hour of one day; `shade` 0 (nobody) to 5."""

    text: str
    shade: int


class StaffGrid(NamedTuple):
    """Days by hours; the most people at work at once in each hour."""

    hours: list[str]
    days: list[tuple[str, list[Cell]]]


def build_grid(rows: Sequence[StaffedInterval], pool: str | None = None) -> StaffGrid | None:
    """Count people at work by local day and hour, of one pool or of all together.

    Parameters
    ----------
    rows : sequence of StaffedInterval
        Of the decision.
    pool : str, optional
        All pools together if None.

    Returns
    -------
    StaffGrid or None
        None if there are no rows, nobody at work, or more than 31 days.
    """
    # a clock that is put back shows an hour twice: the interval's number keeps the two apart
    at_once: dict[tuple[np.datetime64, int], float] = defaultdict(float)
    for row in rows:
        if pool is None or row.pool == pool:
            at_once[read_time(row.time_local), row.interval_start_min] += row.agents
    table: dict[tuple[np.datetime64, int], float] = defaultdict(float)
    for (time, _), agents in at_once.items():
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


def list_pools(rows: Sequence[StaffedInterval]) -> list[str]:
    """List the names of the pools in the order in which they come."""
    return list(dict.fromkeys(row.pool for row in rows))


def lay_out_effort(effort: Sequence[TopicLevel]) -> tuple[list[str], list[list[str]]]:
    """Lay out the phases, and a row for each topic: its name and its level in each phase."""
    found = list(dict.fromkeys(entry.phase for entry in effort))
    phases = [each for each in PHASES if each in found] + [
        each for each in found if each not in PHASES
    ]
    levels = {(entry.topic, entry.phase): entry.level for entry in effort}
    topics = list(dict.fromkeys(entry.topic for entry in effort))
    return phases, [
        [topic, *(levels.get((topic, p), "\u2013") for p in phases)] for topic in topics
    ]


def format_effort(effort: Sequence[TopicLevel]) -> list[tuple[str, str]]:
    """Put the effort of each phase into words, the most thorough level first."""
    phases, rows = lay_out_effort(effort)
    by_phase = []
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
        by_phase.append((phase, "; ".join(parts)))
    merged = merge_phases(by_phase)
    return [("always", merged[0][1])] if len(merged) == 1 and len(phases) > 1 else merged


def merge_phases(by_phase: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Join phases in which the same is done."""
    merged: dict[str, list[str]] = defaultdict(list)
    for phase, text in by_phase:
        merged[text].append(phase)
    return [(list_words(phases), text) for text, phases in merged.items()]


def format_people(headline: Headline, days: Any) -> str:
    """Say how many people and when, in one sentence."""
    peak, hours, when = headline.people_at_peak, headline.staffed_h, headline.peak_local
    text = f"Up to {write_value(peak, 'people')} at once" if is_number(peak) else "As below"
    heads = headline.on_roster_at_peak
    text += f" ({write_value(heads)} on the roster)" if is_number(heads) else ""
    text += f", the most from {write_moment(when)}" if when else ""
    text += f"; {write_value(hours, 'staffed hours')}" if is_number(hours) else ""
    text += f" in {write_value(days, 'days' if days != 1 else 'day')}" if is_number(days) else ""
    return f"{text}.{format_employees(headline)}"


def format_employees(headline: Headline) -> str:
    """Say how many employees and contracts the shifts need, time off the queue in it."""
    by_pool = headline.employees_at_least or {}
    if not by_pool:
        return ""
    each = ", ".join(f"{pool} {number}" for pool, number in by_pool.items())
    contracts = ""
    if headline.full_time and is_number(headline.contract_h):
        total = sum(headline.full_time.values())
        week = write_value(headline.contract_h, "h")
        contracts = f"; their hours fill {total:.1f} contracts of {week} a week"
    return (
        " On the roster, with time off the queue, rest and days a week: "
        f"{sum(by_pool.values())} employees or more"
        f"{f' ({each})' if len(by_pool) > 1 else ''}{contracts}."
    )


def format_advantage(found: Advantage, budget: float, currency: str) -> str:
    """Say in a sentence what a plan is ahead of a benchmark by, and of what that is made."""
    name = HEADLINE.get(found.policy, found.policy)
    whole = write_customers(found.difference, found.ci_low, found.ci_high)
    word = "more" if found.difference >= 0 else "fewer"
    sentence = f"{whole} {word} satisfied customers of 1,000 than {name}"
    if not is_shown(found.ci_low, found.ci_high):
        sentence = f"No difference shown from {name}: {whole} {word} satisfied customers of 1,000"
    parts = ", ".join(
        f"{write_customers(value, low, high, signed=True)} by {what}"
        for what, value, low, high in (
            ("its configuration", found.configuration, found.configuration_low,
             found.configuration_high),
            ("its roster", found.roster, found.roster_low, found.roster_high),
        )
    )  # fmt: skip
    return f"{sentence}, {format_equal_cost(found, budget, currency)}: {parts}."


def format_equal_cost(found: Advantage, budget: float, currency: str) -> str:
    """Whether a benchmark costs what the plan does; if not, how far it is off the budget."""
    if not abs(found.cost_difference) > EQUAL_COST * budget:
        return "at equal cost"
    more = "more" if found.cost_less_budget > 0 else "less"
    amount = write_value(abs(found.cost_less_budget), currency, 0)
    return f"which costs {amount} {more} than the budget"


def write_customers(value: float, low: float, high: float, signed: bool = False) -> str:
    """Write a difference of satisfaction in customers of 1,000, with its interval."""
    places = 0 if max(abs(value), abs(low), abs(high)) >= 0.0095 else 1
    sign = 1.0 if signed or value >= 0 else -1.0
    first, last = sorted((sign * 1000 * low, sign * 1000 * high))
    interval = write_interval(first, last, decimals=places)
    return f"{write_number(sign * 1000 * value, places)} ({interval})"


def format_cost(headline: Headline, currency: str) -> str:
    """Say the expected cost, the budget, and what is left of it."""
    cost, budget = headline.cost, headline.budget
    if not is_number(cost):
        return "The cost was not stored."
    text = f"{write_value(cost, currency, 0)} expected, surge crew included"
    if not is_number(budget):
        return f"{text}; no budget was set."
    left = budget - cost
    rest = f"{write_value(abs(left), currency, 0)} {'unspent' if left >= 0 else 'over it'}"
    return f"{text}, of a budget of {write_value(budget, currency, 0)} ({rest})."
