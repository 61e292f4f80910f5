"""The last decision: who wins on unseen draws, every single change tried, what stands beside it.

The search's ends and the policies beside them are chosen among on draws of their own; single
changes of the winner are tried on others; tuned Erlang A has its own. Checked by
``tests/functional/test_plan_search.py`` and ``tests/functional/test_plan_proof.py``.
"""

import contextlib
from dataclasses import replace
from typing import NamedTuple

from sim.planning.benchmarks.beside import RIVALS, fit_policy, make_framed, sort_policies
from sim.planning.benchmarks.tuned import tune
from sim.planning.bounds.roster_bound import RosterProof
from sim.planning.claims.final_changes import ROUNDS, Tried, try_last
from sim.planning.claims.other_rosters import Held, hold_against_rosters
from sim.planning.claims.single_changes import TriedChange
from sim.planning.search.budget import balance_last, find_enough
from sim.planning.search.candidates import Candidate, CandidateSet, ScoringRule
from sim.planning.search.final_selection import Choice, choose, make_rules
from sim.planning.search.infeasibility import refuse_promise
from sim.planning.search.limits import CutShortError
from sim.planning.search.search import Search
from sim.planning.search.warm_start import search_near
from sim.planning.session import Maker, make_candidate_set
from sim.policies.standard import FIXED
from sim.rostering.roster import Rosters
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy

# Number of the first draw of the last choice, far behind those of the search.
CHOICE_FIRST = 1_000_000
# Number of the first draw on which Erlang A is tuned: behind those of search and last choice, so
# that it is tuned on draws of its own.
TUNED_FIRST = 3_000_000
# Number of the first draw on which single changes of the last choice are tried, and how far the
# rounds are apart: draws that no plan was chosen on.
CHANGES_FIRST, CHANGES_APART = 5_000_000, 100_000
# Replications that settle a finalist's cost, in those of the search.
CHOICE_TIMES = 5
# Of `count_enough`: doubled three times at most.
MOST_TIMES = 8
# Share of the budget: the standard error at which a cost is known well enough to be settled.
COST_ERROR = 0.0025
# Standard errors by which a second search keeps more than is asked, where the first one's ends do
# not keep the promise on draws that it has not seen.
MORE_CAUTION = 3.0


class LastDecision(NamedTuple):
    """What was chosen, how it came out of its single changes, and what stands beside it."""

    choice: Choice
    changes: tuple[TriedChange, ...]
    """none where the plan was stopped"""
    taken: tuple[str, ...]
    held: RosterProof | None
    """what other rosters gain; None where the plan was stopped"""
    benchmark_policies: list[Candidate]


def decide_last(maker: Maker, world: Scenario, rosters: Rosters, search: Search) -> LastDecision:
    """Decide on the plan, try its single changes, and make the standard policies beside it.

    Raises
    ------
    InfeasibleError
        No candidate meets the service-level target.
    """
    assert search.best is not None
    scoring_rule = search.candidate_set.scoring_rule
    fair = ScoringRule(scoring_rule.budget, 0.0, maker.scenario.promise.target_share,
    scoring_rule.alpha,
                 scoring_rule.keeps_promise)  # fmt: skip
    candidate_set = make_candidate_set(maker, world, rosters, fair, CHOICE_FIRST)
    n = count_enough(candidate_set, search.best.forget(), CHOICE_TIMES * search.n)
    if maker.settings.objective == "cost":
        lift_budget(maker, candidate_set, search, n)
    free = candidate_set.change(Rosters(world))
    maker.report_progress("Comparing the last candidates", 0, 2)
    own_rules = make_independent(maker, search, free, n)
    benchmark_policies = [*make_framed(free, search.best.policy, n), *own_rules]
    ends = list({id(one): one.forget() for one in [search.best, *search.ways]}.values())
    open_benchmark_policies = [
        one
        for one in sort_policies(benchmark_policies)
        if one.label in RIVALS and rosters.is_allowed(one.roster)
    ]
    maker.report_progress("Comparing the last candidates", 1, 2)
    own = maker.settings
    rules = make_rules(own.delta, own.alpha_selection, own.choice_replications)
    choice = choose(candidate_set, [*ends, *open_benchmark_policies], n, rules)
    if choice is None and maker.status == "stopped":
        lax = candidate_set.change(keeps_promise=False)
        choice = choose(lax, [*ends, *open_benchmark_policies], n, rules)
        maker.reasons.append("The promise is not kept: the search was cut short.")
    if choice is None and maker.status != "stopped":
        ends = search_cautiously(search)
        choice = choose(candidate_set, ends, n, rules)
    if choice is None:
        raise refuse_promise(candidate_set, [*ends, *open_benchmark_policies], n)
    tried, held = Tried(choice.winner, ()), None
    if maker.status != "stopped":
        claims = Claims(maker, world, rosters, search, candidate_set.scoring_rule)
        tried, held = claims.make(choice.winner)
    choice = choice._replace(winner=tried.plan)
    if not is_same_frame(choice.winner.policy, search.best.policy):
        benchmark_policies = [*make_framed(free, choice.winner.policy, n), *own_rules]
    return LastDecision(choice, tried.changes, tried.taken, held, sort_policies(benchmark_policies))


