"""Erlang A: the M/M/s+M queue, customers whose patience is exponential.

Symbols: lambda, mu, theta rates of arrival, service, leaving; s agents; x = s mu/theta,
y = lambda/theta; V virtual wait (of a customer who would stay), R patience,
W = min(V, R) the wait; B Erlang B of s - 1 agents.

Mandelbaum and Zeltyn 2007, with J(t) = int_t^inf exp(phi(v)) dv:
    phi(v) = y (1 - exp(-theta v)) - x theta v
    P(V > t) = lambda J(t) / (1/B + lambda J(0)),   density of V proportional to exp(phi)
    P(leave) = theta E W = E(1 - exp(-theta V))

In units of the patience, from the peak at w* = max(0, ln(y/x)) on:
    phi = phi_max - slope d - curve h(d),  h(d) = exp(-d) - 1 + d,
    slope = max(x - y, 0),  curve = min(x, y)
so the integrand falls to exp(-L) of its peak before d = min(L/slope, sqrt(2L/curve) +
L/curve) and, on the left, before ln(1 + L/curve + sqrt(2L/curve)). Those closed bounds
place the panels of a Gauss-Legendre rule that holds from tiny to endless patience and
from light load to deep overload; everything is kept relative to the peak, so nothing
overflows. J(t) is J(0) with y exp(-theta t) for y.
Checked by ``tests/theory/test_queueing_patience.py`` (published numbers; the birth-death
chain with beta-distributed waits; limits).
"""

import math
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np

from sim.queueing.arguments import require_agents, require_not_negative, require_positive
from sim.queueing.erlang import erlang_b

# Panel ends where the integrand has fallen to exp(-level): up to exp(-37), the last bit of 1.
LEVELS = np.array([0.3, 1.5, 4.0, 8.0, 13.0, 19.0, 27.0, 37.0])
# Further panel ends in units of the mean, for curves that no level describes.
SCALES = np.array([0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0])


class PatienceShape(NamedTuple):
    """The integrand exp(phi), each shape (n,): height of phi's peak, its place, its fall."""

    peak: np.ndarray
    peak_at: np.ndarray
    slope: np.ndarray
    curve: np.ndarray

    def fall(self, d: np.ndarray) -> np.ndarray:
        """Phi_max - phi at distance ``d`` from the peak, shape (n, ...)."""
        wide = (slice(None),) + (None,) * (d.ndim - 1)
        return self.slope[wide] * d + self.curve[wide] * compute_convex(d)


class PatienceIntegrals(NamedTuple):
    """Integrals of exp(phi - peak) over theta v, each shape (n,).

    Weights: ``every`` 1, ``stay`` exp(-theta v), ``leave`` 1 - exp(-theta v), ``wait``
    theta v, ``served_wait`` theta v exp(-theta v).
    """

    every: np.ndarray
    stay: np.ndarray
    leave: np.ndarray
    wait: np.ndarray
    served_wait: np.ndarray


