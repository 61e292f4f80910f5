"""Exact Markov chains for tests, written apart from `sim`: transient and stationary.

A chain is a function from a state to its moves; the reachable states are listed from a
start, the generator Q is sparse, and time passes by uniformization (Jensen 1953):
    p(t) = sum_k Pois(k; L t) p P^k,   int_0^t p = sum_k P(N > k)/L p P^k,   P = I + Q/L
with the sums cut where less than 1e-13 is left. Waits come from a *tagged* customer: who
waits with k ahead sees no later arrival where the line is first come first served.

Rates and times are in whatever unit the caller uses throughout.
"""

import functools
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse, special
from scipy.sparse.linalg import spsolve

Moves = Callable[[Hashable], Iterable[tuple[Hashable, float]]]
TAIL = 1e-13


@dataclass(frozen=True, eq=False)
class Chain:
    """The states that can be reached and the rates between them."""

    number: dict
    rates: sparse.csr_array
    """Q, shape (n, n), rows sum to 0"""

    @property
    def states(self) -> list:
        return list(self.number)

    def count(self, value: Callable[[Hashable], float]) -> np.ndarray:
        """Return a function of the state as a vector."""
        return np.array([value(state) for state in self.number], dtype=float)

    def begin(self, state: Hashable) -> np.ndarray:
        """Return the distribution that is surely in a state."""
        shares = np.zeros(len(self.number))
        shares[self.number[state]] = 1.0
        return shares

    def evolve(self, shares: np.ndarray, time: float) -> tuple[np.ndarray, np.ndarray]:
        """Return the distribution after some time, and its integral over that time."""
        return step_forward(self.rates.T.tocsr(), shares, time)

    def look_back(self, values: np.ndarray, time: float) -> np.ndarray:
        """Return the expectation of a final value, by the state some time earlier."""
        return step_forward(self.rates, values, time)[0]

    def settle(self) -> np.ndarray:
        """Return the stationary distribution."""
        balance = self.rates.T.tolil()
        balance[0, :] = 1.0
        shares: np.ndarray = spsolve(balance.tocsc(), self.begin(self.states[0]))
        return shares


def build_chain(starts: Iterable[Hashable], moves: Moves) -> Chain:
    """List what can be reached and write down the rates."""
    number = {state: place for place, state in enumerate(dict.fromkeys(starts))}
    todo, rows, columns, rates = list(number), [], [], []
    while todo:
        state = todo.pop()
        for target, rate in moves(state):
            if rate <= 0 or target == state:
                continue
            if target not in number:
                number[target] = len(number)
                todo.append(target)
            rows += [number[state], number[state]]
            columns += [number[target], number[state]]
            rates += [rate, -rate]
    size = len(number)
    return Chain(number, sparse.coo_array((rates, (rows, columns)), (size, size)).tocsr())


