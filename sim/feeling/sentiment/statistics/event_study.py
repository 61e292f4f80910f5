"""Did a brand event move k1 or k2: two windows of an hourly series, and a test of right size.

Before the event the parameters are (k1, k2), after it the one that is asked for is another.
All three are estimated together; k3 is common. The test compares the sums of squares of the
fits without and with a change::

    F = (S0 - S1) / (S1 / (n - 3)) * q^2,  against F(1, n - 3),   q = 1 - b / theta

n steps; theta is the fitted share of a deviation that is lost in a step, and b = (2 + 4 r)/n,
r = 1 - theta, its bias upward when two levels are fitted to an autoregression (Marriott & Pope
1954). Without q the test rejects 6.5 % instead of 5 % at 72 h. Where effort is not observed
the brand is taken to steer optimally on either side, so it knows of the change at once (as
Mousavi, Johar & Mookerjee (2020) do, who estimate each window by itself: windows of 72 h then
tell nothing, the standard error of k2 is .037 and of the difference .052. Here k1 is shared by
the windows and the level tells k2: .008). Size and power: ``experiments/events``; checked by
``tests/theory/test_sentiment_events.py``.
"""

import dataclasses
import functools
import math
from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np

from sim.errors import InputError
from sim.feeling.sentiment.control import check_positive, optimal_effort
from sim.feeling.sentiment.statistics.fit import (
    differentiate,
    guess_parameters,
    minimize_squares,
    take_steps,
)
from sim.feeling.sentiment.statistics.result import FEWEST_STEPS, FIT_NODES

PARAMETERS = 3
Moved = Literal["k1", "k2"]


@dataclasses.dataclass(frozen=True)
class EventStudy:
    """Change of one parameter at an event.

    Attributes
    ----------
    moved : str
        ``k1`` or ``k2``.
    before, after, change, change_se : float
        The parameter on either side; their difference with its standard error [1/h].
    change_low, change_high : float
        95 % interval of the change, Student t.
    p_value : float
        Of the test that nothing changed.
    shared : float
        The other parameter, common to both sides [1/h].
    steps_before, steps_after : int
        Steps used.
    """

    moved: Moved
    before: float
    after: float
    change: float
    change_se: float
    change_low: float
    change_high: float
    p_value: float
    shared: float
    steps_before: int
    steps_after: int


class _Window(NamedTuple):
    """Steps of both windows: start, rate of change, effort (None: optimal), after or not."""

    start: np.ndarray
    rate: np.ndarray
    effort: np.ndarray | None
    is_after: np.ndarray


def study_event(
    x: np.ndarray,
    event_index: int,
    window_h: float | None = 72.0,
    moved: Moved = "k2",
    effort: np.ndarray | None = None,
    dt_h: float = 1.0,
    kappa: float = 1.0,
    c: float = 1.0,
    rho: float = 0.0005,
    before_h: float | None = None,
) -> EventStudy:
    """Estimate and test the change of ``moved`` at an event.

    Parameters
    ----------
    x : np.ndarray
        shape (n,), sentiment in [0, 1]; NaN where unknown.
    event_index : int
        Index of the first step of ``x`` after the event.
    window_h : float, optional
        Length of the windows before and after it [h]; None: all there is.
    moved : str
        ``k1`` or ``k2``; the other is shared.
    effort : np.ndarray, optional
        shape (n,) or (n - 1,): effort during each step; by default optimal.
    dt_h : float
        Length of a step [h].
    kappa, c, rho : float
        As in `sim.feeling.fit_sentiment`.
    before_h : float, optional
        Length of the window before, where it is another: ``math.inf`` for all there is.

    Returns
    -------
    EventStudy
        Both values, change with interval, p-value.

    Raises
    ------
    InputError
        If a window holds fewer than 24 known steps, or the series does not identify the
        parameters.

    Examples
    --------
    >>> import numpy as np
    >>> import sim
    >>> noise = np.random.default_rng(1).standard_normal((2000, 1))
    >>> x = sim.feeling.steer_sentiment(0.396, 0.164, 0.028, noise)[:, 0]
    >>> study = sim.feeling.study_event(x, event_index=1000)
    >>> bool(study.p_value > 0.05)
    True
    """
    check_positive(kappa=kappa, c=c, rho=rho)
    if moved not in ("k1", "k2"):
        raise InputError(f"event study: moved = {moved!r}, allowed: k1, k2")
    after_h = math.inf if window_h is None else window_h
    lengths = (after_h if before_h is None else before_h, after_h)
    window = _cut_windows(np.asarray(x, np.float64), effort, event_index, lengths, dt_h)
    miss = _make_miss(window, moved, dt_h, (kappa, c, rho))
    start = _guess(window, dt_h, (kappa, c, rho))
    whole = minimize_squares(miss, np.array([*start, start[int(moved == "k2")]]))
    calm = minimize_squares(lambda log_k: miss(np.append(log_k, log_k[int(moved == "k2")])), start)
    calm_squares = float(np.sum(miss(np.append(calm, calm[int(moved == "k2")])) ** 2))
    return _conclude(window, moved, whole, miss, calm_squares, dt_h)


