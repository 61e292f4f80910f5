"""Synthetic run folders for the tests of the report: made-up numbers, real schemas."""

import json
import pathlib
from typing import Any, Literal

import numpy as np

from sim.decision.customers import CustomerShare, CustomersServed
from sim.decision.decision import Decision, read_decision
from sim.decision.run_book import EventExpected, WeekSpread
from sim.store.schema import COMPARISON, INTERVALS, UNITS, check_columns
from sim.store.tables import write_table
from sim.store.text import write_json, write_yaml

PARTS = ("in_time", "found_answer", "late", "left_loudly", "left_silently", "never_seen")
START = np.datetime64("2026-02-02T00:00", "m")
OPEN_FROM, OPEN_TO = 7, 24
STAFF = (3, 3, 4, 5, 5, 6, 6, 6, 5, 5, 5, 6, 6, 5, 5, 4, 3)
POLICIES = ("flat", "proportional", "erlang_a", "reactive")
TOPICS = ("question", "error", "product", "process", "praise", "chatter")
VALUES = {
    "mentions": 5120.4,
    "actionable": 4608.2,
    "answered_share": 0.912,
    "answered_within_promise_share": 0.823,
    "first_reply_min_mean": 31.2,
    "first_reply_min_p50": 8.43,
    "first_reply_min_p90": 92.6,
    "first_touch_min_mean": 24.4,
    "wait_min_mean": 19.7,
    "abandoned_share": 0.041,
    "delayed_share": 0.633,
    "resolved_share": 0.712,
    "turns_mean": 1.652,
    "reopened_share": 0.066,
    "utilization": 0.782,
    "staffed_h": 641.5,
    "work_h": 501.6,
    "overtime_h": 4.2,
    "cost": 29140.0,
    "satisfaction": 0.6174,
    "satisfaction_all": 0.6102,
    "csat": 3.47,
    "recommend_share": 0.522,
    "sentiment_mean": 0.461,
    "sentiment_p10": 0.312,
    "sentiment_p90": 0.574,
    "response_effort_mean": 0.338,
    "spread_mentions": 322.0,
}
POINTS = [
    {"budget": 8000.0, "cost": 7900.0, "staffed_h": 150.0, "value": 0.60, "ci_low": 0.59,
     "ci_high": 0.61, "n": 50, "gain": None, "gain_low": None, "gain_high": None,
     "promise_met_share": 0.5},
    {"budget": 9000.0, "cost": 8900.0, "staffed_h": 170.0, "value": 0.62, "ci_low": 0.61,
     "ci_high": 0.63, "n": 50, "gain": 0.02, "gain_low": 0.018, "gain_high": 0.022,
     "promise_met_share": 0.9},
]  # fmt: skip
LEVER = {"lever": "lead", "label": "lead before events", "decided": ["lead 6 h, brief"], "n": 50,
         "difference": 0.004, "ci_low": 0.001, "ci_high": 0.007, "cost": 8900.0}  # fmt: skip
HOURS = [
    {"pool": "night", "part": "00-06", "per_hour": 8.3e-05, "error": 7e-06,
     "per_1000_currency": 0.002075},
    {"pool": "night", "part": "18-24", "per_hour": 1.3e-05, "error": 7e-06,
     "per_1000_currency": 0.000325},
    {"pool": "day", "part": "06-12", "per_hour": -2e-05, "error": 4e-06,
     "per_1000_currency": None},
]  # fmt: skip
ANSWERS = {
    "shadow_prices": HOURS,
    "changes": {
        "shifts_changed": 1,
        "changes_at_most": 3,
        "shifts_fixed": 0,
        "rows": [
            {"day": 0, "start_h": 22.0, "length_h": 8.0, "pool": "night", "agents": 1,
             "date": "2026-02-02"},
            {"day": 2, "start_h": 7.5, "length_h": 4.0, "pool": "night", "agents": -1,
             "date": "2026-02-04"},
        ],
    },
    "scenarios": [
        {"scenario": "calm", "chance": 0.7, "satisfaction": 0.61, "ci_low": 0.60, "ci_high": 0.62,
         "cost": 8900.0, "n": 35, "differences": [{"policy": "erlang_a", "mean": 0.03,
                                                   "ci_low": 0.02, "ci_high": 0.04}]}
    ],
    "levers": {"start": 0.58, "start_cost": 8800.0, "together": -0.002, "rows": [LEVER],
               "replications_played": 900},
    "flips": {
        "words": "First to change the decision: <b>",
        "flips": [{"key": "events.launch.peak", "now": 2.5, "value": 3.75, "end": 4.0,
                   "way_share": 0.8, "rival": "reactive", "lead_at_end": 0.01}],
        "looked_at": [{"key": "events.launch.peak", "now": 2.5, "low": 1.25, "high": 4.0},
                      {"key": "demand.base_per_h", "now": 0.0, "low": 0.0, "high": 0.0}],
        "rivals": ["flat", "reactive"],
        "replications_played": 800,
    },
    "frontier": {"points": POINTS, "worth_per_1000": 0.001, "words": "Up to 9,000 USD.",
                 "replications_played": 700},
}  # fmt: skip


