"""Sentiment of the brand over a run: effort measured, path simulated, scale set.

Formulas and sources: ``sim.rules.sentiment``. Sentiment starts the hour, effort of
that hour moves it: ``x[h + 1]`` follows from ``x[h]``, ``u[h]``, ``k2[h]``. Checked by
``tests/unit/test_sentiment_path.py`` (naive twins) and ``tests/theory/test_sentiment_path.py``
(fixed point, stationary variance of the Euler step).
"""

import numpy as np

from sim.compile import jit
from sim.errors import InputError
from sim.feeling.sentiment.control import optimal_effort
from sim.rules.sentiment import EFFORT_FLOOR, gauge_effort, scale_shock, step_sentiment

HOUR = 1.0


def measure_effort(
    work_weighted_min_per_h: np.ndarray,
    arrivals_per_h: np.ndarray,
    base_per_h: float,
    scale: float,
) -> np.ndarray:
    """The response effort of each hour of a run.

    Parameters
    ----------
    work_weighted_min_per_h : np.ndarray
        shape (n_hours,) [min]: agent time of the turns that ended in the hour, times
        the weight of their level (`sim.rules.sentiment.LEVEL_WEIGHTS`; 0 if the
        customer had left).
    arrivals_per_h : np.ndarray
        shape (n_hours,): actionable arrivals.
    base_per_h : float
        Base rate of mentions [1/h]; a quarter of it is the least divisor.
    scale : float
        The brand's ``s`` [1/min], from `fit_effort_scale`.

    Returns
    -------
    np.ndarray
        shape (n_hours,): mean of the hour and the one before it (the first hour: of
        itself), at least `sim.rules.sentiment.EFFORT_FLOOR`.

    Examples
    --------
    >>> import numpy as np
    >>> import sim
    >>> work, arrivals = np.array([120.0, 240.0]), np.array([24.0, 48.0])
    >>> sim.feeling.measure_effort(work, arrivals, base_per_h=24.0, scale=0.064).tolist()
    [0.32, 0.32]
    """
    return _measure(
        np.ascontiguousarray(work_weighted_min_per_h, dtype=np.float64),
        np.ascontiguousarray(arrivals_per_h, dtype=np.float64),
        float(base_per_h),
        float(scale),
    )


def run_sentiment(
    effort: np.ndarray,
    k1: float,
    k2_per_h: np.ndarray,
    k3: float,
    noise: np.ndarray,
    start: float,
    baseline: float = 0.0,
) -> np.ndarray:
    """The path of sentiment, hour by hour.

    Parameters
    ----------
    effort : np.ndarray
        shape (n_hours,), from `measure_effort`.
    k1 : float
        Effect of effort [1/h].
    k2_per_h : np.ndarray
        shape (n_hours,): decay [1/h], events included.
    k3 : float
        Noise: standard deviation of one hourly step.
    noise : np.ndarray
        shape (n_hours,): standard normals.
    start : float
        Sentiment at the start, in [0, 1].
    baseline : float
        Sentiment towards which neglect pulls: decay is k2 (x - baseline).

    Returns
    -------
    np.ndarray
        shape (n_hours + 1,) in [0, 1]: sentiment at the start of each hour, and at the end.

    Examples
    --------
    >>> import numpy as np
    >>> import sim
    >>> effort = np.full(3, 0.5)
    >>> x = sim.feeling.run_sentiment(effort, 0.396, np.full(3, 0.164), 0.0, np.zeros(3), 0.4)
    >>> x.round(3).tolist()
    [0.4, 0.453, 0.487, 0.509]
    """
    return _run(
        np.ascontiguousarray(effort, dtype=np.float64),
        float(k1),
        np.ascontiguousarray(k2_per_h, dtype=np.float64),
        float(k3),
        np.ascontiguousarray(noise, dtype=np.float64),
        float(start),
        float(baseline),
    )


def follow_mood(sentiment: np.ndarray, half_life_h: float) -> np.ndarray:
    """The slow mood that follows the brand's sentiment, hour by hour.

    Parameters
    ----------
    sentiment : np.ndarray
        shape (n,) in [0, 1]: at the start of each hour, from `run_sentiment`.
    half_life_h : float
        In this time [h] half of a lasting change of sentiment has reached the mood; above 0.

    Returns
    -------
    np.ndarray
        shape (n,): mood at the start of each hour; it starts where sentiment does.

    Examples
    --------
    >>> import numpy as np
    >>> import sim
    >>> x = np.array([0.4, 0.6, 0.6, 0.6])
    >>> sim.feeling.follow_mood(x, half_life_h=1.0).tolist()
    [0.4, 0.4, 0.5, 0.55]
    """
    kept = 0.5 ** (HOUR / half_life_h)
    mood = np.empty(sentiment.size)
    mood[0] = sentiment[0]
    for h in range(1, sentiment.size):
        mood[h] = kept * mood[h - 1] + (1.0 - kept) * sentiment[h - 1]
    return mood


