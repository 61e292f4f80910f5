"""Agents for each interval from a stationary formula: SIPP, lag, offered load, alpha.

Symbols: a offered load [erlang], s agents, W wait, N customers present.

SIPP (stationary, independent, period by period): the smallest s whose Erlang C (with
patience: Erlang A) meets the target at each interval's own rate. Lag SIPP: at the rate
averaged over the interval shifted back by one mean handling time, 0 before the start
(Green, Kolesar and Soares 2001). Offered load: at the mean, or the maximum, of the
infinite-server load over the interval. Alpha: the smallest s with P(N >= s) <= alpha for
Poisson N (Feldman, Mandelbaum, Massey and Whitt 2008).

All search by halving, for every interval at once: service levels rise with s. Intervals
without load get no agents. Checked by ``tests/theory/test_queueing_staffing.py`` (64
published plans, published alpha staffing, neighbors of each answer).
"""

from collections.abc import Callable
from typing import Literal

import numpy as np
import numpy.typing as npt

from sim.queueing.arguments import (
    QueueInputError,
    read_intervals,
    require_not_negative,
    require_positive,
    require_share,
)
from sim.queueing.erlang import compute_blocking, convert_to_delay
from sim.queueing.loads import Start, offered_load
from sim.queueing.patience import solve_waits

ServiceLevel = Callable[[np.ndarray, np.ndarray], np.ndarray]


def staff_sipp(
    rate_per_h: npt.ArrayLike,
    handle_min: npt.ArrayLike,
    target_share: float,
    within_min: float,
    *,
    patience_min: float | None = None,
) -> np.ndarray:
    """The fewest agents of each interval by its own rate.

    Parameters
    ----------
    rate_per_h : array_like, shape (n_intervals,)
        Arrivals an hour.
    handle_min : float or array_like, shape (n_intervals,)
        Mean service time [min].
    target_share : float
        Share of arrivals to serve within the limit, in (0, 1).
    within_min : float
        Longest wait that counts as in time [min].
    patience_min : float, optional
        Mean patience [min]: then Erlang A, in time over all that arrive. None: Erlang C.

    Returns
    -------
    np.ndarray of int64, shape (n_intervals,)
        Agents; 0 where there is no load.

    Raises
    ------
    QueueInputError
        A ``ValueError``: a value outside its domain.

    Examples
    --------
    >>> import sim
    >>> sim.queueing.staff_sipp([30.0, 60.0, 30.0], 30.0, target_share=0.8,
    ...     within_min=5.0).tolist()
    [19, 34, 19]
    """
    rates = read_intervals("rate_per_h", rate_per_h)
    handles = np.broadcast_to(read_intervals("handle_min", handle_min), rates.shape)
    require_positive(smallest_handle_min=float(handles.min()))
    load = rates * handles / 60
    return _staff_loads(load, handles, target_share, within_min, patience_min)


def staff_erlang_a(
    rate_per_h: npt.ArrayLike,
    handle_min: npt.ArrayLike,
    patience_min: float,
    target_share: float,
    within_min: float,
) -> np.ndarray:
    """The fewest agents of each interval by Erlang A: what a planner's tool does.

    `staff_sipp` with patience; parameters, result and errors as there.

    Examples
    --------
    >>> import sim
    >>> sim.queueing.staff_erlang_a([30.0, 60.0], 10.0, patience_min=30.0,
    ...     target_share=0.8, within_min=5.0).tolist()
    [6, 11]
    """
    return staff_sipp(rate_per_h, handle_min, target_share, within_min, patience_min=patience_min)


def staff_lag(
    rate_per_h: npt.ArrayLike,
    handle_min: float,
    target_share: float,
    within_min: float,
    interval_min: float = 60.0,
    *,
    patience_min: float | None = None,
) -> np.ndarray:
    """The fewest agents of each interval by the rate one handling time ago.

    Parameters
    ----------
    rate_per_h : array_like, shape (n_intervals,)
        Arrivals an hour, constant within an interval; 0 before the first.
    handle_min, target_share, within_min, patience_min
        As `staff_sipp`; one handling time for all.
    interval_min : float
        Length of an interval [min].

    Returns
    -------
    np.ndarray of int64, shape (n_intervals,)
        Agents.

    Raises
    ------
    QueueInputError
        A ``ValueError``: a value outside its domain.

    Examples
    --------
    >>> import sim
    >>> sim.queueing.staff_lag([30.0, 60.0, 30.0], 30.0, target_share=0.8,
    ...     within_min=5.0).tolist()
    [11, 27, 27]
    """
    rates = read_intervals("rate_per_h", rate_per_h)
    require_positive(handle_min=handle_min, interval_min=interval_min)
    edges = np.arange(len(rates) + 1) * interval_min
    arrived = np.concatenate(([0.0], np.cumsum(rates)))
    lagged = np.diff(np.interp(edges - handle_min, edges, arrived))
    return staff_sipp(
        np.maximum(lagged, 0), handle_min, target_share, within_min, patience_min=patience_min
    )


