"""Queues without abandonment: Erlang B, Erlang C, priority classes, open networks.

Symbols: a offered load [erlang], s agents, lambda arrival rate, mu service rate,
B blocking probability, C delay probability, rho = a/s, W wait.

B(0) = 1, B(s) = a B(s-1) / (s + a B(s-1))                            (Jagerman 1974)
C = B / (1 - rho (1 - B)), P(W > t) = C exp(-(s mu - lambda) t), E W = C/(s mu - lambda)
Cobham 1954: E W_k = (C/(s mu)) / ((1 - sigma_{k-1}) (1 - sigma_k)), sigma_k = sum_{j<=k} a_j/s
Jackson 1957: an open network's nodes are independent M/M/s at x = external + x P.

The recursion adds positive numbers only and never enlarges a relative error, so it
holds for any load and 10,000 agents and more. Checked by
``tests/theory/test_queueing_erlang.py`` (published numbers, exact fractions).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.queueing.arguments import (
    QueueInputError,
    read_intervals,
    require_agents,
    require_not_negative,
    require_positive,
)


@dataclass(frozen=True)
class ErlangC:
    """A stationary M/M/s queue without abandonment (see `erlang_c`).

    Attributes
    ----------
    arrival_per_h, handle_min, agents
        What was asked.
    delay_probability : float
        Share of customers that wait at all.
    mean_wait_min : float
        Mean wait to the start of service over all customers, zeros included [min].
    utilization : float
        Share of the agents' time that is busy.
    """

    arrival_per_h: float
    handle_min: float
    agents: int
    delay_probability: float
    mean_wait_min: float
    utilization: float

    @property
    def waiting_mean(self) -> float:
        """Mean number of customers waiting (Little's law)."""
        return self.arrival_per_h / 60 * self.mean_wait_min

    def service_level(self, within_min: float) -> float:
        """The share of customers that wait ``within_min`` minutes or less."""
        require_not_negative(within_min=within_min)
        spare_per_min = self.agents / self.handle_min - self.arrival_per_h / 60
        return 1 - self.delay_probability * math.exp(-spare_per_min * within_min)


def erlang_b(load_erlang: float, agents: int) -> float:
    """The share of calls lost where nobody can wait (M/G/s/s).

    Parameters
    ----------
    load_erlang : float
        Arrival rate times mean service time, 0 or more.
    agents : int
        0 or more.

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    QueueInputError
        A ``ValueError``: a load or a number of agents that is none.

    Examples
    --------
    >>> import sim
    >>> round(sim.queueing.erlang_b(load_erlang=10, agents=10), 4)
    0.2146
    """
    require_not_negative(load_erlang=load_erlang)
    require_agents(agents)
    blocking = 1.0
    for count in range(1, agents + 1):
        carried = load_erlang * blocking
        blocking = carried / (count + carried)
    return blocking


def compute_blocking(load_erlang: np.ndarray, agents: np.ndarray) -> np.ndarray:
    """Erlang B for many loads and agents at once, the same recursion cut short.

    A step multiplies a relative error by k/(k + a B), about k/a below the load, so
    9 sqrt(a) steps wipe out (to exp(-81/2)) the crude start 1 - k/a.

    Parameters
    ----------
    load_erlang : np.ndarray, shape (n,)
        Offered loads, 0 or more.
    agents : np.ndarray, shape (n,), integers
        0 or more.

    Returns
    -------
    np.ndarray, shape (n,)
        Blocking probabilities.
    """
    window = 9 * np.sqrt(load_erlang) + 10
    first = np.maximum(np.floor(np.minimum(agents, load_erlang) - window), 0)
    blocking = np.ones_like(load_erlang)
    far = first > 0
    blocking[far] = 1 - first[far] / load_erlang[far]
    steps = agents - first
    for step in range(1, int(steps.max(initial=0)) + 1):
        carried = load_erlang * blocking
        blocking = np.where(step <= steps, carried / (first + step + carried), blocking)
    return blocking


def convert_to_delay(
    blocking: np.ndarray, load_erlang: np.ndarray, agents: np.ndarray
) -> np.ndarray:
    """Erlang C from Erlang B (agents above the load), elementwise."""
    return blocking / (1 - load_erlang / agents * (1 - blocking))


def erlang_c(arrival_per_h: float, handle_min: float, agents: int) -> ErlangC:
    """Solve the M/M/s queue: Poisson arrivals, exponential service, nobody leaves.

    Parameters
    ----------
    arrival_per_h : float
        Arrivals an hour, 0 or more.
    handle_min : float
        Mean service time [min].
    agents : int
        More than the load.

    Returns
    -------
    ErlangC
        Stationary measures.

    Raises
    ------
    QueueInputError
        A ``ValueError``: agents do not exceed the load (no stationary state), or a
        value outside its domain.

    Examples
    --------
    >>> import sim
    >>> queue = sim.queueing.erlang_c(arrival_per_h=60, handle_min=10, agents=12)
    >>> round(queue.delay_probability, 3), round(queue.mean_wait_min, 2)
    (0.449, 2.25)
    >>> round(queue.service_level(5.0), 3)
    0.835
    """
    require_not_negative(arrival_per_h=arrival_per_h)
    require_positive(handle_min=handle_min)
    require_agents(agents)
    load = arrival_per_h * handle_min / 60
    if agents <= load:
        raise QueueInputError(
            f"agents = {agents}: must exceed the load of {load:g} erlang,"
            " or the queue grows without end"
        )
    blocking = erlang_b(load, agents)
    delay = blocking / (1 - load / agents * (1 - blocking))
    wait = delay * handle_min / (agents - load)
    return ErlangC(arrival_per_h, handle_min, agents, delay, wait, load / agents)


def compute_priority_waits(
    arrival_per_h: Sequence[float], handle_min: float, agents: int
) -> np.ndarray:
    """The mean wait of each priority class, service not interrupted (Cobham 1954).

    Parameters
    ----------
    arrival_per_h : sequence of float
        Arrivals an hour by class, the most urgent first.
    handle_min : float
        Mean service time, the same for all [min].
    agents : int
        More than the total load.

    Returns
    -------
    np.ndarray, shape (n_classes,)
        Mean wait to the start of service [min].

    Raises
    ------
    QueueInputError
        As `erlang_c`.

    Examples
    --------
    >>> import sim
    >>> sim.queueing.compute_priority_waits([20.0, 20.0], handle_min=12.0,
    ...     agents=9).round(2).tolist()
    [1.57, 14.11]
    """
    rates = read_intervals("arrival_per_h", arrival_per_h)
    whole = erlang_c(float(rates.sum()), handle_min, agents)
    free = 1 - np.concatenate(([0.0], np.cumsum(rates))) * handle_min / 60 / agents
    waits: np.ndarray = whole.delay_probability * handle_min / agents / (free[:-1] * free[1:])
    return waits


def solve_open_network(
    external_per_h: Sequence[float],
    handle_min: Sequence[float],
    routing: npt.ArrayLike,
    agents: Sequence[int],
) -> tuple[ErlangC, ...]:
    """Solve an open Jackson network of first-come first-served pools.

    Parameters
    ----------
    external_per_h, handle_min, agents : sequences, length n_pools
        New arrivals an hour, mean service [min] and agents of each pool.
    routing : array_like, shape (n_pools, n_pools)
        Probability of going from pool (row) to pool (column) after service; what a
        row lacks to 1 leaves.

    Returns
    -------
    tuple of ErlangC
        Each pool at its total arrivals.

    Raises
    ------
    QueueInputError
        Nobody can leave, or a pool's agents do not exceed its load.

    Examples
    --------
    >>> import sim
    >>> first, second = sim.queueing.solve_open_network([30.0, 0.0], [10.0, 20.0],
    ...     [[0.0, 0.5], [0.0, 0.0]], [7, 7])
    >>> round(first.utilization, 3), round(second.utilization, 3)
    (0.714, 0.714)
    """
    external = read_intervals("external_per_h", external_per_h)
    moves = np.asarray(routing, dtype=np.float64)
    if np.abs(np.linalg.eigvals(moves)).max() >= 1:
        raise QueueInputError("routing: customers can never leave the network")
    totals = np.linalg.solve(np.eye(len(external)) - moves.T, external)
    return tuple(map(erlang_c, totals.tolist(), handle_min, agents))
