"""A scenario and a policy become tables: worked numbers, choices, and mistakes in one line."""

import math

import numpy as np
import pytest
from worlds import BREACH, LAUNCH, OUTAGE, make_plain_scenario, make_policy, make_scenario

from sim.errors import InputError
from sim.scenario.lower import lower
from sim.scenario.tables import CUT_AS_SCHEDULED, CUT_PREEMPT, MS_PER_H, MS_PER_MIN


def lower_with(scenario_changes=None, **policy_changes):
    scenario = make_scenario(**(scenario_changes or {}))
    return lower(scenario, make_policy(scenario, **policy_changes))


def list_arrays(tables):
    return [
        (part, name, value)
        for part in tables[:5]
        for name, value in part._asdict().items()
        if isinstance(value, np.ndarray)
    ]


# ---- what comes out ----


def test_arrays_are_contiguous_and_of_the_stated_types():
    scenario = make_scenario(events={"launch": LAUNCH})
    tables = lower(scenario, make_policy(scenario, surge={"agents": {"general": 1}}))
    small = {"effort": np.int8, "redress": np.int8}
    for _, name, array in list_arrays(tables):
        assert array.flags["C_CONTIGUOUS"], name
        assert array.dtype in (np.bool_, np.int64, np.float64, small.get(name)), name
    assert tables.levels.effort.dtype == np.int8


def test_the_same_objects_are_lowered_once():
    scenario = make_plain_scenario()
    policy = make_policy(scenario)
    assert lower(scenario, policy) is lower(scenario, policy)
    assert lower(scenario, make_policy(scenario)) is not lower(scenario, policy)


def test_clock_of_a_week_with_a_clock_change_has_167_hours():
    plain = {"horizon": {"start": "2024-03-04T00:00:00"}}  # New York, change on the 10th
    scenario = make_scenario(**plain)
    policy = make_policy(scenario)
    assert lower(scenario, policy).clock == (167 * MS_PER_H, 24 * MS_PER_H, MS_PER_H, 167, 0)


@pytest.mark.parametrize(
    ("desktop", "proficiency", "expected"),
    [(0.40, 1.0, 1.0), (0.68, 1.0, 0.844 / 0.9168), (0.25, 1.1, 0.844 / 0.805 * 1.1)],
)
def test_tools_and_proficiency_stretch_the_work(desktop, proficiency, expected):
    """M = 1/(1 - .26 (1 - desktop)), over the average's 1/(1 - .26 x .6) = 1/.844."""
    tables = lower_with({"maturity": {"desktop_share": desktop, "proficiency": proficiency}})
    factors = np.array([0.0, 0.65, 1.0, 1.6])[:, None] * np.full((2, 1, 6), expected)
    np.testing.assert_allclose(tables.levels.work_factor, factors, rtol=1e-14)


def test_levels_and_their_probabilities():
    tables = lower_with(effort={"question": {"calm": "auto", "ahead": "thorough"}})
    assert tables.levels.effort[0].tolist() == [0, 3, 2, 2]
    assert tables.levels.effort[5].tolist() == [-1] * 4
    resolve = tables.levels.resolve_p[0, :, 0]
    np.testing.assert_allclose(resolve, [0.08, 0.75 * 0.52, 0.52, 1 - 0.7 * 0.48], rtol=1e-14)
    assert tables.levels.residual_spread.tolist() == [1.0, 0.9, 0.4, 0.1, 0.0]
    assert not tables.levels.follow_up.any()
    followed = lower_with(follow_up=True).levels.follow_up
    assert followed.tolist() == [[one] * 4 for one in (False, True, False, True, False, False)]


@pytest.mark.parametrize(
    ("priority", "expected"),
    [
        ({}, [[1, 1], [1, 1], [1, 1]]),
        ({"returning_first": True}, [[2, 1], [2, 1], [2, 1]]),
        ({"complaints_first": True}, [[2, 2], [1, 1], [1, 1]]),
        ({"topics": [["product"], ["question"]]}, [[2, 2], [3, 3], [1, 1]]),
        ({"new_first": True}, [[1, 2], [1, 2], [1, 2]]),
        ({"new_first": True, "topics": [["product"]]}, [[2, 4], [2, 4], [1, 3]]),
        (
            {"returning_first": True, "complaints_first": True},
            [[4, 2], [3, 1], [3, 1]],
        ),
    ],
)
def test_classes_by_topic_and_returning(priority, expected):
    """Question, error, product; error and product are complaints. By (first turn, returning)."""
    tables = lower_with(priority=priority)
    assert tables.routing.class_of[:3, 0].tolist() == expected
    assert tables.routing.class_of[:3, 1].tolist() == expected
    codes = np.unique(tables.routing.class_of)
    assert codes.tolist() == list(range(1, tables.routing.n_classes + 1))


