"""The decision as data: adds up, reads back as the policy, and names what exists."""

from dataclasses import replace

import pytest

from sim.planning.analysis.assumptions import (
    ASSUMPTIONS,
    choose_range,
    list_assumptions,
    read_error,
)
from sim.planning.decision import (
    describe_decision,
    describe_order,
    list_effort,
    list_rows,
    list_shifts,
)
from sim.running.replicate import replicate
from sim.scenario.build import load_scenario
from sim.scenario.policy import Priority, Surge
from tests.plan_worlds import (
    BUDGET,
    TWO_DAYS,
    WITH_LAUNCH,
    make_candidate,
    make_candidate_set,
    make_scenario,
)
from tests.worlds import LAUNCH, make_policy

SCENARIO = make_scenario(**WITH_LAUNCH)
SHIPPED = ("telecom_week", "campaign_week", "launch_week", "breach_week", "price_rise_week",
           "outage_day")  # fmt: skip


@pytest.fixture(scope="module")
def planned():
    candidate_set = make_candidate_set(SCENARIO)
    candidate = make_candidate(candidate_set)
    candidate_set.extend([candidate], 8)
    return candidate


@pytest.fixture(scope="module")
def decision(planned):
    return describe_decision(SCENARIO, replicate(SCENARIO, planned.policy, 4, 9), planned, BUDGET)


def test_cost_is_the_sum_of_its_parts(decision, planned):
    headline = decision.headline
    assert sum(headline.cost_parts.values()) == pytest.approx(headline.cost)
    assert headline.cost == pytest.approx(planned.seen.cost.mean())
    assert headline.unspent == pytest.approx(BUDGET - headline.cost)
    assert headline.cost_parts["shifts"] == pytest.approx(
        40.0 * sum(shift.agents * shift.length_h for shift in planned.policy.shifts)
    )
    assert headline.cost_parts["surge_crew"] == pytest.approx(60.0 * planned.seen.crew_h.mean())


def test_the_peak_is_the_most_people_at_once(decision):
    by_time = {}
    for row in decision.staff_by_interval:
        by_time[row.time_local] = by_time.get(row.time_local, 0) + row.agents
    headline = decision.headline
    assert headline.people_at_peak == max(by_time.values())
    assert by_time[headline.peak_local] == headline.people_at_peak
    assert min(time for time, roster in by_time.items() if roster == max(by_time.values())) == (
        headline.peak_local
    )


def test_shifts_of_some_days_are_those_of_the_policy(planned):
    hours = {}
    for row in list_shifts(SCENARIO, planned.policy):
        for day in row.days:
            key = (day, row.start, row.length_h, row.pool)
            hours[key] = hours.get(key, 0) + row.agents
    own = {(one.day, one.start_h, one.length_h, one.pool): one.agents
           for one in planned.policy.shifts}  # fmt: skip
    # the horizon begins on a Monday: weekdays are days
    assert hours == own


def test_shifts_of_many_days_have_dates():
    long = make_scenario(horizon={"days": 9})
    candidate = make_candidate(make_candidate_set(long, 30_000.0), 15_000.0)
    days = {day for row in list_shifts(long, candidate.policy) for day in row.days}
    assert days <= {f"2024-03-{day}" for day in range(18, 27)}


def test_levels_are_told_for_topics_that_somebody_answers(decision, planned):
    told = {(row.topic, row.phase): row.level for row in decision.effort}
    # The lead is 0: nothing is ever "ahead".
    assert len(told) == 5 * 3
    assert all(
        planned.policy.effort[topic][phase] == level for (topic, phase), level in told.items()
    )


def test_only_phases_that_come_about_are_told(planned):
    def list_phases(scenario, **changes):
        policy = planned.policy.model_copy(update=changes)
        return list(dict.fromkeys(row.phase for row in list_effort(scenario, policy)))

    known = make_scenario(**WITH_LAUNCH)
    calm = make_scenario(**TWO_DAYS)
    crew = Surge(agents={"general": 1, "technical": 1})
    assert list_phases(known, lead_h=6.0) == ["calm", "ahead", "surge", "recovery"]
    assert list_phases(known, lead_h=0.0) == ["calm", "surge", "recovery"]
    assert list_phases(calm, lead_h=6.0, surge=crew) == ["calm", "surge", "recovery"]
    assert list_phases(calm, lead_h=6.0, surge=None) == ["calm"]


