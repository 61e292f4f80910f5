"""Offered load that moves with time: how many agents would be busy if none ever lacked.

Symbols: lambda(t) new customers, constant within an interval; 1/mu mean handling time;
p share that returns; 1/delta mean think time; n needy (being handled), c content (away
and coming back).

    n' = lambda + delta c - mu n,    c' = p mu n - delta c                     (1)

(1) is the mean of the infinite-server Erlang R network of Yom-Tov and Mandelbaum 2014
(p = 0: M_t/M/infinity, Eick, Massey and Whitt 1993). On an interval it is linear with
constant input, so its solution is exact:
    x(t) = x_s + exp(A t) (x(0) - x_s),  x_s = lambda/(1-p) (1/mu, p/delta)
    exp(A t) = e^{m t} (cosh(q t) I + sinh(q t)/q (A - m I)),
    m = -(mu + delta)/2,  q = sqrt((mu - delta)^2 + 4 p mu delta)/2
Time means follow from the balance of (1), maxima from the one possible zero of n'.
Modified offered load (Jennings, Mandelbaum, Massey and Whitt 1996): a stationary queue
at each interval, fed at rate n mu.
Checked by ``tests/theory/test_queueing_loads.py`` (frequency response, scipy's
integrator, published amplitudes and lags).
"""

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.queueing.arguments import (
    QueueInputError,
    read_intervals,
    require_positive,
    require_share,
)
from sim.queueing.erlang import ErlangC, erlang_c
from sim.queueing.patience import ErlangA, erlang_a

Start = Literal["empty", "steady", "cyclic"]


class Flow(NamedTuple):
    """The constants of (1), rates a minute: mu, delta, p, and m, q of its solution."""

    mu: float
    delta: float
    p: float
    m: float
    q: float

    def evolve(self, t: npt.ArrayLike, n: npt.ArrayLike, c: npt.ArrayLike) -> np.ndarray:
        """Exp(A t) (n, c), elementwise; shape (2, ...)."""
        t, n, c = (np.asarray(value, dtype=np.float64) for value in (t, n, c))
        slow = self.mu * self.delta * (1 - self.p) / (self.m - self.q)
        split = np.exp(-2 * self.q * t)
        odd = t if self.q == 0 else -np.expm1(-2 * self.q * t) / (2 * self.q)
        half = (1 + split) / 2
        to_n = (-self.mu - self.m) * n + self.delta * c
        to_c = self.p * self.mu * n + (-self.delta - self.m) * c
        return np.exp(slow * t) * np.array([half * n + odd * to_n, half * c + odd * to_c])

    def settle(self, rate_per_h: npt.ArrayLike) -> np.ndarray:
        """The stationary (n, c) at constant rates, shape (2, ...)."""
        total = np.asarray(rate_per_h) / 60 / (1 - self.p)
        return np.array([total / self.mu, total * self.p / self.delta])

    def compute_turn_min(self, n: np.ndarray, c: np.ndarray) -> np.ndarray:
        """When n(t) turns, from its distance (n, c) to x_s; infinite if never [min]."""
        slope_n = -self.mu * n + self.delta * c
        slope_c = self.p * self.mu * n - self.delta * c
        if self.q == 0:
            return np.full_like(slope_n, np.inf)
        odd = ((-self.mu - self.m) * slope_n + self.delta * slope_c) / self.q
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = (odd + slope_n) / (odd - slope_n)
            inside = (ratio > 0) & (ratio < 1)
            return np.where(inside, -np.log(ratio) / (2 * self.q), np.inf)


def build_flow(handle_min: float, return_share: float, think_min: float | None) -> Flow:
    """Check the arguments and return the constants of (1).

    Without returns the think time does not matter and may be None.
    """
    require_positive(handle_min=handle_min)
    require_share(return_share=return_share)
    if think_min is None:
        if return_share > 0:
            raise QueueInputError("think_min: needed when return_share is above 0")
        think_min = handle_min
    require_positive(think_min=think_min)
    mu, delta = 1 / handle_min, 1 / think_min
    q = math.sqrt((mu - delta) ** 2 + 4 * return_share * mu * delta) / 2
    return Flow(mu, delta, return_share, -(mu + delta) / 2, q)


@dataclass(frozen=True, eq=False)
class OfferedLoad:
    """Exact offered load of piecewise-constant arrivals (see `offered_load`).

    Attributes
    ----------
    rate_per_h : np.ndarray, shape (n_intervals,)
        New customers an hour.
    interval_min : float
        Length of an interval [min].
    flow : Flow
        Constants of the equations.
    edge_erlang, edge_content : np.ndarray, shape (n_intervals + 1,)
        Load and mean number of thinking customers at the edges of the intervals.
    mean_erlang, max_erlang : np.ndarray, shape (n_intervals,)
        Time mean and maximum of the load over each interval.
    """

    rate_per_h: np.ndarray
    interval_min: float
    flow: Flow
    edge_erlang: np.ndarray
    edge_content: np.ndarray
    mean_erlang: np.ndarray
    max_erlang: np.ndarray

    def at(self, time_min: npt.ArrayLike) -> np.ndarray:
        """The load at times from 0 to the end of the last interval [min]."""
        time = np.asarray(time_min, dtype=np.float64)
        count = len(self.rate_per_h)
        if ((time < 0) | (time > count * self.interval_min)).any():
            raise QueueInputError("time_min: outside the intervals")
        place = np.minimum((time / self.interval_min).astype(np.int64), count - 1)
        steady = self.flow.settle(self.rate_per_h[place])
        n = self.edge_erlang[place] - steady[0]
        c = self.edge_content[place] - steady[1]
        load: np.ndarray = steady[0] + self.flow.evolve(time - place * self.interval_min, n, c)[0]
        return load


