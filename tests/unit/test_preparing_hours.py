"""Hours of preparations: out of real shifts, whose and when by a rule, none lost."""

import numpy as np
import pytest
import worlds

from sim.errors import InputError
from sim.outcomes.scales import make_scales
from sim.scenario.lower import lay_floor, list_preparing, lower
from sim.scenario.preparing.hours import Floor, WorkWindow, lay_blocks, put_on, take_off
from sim.scenario.tables import MS_PER_H, QUARTER_MS

LAUNCH = worlds.LAUNCH | {"time_h": 33.0}


def prepare(staff=None, **preparation):
    """Return the week of a launch and a policy that prepares for it."""
    plain = {"event": "launch", "ready_h_before": 2.0, **preparation}
    scenario = worlds.make_scenario(
        events=worlds.Whole(launch=LAUNCH), preparations={"briefing": plain}
    )
    changes = {} if staff is None else {"staff": staff}
    return scenario, worlds.make_policy(scenario, preparations=["briefing"], **changes)


def make_floor(agents, end_h):
    """Return an hour's floor for each column."""
    agents = np.array(agents, np.int64)
    return Floor(np.arange(agents.shape[1]) * MS_PER_H, agents, end_h * MS_PER_H)


def test_by_hand_whoever_is_most_for_the_work():
    """Two pools, four hours, twice the mentions in the third; four and a half hours to be done.

    There for each mention: 5, 5, 3, 4. So one of the larger pool goes in the first hour, then in
    the second (4, 4, 3, 4); then, pools being alike, one of the first pool in each of these (3, 3,
    3, 4); and for the half hour that is left one of the first pool in the fourth.
    """
    floor = make_floor([[2, 3, 3, 2], [3, 2, 3, 2]], 4)
    expected = np.repeat([0.25, 0.25, 0.5, 0.25], 4)
    blocks = lay_blocks(floor, WorkWindow(0, 4 * MS_PER_H))
    assert blocks.count_spare_ms([0, 1]) == (3 + 3 + 4 + 2) * MS_PER_H
    left, taken = take_off(blocks, [0, 1], 4 * MS_PER_H + 2 * QUARTER_MS, expected)
    assert (left.time_ms / MS_PER_H).tolist() == [0, 1, 2, 3, 3.5]
    assert left.agents.tolist() == [[1, 1, 3, 1, 2], [2, 2, 3, 2, 2]]
    assert (left.agents + taken.agents).tolist() == [[2, 3, 3, 2, 2], [3, 2, 3, 2, 2]]


def test_nobody_is_left_alone_and_only_the_window_counts():
    floor = make_floor([[1, 5, 9], [4, 1, 9]], 3)
    blocks = lay_blocks(floor, WorkWindow(QUARTER_MS, 2 * MS_PER_H))
    assert blocks.count_spare_ms([0, 1]) == 3 * 3 * QUARTER_MS + 4 * MS_PER_H
    assert blocks.count_spare_ms([1]) == 3 * 3 * QUARTER_MS
    left, _ = take_off(blocks, [0, 1], blocks.count_spare_ms([0, 1]), np.ones(16))
    assert left.agents.tolist() == [[1, 1, 1, 9], [4, 1, 1, 9]]


def test_an_hour_with_a_break_in_it_has_those_who_are_there_throughout():
    floor = Floor(np.array([0, QUARTER_MS]), np.array([[5, 2]]), MS_PER_H)
    assert lay_blocks(floor, WorkWindow(0, MS_PER_H)).there.tolist() == [[2]]


