"""What a page can change of a run, with the values of the run: plain data for the page.

Checked by ``tests/functional/test_explore.py``.
"""

from typing import Any

import numpy as np

from sim.explore.hours import find_hours_rows, name_hours_rows
from sim.explore.stored import ExploredRun
from sim.explore.words import FIGURES, LEVEL_WORDS, PHASE_WORDS
from sim.planning.search.moves import INFLUENCE, list_phases, list_topics
from sim.planning.search.preparation_moves import list_offered
from sim.policies.workload import split_crew
from sim.report.charts.chart import Mark, Timeline
from sim.report.charts.timeline import build_timeline
from sim.report.format import write_day
from sim.rostering.policy_shifts import read_shifts
from sim.scenario.parts import PHASES
from sim.scenario.policy import list_directions
from sim.scenario.policy_checks import find_step_min
from sim.scenario.profile import interval_local_times, open_intervals


def describe_run(run: ExploredRun) -> dict[str, Any]:
    """Describe all that a page shows before anything is played."""
    scenario, policy = run.world.scenario, run.policy
    return {
        "title": scenario.title or scenario.name,
        "scenario": scenario.name,
        "policy": policy.name,
        "verb": run.verb,
        "currency": scenario.currency,
        "weeks": run.weeks,
        "seed": run.seed,
        "figures": [{"key": one.key, "label": one.label, "meaning": one.meaning}
                    for one in FIGURES],
        "people": describe_people_table(run),
        "levels": describe_levels(run),
        "order": describe_order(run),
        "overflow": describe_help(run),
        "crew": describe_crew(run),
        "preparations": describe_preparations(run),
        "world": describe_world(run),
        "budget": run.budget,
        "timeline": describe_timeline(run),
    }  # fmt: skip


def describe_people_table(run: ExploredRun) -> dict[str, Any]:
    """Describe the table of people: rows of shifts or of hours, columns of days, by pool."""
    times = interval_local_times(run.world.scenario.horizon)
    n_days = (times[-1].date() - times[0].date()).days + 1
    first = np.datetime64(times[0].date())
    table: dict[str, Any] = {
        "pools": list(run.world.scenario.pool_names),
        "days": [write_day((first + day).astype("datetime64[m]")) for day in range(n_days)],
        "limits": [pool.limit for pool in run.world.scenario.team.pools.values()],
    }
    if run.roster is None:
        return table | describe_hours_rows(run, n_days)
    problem = run.world.rosters.problem
    counts = run.world.rosters.count_starts(run.roster)
    laid = read_shifts(problem).laid
    return table | {
        "kind": "shifts",
        "rows": [one.name for one in problem.shifts],
        "allowed": [[(day, kind) in laid for day in range(n_days)]
                    for kind in range(len(problem.shifts))],
        "counts": counts[:n_days].transpose(2, 1, 0).tolist(),
    }  # fmt: skip


def describe_hours_rows(run: ExploredRun, n_days: int) -> dict[str, Any]:
    """Describe people by parts of the day: the most at work in each, to add to."""
    scenario, policy = run.world.scenario, run.policy
    step_min = find_step_min(scenario, policy)
    day_of, row_of = find_hours_rows(scenario, step_min)
    is_open = open_intervals(scenario)
    places = np.arange(day_of.size) * step_min // scenario.horizon.interval_min
    is_open_step = is_open[np.minimum(places, is_open.size - 1)]
    rows = name_hours_rows()
    allowed = np.zeros((len(rows), n_days), bool)
    counts = np.zeros((len(scenario.pool_names), len(rows), n_days), np.int64)
    for step in np.flatnonzero(is_open_step):
        day, row = day_of[step], row_of[step]
        allowed[row, day] = True
        for number, pool in enumerate(scenario.pool_names):
            counts[number, row, day] = max(counts[number, row, day], policy.staff[pool][step])
    return {"kind": "hours", "rows": rows, "allowed": allowed.tolist(), "counts": counts.tolist()}


def describe_levels(run: ExploredRun) -> dict[str, Any]:
    """Describe effort by topic and phase."""
    scenario, policy = run.world.scenario, run.policy
    phases = list(list_phases(scenario, policy))
    if policy.knows_events and any(one.announced_h > 0 for one in scenario.events.values()):
        phases = list(PHASES)
    return {
        "topics": list_topics(scenario),
        "phases": [{"key": one, "label": PHASE_WORDS[one][0], "meaning": PHASE_WORDS[one][1]}
                   for one in phases],
        "levels": [{"key": one, "label": label, "meaning": meaning}
                   for one, (label, meaning) in LEVEL_WORDS.items()],
        "now": {topic: dict(row) for topic, row in policy.effort.items()},
        "lead_h": policy.lead_h if "ahead" in phases else None,
    }  # fmt: skip


