"""The exact satisfaction of a line: Poisson arrivals, exponential work and patience.

State (b, k): b at work, k waiting. With s agents on duty (a cut lets the busy finish: nobody
begins until fewer than s are at work)

    arrival, rate x*lambda(t)   b < s: (b+1, 0), else (b, k+1)
    reply done, rate b*mu       b > s or k = 0: (b-1, k), else (b, k-1)
    patience, rate k*theta      (b, k-1)

evolves by uniformization. Who finds (b, k) with b >= s is *tagged*: later arrivals
do not matter, so the start of the reply has a density from the same moves without arrivals, hour
by hour to the close, after which nobody answers. With f(w) the mean satisfaction of a first
reply after w minutes (tone and solution are coins) and phi(e) = E f(e + Exp(mu)) that of a reply
begun after e, this gives m(x), the mean satisfaction of an arrival where all rates are
multiplied by x.

The measure is the mean over days of the *ratio* Y/N of a day's sum to its customers. By
Mecke's formula and 1/(1+n) = int_0^1 z^n dz, thinning turns it into

    E[Y/N; N >= 1] = int_0^1 m(x) L exp(-L (1-x)) dx,    L the mean of N,

and with a Gamma factor B on the day's rates into the mean of that over B, m taken at B*x.

Written apart from the engines: of `sim` only the satisfaction of one customer is used
(``sim.rules.satisfaction``, worked examples in its tests). Held against the kernel by run.py.
"""

import functools
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse, stats
from scipy.linalg import expm
from scipy.special import gammaln

from sim.rules.satisfaction import (
    CareGiven,
    SatisfactionCoefficients,
    rate_quality,
    score_reply,
    score_satisfaction,
)

HOUR_MIN = 60.0
NODES = 8
"""arrival epochs in an hour (Gauss and Legendre)"""
STARTS = 20
"""epochs at which a wait may end, in an hour"""
MOST_MIN, STEP_MIN = 700.0, 0.05
LOST = 1e-4


@dataclass(frozen=True)
class Coins:
    """How a reply turns out: chances, and the replies that a customer has had with it."""

    friendly: float
    personal: float
    resolved: float
    turns: int = 1


@dataclass(frozen=True)
class Service:
    """One way to serve a line; minutes."""

    work_min: float
    patience_min: float | None
    coins: Coins


@dataclass(frozen=True)
class Feeling:
    """Coefficients of the judgement and the quality expected."""

    coefficients: SatisfactionCoefficients
    expected: float

    def rate(self, wait_min: float, coins: Coins) -> float:
        """Return the mean satisfaction of a first reply after ``wait_min``."""
        total = 0.0
        for friendly, personal, resolved in np.ndindex(2, 2, 2):
            chance = (
                (coins.friendly if friendly else 1 - coins.friendly)
                * (coins.personal if personal else 1 - coins.personal)
                * (coins.resolved if resolved else 1 - coins.resolved)
            )
            speed = score_reply(wait_min, 1.0, self.coefficients)
            ways = bool(resolved), bool(friendly), bool(personal)
            quality = rate_quality(
                CareGiven(True, speed, *ways, coins.turns, False, 0.0, 1.0), self.coefficients
            )
            total += chance * score_satisfaction(quality, self.expected, self.coefficients)
        return total

    @property
    def never(self) -> float:
        """Return the satisfaction of who is never answered."""
        return float(score_satisfaction(self.coefficients.q_none, self.expected, self.coefficients))


def tabulate_begun(feeling: Feeling, service: Service) -> tuple[np.ndarray, np.ndarray]:
    """Return (e, phi(e)) on a fine grid: phi' = mu (phi - f), backward from where f is constant."""
    grid = np.arange(0.0, MOST_MIN + STEP_MIN / 2, STEP_MIN)
    middle = [feeling.rate(at, service.coins) for at in (grid[:-1] + grid[1:]) / 2]
    keep = np.exp(-STEP_MIN / service.work_min)
    phi = np.empty(grid.size)
    phi[-1] = feeling.rate(float(grid[-1]), service.coins)
    for place in range(grid.size - 2, -1, -1):
        phi[place] = keep * phi[place + 1] + (1 - keep) * middle[place]
    return grid, phi


