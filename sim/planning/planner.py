"""Make a plan: search on common draws, choose on unseen ones, show on fresh ones.

Three sets of draws that share none: the search's, the last choice's (both of the run's
seed, far apart), and the evaluation's (``planner.evaluation_seed``). The plan knows what is
announced at time 0 and how likely the rest is. Checked by ``tests/functional/test_plan_*``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sim.decision.decision import Decision
from sim.decision.evidence import Advantage, PolicyDifference, SearchRecord
from sim.decision.typed import to_plain
from sim.errors import InputError
from sim.outcomes.estimate import Estimate, estimate_objective
from sim.planning.agreements import constrain_rosters, describe_changes, require_coverage
from sim.planning.analysis.advantages import weigh_advantage
from sim.planning.analysis.assumptions import list_assumptions
from sim.planning.analysis.calendar import make_calendar
from sim.planning.analysis.claims import find_gap, format_reasons, make_proof
from sim.planning.analysis.comparison import compare_policies, play_policies
from sim.planning.analysis.cost_target import format_target, search_target
from sim.planning.analysis.mix_comparison import describe_members, list_mixture_risks
from sim.planning.analysis.preparing import weigh_posts, weigh_preparations
from sim.planning.analysis.questions import answer_questions, list_rivals
from sim.planning.analysis.reachable_target import format_unreachable
from sim.planning.analysis.shadow_prices import format_hours, price_hours
from sim.planning.benchmarks.current import read_current
from sim.planning.benchmarks.tuned import TUNED
from sim.planning.decision import describe_decision
from sim.planning.evaluation.evaluator import Evaluator
from sim.planning.evaluation.scenario_mix import open_evaluator
from sim.planning.interrupts import hurry, insist, mark_short, shorten
from sim.planning.last_decision import LastDecision, decide_last
from sim.planning.outlook.customers import count_customers
from sim.planning.outlook.money import price_tenths
from sim.planning.outlook.run_book import make_run_book
from sim.planning.search.candidates import Candidate
from sim.planning.search.final_selection import Choice
from sim.planning.search.search import Search
from sim.planning.session import (
    OWN_NAME,
    Keep,
    Maker,
    Progress,
    find_budget,
    run_search,
)
from sim.policies.roster_file import CURRENT
from sim.rostering.roster import Rosters
from sim.running.replicate import Replications
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy
from sim.scenario.settings import PlannerSettings

NO_FEEDBACK = (
    "scenario.demand.sentiment_feedback = {:g}: `plan` requires 0, because candidate plans are "
    "compared on identical demand. Use `simulate` to study the feedback."
)
NOT_FRESH = (
    "planner.evaluation_seed = {}: must differ from run.seed, so that the plan is evaluated on "
    "draws that its search did not use. null: run.seed + 1000"
)
# Of a stress test: its difference to the plan is on common draws and needs fewer.
RISK_REPLICATIONS = 100
# Of the measurement of a plan that was stopped: the user is waiting.
STOPPED_REPLICATIONS = 100


@dataclass(frozen=True)
class Plan:
    """A policy with its evidence.

    Attributes
    ----------
    policy : Policy
        What is to be done.
    value : Estimate
        Objective on fresh draws, with its 95 % interval.
    decision : Decision
        All that the plan tells people: decision.json.
    runs : list of Replications
        On fresh draws: the plan's, then the standard policies'.
    candidates : list of dict
        The last candidates: label, value and cost on the draws of the last choice.
    """

    policy: Policy
    value: Estimate
    decision: Decision = field(repr=False)
    runs: list[Replications] = field(repr=False)
    candidates: list[dict[str, Any]] = field(repr=False)

    @property
    def status(self) -> str:
        """feasible; certified: all its claims hold (`proof`); stopped: cut short."""
        return self.decision.status

    @property
    def bound(self) -> float | None:
        """Value and gap: what no other roster under the plan's rules exceeds."""
        return self.decision.bound

    @property
    def gap(self) -> float | None:
        """What any other roster gains at most; None: not bounded."""
        return self.decision.gap

    @property
    def evidence(self) -> tuple[PolicyDifference, ...]:
        """Paired differences from the standard policies."""
        return self.decision.evidence

    @property
    def selection(self) -> dict[str, Any]:
        """The last choice as plain data: runner-up, difference, what is promised."""
        found: dict[str, Any] = to_plain(self.decision.selection)
        return found

    def summarize(self) -> dict[str, Any]:
        """Fill the entry `plan` of summary.json."""
        return {
            "status": self.status,
            "value": self.value.mean,
            "bound": self.bound,
            "gap": self.gap,
            "selection": self.selection,
            "advantages": to_plain(self.decision.advantages or ()),
        }


