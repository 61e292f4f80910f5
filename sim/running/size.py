"""How large a run will be: stated before it begins, refused where it cannot fit.

From the expected mentions of a replication, with every event as if it came. Memory is what was
measured for a mention (``experiments/benchmarks/million.py``); time is a pace that is only stated
and decides nothing (checked by ``tests/unit/test_running_size.py``).
"""

import contextlib
import os
import pathlib
import resource
from typing import NamedTuple

import numpy as np

from sim.errors import InputError
from sim.outcomes.intervals import QUANTITIES
from sim.running.replicate import TRACED, count_cores
from sim.scenario.model import Scenario
from sim.scenario.profile import (
    count_hours,
    count_intervals,
    expected_event_h,
    expected_per_quarter,
)
from sim.scenario.settings import PlannerSettings, RunSettings

# Measured at half a million mentions, drawn, played and measured: 510 bytes each; a record
# that is kept 170 more, and its row in the table about as much again.
MENTION_BYTES = 600.0
# Of a kept mention: its record and its row (see above), rounded up.
RECORD_BYTES = 400.0
# Interpreter, compiled engines and what draws the page: 200 to 350 MB.
BASE_BYTES = 400e6
# A core plays and measures 1.2 million mentions a second when it has nothing else to do.
PACE_PER_S = 600_000.0
# What a replication costs whatever its size: drawing, tables, measures; 3 to 5 ms of a core.
REPLICATION_S = 0.004
# A standard policy lays its shifts before anything is played: .4 to .8 s a day of the shipped menu
# of 18 kinds, with two pools.
LAYING_S_PER_DAY = 0.6
# Tuned Erlang-A plays 432 rules on its own draws first: 64 s of a core for the week of a breach.
TUNING_S_PER_DAY = 9.0
# The SimPy engine is taken as a hundred times slower: an order of magnitude, for the estimate
# alone.
SIMPY_FACTOR = 100.0
# The search, the choice and the comparison of a plan, in plays of each of its settings.
PLAYS = {"search": 60, "choice": 10, "evaluation": 12}
# The planner's own least where the user sets none; an estimate only.
SEARCH_REPLICATIONS = 40
# Below 2 GB and a minute of one core (six for a plan) nobody needs a warning.
NOTICE_BYTES, NOTICE_S, NOTICE_PLAN_S = 2e9, 60.0, 360.0
# What one quarter of the memory is for: the system, and whatever else is at work.
FREE_SHARE = 0.75


class Size(NamedTuple):
    """What a run is expected to need."""

    mentions: float
    """of one replication"""
    memory_bytes: float
    time_s: float
    cores: int = 1
    """that it takes so long on; where they are busy with other things it takes longer"""


def count_expected(scenario: Scenario) -> float:
    """The expected mentions of a replication, every event of it as if it came."""
    demand = scenario.demand
    base = float(expected_per_quarter(scenario, knows_events=False).sum())
    edges_h = np.arange(count_hours(scenario.horizon) + 1.0)
    for event in scenario.events.values():
        hours = expected_event_h(scenario, event, edges_h).sum() / event.probability
        base += float(demand.base_per_h * hours)
    spill = demand.spill.base_per_h * demand.spill.share * edges_h[-1] if demand.spill else 0.0
    return (base + spill + demand.backlog_mentions) * count_spread(scenario)


def count_spread(scenario: Scenario) -> float:
    """The mentions that one makes in all, itself and what spreads from it."""
    spreading, topics = scenario.demand.spreading, scenario.topics.values()
    complaints = sum(topic.share for topic in topics if topic.complaint)
    share = complaints / sum(topic.share for topic in topics)
    grown = (spreading.branching_ratio**one for one in range(1, spreading.max_generations + 1))
    return 1.0 + share * sum(grown)


