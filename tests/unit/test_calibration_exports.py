"""Whatever form a file has, the rate that is read is the rate that was written."""

import datetime
import gzip
import zipfile
import zoneinfo

import hypothesis
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import strategies as st

from sim.calibration.reading.grid import build_counts
from sim.calibration.reading.judgment import (
    choose_scenario_zone,
    describe_reading,
    measure_rate,
    tell_future,
)
from sim.calibration.reading.presets import read_presets
from sim.calibration.reading.resolution import measure_resolution_min
from sim.calibration.reading.rows import understand
from sim.calibration.reading.rules import ReadingRules
from sim.errors import InputError
from sim.store.clock import NO_TIME

UTC = zoneinfo.ZoneInfo("UTC")
FIRST = datetime.datetime(2026, 1, 5, 0, 18)
RNG = np.random.default_rng(4)
TIMES = [FIRST + datetime.timedelta(minutes=int(m)) for m in np.sort(RNG.integers(0, 20_000, 300))]
WAITS = [None if one < 0.4 else int(1 + 40 * one) for one in RNG.random(300)]

FORMS = (
    "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%SZ", "%d.%m.%Y %H:%M", "%d/%m/%Y, %H:%M:%S",
    "%m/%d/%y %I:%M %p", "%b %d, %Y %I:%M %p", "%a, %d %b %Y %H:%M:%S GMT", "%d-%b-%Y %H:%M",
    "%a %b %d %H:%M:%S +0000 %Y", "%Y%m%d%H%M%S", "%Y-%m-%d %H:%M:%S UTC",
)  # fmt: skip