def make_plan(
    scenario: Scenario,
    settings: PlannerSettings,
    seed: int,
    workers: int | None = None,
    progress: Progress | None = None,
    keep: Keep | None = None,
) -> Plan:
    """Find the best policy for the budget and show what it is worth.

    Parameters
    ----------
    scenario : Scenario
        The world.
    settings : PlannerSettings
        Budget, objective, precision and time.
    seed : int
        The same seed gives the same plan, whatever the workers (unless time runs out).
    workers : int, optional
        Threads; one for each core if None.
    progress : callable, optional
        Called with (text, done, all).
    keep : callable, optional
        Called with the best policy by now, as plain data, and where the search is.

    Returns
    -------
    Plan
        With status "stopped" after the time limit or Ctrl-C: the best so far.

    Raises
    ------
    InputError
        A scenario whose demand answers to sentiment; draws that are not fresh; nobody comes;
        agreements, an earlier plan or scenarios that are not there or do not fit.
    InfeasibleError
        No plan keeps the budget or the service-level target: reason and smallest change.
    """
    if scenario.demand.sentiment_feedback > 0:
        raise InputError(NO_FEEDBACK.format(scenario.demand.sentiment_feedback))
    if settings.evaluation_seed == seed:
        raise InputError(NOT_FRESH.format(seed))
    current = None if settings.current is None else read_current(settings.current, scenario)
    maker = Maker(scenario, settings, seed, workers, progress, keep=keep)
    world = maker.mixture.hide_news().blend()
    rosters = Rosters(world)
    rosters.minimum_coverage = require_coverage(rosters)
    maker.earlier = constrain_rosters(rosters, settings)
    search = run_search(maker, world, rosters, find_budget(maker, rosters))
    if settings.objective == "cost":
        search = search_target(maker, world, search)
    if search.best is not None:
        maker.keep_best(search.best.policy, "the search was done")
    last = insist(
        maker,
        "The last choice",
        lambda hasty: decide_last(maker, world, rosters, hurry(search) if hasty else search),
    )
    maker.keep_best(last.choice.winner.policy, "the comparison was done")
    benchmark_policies = last.benchmark_policies
    policies = [last.choice.winner.policy.model_copy(update={"name": OWN_NAME})]
    policies += [one.policy.model_copy(update={"name": one.label}) for one in benchmark_policies]
    policies += [] if current is None else [current]
    recipes = {one.label: one.trail for one in benchmark_policies if one.label == TUNED}
    fresh = open_evaluator(
        maker.mixture, maker.evaluation_seed, maker.workers, settings.sentiment_weight
    )
    runs = insist(maker, "The evaluation", lambda _: evaluate_fresh(maker, fresh, policies))
    mark_short(maker, runs)
    return insist(
        maker,
        "The description",
        lambda hasty: describe_plan(
            maker, rosters, search, last, fresh, shorten(runs) if hasty else runs, recipes
        ),
    )


def evaluate_fresh(
    maker: Maker, fresh: Evaluator, policies: Sequence[Policy]
) -> list[Replications]:
    """Play the policies on fresh draws: fewer replications where the search was stopped."""
    wanted = maker.settings.evaluation_replications
    if maker.status == "stopped":
        wanted = min(wanted, STOPPED_REPLICATIONS)

    def progress(done: int, total: int) -> None:
        maker.report_progress("Trying it on new weeks", done, total)

    return play_policies(fresh, policies, wanted, progress)


