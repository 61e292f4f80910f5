"""Who counts in a replication, how each was served, and how each feels about it.

The mean ``satisfaction`` is over exogenous actionable customers, so that no plan raises it
by making easy mentions. One compiled loop, without the interpreter's lock: a search asks for
this more often than for anything else but the run itself. Checked by
``tests/unit/test_outcomes_measures.py`` (naive twins row by row).
"""

from typing import NamedTuple

import numpy as np

from sim.care.record import Run
from sim.compile import jit, jit_loop
from sim.demand.draws import Draws
from sim.outcomes.scales import Scales, is_exogenous
from sim.rules.redress import NO_REDRESS, does_redress_fit, keep_worth
from sim.rules.satisfaction import (
    CareGiven,
    SatisfactionCoefficients,
    blend_speed,
    compare_care,
    counts_redress,
    fade_event,
    rate_quality,
    score_recommendation,
    score_reply,
    squash,
)
from sim.scenario.tables import LEVEL_THOROUGH, MS_PER_H, MS_PER_MIN


class Rows(NamedTuple):
    """Who counts and how each was served; arrays of shape (n,), rows of the draws."""

    counted: np.ndarray
    """real and past lead-in and warm-up"""
    opened: np.ndarray
    """real, actionable, of a topic that the policy answers; lead-in and warm-up too"""
    case: np.ndarray
    """opened and counted"""
    exogenous: np.ndarray
    """case, and neither spread by another mention nor brought by visible answers"""
    answered: np.ndarray
    deflected: np.ndarray
    """case of a customer who found an answer and wrote nothing"""
    kept: np.ndarray
    """case with its first reply within the promise, or deflected"""
    expected: np.ndarray
    quality: np.ndarray
    satisfaction: np.ndarray
    recommendation: np.ndarray


class Given(NamedTuple):
    """What rows are made of: columns of the draws and of the run, and constants."""

    arrival_ms: np.ndarray
    topic: np.ndarray
    origin: np.ndarray
    actionable: np.ndarray
    u_friendly: np.ndarray
    u_personal: np.ndarray
    time_factor: np.ndarray
    real: np.ndarray
    deflected: np.ndarray
    first_start_ms: np.ndarray
    first_reply_ms: np.ndarray
    left_ms: np.ndarray
    closed_ms: np.ndarray
    effort: np.ndarray
    resolved: np.ndarray
    followed_up: np.ndarray
    turns: np.ndarray
    first_effort: np.ndarray
    redress: np.ndarray
    turn_mention: np.ndarray
    turn_ready_ms: np.ndarray
    turn_end_ms: np.ndarray
    event_min: np.ndarray
    event_factor: np.ndarray
    event_half_life_min: np.ndarray
    answered_topic: np.ndarray
    friendly_p: np.ndarray
    personal_p: np.ndarray
    redress_ratio: np.ndarray
    redress_cause: np.ndarray
    other_fit: float
    apology_until_ms: int
    base_quality: float
    mood_factor: np.ndarray
    warm_up_ms: int
    promise_ms: int
    promise_by_wait: bool


def score_rows(scales: Scales, draws: Draws, run: Run, mood_factor: np.ndarray) -> Rows:
    """Who counts, who was answered in time, and how satisfied each is.

    The tone is that of the last reply's level; what nobody read has no tone, and is no turn.
    ``mood_factor`` is what the brand's mood multiplies expectations by, hour by hour; empty where
    it moves none.
    """
    given = Given(
        draws.arrival_ms,
        draws.topic,
        draws.origin,
        draws.actionable,
        draws.u_friendly,
        draws.u_personal,
        draws.time_factor,
        run.real,
        run.deflected,
        run.first_start_ms,
        run.first_reply_ms,
        run.left_ms,
        run.closed_ms,
        run.effort,
        run.resolved,
        run.followed_up,
        run.turns,
        run.first_effort,
        run.redress,
        *list_turns(run, scales.coefficients),
        list_event_min(draws),
        scales.event_factor,
        scales.event_half_life_min,
        scales.answered_topic,
        scales.friendly_p,
        scales.personal_p,
        scales.redress.ratio,
        scales.redress.cause,
        scales.redress.other_fit,
        scales.redress.apology_until_ms,
        scales.base_quality,
        mood_factor,
        scales.warm_up_ms,
        scales.routing.promise_ms,
        scales.routing.promise_by_wait,
    )
    n = run.real.size
    rows = Rows(*np.empty((7, n), np.bool_), *np.empty((4, n), np.float64))
    _score(given, scales.coefficients, rows)
    return rows


