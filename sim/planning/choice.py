"""The last choice: the few good ends of a search on draws that it has not seen.

What looks best on the draws of a search is partly luck; so the last candidates, the standard
policies among them, are brought to the budget and compared once more on fresh draws, with no
price on money. The promise must be met there, as far as those draws tell. Checked by
``tests/functional/test_plan_search.py``.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from sim.planning.bench import Bench, Candidate
from sim.planning.budget import balance_last, guess_wages, staff_shape
from sim.planning.promise import share_met
from sim.planning.standard import SHAPES
from sim.scenario.policy import Policy, Priority


class Choice(NamedTuple):
    """Who won, and by how much."""

    winner: Candidate
    runner_up: Candidate | None
    difference: float
    """of the mean objective; NaN without a runner-up"""
    error: float
    """standard error of the difference"""
    n: int

    def describe(self) -> dict[str, Any]:
        """Return it as plain data."""
        told: dict[str, Any] = {"replications": self.n}
        if self.runner_up is not None:
            told = {
                "runner_up": self.runner_up.label,
                "difference": self.difference,
                "standard_error": self.error,
                **told,
            }
        return told


def make_peers(bench: Bench, plan: Policy, n: int) -> list[Candidate]:
    """Return the standard policies at the budget and with the plan's surge rule.

    Parameters
    ----------
    bench : Bench
        Common draws; its lineups need not keep the doors open.
    plan : Policy
        Gives all its crew, and *reactive* all its rules.
    n : int
        Replications for the expected cost.
    """
    scenario = bench.lineups.scenario
    wages = guess_wages(scenario, bench.judge.budget)
    found = []
    for name, shape in SHAPES.items():
        policy = make_peer(name, plan)
        laid = staff_shape(bench, name, policy, shape(scenario), 0.95 * wages, exact=True)
        fits = None if laid is None else balance_last(bench, laid, n)
        if fits is not None:
            found.append(fits)
    return found


def make_peer(name: str, plan: Policy) -> Policy:
    """Return a standard policy's rules beside a plan: all but its staff.

    *Reactive* differs from the plan in what it knows alone: it has the plan's levels, order
    of work and crew, but no lead and a roster for the base forecast. The others answer all
    topics at the standard level, first come first served.
    """
    if name == "reactive":
        return plan.model_copy(update={"name": name, "knows_events": False, "lead_h": 0.0})
    levels = {
        topic: dict.fromkeys(row, "none" if "none" in row.values() else "standard")
        for topic, row in plan.effort.items()
    }
    return plan.model_copy(
        update={
            "name": name,
            "effort": levels,
            "after_auto": "standard",
            "lead_h": 0.0,
            "priority": Priority(),
            "follow_up": False,
            "continuity": False,
        }
    )


def is_promise_met(bench: Bench, candidate: Candidate) -> bool:
    """Tell whether each announced event's promise is met in enough of the replications seen."""
    judge = bench.judge
    if not judge.keeps_promise:
        return True
    return all(
        share_met(column, judge.target) >= 1.0 - judge.alpha for column in candidate.seen.kept.T
    )


def choose(bench: Bench, candidates: Sequence[Candidate], n: int) -> Choice | None:
    """Return the best of the candidates that meet the promise; None where none does.

    Parameters
    ----------
    bench : Bench
        Fresh draws.
    candidates : sequence of Candidate
        Seen on those draws, or unseen; brought to the budget first.
    n : int
        Replications.
    """
    fitted = [balance_last(bench, one, n) for one in candidates]
    kept = [one for one in fitted if one is not None and is_promise_met(bench, one)]
    if not kept:
        return None
    means = np.array([one.seen.average(one.seen.value) for one in kept])
    order = np.argsort(-means, kind="stable")
    winner = kept[order[0]]
    for place in order[1:]:
        if kept[place].policy != winner.policy:
            seen, change = winner.seen, winner.seen.value - kept[place].seen.value
            error = seen.find_error(change)
            return Choice(winner, kept[place], seen.average(change), error, n)
    return Choice(winner, None, float("nan"), float("nan"), n)
