"""Rules of one customer's judgement: examples worked by hand, limits, signs.

Coefficients are the starting values of the fit, so that the hand-made numbers stay when
the fit moves.
"""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.compile import is_jit_on
from sim.feeling.satisfaction.fitting import START
from sim.rules import satisfaction as rules

QUALITIES = st.floats(0.0, 1.0)
NAN = math.nan


@pytest.mark.parametrize(
    ("wait_min", "speed"),
    [
        (0.0, 1.0),
        (4.0, 0.855468),  # 1 - ln 2 / ln 121
        (20.0, 0.626389),  # 1 - ln 6 / ln 121
        (480.0, 0.0),
        (5000.0, 0.0),
    ],
)
def test_speed_by_hand(wait_min: float, speed: float) -> None:
    assert rules.score_speed(wait_min, 4.0, 480.0) == pytest.approx(speed, abs=1e-6)


@pytest.mark.parametrize(
    ("since_min", "multiple"),
    [(-1.0, 1.0), (NAN, 1.0), (0.0, 1.08), (60.0, 1.04), (120.0, 1.02), (1e6, 1.0)],
)
def test_event_fades_by_halves(since_min: float, multiple: float) -> None:
    assert rules.fade_event(since_min, 1.08, 60.0) == pytest.approx(multiple, abs=1e-12)


@pytest.mark.parametrize(
    ("wait_min", "resolved", "friendly", "personal", "turns", "followed_up", "quality"),
    [
        (4.0, True, True, True, 3, True, 0.892187),  # .342187 + .30 + .18 + .12 - .10 + .05
        (20.0, False, True, False, 1, False, 0.430556),  # .250556 + .18
        (480.0, False, False, False, 8, False, 0.0),  # -.35 is cut at 0
        (0.0, True, True, True, 1, True, 1.0),  # 1.05 is cut at 1
        (0.0, False, False, False, 0, False, 0.40),  # no turn counts like one
        (NAN, True, True, True, 1, True, 0.20),
        (-1.0, True, True, True, 1, True, 0.20),
    ],
)
def test_quality_by_hand(
    wait_min: float,
    resolved: bool,
    friendly: bool,
    personal: bool,
    turns: int,
    followed_up: bool,
    quality: float,
) -> None:
    there = rules.is_answered(wait_min)
    speed = rules.score_reply(wait_min, 1.0, START) if there else 0.0
    care = rules.CareGiven(there, speed, resolved, friendly, personal, turns, followed_up, 0.0, 1.0)
    assert rules.rate_quality(care, START) == pytest.approx(quality, abs=1e-6)


@pytest.mark.parametrize(("wait_min", "factor"), [(20.0, 5.0), (2.0, 0.5), (4.0, 1.0)])
def test_who_expects_a_reply_within_so_many_times_the_time_feels_a_part_of_the_wait(
    wait_min: float, factor: float
) -> None:
    """Each wait is felt as 4 minutes; what is late by the promise is late for everybody."""
    assert rules.score_reply(wait_min, factor, START) == pytest.approx(0.855468, abs=1e-6)
    late = START._replace(late_per_h=0.6, promise_min=1.0)
    charged = 0.855468 - 0.01 * (wait_min - 1.0)
    assert rules.score_reply(wait_min, factor, late) == pytest.approx(charged, abs=1e-6)


