"""Patience, bots, turns and spreading, by hand (``sim/MODEL.md`` 3, 4.2, 4.5, 4.6, 4.9)."""

import numpy as np
import pytest
from hand import play, to_ms

NO_LIMIT = {"hours": 48}


# ---- patience ----


def test_a_silent_leaver_costs_work_and_reads_nothing():
    """Gone at 5; the agent begins at 10 all the same; nothing counts as an answer."""
    played = play([{}, {"at": 1, "patience": 4, "silent": True}, {"at": 2}])
    assert played.left[1] == 5
    assert played.turns[1] == [(10, 20, 0, 2)]
    assert (played.starts[1], played.replies[1], played.closed[1]) == (None, None, 20)
    assert not played.run.resolved[1]
    assert (played.run.pool[1], played.run.effort[1], played.run.turns[1]) == (-1, 2, 1)
    assert played.starts[2] == 20


def test_a_visible_leaver_makes_room_at_once():
    played = play([{}, {"at": 1, "patience": 4}, {"at": 2}])
    assert played.left[1] == 5
    assert played.turns[1] == []
    assert played.closed[1] is None
    assert played.starts[2] == 10


def test_patience_that_ends_when_an_agent_becomes_free_ends_first():
    """Rank 0 before rank 3."""
    assert play([{}, {"at": 1, "patience": 9}]).starts == [0, None]
    assert play([{}, {"at": 1, "patience": 9.001}]).starts == [0, 10]


def test_patience_counts_to_the_start_of_the_reply():
    played = play([{"patience": 1}])
    assert (played.left, played.replies) == ([None], [10])


def test_who_posts_again_is_the_same_case_with_fresh_patience_and_a_better_class():
    """Left at 5, again at 20 with 15 more minutes; served at 30 before who waits since 2."""
    mentions = [
        {"work": 30},
        {"at": 1, "patience": 4, "reposts": True, "repost_after": 15, "patience_again": 15},
        {"at": 2},
    ]
    played = play(mentions, routing={"class_of": np.full((1, 2, 2), 2)})
    assert played.starts == [0, 30, 40]
    assert played.left[1] is None
    assert played.run.reposted[1]
    assert list(played.run.turn_ready_ms) == [0, to_ms(1), to_ms(2)]


def test_fresh_patience_comes_once():
    again = {"patience": 4, "reposts": True, "repost_after": 15, "patience_again": 5}
    played = play([{"work": 60}, {"at": 1, **again}])
    assert played.left[1] == 25
    assert played.starts[1] is None


AGAIN = {"resolved": (False, True), "think": 20, "later_patience": 15}
"""Answered at 10, back at 30 with 15 minutes of patience."""


def test_who_gives_up_in_a_thread_leaves_as_before_the_first_reply():
    """Back at 30, the agent is busy from 10 to 60: gone at 45, for all to see or silently."""
    others = [{"at": 1, "work": 50}, {"at": 50, "work": 5}]
    visible = play([AGAIN, *others])
    assert (visible.replies[0], visible.left[0], visible.closed[0]) == (10, 45, None)
    assert visible.turns[0] == [(0, 10, 0, 2)]
    assert visible.starts[2] == 60
    silent = play([AGAIN | {"silent": True}, *others])
    assert (silent.replies[0], silent.left[0], silent.closed[0]) == (10, 45, 70)
    assert silent.turns[0] == [(0, 10, 0, 2), (60, 70, 0, 2)]
    assert silent.starts[2] == 70
    for played in (visible, silent):
        assert played.run.resolved.tolist() == [False, True, True]


