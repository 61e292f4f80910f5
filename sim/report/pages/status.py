"""What the search knows of its own result: status, value, bound, gap, selection.

Checked by ``tests/unit/test_report_decision.py``.
"""

from collections.abc import Mapping
from typing import Any

from sim.report.format import (
    is_number,
    split_unit,
    write_number,
    write_value,
)
from sim.report.stored_run import StoredRun

Context = dict[str, Any]
STATUS = {
    "certified": "Certified: the choice is statistically safe and the gap to the bound is small.",
    "optimal": "The search came to its end.",
    "feasible": "Feasible: it keeps budget and promise, but it is not shown to be the best.",
    "stopped": "Stopped early: this is the best plan that was found by then.",
    "infeasible": "No plan keeps both the budget and the promise; see the reasons at the end.",
}
CUT_SHORT = ("The search was ", "The search for the smallest budget was ")
OUT_OF_HOURS = "The opening hours make the promise impossible"
QUIET = ("certified", "optimal", "feasible")


def describe_status(run: StoredRun) -> dict[str, Any]:
    """Return what the search knows of its own result."""
    stored = {**(run.summary.get("plan") or {}), **_pick_status(run.decision)}
    name = str(stored.get("status") or "").lower().replace("_", " ")
    rows = [
        ("Value on fresh draws", _score(stored.get("value"))),
        ("Upper bound of any policy", _score(stored.get("bound"))),
        ("Gap to the bound", _score(stored.get("gap"))),
        ("Way from flat to the bound", write_value(stored.get("way_share"), "share")),
        ("Selection", write_selection(stored.get("selection"))),
    ]
    text = STATUS.get(name, name[:1].upper() + name[1:] + "." if name else "")
    reasons = [str(each) for each in run.decision.get("reasons") or []]
    cut = format_stopped(run.summary)
    if cut and name != "stopped":
        cut = f"Stopped early: {cut}"
    first = (*CUT_SHORT, OUT_OF_HOURS)
    told = [text, *(each for each in reasons if each.startswith(first)), cut]
    return {
        "name": name,
        "text": " ".join(each for each in told if each),
        "is_loud": bool(cut)
        or bool(format_out_of_hours(run.decision))
        or (bool(name) and name not in QUIET),
        "rows": [row for row in rows if row[1] != write_value(None)],
        "reasons": [each for each in reasons if not each.startswith(first)],
    }


def format_out_of_hours(decision: Mapping[str, Any]) -> str:
    """Tell that opening hours make the promise impossible; nothing where they do not."""
    reasons = [str(each) for each in decision.get("reasons") or []]
    return next((each for each in reasons if each.startswith(OUT_OF_HOURS)), "")


def format_cut(decision: Mapping[str, Any]) -> str:
    """Tell on one line that a plan's search was cut short, and by what; nothing where not."""
    if decision.get("status") != "stopped":
        return ""
    reasons = [str(each) for each in decision.get("reasons") or []]
    return " ".join([STATUS["stopped"], *(each for each in reasons if each.startswith(CUT_SHORT))])


def format_stopped(summary: Mapping[str, Any]) -> str:
    """Tell that fewer runs were simulated than was asked for; nothing where all were."""
    stopped = summary.get("stopped") or {}
    if not (is_number(stopped.get("finished")) and is_number(stopped.get("wanted"))):
        return ""
    return (
        f"{write_value(stopped['finished'])} of {write_value(stopped['wanted'])} runs were "
        "simulated before it was interrupted."
    )


def _pick_status(decision: Mapping[str, Any]) -> dict[str, Any]:
    names = ("status", "value", "bound", "gap", "selection", "way_share")
    return {name: decision[name] for name in names if decision.get(name) is not None}


def _score(value: Any) -> str:
    return write_number(value, 3) if is_number(value) else write_value(value)


def write_selection(selection: Any) -> str:
    """Write the selection: a probability, or its parts."""
    if is_number(selection):
        return f"{write_value(selection, 'share')} sure that no compared plan is better"
    if isinstance(selection, dict) and {"delta", "met"} <= selection.keys():
        return format_selection(selection)
    if isinstance(selection, dict):
        parts = [f"{split_unit(str(k))[0]} {_part(k, v)}" for k, v in selection.items()]
        return ", ".join(parts)
    return write_value(selection)


def format_selection(selection: Mapping[str, Any]) -> str:
    """Tell what the last choice promises, and who came next."""
    near = write_number(selection["delta"], 3)
    if selection["met"]:
        sure = write_value(selection.get("probability_correct"), "share")
        told = f"within {near} of the best of the last candidates with probability {sure}"
    else:
        told = f"not sure to be within {near} of the best: too few replications"
    if selection.get("runner_up") is None:
        return f"{told}; no other candidate was left"
    gain, error = (write_number(selection[name], 4) for name in ("difference", "standard_error"))
    name = str(selection["runner_up"]).replace("_", " ")
    return f"{told}; ahead of {name} by {gain}, standard error {error}"


def _part(key: str, value: Any) -> str:
    is_share = is_number(value) and ("probability" in key or key.endswith("_share"))
    return write_value(value, "share") if is_share else write_value(value)
