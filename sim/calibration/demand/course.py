"""The course of one brand event, fitted to the counts of its burst.

    m_i = b mu_i + A f_i int_i g(t - t_e) dt,   f = s shape + 1 - s,  peak = 1 + A/base

g is the scenario's own course (ramp, then two half-lives), integrated over each interval
by ``sim.scenario.profile.integrate_course``; b, the busyness around, is near 1 with a known
variance. Weighted least squares with variance m + psi m^2, psi by moments, started from
the best points of a grid on which the two parts are linear; a second half-life only where
the misfit falls by more than chance explains. Standard errors hold
Poisson's noise, psi and the busyness of hours and days (sandwich; what is held of b is no
observation). Checked by ``tests/unit/test_calibration_course.py``.
"""

import itertools
import math
from collections.abc import Iterator
from typing import Any, NamedTuple, cast

import numpy as np

from sim.calibration.demand.weekly_profile import Busyness
from sim.scenario.event import Event
from sim.scenario.profile import integrate_course

# (a) What rises for longer than two days is not an event of sudden attention.
MOST_RAMP_H = 48.0
# The first high hour may follow the start by an hour of counting; more lets the fit start in
# noise.
START_SLACK_H = 1.0
# Of a logarithm: a factor of e^5, so the history does not tell the parameter and no error is
# written.
NOT_KNOWN_ERROR = 5.0
LEAST_GAIN = 14.0  # chi-squared of two parameters at .001
# Hours, a factor of 2.5 to 3 apart, from a news flash to a crisis: near enough that least squares
# reaches the best; more starts only cost time.
_START_HALF_LIVES = (0.1, 0.3, 0.8, 2.0, 5.0, 12.0, 30.0, 80.0)
# The weights of the second fit come from the first; each round is a whole fit. Not tuned.
_ROUNDS = 2


class Window(NamedTuple):
    """Counts around a burst; intervals may differ in length."""

    edges_h: np.ndarray
    """float64, shape (n, 2): start and end of each interval [h]"""
    values: np.ndarray
    """float64, shape (n,)"""
    background: np.ndarray
    """float64, shape (n,): expected without this event"""
    factor: np.ndarray
    """float64, shape (n,): how the event follows the profile, s shape + 1 - s"""
    onset_h: float
    """from here on the counts rise to their highest"""
    peak_h: float
    """start of the interval with the highest"""


class Course(NamedTuple):
    """A fitted course."""

    start_h: float
    ramp_h: float
    half_life_1_h: float
    half_life_2_h: float
    """the first again where there is only one"""
    weight: float
    height_per_h: float
    """A: mentions an hour above the base at the peak"""
    errors: dict[str, float]
    """standard errors: of start [h] and weight, else of logarithms; absent where not known"""
    background: float
    """b"""
    misfit: float
    """weighted squares per degree of freedom"""


class _Form(NamedTuple):
    """What `integrate_course` reads of an event; a whole event takes too long to make."""

    ramp_min: float
    weight: float
    half_life_1_h: float
    half_life_2_h: float
    decay: str = "exponential"
    power_exponent: None = None
    power_scale_h: None = None


_Parameters = tuple[float, float, float, float, float]  # start, ramp, half-lives, weight


def count_course_h(parameters: _Parameters, edges_h: np.ndarray) -> np.ndarray:
    """The integral of g over each interval.

    Parameters
    ----------
    parameters : tuple of float
        Start, ramp, both half-lives [h] and the weight of the first.
    edges_h : np.ndarray
        float64, shape (n, 2): start and end of each interval [h].

    Returns
    -------
    np.ndarray
        float64, shape (n,) [h].
    """
    start_h, ramp_h, one_h, two_h, weight = parameters
    event = cast("Event", _Form(60.0 * ramp_h, weight, one_h, two_h))
    since_h = edges_h - start_h
    return integrate_course(event, since_h[:, 1]) - integrate_course(event, since_h[:, 0])


