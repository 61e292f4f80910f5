"""Policies played on common draws, their objective credited to the days on which customers wrote.

A customer's satisfaction counts for the local day of the first mention, whenever it was answered;
what the objective holds beside satisfaction (sentiment, spread complaints) counts for all days
alike. So the days of a replication add up to its objective, and what a person more at one hour of
each day adds is told day by day from one run for the hour. Checked by
``tests/unit/test_bounds_day_credit.py``.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.care.kernel.engine import run_kernel
from sim.demand.draws import Draws
from sim.outcomes.attendance import attend
from sim.outcomes.course import compute_rows
from sim.outcomes.scales import Lowered
from sim.planning.evaluation.evaluator import Evaluator
from sim.planning.evaluation.outcomes import read_outcomes
from sim.policies.posts import keep_known_posts
from sim.running.play import prepare
from sim.running.replicate import map_in_order
from sim.scenario.policy import Policy
from sim.scenario.profile import local_days
from sim.scenario.tables import MS_PER_H

VALUE, COST = 0, 2
"""columns of a row of outcomes"""


class DayCredit(NamedTuple):
    """What a policy gave on the draws, on average.

    Attributes
    ----------
    value : float
        Mean objective.
    by_day : np.ndarray
        shape (n_days,): sums to the value.
    other_cost : float
        Expected cost but for the wages of its staff [scenario.currency].
    cost : float
        Expected cost.
    """

    value: float
    by_day: np.ndarray
    other_cost: float
    cost: float


def credit_days(evaluator: Evaluator, policies: Sequence[Policy], n: int) -> list[DayCredit]:
    """Play policies on the first ``n`` draws, and credit their objective to days.

    Parameters
    ----------
    evaluator : Evaluator
        Common draws, of one scenario or several.
    policies : sequence of Policy
        All play the same draws.
    n : int
        Replications, of all scenarios together.
    """
    parts = [
        (chance, credit_part(part, policies, max(count, 1)))
        for part, chance, count in evaluator.split(n)
    ]
    return [
        DayCredit(
            sum(chance * made[number].value for chance, made in parts),
            np.sum([chance * made[number].by_day for chance, made in parts], axis=0),
            sum(chance * made[number].other_cost for chance, made in parts),
            sum(chance * made[number].cost for chance, made in parts),
        )
        for number in range(len(policies))
    ]


def credit_part(evaluator: Evaluator, policies: Sequence[Policy], n: int) -> list[DayCredit]:
    """Credit the objective of policies to days in one scenario."""
    days = local_days(evaluator.scenario.horizon)
    lowered = [
        prepare(evaluator.scenario, keep_known_posts(evaluator.scenario, policy))
        for policy in policies
    ]
    items = [(number, replication) for number in range(len(policies)) for replication in range(n)]

    def play(place: int) -> np.ndarray:
        number, replication = items[place]
        return play_days(evaluator, lowered[number], evaluator.find_draws(replication), days)

    rows = np.array(list(map_in_order(play, range(len(items)), evaluator.workers)))
    return [
        average(rows[number * n : (number + 1) * n], lowered[number], int(days.max()) + 1)
        for number in range(len(policies))
    ]


def play_days(evaluator: Evaluator, lowered: Lowered, draws: Draws, days: np.ndarray) -> np.ndarray:
    """Play one replication: its outcomes, and its objective by day."""
    lowered = attend(lowered, draws)
    scales = lowered.scales
    keeps_turns = evaluator.sentiment_weight > 0 or scales.reads_turns
    run = run_kernel(lowered.tables, draws, True, keeps_turns)
    rows = compute_rows(scales, draws, run)
    outcome = evaluator.describe(scales, draws, run, rows)
    mine = rows.exogenous & ~np.isnan(rows.satisfaction)
    n_days = int(days.max()) + 1
    own = days[np.clip(draws.arrival_ms[mine] // MS_PER_H, 0, days.size - 1)]
    by_day = np.bincount(own, rows.satisfaction[mine], n_days) / max(int(mine.sum()), 1)
    by_day += (np.nan_to_num(outcome[VALUE]) - by_day.sum()) / n_days
    return np.concatenate([outcome, by_day])


def average(rows: np.ndarray, lowered: Lowered, n_days: int) -> DayCredit:
    """Average replications by the strata of their events (see `Outcomes`)."""
    weight = read_outcomes(rows[:, : rows.shape[1] - n_days]).weight
    by_day = weight @ rows[:, -n_days:] / len(rows)
    cost = float(weight @ rows[:, COST] / len(rows))
    scales = lowered.scales
    wages = scales.prices.hour * int(scales.paid_ms.sum()) / MS_PER_H
    return DayCredit(float(by_day.sum()), by_day, cost - wages, cost)