def staff_offered_load(
    rate_per_h: npt.ArrayLike,
    handle_min: float,
    target_share: float,
    within_min: float,
    interval_min: float = 60.0,
    *,
    how: Literal["mean", "max"] = "mean",
    patience_min: float | None = None,
    return_share: float = 0.0,
    think_min: float | None = None,
    start: Start = "empty",
) -> np.ndarray:
    """The fewest agents of each interval by its exact time-varying offered load.

    Parameters
    ----------
    rate_per_h, handle_min, interval_min, return_share, think_min, start
        As `sim.queueing.offered_load`.
    target_share, within_min, patience_min
        As `staff_sipp`, for each visit.
    how : {"mean", "max"}
        Staff for the mean or for the maximum of the load over the interval.

    Returns
    -------
    np.ndarray of int64, shape (n_intervals,)
        Agents.

    Raises
    ------
    QueueInputError
        A ``ValueError``: a value outside its domain.

    Examples
    --------
    >>> import sim
    >>> sim.queueing.staff_offered_load([30.0, 60.0, 30.0], 30.0, target_share=0.8,
    ...     within_min=5.0).tolist()
    [12, 27, 24]
    """
    if how not in ("mean", "max"):
        raise QueueInputError(f"how = {how!r}: must be mean or max")
    moving = offered_load(
        rate_per_h,
        handle_min,
        interval_min,
        return_share=return_share,
        think_min=think_min,
        start=start,
    )
    load = np.maximum(moving.mean_erlang if how == "mean" else moving.max_erlang, 0)
    handles = np.full_like(load, handle_min)
    return _staff_loads(load, handles, target_share, within_min, patience_min)


def staff_alpha(load_erlang: npt.ArrayLike, alpha: float) -> np.ndarray:
    """The fewest agents with P(N >= s) <= alpha, N Poisson with the load as mean.

    Parameters
    ----------
    load_erlang : array_like, shape (n,)
        Offered loads, moving or not.
    alpha : float
        Largest share of delayed customers, in (0, 1).

    Returns
    -------
    np.ndarray of int64, shape (n,)
        Agents.

    Raises
    ------
    QueueInputError
        A ``ValueError``: a value outside its domain.

    Examples
    --------
    >>> import sim
    >>> sim.queueing.staff_alpha([4.0, 25.0, 100.0], alpha=0.1).tolist()
    [8, 33, 114]
    """
    loads = read_intervals("load_erlang", load_erlang)
    require_positive(alpha=alpha)
    require_share(alpha=alpha)
    return _search_agents(
        loads, lambda place, s: compute_poisson_tail(loads[place], s) <= alpha, np.zeros_like(loads)
    )


def compute_poisson_tail(load_erlang: np.ndarray, count: np.ndarray) -> np.ndarray:
    """P(N >= count) for Poisson N with mean ``load_erlang``, elementwise.

    Examples
    --------
    >>> import numpy as np
    >>> import sim
    >>> sim.queueing.compute_poisson_tail(np.array([10.0]),
    ...     np.array([15])).round(3).tolist()
    [0.083]
    """
    from scipy.special import gammainc

    tail: np.ndarray = np.where(count <= 0, 1.0, gammainc(np.maximum(count, 1), load_erlang))
    return tail


def compute_poisson_excess(load_erlang: np.ndarray, agents: np.ndarray) -> np.ndarray:
    """E max(N - s, 0) = a P(N >= s) - s P(N > s) for Poisson N, elementwise.

    Examples
    --------
    >>> import numpy as np
    >>> import sim
    >>> sim.queueing.compute_poisson_excess(np.array([10.0]),
    ...     np.array([12])).round(3).tolist()
    [0.531]
    """
    at_least = compute_poisson_tail(load_erlang, agents)
    return load_erlang * at_least - agents * compute_poisson_tail(load_erlang, agents + 1)


def _staff_loads(
    load: np.ndarray,
    handle_min: np.ndarray,
    target_share: float,
    within_min: float,
    patience_min: float | None,
) -> np.ndarray:
    require_share(target_share=target_share)
    require_positive(target_share=target_share)
    require_not_negative(within_min=within_min)
    pairs, back = np.unique(np.stack([load, handle_min]), axis=1, return_inverse=True)
    busy, handles = pairs
    if patience_min is None:
        level = _build_level_c(busy, within_min / handles)
        floor = np.floor(busy)
    else:
        require_positive(patience_min=patience_min)
        patience = patience_min / handles
        level = _build_level_a(busy, patience, np.full_like(busy, within_min / patience_min))
        floor = np.zeros_like(busy)
    agents = _search_agents(busy, lambda place, s: level(place, s) >= target_share, floor)
    return agents[back.reshape(load.shape)]


def _build_level_c(load: np.ndarray, limit: np.ndarray) -> ServiceLevel:
    def compute_level(place: np.ndarray, agents: np.ndarray) -> np.ndarray:
        a = load[place]
        delay = convert_to_delay(compute_blocking(a, agents), a, agents)
        return 1 - delay * np.exp(-(agents - a) * limit[place])

    return compute_level


def _build_level_a(load: np.ndarray, patience: np.ndarray, limit: np.ndarray) -> ServiceLevel:
    def compute_level(place: np.ndarray, agents: np.ndarray) -> np.ndarray:
        a = load[place]
        blocking = compute_blocking(a, agents - 1)
        waits = solve_waits(a, agents, patience[place], limit[place], blocking)
        return waits.served - waits.served_late

    return compute_level


def _search_agents(
    load: np.ndarray, passes: Callable[[np.ndarray, np.ndarray], np.ndarray], fails: np.ndarray
) -> np.ndarray:
    """The smallest passing agents of each load; ``fails`` is known to be too few."""
    low, high = fails.copy(), np.ceil(load + 3 * np.sqrt(load) + 2)
    open_ = np.flatnonzero(load > 0)
    while open_.size:
        open_ = open_[~passes(open_, high[open_])]
        low[open_], high[open_] = high[open_], 2 * high[open_] - low[open_]
    open_ = np.flatnonzero((load > 0) & (high - low > 1))
    while open_.size:
        middle = np.floor((low[open_] + high[open_]) / 2)
        good = passes(open_, middle)
        high[open_[good]], low[open_[~good]] = middle[good], middle[~good]
        open_ = open_[high[open_] - low[open_] > 1]
    return np.where(load > 0, high, 0).astype(np.int64)
