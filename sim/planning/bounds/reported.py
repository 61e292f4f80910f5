"""The bound that a plan reports: the lower of two valid ones, and the gap to it.

*ample*: unlimited staff, every customer's own luck known (``sim.planning.bounds.best_service``);
*priced*: money, shifts and opening hours known, luck not (``sim.planning.bounds.certificate``).
Which one, and at which price of money, is decided on a few replications of their own, so
that the estimate is not the smaller of two noisy ones. The gap is paired: bound less value on
the same replications, with its standard error.

A policy's mean over several scenarios is the mean of its means, each at most what its scenario's
bound allows, so the mean of bounds that know no money is a bound. One that prices money with the
budget may not be added up scenario by scenario: the budget holds on average only, so a policy may
spend more in one scenario and less in another. Several scenarios therefore get the bound of ample
staff. Checked by ``tests/theory/test_bounds_certificate.py`` and
``tests/unit/test_evaluation_scenario_mix.py``.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.planning.bounds.best_service import bound_each
from sim.planning.bounds.certificate import STEPS, Certifier
from sim.planning.evaluation.evaluator import Evaluator
from sim.planning.evaluation.outcomes import Outcomes
from sim.rostering.roster import Rosters
from sim.scenario.policy import Policy

# Replications that choose the prices, on draws of their own, so that the choice cannot bias the
# bound.
N_PILOT = 4
# Replications of the bound: double narrows its error by a third and takes twice the time.
N_PRICED = 40
# Fewer than in the certificate: the report's bound may be looser and must be quick.
PILOT_STEPS = (20, 20)
# Multiples of the price of money that the pilot tries.
MONEY_SCALES = (0.5, 1.0, 2.0)
# Priced agent time must tighten the bound by this much to be worth its minutes.
LEAST_GAIN = 0.001
# Normal quantile of .95.
ONE_SIDED_95 = 1.645


class PlanBound(NamedTuple):
    """An upper bound beside a plan's value.

    Attributes
    ----------
    kind : str
        "ample" or "priced".
    gap, gap_error : float
        Bound less the plan's satisfaction, on the same replications; standard error.
    n : int
        Replications of the gap.
    hour_price : np.ndarray or None
        shape (n_intervals,): what an agent hour more adds to the bound; None: nothing.
    """

    kind: str
    gap: float
    gap_error: float
    n: int
    hour_price: np.ndarray | None

    def is_within(self, gap_tol: float) -> bool:
        """Whether the gap is at most `gap_tol`, at 95 % one-sided confidence."""
        return self.gap + ONE_SIDED_95 * self.gap_error <= gap_tol


class Pricing(NamedTuple):
    """A way to the priced bound: price of money, steps."""

    money: float
    steps: tuple[int, ...]


def bound_plan(
    evaluator: Evaluator, rosters: Rosters, policy: Policy, budget: float, money: float, n: int
) -> PlanBound | None:
    """Bound how far a plan is from the best, in the way that proves most.

    Parameters
    ----------
    evaluator : Evaluator
        The draws that the plan is valued on.
    rosters : Rosters
        What may be staffed.
    policy : Policy
        The plan.
    budget : float
        Of expected cost [scenario.currency].
    money : float
        What a unit of money more is thought to add to satisfaction.
    n : int
        Replications that the plan is valued on; a few beyond them decide.

    Returns
    -------
    PlanBound or None
        None where neither proof holds (sentiment in the objective, ``b_q`` below 0).
    """
    if len(evaluator.split(n)) > 1:
        return report_ample(evaluator, policy, n)
    pilot = evaluator.play(policy, n, n + N_PILOT)
    ample = bound_each(evaluator, policy, n, n + N_PILOT)
    if ample is None or np.isnan(pilot.satisfaction).all():
        return None
    certifier = Certifier(evaluator, rosters, policy, budget)
    roster = rosters.read_policy(policy)
    roster = np.zeros(rosters.n) if roster is None else roster.astype(float)
    gap, way = choose_pricing(certifier, roster, pilot, max(money, 0.0), n)
    if way is None or pilot.average(ample - pilot.satisfaction) < gap:
        return report_ample(evaluator, policy, n)
    seen = evaluator.play(policy, 0, min(n, N_PRICED))
    try:
        found = certifier.certify(roster, seen, way.money, 0, way.steps)
    except ArithmeticError:
        return report_ample(evaluator, policy, n)
    price = found.hour_price if way.steps else None
    return PlanBound("priced", found.gap, found.gap_error, found.n, price)


def choose_pricing(
    certifier: Certifier, roster: np.ndarray, pilot: Outcomes, money: float, first: int
) -> tuple[float, Pricing | None]:
    """Choose the pricing of least gap on the pilot's replications; that gap and the pricing."""
    scales: Sequence[float] = MONEY_SCALES if money > 0.0 else (0.0,)
    ways = [Pricing(0.0, ()), *(Pricing(money * scale, PILOT_STEPS) for scale in scales)]
    best, chosen = np.inf, None
    for way in ways:
        try:
            gap = certifier.certify(roster, pilot, way.money, first, way.steps).gap
        except ArithmeticError:
            continue
        if gap < best - LEAST_GAIN:
            best, chosen = gap, way
    if chosen is not None and chosen.steps:
        chosen = Pricing(chosen.money, STEPS)
    return best, chosen


def report_ample(evaluator: Evaluator, policy: Policy, n: int) -> PlanBound | None:
    """Bound a plan by unlimited staff on its replications, of all its scenarios."""
    gap, errors = 0.0, list[float]()
    for one, chance, count in evaluator.split(n):
        each = bound_each(one, policy, 0, max(count, 1))
        if each is None:
            return None
        seen = one.play(policy, 0, max(count, 1))
        gap += chance * float(np.nanmean(each - seen.satisfaction))
        errors.append(chance * seen.compute_error(each - seen.satisfaction))
    return PlanBound("ample", gap, math.hypot(*errors), n, None)


def format_bound(bound: PlanBound) -> str:
    """Say in a sentence what the bound knows and what it leaves out."""
    if bound.kind == "ample":
        return (
            "The bound lets every customer be answered at once by unlimited staff: it is valid "
            "and loose, so the gap says little about how much better a plan could be."
        )
    if bound.hour_price is None:
        return (
            "The bound lets unlimited staff answer in opening hours, without knowing how cases "
            "will go: at this budget money does not tighten it. It leaves out queues, load and "
            "spread complaints, so the gap says little about how much better a plan could be."
        )
    return (
        "The bound knows budget, shifts and opening hours, and that nobody knows how a case will "
        "go; it knows all arrivals of a week beforehand and leaves out load and spread "
        "complaints, so a better plan gains less than the gap."
    )
