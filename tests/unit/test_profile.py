"""Local clock, expected mentions, phases, opening hours and the numbers both engines read."""

import datetime
import itertools

import numpy as np
import pytest
from scipy.integrate import quad
from worlds import (
    BREACH,
    DAY_SHAPE,
    HOUR_SHAPE,
    LAUNCH,
    OUTAGE,
    Whole,
    make_plain_scenario,
    make_scenario,
)

from sim.errors import InputError
from sim.rules.brand_event import event_course
from sim.scenario.profile import (
    count_hours,
    event_kernel,
    expected_per_interval_and_topic,
    expected_per_quarter,
    home_pools,
    hour_shapes,
    interval_local_times,
    lay_phases,
    local_days,
    open_intervals,
    phase_durations_ms,
    resolution_shares,
)

SPRING, AUTUMN = "2025-03-03T00:00:00", "2025-10-27T00:00:00"  # weeks that end on the change


@pytest.mark.parametrize(
    ("start", "zone", "days", "hours"),
    [
        ("2024-03-18T00:00:00", "America/New_York", 7, 168),
        (SPRING, "America/New_York", 7, 167),
        (AUTUMN, "America/New_York", 7, 169),
        ("2025-03-09T00:00:00", "America/New_York", 1, 23),
        ("2025-11-02T00:00:00", "America/New_York", 1, 25),
        ("2025-03-09T12:00:00", "America/New_York", 1, 24),
        (SPRING, "UTC", 7, 168),
        ("2025-03-24T00:00:00", "Europe/Berlin", 7, 167),
        ("2025-01-01T00:00:00", "America/New_York", 365, 8760),
    ],
)
def test_hours_of_the_horizon(start, zone, days, hours):
    scenario = make_scenario(horizon={"start": start, "time_zone": zone, "days": days})
    assert count_hours(scenario.horizon) == hours
    assert len(hour_shapes(scenario)) == len(local_days(scenario.horizon)) == hours
    assert local_days(scenario.horizon)[[0, -1]].tolist()[0] == 0
    last = days if start[11:13] != "00" else days - 1
    assert local_days(scenario.horizon)[-1] == last


def test_the_change_skips_and_repeats_the_right_hour():
    shape = np.outer(DAY_SHAPE, HOUR_SHAPE).ravel()
    shape = shape / shape.mean()
    spring = hour_shapes(make_scenario(horizon={"start": SPRING}))
    assert spring.tolist() == np.delete(shape, 6 * 24 + 2).tolist()
    autumn = hour_shapes(make_scenario(horizon={"start": AUTUMN}))
    assert autumn.tolist() == np.insert(shape, 6 * 24 + 2, shape[6 * 24 + 1]).tolist()


def test_local_times_count_elapsed_time():
    horizon = make_scenario(
        horizon={"start": "2025-11-02T00:00:00", "days": 1, "interval_min": 30}
    ).horizon
    times = interval_local_times(horizon)
    assert [time.strftime("%H:%M%z") for time in times[:7]] == [
        *("00:00-0400", "00:30-0400", "01:00-0400", "01:30-0400"),
        *("01:00-0500", "01:30-0500", "02:00-0500"),
    ]
    assert len(times) == 50
    steps = {
        later.astimezone(datetime.UTC) - time.astimezone(datetime.UTC)
        for time, later in itertools.pairwise(times)
    }
    assert steps == {datetime.timedelta(minutes=30)}


def test_shape_has_mean_one_and_may_come_by_hour_of_week():
    assert hour_shapes(make_scenario()).mean() == pytest.approx(1.0, abs=1e-12)
    week = [float(hour) for hour in range(168)]
    scenario = make_scenario(
        demand={"hour_of_week": week}, horizon={"start": "2024-03-20T05:00:00", "days": 1}
    )
    mean = sum(week) / 168
    assert hour_shapes(scenario)[:3] == pytest.approx([53 / mean, 54 / mean, 55 / mean])


def test_expected_base_is_rate_times_shape():
    scenario = make_scenario()
    quarters = expected_per_quarter(scenario, knows_events=True)
    assert len(quarters) == 4 * 168 + 4
    assert quarters[:-4].sum() == pytest.approx(24 * 168)
    assert quarters[:-4].reshape(-1, 4) == pytest.approx(
        np.repeat(6.0 * hour_shapes(scenario)[:, None], 4, axis=1)
    )
    assert quarters[-4:] == pytest.approx(quarters[:4])  # the week goes on with Monday
    table = expected_per_interval_and_topic(scenario, knows_events=True)
    assert table.sum(axis=0) == pytest.approx(4032 * np.array([0.36, 0.23, 0.13, 0.13, 0.05, 0.1]))