def steer_sentiment(
    k1: float, k2: float, k3: float, noise: np.ndarray, start: float | np.ndarray | None = None
) -> np.ndarray:
    """Paths of a brand that steers optimally, by the hourly step.

    Parameters
    ----------
    k1, k2, k3 : float
        The brand's (see `sim.feeling.optimal_effort`; kappa = c = 1, rho = .0005).
    noise : np.ndarray
        shape (n_hours, n_paths): standard normals.
    start : float or np.ndarray, optional
        shape (n_paths,): sentiment at the start; the fixed point by default.

    Returns
    -------
    np.ndarray
        shape (n_hours + 1, n_paths) in [0, 1].

    Examples
    --------
    >>> import numpy as np
    >>> import sim
    >>> x = sim.feeling.steer_sentiment(0.396, 0.164, 0.0, np.zeros((3, 1)), start=0.4)
    >>> x[:, 0].round(3).tolist()
    [0.4, 0.434, 0.45, 0.459]
    """
    policy = optimal_effort(k1, k2, k3)
    x = np.empty((noise.shape[0] + 1, noise.shape[1]))
    x[0] = policy.fixed_point if start is None else start
    for h in range(noise.shape[0]):
        moved = x[h] + k1 * policy.effort(x[h]) * (1.0 - x[h]) - k2 * x[h] + k3 * noise[h]
        x[h + 1] = np.clip(moved, 0.0, 1.0)
    return x


def fit_effort_scale(
    work_weighted_min_per_h: np.ndarray,
    arrivals_per_h: np.ndarray,
    base_per_h: float,
    k1: float,
    k2: float,
    target_sentiment: float,
) -> float:
    """The scale ``s`` at which a reference run keeps sentiment at its target.

    The noise-free path that starts at the target has the target as its mean over
    the run: set once per brand on the reference plan, with the fixed point of
    `sim.feeling.optimal_effort` as target, then frozen.

    Parameters
    ----------
    work_weighted_min_per_h, arrivals_per_h, base_per_h
        As in `measure_effort`.
    k1, k2 : float
        The brand's [1/h].
    target_sentiment : float
        In (0, 1).

    Returns
    -------
    float
        ``s`` [1/min], to 12 digits.

    Raises
    ------
    InputError
        If no scale reaches the target (no work, or the floor of effort is above it).

    Examples
    --------
    >>> import numpy as np
    >>> import sim
    >>> work, arrivals = np.array([120.0, 240.0]), np.array([24.0, 48.0])
    >>> scale = sim.feeling.fit_effort_scale(work, arrivals, 24.0, 0.396, 0.164, 0.468)
    >>> round(scale, 4)
    0.0729
    """
    hours = len(work_weighted_min_per_h)
    decay, silence = np.full(hours, float(k2)), np.zeros(hours)

    def miss_target(scale: float) -> float:
        effort = measure_effort(work_weighted_min_per_h, arrivals_per_h, base_per_h, scale)
        path = run_sentiment(effort, k1, decay, 0.0, silence, target_sentiment)
        return float(path[1:].mean()) - target_sentiment

    low, high = 0.0, 1.0
    while miss_target(high) < 0.0 and high < 1e6:
        low, high = high, 4.0 * high
    if miss_target(high) < 0.0 or miss_target(low) > 0.0:
        raise InputError(
            f"effort scale: no scale keeps the reference run at sentiment {target_sentiment:g}"
        )
    for _ in range(80):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if miss_target(middle) < 0.0 else (low, middle)
    return 0.5 * (low + high)


@jit
def _measure(work: np.ndarray, arrivals: np.ndarray, base: float, scale: float) -> np.ndarray:
    effort = np.empty(work.size)
    before = 0.0
    for h in range(work.size):
        now = gauge_effort(work[h], arrivals[h], base, scale)
        smooth = now if h == 0 else 0.5 * (before + now)
        effort[h] = max(smooth, EFFORT_FLOOR)
        before = now
    return effort


@jit
def _run(
    effort: np.ndarray,
    k1: float,
    k2: np.ndarray,
    k3: float,
    noise: np.ndarray,
    start: float,
    baseline: float,
) -> np.ndarray:
    path = np.empty(effort.size + 1)
    path[0] = start
    for h in range(effort.size):
        shock = scale_shock(k3, noise[h], HOUR) + k2[h] * baseline * HOUR
        path[h + 1] = step_sentiment(path[h], effort[h], k1, k2[h], shock, HOUR)
    return path
