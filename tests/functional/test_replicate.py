"""Replications: the same bytes of any number of workers, of both engines, and after Ctrl-C."""

import signal
import threading
import time
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from sim.errors import InputError
from sim.outcomes.intervals import QUANTITIES
from sim.policies.standard import make_standard_policy
from sim.running.play import play
from sim.running.replicate import Replications, map_in_order, replicate
from sim.running.traces import spread_columns, tabulate_traces
from sim.scenario.build import load_scenario
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy

World = tuple[Scenario, Policy]


@pytest.fixture(scope="module")
def world() -> World:
    scenario = load_scenario("outage_day", ["demand.base_per_h=6"])
    return scenario, make_standard_policy("reference", scenario)


@pytest.fixture(scope="module")
def whole(world: World) -> Replications:
    return replicate(*world, replications=12, seed=5, workers=1, keep_mentions=3)


def assert_same(one: Replications, other: Replications, n: int | None = None) -> None:
    """Compare bits, NaN included."""
    assert list(one.measures) == list(other.measures)
    for name, values in one.measures.items():
        assert values.tobytes() == other.measures[name][:n].tobytes(), name
    assert one.traces.tobytes() == other.traces[:n].tobytes()
    for first, second in zip(one.records, other.records, strict=True):
        assert first.mentions.tobytes() == second.mentions.tobytes()
        assert first.turns.tobytes() == second.turns.tobytes()


@pytest.mark.parametrize("workers", [2, 5, None])
def test_workers_change_nothing(world: World, whole: Replications, workers: int | None) -> None:
    again = replicate(*world, replications=12, seed=5, workers=workers, keep_mentions=3)
    assert_same(again, whole)


def test_both_engines_give_the_same(world: World, whole: Replications) -> None:
    slow = replicate(*world, replications=3, seed=5, engine="simpy", workers=2, keep_mentions=3)
    assert_same(slow, whole, 3)


def test_a_replication_does_not_depend_on_their_number(world: World, whole: Replications) -> None:
    few = replicate(*world, replications=4, seed=5, workers=2, keep_mentions=3)
    assert_same(few, whole, 4)


def test_replications_and_seeds_differ(world: World, whole: Replications) -> None:
    other = replicate(*world, replications=12, seed=6, workers=2)
    together = np.concatenate((whole.measures["satisfaction"], other.measures["satisfaction"]))
    assert np.unique(together).size == 24


def test_a_kept_record_is_what_play_gives(world: World, whole: Replications) -> None:
    record = whole.records[1]
    again = play(*world, record.draws)
    assert again.mentions.tobytes() == record.mentions.tobytes()
    assert record.mentions["mention"].tolist() == list(range(record.mentions.size))
    asked = record.mentions["actionable"] & (record.mentions["origin"] != 3)
    assert np.isnan(record.mentions["satisfaction"]).sum() == (~record.mentions["actionable"]).sum()
    mean = record.mentions["satisfaction"][asked].mean()
    assert mean == pytest.approx(whole.measures["satisfaction"][1], rel=1e-12)


def test_courses_are_kept_of_the_first_replications(
    world: World, whole: Replications, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.running.replicate.TRACED", 5)
    found = replicate(*world, replications=12, seed=5, workers=2)
    assert found.traces.tobytes() == whole.traces[:5].tobytes()
    assert found.n == 12
    assert found.measures["cost"].tobytes() == whole.measures["cost"].tobytes()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"replications": 0}, "replications=0: allowed: 1 or more"),
        ({"engine": "fast"}, "run.engine=fast: allowed are kernel, simpy"),
    ],
)
def test_what_cannot_be_played_is_one_line(
    world: World, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        replicate(*world, **{"replications": 2, "seed": 1, **changes})


def test_progress_is_told_in_order(world: World) -> None:
    told: list[tuple[int, int]] = []
    replicate(*world, replications=5, seed=1, workers=2, progress=lambda *at: told.append(at))
    assert told == [(number, 5) for number in range(1, 6)]


@pytest.mark.parametrize("workers", [1, 2])
def test_ctrl_c_keeps_what_was_finished(world: World, whole: Replications, workers: int) -> None:
    def press(done: int, total: int) -> None:
        if done == 7:
            signal.raise_signal(signal.SIGINT)

    found = replicate(*world, 12, 5, workers=workers, progress=press, keep_mentions=3)
    assert (found.n, found.wanted, whole.n, whole.wanted) == (7, 12, 12, 12)
    assert_same(found, whole, 7)
    assert found.summary["satisfaction"].n == 7


def test_ctrl_c_before_the_first_ends_the_run(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def press(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sim.running.play.draw", press)
    with pytest.raises(KeyboardInterrupt):
        replicate(*world, replications=3, seed=1, workers=1)


def test_jobs_are_given_in_order_and_not_far_ahead() -> None:
    begun: list[int] = []
    lock = threading.Lock()

    def job(item: int) -> int:
        with lock:
            begun.append(item)
        time.sleep(0.002 * (7 - item % 8))
        return item * item

    results: Iterator[int] = map_in_order(job, range(60), workers=3)
    for position in range(20):
        assert next(results) == position**2
        assert max(begun) <= position + 4 * 3
    assert list(results) == [item**2 for item in range(20, 60)]
    assert sorted(begun) == list(range(60))


def test_jobs_stop_when_nobody_wants_them() -> None:
    begun: list[int] = []

    def job(item: int) -> int:
        begun.append(item)
        time.sleep(0.01)
        return item

    results = map_in_order(job, range(1000), workers=2)
    next(results)
    results.close()  # type: ignore[attr-defined]  # it is a generator
    assert len(begun) <= 4


def test_an_error_in_a_job_is_not_swallowed() -> None:
    def job(item: int) -> int:
        if item == 3:
            raise ZeroDivisionError
        return item

    with pytest.raises(ZeroDivisionError):
        list(map_in_order(job, range(50), workers=2))


@pytest.mark.parametrize("n", [1, 2, 7, 40])
def test_spreads_are_numpys_own(n: int) -> None:
    rng = np.random.default_rng(n)
    values = rng.gamma(2.0, 3.0, (n, 50))
    values[rng.random((n, 50)) < rng.random(50)] = np.nan
    found = spread_columns("x", values)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # all NaN: exactly what is tested
        np.testing.assert_allclose(found["x_mean"], np.nanmean(values, axis=0), rtol=1e-12)
        for name, percent in (("x_p10", 10), ("x_p90", 90)):
            expected = np.nanpercentile(values, percent, axis=0)
            np.testing.assert_allclose(found[name], expected, rtol=1e-12)


def test_traces_become_rows_by_pool_and_interval(whole: Replications) -> None:
    table = tabulate_traces(whole)
    assert table["pool"].tolist() == [
        pool for pool in ("general", "technical", "all") for _ in range(24)
    ]
    assert table["interval_start_min"][:3].tolist() == [0, 60, 120]
    row = 24 + 13
    assert table["mentions_mean"][row] == pytest.approx(whole.traces[:, 0, 1, 13].mean())
    assert table["sentiment_p90"][-1] == np.percentile(
        whole.traces[:, QUANTITIES.index("sentiment"), 2, 23], 90
    )
    assert table["mentions_mean"][48:].sum() == pytest.approx(whole.measures["mentions"].mean())