def test_shares_need_not_add_up_to_one():
    double = {name: {"share": 2.0 * share} for name, share in (("question", 0.36), ("error", 0.23))}
    double |= {"product": {"share": 0.26}, "process": {"share": 0.26}}
    double |= {"praise": {"share": 0.1}, "chatter": {"share": 0.2}}
    assert expected_per_interval_and_topic(make_scenario(topics=double), True) == pytest.approx(
        expected_per_interval_and_topic(make_scenario(), True)
    )


@pytest.mark.parametrize(
    "number_and_interval", [(168, 60), (336, 30), (2016, 5), (504, 20), (168, 15)]
)
def test_given_rates_take_the_place_of_the_profile(number_and_interval):
    number, interval_min = number_and_interval
    rates = [float(1 + slot % 7) for slot in range(number)]
    scenario = make_plain_scenario(
        0.0, demand={"rate_per_h": rates}, horizon={"interval_min": interval_min}
    )
    quarters = expected_per_quarter(scenario, knows_events=False)
    assert quarters[:-4].sum() == pytest.approx(sum(rates) * 168 / number)
    table = expected_per_interval_and_topic(scenario, knows_events=False)
    if number == len(table):
        assert table[:, 0] == pytest.approx(np.array(rates) * interval_min / 60)


def test_given_rates_of_wrong_length_are_told():
    scenario = make_plain_scenario(0.0, demand={"rate_per_h": [1.0, 2.0]})
    with pytest.raises(InputError, match=r"rate_per_h has 2 numbers; needs .*168"):
        expected_per_quarter(scenario, knows_events=False)


def test_announced_event_by_quadrature():
    scenario = make_scenario(events={"launch": LAUNCH | {"time_h": 60.25, "probability": 0.8}})
    event = scenario.events["launch"]
    kernel, shape = event_kernel(event), hour_shapes(scenario)
    extra = expected_per_interval_and_topic(scenario, True)
    extra = extra - expected_per_interval_and_topic(scenario, False)
    for hour in (59, 60, 61, 62, 90, 167):
        edges = [edge for edge in (hour, 60.25, 61.25, hour + 1) if hour <= edge <= hour + 1]
        area = sum(
            quad(lambda t: event_course(t - 60.25, *kernel), low, high)[0]
            for low, high in itertools.pairwise(edges)
        )
        number = 24 * 1.5 * 0.8 * area * (0.5 * shape[hour] + 0.5)
        assert extra[hour].sum() == pytest.approx(number, rel=1e-9)
        assert extra[hour] == pytest.approx(number * np.array([0.4, 0.2, 0.25, 0.05, 0.05, 0.05]))


def test_window_and_reignition_are_averaged():
    changes = {"announced_h": 24.0, "probability": 0.3, "window_h": [10.0, 30.0]}
    scenario = make_scenario(events={"breach": BREACH | changes})
    event = scenario.events["breach"]
    kernel = event_kernel(event)
    extra = expected_per_quarter(scenario, True) - expected_per_quarter(scenario, False)

    def course(t, start_h):
        return event_course(t - start_h, *kernel)

    points = 10 + 20 * (np.arange(4000) + 0.5) / 4000
    later = 24 + 48 * ((np.arange(4000) * 0.7548776662466927) % 1.0)
    for quarter in (60, 110, 300):
        low, high = quarter / 4, quarter / 4 + 0.25
        times = low + 0.25 * (np.arange(5) + 0.5) / 5
        first = np.mean([course(t, start_h) for t in times for start_h in points]) / 4
        middle = (low + high) / 2
        second = np.mean([course(middle, a + b) for a, b in zip(points, later, strict=True)]) / 4
        number = 24 * 5 * 0.3 * (first + 0.5 * 0.4 * second)
        assert extra[quarter] == pytest.approx(number, rel=5e-3)


def test_unannounced_events_are_never_expected():
    scenario = make_scenario(events={"outage": OUTAGE, "launch": LAUNCH})
    base = expected_per_quarter(make_scenario(), True)
    assert expected_per_quarter(scenario, False).tolist() == base.tolist()
    only_launch = make_scenario(events={"launch": LAUNCH})
    assert (
        expected_per_quarter(scenario, True).tolist()
        == expected_per_quarter(only_launch, True).tolist()
    )


def test_no_demand_at_all():
    scenario = make_plain_scenario(0.0)
    assert expected_per_quarter(scenario, True).tolist() == [0.0] * 676


@pytest.mark.parametrize("changes", [LAUNCH, OUTAGE, BREACH, OUTAGE | {"peak": 1.06}])
def test_phases_end_where_the_nominal_intensity_falls_below(changes):
    scenario = make_scenario(events={"event": changes})
    event = scenario.events["event"]
    kernel = event_kernel(event)
    for share, end_ms in zip((0.25, 0.05), phase_durations_ms(scenario, event), strict=True):
        if event.peak - 1 <= share:
            assert end_ms == 0
            continue
        assert (event.peak - 1) * event_course(end_ms / 3.6e6, *kernel) <= share
        assert (event.peak - 1) * event_course((end_ms - 2) / 3.6e6, *kernel) >= share


