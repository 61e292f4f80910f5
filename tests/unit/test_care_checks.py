"""The invariants notice what breaks them: spoil a good run in one place, see it told."""

import numpy as np
import pytest
from hand import make_hand_draws, make_hand_tables
from oracles.invariants import check_run

from sim.care.reference.engine import run_reference


def play():
    """One agent; a reply, a silent leaver, an unborn child, a customer who writes twice."""
    tables = make_hand_tables(staff={0: 1})
    mentions = [
        {"resolved": (False, True)},
        {"at": 1, "patience": 4, "silent": True},
        {"at": 30, "parent": 0, "u_spread": 0.9},
        {"at": 40},
        {"at": 41},
    ]
    draws = make_hand_draws(mentions, tables, [])
    return tables, draws, run_reference(tables, draws)


def spoil(run, field, place, value):
    """Return the run with one number changed."""
    column = getattr(run, field).copy()
    column[place] = value
    return run._replace(**{field: column})


def test_a_good_run_is_good():
    tables, draws, run = play()
    assert check_run(tables, draws, run) == []


@pytest.mark.parametrize(
    ("field", "place", "value", "told"),
    [
        ("real", 0, False, "not real"),
        ("joined", 2, True, "an unreal mention acts"),
        ("left_ms", 3, 2_500_000, "both answered and left: mention 3"),
        ("first_start_ms", 3, 2_000_000, "a negative wait: mention 3"),
        ("first_reply_ms", 3, 2_399_999, "answered before it was begun: mention 3"),
        ("first_touch_ms", 3, -1, "answered, not touched"),
        ("first_effort", 3, -1, "a first reply without level"),
        ("joined", 3, False, "never joined"),
        ("closed_ms", 3, -1, "resolved and not closed: mention 3"),
        ("followed_up", 1, True, "followed up and not resolved"),
        ("capped", 3, True, "capped and resolved"),
        ("reposted", 3, True, "posts again and cannot"),
        ("turns", 3, 2, "turns do not fit their rows: mention 3"),
        ("effort", 3, 3, "another level"),
        ("turn_start_ms", 3, 2_399_999, "a negative wait: turn 3"),
        ("turn_end_ms", 3, 2_400_000, "a reply without duration: turn 3"),
        ("turn_pool", 3, -1, "a reply by nobody: turn 3"),
        ("turn_effort", 3, 4, "no level: turn 3"),
        ("turn_number", 1, 2, "out of order"),
        ("turn_mention", 3, 0, "out of order"),
        ("turn_start_ms", 4, 2_460_000, "more at work than on duty"),
        ("busy_ms", (0, 0), 0, "replies by idle agents"),
        ("busy_ms", (0, 5), 1, "do not sum to handling times"),
        ("overtime_ms", (0, 0), -1, "overtime is no part of the work"),
        ("overtime_ms", (0, 0), 1, "overtime is not work above the schedule"),
    ],
)
def test_each_spoiling_is_told(field, place, value, told):
    tables, draws, run = play()
    lines = check_run(tables, draws, spoil(run, field, place, value))
    assert any(told in line for line in lines), lines


def test_overtaking_in_a_class_is_told():
    """Mentions 3 and 4 change places."""
    tables, draws, run = play()
    rows = np.flatnonzero(np.isin(run.turn_mention, (3, 4)))
    start, end = run.turn_start_ms.copy(), run.turn_end_ms.copy()
    start[rows], end[rows] = start[rows[::-1]], end[rows[::-1]]
    lines = check_run(tables, draws, run._replace(turn_start_ms=start, turn_end_ms=end))
    assert "overtaken in its class: mention 4" in lines


def test_a_reply_by_an_empty_pool_is_told():
    tables, draws, run = play()
    staff = tables.staff._replace(agents=np.zeros((1, 1), np.int64))
    lines = check_run(tables._replace(staff=staff), draws, run)
    assert "a reply by nobody in pool 0: start 0" in lines


def test_the_end_must_lie_in_the_drain():
    tables, draws, run = play()
    assert check_run(tables, draws, run._replace(ended_ms=1))[0].startswith("the run ends outside")
