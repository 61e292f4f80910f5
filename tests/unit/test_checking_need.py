"""The need of a scenario by formula: work of closed hours, the share asked, contracts."""

import numpy as np
import pytest

from sim.checking.need import compute_need, move_closed_work
from sim.policies.standard import shape_erlang_a
from sim.scenario.build import load_scenario

OPEN = np.array([0, 1, 1, 0, 0, 1, 0, 0], bool)
WORK = np.arange(1.0, 9.0)[:, None]


@pytest.mark.parametrize(
    ("repeats", "expected"),
    [
        # 2 and 3 get what came before them: on a ring 7 + 8 of the end and 1, else 1 alone.
        (True, [0, 2 + 8, 3 + 8, 0, 0, 6 + 9, 0, 0]),
        (False, [0, 2.5, 3.5, 0, 0, 6 + 9, 0, 0]),
    ],
)
def test_work_of_closed_hours_is_done_in_the_next_open_stretch(repeats, expected):
    """Catches work that is lost on a ring, done twice, or done before it came."""
    assert move_closed_work(WORK, OPEN, repeats)[:, 0].tolist() == expected


def test_an_open_stretch_over_the_end_of_a_ring_is_one():
    is_open = np.array([1, 0, 0, 1], bool)
    moved = move_closed_work(np.ones((4, 1)), is_open, True)[:, 0]
    assert moved.tolist() == [2, 0, 0, 2]


@pytest.mark.parametrize("is_open", [np.ones(8, bool), np.zeros(8, bool)])
def test_nothing_moves_where_it_is_always_or_never_open(is_open):
    assert np.array_equal(move_closed_work(WORK, is_open, True), WORK * is_open[:, None])


def test_a_desk_that_never_closes_and_sees_all_needs_what_erlang_a_asks_for():
    """Catches a target that is not brought back to all customers, and heads without factors."""
    scenario = load_scenario(
        "telecom_week", ["maturity.triage_recall=1", "shifts.open_from_h=0", "shifts.open_to_h=24"]
    )
    need = compute_need(scenario)
    assert need.reachable_share == 1
    assert np.array_equal(need.answering, shape_erlang_a(scenario))
    assert need.roster_factor == pytest.approx(1 / (0.94 * 0.745))
    hours = shape_erlang_a(scenario).sum(axis=0)
    assert need.paid_h == pytest.approx(hours / (0.94 * 0.745))
    assert need.full_time == pytest.approx(need.paid_h / 37.5)


def test_wages_of_the_need_by_hand():
    """28 an hour over .745, absent people paid, no premium."""
    scenario = load_scenario("telecom_week", ["costs.night_premium=1", "costs.weekend_premium=1"])
    need = compute_need(scenario)
    assert need.cost == pytest.approx(need.answering.sum() * 28 / 0.745 / 0.94)


def test_what_is_asked_of_open_hours_makes_up_for_closed_ones():
    """A promise to a fifth of all, of whom these hours reach less than half, asks for more."""
    scenario = load_scenario(
        "telecom_week", ["promise.target_share=.2", "shifts.open_from_h=10", "shifts.open_to_h=18"]
    )
    need = compute_need(scenario)
    assert 0.2 < need.reachable_share < 0.6
    assert need.asked_share * need.reachable_share == pytest.approx(0.2)