def test_phase_of_a_single_half_life_by_hand():
    changes = {"weight": 1.0, "half_life_1_h": 6.0, "peak": 3.0, "ramp_min": 60.0}
    scenario = make_scenario(events={"launch": LAUNCH | changes})
    surge_ms, recovery_ms = phase_durations_ms(scenario, scenario.events["launch"])
    assert surge_ms == pytest.approx((1 + 6 * 3) * 3.6e6, abs=1)  # 2 x 2^-3 = .25
    assert recovery_ms == pytest.approx((1 + 6 * np.log2(40)) * 3.6e6, abs=1)


def test_phases_of_a_horizon_by_hand():
    """A launch at 10:24 whose surge ends 19 h later, a recall some time from hour 40 to 44.2.

    Whole hours are in a phase if any of them is; moments at the half of each hour alone.
    """
    changes = {"weight": 1.0, "half_life_1_h": 6.0, "peak": 3.0, "ramp_min": 60.0}
    launch = LAUNCH | changes | {"time_h": 10.4, "window_h": None}
    recall = launch | {"time_h": None, "window_h": (40.0, 44.2)}
    scenario = make_scenario(events={"launch": launch, "recall": recall})
    events, begins = scenario.events, np.arange(72.0)
    surge_h = phase_durations_ms(scenario, events["launch"])[0] / 3.6e6
    assert surge_h == pytest.approx(19.0)
    spans = lay_phases(scenario, [events["launch"]], begins, begins + 1.0)
    assert np.flatnonzero(spans == 2).tolist() == list(range(10, 30))
    assert np.flatnonzero(spans == 3).tolist() == list(range(30, 44))
    middle = lay_phases(scenario, [events["launch"]], begins + 0.5, begins + 0.5)
    assert np.flatnonzero(middle == 2)[[0, -1]].tolist() == [10, 28]
    both = lay_phases(scenario, events.values(), begins, begins + 1.0)
    assert np.flatnonzero(both == 2).tolist() == [*range(10, 30), *range(40, 64)]
    assert (both[:10] == 0).all()
    assert not lay_phases(scenario, [], begins, begins + 1.0).any()


def test_open_hours_follow_the_local_clock():
    opened = open_intervals(make_scenario(horizon={"start": SPRING}))
    assert opened.sum() == 7 * 17
    assert opened[6 * 24 : 6 * 24 + 8].tolist() == [False] * 6 + [True] * 2  # 7:00 comes early
    assert open_intervals(make_plain_scenario()).all()
    days = {"sun": None, "sat": (9.5, 12.0)}
    scenario = make_scenario(
        shifts={"open_by_day": days}, horizon={"start": "2024-03-22T00:00:00", "days": 3}
    )
    assert np.flatnonzero(open_intervals(scenario)[24:]).tolist() == [9, 10, 11]


def test_a_holiday_by_hand():
    """Friday with hours of its own at half its volume; Saturday closed and flat; Sunday usual."""
    days = {
        "2024-03-22": {"open": [9.5, 12.0], "volume": 0.5},
        "2024-03-23": {"open": "closed", "hour_shape": [1.0] * 24},
        "2030-01-01": {"open": "closed"},
    }
    horizon = {"start": "2024-03-22T00:00:00", "days": 3}
    scenario, usual = make_scenario(holidays=days, horizon=horizon), make_scenario(horizon=horizon)
    shape, before = hour_shapes(scenario), hour_shapes(usual)
    assert shape[:24] == pytest.approx(0.5 * before[:24])
    assert shape[24:48] == pytest.approx(before[24:48].mean())
    assert shape[48:].tolist() == before[48:].tolist()
    opened = np.flatnonzero(open_intervals(scenario)[:48])
    assert opened.tolist() == [9, 10, 11]
    assert open_intervals(scenario)[48:].tolist() == open_intervals(usual)[48:].tolist()
    with pytest.raises(ValueError, match="holidays"):
        make_scenario(holidays={"2024-3-22": {}})


def test_resolution_by_level_by_hand():
    scenario = make_scenario()
    shares = resolution_shares(scenario)
    assert shares.shape == (4, 6)
    assert shares[:, 0] == pytest.approx([0.08, 0.39, 0.52, 0.664])
    assert shares[:, 4] == pytest.approx([0.02, 0.675, 0.90, 0.93])


def test_home_is_the_first_pool_with_the_skill():
    scenario = make_scenario()
    assert home_pools(scenario).tolist() == [0, 1, 0, 1, 0, 0]
    both = {"skills": list(scenario.topics), "limit": 5}
    pools = Whole(one=both, two=both)
    team = {"pools": pools, "reference_staff": Whole(one=[1] * 24)}
    assert home_pools(make_scenario(team=team)).tolist() == [0] * 6
