"""A policy turned into a decision: local times by the standard library, sums by hand."""

import datetime
import itertools
import math

import pytest
import report_folders as folders

from sim.decision.staffing import TopicLevel
from sim.report.stored_policy import describe_policy, drop_ahead, list_shifts, list_staff
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
    found = describe_policy(POLICY, SCENARIO, MEASURES, 30000)
    head = found.headline
    assert (head.people_at_peak, head.peak_local) == (5, "2026-02-02T10:00-05:00")
    assert (head.staffed_h, head.cost, head.budget, head.currency) == (641.5, 29140, 30000, "USD")
    assert found.effort[1] == TopicLevel(topic="error", phase="surge", level="thorough")
    assert found.lead_h == 12.0
    assert found.shifts[0].days == ("2026-02-04",)
    rules = found.surge
    assert (rules.agents, rules.off_below) == ({"general": 4}, 5)
    assert (rules.delay_min, rules.premium, rules.min_h, rules.max_people) == (90, 1.5, 4, None)
    assert math.isnan(rules.waiting_factor)


def test_what_the_decision_tells_is_kept(tmp_path):
    """A part that is there, also an empty one, is not the policy's; one that is null is."""
    told = {"lead_h": 3.0, "effort": [], "shifts": None, "reasons": ["a"]}
    folder = folders.write_plan_folder(tmp_path / "run", told, has_tables=False)
    write_yaml(folder / "policy.yaml", POLICY)
    write_yaml(folder / "config.yaml", {"scenario": SCENARIO})
    found = read_run_folder(folder).decision
    assert (found.lead_h, found.effort, found.reasons) == (3.0, (), ("a",))
    assert len(found.shifts) == 1
    assert found.headline.staffed_h == folders.VALUES["staffed_h"]
    assert (found.status, found.selection.runner_up) == ("feasible", "erlang_a")


def test_without_a_policy_there_is_little_to_tell():
    found = describe_policy({}, {}, {})
    assert (found.headline.people_at_peak, found.staff_by_interval, found.surge) == (None, (), None)
    assert list_shifts(POLICY, {}) == ()


@pytest.mark.parametrize(
    ("start", "hours"), [("2026-03-08T00:00:00", 23), ("2026-11-01T00:00:00", 25)]
)
def test_local_times_follow_the_clock_through_a_change(start, hours):
    horizon = {"start": start, "time_zone": "America/New_York"}
    policy = {"staff": {"a": list(range(hours + 1))}, "staff_interval_min": 60}
    rows = list_staff(policy, {"horizon": horizon})
    times = [datetime.datetime.fromisoformat(row.time_local) for row in rows]
    steps = {later - sooner for sooner, later in itertools.pairwise(times)}
    assert steps == {datetime.timedelta(hours=1)}
    assert times[-1].time() == datetime.time(0)
    assert [row.agents for row in rows] == list(range(hours + 1))
    assert [row.interval_start_min for row in rows] == [60 * n for n in range(hours + 1)]


def test_a_run_folder_without_a_decision_tells_its_policy(tmp_path):
    folder = folders.write_plan_folder(tmp_path / "run", {}, has_tables=False)
    write_yaml(folder / "policy.yaml", POLICY)
    write_yaml(folder / "config.yaml", {"scenario": {**SCENARIO, "planner": {"budget": 30000}}})
    run = read_run_folder(folder)
    assert run.own == "plan"
    assert run.decision.headline.people_at_peak == 5
    assert run.decision.headline.budget == 30000.0


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
    rows = [TopicLevel(topic="error", phase=one, level="brief") for one in ("calm", "ahead")]
    scenario = {"events": {"launch": {"announced_h": announced_h}, "gone": None}}
    assert [row.phase for row in drop_ahead(rows, lead_h, scenario)] == phases