MORE = {"p_below": 0.5, "cost": 29000.0, "n": 2000}
"""What else a row of the evidence has."""
SELECTION = {
    "runner_up": "erlang_a", "difference": 0.00559, "standard_error": 0.00025, "delta": 0.002,
    "alpha": 0.05, "probability_correct": 0.95, "met": True, "replications": 400,
}  # fmt: skip


BREACH = EventExpected(
    event="breach", kind="breach", begins_local="2026-06-02T11:00", is_example=True,
    announced_h=0.0, probability=0.3, n=100, watched_h=133.0,
    peak_waiting=WeekSpread(p10=61.3, p50=183.2, p90=411.9),
    peak_after_h=WeekSpread(p10=2.0, p50=4.5, p90=9.0), normal_share=0.93,
    normal_after_h=WeekSpread(p10=11.0, p50=26.0, p90=75.0),
    crew_called_share=0.62, crew_called_low=0.52, crew_called_high=0.71, crew_quiet_share=0.04,
    crew_after_h=WeekSpread(p10=1.5, p50=3.0, p90=6.0),
)  # fmt: skip
"""What is expected if a breach comes."""


def make_share(value: float) -> CustomerShare:
    """Return a share with an interval of 2 % to both sides."""
    return CustomerShare(share=value, ci_low=max(value - 0.02, 0.0), ci_high=min(value + 0.02, 1.0))


def make_served(
    shares: list[float], policy: str = "plan", weeks: Literal["with", "without"] = "with"
) -> CustomersServed:
    """Return customers with these parts, in the order of `PARTS`."""
    parts = dict(zip(PARTS, map(make_share, shares), strict=True))
    return CustomersServed(policy=policy, weeks=weeks, n=50, customers=5300.4,
                           solved=make_share(0.613), would_recommend=make_share(0.587),
                           **parts)  # fmt: skip


def make_scenario(name: str = "breach_week", days: int = 7) -> dict[str, Any]:
    """Return the parts of a scenario that the report reads."""
    return {
        "name": name,
        "currency": "USD",
        "horizon": {
            "start": str(START) + ":00",
            "time_zone": "America/New_York",
            "days": days,
            "interval_min": 60,
        },
        "brand": {"name": "AT&T"},
        "promise": {"promise_min": 60},
        "events": {
            "spring_offer": {
                "kind": "campaign",
                "time_h": 34,
                "probability": 1.0,
                "announced_h": 336,
            },
            "breach": {
                "kind": "breach",
                "window_h": [0, 168],
                "probability": 0.3,
                "announced_h": 0,
            },
        },
    }


def make_measures(shift: float = 0.0) -> dict[str, Any]:
    """Return the measures of one policy, each with an interval of 2 % to both sides."""
    measures = {}
    for key, value in VALUES.items():
        mean = value * (1 - shift)
        measures[key] = {
            "mean": mean,
            "ci_low": mean * 0.98,
            "ci_high": mean * 1.02,
            "n": 2000,
            "unit": UNITS[key],
        }
    return measures


def make_intervals(
    policies: tuple[str, ...] = ("plan", "reactive"), days: int = 7
) -> dict[str, np.ndarray]:
    """Return intervals.parquet: pools general and technical, and all for what has none."""
    hours = np.arange(24 * days)
    wave = 24 * (0.35 + 1.3 * np.exp(-(((hours % 24) - 15) ** 2) / 40.0))
    surge = np.where(hours >= 34, 60 * 0.5 ** ((hours - 34) / 9.0), 0.0)
    parts = []
    for number, policy in enumerate(policies):
        worse = 1 + 0.8 * number
        for pool in ("general", "technical", "all"):
            parts.append(_make_part(policy, pool, hours, wave + surge, surge, worse))
    table = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    check_columns(table, INTERVALS)
    return table


