"""The promise: event days counted hour by hour, shares and quantiles by hand."""

import numpy as np
import pytest

from sim.planning.evaluation.service_target import (
    EventDays,
    compute_quantile,
    find_event_days,
    share_kept,
    share_met,
)
from sim.rules.brand_event import event_course
from sim.scenario.profile import event_kernel, hour_shapes
from tests.worlds import LAUNCH, OUTAGE, make_scenario


def count_high_h(scenario, event, share=1.0):
    """Return hours by day in which an event exceeds the base, minute by minute."""
    kernel, shape = event_kernel(event), hour_shapes(scenario)
    high = np.zeros(7)
    for minute in range(7 * 1440):
        since_h = minute / 60 - event.time_h
        g = event_course(since_h, *kernel) if since_h >= 0 else 0.0
        at = shape[minute // 60]
        factor = event.shape_share * at + 1 - event.shape_share
        high[minute // 1440] += (event.peak - 1) * g * factor > share
    return high / 60


@pytest.mark.parametrize("time_h", [33.0, 60.0, 71.0])
@pytest.mark.parametrize("peak", [2.5, 4.0, 8.0])
def test_event_days_have_an_hour_above_the_base(time_h, peak):
    scenario = make_scenario(events={"launch": {**LAUNCH, "time_h": time_h, "peak": peak}})
    (days,) = find_event_days(scenario)
    high_h = count_high_h(scenario, scenario.events["launch"])
    clear = np.abs(high_h - 1.0) > 0.25
    found = days.hours.reshape(7, 24).any(axis=1)
    assert (found == (high_h >= 1.0))[clear].all()
    assert found.any()


def test_a_small_event_has_its_highest_day():
    scenario = make_scenario(events={"launch": {**LAUNCH, "peak": 1.2}})
    (days,) = find_event_days(scenario)
    assert days.hours.reshape(7, 24).any(axis=1).tolist() == [False] * 2 + [True] + [False] * 4


def test_an_uncertain_event_has_the_days_of_a_certain_one():
    sure = make_scenario(events={"launch": LAUNCH})
    maybe = make_scenario(events={"launch": {**LAUNCH, "probability": 0.2}})
    assert (find_event_days(sure)[0].hours == find_event_days(maybe)[0].hours).all()


def test_only_events_known_at_time_0_count():
    events = {"outage": OUTAGE, "late": {**LAUNCH, "announced_h": 12.0}, "launch": LAUNCH}
    found = find_event_days(make_scenario(events=events))
    assert [(one.event, one.name) for one in found] == [(2, "launch")]


def test_the_share_counts_who_arrives_on_the_days():
    days = EventDays(1, "launch", np.array([False] * 24 + [True] * 24))
    hour = 3_600_000
    arrival = np.array([23, 24, 30, 47, 25]) * hour
    asked = np.array([True, True, True, True, False])
    kept = np.array([True, True, False, True, True])
    times = np.array([-1, 30 * hour])
    assert share_kept(days, times, arrival, asked, kept) == pytest.approx(2 / 3)
    assert np.isnan(share_kept(days, np.array([5, -1]), arrival, asked, kept))
    assert np.isnan(share_kept(days, times, arrival, np.zeros(5, bool), kept))


def test_the_quantile_meets_the_target_just_where_the_constraint_holds():
    rng = np.random.default_rng(1)
    for _ in range(200):
        shares = rng.uniform(0.4, 1.0, 40).round(2)
        shares[rng.uniform(size=40) < 0.2] = np.nan
        target = rng.uniform(0.4, 0.9)
        holds = share_met(shares, target) >= 0.9
        assert (compute_quantile(shares, 0.1) >= target) == holds, (shares, target)


def test_an_event_that_never_happens_breaks_no_promise():
    never = np.full(5, np.nan)
    assert compute_quantile(never, 0.1) == 1
    assert share_met(never, 0.99) == 1