@hypothesis.settings(max_examples=25, deadline=None)
@hypothesis.given(
    form=st.sampled_from(FORMS),
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"]),
    head=st.sampled_from(["", "sep={d}\n", "Töpfe & Co\n", "Report;all\n\nFrom 1 to 2\n"]),
    packing=st.sampled_from(["", "gz", "zip"]),
    name=st.sampled_from(["created_at", "Created At", "Ticket created - Timestamp", "Eingang"]),
    gap=st.sampled_from(["", "NULL", "N/A", "-", "NaT"]),
    length=st.sampled_from(["{h:02d}:{m:02d}:00", "{n}", "{n} min"]),
    columns=st.permutations(["time", "id", "reply", "text"]),
)
def test_the_rate_is_the_files(
    tmp_path_factory, form, delimiter, encoding, head, packing, name, gap, length, columns
):
    """By counting what was written; a reading of another column, row or time has another."""
    titles = {"time": name, "id": "Ticket Id", "reply": "First reply time (min)", "text": "Text"}
    lines = [delimiter.join(titles[each] for each in columns)]
    for number, (time, wait) in enumerate(zip(TIMES, WAITS, strict=True)):
        cells = {
            "time": f'"{time.strftime(form)}"',
            "id": str(2_007_969_970_911_261_400 + number),
            "reply": gap if wait is None else length.format(h=wait // 60, m=wait % 60, n=wait),
            "text": f'"it broke{delimiter} – again {number}"',
        }
        lines.append(delimiter.join(cells[each] for each in columns))
    data = (head.format(d=delimiter) + "\n".join(lines) + "\n").encode(encoding)
    path = tmp_path_factory.mktemp("history") / "tickets.csv"
    if packing == "gz":
        data, path = gzip.compress(data), path.with_suffix(".csv.gz")
    path.write_bytes(data)
    if packing == "zip":
        with zipfile.ZipFile(path.with_suffix(".zip"), "w") as archive:
            archive.write(path, "tickets.csv")
        path = path.with_suffix(".zip")
    reading = understand(path, ReadingRules())
    found = reading.observations
    assert (found.columns.kind, found.series) == ("pairs", "tickets")
    expected = np.array([np.datetime64(time, "ms") for time in TIMES]).astype(np.int64)
    np.testing.assert_array_equal(found.time_ms, expected)
    assert found.reply_ms is not None
    waits = np.where(found.reply_ms == NO_TIME, -1, (found.reply_ms - found.time_ms) // 60_000)
    assert waits.tolist() == [-1 if wait is None else wait for wait in WAITS]
    hours = (expected[-1] - expected[0]) / 3.6e6
    assert measure_rate(found)[0] == pytest.approx(300 / hours, rel=1e-3)
    assert any("300 of 300 kept" in line for line in describe_reading(reading))


def test_other_files_have_the_same_times(tmp_path):
    """JSON lines, a list, an object around it, Parquet, xlsx, days of Excel, nobody's header."""
    openpyxl = pytest.importorskip("openpyxl")
    cells = [time.isoformat(sep=" ") for time in TIMES]
    rows = ",\n".join(f'{{"created_at": "{cell}", "user": {{"id": 1}}}}' for cell in cells)
    (tmp_path / "a.jsonl").write_text(rows.replace("},\n", "}\n"))
    (tmp_path / "b.json").write_text(f"[{rows}]")
    (tmp_path / "c.json").write_text(f'{{"total": 300, "data": [{rows}]}}')
    pq.write_table(pa.table({"created_at": pa.array(TIMES)}), tmp_path / "d.parquet")
    book = openpyxl.Workbook()
    for row in (["Inbox"], [None], ["Date", "Time", "Who"]):
        book.active.append(row)
    for moment in TIMES:
        book.active.append([moment.date(), moment.time(), "x"])
    book.save(tmp_path / "e.xlsx")
    zero = datetime.datetime(1899, 12, 30)
    days = [f"{(time - zero) / datetime.timedelta(days=1):.6f}" for time in TIMES]
    (tmp_path / "f.csv").write_text("\n".join(["created", *days]))
    (tmp_path / "g.csv").write_text("\n".join(f"{cell};x" for cell in cells))
    for path in sorted(tmp_path.iterdir()):
        found = understand(path, ReadingRules()).observations
        assert np.abs(found.time_ms - np.array(TIMES, "datetime64[ms]").astype(int)).max() < 50, (
            path
        )


def test_reply_lengths_of_no_unit_are_asked_for():
    table = {"created_at": np.array(list(map(str, TIMES))), "reply_time": np.arange(300)}
    with pytest.raises(InputError, match=r"column reply_time: .* set history_reply_unit to one of"):
        understand(table, ReadingRules())
    found = understand(table, ReadingRules(reply_unit="s")).observations
    assert (found.reply_ms - found.time_ms)[60] == 60_000
    with pytest.raises(InputError, match="history_reply_unit = week: allowed: ms, s, min, h, d"):
        understand(table, ReadingRules(reply_unit="week"))


@pytest.mark.parametrize("name", sorted(read_presets()))
def test_a_preset_finds_its_columns(name):
    tool = read_presets()[name]
    table = {
        "Birthday": np.array(list(map(str, TIMES))),
        tool["time"][0]: np.array(TIMES, "M8[ms]"),
    }
    if "reply" in tool:
        table[tool["reply"][0]] = np.full(300, 2.0)
    found = understand(table, ReadingRules(preset=name)).observations
    assert found.columns.names["time"] == tool["time"][0]
    if "reply" in tool:
        unit_min = {"s": 1 / 60, "min": 1, "h": 60}[tool["reply_unit"]]
        told = "in minutes" in tool["reply"][0] or "(min)" in tool["reply"][0]
        assert (found.reply_ms - found.time_ms)[0] == 2 * 60_000 * (1 if told else unit_min)


def test_a_preset_that_does_not_fit():
    with pytest.raises(InputError, match="history_preset = zendesk: none of its columns"):
        understand({"x": np.array(TIMES, "M8[ms]")}, ReadingRules(preset="zendesk"))
    with pytest.raises(InputError, match="history_preset = zendsk: allowed: zendesk"):
        understand({"x": np.array(TIMES, "M8[ms]")}, ReadingRules(preset="zendsk"))


def test_words_of_topics_are_mapped():
    topics = np.array(["Bill", "bill", "App"] * 100)
    table = {"created_at": np.array(TIMES, "M8[ms]"), "topic": topics}
    rules = ReadingRules("times", columns={"topic": "topic"}, topics={"Bill": "billing"})
    found = understand(table, rules).observations
    assert found.topic.tolist()[:3] == ["billing", "billing", "App"]
    with pytest.raises(InputError, match=r"history_topics.Bil: no cell .* did you mean Bill"):
        understand(table, rules._replace(topics={"Bil": "billing"}))


@pytest.mark.parametrize("step_min", [1440, 360, 60, 15, 1])
def test_resolution(step_min):
    stamps = (
        1_767_571_200_000 + np.arange(300) * 3_660_000 // (step_min * 60_000) * step_min * 60_000
    )
    assert measure_resolution_min(stamps, UTC) == step_min


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "America/New_York"])
def test_times_too_coarse_for_hours_are_counts_of_days(zone):
    days = np.repeat(np.arange(20), np.arange(20) + 5)
    cells = (np.datetime64("2026-01-05") + days).astype(str).astype(object)
    reading = understand({"created_at": cells}, ReadingRules(time_zone=zone))
    counts, _ = build_counts(reading.observations, zoneinfo.ZoneInfo(zone))
    assert counts.step_min == 1440
    assert counts.values.tolist() == (np.arange(20) + 5).tolist()
    assert any("too coarse for hours" in line for line in describe_reading(reading))


