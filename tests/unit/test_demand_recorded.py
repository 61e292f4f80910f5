"""Reading a history: forms of time, zones, the horizon, topics, and what is told of mistakes."""

import numpy as np
import pytest
from worlds import OUTAGE, constant, make_scenario

from sim.demand.draw import draw
from sim.demand.recorded import format_recorded, read_recorded
from sim.errors import InputError

H = 3_600_000
START_S = 1710734400  # 2024-03-18 00:00 in New York


@pytest.fixture
def read(tmp_path):
    def read_lines(*lines, start="2024-03-18T00:00:00", days=7, **replay):
        path = tmp_path / "history.csv"
        path.write_text("\n".join(lines) + "\n")
        scenario = make_scenario(
            horizon={"start": start, "days": days}, demand={"replay": {"file": str(path)} | replay}
        )
        return read_recorded(scenario)

    return read_lines


@pytest.mark.parametrize(
    "cell",
    [
        "2024-03-18T01:30:00",
        "2024-03-18 01:30",
        "2024-03-18T05:30:00+00:00",
        "2024-03-18T05:30:00Z",
        "Mon Mar 18 05:30:00 +0000 2024",
        str(START_S + 5400),
        str((START_S + 5400) * 1000),
        f"{START_S + 5400}.0",
        str((START_S + 5400) * 1_000_000),
        "03/18/2024 01:30 AM",
        "03/18/2024 1:30:00 AM",
        "18.03.2024 01:30",
        "18 Mar 2024 01:30:00",
        '"Mon, 18 Mar 2024 05:30:00 +0000"',
    ],
)
def test_forms_of_time(read, cell):
    """All that calibrate reads, by the same reader."""
    assert read("time", cell).time_ms.tolist() == [5_400_000]


def test_afternoons_of_a_12_hour_clock(read):
    cells = ("03/18/2024 12:30 AM", "03/18/2024 12:30 PM", "03/18/2024 11:00 PM")
    assert (read("time", *cells).time_ms / H).tolist() == [0.5, 12.5, 23.0]


def test_a_last_line_of_totals_is_left_out_and_told(read, tmp_path):
    lines = ["Created,kind", *(f"2024-03-18 0{hour}:00,error" for hour in range(5))]
    lines += ["2024-04-01 00:00,praise", "Total,6 rows"]
    got = read(*lines, topic_column="kind")
    assert (got.time_ms / H).tolist() == [0, 1, 2, 3, 4]
    assert (got.outside, got.unreadable) == (1, 1)
    scenario = make_scenario(
        horizon={"start": "2024-03-18T00:00:00"},
        demand={"replay": {"file": str(tmp_path / "history.csv"), "topic_column": "kind"}},
    )
    assert format_recorded(scenario) == (
        "Replay: 5 mentions of history.csv, left out 1 outside the horizon and 1 without a "
        "readable time; times without an offset are read in America/New_York (horizon.time_zone)."
    )
    assert format_recorded(make_scenario()) == ""


def test_the_column_of_times_is_found_by_its_cells(read):
    """As calibrate does: the id is no time, whatever stands first."""
    assert read("id,when", "7,2024-03-18 01:00", "8,2024-03-18 02:00").time_ms.tolist() == [
        H,
        2 * H,
    ]


def test_own_clock(read):
    assert read("arrival_ms", "7", "3").time_ms.tolist() == [3, 7]


def test_milliseconds_are_kept(read):
    assert read("time", "2024-03-18T00:00:00.123").time_ms.tolist() == [123]


def test_local_times_across_a_clock_change(read):
    times = read(
        "time",
        "2025-03-09T01:59:00",
        "2025-03-09T03:00:00",
        start="2025-03-09T00:00:00",
        days=1,
    ).time_ms
    assert times.tolist() == [119 * 60_000, 120 * 60_000]


def test_rows_outside_the_horizon_are_left_out_and_the_rest_sorted(read):
    got = read(
        "when,kind",
        "2024-03-19T00:00:00,error",
        "2024-03-17T23:59:59,praise",
        "2024-03-18T00:00:00,",
        "2024-03-25T00:00:00,error",
        time_column="when",
        topic_column="kind",
    )
    assert got.time_ms.tolist() == [0, 24 * H]
    assert got.topic.tolist() == [-1, 1]
    assert got.topic.dtype == np.int64


@pytest.mark.parametrize(
    ("lines", "replay", "text"),
    [
        (("when", "noon"), {}, "no column of times found.*when"),
        (("time", "2024-03-18"), {"time_column": "clock"}, "no column 'clock'"),
        (("time", "2024-03-18"), {"topic_column": "kind"}, "no column 'kind'"),
        (("time", "noon"), {}, "'noon' is not a time"),
        (
            ("time,other", "2024-03-18,1", ",2", ",2"),
            {},
            "an empty cell is not a time .row 2.; 2 of 3",
        ),
        (
            ("time,other", "1710734400,1", ",2", ",2"),
            {},
            "an empty cell is not a time .row 2.; 2 of 3",
        ),
        (("time", "2020-01-01", "2020-02-01"), {}, "no row within the horizon.*2020-01-01"),
        (
            ("time,kind", "2024-03-18,complaint"),
            {"topic_column": "kind"},
            "'complaint' is not a topic",
        ),
    ],
)
def test_mistakes_are_told(read, lines, replay, text):
    with pytest.raises(InputError, match=text):
        read(*lines, **replay)


def test_missing_file_is_told():
    scenario = make_scenario(demand={"replay": {"file": "no/such.csv"}})
    with pytest.raises(InputError, match=r"no/such\.csv"):
        read_recorded(scenario)
    with pytest.raises(InputError, match="not set"):
        read_recorded(make_scenario())


@pytest.mark.parametrize(("mode", "adds"), [("replace", False), ("under", True)])
def test_a_replay_brings_what_the_record_holds(tmp_path, mode, adds):
    """Complaints that spread by .35 each, an outage and a phone line add only to a base."""
    path = tmp_path / "history.csv"
    rows = [f"{hour * H + 60_000 * minute}" for hour in range(24) for minute in range(0, 60, 5)]
    path.write_text("\n".join(["arrival_ms", *rows]) + "\n")
    phone = {
        "base_per_h": 30.0,
        "agents": 0,
        "handling": constant(6.0),
        "patience": constant(5.0),
        "share": 0.2,
        "delay": constant(20.0),
    }
    scenario = make_scenario(
        horizon={"days": 1},
        demand={
            "spreading": {"branching_ratio": 0.35},
            "replay": {"file": str(path), "mode": mode},
            "spill": phone,
        },
        events={"outage": OUTAGE | {"probability": 1.0, "window_h": [2.0, 4.0]}},
    )
    origins = np.bincount(draw(scenario, 1, 0).origin, minlength=5).tolist()
    assert origins[2] == len(rows)
    assert origins[0] == 0
    assert all((count > 0) == adds for count in (origins[1], *origins[3:]))
