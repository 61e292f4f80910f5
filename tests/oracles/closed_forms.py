"""Control problems of effort that have a closed form: what the solvers are held against.

Sethi's advertising model, the square-root variant of the brand's problem::

    dx = (r u sqrt(1-x) - d x) dt + noise,   max E int e^{-rho t} (pi x - u^2) dt
    V = L x + r^2 L^2 / 4 rho,   r^2 L^2 / 4 + (rho + d) L = pi,   u = (r L / 2) sqrt(1-x)

linear, so noise that vanishes at 0 and 1 changes nothing; with an end, L solves the Riccati
equation L' = (rho + d) L + r^2 L^2 / 4 - pi, L(T) = 0. The linear-quadratic regulator::

    dx = (-k x + b u) dt + s dW,   min E int e^{-rho t} (q x^2 + c u^2) dt
    V = P x^2 + s^2 P / rho,   b^2 P^2 / c + (2k + rho) P = q,   u = -(b P / c) x

Sources: Sethi (1983), Optimal Control Applications and Methods 4(2); any text on linear
regulators. Checked by ``tests/theory/test_sentiment_control.py`` (printed numbers, the HJB
equation itself) and ``test_sentiment_horizon.py``.
"""

import dataclasses
import math

from sim.feeling.sentiment.control import check_positive


@dataclasses.dataclass(frozen=True)
class SquareRootEffort:
    """Sethi's optimal effort.

    Attributes
    ----------
    slope : float
        L, value of a unit of sentiment.
    level : float
        Value at sentiment 0.
    fixed_point : float
        Sentiment at which the controlled drift is zero.
    gain : float
        Effort at sentiment 0: r L / 2.
    """

    slope: float
    level: float
    fixed_point: float
    gain: float

    def effort(self, x: float) -> float:
        """Return the optimal effort at sentiment ``x``."""
        return self.gain * math.sqrt(1.0 - x)

    def value(self, x: float) -> float:
        """Return the expected discounted reward from sentiment ``x``."""
        return self.slope * x + self.level


@dataclasses.dataclass(frozen=True)
class LinearEffort:
    """The linear-quadratic regulator.

    Attributes
    ----------
    curvature, gain : float
        P; effort is -gain x.
    level : float
        Cost at the target.
    variance : float
        Stationary variance of the state.
    """

    curvature: float
    gain: float
    level: float
    variance: float


def solve_square_root(r: float, d: float, rho: float, pi: float) -> SquareRootEffort:
    """Return Sethi's optimal effort without end.

    Parameters
    ----------
    r, d, rho, pi : float
        Effect of effort, decay [1/h], discount rate [1/h], worth of sentiment; above 0.

    Raises
    ------
    InputError
        A parameter that is not above 0.
    """
    check_positive(r=r, d=d, rho=rho, pi=pi)
    slope = _solve_positive(r * r / 4.0, rho + d, pi)
    pull = r * r * slope / 2.0
    return SquareRootEffort(slope, r * r * slope**2 / (4.0 * rho), pull / (pull + d), r * slope / 2)


def slope_square_root(r: float, d: float, rho: float, pi: float, left_h: float) -> float:
    """Return L with ``left_h`` hours to go and nothing after them."""
    check_positive(r=r, d=d, rho=rho, pi=pi)
    return _ride(r * r / 4.0, rho + d, pi, left_h)


def solve_linear(
    k: float, b: float, q: float, c: float, rho: float, noise: float = 0.0
) -> LinearEffort:
    """Return the linear-quadratic regulator without end.

    Parameters
    ----------
    k, b : float
        Decay [1/h] and effect of effort.
    q, c, rho : float
        Costs of x^2 and u^2, discount rate [1/h].
    noise : float
        Standard deviation per square root of an hour.

    Raises
    ------
    InputError
        A parameter that is not above 0.
    """
    check_positive(k=k, b=b, q=q, c=c, rho=rho)
    curvature = _solve_positive(b * b / c, 2.0 * k + rho, q)
    gain = b * curvature / c
    level = noise**2 * curvature / rho
    return LinearEffort(curvature, gain, level, noise**2 / (2.0 * (k + b * gain)))


def curvature_linear(k: float, b: float, q: float, c: float, rho: float, left_h: float) -> float:
    """Return P with ``left_h`` hours to go and nothing after them."""
    check_positive(k=k, b=b, q=q, c=c, rho=rho)
    return _ride(b * b / c, 2.0 * k + rho, q, left_h)


def _solve_positive(square: float, linear: float, constant: float) -> float:
    """Return the positive root of square y^2 + linear y = constant, without cancellation."""
    return 2.0 * constant / (linear + math.sqrt(linear**2 + 4.0 * square * constant))


def _ride(square: float, linear: float, constant: float, left_h: float) -> float:
    """Return y(left_h) of y' = constant - linear y - square y^2 from y(0) = 0."""
    root = math.sqrt(linear**2 + 4.0 * square * constant)
    wave = math.tanh(0.5 * root * left_h)
    return 2.0 * constant * wave / (root + linear * wave)