def _cut_windows(
    values: np.ndarray,
    effort: np.ndarray | None,
    event_index: int,
    lengths_h: tuple[float, float],
    dt_h: float,
) -> _Window:
    if not 0 < event_index < values.size - 1:
        raise InputError(
            f"event study: event_index = {event_index}, allowed: 1 to {values.size - 2}"
        )
    position = np.arange(values.size - 1)
    is_after = position >= event_index
    away_h = np.where(is_after, position - event_index + 1, event_index - position) * dt_h
    inside = away_h <= np.where(is_after, lengths_h[1], lengths_h[0])
    known = np.isfinite(values[:-1]) & np.isfinite(values[1:]) & inside
    during = None
    if effort is not None:
        during = np.asarray(effort, dtype=np.float64)[: values.size - 1]
        known &= np.isfinite(during)
    for name, side in (("before", ~is_after), ("after", is_after)):
        steps = int(np.sum(known & side))
        if steps < FEWEST_STEPS:
            raise InputError(
                f"event study: {steps} known steps {name} the event, allowed: {FEWEST_STEPS} or "
                "more"
            )
    take_steps(values, dt_h)
    rate = np.diff(values)[known] / dt_h
    chosen = None if during is None else during[known]
    return _Window(values[:-1][known], rate, chosen, is_after[known])


def _guess(window: _Window, dt_h: float, costs: tuple[float, float, float]) -> np.ndarray:
    if window.effort is None:
        return np.log(guess_parameters(window.start, window.rate, dt_h, costs)[:2])
    design = np.column_stack([window.effort * (1.0 - window.start), -window.start])
    found = np.linalg.lstsq(design, window.rate, rcond=None)[0]
    return np.log(np.clip(found, 0.01, 5.0))


def _make_miss(
    window: _Window, moved: Moved, dt_h: float, costs: tuple[float, float, float]
) -> Callable[[np.ndarray], np.ndarray]:
    """The residuals as a function of the logarithms of k1, k2 and the moved one after."""
    noise = guess_parameters(window.start, window.rate, dt_h, costs)[2]
    # Most trials move one side only.
    steer = functools.lru_cache(maxsize=64)(
        lambda k1, k2: optimal_effort(k1, k2, noise, *costs, nodes=FIT_NODES)
    )

    def drift(k1: float, k2: float, side: np.ndarray) -> np.ndarray:
        x = window.start[side]
        u = steer(k1, k2).effort(x) if window.effort is None else window.effort[side]
        return np.asarray(k1 * u * (1.0 - x) - k2 * x)

    def miss(log_k: np.ndarray) -> np.ndarray:
        k1, k2, late = np.exp(log_k).tolist()
        later = (late, k2) if moved == "k1" else (k1, late)
        residual = window.rate.copy()
        residual[~window.is_after] -= drift(k1, k2, ~window.is_after)
        residual[window.is_after] -= drift(*later, window.is_after)
        return residual

    return miss


def _compute_shrink(window: _Window, dt_h: float) -> float:
    """Q of the module's head: theta without its bias over theta, at least 1/2."""
    levels = np.column_stack([~window.is_after, window.is_after, window.start])
    line = np.linalg.lstsq(levels.astype(np.float64), window.rate, rcond=None)[0]
    theta = min(max(-float(line[2]) * dt_h, 0.02), 1.0)
    bias = (2.0 + 4.0 * (1.0 - theta)) / window.rate.size
    return max(1.0 - bias / theta, 0.5)


def _conclude(
    window: _Window,
    moved: Moved,
    log_k: np.ndarray,
    miss: Callable[[np.ndarray], np.ndarray],
    calm_squares: float,
    dt_h: float,
) -> EventStudy:
    from scipy.stats import f, t

    squares = float(np.sum(miss(log_k) ** 2))
    free = window.rate.size - PARAMETERS
    values = np.exp(log_k)
    slopes = differentiate(miss, log_k) / values
    information = slopes.T @ slopes
    if squares <= 1e-18 or np.linalg.cond(information) > 1e12:
        raise InputError("event study: the series does not identify the change")
    covariance = squares / free * np.linalg.inv(information)
    place = 0 if moved == "k1" else 1
    contrast = np.zeros(PARAMETERS)
    contrast[place], contrast[2] = -1.0, 1.0
    change, error = float(contrast @ values), math.sqrt(float(contrast @ covariance @ contrast))
    shrink = 1.0 if window.effort is not None else _compute_shrink(window, dt_h)
    error /= shrink
    reach = float(t.ppf(0.975, free)) * error
    statistic = shrink**2 * max(calm_squares - squares, 0.0) / (squares / free)
    return EventStudy(
        moved=moved,
        before=float(values[place]),
        after=float(values[2]),
        change=change,
        change_se=error,
        change_low=change - reach,
        change_high=change + reach,
        p_value=float(f.sf(statistic, 1, free)),
        shared=float(values[1 - place]),
        steps_before=int(np.sum(~window.is_after)),
        steps_after=int(np.sum(window.is_after)),
    )
