"""Numbers that cannot be: more than all of the time busy, work for nothing, below nothing."""

import math

import numpy as np
import pytest
from outcome_worlds import play_random_world
from worlds import constant, make_plain_scenario

from sim.outcomes.intervals import QUANTITIES, trace_intervals
from sim.outcomes.measures import measure_run
from sim.running.replicate import replicate
from sim.scenario.policy import Policy

SHIFTS = [int(hour in (9, 13)) for hour in range(24)]


def play_two_hours_a_day(premium):
    """One person from 9 to 10 and from 13 to 14, two cases an hour of 100 minutes each."""
    scenario = make_plain_scenario(
        2.0,
        horizon={"days": 7},
        topics={"question": {"work": constant(100.0), "patience": None}},
        costs={"overtime_premium": premium},
        drain_h=0.0,
        warm_up_h=0.0,
    )
    policy = Policy.model_validate(
        {
            "name": "two hours",
            "staff": {"general": SHIFTS * 7},
            "staff_interval_min": 60,
            "effort": {
                "question": dict.fromkeys(("calm", "ahead", "surge", "recovery"), "standard")
            },
        }
    )
    return replicate(scenario, policy, 20, 1).measures


@pytest.mark.parametrize(("premium", "cost"), [(1.5, 1120.0), (0.0, 560.0)])
def test_work_beyond_the_shift_is_counted_told_and_paid(premium, cost):
    """Somebody always waits, so each shift is 100 minutes of work in 60: 14 x 40 min too long."""
    found = play_two_hours_a_day(premium)
    assert set(found["staffed_h"]) == {14.0}
    assert found["work_h"] == pytest.approx(14 * 100 / 60)
    assert found["overtime_h"] == pytest.approx(14 * 40 / 60)
    assert set(found["utilization"]) == {1.0}
    assert found["cost"] == pytest.approx(cost)


@pytest.mark.parametrize("seed", range(60))
def test_no_count_time_or_share_is_negative_or_a_share_above_one(seed):
    """What would fail: overtime left in the busy share, a time made of a never, a float's dust."""
    played = play_random_world(seed)
    measured = measure_run(played.scales, played.draws, played.run, played.rows)
    for name, value in measured.items():
        assert math.isnan(value) or not math.copysign(1.0, value) < 0, name
        if name.endswith("_share") or name in ("utilization", "satisfaction", "satisfaction_all"):
            assert math.isnan(value) or value <= 1.0, name
    traces = trace_intervals(played.scales, played.draws, played.run, played.rows)
    for name, values in zip(QUANTITIES, traces, strict=True):
        assert not np.signbit(values[~np.isnan(values)]).any(), name
    busy = traces[QUANTITIES.index("busy_h")] - traces[QUANTITIES.index("overtime_h")]
    staffed = traces[QUANTITIES.index("staffed_h")]
    assert (busy <= staffed + 1e-12).all()
