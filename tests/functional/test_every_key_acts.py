"""Every key of the data dictionary changes something that a user sees.

Each key of a scenario and of a policy is set to another value in one small world where all
mechanisms are on (two days, two events, phone spill-over, a surge crew), played with the same
seed: some measure or interval must change. What a play does not show is looked for where it is
told: on the page, in the roster rules, in the standard policies, by a test that is named here
and sets the key. A key that acts on nothing fails here, and so does one that is new and has no
line below. Keys of the commands are in ``test_every_command_key_acts.py``.
"""

import ast
import copy
import functools
import pathlib
import re
from typing import Any

import numpy as np
import pytest

import sim
from sim.scenario import event, kinds, model, parts, policy
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy
from sim.scenario.profile import count_intervals
from tests.worlds import (
    BREACH,
    GIVEN,
    LAUNCH,
    REDRESS_WORLD,
    constant,
    exponential,
    make_world,
    merge,
)
from tests.worlds import make_policy as make_flat_policy

EMPIRICAL = {"name": "empirical", "values_min": [2.0, 9.0]}
SPILL = {"base_per_h": 20.0, "handling": exponential(6.0), "agents": 2, "share": 0.5}
SPILL |= {"patience": exponential(4.0), "delay": exponential(30.0)}
POWER = {"decay": "power", "power_exponent": 2.0, "power_scale_h": 3.0}
WORLD: dict[str, Any] = make_world(
    horizon={"days": 2},
    demand={"base_per_h": 10.0, "spill": SPILL, "backlog_mentions": 20},
    events={
        "breach": {**BREACH, "window_h": [2.0, 10.0], "probability": 0.9, "peak": 3.0}
        | {"reignition_window_h": [4.0, 20.0], "reignition_probability": 1.0},
        "launch": {**LAUNCH, "time_h": 26.0},
    },
    surge_crew={"min_h": 0.5, "delay_min": 10.0, "max_hours_a_week": 9.0, "max_people": 3},
    team={"overflow_min": 20.0, "max_open_cases_per_agent": 4.0},
    promise={"promise_min": 30.0},
)
ALL = ("calm", "ahead", "surge", "recovery")
EFFORT = {"question": "auto", "product": "brief", "error": "thorough", "process": "thorough"}
POLICY: dict[str, Any] = {
    "effort": {topic: dict.fromkeys(ALL, level) for topic, level in EFFORT.items()},
    "surge": {"agents": {"general": 1, "technical": 2}, "waiting_factor": 1.0}
    | {"waiting_at_least": 8.0, "volume_factor": 1.5, "volume_at_least": 10.0, "off_below": 6.0}
    | {"armed_after_open_min": 0.0},
    "follow_up": True,
}

