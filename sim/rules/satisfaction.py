"""How one customer judges the care received: expectation and disconfirmation.

Symbols: ``w_k`` minutes from the customer's message to the k-th reply that the customer is there to
read, ``K`` such replies, ``f`` the customer's expected time over the median's (1 where
``expected_time_sigma`` is 0), ``g`` later_speed_weight, ``q`` quality of the care, ``e`` quality
expected, ``z`` the judgment, ``r`` worth of the redress over the loss, ``fit`` what it counts
with that cause, all as floats::

    s_k   = clip(1 - ln(1 + w_k/(f w0)) / ln(1 + w1/w0), 0, 1)
            - late_per_h * max(w_k - promise, 0)/60
    speed = (s_1 + g (s_2 + ... + s_K)) / (1 + g (K - 1))
    q     = clip(a_speed*speed + a_res*resolved + a_tone*friendly + a_pers*personal
                 - a_turn*max(turns - 1, 0) + follow_up_bonus + a_red*fit*S(r), 0, 1)
          q_none if never answered
    S(r)  = (min(r, 1.5)/1.5)^.6 where solved, 1/(1 + exp(-8 (r - .9))) where not, S(0) = 0
    e(t)  = e0 * price_factor * prod (1 + (factor - 1) * 2^(-(t - t_event)/half_life))
    z     = b0 + b_q*q + b_plus*max(q - e, 0) - b_minus*max(e - q, 0)
    satisfaction = 1/(1 + exp(-z)),   CSAT = 1 + 4*satisfaction
    P(recommends) = logistic(r0 + r1*z + tone and personal shift)

`rate_quality` is the one statement of the quality formula: whoever needs it makes a `CareGiven` and
calls it, and a field that is added to `CareGiven` is missed at once by whoever does not fill it.
Source: Oliver (1980), expectation-disconfirmation; forms and weights are assumptions,
``b`` and ``r`` are fitted to published shares (``sim.feeling.satisfaction.fitting``). Scalar
functions on ``math`` only, so that interpreter and compiler agree to the last bit. ``S``: concave
where the case was solved, steepest between .6 and 1.2 where not, flat above 1.5 (Gelbrich et al.
2015, shape measured); numbers are assumptions.
Worked examples: ``tests/unit/test_satisfaction_rules.py``; who calls it:
``tests/unit/test_quality_users.py``.
"""

import math
from typing import NamedTuple

from sim.compile import jit

LN_2 = math.log(2.0)
# Of the loss: more buys nothing more (Gelbrich et al. 2015, shape measured).
FULL_REDRESS = 1.5
# (a) of the concave course where the case was solved: half of the loss buys half of the most.
SOLVED_POWER = 0.6
# (a) of the S-shaped course where it was not: its middle, a little less than the loss, and slope.
UNSOLVED_MIDDLE, UNSOLVED_SLOPE = 0.9, 8.0


class SatisfactionCoefficients(NamedTuple):
    """Coefficients of the judgment; all floats (``configs/satisfaction/default.yaml``).

    Attributes
    ----------
    e0 : float
        Quality expected when nothing has happened and prices are average.
    w0_min, w1_min : float
        Where speed starts to matter, and where it reaches zero [min].
    q_none : float
        Quality of care that never came.
    a_speed, a_res, a_tone, a_pers, a_turn : float
        Weights of speed, solution, friendly tone, personal tone; loss per further turn.
    follow_up_bonus : float
        Quality added by a check after the case.
    b0, b_q, b_plus, b_minus : float
        Constant, quality, positive and negative disconfirmation in ``z``.
    r0, r1, tone_shift, personal_shift : float
        Recommendation: constant, slope on ``z``, shifts on (indicator - .5).
    later_speed_weight : float
        Weight of a later reply's speed beside the first one's; 0: only the first counts.
    late_per_h : float
        Score of speed that each hour beyond the promise costs, without limit; 0: none.
    expected_time_sigma : float
        Spread of ln f over customers, drawn in ``sim.demand``; 0: all expect alike.
    promise_min : float
        From when on that is charged [min].
    a_red : float
        Weight of redress; 0: it moves nobody.
    """

    e0: float
    w0_min: float
    w1_min: float
    q_none: float
    a_speed: float
    a_res: float
    a_tone: float
    a_pers: float
    a_turn: float
    follow_up_bonus: float
    b0: float
    b_q: float
    b_plus: float
    b_minus: float
    r0: float
    r1: float
    tone_shift: float
    personal_shift: float
    later_speed_weight: float = 0.0
    late_per_h: float = 0.0
    expected_time_sigma: float = 0.0
    promise_min: float = math.inf
    a_red: float = 0.0


class CareGiven(NamedTuple):
    """All that the quality of one customer's care depends on.

    Attributes
    ----------
    answered : bool
        A reply was there to be read.
    speed : float
        From `blend_speed`, at most 1.
    resolved, friendly, personal : bool
        Solved in the end; how the reply reads.
    turns : int
        Replies by the brand; 0 counts like 1.
    followed_up : bool
        Checked upon afterwards.
    redress : float
        Worth of what was given over the loss; 0: nothing.
    fit : float
        What it counts with the cause of the loss: 1 in full.
    """

    answered: bool
    speed: float
    resolved: bool
    friendly: bool
    personal: bool
    turns: int
    followed_up: bool
    redress: float
    fit: float


