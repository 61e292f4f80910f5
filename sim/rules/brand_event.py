"""Time course g of a brand event: a linear ramp from 0 to 1, then a decay.

    g(t) = t / ramp                                    0 <= t < ramp
    g(t) = w 2^(-s/h1) + (1 - w) 2^(-s/h2)             s = t - ramp, "exponential"
    g(t) = (1 + s/scale)^(-exponent)                   s = t - ramp, "power"

Two half-lives: CrisisLex T26 (4 h, then 1.4 days). Written once, for draws and for
forecasts; only + - * /, exp and log. Checked against worked values and, through its
integral, by quadrature: ``tests/unit/test_demand_brand_event.py``.
"""

import math

from sim.compile import jit

LN2 = 0.6931471805599453


@jit
def event_course(
    since_h: float,
    ramp_h: float,
    is_power: bool,
    weight: float,
    half_life_1_h: float,
    half_life_2_h: float,
    exponent: float,
    scale_h: float,
) -> float:
    """G(t - t_e), in [0, 1].

    Parameters
    ----------
    since_h : float
        Time since the event [h]; below 0 it has not begun.
    ramp_h : float
        Time from 0 to the peak [h].
    is_power : bool
        Power law instead of the two half-lives.
    weight, half_life_1_h, half_life_2_h : float
        Share and half-life of the first part, half-life of the rest [h].
    exponent, scale_h : float
        Of the power law; scale in hours.

    Returns
    -------
    float
        Share of the peak.
    """
    if since_h <= 0.0:
        return 0.0
    if since_h < ramp_h:
        return since_h / ramp_h
    after_h = since_h - ramp_h
    if is_power:
        return math.exp(-exponent * math.log(1.0 + after_h / scale_h))
    first = weight * math.exp(-LN2 * after_h / half_life_1_h)
    return first + (1.0 - weight) * math.exp(-LN2 * after_h / half_life_2_h)


@jit
def learn(multiplier: float, answered: float, cases: float, exponent: float) -> float:
    """What is left of an event's work after so many of its cases, as a factor.

    (1 + (m - 1) (1 + n / nu)^-b) / m, for a multiplier m above 1; experience adds no work.
    """
    if multiplier <= 1.0 or exponent == 0.0:
        return 1.0
    left = math.exp(-exponent * math.log(1.0 + answered / cases))
    return (1.0 + (multiplier - 1.0) * left) / multiplier
