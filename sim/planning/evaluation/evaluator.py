"""Many policies on the same draws, quickly: drawn once, played by threads, in order.

Only what a search reads is measured: satisfaction, cost, the service-level target on event days,
and sentiment where the objective weighs it (that alone needs the turns). What was seen is
remembered, so that no policy is played twice on the same draws, whoever asks: a search meets the
same staff and rules again and again where plans are few, and the plan is measured by one step
after the other. Draws and outcomes are kept up to a limit of memory and made anew beyond it;
they are the same bits either way. Checked by ``tests/unit/test_evaluation_evaluator.py`` against
``sim.running.replicate``.
"""

from collections.abc import Callable, Sequence

import numpy as np

from sim.care.kernel.engine import run_kernel
from sim.care.record import Run
from sim.demand.draw import draw
from sim.demand.draws import Draws
from sim.demand.tables import ORIGIN_SPREAD
from sim.outcomes.attendance import attend
from sim.outcomes.course import compute_rows, follow_sentiment
from sim.outcomes.measures import mean_of, measure_work, price_redress
from sim.outcomes.rows import Rows
from sim.outcomes.scales import Lowered, Scales
from sim.planning.evaluation.memory import OutcomeMemory, name_policy
from sim.planning.evaluation.objective import Objective
from sim.planning.evaluation.outcomes import Outcomes, code_events, compute_chance, read_outcomes
from sim.planning.evaluation.service_target import find_event_days, share_kept
from sim.policies.posts import keep_known_posts
from sim.running.play import Played, prepare
from sim.running.replicate import Progress, Replications, map_in_order, replicate
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy
from sim.scenario.tables import MS_PER_H