def estimate_simulation(scenario: Scenario, run: RunSettings, is_tuned: bool = False) -> Size:
    """The expected size of a simulation; `is_tuned`: of a policy that is searched for first."""
    mentions = count_expected(scenario)
    workers = min(run.workers or count_cores(), run.replications)
    is_simpy = run.engine == "simpy"
    cores = 1 if is_simpy else min(workers, count_cores())
    pace = PACE_PER_S / SIMPY_FACTOR if is_simpy else PACE_PER_S
    kept = min(run.keep_mentions, run.replications) * RECORD_BYTES
    memory = BASE_BYTES + mentions * (workers * MENTION_BYTES + kept)
    memory += 2.0 * count_trace_bytes(scenario) * min(run.replications, TRACED)
    work_s = run.replications * (mentions / pace + REPLICATION_S)
    first_s = estimate_laying(scenario) + is_tuned * TUNING_S_PER_DAY * scenario.horizon.days
    return Size(mentions, memory, work_s / cores + first_s, cores)


def estimate_laying(scenario: Scenario) -> float:
    """The seconds that laying the shifts of a standard policy takes, on one core."""
    return LAYING_S_PER_DAY * scenario.horizon.days if scenario.shifts is not None else 0.0


def estimate_plan(scenario: Scenario, run: RunSettings, planner: PlannerSettings) -> Size:
    """The expected size of a plan; kept draws weigh as much as mentions that are played."""
    mentions = count_expected(scenario)
    search = planner.search_replications or SEARCH_REPLICATIONS
    plays = {
        "search": search,
        "choice": planner.choice_replications,
        "evaluation": planner.evaluation_replications,
    }
    cores = min(run.workers or count_cores(), count_cores())
    times_s = {key: PLAYS[key] * plays[key] * mentions / PACE_PER_S / cores for key in PLAYS}
    times_s["search"] = min(times_s["search"], planner.time_limit_s)
    workers = run.workers or count_cores()
    memory = BASE_BYTES + mentions * MENTION_BYTES * (workers + search / 2.0)
    traced = min(planner.evaluation_replications, TRACED)
    memory += 2.0 * count_trace_bytes(scenario) * traced * PLAYS["evaluation"]
    return Size(mentions, memory, sum(times_s.values()), cores)


def count_trace_bytes(scenario: Scenario) -> float:
    """The bytes of a replication's courses by interval."""
    pools, intervals = len(scenario.pool_names) + 1, count_intervals(scenario.horizon)
    return 8.0 * len(QUANTITIES) * pools * intervals


def format_size(size: Size, notice_s: float = NOTICE_S) -> str:
    """One line about a large run, nothing about any other (of up to `told_s` of one core).

    Raises
    ------
    InputError
        It does not fit into the memory of this machine.
    """
    room = read_memory_limit()
    if not size.memory_bytes <= FREE_SHARE * room:
        raise InputError(
            f"too large: about {size.mentions:,.0f} mentions per replication need about "
            f"{size.memory_bytes / 1e9:.1f} GB of memory, this machine has {room / 1e9:.1f} GB; "
            "reduce scenario.demand.base_per_h, scenario.horizon.days, scenario.events, "
            "run.replications, run.workers or run.keep_mentions"
        )
    if size.memory_bytes <= NOTICE_BYTES and size.time_s * size.cores <= notice_s:
        return ""
    return (
        f"Estimate: about {write_time(size.time_s)} if this machine is otherwise idle, "
        f"{size.memory_bytes / 1e9:.1f} GB of memory ({size.mentions:,.0f} mentions per "
        "replication)."
    )


def write_time(time_s: float) -> str:
    """Seconds as people say them."""
    if time_s < 120.0:
        return f"{max(time_s, 1.0):.0f} s"
    return f"{time_s / 60.0:.0f} min" if time_s < 7200.0 else f"{time_s / 3600.0:,.0f} h"


def read_memory_limit() -> float:
    """The bytes that this process may use: the machine's, its group's or its own limit."""
    limits = [float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))]
    own = resource.getrlimit(resource.RLIMIT_AS)[0]
    limits += [float(own)] if own != resource.RLIM_INFINITY else []
    with contextlib.suppress(OSError, ValueError):
        limits.append(float(pathlib.Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii")))
    return min(limits)
