"""What a review tells: review.json, its tables and its lines.

Checked by ``tests/functional/test_review.py``.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from sim.calibration.forecasting.bands import find_bands
from sim.calibration.reading.judgment import describe_source, format_left_out, format_source
from sim.calibration.reading.rows import Reading
from sim.calibration.reviewing.hindsight import HINDSIGHT
from sim.calibration.reviewing.split import PARTS
from sim.calibration.reviewing.stored import Done
from sim.calibration.reviewing.week import RealWeek
from sim.calibration.reviewing.words import join_names
from sim.calibration.reviewing.worlds import Corrected
from sim.outcomes.estimate import Estimate, estimate_mean
from sim.outcomes.intervals import QUANTITIES
from sim.running.replicate import Replications
from sim.scenario.clock import interval_local_times
from sim.scenario.model import Scenario
from sim.scenario.settings import ReviewSettings
from sim.store.schema import SCHEMA_VERSION, UNITS

BANDS = (80, 95)
"""percent"""
TOLD = (
    ("satisfaction", "satisfaction", "{:.3f}", "{:+.3f}", 1.0),
    ("answered_within_promise_share", "answered within the promise", "{:.1f} %", "{:+.1f}", 100.0),
    ("first_reply_min_p50", "median first reply", "{:.1f} min", "{:+.1f}", 1.0),
    ("cost", "cost", "{:,.0f}", "{:+,.0f}", 1.0),
)
"""measure, its words, its number, a difference, and what they are multiplied by"""
WORLDS = {
    "planned": "as planned, on the plan's own weeks",
    "leveled": "the plan, had level and planned events been known",
    "on_week": "the plan on the week as it was",
    "done": "what was done, on the week as it was",
    HINDSIGHT: "the best for the money, knowing the week",
}


class Reviewed(NamedTuple):
    """All that a review tells of."""

    world: Scenario
    reading: Reading
    zone_note: str
    week: RealWeek
    runs: Mapping[str, Replications]
    split: Mapping[str, dict[str, np.ndarray]]
    seen: Mapping[str, float]
    done: Done
    corrected: Corrected
    events: tuple[dict[str, Any], ...]
    settings: ReviewSettings


Columns = dict[str, np.ndarray]


def describe_review(told: Reviewed) -> tuple[dict[str, Any], tuple[str, ...], Columns, Columns]:
    """Lay out review.json, the lines for the terminal and the tables by interval and day."""
    intervals, days, whole = hold_against(told)
    worlds = {name: describe_measures(told.runs[name]) for name in WORLDS if name in told.runs}
    report: dict[str, Any] = {
        "schema": SCHEMA_VERSION,
        "series": told.reading.observations.series,
        "scenario": told.world.name,
        "currency": told.world.currency,
        "time_zone": told.world.horizon.time_zone,
        "first_day": told.world.horizon.start.date().isoformat(),
        "interval_min": told.world.horizon.interval_min,
        "mentions": whole,
        "held": {
            "intervals": measure_held(intervals),
            "days": measure_held(days),
        },
        "level": told.corrected.level,
        "sizes": told.corrected.sizes,
        "split": describe_split(told),
        "seen": dict(told.seen),
        "worlds": worlds,
        "events": [dict(event) for event in told.events],
        "days": make_rows(days),
        "intervals": make_rows(intervals),
        **describe_source(told.reading.observations, told.week.left_out),
    }
    messages = tuple(list_messages(told, report))
    report["told"] = list(messages)
    return report, messages, intervals, days


def hold_against(told: Reviewed) -> tuple[Columns, Columns, dict[str, float]]:
    """What came beside the plan's bands: by interval, by local day, as a whole."""
    came = told.week.came
    paths = told.runs["planned"].traces[:, QUANTITIES.index("mentions"), -1, :]
    local = [f"{time:%Y-%m-%dT%H:%M}" for time in interval_local_times(told.world.horizon)]
    intervals = hold(np.array(local), came, paths)
    for name in ("on_week", "done", HINDSIGHT):
        if name in told.runs:
            traces = told.runs[name].traces
            for quantity in ("staffed_h", "waiting"):
                values = traces[:, QUANTITIES.index(quantity), -1, :].mean(axis=0)
                intervals[f"{quantity}_{'plan' if name == 'on_week' else name}"] = values
    dates, first = np.unique(np.array([text[:10] for text in local]), return_index=True)
    days = hold(dates, np.add.reduceat(came, first), np.add.reduceat(paths, first, axis=1))
    whole = hold(np.array(["whole"]), came.sum(keepdims=True), paths.sum(axis=1, keepdims=True))
    names = ("came", "expected", "low_95", "low_80", "high_80", "high_95")
    return intervals, days, {name: float(whole[name][0]) for name in names}


def hold(start: np.ndarray, came: np.ndarray, paths: np.ndarray) -> Columns:
    """Counts beside the bands of paths."""
    bands = find_bands(paths)
    columns: Columns = {"start_local": start, "came": came, "expected": bands["mean"]}
    columns |= {f"{end}_{band}": bands[f"{end}_{band}"] for end, band in
                (("low", 95), ("low", 80), ("high", 80), ("high", 95))}  # fmt: skip
    for band in BANDS:
        columns[f"in_{band}"] = (came >= bands[f"low_{band}"]) & (came <= bands[f"high_{band}"])
    return columns