def test_patience_in_a_thread_ends_before_what_else_happens_at_its_instant():
    """Rank 0 before rank 3: who is free at 45 comes too late; with a millisecond more in time.

    It counts to the start of the reply, so the second message's, which would end at 50 while the
    customer thinks, is over; the third has its own.
    """
    busy = {"at": 1, "work": 35}
    assert play([AGAIN, busy]).left[0] == 45
    late = play([AGAIN | {"later_patience": 15.001}, busy])
    assert (late.left[0], late.turns[0]) == (None, [(0, 10, 0, 2), (45, 55, 0, 2)])
    longer = {"resolved": (False, False, True), "later_patience": (None, 20, 5)}
    third = play([AGAIN | longer, {"at": 1, "work": 26}, {"at": 50, "work": 60}])
    assert [end for _, end, *_ in third.turns[0]] == [10, 46]
    assert third.left[0] == 71


def test_who_gives_up_in_a_thread_may_post_again():
    """Gone at 45, again at 55 with fresh patience; served at 60 in the same thread."""
    again = {"reposts": True, "repost_after": 10, "patience_again": 15}
    played = play([AGAIN | again, {"at": 1, "work": 50}])
    assert played.turns[0] == [(0, 10, 0, 2), (60, 70, 0, 2)]
    assert (played.left[0], played.closed[0]) == (None, 70)
    assert played.run.turn_ready_ms.tolist() == [0, to_ms(30), to_ms(1)]
    assert play([AGAIN | again | {"patience_again": 5}, {"at": 1, "work": 50}]).left[0] == 60


def test_a_case_that_a_bot_had_solved_has_patience_when_it_opens_again():
    reopens = {"levels": {"effort": np.zeros((1, 4), np.int8), "reopen_p": np.ones(4)}}
    mention = {"at": 1, "reopen_after": 29, "u_reopen": 0.0, "later_patience": 15}
    played = play([mention, {"at": 0, "resolved": False, "work": 90}], **reopens)
    assert played.left[0] == pytest.approx(45, abs=1e-4)
    assert played.turns[0] == [(1, 1 + 1 / 60_000, -1, 0)]


def test_giving_up_in_a_thread_makes_room_under_the_limit_of_open_cases():
    """Back at 30 in the list of agent 0, who is busy with the second case.

    With one open case an agent nobody may begin the third, though agent 1 is free, until the first
    gives up at 45.
    """
    limit = {"max_open": 1.0, "reads_open": True, "continuity": True}
    played = play([AGAIN, {"at": 11, "work": 60}, {"at": 35}], routing=limit, staff={0: 2}, cut=1)
    assert (played.left[0], played.starts) == (45, [0, 11, 45])


def test_a_stopped_later_reply_gives_back_the_patience_that_was_left():
    """Begun at 30, stopped at 35 with 15 minutes left: gone at 50."""
    played = play([AGAIN], cut=2, staff={0: 1, 35: 0, 55: 1})
    assert (played.left[0], played.closed[0]) == (50, None)
    kept = play([AGAIN], cut=2, staff={0: 1, 35: 0, 49: 1})
    assert (kept.left[0], kept.closed[0]) == (None, 54)


def test_who_leaves_during_a_transfer_is_dropped_after_it_and_posts_again_at_home():
    """Handed over 0 to 3, gone at 2, again at 10: in pool 0 at once, no second transfer."""
    mention = {"pool": 1, "patience": 2, "reposts": True, "repost_after": 8}
    played = play([mention], pools=2)
    assert played.turns == [[(10, 20, 0, 2)]]
    gone = play([{"pool": 1, "patience": 2}], pools=2)
    assert gone.turns == [[]]
    assert gone.run.busy_ms[1].sum() == to_ms(3)


def test_who_leaves_before_the_sweep_joins_only_when_posting_again():
    """Gone at 5, read at 15 to 17 and dropped; posts again at 35 and needs no triage then."""
    mention = {"patience": 5, "reposts": True, "repost_after": 30}
    played = play([mention], routing={"sweep_ms": to_ms(15)})
    assert played.starts == [35]
    assert played.run.busy_ms[0, 0] == to_ms(2 + 10)


