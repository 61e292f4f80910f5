"""A fit as a scenario, a report and an error, on histories made here."""

import json
import pathlib

import numpy as np
import pytest

from sim.calibration import calibrate, calibrate_config, collect_outputs, name_series
from sim.compose.choice import read_scenario
from sim.errors import InputError
from sim.report.pages.calibration import describe_calibration
from sim.report.stored_run import StoredRun
from sim.scenario.build import load_scenario
from sim.scenario.settings import CalibrateSettings
from sim.store.text import format_json, write_yaml

START = 1_709_528_400  # Monday 4 March 2024, 0:00 in New York
BURST_H = 24 * 14 + 13


def make_counts(days=35, rate=60.0, burst=900.0, seed=1):
    """Hourly counts with a burst 14 days and 13 hours after the start.

    Clocks went forward on 10 March: on the local clock it is Monday 14:00.
    """
    hours = np.arange(24 * days)
    mean = rate * (1.0 + 0.8 * np.cos((hours % 24 - 14) / 24 * 2 * np.pi))
    since = hours - BURST_H
    mean = mean + burst * np.where(since >= 0, 0.5 ** (np.maximum(since, 0) / 5.0), 0.0)
    counts = np.random.default_rng(seed).poisson(mean)
    return {"time": START + 3600 * hours, "count": counts}


def make_pairs(number=400):
    rng = np.random.default_rng(2)
    posts = START + np.sort(rng.uniform(8 * 3600, 86_400, number)).astype(np.int64)
    waits = np.ceil(rng.lognormal(6.0, 1.0, number)).astype(np.int64)
    table = {"tc": posts, "tr": posts + waits, "new_conversation": rng.integers(0, 2, number)}
    table["brand"] = np.array(["Some Help"] * number)
    return table


@pytest.fixture(scope="module")
def counted():
    return calibrate(make_counts())


@pytest.fixture(scope="module")
def paired():
    return calibrate(make_pairs())


def load(fit, tmp_path):
    path = tmp_path / "scenario.yaml"
    write_yaml(path, fit.plain)
    return load_scenario(str(path))


def find(fit, key):
    (found,) = [each for each in fit.report["quantities"] if each["key"] == key]
    return found


def test_the_file_gives_the_same_scenario(counted, paired, tmp_path):
    for fit in (counted, paired):
        assert load(fit, tmp_path) == fit.scenario


def test_only_differences_are_written(paired):
    assert paired.plain["base"] == "telecom_week"
    assert "busy_day_cv" not in paired.plain["demand"]
    assert "day_shape" not in paired.plain["demand"]
    assert "events" not in paired.plain
    assert set(paired.plain) <= set(read_scenario("telecom_week").data) | {"base"}


