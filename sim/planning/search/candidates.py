"""Candidates of one candidate set: played on common draws as far as is needed, and scored.

The score of a candidate is its mean objective, less the price of the money that it spends
beyond the budget (more, where it spends less), less a penalty on what the alpha-quantile of
the service level lacks. The price of money is measured once; it lets policies be compared
that do not yet cost the same. Checked by ``tests/unit/test_search_candidates.py``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from sim.planning.evaluation.evaluator import Evaluator
from sim.planning.evaluation.outcomes import Outcomes
from sim.planning.evaluation.service_target import compute_quantile
from sim.rostering.roster import Rosters
from sim.scenario.policy import Policy

# Of a missed service-level target, per share: high against what satisfaction can gain by missing
# it, low enough to keep candidates near it in order.
SHORTFALL_PRICE = 2.0
# Standard errors of a share that a screening is lenient by: on few draws only what misses the
# target for certain (19 in 20) is penalized; a minimum of ten draws forbids nothing.
LENIENT = -1.645


@dataclass(eq=False)
class Candidate:
    """A policy, the roster that staffs it, and what was seen of it.

    Attributes
    ----------
    label : str
        Where it comes from.
    policy : Policy
        Staffed by `roster`.
    roster : np.ndarray
        int, shape (n_columns,).
    target_staffing : np.ndarray
        shape (n_intervals, n_pools): the hours it favors.
    outcomes : Outcomes or None
        Of the first replications of the candidate set.
    trail : tuple of str
        What was changed on the way to it.
    """

    label: str
    policy: Policy
    roster: np.ndarray
    target_staffing: np.ndarray
    outcomes: Outcomes | None = field(default=None, repr=False)
    trail: tuple[str, ...] = ()

    @property
    def n(self) -> int:
        """Replications seen."""
        return 0 if self.outcomes is None else self.outcomes.n

    @property
    def seen(self) -> Outcomes:
        """What was seen."""
        assert self.outcomes is not None
        return self.outcomes

    def forget(self) -> "Candidate":
        """Copy the candidate, unseen."""
        return replace(self, outcomes=None)


@dataclass(frozen=True)
class ScoringRule:
    """How candidates are scored.

    Attributes
    ----------
    budget : float
        Most expected cost [scenario.currency].
    money_price : float
        Objective that a unit of money buys.
    target, alpha : float
        The service-level target: at least ``target``, in all but ``alpha`` of the replications.
    keeps_promise : bool
        Whether the service-level target counts.
    caution : float
        Standard errors of a share by which decisions keep more than is asked; see
        `compute_shortfall`.
    """

    budget: float
    money_price: float
    target: float
    alpha: float
    keeps_promise: bool
    caution: float = 1.0

    def score_each(self, outcomes: Outcomes) -> np.ndarray:
        """Score each replication, the service-level target apart."""
        return outcomes.value - self.money_price * (outcomes.cost - self.budget)

    def compute_shortfall(self, outcomes: Outcomes, caution: float | None = None) -> float:
        """Add up over the events what the quantiles of the service level lack.

        Of m weeks with the event the quantile of level alpha - caution sqrt(alpha (1-alpha) / m):
        a decision keeps a little more than is asked, by as much as its weeks leave open, and a
        screening forbids only what cannot be right. None: the rule's own.
        """
        if not self.keeps_promise:
            return 0.0
        errors = self.caution if caution is None else caution
        return float(
            sum(
                max(self.target - compute_quantile(one, self.move_level(one, errors)), 0.0)
                for one in outcomes.kept.T
            )
        )

    def move_level(self, shares: np.ndarray, errors: float) -> float:
        """Move the level of a quantile by standard errors of the weeks with the event."""
        weeks = max(int((~np.isnan(shares)).sum()), 1)
        error = float(np.sqrt(self.alpha * (1.0 - self.alpha) / weeks))
        return min(max(self.alpha - errors * error, 0.0), 1.0)

    def score(self, outcomes: Outcomes, caution: float | None = None) -> float:
        """Score outcomes: the mean, less a price for what the service level lacks."""
        mean = outcomes.average(self.score_each(outcomes))
        return mean - SHORTFALL_PRICE * self.compute_shortfall(outcomes, caution)


class CandidateSet:
    """Common draws, rosters and a scoring rule.

    Attributes
    ----------
    evaluator : Evaluator
        Of common draws.
    rosters : Rosters
        Of the scenario.
    scoring_rule : ScoringRule
        May be set anew when the price of money is known.
    """

    def __init__(self, evaluator: Evaluator, rosters: Rosters, scoring_rule: ScoringRule) -> None:
        self.evaluator = evaluator
        self.rosters = rosters
        self.scoring_rule = scoring_rule

    def change(self, rosters: Rosters | None = None, **scoring_rule: Any) -> "CandidateSet":
        """Copy the candidate set, on the same draws, with other rosters or another rule."""
        rule = replace(self.scoring_rule, **scoring_rule)
        return CandidateSet(self.evaluator, rosters or self.rosters, rule)

    def extend(self, candidates: Sequence[Candidate], n: int) -> None:
        """Play the candidates on the first ``n`` replications, as far as they were not yet."""
        short = [one for one in candidates if one.n < n]
        seen = self.evaluator.play_all([(one.policy, 0, n) for one in short])
        for one, outcomes in zip(short, seen, strict=True):
            one.outcomes = outcomes

    def score(self, candidate: Candidate, n: int) -> float:
        """Score a candidate on the first ``n`` replications."""
        self.extend([candidate], n)
        return self.scoring_rule.score(candidate.seen.take(n))

    def compare(self, one: Candidate, other: Candidate, n: int) -> tuple[float, float]:
        """Compare scores on ``n`` replications: the paired difference and its standard error."""
        self.extend([one, other], n)
        seen, held = one.seen.take(n), other.seen.take(n)
        change = self.scoring_rule.score_each(seen) - self.scoring_rule.score_each(held)
        return self.scoring_rule.score(seen) - self.scoring_rule.score(held), seen.compute_error(
            change
        )

    def measure_gains(
        self, start: Candidate, others: Sequence[Candidate], n: int, errors: float = 0.0
    ) -> np.ndarray:
        """Measure by how much each scores more than the start on ``n`` replications, leniently.

        With ``errors`` standard errors of the difference on top.
        """
        self.extend([start, *others], n)
        base = self.scoring_rule.score(start.seen.take(n), LENIENT)
        gains = np.array(
            [self.scoring_rule.score(one.seen.take(n), LENIENT) - base for one in others]
        )
        if errors > 0:
            gains += [errors * self.compare(one, start, n)[1] for one in others]
        return gains

    def rank(self, candidates: Sequence[Candidate], n: int) -> list[Candidate]:
        """Rank the candidates by their first ``n`` replications, best first."""
        self.extend(candidates, n)
        scores = [self.scoring_rule.score(one.seen.take(n)) for one in candidates]
        return [candidates[place] for place in np.argsort(-np.array(scores), kind="stable")]

    def race(
        self, candidates: Sequence[Candidate], rounds: Sequence[tuple[int, int]]
    ) -> list[Candidate]:
        """Race candidates in rounds of (replications, how many are kept); the last, best first."""
        left = list(candidates)
        for n, kept in rounds:
            left = self.rank(left, n)[:kept]
        return left

    def restaff(self, candidate: Candidate, roster: np.ndarray) -> Candidate:
        """Copy a candidate, unseen, with another roster."""
        policy = self.rosters.to_policy(candidate.policy, roster)
        return replace(candidate, policy=policy, roster=roster, outcomes=None)

    def price_money(self, money_price: float) -> None:
        """Set the price of money."""
        self.scoring_rule = replace(self.scoring_rule, money_price=money_price)
