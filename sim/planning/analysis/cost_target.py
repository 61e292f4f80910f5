"""The cheapest plan for a target: the same search, over budgets.

How good the best plan of a budget is rises with the budget, so the smallest budget that reaches
the target is bracketed by steps along the price of money and then narrowed by secant steps kept
inside the bracket; each budget's search starts from its neighbor's plan
(`sim.planning.search.warm_start`).
A search flatters its own draws, so the last step is on draws that it has not seen: the budget
is raised until the plan reaches the target there. What is found is the cheapest that was found,
not proven to be: the status stays feasible. Checked by ``tests/functional/test_plan_questions.py``.
"""

import math
from collections.abc import Callable
from dataclasses import replace

from sim.errors import InfeasibleError
from sim.outcomes.estimate import estimate_measure
from sim.planning.analysis.frontier import move_candidate_set, search_point
from sim.planning.evaluation.outcomes import Outcomes
from sim.planning.last_decision import CHOICE_TIMES
from sim.planning.search.budget import AIM, balance_last
from sim.planning.search.candidates import Candidate
from sim.planning.search.limits import CutShortError, Ending
from sim.planning.search.search import Search
from sim.planning.session import Maker, make_candidate_set, stop
from sim.running.replicate import Replications
from sim.scenario.model import Scenario
from sim.scenario.settings import PlannerSettings

# Number of the first draw of the check, far behind those of search and choice.
UNSEEN_FIRST = 2_000_000
# Budgets up to four times the start are searched; a target beyond is out of reach by people.
MOST_TIMES = 4.0
# Shares of the budget from one look to the next: smaller ones are not told apart, over larger
# ones the price of money no longer holds. Not tuned.
LEAST_STEP, MOST_STEP = 0.005, 0.35
# The smallest budget is found within 1 %; half of it takes about one more search.
CLOSE = 0.01
# Searches at most: bisecting a factor of two to `CLOSE` takes seven.
STEPS = 10
# Budgets in a row without a plan before it gives up.
MOST_IDLE = 2
# Times that a budget is raised when fresh draws fall short of the target.
CHECKS = 4

Tried = dict[float, tuple[Candidate, float]]
Look = Callable[[float, Candidate], tuple[Candidate, float] | None]


def compute_value(seen: Outcomes) -> float:
    """Mean satisfaction over the replications, by their weights."""
    return seen.average(seen.satisfaction)


def search_target(maker: Maker, world: Scenario, search: Search) -> Search:
    """Search for the smallest budget that reaches the target, from a search that has ended.

    Parameters
    ----------
    maker : Maker
        With ``target_satisfaction`` set.
    world : Scenario
        As it is known when the shifts are fixed.
    search : Search
        Ended, for the budget to start from.

    Raises
    ------
    InfeasibleError
        No plan was found that reaches the target; tells what was.
    """
    target = maker.settings.target_satisfaction
    assert target is not None
    assert search.best is not None
    started = search.candidate_set.scoring_rule.budget
    search.ending = Ending.start(maker.settings, search.candidate_set.evaluator.played)
    tried: Tried = {}
    look = watch_costs(search, tried)
    budget, best = started, search.best
    tried[best.seen.expected_cost] = best, compute_value(best.seen)
    try:
        if not maker.is_interrupted:
            budget, best = narrow(
                look, tried, started, target, search.candidate_set.scoring_rule.money_price
            )
            budget, best = raise_unseen(maker, world, search, budget, best, target)
    except CutShortError as error:
        stop(maker, f"The search for the smallest budget was stopped by {error}.")
    except KeyboardInterrupt:
        stop(maker, "The search for the smallest budget was interrupted.")
    if maker.status == "stopped":
        budget, best = pick_stopped(tried, target)
    maker.reasons.append(format_budget(tried, target, budget, started, world.currency))
    return Search(
        move_candidate_set(search.candidate_set, budget),
        search.n,
        search.ending,
        search.progress,
        best,
        [best],
    )


def watch_costs(search: Search, tried: Tried) -> Look:
    """Make what finds the best near a plan for a budget, kept by its cost with its value.

    It returns None where nothing new was found.
    """

    def look(budget: float, start: Candidate) -> tuple[Candidate, float] | None:
        found = search_point(search, start, budget, search.n)
        if found is None:
            return None
        cost = found.seen.expected_cost
        if cost in tried and tried[cost][1] >= compute_value(found.seen):
            return None
        tried[cost] = found, compute_value(found.seen)
        return tried[cost]

    return look