def test_a_base_in_a_file_is_written_whole(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text("base: telecom_week\nname: own\npromise: {promise_min: 30}\n", encoding="utf-8")
    fit = calibrate(make_pairs(), base=str(path))
    assert "base" not in fit.plain
    assert str(tmp_path) not in format_json(fit.plain) + format_json(fit.report)
    assert load(fit, tmp_path) == fit.scenario
    assert fit.scenario.promise.promise_min == 30


def test_a_week_from_monday(tmp_path):
    fit = calibrate(make_pairs(), base="outage_day")
    assert fit.scenario.horizon.days == 7
    assert fit.scenario.horizon.start.weekday() == 0
    assert fit.scenario.horizon.start.hour == 0
    assert "outage" in fit.scenario.events


def test_the_burst_is_an_announced_event_in_its_hour():
    counted = calibrate(make_counts(), events="announced")
    event = counted.scenario.events["found"]
    assert event.time_h == pytest.approx(14.0, abs=0.6)
    assert event.announced_h == 336.0
    assert event.peak == pytest.approx(16.0, rel=0.25)
    assert event.half_life_1_h == pytest.approx(5.0, rel=0.25)
    (listed,) = [each for each in counted.report["events"] if each["in_scenario"]]
    assert listed["time_local"].startswith("2024-03-18T1")


def test_events_as_the_user_wants_them():
    hidden = calibrate(make_counts(), events="unannounced").scenario.events["found"]
    assert (hidden.time_h, hidden.window_h) == (None, (0.0, 168.0))
    assert hidden.probability < 1
    nothing = calibrate(make_counts(), events="none")
    assert nothing.scenario.events == {}
    assert len(nothing.report["events"]) == 1
    assert nothing.scenario.planner["budget"] < calibrate(make_counts()).scenario.planner["budget"]


def test_found_event_beside_the_bases_own():
    events = calibrate(make_counts(), base="campaign_week").scenario.events
    assert set(events) == {"campaign", "found"}


def test_counts_are_mentions_at_large(counted):
    topics = counted.scenario.topics
    shares = {name: topic.share for name, topic in topics.items()}
    asking = sum(shares[name] * topic.actionable_share for name, topic in topics.items())
    assert asking / sum(shares.values()) == pytest.approx(0.10, abs=1e-3)
    base = load_scenario("telecom_week").topics
    ratio = shares["question"] / shares["error"]
    assert ratio == pytest.approx(base["question"].share / base["error"].share, rel=0.01)


def test_answered_messages_all_ask(paired):
    assert paired.scenario.topics["chatter"].share == 0.0
    other = calibrate(make_pairs(), actionable_share=0.4).scenario.topics
    assert other["chatter"].share == pytest.approx(0.6)


def test_topics_of_the_history():
    table = make_counts()
    times = np.repeat(table["time"], table["count"])
    names = np.random.default_rng(3).choice(
        ["question", "error", "junk"], len(times), p=[0.5, 0.3, 0.2]
    )
    fit = calibrate({"time": times, "topic": names}, kind="times")
    assert fit.scenario.topics["question"].share == pytest.approx(0.625, abs=0.01)
    assert fit.scenario.topics["praise"].share == 0.0
    assert find(fit, "topics.share")["mark"] == "fitted"
    with pytest.raises(InputError, match="rows name no topic of the base scenario, such as 'junk'"):
        calibrate({"time": times, "topic": np.full(len(times), "junk")}, kind="times")


def test_what_the_history_cannot_say_is_marked_with_a_reason(paired, counted):
    for key, fit, reason in [
        ("demand.day_shape", paired, "needs 14 days"),
        ("demand.busy_day_cv", paired, "needs 20 days outside events; the history has"),
        ("topics.question.patience.mean_min", paired, "answered cases only"),
        ("topics.question.patience.mean_min", counted, "who gave up is not in the history"),
        ("shifts.open_from_h", counted, "the history has no replies"),
        ("planner.budget", counted, "scaled to the volume"),
        ("brand", counted, "sentiment is not in the history"),
    ]:
        entry = find(fit, key)
        assert entry["mark"] == "default", key
        assert reason in entry["note"], key
    for key in ("demand.base_per_h", "demand.hour_shape", "demand.busy_day_cv"):
        entry = find(counted, key)
        assert entry["mark"] == "fitted", key
    assert all(entry["note"] for entry in counted.report["quantities"] if entry["mark"] != "fitted")


def test_unknown_standard_errors_are_null(counted):
    assert find(counted, "demand.base_per_h")["se"] > 0
    assert find(counted, "demand.hour_shape")["se"] is None
    json.loads(format_json(counted.report))


def test_only_first_messages_make_the_base_rate(paired):
    table = make_pairs()
    hours = (table["tc"].max() - table["tc"].min()) / 3600
    first = table["new_conversation"].sum()
    assert paired.report["rows"]["kept"] == 400
    observed = np.nansum(paired.report["counts"]["observed"])
    assert observed == pytest.approx(first, abs=8)  # the cut-off edges are not known
    assert paired.scenario.demand.base_per_h < 2.0 * first / hours


def test_counts_observed_and_fitted(counted):
    counts = counted.report["counts"]
    assert len(counts["observed"]) == len(counts["fitted"]) == len(counts["time_local"]) == 840
    assert counts["time_local"][0] == "2024-03-04T00:00"
    error = np.array(counts["observed"]) - np.array(counts["fitted"])
    assert abs(error.sum()) < 0.05 * sum(counts["observed"])
    assert counted.quality["explained_share"] > 0.9
    # A mean of 60 has a mean absolute Poisson error of sqrt(2/pi/60) = .103.
    assert counted.quality["held_out_error_share"] == pytest.approx(0.105, abs=0.02)


@pytest.mark.parametrize("name", ["counted", "paired"])
def test_the_page_draws_it(name, request):
    fit = request.getfixturevalue(name)
    run = StoredRun(pathlib.Path("run"), "calibrate", fit=json.loads(format_json(fit.report)))
    page = describe_calibration(run)
    assert page["fitted"]
    assert page["defaults"]
    drawn = {chart.name for chart in page["charts"]}
    assert drawn == {"counts", "profile"} | ({"event_1"} if name == "counted" else {"response"})


def test_told_on_the_terminal(counted, paired):
    text = "\n".join(counted.messages)
    assert "counts, columns {time: time, value: count} (guessed: time, value, kind)" in text
    assert "in the scenario: found (of 2024-03-18T1" in text
    assert counted.report["told"] == list(counted.messages)
    assert any("none in the scenario" in line for line in paired.messages)


def test_bad_rows_are_told():
    table = make_counts()
    table["count"] = table["count"].astype(float)
    table["count"][5] = -3
    fit = calibrate(table)
    assert fit.report["rows"]["bad"] == [
        {"reason": "count below 0", "count": 1, "example": "row 6: -3.0"}
    ]
    assert any(line.startswith("left out: 1 row, count below 0") for line in fit.messages)


def test_outputs_and_names(paired):
    outputs = collect_outputs(paired)
    assert set(outputs) == {"scenario.yaml", "fit.json"}
    assert outputs["scenario.yaml"]["name"] == name_series(paired) == "some_help"


def test_keys_of_the_config(tmp_path):
    path = tmp_path / "brand counts.csv"
    table = make_counts()
    rows = [f"{t};{n};x" for t, n in zip(table["time"], table["count"], strict=True)]
    path.write_text("\n".join(["posted;hits;who", *rows]), encoding="utf-8")
    settings = CalibrateSettings(
        history=str(path), history_kind="counts", history_series="x",
        history_columns={"time": "posted", "value": "hits", "series": "who"},
        history_time_zone="UTC", base="telecom_week", events="none", actionable_share=0.4,
    )  # fmt: skip
    fit = calibrate_config(settings)
    plain = calibrate(table, events="none", actionable_share=0.4).scenario
    assert fit.scenario.demand == plain.demand
    assert fit.scenario.topics == plain.topics
    assert fit.scenario.events == {}


def test_same_bytes_each_time(counted):
    again = calibrate(make_counts())
    assert format_json(again.report) == format_json(counted.report)
    assert again.plain == counted.plain


def test_days_as_intervals():
    days = np.datetime64("2024-01-01") + np.arange(70)
    weekday = (np.arange(70)) % 7
    mean = 480.0 * np.array([1.2, 1.2, 1.1, 1.0, 1.0, 0.8, 0.7])[weekday]
    table = {"day": days, "posts": np.random.default_rng(4).poisson(mean)}
    fit = calibrate(table)
    assert fit.scenario.demand.base_per_h == pytest.approx(20.0, rel=0.05)
    shape = np.array(fit.scenario.demand.day_shape)
    assert shape[0] / shape[6] == pytest.approx(1.2 / 0.7, rel=0.15)
    assert find(fit, "demand.hour_shape")["mark"] == "default"


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({"base": "telecom_weak"}, r"base=telecom_weak: no shipped scenario.*mean telecom_week"),
        ({"time_zone": "Mars"}, "history_time_zone = Mars: allowed: an IANA time zone"),
        ({"events": "later"}, "events = later: allowed: announced, unannounced, none"),
        ({"actionable_share": 0}, "actionable_share = 0: allowed: above 0, at most 1"),
        ({"series": "x"}, "history_series = x: no column of series found"),
        ({"kind": "pairs"}, "no column of reply times found"),
    ],
)
def test_mistakes(options, line):
    with pytest.raises(InputError, match=line):
        calibrate(make_counts(), **options)


def test_constant_counts_and_short_spans_have_defaults():
    hours = START + 3600 * np.arange(24 * 28)
    flat = calibrate({"time": hours, "n": np.full(len(hours), 5)})
    assert flat.scenario.demand.base_per_h == pytest.approx(5.0)
    assert flat.scenario.demand.busy_hour_cv == 0.0
    short = calibrate({"time": START + 240 * np.arange(40)}, kind="times")
    assert find(short, "demand.hour_shape")["mark"] == "default"


def test_a_history_that_is_one_burst_is_refused_in_a_line(tmp_path: pathlib.Path) -> None:
    """Three weeks of zeros and fifty mentions in one hour: there is no base to fit."""
    path = tmp_path / "burst.csv"
    rows = [
        f"2024-02-{1 + n // 24:02d}T{n % 24:02d}:00:00,{50 if n == 300 else 0}"
        for n in range(21 * 24)
    ]
    path.write_text("\n".join(["time,count", *rows]) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="burst: all mentions lie within brand events"):
        calibrate(path)