def fit_course(window: Window, busyness: Busyness) -> Course:
    """Fit start, ramp, half-lives, weight and height.

    Parameters
    ----------
    window : Window
        From hours before the burst to hours after it.
    busyness : Busyness
        Of the background.

    Returns
    -------
    Course
        The best of several starts.
    """
    size = np.maximum(window.values, window.background)
    variance = np.maximum(size, 1.0) + 0.05 * size**2
    singles, doubles = _list_starts(window, variance)
    for _ in range(_ROUNDS):
        problem = _Problem(window, variance, busyness)
        one = min((problem.polish(x) for x in singles), key=lambda found: found.cost)
        two = min((problem.polish(x) for x in doubles), key=lambda found: found.cost)
        scale = max(1.0, 2.0 * two.cost / max(len(size) - 7, 1))
        best = two if 2.0 * (one.cost - two.cost) > LEAST_GAIN * scale else one
        mean = problem.compute_mean(best.x)
        psi = _solve_psi(window.values, np.maximum(mean, 0.25))
        variance = np.maximum(mean, 0.25) + psi * mean**2
        singles, doubles = [one.x], [two.x]
    return _finish(_Problem(window, variance, busyness).polish(best.x), window, variance, busyness)


def _solve_psi(values: np.ndarray, mean: np.ndarray) -> float:
    """Psi at which the mean of (N - m)^2/(m + psi m^2) is 1; 0 where it is below."""
    squares = (values - mean) ** 2
    if (squares / mean).mean() <= 1.0:
        return 0.0
    low, high = 1e-6, 10.0
    for _ in range(40):
        psi = (low * high) ** 0.5
        if (squares / (mean + psi * mean**2)).mean() > 1.0:
            low = psi
        else:
            high = psi
    return (low * high) ** 0.5


class _Problem:
    """Least squares in start, ln ramp, ln half-life, ln A, b [, ln other half-life, logit w]."""

    def __init__(self, window: Window, variance: np.ndarray, busyness: Busyness) -> None:
        self.window, self.root = window, np.sqrt(variance)
        span_h = float(window.edges_h[-1, 1] - window.edges_h[0, 0])
        self.spread = max(busyness.day_mean_variance(max(span_h, 1.0)), 1e-4) ** 0.5
        self.step_h = float((window.edges_h[:, 1] - window.edges_h[:, 0]).min())

    def compute_mean(self, x: np.ndarray) -> np.ndarray:
        """The expected counts."""
        window = self.window
        hours = count_course_h(read_parameters(x), window.edges_h)
        return x[4] * window.background + np.exp(x[3]) * window.factor * hours

    def compute_misfit(self, x: np.ndarray) -> np.ndarray:
        """Scaled residuals; the last one holds b near 1."""
        misfit = (self.window.values - self.compute_mean(x)) / self.root
        return np.append(misfit, (x[4] - 1.0) / self.spread)

    def polish(self, start: np.ndarray) -> Any:
        """Scipy's result from one start."""
        from scipy import optimize

        onset_h, rise_h = self.window.onset_h, self.window.peak_h - self.window.onset_h
        first = onset_h - START_SLACK_H - 0.5 * rise_h
        last = self.window.peak_h + self.step_h
        most_ramp_h = min(MOST_RAMP_H, 2.0 * (rise_h + START_SLACK_H))
        # What is over within a step, or slower than the window is long, cannot be told.
        most_life_h = max(self.window.edges_h[-1, 1] - onset_h, 1.0)
        low = [first, np.log(self.step_h / 2), np.log(self.step_h), -12.0, 0.05]
        high = [last, np.log(most_ramp_h), np.log(most_life_h), 30.0, 5.0]
        if len(start) == 7:
            low, high = [*low, low[2], -6.0], [*high, high[2], 6.0]
        inside = np.clip(start, np.array(low) + 1e-9, np.array(high) - 1e-9)
        return optimize.least_squares(
            self.compute_misfit, inside, bounds=(low, high), x_scale="jac", max_nfev=30
        )


def read_parameters(x: np.ndarray) -> _Parameters:
    """Start, ramp, both half-lives and weight of a vector of the fit."""
    ramp_h, one_h = float(np.exp(x[1])), float(np.exp(x[2]))
    if len(x) == 5:
        return float(x[0]), ramp_h, one_h, one_h, 1.0
    two_h, weight = float(np.exp(x[5])), _expit(float(x[6]))
    if one_h > two_h:
        one_h, two_h, weight = two_h, one_h, 1.0 - weight
    return float(x[0]), ramp_h, one_h, two_h, weight


def _expit(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x))


