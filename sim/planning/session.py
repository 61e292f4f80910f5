"""The steps of making a plan: budget, search, last choice.

Three sets of draws that share none: the search's and the last choice's are of the run's
seed, far apart; the evaluation's have a seed of their own. Checked by
``tests/functional/test_plan_search.py`` and ``tests/unit/test_planning_session.py``.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from sim.errors import InfeasibleError
from sim.planning.evaluation.scenario_mix import (
    Mixture,
    load_mixture,
    open_evaluator,
)
from sim.planning.search.budget import (
    check_affordable,
    count_mentions,
    find_enough,
    guess_budget,
    guess_labor_cost,
)
from sim.planning.search.candidates import Candidate, CandidateSet, ScoringRule
from sim.planning.search.limits import CutShortError, Ending
from sim.planning.search.search import Search
from sim.planning.search.warm_start import place_policy, search_near
from sim.policies.workload import name_effort, split_crew
from sim.rostering.roster import Rosters
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy, list_directions
from sim.scenario.profile import expected_per_interval_and_topic
from sim.scenario.settings import PlannerSettings

# For the progress bar: plays of a search, in its replications.
SEARCH_TIMES = 1000
# Customers on whom a candidate is measured: its error is 1.3 % of the spread between customers.
# Half of it searches twice as fast and confuses close candidates.
SEARCH_CUSTOMERS = 6000
# Replications at least, so that events with a probability occur; at most, so that small desks do
# not take hours.
SEARCH_LEAST, SEARCH_MOST = 40, 400
# A replication of 100,000 mentions and more tells as much as many small ones.
SEARCH_MENTIONS, SEARCH_FEW = 4_000_000, 4
OWN_NAME = "plan"

Progress = Callable[[str, int, int], None]
Keep = Callable[[dict[str, Any], str], None]


@dataclass
class Maker:
    """What the steps of making one plan share."""

    scenario: Scenario
    settings: PlannerSettings
    seed: int
    workers: int | None
    progress: Progress | None
    reasons: list[str] = field(default_factory=list)
    status: str = "feasible"
    earlier: Policy | None = None
    is_interrupted: bool = False
    keep: Keep | None = None
    kept: tuple[Policy | None, str] = (None, "")
    mixture: Mixture = field(init=False)

    def __post_init__(self) -> None:
        """Find the scenarios that are planned for."""
        self.mixture = load_mixture(self.scenario, self.settings.scenarios, self.settings.now_h)

    def report_progress(self, text: str, done: int, total: int) -> None:
        """Report progress, if anybody listens."""
        if self.progress is not None:
            self.progress(text, done, total)

    def keep_best(self, policy: Policy, step: str) -> None:
        """Have the best policy by now kept, if anybody keeps it: a kill costs no search."""
        if self.keep is not None and (policy is not self.kept[0] or step != self.kept[1]):
            self.kept = policy, step
            named = policy.model_copy(update={"name": OWN_NAME})
            self.keep(named.model_dump(mode="json"), step)

    @property
    def evaluation_seed(self) -> int:
        """Seed of the fresh draws."""
        own = self.settings.evaluation_seed
        return self.seed + 1000 if own is None else own


def make_candidate_set(
    maker: Maker, world: Scenario, rosters: Rosters, scoring_rule: ScoringRule, first: int
) -> CandidateSet:
    """Make a candidate set with draws of its own."""
    weight = maker.settings.sentiment_weight
    evaluator = open_evaluator(maker.mixture.hide_news(), maker.seed, maker.workers, weight, first)
    return CandidateSet(evaluator, rosters, scoring_rule)


def find_budget(maker: Maker, rosters: Rosters) -> float:
    """Find the budget; where none is set, what staff by Erlang A's requirement costs."""
    if maker.settings.budget is not None:
        return float(maker.settings.budget)
    return guess_budget(maker.scenario, rosters.problem)