def test_a_topic_that_is_not_answered_has_no_patience():
    played = play([{"patience": 5}], levels={"effort": np.full((1, 4), -1, np.int8)})
    assert (played.left, played.starts) == ([None], [None])
    assert not played.run.joined[0]


# ---- the bot ----

BOT = {"effort": np.zeros((1, 4), np.int8)}


def test_a_bot_that_resolves_answers_in_a_millisecond():
    played = play([{"at": 1}], levels=BOT)
    assert list(played.run.first_start_ms) == list(played.run.first_reply_ms) == [to_ms(1) + 1]
    assert list(played.run.closed_ms) == [to_ms(1) + 1]
    assert played.run.turn_pool[0] == -1
    assert played.run.busy_ms.sum() == 0


def test_a_bot_that_does_not_resolve_stretches_patience_and_leaves_the_case_to_a_person():
    """4 minutes left at 1, doubled: gone at 9 instead of 5. The agent is busy until 8, or 10."""
    bot = BOT | {"auto_stretch": 2.0, "after_auto": 3}
    unsolved = {"at": 1, "patience": 4, "resolved": False, "writes_again": False}
    first = {"resolved": False, "writes_again": False}
    served = play([first | {"work": 8}, unsolved], levels=bot)
    assert served.starts == [0, 8]
    assert served.turns[1][1] == (8, 18, 0, 3)
    assert served.run.first_touch_ms[1] == to_ms(1) + 1
    assert served.run.first_effort[1] == 3
    assert play([first, unsolved], levels=bot).left == [None, 9]


def test_a_bot_does_not_speak_to_who_has_left():
    """Silently gone at 5, read from 15 to 17: only a person replies, to nobody."""
    mention = {"patience": 5, "silent": True}
    played = play([mention], levels=BOT, routing={"sweep_ms": to_ms(15)})
    assert played.turns == [[(17, 27, 0, 2)]]


def test_a_case_that_a_bot_resolved_may_reopen():
    levels = BOT | {"reopen_p": np.array([0.5, 0.0, 0.0, 0.0])}
    played = play([{"u_reopen": 0.4, "reopen_after": 30}], levels=levels)
    person = played.turns[0][1]
    assert person[0] == pytest.approx(30, abs=1e-3)
    assert played.run.reopened[0] == 1
    assert played.run.first_effort[0] == 0
    assert played.run.resolved[0]


# ---- turns ----


def test_a_customer_writes_again_after_thinking():
    played = play([{"resolved": (False, True), "think": 25, "work": (10, 4)}])
    assert played.turns == [[(0, 10, 0, 2), (35, 39, 0, 2)]]
    assert played.run.resolved[0]
    assert (played.replies, played.closed) == ([10], [39])
    assert list(played.run.turn_ready_ms) == [0, to_ms(35)]


def test_a_customer_may_give_up_unresolved():
    played = play([{"resolved": False, "writes_again": False}])
    assert (played.closed, played.run.capped[0]) == ([10], False)


def test_the_last_turn_closes_the_case():
    played = play([{"resolved": False, "think": 5}])
    assert [turn[:2] for turn in played.turns[0]] == [(0, 10), (15, 25), (30, 40)]
    assert played.run.capped[0]
    assert (played.closed, played.run.resolved[0]) == ([40], False)


def test_a_resolved_case_may_reopen_and_count_as_unresolved_until_answered():
    levels = {"reopen_p": np.array([0.0, 0.0, 0.3, 0.0])}
    mention = {"u_reopen": (0.2, 0.9), "reopen_after": 50}
    played = play([mention], levels=levels)
    assert [turn[:2] for turn in played.turns[0]] == [(0, 10), (60, 70)]
    assert (played.closed, played.run.reopened[0]) == ([70], 1)
    never = play([mention | {"u_reopen": 0.4}], levels=levels)
    assert never.closed == [10]