def spread_over(rates: np.ndarray, vector: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Return exp(rates t) vector for each time, shape (n, n_times), by uniformization."""
    top = float(-rates.diagonal().min())
    if top <= 0:
        return np.repeat(vector[:, None], times.size, axis=1)
    jump = sparse.csr_array(np.eye(len(rates)) + rates / top)
    mean = top * times
    last = int(mean.max() + 9 * np.sqrt(mean.max()) + 30)
    k = np.arange(last + 1)[:, None]
    weight = np.exp(k * np.log(mean) - mean - gammaln(k + 1))
    powers = np.empty((last + 1, len(rates)))
    powers[0] = vector
    for now in range(last):
        powers[now + 1] = jump @ powers[now]
    found: np.ndarray = powers.T @ weight
    return found


def list_legendre(n: int, length: float) -> tuple[np.ndarray, np.ndarray]:
    """Return nodes and weights on (0, length)."""
    at, weight = np.polynomial.legendre.leggauss(n)
    return (at + 1) / 2 * length, weight / 2 * length


@dataclass(frozen=True)
class Stretch:
    """What happens to a tagged customer in a stretch of constant staff."""

    stays: np.ndarray
    """shape (n, n): to be still waiting at its end, by the state there"""
    left: np.ndarray
    """shape (n,): to have left"""
    start_min: np.ndarray
    starts: np.ndarray
    """shape (n, n_starts): density of a start, times the weight of the node"""


@dataclass
class Line:
    """One line under one way to serve, for any staff by hour.

    Attributes
    ----------
    rates_per_h : tuple of float
        By hour, up to the close.
    service, feeling : Service, Feeling
        How it is served and judged.
    scales : tuple of float
        The x at which m(x) is wanted.
    most_agents, most_waiting : int
        Bounds of the states; `find_mean` raises where more than `LOST` waits beyond.
    """

    rates_per_h: tuple[float, ...]
    service: Service
    feeling: Feeling
    scales: tuple[float, ...]
    most_agents: int
    most_waiting: int
    _rates: dict[tuple[float, int], np.ndarray] = field(init=False, default_factory=dict)
    _tagged: dict[int, list[Stretch]] = field(init=False, default_factory=dict)
    _came: dict[tuple[int, ...], np.ndarray] = field(init=False, default_factory=dict)
    _later: dict[tuple[int, ...], np.ndarray] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.node_min, self.node_weight = list_legendre(NODES, HOUR_MIN)
        self.rest_min = HOUR_MIN - self.node_min
        self.grid, self.phi = tabulate_begun(self.feeling, self.service)
        self.busy, self.ahead = np.divmod(
            np.arange((self.most_agents + 1) * (self.most_waiting + 1)), self.most_waiting + 1
        )
        self.mu = 1.0 / self.service.work_min
        patience = self.service.patience_min
        self.theta = 0.0 if patience is None else 1.0 / patience

    @property
    def n(self) -> int:
        """States."""
        return self.busy.size

    def place(self, busy: int, ahead: int) -> int:
        """Return the number of a state."""
        return busy * (self.most_waiting + 1) + ahead

    def judge_begun(self, elapsed_min: np.ndarray) -> np.ndarray:
        """Return phi of replies begun after some minutes."""
        return np.interp(elapsed_min, self.grid, self.phi)

    # ---- forward: who is there ----

    def write_rates(self, arrival_per_min: float, agents: int) -> np.ndarray:
        """Return the generator of a stretch, shape (n, n)."""
        rates = np.zeros((self.n, self.n))

        def move(state: int, target: int, rate: float) -> None:
            rates[state, target] += rate
            rates[state, state] -= rate

        for state, (b, k) in enumerate(zip(self.busy, self.ahead, strict=True)):
            if b < agents and k == 0 and b < self.most_agents:
                move(state, self.place(b + 1, 0), arrival_per_min)
            elif k < self.most_waiting:
                move(state, self.place(b, k + 1), arrival_per_min)
            if b:
                goes_home = b > agents or k == 0
                move(state, self.place(b - 1, k) if goes_home else state - 1, b * self.mu)
            if k:
                move(state, state - 1, k * self.theta)
        return rates

    def find_rates(self, scale: float, hour: int, agents: int) -> np.ndarray:
        """Return the generator of an hour, kept."""
        key = (scale * self.rates_per_h[hour], agents)
        if key not in self._rates:
            self._rates[key] = self.write_rates(key[0] / HOUR_MIN, agents)
        return self._rates[key]

    def let_in(self, shares: np.ndarray, agents: int) -> np.ndarray:
        """Return the distribution just after staff is set: free agents take who waits."""
        moved = np.zeros_like(shares)
        free = np.maximum(agents - self.busy, 0)
        taken = np.minimum(free, self.ahead)
        np.add.at(moved.T, self.place(self.busy + taken, self.ahead - taken), shares.T)
        return moved

    def find_came(self, staff: tuple[int, ...]) -> np.ndarray:
        """Return who is there at the nodes of the last hour of ``staff`` and at its end.

        Shape (n_scales, NODES + 1, n).
        """
        if staff not in self._came:
            if len(staff) > 1:
                before = self.find_came(staff[:-1])[:, -1]
            else:
                before = np.zeros((len(self.scales), self.n))
                before[:, 0] = 1.0
            hour, times = len(staff) - 1, np.append(self.node_min, HOUR_MIN)
            self._came[staff] = np.stack(
                [
                    spread_over(self.find_rates(scale, hour, staff[-1]).T, row, times).T
                    for row, scale in zip(self.let_in(before, staff[-1]), self.scales, strict=True)
                ]
            )
        return self._came[staff]

    # ---- backward: what a tagged customer gets ----

    def find_tagged(self, agents: int) -> list[Stretch]:
        """Return what happens in the rest of an hour from each node, and in a whole hour."""
        if agents not in self._tagged:
            n = self.n
            rates = np.zeros((n + 2, n + 2))
            start, left = n, n + 1
            for state, (b, k) in enumerate(zip(self.busy, self.ahead, strict=True)):
                moves = [(left, self.theta), (state - 1, k * self.theta)] if k else []
                moves += [] if k else [(left, self.theta)]
                if b > agents:
                    moves.append((self.place(b - 1, k), b * self.mu))
                elif b == agents and b:
                    moves.append((state - 1 if k else start, b * self.mu))
                for target, rate in moves:
                    rates[state, target] += rate
                    rates[state, state] -= rate
            self._tagged[agents] = [
                self.follow(rates, length) for length in [*self.rest_min, HOUR_MIN]
            ]
        return self._tagged[agents]

    def follow(self, rates: np.ndarray, length_min: float) -> Stretch:
        """Return what happens to a tagged customer in so many minutes."""
        n = self.n
        times, weight = list_legendre(STARTS, length_min)
        whole = expm(rates * length_min)
        density = spread_over(rates[:n, :n], rates[:n, n], times)
        return Stretch(whole[:n, :n], whole[:n, n + 1], times, density * weight)

    def find_later(self, staff: tuple[int, ...]) -> np.ndarray:
        """Return a tagged customer's satisfaction at the start of the first hour of ``staff``.

        ``staff`` ends at the close. Shape (n, NODES, hours before): by the node and the
        number of whole hours that the customer has waited through besides.
        """
        if staff not in self._later:
            hours = len(self.rates_per_h) - len(staff)
            waited = self.rest_min[:, None] + HOUR_MIN * np.arange(hours)
            if not staff:
                self._later[staff] = np.full((self.n, *waited.shape), self.feeling.never)
                return self._later[staff]
            whole = self.find_tagged(staff[0])[-1]
            after = self.find_later(staff[1:])[:, :, 1:].reshape(self.n, -1)
            begun = self.judge_begun(waited.ravel() + whole.start_min[:, None])
            value = whole.starts @ begun + whole.stays @ after
            value += self.feeling.never * whole.left[:, None]
            free = np.maximum(staff[0] - self.busy, 0)
            ahead = np.maximum(self.ahead - free, 0)
            busy = np.where(free > 0, staff[0], self.busy)
            at_once = free > self.ahead
            value = value[self.place(busy, ahead)]
            value[at_once] = self.judge_begun(waited.ravel())
            self._later[staff] = value.reshape(self.n, *waited.shape)
        return self._later[staff]

    def find_mean(self, staff: tuple[int, ...]) -> np.ndarray:
        """Return m(x) for each x, shape (n_scales,), with agents by hour."""
        total = np.zeros(len(self.scales))
        for hour, rate in enumerate(self.rates_per_h):
            if rate == 0:
                continue
            came = self.find_came(staff[: hour + 1])
            self.check_room(came[:, -1])
            later = self.find_later(staff[hour + 1 :])[:, :, 0]
            for node in range(NODES):
                part = self.find_tagged(staff[hour])[node]
                value = part.starts @ self.judge_begun(part.start_min)
                value += part.stays @ later[:, node] + self.feeling.never * part.left
                value[self.busy < staff[hour]] = self.phi[0]
                total += self.node_weight[node] / HOUR_MIN * rate * (came[:, node] @ value)
        return total / sum(self.rates_per_h)

    def check_room(self, shares: np.ndarray) -> None:
        """Raise where too many wait for the states."""
        lost = float(shares[:, self.ahead == self.most_waiting].sum(axis=1).max())
        if lost > LOST:
            raise ValueError(f"{lost:.1e} at the last state: most_waiting is too small")


@functools.cache
def weigh_scales(mean: float, busy_cv: float, n: int) -> tuple[tuple[float, ...], np.ndarray]:
    """Return scales x and weights, so that E[Y/N | N >= 1] = sum of weight * m(x).

    Parameters
    ----------
    mean : float
        Expected customers of the day.
    busy_cv : float
        Of the Gamma factor on the day's rates; 0: none.
    n : int
        Scales: Gauss and Laguerre in L (1-x), or Chebyshev points where days differ.
    """
    if busy_cv == 0:
        y, weight = np.polynomial.laguerre.laggauss(n)
        kept = y < mean
        return tuple(1.0 - y[kept] / mean), weight[kept] / weight[kept].sum()
    low, top = stats.gamma.ppf([1e-6, 1 - 1e-6], busy_cv**-2, scale=busy_cv**2)
    low = max(low - 12 / mean, 0.0)
    x = low + (top - low) * (1 - np.cos((2 * np.arange(n) + 1) * np.pi / (2 * n))) / 2
    y, by_y = np.polynomial.laguerre.laggauss(12)
    chance = (np.arange(2000) + 0.5) / 2000
    factor = stats.gamma.ppf(chance, busy_cv**-2, scale=busy_cv**2)
    at = factor[:, None] - y / mean
    inside = np.broadcast_to(by_y, at.shape) * (at > low)
    basis = np.stack(
        [np.prod([(at - other) / (own - other) for other in x if other != own], axis=0)
         for own in x]
    )  # fmt: skip
    return tuple(x), (basis * inside).sum(axis=(1, 2)) / inside.sum()
