"""Cuts, surge crew, drain and bookkeeping, by hand (``sim/MODEL.md`` 4.7, 4.8, 4.10)."""

import numpy as np
import pytest
from hand import play, to_ms

IDLE_FIRST, AS_SCHEDULED, PREEMPT = 0, 1, 2


def at(*minutes, **more):
    return [{"at": minute} | more for minute in minutes]


# ---- cuts ----


@pytest.mark.parametrize(
    ("cut", "replies", "third"),
    [(IDLE_FIRST, [30, 40], 40), (AS_SCHEDULED, [30, 40], 30), (PREEMPT, [30, 50], 50)],
)
def test_the_three_cuts(cut, replies, third):
    """Agents 0 and 1 work until 30 and 40; at 20 one goes off duty; the third waits since 25.

    Idle first: work begins when less than one is busy. As scheduled: agent 0 stays and takes
    it at 30. Preempt: agent 1 stops at 20 with 20 left, which come before the third.
    """
    mentions = [{"work": 30}, {"work": 40}, {"at": 25}]
    played = play(mentions, staff={0: 2, 20: 1}, cut=cut)
    assert played.replies[:2] == replies
    assert played.starts[2] == third


def test_the_highest_number_leaves_even_if_a_lower_one_is_idle():
    """As scheduled: agent 0 is idle at the cut and takes the next, agent 1 finishes."""
    mentions = [{"work": 5}, {"work": 60}, {"at": 25}]
    assert play(mentions, staff={0: 2, 20: 1}, cut=AS_SCHEDULED).starts == [0, 0, 25]
    assert play(mentions, staff={0: 2, 20: 1}, cut=IDLE_FIRST).starts == [0, 0, 60]


def test_stopped_work_goes_on_before_all_others_with_what_is_left():
    """Both stop at 20 with 40 and 10 left; agent 1 stops first, so agent 0's case is first."""
    mentions = [{"work": 60}, {"work": 30}, {"at": 5}]
    played = play(mentions, staff={0: 2, 20: 0, 100: 1}, cut=PREEMPT)
    assert played.replies == [140, 150, 160]
    assert played.starts == [0, 0, 150]
    assert played.run.busy_ms.sum() == to_ms(60 + 30 + 10)


def test_stopped_work_is_gone_on_with_at_once_where_somebody_is_idle():
    """Agent 0 is idle, so nobody is beyond one on duty and nothing stops."""
    played = play([{"work": 5}, {"work": 60}], staff={0: 2, 20: 1}, cut=PREEMPT)
    assert played.replies == [5, 60]


def test_patience_runs_on_where_a_first_reply_is_stopped():
    """Begun at 10 with 20 of 30 minutes left, stopped at 15: gone at 35, before 100."""
    mentions = [{"work": 10}, {"patience": 30, "work": 60}]
    played = play(mentions, staff={0: 1, 15: 0, 100: 1}, cut=PREEMPT)
    assert played.starts == [0, 10]
    assert played.left == [None, 35]
    assert played.run.turns[1] == 1
    assert played.turns[1] == []


def test_work_that_ends_at_the_instant_of_the_cut_has_nothing_left():
    """Rank 2 before rank 3: stopped with nothing to do, done as soon as taken up."""
    played = play([{"work": 20}], staff={0: 1, 20: 0, 50: 1}, cut=PREEMPT)
    assert played.turns == [[(0, 50, 0, 2)]]
    assert played.run.busy_ms.sum() == to_ms(20)


def test_work_is_counted_by_the_interval_in_which_it_happens():
    played = play([{"at": 50, "work": 80}], hours=2)
    assert played.run.busy_ms.tolist() == [[to_ms(10), to_ms(60), to_ms(10)]]


# ---- overtime ----


def overtime_min(played):
    return (played.run.overtime_ms / to_ms(1)).tolist()


def test_work_beyond_the_shift_is_overtime_hour_by_hour():
    """A case of 100 minutes begun at 50, the shift ends at 60: 60 and 30 minutes too long."""
    played = play([{"at": 50, "work": 100}], staff={0: 1, 60: 0}, hours=4)
    assert overtime_min(played) == [[0, 60, 30, 0, 0]]


@pytest.mark.parametrize(
    ("cut", "hours"),
    [(IDLE_FIRST, [10, 0, 0]), (AS_SCHEDULED, [20, 0, 0]), (PREEMPT, [0, 0, 0])],
)
def test_overtime_of_the_three_cuts(cut, hours):
    """Agents 0 and 1 work until 30 and 40; at 20 one goes off duty; the third waits since 25.

    Idle first: two are at work until 30, one too many. As scheduled: it is agent 1 who should be
    gone and works until 40. Preempt: he stops.
    """
    mentions = [{"work": 30}, {"work": 40}, {"at": 25}]
    played = play(mentions, staff={0: 2, 20: 1}, cut=cut, hours=2)
    assert overtime_min(played) == [hours]


def test_who_is_called_back_works_no_overtime():
    """One of two should be gone from 20 to 35; both work until 50."""
    played = play([{"work": 50}, {"work": 50}], staff={0: 2, 20: 1, 35: 2}, hours=2)
    assert overtime_min(played) == [[15, 0, 0]]


def test_who_is_idle_goes_before_anybody_works_overtime():
    """At the cut agent 0 is idle and agent 1 busy: the idle one goes, unless shifts have names."""
    mentions, staff = [{"work": 5}, {"work": 50}], {0: 2, 20: 1}
    assert overtime_min(play(mentions, staff=staff, hours=2)) == [[0, 0, 0]]
    named = play(mentions, staff=staff, hours=2, cut=AS_SCHEDULED)
    assert overtime_min(named) == [[30, 0, 0]]


