"""Of 100 customers who needed an answer: whole customers that add up to 100.

Shown in whole customers, as a manager counts, with how far off the numbers may be. Checked by
``tests/unit/test_report_customers.py``.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.decision.customers import CustomerShare, CustomersServed, CustomersTold, Weeks
from sim.report.charts.comparison import HEADLINE
from sim.report.format import is_number, write_number

Context = dict[str, Any]
PARTS = {
    "in_time": ("Answered in time", "A first reply within the promise, while they were there."),
    "found_answer": ("Found the answer", "Read it where you published it, and did not write."),
    "late": ("Answered late", "A first reply, later than promised."),
    "left_loudly": ("Left loudly", "Gave up before a reply, where others could see it."),
    "left_silently": ("Left silently", "Gave up before a reply; nobody noticed."),
    "never_seen": (
        "Never seen",
        "Nobody answered and they did not give up: a topic that is not answered, a message that "
        "was not found, or still waiting at the end.",
    ),
}
"""what becomes of a customer, best first: label and meaning; a row is shown where anybody is in it
"""
ENDS = {
    "solved": ("Problem solved", "By a reply, or by an answer that they found."),
    "would_recommend": ("Would recommend you", "As far as the care they got decides it."),
}
KINDS: dict[Weeks, str] = {"with": "weeks with the event", "without": "weeks without it"}
PLAIN_WEEKS = "weeks"
ALWAYS = ("in_time", "late", "left_loudly", "left_silently", "never_seen")


def describe_customers(found: CustomersTold | None) -> Context:
    """Describe what becomes of 100 customers, ready to show; empty where it was not stored."""
    if found is None or not found.served:
        return {}
    kinds = [kind for kind in KINDS if any(one.weeks == kind for one in found.served)]
    by_kind = {kind: [one for one in found.served if one.weeks == kind] for kind in kinds}
    first = by_kind[kinds[0]]
    return {
        "tables": [
            describe_weeks(served, KINDS[kind] if "with" in kinds else PLAIN_WEEKS)
            for kind, served in by_kind.items()
        ],
        "spread": write_spread(found.served),
        "words": format_customers_served(first, [split_100(one) for one in first]),
    }


def describe_weeks(served: Sequence[CustomersServed], title: str) -> Context:
    """Describe one kind of week: a row for each part, a column for each policy."""
    whole = [split_100(one) for one in served]
    return {
        "title": title[:1].upper() + title[1:],
        "about": f"{write_number(served[0].customers, 0)} customers on average, "
        f"{write_number(served[0].n, 0)} simulated weeks",
        "heads": [name_column(one.policy) for one in served],
        "rows": [
            {"label": label, "about": about, "key": key, "cells": [each[key] for each in whole]}
            for key, (label, about) in PARTS.items()
            if key in ALWAYS or any(each[key] for each in whole)
        ],
        "ends": [
            {
                "label": label,
                "about": about,
                "cells": [write_customers_of_100(getattr(one, key)) for one in served],
            }
            for key, (label, about) in ENDS.items()
        ],
        "bars": [draw_bar(one, each) for one, each in zip(served, whole, strict=True)],
    }


def name_column(policy: str) -> str:
    """Name a policy at the head of a column."""
    name = {"plan": "this plan"}.get(policy, HEADLINE.get(policy, policy))
    return name[:1].upper() + name[1:]


def split_100(one: CustomersServed) -> dict[str, int]:
    """Split 100 customers into whole ones by their parts, those with the largest rests up."""
    shares = [getattr(one, key).share for key in PARTS]
    if not all(map(is_number, shares)):
        return dict.fromkeys(PARTS, 0)
    exact = 100.0 * np.array(shares)
    whole = np.floor(exact + 1e-9).astype(int)
    lacking = 100 - int(whole.sum())
    whole[np.argsort(whole - exact, kind="stable")[:lacking]] += 1
    return dict(zip(PARTS, whole.tolist(), strict=True))


def write_customers_of_100(share: CustomerShare) -> str:
    """Write a share as customers of 100, whole ones."""
    return write_number(100.0 * share.share, 0) if is_number(share.share) else write_number(None, 0)


def draw_bar(one: CustomersServed, whole: dict[str, int]) -> Context:
    """Describe the bar of 100 customers of one column."""
    return {
        "name": name_column(one.policy),
        "parts": [(key, label, whole[key]) for key, (label, _) in PARTS.items() if whole[key]],
    }


def write_spread(served: Sequence[CustomersServed]) -> str:
    """Say how far off the numbers may be: the widest half interval of all, in customers of 100."""
    wide = [
        50.0 * (share.ci_high - share.ci_low)
        for one in served
        for share in (getattr(one, key) for key in (*ALWAYS, *ENDS))
        if is_number(share.ci_high - share.ci_low)
    ]
    return write_number(max(np.ceil(round(max(wide), 6)), 1.0), 0) if wide else ""


def format_customers_served(
    served: Sequence[CustomersServed], whole: Sequence[dict[str, int]]
) -> str:
    """Say the most important of it in a sentence: who gets no answer under the plan, and beside."""
    kind = served[0].weeks
    first = [
        (one, 100 - each["in_time"] - each["found_answer"] - each["late"])
        for one, each in zip(served, whole, strict=True)
        if one.weeks == kind
    ]
    told = [f"{count} with {name_column(one.policy)}" for one, count in first[1:]]
    told = [text.replace("Tuned", "tuned").replace("Your", "your") for text in told]
    beside = f", {' and '.join(told)}" if told else ""
    when = "In " + (KINDS[kind] if kind == "with" else PLAIN_WEEKS)
    count = first[0][1]
    return f"{when} {count} of 100 customers get no answer at all{beside}."
