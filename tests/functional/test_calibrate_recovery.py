"""Histories drawn from known scenarios give the scenarios back.

Each test draws with fixed seeds, so it passes or fails for good; bounds are 4.3 standard
errors (false alarm about 2 in 100,000 a number) unless they say otherwise.
"""

import functools
import zoneinfo

import numpy as np
import pytest

from sim.calibration import calibrate
from sim.calibration.demand.bursts import FALSE_ALARM
from sim.calibration.demand.fit import fit_demand
from sim.calibration.demand.weekly_profile import Busyness
from sim.calibration.reading.grid import build_counts
from sim.calibration.reading.rows import read_observations
from sim.demand.draw import draw
from sim.scenario.build import load_scenario
from sim.scenario.parts import ORIGINS
from sim.scenario.profile import find_start, week_shape

ZONE = zoneinfo.ZoneInfo("America/New_York")
SPREAD = ORIGINS.index("spread")
TRUTH = Busyness(0.04, 0.0676, 0.5)


def load(days, *overrides, name="telecom_week"):
    plain = ["demand.spreading.branching_ratio=0", f"horizon.days={days}"]
    return load_scenario(name, [*plain, *overrides])


def draw_times(scenario, replication):
    draws = draw(scenario, 5, replication)
    start_ms = round(find_start(scenario.horizon).timestamp() * 1000)
    return start_ms + draws.arrival_ms[draws.origin != SPREAD]


def fit(scenario, replication, known=None):
    observations = read_observations({"time": draw_times(scenario, replication)}, "times")
    counts, _ = build_counts(observations, ZONE)
    return fit_demand(counts, week_shape(scenario) if known is None else known, TRUTH)


BASES, EVENTS = 16, 6
"""Histories without an event, and with each kind of event: 4.3 standard errors of so many are less
than what a fault does (a day left out of the variance, a course cut at its window, a false alarm
in every history)."""


@functools.cache
def fit_base():
    scenario = load(56)
    return [fit(scenario, replication) for replication in range(BASES)]


def test_no_event_in_histories_without_one():
    """Stated: none in 95 % of base histories, and `FALSE_ALARM` is that 5 %.

    100 histories of 14, 28 and 56 days had bursts in 1, 5 and 3.
    """
    found = sum(bool(each.bursts) for each in fit_base())
    found += sum(bool(fit(load(14), replication).bursts) for replication in range(BASES))
    # 32 histories at 5 %: 1.6 expected, more than 7 in 1 of 10,000.
    assert FALSE_ALARM == 0.05
    assert found <= 7


def test_base_rate():
    fits = fit_base()
    z = np.array([(each.shape.base_per_h - 24.0) / each.shape.base_se for each in fits])
    assert abs(z.mean()) < 4.3 / BASES**0.5
    assert abs(z.std() - 1.0) < 4.3 / (2 * BASES) ** 0.5


def test_busyness():
    fits = fit_base()
    found = np.array([
        (each.busyness.day_variance**0.5, each.busyness.hour_variance**0.5,
         each.busyness.correlation) for each in fits
    ])  # fmt: skip
    wanted, error = (0.20, 0.26, 0.50), found.std(axis=0) / BASES**0.5
    # The root of a variance that is estimated is a little low: .01 of the day's .20.
    assert (np.abs(found.mean(axis=0) - wanted) < 4.3 * error + [0.015, 0.0, 0.0]).all()
    claimed = np.array([each.errors for each in fits]).mean(axis=0)
    assert (np.abs(np.log(claimed / found.std(axis=0))) < 0.7).all()


def test_overdispersion_of_the_hours():
    """The scenario was made for variance = mu + .108 mu^2 (Customer Support on Twitter)."""
    fits = fit_base()
    phi = np.array([each.dispersion[0] for each in fits])
    assert abs(phi.mean() - 0.108) < 4.3 * phi.std() / BASES**0.5


