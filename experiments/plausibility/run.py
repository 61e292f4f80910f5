"""Play the six plans and tell what a director of care would still reject in them; write the page.

    python experiments/plausibility/run.py [--quick] [--plans FOLDER]

The plans are those of `experiments/plan_vs_standard` (its folder `plans`, a policy a scenario).
"""

import argparse
import datetime
import pathlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from look import Look

import sim
from sim.demand.draw import draw
from sim.outcomes.attendance import attend
from sim.outcomes.scales import Lowered
from sim.running.play import play_replication, prepare
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy
from sim.scenario.profile import open_intervals
from sim.scenario.tables import MS_PER_H
from sim.store.provenance import read_commit

HERE = pathlib.Path(__file__).resolve().parent
PLANS = HERE.parent / "plan_vs_standard" / "plans"
SCENARIOS = "telecom_week campaign_week launch_week price_rise_week breach_week outage_day".split()
# Draws that no plan was chosen on, and as many as tell a share of weeks to .05.
SEED, REPLICATIONS, QUICK = 77, 400, 20

# From where on a director objects (a): each has its reason in README.md.
LATER_TIMES_FIRST = 3.0
LONG_WAIT_H = 24.0
UNANSWERED = 0.15
IDLE_BESIDE_WAITING = 0.10
CREW_IN_CALM_WEEKS = 0.20
BUSY_AT_MOST = 0.85
BUSY_AT_LEAST = 0.40


@dataclass(frozen=True)
class Played:
    """One scenario's plan, played."""

    scenario: Scenario
    policy: Policy
    lowered: Lowered
    look: Look


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a twentieth; prints, writes nothing")
    parser.add_argument("--plans", type=pathlib.Path, default=PLANS)
    asked = parser.parse_args()
    replications = QUICK if asked.quick else REPLICATIONS
    parts = []
    for name in SCENARIOS:
        path = asked.plans / f"{name}.yaml"
        if not path.exists():
            sys.exit(f"{path} is missing: run experiments/plan_vs_standard/run.py first")
        scenario = sim.load_scenario(name)
        parts.append(look_at(scenario, sim.load_policy(str(path), scenario), replications))
        print(f"{name} done", file=sys.stderr)
    text = write_page(parts, replications)
    print(text)
    if not asked.quick:
        (HERE / "tables.md").write_text(text, encoding="utf-8")


def look_at(scenario: Scenario, policy: Policy, replications: int) -> Played:
    """Play a plan on fresh draws."""
    lowered, look = prepare(scenario, policy), Look()
    for replication in range(replications):
        draws = draw(scenario, SEED, replication)
        there = attend(lowered, draws)
        played = play_replication(scenario, lowered, SEED, replication, draws=draws)
        look.add(there, draws, played)
    return Played(scenario, policy, lowered, look)


def write_page(parts: list[Played], replications: int) -> str:
    """Return the page: first what is to be rejected, then a table for each question."""
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    rejected = [f"* {one.scenario.name}: {text}" for one in parts for text in reject(one)]
    lines = [
        "# What a director of care would still reject in the six plans",
        "",
        f"Seed {SEED}, {replications} replications of each plan, {today}, commit {read_commit()}."
        " Written by `run.py`; README.md gives the reason of each limit.",
        "",
        *(rejected or ["Nothing by these limits."]),
        "",
        "## Minutes to a reply, by kind and turn: median, 95th percentile, longest",
        "",
        "| scenario | topic | first replies | | | later replies | | | never answered |",
        "|" + "---|" * 9,
        *(row for one in parts for row in write_waits(one)),
        "",
        "## People and what they do",
        "",
        "| scenario | people on shift at the peak, by pool | shifts a week, by pool"
        " | open hours with an empty pool | with nobody | busy"
        " | idle beside waiting in the own pool | in another"
        " | crew hours, mean | called, weeks without event | with |",
        "|" + "---|" * 11,
        *(write_people(one) for one in parts),
    ]
    return "\n".join(lines) + "\n"


def write_waits(one: Played) -> Iterator[str]:
    """Return a row for each topic that somebody waited for."""
    cases, unanswered = sum(one.look.cases), sum(one.look.unanswered)
    for topic, name in enumerate(one.scenario.topic_names):
        if cases[topic] > 0:
            first, later = (tell_waits(one.look, topic, is_later) for is_later in (False, True))
            share = unanswered[topic] / cases[topic]
            yield f"| {one.scenario.name} | {name} | {first} | {later} | {share:.1%} |"


def tell_waits(look: Look, topic: int, later: bool) -> str:
    waits = np.concatenate(look.waits_min[topic, later])
    if waits.size == 0:
        return "- | - | -"
    return f"{np.median(waits):.0f} | {np.quantile(waits, 0.95):.0f} | {waits.max():.0f}"