def offered_load(
    rate_per_h: npt.ArrayLike,
    handle_min: float,
    interval_min: float = 60.0,
    *,
    return_share: float = 0.0,
    think_min: float | None = None,
    start: Start = "empty",
) -> OfferedLoad:
    """The exact load that time-varying arrivals offer, with returns if asked.

    Parameters
    ----------
    rate_per_h : array_like, shape (n_intervals,)
        New customers an hour in each interval.
    handle_min : float
        Mean handling time of one visit, exponential [min].
    interval_min : float
        Length of an interval [min].
    return_share : float
        Probability that a visit is followed by another, in [0, 1).
    think_min : float, optional
        Mean time until the return, exponential [min].
    start : {"empty", "steady", "cyclic"}
        Nobody there at time 0; the stationary load of the first rate; the intervals
        repeat for ever.

    Returns
    -------
    OfferedLoad
        Load at the edges, mean and maximum of every interval.

    Raises
    ------
    QueueInputError
        A ``ValueError``: a value outside its domain.

    Examples
    --------
    >>> import sim
    >>> load = sim.queueing.offered_load([30.0, 60.0, 30.0], handle_min=30)
    >>> load.mean_erlang.round(2).tolist()
    [8.52, 22.64, 20.49]
    """
    rates = read_intervals("rate_per_h", rate_per_h)
    require_positive(interval_min=interval_min)
    flow = build_flow(handle_min, return_share, think_min)
    steady = flow.settle(rates)
    edges = _walk(flow, steady, interval_min, _choose_start(flow, steady, interval_min, start))
    grown = np.diff(edges, axis=1).sum(axis=0)
    mean = steady[0] - grown / (flow.mu * (1 - flow.p) * interval_min)
    maximum = np.maximum(edges[0, :-1], edges[0, 1:])
    away = edges[:, :-1] - steady
    turn = flow.compute_turn_min(*away)
    inside = turn < interval_min
    turning = flow.evolve(turn[inside], *away[:, inside])[0] + steady[0, inside]
    maximum[inside] = np.maximum(maximum[inside], turning)
    return OfferedLoad(rates, interval_min, flow, edges[0], edges[1], mean, maximum)


def _choose_start(flow: Flow, steady: np.ndarray, interval_min: float, start: str) -> np.ndarray:
    if start == "empty":
        return np.zeros(2)
    if start == "steady":
        first: np.ndarray = steady[:, 0]
        return first
    if start != "cyclic":
        raise QueueInputError(f"start = {start!r}: must be empty, steady or cyclic")
    cycle_min = interval_min * steady.shape[1]
    round_trip = flow.evolve(cycle_min, *np.eye(2))
    from_empty = _walk(flow, steady, interval_min, np.zeros(2))[:, -1]
    begin: np.ndarray = np.linalg.solve(np.eye(2) - round_trip, from_empty)
    return begin


def _walk(flow: Flow, steady: np.ndarray, interval_min: float, begin: np.ndarray) -> np.ndarray:
    (nn, nc), (cn, cc) = flow.evolve(interval_min, *np.eye(2)).tolist()
    n, c = begin.tolist()
    edges = [(n, c)]
    for steady_n, steady_c in steady.T.tolist():
        n, c = n - steady_n, c - steady_c
        n, c = steady_n + nn * n + nc * c, steady_c + cn * n + cc * c
        edges.append((n, c))
    return np.array(edges).T


def modified_offered_load(
    load: OfferedLoad, agents: npt.ArrayLike, patience_min: float | None = None
) -> tuple[ErlangC, ...] | tuple[ErlangA, ...]:
    """Each interval's stationary queue, fed at the rate of its mean offered load.

    Parameters
    ----------
    load : OfferedLoad
        From `offered_load`.
    agents : array_like of int, shape (n_intervals,)
        Staff of each interval.
    patience_min : float, optional
        Mean patience [min]; None: nobody leaves.

    Returns
    -------
    tuple of ErlangC or of ErlangA
        One queue an interval; its ``arrival_per_h`` counts visits.

    Raises
    ------
    QueueInputError
        Without patience, an interval whose agents do not exceed its load.

    Examples
    --------
    >>> import sim
    >>> load = sim.queueing.offered_load([30.0, 60.0, 30.0], handle_min=10)
    >>> [round(hour.delay_probability,
    ...     3) for hour in sim.queueing.modified_offered_load(load, [8, 12, 10])]
    [0.072, 0.292, 0.087]
    """
    staff = [int(count) for count in np.broadcast_to(agents, load.mean_erlang.shape)]
    visits_per_h = (load.mean_erlang * load.flow.mu * 60).tolist()
    handle_min = 1 / load.flow.mu
    if patience_min is None:
        return tuple(
            erlang_c(rate, handle_min, s) for rate, s in zip(visits_per_h, staff, strict=True)
        )
    return tuple(
        erlang_a(rate, handle_min, patience_min, s)
        for rate, s in zip(visits_per_h, staff, strict=True)
    )
