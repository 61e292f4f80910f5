"""A scenario's survey as lines for a terminal and as one documented object.

Checked by ``tests/functional/test_cli_check_scenario.py``.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from sim.checking.overview import ScenarioOverview
from sim.checking.sources import Sources
from sim.rostering.heads import count_contract_h
from sim.scenario.clock import interval_local_times, label_intervals
from sim.scenario.model import Scenario

MARKS = {"a": "assumed", "q": "quoted", "m": "measured", "": "a choice"}
# Of the object: another number where a key goes or means something else.
SCHEMA = 1
Cells = Sequence[Sequence[str]]


def write_lines(
    scenario: Scenario, overview: ScenarioOverview, sources: Sources, remarks: Sequence[str],
    with_intervals: bool,
) -> list[str]:  # fmt: skip
    """Write what a planner reads."""
    return [
        *write_head(scenario, sources),
        "",
        *write_demand(scenario, overview),
        "",
        *write_events(overview),
        *write_need(scenario, overview),
        "",
        *(write_intervals(scenario, overview) if with_intervals else ()),
        *write_sources(sources),
        "",
        *write_remarks(remarks),
    ]


def write_head(scenario: Scenario, sources: Sources) -> Iterator[str]:
    """Yield what this is, and when."""
    horizon = scenario.horizon
    times = interval_local_times(horizon)
    chain = [*sources.own_files, *sources.bases]
    yield f"{scenario.name}" + (f": {scenario.title}" if scenario.title else "")
    yield f"Made of   {' on '.join(chain)}"
    yield (
        f"When      {times[0]:%a %Y-%m-%d} to {times[-1]:%a %Y-%m-%d}, local time of "
        f"{horizon.time_zone}, intervals of {horizon.interval_min} min"
        + (", a week that comes again and again" if horizon.repeats else ", a single one")
    )
    yield f"Money     {scenario.currency}, {scenario.costs.paid_hour_cost:,.10g} a paid hour"


def write_demand(scenario: Scenario, overview: ScenarioOverview) -> Iterator[str]:
    """Yield demand and work by day."""
    yield (
        f"Demand: {overview.mentions:,.0f} mentions expected, {overview.needing_answer:,.0f} need "
        f"an answer, {overview.work_h:,.0f} hours of work"
        + (
            " (before what unanswered complaints bring)"
            if scenario.demand.spreading.branching_ratio
            else ""
        )
    )
    rows = [
        (
            day.date, f"{day.open_h:g} h" if day.open_h else "closed", f"{day.mentions:,.0f}",
            f"{day.needing_answer:,.0f}", f"{day.work_h:,.1f}", str(day.most_answering),
        )
        for day in overview.days
    ]  # fmt: skip
    head = ("day", "open", "mentions", "need an answer", "work [h]", "most at work")
    yield from align(head, rows)


def write_events(overview: ScenarioOverview) -> Iterator[str]:
    """Yield the events; nothing where there are none."""
    if not overview.events:
        return
    yield "Events (local time)"
    rows = []
    for event in overview.events:
        span = (
            [event.earliest] if event.earliest == event.latest else [event.earliest, event.latest]
        )
        rows.append(
            (
                event.name,
                event.kind.replace("_", " "),
                " to ".join(each.replace("T", " ") for each in span),
                "sure" if event.probability == 1 else f"{event.probability:.0%}",
                "announced" if event.is_announced else "not announced",
                f"{event.mentions:,.0f}",
            )
        )
    yield from align(("event", "kind", "when", "chance", "", "mentions it brings"), rows)
    yield ""


def write_need(scenario: Scenario, overview: ScenarioOverview) -> Iterator[str]:
    """Yield how many people the promise asks for."""
    need, promise = overview.need, scenario.promise
    closed = f"{overview.closed_share:.0%} write while the desk is closed"
    yield (
        f"Promise: {promise.target_share:.0%} within {promise.promise_min:g} min; these hours "
        f"allow {need.reachable_share:.0%} at most ({closed})"
    )
    yield (
        f"Need by Erlang-A for {need.asked_share:.0%} of those who write in open hours, work of "
        f"closed hours done in the next; one at work is {need.roster_factor:.2f} on the roster "
        f"(time off the queue {scenario.costs.shrinkage_share:.0%}, absence "
        f"{scenario.absence.share:.0%})"
    )
    rows = [
        (
            pool.name, str(pool.most_answering), f"{pool.most_on_roster:.0f}", pool.busiest,
            str(pool.limit), f"{pool.paid_h_a_week:,.0f}", f"{pool.full_time:.1f}",
        )
        for pool in overview.pools
    ]  # fmt: skip
    head = ("pool", "most at work", "on the roster", "at", "limit", "paid hours a week",
            f"FTE of {count_contract_h(scenario):g} h")  # fmt: skip
    yield from align(head, rows)
    yield f"It would cost {need.cost:,.0f} {scenario.currency} in wages."


def write_intervals(scenario: Scenario, overview: ScenarioOverview) -> Iterator[str]:
    """Yield people at work by pool, time of day and day."""
    times = interval_local_times(scenario.horizon)
    dates = list(dict.fromkeys(time.date() for time in times))
    clock = sorted({time.strftime("%H:%M") for time in times})
    for number, pool in enumerate(overview.pools):
        cells = {
            (time.strftime("%H:%M"), time.date()): int(people)
            for time, people in zip(times, overview.need.answering[:, number], strict=True)
        }
        rows = [
            (label, *(str(cells.get((label, date), 0) or "·") for date in dates)) for label in clock
        ]
        yield f"{pool.name}: people at work"
        used = [row for row in rows if any(cell != "·" for cell in row[1:])]
        yield from align(("", *(f"{date:%a %d}" for date in dates)), used)
        yield ""


def write_sources(sources: Sources) -> Iterator[str]:
    """Yield what is the user's and what is inherited."""
    counts = ", ".join(
        f"{number} {MARKS[mark]}" for mark, number in sources.inherited.items() if mark
    )
    yield f"Yours: {sources.own} values. Inherited: {sum(sources.inherited.values())} ({counts})."
    if sources.decisive:
        yield "Inherited, and they decide much: set your own"
        rows = [
            (f"scenario.{key}", write_value(value), MARKS[mark])
            for key, value, mark in sources.decisive
        ]
        yield from align(("key", "value", "how known"), rows, numbers=False)


