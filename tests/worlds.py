"""Scenarios and policies for tests, in code: the starting values with one team of two pools.

``make_scenario(demand={"base_per_h": 5.0})`` changes single keys, at any depth;
``Whole(...)`` around a dictionary puts it in place of the old one.
"""

import copy
from typing import Any

from sim.scenario.model import Scenario
from sim.scenario.parts import PHASES
from sim.scenario.policy import Policy
from sim.scenario.profile import count_intervals

HOUR_SHAPE = [
    *(0.79, 0.77, 0.38, 0.50, 0.27, 0.27, 0.34, 0.49, 0.61, 1.02, 1.14, 1.37),
    *(1.79, 1.41, 1.38, 1.27, 1.38, 1.31, 1.47, 1.63, 1.17, 1.28, 1.10, 0.87),
]
DAY_SHAPE = [1.07, 1.10, 1.07, 1.05, 1.13, 0.84, 0.73]


class Whole(dict[str, Any]):
    """A dictionary that replaces another instead of being merged into it."""


def lognormal(mean_min: float, cv: float) -> dict[str, Any]:
    return {"name": "lognormal", "mean_min": mean_min, "cv": cv}


def exponential(mean_min: float) -> dict[str, Any]:
    return {"name": "exponential", "mean_min": mean_min}


def constant(mean_min: float) -> dict[str, Any]:
    return {"name": "constant", "mean_min": mean_min}


def make_topic(share: float, work_min: float, patience_min: float, p: float, **more: Any) -> Any:
    topic = {
        "share": share,
        "work": lognormal(work_min, 0.9),
        "patience": lognormal(patience_min, 1.5),
        "resolution_share": p,
    }
    return topic | more


TOPICS = {
    "question": make_topic(0.36, 3.2, 480.0, 0.52, resolution_auto_share=0.08),
    "error": make_topic(0.23, 5.0, 360.0, 0.35, complaint=True, follow_up=True, compensation=True),
    "product": make_topic(0.13, 4.2, 540.0, 0.40, complaint=True),
    "process": make_topic(
        0.13, 5.0, 600.0, 0.28, complaint=True, follow_up=True, compensation=True
    ),
    "praise": make_topic(0.05, 1.5, 1440.0, 0.90),
    "chatter": make_topic(0.10, 1.5, 1440.0, 0.90, actionable_share=0.0),
}


def make_level(work: float, friendly: float, personal: float, reopen: float, *rest: float) -> Any:
    return {
        "work_multiplier": work,
        "friendly_share": friendly,
        "personal_share": personal,
        "reopen_share": reopen,
        "residual_spread": rest[0],
        "sentiment_weight": rest[1],
    }


LEVELS = {
    "auto": make_level(0.0, 0.15, 0.0, 0.12, 0.9, 0.0),
    "brief": make_level(0.65, 0.50, 0.30, 0.12, 0.4, 0.7),
    "standard": make_level(1.0, 0.70, 0.60, 0.08, 0.1, 1.0),
    "thorough": make_level(1.6, 0.82, 0.85, 0.05, 0.0, 1.15),
}

DAY_STAFF = [0] * 7 + [2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 2, 2]
TECHNICAL_STAFF = [0] * 7 + [1, 1, 2, 2, 2, 3, 3, 3, 2, 2, 2, 3, 3, 2, 2, 2, 1]