# Draws kept in memory; less draws replications anew, more may not fit beside other programs.
MEMORY_BYTES = 600_000_000
# Of ten thousand policies on a hundred replications each: what a long search plays.
OUTCOME_BYTES = 100_000_000


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
        Draws are kept up to this much, outcomes beside them up to `OUTCOME_BYTES` and no more.
    now_h : float
        When shifts are fixed [h]: events announced by then have a promise to keep.

    Attributes
    ----------
    played : int
        Replications that an engine played: each policy once on each draw. What a search took.
    asked : int
        Replications that were asked for, remembered or not: what a question takes that is asked
        alone, whatever was asked before it.
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
        self.objective = Objective(sentiment_weight, scenario.costs.spread_harm)
        self.event_days = find_event_days(scenario, now_h)
        self._played = self._asked = 0
        self._memory = OutcomeMemory(min(memory_bytes, OUTCOME_BYTES))
        self._kept: dict[int, Draws] = {}
        self._kept_bytes = 0

    @property
    def played(self) -> int:
        """Replications that were played."""
        return self._played

    @property
    def asked(self) -> int:
        """Replications that were asked for."""
        return self._asked

    def name(self, policy: Policy) -> str:
        """Name a policy so that only those that are the same to play share it.

        Who may be absent depends on the shifts.
        """
        return name_policy(policy, has_shifts=self.scenario.absence.share > 0)

    def split(self, n: int) -> list[tuple["Evaluator", float, int]]:
        """Split ``n`` replications by scenario: evaluator, chance and number of each."""
        return [(self, 1.0, n)]

    def blend(self, make: Callable[[Scenario], np.ndarray]) -> np.ndarray:
        """Average over the scenarios what is made of each."""
        return make(self.scenario)

    def find_draws(self, replication: int) -> Draws:
        """Draws of a replication, kept or made anew."""
        found = self._kept.get(replication)
        if found is None:
            found = draw(self.scenario, self.seed, self.first + replication)
            size = sum(column.nbytes for column in found)
            if self._kept_bytes + size <= self.memory_bytes and replication not in self._kept:
                self._kept[replication] = found
                self._kept_bytes += size
        return found

    def play(self, policy: Policy, first: int, last: int) -> Outcomes:
        """Play a policy on the replications ``first`` to ``last`` - 1."""
        return self.play_all([(policy, first, last)])[0]

    def play_all(self, jobs: Sequence[tuple[Policy, int, int]]) -> list[Outcomes]:
        """Play many policies, each on its own range of replications."""
        return [read_outcomes(table) for table in self.play_tables(jobs)]

    def play_tables(self, jobs: Sequence[tuple[Policy, int, int]]) -> list[np.ndarray]:
        """Play as `play_all` does, with outcomes as tables: a row for each replication."""
        names = [self.name(policy) for policy, _, _ in jobs]
        missing: dict[tuple[str, int], Policy] = {
            (name, replication): policy
            for name, (policy, first, last) in zip(names, jobs, strict=True)
            for replication in self._memory.list_missing(name, first, last)
        }
        self.play_missing(missing)
        self._asked += sum(last - first for _, first, last in jobs)
        found = [
            self._memory.read(name, first, last)
            for name, (_, first, last) in zip(names, jobs, strict=True)
        ]
        self._memory.trim()
        return found

    def play_missing(self, missing: dict[tuple[str, int], Policy]) -> None:
        """Play policies by name and replication, and remember what they gave."""
        policies = {name: policy for (name, _), policy in missing.items()}
        prepared = {
            name: prepare(self.scenario, keep_known_posts(self.scenario, policy))
            for name, policy in policies.items()
        }
        items = list(missing)

        def run(place: int) -> tuple[float, ...]:
            name, replication = items[place]
            return self.measure(prepared[name], self.find_draws(replication))

        rows: dict[str, dict[int, tuple[float, ...]]] = {name: {} for name in policies}
        played = map_in_order(run, range(len(items)), self.workers)
        for (name, replication), row in zip(items, played, strict=True):
            rows[name][replication] = row
        for name, mine in rows.items():
            self._memory.put(name, mine)
        self._played += len(items)

    def replicate(self, policy: Policy, n: int, progress: Progress | None = None) -> Replications:
        """Play the first ``n`` replications with every measure, and remember them.

        After Ctrl-C: see `sim.running.replicate.replicate`.
        """
        rows: dict[int, tuple[float, ...]] = {}

        def observe(replication: int, scales: Scales, played: Played) -> None:
            rows[replication] = self.describe(scales, *played)

        run = replicate(
            self.scenario,
            keep_known_posts(self.scenario, policy),
            n,
            self.seed,
            workers=self.workers,
            progress=progress,
            find_draws=self.find_draws,
            observe=observe,
        )
        self._memory.put(self.name(policy), rows)
        self._memory.trim()
        self._played += run.n
        self._asked += run.n
        return run

    def measure(self, lowered: Lowered, draws: Draws) -> tuple[float, ...]:
        """Play one replication; its outcome is in the order of `Outcomes`."""
        lowered = attend(lowered, draws)
        scales = lowered.scales
        keeps_turns = self.sentiment_weight > 0 or scales.reads_turns
        run = run_kernel(lowered.tables, draws, True, keeps_turns)
        return self.describe(scales, draws, run, compute_rows(scales, draws, run))

    def describe(self, scales: Scales, draws: Draws, run: Run, rows: Rows) -> tuple[float, ...]:
        """Measure a replication that was played, in the order of `Outcomes`."""
        satisfaction = mean_of(rows.satisfaction[rows.exogenous])
        sentiment = 0.0
        if self.sentiment_weight > 0:
            sentiment = mean_of(follow_sentiment(scales, draws, run, rows)[1:])
        spread = int((rows.counted & ~run.deflected & (draws.origin == ORIGIN_SPREAD)).sum())
        value = self.objective.value(satisfaction, sentiment, spread, int(rows.case.sum()))
        kept = (
            share_kept(days, draws.event_time_ms, draws.arrival_ms, rows.exogenous, rows.kept)
            for days in self.event_days
        )
        cost = measure_work(scales, draws, run, rows)["cost"]
        paid = (run.surge_ms, run.overtime_ms[:, :-1])
        spent_h = tuple(int(scales.weigh(ms).sum()) / MS_PER_H for ms in paid)
        happens = draws.event_time_ms >= 0
        chance = compute_chance(self.scenario, happens)
        given = price_redress(scales, draws, run, rows)
        return value, satisfaction, cost, *spent_h, code_events(happens), chance, given, *kept

    def collect(self, job: Callable[[Draws], np.ndarray], first: int, last: int) -> np.ndarray:
        """Stack what is made of the draws of each replication."""
        made = map_in_order(
            lambda replication: job(self.find_draws(replication)), range(first, last), self.workers
        )
        return np.stack(list(made))
