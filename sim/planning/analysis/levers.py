"""What each lever adds: one decided at a time, the others at their standard.

The start decides nothing: the same staff in every open hour, the standard level, no lead, first
come first served, the default crew, at the plan's budget. From it each lever alone is searched
as in ``sim.planning.search.search`` (the service-level target apart), brought to the budget
again, and measured on the plan's fresh draws: paired differences from the start. All levers
together are the plan itself; what it adds beyond the sum of the single ones is what deciding
them together adds. Checked by ``tests/functional/test_plan_questions.py``.
"""

import numpy as np

from sim.decision.answers import Lever, Levers, Unanswered
from sim.outcomes.estimate import estimate_difference
from sim.planning.analysis.openings import list_openings
from sim.planning.evaluation.evaluator import Evaluator
from sim.planning.evaluation.outcomes import Outcomes
from sim.planning.search.answer_moves import may_choose
from sim.planning.search.budget import balance, balance_last, guess_labor_cost, staff_shape
from sim.planning.search.candidates import Candidate, CandidateSet
from sim.planning.search.preparation_moves import list_offered
from sim.planning.search.rule_moves import RULE_MOVES
from sim.planning.search.search import Search
from sim.planning.search.warm_start import climb_staff
from sim.policies.standard import shape_flat
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy

# As in the frontier: replications of an expected cost, in those of the search.
COST_TIMES = 3
STAFF = "staff"
LABELS = {
    STAFF: "who works when",
    "effort": "levels of effort",
    "redress": "redress and checks, with levels",
    "answers": "answers that others read",
    "preparations": "preparations before events",
    "lead": "lead before events",
    "order": "order of work",
    "overflow": "help between pools",
    "crew": "surge crew",
}


def make_start(search: Search, template: Policy) -> Candidate | None:
    """Lay the start flat, at the budget; None where the shifts cannot be laid so.

    Parameters
    ----------
    search : Search
        Its candidate set may be its own; the service-level target should not count.
    template : Policy
        Standard level, default crew, nobody at work.
    """
    candidate_set = search.candidate_set
    labor_cost = 0.95 * guess_labor_cost(
        candidate_set.rosters.scenario, candidate_set.scoring_rule.budget
    )
    target_staffing = candidate_set.evaluator.blend(shape_flat)
    laid = staff_shape(candidate_set, "flat", template, target_staffing, labor_cost)
    return None if laid is None else balance(candidate_set, laid, search.n)


def pull_lever(search: Search, start: Candidate, lever: str) -> Candidate:
    """Search from the start by one lever alone."""
    if lever != STAFF:
        return search.climb_rules(start, tuple(step for step in RULE_MOVES if step[0] == lever), {})
    labor_cost = search.candidate_set.rosters.price(start.roster)
    laid = search.lay_shapes(start.policy, labor_cost, standard=True)
    best = search.candidate_set.rank([start, *laid], search.n)[0]
    if best is not start:
        best.trail = (best.label,)
    return climb_staff(search, best)


def list_levers(scenario: Scenario, template: Policy) -> list[str]:
    """List the levers that there are: some only where the scenario leaves them."""
    missing = {"overflow"} if template.overflow is None else set()
    if not scenario.redress.list_kinds():
        missing.add("redress")
    if not may_choose(scenario):
        missing.add("answers")
    if not list_offered(scenario, template):
        missing.add("preparations")
    return [lever for lever in LABELS if lever not in missing]


def weigh_levers(
    search: Search, template: Policy, plan: Policy, fresh: Evaluator, n: int
) -> Levers | Unanswered:
    """Measure what each lever adds; unanswered where there is no start.

    Parameters
    ----------
    search : Search
        A new one: its draws, budget, replications of a decision and clock.
    template : Policy
        See `make_start`.
    plan : Policy
        All levers together.
    fresh : Evaluator
        Of the draws that the plan is valued on.
    n : int
        Replications on them.
    """
    search.candidate_set = free_promise(search.candidate_set)
    played, asked = search.candidate_set.evaluator.played, fresh.asked
    start = make_start(search, template)
    if start is None:
        return Unanswered(
            replications_played=search.candidate_set.evaluator.played - played + fresh.asked - asked
        )
    search.keep(start)
    search.price_money(start)
    rosters = search.candidate_set.rosters
    levers = list_levers(rosters.scenario, template)
    ends = {lever: pull_lever(search, start, lever) for lever in levers}
    fitted = {lever: fit(search, one) for lever, one in ends.items()}
    openings = dict(list_openings(rosters.scenario, rosters.problem, plan))
    freed = [plan.model_copy(update={"shifts": ()})] if openings else []
    policies = [fit(search, start).policy, *(one.policy for one in fitted.values()), plan]
    jobs = [(policy, 0, n) for policy in (*policies, *freed, *openings.values())]
    base, *others = fresh.play_all(jobs)
    others, moved = others[: len(fitted) + 1], others[len(fitted) + 1 :]
    rows = [
        measure_lever(lever, LABELS[lever], one.trail, seen, base)
        for lever, one, seen in zip(fitted, fitted.values(), others, strict=False)
    ]
    together = measure_lever("all", "all together: the plan", (), others[-1], base)
    return Levers(
        start=float(np.nanmean(base.value)),
        start_cost=float(np.mean(base.cost)),
        rows=(*rows, together),
        together=together.difference - sum(row.difference for row in rows),
        replications_played=search.candidate_set.evaluator.played - played + fresh.asked - asked,
        opening=tuple(
            measure_lever("opening", name, (), seen, moved[0])
            for name, seen in zip(openings, moved[1:], strict=False)
        )
        or None,
    )


def free_promise(candidate_set: CandidateSet) -> CandidateSet:
    """Copy a candidate set so that the service-level target does not count."""
    return candidate_set.change(keeps_promise=False)


def fit(search: Search, candidate: Candidate) -> Candidate:
    """Bring a candidate into the budget, its cost over more draws; as it is where none fits."""
    fits = balance_last(search.candidate_set, candidate.forget(), COST_TIMES * search.n)
    return candidate if fits is None else fits


def measure_lever(
    lever: str, label: str, trail: tuple[str, ...], seen: Outcomes, base: Outcomes
) -> Lever:
    """Measure what a lever adds to the start on the same draws."""
    gain = estimate_difference(seen.value, base.value)
    return Lever(
        lever=lever,
        label=label,
        decided=trail,
        difference=gain.mean,
        ci_low=gain.ci_low,
        ci_high=gain.ci_high,
        n=gain.n,
        cost=float(np.mean(seen.cost)),
    )
