"""Twenty small days to plan, each of at most 100,000 plans.

A day opens at eight. A plan is the people of each kind of shift, a level for each topic (in each
phase that can come about), and such rules of order as make a difference there; every other rule
is without effect and is left at its default. At least one agent is at work in each open hour of
each pool that needs one; the budget binds.
"""

import copy
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.compose import compose_with_layers
from sim.planning.search.moves import set_levels
from sim.planning.session import make_template
from sim.rostering.coverage import find_minimum_coverage
from sim.rostering.roster import Rosters
from sim.scenario.build import build_scenario
from sim.scenario.model import Scenario
from sim.scenario.parts import PHASES
from sim.scenario.policy import Policy

HOUR_COST = 40.0
ROOM = 1.015
"""budget over the cost of the hours that it is meant for"""
OPENS = 8
Shifts = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Topic:
    """One kind of customer: share, minutes of work and patience, chances."""

    share: float = 1.0
    work_min: float = 15.0
    patience_min: float | None = None
    auto_share: float = 0.0
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Instance:
    """A small day.

    Attributes
    ----------
    name, about : str
        What it is called; what it tries.
    rates_per_h : tuple of float
        New customers by hour, up to the close.
    shifts : tuple of (start hour, hours)
        Kinds of shift.
    most : int
        Agents of a pool at once.
    hours : float
        Agent hours that the budget is meant for.
    topics : dict of str to Topic
        A pool each, unless `pools` says otherwise.
    first_h : int
        Clock hour of the first rate.
    busy_cv : float
        Of the day's Gamma factor.
    phases : tuple of str
        That have a level of their own.
    rules : tuple of dict
        Rules of order: changes of a policy.
    changes : dict
        Of the scenario, laid over what the rest says.
    is_markov : bool
        Whether `lines.py` has its exact value.
    runs : int
        Runs of the planner.
    """

    name: str
    about: str
    rates_per_h: tuple[float, ...]
    shifts: Shifts
    most: int
    hours: float
    topics: dict[str, Topic] = field(default_factory=lambda: {"customer": Topic()})
    first_h: int = OPENS
    busy_cv: float = 0.0
    phases: tuple[str, ...] = ("calm",)
    rules: tuple[dict[str, Any], ...] = ({},)
    changes: dict[str, Any] = field(default_factory=dict)
    is_markov: bool = True
    runs: int = 10

    @property
    def closes(self) -> int:
        """Clock hour of the close."""
        return self.first_h + len(self.rates_per_h)

    @property
    def budget(self) -> float:
        """Money for the day."""
        return ROOM * HOUR_COST * self.hours

    def build(self) -> Scenario:
        """Return the scenario."""
        return build_scenario(merge(self.write_plain(), self.changes))

    def write_plain(self) -> dict[str, Any]:
        """Return the scenario as plain data: the textbook day with our numbers."""
        plain: dict[str, Any] = copy.deepcopy(
            compose_with_layers(["scenario=validation/day"]).config["scenario"]
        )
        plain.pop("default_policy")
        rates = [0.0] * 24
        rates[self.first_h : self.closes] = self.rates_per_h
        plain["name"] = self.name
        plain["demand"] |= {"rate_per_h": rates, "busy_day_cv": self.busy_cv}
        plain["demand"]["spreading"] |= {"influence_sigma": 0.0}
        plain["conversation"] |= {"write_again_share": 0.0}
        topic = plain["topics"]["customer"]
        plain["topics"] = {
            name: topic
            | {
                "share": one.share,
                "work": exponential(one.work_min),
                "patience": one.patience_min and exponential(one.patience_min),
                "resolution_auto_share": one.auto_share,
                "resolution_share": 0.6,
            }
            | one.more
            for name, one in self.topics.items()
        }
        plain["team"]["pools"] = {
            name: {"skills": [name], "limit": self.most} for name in self.topics
        }
        plain["team"]["reference_staff"] = {}
        plain["surge_crew"]["max_people"] = 0
        # The chains know no overtime, and no hour that is paid more than another.
        plain["costs"] |= {"overtime_premium": 0, "night_premium": 1, "weekend_premium": 1}
        plain["costs"]["shrinkage_share"] = 0.30
        plain["promise"]["measure"] = "reply"
        plain["shifts"] = {
            "open_from_h": OPENS,
            "open_to_h": self.closes,
            "kinds": [{"start_h": start, "length_h": length} for start, length in self.shifts],
            "rest_h": 0,
            "max_days_a_week": 7,
            "part_time_share": 1,
        }
        plain["planner"] = {"budget": self.budget}
        return plain


def exponential(mean_min: float) -> dict[str, Any]:
    """Return a distribution."""
    return {"name": "exponential", "mean_min": mean_min}