def step_forward(
    rates: sparse.csr_array, vector: np.ndarray, time: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return exp(rates time) vector and its integral, by uniformization."""
    top = float(-rates.diagonal().min())
    if top <= 0 or time <= 0:
        return vector.copy(), vector * time
    mean = top * time
    last = int(mean + 9 * np.sqrt(mean) + 30)
    k = np.arange(last + 1)
    weight = np.exp(k * np.log(mean) - mean - special.gammaln(k + 1))
    later = special.gammainc(k + 1, mean) / top
    ends, spent, power = np.zeros_like(vector), np.zeros_like(vector), vector.astype(float)
    for now, rest in zip(weight, later, strict=True):
        ends += now * power
        spent += rest * power
        power = power + rates @ power / top
    return ends, spent


def count_line(chain: Chain, agents: int) -> np.ndarray:
    """Return how many wait, in a chain whose states count all that are there."""
    return chain.count(lambda present: max(present - agents, 0))


def build_line(arrival: float, service: float, agents: int, leave: float, most: int) -> Chain:
    """M/M/s+M: the number present; surplus work stops at once (preemption)."""

    def moves(present: int) -> Iterable[tuple[int, float]]:
        if present < most:
            yield present + 1, arrival
        if present:
            yield present - 1, service * min(present, agents) + leave * max(present - agents, 0)

    return build_chain(range(most + 1), moves)


def find_ends_of_wait(
    service: float, agents: int, leave: float, limit: float, most: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return P(served in time), P(gone in time) by the number present that an arrival finds."""

    def moves(ahead: Hashable) -> Iterable[tuple[Hashable, float]]:
        if isinstance(ahead, str):
            return
        yield "gone", leave
        rate = service * agents + leave * ahead
        yield ("served" if ahead == 0 else ahead - 1), rate

    chain = build_chain(["served", "gone", *range(most + 1)], moves)
    found = [
        chain.look_back(chain.count(lambda s, end=end: s == end), limit)
        for end in ("served", "gone")
    ]
    return np.append(np.ones(agents), found[0][2:]), np.append(np.zeros(agents), found[1][2:])


# ---- a crew without numbers: at a cut nobody begins until fewer are at work than scheduled ----


@dataclass(frozen=True)
class Crew:
    """(at work, waiting): who must wait may balk; who waits may leave; surplus finishes first."""

    service: float
    leave: float
    balk_share: float
    top: int
    """the most that can be at work"""
    most: int

    def build(self, arrival: float, agents: int) -> Chain:
        def moves(state: tuple[int, int]) -> Iterable[tuple[tuple[int, int], float]]:
            busy, waiting = state
            if busy < agents:
                yield (busy + 1, waiting), arrival
            elif waiting < self.most:
                yield (busy, waiting + 1), arrival * (1 - self.balk_share)
            goes_on = busy <= agents and waiting > 0
            yield (
                ((busy, waiting - 1) if goes_on else (max(busy - 1, 0), waiting)),
                (busy * self.service),
            )
            yield (busy, max(waiting - 1, 0)), waiting * self.leave

        everything = [(b, w) for b in range(self.top + 1) for w in range(self.most + 1)]
        return build_chain(everything, moves)

    def begin_work(self, chain: Chain, shares: np.ndarray, agents: int) -> np.ndarray:
        """Return the distribution after free agents have taken who waits."""
        after = np.zeros_like(shares)
        for (busy, waiting), share in zip(chain.states, shares, strict=True):
            begun = min(max(agents - busy, 0), waiting)
            after[chain.number[busy + begun, waiting - begun]] += share
        return after

    def run(
        self, rates: Sequence[float], agents: Sequence[int], period: float
    ) -> tuple[float, float]:
        """Return who balk or leave, and all time waited, over periods and until nobody waits."""
        shares, lost, waited = np.empty(0), 0.0, 0.0
        rest = (self.most / agents[-1] + 40) / self.service
        times = [period] * len(agents) + [rest]
        for arrival, on_duty, time in zip([*rates, 0.0], [*agents, agents[-1]], times, strict=True):
            chain = self.build(arrival, on_duty)
            shares = shares if shares.size else chain.begin((0, 0))
            shares, spent = chain.evolve(self.begin_work(chain, shares, on_duty), time)
            waiting = spent @ chain.count(lambda state: state[1])
            full = spent @ chain.count(lambda state, s=on_duty: state[0] >= s)
            lost += self.leave * waiting + arrival * self.balk_share * full
            waited += waiting
        return float(lost), float(waited)


# ---- windows with numbers: at a cut the highest finish their customer and close ----


@functools.cache
def build_windows(arrival: float, service: float, on_duty: int, windows: int, most: int) -> Chain:
    """(waiting, bits of busy windows); the lowest free window on duty takes the next."""

    def moves(state: tuple[int, int]) -> Iterable[tuple[tuple[int, int], float]]:
        waiting, busy = state
        free = find_free(busy, on_duty)
        if free is not None:
            yield (waiting, busy | 1 << free), arrival
        elif waiting < most:
            yield (waiting + 1, busy), arrival
        for window in range(windows):
            if busy >> window & 1:
                goes_on = window < on_duty and waiting > 0
                after = (waiting - 1, busy) if goes_on else (waiting, busy & ~(1 << window))
                yield after, service

    everything = [(q, b) for q in range(most + 1) for b in range(1 << windows)]
    return build_chain(everything, moves)


def find_free(busy: int, on_duty: int) -> int | None:
    """Return the lowest free window on duty."""
    return next((window for window in range(on_duty) if not busy >> window & 1), None)


def open_windows(chain: Chain, shares: np.ndarray, on_duty: int) -> np.ndarray:
    """Return the distribution after windows on duty that are free have taken who waits."""
    after = np.zeros_like(shares)
    for (waiting, busy), share in zip(chain.states, shares, strict=True):
        while waiting and (free := find_free(busy, on_duty)) is not None:
            waiting, busy = waiting - 1, busy | 1 << free
        after[chain.number[waiting, busy]] += share
    return after


@functools.cache
def build_tagged(service: float, on_duty: int, windows: int, most: int) -> Chain:
    """(ahead, bits): a customer waits with so many ahead; "begun" once a window is his."""

    def moves(state: Hashable) -> Iterable[tuple[Hashable, float]]:
        if state == "begun":
            return
        ahead, busy = state
        for window in range(windows):
            if busy >> window & 1:
                if window >= on_duty:
                    yield (ahead, busy & ~(1 << window)), service
                else:
                    yield ("begun" if ahead == 0 else (ahead - 1, busy)), service

    full = (1 << on_duty) - 1
    starts = [(k, b) for k in range(most + 1) for b in range(1 << windows) if b & full == full]
    return build_chain(["begun", *starts], moves)


def look_through(now: Chain, then: Chain, late_then: np.ndarray, on_duty: int) -> np.ndarray:
    """Return P(late) just before a change of staff, from what it is just after."""
    before = np.zeros(len(now.number))
    for place, state in enumerate(now.states[1:], start=1):
        ahead, busy = state
        while ahead >= 0 and (free := find_free(busy, on_duty)) is not None:
            ahead, busy = ahead - 1, busy | 1 << free
        before[place] = 0.0 if ahead < 0 else late_then[then.number[ahead, busy]]
    return before


@dataclass(frozen=True)
class OfficeDay:
    """What a day gives: P(W > limit) by hour of arrival, mean wait [min]."""

    late_share: np.ndarray
    mean_wait_min: float
    arrivals: np.ndarray

    @property
    def late_overall(self) -> float:
        return float(self.late_share @ self.arrivals / self.arrivals.sum())


def solve_office_day(
    rate_per_h: Sequence[float],
    plan: Sequence[int],
    handle_min: float = 8.0,
    limit_min: float = 15.0,
    most: int = 120,
    nodes: int = 8,
) -> OfficeDay:
    """Solve a day of hours from empty; after the last hour everybody inside is served.

    Arrivals of the last `limit_min` minutes of an hour meet its next staff while they wait:
    their lateness is integrated over the time of arrival by Gauss and Legendre.
    """
    windows, service = max(plan), 1 / handle_min
    hours = len(plan)
    points, weights = np.polynomial.legendre.leggauss(nodes)
    points, weights = (points + 1) / 2 * limit_min, weights / 2 * limit_min
    early = 60.0 - limit_min
    line = build_windows(rate_per_h[0] / 60, service, plan[0], windows, most)
    shares = line.begin((0, 0))
    late, waiting = np.zeros(hours), 0.0
    queue = line.count(lambda state: state[0])
    for hour, (rate, on_duty) in enumerate(zip(rate_per_h, plan, strict=True)):
        line = build_windows(rate / 60, service, on_duty, windows, most)
        shares = open_windows(line, shares, on_duty)
        tagged = build_tagged(service, on_duty, windows, most)
        after = plan[min(hour + 1, hours - 1)]
        then = build_tagged(service, after, windows, most)
        shares, spent = line.evolve(shares, early)
        waiting += spent @ queue
        still = tagged.count(lambda state: state != "begun")
        late[hour] = spent @ spread(line, tagged, tagged.look_back(still, limit_min), on_duty)
        at = 0.0
        begin = shares
        for point, weight in zip(points, weights, strict=True):
            begin, spent = line.evolve(begin, point - at)
            waiting += spent @ queue
            late_then = then.look_back(then.count(lambda state: state != "begun"), point)
            before = look_through(tagged, then, late_then, after)
            found = tagged.look_back(before, limit_min - point)
            late[hour] += weight * (begin @ spread(line, tagged, found, on_duty))
            at = point
        shares, spent = line.evolve(begin, limit_min - at)
        waiting += spent @ queue
    line = build_windows(0.0, service, plan[-1], windows, most)
    _, spent = line.evolve(open_windows(line, shares, plan[-1]), 40 * handle_min)
    arrivals = np.asarray(rate_per_h, float)
    return OfficeDay(late / 60, float(waiting + spent @ queue) / arrivals.sum(), arrivals)


def spread(line: Chain, tagged: Chain, late: np.ndarray, on_duty: int) -> np.ndarray:
    """Return P(late) of an arrival by the state that it finds."""
    found = np.zeros(len(line.number))
    for place, (waiting, busy) in enumerate(line.states):
        if find_free(busy, on_duty) is None:
            found[place] = late[tagged.number[waiting, busy]]
    return found
