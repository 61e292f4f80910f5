"""What every page has: where it comes from, and its measures in groups.

Checked by ``tests/functional/test_report_page.py``.
"""

from collections.abc import Mapping
from typing import Any

from sim.report.charts.comparison import POLICIES, name_policy
from sim.report.format import is_number, read_time, write_day, write_value
from sim.report.measure_names import (
    group_measures,
    name_measure,
    write_rounded,
)
from sim.report.stored_run import StoredRun

KEY_FIGURES = (
    "satisfaction",
    "answered_within_promise_share",
    "first_reply_min_p50",
    "utilization",
)
FIGURE_LABELS = {
    "satisfaction": "satisfaction, 0 to 1",
    "answered_within_promise_share": "answered within the promise",
    "first_reply_min_p50": "median first reply",
    "utilization": "of staffed time busy",
}
LABELS = {
    "config_hash": "hash of the configuration",
    "started": "started (UTC)",
    "wall_s": "run time",
}
HIDDEN = ("versions", "packages", "schema", "verb")


def describe_world(run: StoredRun) -> str:
    """Put brand, maturity, days and time zone of the scenario in one line."""
    horizon = run.scenario.get("horizon") or {}
    brand = run.scenario.get("brand") or {}
    parts = []
    if isinstance(brand, dict) and brand.get("name"):
        parts.append(str(brand["name"]))
    maturity = run.scenario.get("maturity") or {}
    if isinstance(maturity, dict) and maturity.get("name"):
        parts.append(f"tools: {str(maturity['name']).replace('_', ' ')}")
    days = horizon.get("days")
    if is_number(days):
        parts.append(f"{write_value(days)} {'day' if days == 1 else 'days'}")
    if horizon.get("start"):
        start = read_time(horizon["start"])
        parts.append(f"from {write_day(start)} {str(start)[:4]}")
    if horizon.get("time_zone"):
        parts.append(f"local time of {horizon['time_zone']}")
    return ", ".join(parts)


def name_span(run: StoredRun) -> str:
    """Name of the horizon in a heading: The day, The week, The 10 days."""
    days = (run.scenario.get("horizon") or {}).get("days")
    if not is_number(days) or days == 7:
        return "The week"
    return "The day" if days == 1 else f"The {write_value(days, 'days')}"


def pick_figures(run: StoredRun) -> list[dict[str, str]]:
    """Pick the few measures that stand large at the top."""
    measures = run.summary.get("measures") or {}
    promise = (run.scenario.get("promise") or {}).get("promise_min")
    figures = []
    for key in KEY_FIGURES:
        if key in measures:
            label = FIGURE_LABELS[key]
            if key == "answered_within_promise_share" and is_number(promise):
                label = f"answered within {write_value(promise, 'min')}"
            value, interval = write_rounded(key, measures[key], run.currency)
            figures.append({"value": value, "label": label, "interval": interval})
    return figures


def list_measures(run: StoredRun) -> list[dict[str, Any]]:
    """List all measures in groups, each with its mean and its 95 % interval."""
    measures = run.summary.get("measures") or {}
    return [
        {
            "name": name,
            "rows": [
                {
                    "key": key,
                    "label": name_measure(key),
                    **dict(
                        zip(
                            ("value", "interval"),
                            write_rounded(key, measures[key], run.currency),
                            strict=True,
                        )
                    ),
                    "n": write_value(measures[key].get("n")),
                }
                for key in keys
            ],
        }
        for name, keys in group_measures(measures)
    ]


def tabulate_policies(run: StoredRun, own: str) -> dict[str, Any]:
    """Set means of all measures side by side: this run's policy and the others."""
    others = run.others
    measures = run.summary.get("measures") or {}
    order = [each for each in POLICIES if each in others]
    order += [each for each in others if each not in POLICIES]
    columns = [measures, *(others[name] for name in order)]
    rows = [
        [
            name_measure(key),
            *(write_rounded(key, each.get(key), run.currency)[0] for each in columns),
        ]
        for _, keys in group_measures(measures)
        for key in keys
    ]
    names = [name_policy(name) for name in order]
    return {"head": ["Measure", own, *names], "rows": rows if others else []}


def list_provenance(run: StoredRun) -> list[tuple[str, str]]:
    """List what is known of how the run was made, as label and value."""
    return list_passport(run.provenance)


def list_passport(passport: Mapping[str, Any]) -> list[tuple[str, str]]:
    """List what a provenance.json says, as label and value."""
    rows = []
    for key, value in passport.items():
        if key in HIDDEN or value is None or value == "":
            continue
        label = LABELS.get(key, key.replace("_", " "))
        unit = "s" if key.endswith(("seconds", "_s")) else ""
        text = write_value(value, unit) if is_number(value) and unit else write_plain(value)
        rows.append((label, text))
    versions = passport.get("versions") or passport.get("packages") or {}
    if isinstance(versions, dict) and versions:
        rows.append(("versions", ", ".join(f"{key} {value}" for key, value in versions.items())))
    return rows


def write_plain(value: Any) -> str:
    """Write a stored value without separators: a seed is a name, not an amount."""
    return write_value(value) if isinstance(value, bool | list | dict) else str(value)


def list_events(run: StoredRun) -> list[str]:
    """List the scenario's brand events: when, whether announced, how likely."""
    events = run.scenario.get("events") or {}
    if not isinstance(events, dict):
        return []
    return [
        _format_event(run, str(name), event)
        for name, event in events.items()
        if isinstance(event, dict)
    ]


def _format_event(run: StoredRun, name: str, event: Mapping[str, Any]) -> str:
    kind = str(event.get("kind") or name)
    title = name if kind == name else f"{name} ({kind.replace('_', ' ')})"
    chance = event.get("probability", 1)
    likely = "" if chance == 1 else f", with probability {write_value(chance, 'share')}"
    known = event.get("announced_h") or 0
    is_days = known >= 48 and known % 24 == 0
    ahead = write_value(known / 24, "days") if is_days else write_value(known, "h")
    news = f"announced {ahead} before" if known else "not announced"
    return f"{title}: {_format_when(run, event)}, {news}{likely}."


def _format_when(run: StoredRun, event: Mapping[str, Any]) -> str:
    horizon = run.scenario.get("horizon") or {}
    window = event.get("window_h")
    if window and len(window) == 2 and horizon.get("start"):
        first, last = (_at(horizon["start"], hour) for hour in window)
        return f"some time from {first} to {last}"
    if is_number(event.get("time_h")) and horizon.get("start"):
        return _at(horizon["start"], event["time_h"])
    return "time not stored"


def _at(start: Any, hours: float) -> str:
    time = read_time(start) + round(60 * float(hours))
    return f"{write_day(time)} {str(time)[11:16]}"
