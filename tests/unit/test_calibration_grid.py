"""Counts on a grid against counting by hand."""

import datetime
import zoneinfo

import numpy as np
import pytest

from sim.calibration.placing import count_span_hours
from sim.calibration.reading.grid import build_counts, group_by_hour
from sim.calibration.reading.rows import read_observations
from sim.errors import InputError

UTC = zoneinfo.ZoneInfo("UTC")
START = 1_700_006_400  # a full hour, Wednesday 15 November 2023, 0:00 UTC


def build(table, kind="times", zone=UTC):
    return build_counts(read_observations(table, kind), zone)


def test_every_mention_is_counted_in_its_interval():
    times = np.sort(np.random.default_rng(3).integers(0, 5 * 86_400, 4000)) + START
    counts, bad = build({"time": times})
    assert bad == ()
    assert counts.step_min == 5.0
    by_hand = np.zeros(len(counts.values))
    for time in times.tolist():
        by_hand[(time * 1000 - counts.start_ms) // 300_000] += 1
    known = counts.is_known
    np.testing.assert_array_equal(counts.values[known], by_hand[known])
    assert np.flatnonzero(~known).tolist() in ([], [0], [len(known) - 1], [0, len(known) - 1])


@pytest.mark.parametrize(("mean_min", "step_min"), [(2, 5), (5, 15), (20, 60), (300, 60)])
def test_finest_step_with_two_mentions(mean_min, step_min):
    times = START + np.arange(200) * mean_min * 60
    assert build({"time": times})[0].step_min == step_min


def test_edges_that_are_cut_off_are_not_known():
    times = START + 1800 + np.arange(100) * 1200
    counts, _ = build({"time": times})
    assert counts.step_min == 60.0
    assert np.isnan(counts.values[0])
    assert counts.values[1:-1].tolist() == [3.0] * (len(counts.values) - 2)


def test_missing_counts_are_unknown_where_zeros_are_written():
    times = START + 3600 * np.delete(np.arange(48), [5, 6])
    counts, _ = build({"time": times, "n": np.r_[0, np.full(45, 7)]}, "counts")
    assert np.flatnonzero(np.isnan(counts.values)).tolist() == [5, 6]


def test_missing_counts_are_zero_where_no_zero_is_written():
    times = START + 3600 * np.delete(np.arange(48), [5, 6])
    counts, _ = build({"time": times, "n": np.full(46, 7)}, "counts")
    assert counts.values[[4, 5, 6, 7]].tolist() == [7.0, 0.0, 0.0, 7.0]


def test_counts_a_little_off_the_grid_share_no_interval():
    times = START + 3600 * np.arange(48)
    times[10] = times[9] + 60
    counts, bad = build({"time": times, "n": np.full(48, 7)}, "counts")
    assert [(each.reason, each.rows) for each in bad] == [("a second count for its interval", 1)]
    assert counts.step_min == 60.0


def test_hours_and_days_are_local():
    zone = zoneinfo.ZoneInfo("America/New_York")
    times = START + 3600 * np.arange(48)
    counts, _ = build({"time": times, "n": np.full(48, 7)}, "counts", zone)
    assert counts.hour[:2].tolist() == [24 + 19, 24 + 20]  # Tuesday evening
    assert (counts.day[5] - counts.day[0], counts.day[4] - counts.day[0]) == (1, 0)


def test_hours_are_sums_and_gaps_are_scaled():
    values = np.arange(24 * 12.0)
    values[13] = np.nan  # one of twelve: scaled up
    values[24:31] = np.nan  # seven of twelve: not known
    times = START + 300 * np.arange(len(values))
    known = np.isfinite(values)
    counts, _ = build({"time": times[known], "n": values[known]}, "counts")
    hourly = group_by_hour(counts)
    assert hourly.values[0] == values[:12].sum()
    assert hourly.values[1] == pytest.approx(np.nansum(values[12:24]) * 12 / 11)
    assert np.isnan(hourly.values[2])
    assert hourly.values[3:].sum() == values[36:].sum()
    assert group_by_hour(counts, 6).values[1] == values[72:144].sum()


def test_hours_stay_as_they_are():
    times = START + 3600 * np.arange(48)
    counts, _ = build({"time": times, "n": np.arange(48)}, "counts")
    assert group_by_hour(counts) is counts


@pytest.mark.parametrize(
    "times",
    [
        START + np.zeros(100, np.int64),
        START + np.arange(19) * 3600,
        START + np.arange(100),
    ],
    ids=["one time", "few", "100 seconds"],
)
def test_too_little_to_fit(times):
    with pytest.raises(InputError, match="too few to fit; needs 20 mentions and 1 h"):
        build({"time": times})


def test_nothing_but_zeros():
    times = START + 3600 * np.arange(48)
    with pytest.raises(InputError, match="0 mentions in 48 h are too few"):
        build({"time": times, "n": np.zeros(48, np.int64)}, "counts")


def test_a_week_in_which_the_clock_changes_is_an_hour_shorter_or_longer():
    zone = zoneinfo.ZoneInfo("America/New_York")
    hours = [
        count_span_hours(datetime.datetime(2026, month, day), zone, 7)
        for month, day in ((3, 2), (3, 9), (10, 26))
    ]
    assert hours == [167, 168, 169]
