"""What the plan buys: sentences, tables and pictures from rows made by hand."""

import pathlib

import numpy as np
import pytest
import report_folders as folders

from sim.report.charts.comparison import (
    Difference,
    draw_evidence,
    format_evidence,
    list_comparison,
    list_evidence,
    write_p,
    write_rows,
)
from sim.report.format import NO_BREAK
from sim.report.pages.differences import draw_key_differences, group_differences, write_difference
from sim.report.stored_run import StoredRun

ROWS = [
    Difference("flat", "satisfaction", 0.0337, 0.0301, 0.0373, 2000, 1e-9, -41.0),
    Difference("erlang_a", "satisfaction", 0.0021, -0.0016, 0.0058, 2000, 0.131, 3.0),
    Difference("reactive", "satisfaction", -0.0120, -0.0150, -0.0090, 2000, 1.0, None),
]


def test_gains_losses_and_what_is_not_shown_are_all_told():
    assert format_evidence(ROWS).replace(NO_BREAK, " ") == (
        "More satisfied customers of 1,000: 34 (30 to 37) than Flat. "
        "Fewer satisfied customers of 1,000: 12 (9 to 15) than Reactive. "
        "No difference shown from Erlang-A. In brackets 95 % intervals."
    )
    assert format_evidence([]) == "It was not compared with other policies."


def test_the_table_has_signs_units_and_words():
    rows = write_rows(ROWS, "USD")
    assert [row["difference"] for row in rows] == ["+0.034", "+0.002", "\u22120.012"]
    assert rows[0]["interval"] == "0.030 to 0.037"
    assert [row["p"] for row in rows] == ["< 0.001", "0.131", "1.000"]
    assert [row["cost"].replace(NO_BREAK, " ") for row in rows] == [
        "\u221241 USD",
        "+3 USD",
        "\u2013",
    ]
    assert rows[1]["words"].startswith("No difference shown")
    assert write_p(None) == "\u2013"


def test_the_decision_comes_first_and_the_comparison_helps_out():
    comparison = folders.make_comparison()
    row = {**folders.make_decision()["evidence"][0], "satisfaction_difference": 0.5}
    decision = folders.read({"evidence": [row]})
    place = pathlib.Path("run")
    told = list_evidence(StoredRun(place, "plan", decision=decision, comparison=comparison))
    assert [(row.policy, row.value, row.pairs) for row in told] == [("flat", 0.5, 2000)]
    found = list_evidence(StoredRun(place, "plan", comparison=comparison))
    assert [row.policy for row in found] == list(folders.POLICIES)
    assert np.allclose([row.value for row in found], 0.021 * 0.6174 * np.arange(1, 5))
    assert np.allclose([row.cost or 0 for row in found], 0.021 * 29140 * np.arange(1, 5))
    assert list_evidence(StoredRun(place, "plan")) == []


def test_the_picture_leaves_out_what_has_no_interval():
    nan = float("nan")
    chart = draw_evidence([*ROWS, Difference("odd", "satisfaction", 0.1, nan, nan)])
    assert chart is not None
    assert [row.label for row in chart.panels[0].rows] == ["Flat", "Erlang-A", "Reactive"]
    assert "Erlang-A: no difference shown" in chart.alt
    assert draw_evidence([]) is None


def test_shares_differ_by_points_of_percent_and_time_by_minutes():
    rows = [
        Difference("b", "answered_within_promise_share", 0.0173, 0.0140, 0.0206, 50),
        Difference("b", "first_reply_min_p50", -0.5, -1.0, 0.0, 50),
        Difference("b", "satisfaction", 0.01, 0.005, 0.015, 50),
        Difference("b", "utilization", 0.02, 0.01, 0.03, 50),
    ]
    (group,) = group_differences(rows, "USD")
    told = {row["measure"]: row for row in group["rows"]}
    assert told["Answered within the promise"]["difference"] == f"+1.73{NO_BREAK}% points"
    assert told["Answered within the promise"]["shown"] == "yes"
    assert told["First reply, median"]["interval"] == f"\u22121.00 to 0.00{NO_BREAK}min"
    assert told["First reply, median"]["shown"] == "no"
    assert told["Busy share of staffed time"]["difference"] == f"+2.00{NO_BREAK}% points"
    chart = draw_key_differences(rows, "USD")
    assert chart is not None
    assert [panel.title for panel in chart.panels] == [
        "Satisfaction", "Answered in time, % points", "Median first reply, min",
    ]  # fmt: skip
    assert chart.panels[1].rows[0].value == 100 * 0.0173
    assert draw_key_differences([], "USD") is None


def test_other_names_of_the_difference_column_are_read():
    table = folders.make_comparison(("flat",))
    renamed = {("difference" if key == "mean_difference" else key): table[key] for key in table}
    place = pathlib.Path("run")
    first = list_comparison(StoredRun(place, "plan", comparison=table))
    assert first == list_comparison(StoredRun(place, "plan", comparison=renamed))
    assert len(first) == len(folders.VALUES)


@pytest.mark.parametrize(
    ("value", "half", "difference", "interval"),
    [
        (0.0004, 0.0002, "+0.00040", "0.00020 to 0.00060"),
        (1.0, 0.25, "+1.00", "0.75 to 1.25"),
        (0.0, 0.0, "0.00", "0.00 to 0.00"),
    ],
)
def test_a_difference_has_the_digits_that_show_its_interval(value, half, difference, interval):
    row = write_difference(Difference("flat", "turns_mean", value, value - half, value + half), "")
    assert (row["difference"], row["interval"]) == (difference, interval)
