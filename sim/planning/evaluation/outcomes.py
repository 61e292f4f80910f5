"""What a policy gave on common draws, and expectations that know how likely events are.

A mean over few replications of a rare event mostly tells how often it happened to happen.
How likely it is is known; so replications are weighted by strata, the sets of events that
happen: weight = chance of the set / its share of the replications (post-stratification,
Holt and Smith 1979, DOI 10.2307/2344652). Without uncertain events all weights are 1.
Checked by ``tests/unit/test_evaluation_outcomes.py``.
"""

from dataclasses import dataclass, fields

import numpy as np

from sim.scenario.model import Scenario

EVENTS, CHANCE, FIRST_KEPT = 5, 6, 8
"""columns of a table of outcomes: code of the events, their chance, the first of the promises"""


@dataclass(frozen=True, eq=False)
class Outcomes:
    """What each replication gave, in order.

    Attributes
    ----------
    value, satisfaction, cost, crew_h, overtime_h : np.ndarray
        shape (n,): objective and satisfaction, NaN without customers; cost
        [scenario.currency]; agent hours of the surge crew, and of paid overtime.
    events, chance : np.ndarray
        shape (n,): code of the set of events that happen; its probability.
    redress_cost : np.ndarray
        shape (n,): of the cost, what was given as redress [scenario.currency].
    kept : np.ndarray
        shape (n, n_announced): share answered within the promised time on event days.
    """

    value: np.ndarray
    satisfaction: np.ndarray
    cost: np.ndarray
    crew_h: np.ndarray
    overtime_h: np.ndarray
    events: np.ndarray
    chance: np.ndarray
    redress_cost: np.ndarray
    kept: np.ndarray

    @property
    def n(self) -> int:
        """Replications."""
        return len(self.value)

    def join(self, more: "Outcomes") -> "Outcomes":
        """Join these replications and more."""
        return Outcomes(
            *(
                np.concatenate([getattr(self, one.name), getattr(more, one.name)])
                for one in fields(self)
            )
        )

    def take(self, n: int) -> "Outcomes":
        """Take the first ``n`` replications."""
        return Outcomes(*(getattr(self, one.name)[:n] for one in fields(self)))

    @property
    def weight(self) -> np.ndarray:
        """Weights of the replications, shape (n,), mean 1."""
        sets, place, count = np.unique(self.events, return_inverse=True, return_counts=True)
        chance = np.zeros(sets.size)
        chance[place] = self.chance
        return np.asarray((chance / chance.sum() / count * self.n)[place])

    def average(self, values: np.ndarray) -> float:
        """Average values of the replications by their weights, NaN left out."""
        seen = ~np.isnan(values)
        weight = self.weight[seen]
        return float(weight @ values[seen] / weight.sum()) if seen.any() else float("nan")

    def compute_error(self, values: np.ndarray) -> float:
        """Standard error of `average`: of what varies within the strata."""
        error = 0.0
        weight = self.weight / self.n
        for one in np.unique(self.events):
            mine = (self.events == one) & ~np.isnan(values)
            if mine.sum() > 1:
                error += weight[mine].sum() ** 2 * float(values[mine].var(ddof=1)) / mine.sum()
            elif mine.any() and self.n > 1:
                error += weight[mine].sum() ** 2 * float(np.nanvar(values, ddof=1))
        return error**0.5 if self.n > 1 else float("inf")

    @property
    def expected_cost(self) -> float:
        """Expected cost [scenario.currency]."""
        return self.average(self.cost)

    @property
    def cost_error(self) -> float:
        """Standard error of the expected cost [scenario.currency]."""
        return self.compute_error(self.cost)


def compute_chance(scenario: Scenario, happens: np.ndarray) -> float:
    """Probability that just these events of the scenario happen, others not."""
    chance = 1.0
    for event, does in zip(scenario.events.values(), happens, strict=True):
        chance *= event.probability if does else 1.0 - event.probability
    return chance


def code_events(happens: np.ndarray) -> float:
    """Number that stands for the set of events that happen."""
    return float(sum(2.0**number for number, does in enumerate(happens) if does))


def read_outcomes(table: np.ndarray) -> Outcomes:
    """Read outcomes from a table: a row for each replication, in the order of `Outcomes`."""
    columns = [*table[:, :FIRST_KEPT].T, table[:, FIRST_KEPT:]]
    return Outcomes(*columns)