def test_the_crew_on_duty_works_no_overtime_and_its_work_after_it_left_is():
    """As below: the crew goes at 195 with work until 275; the agent is busy until 200."""
    mentions = at(0, 1, 2, 3, 4, 5, work=100)
    played = play(mentions, crew=CREW | {"off_below": 3.0})
    assert played.run.overtime_ms.sum() == to_ms(200 - 195)


def test_work_after_the_end_is_overtime_where_the_shift_is_over():
    """The horizon ends at 60 with the shift, or with somebody there."""
    late = play([{"at": 50, "work": 30}], staff={0: 1, 60: 0}, hours=1)
    assert overtime_min(late) == [[0, 20]]
    assert overtime_min(play([{"at": 50, "work": 30}], hours=1)) == [[0, 0]]


# ---- trigger and crew ----

CREW = {"surge_agents": [1], "off_below": 1.0}


def test_too_many_waiting_call_the_crew():
    """Four wait at the check of 15 (above 2 and above 4 x .5): one more comes at 75 for 2 h.

    At 195 one still waits, which is not below 1: stays until the check of 210.
    """
    mentions = at(0, 1, 2, 3, 4, work=100)
    played = play(mentions, crew=CREW)
    assert played.starts == [0, 75, 100, 175, 200]
    assert played.run.surge_ms.sum() == to_ms(210 - 75)


def test_the_crew_stays_until_a_check_finds_the_trigger_off():
    """At 180 two wait, below 3: off; at 195 the least stay is over: the crew goes.

    The reply in its hand ends at 275; one agent is on duty and busy less than one from then on.
    """
    mentions = at(0, 1, 2, 3, 4, 5, work=100)
    played = play(mentions, crew=CREW | {"off_below": 3.0})
    assert played.starts == [0, 75, 100, 175, 275, 375]
    assert played.run.surge_ms.sum() == to_ms(195 - 75)


def test_a_crew_without_hours_is_not_called_and_one_that_runs_out_goes():
    mentions = at(0, 1, 2, 3, 4, work=100)
    none = play(mentions, crew=CREW | {"surge_limit_ms": to_ms(119)})
    assert none.starts == [0, 100, 200, 300, 400]
    short = play(at(*range(12), work=100), crew=CREW | {"surge_limit_ms": to_ms(150)})
    assert short.run.surge_ms.sum() == to_ms(150)


def test_the_trigger_is_armed_only_some_time_after_opening():
    """Nobody until 60; armed from 105 on: called at the check of 105, there at 165."""
    mentions = at(0, 1, 2, 3, 4, 5, work=100)
    played = play(mentions, staff={0: 0, 60: 1}, crew=CREW | {"armed_ms": to_ms(45)})
    assert played.starts[:3] == [60, 160, 165]


def test_volume_alone_can_call_the_crew():
    """Three in the half hour before 30, above 2 and above 2 x 1 expected: there from 31 on.

    Off at 45; the least stay ends at 151, the next check is at 165.
    """
    crew = CREW | {
        "waiting_at_least": 1e9,
        "volume_factor": 2.0,
        "volume_at_least": 2.0,
        "surge_delay_ms": to_ms(1),
    }
    played = play(at(0, 1, 29, work=1), crew=crew)
    assert played.run.surge_ms.sum() == to_ms(165 - 31)
    older = play(at(0, 1, 31, work=1), crew=crew)
    assert older.run.surge_ms.sum() == 0


def test_the_trigger_gives_a_surge_then_a_recovery():
    """On at 15, off at 30 (nobody waits); surge until 150, recovery until 870, then calm."""
    levels = {"effort": np.array([[2, 2, 1, 3]], np.int8)}
    mentions = [*at(0, 1, 2, 3, 4, work=4), *at(14, work=2), *at(16, 149, 150, 869, 870, work=1)]
    played = play(
        mentions,
        hours=20,
        levels=levels,
        crew=CREW | {"waiting_at_least": 0.0, "waiting_factor": 0.0, "surge_limit_ms": 0},
    )
    assert [turns[0][3] for turns in played.turns[6:]] == [1, 1, 3, 3, 2]


# ---- begin and end ----


def test_a_backlog_waits_at_the_start():
    assert play(at(0, 0, 0)).starts == [0, 10, 20]


def test_the_run_is_over_when_nobody_waits_after_the_horizon():
    """Arrivals at 119; the last begins at 139, when the run is over; its reply is recorded."""
    played = play(at(119, 119, 119), hours=2)
    assert played.starts == [119, 129, 139]
    assert played.replies == [129, 139, 149]
    assert played.ended == 139


def test_who_still_waits_at_the_end_of_the_drain_is_unanswered():
    played = play(at(119, 119, 119), hours=2, drain=15)
    assert played.starts == [119, 129, None]
    assert played.replies == [129, 139, None]
    assert played.ended == 135


def test_events_of_the_last_instant_still_happen():
    played = play(at(119, 119, 119), hours=2, drain=9)
    assert played.starts == [119, 129, None]
    assert played.ended == 129


def test_nobody_comes_back_after_the_run():
    """Thinking customers do not hold the drain."""
    played = play([{"at": 115, "resolved": False, "think": 10}], hours=2)
    assert played.turns == [[(115, 125, 0, 2)]]
    assert played.ended == 120
    assert played.closed == [None]


def test_staff_after_closing_serves_the_drain():
    played = play(at(118, 119, 119), hours=2, staff={0: 1, 120: 2})
    assert played.starts == [118, 120, 128]


def test_nobody_on_duty_answers_nobody():
    played = play(at(0, 1), staff={0: 0}, drain=60)
    assert played.starts == [None, None]
    assert played.ended == 600 + 60


def test_an_empty_world_ends_at_the_horizon():
    assert play([]).ended == 600
