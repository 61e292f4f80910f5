"""Satisfaction of every customer of a record: the rules, over arrays.

Formulas and sources: ``sim.rules.satisfaction``. Each function takes arrays with one
row per mention and gives an array with one row per mention; masks (who is actionable,
who is exogenous) belong to the caller. Checked by
``tests/unit/test_satisfaction_arrays.py`` against the rules called one by one.
"""

from typing import NamedTuple

import numpy as np

from sim.compile import jit
from sim.rules.satisfaction import (
    CareGiven,
    SatisfactionCoefficients,
    blend_speed,
    compare_care,
    fade_event,
    is_answered,
    rate_quality,
    score_recommendation,
    score_reply,
    squash,
)

AS_FIRST = np.empty(0)
"""Later replies take as long as the first one."""
ALIKE = np.empty(0)
"""All customers expect a reply within the same time."""
NOTHING, IN_FULL = np.empty(0), np.empty(0)
"""Nobody gets redress; all that is given fits its cause."""


class Service(NamedTuple):
    """What each customer got; arrays of shape (n_mentions,).

    Attributes
    ----------
    first_reply_min : np.ndarray
        float64 [min] from the (first) post to the first reply that the customer was
        there to read; NaN or negative: never. An automatic reply counts if it resolves.
    resolved, friendly, personal, followed_up : np.ndarray
        bool; without meaning where there was no reply.
    turns : np.ndarray
        int64, replies by the brand.
    later_reply_min : np.ndarray, optional
        float64 [min] from a later message to its reply, alike for all later replies of a case;
        `AS_FIRST`: as long as the first one takes.
    time_factor : np.ndarray, optional
        float64: how many times the median's time the customer expects a reply to take; `ALIKE`: 1.
    redress : np.ndarray, optional
        float64, worth of what was given over the loss; 0, or `NOTHING` for all: nothing.
    redress_fit : np.ndarray, optional
        float64, what it counts with the cause of the loss; 1, or `IN_FULL` for all: in full.
    """

    first_reply_min: np.ndarray
    resolved: np.ndarray
    friendly: np.ndarray
    personal: np.ndarray
    turns: np.ndarray
    followed_up: np.ndarray
    later_reply_min: np.ndarray = AS_FIRST
    time_factor: np.ndarray = ALIKE
    redress: np.ndarray = NOTHING
    redress_fit: np.ndarray = IN_FULL


class Ratings(NamedTuple):
    """What each customer makes of it; float64 arrays of shape (n_mentions,).

    Attributes
    ----------
    quality : np.ndarray
        Of the care, in [0, 1].
    satisfaction : np.ndarray
        In (0, 1). CSAT is 1 + 4 times it.
    recommendation : np.ndarray
        Probability to recommend the brand.
    """

    quality: np.ndarray
    satisfaction: np.ndarray
    recommendation: np.ndarray


def rate_care(
    service: Service, expected_quality: np.ndarray, coefficients: SatisfactionCoefficients
) -> Ratings:
    """Quality, satisfaction and recommendation of each customer.

    Parameters
    ----------
    service : Service
        What each got, arrays of shape (n_mentions,); dtypes are converted.
    expected_quality : np.ndarray
        shape (n_mentions,), from `expect_quality`.
    coefficients : SatisfactionCoefficients
        All floats.

    Raises
    ------
    ValueError
        If the arrays differ in length.

    Examples
    --------
    >>> import numpy as np
    >>> import sim
    >>> from sim.rules.satisfaction import SatisfactionCoefficients
    >>> shipped = sim.load_scenario("telecom_week").satisfaction
    >>> coefficients = SatisfactionCoefficients(**shipped.model_dump())
    >>> yes, no = np.array([True]), np.array([False])
    >>> care = sim.feeling.Service(np.array([10.0]), yes, yes, yes, np.array([1]), no)
    >>> sim.feeling.rate_care(care, np.array([0.6]), coefficients).quality.round(2).tolist()
    [0.9]
    """
    return _rate(*_align(service, expected_quality), coefficients)


def rate_customers(
    service: Service, expected_quality: np.ndarray, coefficients: SatisfactionCoefficients
) -> np.ndarray:
    """The satisfaction of each customer; as `rate_care`.

    Examples
    --------
    >>> import numpy as np
    >>> import sim
    >>> from sim.rules.satisfaction import SatisfactionCoefficients
    >>> shipped = sim.load_scenario("telecom_week").satisfaction
    >>> coefficients = SatisfactionCoefficients(**shipped.model_dump())
    >>> yes, no = np.array([True]), np.array([False])
    >>> care = sim.feeling.Service(np.array([10.0]), yes, yes, yes, np.array([1]), no)
    >>> sim.feeling.rate_customers(care, np.array([0.6]), coefficients).round(2).tolist()
    [0.77]
    """
    return rate_care(service, expected_quality, coefficients).satisfaction


