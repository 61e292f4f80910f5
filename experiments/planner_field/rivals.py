"""What others would do with the planner's budget of simulation: five searches and a formula.

All decide over the same rosters (people of each day, shift and pool), levels by topic and phase,
and lead as the planner, know the same at time 0, and are scored on the same draws, as many of
them for a plan as the planner's search takes:

    mean objective - 2 (what the cost is above the budget, as a share of it)
                   - 2 (what the alpha-quantile of the kept promise lacks)

Each starts from Erlang A laid over the shifts, and is repaired to sums of wages between
.85 and 1.0 of the budget. What a search ends with is then brought to the budget as the planner's
last candidates are (replications that are not counted).
"""

import contextlib
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.planning.search.budget import balance_last, staff_shape
from sim.planning.search.candidates import Candidate, CandidateSet
from sim.planning.search.fit_roster import fit_roster, settle_roster
from sim.planning.search.moves import LEADS_H, PERSON_LEVELS, list_topics, set_levels
from sim.policies.standard import shape_erlang_a, shape_proportional
from sim.scenario.parts import PHASES

COST_PRICE, PROMISE_PRICE = 2.0, 2.0
LOW_WAGES, HIGH_WAGES = 0.85, 1.0
HALF = 0.004
LEVELS = ("auto", *PERSON_LEVELS)
PARTS_H = ((0, 11), (11, 15), (15, 19), (19, 24))
SPREAD = 0.5


class SpentError(Exception):
    """The replications are used up."""


@dataclass(frozen=True)
class Choice:
    """What a search decides: people by column, a level by cell, the place of the lead."""

    roster: np.ndarray
    levels: tuple[int, ...]
    lead: int