def test_influential_authors_and_sentiment_tools_make_classes():
    tables = lower_with(priority={"influence_at_least": 3.0})
    assert tables.routing.class_of[0].tolist() == [[2, 2], [1, 1]]
    assert tables.routing.influence_at_least == 3.0
    by_tool = lower_with({"maturity": {"sentiment_priority": True}}).routing.class_of[:, 0, 0]
    assert by_tool.tolist() == [2, 1, 1, 1, 2, 2]


@pytest.mark.parametrize(
    ("overflow", "line"),
    [
        (
            {"genral": {}},
            "policy.overflow = genral: allowed: one of general, technical; did you mean",
        ),
        (
            {"general": {"general": {}}},
            "policy.overflow.general = general: allowed: one of technical",
        ),
    ],
)
def test_help_is_for_pools_that_may(overflow, line):
    with pytest.raises(InputError) as caught:
        lower_with(overflow=overflow)
    assert line in str(caught.value)


def test_staff_is_told_where_it_changes():
    staff = {"general": [1] * 10 + [2] * 158, "technical": [1] * 20 + [3] * 148}
    tables = lower_with(staff=staff, after_close={"general": 4})
    hours = [0, 10, 20, 168]
    assert tables.staff.time_ms.tolist() == [hour * MS_PER_H for hour in hours]
    assert tables.staff.agents.tolist() == [[1, 2, 2, 4], [1, 1, 3, 0]]
    assert tables.staff.max_number == 4


def test_staff_by_reporting_interval_or_by_its_own_step():
    changes = {"horizon": {"days": 1, "interval_min": 30}}
    scenario = make_scenario(**changes)
    for counts, step_min in (([1] * 47 + [2], 30), ([1] * 95 + [2], 15), ([1] * 23 + [2], 60)):
        staff = {"general": counts, "technical": counts}
        policy = make_policy(scenario, staff=staff, staff_interval_min=step_min)
        last_ms = 24 * MS_PER_H - step_min * MS_PER_MIN
        assert lower(scenario, policy).staff.time_ms.tolist() == [0, last_ms]
    by_interval = make_policy(
        scenario, staff=dict.fromkeys(("general", "technical"), [1] * 47 + [2])
    )
    assert lower(scenario, by_interval).staff.time_ms[1] == 23.5 * MS_PER_H


def test_hours_of_the_crew_are_a_share_of_the_week():
    crew = {"agents": {"technical": 3}}
    week = lower_with(surge=crew).staff
    assert (week.surge_limit_ms, week.surge_agents.tolist()) == (36 * MS_PER_H, [0, 3])
    day = lower_with({"horizon": {"days": 1}}, surge=crew).staff
    assert day.surge_limit_ms == round(36 / 7 * MS_PER_H)
    assert week.max_number == 3 + 3
    assert not lower_with().staff.surge_on


def test_phases_of_announced_events():
    events = {"launch": LAUNCH, "breach": BREACH}
    phases = lower_with({"events": events}, lead_h=6.0).phases
    assert phases.announced.tolist() == [True, False]
    assert phases.earliest_ms.tolist() == [60 * MS_PER_H, 0]
    assert phases.latest_ms.tolist() == [60 * MS_PER_H, 168 * MS_PER_H]
    assert phases.announced_ms[0] == 336 * MS_PER_H
    assert (phases.surge_ms < phases.recovery_ms).all()
    assert phases.lead_ms == 6 * MS_PER_H


def test_who_does_not_know_events_forecasts_the_base_and_is_never_ahead():
    changes = {"events": {"launch": LAUNCH | {"time_h": None, "window_h": [60.0, 70.0]}}}
    known, unknown = lower_with(changes), lower_with(changes, knows_events=False)
    assert known.staff.forecast.sum() > unknown.staff.forecast.sum() + 10
    assert unknown.staff.forecast.size == 168 * 4 + 4
    assert unknown.phases.announced_ms[0] == -10 * MS_PER_H


def test_zero_durations_become_a_millisecond():
    changes = {
        "maturity": {"triage_min": 0.0, "transfer_min": 0.0},
        "conversation": {"follow_up_min": 0.0},
    }
    tables = lower_with(changes)
    assert tables.routing.triage_ms == tables.routing.transfer_ms == 1
    assert tables.levels.follow_up_ms == 1


def test_triage_tools():
    assert lower_with().routing.sweep_ms == 0
    assert lower_with({"maturity": {"ticket_system": False}}).routing.sweep_ms == 5 * MS_PER_MIN


def test_no_overflow_and_no_limit():
    routing = lower_with({"team": {"overflow_min": None, "max_open_cases_per_agent": None}}).routing
    assert (routing.overflow_ms == -1).all()
    assert routing.max_open == math.inf
    assert routing.reads_open
    assert routing.group.tolist() == [[True, False], [False, True]]
    helped = lower_with().routing
    assert helped.overflow_ms.tolist() == [[-1, 600_000], [600_000, -1]]
    assert helped.group.all()


