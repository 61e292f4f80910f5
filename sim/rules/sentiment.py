"""The brand's sentiment: one hourly step, and the effort measured in an hour.

Symbols: ``x`` sentiment in [0, M], M = 1; ``u`` response effort, at least 0; ``k1`` how
much effort moves sentiment, ``k2`` how fast sentiment decays without it, ``k3`` noise::

    x(t + dt) = clip(x + (k1*u*(M - x) - k2*x) dt + k3 sqrt(dt) N(0, 1), 0, 1)
    u_h       = s * W_h / max(N_h, .25 * base_per_h)
    f         = max(1 + strength (reference - x) / reference, 0)     complaints, where asked for
    y(t + dt) = y + (1 - 2^(-dt/half-life)) (x - y)                  mood, where asked for;
                expectations times max(1 + strength (reference - y) / reference, 0)

``W`` is agent time of the turns that ended in the hour times the weight of their level,
``N`` the actionable arrivals, ``s`` the brand's scale.

Source: Mousavi, Johar & Mookerjee (2020), Information Systems Research 31(2),
doi 10.1287/isre.2019.0889; the measure of ``u`` is ours. The Euler step of an hour *is*
the model. Worked examples: ``tests/unit/test_sentiment_rules.py``.
"""

import math

from sim.compile import jit

EFFORT_FLOOR = 0.10
"""Least effort that a brand is taken to make (assumption)."""

ARRIVALS_FLOOR_SHARE = 0.25
"""Arrivals count as at least this share of the base rate (assumption)."""

LEVEL_WEIGHTS = {"auto": 0.0, "brief": 0.7, "standard": 1.0, "thorough": 1.15}
"""Worth of a minute of agent time by level of reply (assumption)."""


@jit
def drift_sentiment(sentiment: float, effort: float, k1: float, k2: float) -> float:
    """The expected change of sentiment [1/h]."""
    return k1 * effort * (1.0 - sentiment) - k2 * sentiment


@jit
def step_sentiment(
    sentiment: float, effort: float, k1: float, k2: float, shock: float, dt_h: float
) -> float:
    """The sentiment ``dt_h`` hours later; ``shock`` is the noise of the whole step."""
    moved = sentiment + drift_sentiment(sentiment, effort, k1, k2) * dt_h + shock
    return min(max(moved, 0.0), 1.0)


@jit
def scale_shock(k3: float, normal: float, dt_h: float) -> float:
    """The noise of a step of ``dt_h`` hours from one standard normal."""
    return k3 * math.sqrt(dt_h) * normal


@jit
def tilt_by_sentiment(sentiment: float, strength: float, reference: float) -> float:
    """What the rate of complaints, or what customers expect, is multiplied by.

    1 at the ``reference`` sentiment; one lower by a tenth of it raises them by ``strength`` tenths.
    """
    return max(1.0 + strength * (reference - sentiment) / reference, 0.0)


@jit
def gauge_effort(work_min: float, arrivals: float, base_per_h: float, scale: float) -> float:
    """The effort ``u_h`` of one hour from its weighted agent minutes and arrivals."""
    return scale * work_min / max(arrivals, ARRIVALS_FLOOR_SHARE * base_per_h)
