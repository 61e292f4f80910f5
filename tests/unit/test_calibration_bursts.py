"""Bursts: planted ones are found, with their ends; quiet counts have none."""

import zoneinfo

import numpy as np
import pytest

from sim.calibration.demand.bursts import (
    compute_mean_factor,
    find_bursts,
    find_outages,
    prepare_widths,
)
from sim.calibration.demand.weekly_profile import Busyness
from sim.calibration.reading.grid import Counts, compute_hours_of_week, compute_local_days
from sim.report.pages.calibration import format_fit

UTC = zoneinfo.ZoneInfo("UTC")
START_MS = 1_699_833_600_000
BUSYNESS = Busyness(0.04, 0.0676, 0.5)


def make_counts(values, step_min=60.0):
    stamps = START_MS + np.arange(len(values)) * round(step_min * 60_000)
    hours, days = compute_hours_of_week(stamps, UTC), compute_local_days(stamps, UTC)
    return Counts(START_MS, step_min, np.asarray(values, float), hours, days, UTC)


def draw(rng, mean, phi, size):
    return rng.poisson(mean * rng.gamma(1 / phi, phi, size)).astype(float)


def find(values, mean, step_min=60.0, busyness=BUSYNESS):
    counts = make_counts(values, step_min)
    return find_bursts(prepare_widths(counts, np.full(len(values), mean), busyness))


def test_a_planted_burst_from_start_to_end():
    rng = np.random.default_rng(4)
    values = draw(rng, 50.0, 0.05, 24 * 30)
    values[300:310] += 400.0
    (burst,) = find(values, 50.0)
    assert burst.start_ms == START_MS + 300 * 3_600_000
    assert abs(burst.end_ms - START_MS - 310 * 3_600_000) <= 2 * 3_600_000
    assert burst.excess == pytest.approx(4000.0, rel=0.1)
    assert burst.log10_p < -8


def test_a_burst_of_minutes_is_seen_at_the_own_step_alone():
    rng = np.random.default_rng(5)
    values = rng.poisson(5.0, 288 * 20).astype(float)
    values[1000] += 35.0
    assert len(find(values, 5.0, 5.0)) == 1
    assert find(values.reshape(-1, 12).sum(axis=1), 60.0) == []


def test_a_long_flat_burst_is_seen_by_six_hours():
    rng = np.random.default_rng(6)
    values = draw(rng, 40.0, 0.05, 24 * 30)
    values[240:252] = np.floor(values[240:252] * 1.9 + 0.5)
    assert len(find(values, 40.0, busyness=Busyness(0.0, 0.05, 0.0))) == 1
    # Where days and hours are busy for long, six such hours are nothing unheard of.
    assert find(values, 40.0) == []


def test_a_fuller_weekday_is_a_burst_only_where_there_are_weeks_to_know_it_from():
    """A day a quarter above the profile: in ten days its weekday may be so, in twenty it is not.

    The hours' own variance at 10 days is a sixteenth, (1/4)^2, above that of the busyness.
    """
    rng, quiet = np.random.default_rng(11), Busyness(0.0, 1e-4, 0.0)
    values = rng.poisson(200.0, 24 * 20).astype(float)
    values[96:120] = np.floor(1.25 * values[96:120])
    assert find(values[: 24 * 10], 200.0, busyness=quiet) == []
    assert len(find(values, 200.0, busyness=quiet)) == 1
    short = prepare_widths(make_counts(values[: 24 * 10]), np.full(24 * 10, 200.0), quiet)
    assert short[0].phi == pytest.approx(0.0626, abs=1e-3)


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.9])
def test_variance_of_the_mean_of_hours_against_its_matrix(correlation):
    lags = np.abs(np.subtract.outer(np.arange(6), np.arange(6)))
    assert compute_mean_factor(correlation, 6) == pytest.approx((correlation**lags).mean())
    assert compute_mean_factor(correlation, 1) == 1.0


def test_sustained_mentions_leave_out_what_is_over_in_minutes():
    rng = np.random.default_rng(7)
    spike, siege = (draw(rng, 50.0, 0.05, 24 * 30) for _ in range(2))
    spike[300] += 20_000.0
    siege[300:340] += 300.0
    (short,), (long,) = find(spike, 50.0), find(siege, 50.0)
    assert short.excess > long.excess
    assert short.sustained < long.sustained / 5


def test_no_bursts_where_there_are_too_few_counts():
    assert find(np.full(8, 5.0), 5.0) == []


def test_constant_counts_have_no_bursts():
    assert find(np.full(24 * 20, 5.0), 5.0) == []


def test_known_events_are_no_bursts():
    rng = np.random.default_rng(8)
    values = draw(rng, 50.0, 0.05, 24 * 30)
    values[300:310] += 400.0
    excess = np.zeros(24 * 30)
    excess[300:310] = 400.0
    widths = prepare_widths(make_counts(values), np.full(24 * 30, 50.0), BUSYNESS)
    assert find_bursts(widths, excess) == []


def test_a_stopped_recording_is_told_from_a_quiet_time():
    rng = np.random.default_rng(9)
    values = rng.poisson(20.0, 288).astype(float)
    values[100:110] = 0.0
    counts = make_counts(values, 5.0)
    stopped = find_outages(counts, np.full(288, 20.0))
    assert np.flatnonzero(stopped).tolist() == list(range(100, 110))
    fading = make_counts(np.r_[values[:100], np.zeros(188)], 5.0)
    assert not find_outages(fading, np.full(288, 20.0)).any()
    assert not find_outages(make_counts(np.zeros(20)), np.full(20, 0.1)).any()
    # one more than a two weeks' file may have: counts that come in hundreds, zeros among them
    hours = make_counts(np.full(336, 1200.0))
    hours.values[10:106:16] = 0.0
    assert not find_outages(hours, np.full(336, 1200.0)).any()
    hours.values[90] = 1200.0
    assert find_outages(hours, np.full(336, 1200.0)).sum() == 5


def test_what_is_taken_as_not_recorded_is_said():
    [sentence, _] = format_fit({"quality": {"intervals_without_recording": 10}})
    assert sentence == (
        "10 of the history's intervals without a mention, where many are expected: taken as not "
        "recorded, and left out."
    )
    assert format_fit({"quality": {"intervals_without_recording": 0}}) == [
        "Brand events found: none."
    ]