def describe_plan(
    maker: Maker,
    rosters: Rosters,
    search: Search,
    last: LastDecision,
    fresh: Evaluator,
    runs: list[Replications],
    recipes: Mapping[str, Sequence[str]],
) -> Plan:
    """Describe the plan with all that is known of it; ``recipes`` of tuned benchmarks by name."""
    scenario, settings, policy = maker.scenario, maker.settings, runs[0].policy
    choice = last.choice
    seen = fresh.play(policy, 0, runs[0].n)
    value = estimate_objective(seen.value, scenario.costs.spread_harm)
    budget = search.candidate_set.scoring_rule.budget
    maker.reasons += fresh.objective.describe()
    maker.reasons += format_unreachable(scenario, policy)
    maker.reasons += format_target(settings, runs[0])
    maker.reasons += format_reasons(maker, search, fresh, runs[0])
    n_risks = min(RISK_REPLICATIONS, runs[0].n)
    risks = list_mixture_risks(maker.mixture, fresh, policy, rosters, n_risks)
    shadow_prices = price_hours(fresh, rosters, policy, n_risks)
    maker.reasons += format_hours(shadow_prices)
    proof = make_proof(maker, fresh, rosters, last, runs[0], n_risks)
    if proof is not None and not proof.lacking:
        maker.status = "certified"
    preparations, posts = weigh_preparations(fresh, runs[0]), weigh_posts(fresh, runs[0])
    answers = answer_questions(
        maker, search, fresh, choice.winner, list_rivals(choice, runs), runs[0].n
    )
    gap = find_gap(proof)
    decision = replace(
        describe_decision(scenario, runs[0], choice.winner, budget),
        evidence=compare_policies(runs),
        advantages=list_advantages(fresh, runs, budget, recipes),
        risks=risks,
        assumptions=list_assumptions(scenario, settings.sentiment_weight > 0),
        status=maker.status,
        value=value.mean,
        bound=None if gap is None else value.mean + gap,
        gap=gap,
        selection=choice.describe(),
        reasons=tuple(dict.fromkeys(maker.reasons)),
        search=describe_search(search, choice),
        shadow_prices=shadow_prices,
        changes=describe_changes(rosters, policy),
        scenarios=describe_members(maker.mixture, runs),
        preparations=preparations,
        posts=posts,
        calendar=make_calendar(fresh, runs[0], n_risks),
        frontier=answers.frontier,
        levers=answers.levers,
        flips=answers.flips,
        customers=count_customers(fresh, [run.policy for run in runs], n_risks),
        run_book=make_run_book(fresh, policy, n_risks),
        money=price_tenths(fresh, rosters, policy, n_risks),
        proof=proof,
    )
    ends = [describe_candidate(one) for one in (search.best, *search.ways) if one]
    return Plan(policy, value, decision, runs, ends)


def list_advantages(
    fresh: Evaluator,
    runs: Sequence[Replications],
    budget: float,
    recipes: Mapping[str, Sequence[str]],
) -> tuple[Advantage, ...]:
    """List what the plan is ahead of tuned Erlang A and of your roster by, where they are."""
    plan, others = runs[0].policy, {run.policy.name: run.policy for run in runs[1:]}
    return tuple(
        weigh_advantage(fresh, plan, others[name], budget, recipes.get(name, ()), runs[0].n)
        for name in (TUNED, CURRENT)
        if name in others
    )


def describe_candidate(candidate: Candidate) -> dict[str, Any]:
    """Describe one candidate of the search as plain data, valued on the search's draws."""
    return {
        "label": candidate.label,
        "steps": len(candidate.trail),
        "value": candidate.seen.average(candidate.seen.value),
        "cost": candidate.seen.expected_cost,
        "replications": candidate.n,
    }


def describe_search(search: Search, choice: Choice) -> SearchRecord:
    """Record what the search did and how it came to the plan."""
    return SearchRecord(
        start=choice.winner.label,
        steps=tuple(choice.winner.trail),
        replications_played=search.candidate_set.evaluator.played,
        replications_of_a_decision=search.n,
    )