def _make_part(
    policy: str, pool: str, hours: np.ndarray, demand: np.ndarray, surge: np.ndarray, worse: float
) -> dict[str, np.ndarray]:
    is_open = (hours % 24 >= OPEN_FROM) & (hours % 24 < OPEN_TO)
    staff = np.array([(0,) * OPEN_FROM + STAFF], dtype=float).ravel()[hours % 24]
    staff = np.where(surge > 15, staff * 1.6, staff).round() * is_open
    local = START + (60 * hours).astype("timedelta64[m]")
    is_all = pool == "all"
    waiting = np.where(is_open, 0.2 * demand, 0.5 * demand) * worse
    share = 1.0 if is_all else 0.5
    means = {
        "mentions": share * demand,
        "cases": share * 0.9 * demand,
        "replies": share * np.where(is_open, 0.7 * demand, 0.0),
        "waiting": share * waiting,
        "staffed_h": share * staff,
        "busy_h": share * 0.8 * staff,
        "overtime_h": share * 0.02 * staff,
        "answered_within_promise": np.where(is_open, 0.85, 0.35),
        "expected_quality": 0.6 + 0.03 * surge / 60,
        "delivered_quality": np.where(is_open, 0.63, 0.48) - 0.002 * surge * worse,
        "sentiment": 0.47 - 0.05 * worse * surge / 60,
        "response_effort": 0.36 - 0.08 * worse * surge / 60,
    }
    part: dict[str, np.ndarray] = {
        "policy": np.full(hours.size, policy),
        "pool": np.full(hours.size, pool),
        "interval_start_min": (60 * hours).astype(np.int64),
        "local_time": np.array([f"{each}:00-05:00" for each in local]),
    }
    for name, mean in means.items():
        part[f"{name}_mean"] = mean.astype(float)
        part[f"{name}_p10"] = 0.8 * mean
        part[f"{name}_p90"] = 1.25 * mean
    return part


def make_comparison(policies: tuple[str, ...] = POLICIES) -> dict[str, np.ndarray]:
    """Return comparison.parquet of the plan against each policy."""
    rows = [
        (policy, key, 0.021 * VALUES[key] * (1 + number), 0.004 * VALUES[key])
        for number, policy in enumerate(policies)
        for key in VALUES
    ]
    table = {
        "policy": np.array([row[0] for row in rows]),
        "measure": np.array([row[1] for row in rows]),
        "mean_difference": np.array([row[2] for row in rows]),
        "ci_low": np.array([row[2] - row[3] for row in rows]),
        "ci_high": np.array([row[2] + row[3] for row in rows]),
        "n": np.full(len(rows), 2000),
    }
    check_columns(table, COMPARISON)
    return table