def narrow(
    look: Look, tried: Tried, started: float, target: float, price: float
) -> tuple[float, Candidate]:
    """Narrow down the smallest budget, to one part in a hundred, that was seen to reach the target.

    A plan may cost less than its budget where shifts are few, so what is bracketed is cost.

    Raises
    ------
    InfeasibleError
        Four times the first budget does not reach it, or the cheapest plan does already.
    """
    idle = 0
    for _ in range(STEPS):
        low = max((one for one, (_, value) in tried.items() if value < target), default=None)
        high = min((one for one, (_, value) in tried.items() if value >= target), default=None)
        if low is not None and high is not None and high - low <= CLOSE * high:
            break
        budget = choose_next(tried, low, high, target, price, idle)
        near = min(tried, key=lambda one: abs(one - budget))
        found = look(budget / AIM, tried[near][0]) if budget <= MOST_TIMES * started else None
        idle = 0 if found is not None else idle + 1
        if idle > MOST_IDLE:
            break
    reached = [one for one, (_, value) in tried.items() if value >= target]
    if not reached:
        raise refuse_target(tried, target)
    return min(reached) / AIM, tried[min(reached)][0]


def choose_next(
    tried: Tried,
    low: float | None,
    high: float | None,
    target: float,
    price: float,
    idle: int,
) -> float:
    """Choose the next budget to look at: along the price of money, or inside the bracket.

    Further on after ``idle`` looks that found nothing new.
    """
    if low is not None and high is not None and low < high:
        rise = tried[high][1] - tried[low][1]
        part = (target - tried[low][1]) / rise if rise > 0 and not idle else 0.5 + 0.2 * idle
        return low + min(max(part, 0.15), 0.85) * (high - low)
    edge = low if high is None else high
    assert edge is not None
    lack = target - tried[edge][1]
    step = abs(lack) / price if price > 0 else math.inf
    least = LEAST_STEP * 2.0 ** (len(tried) + 2 * idle) * edge
    step = min(max(1.1 * step, least), MOST_STEP * edge)
    return edge + math.copysign(step, lack)


def raise_unseen(
    maker: Maker, world: Scenario, search: Search, budget: float, best: Candidate, target: float
) -> tuple[float, Candidate]:
    """Raise the budget until the plan reaches the target on draws that no search has seen."""
    price = search.candidate_set.scoring_rule.money_price
    n = CHOICE_TIMES * search.n
    free = replace(search.candidate_set.scoring_rule, money_price=0.0)
    unseen = make_candidate_set(maker, world, search.candidate_set.rosters, free, UNSEEN_FIRST)
    for number in range(CHECKS):
        fits = balance_last(unseen.change(budget=budget), best.forget(), n)
        value = -math.inf if fits is None else compute_value(fits.seen)
        if value >= target:
            break
        lack = target - max(value, 0.0)
        step = lack / price if price > 0 else CLOSE * budget
        budget += min(max(1.1 * step, LEAST_STEP * 2.0**number * budget), 0.1 * budget)
        found = search_point(search, best, budget, search.n)
        best = best if found is None else found
    return budget, best


def pick_stopped(tried: Tried, target: float) -> tuple[float, Candidate]:
    """Pick the smallest budget that reached the target so far, else the best of all."""
    reached = [one for one, (_, value) in tried.items() if value >= target]
    budget = min(reached) if reached else max(tried, key=lambda one: tried[one][1])
    return budget / AIM, tried[budget][0]


def format_budget(tried: Tried, target: float, budget: float, started: float, currency: str) -> str:
    """Say which is the smallest budget found, or that a search cut short has found none."""
    looked = "1 budget" if len(tried) == 1 else f"{len(tried)} budgets"
    seen = f"the search began at {started:,.0f} and looked at {looked}."
    value = max(value for _, value in tried.values())
    if value < target:
        return (
            f"No budget was found for a satisfaction of {target:g}: the best plan so far reaches "
            f"{value:.3f} for {budget:,.0f} {currency}; {seen}"
        )
    return (
        f"The smallest budget found for a satisfaction of {target:g} is {budget:,.0f} {currency}; "
        f"{seen}"
    )


def refuse_target(tried: Tried, target: float) -> InfeasibleError:
    """Make the error that says how far the target is away."""
    budget = max(tried, key=lambda one: tried[one][1])
    value = math.floor(1000 * tried[budget][1]) / 1000
    return InfeasibleError(
        f"planner.target_satisfaction = {target:g}: no plan found reaches it; the best "
        f"reaches {value:.3f} for {budget:,.0f}. Smallest change: planner.target_satisfaction = "
        f"{value:.3f} or lower"
    )


def format_target(settings: PlannerSettings, run: Replications) -> list[str]:
    """Whether the target is reached on fresh draws; nothing where there is none."""
    target = settings.target_satisfaction
    if settings.objective != "cost" or target is None:
        return []
    found = estimate_measure("satisfaction", run.measures["satisfaction"])
    verdict = "it is not reached there" if found.ci_high < target else "the interval holds it"
    if found.ci_low >= target:
        verdict = "it is reached"
    return [
        f"Target {target:g}: on fresh draws {found.mean:.4f} (95 % interval {found.ci_low:.4f} to "
        f"{found.ci_high:.4f}): {verdict}."
    ]
