"""What a run folder holds: every measure and every column, with its unit and type.

The one written form of the contract with those who read results: writers check
their tables against these lists, ``results/README.md`` tells them to people, and
``tests/unit/test_store_schema.py`` holds the two together.
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

# Raised when a reader of the old files would fail.
SCHEMA_VERSION = 1


class Measure(NamedTuple):
    """A number that each replication yields.

    Attributes
    ----------
    name : str
        Column of replications.parquet and key of summary.json.
    unit : str
        "count", "share", "min", "h", "turns", "points", "index" or "currency".
    meaning : str
        One line for people.
    """

    name: str
    unit: str
    meaning: str

    @property
    def span(self) -> tuple[float, float]:
        """The least and the most that its mean can be."""
        is_sentiment = self.name.startswith("sentiment")
        return SPANS.get("share" if is_sentiment else self.unit, (0.0, math.inf))


SPANS: Mapping[str, tuple[float, float]] = {
    "share": (0.0, 1.0),
    "points": (1.0, 5.0),
    "turns": (1.0, math.inf),
}
"""Least and most that a measure of a unit can be; of all other units nothing below 0."""


class Column(NamedTuple):
    """A column of a stored table.

    Attributes
    ----------
    name : str
        Its name.
    dtype : str
        "text", or a numpy type: "int64", "int16", "float64", "bool".
    unit : str
        As for measures; "ms" after the start of the horizon; "" for names and flags.
    meaning : str
        One line for people.
    """

    name: str
    dtype: str
    unit: str
    meaning: str


MEASURES: tuple[Measure, ...] = (
    Measure("mentions", "count", "mentions that became real"),
    Measure("actionable", "count", "actionable mentions, and customers who were deflected"),
    Measure("deflected_share", "share", "found an answer and wrote nothing / actionable"),
    Measure(
        "answered_share",
        "share",
        "first reply sent while the customer is there, or deflected / actionable",
    ),
    Measure(
        "answered_within_promise_share",
        "share",
        "first reply within the promise, or deflected / actionable",
    ),
    Measure("first_reply_min_mean", "min", "arrival to first reply sent, mean"),
    Measure("first_reply_min_p50", "min", "arrival to first reply sent, median"),
    Measure("first_reply_min_p90", "min", "arrival to first reply sent, 90th percentile"),
    Measure("first_reply_min_p95", "min", "arrival to first reply sent, 95th percentile"),
    Measure("first_touch_min_mean", "min", "arrival to the first reply or auto reply, mean"),
    Measure("later_reply_min_mean", "min", "a later message to its reply sent, mean"),
    Measure("wait_min_mean", "min", "ready to start or to leaving, mean over all turns"),
    Measure("wait_min_max", "min", "the longest of these waits"),
    Measure("abandoned_share", "share", "left before a first reply / cases that reached a pool"),
    Measure(
        "abandoned_later_share",
        "share",
        "left for good while a later message waited / actionable cases that were answered",
    ),
    Measure("delayed_share", "share", "first turns that waited or left before start / first turns"),
    Measure("delayed_turn_share", "share", "turns that waited or left before start / turns"),
    Measure(
        "returning_delayed_share",
        "share",
        "later turns that waited or left before start / later turns",
    ),
    Measure("resolved_share", "share", "resolved / actionable cases that were answered"),
    Measure("turns_mean", "turns", "replies per answered case"),
    Measure("turn_cap_share", "share", "cases closed unresolved at the most turns allowed"),
    Measure("reopened_share", "share", "resolved cases that opened again"),
    Measure("utilization", "share", "busy hours without overtime / staffed hours"),
    Measure("staffed_h", "h", "agent hours staffed, surge crew included"),
    Measure("work_h", "h", "agent hours of work done; within the horizon where it repeats"),
    Measure(
        "overtime_h",
        "h",
        "agent hours of work beyond the shift; within the horizon where it repeats",
    ),
    Measure("cost", "currency", "wages, overtime, surge crew, auto replies, compensation, redress"),
    Measure("satisfaction", "share", "mean over exogenous actionable customers"),
    Measure("satisfaction_all", "share", "mean over all actionable customers"),
    Measure("csat", "points", "satisfaction on the scale of 1 to 5"),
    Measure("recommend_share", "share", "customers likely to recommend the brand"),
    Measure("sentiment_mean", "index", "sentiment of the brand, 0 to 1, mean over the hours"),
    Measure("sentiment_p10", "index", "the same, 10th percentile of the hours"),
    Measure("sentiment_p90", "index", "the same, 90th percentile of the hours"),
    Measure("response_effort_mean", "index", "measured response effort u, mean over the hours"),
    Measure("spread_mentions", "count", "mentions that other mentions set off"),
    Measure("spilled_mentions", "count", "mentions that came over from another channel"),
    Measure("brought_mentions", "count", "complaints that visible answers brought"),
)

UNITS: Mapping[str, str] = {measure.name: measure.unit for measure in MEASURES}
SPAN_OF: Mapping[str, tuple[float, float]] = {measure.name: measure.span for measure in MEASURES}

REPLICATIONS: tuple[Column, ...] = (
    Column("policy", "text", "", "name of the policy"),
    Column("replication", "int64", "", "number of the replication, from 0"),
    *(Column(measure.name, "float64", measure.unit, measure.meaning) for measure in MEASURES),
)

_INTERVAL_MEASURES: tuple[Measure, ...] = (
    Measure("mentions", "count", "mentions that arrive"),
    Measure("cases", "count", "actionable mentions that arrive"),
    Measure("replies", "count", "replies sent"),
    Measure("waiting", "count", "turns that wait, mean over the interval"),
    Measure("staffed_h", "h", "agent hours staffed"),
    Measure("busy_h", "h", "agent hours busy, overtime included"),
    Measure("overtime_h", "h", "agent hours busy beyond the shift"),
    Measure("answered_within_promise", "share", "of the cases that arrive in the interval"),
    Measure("expected_quality", "index", "quality that customers expect"),
    Measure("delivered_quality", "index", "quality of care of the cases that arrive"),
    Measure("sentiment", "index", "sentiment of the brand, 0 to 1"),
    Measure("response_effort", "index", "measured response effort u of the hour"),
)

_SPREADS = {"mean": "mean", "p10": "10th percentile", "p90": "90th percentile"}

INTERVALS: tuple[Column, ...] = (
    Column("policy", "text", "", "name of the policy"),
    Column("pool", "text", "", "name of the pool, `all` for what has none"),
    Column("interval_start_min", "int64", "min", "minutes after the start of the horizon"),
    Column("local_time", "text", "", "local date and time of the start, ISO 8601"),
    *(
        Column(f"{measure.name}_{short}", "float64", measure.unit, f"{measure.meaning}: {long}")
        for measure in _INTERVAL_MEASURES
        for short, long in _SPREADS.items()
    ),
)

COMPARISON: tuple[Column, ...] = (
    Column("policy", "text", "", "policy that the first one is compared with"),
    Column("measure", "text", "", "name of the measure"),
    Column("mean_difference", "float64", "as the measure", "first less this one, same draws"),
    Column("ci_low", "float64", "as the measure", "lower end of the 95 % interval"),
    Column("ci_high", "float64", "as the measure", "upper end of the 95 % interval"),
    Column("n", "int64", "", "pairs of replications"),
)

MENTIONS: tuple[Column, ...] = (
    Column("policy", "text", "", "name of the policy"),
    Column("replication", "int64", "", "number of the replication, from 0"),
    Column("mention", "int64", "", "number of the mention, in order of arrival"),
    Column("arrival_ms", "int64", "ms", "it is posted"),
    Column("first_start_ms", "int64", "ms", "an agent begins the first reply, -1 never"),
    Column("first_reply_ms", "int64", "ms", "the first reply is sent, -1 never"),
    Column("left_ms", "int64", "ms", "the customer leaves before it, -1 never"),
    Column("closed_ms", "int64", "ms", "the case is closed, -1 never"),
    Column("topic", "text", "", "name of the topic"),
    Column("origin", "text", "", "base, event, recorded, spread, spill, brought or caused"),
    Column("pool", "text", "", "pool of the first reply, empty if none"),
    Column("effort", "text", "", "level of the last reply, empty if none"),
    Column("actionable", "bool", "", "it asks for something"),
    Column("silent", "bool", "", "the customer left silently"),
    Column("reposted", "bool", "", "the customer left and posted again"),
    Column("deflected", "bool", "", "the customer found an answer and wrote nothing"),
    Column("resolved", "bool", "", "the case was resolved"),
    Column("turns", "int16", "turns", "replies"),
    Column("satisfaction", "float64", "share", "of this customer, NaN if not actionable"),
)

FRONTIER: tuple[Column, ...] = (
    Column("budget", "float64", "currency", "most expected cost"),
    Column("cost", "float64", "currency", "mean cost on fresh draws"),
    Column("staffed_h", "float64", "h", "agent hours on shift, without the surge crew"),
    Column("value", "float64", "share", "objective (satisfaction), mean on fresh draws"),
    Column("ci_low", "float64", "share", "lower end of its 95 % interval"),
    Column("ci_high", "float64", "share", "upper end of its 95 % interval"),
    Column("n", "int64", "", "replications"),
    Column(
        "gain", "float64", "share", "value per 1,000 more, from the row before; NaN in the first"
    ),
    Column("gain_low", "float64", "share", "lower end of its 95 % interval, paired"),
    Column("gain_high", "float64", "share", "upper end of its 95 % interval, paired"),
    Column(
        "promise_met_share",
        "float64",
        "share",
        "replications that reach the promise's target on event days; NaN without any",
    ),
)

FORECAST: tuple[Column, ...] = (
    Column("span", "text", "", "hour, day or week (seven days)"),
    Column("start_local", "text", "", "when it begins, on the history's local clock"),
    Column("mean", "float64", "mentions", "mean over paths"),
    Column("low_95", "float64", "mentions", "lower end of the 95 % band"),
    Column("low_80", "float64", "mentions", "lower end of the 80 % band"),
    Column("low_50", "float64", "mentions", "lower end of the 50 % band"),
    Column("median", "float64", "mentions", "half of the paths have fewer"),
    Column("high_50", "float64", "mentions", "upper end of the 50 % band"),
    Column("high_80", "float64", "mentions", "upper end of the 80 % band"),
    Column("high_95", "float64", "mentions", "upper end of the 95 % band"),
)

FILES: Mapping[str, str] = {
    "config.yaml": "the resolved configuration",
    "provenance.json": "seed, versions, commit, machine, start and wall time",
    "summary.json": "measures with their 95 % intervals, policies, the plan",
    "replications.parquet": "a row per policy and replication",
    "intervals.parquet": "a row per policy, pool and interval",
    "comparison.parquet": "paired differences between policies",
    "mentions.parquet": "a row per mention of the first replications",
    "forecast.parquet": "the same as forecast.csv",
    "frontier.parquet": "what more or less money would buy: a row per budget",
    "policy.yaml": "the policy that was run or found",
    "decision.json": "what the report says of a plan: headline, staff, evidence, risks",
    "plan.csv": "staff per interval, shifts, effort, surge rules",
    "plan.xlsx": "the same as a workbook",
    "tables": "the same as tidy tables, one a file; staffing.csv for planning tools",
    "scenario.yaml": "the scenario that calibrate made; of review the week as it was",
    "fit.json": "what calibrate found, and how well",
    "forecast.json": "what forecast found: bands, level, bursts, its test on the past",
    "forecast.csv": "mentions with bands by the hour, day and week",
    "review.json": "what review found: bands that held, the difference split, events",
    "review.csv": "what came beside the plan's bands, by interval and day",
    "week.parquet": "the week's mentions as scenario.yaml replays them",
    "report.html": "the report, in one file",
    "report.pdf": "its first parts on paper",
    "figures": "its pictures, SVG",
}

TABLES: Mapping[str, tuple[Column, ...]] = {
    "replications.parquet": REPLICATIONS,
    "intervals.parquet": INTERVALS,
    "comparison.parquet": COMPARISON,
    "mentions.parquet": MENTIONS,
    "frontier.parquet": FRONTIER,
    "forecast.parquet": FORECAST,
}


def list_units(columns: Sequence[Column]) -> dict[str, str]:
    """The unit of every column that has one."""
    return {column.name: column.unit for column in columns if column.unit}


def check_columns(table: Mapping[str, np.ndarray], columns: Sequence[Column]) -> None:
    """Raise unless ``table`` has exactly these columns, in order, of these types.

    Parameters
    ----------
    table : Mapping of str to np.ndarray
        Columns of shape (n_rows,).
    columns : Sequence of Column
        What they must be.

    Raises
    ------
    ValueError
        The writer is wrong: names, order or type differ from the contract.
    """
    names = [column.name for column in columns]
    if list(table) != names:
        missing = [name for name in names if name not in table]
        extra = [name for name in table if name not in names]
        raise ValueError(f"columns differ: missing {missing}, too many {extra}, or out of order")
    for column in columns:
        _check_type(table[column.name], column)


def _check_type(values: np.ndarray, column: Column) -> None:
    if column.dtype == "text":
        fits = values.dtype.kind in "UOT"
    else:
        fits = values.dtype == np.dtype(column.dtype)
    if not fits:
        raise ValueError(f"column {column.name} is {values.dtype}, it must be {column.dtype}")
