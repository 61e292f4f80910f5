"""What the search knows of its own result: status, value, bound, gap, selection.

Checked by ``tests/unit/test_report_decision.py``.
"""

from collections.abc import Mapping
from typing import Any

from sim.decision.decision import Decision
from sim.decision.evidence import SelectionResult
from sim.report.format import is_number, write_number, write_value
from sim.report.proof import list_claims
from sim.report.stored_run import StoredRun

Context = dict[str, Any]
STATUS = {
    "certified": "Certified: no near roster and no single change of the rules gains more than the "
    "tolerance, and the promise is kept.",
    "optimal": "The search came to its end.",
    "feasible": "Feasible: it keeps budget and promise, but it is not shown to be the best.",
    "stopped": "Stopped early: this is the best plan that was found by then.",
    "infeasible": "No plan keeps both the budget and the promise; see the reasons at the end.",
}
NOT_KEPT = "Feasible within the budget, but without the promise, and not shown to be the best."
CUT_SHORT = ("The search was ", "The search for the smallest budget was ")
OUT_OF_HOURS = "The opening hours make the promise impossible"
WEIGHED = "Not satisfaction alone is weighed"
QUIET = ("certified", "optimal", "feasible")


def describe_status(run: StoredRun) -> dict[str, Any]:
    """Describe what the search knows of its own result."""
    decision = run.decision
    name = decision.status
    rows = [
        ("Value on fresh draws", write_number(decision.value, 3)),
        ("No other roster has more than", write_number(decision.bound, 3)),
        ("Selection", write_selection(decision.selection)),
        *list_claims(decision.proof),
    ]
    text = STATUS.get(name, name[:1].upper() + name[1:] + "." if name else "")
    if name == "feasible" and format_out_of_hours(decision):
        text = NOT_KEPT
    cut = format_stopped(run.summary)
    if cut and name != "stopped":
        cut = f"Stopped early: {cut}"
    first = (*CUT_SHORT, OUT_OF_HOURS, WEIGHED)
    parts = [text, *(each for each in decision.reasons if each.startswith(first)), cut]
    return {
        "name": name,
        "text": " ".join(each for each in parts if each),
        "is_loud": bool(cut)
        or any(each.startswith((OUT_OF_HOURS, WEIGHED)) for each in decision.reasons)
        or (bool(name) and name not in QUIET),
        "rows": [row for row in rows if row[1] != write_value(None)],
        "reasons": [each for each in decision.reasons if not each.startswith(first)],
    }


def format_out_of_hours(decision: Decision) -> str:
    """Say that opening hours make the promise impossible; nothing where they do not."""
    return next((each for each in decision.reasons if each.startswith(OUT_OF_HOURS)), "")


def format_cut(decision: Decision) -> str:
    """Say on one line that a plan's search was cut short, and by what; nothing where not."""
    if decision.status != "stopped":
        return ""
    reasons = (each for each in decision.reasons if each.startswith(CUT_SHORT))
    return " ".join([STATUS["stopped"], *reasons])


def format_stopped(summary: Mapping[str, Any]) -> str:
    """Say that fewer runs were simulated than was asked for; nothing where all were."""
    stopped = summary.get("stopped") or {}
    if not (is_number(stopped.get("finished")) and is_number(stopped.get("wanted"))):
        return ""
    return (
        f"{write_value(stopped['finished'])} of {write_value(stopped['wanted'])} runs were "
        "simulated before it was interrupted."
    )


def write_selection(selection: SelectionResult | None) -> str:
    """Say what the last choice promises, and who came next."""
    if selection is None:
        return write_value(None)
    near = write_number(selection.delta, 3)
    if selection.met:
        sure = write_value(selection.probability_correct, "share")
        sentence = f"within {near} of the best of the last candidates with probability {sure}"
    else:
        sentence = f"not sure to be within {near} of the best: too few replications"
    if selection.runner_up is None:
        return f"{sentence}; no other candidate was left"
    gain, error = (
        write_number(each, 4) for each in (selection.difference, selection.standard_error)
    )
    name = selection.runner_up.replace("_", " ")
    return f"{sentence}; ahead of {name} by {gain}, standard error {error}"
