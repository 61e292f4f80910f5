"""A policy turned into a decision: local times by the standard library, sums by hand."""

import datetime
import itertools

import pytest
import report_folders as folders

from sim.report.derive import complete_decision, drop_ahead, list_shifts, list_staff
from sim.report.stored_run import read_run_folder
from sim.store.text import write_yaml

POLICY = {
    "name": "plan",
    "staff": {"general": [0] * 8 + [2, 3, 3, 1], "technical": [0] * 8 + [1, 1, 2, 0]},
    "staff_interval_min": 60,
    "shifts": [{"day": 2, "start_h": 9.5, "length_h": 8.0, "pool": "general", "agents": 2}],
    "effort": {"error": {"calm": "standard", "surge": "thorough"}},
    "lead_h": 12.0,
    "surge": {"agents": {"general": 4}, "off_below": 5},
}
SCENARIO = {
    **folders.make_scenario(),
    "surge_crew": {"delay_min": 90, "premium": 1.5, "min_h": 4, "unknown": 1},
}
MEASURES = {"cost": {"mean": 29140.0}, "staffed_h": {"mean": 641.5}}


def test_what_the_policy_holds_is_the_decision():
    found = complete_decision({}, POLICY, SCENARIO, MEASURES, 30000)
    assert found["headline"] == {
        "people_at_peak": 5.0,
        "peak_local": "2026-02-02T10:00-05:00",
        "staffed_h": 641.5,
        "cost": 29140.0,
        "budget": 30000.0,
        "currency": "USD",
    }
    assert found["effort"][1] == {"topic": "error", "phase": "surge", "level": "thorough"}
    assert found["lead_h"] == 12.0
    assert found["surge"] == {
        "agents": {"general": 4},
        "off_below": 5,
        "delay_min": 90,
        "premium": 1.5,
        "min_h": 4,
    }
    assert found["shifts"][0]["days"] == ["2026-02-04"]


def test_what_the_decision_tells_is_kept():
    told = {"headline": {"cost": 1.0, "budget": None}, "effort": [], "shifts": None, "risks": ["a"]}
    found = complete_decision(told, POLICY, SCENARIO, MEASURES)
    assert found["headline"]["cost"] == 1.0
    assert found["headline"]["staffed_h"] == 641.5
    assert "budget" not in found["headline"]
    assert found["effort"] == []
    assert len(found["shifts"]) == 1
    assert found["risks"] == ["a"]


def test_without_a_policy_there_is_little_to_tell():
    found = complete_decision({}, {}, {}, {})
    assert found["headline"] == {}
    assert found["staff_by_interval"] == []
    assert found["surge"] is None
    assert list_shifts(POLICY, {}) == []


@pytest.mark.parametrize(
    ("start", "hours"), [("2026-03-08T00:00:00", 23), ("2026-11-01T00:00:00", 25)]
)
def test_local_times_follow_the_clock_through_a_change(start, hours):
    horizon = {"start": start, "time_zone": "America/New_York"}
    policy = {"staff": {"a": list(range(hours + 1))}, "staff_interval_min": 60}
    rows = list_staff(policy, {"horizon": horizon})
    times = [datetime.datetime.fromisoformat(row["time_local"]) for row in rows]
    steps = {later - sooner for sooner, later in itertools.pairwise(times)}
    assert steps == {datetime.timedelta(hours=1)}
    assert times[-1].time() == datetime.time(0)
    assert [row["agents"] for row in rows] == list(range(hours + 1))
    assert [row["interval_start_min"] for row in rows] == [60 * n for n in range(hours + 1)]


def test_a_run_folder_without_a_decision_tells_its_policy(tmp_path):
    folder = folders.write_plan_folder(tmp_path / "run", {}, has_tables=False)
    write_yaml(folder / "policy.yaml", POLICY)
    write_yaml(folder / "config.yaml", {"scenario": {**SCENARIO, "planner": {"budget": 30000}}})
    run = read_run_folder(folder)
    assert run.own == "plan"
    assert run.decision["headline"]["people_at_peak"] == 5.0
    assert run.decision["headline"]["budget"] == 30000.0


@pytest.mark.parametrize(
    ("lead_h", "announced_h", "phases"),
    [
        (6.0, 336.0, ["calm", "ahead"]),
        (0.0, 336.0, ["calm"]),
        (6.0, 0.0, ["calm"]),
        (None, 336.0, ["calm", "ahead"]),
    ],
)
def test_ahead_is_shown_only_where_it_comes_about(lead_h, announced_h, phases):
    rows = [{"topic": "error", "phase": phase, "level": "brief"} for phase in ("calm", "ahead")]
    scenario = {"events": {"launch": {"announced_h": announced_h}, "gone": None}}
    assert [row["phase"] for row in drop_ahead(rows, lead_h, scenario)] == phases