@pytest.mark.parametrize("hours", [0.25, 12.5, 40.0])
@pytest.mark.parametrize("repeats", [True, False])
def test_hours_are_conserved_and_paid(hours, repeats):
    """Hours off the floor are those of the preparation, before it is due, and are paid."""
    scenario, policy = prepare(agent_h=hours)
    horizon = scenario.horizon.model_copy(update={"repeats": repeats})
    scenario = scenario.model_copy(update={"horizon": horizon})
    idle = policy.model_copy(update={"preparations": ()})
    busy, free = (make_scales(scenario, one, lower(scenario, one)) for one in (policy, idle))
    off_ms = free.staffed_ms - busy.staffed_ms
    assert off_ms.sum() == hours * MS_PER_H
    assert (off_ms >= 0).all()
    assert off_ms[:, 31:].sum() == 0
    assert (busy.preparing_ms == off_ms).all()
    assert (busy.paid_ms == free.paid_ms).all()
    after = lower(scenario, policy).staff, lower(scenario, idle).staff
    horizon_ms = lower(scenario, policy).clock.horizon_ms
    tails = [one.agents[:, np.searchsorted(one.time_ms, horizon_ms) :] for one in after]
    if repeats:
        assert np.array_equal(*tails)


def test_what_is_kept_ready_takes_hours_of_the_whole_week():
    scenario, policy = prepare(event=None, kind="launch", ready_h_before=0.0, agent_h=100.0)
    [floor] = list_preparing(scenario, policy).values()
    assert floor.time_ms[floor.agents.any(axis=0)][-1] > 100 * MS_PER_H
    assert lay_floor(scenario, policy).agents.sum() == 7 * 24 * 2 * 3


def test_more_than_is_staffed_is_one_line():
    """Two people in each pool for 31 hours: one of each can be spared."""
    scenario, policy = prepare({"general": [2] * 168, "technical": [2] * 168}, agent_h=70.0)
    with pytest.raises(InputError, match=r"briefing: needs 70 h, 62 are staffed before"):
        lower(scenario, policy)
    scenario, policy = prepare(agent_h=70.0, pool="technical")
    with pytest.raises(InputError, match=r"needs 70 h of pool technical, 62 are staffed before"):
        lower(scenario, policy)


def test_by_hand_hours_come_back_where_fewest_are_for_the_work():
    """Mentions for each person there: 2, 1, 3 / 4 an hour; room for one in each pool and hour.

    So one comes in the first hour, to the larger pool; the next there too (2 x 5 / 6 is still more
    than 1), to the pool that has room; then the half hour that is left in the second hour.
    """
    blocks = lay_blocks(make_floor([[2, 3, 1], [3, 2, 3]], 3), WorkWindow(0, 3 * MS_PER_H))
    expected = np.repeat([2.5, 1.25, 0.75], 4)
    full, given = put_on(blocks, np.ones((2, 3), np.int64), 2 * MS_PER_H + 2 * QUARTER_MS, expected)
    assert (full.time_ms / MS_PER_H).tolist() == [0, 1, 1.5, 2]
    assert given.agents.tolist() == [[1, 1, 0, 0], [1, 0, 0, 0]]
    assert (full.agents - given.agents).tolist() == [[2, 3, 3, 1], [3, 2, 2, 3]]


@pytest.mark.parametrize("takes", ["before", "after"])
def test_moved_leave_is_conserved_and_paid_once(takes):
    """Off the floor before (or long after) the event, on it within ten hours of it; pay as it was.

    Of three people a pool there is one more on leave: a share of .3 of those employed.
    """
    scenario, policy = prepare(agent_h=12.0, gives_h=9.5, gives_within_h=10.0, takes=takes)
    idle = policy.model_copy(update={"preparations": ()})
    busy, free = (make_scales(scenario, one, lower(scenario, one)) for one in (policy, idle))
    more_h = (busy.staffed_ms - free.staffed_ms).sum(axis=0) / MS_PER_H
    lead_h = more_h.size - 168
    more_h = more_h[lead_h:] if lead_h > 0 else more_h
    away = more_h[:31] if takes == "before" else more_h[43:]
    assert more_h[33:43].sum() == 9.5
    assert more_h[33:43].min() >= 0
    assert away.sum() == -12.0
    assert more_h.sum() == -2.5
    assert (busy.paid_ms.sum(axis=0) == free.paid_ms.sum(axis=0)).all()


def test_no_more_leave_is_moved_than_there_is():
    """Three people in each of two pools: one more of each is on leave, for ten hours."""
    scenario, policy = prepare(agent_h=30.0, gives_h=20.5, gives_within_h=10.0)
    with pytest.raises(InputError, match=r"gives 20.5 h, but 20 are on leave or in training"):
        lower(scenario, policy)
