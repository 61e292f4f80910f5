"""The most of a promise that opening hours allow: hours by hand, and ample staff in simulation."""

from typing import Any

import numpy as np
import pytest

from sim.planning.analysis.reachable_target import compute_reachable_share, format_unreachable
from sim.running.replicate import replicate
from sim.scenario.profile import open_intervals
from tests.worlds import constant, make_office_shifts, make_plain_scenario, make_policy

OFFICE = make_office_shifts(9.0, 17.0, part_time_share=0.4)
EVEN: dict[str, Any] = {"hour_of_week": [1.0] * 168, "base_per_h": 20.0}


def make_office(promise_min: float, **changes: Any) -> Any:
    parts = {
        "shifts": OFFICE,
        "demand": EVEN,
        "horizon": {"repeats": True},
        "promise": {"promise_min": promise_min, "target_share": 0.8, "measure": "wait"},
    }
    return make_plain_scenario(20.0, **(parts | changes))


@pytest.mark.parametrize(
    ("promise_min", "open_h"),
    [(480, 5 * 16), (1440, 4 * 24 + 24 + 8), (30, 5 * 8.5), (1, 5 * (8 + 1 / 60))],
)
def test_hours_that_can_be_kept_by_hand(promise_min, open_h):
    """Weekdays 9 to 17, even arrivals: what comes so long before an opening, or in open hours."""
    scenario = make_office(promise_min)
    recall = scenario.maturity.triage_recall
    found = compute_reachable_share(scenario, make_policy(scenario))
    assert found == pytest.approx(recall * open_h / 168, abs=1e-12)


def test_a_single_week_does_not_open_again():
    ring = compute_reachable_share(one := make_office(4000), make_policy(one))
    alone = compute_reachable_share(
        one := make_office(4000, horizon={"repeats": False}), make_policy(one)
    )
    recall = one.maturity.triage_recall
    assert ring == pytest.approx(recall)
    assert alone == pytest.approx(recall * (4 * 24 + 17) / 168)


def test_ample_staff_in_open_hours_keeps_as_much_as_can_be_kept():
    """Fifty people for twenty mentions an hour, a second each: the bound is met to chance."""
    question = {"work": constant(1 / 60), "patience": None}
    scenario = make_office(
        480, topics={"question": question}, horizon={"days": 28, "repeats": True}
    )
    staff = [50 * int(one) for one in open_intervals(scenario)]
    policy = make_policy(scenario, staff=dict.fromkeys(scenario.pool_names, staff))
    kept = replicate(scenario, policy, 8, 5).measures["answered_within_promise_share"]
    most = compute_reachable_share(scenario, policy)
    error = float(np.std(kept, ddof=1) / np.sqrt(len(kept)))
    assert abs(float(np.mean(kept)) - most) < 4.3 * error
    assert error < 0.01


def test_it_is_told_only_where_the_promise_is_out_of_reach():
    policy = make_policy(scenario := make_office(480))
    (told,) = format_unreachable(scenario, policy)
    share = scenario.maturity.triage_recall * 80 / 168
    assert f"at most {share:.1%} can have a first reply within 480 min (promised: 80%" in told
    easy = make_office(480, promise={"promise_min": 480.0, "target_share": 0.4})
    assert format_unreachable(easy, policy) == []
    bot = make_policy(
        scenario, effort={"question": dict.fromkeys(policy.effort["question"], "auto")}
    )
    assert format_unreachable(scenario, bot) == []
    always = make_plain_scenario(20.0, promise={"target_share": 0.85})
    assert format_unreachable(always, make_policy(always)) == []