WORLD: dict[str, Any] = {
    "name": "test_week",
    "horizon": {"start": "2024-03-18T00:00:00", "days": 7, "repeats": False},
    "demand": {
        "base_per_h": 24.0,
        "hour_shape": HOUR_SHAPE,
        "day_shape": DAY_SHAPE,
        "busy_day_cv": 0.20,
        "busy_hour_cv": 0.26,
        "busy_hour_correlation": 0.5,
        "spreading": {
            "branching_ratio": 0.35,
            "influence_sigma": 1.0,
            "influence_cap": 20.0,
            "flat_s": 300.0,
            "exponent": 1.2315,
            "cut_h": 48.0,
            "max_generations": 8,
        },
    },
    "topics": TOPICS,
    "events": {},
    "effort": {
        "levels": LEVELS,
        "brief_resolution_factor": 0.75,
        "thorough_failure_factor": 0.7,
    },
    "conversation": {
        "write_again_share": 0.69,
        "max_turns": 8,
        "think": lognormal(575.0, 20.0),
        "give_up_h": 24.0,
        "silent_share": 0.5,
        "repost_share": 0.4,
        "repost_delay": exponential(30.0),
        "patience_stretch_after_auto": 1.25,
        "reopen_delay": lognormal(1440.0, 1.5),
        "follow_up_min": 1.5,
        "follow_up_share": 0.25,
        "follow_up_reopen_factor": 0.6,
    },
    "brand": {
        "name": "AT&T",
        "k1": 0.396,
        "k2": 0.164,
        "k3": 0.028,
        "k1_se": 0.011,
        "k2_se": 0.007,
        "mean_sentiment": 0.468,
        "price_factor": 1.04,
    },
    "maturity": {
        "name": "average",
        "ticket_system": True,
        "triage_recall": 0.90,
        "triage_false_positive": 0.10,
        "monitor_every_min": 5.0,
        "triage_min": 0.5,
        "routing_accuracy": 0.85,
        "transfer_min": 2.0,
        "desktop_share": 0.40,
        "desktop_share_average": 0.40,
        "search_share": 0.26,
        "proficiency": 1.0,
        "sentiment_priority": False,
    },
    "team": {
        "pools": {
            "general": {
                "skills": ["question", "product", "praise"],
                "limit": 30,
                "overflow_to": ["technical"],
            },
            "technical": {
                "skills": ["error", "process"],
                "limit": 30,
                "overflow_to": ["general"],
            },
        },
        "overflow_min": 10.0,
        "slow_down_slope": 0.05,
        "slow_down_from": 3.0,
        "slow_down_max": 1.3,
        "dormant_min": 30.0,
        "max_open_cases_per_agent": 5.0,
        "reference_staff": {"general": DAY_STAFF, "technical": TECHNICAL_STAFF},
    },
    "shifts": {
        "open_from_h": 7.0,
        "open_to_h": 24.0,
        "kinds": [
            *({"start_h": hour, "length_h": 8.0} for hour in (7.0, 9.0, 12.0, 14.0, 16.0)),
            *(
                {"start_h": hour, "length_h": 5.0, "part_time": True}
                for hour in (9.0, 12.0, 17.0, 19.0)
            ),
        ],
        "rest_h": 11.0,
        "max_days_a_week": 5,
        "part_time_share": 0.40,
    },
    "surge_crew": {
        "max_people": 8,
        "max_hours_a_week": 36.0,
        "delay_min": 90.0,
        "min_h": 4.0,
        "premium": 1.5,
    },
    "costs": {
        "paid_hour_cost": 28.0,
        "shrinkage_share": 0.30,
        "auto_reply_cost": 0.05,
        "compensation_cost": 8.0,
        "compensation_share": 0.10,
    },
    "promise": {"promise_min": 60.0, "target_share": 0.80, "alpha": 0.10},
    "satisfaction": {
        "e0": 0.60,
        "w0_min": 4.0,
        "w1_min": 480.0,
        "q_none": 0.20,
        "a_speed": 0.40,
        "a_res": 0.30,
        "a_tone": 0.18,
        "a_pers": 0.12,
        "a_turn": 0.05,
        "follow_up_bonus": 0.05,
        "b0": 0.30,
        "b_q": 0.77,
        "b_plus": 0.77,
        "b_minus": 2.01,
        "r0": -1.2,
        "r1": 1.0,
        "tone_shift": 3.5,
        "personal_shift": 3.5,
    },
}

OUTAGE = {
    "kind": "outage",
    "window_h": [24.0, 48.0],
    "probability": 0.5,
    "peak": 15.0,
    "peak_sigma": 0.5,
    "ramp_min": 60.0,
    "half_life_1_h": 3.0,
    "half_life_2_h": 12.0,
    "weight": 0.7,
    "shape_share": 0.0,
    "topic_share": {"question": 0.20, "error": 0.70, "product": 0.02, "process": 0.03}
    | {"chatter": 0.05},
    "patience_multiplier": 0.7,
    "expectation_factor": 1.05,
    "expectation_half_life_h": 48.0,
}
LAUNCH = {
    "kind": "launch",
    "time_h": 60.0,
    "announced_h": 336.0,
    "peak": 2.5,
    "peak_sigma": 0.3,
    "ramp_min": 60.0,
    "half_life_1_h": 8.0,
    "half_life_2_h": 30.0,
    "weight": 0.5,
    "shape_share": 0.5,
    "topic_share": {"question": 0.40, "error": 0.20, "product": 0.25, "process": 0.05}
    | {"praise": 0.05, "chatter": 0.05},
    "work_multiplier": 1.3,
}
BREACH = {
    "kind": "breach",
    "window_h": [0.0, 168.0],
    "probability": 0.3,
    "peak": 6.0,
    "peak_sigma": 0.5,
    "ramp_min": 120.0,
    "half_life_1_h": 4.0,
    "half_life_2_h": 33.6,
    "weight": 0.7,
    "shape_share": 0.0,
    "topic_share": {"question": 0.35, "error": 0.30, "product": 0.05, "process": 0.20}
    | {"chatter": 0.10},
    "patience_multiplier": 0.7,
    "expectation_factor": 1.15,
    "expectation_half_life_h": 336.0,
    "reignition_probability": 0.5,
    "reignition_window_h": [24.0, 72.0],
    "reignition_peak_share": 0.4,
}

