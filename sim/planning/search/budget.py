"""Equal cost: any policy brought to the budget, its expected cost found by simulation.

Labor cost is only a part of the cost: the surge crew, overtime, work after the end, automatic
replies and compensation depend on the policy and are known by playing it. So labor cost is
settled, the policy is played, and labor cost is settled again for what is left, until the
expected cost lies between .98 and 1.00 of the budget, aimed at the middle of what is safe.
Checked by ``tests/unit/test_search_budget.py``.
"""

import math

import numpy as np

from sim.errors import InfeasibleError, InputError
from sim.planning.search.candidates import Candidate, CandidateSet
from sim.planning.search.fit_roster import apply_step, fit_roster, settle_roster, weigh_columns
from sim.policies.standard import fit_shape, price_freely
from sim.rostering.roster import TINY, Rosters
from sim.rostering.shift_problem import ShiftProblem
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy
from sim.scenario.profile import expected_per_interval_and_topic

# Shares of the budget for a plan's expected cost: aimed at 1.1 % below, so that the cost on fresh
# draws stays within. Nearer spends more and risks a refusal there.
LOW, AIM, HIGH = 0.983, 0.989, 0.995
# Tried first, so that a cost that moves a little later stays inside the window; where no shift
# fits it, the wide one counts.
TIGHT = (0.985, 0.993)
# Of labor cost around its target, as a share of the budget: a quarter of `HIGH` - `LOW`.
HALF_WINDOW = 0.003
# Steps toward the budget at most; each plays the candidate on all replications.
ROUNDS = 9
# From so many replications on a quarter of them settles the first guess, to save time.
ROUGH_FROM, ROUGH_PART = 160, 4
# Standard errors of room: the named budget is enough on other draws, too.
ERRORS_MORE = 3.0
# Share of the budget that is taken away to measure what money is worth.
LESS_MONEY = 0.05
# The cheapest cover is called cheapest where its bound is within 1 %.
PROVEN = 0.01


def balance(
    candidate_set: CandidateSet,
    candidate: Candidate,
    n: int,
    window: tuple[float, float] = (LOW, HIGH),
) -> Candidate | None:
    """Change a candidate's staff until its expected cost fits the budget.

    Parameters
    ----------
    candidate_set : CandidateSet
        Common draws and the budget.
    candidate : Candidate
        Its roster is where the search for wages starts.
    n : int
        Replications that the expectation is taken over.
    window : tuple of float
        Shares of the budget between which the expected cost is to lie; inside .98 and 1.00 by
        so much that it still does on fresh draws.

    Returns
    -------
    Candidate or None
        Seen on ``n`` replications; the dearest that was found below the budget where the
        shifts allow nothing nearer; None where even that was not found.
    """
    budget, rosters = candidate_set.scoring_rule.budget, candidate_set.rosters
    best, best_cost = None, -np.inf
    points: dict[float, float] = {}
    for _ in range(ROUNDS):
        candidate_set.extend([candidate], n)
        cost = candidate.seen.take(n).expected_cost
        points[rosters.price(candidate.roster)] = cost
        if best_cost < cost <= window[1] * budget:
            best, best_cost = candidate, cost
        if window[0] * budget <= cost <= window[1] * budget:
            break
        roster = find_new(rosters, candidate, points, budget)
        if roster is None:
            break
        candidate = candidate_set.restaff(candidate, roster)
    if best is None or best_cost >= window[0] * budget:
        return best
    return fill_up(candidate_set, best, n, window[1] * budget)


def fill_up(candidate_set: CandidateSet, candidate: Candidate, n: int, most: float) -> Candidate:
    """Add people one by one while the candidate's expected cost allows it.

    For shifts so few that no labor cost lies near the one wanted.
    """
    rosters = candidate_set.rosters
    while True:
        roster = find_addition(rosters, candidate, most - candidate.seen.take(n).expected_cost)
        if roster is None:
            return candidate
        more = candidate_set.restaff(candidate, roster)
        candidate_set.extend([more], n)
        if more.seen.take(n).expected_cost > most:
            return candidate
        candidate = more