def search_cautiously(search: Search) -> list[Candidate]:
    """Search near the best once more, keeping more of the promise; what it ends with."""
    assert search.best is not None
    own = search.candidate_set
    with_care = Search(own.change(caution=MORE_CAUTION), search.n, search.ending, search.progress)
    with contextlib.suppress(CutShortError):
        search_near(with_care, search.best.forget())
    found = [one for one in (with_care.best, *with_care.ways) if one is not None]
    return [one.forget() for one in found]


class Claims:
    """What a winner may claim, on draws that no plan was chosen on; better plans are taken.

    Parameters
    ----------
    maker, world, rosters, search
        Of the plan.
    rule : ScoringRule
        Of the last choice: budget and target.
    """

    def __init__(
        self, maker: Maker, world: Scenario, rosters: Rosters, search: Search, rule: ScoringRule
    ) -> None:
        self.maker, self.world, self.rosters, self.search = maker, world, rosters, search
        self.rule = replace(rule, money_price=search.candidate_set.scoring_rule.money_price)
        self.most = maker.settings.choice_replications
        self._opened = 0

    def make(self, winner: Candidate) -> tuple[Tried, RosterProof]:
        """Try every single change, then hold the roster against others; once more if it changed."""
        tried = self.try_changes(winner, ROUNDS)
        held = self.hold(tried.plan, takes=True)
        if not held.is_changed:
            return tried, held.proof
        again = self.try_changes(held.plan, 1)
        taken = (*tried.taken, *held.plan.trail[len(tried.plan.trail) :])
        return again._replace(taken=taken), self.hold(held.plan, takes=False).proof

    def open_set(self, _: int = 0) -> CandidateSet:
        """Open common draws that nothing was decided on."""
        first = CHANGES_FIRST + self._opened * CHANGES_APART
        self._opened += 1
        return make_candidate_set(self.maker, self.world, self.rosters, self.rule, first)

    def try_changes(self, plan: Candidate, rounds: int) -> Tried:
        """Try every single change of a plan's rules."""

        def progress(done: int, total: int) -> None:
            self.maker.report_progress("Trying single changes", done, total)

        return try_last(self.open_set, self.search, plan, self.most, progress, rounds)

    def hold(self, plan: Candidate, takes: bool) -> Held:
        """Hold a plan's roster against all others."""
        self.maker.report_progress("Holding it against other rosters", 0, 1)
        n = min(self.search.n, self.most)
        return hold_against_rosters(self.open_set(), plan, n, takes)


def make_independent(
    maker: Maker, search: Search, candidate_set: CandidateSet, n: int
) -> list[Candidate]:
    """Make the policies beside a plan that take no rule of it: tuned Erlang A, fixed rules.

    Nothing is tuned for a user who waits after Ctrl-C.
    """
    assert search.best is not None
    fixed = fit_policy(candidate_set, FIXED, search.best.policy, n)
    if maker.status == "stopped":
        maker.reasons.append("Erlang A was not tuned, because the search was cut short.")
        return [] if fixed is None else [fixed]
    maker.report_progress("Tuning Erlang A", 0, 1)
    rule = search.candidate_set.scoring_rule
    budget = candidate_set.scoring_rule.budget
    tuning = make_candidate_set(
        maker,
        candidate_set.rosters.scenario,
        candidate_set.rosters,
        replace(rule, budget=budget),
        TUNED_FIRST,
    )
    found = tune(tuning, search.n)
    tuned = None if found is None else balance_last(candidate_set, found.forget(), n)
    return [one for one in (tuned, fixed) if one is not None]


def lift_budget(maker: Maker, candidate_set: CandidateSet, search: Search, n: int) -> None:
    """Raise the budget of a plan for a target to what it costs on draws not seen, if need be.

    Nobody has set that budget, so a plan that costs a little more on other draws breaks none.
    """
    assert search.best is not None
    best = search.best.forget()
    if balance_last(candidate_set, best, n) is None:
        candidate_set.extend([best], n)
        budget = find_enough(best, n)
        candidate_set.scoring_rule = replace(candidate_set.scoring_rule, budget=budget)
        search.candidate_set.scoring_rule = replace(
            search.candidate_set.scoring_rule, budget=budget
        )
        maker.reasons.append(f"On draws not seen before the plan needs a budget of {budget:,.0f}.")


def count_enough(candidate_set: CandidateSet, candidate: Candidate, n: int) -> int:
    """Count how many replications show the expected cost: doubled until it is exact enough."""
    most = MOST_TIMES * n
    candidate_set.extend([candidate], n)
    while candidate.seen.cost_error > COST_ERROR * candidate_set.scoring_rule.budget and n < most:
        n *= 2
        candidate_set.extend([candidate], n)
    return n


def is_same_frame(one: Policy, other: Policy) -> bool:
    """Whether two plans give the standard policies beside them the same rules."""
    rules = [policy.model_dump(exclude={"name", "staff", "shifts", "lead_h"})
             for policy in (one, other)]  # fmt: skip
    return rules[0] == rules[1]
