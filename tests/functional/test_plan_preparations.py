"""Preparations through a whole plan: each that pays is done, and told with what it is worth."""

import json

import numpy as np
import pytest

import sim
from sim.decision.decision import Decision
from sim.decision.typed import describe_schema, to_plain
from sim.planning.benchmarks.beside import UNPREPARED, make_rules_beside
from sim.planning.search.hill_climbing import SearchEffort, climb
from sim.planning.search.preparation_moves import (
    add_people,
    list_offered,
    list_preparation_moves,
)
from sim.policies.workload import hide_later_news
from sim.scenario.build import load_scenario
from sim.scenario.lower import list_preparing
from sim.scenario.preparing.hours import find_window
from sim.store.text import write_yaml
from tests.plan_worlds import (
    hasten_bound,
    make_candidate,
    make_candidate_set,
    make_small_scenario,
    skip_tuning,
)
from tests.plan_worlds import write_scenario as write_file
from tests.worlds import LAUNCH, make_policy

BUDGET = 4200.0
LOUD = LAUNCH | {"time_h": 33.0, "topic_share": {"question": 1.0}}
OFFERED = {
    "briefing": {"event": "launch", "ready_h_before": 2.0, "agent_h": 2.0, "cost": 20.0}
    | {"label": "prepared answers", "effects": {"work": 0.5}},
    "message": {"event": "launch", "ready_h_before": 9.0, "agent_h": 1.0}
    | {"effects": {"expectation": 0.0}},
    "useless": {"event": "launch", "agent_h": 2.0, "cost": 300.0},
    "endless": {"event": "launch", "agent_h": 5000.0, "effects": {"work": 0.1}},
}


def make_days(**changes):
    """Return two small days with a launch that can be prepared."""
    plain = {
        "events": {"launch": LOUD | {"expectation_factor": 1.3}},
        "preparations": OFFERED,
        "demand": {"base_per_h": 30.0},
    }
    return make_small_scenario(**(plain | changes))


@pytest.fixture(scope="module")
def plan():
    with pytest.MonkeyPatch.context() as patch:
        hasten_bound(patch)
        skip_tuning(patch)
        yield sim.plan(
            make_days(),
            budget=BUDGET,
            search_replications=8,
            evaluation_replications=60,
            keep_promise=False,
            workers=1,
        )


def test_what_pays_is_done_and_told_with_its_interval(plan):
    """Each is worth more than nothing by its own interval; the plan is worse without either."""
    rows = {one.name: one for one in plan.decision.preparations}
    assert plan.policy.preparations == ("briefing", "message")
    assert list(rows) == list(OFFERED)
    assert [one.does for one in rows.values()] == [True, True, False, False]
    assert rows["briefing"].ci_low > 0
    assert rows["message"].ci_low > 0
    assert rows["briefing"].work_saved_low_h > 0
    assert np.isnan(rows["endless"].difference)
    assert rows["useless"].difference <= 0.001
    assert rows["useless"].cost_difference > 290.0


def test_by_when_and_whose_hours(plan):
    """The launch is at 9:00 of the second day; two and nine hours before it."""
    rows = {one.name: one for one in plan.decision.preparations}
    assert rows["briefing"].ready_local[-5:] == "07:00"
    assert rows["message"].ready_local[-5:] == "00:00"
    spans = list_preparing(make_days(), plan.policy)
    for name, hours in (("briefing", 2.0), ("message", 1.0)):
        floor = spans[name]
        ends_h = np.append(floor.time_ms, floor.end_ms) / 3.6e6
        assert floor.agents.sum(axis=0) @ np.diff(ends_h) == hours
        assert ends_h[np.flatnonzero(floor.agents.any(axis=0)).max() + 1] <= 31.0
        assert rows[name].hours
    assert "preparations, hours apart" in plan.decision.headline.cost_parts


