"""The calendar of events in words: when, how sure, what each costs.

Checked by ``tests/unit/test_report_calendar.py``.
"""

from collections.abc import Sequence

from sim.decision.calendar import CalendarEvent
from sim.report.format import (
    NOTHING,
    format_customers,
    is_shown,
    write_interval,
    write_moment,
    write_number,
    write_value,
)

NOT_SHOWN = "nothing shown"


def describe_calendar(events: Sequence[CalendarEvent]) -> list[dict[str, str]]:
    """Write each event, ready to show, in the order of the calendar."""
    return [
        {
            "event": one.event,
            "kind": one.kind.replace("_", " "),
            "when": format_when(one),
            "known": format_known(one),
            "overlaps": ", ".join(one.overlaps) or NOTHING,
            "satisfaction": format_satisfaction(one),
            "work": format_work(one),
        }
        for one in events
    ]


def format_when(one: CalendarEvent) -> str:
    """Say when an event comes, or between when."""
    first, last = write_moment(one.earliest_local), write_moment(one.latest_local)
    return first if first == last else f"some time from {first} to {last}"


def format_known(one: CalendarEvent) -> str:
    """Say how an event is known: announced, and how sure it is."""
    news = "announced" if one.announced_h > 0 else "not announced"
    return news if one.probability == 1 else f"{news}, {write_value(one.probability, 'share')}"


def format_satisfaction(one: CalendarEvent) -> str:
    """Say what an event costs in satisfied customers."""
    low, high = one.satisfaction_cost_low, one.satisfaction_cost_high
    if not is_shown(low, high):
        return NOT_SHOWN
    least, most = sorted((1000 * abs(low), 1000 * abs(high)))
    ends = write_interval(least, most, decimals=0)
    return f"{format_customers(-one.satisfaction_cost)} ({ends})"


def format_work(one: CalendarEvent) -> str:
    """Say how many agent hours of work an event brings."""
    if not is_shown(one.work_low_h, one.work_high_h):
        return NOT_SHOWN
    ends = write_interval(one.work_low_h, one.work_high_h, decimals=0)
    return f"{write_number(one.work_h, 0)} ({ends}) agent hours"