def test_profile_that_the_base_does_not_know():
    hours = [0.4] * 6 + [0.8] * 4 + [2.0] * 6 + [1.0] * 8
    days = [1.3, 1.2, 1.1, 1.0, 1.0, 0.8, 0.6]
    scenario = load(56, f"demand.hour_shape={hours}", f"demand.day_shape={days}")
    known = week_shape(load(56))
    fits = [fit(scenario, replication, known).shape.week for replication in range(8)]
    truth = week_shape(scenario).reshape(7, 24)
    week = np.array(fits).reshape(8, 7, 24)
    for axis, name in ((1, "hours"), (2, "days")):
        means = week.mean(axis=axis)
        error = np.maximum(means.std(axis=0, ddof=1), 0.01) / 8**0.5
        z = (means.mean(axis=0) - truth.mean(axis=axis - 1)) / error
        assert np.abs(z).max() < 8.0, name  # Student t of 7: 1 in 10,000
    assert np.abs(week.mean(axis=0) / truth - 1.0).mean() < 0.05


KINDS = [(24, 6, (4, 4), 1), (100, 15, (2, 2), 1), (100, 10, (2, 20), 0.7)]
"""Rate, peak, half-lives, weight."""


@functools.cache
def fit_events(rate, peak, half_lives, weight):
    """Return what was fitted to each history, and the course found in it, None where none was."""
    overrides = [
        f"demand.base_per_h={rate}", f"events.campaign.peak={peak}",
        f"events.campaign.half_life_1_h={half_lives[0]}", "events.campaign.peak_sigma=0",
        f"events.campaign.half_life_2_h={half_lives[1]}", f"events.campaign.weight={weight}",
        "events.campaign.time_h=298", "events.campaign.ramp_min=60",
    ]  # fmt: skip
    scenario = load(28, *overrides, name="campaign_week")
    start_ms = find_start(scenario.horizon).timestamp() * 1000
    found = []
    for replication in range(EVENTS):
        fitted = fit(scenario, replication)
        events = [
            event
            for event in fitted.events
            if abs((event.time_ms - start_ms) / 3_600_000 - 298.0) < 3.0
        ]
        largest = max(events, key=lambda event: event.burst.sustained) if events else None
        found.append((fitted.shape, largest))
    return found


@pytest.mark.parametrize(("rate", "peak", "half_lives", "weight"), KINDS)
def test_event(rate, peak, half_lives, weight):
    found = [event for _, event in fit_events(rate, peak, half_lives, weight) if event]
    assert len(found) >= EVENTS - 1
    truths = {"height_per_h": rate * (peak - 1.0), "half_life_1_h": half_lives[0]}
    if weight < 1:
        truths["half_life_2_h"] = half_lives[1]
    for name, truth in truths.items():
        z = np.array([
            np.log(getattr(event.course, name) / truth) / event.course.errors[name]
            for event in found
            if name in event.course.errors
        ])  # fmt: skip
        assert len(z) >= EVENTS - 2
        assert np.abs(z).max() < 4.3, name
        assert abs(z.mean()) < 4.3 / len(found) ** 0.5, name
        assert z.std() < 1.0 + 4.3 / (2 * len(found)) ** 0.5, name


def test_mentions_of_an_event():
    found = [event.course for _, event in fit_events(*KINDS[2])]
    lives = [c.weight * c.half_life_1_h + (1 - c.weight) * c.half_life_2_h for c in found]
    mentions = [
        c.height_per_h * (c.ramp_h / 2 + life / np.log(2))
        for c, life in zip(found, lives, strict=True)
    ]
    wanted = 900.0 * (0.5 + (0.7 * 2 + 0.3 * 20) / np.log(2))
    error = np.std(mentions, ddof=1) / EVENTS**0.5
    assert abs(np.mean(mentions) - wanted) < 4.3 * error


def test_events_do_not_move_the_base():
    z = np.array([
        (shape.base_per_h - kind[0]) / shape.base_se
        for kind in KINDS
        for shape, _ in fit_events(*kind)
    ])  # fmt: skip
    assert np.abs(z).max() < 4.3
    assert abs(z.mean()) < 4.3 / len(z) ** 0.5


def test_the_whole_way_from_a_draw_to_the_scenario():
    scenario = load(28, "events.campaign.peak=8", "events.campaign.peak_sigma=0",
                    "events.campaign.time_h=298", name="campaign_week")  # fmt: skip
    times = draw_times(scenario, 1)
    fitted = calibrate({"created_at": times}, events="announced").scenario
    event = fitted.events["found"]
    assert event.time_h == pytest.approx(298 % 168, abs=1.0)
    assert event.peak == pytest.approx(8.0, rel=0.35)
    assert fitted.demand.base_per_h == pytest.approx(24.0, rel=0.2)
