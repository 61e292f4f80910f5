"""The study of odd histories in a small case, and the kinds of fault that it has found.

What a reader accepts has the mentions, the span and the rate that the file has.
"""

import pathlib
import types

import numpy as np
import pytest

from sim.calibration.reading.rows import understand
from sim.calibration.reading.rules import ReadingRules
from tests.studies import load_study

SEED, FILES = 11, 60


@pytest.fixture(scope="module")
def study() -> types.ModuleType:
    [module] = load_study("hostile_histories", ["run"])
    return module


def test_what_is_accepted_has_the_rate_of_the_file(study: types.ModuleType) -> None:
    """A kind of fault of one in fifty files is met here in two runs of three."""
    found = study.run(SEED, FILES)
    assert [(file.trait, one.why) for file, one in found if one.outcome == "wrong"] == []
    assert sum(one.outcome == "read" for _, one in found) > FILES / 2


def read(path: pathlib.Path, text: str, zone: str | None = None) -> tuple[str, np.ndarray]:
    path.write_text(text, encoding="utf-8")
    observations = understand(path, ReadingRules(time_zone=zone)).observations
    return observations.columns.kind, observations.time_ms


@pytest.mark.parametrize("cell", ["45658.500000", "20250101120000", "2025-01-01 12:00"])
def test_numbers_that_show_a_clock_are_on_it(cell: str, tmp_path: pathlib.Path) -> None:
    """Noon in India is 6:30 in UTC, whether Excel's days, digits or text say so."""
    rows = "\n".join([cell] * 40)
    _, times = read(tmp_path / "x.csv", f"created_at\n{rows}\n", "Asia/Kolkata")
    assert set(times.tolist()) == {1_735_713_000_000}


def test_times_to_the_minute_beside_numbers_are_mentions(tmp_path: pathlib.Path) -> None:
    """Followers of whoever wrote are no counts, though minutes are multiples of a minute."""
    rng = np.random.default_rng(1)
    minutes = np.sort(rng.choice(30 * 1440, 800, replace=False))
    clock = np.datetime64("2025-03-01T00:00") + minutes.astype("timedelta64[m]")
    rows = [f"{time},{rng.integers(9000)}" for time in clock]
    kind, _ = read(tmp_path / "x.csv", "\n".join(["posted,followers", *rows]))
    assert kind == "times"
    hours = np.datetime64("2025-03-01T00:00") + np.arange(400).astype("timedelta64[h]")
    rows = [f"{time},{rng.integers(9)}" for time in hours[rng.random(400) < 0.8]]
    kind, _ = read(tmp_path / "x.csv", "\n".join(["hour,calls in", *rows]))
    assert kind == "counts"


def test_a_zone_that_begins_like_half_a_day(tmp_path: pathlib.Path) -> None:
    rows = "\n".join(["2025-01-01 09:00:00 America/New_York"] * 40)
    _, times = read(tmp_path / "x.csv", f"created_at\n{rows}\n")
    assert set(times.tolist()) == {1_735_740_000_000}


def test_lines_above_the_header(tmp_path: pathlib.Path) -> None:
    """A tab behind sep=; titles above one column of seconds since 1970."""
    rows = "\n".join(f"2025-01-01 09:{n:02d}\tx" for n in range(40))
    _, times = read(tmp_path / "x.csv", f"sep=\t\ncreated_at\ttext\n{rows}\n")
    assert len(times) == 40
    rows = "\n".join(str(1_735_740_000 + 60 * n) for n in range(40))
    _, times = read(tmp_path / "x.csv", f"Report\nExported by someone\n\nts\n{rows}\n")
    assert len(times) == 40
