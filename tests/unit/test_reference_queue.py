"""Order of work, by hand: who is served when, by whom (``sim/MODEL.md`` 4.1 to 4.4)."""

import numpy as np
import pytest
from hand import play, to_ms


def at(*minutes, **more):
    return [{"at": minute} | more for minute in minutes]


def test_first_come_first_served_by_one_agent():
    played = play(at(0, 1, 25))
    assert played.starts == [0, 10, 25]
    assert played.replies == [10, 20, 35]
    assert played.closed == [10, 20, 35]


def test_two_agents_work_side_by_side():
    assert play(at(0, 1, 2, 3), staff={0: 2}).starts == [0, 1, 10, 11]


def test_arrivals_of_one_instant_are_served_in_their_order():
    assert play(at(5, 5, 5)).starts == [5, 15, 25]


def test_an_agent_who_is_done_is_free_for_an_arrival_of_the_same_instant():
    """Rank 3 before rank 5: the second customer finds the agent free, not the queue."""
    played = play(at(0, 10))
    assert played.starts == [0, 10]
    assert list(played.run.turn_ready_ms) == [0, to_ms(10)]


def test_class_one_overtakes_class_two_and_nobody_is_stopped():
    classes = np.array([[[2, 2], [2, 2]], [[1, 1], [1, 1]]])
    mentions = [*at(0, 1, 2), {"at": 9, "topic": 1}]
    played = play(mentions, topics=2, routing={"class_of": classes})
    assert played.starts == [0, 20, 30, 10]


def test_influential_authors_form_a_class():
    classes = np.array([[[2, 2], [1, 1]]])
    mentions = [*at(0, 1), {"at": 2, "influence": 5.0}]
    played = play(mentions, routing={"class_of": classes, "influence_at_least": 5.0})
    assert played.starts == [0, 20, 10]


@pytest.mark.parametrize(("returning", "second"), [(1, 70), (2, 80)])
def test_returning_customers_go_first_only_where_their_class_says_so(returning, second):
    """Reply at 10, thinking until 68, when another waits since 65 for an agent busy until 70."""
    classes = np.array([[[2, returning], [2, returning]]])
    mentions = [{"resolved": (False, True), "think": 58}, *at(60, 65)]
    played = play(mentions, routing={"class_of": classes})
    assert [turn[:2] for turn in played.turns[0]] == [(0, 10), (second, second + 10)]
    assert played.starts[2] == (80 if second == 70 else 70)


def test_due_time_of_a_later_turn_counts_from_its_coming_back():
    """Promise 30: back at 70 is due at 100; who first posted at 69 is due at 99."""
    mentions = [{"resolved": (False, True)}, {"at": 65}, {"at": 69}]
    by_due = {"due_order": True, "promise_ms": to_ms(30)}
    played = play(mentions, routing=by_due)
    assert played.starts == [0, 65, 75]
    assert played.turns[0][1][:2] == (85, 95)


def test_a_transferred_case_keeps_its_due_time():
    """Fcfs counts from the second wait (13), the promise from the first post (1)."""
    mentions = [{"work": 30}, {"at": 1, "pool": 1}, {"at": 2}]
    fcfs = play(mentions, pools=2)
    assert (fcfs.starts[2], fcfs.starts[1]) == (30, 40)
    by_due = play(mentions, pools=2, routing={"due_order": True})
    assert (by_due.starts[1], by_due.starts[2]) == (30, 40)


def test_of_equal_due_times_the_first_posted_is_served_first_though_it_joined_last():
    """Both posted at 1; the second waits in pool 0 since then, the first comes over at 4."""
    mentions = [{"work": 30}, {"at": 1, "pool": 1}, {"at": 1}]
    played = play(mentions, pools=2, routing={"due_order": True})
    assert played.starts[1:] == [30, 40]


def test_the_wrong_pool_hands_over_and_the_case_waits_once_more():
    """Pool 1 takes 3 min to hand over; pool 0 is busy until 10."""
    played = play([{}, {"at": 1, "pool": 1}, {"at": 2, "topic": 1}], pools=2, topics=2)
    assert played.turns[1] == [(10, 20, 0, 2)]
    assert played.turns[2] == [(4, 14, 1, 2)]
    assert played.run.busy_ms[1, 0] == to_ms(3 + 10)
    assert list(played.run.turn_ready_ms) == [0, to_ms(1), to_ms(2)]