def test_the_type_knows_it_and_an_old_decision_has_none(plan):
    plain = json.loads(json.dumps(to_plain(plan.decision)))
    assert [one["name"] for one in plain["preparations"]] == list(OFFERED)
    assert "preparations" in describe_schema(Decision)["properties"]


def test_nobody_beside_the_plan_prepares(plan):
    for run in plan.runs[1:]:
        assert run.policy.preparations == ()
    scenario = make_days()
    for name in (UNPREPARED, "reactive", "flat"):
        assert make_rules_beside(name, plan.policy, scenario).preparations == ()


def test_nothing_is_known_before_it_is_announced():
    """Announced ten hours before: at time 0 nobody knows of it, and nothing is offered."""
    scenario = make_days(
        events={"launch": LOUD | {"announced_h": 10.0}},
        preparations={"briefing": {"event": "launch", "ready_h_before": 1.0}},
    )
    policy = make_policy(scenario)
    assert list_offered(hide_later_news(scenario), policy) == []
    assert list_offered(make_days(), policy) == list(OFFERED)
    blind = policy.model_copy(update={"knows_events": False})
    assert list_offered(make_days(), blind) == []


def test_moves_do_and_undo():
    scenario = make_days()
    start = make_policy(scenario, agents=5)
    moves = {move.label: move for move in list_preparation_moves(scenario, start)}
    done = moves["prepare: briefing"].make(start)
    assert done.preparations == ("briefing",)
    assert moves["prepare: endless"].make(start) == start
    assert moves["all preparations"].make(start).preparations == ("briefing", "message", "useless")
    back = {move.label: move for move in list_preparation_moves(scenario, done)}
    assert back["do not prepare: briefing"].make(done) == start
    assert back["no preparations"].make(done) == start


def test_a_policy_file_simulates(tmp_path, plan):
    """The same from a file as from the plan, cost and satisfaction to the bit."""
    scenario = make_days()
    path = write_file(tmp_path / "days.yaml", scenario)
    write_yaml(tmp_path / "policy.yaml", plan.policy.model_dump(mode="json", exclude_unset=True))
    world = load_scenario(str(path))
    told = sim.load_policy(str(tmp_path / "policy.yaml"), world)
    one, other = (
        sim.simulate(scenario, each, replications=3, seed=4) for each in (told, plan.policy)
    )
    for name in ("cost", "satisfaction", "staffed_h"):
        assert np.array_equal(one.replications[name], other.replications[name])


def test_people_are_added_where_the_hours_lack():
    """One person at a time is nobody to spare: a second one comes on a shift before it is due.

    From 8 to 16 and from 15 to 20, so that one of two could go for an hour where it takes two.
    """
    scenario = make_days()
    offered = make_candidate_set(scenario)
    rosters = offered.rosters
    covers = rosters.columns.covers
    roster = np.zeros(rosters.n, np.int64)
    for hour in (8, 19, 32, 43):
        able = np.flatnonzero(covers[:, hour])
        roster[able[np.argmin(covers[able].sum(axis=1))]] += 1
    start = offered.restaff(make_candidate(offered), roster)
    moves = {move.label: move for move in list_preparation_moves(scenario, start.policy)}
    briefing, endless = moves["prepare: briefing"], moves["prepare: endless"]
    assert briefing.make(start.policy) == start.policy
    told = add_people(offered, start, briefing)
    assert told is not None
    assert told.policy.preparations == ("briefing",)
    more = told.roster - start.roster
    [column] = np.flatnonzero(more)
    assert more[column] == 1
    due_h = find_window(scenario, scenario.preparations["briefing"]).last_ms / 3.6e6
    assert (np.flatnonzero(rosters.columns.covers[column]) < due_h).sum() >= 2
    assert add_people(offered, start, endless) is None
    assert add_people(offered, told, briefing) is None
    found, taken = climb(offered, start, [briefing], SearchEffort(few=4, many=8))
    assert taken == ["prepare: briefing"]
    assert found.policy.preparations == ("briefing",)
