"""Series of the week against sums made by hand, and what a picture is told to show."""

import numpy as np
import pytest
import report_folders as folders

from sim.report.charts.series import Series, choose_policies, find_closed, read_week, take_series
from sim.report.charts.week import draw_week
from sim.report.stored_run import StoredRun, read_run_folder


def make_table() -> dict[str, np.ndarray]:
    """Return three intervals of pools a, b and all; b has no row for the last interval."""
    nan = np.nan
    return {
        "policy": np.array(["plan"] * 8),
        "pool": np.array(["a", "a", "a", "b", "b", "all", "all", "all"]),
        "interval_start_min": np.array([0, 60, 120, 0, 60, 0, 60, 120]),
        "local_time": np.array([f"2026-03-02T0{hour}:00" for hour in (0, 1, 2, 0, 1, 0, 1, 2)]),
        "waiting_mean": np.array([1.0, 2.0, 3.0, 10.0, 20.0, nan, nan, nan]),
        "waiting_p10": np.zeros(8),
        "waiting_p90": np.full(8, 30.0),
        "sentiment_mean": np.array([nan, nan, nan, nan, nan, 0.5, 0.4, 0.3]),
        "sentiment_p10": np.full(8, 0.2),
        "sentiment_p90": np.full(8, 0.6),
    }


def test_pools_are_added_up_and_lose_their_band():
    found = take_series(make_table(), "plan", np.array([0, 60, 120]), "waiting")
    assert found is not None
    assert found.mean.tolist() == [11.0, 22.0, 3.0]
    assert found.low is None
    assert found.high is None


def test_what_has_no_pool_keeps_its_band():
    found = take_series(make_table(), "plan", np.array([0, 60, 120]), "sentiment")
    assert found is not None
    assert found.mean.tolist() == [0.5, 0.4, 0.3]
    assert found.low is not None
    assert found.low.tolist() == [0.2] * 3


@pytest.mark.parametrize(("policy", "column"), [("plan", "staffed_h"), ("other", "waiting")])
def test_what_is_not_stored_is_nothing(policy, column):
    assert take_series(make_table(), policy, np.array([0, 60]), column) is None


def test_the_order_of_the_rows_does_not_matter():
    table = make_table()
    order = np.random.default_rng(2).permutation(8)
    shuffled = {name: column[order] for name, column in table.items()}
    starts = np.array([0, 60, 120])
    first = take_series(table, "plan", starts, "waiting")
    second = take_series(shuffled, "plan", starts, "waiting")
    assert first is not None
    assert second is not None
    assert first.mean.tolist() == second.mean.tolist()


def test_the_own_policy_is_that_of_policy_yaml(tmp_path):
    table = {"policy": np.array(["reactive", "flat", "best"])}
    run = StoredRun(tmp_path, "plan", intervals=table, policy={"name": "best"})
    assert choose_policies(run) == ("best", "reactive")
    assert choose_policies(StoredRun(tmp_path, "plan", intervals=table)) == ("reactive", "flat")
    alone = StoredRun(tmp_path, "simulate", intervals={"policy": np.array(["flat"])})
    assert choose_policies(alone) == ("flat", "")


def test_a_crew_that_rarely_stays_on_does_not_open_the_night():
    mean, high = np.array([0.02, 3.0]), np.array([0.0, 4.0])
    assert find_closed(Series(mean, high, high)).tolist() == [True, False]
    assert find_closed(Series(np.array([0.0, 3.0]))).tolist() == [True, False]


def test_closed_hours_are_those_without_staff(tmp_path):
    week = read_week(read_run_folder(folders.write_plan_folder(tmp_path / "run")))
    assert week is not None
    day = 1440.0
    assert week.timeline.closed == tuple((d * day, d * day + 7 * 60) for d in range(7))
    assert [(mark.x, mark.label) for mark in week.timeline.marks] == [(34 * 60.0, "spring_offer")]


def test_rates_are_per_hour_whatever_the_interval(tmp_path):
    run = read_run_folder(folders.write_plan_folder(tmp_path / "run"))
    half = {**run.intervals, "interval_start_min": run.intervals["interval_start_min"] // 2}
    whole, split = draw_week(run)[1], draw_week(StoredRun(run.path, "plan", intervals=half))[1]
    assert np.allclose(split.panels[0].lines[0].y, 2 * whole.panels[0].lines[0].y)


def test_nobody_is_busy_beyond_the_shift_and_overtime_has_a_line(tmp_path):
    """Busy holds overtime in the table and is drawn without it; runs from before know none."""
    run = read_run_folder(folders.write_plan_folder(tmp_path / "run"))
    staffed, busy, late = draw_week(run)[1].panels[1].lines
    assert (busy.label, late.label) == ("busy", "overtime")
    assert np.allclose(busy.y, 0.78 * staffed.y)
    assert np.allclose(late.y, 0.02 * staffed.y)
    table = {name: cells for name, cells in run.intervals.items() if "overtime" not in name}
    old = draw_week(StoredRun(run.path, "plan", intervals=table))[1].panels[1].lines
    assert [line.label for line in old] == ["at work", "busy"]
    assert np.allclose(old[1].y, 0.8 * staffed.y)
    never = table | {
        f"overtime_h_{end}": 0.0 * table["busy_h_mean"] for end in ("mean", "p10", "p90")
    }
    lines = draw_week(StoredRun(run.path, "plan", intervals=never))[1].panels[1].lines
    assert [line.label for line in lines] == ["at work", "busy"]


def test_the_text_alternative_names_the_peak(tmp_path):
    charts = draw_week(read_run_folder(folders.write_plan_folder(tmp_path / "run")))
    assert [chart.name for chart in charts] == [
        "quality",
        "demand_and_staff",
        "waiting",
        "sentiment",
    ]
    assert "People at work: highest mean 10 on Tue 3 Feb 12:00." in charts[1].alt
    assert "Lowest mean 0.420 on Tue 3 Feb 10:00" in charts[3].alt


def test_delivered_quality_is_drawn_where_it_is_stored(tmp_path):
    run = read_run_folder(folders.write_plan_folder(tmp_path / "run"))
    expected = run.intervals["expected_quality_mean"]
    table = {name: cells for name, cells in run.intervals.items() if "delivered" not in name}
    bare = draw_week(StoredRun(run.path, "plan", intervals=table))[0]
    assert [line.label for line in bare.panels[0].lines] == ["expected"]
    for end in ("mean", "p10", "p90"):
        table[f"delivered_quality_{end}"] = expected - 0.1
    chart = draw_week(StoredRun(run.path, "plan", intervals=table))[0]
    assert [line.label for line in chart.panels[0].lines] == ["delivered", "expected"]
    assert "below expected in 100 % of the intervals" in chart.alt
    assert "Expected against delivered" in chart.caption
    for day in ("Mon 2 Feb", "Thu 5 Feb"):
        assert f"{day} (0.10 less)" in chart.caption
    assert "and on 3 more days" in chart.caption
    for end in ("mean", "p10", "p90"):
        table[f"delivered_quality_{end}"] = expected + 0.1
    chart = draw_week(StoredRun(run.path, "plan", intervals=table))[0]
    assert "On no day do customers get less than they expect" in chart.caption


def test_every_picture_says_what_to_see_in_it(tmp_path):
    for chart in draw_week(read_run_folder(folders.write_plan_folder(tmp_path / "run"))):
        assert len(chart.caption.split(". ")) > 1, chart.name
