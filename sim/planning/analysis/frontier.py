"""The frontier: what more or less money would buy, point by point from the plan outwards.

Each budget's search starts from its neighbor's plan (`sim.planning.search.warm_start`), on the
search's common draws; all points are then measured on the same fresh draws as the plan, so
neighbors are paired. Between two points the gain per 1,000 is

    1,000 (value' - value) / (cost' - cost),

value and cost by replication. Where more money stops being worth it is read off the least
concave majorant of the points, so that a point which a search left too low misleads nobody.
A point is the best that was found, not a bound. Checked by
``tests/functional/test_plan_questions.py``.
"""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from sim.decision.answers import FrontierPoint
from sim.outcomes.estimate import estimate_difference, estimate_objective
from sim.planning.evaluation.evaluator import Evaluator
from sim.planning.evaluation.outcomes import Outcomes
from sim.planning.evaluation.service_target import share_met
from sim.planning.search.budget import balance_last
from sim.planning.search.candidates import Candidate, CandidateSet
from sim.planning.search.limits import CutShortError
from sim.planning.search.search import Search
from sim.planning.search.warm_start import search_near
from sim.scenario.policy import Policy

# The lowest budget is 1 % above the cheapest cover, so that the search has a choice at all.
LEAST_MONEY = 1.01
# Replications of an expected cost, in those of the search: its error falls by sqrt(3).
COST_TIMES = 3
# Prices are per 1,000 of the currency.
PER_MONEY = 1000.0

Point = tuple[float, Policy]


class Ends(NamedTuple):
    """Points of a frontier, by budget, and whether there was no time for all."""

    points: list[Point]
    is_stopped: bool
    is_interrupted: bool = False


def choose_budgets(budget: float, cheapest: float, span: float, n: int) -> np.ndarray:
    """Choose ``n`` budgets, ascending, the plan's among them.

    Parameters
    ----------
    budget : float
        The plan's.
    cheapest : float
        Least that keeps minimum coverage.
    span : float
        Share of the budget to both sides.
    n : int
        At least 2.
    """
    low = min(max((1.0 - span) * budget, LEAST_MONEY * cheapest), budget)
    below = (n - 1) // 2 if low < budget else 0
    lower = np.linspace(low, budget, below + 1)[:-1]
    upper = np.linspace(budget, (1.0 + span) * budget, n - below)
    return np.concatenate([lower, upper])


def search_frontier(search: Search, plan: Candidate, budgets: np.ndarray, n: int) -> Ends:
    """Search for the best plan at each budget, from the plan outwards.

    Parameters
    ----------
    search : Search
        Ended; its draws, rosters, clock and scoring rule.
    plan : Candidate
        For the search's budget.
    budgets : np.ndarray
        Ascending, the search's among them.
    n : int
        Replications of a decision.
    """
    own = search.candidate_set.scoring_rule.budget
    found: list[Point] = [(own, plan.policy)]
    try:
        for side in (budgets[budgets > own], budgets[budgets < own][::-1]):
            current = plan
            for budget in side:
                end = search_point(search, current, float(budget), n)
                if end is None:
                    break
                found.append((float(budget), end.policy))
                current = end
    except (CutShortError, KeyboardInterrupt) as error:
        by_hand = isinstance(error, KeyboardInterrupt)
        return Ends(sorted(found, key=lambda one: one[0]), True, by_hand)
    return Ends(sorted(found, key=lambda one: one[0]), is_stopped=False)


def search_point(search: Search, start: Candidate, budget: float, n: int) -> Candidate | None:
    """Search near a neighbor's plan for another budget; None where nothing keeps to it.

    With more money the neighbor's plan stays where nothing better was found.
    """
    candidate_set = move_candidate_set(search.candidate_set, budget)
    near = Search(candidate_set, n, search.ending, search.progress)
    if search_near(near, start.forget()) is None or near.best is None:
        return None
    end = balance_last(candidate_set, near.best.forget(), COST_TIMES * n)
    if end is None or budget < search.candidate_set.scoring_rule.budget:
        return end
    cheaper = start.forget()
    candidate_set.extend([cheaper], COST_TIMES * n)
    candidate_set.scoring_rule = replace(candidate_set.scoring_rule, money_price=0.0)
    return end if candidate_set.compare(end, cheaper, COST_TIMES * n)[0] > 0 else cheaper