def test_the_order_of_work_is_told_in_words():
    plain = make_policy(SCENARIO)
    assert describe_order(plain) == ("Then first come, first served.",)
    full = plain.model_copy(
        update={
            "priority": Priority(
                rule="edd",
                topics=(("error",), ("question", "praise")),
                complaints_first=True,
                influence_at_least=3.0,
                returning_first=True,
            ),
            "follow_up": True,
            "continuity": True,
        }
    )
    told = " ".join(describe_order(full))
    first = plain.model_copy(update={"priority": Priority(new_first=True)})
    assert "wait for a first reply" in describe_order(first)[0]
    for words in ("write again", "error, question and praise", "3 times", "due first", "check",
                  "Complaints", "answered before"):  # fmt: skip
        assert words in told


def test_rows_of_the_csv_hold_every_number(decision):
    rows = list_rows(decision)
    assert {len(row) for row in rows} == {5}
    staff = sum(row[4] for row in rows if row[0] == "staff")
    assert staff == sum(row.agents for row in decision.staff_by_interval)
    surge = {row[1] for row in rows if row[0] == "surge"}
    assert {"agents", "delay_min", "premium", "waiting_factor"} <= surge
    assert not any(row[0] == "surge" for row in list_rows(replace(decision, surge=None)))


@pytest.mark.parametrize("name", SHIPPED)
def test_assumptions_are_keys_of_every_shipped_scenario(name):
    scenario = load_scenario(name)
    rows = list_assumptions(scenario)
    effects = [
        one
        for preparation in scenario.preparations.values()
        for one in preparation.effects.model_dump().values()
        if one != 1.0
    ]
    assert len(rows) == len(ASSUMPTIONS) + len(scenario.events) + len(effects)
    assert all(row.value is not None and row.matters for row in rows)
    assert {row.mark for row in rows} == {"a", "q", "m"}


def test_a_rate_of_sentiment_is_moved_by_two_standard_errors():
    """Where sentiment counts; a rate stays above 0, and without an error it is not listed."""
    known = {"k1": 0.4, "k1_se": 0.01, "k2": 0.2, "k2_se": 0.3}
    scenario = SCENARIO.model_copy(update={"brand": SCENARIO.brand.model_copy(update=known)})
    rows = {row.key: row.value for row in list_assumptions(scenario, sentiment_counts=True)}
    ranges = [
        choose_range(key, rows[key], read_error(scenario, key)) for key in ("brand.k1", "brand.k2")
    ]
    assert ranges == [pytest.approx((0.38, 0.42)), pytest.approx((0.001, 0.8))]
    exact = {"k1_se": 0.0, "k2_se": 0.0}
    brand = scenario.brand.model_copy(update=exact)
    for rows in (
        list_assumptions(scenario),
        list_assumptions(scenario.model_copy(update={"brand": brand}), sentiment_counts=True),
    ):
        assert not any(row.key.startswith("brand.") for row in rows)


def test_what_preparations_do_is_assumed_and_may_be_nothing():
    """From twice as far from 1 to nothing; who is told may also ask, as far to the other side."""
    effects = {"work": 0.85, "resolution": 1.2, "mentions": 0.9, "off_skill_time": 0.4}
    scenario = make_scenario(
        events={"launch": LAUNCH},
        preparations={"briefing": {"event": "launch", "effects": effects}},
    )
    rows = {row.key: row.value for row in list_assumptions(scenario)}
    found = {name: rows[f"preparations.briefing.effects.{name}"] for name in effects}
    assert found == effects
    assert "preparations.briefing.effects.expectation" not in rows
    ranges = {
        name: choose_range(f"preparations.briefing.effects.{name}", value)
        for name, value in effects.items()
    }
    assert ranges["work"] == pytest.approx((0.7, 1.0))
    assert ranges["resolution"] == pytest.approx((1.0, 1.4))
    assert ranges["mentions"] == pytest.approx((0.8, 1.1))
    assert ranges["off_skill_time"] == pytest.approx((0.05, 1.0))