@dataclass
class Field:
    """Scores choices until the replications are used up.

    Attributes
    ----------
    candidate_set : CandidateSet
        Draws, rosters, scoring rule (its price of money is 0).
    start : Candidate
        Erlang A at the standard level.
    n : int
        Replications of a score.
    most : int
        Replications in all.
    """

    candidate_set: CandidateSet
    start: Candidate
    n: int
    most: int
    best: Candidate | None = None
    best_score: float = -math.inf
    scored: int = 0
    _wish: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        scenario = self.candidate_set.rosters.scenario
        self.topics, self.phases = list_topics(scenario), PHASES
        self.cells = [(topic, phase) for topic in self.topics for phase in self.phases]
        self.leads = (0.0, *LEADS_H)
        self._wish = self.candidate_set.rosters.clean(shape_proportional(scenario))

    @property
    def budget(self) -> float:
        """Money."""
        return self.candidate_set.scoring_rule.budget

    def begin(self) -> Choice:
        """Return Erlang A's choice."""
        standard = LEVELS.index("standard")
        return Choice(self.start.roster, (standard,) * len(self.cells), 0)

    def to_policy(self, choice: Choice) -> Candidate:
        """Return the candidate of a choice."""
        policy = self.start.policy.model_copy(update={"lead_h": self.leads[choice.lead]})
        for cell, level in zip(self.cells, choice.levels, strict=True):
            policy = set_levels(policy, (cell,), LEVELS[level])
        policy = self.candidate_set.rosters.to_policy(policy, choice.roster)
        return Candidate("rival", policy, choice.roster, self._wish)

    def score(self, choice: Choice) -> float:
        """Return the score of a choice; remember the best.

        Raises
        ------
        SpentError
            No replications are left for it.
        """
        if (self.scored + 1) * self.n > self.most:
            raise SpentError
        self.scored += 1
        candidate, scoring_rule = self.to_policy(choice), self.candidate_set.scoring_rule
        self.candidate_set.extend([candidate], self.n)
        seen = candidate.seen
        over = max(seen.expected_cost / scoring_rule.budget - 1.0, 0.0)
        score = seen.average(seen.value) - COST_PRICE * over
        score -= PROMISE_PRICE * scoring_rule.compute_shortfall(seen)
        if score > self.best_score:
            self.best, self.best_score = candidate, score
        return score

    # ---- changes ----

    def draw_levels(self, rng: np.random.Generator) -> tuple[int, ...]:
        """Return random levels."""
        return tuple(int(one) for one in rng.integers(0, len(LEVELS), len(self.cells)))

    def lay(self, weights: np.ndarray, share: float) -> np.ndarray | None:
        """Return the roster for target staffing: work times weights by day, part of day, pool.

        ``weights`` are logarithms: days, then `PARTS_H`, then pools.
        """
        problem, budget = self.candidate_set.rosters.problem, self.budget
        minute = problem.horizon_start_min + np.arange(problem.n_intervals) * problem.interval_min
        day, hour = minute // 1440, minute % 1440 // 60
        n_days, n_parts = self.count_days(), len(PARTS_H)
        part = np.array([next(p for p, (a, b) in enumerate(PARTS_H) if a <= h < b) for h in hour])
        logs = weights[:n_days][day] + weights[n_days : n_days + n_parts][part]
        target_staffing = self._wish * np.exp(logs[:, None] + weights[n_days + n_parts :][None, :])
        return fit_roster(
            self.candidate_set.rosters,
            self.candidate_set.rosters.clean(target_staffing),
            (share - HALF) * budget,
            (share + HALF) * budget,
        )

    def count_days(self) -> int:
        """Return the days of the rosters."""
        problem = self.candidate_set.rosters.problem
        last = problem.horizon_start_min + (problem.n_intervals - 1) * problem.interval_min
        return last // 1440 + 1

    def count_weights(self) -> int:
        """Return how many weights `lay` takes."""
        return self.count_days() + len(PARTS_H) + len(self.candidate_set.rosters.problem.pools)

    def repair(self, roster: np.ndarray) -> np.ndarray | None:
        """Return people whose labor cost lies where the budget can be."""
        low, high = LOW_WAGES * self.budget, HIGH_WAGES * self.budget
        rosters = self.candidate_set.rosters
        if rosters.is_allowed(roster) and low <= rosters.price(roster) <= high:
            return roster
        return settle_roster(rosters, roster, self._wish, low, high)

    def mutate(self, choice: Choice, rng: np.random.Generator) -> Choice:
        """Return a neighbor: a shift more, less or elsewhere, or a level, or the lead."""
        kind = rng.random()
        if kind < 0.3:
            levels = list(choice.levels)
            group = self.draw_group(rng)
            level = int(rng.integers(len(LEVELS)))
            for cell in group:
                levels[cell] = level
            return Choice(choice.roster, tuple(levels), choice.lead)
        if kind < 0.35:
            return Choice(choice.roster, choice.levels, int(rng.integers(len(self.leads))))
        roster = choice.roster.copy()
        if kind < 0.9 or rng.random() < 0.5:
            busy = np.flatnonzero(roster)
            roster[rng.choice(busy)] -= 1
        if kind < 0.9 or roster.sum() == choice.roster.sum():
            roster[rng.integers(roster.size)] += 1
        repaired = self.repair(roster)
        return choice if repaired is None else Choice(repaired, choice.levels, choice.lead)

    def draw_group(self, rng: np.random.Generator) -> list[int]:
        """Return a cell, the cells of a topic, or those of a phase."""
        topic, phase = self.cells[rng.integers(len(self.cells))]
        kind = rng.integers(3)
        return [
            number
            for number, cell in enumerate(self.cells)
            if (kind != 1 or cell[0] == topic)
            and (kind != 2 or cell[1] == phase)
            and (kind != 0 or cell == (topic, phase))
        ]


Search = Callable[[Field, np.random.Generator], None]


def search_random(world: Field, rng: np.random.Generator) -> None:
    """Draw target staffings, levels and leads at random."""
    world.score(world.begin())
    while True:
        roster = world.lay(
            rng.normal(0.0, SPREAD, world.count_weights()), float(rng.uniform(0.86, 0.98))
        )
        if roster is not None:
            lead = int(rng.integers(len(world.leads)))
            world.score(Choice(roster, world.draw_levels(rng), lead))


def search_annealing(
    world: Field, rng: np.random.Generator, hot: float = 3e-3, cold: float = 5e-5
) -> None:
    """Simulated annealing (Kirkpatrick et al. 1983), cooled geometrically."""
    current = world.begin()
    held, most = world.score(current), world.most // world.n
    while True:
        heat = hot * (cold / hot) ** (world.scored / most)
        tried = world.mutate(current, rng)
        if tried is current:
            continue
        found = world.score(tried)
        if found > held or rng.random() < math.exp((found - held) / heat):
            current, held = tried, found


