"""Who is absent: the same persons whatever the other staff, on both sides of a ring's end."""

import numpy as np
import pytest

import sim
from sim.demand.draw import draw
from sim.outcomes.attendance import attend
from sim.rostering.roster import Rosters
from sim.running.play import prepare
from sim.scenario.model import Scenario
from tests.worlds import make_policy, make_scenario


def make_nights(share: float = 0.4, *, paid: bool = True, days: int = 2) -> Scenario:
    kinds = [{"start_h": hour, "length_h": 12.0} for hour in (8.0, 20.0)]
    return make_scenario(
        horizon={"start": "2026-06-01T00:00:00", "days": days, "interval_min": 60, "repeats": True},
        shifts={"open_from_h": 0.0, "open_to_h": 24.0, "kinds": kinds, "rest_h": 0.0},
        absence={"share": share, "day_cv": 0.5, "paid": paid},
    )


def lay(scenario: Scenario, roster: np.ndarray) -> sim.Policy:
    return Rosters(scenario).to_policy(make_policy(scenario), roster)


def find_staff(scenario: Scenario, roster: np.ndarray, replication: int) -> np.ndarray:
    """Return staff by hour of engine time up to the drain, shape (n_pools, n_hours)."""
    lowered = attend(prepare(scenario, lay(scenario, roster)), draw(scenario, 1, replication))
    staff, clock = lowered.tables.staff, lowered.tables.clock
    hours = np.arange(0, clock.horizon_ms + clock.drain_ms, 3_600_000)
    return staff.agents[:, np.searchsorted(staff.time_ms, hours, side="right") - 1]


def test_one_person_more_leaves_the_others_luck():
    scenario = make_nights()
    n = Rosters(scenario).n
    few, changes = np.full(n, 4), set()
    for replication in range(10):
        before = find_staff(scenario, few, replication)
        for column in range(0, n, 3):
            more = few.copy()
            more[column] += 1
            change = find_staff(scenario, more, replication) - before
            assert set(np.unique(change)) <= {0, 1}
            changes.add(bool(change[:, :24].any()))
    assert changes == {False, True}  # the one more comes on some days and is absent on others


def test_who_works_over_the_ends_of_rounds_is_one_person():
    """Whole 12-hour shifts alone: staff changes at 8 and 20, never at the seam at midnight."""
    scenario = make_nights()
    roster = np.full(Rosters(scenario).n, 3)
    lead = prepare(scenario, lay(scenario, roster)).tables.clock.lead_ms // 3_600_000
    seen = set()
    for replication in range(6):
        staff = find_staff(scenario, roster, replication)
        changes = 1 + np.flatnonzero((np.diff(staff, axis=1) != 0).any(axis=0))
        seen |= {int(hour - lead) % 24 for hour in changes}
    assert seen == {8, 20}


@pytest.mark.parametrize(("paid", "share"), [(True, 1.0), (False, 0.7)])
def test_absent_persons_are_paid_or_not(paid, share):
    scenario = make_nights(0.3, paid=paid, days=7)
    roster = np.full(Rosters(scenario).n, 5)
    lowered = prepare(scenario, lay(scenario, roster))
    whole = lowered.scales.staffed_ms.sum()
    there, bill = [], []
    for replication in range(60):
        scales = attend(lowered, draw(scenario, 1, replication)).scales
        there.append(scales.staffed_ms.sum() / whole)
        bill.append(scales.paid_ms.sum() / whole)
    assert np.mean(there) == pytest.approx(0.7, abs=0.03)
    assert np.mean(bill) == pytest.approx(share, abs=0.03)
    if not paid:
        assert bill == there


def test_nobody_absent_is_the_same_object():
    scenario = make_nights(0.0)
    lowered = prepare(scenario, make_policy(scenario))
    assert attend(lowered, draw(scenario, 1, 0)) is lowered


def test_the_default_split_of_shrinkage_keeps_the_expected_hours():
    """1 - .30 = (1 - .255) (1 - .06) to a thousandth: as many hours come for the same money."""
    before, after = 1.0 - 0.30, (1.0 - 0.255) * (1.0 - 0.06)
    assert after == pytest.approx(before, rel=1e-3)


def test_persons_are_those_of_the_timeline():
    """Who is taken off was there: all persons together are the staff, breaks included."""
    pause = {"after_h": 4.0, "length_min": 30.0, "flexible_min": 90.0}
    kinds = [{"start_h": hour, "length_h": 12.0, "breaks": [pause]} for hour in (8.0, 20.0)]
    scenario = make_nights()
    plain = scenario.model_dump(mode="json")
    plain["shifts"]["kinds"] = kinds
    scenario = Scenario.model_validate(plain)
    policy = lay(scenario, np.arange(Rosters(scenario).n) % 6)
    laid = prepare(scenario, policy).attendance
    assert laid is not None
    raw = np.zeros((2, laid.time_ms.size + 1), int)
    np.add.at(raw, (laid.pool, laid.first), laid.works)
    np.subtract.at(raw, (laid.pool, laid.last), laid.works)
    end = prepare(scenario, policy).tables.clock.horizon_ms
    here = laid.time_ms < end
    assert (np.cumsum(raw, axis=1)[:, :-1][:, here] == laid.agents[:, here]).all()