@pytest.mark.parametrize(("zone", "off_min"), [("Asia/Kolkata", 330), ("Asia/Kathmandu", 345)])
def test_hours_are_those_of_the_local_clock(zone, off_min):
    """A mention each five minutes of the local hour 9 and none else: that hour has all of them."""
    minutes = np.concatenate([day * 1440 + 540 + np.arange(0, 60, 5) for day in range(20)])
    stamps = 1_767_571_200_000 + (minutes - off_min) * 60_000
    reading = understand({"t": stamps}, ReadingRules("times"))
    counts, _ = build_counts(reading.observations, zoneinfo.ZoneInfo(zone))
    assert counts.step_min == 60
    per_hour = np.bincount(counts.hour % 24, np.nan_to_num(counts.values), 24)
    assert per_hour[8] == per_hour[10] == 0
    assert per_hour[9] >= 19 * 12


def test_the_clock_of_the_scenario():
    cells = np.array([f"{time:%Y-%m-%dT%H:%M}+01:00" for time in TIMES], object)
    reading = understand({"created_at": cells}, ReadingRules())
    assert choose_scenario_zone(reading, "America/New_York", None)[0] == "Etc/GMT-1"
    assert choose_scenario_zone(reading, "Europe/Rome", None)[0] == "Europe/Rome"
    assert choose_scenario_zone(reading, "America/New_York", "Asia/Tokyo")[0] == "Asia/Tokyo"
    named = understand({"created_at": cells}, ReadingRules(time_zone="Europe/Berlin"))
    assert choose_scenario_zone(named, "America/New_York", None)[0] == "Europe/Berlin"
    plain = understand({"created_at": np.array(TIMES, "M8[ms]")}, ReadingRules(time_zone="UTC"))
    zone, line = choose_scenario_zone(plain, "America/New_York", None)
    assert zone == "America/New_York"
    assert "set scenario_time_zone" in line


def test_what_deserves_a_word():
    brands = np.array(["a", "b", "c"] * 100)
    table = {
        "created_at": np.array(TIMES, "M8[ms]"),
        "updated_at": np.array(TIMES, "M8[ms]"),
        "handle_name": brands,
        "direction": np.array(["up", "down", "up"] * 100),
    }
    reading = understand(table, ReadingRules())
    text = "\n".join(describe_reading(reading))
    assert (
        "3 names, counted together: a, b, c; one alone with history_where={handle_name: a}" in text
    )
    assert "not used  updated_at (times)" in text
    assert "column direction (down, up) looks like sides" in text
    assert tell_future(reading, 1_767_571_200_000)[0].startswith("Note: ")
    assert tell_future(reading, 1_900_000_000_000) == []


def test_a_log_of_both_sides_is_pairs_of_customers():
    table = {
        "tweet_id": np.arange(300),
        "inbound": np.array(["True", "False"] * 150),
        "created_at": np.array(TIMES, "M8[ms]"),
        "in_response_to_tweet_id": np.where(np.arange(300) % 2, np.arange(300) - 1.0, np.nan),
    }
    found = understand(table, ReadingRules()).observations
    assert (found.columns.kind, len(found.time_ms), found.read) == ("pairs", 150, 300)
    gaps = np.diff(np.array(TIMES, "M8[ms]").astype(np.int64))[::2]
    assert (found.reply_ms - found.time_ms).tolist() == gaps.tolist()
    assert found.aside[0].rows == 150
