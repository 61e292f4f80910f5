"""What becomes of a history's events: by chance, planned, known already; the mean stays."""

import datetime
import math

import numpy as np
import pytest

import sim
from sim.calibration import calibrate
from sim.compose.choice import merge, read_scenario
from sim.demand.tables import ORIGIN_BASE, ORIGIN_EVENT
from sim.errors import InputError
from sim.scenario.build import build_scenario
from tests.functional.test_calibrate_scenario import BURST_H, START, load, make_counts

SINGLE = {"horizon": {"repeats": False}}
LAUNCH = {"like": "2024-03-18", "time": "2024-04-17T10:00"}


def make_quiet(days=42):
    """Rate 6 an hour, a burst of half a day every two weeks, a flash of an hour every six days."""
    hours = np.arange(24 * days)
    mean = np.full(len(hours), 6.0)
    for start in (24 * 8 + 3, 24 * 22 + 10, 24 * 36 + 17):
        since = hours - start
        mean = mean + 90.0 * np.where(since >= 0, 0.5 ** (np.maximum(since, 0) / 4.0), 0.0)
    mean[24 * np.arange(1, days, 6) + 12] += 60.0
    return {"time": START + 3600 * hours, "count": np.random.default_rng(1).poisson(mean)}


def count_exogenous(scenario, replication):
    """Base and event mentions of a week that are drawn."""
    draws = sim.draw(scenario, seed=1, replication=replication)
    return int(np.isin(draws.origin, (ORIGIN_BASE, ORIGIN_EVENT)).sum())


@pytest.fixture(scope="module")
def quiet():
    return calibrate(make_quiet())


@pytest.fixture(scope="module")
def chance():
    """One burst in five weeks."""
    return calibrate(make_counts()).scenario


@pytest.fixture(scope="module")
def announced():
    return calibrate(make_counts(), start="2024-05-01", events="announced").scenario


def test_drawn_weeks_have_the_mean_of_the_history(quiet):
    """300 weeks of the fitted demand: without events they would be a fifth lower."""
    week = make_quiet()["count"].mean() * 168
    # A horizon that does not repeat has no lead-in before it.
    changes = {key: value for key, value in quiet.plain.items() if key != "base"}
    whole = merge(merge(read_scenario("telecom_week").data, changes), SINGLE)
    scenario = build_scenario(whole)
    drawn = np.array([count_exogenous(scenario, each) for each in range(300)])
    error = drawn.std(ddof=1) / len(drawn) ** 0.5
    assert error < 0.03 * week
    assert abs(drawn.mean() - week) < 4.3 * error
    assert drawn.std() > 3.0 * week**0.5


def test_events_come_as_often_as_they_came(quiet):
    fit = quiet
    events = fit.scenario.events
    assert len(events) == 3
    for event in events.values():
        assert event.window_h == (0.0, 168.0)
        assert event.announced_h == 0
        assert event.probability == pytest.approx(7 / 42, abs=1e-3)
    # An hour's flash is no event to plan for: it is in the base.
    assert fit.scenario.demand.base_per_h == pytest.approx(6.0 + 60.0 / 144.0, rel=0.1)
    told = [each for each in fit.report["quantities"] if each["key"].endswith(".probability")]
    assert {each["mark"] for each in told} == {"fitted"}


def test_a_short_history_does_not_tell_how_often():
    events = calibrate(make_counts(days=18)).scenario.events
    assert [event.probability for event in events.values()] == [pytest.approx(1 / 3, abs=1e-3)]


def test_a_planned_event_is_where_the_user_says(tmp_path, chance, announced):
    """1.5 times the past one, two days and ten hours after the Monday; by chance no more."""
    fit = calibrate(make_counts(), events={"launch": {**LAUNCH, "scale": 1.5}})
    assert list(fit.scenario.events) == ["launch"]
    event = fit.scenario.events["launch"]
    assert (event.time_h, event.announced_h, event.probability) == (58.0, 336.0, 1.0)
    assert event.half_life_1_h == chance.events["found"].half_life_1_h
    assert (event.peak - 1.0) / (announced.events["found"].peak - 1.0) == pytest.approx(
        1.5, rel=0.02
    )
    # Its mentions are planned, so none of them is in the base.
    assert fit.scenario.demand.base_per_h == pytest.approx(60.0, rel=0.03)
    assert load(fit, tmp_path) == fit.scenario


@pytest.mark.parametrize(
    ("events", "told"),
    [
        ({"x": {**LAUNCH, "like": "2024-03-25"}}, r"events.x.like = 2024-03-25: .*2024-03-18"),
        (
            {"x": {**LAUNCH, "time": "2024-05-17T10:00"}},
            "a time of the scenario, 2024-04-15",
        ),
        ({"x": {"like": "2024-03-18"}}, "events.x.time"),
        ("weekly", "events = weekly: allowed: announced, unannounced, none, or planned events"),
    ],
)
def test_what_cannot_be_placed(events, told):
    with pytest.raises(InputError, match=told):
        calibrate(make_counts(), events=events)


def test_the_horizon_follows_the_history(chance, announced):
    assert chance.horizon.start == datetime.datetime(2024, 4, 15)
    assert announced.horizon.start == datetime.datetime(2024, 5, 1)
    # A Wednesday: the burst of a Monday, 14:00, is five days later.
    assert announced.events["found"].time_h == pytest.approx(24 * 5 + 14, abs=0.6)
    with pytest.raises(InputError, match="start = soon: allowed: a day such as"):
        calibrate(make_counts(), start="soon")


def test_an_event_of_the_calendar_is_not_added_twice(tmp_path):
    """The base says Monday 18 March, 14:00; the burst of that time is that event."""
    own = tmp_path / "own.yaml"
    own.write_text(
        "base: telecom_week\nname: own\nhorizon: {start: '2024-03-18T00:00'}\n"
        "events: {sale: {kind: campaign, time_h: 14, peak: 5}}\n",
        encoding="utf-8",
    )
    fit = calibrate(make_counts(), base=str(own))
    assert list(fit.scenario.events) == ["sale"]
    assert fit.scenario.demand.base_per_h == pytest.approx(60.0, rel=0.03)
    moved = own.read_text(encoding="utf-8").replace("time_h: 14", "time_h: 90")
    own.write_text(moved, encoding="utf-8")
    assert set(calibrate(make_counts(), base=str(own)).scenario.events) == {"sale", "found"}


def test_the_mean_of_an_events_size_is_taken_into_account(chance):
    """A lognormal size of sigma .5 has mean 1.13: its height is so much lower."""
    event = chance.events["found"]
    assert event.peak_sigma == 0.5
    count = make_counts()["count"]
    above = (count.mean() - 60.0) * 840
    assert len(count) > BURST_H
    left = np.arange(168)
    course = (1.0 - 0.5 ** (left / event.half_life_1_h)) * event.half_life_1_h / math.log(2)
    brought = (event.peak - 1.0) * 60.0 * math.exp(0.125) * course.mean()
    assert brought == pytest.approx(above, rel=0.08)
