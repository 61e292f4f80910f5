"""What of a base is the user's: it stays, unless it is named."""

import pathlib

import numpy as np
import pytest

from sim.calibration import calibrate
from sim.calibration.result import Fit
from sim.errors import InputError

ZONE = "America/New_York"
OWN = """\
base: telecom_week
name: own
currency: CHF
horizon: {days: 14, start: '2024-01-01T00:00'}
shifts:
  open_from_h: 9
  open_to_h: 17
  kinds: [{start_h: 9, length_h: 8}]
team: {pools: {general: {limit: 7}}}
surge_crew: {max_people: 1, max_hours_a_week: 30}
costs: {paid_hour_cost: 41}
promise: {promise_min: 90}
planner: {budget: 4321}
"""
PARTS = {
    "hours": lambda scenario: scenario.shifts,
    "staff": lambda scenario: (scenario.team.pools, scenario.team.reference_staff),
    "crew": lambda scenario: scenario.surge_crew,
    "budget": lambda scenario: scenario.planner["budget"],
    "days": lambda scenario: scenario.horizon.days,
}


def make_pairs() -> dict[str, np.ndarray]:
    """Four weeks of 60 messages an hour, answered from 8 to 20 o'clock."""
    minutes = np.arange(0, 28 * 1440, 1.0)
    times = np.datetime64("2024-03-04T00:00", "m") + minutes.astype("timedelta64[m]")
    hour = minutes % 1440 // 60
    wait = np.where((hour >= 8) & (hour < 19), 9.0, (8 * 60 - minutes % 1440) % 1440 + 9.0)
    replies = times + wait.astype("timedelta64[m]")
    return {"created_at": times.astype(str), "replied_at": replies.astype(str)}


@pytest.fixture(scope="module")
def pairs() -> dict[str, np.ndarray]:
    return make_pairs()


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    path = tmp_path_factory.mktemp("refit") / "own.yaml"
    path.write_text(OWN, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def kept(own: pathlib.Path, pairs: dict[str, np.ndarray]) -> Fit:
    return calibrate(pairs, base=str(own), time_zone=ZONE)


def test_what_is_the_users_stays(kept: Fit, own: pathlib.Path) -> None:
    import sim

    base = sim.load_scenario(str(own))
    for name, pick in PARTS.items():
        assert pick(kept.scenario) == pick(base), name
    for part in ("costs", "promise", "currency"):
        assert getattr(kept.scenario, part) == getattr(base, part)
    # Thirty times the base's mentions came in.
    assert kept.scenario.demand.base_per_h == pytest.approx(60.0, rel=0.02)


def test_what_the_volume_would_ask_for_is_told(kept: Fit) -> None:
    told = "\n".join(kept.messages)
    for line in (
        "opening hours 9 to 17 stay; the history's would be 8 to 20 (refit=[hours])",
        "budget 4,321 CHF stays; the same quality of service would take",
        "pool general keeps its limit of 7 people; twice the highest need is",
    ):
        assert line in told
    marks = {each["key"]: each["note"] for each in kept.report["quantities"]}
    assert "refit=[hours]" in marks["shifts.open_from_h"]
    assert "refit=[budget]" in marks["planner.budget"]


@pytest.mark.parametrize("name", PARTS)
def test_what_is_named_follows_and_nothing_else(
    name: str, kept: Fit, own: pathlib.Path, pairs: dict[str, np.ndarray]
) -> None:
    fit = calibrate(pairs, base=str(own), time_zone=ZONE, refit=[name])
    changed = {part for part, pick in PARTS.items() if pick(fit.scenario) != pick(kept.scenario)}
    assert changed == {name}


def test_a_shipped_base_follows_unless_told(pairs: dict[str, np.ndarray]) -> None:
    both = [calibrate(pairs, refit=refit).scenario for refit in (None, list(PARTS), [])]
    assert both[0] == both[1]
    assert both[2].planner["budget"] != both[0].planner["budget"]
    with pytest.raises(InputError, match=r"refit = hour: allowed: hours, .*did you mean hours"):
        calibrate(pairs, refit=["hour"])
