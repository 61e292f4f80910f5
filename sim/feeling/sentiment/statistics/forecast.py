"""Forecasts of sentiment with intervals.

From a known value the hourly step gives the next hour's distribution exactly: a normal with
mean f(x) = x + k1 u (1-x) - k2 x and standard deviation k3, what falls outside [0, 1] put on
its ends. Further hours follow as a Markov chain on a grid (exact but for the grid's step, a
third of k3 or less). The estimates' own uncertainty widens the noise of each step by
sqrt((n + 2)/(n - 2)), n steps of the fit: of an autoregression with two coefficients.
Checked by ``tests/theory/test_sentiment_forecast.py``: paths played, the linear case by its
formula, coverage.
"""

import dataclasses
import math
from collections.abc import Iterator, Sequence

import numpy as np

from sim.errors import InputError
from sim.feeling.sentiment.statistics.result import SentimentFit

# Half, four fifths and the usual 95 %: the body and the tail of a forecast.
LEVELS = (0.5, 0.8, 0.95)
# Grid of sentiment: three steps to a standard deviation of an hour's noise, within these limits;
# more cost time.
FEWEST_NODES, MOST_NODES = 301, 2001


@dataclasses.dataclass(frozen=True, eq=False)
class SentimentForecast:
    """Distribution of sentiment hours ahead.

    Attributes
    ----------
    mean, sd : np.ndarray
        shape (hours,), or (n_starts, hours) from several starts.
    levels : tuple of float
        Of the intervals.
    low, high : np.ndarray
        shape (n_levels, ...) as ``mean``: central intervals.
    """

    mean: np.ndarray
    sd: np.ndarray
    levels: tuple[float, ...]
    low: np.ndarray
    high: np.ndarray


def forecast_sentiment(
    fit: SentimentFit,
    start: float | np.ndarray,
    hours: int,
    effort: Sequence[float] | np.ndarray | None = None,
    levels: Sequence[float] = LEVELS,
) -> SentimentForecast:
    """Forecast sentiment hour by hour.

    Parameters
    ----------
    fit : SentimentFit
        Estimates with dt_h = 1.
    start : float or np.ndarray
        Sentiment now, in [0, 1]; or several, shape (n_starts,).
    hours : int
        How far, at least 1.
    effort : sequence of float, optional
        shape (hours,): planned effort of each hour. By default the brand steers optimally.
    levels : sequence of float
        Of the intervals, in (0, 1).

    Returns
    -------
    SentimentForecast
        Means, standard deviations and central intervals.

    Raises
    ------
    InputError
        A value out of its range, or no plan of effort for a fit with effort observed.

    Examples
    --------
    >>> import numpy as np
    >>> import sim
    >>> noise = np.random.default_rng(1).standard_normal((2000, 1))
    >>> x = sim.feeling.steer_sentiment(0.396, 0.164, 0.028, noise)[:, 0]
    >>> fit = sim.feeling.fit_sentiment(x)
    >>> sim.feeling.forecast_sentiment(fit, start=0.4, hours=24).mean.shape
    (24,)
    """
    starts = np.atleast_1d(np.asarray(start, dtype=np.float64))
    _check_forecast(fit, starts, hours, effort, levels)
    noise = fit.k3 * math.sqrt((fit.steps + 2.0) / (fit.steps - 2.0))
    nodes = int(min(max(FEWEST_NODES, math.ceil(3.0 / noise) + 1), MOST_NODES))
    grid = np.linspace(0.0, 1.0, nodes)
    shares = [*(0.5 - 0.5 * level for level in levels), *(0.5 + 0.5 * level for level in levels)]
    masses = list(_spread(fit, starts, grid, noise, hours, effort))
    mean = np.stack([mass @ grid for mass in masses], axis=1)
    square = np.stack([mass @ grid**2 for mass in masses], axis=1)
    bounds = np.stack([_compute_quantiles(mass, grid, shares) for mass in masses], axis=2)
    if np.ndim(start) == 0:
        mean, square, bounds = mean[0], square[0], bounds[:, 0]
    sd = np.sqrt(np.maximum(square - mean**2, 0.0))
    count = len(levels)
    return SentimentForecast(mean, sd, tuple(levels), bounds[:count], bounds[count:])


def _check_forecast(
    fit: SentimentFit,
    starts: np.ndarray,
    hours: int,
    effort: Sequence[float] | np.ndarray | None,
    levels: Sequence[float],
) -> None:
    errors = []
    if fit.dt_h != 1.0:
        errors.append(f"forecast: dt_h = {fit.dt_h:g}, allowed: a fit of hourly values")
    if not np.all((starts >= 0.0) & (starts <= 1.0)):
        errors.append("forecast: start: allowed: in [0, 1]")
    if hours < 1:
        errors.append(f"forecast: hours = {hours}, allowed: 1 or more")
    if effort is None and fit.is_effort_observed:
        errors.append("forecast: effort: needed, as the fit was made with effort observed")
    if effort is not None and len(effort) != hours:
        errors.append(f"forecast: {len(effort)} efforts for {hours} hours")
    if not all(0.0 < level < 1.0 for level in levels):
        errors.append("forecast: levels: allowed: between 0 and 1")
    if errors:
        raise InputError(*errors)


def _spread(
    fit: SentimentFit,
    starts: np.ndarray,
    grid: np.ndarray,
    noise: float,
    hours: int,
    effort: Sequence[float] | np.ndarray | None,
) -> Iterator[np.ndarray]:
    """Yield the probabilities of the grid's points hour by hour, shape (n_starts, nodes)."""
    policy = fit.compute_control_policy() if effort is None else None

    def move(x: np.ndarray, hour: int) -> np.ndarray:
        u = policy.effort(x) if policy is not None else float(np.asarray(effort)[hour])
        return np.asarray(x + fit.k1 * u * (1.0 - x) - fit.k2 * x)

    mass = _scatter(move(starts, 0), grid, noise)
    chain: np.ndarray | None = None
    for hour in range(hours):
        if hour > 0:
            if chain is None or policy is None:
                chain = _scatter(move(grid, hour), grid, noise)
            mass = mass @ chain
        yield mass


def _scatter(means: np.ndarray, grid: np.ndarray, noise: float) -> np.ndarray:
    """Normal probabilities of each point's cell; the ends take what falls outside."""
    from scipy.special import ndtr

    edges = 0.5 * (grid[1:] + grid[:-1])
    below = ndtr((edges - means[:, None]) / noise)
    ends = (np.zeros((means.size, 1)), np.ones((means.size, 1)))
    return np.diff(np.concatenate([ends[0], below, ends[1]], axis=1), axis=1)


def _compute_quantiles(mass: np.ndarray, grid: np.ndarray, shares: Sequence[float]) -> np.ndarray:
    """The quantiles of each row, shape (n_shares, n_rows)."""
    edges = np.append(0.5 * (grid[1:] + grid[:-1]), 1.0)
    reached = np.cumsum(mass, axis=1)
    return np.array([[np.interp(share, row, edges) for row in reached] for share in shares])
