"""Who could be absent of one policy, and who is in a replication.

Laid by ``sim.outcomes.attendance``. Checked by ``tests/unit/test_outcomes_attendance.py``.
"""

from dataclasses import dataclass

import numpy as np

from sim.demand.absence import draw_absent
from sim.demand.draws import Draws
from sim.scenario.parts import Absence


@dataclass(frozen=True, eq=False)
class Attendance:
    """Who could be absent of one policy, in engine time, laid once for all replications.

    Attributes
    ----------
    absence : Absence
        Of the scenario.
    time_ms : np.ndarray
        int64, shape (n_times,), ascending, first 0: all times at which staff may change.
    agents, paid_agents : np.ndarray
        int64, shape (n_pools, n_times): on duty, and paid, if everybody comes.
    days, day_of, stream, number : np.ndarray
        As `draw_absent` wants them: of all persons of all rounds.
    owner, pool, first, last, works, paid : np.ndarray
        int64, shape (n_spans,): whose, where, from and to which of `time_ms`; see `Persons`.
    """

    absence: Absence
    time_ms: np.ndarray
    agents: np.ndarray
    paid_agents: np.ndarray
    days: np.ndarray
    day_of: np.ndarray
    stream: np.ndarray
    number: np.ndarray
    owner: np.ndarray
    pool: np.ndarray
    first: np.ndarray
    last: np.ndarray
    works: np.ndarray
    paid: np.ndarray

    def draw_absent(self, draws: Draws) -> np.ndarray:
        """Draw which persons fail to come, bool, shape (n_persons,)."""
        return draw_absent(
            draws.absence_key,
            self.absence.share,
            self.absence.day_cv,
            self.days,
            self.day_of,
            self.stream,
            self.number,
        )

    def take_off(self, agents: np.ndarray, weight: np.ndarray, absent: np.ndarray) -> np.ndarray:
        """Take the absent off the agents, int64, of the shape of `agents`."""
        gone = absent[self.owner]
        change = np.zeros((agents.shape[0], agents.shape[1] + 1), np.int64)
        np.add.at(change, (self.pool[gone], self.first[gone]), weight[gone])
        np.subtract.at(change, (self.pool[gone], self.last[gone]), weight[gone])
        return np.maximum(agents - np.cumsum(change, axis=1)[:, :-1], 0)