def write_people(one: Played) -> str:
    look, pools = one.look, one.scenario.pool_names
    empty_h, nobody_h = find_holes(one)
    shifts = dict.fromkeys(pools, 0)
    for shift in one.policy.shifts:
        shifts[shift.pool] += shift.agents
    peak = one.lowered.tables.staff.agents.max(axis=1)
    calm, stirred = (tell_called(look, had) for had in (False, True))
    idle = sum(look.idle_h)
    cells = [
        one.scenario.name,
        ", ".join(f"{name} {count}" for name, count in zip(pools, peak, strict=True)),
        ", ".join(f"{name} {count}" for name, count in shifts.items()),
        f"{empty_h:.1f} h",
        f"{nobody_h:.1f} h",
        f"{1 - idle / sum(look.staffed_h):.1%}",
        f"{sum(look.idle_beside_own_h) / idle:.1%}",
        f"{sum(look.idle_beside_others_h) / idle:.1%}",
        f"{np.mean(look.crew_h):.1f}",
        calm,
        stirred,
    ]
    return f"| {' | '.join(cells)} |"


def tell_called(look: Look, had_event: bool) -> str:
    crew = np.array(look.crew_h)[np.array(look.had_event) == had_event]
    return f"{(crew > 0).mean():.0%}" if crew.size else "-"


def find_holes(one: Played) -> tuple[float, float]:
    """Return hours of the horizon in which some pool, or every pool, is empty while it is open."""
    tables = one.lowered.tables
    lead_ms, end_ms = tables.clock.lead_ms, tables.clock.horizon_ms
    edges = np.unique(np.clip(np.append(tables.staff.time_ms, end_ms), lead_ms, end_ms))
    length_h = np.diff(edges) / MS_PER_H
    place = np.searchsorted(tables.staff.time_ms, edges[:-1], side="right") - 1
    step = (edges[:-1] - lead_ms) // tables.clock.interval_ms
    is_open = open_intervals(one.scenario)[step.astype(int)]
    agents = tables.staff.agents[:, place]
    some = is_open & (agents == 0).any(axis=0)
    none = is_open & (agents == 0).all(axis=0)
    return float(length_h[some].sum()), float(length_h[none].sum())


def reject(one: Played) -> Iterator[str]:
    """Say what a director would not accept."""
    yield from reject_waits(one)
    yield from reject_work(one)


def reject_waits(one: Played) -> Iterator[str]:
    look = one.look
    cases, unanswered = sum(look.cases), sum(look.unanswered)
    for topic, name in enumerate(one.scenario.topic_names):
        first = np.concatenate(look.waits_min[topic, False])
        later = np.concatenate(look.waits_min[topic, True])
        if cases[topic] == 0:
            continue
        if unanswered[topic] > UNANSWERED * cases[topic]:
            yield f"{unanswered[topic] / cases[topic]:.0%} of {name} are never answered."
        if first.size and later.size and later.mean() > LATER_TIMES_FIRST * first.mean():
            yield (
                f"{name}: a later reply takes {later.mean():.0f} min, the first {first.mean():.0f}."
            )
        for which, waits in (("first", first), ("later", later)):
            long = (waits > LONG_WAIT_H * 60).mean() if waits.size else 0.0
            if long > 0.01:
                yield f"{name}: {long:.1%} of {which} replies take longer than {LONG_WAIT_H:.0f} h."


def reject_work(one: Played) -> Iterator[str]:
    look, idle = one.look, sum(one.look.idle_h)
    empty_h, nobody_h = find_holes(one)
    if nobody_h > 0:
        yield f"nobody is there in {nobody_h:.1f} open hours."
    if empty_h > 0:
        yield f"a pool is empty in {empty_h:.1f} open hours."
    for where, hours in (
        ("of their own pool", sum(look.idle_beside_own_h)),
        ("of another pool", sum(look.idle_beside_others_h)),
    ):
        if hours > IDLE_BESIDE_WAITING * idle:
            yield f"{hours / idle:.0%} of idle time is spent beside waiting cases {where}."
    crew, calm = np.array(look.crew_h), ~np.array(look.had_event)
    if calm.any() and (crew[calm] > 0).mean() > CREW_IN_CALM_WEEKS:
        yield f"the crew is called in {(crew[calm] > 0).mean():.0%} of the weeks without an event."
    busy = 1 - idle / sum(look.staffed_h)
    if not BUSY_AT_LEAST <= busy <= BUSY_AT_MOST:
        yield f"people are busy {busy:.0%} of their time."


if __name__ == "__main__":
    main()
