"""Sheets of the outlook: what becomes of 100 customers, the run book, a tenth of the staff.

A sheet is there only where the decision has its part. Checked by
``tests/unit/test_report_workbook.py``.
"""

import datetime
from typing import Any

from sim.decision.customers import CustomersTold
from sim.decision.decision import Decision
from sim.decision.run_book import EventExpected, MoneyStep
from sim.report.charts.comparison import name_policy
from sim.report.customers import ENDS, PARTS
from sim.report.format import is_number
from sim.report.workbook.sheets import Sheet, name_money

LOW, HIGH = "95 % interval, low", "95 % interval, high"
PLACES = 1
"""decimals of customers of 100 and of hours: weeks differ by more"""


def list_outlook(plan: Decision) -> list[Sheet]:
    """Make the sheets of the outlook, those with rows."""
    sheets = [
        list_customers(plan.customers),
        list_events(plan.run_book or ()),
        list_money(plan.money or (), plan.headline.currency),
    ]
    return [sheet for sheet in sheets if sheet.rows]


def list_customers(told: CustomersTold | None) -> Sheet:
    """Make the sheet of 100 customers: a row for each kind of week, policy and end."""
    head = ["Weeks", "Policy", "What becomes of them", "Of 100 customers", LOW, HIGH,
            "Customers, mean of a week", "Weeks played"]  # fmt: skip
    labels = {key: label for key, (label, _) in (PARTS | ENDS).items()}
    rows: list[list[Any]] = [
        [
            f"{one.weeks} the event",
            name_policy(one.policy),
            label,
            *(limit(100.0 * value) for value in (share.share, share.ci_low, share.ci_high)),
            limit(one.customers),
            one.n,
        ]
        for one in (told.served if told is not None else ())
        for key, label in labels.items()
        for share in [getattr(one, key)]
    ]
    return Sheet("Of 100 customers", head, rows)


def list_events(book: tuple[EventExpected, ...]) -> Sheet:
    """Make the sheet of the run book: a row for each event and number, in three kinds of week."""
    head = ["Event", "Comes on", "What", "Unit", "Lower in 1 week of 10", "The median week",
            "Higher in 1 week of 10"]  # fmt: skip
    rows: list[list[Any]] = []
    for one in book:
        when = datetime.datetime.fromisoformat(one.begins_local)
        spreads = [
            ("Most customers who wait at once", "customers", one.peak_waiting),
            ("From the event to that", "h", one.peak_after_h),
            ("From the event until it is normal", "h", one.normal_after_h),
            ("From the event until the on-call crew works", "h", one.crew_after_h),
        ]
        rows += [
            [one.event, when, what, unit, *map(limit, (each.p10, each.p50, each.p90))]
            for what, unit, each in spreads
            if each is not None
        ]
        shares = [
            ("Weeks in which it is normal before the plan ends", one.normal_share),
            ("Weeks in which the on-call crew works after it", one.crew_called_share),
            ("The same weeks without the event in which it works", one.crew_quiet_share),
        ]
        rows += [
            [one.event, when, what, "% of weeks", None, limit(100.0 * share), None]
            for what, share in shares
            if share is not None
        ]
    return Sheet("Run book", head, rows)


def list_money(steps: tuple[MoneyStep, ...], currency: str) -> Sheet:
    """Make the sheet of a tenth less and more staff."""
    head = ["Staff, % of the plan's", name_money("Cost, less the plan's", currency),
            "Satisfied customers of 1,000, less the plan's", LOW, HIGH, "Weeks played"]  # fmt: skip
    rows: list[list[Any]] = [
        [
            limit(100.0 * one.staff_share),
            limit(one.cost_difference),
            *(limit(1000.0 * value) for value in (one.difference, one.ci_low, one.ci_high)),
            one.n,
        ]
        for one in steps
    ]
    return Sheet("A tenth of the staff", head, rows)


def limit(value: float | None) -> float | None:
    """Round a number to what weeks tell; nothing where there is none."""
    return round(float(value), PLACES) if is_number(value) else None