# Section of the dictionary: where its keys stand, and another value for each. A pair is that
# value and what else the world needs for the key to matter.
KEYS: dict[type[kinds.Part], tuple[str, dict[str, Any]]] = {
    parts.Horizon: (
        "horizon",
        {"start": "2024-03-20T00:00:00", "time_zone": "Asia/Tokyo", "days": 3}
        | {"interval_min": 30, "repeats": True},
    ),
    parts.Demand: (
        "demand",
        {
            "base_per_h": 14.0,
            "hour_shape": [1.0] * 24,
            "day_shape": [3.0, *[1.0] * 6],
            "hour_of_week": [1.0] * 168,
            "rate_per_h": [5.0] * 48,
            "busy_day_cv": 1.0,
            "busy_hour_cv": 1.0,
            "busy_hour_correlation": 0.0,
            "spreading": {"branching_ratio": 0.0},
            "spill": None,
            "sentiment_feedback": 0.2,
            "backlog_mentions": 0,
            "backlog_share": {"question": 1.0},
        },
    ),
    parts.Spreading: (
        "demand.spreading",
        {"branching_ratio": 0.1, "influence_sigma": 0.2, "influence_cap": 1.5, "flat_s": 3000.0}
        | {"exponent": 2.5, "cut_h": 1.0, "max_generations": 1},
    ),
    parts.Spill: (
        "demand.spill",
        {"base_per_h": 40.0, "handling": exponential(20.0), "agents": 0, "share": 0.1}
        | {"patience": exponential(30.0), "delay": exponential(300.0)},
    ),
    parts.Topic: (
        "topics.error",
        {"share": 0.9, "actionable_share": 0.5, "complaint": False, "follow_up": False}
        | {"compensation": False, "work": exponential(20.0), "patience": exponential(9.0)}
        | {"resolution_share": 0.9, "resolution_auto_share": (0.9, {"at": "auto"})}
        | {"optional": (True, {"at": "none"})}
        | {"cause": ("process", {"at": "redress"}), "loss_cost": (90.0, {"at": "all refunded"})},
    ),
    event.Event: (
        "events.breach",
        {
            "time_h": (5.0, {"window_h": None}),
            "window_h": [20.0, 30.0],
            "probability": 0.2,
            "announced_h": (300.0, {"at": "ahead"}),
            "peak": 9.0,
            "peak_sigma": 2.0,
            "ramp_min": 600.0,
            "decay": ("power", POWER),
            "half_life_1_h": 1.0,
            "half_life_2_h": 1.0,
            "weight": 0.1,
            "power_exponent": (5.0, POWER),
            "power_scale_h": (30.0, POWER),
            "shape_share": 1.0,
            "topic_share": {"error": 1.0},
            "work_multiplier": 3.0,
            "patience_multiplier": 0.1,
            "expectation_factor": 0.5,
            "expectation_half_life_h": 1.0,
            "learning_exponent": (2.0, {"work_multiplier": 3.0}),
            "learning_cases": (1.0, {"work_multiplier": 3.0, "learning_exponent": 1.0}),
            "comments": 50.0,
            "comments_topic": ("chatter", {"comments": 50.0}),
            "reignition_probability": 0.0,
            "reignition_window_h": [1.0, 2.0],
            "reignition_peak_share": 2.0,
            "repeat": {"every_h": 12.0, "times": 2},
            "repeat_of": ("launch", {"at": "prepared"}),
        },
    ),
    event.Repeat: (
        "events.launch.repeat",
        {"every_h": (6.0, {"at": "repeated"}), "times": (3, {"at": "repeated"})},
    ),
    event.Preparation: (
        "preparations.briefing",
        {
            "agent_h": (9.0, {"at": "prepared"}),
            "pool": ("technical", {"at": "prepared"}),
            "cost": (50.0, {"at": "prepared"}),
            "gives_h": (1.0, {"at": "moved"}),
            "gives_within_h": (3.0, {"at": "moved"}),
            "takes": ("after", {"at": "moved"}),
            "effects": ({"work": 0.5}, {"at": "prepared"}),
        },
    ),
    event.Effects: (
        "preparations.briefing.effects",
        {
            "mentions": (0.5, {"at": "prepared"}),
            "cases": (50.0, {"at": "learned"}),
            "work": (0.5, {"at": "prepared"}),
            "expectation": (0.5, {"at": "prepared"}),
            "resolution": (3.0, {"at": "prepared"}),
            "off_skill_time": (0.0, {"at": "prepared"}),
        },
    ),
    parts.Effort: (
        "effort",
        {"levels": {"brief": {"work_multiplier": 2.0}}, "brief_resolution_factor": 0.1}
        | {"thorough_failure_factor": 0.1},
    ),
    parts.EffortLevel: (
        "effort.levels.brief",
        {"work_multiplier": 2.0, "friendly_share": 0.0, "personal_share": 1.0}
        | {"reopen_share": 0.9, "residual_spread": 1.0, "sentiment_weight": 3.0},
    ),
    parts.Conversation: (
        "conversation",
        {
            "write_again_share": 0.1,
            "max_turns": 1,
            "think": exponential(5.0),
            "give_up_h": 0.1,
            "silent_share": 1.0,
            "repost_share": 1.0,
            "repost_delay": (exponential(300.0), {"at": "impatient"}),
            "patience_stretch_after_auto": (9.0, {"at": "impatient"}),
            "reopen_delay": exponential(9.0),
            "follow_up_min": 30.0,
            "follow_up_share": 1.0,
            "follow_up_reopen_factor": (0.0, {"at": "reopening"}),
            "no_reply_spread": 0.0,
            "taken_down_spread": (0.0, {"at": "crowd"}),
            "backlash_share": (0.9, {"at": "crowd"}),
            "later_patience_factor": 0.1,
        },
    ),
    parts.Brand: (
        "brand",
        {"k1": 0.9, "k2": 0.4, "k3": 0.1, "mean_sentiment": 0.9, "price_factor": 0.5}
        | {"effort_scale": 0.2, "effort_by_arrival": True, "baseline": 0.3}
        | {"mood_strength": 0.5, "mood_half_life_h": (2.0, {"at": "moody"})},
    ),
    parts.Maturity: (
        "maturity",
        {
            "ticket_system": False,
            "triage_recall": 0.3,
            "triage_false_positive": (0.9, {"at": "mixed"}),
        }
        | {
            "monitor_every_min": (120.0, {"ticket_system": False}),
            "triage_min": (5.0, {"at": "mixed"}),
        }
        | {"routing_accuracy": 0.1, "transfer_min": 30.0, "desktop_share": 1.0}
        | {"desktop_share_average": 1.0, "search_share": (0.9, {"desktop_share": 1.0})}
        | {"proficiency": 2.0},
    ),
    parts.Team: (
        "team",
        {"pools": {"general": {"skills": ["question", "product", "praise", "error"]}}}
        | {"off_skill_time": (9.0, {"overflow_min": 1.0})}
        | {"off_skill_odds": (0.0, {"overflow_min": 1.0})}
        | {"overflow_min": 1.0, "slow_down_slope": 1.0, "slow_down_from": 0.0}
        | {"slow_down_max": (1.0, {"slow_down_from": 0.0}), "dormant_min": 1.0}
        | {"max_open_cases_per_agent": 1.0, "load_counts": "begun_in_group"}
        | {"backlog_slope": 0.5, "backlog_from": (0.0, {"backlog_slope": 0.5})}
        | {"backlog_least": (0.1, {"backlog_slope": -1.0, "backlog_from": 0.0})}
        | {"backlog_max": (3.0, {"backlog_slope": 1.0, "backlog_from": 0.0})},
    ),
    parts.Pool: (
        "team.pools.general",
        {
            "skills": ["question", "product", "praise", "error"],
            "overflow_to": ([], {"at": "helping"}),
            "proficiency": {"question": {"time": 3.0}},
        },
    ),
    parts.Proficiency: ("team.pools.general.proficiency.product", {"time": 3.0, "odds": 0.1}),
    parts.SurgeRules: (
        "surge_crew",
        {"max_hours_a_week": 1.0, "delay_min": 300.0, "min_h": 6.0} | {"premium": 3.0},
    ),
    parts.Costs: (
        "costs",
        {"paid_hour_cost": 40.0, "shrinkage_share": 0.1, "auto_reply_cost": 2.0}
        | {"compensation_cost": 50.0, "compensation_share": 0.9, "overtime_premium": 9.0}
        | {"night_premium": 2.0, "night_from_h": (12, {"night_premium": 2.0})}
        | {"night_to_h": (10, {"night_premium": 2.0})}
        | {"weekend_premium": (2.0, {"at": "weekend"})},
    ),
    parts.Absence: (
        "absence",
        {"share": 0.5, "day_cv": (3.0, {"share": 0.4}), "paid": (False, {"share": 0.4})},
    ),
    parts.Redress: (
        "redress",
        {
            "apology": ({"unit_cost": 9.0}, {"at": "redress"}),
            "refund": ({"unit_cost": 99.0}, {"at": "redress"}),
            "replacement": ({"unit_cost": 99.0}, {"at": "redress"}),
            "other_fit": (0.0, {"at": "redress"}),
        },
    ),
    parts.Apology: (
        "redress.apology",
        {
            "share": (0.1, {"at": "redress"}),
            "process_ratio": (1.5, {"at": "redress"}),
            "other_ratio": (1.5, {"at": "redress"}),
            "within_h": (0.1, {"at": "redress"}),
            "unit_cost": (9.0, {"at": "redress"}),
            "work_min": (9.0, {"at": "redress"}),
        },
    ),
    parts.Remedy: (
        "redress.refund",
        {
            "share": (0.1, {"at": "redress"}),
            "worth_cost": (40.0, {"at": "redress"}),
            "unit_cost": (99.0, {"at": "redress"}),
            "work_min": (9.0, {"at": "redress"}),
        },
    ),
    parts.Faq: (
        "faq",
        {
            "deflect_share": (0.1, {"at": "faq"}),
            "gain": (9.0, {"at": "faq"}),
            "visible_h": (48.0, {"at": "faq"}),
            "pinned_h": (1.0, {"at": "faq"}),
            "weight": ({"thorough": 9.0}, {"at": "faq"}),
            "base_issues": (1, {"at": "faq"}),
            "event_issues": (2, {"at": "faq"}),
            "zipf": (3.0, {"at": "faq"}),
            "awareness": (0.0, {"at": "faq"}),
            "awareness_most": (0.1, {"at": "faq"}),
            "thread_spread": (2.0, {"at": "faq"}),
            "pinned_work_h": (9.0, {"at": "faq"}),
        },
    ),
    parts.Weights: (
        "faq.weight",
        {
            "auto": (9.0, {"at": "faq"}),
            "brief": (9.0, {"at": "faq"}),
            "standard": (9.0, {"at": "faq"}),
            "thorough": (9.0, {"at": "faq"}),
            "pinned": (0.0, {"at": "faq"}),
        },
    ),
    parts.Holiday: ("holidays.2024-03-18", {"volume": 3.0, "hour_shape": [1.0] * 24}),
    parts.Promise: ("promise", {"promise_min": 5.0, "measure": "wait"}),
    parts.Satisfaction: (
        "satisfaction",
        {"e0": 0.2, "w0_min": 1.0, "w1_min": 100.0, "q_none": 0.5, "a_speed": 0.9, "a_res": 0.1}
        | {"a_tone": 0.9, "a_pers": 0.9, "a_turn": 0.3, "follow_up_bonus": 0.5, "b0": 1.0}
        | {"b_q": 2.0, "b_plus": 3.0, "b_minus": 0.5, "r0": 1.0, "r1": 3.0}
        | {"tone_shift": 0.5, "personal_shift": 0.5}
        | {"later_speed_weight": 0.5, "late_per_h": 0.1, "expected_time_sigma": 1.0}
        | {"a_red": (0.9, {"at": "redress"})},
    ),
    kinds.Duration: (
        "topics.process.work",
        {"name": "gamma", "mean_min": 20.0, "cv": 3.0}
        | {"values_min": ([30.0], {"name": "empirical", "mean_min": None, "cv": None})},
    ),
    model.Scenario: (
        "",
        {"drain_h": 0.5, "warm_up_h": 12.0},
    ),
    policy.Policy: (
        "policy",
        {
            "staff": {"general": [3] * 48},
            "after_close": {"general": 0, "technical": 9},
            "effort": {"product": dict.fromkeys(ALL, "thorough")},
            "after_auto": "thorough",
            "lead_h": (2.0, {"at": "only announced"}),
            "priority": {"returning_first": True},
            "surge": None,
            "follow_up": False,
            "redress": ({"product": dict.fromkeys(ALL, "replacement")}, {"at": "redress"}),
            "channel": ({"error": dict.fromkeys(ALL, "private")}, {"at": "faq"}),
            "posts": ([], {"at": "faq"}),
            "preparations": ([], {"at": "prepared"}),
            "take_down_after_min": (1.0, {"at": "crowd"}),
            "continuity": True,
            "cut": "preempt",
            "knows_events": (False, {"at": "only announced"}),
            "overflow": {"general": {"technical": {}}},
        },
    ),
    policy.Help: (
        "policy.overflow.general.technical",
        {"after_min": 5.0, "keep_free": (1, {"after_min": 0.0})},
    ),
    policy.Priority: (
        "policy.priority",
        {"rule": "edd", "topics": [["process"], ["error"]]}
        | {"complaints_first": True, "influence_at_least": 1.0, "returning_first": True}
        | {"new_first": True},
    ),
    policy.Surge: (
        "policy.surge",
        {
            "agents": {"technical": 1},
            "waiting_factor": (9.0, {"volume_at_least": 1e6}),
            "waiting_at_least": (90.0, {"volume_at_least": 1e6}),
        }
        | {
            "volume_factor": (30.0, {"waiting_at_least": 1e6}),
            "volume_at_least": 90.0,
            "off_below": 0.0,
        }
        | {"armed_after_open_min": 900.0},
    ),
}
# Worlds in which a key matters that does not in the common one: changes of world and policy.
AHEAD = {"lead_h": 20.0, "effort": {"product": {"ahead": "thorough"}}}
QUIET: dict[str, Any] = {
    "demand": {"base_per_h": 3.0, "backlog_mentions": 0},
    "events": {"breach": {"probability": 0.001}},
}
POST: dict[str, Any] = {"event": "launch", "at_h": 25.0, "issues": 2}
FAQ_WORLD: dict[str, Any] = {
    "faq": {"deflect_share": 0.6, "awareness": 0.5, "weight": {"auto": 0.2}},
    "topics": {"question": {"resolution_auto_share": 0.5}, "error": {"resolution_share": 0.8}},
}
STANDARD_IN_SURGE = {"error": {"surge": "standard"}}
PLACES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "": ({}, {}),
    "auto": ({}, {"effort": {"error": dict.fromkeys(ALL, "auto")}}),
    "none": ({}, {"effort": {"error": dict.fromkeys(ALL, "none")}}),
    "ahead": ({}, AHEAD),
    "only announced": (QUIET, AHEAD),
    "weekend": ({"horizon": {"start": "2024-03-23T00:00:00"}}, {}),
    "redress": (REDRESS_WORLD, {"redress": GIVEN}),
    "all refunded": (
        REDRESS_WORLD,
        {"redress": {"error": dict.fromkeys(ALL, "refund")}},
    ),
    "faq": (FAQ_WORLD, {"posts": [POST], "effort": STANDARD_IN_SURGE}),
    "repeated": ({"events": {"launch": {"repeat": {"every_h": 8.0, "times": 2}}}}, {}),
    "prepared": (
        {
            "preparations": {
                "briefing": {"event": "launch", "ready_h_before": 2.0, "agent_h": 3.0}
                | {"effects": {"mentions": 1.2, "work": 0.8, "off_skill_time": 0.5}}
            },
            "team": {"overflow_min": 1.0, "off_skill_time": 2.0},
            "events": {"launch": {"expectation_factor": 1.3}},
        },
        {"preparations": ["briefing"]},
    ),
    "crowd": ({"events": {"breach": {"comments": 60.0}}}, {"take_down_after_min": 30.0}),
    "learned": (
        {
            "preparations": {"briefing": {"event": "launch"}},
            "events": {"launch": {"work_multiplier": 3.0, "learning_exponent": 1.0}},
        },
        {"preparations": ["briefing"]},
    ),
    "moved": (
        {
            "preparations": {
                "briefing": {"event": "launch", "agent_h": 3.0, "gives_h": 2.0}
                | {"gives_within_h": 6.0}
            },
            "costs": {"shrinkage_share": 0.5},
        },
        {"preparations": ["briefing"]},
    ),
    "mixed": ({"topics": {"error": {"actionable_share": 0.5}}}, {}),
    "moody": ({"brand": {"mood_strength": 0.5}}, {}),
    "helping": (merge(QUIET, {"team": {"overflow_min": 1.0}}), {}),
    "impatient": (
        {"topics": {"question": {"patience": exponential(9.0)}}}
        | {"conversation": {"silent_share": 0.0, "repost_share": 1.0}},
        {},
    ),
    "reopening": (
        {"effort": {"levels": {"thorough": {"reopen_share": 0.9}}}}
        | {"conversation": {"reopen_delay": constant(20.0), "follow_up_share": 1.0}},
        {},
    ),
}
# Groups of keys: their keys have lines of their own.
GROUPS = {
    "horizon", "demand", "topics", "events", "effort", "conversation", "brand", "maturity", "team",
    "surge_crew", "costs", "promise", "satisfaction", "shifts", "absence", "holidays",
    "redress", "faq", "preparations",
}  # fmt: skip


