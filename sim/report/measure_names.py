"""What each measure is called, in the order in which people ask for it.

The keys are those of summary.json. A measure that is not listed here is shown
under *Other* with the words of its key, so nothing that was stored gets lost.

Checked by ``tests/unit/test_report_words.py``.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sim.report.format import (
    choose_decimals,
    is_number,
    limit_decimals,
    split_unit,
    write_interval,
    write_value,
)


class MeasureName(NamedTuple):
    """Name of a measure for people, and how many decimals it is shown with."""

    label: str
    decimals: int = 1


# With each measure the decimals that its noise leaves.
GROUPS: dict[str, dict[str, MeasureName]] = {
    "Customers": {
        "satisfaction": MeasureName("Satisfaction of actionable customers, 0 to 1", 3),
        "satisfaction_all": MeasureName("Satisfaction, customers by spreading included, 0 to 1", 3),
        "csat": MeasureName("Satisfaction score, 1 to 5", 2),
        "recommend_share": MeasureName("Would recommend the brand"),
        "sentiment_mean": MeasureName("Sentiment of the brand, 0 to 1", 3),
        "sentiment_p10": MeasureName("Sentiment, lower in 1 hour of 10", 3),
        "sentiment_p90": MeasureName("Sentiment, higher in 1 hour of 10", 3),
        "response_effort_mean": MeasureName("Response effort that drives it, mean", 3),
    },
    "Answers and waiting": {
        "deflected_share": MeasureName("Found an answer and wrote nothing"),
        "answered_share": MeasureName("Answered while the customer is there"),
        "answered_within_promise_share": MeasureName("Answered within the promise"),
        "first_reply_min_p50": MeasureName("First reply, median", 1),
        "first_reply_min_mean": MeasureName("First reply, mean", 1),
        "first_reply_min_p90": MeasureName("First reply, 9 of 10 customers within", 1),
        "first_reply_min_p95": MeasureName("First reply, 19 of 20 customers within", 1),
        "later_reply_min_mean": MeasureName("Later replies, from the customer's message, mean", 1),
        "first_touch_min_mean": MeasureName("First touch (automatic replies count), mean", 1),
        "wait_min_mean": MeasureName("Wait for an agent, all turns, mean", 1),
        "wait_min_max": MeasureName("Wait for an agent, the longest", 1),
        "abandoned_share": MeasureName("Left before a first reply"),
        "abandoned_later_share": MeasureName("Gave up waiting for a later reply"),
        "delayed_share": MeasureName("First turns that waited"),
        "delayed_turn_share": MeasureName("Turns that waited"),
        "returning_delayed_share": MeasureName("Returning turns that waited"),
    },
    "Solving": {
        "resolved_share": MeasureName("Solved"),
        "turns_mean": MeasureName("Replies per case, mean", 2),
        "turn_cap_share": MeasureName("Closed unsolved at the limit of replies"),
        "reopened_share": MeasureName("Opened again"),
    },
    "Staff and money": {
        "staffed_h": MeasureName("Staffed hours", 1),
        "work_h": MeasureName("Hours of work", 1),
        "overtime_h": MeasureName("Overtime: hours of work beyond the shift", 1),
        "utilization": MeasureName("Busy share of staffed time"),
        "cost": MeasureName("Cost", 0),
    },
    "Volume": {
        "mentions": MeasureName("Mentions", 0),
        "actionable": MeasureName("Actionable mentions", 0),
        "spread_mentions": MeasureName("Mentions by spreading", 0),
        "spilled_mentions": MeasureName("Mentions by spill-over from the phone", 0),
        "brought_mentions": MeasureName("Complaints that visible answers brought", 0),
    },
}
ALL: dict[str, MeasureName] = {
    key: each for group in GROUPS.values() for key, each in group.items()
}
NO_UNIT = (
    *("satisfaction", "satisfaction_all", "csat"),
    *("sentiment_mean", "sentiment_p10", "sentiment_p90", "response_effort_mean"),
)


def name_measure(key: str) -> str:
    """Name of a measure for people."""
    return ALL[key].label if key in ALL else split_unit(key)[0]


def choose_unit(key: str, entry: Mapping[str, Any], currency: str) -> str:
    """Choose the unit to show: scores have none, money has the scenario's currency."""
    if key in NO_UNIT:
        return ""
    unit = str(entry.get("unit") or split_unit(key, currency)[1])
    return currency if key == "cost" or unit in ("currency", "money") else unit


def write_measure(key: str, entry: Mapping[str, Any] | None, currency: str = "") -> str:
    """Write the mean of a measure with its unit."""
    if not entry:
        return write_value(None)
    return write_value(entry.get("mean"), choose_unit(key, entry, currency), _decimals(key))


def write_measure_interval(key: str, entry: Mapping[str, Any] | None, currency: str = "") -> str:
    """Write the 95 % interval of a measure with its unit."""
    if not entry:
        return write_value(None)
    unit = choose_unit(key, entry, currency)
    return write_interval(entry.get("ci_low"), entry.get("ci_high"), unit, _decimals(key))


def write_rounded(key: str, entry: Mapping[str, Any] | None, currency: str = "") -> tuple[str, str]:
    """Write the mean of a measure and its interval with no more digits than that allows."""
    if not entry:
        return write_value(None), write_value(None)
    unit, mean = choose_unit(key, entry, currency), entry.get("mean")
    low, high = entry.get("ci_low"), entry.get("ci_high")
    usual = _decimals(key)
    if usual is None:
        usual = choose_decimals(float(mean), unit) if is_number(mean) else 0
    places = limit_decimals(low, high, usual, unit)
    return write_value(mean, unit, places), write_interval(low, high, unit, places)


def group_measures(measures: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """Sort the measures at hand into groups, in reading order; the rest under *Other*."""
    groups = [(name, [key for key in keys if key in measures]) for name, keys in GROUPS.items()]
    groups.append(("Other", sorted(key for key in measures if key not in ALL)))
    return [(name, keys) for name, keys in groups if keys]


def _decimals(key: str) -> int | None:
    return ALL[key].decimals if key in ALL else None