def write_value(value: object) -> str:
    """A value in one word."""
    if isinstance(value, list):
        return f"{len(value)} numbers"
    return f"{value:g}" if isinstance(value, float) else str(value)


def write_remarks(remarks: Sequence[str]) -> Iterator[str]:
    """Yield what does not fit together."""
    if not remarks:
        yield "Nothing contradicts itself."
        return
    yield "To look at:"
    yield from (f"- {remark}" for remark in remarks)


def align(head: Sequence[str], rows: Cells, numbers: bool = True) -> Iterator[str]:
    """Yield a table; all but the first column to the right where they are numbers."""
    wide = [max(len(row[n]) for row in (head, *rows)) for n in range(len(head))]
    for row in (head, *rows):
        cells = [
            cell.rjust(width) if numbers and n else cell.ljust(width)
            for n, (cell, width) in enumerate(zip(row, wide, strict=True))
        ]
        yield ("  " + "  ".join(cells)).rstrip()


def describe(
    scenario: Scenario, overview: ScenarioOverview, sources: Sources, remarks: Sequence[str]
) -> dict[str, Any]:
    """All of it as one object; see ``results/README.md``."""
    need = overview.need
    return {
        "schema": SCHEMA,
        "scenario": scenario.name,
        "time_zone": scenario.horizon.time_zone,
        "currency": scenario.currency,
        "days": [day._asdict() for day in overview.days],
        "events": [event._asdict() for event in overview.events],
        "pools": [pool._asdict() for pool in overview.pools],
        "need": {
            "interval_start": list(label_intervals(scenario.horizon)),
            "answering": {
                pool: need.answering[:, number].astype(np.int64).tolist()
                for number, pool in enumerate(scenario.pool_names)
            },
            "roster_factor": need.roster_factor,
            "cost": need.cost,
        },
        "promise": {
            "target_share": scenario.promise.target_share,
            "reachable_share": need.reachable_share,
            "closed_share": overview.closed_share,
        },
        "inherited": {
            "by_mark": {MARKS[mark]: number for mark, number in sources.inherited.items()},
            "decisive": [
                {"key": f"scenario.{key}", "value": value, "known": MARKS[mark]}
                for key, value, mark in sources.decisive
            ],
        },
        "remarks": list(remarks),
    }