def _list_starts(window: Window, variance: np.ndarray) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Starts with one and with two half-lives, the best of a grid."""
    step_h = float((window.edges_h[:, 1] - window.edges_h[:, 0]).min())
    target = window.values - window.background
    found: list[tuple[float, np.ndarray]] = []
    for ramp_h, back in itertools.product((step_h / 2, 0.5, 2.0, 6.0), (0.0, 0.5, 1.0)):
        start_h = window.onset_h - back * max(ramp_h, step_h)
        columns = np.array([
            window.factor * count_course_h((start_h, ramp_h, life, life, 1.0), window.edges_h)
            for life in _START_HALF_LIVES
        ])  # fmt: skip
        gram, right = (columns / variance) @ columns.T, columns @ (target / variance)
        found += [
            (gain, np.array([start_h, math.log(ramp_h), *rest]))
            for gain, rest in _try_half_lives(gram, right)
        ]
    found.sort(key=lambda pair: -pair[0])
    singles = [x for _, x in found if len(x) == 5][:1]
    doubles = [x for _, x in found if len(x) == 7][:2]
    return singles, doubles or [np.append(x, (x[2] + math.log(4.0), 2.0)) for x in singles]


def _try_half_lives(gram: np.ndarray, right: np.ndarray) -> Iterator[tuple[float, list[float]]]:
    """Yield gain and the rest of a start, for each half-life and pair of them."""
    lives = _START_HALF_LIVES
    floor = 1e-9
    for i, life in enumerate(lives):
        height = max(right[i] / max(gram[i, i], 1e-300), floor)
        yield float(height * right[i]), [math.log(life), math.log(height), 1.0]
    for i, j in itertools.combinations(range(len(lives)), 2):
        determinant = gram[i, i] * gram[j, j] - gram[i, j] ** 2
        if determinant <= 1e-12 * gram[i, i] * gram[j, j]:
            continue
        one = (right[i] * gram[j, j] - right[j] * gram[i, j]) / determinant
        two = (right[j] * gram[i, i] - right[i] * gram[i, j]) / determinant
        if one > 0.0 and two > 0.0:
            gain = float(one * right[i] + two * right[j])
            share = math.log(one / two)
            yield gain, [math.log(lives[i]), math.log(one + two), 1.0, math.log(lives[j]), share]


def _finish(found: Any, window: Window, variance: np.ndarray, busyness: Busyness) -> Course:
    """The course with standard errors."""
    x = found.x
    free = _find_free(found, float((window.edges_h[:, 1] - window.edges_h[:, 0]).min()))
    covariance = _compute_covariance(found, free, window, variance, busyness)
    errors = np.where(free, np.sqrt(np.maximum(np.diag(covariance), 0.0)), np.inf)
    start_h, ramp_h, one_h, two_h, weight = read_parameters(x)
    named = dict(zip(("start_h", "ramp_h", "half_life_1_h", "height_per_h"), errors, strict=False))
    if len(x) == 7:
        shorter, longer = (2, 5) if x[2] <= x[5] else (5, 2)
        named["half_life_1_h"], named["half_life_2_h"] = errors[shorter], errors[longer]
        named["weight"] = errors[6] * weight * (1.0 - weight)
    named = {key: float(value) for key, value in named.items() if value < NOT_KNOWN_ERROR}
    misfit = 2.0 * found.cost / max(len(window.values) - len(x), 1)
    height = math.exp(x[3])
    return Course(start_h, ramp_h, one_h, two_h, weight, height, named, float(x[4]), misfit)


def _find_free(found: Any, step_h: float) -> np.ndarray:
    """Which parameters the counts can tell.

    One at a bound is held there; so is a ramp within a step, which start and height make up for.
    """
    free = found.active_mask == 0
    free[1] &= np.exp(found.x[1]) >= step_h
    return np.asarray(free)


def _compute_covariance(
    found: Any, free: np.ndarray, window: Window, variance: np.ndarray, busyness: Busyness
) -> np.ndarray:
    """The sandwich covariance of the parameters, others than `free` held."""
    jacobian = np.where(free, found.jac, 0.0)
    slopes = jacobian[:-1] / np.sqrt(variance)[:, None]  # of the mean, over its variance
    middle_h = window.edges_h.mean(axis=1)
    lag = np.abs(np.subtract.outer(middle_h, middle_h)).round()
    level = found.x[4] * window.background
    same_day = np.maximum(1.0 - lag / 24.0, 0.0)  # chance that two hours are of one day
    busy = busyness.hour_variance * busyness.correlation**lag + busyness.day_variance * same_day
    noise = np.outer(level, level) * busy
    noise[np.diag_indices_from(noise)] += variance
    meat = slopes.T @ noise @ slopes
    bread = np.linalg.pinv(jacobian.T @ jacobian)
    return bread @ meat @ bread
