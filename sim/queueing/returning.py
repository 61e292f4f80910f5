"""Erlang R: served customers come back for another visit (Yom-Tov and Mandelbaum 2014).

Symbols: lambda new customers, mu service, theta leaving, delta return rates; p share
that returns; s agents; i needy (waiting or in service), j content (thinking).

    (i, j) -> (i+1, j)    lambda               (i, j) -> (i-1, j)    (1-p) mu min(i, s)
    (i, j) -> (i+1, j-1)  delta j              (i, j) -> (i-1, j+1)  p mu min(i, s)
    (i, j) -> (i-1, j)    theta max(i - s, 0)

Without leaving this is a Jackson network: needy are M/M/s at lambda/(1-p), content are
Poisson, and new and returning visits see the same queue. With leaving the chain is cut
at sizes that grow until the probability of its edge falls under ``EDGE_TOLERANCE``.
A visit that finds i >= s waits V with exp(-theta V) ~ Beta(s mu/theta, i - s + 1),
because V is a sum of exponentials of rates s mu + k theta, k = 0..i-s.
Patience holds at every visit, first or later.
Checked by ``tests/theory/test_queueing_returning.py`` (exact values; Erlang A at p = 0;
conservation).
"""

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.queueing.arguments import (
    QueueInputError,
    require_agents,
    require_not_negative,
    require_positive,
    require_share,
)
from sim.queueing.chains import solve_chain
from sim.queueing.erlang import erlang_c

if TYPE_CHECKING:
    from scipy.sparse import coo_array

# Probability that is cut off: smaller makes the chain larger, and no digit that is shown changes.
EDGE_TOLERANCE = 1e-11
# Bounds time and memory of the exact chain; larger systems are simulated.
STATES_MAX = 400_000


@dataclass(frozen=True)
class ErlangR:
    """A stationary queue with returning customers (see `erlang_r`).

    Attributes
    ----------
    arrival_per_h, handle_min, return_share, think_min, agents, patience_min
        What was asked.
    delay_probability, delay_probability_new, delay_probability_returning : float
        Share of all visits, of first visits and of later visits that find no agent free.
    mean_wait_min : float
        Mean wait of a visit, to service or to leaving, zeros included [min].
    abandon_probability : float
        Share of customers that leave in the end, at whichever visit.
    utilization : float
        Share of the agents' time that is busy.
    visits_mean : float
        Mean visits of a customer, the one that is abandoned included.
    waiting_mean, needy_mean, content_mean : float
        Mean numbers waiting; waiting or in service; thinking.
    truncation_error : float
        Probability of the edge of the truncated chain; 0 where the formula is closed.
    """

    arrival_per_h: float
    handle_min: float
    return_share: float
    think_min: float
    agents: int
    patience_min: float | None
    delay_probability: float
    delay_probability_new: float
    delay_probability_returning: float
    mean_wait_min: float
    abandon_probability: float
    utilization: float
    visits_mean: float
    waiting_mean: float
    needy_mean: float
    content_mean: float
    truncation_error: float
    _found: np.ndarray = field(repr=False, compare=False)

    def service_level(self, within_min: float) -> float:
        """P(wait <= ``within_min`` and served) over all visits."""
        require_not_negative(within_min=within_min)
        if self.patience_min is None:
            visits_per_h = self.arrival_per_h / (1 - self.return_share)
            return erlang_c(visits_per_h, self.handle_min, self.agents).service_level(within_min)
        from scipy.special import betainc

        x = self.agents * self.patience_min / self.handle_min
        ahead = np.arange(len(self._found) - self.agents)
        stay = float(np.exp(-within_min / self.patience_min))
        in_time = x / (x + ahead + 1) * betainc(ahead + 1, x + 1, 1 - stay)
        waiting = self._found[self.agents :] @ in_time
        return float(self._found[: self.agents].sum() + waiting)


class _Network(NamedTuple):
    """Rates a minute of the module's head."""

    arrival: float
    service: float
    leave: float
    back: float
    p: float
    agents: int

    def guess_sizes(self) -> tuple[float, float]:
        """The fluid's needy and content: where the chain lives."""
        busy = min(self.arrival / (1 - self.p) / self.service, self.agents)
        excess = max(self.arrival - (1 - self.p) * self.service * busy, 0) / self.leave
        return busy + excess, self.p * self.service * busy / self.back

    def build_rates(self, needy_max: int, content_max: int) -> "coo_array":
        """The rates between states i (content_max + 1) + j, moves past the edge cut."""
        from scipy.sparse import coo_array

        i, j = np.mgrid[: needy_max + 1, : content_max + 1].reshape(2, -1)
        served = self.service * np.minimum(i, self.agents)
        gone = self.leave * np.maximum(i - self.agents, 0)
        moves = [
            (1, 0, np.full(i.size, self.arrival)),
            (1, -1, self.back * j),
            (-1, 0, (1 - self.p) * served + gone),
            (-1, 1, self.p * served),
        ]
        parts = []
        for step_i, step_j, rate in moves:
            to_i, to_j = i + step_i, j + step_j
            ok = (
                (rate > 0) & (to_i >= 0) & (to_i <= needy_max) & (to_j >= 0) & (to_j <= content_max)
            )
            state, target = (i * (content_max + 1) + j)[ok], (to_i * (content_max + 1) + to_j)[ok]
            parts.append(np.stack([state, target, rate[ok]]))
        state, target, rate = np.concatenate(parts, axis=1)
        size = (needy_max + 1) * (content_max + 1)
        return coo_array((rate, (state.astype(np.int64), target.astype(np.int64))), (size, size))

    def solve(self) -> tuple[np.ndarray, float]:
        """The stationary probabilities, shape (needy, content), and the edge's."""
        needy, content = self.guess_sizes()
        spread = 8.0
        while True:
            needy_max = int(needy + spread * (needy + 1) ** 0.5 + spread)
            content_max = int(content + spread * (content + 1) ** 0.5 + spread) if self.p else 0
            if (needy_max + 1) * (content_max + 1) > STATES_MAX:
                raise QueueInputError("erlang_r: too large for the exact chain; simulate it")
            likely = int(needy) * (content_max + 1) + int(content)
            chain = solve_chain(self.build_rates(needy_max, content_max), likely)
            shares = chain.reshape(needy_max + 1, content_max + 1)
            edge = shares[-1].sum() + (shares[:, -1].sum() if self.p else 0.0)
            if edge < EDGE_TOLERANCE:
                return shares, float(edge)
            spread *= 1.5


