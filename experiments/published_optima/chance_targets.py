"""Is a staffing good enough? Targets decided by simulation, one after the other, surely.

A target is missed where the mean of its *shortfall* per replication is above 0: late customers
less the share that may be late times all who came; or the satisfaction wanted less that of the
replication. A `Judge` plays more and more replications, twice as many each time, until Student's
interval leaves 0. With ``decisions`` pairs (staffing, target) and ``looks`` at each, every look
has the risk ``error / (decisions * looks)``: all that it says of all of them is right together
with probability 1 - ``error`` (Bonferroni; normal means of `first` and more replications).

Judgments spread by *monotonicity*: more staff anywhere never makes a target worse. For the share
of customers who wait longer than a limit, first come first served, this is true

* for any service times where the cut is ``idle_first``: a customer begins when fewer are at work
  than scheduled, and by induction over customers each begins no later with more staff;
* for exponential services where the cut is ``as_scheduled``. List in each system a 0 for each who
  waits and the number of the agent for each in service, ascending: l for the smaller staff, m for
  the larger, m no longer and m_i >= l_i for each of its places i. Let the service at place i end
  at the same time in both (no memory: a coupling). Then an arrival, a service's end and a change
  of staff keep m_i >= l_i: agents are used lowest first, who waits has all on duty busy, and a
  change moves 0s to the lowest free numbers. So no more wait in the larger system, and a tagged
  customer, with arrivals after him stopped, waits no longer in distribution.

It is false path by path for ``as_scheduled`` and other services: who comes to a low number
earlier may hold it longer. Satisfaction is monotone only as a rule: a plan is then certified
among plans for which it is. Checked by ``tests/theory/test_cheapest.py``: exact chains, all
plans of small days enumerated.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from scipy import special

from sim.care.kernel.engine import run_kernel
from sim.outcomes.course import compute_rows
from sim.planning.evaluation.evaluator import Evaluator
from sim.running.play import prepare
from sim.running.replicate import map_in_order
from sim.scenario.policy import Policy
from sim.scenario.tables import MS_PER_MIN

Measure = Callable[[np.ndarray, int, int], np.ndarray]
"""(staff, first, last) to shortfalls of those replications, shape (last - first, n_targets)"""
Staff = tuple[int, ...]


def name_staff(staff: np.ndarray) -> Staff:
    """Return a staffing as a key."""
    return tuple(staff.ravel().tolist())


class Sums(NamedTuple):
    """What was seen of a staffing: replications, sums and sums of squares (n_targets,)."""

    n: int
    total: np.ndarray
    square: np.ndarray


@dataclass
class Judge:
    """Decides targets by simulation.

    Attributes
    ----------
    measure : callable
        Plays replications of a staffing, shape (n_intervals, n_pools).
    focus : sequence of int
        Interval where each target lies: what is far from it matters least.
    last : sequence of int, optional
        Last interval whose staff can matter to each target: nothing that comes later than a
        promise's end decides whether it was kept. None: all may matter.
    error : float
        Accepted risk that anything said is wrong.
    decisions : int
        Pairs of staffing and target that may be decided.
    first, most : int
        Replications before the first look, and at most.
    played : int
        Replications played so far.
    """

    measure: Measure
    focus: Sequence[int]
    last: Sequence[int] | None = None
    error: float = 0.01
    decisions: int = 2_000
    first: int = 30
    most: int = 500_000
    played: int = 0
    missed: list[list[np.ndarray]] = field(init=False)
    met: list[list[np.ndarray]] = field(init=False)
    _seen: dict[Staff, Sums] = field(default_factory=dict, repr=False)
    _looked: set[tuple[Staff, int]] = field(default_factory=set, repr=False)

    def __post_init__(self) -> None:
        self.missed = [[] for _ in self.focus]
        self.met = [[] for _ in self.focus]

    @property
    def n_targets(self) -> int:
        """Number of targets."""
        return len(self.focus)

    def find_idle(self, target: int, n_intervals: int) -> np.ndarray:
        """Return the intervals whose staff cannot matter to a target, bool, (n_intervals,)."""
        last = n_intervals if self.last is None else self.last[target]
        return np.arange(n_intervals) > last

    def count_seen(self, staff: np.ndarray) -> int:
        """Return the replications seen of a staffing."""
        sums = self._seen.get(name_staff(staff))
        return 0 if sums is None else sums.n

    @property
    def decided(self) -> int:
        """Pairs of staffing and target looked at so far."""
        return len(self._looked)

    @property
    def looks(self) -> int:
        """Looks at one staffing, at most."""
        return int(np.ceil(np.log2(max(self.most / self.first, 1.0)))) + 1

    def recall(self, staff: np.ndarray, target: int) -> int:
        """Return 1 where the target is known to be missed, -1 met, 0 neither."""
        matters = ~self.find_idle(target, len(staff))
        mine = staff[matters]
        if any((mine <= known[matters]).all() for known in self.missed[target]):
            return 1
        return -1 if any((mine >= known[matters]).all() for known in self.met[target]) else 0

    def judge(
        self, staff: np.ndarray, targets: Sequence[int] | None = None, most: int | None = None
    ) -> np.ndarray:
        """Return 1 for missed, -1 for met, 0 for not known, shape (n_targets,).

        Parameters
        ----------
        staff : np.ndarray
            int, shape (n_intervals, n_pools).
        targets : sequence of int, optional
            Those asked for (all if None); stops at the first that is surely missed.
        most : int, optional
            Replications, at most.
        """
        asked = range(self.n_targets) if targets is None else targets
        verdict = np.array([self.recall(staff, target) for target in range(self.n_targets)])
        limit = self.most if most is None else min(most, self.most)
        n = self.first
        while (verdict[asked] != 1).all() and (verdict[asked] == 0).any():
            sums = self.extend(staff, n)
            for target in [one for one in asked if verdict[one] == 0]:
                self._looked.add((name_staff(staff), target))
                verdict[target] = self.look(sums, target)
                if verdict[target]:
                    known = self.missed if verdict[target] == 1 else self.met
                    known[target].append(staff.copy())
            if sums.n >= limit:
                break
            n = min(2 * sums.n, limit)
        return verdict

    def extend(self, staff: np.ndarray, n: int) -> Sums:
        """Return what is seen of a staffing in ``n`` replications or more."""
        key, none = name_staff(staff), np.zeros(self.n_targets)
        sums = self._seen.get(key, Sums(0, none, none))
        if sums.n < n:
            values = self.measure(staff, sums.n, n)
            self.played += n - sums.n
            sums = Sums(n, sums.total + values.sum(axis=0), sums.square + (values**2).sum(axis=0))
            self._seen[key] = sums
        return sums

    def look(self, sums: Sums, target: int) -> int:
        """Return what the replications say of a target."""
        mean = sums.total[target] / sums.n
        variance = max(sums.square[target] / sums.n - mean**2, 0.0) / (sums.n - 1)
        risk = self.error / (self.decisions * self.looks)
        limit = -float(special.stdtrit(sums.n - 1, risk)) * variance**0.5
        return int(mean > limit) - int(mean < -limit)


def measure_lateness(
    evaluator: Evaluator,
    policy: Policy,
    place: np.ndarray,
    target: np.ndarray,
    late_share: float,
) -> Measure:
    """Return the measure of "at most so many of an interval's customers wait too long".

    Parameters
    ----------
    evaluator : Evaluator
        Draws; the scenario's promise says what is too long.
    policy : Policy
        All but the staff.
    place : np.ndarray
        int, shape (n_intervals,): for each interval of the horizon the one of the staffing.
    target : np.ndarray
        int, shape (n_intervals,): target of those who arrive in it; -1: none.
    late_share : float
        Of them may be late.
    """
    pools, n_targets = evaluator.scenario.pool_names, int(target.max()) + 1
    step_ms = evaluator.scenario.horizon.interval_min * MS_PER_MIN

    def measure(staff: np.ndarray, first: int, last: int) -> np.ndarray:
        rows = {pool: tuple(staff[place, k].tolist()) for k, pool in enumerate(pools)}
        lowered = prepare(evaluator.scenario, policy.model_copy(update={"staff": rows}))

        def play(replication: int) -> np.ndarray:
            draws = evaluator.find_draws(replication)
            run = run_kernel(lowered.tables, draws, True, False)
            cases = compute_rows(lowered.scales, draws, run)
            mine = target[draws.arrival_ms // step_ms]
            counts = cases.exogenous & (mine >= 0)
            weight = np.where(cases.kept, 0.0, 1.0) - late_share
            return np.bincount(mine[counts], weight[counts], minlength=n_targets)

        return np.stack(list(map_in_order(play, range(first, last), evaluator.workers)))

    return measure


def measure_dissatisfaction(evaluator: Evaluator, policy: Policy, wanted: float) -> Measure:
    """Return the measure of "at least so much satisfaction"; one target.

    Parameters
    ----------
    evaluator : Evaluator
        Draws.
    policy : Policy
        All but the staff.
    wanted : float
        Mean satisfaction; a replication without customers counts as just that.
    """
    pools = evaluator.scenario.pool_names

    def measure(staff: np.ndarray, first: int, last: int) -> np.ndarray:
        rows = {pool: tuple(staff[:, k].tolist()) for k, pool in enumerate(pools)}
        seen = evaluator.play(policy.model_copy(update={"staff": rows}), first, last)
        return np.nan_to_num(wanted - seen.value)[:, None]

    return measure
