"""Pictures of a calibration: totals are kept, events marked, parts may be missing."""

import numpy as np
import pytest
import report_folders as folders

from sim.report.charts.calibration import choose_group, draw_counts, draw_fit, draw_response


def test_all_pictures_of_a_whole_fit():
    charts = draw_fit(folders.make_fit())
    assert [chart.name for chart in charts] == ["counts", "event_1", "profile", "response"]
    assert [mark.label for mark in charts[0].timeline.marks] == ["watch event"]
    assert charts[0].timeline.marks[0].x == 700 * 15


@pytest.mark.parametrize("gone", ["counts", "profile", "response", "events"])
def test_a_part_that_is_missing_is_not_drawn(gone):
    fit = folders.make_fit()
    for nothing in (None, {}):
        names = {chart.name for chart in draw_fit({**fit, gone: nothing})}
        expected = {"counts", "event_1", "profile", "response"}
        expected -= {"counts", "event_1"} if gone == "counts" else {gone}
        assert names == (expected - {"event_1"} if gone == "events" else expected)


def test_means_over_round_hours_keep_the_total_of_a_long_history():
    size = 96 * 60
    rng = np.random.default_rng(8)
    counts = {
        "time_local": [str(folders.START + np.timedelta64(15 * step, "m")) for step in range(size)],
        "observed": rng.poisson(6, size).tolist(),
        "fitted": [6.0] * size,
        "interval_min": 15,
    }
    (chart,) = draw_counts(counts, [])
    line = chart.panels[0].lines[0]
    hours = np.diff([*line.x, chart.timeline.end_min]) / 60
    assert line.x.size <= 1000
    assert np.sum(line.y * hours) == pytest.approx(sum(counts["observed"]))
    assert "mean of 2\u00a0h" in chart.panels[0].title
    assert np.allclose(chart.panels[0].lines[1].y, 24.0)


@pytest.mark.parametrize(
    ("size", "interval_min", "group"),
    [(1000, 5, 1), (1001, 5, 12), (15840, 5, 24), (3000, 60, 3), (10**6, 5, 2016)],
)
def test_groups_are_the_shortest_round_hours_that_fit(size, interval_min, group):
    assert choose_group(size, interval_min) == group


def test_at_most_three_close_ups_the_largest_in_order_of_time():
    fit = folders.make_fit()
    times = fit["counts"]["time_local"]
    fit["events"] = [
        {"name": f"event {peak}", "time_local": times[place], "peak": peak}
        for peak, place in ((2, 100), (9, 800), (5, 300), (4, 500))
    ]
    charts = draw_counts(fit["counts"], fit["events"])
    assert [chart.caption.split(":")[0] for chart in charts[1:]] == [
        "Close up of event 5", "Close up of event 4", "Close up of event 9",
    ]  # fmt: skip
    assert [mark.label for mark in charts[0].timeline.marks] == [
        "event 2", "event 5", "event 4", "event 9",
    ]  # fmt: skip


def test_an_event_outside_the_history_or_without_a_time_is_not_marked():
    fit = folders.make_fit()
    events = [{"name": "early", "time_local": "2020-01-01T00:00"}, {"name": "none"}]
    charts = draw_counts(fit["counts"], events)
    assert len(charts) == 1
    assert charts[0].timeline.marks == ()


def test_response_times_tell_their_median_and_have_a_logarithmic_axis():
    response = {
        "minutes_grid": [1, 10, 100],
        "observed_cdf": [0.1, 0.5, 0.9],
        "fitted_cdf": [0.1, 0.4, 0.8],
    }
    chart = draw_response(response)
    assert chart.is_log
    assert "observed: half within 10\u00a0min" in chart.alt
    assert "fitted: half within 100\u00a0min" in chart.alt
    assert [tick.label for tick in chart.x_ticks] == ["1 min", "5 min", "15 min", "1 h"]
    assert not draw_response({**response, "minutes_grid": [0, 10, 100]}).is_log