def nest(path: str, value: Any) -> dict[str, Any]:
    """Return a value under a dotted path."""
    for word in reversed([word for word in path.split(".") if word]):
        value = {word: value}
    return value


def play(world: dict[str, Any], rules: dict[str, Any]) -> str:
    """Return all measures and intervals of two replications, as one text."""
    scenario = Scenario.model_validate(copy.deepcopy(world))
    plain = make_flat_policy(scenario).model_dump(mode="json")
    step = rules.get("staff_interval_min", scenario.horizon.interval_min)
    staff = [2 - (hour % 8 > 4) for hour in range(count_intervals(scenario.horizon))]
    own = {"staff": dict.fromkeys(scenario.pool_names, staff), "staff_interval_min": step}
    chosen = Policy.model_validate(merge(merge(plain, own), rules))
    run = sim.simulate(scenario, chosen, replications=2, workers=1)
    tables = (run.replications, run.intervals)
    return repr([{key: np.asarray(table[key]).tolist() for key in table} for table in tables])


def change(place: str, value: Any, to: dict[str, Any], rules: dict[str, Any]) -> Any:
    """Return world and policy with a value put where its section says."""
    root, _, rest = place.partition(".")
    if root == "policy":
        return to, merge(rules, nest(rest, value))
    return merge(to, nest(place, value)), rules