def settle_budget(maker: Maker, candidate_set: CandidateSet, cheapest: Candidate, n: int) -> None:
    """See that the cheapest cover fits the budget; where none was given, raise it to that.

    Raises
    ------
    InputError
        Nobody comes.
    InfeasibleError
        The budget that was given is too small.
    """
    why = "which staff by the Erlang A requirement of each interval would cost"
    try:
        check_affordable(candidate_set, cheapest, n)
    except InfeasibleError:
        if maker.settings.budget is not None:
            raise
        candidate_set.scoring_rule = replace(
            candidate_set.scoring_rule, budget=find_enough(cheapest, n)
        )
        why = "the least that keeps one person at work in every open hour"
    if maker.settings.budget is None:
        budget = f"{candidate_set.scoring_rule.budget:,.0f} {maker.scenario.currency}"
        maker.reasons.append(f"No budget was given: planned for {budget}, {why}.")


def run_search(maker: Maker, world: Scenario, rosters: Rosters, budget: float) -> Search:
    """Run the search to its end, or as far as it comes."""
    settings, promise = maker.settings, maker.scenario.promise
    scoring_rule = ScoringRule(
        budget, 0.0, promise.target_share, promise.alpha, settings.keep_promise
    )
    n = settings.search_replications or choose_replications(world)
    total = SEARCH_TIMES * n

    candidate_set = make_candidate_set(maker, world, rosters, scoring_rule, 0)
    template = make_template(world, rosters)

    def progress(played: int, step: str) -> None:
        if search.best is not None and search.best.n >= search.n:
            maker.keep_best(search.best.policy, "the search was on")
        found = format_search(search)
        maker.report_progress(f"Searching: {found}", min(played, total - 1), total)

    ending = Ending.start(settings, candidate_set.evaluator.played)
    search = Search(candidate_set, n, ending, progress)
    cheapest = make_cheapest(rosters, template)
    settle_budget(maker, candidate_set, cheapest, n)
    budget = candidate_set.scoring_rule.budget
    search.keep(cheapest)
    try:
        start_earlier(maker, search)
        search.run(template, 0.95 * guess_labor_cost(world, budget))
    except CutShortError as error:
        stop(maker, f"The search was stopped by {error}.")
    except KeyboardInterrupt:
        maker.is_interrupted = True
        stop(maker, "The search was interrupted.")
    return search


def choose_replications(scenario: Scenario) -> int:
    """Choose how many replications compare two plans: more where customers are few.

    Fewer where a replication has so many mentions that a search would take days.
    """
    topics = scenario.topics.values()
    share = np.array([topic.actionable_share for topic in topics])
    customers = float((expected_per_interval_and_topic(scenario, True) * share).sum())
    wanted = math.ceil(SEARCH_CUSTOMERS / max(customers, 1.0))
    least = SEARCH_MENTIONS // max(count_mentions(scenario), 1.0)
    return min(max(wanted, min(SEARCH_LEAST, max(SEARCH_FEW, int(least)))), SEARCH_MOST)


def format_search(search: Search) -> str:
    """Sum up the best value by now."""
    if search.best is None or search.best.n < search.n:
        return "starting"
    value = search.best.seen.average(search.best.seen.value)
    return f"value {value:.4f}"


def start_earlier(maker: Maker, search: Search) -> None:
    """Search near the earlier plan first, where there is one."""
    if maker.earlier is None:
        return
    policy = maker.earlier.model_copy(update={"name": OWN_NAME})
    start = place_policy(search.candidate_set.rosters, policy, "the earlier plan")
    if start is not None:
        search_near(search, start)


def stop(maker: Maker, reason: str) -> None:
    """Mark the plan as the best of a search that was cut short."""
    maker.status = "stopped"
    maker.reasons.append(reason)


def make_template(world: Scenario, rosters: Rosters) -> Policy:
    """Make a policy without people: standard level, default crew, help as the scenario has it."""
    return Policy(
        name=OWN_NAME,
        staff=dict.fromkeys(rosters.problem.pools, (0,) * rosters.problem.n_intervals),
        effort=name_effort(world),
        surge=split_crew(world),
        staff_interval_min=rosters.problem.interval_min,
        overflow=list_directions(world.team) if world.team.overflow_decided else None,
    )


def make_cheapest(rosters: Rosters, template: Policy) -> Candidate:
    """Make the cheapest plan that keeps minimum coverage, without a crew."""
    assert rosters.minimum_coverage is not None
    roster = rosters.read(rosters.minimum_coverage.cover)
    alone = template.model_copy(update={"surge": None})
    target_staffing = rosters.clean(rosters.count_staff(roster))
    return Candidate("somebody at work", rosters.to_policy(alone, roster), roster, target_staffing)
