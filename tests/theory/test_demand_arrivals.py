"""Exogenous mentions against the integral of their intensity; jumps; thinning; independence."""

import itertools

import numpy as np
import pytest
from chances import LIMIT, ks_excess, z_chi_square, z_correlation, z_count, z_mean
from scipy.integrate import quad
from worlds import BREACH, LAUNCH, Whole, make_scenario

from sim.demand.draw import draw
from sim.rules.brand_event import event_course
from sim.scenario.profile import event_kernel, expected_per_interval_and_topic, hour_shapes

H = 3_600_000
CALM = {
    "busy_day_cv": 0.0,
    "busy_hour_cv": 0.0,
    "spreading": {"branching_ratio": 0.0},
}
SHARES = [0.36, 0.23, 0.13, 0.13, 0.05, 0.10]


def make_calm(days=1, interval_min=60, demand=None, **changes):
    horizon = {"days": days, "interval_min": interval_min}
    return make_scenario(demand=CALM | (demand or {}), horizon=horizon, **changes)


def count_many(scenario, edges_ms, replications, pick=None):
    """Return counts by replication, topic and time, shape (replications, 6, n)."""
    counts = np.empty((replications, 6, len(edges_ms) - 1))
    for replication in range(replications):
        draws = draw(scenario, 7, replication)
        chosen = slice(None) if pick is None else pick(draws)
        times, topics = draws.arrival_ms[chosen], draws.topic[chosen]
        for topic in range(6):
            counts[replication, topic] = np.histogram(times[topics == topic], edges_ms)[0]
    return counts


@pytest.fixture(scope="module")
def calm_counts():
    scenario = make_calm(demand={"base_per_h": 40.0})
    counts = count_many(scenario, np.arange(25) * H, 300)
    return counts, expected_per_interval_and_topic(scenario, knows_events=False).T


def test_base_follows_the_profile_topic_by_topic(calm_counts):
    counts, means = calm_counts
    assert abs(z_chi_square(counts.sum(axis=0), 300 * means)) < LIMIT
    assert abs(z_count(counts.sum(), 300 * means.sum())) < LIMIT


def test_base_is_poisson(calm_counts):
    counts, means = calm_counts
    squares = ((counts - means) ** 2 / means).mean(axis=(1, 2))
    assert abs(z_mean(squares, 1.0)) < LIMIT  # variance over mean
    totals = counts.sum(axis=2)
    for one in range(6):
        for other in range(one):
            assert abs(z_correlation(totals[:, one], totals[:, other])) < LIMIT


def test_gaps_of_a_topic_are_exponential_in_expected_mentions():
    scenario = make_calm(days=7, demand={"base_per_h": 600.0})
    draws = draw(scenario, 3, 0)
    until = np.append(0.0, np.cumsum(600.0 * hour_shapes(scenario)))
    for topic in (0, 4):
        times = draws.arrival_ms[draws.topic == topic] + 0.5
        gaps = np.diff(SHARES[topic] * np.interp(times / H, np.arange(169), until))
        assert ks_excess(gaps, lambda x: -np.expm1(-x)) < 1.0
        assert abs(z_correlation(gaps[:-1], gaps[1:])) < LIMIT


def test_rates_jump_where_they_are_told_to():
    rates = [0.0, 1200.0, 0.0, 300.0] * 24
    scenario = make_calm(interval_min=15, demand={"base_per_h": 0.0, "rate_per_h": rates})
    minutes = np.zeros(24 * 60)
    for replication in range(40):
        minutes += np.histogram(
            draw(scenario, 2, replication).arrival_ms, np.arange(24 * 60 + 1) * 60_000
        )[0]
    hours = minutes.reshape(24, 60)
    means = np.repeat(np.array(rates[:4]) / 60, 15)
    assert hours[:, means == 0].sum() == 0  # not one on the wrong side of a jump
    busy = means > 0
    assert abs(z_chi_square(hours[:, busy].sum(axis=0), 24 * 40 * means[busy])) < LIMIT


EVENT = LAUNCH | {
    "time_h": 5.37,
    "peak": 9.0,
    "peak_sigma": 0.0,
    "ramp_min": 20.0,
    "half_life_1_h": 0.4,
    "half_life_2_h": 6.0,
    "shape_share": 0.8,
}


