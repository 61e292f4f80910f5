"""Random worlds larger and odder than any brand's: a function of their number.

A world is a scenario and a policy of the kind that users write, lowered and drawn as theirs are.
Sizes are drawn evenly on a scale of powers, up to the limit of the loader, and the first worlds
stand at each limit in turn. In most of them all drawn times are then put on a grid of minutes or
quarter hours, so that nearly every event has others at its instant.
"""

import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

import sim
from sim import limits
from sim.demand.draw import draw
from sim.demand.draws import Draws
from sim.outcomes.attendance import attend
from sim.running.play import prepare
from sim.scenario.clock import count_hours
from sim.scenario.model import Scenario
from sim.scenario.parts import LEVELS, PHASES, Horizon
from sim.scenario.policy import Policy
from sim.scenario.tables import MS_PER_MIN, Tables

GRIDS_MS = (1, MS_PER_MIN, 15 * MS_PER_MIN)
USUAL, MANY = 120, 2_000
"""Mentions expected: of most worlds, and of one in ten."""
CHANGES, SWEEPS = 1_500, 5_000
"""The readable engine takes a millisecond for each: so many in the longest worlds."""
ZONES = ("UTC", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Kiritimati")
LONGEST_MIN = 1e9
"""Of a time that the loader takes."""
MOST_TIMES = 1e9
"""Of a multiple that it takes."""


class World(NamedTuple):
    """What an engine needs, and what it was made of."""

    tables: Tables
    draws: Draws
    scenario: Scenario
    policy: Policy


class Dice:
    """Random numbers of a world."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng([seed, 2026])

    def is_so(self, share: float = 0.5) -> bool:
        """Return true with a probability."""
        return bool(self.rng.random() < share)

    def pick(self, *options: Any) -> Any:
        """Return one of the options."""
        return options[self.rng.integers(len(options))]

    def size(self, low: float, high: float) -> int:
        """Return a whole number, its logarithm even between two."""
        return round(self.real(low, high))

    def real(self, low: float, high: float) -> float:
        """Return a number, its logarithm even between two."""
        return float(math.exp(self.rng.uniform(math.log(low), math.log(high))))

    def share(self) -> float:
        """Return a share, often 0 or 1."""
        return float(self.pick(0.0, 1.0, self.rng.random(), self.rng.random()))

    def duration(self, usual_min: float) -> dict[str, Any]:
        """Return the distribution of a time: mostly near the usual, seldom without bounds."""
        mean = usual_min * self.real(0.1, 10.0)
        if self.is_so(0.05):
            mean = self.real(1e-9, LONGEST_MIN)
        name = self.pick("constant", "exponential", "lognormal", "gamma", "weibull", "empirical")
        cv = self.real(0.05, self.pick(2.0, 2.0, 100.0))
        values = [mean * self.real(0.1, 10.0) for _ in range(self.size(1, 20))]
        return {"name": name, "mean_min": mean, "cv": cv, "values_min": np.clip(values, 1e-9, 1e9)}


Plain = dict[str, Any]


def make_odd_world(number: int, mentions: int | None = None) -> World:
    """Return a world; `mentions`: so many are expected, if its number does not ask for more."""
    dice = Dice(number)
    asked = list_asked(number)
    expected = mentions or dice.pick(*[USUAL] * 9, MANY)
    scenario = make_scenario(dice, asked.get("mentions", expected), asked)
    policy = make_policy(dice, scenario, asked)
    scenario, policy = put_redress(Dice(REDRESS + number), scenario, policy)
    scenario, policy = put_faq(Dice(FAQ + number), scenario, policy)
    scenario, policy = put_preparations(Dice(PREPARATIONS + number), scenario, policy)
    draws = draw(scenario, number, 0)
    tables = attend(prepare(scenario, policy), draws).tables
    return World(tables, coarsen(draws, dice.pick(*GRIDS_MS)), scenario, policy)


REDRESS = 1_000_000
"""Numbers from here on throw the redress of the worlds, which are else as they were without it."""


FAQ = 2_000_000
"""And from here on the FAQ."""


def put_faq(dice: Dice, scenario: Scenario, policy: Policy) -> tuple[Scenario, Policy]:
    """Return a world in which some look first, answers fade, and visible ones bring complaints."""
    plain, rules = scenario.model_dump(mode="json"), policy.model_dump(mode="json")
    issues = dice.size(1, limits.MAX_ISSUES)
    for event in plain["events"].values():
        if dice.is_so(0.1):
            event["comments"] = dice.pick(0.0, dice.real(1.0, 300.0))
            event["comments_topic"] = dice.pick(None, *scenario.topic_names)
        if dice.is_so(0.2):
            event["learning_exponent"] = dice.pick(0.0, 0.3, dice.real(0.01, 10.0))
            event["learning_cases"] = dice.real(1e-3, 1e6)
    plain["faq"] = {
        "deflect_share": dice.pick(0.0, 0.1, 1.0, dice.share()),
        "gain": dice.real(1e-3, 1e9),
        "visible_h": dice.real(1e-6, 1e9),
        "pinned_h": dice.real(1e-6, 1e9),
        "weight": {name: dice.pick(1.0, dice.real(1e-6, 1e9)) for name in (*LEVELS, "pinned")},
        "base_issues": dice.size(1, limits.MAX_ISSUES),
        "event_issues": issues,
        "zipf": dice.pick(0.0, 1.0, dice.real(0.01, 100.0)),
        "awareness": dice.pick(0.0, 0.02, dice.real(1e-6, 1e9)),
        "awareness_most": dice.share(),
        "thread_spread": dice.pick(0.0, 0.1, dice.real(1e-6, 1e9)),
    }
    changed = Scenario.model_validate(plain)
    if changed.faq.is_on:
        rules["channel"] = {
            name: {phase: dice.pick("public", "private") for phase in PHASES}
            for name in scenario.topic_names
            if dice.is_so(0.2)
        }
        known = [name for name, event in scenario.events.items() if event.announced_h > 0]
        last_h = count_hours(scenario.horizon) - 0.001
        rules["posts"] = [
            {"event": name, "at_h": last_h, "issues": dice.size(1, issues)} for name in known[:2]
        ]
    if any(event.comments > 0 for event in changed.events.values()):
        rules["take_down_after_min"] = dice.pick(None, 0.0, dice.real(0.01, LONGEST_MIN))
    return changed, Policy.model_validate(rules)


PREPARATIONS = 3_000_000
"""Numbers from here on throw the preparations, as those of redress do."""


def put_preparations(dice: Dice, scenario: Scenario, policy: Policy) -> tuple[Scenario, Policy]:
    """Return a world whose events may be prepared, with hours that somebody has."""
    if not scenario.events or dice.is_so():
        return scenario, policy
    kinds = sorted({event.kind for event in scenario.events.values()})
    offered = {
        f"preparation {number}": {
            "kind": dice.pick(*kinds),
            "cost": dice.real(0.01, 1e6),
            "effects": {
                "mentions": dice.pick(1.0, 0.5, 1.3),
                "work": dice.pick(1.0, dice.real(0.1, 3.0)),
                "resolution": dice.pick(1.0, dice.real(0.1, 10.0)),
                "expectation": dice.share(),
                "off_skill_time": dice.share(),
            },
        }
        for number in range(dice.size(1, 4))
    }
    plain = scenario.model_dump(mode="json") | {"preparations": offered}
    done = [name for name in offered if dice.is_so(0.7)]
    return Scenario.model_validate(plain), policy.model_copy(update={"preparations": tuple(done)})


def put_redress(dice: Dice, scenario: Scenario, policy: Policy) -> tuple[Scenario, Policy]:
    """Return a world in which something may be lost, and given."""
    plain = scenario.model_dump(mode="json")
    plain["redress"] = offer_redress(dice)
    plain["satisfaction"]["a_red"] = dice.pick(0.0, 0.12)
    for topic in plain["topics"].values():
        topic["cause"] = dice.pick("none", "product", "error", "process")
        topic["loss_cost"] = dice.pick(0.0, dice.real(0.01, 1e6))
    changed = Scenario.model_validate(plain)
    given = pick_redress(dice, changed, policy)
    return changed, Policy.model_validate(policy.model_dump() | given)


LIMITS: dict[str, Plain] = {
    "topics": {"topics": limits.MAX_TOPICS},
    "pools": {"pools": limits.MAX_POOLS},
    "events": {"events": limits.MAX_EVENTS, "topics": 2, "days": 3},
    "classes": {"topics": limits.MAX_TOPICS, "pools": 3, "classes": True},
    "days": {"days": limits.MAX_DAYS, "drain_h": limits.MAX_DRAIN_H},
    "intervals": {"days": limits.MAX_DAYS, "interval_min": 5, "pools": 2},
    "turns": {"max_turns": limits.MAX_TURNS, "mentions": 20, "talks": True},
    "agents": {"agents": limits.MAX_POOL_AGENTS, "pools": 1, "days": 2},
    "own lists": {"agents": 5_000, "pools": 3, "continuity": True, "days": 2},
    "stopped work": {"cut": "preempt", "staff_min": 1, "days": 1, "agents": 300, "mentions": 600},
    "crew": {"crew": limits.MAX_AGENTS, "pools": 2, "days": 2},
    "long times": {"slow": True},
    "long work": {"work_multiplier": 1e9},
    "backlog": {"backlog": 3_000},
}
"""Worlds that stand at a limit; in everything else they are as odd as the others."""


def list_asked(number: int) -> Plain:
    """Return what the world's number asks for: the first ones stand at the limits."""
    return list(LIMITS.values())[number] if number < len(LIMITS) else {}


# ---- scenarios ----


def make_scenario(dice: Dice, mentions: int, asked: Plain) -> Scenario:
    """Return a random scenario in which about so many mentions are expected."""
    plain = sim.load_scenario("telecom_week").model_dump(mode="json")
    n_topics = asked.get("topics", dice.size(1, limits.MAX_TOPICS))
    n_pools = asked.get("pools", dice.size(1, limits.MAX_POOLS))
    topics, pools = (
        [f"{kind}{i}" for i in range(n)] for kind, n in (("t", n_topics), ("p", n_pools))
    )
    plain["horizon"] = make_horizon(dice, asked)
    horizon = Horizon.model_validate(plain["horizon"])
    plain["demand"] |= make_demand(dice, mentions / count_hours(horizon), asked)
    plain["topics"] = {name: make_topic(dice) for name in topics}
    plain["events"] = dict(list_events(dice, horizon, topics, asked))
    plain["conversation"] |= make_conversation(dice, asked)
    plain["maturity"] |= make_maturity(dice, asked, count_hours(horizon) * 60.0 / SWEEPS)
    plain["team"] = make_team(dice, topics, pools, asked)
    plain["surge_crew"] |= {
        "max_people": limits.MAX_AGENTS,
        "max_hours_a_week": dice.real(1.0, 1e9),
        "delay_min": dice.pick(0.0, 15.0, dice.real(1.0, LONGEST_MIN)),
        "min_h": dice.pick(0.25, 4.0, dice.real(0.01, limits.MAX_DRAIN_H)),
    }
    for name in LEVELS:
        plain["effort"]["levels"][name]["reopen_share"] = dice.share()
    standard = plain["effort"]["levels"]["standard"]
    standard["work_multiplier"] = asked.get("work_multiplier", dice.pick(1.0, 1.0, 0.0, 30.0))
    plain |= {"shifts": None, "warm_up_h": 0.0, "planner": {}, "default_policy": None}
    plain["absence"] = {
        # a year of thousands of persons would be all that these worlds take time for
        "share": dice.pick(0.0, 0.0, 0.1, 0.9) if horizon.days <= 7 and n_pools <= 8 else 0.0,
        "day_cv": dice.pick(0.0, 0.5, 2.0),
    }
    plain["drain_h"] = asked.get("drain_h", dice.pick(0.0, 0.01, 24.0, dice.real(1.0, 8760.0)))
    plain["promise"]["promise_min"] = dice.real(1.0, 1e5)
    return Scenario.model_validate(plain)


def make_horizon(dice: Dice, asked: Plain) -> Plain:
    """Return a horizon of up to 400 days that begins somewhere in a year."""
    start = np.datetime64("2024-01-01") + dice.rng.integers(366)
    return {
        "start": f"{start}T{dice.rng.integers(24):02d}:00:00",
        "time_zone": dice.pick(*ZONES),
        "days": asked.get("days", dice.size(1, dice.pick(3, 30, limits.MAX_DAYS))),
        "interval_min": asked.get("interval_min", dice.pick(5, 10, 15, 20, 30, 60)),
    }


def make_demand(dice: Dice, base_per_h: float, asked: Plain) -> Plain:
    """Return base, busyness and spreading."""
    ratio = dice.pick(0.0, 0.0, 0.35, 0.7)
    return {
        "base_per_h": base_per_h * (1.0 - ratio),
        "hour_shape": [dice.pick(0.0, 1.0, 1.0, 5.0) for _ in range(23)] + [1.0],
        "busy_day_cv": dice.pick(0.0, 0.2, dice.real(0.01, 2.0)),
        "busy_hour_cv": dice.pick(0.0, 0.26, dice.real(0.01, 2.0)),
        "backlog_mentions": asked.get("backlog", dice.pick(0, 0, dice.size(1, 100))),
        "spreading": {
            "branching_ratio": ratio,
            "influence_sigma": dice.pick(0.0, 1.0, 1.5),
            "influence_cap": dice.pick(1.0, 20.0),
            "flat_s": dice.real(1.0, 1e4),
            "exponent": dice.pick(1.01, 1.2315, 3.0),
            "cut_h": dice.real(0.1, 1000.0),
            "max_generations": dice.pick(0, 1, 20),
        },
    }


def make_topic(dice: Dice) -> Plain:
    """Return a kind of mention."""
    return {
        "share": dice.real(0.01, 1.0),
        "actionable_share": dice.pick(1.0, 1.0, 1.0, 0.8, dice.share()),
        "complaint": dice.is_so(),
        "follow_up": dice.is_so(),
        "work": dice.duration(5.0),
        "patience": dice.pick(None, dice.duration(60.0), dice.duration(600.0)),
        "resolution_share": dice.share(),
        "resolution_auto_share": dice.pick(0.02, dice.share()),
    }


def list_events(
    dice: Dice, horizon: Horizon, topics: list[str], asked: Plain
) -> Iterator[tuple[str, Plain]]:
    """Yield events of a few mentions each; they do not all happen."""
    hours = count_hours(horizon)
    n_events = asked.get("events", dice.pick(0, 0, dice.size(1, 8), dice.size(1, 100)))
    for i in range(n_events):
        last_h = dice.rng.uniform(0.01, 1.0) * hours
        yield (
            f"e{i}",
            {
                "kind": dice.pick("launch", "outage", "breach"),
                "window_h": [last_h * dice.rng.uniform(0.0, 0.99), last_h],
                "probability": dice.pick(1.0, 0.5, 0.01),
                "announced_h": dice.pick(0.0, 24.0, dice.real(1.0, 1e9)),
                "peak": 1.0 + dice.real(0.1, 10.0) / max(n_events, 1),
                "peak_sigma": dice.pick(0.0, 0.5, 1.0),
                "ramp_min": dice.real(1.0, 1e4),
                "decay": dice.pick("exponential", "power"),
                "half_life_1_h": dice.real(0.1, 100.0),
                "half_life_2_h": dice.real(0.1, 100.0),
                "weight": dice.share(),
                "power_exponent": dice.pick(1.5, 3.0),
                "power_scale_h": dice.real(0.1, 10.0),
                "shape_share": dice.share(),
                "topic_share": {name: dice.real(0.01, 1.0) for name in topics},
                "work_multiplier": dice.pick(1.0, dice.real(0.01, 100.0)),
                "patience_multiplier": dice.pick(1.0, dice.real(0.001, 1000.0)),
                "reignition_probability": dice.share(),
                "reignition_window_h": [0.0, dice.real(1.0, 1e4)],
            },
        )


def make_conversation(dice: Dice, asked: Plain) -> Plain:
    """Return what customers do; `slow`: all of it beyond the horizon."""
    thinks, again, late = (dice.duration(usual) for usual in (60.0, 30.0, 1440.0))
    if asked.get("slow"):
        thinks = again = late = {"name": "lognormal", "mean_min": 43_200.0, "cv": 5.0}
    talks = asked.get("talks", False)
    return {
        "write_again_share": 1.0 if talks else dice.pick(0.69, 0.95, dice.share()),
        "max_turns": asked.get("max_turns", dice.pick(1, 2, 8, 30)),
        "think": {"name": "constant", "mean_min": 1.0} if talks else thinks,
        "give_up_h": dice.pick(24.0, 1e9),
        "silent_share": dice.share(),
        "repost_share": dice.share(),
        "repost_delay": again,
        "reopen_delay": late,
        "patience_stretch_after_auto": dice.pick(1.0, 1.25, dice.real(1.0, MOST_TIMES)),
        "follow_up_min": dice.pick(1.5, dice.real(0.001, LONGEST_MIN)),
        "follow_up_share": dice.share(),
        "no_reply_spread": dice.pick(1.0, 0.5),
        "later_patience_factor": dice.pick(None, 1.0, dice.real(0.001, 1000.0)),
    }


def make_maturity(dice: Dice, asked: Plain, least_min: float) -> Plain:
    """Return tools: with sweeps in a third of the worlds."""
    longest = LONGEST_MIN if asked.get("slow") else dice.real(0.1, 1e4)
    return {
        "ticket_system": dice.is_so(0.67),
        "triage_recall": dice.pick(1.0, 0.9, dice.share()),
        "triage_false_positive": dice.share(),
        "monitor_every_min": max(dice.pick(5.0, 30.0, longest), least_min, 0.1),
        "triage_min": dice.pick(0.5, longest),
        "routing_accuracy": dice.share(),
        "transfer_min": dice.pick(0.0, 2.0, longest),
        "sentiment_priority": dice.is_so(),
    }


def make_team(dice: Dice, topics: list[str], pools: list[str], asked: Plain) -> Plain:
    """Return pools with skills at random; each topic has one."""
    skills: dict[str, list[str]] = {name: [] for name in pools}
    for topic in topics:
        skills[dice.pick(*pools)].append(topic)
    density = dice.pick(0.0, 0.1, 0.5, 1.0)
    return {
        "pools": {
            name: {
                "skills": skills[name],
                "limit": limits.MAX_POOL_AGENTS,
                "overflow_to": [one for one in pools if one != name and dice.is_so(density)],
                "proficiency": {
                    topic: {
                        "time": dice.real(0.1, 10.0),
                        "odds": dice.pick(0.0, dice.real(0.1, 9.0)),
                    }
                    for topic in topics
                    if dice.is_so(0.1)
                },
            }
            for name in pools
        },
        "overflow_min": dice.pick(None, 1.0, 10.0, dice.real(0.01, LONGEST_MIN)),
        "off_skill_time": dice.pick(1.0, 1.25, dice.real(0.01, 100.0)),
        "off_skill_odds": dice.pick(1.0, 0.6, 0.0, dice.real(0.01, 100.0)),
        "slow_down_slope": dice.pick(0.0, 0.0, 0.05, dice.real(0.01, 1e9)),
        "slow_down_from": dice.pick(0.0, 3.0),
        "slow_down_max": dice.pick(1.0, 1.3, dice.real(1.0, MOST_TIMES)),
        "dormant_min": dice.pick(30.0, dice.real(0.01, LONGEST_MIN)),
        "max_open_cases_per_agent": dice.pick(None, 1.0, 5.0),
        "reference_staff": {},
        "load_counts": dice.pick("open_in_pool", "begun_in_group"),
        "backlog_slope": dice.pick(0.0, 0.0, -0.1, dice.real(0.01, 1e9)),
        "backlog_from": dice.pick(0.0, 3.0),
        "backlog_least": dice.pick(1.0, 0.8, dice.real(1e-9, 1.0)),
        "backlog_max": dice.pick(1.0, 1.3, dice.real(1.0, MOST_TIMES)),
    }


# ---- policies ----


def make_policy(dice: Dice, scenario: Scenario, asked: Plain) -> Policy:
    """Return a random policy for a scenario."""
    topics, pools = scenario.topic_names, scenario.pool_names
    continuity = asked.get("continuity", "cut" not in asked and dice.is_so(0.3))
    cuts = ("idle_first", "as_scheduled") + (() if continuity else ("preempt",))
    levels = ("auto", "brief", "standard", "thorough")
    crew = asked.get("crew", dice.size(1, 5 * len(pools)))
    step_min = asked.get("staff_min", scenario.horizon.interval_min)
    return Policy.model_validate(
        {
            "name": "odd",
            "staff": make_staff(dice, scenario, step_min, asked),
            "staff_interval_min": step_min,
            "after_close": dice.pick(None, {}, {pools[0]: 3}),
            "effort": {
                name: dict.fromkeys(PHASES, "none")
                if dice.is_so(0.05)
                else {phase: dice.pick(*levels) for phase in PHASES}
                for name in topics
            },
            "after_auto": dice.pick("brief", "standard", "thorough"),
            "lead_h": dice.pick(0.0, 6.0, dice.real(1.0, 1e9)),
            "priority": make_priority(dice, topics, asked),
            "surge": dice.pick(None, make_surge(dice, pools, crew))
            if "crew" not in asked
            else make_surge(dice, pools, crew),
            "follow_up": dice.is_so(),
            "overflow": dice.pick(None, make_directions(dice, scenario)),
            "continuity": continuity,
            "cut": asked.get("cut", dice.pick(*cuts)),
            "knows_events": dice.is_so(0.7),
        }
    )


def offer_redress(dice: Dice) -> Plain:
    """Return kinds of redress, or none."""

    def make_remedy() -> Plain | None:
        work_min = dice.pick(0.0, 2.0, dice.real(0.001, LONGEST_MIN))
        kind = {"share": dice.share(), "unit_cost": dice.real(0.01, 1e3), "work_min": work_min}
        return dice.pick(None, {**kind, "worth_cost": dice.real(0.01, 1e6)})

    apology = {"within_h": dice.real(0.01, 1e4), "work_min": dice.pick(0.0, 1.0)}
    return {
        "apology": dice.pick(None, apology),
        "refund": make_remedy(),
        "replacement": make_remedy(),
    }


def pick_redress(dice: Dice, scenario: Scenario, policy: Policy) -> Plain:
    """Return redress and checks by topic and phase, as far as the scenario has them."""
    kinds = scenario.redress.list_kinds()
    given: Plain = {}
    for name, topic in scenario.topics.items():
        able = [one for one in kinds if one == "apology" or topic.loss_cost > 0]
        if topic.cause != "none" and able:
            given[name] = {phase: dice.pick("none", *able) for phase in PHASES}
    asked = [name for name, topic in scenario.topics.items() if topic.follow_up]
    checks = {name: {phase: dice.is_so() for phase in PHASES} for name in asked}
    return {"redress": given, "follow_up": dice.pick(policy.follow_up, checks)}


def make_staff(dice: Dice, scenario: Scenario, step_min: int, asked: Plain) -> Plain:
    """Return staff in blocks of hours: few agents, or up to a pool's limit."""
    steps = -(-count_hours(scenario.horizon) * 60 // step_min)
    block = max(dice.pick(1, max(60 // step_min, 1), max(480 // step_min, 1)), steps // CHANGES)
    most = asked.get("agents", dice.pick(2, 3, 5, 20, dice.size(1, 3_000)))
    staff = {}
    for name in scenario.pool_names:
        blocks = dice.rng.integers(0, most + 1, -(-steps // block))
        blocks[dice.rng.integers(blocks.size)] = most
        staff[name] = np.repeat(blocks, block)[:steps].tolist()
    return staff


def make_directions(dice: Dice, scenario: Scenario) -> Plain:
    """Return who helps whom: at once, after one of a few times, or never, with a reserve."""
    times = [0.0, dice.pick(1.0, 10.0), dice.real(0.01, LONGEST_MIN)]
    return {
        name: {
            helper: {
                "after_min": dice.pick(*times),
                "keep_free": dice.pick(0, 0, 1, dice.size(1, 50)),
            }
            for helper in pool.overflow_to
            if dice.is_so(0.9)
        }
        for name, pool in scenario.team.pools.items()
    }


def make_priority(dice: Dice, topics: tuple[str, ...], asked: Plain) -> Plain:
    """Return the order of the queue, often with a class for each topic."""
    every = tuple((name,) for name in dice.rng.permutation(topics).tolist())
    is_full = asked.get("classes", False)
    some = every[: dice.size(1, len(every))]
    return {
        "rule": dice.pick("fcfs", "fcfs", "edd"),
        "topics": every if is_full else dice.pick((), every, some),
        "complaints_first": dice.is_so(0.3),
        "influence_at_least": 1.0 if is_full else dice.pick(None, 0.5, 2.0),
        **({"returning_first": True} if is_full else dice.pick(*ORDERS)),
    }


ORDERS: tuple[Plain, ...] = ({}, {"returning_first": True}, {"new_first": True})


def make_surge(dice: Dice, pools: tuple[str, ...], people: int) -> Plain:
    """Return a trigger that fires easily, and who comes."""
    parts = dice.rng.multinomial(people, np.full(len(pools), 1.0 / len(pools)))
    return {
        "agents": dict(zip(pools, parts.tolist(), strict=True)),
        "waiting_factor": dice.pick(0.0, 0.5),
        "waiting_at_least": dice.pick(0.0, 5.0),
        "volume_factor": dice.pick(0.0, 2.0),
        "volume_at_least": dice.pick(0.0, 5.0),
        "off_below": dice.pick(1.0, 5.0, 1e9),
        "armed_after_open_min": dice.pick(0.0, 60.0),
    }


# ---- ties ----


def coarsen(draws: Draws, grid_ms: int) -> Draws:
    """Return draws whose times lie on a grid: arrivals rounded down, durations up."""
    if grid_ms == 1:
        return draws
    up: Callable[[np.ndarray], np.ndarray] = lambda times: -(-times // grid_ms) * grid_ms  # noqa: E731 (a name reads better than six calls)
    lasting = ("patience_ms", "patience2_ms", "repost_ms", "work_ms", "think_ms", "reopen_ms")
    lasting += ("later_patience_ms",)
    return draws._replace(
        arrival_ms=draws.arrival_ms // grid_ms * grid_ms,
        **{name: up(getattr(draws, name)) for name in lasting},
    )
