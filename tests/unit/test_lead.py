"""Engines play the lead-in in their own time; records tell the horizon's."""

import numpy as np
import pytest
from strategies import make_world, put_lead

from sim.care.lead import enter_lead
from sim.care.preparing import enter_engine
from sim.care.reference.engine import Care, run_reference
from sim.scenario.tables import MS_PER_H

MENTION_TIMES = ("first_start_ms", "first_reply_ms", "first_touch_ms", "left_ms", "closed_ms")


@pytest.mark.parametrize("seed", range(20))
def test_a_record_in_the_time_of_the_horizon(seed):
    """Mention by mention against the record of the engine's own time."""
    tables, draws = put_lead(*make_world(seed), MS_PER_H)
    whole = Care(tables, enter_engine(tables, draws)).run()
    run = run_reference(tables, draws)
    assert run.ended_ms == whole.ended_ms - MS_PER_H
    for name in MENTION_TIMES:
        for told, played in zip(getattr(run, name), getattr(whole, name), strict=True):
            assert told == (-1 if played == -1 else max(played - MS_PER_H, 0)), name
    for name in ("turn_ready_ms", "turn_start_ms", "turn_end_ms"):
        assert np.array_equal(getattr(run, name), getattr(whole, name) - MS_PER_H)
    first = MS_PER_H // tables.clock.interval_ms
    assert np.array_equal(run.busy_ms, whole.busy_ms[:, first:])
    assert np.array_equal(run.surge_ms, whole.surge_ms[:, first:])
    assert np.array_equal(run.real, whole.real)


def test_without_a_lead_in_nothing_is_copied():
    tables, draws = make_world(3)
    assert enter_lead(tables.clock, draws) is draws