def measure_held(columns: Columns) -> dict[str, float]:
    """Shares of intervals or days that the bands hold."""
    held = {f"in_{band}": float(columns[f"in_{band}"].mean()) for band in BANDS}
    return {"n": float(len(columns["came"])), **held}


def describe_measures(run: Replications) -> dict[str, Any]:
    """Measures of a world with their intervals."""
    return {
        name: {**describe_estimate(found), "unit": UNITS.get(name, "")}
        for name, found in run.summary.items()
        if name in {row[0] for row in TOLD} or name in ("utilization", "staffed_h", "mentions")
    }


def describe_estimate(found: Estimate) -> dict[str, float]:
    """A mean with its 95 % interval."""
    return {"mean": found.mean, "ci_low": found.ci_low, "ci_high": found.ci_high}


def describe_split(told: Reviewed) -> dict[str, dict[str, Any]]:
    """The parts of each measure's difference; they sum to the whole.

    Replications in which a world has no such number (nobody was answered) are left out of all.
    """
    found = {}
    for name, parts in told.split.items():
        planned = told.runs["planned"].measures[name]
        good = np.isfinite(parts["whole"]) & np.isfinite(planned)
        for part in PARTS:
            good &= np.isfinite(parts[part])
        if not good.any():
            continue
        found[name] = {
            "planned": describe_estimate(estimate_mean(planned[good])),
            "was": describe_estimate(estimate_mean(planned[good] + parts["whole"][good])),
            "is_seen": name in told.seen,
            **{
                part: describe_estimate(estimate_mean(parts[part][good]))
                for part in (*PARTS, "whole")
            },
            "unit": UNITS.get(name, ""),
        }
    return found


def make_rows(columns: Columns) -> dict[str, list[Any]]:
    """Columns as plain lists."""
    return {
        name: [round(value, 4) if isinstance(value, float) else value for value in values.tolist()]
        for name, values in columns.items()
    }


def list_messages(told: Reviewed, report: Mapping[str, Any]) -> Iterator[str]:
    """Yield the verdict, the parts, what knowing the week was worth, events, what is missing."""
    yield format_counts(report)
    for name, words, number, difference, factor in TOLD:
        if name in report["split"]:
            yield format_parts(report["split"][name], words, number, difference, factor)
    yield from format_corrected(told.corrected)
    yield from format_hindsight(told)
    for event in told.events:
        planned = "planned" if event["planned"] else "not in the plan's calendar"
        yield (
            f"event {event['name']} ({planned}): from {event['from_local']}, "
            f"{event['excess_mentions']:,.0f} mentions above the usual"
        )
    yield format_source(told.reading.observations)
    yield from map(format_left_out, told.week.left_out)
    yield from list_missing(told)


def format_counts(report: Mapping[str, Any]) -> str:
    """What came beside what was expected."""
    count, held = report["mentions"], report["held"]
    low, high = count["low_95"], count["high_95"]
    came = count["came"]
    word = "fewer than" if came < low else "more than" if came > high else "within"
    return (
        f"{came:,.0f} mentions came, the plan expected {count['expected']:,.0f}: {word} its 95 % "
        f"band, {low:,.0f} to {high:,.0f}; its 80 % bands hold {held['intervals']['in_80']:.0%} of "
        f"the intervals and {held['days']['in_80']:.0%} of the days"
    )


def format_parts(
    split: Mapping[str, Any], words: str, number: str, difference: str, factor: float
) -> str:
    """One measure: as planned, as it was, and why they differ."""
    seen = {name: factor * split[name]["mean"] for name in (*PARTS, "was", "planned")}
    parts = ", ".join(f"{part} {difference.format(seen[part])}" for part in PARTS)
    was = "was" if split["is_seen"] else "was, replayed,"
    return (
        f"{words} {was} {number.format(seen['was'])}, planned {number.format(seen['planned'])}: "
        f"{parts}"
    )


def format_corrected(found: Corrected) -> Iterator[str]:
    """Say what a forecast would have had to be."""
    sizes = [f"{name} {size:.0%}" for name, size in found.sizes.items()]
    planned = f"; of planned events {join_names(sizes)} of what was expected" if sizes else ""
    yield f"outside of events and bursts {found.level:.0%} of the expected mentions came{planned}"


def format_hindsight(told: Reviewed) -> Iterator[str]:
    """Say what knowing the week would have been worth."""
    if HINDSIGHT not in told.runs:
        if told.settings.hindsight:
            yield "hindsight: no plan for this money was found with so few replications"
        return
    best, plan = (
        told.runs[name].measures["satisfaction"].mean() for name in (HINDSIGHT, "on_week")
    )
    yield (
        f"with hindsight the same money brings satisfaction {best:.3f} in this week, "
        f"{best - plan:+.3f} beside the plan"
    )


def list_missing(told: Reviewed) -> Iterator[str]:
    """Say what could not be told, and what would tell it."""
    if told.zone_note:
        yield told.zone_note
    if not told.done.differs:
        yield (
            "no roster of what was done is given (done=FILE): staffing and effort are taken to be "
            "as planned"
        )
    elif not told.done.tells_rules:
        yield "done: a roster says nothing of how work was done: effort is taken to be as planned"
    if not told.seen:
        yield (
            "the history has no times of replies: how the week was answered is replayed, not seen"
        )
    if told.week.topic is None:
        yield "the history names no topics of the plan: they are drawn by the plan's shares"
    if not told.settings.hindsight:
        yield "hindsight is not asked for (hindsight=2000 replications)"
    yield "all worlds are played as a week of its own, without the days before it"