def list_cases() -> list[Any]:
    return [
        pytest.param(place, key, value, id=f"{place}.{key}".strip("."))
        for place, keys in KEYS.values()
        for key, value in keys.items()
        if key not in GROUPS or place
    ]


@functools.cache
def play_place(name: str) -> str:
    world, rules = PLACES[name]
    return play(merge(WORLD, world), merge(POLICY, rules))


@pytest.mark.parametrize(("place", "key", "value"), list_cases())
def test_the_key_changes_what_is_measured(place: str, key: str, value: Any) -> None:
    value, more = value if isinstance(value, tuple) else (value, {})
    extra = {name: one for name, one in more.items() if name != "at"}
    where = more.get("at", "")
    world, rules = merge(WORLD, PLACES[where][0]), merge(POLICY, PLACES[where][1])
    # Where the world is none without the key itself, the key comes with what it needs.
    alone = not extra or None in extra.values() or key in extra
    with_extra = change(place, extra, world, rules) if extra else (world, rules)
    before = play_place(where) if alone else play(*with_extra)
    assert play(*change(f"{place}.{key}".strip("."), value, *with_extra)) != before


# Keys that no play shows, and the test that sets them where they act.
COMMANDS = "functional/test_every_command_key_acts.py"
TOLD = f"{COMMANDS}::test_names_are_on_the_page"
SENTIMENT = f"{COMMANDS}::test_a_price_of_sentiment_changes_the_policy_sentiment_optimal"
COMPOSED = "unit/test_compose_config.py"
ELSEWHERE: dict[type[kinds.Part], dict[str, str]] = {
    event.Preparation: {
        "label": "unit/test_report_preparing.py::test_a_task_in_one_sentence",
        "event": "unit/test_preparing_errors.py::test_a_policy",
        "kind": "unit/test_preparing_errors.py::test_a_policy",
        "ready_h_before": "unit/test_preparing_errors.py::test_due_before_the_horizon_starts",
    },
    model.Scenario: {
        "name": "functional/test_plan_living.py::test_several_scenarios_at_once",
        "title": TOLD,
        "currency": TOLD,
        "default_policy": f"{COMPOSED}::"
        "test_policy_is_the_asked_one_else_the_scenarios_else_the_reference",
        "planner": f"{COMPOSED}::test_the_budget_comes_from_override_then_scenario_then_planner",
    },
    parts.Demand: {
        "replay": "theory/test_demand_arrivals.py::test_recorded_demand_comes_as_recorded"
    },
    event.Event: {
        "kind": TOLD,
        "questions": "functional/test_plan_answers.py::"
        "test_what_an_answer_spares_is_the_difference_of_two_plays",
    },
    parts.Brand: {"name": TOLD, "kappa": SENTIMENT, "c": SENTIMENT, "rho_per_h": SENTIMENT}
    | dict.fromkeys(
        ("k1_se", "k2_se"),
        "unit/test_planning_decision.py::test_a_rate_of_sentiment_is_moved_by_two_standard_errors",
    ),
    parts.Maturity: {
        "name": TOLD,
        "sentiment_priority": "unit/test_lower.py::"
        "test_influential_authors_and_sentiment_tools_make_classes",
    },
    parts.Team: {
        "reference_staff": "unit/test_local_grid.py::test_reference_staff_keeps_the_opening_hours",
        "overflow_decided": "unit/test_search_moves.py::"
        "test_the_search_finds_help_at_once_and_tells_it",
    },
    parts.Pool: {
        "limit": "unit/test_rostering_roster.py::test_limits_of_pools_and_part_timers_are_kept"
    },
    parts.SurgeRules: {
        "max_people": "unit/test_search_moves.py::test_crews_stay_within_their_number"
    },
    parts.Costs: {
        "spread_harm": "unit/test_evaluation_evaluator.py::"
        "test_sentiment_and_spread_are_weighed_as_measured"
    },
    parts.Holiday: {"open": "unit/test_profile.py::test_a_holiday_by_hand"},
    parts.Promise: {
        "target_share": "unit/test_policies_standard.py::"
        "test_erlang_a_asks_for_the_fewest_agents_that_meet_the_target",
        "alpha": f"{COMMANDS}::test_the_risk_of_a_broken_promise_changes_what_a_plan_may_be",
    },
    policy.Policy: {
        "name": TOLD,
        "shifts": f"{COMMANDS}::test_a_key_of_a_policys_shifts_acts",
        "staff_interval_min": "unit/test_lower.py::"
        "test_staff_by_reporting_interval_or_by_its_own_step",
    },
}
TESTS = pathlib.Path(__file__).parents[1]


