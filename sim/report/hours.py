"""What one more agent hour would add, by pool and part of the day, in words.

The simulated prices of decision.json (``shadow_prices``). A price within two standard errors of
0 is told as no difference shown; where an hour adds nothing, about one row of 20 is told
otherwise. Checked by ``tests/unit/test_report_further.py``.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sim.report.charts.comparison import write_signed
from sim.report.format import NO_BREAK, format_customers, is_number, write_number

ERRORS = 2.0
PRICE_PLACES = 6
MONEY_PLACES = 4
NOT_SHOWN = "No difference shown"


def describe_hours(rows: Sequence[Mapping[str, Any]], currency: str) -> dict[str, Any]:
    """Return the table of hour prices, ready to show; empty without rows."""
    if not rows:
        return {}
    return {
        "money": f"1,000{NO_BREAK}{currency}".strip(),
        "rows": [
            {
                "pool": str(row.get("pool", "")),
                "part": write_part(row.get("part")),
                "per_hour": write_signed(row.get("per_hour"), PRICE_PLACES),
                "error": write_number(row.get("error"), PRICE_PLACES),
                "per_1000": write_signed(row.get("per_1000_currency"), MONEY_PLACES),
                "words": format_hour(row),
                "is_told": is_told(row),
            }
            for row in rows
        ],
    }


def is_told(row: Mapping[str, Any]) -> bool:
    """Tell whether an hour price can be told from nothing."""
    price, error = row.get("per_hour"), row.get("error")
    return is_number(price) and is_number(error) and abs(price) > ERRORS * error


def format_hour(row: Mapping[str, Any]) -> str:
    """Tell in words what 1,000 of currency buys there."""
    if not is_told(row):
        return NOT_SHOWN
    per_1000 = row.get("per_1000_currency")
    if not is_number(per_1000):
        return "More" if row["per_hour"] > 0 else "Less"
    return format_customers(per_1000)


def write_part(part: Any) -> str:
    """Write a part of the day: ``06:00 to 12:00``."""
    first, _, last = str(part or "").partition("-")
    return f"{first}:00 to {last}:00" if first.isdigit() and last.isdigit() else str(part or "")
