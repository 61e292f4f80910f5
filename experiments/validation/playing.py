"""Rows of the tables: what is compared, how it is played, how far it is off.

A row is a ratio of two totals of a replication (bottom 1: a mean). Replications are independent,
so ``top - exact * bottom`` has mean 0 where the engine is right, and its z needs no theory of
ratios. Numbers printed by others after n replications get the standard error that n of ours have.
"""

import hashlib
import json
import math
import pathlib
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from sim.care.record import Run
from sim.demand.draw import draw
from sim.demand.draws import Draws
from sim.running.play import prepare, run_engine
from sim.running.replicate import map_in_order
from sim.textbook import Queue

MS_PER_MIN = 60_000
Counted = dict[str, tuple[float, float]]


@dataclass(frozen=True)
class Row:
    """One number: its key in what is counted, its exact value, and what others printed."""

    key: str
    exact: float | None = None
    printed: float | None = None
    printed_after: int | None = None
    """replications behind the printed number"""
    half_width: float | None = None
    """of its printed interval, 95 %"""
    label: str | None = None
    """shown in place of the key"""


@dataclass(frozen=True)
class Case:
    """One queue, its statistics and its rows."""

    section: str
    name: str
    make: Callable[[], Queue]
    count: Callable[[Draws, Run], Counted]
    replications: int
    rows: tuple[Row, ...]


@dataclass
class Found:
    """What the engine gave for one row."""

    value: float
    error: float
    z: float | None = None
    z_printed: float | None = None


@dataclass
class Table:
    """The rows of one case, played."""

    section: str
    name: str
    replications: int
    rows: list[tuple[Row, Found]] = field(default_factory=list)


def play(case: Case, seed: int, workers: int | None) -> Table:
    """Play a case and compare."""
    scenario, policy = case.make()
    tables = prepare(scenario, policy).tables

    def count(replication: int) -> Counted:
        draws = draw(scenario, seed, replication)
        return case.count(draws, run_engine(tables, draws))

    counted = list(map_in_order(count, range(case.replications), workers))
    table = Table(case.section, case.name, case.replications)
    for row in case.rows:
        top, bottom = np.array([one[row.key] for one in counted], float).T
        table.rows.append((row, compare(row, top, bottom)))
    return table


def compare(row: Row, top: np.ndarray, bottom: np.ndarray) -> Found:
    """Return the ratio, its standard error, and how far exact and printed values are off."""
    value = float(top.sum() / bottom.sum())
    error = compute_error(top, bottom, value)
    found = Found(value, error)
    if row.exact is not None:
        found.z = (value - row.exact) / compute_error(top, bottom, row.exact)
    if row.printed is not None:
        known = row.exact is not None
        theirs = find_printed_error(row, error, top.size)
        if theirs is not None:
            own = 0.0 if known else error
            target = row.exact if known else value
            found.z_printed = (row.printed - target) / math.hypot(theirs, own)
    return found


def compute_error(top: np.ndarray, bottom: np.ndarray, ratio: float) -> float:
    """Return the standard error of a ratio (delta method around ``ratio``)."""
    rest = top - ratio * bottom
    return float(rest.std(ddof=1) / math.sqrt(rest.size) / bottom.mean())


def find_printed_error(row: Row, error: float, replications: int) -> float | None:
    """Return the standard error of a printed number, None where nothing tells it."""
    if row.half_width is not None:
        return row.half_width / 1.96
    if row.printed_after is not None:
        return error * math.sqrt(replications / row.printed_after)
    return None


def find_waits(draws: Draws, run: Run) -> np.ndarray:
    """Return each customer's wait to the first service or to leaving [min]."""
    until_ms = np.where(run.first_start_ms >= 0, run.first_start_ms, run.left_ms)
    return (until_ms - draws.arrival_ms) / MS_PER_MIN


def find_visits(draws: Draws, run: Run) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return begin, start (or leaving) and end of every visit [min], who left included."""
    left = run.left_ms >= 0
    parts = (
        (run.turn_ready_ms, draws.arrival_ms[left]),
        (run.turn_start_ms, run.left_ms[left]),
        (run.turn_end_ms, run.left_ms[left]),
    )
    ready, start, end = (np.concatenate(part) / MS_PER_MIN for part in parts)
    return ready, start, end


def count_at(begin: np.ndarray, end: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Return how many spans [begin, end) hold each time."""
    come = np.searchsorted(np.sort(begin), times, side="right")
    gone = np.searchsorted(np.sort(end), times, side="right")
    return come - gone


def hash_sources() -> str:
    """Return a hash of all code and shipped numbers that the tables depend on."""
    home = pathlib.Path(__file__).resolve().parents[2]
    files = [*home.glob("sim/**/*.py"), *home.glob("configs/**/*.yaml")]
    files += pathlib.Path(__file__).parent.glob("*.py")
    whole = hashlib.sha256()
    for path in sorted(files):
        whole.update(path.relative_to(home).as_posix().encode())
        whole.update(path.read_bytes())
    return whole.hexdigest()[:16]


def keep(path: pathlib.Path, table: Table) -> None:
    """Write a played case, whole or not at all."""
    rows = [[row.__dict__, found.__dict__] for row, found in table.rows]
    part = path.with_suffix(".part")
    part.write_text(json.dumps(table.__dict__ | {"rows": rows}), encoding="utf-8")
    part.replace(path)


def read_back(path: pathlib.Path) -> Table:
    """Read a case that an earlier run has played."""
    told = json.loads(path.read_text(encoding="utf-8"))
    rows = [(Row(**row), Found(**found)) for row, found in told.pop("rows")]
    return Table(**told | {"rows": rows})
