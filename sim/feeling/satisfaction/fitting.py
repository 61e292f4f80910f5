"""Fit of the satisfaction model to published shares (`sim.feeling.satisfaction.targets`).

Five numbers are free: the constant ``b0`` and the weight ``b_plus`` of the judgment,
the constant ``r0`` and the two shifts of the recommendation. Tied: ``b_q = b_plus`` and
``b_minus = 2.6 b_plus``. Everything else keeps its start, because no target tells it
apart (``r1`` and the scale of ``z`` go together; the two recommendation rows hold two
shifts). Six published values, one of them nearly implied by the others: the residuals
say how nearly. Least squares in units of the tolerances. Checked by
``tests/theory/test_satisfaction_targets.py``; shipped run: ``experiments/satisfaction_fit``.
"""

from typing import NamedTuple

import numpy as np

from sim.feeling.satisfaction.targets import TARGETS, Population, measure_targets
from sim.rules.satisfaction import SatisfactionCoefficients

LOSS_TO_GAIN = 2.6
"""Weight of a negative against a positive disconfirmation (measured)."""

START = SatisfactionCoefficients(
    e0=0.60,
    w0_min=4.0,
    w1_min=480.0,
    q_none=0.20,
    a_speed=0.40,
    a_res=0.30,
    a_tone=0.18,
    a_pers=0.12,
    a_turn=0.05,
    follow_up_bonus=0.05,
    b0=0.30,
    b_q=0.77,
    b_plus=0.77,
    b_minus=LOSS_TO_GAIN * 0.77,
    r0=-1.2,
    r1=1.0,
    tone_shift=3.5,
    personal_shift=3.5,
    later_speed_weight=0.5,
    a_red=0.12,
)
"""Where the fit starts; what is not free stays here (assumptions)."""

FITTED_TARGETS = tuple(target for target in TARGETS if target.tolerance == 0.01)
"""The six quoted shares and means; the other rows are shapes, checked afterwards."""


class SatisfactionFit(NamedTuple):
    """Fitted coefficients, and the largest miss in units of its tolerance."""

    coefficients: SatisfactionCoefficients
    largest_miss: float


def place_free(free: np.ndarray, start: SatisfactionCoefficients) -> SatisfactionCoefficients:
    """Put ``free``, (b0, b_plus, r0, tone_shift, personal_shift), into a copy of ``start``."""
    b0, b_plus, r0, tone_shift, personal_shift = (float(value) for value in free)
    return start._replace(
        b0=b0,
        b_q=b_plus,
        b_plus=b_plus,
        b_minus=LOSS_TO_GAIN * b_plus,
        r0=r0,
        tone_shift=tone_shift,
        personal_shift=personal_shift,
    )


def fit_satisfaction(
    start: SatisfactionCoefficients = START,
    population: Population | None = None,
    digits: int = 4,
) -> SatisfactionFit:
    """Fit the free coefficients to the six published values.

    Parameters
    ----------
    start : SatisfactionCoefficients
        Start of the search, and the values of all that is not free.
    population : Population, optional
        Default: the one of the targets.
    digits : int
        Digits after the point that are kept; the ties hold after rounding.

    Returns
    -------
    SatisfactionFit
        Coefficients and ``max abs(measured - target) / tolerance``; above 1 a target is missed.
    """
    from scipy.optimize import least_squares

    def miss_targets(free: np.ndarray) -> np.ndarray:
        measures = measure_targets(place_free(free, start), population)
        return np.array(
            [
                (getattr(measures, target.measure) - target.value) / target.tolerance
                for target in FITTED_TARGETS
            ]
        )

    first = np.array([start.b0, start.b_plus, start.r0, start.tone_shift, start.personal_shift])
    solution = least_squares(miss_targets, first, xtol=1e-12, ftol=1e-12, gtol=1e-12)
    free = np.round(solution.x, digits)
    return SatisfactionFit(place_free(free, start), float(np.abs(miss_targets(free)).max()))