def test_a_case_overflows_when_it_has_waited_long_enough():
    """Pool 1 is idle all the time and may help from minute 1 + 5 on."""
    overflow = {"overflow_ms": to_ms(5)}
    played = play([{"work": 60}, {"at": 1}], pools=2, routing=overflow)
    assert played.turns[1] == [(6, 16, 1, 2)]


def test_an_agent_who_becomes_free_takes_own_work_before_overdue_work():
    mentions = [{"work": 60}, {"at": 1}, {"at": 2, "topic": 1}, {"at": 8, "topic": 1}]
    played = play(mentions, pools=2, topics=2, routing={"overflow_ms": to_ms(5)})
    assert played.starts == [0, 22, 2, 12]


def test_nobody_helps_with_what_is_not_overdue_though_something_else_is():
    """Pool 2 is free at 10, may help pool 1 alone, whose case of minute 8 is overdue at 13."""
    may_help = np.zeros((3, 3), dtype=bool)
    may_help[1, 2] = True
    busy = [{"topic": pool, "work": work} for pool, work in ((0, 60), (1, 60), (2, 10))]
    mentions = [*busy, {"at": 1}, {"at": 8, "topic": 1}]
    routing = {"overflow_ms": to_ms(5), "overflow_to": may_help}
    assert play(mentions, pools=3, topics=3, routing=routing).starts == [0, 0, 0, 60, 13]


def test_an_arrival_comes_before_a_spell_overdue_at_the_same_instant():
    """At minute 6 the idle agent of pool 1 gets the arrival (rank 5), not the overdue (rank 8)."""
    mentions = [{"work": 60}, {"at": 1}, {"at": 6, "topic": 1}]
    played = play(mentions, pools=2, topics=2, routing={"overflow_ms": to_ms(5)})
    assert played.starts == [0, 16, 6]


def test_who_is_freed_by_a_case_looks_at_others_that_waited_before_it_joins():
    """Two sort until 3, one beyond a cut; the one on duty takes the other pool's case first."""
    first_helps = np.array([[False, False], [True, False]])
    played = play(
        [{"topic": 1}, {"topic": 0}],
        pools=2,
        topics=2,
        staff={0: (2, 0), 2: (1, 0)},
        routing={"sweep_ms": to_ms(1), "overflow_ms": 0, "overflow_to": first_helps},
    )
    assert played.starts == [3, 13]


def test_overflow_respects_who_may_help():
    to = {"overflow_ms": to_ms(5), "overflow_to": np.array([[False, False], [True, False]])}
    assert play([{"work": 60}, {"at": 1}], pools=2, routing=to).starts == [0, 60]


def test_a_case_to_be_handed_over_is_answered_by_its_home_pool_where_that_helps():
    """Waiting in pool 1, whose agent is busy; overdue at 6 it goes to its home pool 0 directly."""
    mentions = [{"topic": 1, "work": 60}, {"at": 1, "pool": 1}]
    played = play(mentions, pools=2, topics=2, routing={"overflow_ms": to_ms(5)})
    assert played.turns[1] == [(6, 16, 0, 2)]
    assert played.run.busy_ms[1].sum() == to_ms(60)


def test_a_pool_at_its_limit_takes_no_new_case_until_one_is_dormant():
    """One open case an agent: the customer thinks from 10, is dormant from 40."""
    limit = {"max_open": 1.0, "reads_open": True}
    played = play([{"resolved": (False, True)}, {"at": 5, "work": 60}], routing=limit)
    assert played.starts == [0, 40]
    assert played.turns[0][1] == (100, 110, 0, 2)


def test_a_pool_at_its_limit_still_takes_those_who_come_back():
    limit = {"max_open": 1.0, "reads_open": True, "dormant_ms": to_ms(1000)}
    played = play([{"resolved": (False, True)}, {"at": 5}], routing=limit)
    assert played.turns[0][1][:2] == (70, 80)
    assert played.starts[1] == 80


def test_open_cases_slow_the_work_down():
    """1 + .5 (open - 1), at most 1.6: the third of three open cases takes 16 min, not 20."""
    slow = {"slow_down_slope": 0.5, "slow_down_max": 1.6, "reads_open": True}
    played = play(at(0, 0, 0), routing=slow)
    assert played.turns == [[(0, 10, 0, 2)], [(10, 25, 0, 2)], [(25, 35, 0, 2)]]
    assert play(at(0, 0, 0, 5), routing=slow).turns[1] == [(10, 26, 0, 2)]


