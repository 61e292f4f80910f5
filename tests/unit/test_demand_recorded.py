"""Reading a history: forms of time, zones, the horizon, topics, and what is told of mistakes."""

import numpy as np
import pytest
from worlds import make_scenario

from sim.demand.recorded import read_recorded
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
    ],
)
def test_forms_of_time(read, cell):
    assert read("time", cell).time_ms.tolist() == [5_400_000]


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
        (("when", "2024-03-18"), {}, "which column is the time.*when"),
        (("time", "2024-03-18"), {"time_column": "clock"}, "no column 'clock'"),
        (("time", "2024-03-18"), {"topic_column": "kind"}, "no column 'kind'"),
        (("time", "noon"), {}, "'noon' is no time"),
        (("time,other", "2024-03-18,1", ",2"), {}, "'' is no time"),
        (("time,other", "1710734400,1", ",2"), {}, "1 times are empty"),
        (("time", "2020-01-01", "2020-02-01"), {}, "no row within the horizon.*2020-01-01"),
        (
            ("time,kind", "2024-03-18,complaint"),
            {"topic_column": "kind"},
            "'complaint' is no topic",
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