SPARED = CareGiven(True, 1.0, True, False, False, 0, False, 0.0, 1.0)
"""Served at once, solved, without tone, by no person."""


@jit
def squash(z: float) -> float:
    """The logistic function of ``z``, without overflow at either end."""
    if z >= 0.0:
        return 1.0 / (1.0 + math.exp(-z))
    small = math.exp(z)
    return small / (1.0 + small)


@jit
def is_answered(wait_min: float) -> bool:
    """Whether a reply was read: NaN or a negative wait means never."""
    return wait_min >= 0.0


@jit
def score_speed(wait_min: float, w0_min: float, w1_min: float) -> float:
    """Score a first reply after ``wait_min`` [min]: 1 at once, 0 from ``w1_min`` on."""
    speed = 1.0 - math.log(1.0 + wait_min / w0_min) / math.log(1.0 + w1_min / w0_min)
    return min(max(speed, 0.0), 1.0)


@jit
def score_reply(wait_min: float, time_factor: float, c: SatisfactionCoefficients) -> float:
    """Score one reply, first or later, `wait_min` after the customer's message; at most 1.

    ``time_factor`` is how many times the median's time this customer expects a reply to take.
    """
    speed = score_speed(wait_min / time_factor, c.w0_min, c.w1_min)
    return speed - c.late_per_h * max(wait_min - c.promise_min, 0.0) / 60.0


@jit
def blend_speed(first: float, later_sum: float, n_later: int, weight: float) -> float:
    """The speed of a case from its first reply's score and the sum of the later ones'."""
    return (first + weight * later_sum) / (1.0 + weight * n_later)


@jit
def fade_event(since_min: float, factor: float, half_life_min: float) -> float:
    """What an event multiplies expectations by, ``since_min`` after it.

    Before the event, or if it never happens (NaN), 1; at the event ``factor``
    (below 1: a positive event lowers expectations); then back to 1, the
    difference halving every ``half_life_min`` [min].
    """
    if not since_min >= 0.0:
        return 1.0
    return 1.0 + (factor - 1.0) * math.exp(-LN_2 * since_min / half_life_min)


@jit
def counts_redress(c: SatisfactionCoefficients) -> bool:
    """Whether redress moves anybody."""
    return c.a_red > 0.0


@jit
def score_redress(ratio: float, resolved: bool) -> float:
    """Score a redress worth ``ratio`` of the loss, above 0: from 0 to 1."""
    if resolved:
        return math.pow(min(ratio, FULL_REDRESS) / FULL_REDRESS, SOLVED_POWER)
    return squash(UNSOLVED_SLOPE * (ratio - UNSOLVED_MIDDLE))


@jit
def rate_quality(care: CareGiven, c: SatisfactionCoefficients) -> float:
    """Rate the care of one customer, in [0, 1]."""
    if not care.answered:
        return c.q_none
    quality = c.a_speed * care.speed
    if care.resolved:
        quality += c.a_res
    if care.friendly:
        quality += c.a_tone
    if care.personal:
        quality += c.a_pers
    if care.turns > 1:
        quality -= c.a_turn * (care.turns - 1)
    if care.followed_up:
        quality += c.follow_up_bonus
    if care.redress > 0.0:
        quality += c.a_red * care.fit * score_redress(care.redress, care.resolved)
    return min(max(quality, 0.0), 1.0)


@jit
def compare_care(quality: float, expected: float, c: SatisfactionCoefficients) -> float:
    """The judgment ``z`` of ``quality`` against the ``expected`` quality."""
    gain = max(quality - expected, 0.0)
    loss = max(expected - quality, 0.0)
    return c.b0 + c.b_q * quality + c.b_plus * gain - c.b_minus * loss


@jit
def score_satisfaction(quality: float, expected: float, c: SatisfactionCoefficients) -> float:
    """The satisfaction in (0, 1) with ``quality`` when ``expected`` was expected."""
    return squash(compare_care(quality, expected, c))


@jit
def rate_spared(expected: float, c: SatisfactionCoefficients) -> float:
    """The satisfaction of who found an answer and wrote nothing: at once, solved, by nobody."""
    return score_satisfaction(rate_quality(SPARED, c), expected, c)


@jit
def score_csat(satisfaction: float) -> float:
    """Satisfaction on the five-point scale of surveys."""
    return 1.0 + 4.0 * satisfaction


@jit
def score_recommendation(
    judgment: float,
    answered: bool,
    friendly: bool,
    personal: bool,
    c: SatisfactionCoefficients,
) -> float:
    """The probability that the customer recommends the brand.

    Tone shifts it only where there was a reply to have a tone; who was never
    answered recommends by the judgment alone.
    """
    score = c.r0 + c.r1 * judgment
    if answered:
        score += c.tone_shift * (0.5 if friendly else -0.5)
        score += c.personal_shift * (0.5 if personal else -0.5)
    return squash(score)
