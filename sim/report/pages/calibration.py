"""The page of a calibration: what was read, what was fitted, what was taken from the base.

Everything comes from fit.json; each part of it may be missing.

Checked by ``tests/functional/test_report_page.py``.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sim.report.charts.calibration import draw_fit
from sim.report.format import (
    is_number,
    list_words,
    split_unit,
    write_moment,
    write_value,
)
from sim.report.stored_run import StoredRun

EVENT_FIELDS = ("peak", "ramp_min", "half_life_1_h", "half_life_2_h", "weight")


def describe_calibration(run: StoredRun) -> dict[str, Any]:
    """Gather all that a calibration's page shows."""
    fit = run.fit
    quantities = [write_quantity(each, run.currency) for each in fit.get("quantities") or []]
    return {
        "kind": "Calibration",
        "time_zone": str(fit.get("time_zone") or "the scenario's horizon.time_zone"),
        "name": str(fit.get("series") or run.name),
        "fitted": [each for each in quantities if each["mark"] == "fitted"],
        "defaults": [each for each in quantities if each["mark"] != "fitted"],
        "findings": list_findings(fit),
        "rows": describe_rows(fit.get("rows") or {}),
        "events": describe_events(fit.get("events") or []),
        "quality": [
            _write_quality(key, value) for key, value in (fit.get("quality") or {}).items()
        ],
        "charts": draw_fit(fit),
        "status": {"is_loud": False, "text": "", "name": "", "rows": [], "reasons": []},
    }


def format_fit(fit: Mapping[str, Any]) -> list[str]:
    """Say in sentences what the history gave."""
    return [sentence for _, sentence in list_findings(fit)]


def list_findings(fit: Mapping[str, Any]) -> list[tuple[str, str]]:
    """List what the history gave: the part it is about, and a sentence."""
    findings = []
    if fit.get("columns"):
        findings.append(("Columns", format_columns(fit)))
    rows = fit.get("rows") or {}
    if is_number(rows.get("kept")):
        kept, read = write_value(rows["kept"]), write_value(rows.get("read"))
        findings.append(("Rows", f"{kept} of {read} rows of the history could be used."))
    findings += [("Clock", f"{line[0].upper()}{line[1:]}.") for line in fit.get("clock") or []]
    quantities = fit.get("quantities") or []
    if quantities:
        fitted = sum(each.get("mark") == "fitted" for each in quantities)
        rest = write_value(len(quantities) - fitted)
        sentence = f"{write_value(fitted)} quantities come from the history, {rest} from the base"
        findings.append(("Fitted", f"{sentence} scenario."))
    stopped = (fit.get("quality") or {}).get("intervals_without_recording") or 0
    if stopped:
        many = (
            f"{write_value(stopped)} of the history's intervals" if stopped > 1 else "One interval"
        )
        sentence = f"{many} without a mention, where many are expected: taken as not recorded"
        findings.append(("Recording", f"{sentence}, and left out."))
    findings.append(("Events", format_events(fit.get("events") or [])))
    sentiment = (fit.get("sentiment") or {}).get("told")
    if sentiment:
        findings.append(("Sentiment", f"{sentiment[0].upper()}{sentiment[1:]}."))
    return findings


def format_columns(fit: Mapping[str, Any]) -> str:
    """Say as what the history was read, and which columns were guessed."""
    guessed = set(fit.get("guessed") or ())
    named = [
        f"{role} = {name}" + (" (guessed)" if role in guessed else "")
        for role, name in fit["columns"].items()
    ]
    points = " Counts such as 1.003 are read as 1003." if fit.get("has_thousands") else ""
    return f"Read as {fit.get('kind', 'a history')}; columns: {', '.join(named)}.{points}"


def format_events(events: Sequence[Mapping[str, Any]]) -> str:
    """Say which brand events were found, and which of them is in the scenario."""
    names = [
        f"{each.get('name', 'event')} ({write_moment(each.get('time_local'))})" for each in events
    ]
    if names and len(names) <= 4:
        return f"Brand events found: {list_words(names)}."
    placed = [name for name, each in zip(names, events, strict=True) if each.get("in_scenario")]
    inside = f"; in the scenario: {list_words(placed)}" if placed else ""
    return f"Brand events found: {len(names) or 'none'}{inside}."


def format_left_out(fit: Mapping[str, Any]) -> list[str]:
    """List the rows that were left out, one line a reason."""
    lines = []
    for reason, count, example in describe_rows(fit.get("rows") or {})["bad"]:
        such = f", such as {example}" if example else ""
        lines.append(f"Left out: {count} {'row' if count == '1' else 'rows'}, {reason}{such}.")
    return lines


def describe_rows(rows: Mapping[str, Any]) -> dict[str, Any]:
    """Write the rows read, kept and left out, ready to show."""
    bad = [
        (str(each.get("reason", "")), write_value(each.get("count")), str(each.get("example", "")))
        for each in rows.get("bad") or []
    ]
    return {
        "read": write_value(rows.get("read")),
        "kept": write_value(rows.get("kept")),
        "bad": bad,
    }


def write_quantity(entry: Mapping[str, Any], currency: str) -> dict[str, str]:
    """Write one fitted or default quantity, ready to show."""
    words, unit = split_unit(str(entry.get("key", "")), currency)
    unit = str(entry.get("unit") or unit)
    value, error = entry.get("value"), entry.get("se")
    is_list = isinstance(value, list | tuple) and len(value) > 8
    return {
        "key": str(entry.get("key", "")),
        "words": words,
        "value": f"{len(value)} numbers" if is_list and value else write_value(value, unit),
        "se": write_value(error, unit) if is_number(error) else "",
        "mark": str(entry.get("mark", "")),
        "note": str(entry.get("note") or ""),
    }


def describe_events(events: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Write the events that were found, ready to show."""
    rows = []
    for event in events:
        row = {name: write_value(event.get(name), split_unit(name)[1]) for name in EVENT_FIELDS}
        row["name"] = str(event.get("name", "event"))
        row["time"] = write_moment(event.get("time_local", ""))
        row["peak"] = f"{write_value(event.get('peak'))}\u00d7"
        rows.append(row)
    return rows


def _write_quality(key: str, value: Any) -> tuple[str, str]:
    words, unit = split_unit(str(key))
    return words, write_value(value, unit)