def list_turns(run: Run, c: SatisfactionCoefficients) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mention, ready and end of each turn, none where later replies do not count.

    Side by side in memory: the kernel's own columns are rows apart, and such arrays are another
    type, for which all would be compiled once more.
    """
    turns = slice(None if c.later_speed_weight > 0.0 else 0)
    mention, ready_ms, end_ms = run.turn_mention, run.turn_ready_ms, run.turn_end_ms
    return (
        np.ascontiguousarray(mention[turns]),
        np.ascontiguousarray(ready_ms[turns]),
        np.ascontiguousarray(end_ms[turns]),
    )


def find_read(run: Run) -> np.ndarray:
    """Mark the turns that a customer with a first reply was there to read, bool, shape (k,)."""
    left_ms = run.left_ms[run.turn_mention]
    answered = run.first_reply_ms[run.turn_mention] >= 0
    return (left_ms < 0) | (answered & (run.turn_end_ms <= left_ms))


def list_event_min(draws: Draws) -> np.ndarray:
    """The time of each event [min], NaN where it does not happen."""
    return np.where(draws.event_time_ms >= 0, draws.event_time_ms / MS_PER_MIN, np.nan)


@jit_loop
def _score(given: Given, c: SatisfactionCoefficients, rows: Rows) -> None:
    until_ms = given.first_start_ms if given.promise_by_wait else given.first_reply_ms
    row, redress_counts = 0, counts_redress(c)
    for i in range(given.real.size):
        arrival_ms, reply_ms = given.arrival_ms[i], given.first_reply_ms[i]
        counted = given.real[i] and arrival_ms >= given.warm_up_ms
        opened = given.real[i] and given.actionable[i] and given.answered_topic[given.topic[i]]
        case = counted and opened
        answered = case and reply_ms >= 0
        rows.counted[i], rows.opened[i], rows.case[i] = counted, opened, case
        spared = given.deflected[i]
        rows.exogenous[i] = case and is_exogenous(given.origin[i])
        rows.answered[i], rows.deflected[i] = answered, case and spared
        rows.kept[i] = answered and until_ms[i] - arrival_ms <= given.promise_ms
        rows.kept[i] |= case and spared
        level = given.effort[i] + 1
        friendly = given.u_friendly[i] < given.friendly_p[level]
        personal = given.u_personal[i] < given.personal_p[level]
        there, speed = reply_ms >= 0, 0.0
        if there:
            factor = _compute_factor(given, i)
            speed = score_reply((reply_ms - arrival_ms) / MS_PER_MIN, factor, c)
            if c.later_speed_weight > 0.0:
                row, later, n = _score_later(given, c, i, row)
                speed = blend_speed(speed, later, n, c.later_speed_weight)
        if spared:
            there, speed = True, 1.0
        resolved, turns, followed_up = (
            given.resolved[i] or spared,
            given.turns[i],
            given.followed_up[i],
        )
        if there and given.left_ms[i] >= 0 and given.closed_ms[i] >= 0:
            turns -= 1
        redress, fit = 0.0, 1.0
        if redress_counts and there and given.redress[i] != NO_REDRESS:
            redress, fit = _weigh_redress(given, i, resolved)
        care = CareGiven(
            there, speed, resolved, friendly, personal, turns, followed_up, redress, fit
        )
        quality = rate_quality(care, c)
        expected = given.base_quality
        for e in range(given.event_min.size):
            since_min = arrival_ms / MS_PER_MIN - given.event_min[e]
            expected *= fade_event(since_min, given.event_factor[e], given.event_half_life_min[e])
        if given.mood_factor.size > 0:
            hour = arrival_ms // MS_PER_H
            expected *= given.mood_factor[min(max(hour, 0), given.mood_factor.size - 1)]
        judgment = compare_care(quality, expected, c)
        rows.expected[i], rows.quality[i] = expected, quality
        rows.satisfaction[i] = squash(judgment)
        replied = there and not spared
        rows.recommendation[i] = score_recommendation(judgment, replied, friendly, personal, c)


@jit
def _weigh_redress(given: Given, i: int, resolved: bool) -> tuple[float, float]:
    """Worth of mention i's redress over the loss, and what it counts."""
    kind, topic = given.redress[i], given.topic[i]
    delay_ms = given.first_reply_ms[i] - given.arrival_ms[i]
    ratio = keep_worth(kind, given.redress_ratio[topic, kind], delay_ms, given.apology_until_ms)
    thorough = given.first_effort[i] == LEVEL_THOROUGH
    fits = does_redress_fit(given.redress_cause[topic], kind, resolved, thorough)
    return ratio, 1.0 if fits else given.other_fit


@jit
def _compute_factor(given: Given, i: int) -> float:
    """Time that customer i expects a reply to take, over the median's."""
    return given.time_factor[i] if given.time_factor.size > 0 else 1.0


@jit
def _score_later(
    given: Given, c: SatisfactionCoefficients, i: int, row: int
) -> tuple[int, float, int]:
    """Sum and count the later replies' scores of mention i; first the row behind its turns.

    A message that its customer gave up on counts like a reply that is worth nothing.
    """
    left_ms, total, n = given.left_ms[i], 0.0, 0
    factor = _compute_factor(given, i)
    while row < given.turn_mention.size and given.turn_mention[row] < i:
        row += 1
    while row < given.turn_mention.size and given.turn_mention[row] == i:
        end_ms = given.turn_end_ms[row]
        if end_ms > given.first_reply_ms[i] and (left_ms < 0 or end_ms <= left_ms):
            total += score_reply((end_ms - given.turn_ready_ms[row]) / MS_PER_MIN, factor, c)
            n += 1
        row += 1
    return row, total, n + (1 if left_ms >= 0 else 0)