def rate_recommendations(
    service: Service, expected_quality: np.ndarray, coefficients: SatisfactionCoefficients
) -> np.ndarray:
    """Each customer's probability to recommend the brand; as `rate_care`.

    Examples
    --------
    >>> import numpy as np
    >>> import sim
    >>> from sim.rules.satisfaction import SatisfactionCoefficients
    >>> shipped = sim.load_scenario("telecom_week").satisfaction
    >>> coefficients = SatisfactionCoefficients(**shipped.model_dump())
    >>> yes, no = np.array([True]), np.array([False])
    >>> care = sim.feeling.Service(np.array([10.0]), yes, yes, yes, np.array([1]), no)
    >>> sim.feeling.rate_recommendations(care, np.array([0.6]), coefficients).round(2).tolist()
    [0.98]
    """
    return rate_care(service, expected_quality, coefficients).recommendation


def expect_quality(
    arrival_min: np.ndarray,
    event_time_min: np.ndarray,
    event_factor: np.ndarray,
    event_half_life_min: np.ndarray,
    base_quality: float,
) -> np.ndarray:
    """The quality that each customer expects on arrival.

    With ``base_quality`` = k2 and ``arrival_min`` = the hours' starts it is also the
    brand's decay of sentiment hour by hour: both follow the same events.

    Parameters
    ----------
    arrival_min : np.ndarray
        shape (n_mentions,) [min].
    event_time_min, event_factor, event_half_life_min : np.ndarray
        shape (n_events,): time [min], NaN if it never happens; multiple of the
        expectation at that time (positive events < 1); half-life above 0 [min].
    base_quality : float
        e0 times the brand's price factor.

    Returns
    -------
    np.ndarray
        shape (n_mentions,), float64.

    Examples
    --------
    >>> import numpy as np
    >>> import sim
    >>> arrival, none = np.array([0.0, 600.0]), np.empty(0)
    >>> sim.feeling.expect_quality(arrival, none, none, none, base_quality=0.6).tolist()
    [0.6, 0.6]
    """
    return _expect(
        _as_floats(arrival_min),
        _as_floats(event_time_min),
        _as_floats(event_factor),
        _as_floats(event_half_life_min),
        float(base_quality),
    )


def _as_floats(values: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(values, dtype=np.float64)


def _align(service: Service, expected_quality: np.ndarray) -> tuple[Service, np.ndarray]:
    later, factor = service.later_reply_min, service.time_factor
    gift, fit = service.redress, service.redress_fit
    expected = _as_floats(expected_quality)
    aligned = Service(
        first_reply_min=_as_floats(service.first_reply_min),
        resolved=np.ascontiguousarray(service.resolved, dtype=np.bool_),
        friendly=np.ascontiguousarray(service.friendly, dtype=np.bool_),
        personal=np.ascontiguousarray(service.personal, dtype=np.bool_),
        turns=np.ascontiguousarray(service.turns, dtype=np.int64),
        followed_up=np.ascontiguousarray(service.followed_up, dtype=np.bool_),
        later_reply_min=_as_floats(service.first_reply_min if later is AS_FIRST else later),
        time_factor=np.ones_like(expected) if factor is ALIKE else _as_floats(factor),
        redress=np.zeros_like(expected) if gift is NOTHING else _as_floats(gift),
        redress_fit=np.ones_like(expected) if fit is IN_FULL else _as_floats(fit),
    )
    lengths = {column.shape for column in (*aligned, expected)}
    if len(lengths) > 1:
        raise ValueError(f"columns of one record differ in shape: {sorted(lengths)}")
    return aligned, expected


@jit
def _rate(service: Service, expected: np.ndarray, c: SatisfactionCoefficients) -> Ratings:
    n = expected.size
    quality, satisfaction, recommendation = np.empty(n), np.empty(n), np.empty(n)
    for i in range(n):
        there = is_answered(service.first_reply_min[i])
        factor = service.time_factor[i]
        speed = score_reply(service.first_reply_min[i], factor, c) if there else 0.0
        n_later = max(service.turns[i] - 1, 0)
        if there and n_later > 0 and c.later_speed_weight > 0.0:
            later = n_later * score_reply(service.later_reply_min[i], factor, c)
            speed = blend_speed(speed, later, n_later, c.later_speed_weight)
        care = CareGiven(
            there,
            speed,
            service.resolved[i],
            service.friendly[i],
            service.personal[i],
            service.turns[i],
            service.followed_up[i],
            service.redress[i],
            service.redress_fit[i],
        )
        quality[i] = rate_quality(care, c)
        judgment = compare_care(quality[i], expected[i], c)
        satisfaction[i] = squash(judgment)
        recommendation[i] = score_recommendation(
            judgment, there, service.friendly[i], service.personal[i], c
        )
    return Ratings(quality, satisfaction, recommendation)


@jit
def _expect(
    arrival: np.ndarray, time: np.ndarray, factor: np.ndarray, half_life: np.ndarray, base: float
) -> np.ndarray:
    expected = np.empty(arrival.size)
    for i in range(arrival.size):
        level = base
        for e in range(time.size):
            level *= fade_event(arrival[i] - time[e], factor[e], half_life[e])
        expected[i] = level
    return expected