def describe_order(run: ExploredRun) -> dict[str, Any]:
    """Describe the order of work and the orders of topics to choose from."""
    scenario, policy = run.world.scenario, run.policy
    topics = list_topics(scenario)
    by_work = sorted(topics, key=lambda name: scenario.topics[name].work.mean_min or 0.0)
    return {
        "now": policy.priority.model_dump(mode="json"),
        "continuity": policy.continuity if policy.cut != "preempt" else None,
        "influence": list(INFLUENCE),
        "topics": {
            "short": [[name] for name in by_work],
            "long": [[name] for name in reversed(by_work)],
        },
    }


def describe_help(run: ExploredRun) -> list[dict[str, Any]]:
    """Describe in which direction pools may help each other, and whether they do."""
    team, policy = run.world.scenario.team, run.policy
    own = list_directions(team) if policy.overflow is None else policy.overflow
    found = []
    for name, pool in team.pools.items():
        for helper in pool.overflow_to:
            rule = own.get(name, {}).get(helper)
            now = None if rule is None else rule.model_dump()
            found.append({"name": name, "helper": helper, "now": now})
    return found


def describe_crew(run: ExploredRun) -> dict[str, Any] | None:
    """Describe the people on call; None where the scenario has none."""
    scenario, policy = run.world.scenario, run.policy
    if scenario.surge_crew.max_people == 0 or split_crew(scenario) is None:
        return None
    now = policy.surge.agents if policy.surge is not None else {}
    return {
        "most": scenario.surge_crew.max_people,
        "pools": list(scenario.pool_names),
        "now": {pool: now.get(pool, 0) for pool in scenario.pool_names},
    }


def describe_preparations(run: ExploredRun) -> list[dict[str, Any]]:
    """Describe what can be done beforehand."""
    scenario, policy = run.world.scenario, run.policy
    offered = list_offered(scenario, policy)
    return [
        {
            "key": name,
            "label": one.label or name,
            "agent_h": one.agent_h,
            "cost": one.cost,
            "is_done": name in policy.preparations,
        }
        for name, one in scenario.preparations.items()
        if name in offered or name in policy.preparations
    ]


def describe_world(run: ExploredRun) -> dict[str, Any]:
    """Describe opening hours, absence and events as the scenario has them."""
    scenario = run.world.scenario
    shifts = scenario.shifts
    own = run.world.plain.get("events") or {}
    return {
        "open_h": None if shifts is None else [shifts.open_from_h, shifts.open_to_h],
        "has_days": bool(shifts is not None and shifts.open_by_day),
        "absence_share": scenario.absence.share,
        "hours": len(open_intervals(scenario)) * scenario.horizon.interval_min / 60.0,
        "events": [
            {
                "key": name,
                "time_h": event.time_h,
                "window_h": None if event.window_h is None else list(event.window_h),
                "probability": event.probability,
                "peak": event.peak,
                "is_announced": event.announced_h > 0,
            }
            for name, event in scenario.events.items()
            if name in own
        ],
    }


def describe_timeline(run: ExploredRun) -> dict[str, Any]:
    """Describe the axis of the week, as the report draws it."""
    timeline = build_axis(run)
    return {
        "start": timeline.start_min,
        "end": timeline.end_min,
        "step_min": run.world.scenario.horizon.interval_min,
        "midnights": list(timeline.midnights),
        "labels": [[one.x, one.label] for one in timeline.labels],
        "closed": [list(span) for span in timeline.closed],
        "marks": [[one.x, one.label] for one in timeline.marks],
    }


def build_axis(run: ExploredRun) -> Timeline:
    """Build the axis: local days, closed hours, events whose time is known."""
    scenario = run.world.scenario
    times = interval_local_times(scenario.horizon)
    local = np.array([time.replace(tzinfo=None) for time in times], "datetime64[m]")
    start_min = np.arange(len(times)) * float(scenario.horizon.interval_min)
    marks = [Mark(60.0 * event.time_h, name) for name, event in scenario.events.items()
             if event.time_h is not None]  # fmt: skip
    return build_timeline(start_min, local, ~open_intervals(scenario), marks)
