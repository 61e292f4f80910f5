"""How large a run will be: expected mentions against draws, memory against what is measured."""

import numpy as np
import pytest

import sim
from sim.errors import InputError
from sim.running import size
from sim.scenario.build import build_planner
from sim.scenario.settings import RunSettings

GIB = 2.0**30


def settings(**changes: object) -> RunSettings:
    usual = {"replications": 200, "seed": 1, "engine": "kernel", "workers": 2, "dir": None,
             "overwrite": False, "keep_mentions": 0}  # fmt: skip
    return RunSettings.model_validate({**usual, **changes})


@pytest.mark.parametrize("name", ["telecom_week", "campaign_week", "breach_week"])
def test_expected_mentions_are_those_that_come(name: str) -> None:
    """Within a fifth; in weeks in which the event comes, so that no surprise is left out."""
    changes = ["events.breach.probability=1"] if name == "breach_week" else []
    scenario = sim.load_scenario(name, changes)
    drawn = [sim.draw(scenario, 5, one).arrival_ms.size for one in range(20)]
    assert size.count_expected(scenario) == pytest.approx(np.mean(drawn), rel=0.2)


def test_a_backlog_and_all_events_count() -> None:
    calm = sim.load_scenario("telecom_week")
    more = sim.load_scenario("telecom_week", ["demand.backlog_mentions=100000"])
    loud = sim.load_scenario("breach_week", ["events.breach.peak=600"])
    rare = sim.load_scenario(
        "breach_week", ["events.breach.peak=600", "events.breach.probability=.01"]
    )
    count = size.count_expected
    assert count(more) > 100_000 + 0.9 * count(calm)
    assert count(rare) == pytest.approx(count(loud))
    assert count(loud) > 20 * count(calm)


def test_time_and_memory_grow_with_what_is_asked() -> None:
    scenario = sim.load_scenario("telecom_week")
    small = size.estimate_simulation(scenario, settings())
    laying_s = size.estimate_laying(scenario)
    for changes in ({"replications": 400}, {"engine": "simpy"}):
        played_s = size.estimate_simulation(scenario, settings(**changes)).time_s - laying_s
        assert played_s > 1.9 * (small.time_s - laying_s)
    kept = size.estimate_simulation(scenario, settings(keep_mentions=200))
    assert kept.memory_bytes - small.memory_bytes == pytest.approx(200 * 400 * small.mentions)
    tuned = size.estimate_simulation(scenario, settings(), is_tuned=True)
    assert tuned.time_s - small.time_s == 63.0
    fine = sim.load_scenario("telecom_week", ["horizon.days=400", "horizon.interval_min=5"])
    assert size.estimate_simulation(fine, settings()).memory_bytes > 10e9


def test_what_is_small_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(size, "read_memory_limit", lambda: 16 * GIB)
    for name in ("telecom_week", "launch_week", "breach_week"):
        scenario = sim.load_scenario(name)
        assert size.format_size(size.estimate_simulation(scenario, settings())) == ""
        plan = size.estimate_plan(scenario, settings(), build_planner(scenario))
        assert size.format_size(plan, size.NOTICE_PLAN_S) == ""


def test_many_small_replications_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten thousand days of an outage take 63 s of a core, most of it not for their mentions."""
    monkeypatch.setattr(size, "read_memory_limit", lambda: 16 * GIB)
    monkeypatch.setattr(size, "count_cores", lambda: 2)
    scenario = sim.load_scenario("outage_day")
    found = size.estimate_simulation(scenario, settings(replications=10_000, workers=2))
    assert 60.0 < found.time_s * found.cores < 120.0
    assert size.format_size(found).startswith("Estimate: about ")


def test_many_days_of_shifts_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shifts of 84 days took 39 to 52 s of a core before a single replication, flat or not."""
    monkeypatch.setattr(size, "read_memory_limit", lambda: 16 * GIB)
    monkeypatch.setattr(size, "count_cores", lambda: 2)
    told = []
    for changes in (["horizon.days=28"], ["horizon.days=120"], ["horizon.days=120", "shifts=null"]):
        scenario = sim.load_scenario("telecom_week", changes)
        told.append(size.format_size(size.estimate_simulation(scenario, settings(replications=2))))
    assert [bool(line) for line in told] == [False, True, False]


def test_what_is_large_is_told_and_what_cannot_fit_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(size, "read_memory_limit", lambda: 16 * GIB)
    long = size.Size(5000.0, 1e9, 3600.0)
    assert size.format_size(long).startswith("Estimate: about 60 min if this machine is")
    assert "3.0 GB of memory (5,000 mentions" in size.format_size(size.Size(5e3, 3e9, 1.0))
    for memory in (17 * GIB, float("inf"), float("nan")):
        with pytest.raises(
            InputError, match=r"this machine has 17\.2 GB.*run\.replications"
        ) as caught:
            size.format_size(size.Size(1e8, memory, 1.0))
        assert len(caught.value.errors) == 1


def test_the_own_limit_of_a_process_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(size.resource, "getrlimit", lambda kind: (GIB, GIB))
    assert size.read_memory_limit() == GIB
    monkeypatch.setattr(size.resource, "getrlimit", lambda kind: (-1, -1))
    assert size.read_memory_limit() > GIB