def find_addition(rosters: Rosters, candidate: Candidate, rest: float) -> np.ndarray | None:
    """Add one person to a roster where that is most wanted and costs no more than the rest."""
    gain, _ = weigh_columns(rosters, candidate.roster, candidate.target_staffing)
    cost = rosters.columns.cost
    for column in np.argsort(-gain / np.maximum(cost, TINY), kind="stable"):
        roster = apply_step(candidate.roster, [(int(column), 1)])
        if 0 < cost[column] <= rest and gain[column] > 0 and rosters.is_allowed(roster):
            return roster
    return None


def balance_last(candidate_set: CandidateSet, candidate: Candidate, n: int) -> Candidate | None:
    """Balance a candidate in a tight window; where it does not come there, below the budget.

    Found first on a part of the replications, so that few rosters are played on all.
    """
    if n >= ROUGH_FROM:
        candidate = balance(candidate_set, candidate, n // ROUGH_PART, TIGHT) or candidate
    fits = balance(candidate_set, candidate, n, TIGHT)
    return balance(candidate_set, candidate, n, (LOW, 1.0)) if fits is None else fits


def find_new(
    rosters: Rosters, candidate: Candidate, points: dict[float, float], budget: float
) -> np.ndarray | None:
    """Find a roster as near as can be to what should do; None if no cost lies between.

    Between: above every labor cost that costs too little, below every one that costs too much.
    """
    labor_cost = aim_labor_cost(points, rosters.price(candidate.roster), AIM * budget)
    low = max((tried for tried, cost in points.items() if cost < AIM * budget), default=-np.inf)
    high = min((tried for tried, cost in points.items() if cost > AIM * budget), default=np.inf)
    for times in (1, 2, 4, 8):
        roster = settle_labor_cost(rosters, candidate, labor_cost, times * HALF_WINDOW * budget)
        if roster is not None and low < rosters.price(roster) < high:
            return roster
    return None


def aim_labor_cost(points: dict[float, float], now: float, wanted: float) -> float:
    """Guess the labor cost that should give the wanted cost.

    Parameters
    ----------
    points : dict of float to float
        Expected cost by wages, as far as tried.
    now : float
        Labor cost tried last.
    wanted : float
        Cost.
    """
    below = [labor_cost for labor_cost, cost in points.items() if cost < wanted]
    above = [labor_cost for labor_cost, cost in points.items() if cost > wanted]
    if not below or not above:
        return now + wanted - points[now]
    low, high = max(below), min(above)
    part = (wanted - points[low]) / (points[high] - points[low])
    return low + min(max(part, 0.1), 0.9) * (high - low)


def settle_labor_cost(
    rosters: Rosters, candidate: Candidate, labor_cost: float, half: float
) -> np.ndarray | None:
    """Settle the candidate's roster to a labor cost, give or take ``half``.

    Built anew where no way leads there from the roster as it is.
    """
    low, high = labor_cost - half, labor_cost + half
    if high <= 0:
        return None
    found = settle_roster(rosters, candidate.roster, candidate.target_staffing, low, high)
    if found is None or rosters.price(found) < low:
        anew = fit_roster(rosters, candidate.target_staffing, low, high)
        return found if anew is None else anew
    return found


def staff_shape(
    candidate_set: CandidateSet,
    label: str,
    policy: Policy,
    target_staffing: np.ndarray,
    labor_cost: float,
    exact: bool = False,
) -> Candidate | None:
    """Fit target staffing with shifts for about so much labor cost.

    Parameters
    ----------
    candidate_set : CandidateSet
        Its rosters.
    label : str
        Of the candidate.
    policy : Policy
        All but the staff.
    target_staffing : np.ndarray
        shape (n_intervals, n_pools), at least 0.
    labor_cost : float
        To be spent [scenario.currency].
    exact : bool
        By mixed-integer program (as the standard policies are) instead of by exchanges.
    """
    rosters = candidate_set.rosters
    target_staffing = rosters.clean(target_staffing)
    if exact:
        roster = rosters.read(fit_shape(target_staffing, rosters.problem, max(labor_cost, 0.0)))
    else:
        half = HALF_WINDOW * candidate_set.scoring_rule.budget
        found = fit_roster(rosters, target_staffing, labor_cost - half, labor_cost + half)
        if found is None:
            return None
        roster = found
    return Candidate(label, rosters.to_policy(policy, roster), roster, target_staffing)


def count_mentions(scenario: Scenario) -> float:
    """Expected mentions of a replication, with those that wait from the start."""
    coming = float(expected_per_interval_and_topic(scenario, knows_events=True).sum())
    return coming + scenario.demand.backlog_mentions


def price_money(candidate_set: CandidateSet, candidate: Candidate, n: int) -> float | None:
    """Price a unit of money in the objective, by taking labor away under the same rules.

    None where no roster costs less, or none of the money is saved.
    """
    budget, rosters = candidate_set.scoring_rule.budget, candidate_set.rosters
    labor_cost = rosters.price(candidate.roster) - LESS_MONEY * budget
    roster = settle_labor_cost(rosters, candidate, labor_cost, 0.01 * budget)
    if roster is None:
        return None
    less = candidate_set.restaff(candidate, roster)
    candidate_set.extend([candidate, less], n)
    held, seen = candidate.seen.take(n), less.seen
    saved = held.expected_cost - seen.expected_cost
    lost = held.average(held.value - seen.value)
    return max(lost / saved, 0.0) if saved > 0 else None


def guess_budget(scenario: Scenario, problem: ShiftProblem) -> float:
    """Guess the budget where none is set: what staff by Erlang A's requirement costs."""
    rest = 1e6 - guess_labor_cost(scenario, 1e6)
    return float(math.ceil((price_freely(scenario, problem) + rest) / AIM))


def guess_labor_cost(scenario: Scenario, budget: float) -> float:
    """Guess what a budget leaves for wages when every case is answered and no crew is called."""
    arrivals = expected_per_interval_and_topic(scenario, knows_events=True).sum(axis=0)
    paid = [topic.compensation * topic.actionable_share for topic in scenario.topics.values()]
    cases = float(arrivals @ np.array(paid)) * scenario.maturity.triage_recall
    costs = scenario.costs
    return max(budget - cases * costs.compensation_share * costs.compensation_cost, 0.0)


def check_customers(candidate: Candidate) -> None:
    """Raise where nobody came in any replication seen: no plan is better than another.

    Raises
    ------
    InputError
        With what decides how many customers there are.
    """
    if np.isnan(candidate.seen.satisfaction).all():
        raise InputError(
            f"scenario.demand: no customer who needs a reply arrives in {candidate.n} "
            "replications, so "
            "there is nothing to plan; allowed: demand (base_per_h above 0) for topics with "
            "actionable_share above 0"
        )


def find_enough(candidate: Candidate, n: int) -> float:
    """Smallest whole budget that a candidate fits, with room for the draws' chance."""
    seen = candidate.seen.take(n)
    return float(np.ceil((seen.expected_cost + ERRORS_MORE * seen.cost_error) / HIGH))


def check_affordable(candidate_set: CandidateSet, cheapest: Candidate, n: int) -> None:
    """Raise unless somebody comes and the cheapest cover of the opening hours fits the budget.

    Raises
    ------
    InputError
        Nobody comes.
    InfeasibleError
        With the smallest budget that is enough.
    """
    candidate_set.extend([cheapest], n)
    check_customers(cheapest)
    cost = cheapest.seen.take(n).expected_cost
    if cost > HIGH * candidate_set.scoring_rule.budget:
        currency = candidate_set.rosters.scenario.currency
        agreed = (
            ""
            if candidate_set.rosters.constraints is None
            else " within the agreed shifts and changes"
        )
        raise InfeasibleError(
            f"planner.budget = {candidate_set.scoring_rule.budget:g}: too little to keep one "
            f"person at work in every open hour{agreed}, which costs {cost:,.0f} {currency} on "
            f"average of {n} replications{format_proof(candidate_set)}; with a margin for chance, "
            f"smallest change: a budget of {find_enough(cheapest, n):,.0f}"
        )


def format_proof(candidate_set: CandidateSet) -> str:
    """Say where the solver's limit leaves open that less is enough; else nothing."""
    minimum_coverage = candidate_set.rosters.minimum_coverage
    if minimum_coverage is None or minimum_coverage.cover.bound > candidate_set.scoring_rule.budget:
        return ""
    if (
        minimum_coverage.cover.cost - minimum_coverage.cover.bound
        <= PROVEN * minimum_coverage.cover.cost
    ):
        return ""
    bound = minimum_coverage.cover.bound
    return f" (the cheapest found within the solver's limit; its lower bound is {bound:,.0f})"