def search_genetic(world: Field, rng: np.random.Generator, size: int = 24) -> None:
    """Evolve: tournaments of three, days of either parent, mutation; the best two live on."""
    herd = [world.begin()]
    while len(herd) < size:
        one = herd[0]
        for _ in range(int(rng.integers(1, 9))):
            one = world.mutate(one, rng)
        herd.append(one)
    scores = [world.score(one) for one in herd]
    while True:
        order = np.argsort(-np.array(scores), kind="stable")
        young, young_scores = [herd[i] for i in order[:2]], [scores[i] for i in order[:2]]
        while len(young) < size:
            mother, father = (herd[choose_parent(scores, rng)] for _ in range(2))
            child = cross(world, mother, father, rng)
            for _ in range(int(rng.integers(1, 4))):
                child = world.mutate(child, rng)
            young.append(child)
            young_scores.append(world.score(child))
        herd, scores = young, young_scores


def choose_parent(scores: list[float], rng: np.random.Generator) -> int:
    """Return the best of three at random."""
    return int(max(rng.integers(len(scores), size=3), key=lambda one: scores[one]))


def cross(world: Field, one: Choice, other: Choice, rng: np.random.Generator) -> Choice:
    """Return a child: each day's shifts and each level from either parent."""
    day = world.candidate_set.rosters.columns.day
    by_day = rng.random(int(day.max()) + 1) < 0.5
    roster = world.repair(np.where(by_day[day], one.roster, other.roster))
    coins = rng.random(len(one.levels)) < 0.5
    levels = tuple(
        a if coin else b for coin, a, b in zip(coins, one.levels, other.levels, strict=True)
    )
    lead = one.lead if rng.random() < 0.5 else other.lead
    return Choice(one.roster if roster is None else roster, levels, lead)


def search_tpe(world: Field, rng: np.random.Generator) -> None:
    """Optuna's tree-structured Parzen estimator over target staffings, levels, lead and wages."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    sampler = optuna.samplers.TPESampler(seed=int(rng.integers(2**31)), multivariate=False)
    study = optuna.create_study(direction="maximize", sampler=sampler)
    names = ["-".join(cell) for cell in world.cells]
    study.enqueue_trial(
        {f"w{i}": 0.0 for i in range(world.count_weights())}
        | dict.fromkeys(names, "standard")
        | {"lead": 0.0, "share": 0.93}
    )

    def ask(trial: Any) -> float:
        weights = [trial.suggest_float(f"w{i}", -1.5, 1.5) for i in range(world.count_weights())]
        roster = world.lay(np.array(weights), trial.suggest_float("share", 0.86, 0.98))
        levels = [trial.suggest_categorical(name, LEVELS) for name in names]
        lead = world.leads.index(trial.suggest_categorical("lead", world.leads))
        if roster is None:
            raise optuna.TrialPruned
        try:
            return world.score(Choice(roster, tuple(map(LEVELS.index, levels)), lead))
        except SpentError:
            study.stop()
            raise optuna.TrialPruned from None

    study.optimize(ask, n_trials=4 * (world.most // world.n), catch=())
    raise SpentError


SEARCHES: dict[str, Search] = {
    "random": search_random,
    "annealing": search_annealing,
    "genetic": search_genetic,
    "tpe": search_tpe,
}
NAMES = ("erlang_a", *SEARCHES)


def lay_erlang(candidate_set: CandidateSet, policy: Any, labor_cost: float) -> Candidate:
    """Return Erlang A's requirement of each interval covered by shifts."""
    target_staffing = shape_erlang_a(candidate_set.rosters.scenario)
    for exact in (True, False):
        found = staff_shape(
            candidate_set, "erlang_a", policy, target_staffing, labor_cost, exact=exact
        )
        if found is not None and candidate_set.rosters.is_allowed(found.roster):
            return found
    assert found is not None
    return found


def find_rival(
    name: str, candidate_set: CandidateSet, start: Candidate, n: int, most: int, seed: int
) -> tuple[Candidate, int]:
    """Return what a rival ends with, unseen, and the replications that it used."""
    if name not in SEARCHES:
        return start.forget(), 0
    world = Field(candidate_set, start, n, most)
    with contextlib.suppress(SpentError):
        SEARCHES[name](world, np.random.default_rng([seed, NAMES.index(name)]))
    assert world.best is not None
    return world.best.forget(), world.scored * n


def bring_to_budget(candidate_set: CandidateSet, candidate: Candidate, n: int) -> Candidate:
    """Return a candidate at the budget on draws that no search has seen."""
    fits = balance_last(candidate_set, candidate, n)
    return candidate if fits is None else fits
