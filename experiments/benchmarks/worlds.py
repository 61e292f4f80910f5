"""The worlds that the benchmarks play, as (tables, draws).

`care_world`: two weeks of hourly rates with a spike, five turns a case on average, lognormal
replies and think times, three classes in two pools, overflow, half-hour staffing, patience: the
work on which the targets were measured. What the shipped weeks have beyond it (skill, absence,
patience in a conversation) is off.
"""

import numpy as np

import sim
from sim.care.kernel.engine import run_kernel
from sim.demand.draws import Draws
from sim.policies.workload import expect_work, name_effort
from sim.scenario.lower import lower
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy, Priority
from sim.scenario.tables import Tables

TOPICS_FIRST = (("error",), ("process", "product"), ("question", "praise"))


def care_world(mentions: int, seed: int = 1) -> tuple[Tables, Draws]:
    """Return about so many mentions over two weeks, half of whose turns wait."""
    plain = sim.load_scenario("campaign_week").model_dump(mode="json")
    plain["horizon"] |= {"days": 14, "interval_min": 30, "repeats": False}
    plain["demand"] |= {"base_per_h": mentions / 336 / 1.07, "busy_day_cv": 0, "busy_hour_cv": 0}
    plain["demand"]["spreading"]["branching_ratio"] = 0
    del plain["topics"]["chatter"]
    for event in plain["events"].values():
        del event["topic_share"]["chatter"]
    for topic in plain["topics"].values():
        topic["resolution_share"] = 0.2
        topic["patience"] = {"name": "lognormal", "mean_min": 120, "cv": 1.5}
    plain["conversation"] |= {"write_again_share": 1, "max_turns": 200, "silent_share": 0}
    plain["conversation"] |= {"repost_share": 0, "give_up_h": 24, "think": _think()}
    plain["conversation"]["later_patience_factor"] = None
    plain["effort"]["levels"]["standard"]["reopen_share"] = 0
    plain["team"] |= {"slow_down_slope": 0, "max_open_cases_per_agent": None}
    plain["team"] |= {"load_counts": "open_in_pool", "overflow_decided": False}
    plain["team"] |= {"off_skill_time": 1, "off_skill_odds": 1}
    plain["absence"] |= {"share": 0}
    plain["maturity"] |= {"routing_accuracy": 1, "triage_recall": 1, "triage_false_positive": 0}
    for pool in plain["team"]["pools"].values():
        pool["limit"] = 10_000
    plain["shifts"] = None
    scenario = Scenario.model_validate(plain)
    # Every turn comes back four times: five turns a case where the rule of thumb takes 1.6.
    load = expect_work(scenario, knows_events=True) * 1.10
    policy = Policy(
        name="bench",
        staff={
            pool: tuple(int(np.ceil(one)) for one in load[:, number])
            for number, pool in enumerate(scenario.pool_names)
        },
        effort=name_effort(scenario),
        priority=Priority(topics=TOPICS_FIRST),
        staff_interval_min=30,
    )
    return lower(scenario, policy), sim.draw(scenario, seed, 0)


def _think() -> dict[str, object]:
    return {"name": "lognormal", "mean_min": 90, "cv": 1.5}


def count_events(tables: Tables, draws: Draws) -> int:
    """Return a run's events: arrivals, ends of turns, returns, leavings, staff changes."""
    run = run_kernel(tables, draws)
    turns = run.turn_mention.size
    returns = turns - int((run.turns > 0).sum())
    left = int((run.left_ms >= 0).sum())
    return draws.arrival_ms.size + turns + returns + left + tables.staff.time_ms.size
