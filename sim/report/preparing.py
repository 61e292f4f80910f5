"""What to do before events, in words that can be handed on: what, by when, hours, money, worth.

Checked by ``tests/unit/test_report_preparing.py``.
"""

from collections.abc import Sequence
from typing import Any

from sim.decision.preparing import PreparingHours, WeighedPreparation
from sim.report.format import (
    NO_BREAK,
    NOTHING,
    format_difference,
    is_number,
    is_shown,
    list_words,
    write_interval,
    write_moment,
    write_number,
    write_value,
)

Context = dict[str, Any]
NOT_STAFFED = "not weighed: its hours are not staffed before it is due"


def describe_preparations(
    rows: Sequence[WeighedPreparation], posts: Sequence[WeighedPreparation], currency: str
) -> Context:
    """Describe what to do before events; empty where nothing can be done.

    Parameters
    ----------
    rows, posts : sequence of WeighedPreparation
        Of the decision: preparations, and answers to pin.
    currency : str
        Of its money.
    """
    if not rows and not posts:
        return {}
    done = [format_task(row, currency) for row in rows if row.does]
    done += [format_post(row) for row in posts if row.does]
    left = [name_preparation(row) for row in (*rows, *posts) if not row.does]
    words = done or ["Nothing: the plan does better without."]
    return {
        "words": words + ([f"Left undone: {list_words(left)}."] if done and left else []),
        "rows": [
            *(write_row(row, f"scenario.preparations.{row.name}", currency) for row in rows),
            *(write_row(row, "policy.posts", currency) for row in posts),
        ],
        "hours": [
            (name_preparation(row), "; ".join(map(format_hours, row.hours)))
            for row in rows
            if row.hours
        ],
    }


def name_preparation(row: WeighedPreparation) -> str:
    """Name a preparation: in the scenario's words, else by its key."""
    return row.label or row.name.replace("_", " ")


def format_task(row: WeighedPreparation, currency: str) -> str:
    """Say in a sentence what to do, by when, what it takes and what it is worth."""
    name = name_preparation(row)
    due = f" by {write_moment(row.ready_local)}" if row.ready_local else ", kept ready"
    saved = format_savings(row)
    return (
        f"{name[:1].upper()}{name[1:]}{due}: {format_effort(row, currency)}; worth "
        f"{format_worth(row)}{f'; {saved}' if saved else ''}."
    )


def format_post(row: WeighedPreparation) -> str:
    """Say in a sentence which answers to pin by when, whom they spare asking, what they take."""
    saved = format_savings(row, "later questions") or "spares no question that shows"
    hours = write_value(row.agent_h, "agent hour" if row.agent_h == 1.0 else "agent hours")
    name = name_preparation(row)
    due = f" by {write_moment(row.ready_local)}" if row.ready_local else ""
    return (
        f"{name[:1].upper()}{name[1:]}{due} {saved}; {hours} of overtime; worth "
        f"{format_worth(row)}."
    )


def format_effort(row: WeighedPreparation, currency: str) -> str:
    """Say what a preparation takes: hours and money."""
    unit = "agent hour" if row.agent_h == 1.0 else "agent hours"
    parts = [write_value(row.agent_h, unit)] if row.agent_h > 0 else []
    parts += [write_value(row.cost, currency, 0)] if row.cost > 0 else []
    return " and ".join(parts) or "no hours of ours"


def format_worth(row: WeighedPreparation) -> str:
    """Say what a preparation adds."""
    if not is_number(row.difference):
        return NOT_STAFFED
    return format_difference(row.difference, row.ci_low, row.ci_high)


def format_savings(row: WeighedPreparation, who: str = "customers writing") -> str:
    """Say whom a preparation spares writing, or brings, and what work it saves; if it shows."""
    parts = []
    low, high = row.contacts_saved_low, row.contacts_saved_high
    if is_shown(low, high):
        word, sign = ("spares", 1) if low > 0 else ("brings", -1)
        first, last = sorted((sign * low, sign * high))
        size = write_number(abs(row.contacts_saved), 0)
        parts.append(f"{word} {size} ({write_interval(first, last, decimals=0)}) {who}")
    low, high = row.work_saved_low_h, row.work_saved_high_h
    if is_shown(low, high):
        word, sign = ("saves", 1) if low > 0 else ("costs", -1)
        first, last = sorted((sign * low, sign * high))
        size = write_number(abs(row.work_saved_h), 1)
        parts.append(
            f"{word} {size} ({write_interval(first, last, decimals=1)}) agent hours of work"
        )
    return " and ".join(parts)


def format_hours(span: PreparingHours) -> str:
    """Say who of a pool prepares from when to when."""
    begin, end = write_moment(span.from_local), write_moment(span.until_local)
    if begin[: -len("00:00")] == end[: -len("00:00")]:
        end = end[-len("00:00") :]
    more = " more on the floor" if span.agents < 0 else ""
    return f"{abs(span.agents)}{NO_BREAK}{span.pool}{more} {begin} to {end}"


def write_row(row: WeighedPreparation, key: str, currency: str) -> dict[str, str]:
    """Write one preparation, ready to show."""
    return {
        "name": name_preparation(row),
        "key": key,
        "events": ", ".join(row.events),
        "does": "yes" if row.does else "no",
        "ready": write_moment(row.ready_local) if row.ready_local else "kept ready",
        "hours": write_value(row.agent_h, "h"),
        "cost": write_value(row.cost, currency, 0),
        "worth": format_worth(row),
        "saves": format_savings(row) or NOTHING,
    }
