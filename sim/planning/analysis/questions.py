"""Further questions about a plan, asked only where the settings say so, after it is found.

Each costs replications of its own, reported beside its answer, and none changes the plan. Checked
by ``tests/functional/test_plan_questions.py``.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sim.decision.answers import Frontier, Levers, SwitchingValues, Unanswered
from sim.planning.analysis.alternatives import list_alternatives
from sim.planning.analysis.assumptions import list_assumptions
from sim.planning.analysis.frontier import (
    choose_budgets,
    format_turn,
    measure_frontier,
    search_frontier,
)
from sim.planning.analysis.levers import free_promise, weigh_levers
from sim.planning.analysis.switching_values import Rival, Screen, screen_assumptions
from sim.planning.evaluation.evaluator import Evaluator
from sim.planning.search.candidates import Candidate
from sim.planning.search.final_selection import Choice
from sim.planning.search.limits import CutShortError, Ending
from sim.planning.search.search import Search
from sim.planning.session import Maker, make_cheapest, make_template
from sim.policies.roster_file import CURRENT
from sim.running.replicate import Replications

# Plays that a point of the frontier takes, roughly: for the progress bar alone.
FRONTIER_TIMES = 180
# Plays that all levers take, roughly: for the progress bar alone.
LEVER_TIMES = 100


class Answers(NamedTuple):
    """Of the further questions; None where one was not asked."""

    frontier: Frontier | None = None
    levers: Levers | Unanswered | None = None
    flips: SwitchingValues | Unanswered | None = None


def answer_questions(
    maker: Maker,
    search: Search,
    fresh: Evaluator,
    winner: Candidate,
    rivals: Sequence[Rival],
    n: int,
) -> Answers:
    """Answer the further questions of a plan: what they ask is set by the settings.

    Parameters
    ----------
    maker : Maker
        Scenario, settings, seed.
    search : Search
        Ended.
    fresh : Evaluator
        Of the draws that the plan was valued on.
    winner : Candidate
        The plan.
    rivals : sequence of Rival
        What might have been chosen.
    n : int
        Fresh replications that the plan was valued on.
    """
    answers = Answers()
    if maker.status == "stopped":
        if maker.settings.frontier_points or maker.settings.explain:
            maker.reasons.append("Further questions were not asked: the plan was cut short.")
        return answers
    if maker.settings.frontier_points:
        answers = answers._replace(frontier=find_frontier(maker, search, fresh, winner, n))
    if maker.settings.explain and not maker.is_interrupted:
        answers = answers._replace(levers=explain_levers(maker, search, fresh, winner, n))
    if maker.settings.explain and not maker.is_interrupted:
        answers = answers._replace(flips=explain_switching_values(maker, search, winner, rivals))
    if maker.is_interrupted:
        maker.reasons.append("Further questions were not all answered: they were interrupted.")
    return answers


def list_rivals(choice: Choice, runs: Sequence[Replications]) -> list[Rival]:
    """List what might have been chosen at the budget: the runner-up, the policies beside it."""
    others = [run.policy for run in runs[1:] if run.policy.name != CURRENT]
    rivals = [Rival(policy.name, policy) for policy in others]
    second = choice.runner_up
    if second is not None and all(one.policy != second.policy for one in rivals):
        rivals.insert(0, Rival(f"the runner-up ({second.label})", second.policy))
    return rivals


def find_frontier(
    maker: Maker, search: Search, fresh: Evaluator, winner: Candidate, n: int
) -> Frontier:
    """Find the frontier of budgets around the plan's.

    Decisions are made on half the replications of the plan's search; all points together have
    the search's limits once more.
    """
    settings, scenario = maker.settings, maker.scenario
    few = max(search.n // 2, 4)
    played, asked = search.candidate_set.evaluator.played, fresh.asked
    total = settings.frontier_points * FRONTIER_TIMES * few

    def progress(done: int, step: str) -> None:
        maker.report_progress("Looking at other budgets", min(done - played, total - 1), total)

    again = Search(search.candidate_set, few, Ending.start(settings, played), progress)
    cheapest = price_cheapest(search)
    budget = search.candidate_set.scoring_rule.budget
    budgets = choose_budgets(budget, cheapest, settings.frontier_span, settings.frontier_points)
    ends = search_frontier(again, winner, budgets, few)
    rows = measure_frontier(fresh, ends.points, n, scenario.promise.target_share)
    maker.is_interrupted = ends.is_interrupted
    words = [format_turn(rows, settings.worth_per_1000, scenario.currency)]
    if ends.is_stopped:
        words.append("The search for other budgets was cut short.")
    return Frontier(
        points=rows,
        worth_per_1000=settings.worth_per_1000,
        words=" ".join(words),
        replications_played=search.candidate_set.evaluator.played - played + fresh.asked - asked,
    )


def explain_levers(
    maker: Maker, search: Search, fresh: Evaluator, winner: Candidate, n: int
) -> Levers | Unanswered:
    """Explain what each lever adds; see `weigh_levers`. Its limits are the search's once more."""
    settings, candidate_set = maker.settings, search.candidate_set
    played, total = candidate_set.evaluator.played, LEVER_TIMES * search.n

    def progress(done: int, step: str) -> None:
        maker.report_progress("Asking what each lever adds", min(done - played, total - 1), total)

    again = Search(candidate_set, search.n, Ending.start(settings, played), progress)
    template = make_template(candidate_set.rosters.scenario, candidate_set.rosters)
    try:
        return weigh_levers(again, template, winner.policy, fresh, n)
    except (CutShortError, KeyboardInterrupt) as error:
        maker.is_interrupted = isinstance(error, KeyboardInterrupt)
        maker.reasons.append("What each lever adds was not found out: it was cut short.")
        return Unanswered()


def explain_switching_values(
    maker: Maker, search: Search, winner: Candidate, rivals: Sequence[Rival]
) -> SwitchingValues | Unanswered:
    """Find which assumption would change the decision first; see `screen_assumptions`.

    Rivals are what might have been chosen, and the plan with one decision made otherwise.
    """
    settings, candidate_set = maker.settings, free_promise(search.candidate_set)
    before = candidate_set.evaluator.played
    template = make_template(candidate_set.rosters.scenario, candidate_set.rosters)
    rows = list_assumptions(maker.mixture.blend(), settings.sentiment_weight > 0)

    def progress(done: int) -> None:
        maker.report_progress("Moving assumptions", done, len(rows))

    try:
        others = list_alternatives(candidate_set, winner, template, search.n)
        screen = Screen(
            maker.mixture,
            winner.policy,
            [*rivals, *others],
            candidate_set.scoring_rule,
            settings.delta,
            maker.seed,
            search.n,
            maker.workers,
            settings.sentiment_weight,
            [candidate_set.evaluator.played - before],
        )
        return screen_assumptions(screen, rows, progress)
    except KeyboardInterrupt:
        maker.is_interrupted = True
        maker.reasons.append("What would change the decision was not found out: interrupted.")
        return Unanswered()


def price_cheapest(search: Search) -> float:
    """Expected cost of the least that keeps minimum coverage and what is agreed."""
    candidate_set = search.candidate_set
    template = make_template(candidate_set.rosters.scenario, candidate_set.rosters)
    cheapest = make_cheapest(candidate_set.rosters, template)
    candidate_set.extend([cheapest], search.n)
    return cheapest.seen.take(search.n).expected_cost