@pytest.mark.parametrize(
    ("waits_min", "weight", "late_per_h", "speed"),
    [
        ((4.0, 480.0), 0.0, 0.0, 0.855468),
        ((4.0, 480.0), 0.5, 0.0, 0.570312),  # .855468 / 1.5
        ((20.0, 4.0, 4.0), 0.5, 0.0, 0.740928),  # (.626389 + .855468) / 2
        ((20.0, 4.0, 4.0), 1.0, 0.0, 0.779108),  # (.626389 + 2 x .855468) / 3
        ((480.0,), 0.5, 0.1, -0.7),  # 7 hours beyond the promise
        ((480.0, 4.0), 1.0, 0.1, 0.077734),  # (-.7 + .855468) / 2
    ],
)
def test_speed_of_a_thread_by_hand(
    waits_min: tuple[float, ...], weight: float, late_per_h: float, speed: float
) -> None:
    c = START._replace(later_speed_weight=weight, late_per_h=late_per_h, promise_min=60.0)
    first, *later = [rules.score_reply(wait, 1.0, c) for wait in waits_min]
    assert rules.blend_speed(first, sum(later), len(later), weight) == pytest.approx(
        speed, abs=1e-6
    )


@pytest.mark.parametrize(
    ("quality", "z", "csat"),
    [
        (0.20, -0.3468, 2.656635),  # .30 + .154 - 2.002 * .4
        (0.60, 0.7620, 3.727151),  # .30 + .462
        (1.00, 1.3780, 4.194678),  # .30 + .77 + .77 * .4
    ],
)
def test_judgement_by_hand(quality: float, z: float, csat: float) -> None:
    assert rules.compare_care(quality, 0.60, START) == pytest.approx(z, abs=1e-9)
    satisfaction = rules.score_satisfaction(quality, 0.60, START)
    assert rules.score_csat(satisfaction) == pytest.approx(csat, abs=1e-6)


def test_recommendation_by_hand() -> None:
    # -1.2 + .762 + 1.75 - 1.75 = -.438; unanswered: no tone to shift it
    assert rules.score_recommendation(0.762, True, True, False, START) == pytest.approx(
        1.0 / (1.0 + math.exp(0.438)), abs=1e-12
    )
    silence = rules.score_recommendation(-0.3468, False, True, True, START)
    assert silence == rules.score_recommendation(-0.3468, False, False, False, START)
    assert silence == pytest.approx(1.0 / (1.0 + math.exp(1.5468)), abs=1e-12)


@given(quality=QUALITIES, better=QUALITIES, expected=QUALITIES)
def test_better_care_satisfies_more(quality: float, better: float, expected: float) -> None:
    low, high = sorted((quality, better))
    assert rules.score_satisfaction(low, expected, START) <= rules.score_satisfaction(
        high, expected, START
    )
    assert rules.score_satisfaction(expected, high, START) <= rules.score_satisfaction(
        expected, low, START
    )


@given(expected=st.floats(0.2, 0.8), step=st.floats(0.01, 0.2))
def test_a_loss_weighs_more_than_a_gain(expected: float, step: float) -> None:
    at = rules.compare_care(expected, expected, START)
    gain = rules.compare_care(expected + step, expected, START) - at - START.b_q * step
    loss = at - rules.compare_care(expected - step, expected, START) - START.b_q * step
    assert loss / gain == pytest.approx(2.6, rel=1e-9)


@given(z=st.floats(-700.0, 700.0))
def test_logistic_is_symmetric(z: float) -> None:
    assert rules.squash(z) + rules.squash(-z) == pytest.approx(1.0, abs=1e-15)


def test_logistic_at_the_ends() -> None:
    assert (rules.squash(-5000.0), rules.squash(0.0), rules.squash(5000.0)) == (0.0, 0.5, 1.0)


@pytest.mark.skipif(not is_jit_on(), reason="compares the compiled rules with the interpreted")
def test_rules_equal_to_the_bit_compiled_and_interpreted() -> None:
    rng = np.random.default_rng(3)
    waits = np.exp(rng.normal(2.8, 1.87, 2000)).tolist()
    for wait in waits:
        speed = (wait, 4.0, 480.0)
        assert rules.score_speed(*speed) == rules.score_speed.py_func(*speed)
        fade = (wait, 1.08, 300.0)
        assert rules.fade_event(*fade) == rules.fade_event.py_func(*fade)
        z = math.log(wait) - 3.0
        assert rules.squash(z) == rules.squash.py_func(z)