@pytest.mark.parametrize("kind", KEYS, ids=lambda kind: kind.__name__)
def test_every_key_has_a_line(kind: type[kinds.Part]) -> None:
    """A new key says here how it acts; the lists name no key that is gone."""
    place, keys = KEYS[kind]
    told = {*keys, *ELSEWHERE.get(kind, {}), *(GROUPS if not place else ())}
    assert [key for key in kind.model_fields if key not in told] == []
    assert [key for key in keys if key not in kind.model_fields] == []


def read_test(place: str) -> str:
    """Return the source of a test, its decorators and the upper-case tables that it reads."""
    path, _, name = place.partition("::")
    text = (TESTS / path).read_text("utf-8")
    body = ast.parse(text).body
    [found] = [one for one in body if isinstance(one, ast.FunctionDef) and one.name == name]
    used = {one.id for one in ast.walk(found) if isinstance(one, ast.Name) and one.id.isupper()}
    tables = [
        one
        for one in body
        if isinstance(one, ast.Assign)
        and any(isinstance(to, ast.Name) and to.id in used for to in one.targets)
    ]
    return "\n".join(ast.unparse(one) for one in (found, *tables))


@pytest.mark.parametrize(
    ("key", "place"), [(key, place) for keys in ELSEWHERE.values() for key, place in keys.items()]
)
def test_keys_that_act_elsewhere_are_set_there(key: str, place: str) -> None:
    """The named test exists and sets the key: `key=`, `'key':`, `scenario.key=` or `key: value`."""
    assert re.search(rf"\b{key}['\"]?\s*(:|=(?!=))", read_test(place)), place