@cache
def compute_gauss_rule(points: int = 12) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights of the Gauss-Legendre rule on [0, 1]."""
    nodes, weights = np.polynomial.legendre.leggauss(points)
    return (nodes + 1) / 2, weights / 2


def compute_convex(d: np.ndarray) -> np.ndarray:
    """Exp(-d) - 1 + d without cancellation near 0."""
    small = np.abs(d) < 0.03
    near = np.where(small, d, 0.0)
    series = near * near * (0.5 - near / 6 * (1 - near / 4 * (1 - near / 5 * (1 - near / 6))))
    return np.where(small, series, np.expm1(-d) + d)


def locate_peak(x: np.ndarray, y: np.ndarray) -> PatienceShape:
    """Where exp(phi) peaks and how it falls, for x > 0."""
    excess = np.maximum(y / x - 1, 0)
    peak_at = np.log1p(excess)
    return PatienceShape(x * (excess - peak_at), peak_at, np.maximum(x - y, 0), np.minimum(x, y))


def place_panels(shape: PatienceShape) -> np.ndarray:
    """Ascending panel edges around the peak, shape (n, n_edges)."""
    with np.errstate(divide="ignore", over="ignore"):
        bend = LEVELS / shape.curve[:, None]
        right = np.minimum(LEVELS / shape.slope[:, None], np.sqrt(2 * bend) + bend)
        left = -np.minimum(np.log1p(bend + np.sqrt(2 * bend)), shape.peak_at[:, None])
    end = right[:, -1:]
    scales = np.minimum(SCALES[end.max() > SCALES], end)
    return np.sort(np.concatenate((left, np.zeros_like(end), right, scales), axis=1), axis=1)


def integrate_patience(shape: PatienceShape) -> PatienceIntegrals:
    """The integrals of the module's head over the whole queue or its tail."""
    edges = place_panels(shape)
    nodes, weights = compute_gauss_rule()
    width = np.diff(edges, axis=1)[:, :, None]
    d = edges[:, :-1, None] + width * nodes
    mass = np.exp(-shape.fall(d)) * (width * weights)
    delay = d + shape.peak_at[:, None, None]
    staying = mass * np.exp(-delay)
    sums = (mass, staying, mass * -np.expm1(-delay), mass * delay, staying * delay)
    return PatienceIntegrals(*(part.sum(axis=(1, 2)) for part in sums))


class Waits(NamedTuple):
    """Probabilities of one Erlang A queue and one limit t, each shape (n,).

    ``delay`` P(V > 0), ``leave`` P(leave), ``served`` P(served), ``late`` P(V > t),
    ``served_late`` P(V > t and served); E V and E(V; served) in patiences: ``wait``,
    ``served_wait``.
    """

    delay: np.ndarray
    leave: np.ndarray
    served: np.ndarray
    late: np.ndarray
    served_late: np.ndarray
    wait: np.ndarray
    served_wait: np.ndarray


def solve_waits(
    load_erlang: np.ndarray,
    agents: np.ndarray,
    patience: np.ndarray,
    limit: np.ndarray,
    blocking: np.ndarray,
) -> Waits:
    """Solve many Erlang A queues at once; all arguments float64 of shape (n,).

    Parameters
    ----------
    load_erlang, agents
        Offered load, 0 or more; agents, 1 or more.
    patience, limit
        Mean patience in mean service times; t in patiences.
    blocking
        Erlang B of one agent fewer at the same load.

    Returns
    -------
    Waits
        Probabilities over all that arrive.
    """
    x, y = agents * patience, load_erlang * patience
    shape = locate_peak(x, y)
    whole = integrate_patience(shape)
    tail = integrate_patience(locate_peak(x, y * np.exp(-limit)))
    scaled = y * blocking
    idle = np.exp(-shape.peak)
    density = scaled / (idle + scaled * whole.every)
    fade = density * np.exp(-shape.fall(np.maximum(limit - shape.peak_at, 0)))
    return Waits(
        np.minimum(density * whole.every, 1.0),
        np.minimum(density * whole.leave, 1.0),
        idle / (idle + scaled * whole.every) + density * whole.stay,
        fade * tail.every,
        fade * np.exp(-limit) * tail.stay,
        density * whole.wait,
        density * whole.served_wait,
    )