def test_continuity_keeps_a_customer_for_the_agent_who_knows_the_case():
    """Agent 0 answered; at 70 he is busy until 90 while agent 1 is idle."""
    mentions = [{"resolved": (False, True)}, {"at": 60, "work": 30}]
    alone = play(mentions, staff={0: 2}, cut=1)
    assert alone.turns[0][1][:2] == (70, 80)
    kept = play(mentions, staff={0: 2}, cut=1, routing={"continuity": True})
    assert kept.turns[0][1][:2] == (90, 100)


def test_an_own_list_goes_to_the_queue_when_its_agent_leaves():
    """The case of agent 1 waits for him; he goes off duty at 80 and agent 0 takes over."""
    mentions = [{"work": 200}, {"at": 1, "resolved": (False, True)}, {"at": 60, "work": 90}]
    mentions[0]["work"] = 85
    staff = {0: 2, 80: 1}
    played = play(mentions, staff=staff, cut=1, routing={"continuity": True})
    assert played.turns[1][0] == (1, 11, 0, 2)
    assert played.turns[2] == [(60, 150, 0, 2)]
    assert played.turns[1][1] == (85, 95, 0, 2)


def test_a_false_alarm_takes_the_time_of_triage_and_leaves_no_turn():
    played = play([{"actionable": False}, {"at": 1}])
    assert played.turns == [[], [(2, 12, 0, 2)]]
    assert played.closed == [2, 12]
    assert not played.run.joined[0]


def test_what_triage_misses_is_never_answered():
    played = play([{"detected": False}, {"at": 1}])
    assert played.starts == [None, 1]


def test_without_a_ticket_system_agents_sweep_and_read_everything():
    """Sweep at 15: three to read, 2 min each, before any reply; the second is no case."""
    mentions = [*at(0, 3), {"at": 4, "actionable": False, "detected": False}]
    played = play(mentions, routing={"sweep_ms": to_ms(15)})
    assert played.starts == [21, 31, None]
    assert played.run.busy_ms[0, 0] == to_ms(3 * 2 + 2 * 10)


def test_a_mention_at_the_instant_of_a_sweep_is_seen():
    assert play(at(15, 16), routing={"sweep_ms": to_ms(15)}).starts == [17, 32]


def test_sweeps_go_on_after_the_horizon_until_all_is_seen():
    """Swept at 150, read until 152 and 154; the run is over when the last reply is begun."""
    played = play(at(118, 119), hours=2, routing={"sweep_ms": to_ms(50)})
    assert played.starts == [154, 164]
    assert played.ended == 164


# ---- two events of one instant ----


def test_dormancy_comes_before_an_arrival_of_the_same_instant():
    """Dormant at 40, then one of a better class arrives: too late for who waits since 5."""
    limit = {"max_open": 1.0, "reads_open": True}
    classes = np.array([[[2, 2], [2, 2]], [[1, 1], [1, 1]]])
    mentions = [{"resolved": (False, True), "think": 500}, {"at": 5}, {"at": 40, "topic": 1}]
    played = play(mentions, topics=2, routing=limit | {"class_of": classes})
    assert played.starts == [0, 40, 50]


def test_who_comes_back_is_served_before_a_spell_becomes_overdue():
    """At 70 the idle agent of pool 1 gets the one who comes back there, not the overdue one."""
    mentions = [
        {"topic": 1, "resolved": (False, True)},
        {"at": 60, "work": 60},
        {"at": 65},
    ]
    played = play(mentions, pools=2, topics=2, routing={"overflow_ms": to_ms(5)})
    assert played.turns[0][1] == (70, 80, 1, 2)
    assert played.turns[2] == [(80, 90, 1, 2)]


def test_a_sweep_comes_before_who_comes_back():
    """Read from 5 to 7, back at 70: the sweep of 70 has the agent read for two minutes first."""
    mentions = [{"resolved": (False, True), "think": 53}, {"at": 66}]
    played = play(mentions, routing={"sweep_ms": to_ms(5)})
    assert played.turns[0] == [(7, 17, 0, 2), (72, 82, 0, 2)]
    assert played.starts[1] == 82
