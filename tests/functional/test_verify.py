"""``surgecrew verify``: that it passes, and that each of its roads can fail."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import sim
from sim import verification
from sim.cli import main
from sim.errors import PartialError
from sim.running.replicate import replicate

# Copied by hand from the sources that verification_numbers.json names.
PUBLISHED = {
    "abandoned_50_agents": 3.1,
    "delayed_14_agents": 0.1741319,
    "within_20_s": 0.8883500,
    "level_erlang_c": 61.42,
    "abandoned_14_agents": 7.43,
    "abandoned_a_day": 58.609,
    "sipp_hours": 4 + 5 + 3 + 2 + 2 + 4 + 4 + 3,
    "cyclic_cover": 55,
    "sentiment_att": 0.468,
    "csat_reply": 3.66,
}


def test_all_checks_pass(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["verify"]) == 0
    told = capsys.readouterr()
    assert told.err == ""
    assert told.out.splitlines()[-1] == "All 19 checks passed."
    assert told.out.count("  ok  ") == 19
    for heading in verification.GROUPS:
        assert told.out.count(heading) == 1


def test_the_numbers_are_the_published_ones() -> None:
    entries = json.loads(verification.NUMBERS.read_text())
    assert {entry["key"]: entry["published"] for entry in entries} == PUBLISHED
    assert set(verification.COMPUTED) == set(PUBLISHED)
    assert all(entry["source"] and entry["text"] for entry in entries)


def only(monkeypatch: pytest.MonkeyPatch, *kept: str) -> None:
    """Leave the named groups of checks alone, take the others out."""
    for name in {"check_engines", "check_formulas", "check_numbers"} - set(kept):
        monkeypatch.setattr(verification, name, lambda: iter(()))


def test_a_number_that_is_off_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    only(monkeypatch, "check_numbers")
    monkeypatch.setitem(verification.COMPUTED, "sipp_hours", lambda: 28.0)
    monkeypatch.setitem(verification.COMPUTED, "abandoned_a_day", lambda: 58.609 + 2.2)
    assert main.run(["verify"]) == 4
    told = capsys.readouterr()
    assert told.out == ""
    assert [line for line in told.err.splitlines() if "FAILED" in line] != []
    assert told.err.count("FAILED") == 2
    assert told.err.splitlines()[-1] == "2 of 10 checks failed."


def test_a_check_that_breaks_fails_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, "check_numbers")
    monkeypatch.setitem(verification.COMPUTED, "cyclic_cover", lambda: 1 / 0)
    monkeypatch.setitem(verification.COMPUTED, "abandoned_a_day", lambda: 58.0)
    with pytest.raises(PartialError, match="ZeroDivisionError") as caught:
        verification.verify()
    assert str(caught.value).count("  ok  ") == 9


@pytest.mark.parametrize("column", ["resolved", "turn_end_ms", "busy_ms", "ended_ms"])
def test_one_bit_between_the_engines_fails(monkeypatch: pytest.MonkeyPatch, column: str) -> None:
    only(monkeypatch, "check_engines")
    monkeypatch.setattr(
        verification, "SMALL", {"telecom_week": ("horizon.days=1", "demand.base_per_h=1")}
    )
    real: Callable[..., Any] = verification.run_engine

    def change(tables: Any, draws: Any, engine: str) -> Any:
        run = real(tables, draws, "kernel")
        if engine == "kernel":
            return run
        changed = np.atleast_1d(getattr(run, column)).copy()
        changed.ravel()[-1:] = changed.ravel()[-1:] == 0
        return run._replace(**{column: changed.reshape(np.shape(getattr(run, column)))})

    monkeypatch.setattr(verification, "run_engine", change)
    with pytest.raises(PartialError, match="1 differ"):
        verification.verify()


def test_a_line_more_is_a_difference() -> None:
    assert verification.count_differences(np.arange(3), np.arange(4)) == 4
    assert verification.count_differences(np.arange(3), np.arange(3.0)) == 3
    assert verification.count_differences(5, 5) == 0


@pytest.fixture(scope="module")
def measured() -> dict[str, np.ndarray]:
    queue = sim.textbook.erlang_a(15.0, 8.0, 30.0, 3, days=verification.DAYS)
    return replicate(*queue, verification.REPLICATIONS, verification.SEED).measures


@pytest.mark.parametrize("name", ["delayed_share", "abandoned_share", "wait_min_mean"])
def test_a_formula_that_is_off_fails(measured: dict[str, np.ndarray], name: str) -> None:
    """The check tells 5 % apart: 200 times 5,000 customers show it."""
    formula = sim.queueing.erlang_a(arrival_per_h=15.0, handle_min=8.0, patience_min=30.0, agents=3)
    right = {
        "delayed_share": formula.delay_probability,
        "abandoned_share": formula.abandon_probability,
        "wait_min_mean": formula.mean_wait_min,
    }[name]
    for factor, passes in ((1.0, True), (1.05, False), (0.95, False)):
        assert verification.compare_formula(measured, name, factor * right, "")[2] is passes