REDRESS_WORLD: dict[str, Any] = {
    "redress": {
        "apology": {"within_h": 24.0, "work_min": 0.5},
        "refund": {"share": 0.6, "worth_cost": 10.0, "unit_cost": 10.0, "work_min": 2.0},
        "replacement": {"worth_cost": 15.0, "unit_cost": 6.0, "work_min": 4.0},
    },
    "topics": {
        "product": {"cause": "product", "loss_cost": 20.0, "follow_up": True},
        "error": {"cause": "error", "loss_cost": 4.0},
        "process": {"cause": "process"},
    },
    "satisfaction": {"a_red": 0.12},
}
"""Something was lost in three topics, and all kinds of redress are offered."""
GIVEN = {
    "product": {"calm": "refund", "surge": "replacement", "recovery": "apology"},
    "error": dict.fromkeys(PHASES, "apology"),
    "process": {"calm": "apology", "surge": "none"},
}
"""Redress of every kind, by phase."""


def merge(old: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return `old` with `changes` laid over it, dictionaries within dictionaries."""
    merged = dict(old)
    for key, value in changes.items():
        if isinstance(value, dict) and not isinstance(value, Whole) and key in old:
            both = isinstance(old[key], dict)
            merged[key] = merge(old[key], value) if both else value
        else:
            merged[key] = dict(value) if isinstance(value, Whole) else value
    return merged


def make_world(**changes: Any) -> dict[str, Any]:
    """Return the plain dictionary of a scenario."""
    return copy.deepcopy(merge(WORLD, changes))


def make_scenario(**changes: Any) -> Scenario:
    """Return the telecom week of the starting values, with changes."""
    return Scenario.model_validate(make_world(**changes))


def make_plain_scenario(rate_per_h: float = 20.0, **changes: Any) -> Scenario:
    """Return one topic in one pool, open day and night, nothing but arrivals and work.

    No busyness, spreading, false detection, transfers, reposts, second turns, or patience.
    """
    plain: dict[str, Any] = {
        "demand": {
            "base_per_h": rate_per_h,
            "hour_shape": [1.0] * 24,
            "day_shape": [1.0] * 7,
            "busy_day_cv": 0.0,
            "busy_hour_cv": 0.0,
            "busy_hour_correlation": 0.0,
            "spreading": {"branching_ratio": 0.0},
        },
        "topics": Whole(question={"share": 1.0, "work": exponential(4.0), "resolution_share": 1.0}),
        "effort": {"brief_resolution_factor": 1.0, "thorough_failure_factor": 1.0}
        | {"levels": {name: level | {"reopen_share": 0.0} for name, level in LEVELS.items()}},
        "conversation": {"silent_share": 0.0, "repost_share": 0.0, "write_again_share": 0.0},
        "maturity": {
            "triage_recall": 1.0,
            "triage_false_positive": 0.0,
            "routing_accuracy": 1.0,
        },
        "team": {
            "pools": Whole(general={"skills": ["question"], "limit": 1000}),
            "overflow_min": None,
            "slow_down_slope": 0.0,
            "slow_down_max": 1.0,
            "max_open_cases_per_agent": None,
            "reference_staff": Whole(general=[3] * 24),
        },
        "shifts": None,
    }
    return Scenario.model_validate(copy.deepcopy(merge(merge(WORLD, plain), changes)))


def make_office_shifts(
    open_h: float = 8.0, close_h: float = 18.0, part_time_share: float = 0.0
) -> dict[str, Any]:
    """Return the shifts of an office: one kind as long as its hours, Monday to Friday."""
    return {
        "open_from_h": open_h,
        "open_to_h": close_h,
        "open_by_day": {"sat": None, "sun": None},
        "kinds": [{"start_h": open_h, "length_h": close_h - open_h}],
        "rest_h": 11.0,
        "max_days_a_week": 5,
        "part_time_share": part_time_share,
    }


def make_policy(scenario: Scenario, agents: int = 3, **changes: Any) -> Policy:
    """Return a policy with the same staff in all intervals and pools, standard level."""
    per_h = 60 // scenario.horizon.interval_min
    n_intervals = count_intervals(scenario.horizon)
    plain = {
        "name": "test_flat",
        "staff": {pool: [agents] * n_intervals for pool in scenario.pool_names},
        "effort": {
            name: dict.fromkeys(PHASES, "standard" if topic.actionable_share else "none")
            for name, topic in scenario.topics.items()
        },
        "staff_interval_min": 60 // per_h,
    }
    return Policy.model_validate(merge(plain, changes))
