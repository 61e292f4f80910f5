"""Answers about a plan: why it, against the earlier one, per scenario, other budgets.

Each part is there only where the decision has it; from the decision to rows and sentences.
Checked by ``tests/unit/test_report_questions.py``.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.decision.answers import Frontier, FrontierPoint, Lever, Levers, SwitchingValues, Unanswered
from sim.decision.decision import Decision
from sim.decision.evidence import PlanChanges, ScenarioDifference, ScenarioResult, ShiftChange
from sim.report.charts.chart import Chart, Line, Panel
from sim.report.charts.comparison import name_policy, write_added, write_signed
from sim.report.format import (
    is_number,
    list_words,
    read_time,
    split_unit,
    write_day,
    write_interval,
    write_number,
    write_value,
)
from sim.report.hours import describe_hours

Context = dict[str, Any]
# Steps of a lever on one line.
MOST_STEPS_SHOWN = 4


def describe_questions(decision: Decision, currency: str) -> Context:
    """Describe the answers to further questions; a part is empty where nothing was asked."""
    return {
        "changes": describe_changes(decision.changes),
        "scenarios": describe_scenarios(decision.scenarios, currency),
        "levers": describe_levers(decision.levers, currency),
        "hours": describe_hours(decision.shadow_prices, currency),
        "flips": describe_switching_values(decision.flips),
        "frontier": describe_frontier(decision.frontier, currency),
    }


def describe_changes(changes: PlanChanges | None) -> Context:
    """Describe what differs from the earlier plan."""
    if changes is None:
        return {}
    count, most = changes.shifts_changed, changes.changes_at_most
    words = f"{write_value(count)} {'shift' if count == 1 else 'shifts'} changed"
    words += f" of at most {write_value(most)}." if most is not None else "."
    words += " A person moved, added or taken away counts once."
    return {"words": words, "rows": [write_change(row) for row in changes.rows]}


def write_change(row: ShiftChange) -> list[str]:
    """Write a changed shift: day, hours, pool, people more or less."""
    start, length = row.start_h, row.length_h
    night = " next day" if start + length > 24 else ""
    hours = f"{write_clock(start)} to {write_clock((start + length) % 24)}{night}"
    return [write_day(read_time(row.date)), hours, row.pool, write_signed(row.agents, 0)]


def write_clock(hour: float) -> str:
    """Write an hour of the day as a clock time."""
    return f"{int(hour):02d}:{round(hour % 1 * 60):02d}"


def describe_scenarios(rows: Sequence[ScenarioResult], currency: str) -> Context:
    """Describe what the plan gives in each scenario, beside the other policies."""
    if not rows:
        return {}
    names = [one.policy for one in rows[0].differences]
    return {
        "rows": [
            [
                row.scenario,
                write_value(row.chance, "share"),
                write_number(row.satisfaction, 3),
                write_interval(row.ci_low, row.ci_high, decimals=3),
                write_value(row.cost, currency, 0),
            ]
            for row in rows
        ],
        "others": [name_policy(name) for name in names],
        "gains": [[row.scenario, *map(write_gap, row.differences)] for row in rows],
    }


def write_gap(one: ScenarioDifference) -> str:
    """Write a difference of satisfaction with its interval."""
    interval = write_interval(one.ci_low, one.ci_high, decimals=3)
    return f"{write_signed(one.mean, 3)} ({interval})"


def describe_levers(levers: Levers | Unanswered | None, currency: str) -> Context:
    """Describe what each lever adds."""
    if not isinstance(levers, Levers):
        return {}
    return {
        "start": write_number(levers.start, 3),
        "rows": [write_lever(row, currency) for row in levers.rows],
        "opening": [write_lever(row, currency) for row in levers.opening or ()],
        "together": format_together(levers.together),
    }


def write_lever(row: Lever, currency: str) -> Context:
    """Write what one lever decided, adds and costs."""
    return {
        "label": row.label,
        "decided": write_decided(row.decided),
        **write_added(row.difference, row.ci_low, row.ci_high),
        "cost": write_value(row.cost, currency, 0),
    }


def write_decided(steps: Sequence[str]) -> str:
    """Write what a lever decided, the first steps of many."""
    shown = steps[:MOST_STEPS_SHOWN]
    more = len(steps) - len(shown)
    return "; ".join(shown) + (f"; {more} more" if more else "")


def format_together(together: float) -> str:
    """Say what deciding all together adds beyond the sum of the single levers."""
    if not is_number(together):
        return ""
    size = write_number(abs(together), 3)
    if together >= 0:
        return f"Deciding them together adds {size} beyond the sum of the single levers."
    return f"The single levers overlap: together they add {size} less than their sum."


def describe_switching_values(flips: SwitchingValues | Unanswered | None) -> Context:
    """Describe which assumptions would change the decision, the nearest first."""
    if not isinstance(flips, SwitchingValues):
        return {}
    rows = [
        [
            split_unit(row.key.rsplit(".", 1)[-1])[0],
            row.key,
            write_value(row.now),
            write_value(row.value),
            write_value(row.way_share, "share"),
            name_policy(row.rival),
        ]
        for row in flips.flips
    ]
    looked = [
        f"{row.key} {write_value(row.low)} to {write_value(row.high)}"
        for row in flips.looked_at
        if row.low != row.high
    ]
    rivals = [name_policy(one) for one in flips.rivals]
    return {
        "words": flips.words,
        "rows": rows,
        "looked": "; ".join(looked),
        "rivals": list_words(rivals) if rivals else "",
    }


def describe_frontier(frontier: Frontier | None, currency: str) -> Context:
    """Describe other budgets: sentence, table, picture."""
    if frontier is None or not frontier.points:
        return {}
    points = frontier.points
    return {
        "words": frontier.words,
        "rows": [
            [
                write_value(row.budget, currency, 0),
                write_value(row.cost, currency, 0),
                write_value(row.staffed_h, "h", 0),
                write_number(row.value, 3),
                write_interval(row.ci_low, row.ci_high, decimals=3),
                write_gain(row),
                write_value(row.promise_met_share, "share", 0),
            ]
            for row in points
        ],
        "has_promise": any(is_number(row.promise_met_share) for row in points),
        "chart": draw_frontier(points, currency) if len(points) > 1 else None,
    }


def write_gain(row: FrontierPoint) -> str:
    """Write the gain per 1,000 from the row before, with its interval."""
    if not is_number(row.gain):
        return write_value(None)
    interval = write_interval(row.gain_low, row.gain_high, decimals=4)
    return f"{write_signed(row.gain, 4)} ({interval})"


def draw_frontier(points: Sequence[FrontierPoint], currency: str) -> Chart:
    """Describe the picture of satisfaction by money."""
    cost, value, low, high = (
        np.array([getattr(row, key) for row in points], dtype=float)
        for key in ("cost", "value", "ci_low", "ci_high")
    )
    line = Line(cost, value, "best found, 95 % interval", low=low, high=high)
    alt = (
        f"Satisfaction from {write_number(value[0], 3)} at {write_value(cost[0], currency, 0)} to "
        f"{write_number(value[-1], 3)} at {write_value(cost[-1], currency, 0)}."
    )
    return Chart(
        "frontier",
        "The best plan found for each budget, on the same fresh draws.",
        alt,
        [Panel("Satisfaction, 0 to 1", [line], height_in=2.2, is_from_zero=False)],
        x_title=f"Expected cost, {currency}" if currency else "Expected cost",
    )