def event_integral(scenario, event, starts, low_h, high_h):
    """Return expected mentions of an event between two times within one hour, by quadrature."""
    kernel = event_kernel(event)
    cuts = [start + extra for start, _ in starts for extra in (0.0, kernel[0])]
    cuts = sorted({low_h, high_h, *(cut for cut in cuts if low_h < cut < high_h)})
    area = 0.0
    for start, weight in starts:
        for low, high in itertools.pairwise(cuts):
            area += weight * quad(event_course, low - start, high - start, args=kernel)[0]
    shape = hour_shapes(scenario)[int(low_h)]
    level = scenario.demand.base_per_h * (event.peak - 1.0)
    return level * (event.shape_share * shape + 1.0 - event.shape_share) * area


def check_event(scenario, event, starts, step_h=1 / 12, replications=200):
    edges_h = np.arange(round(24 / step_h) + 1) * step_h
    means = [
        event_integral(scenario, event, starts, low, high)
        for low, high in itertools.pairwise(edges_h)
    ]
    means = replications * np.array(means)
    mix = np.array([event.topic_share.get(name, 0.0) for name in scenario.topics])
    counts = count_many(scenario, np.round(edges_h * H), replications, lambda d: d.origin == 1)
    by_time = counts.sum(axis=(0, 1))
    assert by_time[means == 0].sum() == 0
    assert abs(z_chi_square(by_time[means > 4], means[means > 4])) < LIMIT
    by_topic = counts.sum(axis=(0, 2))
    assert abs(z_chi_square(by_topic[mix > 0], means.sum() * mix[mix > 0])) < LIMIT
    assert by_topic[mix == 0].sum() == 0
    return counts


def test_event_follows_its_course_within_minutes():
    scenario = make_calm(events={"launch": EVENT}, demand={"base_per_h": 60.0})
    counts = check_event(scenario, scenario.events["launch"], [(5.37, 1.0)])
    totals = counts.sum(axis=2)
    assert abs(z_correlation(totals[:, 0], totals[:, 1])) < LIMIT
    assert abs(z_mean((totals - totals.mean(axis=0)) ** 2 / totals.mean(axis=0), 1.0)) < LIMIT


def test_power_law_event():
    changes = {
        "decay": "power",
        "weight": 1.0,
        "power_exponent": 1.4,
        "power_scale_h": 0.3,
        "shape_share": 0.0,
    }
    power = {key: value for key, value in EVENT.items() if not key.startswith("half")}
    scenario = make_calm(events={"launch": power | changes}, demand={"base_per_h": 60.0})
    check_event(scenario, scenario.events["launch"], [(5.37, 1.0)], replications=100)


def test_event_comes_back_as_a_smaller_copy():
    again = {
        "reignition_probability": 1.0,
        "reignition_window_h": [6.0, 6.000001],
        "reignition_peak_share": 0.4,
        "shape_share": 0.0,
    }
    scenario = make_calm(events={"launch": EVENT | again}, demand={"base_per_h": 60.0})
    check_event(scenario, scenario.events["launch"], [(5.37, 1.0), (11.37, 0.4)], step_h=0.25)


def test_thinning_is_exact_at_a_jump_of_the_profile():
    quiet_then_loud = [0.05] * 9 + [4.0] + [0.05] * 14
    event = EVENT | {"shape_share": 1.0, "time_h": 0.0, "half_life_1_h": 30.0, "weight": 1.0}
    scenario = make_calm(
        events={"launch": event},
        demand={"base_per_h": 60.0, "hour_shape": quiet_then_loud, "day_shape": [1.0] * 7},
    )
    minutes = np.arange(8 * 60, 11 * 60 + 1)
    counts = count_many(scenario, minutes * 60_000, 150, lambda d: d.origin == 1).sum(axis=(0, 1))
    means = 150 * np.array(
        [
            event_integral(scenario, scenario.events["launch"], [(0.0, 1.0)], t / 60, (t + 1) / 60)
            for t in minutes[:-1]
        ]
    )
    for first, last in ((55, 60), (60, 65), (115, 120), (120, 125)):  # beside both jumps
        assert abs(z_count(counts[first:last].sum(), means[first:last].sum())) < LIMIT
    assert abs(z_chi_square(counts[60:120], means[60:120])) < LIMIT