def test_a_follow_up_takes_time_and_keeps_cases_closed():
    """5 more minutes; reopening below .3 x .5."""
    levels = {
        "reopen_p": np.array([0.0, 0.0, 0.3, 0.0]),
        "follow_up": np.ones((1, 4), np.bool_),
        "follow_up_share": 0.6,
    }
    reopens = {"u_reopen": (0.2, 0.9)}
    followed = play([reopens | {"u_follow": 0.5}], levels=levels)
    assert followed.turns[0] == [(0, 15, 0, 2)]
    assert followed.run.followed_up[0]
    alone = play([reopens | {"u_follow": 0.7}], levels=levels)
    assert [turn[:2] for turn in alone.turns[0]] == [(0, 10), (70, 80)]


def test_the_level_stretches_the_work_and_decides_what_resolves():
    levels = {
        "effort": np.full((1, 4), 3, np.int8),
        "work_factor": np.array([[[0.0], [0.65], [1.0], [1.6]]]),
        "resolve_p": np.array([[[0.0], [0.0], [0.0], [1.0]]]),
    }
    played = play([{"resolved": False}], levels=levels)
    assert played.turns == [[(0, 16, 0, 3)]]
    assert played.run.resolved[0]


def test_phases_of_an_announced_event_choose_the_level():
    """Ahead from 60 (lead 2 h before 3 h), surge from 180, recovery from 240, calm from 300."""
    phases = {
        "announced": np.array([True]),
        "earliest_ms": np.array([to_ms(180)]),
        "latest_ms": np.array([to_ms(180)]),
        "announced_ms": np.array([to_ms(6000)]),
        "surge_ms": np.array([to_ms(60)]),
        "recovery_ms": np.array([to_ms(120)]),
        "lead_ms": to_ms(120),
    }
    levels = {"effort": np.array([[2, 3, 1, 0]], np.int8), "after_auto": 2}
    times = (0, 59, 60, 179, 180, 239, 240, 299, 300)
    mentions = [{"at": time, "work": 0.1} for time in times]
    played = play(mentions, event_min=[180], phases=phases, levels=levels)
    assert [turns[-1][3] for turns in played.turns] == [2, 2, 3, 3, 1, 1, 0, 0, 2]


# ---- spreading ----


@pytest.mark.parametrize(
    ("arrives", "u_spread", "is_real"),
    [(9.9, 0.99, True), (10, 0.2, False), (10, 0.05, True), (50, 0.2, False)],
)
def test_a_child_is_born_unless_its_parent_was_answered_by_then(arrives, u_spread, is_real):
    """Answered at 10 at the standard level, residual spread .1; the very instant counts as sent."""
    child = {"at": arrives, "parent": 0, "u_spread": u_spread}
    played = play([{}, child])
    assert bool(played.run.real[1]) == is_real


def test_children_of_unborn_children_are_not_born():
    child = {"at": 20, "parent": 0, "u_spread": 0.5}
    played = play([{}, child, {"at": 30, "parent": 1, "u_spread": 0.0}])
    assert list(played.run.real) == [True, False, False]


def test_a_reply_to_nobody_holds_no_child_back():
    parent = {"at": 1, "patience": 4, "silent": True}
    played = play([{}, parent, {"at": 30, "parent": 1, "u_spread": 0.99}])
    assert played.turns[1] == [(10, 20, 0, 2)]
    assert played.run.real[2]


def test_an_auto_reply_that_did_not_resolve_spreads_as_such_until_a_person_replies():
    """Residual spread .9 after the bot, .1 after the person's reply at 10."""
    parent = {"resolved": False, "writes_again": False}
    children = [{"at": at, "parent": 0, "u_spread": 0.5, "detected": False} for at in (5, 10)]
    late = {"at": 5, "parent": 0, "u_spread": 0.95, "detected": False}
    played = play([parent, children[0], late, children[1]], levels=BOT)
    assert list(played.run.real) == [True, True, False, False]
