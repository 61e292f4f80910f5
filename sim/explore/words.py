"""What a page calls things, in the words of a manager, and how exactly it writes numbers.

Checked by ``tests/unit/test_explore_words.py``.
"""

import math
from typing import NamedTuple

from sim.report.format import MINUS, NO_BREAK, NOTHING, is_number
from sim.store.schema import UNITS


class Figure(NamedTuple):
    """A measure that a page shows."""

    key: str
    label: str
    meaning: str
    better: int
    """1: more is better, -1: less, 0: neither"""


# What a manager asks for first, the rest of the report's measures are left to the report.
FIGURES = (
    Figure(
        "satisfaction",
        "Satisfied customers",
        "Mean satisfaction of all who needed an answer, read as the share of satisfied customers. "
        "It counts speed against what customers expect, the solution, tone and care.",
        1,
    ),
    Figure(
        "answered_within_promise_share",
        "Answered within the promise",
        "Customers who got their first reply within the promised time, of all who needed one.",
        1,
    ),
    Figure(
        "first_reply_min_p50",
        "Wait for the first reply, middle",
        "Half of the customers who get a reply wait less than this, half wait longer.",
        -1,
    ),
    Figure(
        "first_reply_min_p90",
        "Wait for the first reply, 9 of 10",
        "Nine of ten customers who get a reply wait less than this.",
        -1,
    ),
    Figure(
        "abandoned_share",
        "Left without a reply",
        "Customers who gave up before anybody answered.",
        -1,
    ),
    Figure("resolved_share", "Solved", "Cases that were solved, of those answered.", 1),
    Figure(
        "sentiment_mean",
        "Mood about the brand",
        "How the public speaks of the brand, from 0 (badly) to 100 (well), mean over the hours.",
        1,
    ),
    Figure(
        "utilization",
        "Busy share of the time at work",
        "Of the time that people are at work, the part in which they answer somebody.",
        0,
    ),
    Figure(
        "overtime_h",
        "Overtime",
        "Hours of work beyond the end of shifts, all people together.",
        -1,
    ),
    Figure(
        "cost",
        "Cost",
        "Wages, overtime, people on call, automatic replies, compensation and preparations.",
        -1,
    ),
)
LEVEL_WORDS = {
    "none": ("no reply", "Nobody answers this topic."),
    "auto": ("automatic", "A machine answers; it costs nearly nothing and solves little."),
    "brief": ("short", "A person answers in a few words: quicker, solves less."),
    "standard": ("usual", "A person answers as usual."),
    "thorough": ("thorough", "A person takes more time: slower, friendlier, solves more."),
}
PHASE_WORDS = {
    "calm": ("quiet", "No event is on."),
    "ahead": ("before", "The hours before an announced event, as many as set below."),
    "surge": ("rush", "An event brings more customers than usual."),
    "recovery": ("after", "The event is fading out; volume is falling back."),
}


def find_places(half: float) -> int:
    """Decimals that an interval of this half-width allows; below 0: tens, hundreds.

    The last digit shown is no finer than a tenth of the half-width, and no coarser than it.
    """
    if not is_number(half) or half <= 0:
        return 3
    return min(math.ceil(-math.log10(half)), 6)


def write_rounded(value: float, places: int, is_signed: bool = False) -> str:
    """Write a number to so many places, tens and hundreds rounded, with a real minus."""
    if not is_number(value):
        return NOTHING
    text = f"{round(float(value), places) + 0.0:,.{max(places, 0)}f}"
    sign = "+" if is_signed and round(float(value), places) > 0 else ""
    return sign + text.replace("-", MINUS)


def scale_of(key: str) -> tuple[float, str]:
    """Factor and unit in which a measure is shown."""
    unit = UNITS[key]
    if unit == "share" or key == "sentiment_mean":
        return 100.0, "%" if unit == "share" else "of 100"
    return 1.0, {"min": "min", "h": "h"}.get(unit, "")


def write_figure(key: str, value: float, half: float, currency: str) -> str:
    """Write a measure with its unit, to the digits that half of its interval allows."""
    factor, unit = scale_of(key)
    text = write_rounded(value * factor, find_places(half * factor))
    return add_unit(text, currency if key == "cost" else unit)


def write_change(key: str, value: float, half: float, currency: str) -> tuple[str, str]:
    """Write a difference and its interval, both to the digits that the interval allows."""
    if value == 0 and not half > 0:
        return "no change", ""
    factor, unit = scale_of(key)
    places = find_places(half * factor)
    unit = {"%": "points"}.get(unit, unit)
    low, high = (write_rounded(end * factor, places, True)
                 for end in (value - half, value + half))  # fmt: skip
    text = write_rounded(value * factor, places, True)
    return add_unit(text, currency if key == "cost" else unit), f"{low} to {high}"


def add_unit(text: str, unit: str) -> str:
    """Put a unit behind a number that is one."""
    return f"{text}{NO_BREAK}{unit}" if unit and text != NOTHING else text