def move_candidate_set(candidate_set: CandidateSet, budget: float) -> CandidateSet:
    """Copy a candidate set, with the same draws, for another budget."""
    return candidate_set.change(budget=budget)


def measure_frontier(
    fresh: Evaluator, points: Sequence[Point], n: int, target: float
) -> tuple[FrontierPoint, ...]:
    """Measure each point of the frontier on fresh draws.

    Parameters
    ----------
    fresh : Evaluator
        Of the draws that the plan is valued on.
    points : sequence of (budget, policy)
        Ascending.
    n : int
        Replications.
    target : float
        Of the service-level target; of several events the one kept least often counts.
    """
    rows: list[FrontierPoint] = []
    before: Outcomes | None = None
    for (budget, policy), seen in zip(
        points, fresh.play_all([(policy, 0, n) for _, policy in points]), strict=True
    ):
        value = estimate_objective(seen.value, fresh.scenario.costs.spread_harm)
        rows.append(
            FrontierPoint(
                budget=budget,
                cost=float(np.mean(seen.cost)),
                staffed_h=count_hours(policy),
                value=value.mean,
                ci_low=value.ci_low,
                ci_high=value.ci_high,
                n=value.n,
                **describe_gain(before, seen),
                promise_met_share=min(
                    (share_met(one, target) for one in seen.kept.T), default=float("nan")
                ),
            )
        )
        before = seen
    return tuple(rows)


def count_hours(policy: Policy) -> float:
    """Count agent hours on shift."""
    return sum(map(sum, policy.staff.values())) * policy.staff_interval_min / 60.0


def describe_gain(before: Outcomes | None, seen: Outcomes) -> dict[str, float]:
    """Estimate the gain per 1,000 between two neighbors with its interval."""
    nothing = dict.fromkeys(("gain", "gain_low", "gain_high"), float("nan"))
    if before is None:
        return nothing
    money = float(np.mean(seen.cost - before.cost))
    if money <= 0:
        return nothing
    found = estimate_difference(seen.value, before.value)
    scale = PER_MONEY / money
    ends = (found.mean, found.ci_low, found.ci_high)
    return {key: scale * end for key, end in zip(nothing, ends, strict=True)}


def find_turn(rows: Sequence[FrontierPoint], worth: float) -> float | None:
    """Find the budget from which 1,000 more buys less than ``worth``; None: from none seen.

    Read off the least concave majorant of value by cost: the start of its first edge that
    rises by less.
    """
    order = sorted(rows, key=lambda row: row.cost)
    hull: list[FrontierPoint] = []
    for row in order:
        while len(hull) > 1 and compute_slope(hull[-2], hull[-1]) <= compute_slope(hull[-1], row):
            hull.pop()
        hull.append(row)
    for one, other in itertools.pairwise(hull):
        if PER_MONEY * compute_slope(one, other) < worth:
            return one.budget
    return None


def compute_slope(one: FrontierPoint, other: FrontierPoint) -> float:
    """Rise of value per unit of cost between two points."""
    return (other.value - one.value) / max(other.cost - one.cost, 1e-9)


def format_turn(rows: Sequence[FrontierPoint], worth: float, currency: str) -> str:
    """Say in a sentence from where on more money buys less than it should."""
    if len(rows) < 2:
        return "Only one budget was looked at."
    turn, least = find_turn(rows, worth), f"{worth:g} of satisfaction"
    if turn is None:
        return (
            f"Up to {rows[-1].budget:,.0f} {currency}, the most that was looked at, each 1,000 "
            f"more buys at least {least}."
        )
    if turn <= rows[0].budget:
        return (
            f"Even from {turn:,.0f} {currency} on, the least that was looked at, 1,000 more buys "
            f"less than {least}."
        )
    return (
        f"Up to {turn:,.0f} {currency} each 1,000 more buys at least {least}; beyond that it "
        "buys less."
    )