# ---- when the engines may look late ----

CALM_TEAM = {"slow_down_slope": 0.0, "max_open_cases_per_agent": None}
NO_REPOSTS = {"repost_share": 0.0}


@pytest.mark.parametrize(
    ("team", "conversation", "maturity", "policy", "late"),
    [
        (CALM_TEAM, NO_REPOSTS, {}, {}, True),
        (CALM_TEAM, {"silent_share": 1.0}, {}, {}, True),
        (CALM_TEAM, {}, {}, {}, False),
        (CALM_TEAM | {"slow_down_slope": 0.1}, NO_REPOSTS, {}, {}, False),
        (CALM_TEAM | {"max_open_cases_per_agent": 5.0}, NO_REPOSTS, {}, {}, False),
        (CALM_TEAM, NO_REPOSTS, {"ticket_system": False}, {}, False),
        (CALM_TEAM, NO_REPOSTS, {}, {"surge": {"agents": {}}}, False),
    ],
)
def test_patience_may_be_looked_up_late_only_where_nothing_reads_queues(
    team, conversation, maturity, policy, late
):
    changes = {"team": team, "conversation": conversation, "maturity": maturity}
    assert lower_with(changes, **policy).lazy_patience is late


@pytest.mark.parametrize(
    ("team", "policy", "late"),
    [
        (CALM_TEAM, {}, True),
        ({}, {}, True),
        (CALM_TEAM, {"priority": {"rule": "edd"}}, False),
        (CALM_TEAM, {"continuity": True}, False),
        (CALM_TEAM, {"cut": "preempt"}, False),
    ],
)
def test_the_head_of_a_list_is_its_oldest_but_where_some_are_put_before_it(team, policy, late):
    assert lower_with({"team": team}, **policy).heads_are_oldest is late


# ---- cuts and mistakes ----


def test_continuity_needs_agents_with_numbers():
    assert lower_with(continuity=True).staff.cut == CUT_AS_SCHEDULED
    assert lower_with(cut="preempt").staff.cut == CUT_PREEMPT


STAFF = dict.fromkeys(("general", "technical"), [3] * 168)


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        (
            {"staff": STAFF | {"genral": [1] * 168}},
            "policy.staff = genral: allowed: one of general, technical; did you mean general?",
        ),
        (
            {"staff": STAFF | {"general": [3] * 167}},
            "policy.staff.general = 167 numbers: allowed: 168, one for each interval",
        ),
        (
            {"staff": STAFF | {"general": [3] * 167 + [31]}},
            "policy.staff.general = 31: allowed: at most scenario.team.pools.general.limit, 30",
        ),
        (
            {"after_close": {"technical": 99}},
            "policy.after_close.technical = 99: allowed: "
            "at most scenario.team.pools.technical.limit, 30",
        ),
        (
            {"priority": {"topics": [["eror"]]}},
            "policy.priority.topics = eror: allowed: one of question, error, product, process, "
            "praise, chatter; did you mean error?",
        ),
        (
            {"priority": {"topics": [["error"], ["error"]]}},
            "policy.priority.topics = error: allowed: each topic once",
        ),
        (
            {"priority": {"returning_first": True, "new_first": True}},
            "policy.priority.new_first = true: allowed: false where returning_first is true",
        ),
        (
            {"surge": {"agents": {"general": 5, "technical": 4}}},
            "policy.surge.agents = 9 people: allowed: at most scenario.surge_crew.max_people, 8",
        ),
        (
            {"continuity": True, "cut": "preempt"},
            "policy.cut = preempt: allowed: idle_first or as_scheduled when continuity = true",
        ),
    ],
)
def test_a_policy_that_does_not_fit_is_told_in_one_line(changes, line):
    with pytest.raises(InputError) as caught:
        lower_with(**changes)
    assert caught.value.errors == (line,)


def test_missing_pools_and_topics_are_all_told():
    scenario = make_scenario()
    policy = make_policy(scenario)
    bare = policy.model_copy(update={"staff": {"general": policy.staff["general"]}, "effort": {}})
    with pytest.raises(InputError) as caught:
        lower(scenario, bare)
    assert "policy.staff.technical = nothing: missing; a value is required" in caught.value.errors
    assert len(caught.value.errors) == 1 + 6


def test_searching_all_the_time_is_refused():
    with pytest.raises(InputError, match="search_share"):
        lower_with({"maturity": {"search_share": 1.0, "desktop_share": 0.0}})


def test_unannounced_events_give_no_phase():
    assert not lower_with({"events": {"outage": OUTAGE}}).phases.announced.any()
