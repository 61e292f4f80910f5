"""What the plan buys: paired differences against other policies, in words and as a picture.

The difference is always *this run's policy less the other one*, on the same
draws, so more is better for satisfaction. Rows come from decision.json or, where
that says nothing, from comparison.parquet.

Checked by ``tests/unit/test_report_evidence.py``.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sim.decision.evidence import PolicyDifference
from sim.report.charts.chart import DotChart, DotPanel, DotRow
from sim.report.format import (
    NO_BREAK,
    choose_places,
    format_difference,
    is_number,
    is_shown,
    list_words,
    write_interval,
    write_number,
    write_value,
)
from sim.report.stored_run import StoredRun

POLICIES = {
    "plan": ("Plan", "the plan that was found"),
    "flat": ("Flat", "the same number of people in every open hour"),
    "proportional": ("Proportional", "people in proportion to the expected demand"),
    "erlang_a": ("Erlang-A", "people by the Erlang-A formula per interval, as planning tools do"),
    "tuned_erlang_a": (
        "Tuned Erlang-A",
        "the best of a list: rosters as above or in one pool, order of work, a level a phase, crew",
    ),
    "fixed_rules": ("Fixed rules", "a flat roster in one pool, rules that need no search"),
    "reactive": (
        "Reactive",
        "a roster for the base forecast; nothing known before an event, then the surge crew",
    ),
    "unprepared": ("Unprepared", "this plan's rules, but nothing known before an event"),
    "sentiment_optimal": (
        "Sentiment-optimal",
        "levels and people by the control policy of sentiment",
    ),
    "current": ("Your roster", "your roster of today, as it is, at its own cost"),
    "reference": ("Reference", "the reference roster of the scenario"),
}
DIFFERENCE_COLUMNS = ("mean_difference", "difference", "difference_mean", "mean")


HEADLINE = {"tuned_erlang_a": "tuned Erlang-A", "current": "your roster of today"}
"""Whom the first lines of a plan compare it with, as named within a sentence."""


class Difference(NamedTuple):
    """One measure of this run's policy less that of another, paired, with its 95 % interval."""

    policy: str
    measure: str
    value: float
    low: float
    high: float
    pairs: int | None = None
    p_holm: float | None = None
    cost: float | None = None


def name_policy(policy: str) -> str:
    """Name of a policy for people."""
    return POLICIES[policy][0] if policy in POLICIES else policy


def list_comparison(run: StoredRun) -> list[Difference]:
    """List every row of comparison.parquet; none where its columns are not known."""
    table = run.comparison
    column = next((each for each in DIFFERENCE_COLUMNS if each in table), None)
    if column is None:
        return []
    rows = zip(
        table["policy"], table["measure"], table[column], table["ci_low"], table["ci_high"],
        table.get("n", [None] * len(table["policy"])), strict=True,
    )  # fmt: skip
    return [
        Difference(str(policy), str(measure), float(value), float(low), float(high), _count(pairs))
        for policy, measure, value, low, high, pairs in rows
    ]


def list_evidence(run: StoredRun) -> list[Difference]:
    """List the differences of satisfaction, one row per other policy."""
    return sorted(_find_evidence(run), key=lambda each: _find_place(each.policy))


def _find_place(policy: str) -> int:
    return list(POLICIES).index(policy) if policy in POLICIES else len(POLICIES)


def _find_evidence(run: StoredRun) -> list[Difference]:
    if run.decision.evidence:
        return [_read_row(row) for row in run.decision.evidence]
    compared = list_comparison(run)
    costs = {each.policy: each.value for each in compared if each.measure == "cost"}
    return [
        each._replace(cost=costs.get(each.policy))
        for each in compared
        if each.measure == "satisfaction"
    ]


def _read_row(row: PolicyDifference) -> Difference:
    return Difference(
        row.policy,
        "satisfaction",
        row.satisfaction_difference,
        row.ci_low,
        row.ci_high,
        row.n,
        row.p_holm,
        row.cost_difference,
    )


def write_rows(rows: Sequence[Difference], currency: str) -> list[dict[str, str]]:
    """Write the table of what the plan buys, ready to show."""
    return [
        {
            "policy": name_policy(each.policy),
            "about": POLICIES.get(each.policy, ("", ""))[1],
            **write_added(each.value, each.low, each.high),
            "p": write_p(each.p_holm),
            "cost": write_signed(each.cost, 0, currency),
        }
        for each in rows
    ]


def write_added(difference: Any, low: Any, high: Any) -> dict[str, str]:
    """Write a difference of satisfaction, its interval, and both in words."""
    places = choose_places(low, high)
    return {
        "difference": write_signed(difference, places),
        "interval": write_interval(low, high, decimals=places),
        "words": _capitalize(format_difference(difference, low, high)),
    }


def format_evidence(rows: Sequence[Difference]) -> str:
    """Say in one sentence what the plan buys against all policies that it was compared with."""
    if not rows:
        return "It was not compared with other policies."
    shown = [each for each in rows if is_shown(each.low, each.high)]
    same = [name_policy(each.policy) for each in rows if not is_shown(each.low, each.high)]
    sentences = []
    for word, sign in (("More", 1), ("Fewer", -1)):
        parts = [_format_shown(each, sign) for each in shown if sign * each.value > 0]
        if parts:
            sentences.append(f"{word} satisfied customers of 1,000: {', '.join(parts)}.")
    if same:
        sentences.append(f"No difference shown from {list_words(same)}.")
    if shown:
        sentences.append(f"In brackets 95{NO_BREAK}% intervals.")
    return " ".join(sentences)


def _format_shown(each: Difference, sign: int) -> str:
    low, high = sorted((sign * each.low, sign * each.high))
    places = 0 if abs(each.value) >= 0.0095 else 1
    interval = write_interval(1000 * low, 1000 * high, decimals=places)
    number = write_number(1000 * abs(each.value), places)
    return f"{number} ({interval}) than {name_policy(each.policy)}"


def draw_evidence(rows: Sequence[Difference]) -> DotChart | None:
    """Describe the picture of the differences of satisfaction."""
    shown = [e for e in rows if all(map(is_number, (e.value, e.low, e.high)))]
    if not shown:
        return None
    dots = [DotRow(name_policy(each.policy), each.value, each.low, each.high) for each in shown]
    sentences = [
        f"{name_policy(e.policy)}: {format_difference(e.value, e.low, e.high)}." for e in shown
    ]
    title = "Satisfaction: this plan less the other policy (right of 0: this plan is better)"
    caption = (
        "Paired differences on the same draws with 95 % intervals. "
        "Filled dot: the interval excludes 0."
    )
    return DotChart("difference", caption, " ".join(sentences), [DotPanel(title, dots)])


def write_p(value: float | None) -> str:
    """Write a p-value; a very small one as a bound."""
    if value is None or not is_number(value):
        return write_value(None)
    return "< 0.001" if value < 0.001 else write_number(value, 3)


def write_signed(value: float | None, places: int, unit: str = "") -> str:
    """Write a number with its sign and unit; a dash if there is none."""
    if value is None or not is_number(value):
        return write_value(None)
    text = write_value(value, unit, places)
    return f"+{text}" if round(value, places) > 0 else text


def _count(value: Any) -> int | None:
    return int(value) if is_number(value) else None


def _capitalize(text: str) -> str:
    return text[:1].upper() + text[1:]