def test_size_of_an_event_scales_its_mentions():
    event = EVENT | {"peak_sigma": 0.5}
    scenario = make_calm(events={"launch": event}, demand={"base_per_h": 60.0})
    starts = [(5.37, 1.0)]
    mean = sum(
        event_integral(scenario, scenario.events["launch"], starts, t, t + 1) for t in range(24)
    )
    off = []
    for replication in range(300):
        draws = draw(scenario, 4, replication)
        size = draws.event_size[0]
        off.append(((draws.origin == 1).sum() - mean * size) / np.sqrt(mean * size))
    assert abs(z_mean(off, 0.0)) < LIMIT
    assert abs(z_mean(np.square(off), 1.0)) < LIMIT


def test_event_that_begins_late_ends_with_the_horizon():
    event = BREACH | {"window_h": [23.9, 23.95], "probability": 0.99}
    scenario = make_calm(events={"breach": event}, demand={"base_per_h": 2000.0})
    draws = draw(scenario, 1, 0)
    late = draws.arrival_ms[draws.origin == 1]
    assert late.size > 0
    assert late.min() >= draws.event_time_ms[0]
    assert late.max() < 24 * H


def test_backlog_waits_at_the_start():
    scenario = make_calm(
        demand={
            "base_per_h": 0.0,
            "backlog_mentions": 4000,
            "backlog_share": {"error": 3.0, "praise": 1.0},
        }
    )
    draws = draw(scenario, 1, 0)
    assert len(draws.arrival_ms) == 4000
    assert not draws.arrival_ms.any()
    assert set(draws.origin) == {0}
    counts = np.bincount(draws.topic, minlength=6)
    assert counts[[0, 2, 3, 5]].sum() == 0
    assert abs(z_chi_square(counts[[1, 4]], [3000, 1000])) < LIMIT


def test_recorded_demand_comes_as_recorded(tmp_path):
    rows = ["when,what"] + [
        f"2024-03-18T{hour:02d}:10:00,{'error' if hour % 2 else ''}" for hour in range(24)
    ]
    path = tmp_path / "record.csv"
    path.write_text("\n".join(rows))
    replay = {"file": str(path), "time_column": "when", "topic_column": "what"}
    event = EVENT | {"time_h": 3.0}
    replaced = make_calm(demand={"replay": replay}, events={"launch": event})
    draws = draw(replaced, 1, 0)
    assert draws.arrival_ms.tolist() == [hour * H + 600_000 for hour in range(24)]
    assert set(draws.origin) == {2}
    assert (draws.topic[1::2] == 1).all()
    assert draws.event_time_ms.tolist() == [3 * H]
    under = make_calm(demand={"replay": replay | {"mode": "under"}}, events={"launch": event})
    draws = draw(under, 1, 0)
    assert (draws.origin == 2).sum() == 24
    assert set(draws.origin) == {1, 2}
    again = draw(make_calm(events={"launch": event}), 1, 0)
    assert (
        draws.arrival_ms[draws.origin == 1].tolist() == again.arrival_ms[again.origin == 1].tolist()
    )


def test_unsaid_topics_of_a_record_follow_the_base_mix(tmp_path):
    path = tmp_path / "record.csv"
    path.write_text("arrival_ms\n" + "\n".join(str(7 * row) for row in range(5000)))
    scenario = make_calm(demand={"replay": {"file": str(path)}})
    counts = np.bincount(draw(scenario, 1, 0).topic, minlength=6)
    assert abs(z_chi_square(counts, 5000 * np.array(SHARES))) < LIMIT


def test_nothing_at_all():
    scenario = make_calm(demand={"base_per_h": 0.0}, events={"launch": LAUNCH | {"time_h": 1.0}})
    draws = draw(scenario, 1, 0)
    assert len(draws.arrival_ms) == len(draws.work_ms) == 0
    assert draws.turn_offset.tolist() == [0]


def test_hours_without_demand_stay_empty():
    scenario = make_calm(demand={"base_per_h": 500.0, "hour_shape": [0.0] * 12 + [1.0] * 12})
    draws = draw(scenario, 1, 0)
    assert draws.arrival_ms.min() >= 12 * H
    assert draws.arrival_ms.size > 10_000


def test_one_mention():
    topics = Whole(question=make_scenario().topics["question"].model_dump())
    demand = CALM | {"base_per_h": 0.0, "backlog_mentions": 1}
    team = {
        "pools": Whole(general={"skills": ["question"], "limit": 5}),
        "reference_staff": Whole(general=[1] * 24),
    }
    draws = draw(make_scenario(demand=demand, topics=topics, team=team), 9, 0)
    assert draws.arrival_ms.tolist() == [0]
    assert draws.turn_offset[0] == 0
    assert draws.turn_offset[1] == len(draws.work_ms) >= 1
