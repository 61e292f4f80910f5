"""The rules of the on-call crew in sentences, and as label and value.

Checked by ``tests/unit/test_report_decision.py``.
"""

from collections.abc import Mapping
from typing import Any

from sim.report.format import (
    NOTHING,
    list_words,
    split_unit,
    write_value,
)

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


def list_surge(surge: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """Return label and value of each surge rule; the ones with known names in reading order."""
    rules = {key: value for key, value in (surge or {}).items() if value is not None}
    known = [key for key in SURGE_WORDS if key in rules]
    rest = [key for key in rules if key not in SURGE_WORDS]
    return [_format_surge(key, rules[key]) for key in known + rest]


def format_surge(surge: Mapping[str, Any] | None) -> list[str]:
    """Tell the surge rules in sentences, each of the rules that are stored."""
    rules = {key: write_value(value) for key, value in (surge or {}).items()}
    agents = (surge or {}).get("agents")
    if isinstance(agents, Mapping):
        parts = [f"{write_value(count)} {pool}" for pool, count in agents.items() if count]
        rules["agents"] = list_words(parts) if parts else "nobody"
    told = []
    for sentence in SURGE_SENTENCES:
        clauses = [
            clause.format(**rules)
            for clause, keys in sentence
            if all(rules.get(key, NOTHING) != NOTHING for key in keys)
        ]
        if clauses:
            text = ", ".join(clauses)
            told.append(f"{text[:1].upper()}{text[1:]}.")
    return told


def _format_surge(key: str, value: Any) -> tuple[str, str]:
    label, unit = SURGE_WORDS.get(key) or split_unit(key)
    label = label[:1].upper() + label[1:]
    if isinstance(value, Mapping):
        parts = [f"{write_value(count)} {name}" for name, count in value.items()]
        return label, ", ".join(parts) or "nobody"
    return label, write_value(value, unit)
