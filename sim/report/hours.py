"""What one more agent hour would add, by pool and part of the day, in words.

The simulated prices of decision.json (``shadow_prices``). A price within two standard errors of
0 shows as no difference; where an hour adds nothing, about one row of 20 shows one all the
same. Checked by ``tests/unit/test_report_questions.py``.
"""

from collections.abc import Sequence
from typing import Any

from sim.decision.answers import HourPrice
from sim.report.charts.comparison import write_signed
from sim.report.format import NO_BREAK, format_customers, is_number, write_number

# A price below two standard errors is not clear from none.
ERRORS = 2.0
# Of a share per agent hour: its standard error begins there.
PRICE_PLACES = 6
# Of a share per 1,000: as in the summary.
MONEY_PLACES = 4
NOT_SHOWN = "No difference shown"


def describe_hours(rows: Sequence[HourPrice], currency: str) -> dict[str, Any]:
    """Write the table of hour prices, ready to show; empty without rows."""
    if not rows:
        return {}
    return {
        "money": f"1,000{NO_BREAK}{currency}".strip(),
        "rows": [
            {
                "pool": row.pool,
                "part": write_part(row.part),
                "per_hour": write_signed(row.per_hour, PRICE_PLACES),
                "error": write_number(row.error, PRICE_PLACES),
                "per_1000": write_signed(row.per_1000_currency, MONEY_PLACES),
                "words": format_hour(row),
                "is_clear": is_clear(row),
            }
            for row in rows
        ],
    }


def is_clear(row: HourPrice) -> bool:
    """Whether an hour price is clear from the noise."""
    return abs(row.per_hour) > ERRORS * row.error


def format_hour(row: HourPrice) -> str:
    """Say in words what 1,000 of currency buys there."""
    if not is_clear(row):
        return NOT_SHOWN
    if not is_number(row.per_1000_currency):
        return "More" if row.per_hour > 0 else "Less"
    return format_customers(row.per_1000_currency)


def write_part(part: str) -> str:
    """Write a part of the day: ``06:00 to 12:00``."""
    first, _, last = part.partition("-")
    return f"{first}:00 to {last}:00" if first.isdigit() and last.isdigit() else part
