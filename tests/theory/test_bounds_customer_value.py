"""The worth of a case: its tree by brute force, one turn by hand, and its shape."""

import itertools

import numpy as np
import pytest

from sim.planning.bounds.customer_value import (
    N_SPEEDS,
    NO_GIFT,
    Feeling,
    Gift,
    ServiceKind,
    delay_speeds,
    expect_end,
    tabulate_ends,
    tabulate_worth,
    weigh_ends,
)
from sim.rules.satisfaction import SatisfactionCoefficients, score_speed
from tests.worlds import make_scenario

SCENARIO = make_scenario()
C = SatisfactionCoefficients(
    **{name: float(value) for name, value in SCENARIO.satisfaction.model_dump().items()}
)
FEELING = Feeling(C, np.array([0.5, 0.7, 0.82]), np.array([0.3, 0.6, 0.85]))
KIND = ServiceKind(
    work_min=np.array([2.0, 3.2, 5.1]),
    first_resolve_p=np.tile([0.35, 0.48, 0.6], (2, 1)),
    resolve_p=np.tile([0.39, 0.52, 0.66], (2, 1)),
    reopen_p=np.array([0.3, 0.2, 0.1]),
    again_p=0.6,
    max_turns=2,
    turns_before=0,
    checked=True,
    follow_up_min=1.5,
    follow_up_factor=0.6,
    redress_min=0.0,
)


def play_tree(ends, price, kind, level, choice, forced):
    """Return what one way to play a case of at most two turns is worth, term by term."""
    check, again, back, second, check_2, check_open = choice
    before = kind.turns_before

    def play_second():
        p, turn = kind.resolve_p[0, second], 2 + before
        solved = ends[1 + check_2, second, turn] - price * kind.follow_up_min * check_2
        work = price * kind.work_min[second]
        return p * solved + (1 - p) * ends[0, second, turn] - work

    turn, open_end = 1 + before, ends[0, level, 1 + before]
    factor = kind.follow_up_factor if check else 1.0
    reopen = kind.reopen_p[level] * factor
    solved = ends[1 + check, level, turn]
    reopened = (play_second() if back else open_end) if forced or back else solved
    p = kind.first_resolve_p[0, level]
    if check_open:
        open_end = ends[3, level, turn] - price * kind.follow_up_min
    return (
        p * ((1 - reopen) * solved + reopen * reopened - price * kind.follow_up_min * check)
        + (1 - p) * (1 - kind.again_p) * open_end
        + (1 - p) * kind.again_p * (play_second() if again else open_end)
        - price * kind.redress_min
    )


@pytest.mark.parametrize("gift", [NO_GIFT, Gift(True, 0.9, 0.5, 1.0)])
@pytest.mark.parametrize("turns_before", [0, 1])
@pytest.mark.parametrize("price", [0.0, 0.004, 0.03, 0.2])
def test_a_case_is_worth_the_best_way_to_play_its_tree(price, turns_before, gift):
    """With a gift a check may follow an open case too, and its minutes cost what work costs."""
    kind = KIND._replace(turns_before=turns_before, redress_min=2.0 * gift.given)
    expected = np.array([0.45, 0.7])
    feeling = FEELING._replace(coefficients=C._replace(a_red=0.12))
    ends = tabulate_ends(expected, feeling, 3, 5, turns_before, gift)
    ways_open = (0, 1) if gift.given else (0,)
    choices = list(itertools.product((0, 1), (0, 1), (0, 1), (0, 1, 2), (0, 1), ways_open))
    for place, knot in itertools.product(range(2), range(5)):
        worth = weigh_ends(ends[place, knot], price, kind, np.empty(4))
        for forced, level in itertools.product((0, 1), range(3)):
            ways = [
                play_tree(ends[place, knot], price, kind, level, choice, forced)
                for choice in choices
            ]
            assert worth[forced, level] == pytest.approx(max(ways), abs=1e-12)


def test_one_turn_at_once_by_hand():
    kind = KIND._replace(max_turns=1, checked=False, again_p=0.0)
    ends = tabulate_ends(np.array([0.6]), FEELING, 2, N_SPEEDS, 0, NO_GIFT)
    worth = weigh_ends(ends[0, -1], 0.1, kind, np.empty(4))
    for level in range(3):
        tone = FEELING.friendly_p[level], FEELING.personal_p[level]
        p = kind.first_resolve_p[0, level]
        by_hand = p * expect_end(1.0, 0.6, True, False, *tone, 1, NO_GIFT, C)
        by_hand += (1 - p) * expect_end(1.0, 0.6, False, False, *tone, 1, NO_GIFT, C)
        # the last turn that a case may have never reopens
        assert worth[:, level] == pytest.approx([by_hand, by_hand], abs=1e-14)


def test_work_delays_the_reply_by_its_own_distribution():
    rng = np.random.default_rng(1)
    first_min = rng.lognormal(1.0, 0.8, (3, 400))
    delays = delay_speeds(first_min, C, N_SPEEDS)
    assert delays.sum(axis=2) == pytest.approx(np.ones((3, N_SPEEDS)))
    speeds = np.linspace(0.0, 1.0, N_SPEEDS)
    for knot in (0, 20, 40, N_SPEEDS - 1):
        scale = np.log1p(C.w1_min / C.w0_min)
        wait = C.w0_min * np.expm1((1.0 - speeds[knot]) * scale)
        for level in range(3):
            mean = np.mean([score_speed(wait + m, C.w0_min, C.w1_min) for m in first_min[level]])
            assert delays[level, knot] @ speeds == pytest.approx(mean, abs=1e-12)


def test_worth_rises_with_speed_falls_with_price_and_expectation_and_is_convex_in_price():
    kind = KIND._replace(max_turns=5)
    prices = np.linspace(0.0, 0.25, 26)
    expected = np.array([0.4, 0.5, 0.6, 0.7])
    ends = tabulate_ends(expected, FEELING, 6, N_SPEEDS, 0, NO_GIFT)
    first_min = np.outer([0.65, 1.0, 1.6], np.random.default_rng(2).exponential(4.0, 64))
    table = tabulate_worth(kind, ends, delay_speeds(first_min, C, N_SPEEDS), prices)
    assert table.shape == (4, 2, 3, N_SPEEDS, 26)
    assert (np.diff(table, axis=0) <= 1e-12).all()
    assert (np.diff(table, axis=3) >= -1e-12).all()
    assert (np.diff(table, axis=4) <= 1e-12).all()
    assert (np.diff(table, n=2, axis=4) >= -1e-12).all()
    assert (table[:, 1] <= table[:, 0] + 1e-12).all()
