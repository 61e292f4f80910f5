"""The page of an analyzed sweep: what analysis.json says, in words, tables and pictures.

Checked by ``tests/functional/test_analyze.py``.
"""

from collections.abc import Sequence
from typing import Any

from sim.report.format import is_number, list_words, write_number, write_value
from sim.report.pages.common import list_passport
from sim.report.pages.page import draw_pictures, render
from sim.report.pages.sweep_sections import (
    SECTIONS,
    Found,
    name_short,
    shorten_key,
    sum_up_breaks,
    write_amount,
    write_row,
)

KINDS = {
    "arms": "named arms",
    "list": "a list of points",
    "grid": "a full grid",
    "lhs": "a Latin hypercube",
    "sobol": "Sobol's sequence",
    "saltelli": "Saltelli's design",
    "morris": "Morris' trajectories",
}


def draw_sweep(found: Found, passport: Found, currency: str) -> tuple[str, dict[str, str]]:
    """The page, and its pictures by name."""
    context = describe_sweep(found, currency)
    pictures = draw_pictures({"charts": [one for each in context["sections"]
                                         for one in each.charts]})  # fmt: skip
    return render("sweep", context, pictures, list_passport(passport)), pictures


def describe_sweep(found: Found, currency: str) -> dict[str, Any]:
    """Gather all that the page shows."""
    sections = [
        section
        for name, describe in SECTIONS.items()
        for section in [describe(found, currency)]
        if name in (*found["analyses"], "means") and section is not None
    ]
    n = found["replications"]
    times = f"{n:,} replications each" if n > 1 else "one replication each, so no intervals"
    varied = [shorten_key(one["key"]) for one in found["factors"]]
    over = f" over {list_words(varied)}" if varied else ""
    return {
        "kind": "Sweep",
        "name": found["experiment"],
        "title": found["title"],
        "world": "",
        "design": f"{KINDS[found['design']]}{over}: {found['points']:,} points, {times}",
        "short": list(list_short(found, currency)),
        "sections": sections,
        "status": {"is_loud": False, "text": ""},
    }


def list_short(found: Found, currency: str) -> Sequence[dict[str, str]]:
    """The lines at the top: one a measure that was analyzed, and one about what breaks it."""
    lines = []
    for name, one in found["measures"].items():
        said = [*one["said"], *sum_up(one, name, currency)]
        if said:
            lines.append({"name": name_short(name), "text": "; ".join(said)})
    breaks = found.get("breaks")
    if breaks:
        lines.append({"name": "Breaks", "text": sum_up_breaks(breaks, currency)})
    return lines


def sum_up(one: Found, name: str, currency: str) -> list[str]:
    """What one measure's analyses say first."""
    said = []
    for kind in ("differences", "effects", "sobol", "morris", "metamodel"):
        part = one.get(kind)
        if part is None:
            continue
        if "why_not" in part:
            said.append(f"{kind}: {part['why_not']}")
        elif kind == "differences":
            said.append(sum_up_differences(part, name, currency))
        elif kind == "sobol":
            best = max(part["rows"], key=lambda row: row["total"])
            said.append(f"{shorten_key(best['key'])} makes most of the spread "
                        f"(total {write_number(best['total'], 2)})")  # fmt: skip
        elif kind == "morris":
            best = max(part["rows"], key=lambda row: row["mu_star"])
            far = write_amount(name, best["mu_star"], currency)
            said.append(f"{shorten_key(best['key'])} moves it most, by {far} over its range")
        elif kind == "effects":
            best = max(part["rows"], key=lambda row: row["share"])
            said.append(f"{write_value(best['share'], 'share')} of the spread is of "
                        f"{' x '.join(map(shorten_key, best['factors']))}")  # fmt: skip
        else:
            said.append(f"the {part['form']} metamodel foretells "
                        f"{write_value(max(part['q2'], 0.0), 'share')} of the spread")  # fmt: skip
    return said


def sum_up_differences(part: Found, name: str, currency: str) -> str:
    """The largest difference that is shown, or that none is."""
    shown = [row for row in part["rows"] if is_number(row["low"]) and row["low"] * row["high"] > 0]
    if not shown:
        return f"no difference to {part['reference']} is shown"
    best = max(shown, key=lambda row: abs(row["mean"]))
    return (f"{best['label']} differs most from {part['reference']}: "
            f"{write_row(name, best, currency)['difference']}")  # fmt: skip