def make_staff(days: int = 7) -> list[dict[str, Any]]:
    """Return staff per interval: whole people of two pools, more on the second day."""
    rows = []
    for hour in range(24 * days):
        local = str(START + np.timedelta64(60 * hour, "m"))
        of_day = hour % 24
        total = STAFF[of_day - OPEN_FROM] if of_day >= OPEN_FROM else 0
        total += 4 if 34 <= hour < 48 else 0
        for pool, agents in (("general", total - total // 2), ("technical", total // 2)):
            rows.append(
                {
                    "pool": pool,
                    "interval_start_min": 60 * hour,
                    "time_local": local,
                    "agents": agents,
                }
            )
    return rows


def make_decision() -> dict[str, Any]:
    """Return a whole decision.json."""
    levels = {
        "calm": ("standard", "standard", "standard", "standard", "brief", "none"),
        "ahead": ("standard", "standard", "standard", "standard", "brief", "none"),
        "surge": ("auto", "thorough", "brief", "standard", "brief", "none"),
        "recovery": ("brief", "thorough", "standard", "standard", "brief", "none"),
    }
    return {
        "schema": 1,
        "headline": {
            "people_at_peak": 10,
            "peak_local": "2026-02-03T12:00",
            "staffed_h": 641.5,
            "overtime_h": 4.2,
            "cost": 29140.0,
            "budget": 30000.0,
            "unspent": 860.0,
            "currency": "USD",
            "cost_parts": {"shifts": 25660.0, "surge_crew": 1776.0, "compensation": 1704.0},
        },
        "staff_by_interval": make_staff(),
        "shifts": [
            {"name": "early", "days": [0, 1, 2, 3, 4], "start": 7.0, "length_h": 8, "on_roster": 3,
             "pool": "general", "agents": 2},
            {"name": "late", "days": [0, 1, 2, 3, 4, 5, 6], "start": 16.0, "length_h": 8,
             "pool": "technical", "agents": 3},
            {"name": "evening, part time", "days": ["Tue", "Thu"], "start": 19.0,
             "length_h": 5, "pool": "general", "agents": 1},
        ],
        "effort": [
            {"topic": topic, "phase": phase, "level": level}
            for phase, row in levels.items()
            for topic, level in zip(TOPICS, row, strict=True)
        ],
        "lead_h": 24,
        "order": ["Then first come, first served."],
        "surge": {
            "agents": {"general": 4, "technical": 4},
            "waiting_factor": 2,
            "waiting_at_least": 20,
            "volume_factor": 2,
            "volume_at_least": 20,
            "off_below": 5,
            "armed_after_open_min": 240,
            "delay_min": 90,
            "min_h": 4,
            "premium": 1.5,
            "max_people": 8,
            "max_hours_a_week": 36,
        },
        "evidence": [
            {"policy": "flat", "satisfaction_difference": 0.0337, "ci_low": 0.0301,
             "ci_high": 0.0373, "p_holm": 1e-12, "cost_difference": -41.0, **MORE},
            {"policy": "proportional", "satisfaction_difference": 0.0212, "ci_low": 0.0154,
             "ci_high": 0.0270, "p_holm": 4e-7, "cost_difference": 12.0, **MORE},
            {"policy": "erlang_a", "satisfaction_difference": 0.0021, "ci_low": -0.0016,
             "ci_high": 0.0058, "p_holm": 0.131, "cost_difference": 3.0, **MORE},
            {"policy": "reactive", "satisfaction_difference": 0.0474, "ci_low": 0.0420,
             "ci_high": 0.0528, "p_holm": 1e-15, "cost_difference": 88.0, **MORE},
        ],
        "risks": [
            {"text": "The breach happens (3 weeks of 10): satisfaction falls by 0.046 to",
             "value": 0.571, "loss": 0.046},
            {"text": "One person in ten is ill: satisfaction falls by 0.007 to", "value": 0.61,
             "loss": 0.007},
        ],
        "assumptions": [
            {"key": "satisfaction.a_speed", "value": 0.40, "mark": "a", "source": "starting value",
             "matters": "How much speed matters decides most."},
            {"key": "costs.paid_hour_cost", "value": 28, "mark": "q", "source": "BLS 2024",
             "matters": "Moves every cost."},
            {"key": "conversation.silent_share", "value": 0.5, "mark": "a",
             "source": "Castellanos et al. 2025: 3 to 70 %",
             "matters": "Silent leavers cost work that reaches nobody."},
            {"key": "brand.k1", "value": 0.396, "mark": "m", "source": "Mousavi et al. 2020",
             "matters": "Speed at which effort lifts sentiment."},
        ],
        "status": "feasible",
        "value": 0.6174,
        "bound": 0.6512,
        "gap": 0.0338,
        "selection": SELECTION,
        "search": {"start": "flat", "steps": ["lead 24 h"], "replications_played": 9000,
                   "replications_of_a_decision": 40},
        "shadow_prices": [],
        "changes": None,
        "scenarios": [],
        "reasons": ["The gap to the bound (0.034) is above gap_tol (0.005)."],
    }  # fmt: skip


def read(plain: dict[str, Any]) -> Decision:
    """Return the decision of a decision.json."""
    return read_decision(plain, pathlib.Path("decision.json"))


def make_provenance(verb: str) -> dict[str, Any]:
    """Return provenance.json."""
    return {
        "schema": 1,
        "verb": verb,
        "seed": 1,
        "versions": {"python": "3.11.2", "surgecrew": "0.1.0", "numpy": "2.3.5"},
        "commit": "4d2ba36",
        "config_hash": "9f2c51d07b3a44e1",
        "machine": {"cpu": "a processor", "cores": 2, "os": "Linux"},
        "started": "2026-02-01T10:00:00+00:00",
        "wall_s": 141.27,
    }


def make_fit() -> dict[str, Any]:
    """Return fit.json with one event in ten days of 15-min counts."""
    steps = np.arange(10 * 96)
    local = START + (15 * steps).astype("timedelta64[m]")
    hour = (steps // 4) % 24
    base = 6 * (0.35 + 1.3 * np.exp(-((hour - 15) ** 2) / 40.0))
    since = (steps - 700) / 4.0
    burst = np.where(since >= 0, 40 * 0.5 ** (np.maximum(since, 0) / 3.0), 0.0)
    noise = np.random.default_rng(5).poisson(base + burst)
    shape = np.tile(0.35 + 1.3 * np.exp(-((np.arange(24) - 15) ** 2) / 40.0), 7)
    grid = np.exp(np.linspace(0, np.log(2880), 40))
    fitted = 1 / (1 + (grid / 18) ** -1.2)
    return {
        "series": "AAPL",
        "rows": {
            "read": 1004,
            "kept": 960,
            "bad": [
                {"reason": "unreadable time", "count": 31, "example": "31/31/2015"},
                {"reason": "count below 0", "count": 13, "example": "-4"},
            ],
        },
        "quantities": [
            {"key": "demand.base_per_h", "value": 24.13, "se": 0.42, "mark": "fitted", "note": ""},
            {"key": "demand.busy_hour_cv", "value": 0.31, "se": 0.02, "mark": "fitted",
             "note": "over-dispersion of the hours"},
            {"key": "demand.busy_day_cv", "value": 0.2, "se": None, "mark": "default",
             "note": "needs 20 days"},
            {"key": "topics.question.patience.mean_min", "value": 480, "se": None,
             "mark": "default", "note": "answered cases only"},
        ],
        "profile": {"hour_of_week": (shape / shape.mean()).tolist()},
        "counts": {
            "time_local": [str(each) for each in local],
            "observed": noise.tolist(),
            "fitted": (base + burst).tolist(),
            "interval_min": 15,
        },
        "events": [
            {"name": "watch event", "time_local": str(local[700]), "peak": 7.7, "ramp_min": 15,
             "half_life_1_h": 3.0, "half_life_2_h": 20.0, "weight": 0.8},
        ],
        "response": {
            "minutes_grid": grid.tolist(),
            "observed_cdf": np.clip(fitted + 0.01, 0, 1).tolist(),
            "fitted_cdf": fitted.tolist(),
        },
        "quality": {"deviance_per_count": 1.04, "held_out_error_share": 0.121},
    }  # fmt: skip


def write_plan_folder(
    folder: pathlib.Path,
    decision: dict[str, Any] | None = None,
    name: str = "breach_week",
    has_tables: bool = True,
) -> pathlib.Path:
    """Write a whole run folder of plan, or one without its tables."""
    folder.mkdir(parents=True, exist_ok=True)
    summary = {
        "schema": 1,
        "measures": make_measures(),
        "policies": {
            policy: make_measures(0.02 * number)
            for number, policy in enumerate(("plan", *POLICIES))
        },
        "plan": {"status": "feasible", "value": 0.6174, "bound": 0.6512, "gap": 0.0338,
                 "selection": SELECTION},
    }  # fmt: skip
    write_json(folder / "summary.json", summary)
    write_json(folder / "decision.json", make_decision() if decision is None else decision)
    write_json(folder / "provenance.json", make_provenance("plan"))
    write_yaml(folder / "policy.yaml", {"name": "plan"})
    write_yaml(folder / "config.yaml", {"scenario": make_scenario(name)})
    if has_tables:
        write_table(folder / "intervals.parquet", make_intervals())
        write_table(folder / "comparison.parquet", make_comparison())
    return folder


def write_simulate_folder(folder: pathlib.Path, days: int = 7) -> pathlib.Path:
    """Write a run folder of simulate."""
    folder.mkdir(parents=True, exist_ok=True)
    measures = make_measures()
    summary = {"schema": 1, "measures": measures, "policies": {"erlang_a": measures}}
    write_json(folder / "summary.json", summary)
    write_yaml(folder / "policy.yaml", {"name": "erlang_a"})
    write_json(folder / "provenance.json", make_provenance("simulate"))
    write_yaml(folder / "config.yaml", {"scenario": make_scenario(days=days)})
    write_table(folder / "intervals.parquet", make_intervals(("erlang_a",), days))
    return folder


def write_compare_folder(folder: pathlib.Path) -> pathlib.Path:
    """Write a run folder of compare."""
    folder.mkdir(parents=True, exist_ok=True)
    summary = {
        "schema": 1,
        "measures": make_measures(),
        "policies": {
            "plan": make_measures(),
            "erlang_a": make_measures(0.02),
            "reactive": make_measures(0.05),
        },
    }
    write_yaml(folder / "policy.yaml", {"name": "plan"})
    write_json(folder / "summary.json", summary)
    write_json(folder / "provenance.json", make_provenance("compare"))
    write_yaml(folder / "config.yaml", {"scenario": make_scenario()})
    write_table(folder / "comparison.parquet", make_comparison(("erlang_a", "reactive")))
    return folder


def write_fit_folder(folder: pathlib.Path, fit: dict[str, Any] | None = None) -> pathlib.Path:
    """Write a run folder of calibrate."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(make_fit() if fit is None else fit)
    (folder / "fit.json").write_text(text, encoding="utf-8")
    write_json(folder / "provenance.json", make_provenance("calibrate"))
    return folder
