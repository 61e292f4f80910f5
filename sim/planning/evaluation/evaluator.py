"""Many policies on the same draws, quickly: drawn once, played by threads, in order.

Only what a search reads is measured: satisfaction, cost, the promise on event days, and
sentiment where the objective weighs it (that alone needs the turns). Draws are kept up to a
limit of memory and made anew beyond it; they are the same bits either way. The objective of
a replication is

    (1 - weight) satisfaction + weight mean sentiment - spread_harm * spread / actionable.

Checked by ``tests/unit/test_planning_evaluate.py`` against ``sim.running.replicate``.
"""

import itertools
from collections.abc import Callable, Sequence

import numpy as np

from sim.care.kernel.engine import run_kernel
from sim.demand.draw import draw
from sim.demand.draws import Draws
from sim.outcomes.course import follow_sentiment
from sim.outcomes.measures import mean_of, measure_work
from sim.outcomes.rows import Rows, find_rows
from sim.outcomes.scales import SPREAD_ORIGIN, Scales
from sim.planning.evaluation.outcomes import Outcomes, code_events, find_chance, stack_outcomes
from sim.planning.evaluation.service_target import find_event_days, share_kept
from sim.running.play import prepare
from sim.running.replicate import map_in_order
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy
from sim.scenario.tables import MS_PER_H, Tables

MEMORY_BYTES = 600_000_000


class Evaluator:
    """Plays policies on common draws.

    Parameters
    ----------
    scenario : Scenario
        The world.
    seed : int
        Of the draws.
    workers : int, optional
        Threads; one for each core if None.
    sentiment_weight : float
        Of mean sentiment in the objective.
    first : int
        Number of the first replication: evaluators of one seed that start far from each
        other share no draw.
    memory_bytes : int
        Draws are kept up to this much.
    now_h : float
        When shifts are fixed [h]: events announced by then have a promise to keep.
    """

    def __init__(
        self,
        scenario: Scenario,
        seed: int,
        workers: int | None = None,
        sentiment_weight: float = 0.0,
        first: int = 0,
        memory_bytes: int = MEMORY_BYTES,
        now_h: float = 0.0,
    ) -> None:
        self.scenario = scenario
        self.seed = seed
        self.workers = workers
        self.sentiment_weight = sentiment_weight
        self.first = first
        self.memory_bytes = memory_bytes
        self.event_days = find_event_days(scenario, now_h)
        self.played = 0
        self._kept: dict[int, Draws] = {}
        self._kept_bytes = 0

    def split(self, n: int) -> list[tuple["Evaluator", float, int]]:
        """Return the evaluator of each scenario, its chance, and its part of ``n`` replications."""
        return [(self, 1.0, n)]

    def blend(self, make: Callable[[Scenario], np.ndarray]) -> np.ndarray:
        """Return the mean over the scenarios of what is made of one."""
        return make(self.scenario)

    def find_draws(self, replication: int) -> Draws:
        """Return the draws of a replication, kept or made anew."""
        found = self._kept.get(replication)
        if found is None:
            found = draw(self.scenario, self.seed, self.first + replication)
            size = sum(column.nbytes for column in found)
            if self._kept_bytes + size <= self.memory_bytes and replication not in self._kept:
                self._kept[replication] = found
                self._kept_bytes += size
        return found

    def play(self, policy: Policy, first: int, last: int) -> Outcomes:
        """Return the outcomes of the replications ``first`` to ``last`` - 1."""
        return self.play_all([(policy, first, last)])[0]

    def play_all(self, jobs: Sequence[tuple[Policy, int, int]]) -> list[Outcomes]:
        """Return the outcomes of many policies, each on its own range of replications."""
        prepared = [prepare(self.scenario, policy) for policy, _, _ in jobs]
        items = [
            (job, replication)
            for job, (_, first, last) in enumerate(jobs)
            for replication in range(first, last)
        ]

        def run(place: int) -> tuple[float, ...]:
            job, replication = items[place]
            return self.measure(*prepared[job], self.find_draws(replication))

        rows = list(map_in_order(run, range(len(items)), self.workers))
        self.played += len(items)
        starts = np.cumsum([0] + [last - first for _, first, last in jobs])
        return [stack_outcomes(rows[low:high]) for low, high in itertools.pairwise(starts)]

    def measure(self, tables: Tables, scales: Scales, draws: Draws) -> tuple[float, ...]:
        """Return what one replication gave, in the order of `Outcomes`."""
        run = run_kernel(tables, draws, True, self.sentiment_weight > 0)
        rows = find_rows(scales, draws, run)
        satisfaction = mean_of(rows.satisfaction[rows.exogenous])
        value = (1.0 - self.sentiment_weight) * satisfaction - self.price_spread(draws, rows)
        if self.sentiment_weight > 0:
            path = follow_sentiment(scales, draws, run, rows)
            value += self.sentiment_weight * mean_of(path[1:])
        kept = (
            share_kept(days, draws.event_time_ms, draws.arrival_ms, rows.exogenous, rows.kept)
            for days in self.event_days
        )
        cost = measure_work(scales, draws, run, rows)["cost"]
        spent_h = tuple(int(ms.sum()) / MS_PER_H for ms in (run.surge_ms, run.overtime_ms[:, :-1]))
        happens = draws.event_time_ms >= 0
        chance = find_chance(self.scenario, happens)
        return value, satisfaction, cost, *spent_h, code_events(happens), chance, *kept

    def price_spread(self, draws: Draws, rows: Rows) -> float:
        """Return what spread complaints cost in the objective."""
        harm = self.scenario.costs.spread_harm
        if harm == 0:
            return 0.0
        spread = int((rows.counted & (draws.origin == SPREAD_ORIGIN)).sum())
        return harm * spread / max(int(rows.case.sum()), 1)

    def collect(self, job: Callable[[Draws], np.ndarray], first: int, last: int) -> np.ndarray:
        """Return what is made of the draws of each replication, stacked."""
        made = map_in_order(
            lambda replication: job(self.find_draws(replication)), range(first, last), self.workers
        )
        return np.stack(list(made))
