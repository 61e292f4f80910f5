"""The rules of the on-call crew in sentences, and as label and value.

Checked by ``tests/unit/test_report_decision.py``.
"""

from collections.abc import Mapping
from typing import Any

from sim.decision.staffing import CrewRules
from sim.decision.typed import to_plain
from sim.report.format import is_number, list_words, write_value

SURGE_WORDS = {
    "agents": ("Who comes", ""),
    "waiting_factor": ("Called in when waiting exceeds the next hour's forecast, times", ""),
    "waiting_at_least": ("\u2026 and more wait than", "customers"),
    "volume_factor": ("Or called in when volume exceeds the forecast, times", ""),
    "volume_at_least": ("\u2026 and more came than", "mentions"),
    "armed_after_open_min": ("Not called in before, after opening", "min"),
    "delay_min": ("At work after", "min"),
    "min_h": ("Stays at least", "h"),
    "premium": ("Pay, times the normal hour", ""),
    "off_below": ("Sent home when fewer wait than", "customers"),
    "max_people": ("At most", "people"),
    "max_hours_a_week": ("At most in a week", "h"),
}
SURGE_SENTENCES = (
    (
        (
            "called in when more than {waiting_at_least} customers wait and they are over "
            "{waiting_factor} times the next hour's forecast",
            ("waiting_at_least", "waiting_factor"),
        ),
        (
            "or when volume over half an hour is above {volume_factor} times the forecast",
            ("volume_factor",),
        ),
        ("with more than {volume_at_least} mentions", ("volume_at_least", "volume_factor")),
    ),
    (
        ("{agents} come", ("agents",)),
        ("at work {delay_min} min after the call", ("delay_min",)),
        ("for at least {min_h} h", ("min_h",)),
        ("at {premium} times the pay", ("premium",)),
    ),
    (
        ("at most {max_people} people", ("max_people",)),
        ("at most {max_hours_a_week} hours a week", ("max_hours_a_week",)),
    ),
    (("sent home when fewer than {off_below} customers wait", ("off_below",)),),
    (
        (
            "not called in during the first {armed_after_open_min} min after opening",
            ("armed_after_open_min",),
        ),
    ),
)


def list_rules(surge: CrewRules | None) -> dict[str, Any]:
    """List the rules that are known, by name; who comes first."""
    found: dict[str, Any] = {} if surge is None else to_plain(surge)
    return {key: value for key, value in found.items() if key == "agents" or is_number(value)}


def list_surge(surge: CrewRules | None) -> list[tuple[str, str]]:
    """List label and value of each surge rule, in reading order."""
    rules = list_rules(surge)
    return [_format_surge(key, rules[key]) for key in SURGE_WORDS if key in rules]


def format_surge(surge: CrewRules | None) -> list[str]:
    """Put the surge rules into sentences, each of the rules that are known."""
    rules = list_rules(surge)
    words = {key: write_value(value) for key, value in rules.items() if key != "agents"}
    if "agents" in rules:
        parts = [f"{write_value(count)} {pool}" for pool, count in rules["agents"].items() if count]
        words["agents"] = list_words(parts) if parts else "nobody"
    sentences = []
    for sentence in SURGE_SENTENCES:
        clauses = [
            clause.format(**words) for clause, keys in sentence if all(key in words for key in keys)
        ]
        if clauses:
            text = ", ".join(clauses)
            sentences.append(f"{text[:1].upper()}{text[1:]}.")
    return sentences


def _format_surge(key: str, value: Any) -> tuple[str, str]:
    label, unit = SURGE_WORDS[key]
    if isinstance(value, Mapping):
        parts = [f"{write_value(count)} {name}" for name, count in value.items()]
        return label, ", ".join(parts) or "nobody"
    return label, write_value(value, unit)