def erlang_r(
    arrival_per_h: float,
    handle_min: float,
    return_share: float,
    think_min: float,
    agents: int,
    patience_min: float | None = None,
) -> ErlangR:
    """Solve the M/M/s (or M/M/s+M) queue whose served customers may come back.

    Parameters
    ----------
    arrival_per_h : float
        New customers an hour, above 0.
    handle_min, think_min : float
        Mean service time of a visit and mean time until the return [min].
    return_share : float
        Probability that a served visit is followed by another, in [0, 1).
    agents : int
        1 or more; without patience, more than the load of all visits.
    patience_min : float, optional
        Mean patience at each visit [min]; None: nobody leaves.

    Returns
    -------
    ErlangR
        Stationary measures.

    Raises
    ------
    QueueInputError
        A ``ValueError``: no stationary state, a value outside its domain, or an exact
        chain of more than ``STATES_MAX`` states.

    Examples
    --------
    >>> import sim
    >>> queue = sim.queueing.erlang_r(60, handle_min=6, return_share=0.4,
    ...     think_min=120, agents=12)
    >>> round(queue.delay_probability, 3)
    0.449
    """
    require_positive(arrival_per_h=arrival_per_h, handle_min=handle_min, think_min=think_min)
    require_share(return_share=return_share)
    require_agents(agents)
    require_positive(agents=agents)
    build = partial(
        ErlangR, arrival_per_h, handle_min, return_share, think_min, agents, patience_min
    )
    if patience_min is None:
        return build(**_measure_network(arrival_per_h, handle_min, return_share, think_min, agents))
    require_positive(patience_min=patience_min)
    rates = _Network(
        arrival_per_h / 60, 1 / handle_min, 1 / patience_min, 1 / think_min, return_share, agents
    )
    shares, edge = rates.solve()
    found = _weigh_visits(rates, shares)
    return build(**_measure_chain(rates, shares), truncation_error=edge, _found=found)


def _measure_network(
    arrival_per_h: float, handle_min: float, return_share: float, think_min: float, agents: int
) -> dict[str, Any]:
    """The measures of `ErlangR` where nobody leaves: Erlang C at all visits."""
    visits = 1 / (1 - return_share)
    queue = erlang_c(arrival_per_h * visits, handle_min, agents)
    return {
        "delay_probability": queue.delay_probability,
        "delay_probability_new": queue.delay_probability,
        "delay_probability_returning": queue.delay_probability,
        "mean_wait_min": queue.mean_wait_min,
        "abandon_probability": 0.0,
        "utilization": queue.utilization,
        "visits_mean": visits,
        "waiting_mean": queue.waiting_mean,
        "needy_mean": queue.waiting_mean + agents * queue.utilization,
        "content_mean": arrival_per_h / 60 * visits * return_share * think_min,
        "truncation_error": 0.0,
        "_found": np.empty(0),
    }


def _weigh_visits(rates: _Network, shares: np.ndarray) -> np.ndarray:
    """The distribution of the needy that a visit finds."""
    flow = shares @ (rates.arrival + rates.back * np.arange(shares.shape[1]))
    found: np.ndarray = flow / flow.sum()
    return found


def _measure_chain(rates: _Network, shares: np.ndarray) -> dict[str, Any]:
    """The measures of `ErlangR` from the probabilities of the chain."""
    needy, content = np.arange(shares.shape[0]), np.arange(shares.shape[1])
    by_needy, back = shares.sum(axis=1), rates.back * (shares @ content)
    returning = float(back.sum())
    visits = rates.arrival + returning
    waiting = float(by_needy @ np.maximum(needy - rates.agents, 0))
    new = float(by_needy[rates.agents :].sum())
    late = float(back[rates.agents :].sum())
    return {
        "delay_probability": (rates.arrival * new + late) / visits,
        "delay_probability_new": new,
        "delay_probability_returning": late / returning if returning > 0 else new,
        "mean_wait_min": waiting / visits,
        "abandon_probability": rates.leave * waiting / rates.arrival,
        "utilization": float(by_needy @ np.minimum(needy, rates.agents)) / rates.agents,
        "visits_mean": visits / rates.arrival,
        "waiting_mean": waiting,
        "needy_mean": float(by_needy @ needy),
        "content_mean": returning / rates.back,
    }