@dataclass(frozen=True)
class ErlangA:
    """A stationary M/M/s+M queue (see `erlang_a`).

    Attributes
    ----------
    arrival_per_h, handle_min, patience_min, agents
        What was asked.
    delay_probability : float
        Share of arrivals that find no agent free.
    abandon_probability : float
        Share of arrivals that leave before service.
    mean_wait_min : float
        Mean wait of all arrivals, to service or to leaving, zeros included [min].
    utilization : float
        Share of the agents' time that is busy; 0 where there are none.
    """

    arrival_per_h: float
    handle_min: float
    patience_min: float
    agents: int
    delay_probability: float
    abandon_probability: float
    mean_wait_min: float
    utilization: float

    @property
    def waiting_mean(self) -> float:
        """Mean number of customers waiting (Little's law)."""
        return self.arrival_per_h / 60 * self.mean_wait_min

    @property
    def mean_wait_of_served_min(self) -> float:
        """Mean wait of those who are served [min]; NaN where nobody is."""
        if self.agents == 0:
            return math.nan
        waits = self._solve(0.0)
        return float(waits.served_wait[0] / waits.served[0]) * self.patience_min

    @property
    def mean_virtual_wait_min(self) -> float:
        """Mean wait of a customer who would never leave [min]; infinite without agents."""
        return float(self._solve(0.0).wait[0]) * self.patience_min

    def service_level(self, within_min: float) -> float:
        """P(wait <= ``within_min`` and served) over all that arrive."""
        waits = self._solve(within_min)
        return max(float(waits.served[0] - waits.served_late[0]), 0.0)

    def service_level_of_served(self, within_min: float) -> float:
        """P(wait <= ``within_min``) over those who are served; NaN where nobody is."""
        if self.agents == 0:
            return math.nan
        return self.service_level(within_min) / float(self._solve(0.0).served[0])

    def service_level_less_early(self, within_min: float) -> float:
        """Share served within ``within_min`` of all but those who leave inside it."""
        waits = self._solve(within_min)
        in_time = self.service_level(within_min)
        still_there = float(waits.late[0]) * math.exp(-within_min / self.patience_min)
        return in_time / (in_time + still_there)

    def virtual_service_level(self, within_min: float) -> float:
        """P(virtual wait <= ``within_min``): of a customer who would never leave."""
        return 1 - float(self._solve(within_min).late[0])

    def exit_share(self, within_min: float) -> float:
        """P(served or gone inside ``within_min``) over all that arrive."""
        late = float(self._solve(within_min).late[0])
        return 1 - late * math.exp(-within_min / self.patience_min)

    def _solve(self, within_min: float) -> Waits:
        require_not_negative(within_min=within_min)
        return _solve_one(
            self.arrival_per_h, self.handle_min, self.patience_min, self.agents, within_min
        )


def _solve_one(
    arrival_per_h: float, handle_min: float, patience_min: float, agents: int, within_min: float
) -> Waits:
    if agents == 0:
        return Waits(*(np.array([value]) for value in (1.0, 1.0, 0.0, 1.0, 0.0, np.inf, 0.0)))
    load = arrival_per_h * handle_min / 60
    values = (
        load,
        agents,
        patience_min / handle_min,
        within_min / patience_min,
        erlang_b(load, agents - 1),
    )
    return solve_waits(*(np.array([value], dtype=np.float64) for value in values))


def erlang_a(arrival_per_h: float, handle_min: float, patience_min: float, agents: int) -> ErlangA:
    """Solve the M/M/s+M queue: customers leave after an exponential patience.

    Parameters
    ----------
    arrival_per_h : float
        Arrivals an hour, 0 or more.
    handle_min, patience_min : float
        Mean service time and mean patience [min].
    agents : int
        0 or more; a stationary state always exists.

    Returns
    -------
    ErlangA
        Stationary measures over all that arrive.

    Raises
    ------
    QueueInputError
        A ``ValueError``: a value outside its domain.

    Examples
    --------
    >>> import sim
    >>> queue = sim.queueing.erlang_a(arrival_per_h=60, handle_min=10, patience_min=20,
    ...     agents=10)
    >>> round(queue.abandon_probability, 3), round(queue.service_level(5.0), 3)
    (0.104, 0.768)
    """
    require_not_negative(arrival_per_h=arrival_per_h)
    require_positive(handle_min=handle_min, patience_min=patience_min)
    require_agents(agents)
    waits = _solve_one(arrival_per_h, handle_min, patience_min, agents, 0.0)
    leave = float(waits.leave[0])
    busy = arrival_per_h * handle_min / 60 * float(waits.served[0])
    return ErlangA(
        arrival_per_h,
        handle_min,
        patience_min,
        agents,
        delay_probability=float(waits.delay[0]),
        abandon_probability=leave,
        mean_wait_min=leave * patience_min,
        utilization=busy / agents if agents else 0.0,
    )