def lognormal(mean_min: float, cv: float) -> dict[str, Any]:
    """Return a distribution."""
    return {"name": "lognormal", "mean_min": mean_min, "cv": cv}


def merge(old: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return ``old`` with ``changes`` laid over it, at any depth."""
    both = {
        key: merge(old[key], value)
        if isinstance(value, dict) and isinstance(old.get(key), dict) and key != "pools"
        else value
        for key, value in changes.items()
    }
    return {**old, **both}


def list_lineups(instance: Instance, rosters: Rosters) -> list[np.ndarray]:
    """Return all rosters that are allowed and that the budget pays."""
    free = [range(instance.most + 1)] * rosters.n
    found = (np.array(roster) for roster in itertools.product(*free))
    return [
        roster
        for roster in found
        if rosters.price(roster) <= instance.budget and rosters.is_allowed(roster)
    ]


def pose(instance: Instance, scenario: Scenario) -> Rosters:
    """Return the rosters of an instance, minimum coverage included."""
    rosters = Rosters(scenario)
    rosters.minimum_coverage = find_minimum_coverage(scenario, rosters.problem)
    return rosters


def list_efforts(instance: Instance) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield a level for each (topic, phase) and the level after a bot.

    A bot that resolves nobody is left out: its reply only counts as one more.
    """
    cells = [topic for topic in instance.topics.values() for _ in instance.phases]
    persons = ("brief", "standard", "thorough")
    for levels in itertools.product(
        *(("auto", *persons) if topic.auto_share > 0 else persons for topic in cells)
    ):
        for after in persons if "auto" in levels else ("standard",):
            yield levels, after


def to_policy(
    instance: Instance,
    scenario: Scenario,
    levels: tuple[str, ...],
    after: str,
    rules: dict[str, Any],
) -> Policy:
    """Return the policy of a choice, without people."""
    policy = make_template(scenario, Rosters(scenario))
    cells = itertools.product(instance.topics, instance.phases)
    for (topic, phase), level in zip(cells, levels, strict=True):
        policy = set_levels(policy, ((topic, phase),), level)
        if len(instance.phases) == 1:
            policy = set_levels(policy, tuple((topic, other) for other in PHASES), level)
    return Policy.model_validate(policy.model_dump() | {"after_auto": after} | rules)


def count_plans(instance: Instance, rosters: Rosters) -> int:
    """Return the number of plans, what the budget forbids included."""
    columns: int = (instance.most + 1) ** rosters.n
    return columns * len(list(list_efforts(instance))) * len(instance.rules)


BLOCKS_3: Shifts = ((8, 2), (10, 2), (12, 2))
BLOCKS_4: Shifts = ((8, 2), (10, 2), (12, 2), (14, 2))
FIRST = tuple(
    {"priority": {"topics": topics}}
    for topics in ((), (("plain",), ("hard",)), (("hard",), ("plain",)))
)
TWO = {"plain": Topic(0.6, 12.0), "hard": Topic(0.4, 20.0)}
LAUNCH = {
    "kind": "launch",
    "time_h": 8.0,
    "announced_h": 100.0,
    "peak": 2.0,
    "peak_sigma": 0.3,
    "ramp_min": 30.0,
    "half_life_1_h": 1.0,
    "half_life_2_h": 4.0,
    "weight": 0.6,
    "shape_share": 0.0,
    "topic_share": {"customer": 1.0},
    "work_multiplier": 1.2,
}

MARKOV = (
    Instance("three_blocks", "a peak at noon", (3, 3, 6, 6, 4, 4), BLOCKS_3, 4, 14, runs=100),
    Instance(
        "four_blocks", "two peaks", (2, 2, 5, 5, 3, 3, 6, 6), BLOCKS_4, 3, 16, runs=100,
    ),
    Instance(
        "six_hours", "hours staffed one by one", (2, 4, 6, 6, 4, 2),
        tuple((hour, 1) for hour in range(8, 14)), 3, 10,
    ),
    Instance(
        "impatient", "who waits leaves after half an hour", (5, 5, 8, 8, 5, 5), BLOCKS_3, 4, 14,
        {"customer": Topic(work_min=12, patience_min=30)}, runs=100,
    ),
    Instance(
        "overload", "a third leave whatever is done", (6, 9, 9, 5),
        ((8, 1), (9, 1), (10, 1), (11, 1)), 4, 7,
        {"customer": Topic(work_min=15, patience_min=20)},
    ),
    Instance(
        "bot", "a bot resolves three in ten", (4, 4, 7, 7, 5, 5), BLOCKS_3, 4, 10,
        {"customer": Topic(auto_share=0.3)},
    ),
    Instance(
        "bot_impatient", "a bot, and patience that it stretches", (4, 4, 8, 8, 4, 4), BLOCKS_3, 3,
        12, {"customer": Topic(auto_share=0.15, patience_min=40)},
    ),
    Instance(
        "overlapping", "early, middle and late shifts that overlap", (3, 3, 6, 6, 5, 4),
        ((8, 4), (10, 2), (10, 4), (8, 6)), 4, 14,
    ),
    Instance(
        "two_pools", "two topics, a pool each", (6, 6, 9, 9, 5, 5), ((8, 3), (11, 3)), 3, 21,
        TWO, runs=100,
    ),
    Instance(
        "two_pools_bot", "two pools, a bot good for one topic, patience in the other",
        (8, 8, 8, 8), ((8, 2), (10, 2)), 3, 14,
        {"plain": Topic(0.6, 12.0, None, 0.25), "hard": Topic(0.4, 20.0, 45.0)},
    ),
    Instance(
        "busy_days", "days differ by a Gamma factor of cv .25", (3, 3, 6, 6, 4, 4), BLOCKS_3, 4, 14,
        busy_cv=0.25,
    ),
    Instance("rich", "money for the best care", (3, 3, 5, 5, 3, 3), BLOCKS_3, 4, 20),
    Instance(
        "mail", "who wrote from five on waits at the door at eight", (1, 2, 2, 3, 3, 3, 3, 3, 3),
        BLOCKS_3, 4, 14, first_h=5,
    ),
)  # fmt: skip
SIMULATED = (
    Instance(
        "long_tails", "lognormal work, busy days and hours, shifts that overlap",
        (3, 3, 6, 6, 5, 4), ((8, 4), (10, 4), (8, 6)), 3, 14,
        {"customer": Topic(more={"work": lognormal(15.0, 1.2)})}, busy_cv=0.2,
        changes={"demand": {"busy_hour_cv": 0.3, "busy_hour_correlation": 0.5}},
    ),
    Instance(
        "silent", "half leave silently and cost work all the same; others post again",
        (4, 4, 7, 7, 4, 4), BLOCKS_3, 3, 12,
        {"customer": Topic(more={"patience": lognormal(40.0, 1.5)})},
        changes={"conversation": {"silent_share": 0.5, "repost_share": 0.4}},
    ),
    Instance(
        "returning", "unsolved cases come back after twenty minutes",
        (2, 2, 4, 4, 2, 2), BLOCKS_3, 3, 14, runs=100,
        rules=tuple(
            {"priority": order, "continuity": same}
            for order in ({}, {"returning_first": True}, {"new_first": True})
            for same in (False, True)
        ),
        changes={
            "conversation": {"write_again_share": 0.8, "max_turns": 3, "think": exponential(20.0)}
        },
    ),
    Instance(
        "spreading", "complaints that nobody answers make more of themselves",
        (2, 2, 4, 4, 3, 3), BLOCKS_3, 3, 12,
        {"customer": Topic(more={"complaint": True})},
        rules=({}, {"priority": {"influence_at_least": 3.0}}),
        changes={
            "demand": {"spreading": {"branching_ratio": 0.4, "influence_sigma": 1.0}},
        },
    ),
    Instance(
        "one_pool", "two topics in one line: levels for each, and which goes first",
        (4, 4, 6, 6, 4, 4), BLOCKS_3, 3, 12, TWO, rules=FIRST,
        changes={"team": {"pools": {"line": {"skills": ["plain", "hard"], "limit": 3}}}},
    ),
    Instance(
        "launch", "a launch at eight with a promise; levels by phase",
        (3, 3, 3, 3, 3, 3), BLOCKS_3, 4, 14, phases=("surge", "recovery"),
        changes={
            "events": {"launch": LAUNCH},
            "demand": {"base_per_h": 5.0},
            "promise": {"promise_min": 60, "target_share": 0.5, "alpha": 0.1},
        },
    ),
    Instance(
        "overflow", "mistaken routing, and pools that help each other after ten minutes",
        (6, 6, 9, 9), ((8, 2), (10, 2)), 2, 12,
        {"plain": Topic(0.5, 12.0), "hard": Topic(0.5, 18.0)}, rules=FIRST,
        changes={
            "maturity": {"routing_accuracy": 0.85, "transfer_min": 2},
            "team": {
                "overflow_min": 10,
                "pools": {
                    "plain": {"skills": ["plain"], "limit": 2, "overflow_to": ["hard"]},
                    "hard": {"skills": ["hard"], "limit": 2, "overflow_to": ["plain"]},
                },
            },
        },
    ),
)  # fmt: skip
INSTANCES = tuple(
    one if one.is_markov and one in MARKOV else Instance(**(one.__dict__ | {"is_markov": False}))
    for one in (*MARKOV, *SIMULATED)
)
